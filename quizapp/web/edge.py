"""What every request has: the time it arrived, one transaction, and who is at the door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, g, request

from quizapp.services import papers, saves
from quizapp.services.audit import Actor
from quizapp.services.caches import Cache
from quizapp.services.contests import Running
from quizapp.services.finishing import finish_overdue
from quizapp.services.sittings import Overdue
from quizapp.settings import Settings
from quizapp.web.turns import ARRIVED

if TYPE_CHECKING:
    from quizapp.services.accounts import Visitor

T = TypeVar("T")
LONGEST_WAIT = 30_000  # a stamp that is older comes from a clock that is wrong
READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Edge:
    """What the application was made with."""

    settings: Settings
    database: Any
    clock: Callable[[], int]
    cache: Cache
    bring_up_apart: Callable[[Running], None]  # boards of many units, in a process of its own; returns when that is done
    shown: dict[str, Any] = field(default_factory=dict)  # boards by contest, see `web.boards`
    open: dict[int, list[str]] = field(default_factory=dict)  # contests by the second, see `web.account`


def edge() -> Edge:
    found: Edge = current_app.extensions["quizapp"]
    return found


def now() -> int:
    """UTC milliseconds, read once when the request arrived."""
    moment: int = g.now
    return moment


def arrived() -> int:
    """When the request reached us: what is handed in is in time by this moment, however long it then waited for its turn."""
    return arrival(request.environ, now())


def arrival(environ: Mapping[str, Any], now: int) -> int:
    stamp: int = environ.get(ARRIVED, 0)
    return stamp if now - LONGEST_WAIT <= stamp <= now else now


def db() -> Any:
    """The request's one session: to read with for GET, a writer's transaction otherwise, or what `db_at_once` has put in its place."""
    if "session" not in g:
        database = edge().database
        g.session = database.reading() if request.method in READS else database.writing()
    return g.session


def db_at_once() -> Any:
    """The request's session from here on, where each statement stands alone (`Database.at_once`)."""
    finish_transaction(commit=True)
    g.session = edge().database.at_once()
    return g.session


def board_db() -> Any:
    """The request's one snapshot for boards and exports, of the replica where there is one. It may lag by seconds: never read
    from it what somebody has just written and wants to see (a sign-in, one's own sitting)."""
    if "board_session" not in g:
        g.board_session = edge().database.reading_replica(now())
    return g.board_session


def from_boards(work: Callable[[], T]) -> T:
    """Read with `board_db()`; where the replica goes away in the middle, once more from the primary: the replica's next connection
    may still answer, and be gone before the next statement."""
    try:
        return work()
    except Exception as error:
        if not edge().database.is_away(error):
            raise
        finish_transaction(commit=False)
        g.board_session = edge().database.reading_snapshot()
        return work()


def finish_transaction(commit: bool) -> None:
    """Commit or roll back what the request did; nothing where it touched no table."""
    snapshot = g.pop("board_session", None)
    if snapshot is not None:
        _close(snapshot)
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


def _close(snapshot: Any) -> None:
    """All that was wanted of it has been read, also where the replica has gone away since."""
    try:
        snapshot.close()
    except Exception as error:
        if not edge().database.is_away(error):
            raise


def save(sitting_id: str, token_id: str, revision: int, key: str, answers: papers.Answers) -> saves.Saved:
    """Save answers in a transaction of their own: the request holds no other meanwhile."""
    finish_transaction(commit=False)
    with edge().database.write() as session:
        return saves.save_answers(session.connection(), sitting_id, token_id, revision, key, answers, arrived())


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
