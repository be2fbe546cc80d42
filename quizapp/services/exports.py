"""Large lists as files: asked for, made by one process at a time, kept for a day in pieces, seen by nobody but the asker."""

from dataclasses import dataclass
from typing import Any

import uuid_utils
from sqlalchemy import and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from quizapp.errors import NotFound, TooMany
from quizapp.models.accounts import Account
from quizapp.models.exports import Export, ExportChunk
from quizapp.services.audit import Actor, record
from quizapp.services.contests import Running, contest_by_id

AT_ONCE = 5_000  # rows that a page still sends itself
KEPT = 24 * 3_600_000  # milliseconds
SILENT = 60_000  # milliseconds after which a run is taken for dead
MOST_RUNS = 3
MOST_UNFINISHED = 3  # of one account
CHUNK = 1_000_000  # bytes
X: Any = Export.__table__.c
_WORK = (
    select(X.id)
    .where(
        or_(
            X.state == "waiting",
            and_(X.state == "running", X.heard_at < bindparam("silent")),
            X.expires_at <= bindparam("now"),
        )
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a file holds: filters, the scope in words, by whom it is signed; moments in UTC milliseconds."""

    scope: str
    signed: str
    actor_name: str
    address: str
    as_of: int | None = None
    under_id: int | None = None
    division: str = ""
    search: str = ""
    unit_kind: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One try of one process to make a file; only the newest may write."""

    export_id: str
    number: int


@dataclass(frozen=True, slots=True)
class Order:
    """What a run has to make."""

    contest: Running
    kind: str
    layout: str
    asked: Asked


def ask(
    session: Session, contest: Running, account_id: str, top_id: int | None, kind: str, layout: str, rows_most: int,
    asked: Asked, now: int,
) -> None:  # fmt: skip
    """Put a file on the list of those to be made. The same one twice is one. Raises TooMany."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    mine = select(Export).where(Export.asked_by == account_id, Export.state.in_(["waiting", "running"]))
    unfinished = list(session.scalars(mine))
    told = {name: getattr(asked, name) for name in Asked.__slots__}
    if any((one.contest_id, one.kind, one.layout, one.asked) == (contest.id, kind, layout, told) for one in unfinished):
        return
    if len(unfinished) >= MOST_UNFINISHED:
        raise TooMany("您已有{count}个导出在排队，请等它们完成", count=len(unfinished))
    session.add(
        Export(
            id=uuid_utils.uuid7().hex, contest_id=contest.id, kind=kind, layout=layout, asked=told, asked_by=account_id,
            top_id=top_id, asked_at=now, rows_most=rows_most, expires_at=now + KEPT,
        )
    )  # fmt: skip


def exports_of(session: Session, contest: Running, account_id: str, top_id: int | None, now: int) -> list[Export]:
    """One's own exports of a contest that are still there, the newest first."""
    mine = select(Export).where(
        Export.contest_id == contest.id, Export.asked_by == account_id, Export.expires_at > now, _saw(top_id)
    )
    return list(session.scalars(mine.order_by(Export.asked_at.desc(), Export.id.desc()).limit(50)))


def find_file(
    session: Session, contest: Running, account_id: str, top_id: int | None, export_id: str, now: int
) -> Export:
    """One's own finished file. Raises NotFound, whoever else's it may be."""
    for found in exports_of(session, contest, account_id, top_id, now):
        if found.id == export_id and found.state == "done":
            return found
    raise NotFound("没有这个导出文件，它可能已过期")


def _saw(top_id: int | None) -> Any:
    return Export.top_id.is_(None) if top_id is None else Export.top_id == top_id


def read_chunk(session: Session, export_id: str, number: int) -> bytes | None:
    """The pieces of a file are numbered from 0; None after the last."""
    return session.scalar(
        select(ExportChunk.content).where(ExportChunk.export_id == export_id, ExportChunk.number == number)
    )


def is_work(session: Session, now: int) -> bool:
    """Whether a file is to be made, or one is out of date."""
    return session.scalar(_WORK, {"now": now, "silent": now - SILENT}) is not None


def delete_expired(session: Session, now: int) -> int:
    """Files are kept for a day; how many are gone now."""
    expired = select(Export.id).where(Export.expires_at <= now, Export.state != "running")
    session.execute(delete(ExportChunk).where(ExportChunk.export_id.in_(expired)))
    return len(session.scalars(delete(Export).where(Export.id.in_(expired)).returning(Export.id)).all())


def claim(session: Session, now: int) -> Run | None:
    """The file that this process is to make now: one whose process went silent first, then the oldest; none while one is made."""
    running = session.scalar(select(Export).where(Export.state == "running"))
    if running is not None and (running.heard_at or 0) >= now - SILENT:
        return None
    if running is not None and running.runs >= MOST_RUNS:
        running.state, running.finished_at = "failed", now
        running.reason = "几次都没有生成完，请缩小范围再导出；仍不行请联系管理员"
        session.flush()
        running = None
    chosen = running or session.scalar(select(Export).where(Export.state == "waiting").order_by(Export.asked_at, Export.id))
    if chosen is None:
        return None
    begun = (
        update(Export)
        .where(Export.id == chosen.id, Export.runs == chosen.runs, Export.state == chosen.state)
        .values(state="running", runs=chosen.runs + 1, heard_at=now, rows_done=0)
        .returning(Export.runs)
    )
    number = session.scalar(begun)
    if number is None:
        return None
    session.execute(delete(ExportChunk).where(ExportChunk.export_id == chosen.id))
    return Run(chosen.id, number)


def order(session: Session, run: Run) -> Order | None:
    """What to make; None where another process has taken it over."""
    found = session.get(Export, run.export_id)
    if found is None or (found.runs, found.state) != (run.number, "running"):
        return None
    return Order(contest_by_id(session, found.contest_id), found.kind, found.layout, Asked(**found.asked))


def sign_of_life(session: Session, run: Run, rows_done: int, now: int) -> bool:
    """Say how far it is. False where another process has taken over: then stop."""
    return _write(session, run, heard_at=now, rows_done=rows_done)


def store_chunk(session: Session, run: Run, number: int, content: bytes, now: int) -> bool:
    """Keep a piece of the file. False where another process has taken over."""
    if not _write(session, run, heard_at=now):
        return False
    session.add(ExportChunk(export_id=run.export_id, number=number, content=content))
    return True


def finish(session: Session, run: Run, name: str, rows: int, as_of: int, now: int) -> bool:
    """The file is whole: into the audit log, and its asker may fetch it. False where another process has taken over."""
    size = select(func.coalesce(func.sum(func.length(ExportChunk.content)), 0)).where(ExportChunk.export_id == run.export_id)
    done = {"state": "done", "rows_done": rows, "name": name, "finished_at": now, "expires_at": now + KEPT}
    if not _write(session, run, bytes=session.scalar(size), **done):
        return False
    found = session.get_one(Export, run.export_id)
    asked = Asked(**found.asked)
    actor = Actor(found.asked_by, asked.actor_name, asked.address)
    slug = contest_by_id(session, found.contest_id).rules.slug
    told = {"format": found.layout, "scope": asked.scope, "as_of": as_of, "rows": rows}
    record(session, actor, f"export.{found.kind}", slug, now, "ok", **told)
    return True


def fail(session: Session, run: Run, reason: str, now: int) -> None:
    """There will be no file; the asker reads why."""
    if _write(session, run, state="failed", reason=reason[:200], finished_at=now):
        session.execute(delete(ExportChunk).where(ExportChunk.export_id == run.export_id))


def _write(session: Session, run: Run, **values: Any) -> bool:
    mine = (Export.id == run.export_id, Export.runs == run.number, Export.state == "running")
    return session.scalar(update(Export).where(*mine).values(**values).returning(Export.id)) is not None
