"""What runs without a visitor: overdue sittings, board snapshots, exports. Idempotent, safe to run twice, one in effect."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from quizapp.models import postgresql
from quizapp.models.base import Database, insert_into
from quizapp.models.standings import JobRun
from quizapp.services import boards, contests, exports, finishing, organisations, promotions, sittings
from quizapp.services.contests import Running

log = logging.getLogger("quizapp.jobs")
OVERDUE_EVERY = 5_000
HANGS_AFTER = 60  # seconds; the first boards of a million people take half of it
GIVES_WAY = 2_000
PROMOTIONS_EVERY = 10_000
TABLES_EVERY = 1_000  # where one has grown
LOOK_AFTER, LOOKS_EVERY = boards.REBUILD_AFTER, 60_000  # at least and at most; between them twice what a look takes
J: Any = JobRun.__table__.c
_DUE = select(J.due_at).where(J.name == bindparam("job"))
SNAPSHOT_EVERY = 1_000  # whoever finds a board stale; a quiet contest is not written for


def finish_overdue(database: Database, secret: str, now: int, patience: int = 0, beat: Callable[[], object] = lambda: None) -> int:
    """Finish every sitting whose time has been up for `patience`, each in a transaction of its own; how many.

    One that cannot be finished is left and told. Each is dated when it is finished: with many of them that is minutes later,
    and boards look back for one. `beat` is called after every 200.
    """
    count, failed, begun = 0, set[str](), time.monotonic()
    while True:
        with database.read() as session:
            overdue = [one for one in sittings.find_overdue(session, now - patience, 200 + len(failed)) if one not in failed]
        if not overdue:
            return count
        for sitting_id in overdue:
            try:
                with database.write() as session:
                    finishing.finish_overdue(session, secret, sitting_id, now + int((time.monotonic() - begun) * 1000))
                count += 1
            except Exception as error:
                if database.is_away(error):
                    raise
                failed.add(sitting_id)
                log.warning("sitting %s cannot be finished: %s", sitting_id, _short(error))
        beat()


def stale_boards(database: Database, now: int) -> list[Running]:
    """Contests whose boards lack something that happened, and which are no work for a process of its own; those that ended long
    ago wait until somebody looks."""
    with database.read() as session:
        stale = [contest for contest in _with_boards(session, now) if boards.is_stale(session, contest, now)]
        return [contest for contest in stale if boards.looks_itself(session, contest, now) is None or not organisations.are_many(session)]


def _with_boards(session: Session, now: int) -> list[Running]:
    """Contests whose boards are kept up: from before they open until a while after they end."""
    return contests.going_on(session, now + boards.AHEAD, boards.AHEAD + boards.STILL_LOOKED_AT)


def rebuild_snapshots(database: Database, now: int) -> int:
    """Bring the boards of contests up to date where something changed; how many."""
    stale = stale_boards(database, now)
    for contest in stale:
        with _one_of_many(database, contest), database.write() as session:
            boards.rebuild(session, contest, now, wait=boards.is_missing(session, contest))
    return len(stale)


@contextmanager
def _one_of_many(database: Database, contest: Running) -> Iterator[None]:
    """What goes wrong with the boards of one contest is told, and keeps nobody else's waiting."""
    try:
        yield
    except Exception as error:
        if database.is_away(error):
            raise
        log.warning("boards of %s: %s", contest.rules.slug, _short(error))


def look_where_due(database: Database, clock: Callable[[], int], apart: Callable[[Running], None]) -> None:
    """Look at every unit of the contests where this is due, beside the boards; many units `apart`, since they take seconds."""
    now = clock()
    with database.read() as session:
        are_many = organisations.are_many(session)
        takes = boards.look_takes if are_many else boards.look_due
        due = [(contest, takes(session, contest, now)) for contest in _with_boards(session, now)]
    for contest, ms in due:
        if ms is not None and claim(database, f"units of {contest.id}", min(LOOK_AFTER + 2 * ms, LOOKS_EVERY), clock()):
            with _one_of_many(database, contest):
                if are_many:
                    apart(contest)
                else:
                    boards.look_at_units(database, contest, clock)


def promote(database: Database, now: int) -> int:
    """Write down who goes on from stages that are over; how many stages."""
    with database.read() as session:
        waiting = [(contest, stage) for contest in contests.going_on(session, now, boards.STILL_LOOKED_AT) for stage in promotions.due(session, contest, now)]
    for contest, stage in waiting:
        with database.write() as session:
            promotions.promote(session, contest, stage, now)
    return len(waiting)


def look_at_tables(database: Database, now: int) -> None:
    """Have PostgreSQL count what has grown. Nothing is written where nothing has."""
    with database.read() as session:
        grown = postgresql.grown_tables(session)
    if grown and claim(database, "tables", TABLES_EVERY, now):
        with database.at_once() as session:
            postgresql.look_at(session, grown)


def claim(database: Database, name: str, every: int, now: int) -> bool:
    """Whether this process is the one to do a job now: the one that moves its date."""
    due = _due(database, name)
    return _is_over(due, every, now) and _move(database, name, due, now + every)


def _due(database: Database, name: str) -> int | None:
    with database.read() as session:
        return session.scalar(_DUE, {"job": name})


def _is_over(due: int | None, every: int, now: int) -> bool:
    return due is None or not now < due <= now + every + boards.SKEW


def _move(database: Database, name: str, due: int | None, to: int) -> bool:
    """Move a job's date, unless another process has."""
    with database.write() as session:
        if due is None:
            first = insert_into(session, JobRun).values(name=name, due_at=to).on_conflict_do_nothing()
            return session.execute(first.returning(JobRun.name)).one_or_none() is not None
        moved = update(JobRun).where(JobRun.name == name, JobRun.due_at == due).values(due_at=to)
        return session.execute(moved.returning(JobRun.name)).one_or_none() is not None


class Lead:
    """Which process does the jobs: the one that last moved the date of the sweep of what is overdue. The others look once a second
    whether it still does, and do nothing else; to them it gives way where it hangs at a job.

    While it changes hands two may do the jobs: each of them is claimed.
    """

    def __init__(self, database: Database) -> None:
        self._database, self._until = database, 0
        self._at_work: dict[int, float] = {}  # since when, by thread
        self.is_ours = threading.Event()

    def take(self, now: int) -> bool:
        """Whether this process is the one to finish what is overdue now."""
        due = _due(self._database, "overdue")
        hangs = any(time.monotonic() - since > HANGS_AFTER for since in list(self._at_work.values()))
        is_over = _is_over(due, OVERDUE_EVERY, now - GIVES_WAY if hangs else now)
        taken = is_over and _move(self._database, "overdue", due, now + OVERDUE_EVERY)
        if taken:
            self._until = now + OVERDUE_EVERY
        if taken or (not is_over and due == self._until):
            self.is_ours.set()
        else:
            self.is_ours.clear()
        return taken

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While this thread does a job."""
        self._at_work[threading.get_ident()] = time.monotonic()
        try:
            yield
        finally:
            del self._at_work[threading.get_ident()]


def run_due(database: Database, now: int) -> None:
    """One round: every job that is due and not done by another process, but finishing what is overdue."""
    look_at_tables(database, now)
    if claim(database, "promotions", PROMOTIONS_EVERY, now):
        promote(database, now)
    if stale_boards(database, now) and claim(database, "snapshots", SNAPSHOT_EVERY, now):
        rebuild_snapshots(database, now)


def begin_export(database: Database, begin: Callable[[exports.Run], None], now: int) -> bool:
    """Begin a large file in a process of its own where one is due, and drop what is out of date; whether one was begun."""
    with database.read() as session:
        if not exports.is_work(session, now):
            return False
    with database.write() as session:
        exports.delete_expired(session, now)
        run = exports.claim(session, now)
    if run is not None:
        begin(run)
    return run is not None


@dataclass(frozen=True, slots=True)
class Apart:
    """What is done in a process of its own, so that the interpreter that serves stays free."""

    begin_export: Callable[[exports.Run], None]
    bring_up: Callable[[Running], None]
    """The boards of a contest, where there are many units; returns when that is done."""


def start(database: Database, secret: str, clock: Callable[[], int], apart: Apart, patience: int, pause: float = 1.0) -> threading.Event:
    """Run the jobs in three threads until the returned event is set: finishing what is overdue, which takes minutes where thousands
    let their time run out; one round after another of what else there is; looks at every unit.

    `patience` leaves room for what arrived in time and still waits for its turn.
    """
    stop, lead = threading.Event(), Lead(database)

    def finish() -> None:
        now = clock()
        if lead.take(now):
            finish_overdue(database, secret, now, patience, lambda: lead.take(clock()))

    def one_round() -> None:
        with lead.at_work():
            run_due(database, clock())
            begin_export(database, apart.begin_export, clock())

    def look() -> None:
        with lead.at_work():
            look_where_due(database, clock, apart.bring_up)

    for name, work, leads in (("overdue", finish, None), ("jobs", one_round, lead.is_ours), ("units", look, lead.is_ours)):
        threading.Thread(target=_loop, args=(work, pause, stop, leads), name=name, daemon=True).start()
    return stop


def _loop(work: Callable[[], None], pause: float, stop: threading.Event, leads: threading.Event | None) -> None:
    """Do it again and again; where only who leads does it, begin as soon as this process does."""
    while not stop.is_set():
        if leads and not leads.wait(pause):
            continue
        try:
            work()
        except Exception as error:
            log.warning("jobs: %s", _short(error))
        stop.wait(pause)


def _short(error: Any) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
