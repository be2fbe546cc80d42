"""What every request has: the time it arrived, one transaction, and who is at the door."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, g, request

from quizapp.services.audit import Actor
from quizapp.services.finishing import finish_overdue
from quizapp.services.sittings import Overdue
from quizapp.settings import Settings

if TYPE_CHECKING:
    from quizapp.services.accounts import Visitor

T = TypeVar("T")
READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Edge:
    """What the application was made with."""

    settings: Settings
    database: Any
    clock: Callable[[], int]


def edge() -> Edge:
    found: Edge = current_app.extensions["quizapp"]
    return found


def now() -> int:
    """UTC milliseconds, read once when the request arrived."""
    moment: int = g.now
    return moment


def db() -> Any:
    """The request's one session: a reader's snapshot for GET, a writer's transaction otherwise."""
    if "session" not in g:
        database = edge().database
        g.session = database.reading() if request.method in READS else database.writing()
    return g.session


def finish_transaction(commit: bool) -> None:
    """Commit or roll back what the request did; nothing where it touched no table."""
    session = g.pop("session", None)
    if session is None:
        return
    try:
        if commit:
            session.commit()
        else:
            session.rollback()
    finally:
        session.close()


def settled(work: Callable[[], T]) -> T:
    """Do something with a sitting; one whose time is up is finished first, in a transaction of its own, and tried once more."""
    try:
        return work()
    except Overdue as overdue:
        settle(overdue)
        return work()


def settle(overdue: Overdue) -> None:
    """Finish an overdue sitting and keep late answers as evidence; this outlives the refusal that follows."""
    finish_transaction(commit=False)
    with edge().database.write() as session:
        finish_overdue(session, edge().settings.secret_key, overdue.sitting_id, now(), overdue.answers)


def address() -> str:
    return request.remote_addr or ""


def actor(visitor: "Visitor") -> Actor:
    return Actor(visitor.account_id, visitor.name or visitor.login or "", address())
