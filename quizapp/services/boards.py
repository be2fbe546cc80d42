"""The snapshot that every public board is read from: when it is due, and bringing it up to date at the cost of what changed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from quizapp.models.base import Database, insert_into
from quizapp.models.boards import BoardState
from quizapp.models.contests import Contest
from quizapp.models.organisations import UnitState
from quizapp.models.postgresql import BEAT
from quizapp.models.standings import Standing
from quizapp.services import board_rows, board_units
from quizapp.services.contests import Running, contest_by_id

REBUILD_AFTER = 3_000
SETTLED_AFTER = 60_000  # a transaction that began before a rebuild may commit after it, but not a minute later
SKEW = 60_000  # clocks of several machines may differ by this; what is dated further ahead is of a clock that was set back
LATE = 900_000  # an import of very many units may commit minutes after its date: one more look, so long after it
SHARE = 20  # looking at every unit takes at most this part of the time
AHEAD = 3_600_000  # the first boards are made so long before a contest opens, when nobody waits for them
STILL_LOOKED_AT = 3_600_000  # for so long after its end a contest's boards are kept up by the job; later, by whoever looks
ALIVE = 10_000  # a job that has been due for so long is not going to be done

K: Any = BoardState.__table__.c
_OF: Any = bindparam("contest")
_newest: Any = select(func.coalesce(func.max(Standing.__table__.c.changed_at), 0)).where(Standing.__table__.c.contest_id == _OF)
_rules: Any = select(Contest.__table__.c.changed_at).where(Contest.__table__.c.id == _OF)
_tree: Any = select(func.coalesce(func.max(UnitState.__table__.c.from_at), 0))
_STATE = select(
    *K,
    _newest.scalar_subquery().label("newest"),
    _rules.scalar_subquery().label("rules_at"),
    _tree.scalar_subquery().label("moved_at"),
).where(K.contest_id == _OF)
"""The snapshot, and beside it when a standing, the rules and the tree last changed: every board page asks for these."""
_LOCK = select(K.contest_id).where(K.contest_id == _OF).with_for_update()
_LOCK_IF_FREE = _LOCK.with_for_update(skip_locked=True)


def frozen_at(contest: Running, now: int) -> int | None:
    """The moment whose state the public sees, during a freeze; None while boards are live or the contest is over."""
    freeze = contest.rules.board.freeze_at
    return freeze if freeze is not None and freeze <= now <= contest.rules.closes_at else None


def as_of(session: Session, contest: Running, now: int) -> int:
    """The moment that the boards show; where nothing changed since they were made, the last few seconds."""
    return edition(session, contest, now)[0]


def edition(session: Session, contest: Running, now: int) -> tuple[int, int]:
    """(that moment, when the boards were made): pages of one edition are the same."""
    known = _state(session, contest)
    return (0, 0) if known is None else (_shown_at(contest, known, now), known.built_at)


def units_as_of(session: Session, contest: Running, now: int) -> int:
    """The moment that the ranking of units shows: earlier, where it takes a look at every unit."""
    known = _state(session, contest)
    if known is None:
        return 0
    moment = _shown_at(contest, known, now)
    return moment if board_units.can_move(contest) or _is_settled(contest, known) else min(moment, abs(known.tree_at))


def _shown_at(contest: Running, known: Any, now: int) -> int:
    is_quiet = known.as_of == known.built_at and _is_settled(contest, known)
    return max(known.as_of, now - now % REBUILD_AFTER) if is_quiet else int(known.as_of)


def is_missing(session: Session, contest: Running) -> bool:
    """Whether the boards were never made."""
    known = _state(session, contest)
    return known is None or known.built_at == 0


def is_stale(session: Session, contest: Running, now: int) -> bool:
    """Whether the snapshot is missing, or may lack something that happened more than one rebuild ago."""
    known = _state(session, contest)
    return known is None or _is_due(contest, known, now)


def is_kept_up(session: Session, contest: Running, now: int) -> bool:
    """Whether the job brings these boards up to date, so that nobody who reads them has to."""
    if not contest.rules.opens_at - AHEAD <= now <= contest.rules.closes_at + STILL_LOOKED_AT:
        return False
    beat = session.scalar(BEAT)
    return beat is not None and now - ALIVE <= beat <= now + SKEW


@dataclass(frozen=True, slots=True)
class Look:
    """Every unit as one snapshot of the database has it: `known` is the state of the boards in it, `at` when it was taken."""

    at: int
    ms: int
    known: Any
    units: board_units.Seen


def rebuild(session: Session, contest: Running, now: int, seen: Look | None = None, *, wait: bool = True) -> bool:
    """Bring the snapshot up to date, and every unit to what was `seen`; True where something was done.

    Two at once do no harm: the second waits for the first, and finds nothing due; or does not `wait`, and leaves it to the first.
    """
    if wait:
        empty = {"as_of": 0, "built_at": 0, "changed_at": 0, "tree_at": 0, "tree_ms": 0}
        session.execute(insert_into(session, BoardState).values(contest_id=contest.id, **empty).on_conflict_do_nothing())
    if session.execute(_LOCK if wait else _LOCK_IF_FREE, {"contest": contest.id}).one_or_none() is None:
        return False
    contest = contest_by_id(session, contest.id)  # a freeze may have been declared meanwhile
    known = _state(session, contest)
    if not (_is_due(contest, known, now) or seen):
        return False
    if not _is_ahead(known, now):
        now = max(now, known.built_at + 1)  # each edition has a moment of its own
    values = _bring_up(session, contest, known, now, seen)
    session.execute(update(BoardState).where(BoardState.contest_id == contest.id).values(**values))
    return True


def _bring_up(session: Session, contest: Running, known: Any, now: int, seen: Look | None) -> dict[str, int]:
    """The state after people and units were brought up to date."""
    moment = frozen_at(contest, now)
    since = 0 if _is_ahead(known, now) else min(known.as_of, moment or now) - SETTLED_AFTER
    values = {"as_of": moment or now, "built_at": now, "changed_at": known.newest}
    changed = board_rows.refresh(session, contest, since, moment)
    begun = time.monotonic()
    if moment is not None or _begins_anew(known, now):
        board_units.write(session, contest, board_units.see(session, contest, since, moment))
        return values | {"tree_at": now, "tree_ms": _ms_since(begun)}
    if seen and (abs(seen.known.tree_at), seen.known.rules_at) == (abs(known.tree_at), known.rules_at):
        holds_all = board_units.catch_up(session, contest, seen.units)
        return values | {"tree_at": seen.at if holds_all else -seen.at, "tree_ms": seen.ms + _ms_since(begun)}
    if board_units.can_move(contest) and not board_units.move(session, contest, changed):
        values["tree_at"] = -abs(known.tree_at)
    return values


def looks_itself(session: Session, contest: Running, now: int) -> int | None:
    """Where a rebuild looks at every unit while it holds the boards: how many milliseconds that took the last time, 0 for the first."""
    known = _state(session, contest)
    if known is None:
        return 0
    return known.tree_ms if _looks_itself(contest, known, now) else None


def look_takes(session: Session, contest: Running, now: int) -> int | None:
    """Where every unit is to be looked at, by a rebuild or beside it: how many milliseconds that took the last time; 0 for the first."""
    inside = looks_itself(session, contest, now) if is_stale(session, contest, now) else None
    return look_due(session, contest, now) if inside is None else inside


def look_due(session: Session, contest: Running, now: int) -> int | None:
    """Where every unit is to be looked at once more: how many milliseconds that took the last time."""
    known = _state(session, contest)
    if known is None or _looks_itself(contest, known, now):
        return None
    since = _tree_changed_at(contest, known)
    is_due = known.tree_at <= since + SETTLED_AFTER or known.tree_at <= since + LATE < now
    return known.tree_ms if is_due and now - abs(known.tree_at) >= SHARE * known.tree_ms else None


def look(session: Session, contest: Running, now: int) -> Look:
    """Every unit once more. With many of them this takes seconds; the session is of one snapshot, and boards go on meanwhile."""
    begun, contest = time.monotonic(), contest_by_id(session, contest.id)
    known = _state(session, contest)
    units = board_units.see(session, contest, known.as_of - SETTLED_AFTER, None)
    return Look(now, _ms_since(begun), known, units)


def bring_up(database: Database, contest: Running, clock: Callable[[], int], *, wait: bool) -> None:
    """Do what is due: a rebuild, and after it a look at every unit."""
    with database.write() as session:
        rebuild(session, contest, clock(), wait=wait)
    with database.read() as session:
        is_due = look_due(session, contest, clock()) is not None
    if is_due:
        look_at_units(database, contest, clock)


def look_at_units(database: Database, contest: Running, clock: Callable[[], int]) -> None:
    """Look at every unit and bring the boards up to date with what was seen."""
    with database.snapshot() as session:
        seen = look(session, contest, clock())
    with database.write() as session:
        rebuild(session, contest, clock(), seen)


def _ms_since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)


def _state(session: Session, contest: Running) -> Any:
    return session.execute(_STATE, {"contest": contest.id}).one_or_none()


def _is_due(contest: Running, known: Any, now: int) -> bool:
    moment = frozen_at(contest, now)
    if known.built_at == 0 or _is_ahead(known, now) or known.as_of != (moment or known.built_at):
        return True
    if now - known.built_at < REBUILD_AFTER:
        return False
    if moment is not None:
        return bool(known.built_at <= moment + SETTLED_AFTER)
    return not _is_settled(contest, known)


def _is_settled(contest: Running, known: Any) -> bool:
    """Whether nothing can have happened that the snapshot does not hold."""
    return bool(
        known.changed_at == known.newest
        and known.built_at > known.newest + SETTLED_AFTER
        and known.tree_at > _tree_changed_at(contest, known) + SETTLED_AFTER
    )


def _tree_changed_at(contest: Running, known: Any) -> int:
    """When something happened that takes a look at every unit: to the tree, to the rules, or, where one unit's value depends on
    the others, to anybody."""
    by_anybody = not board_units.can_move(contest)
    return int(max(known.rules_at, known.moved_at, known.newest if by_anybody else 0))


def _looks_itself(contest: Running, known: Any, now: int) -> bool:
    return _begins_anew(known, now) or frozen_at(contest, now) is not None


def _begins_anew(known: Any, now: int) -> bool:
    """Whether nothing can be added to what the boards hold: there is nothing, they stood still, or they are of a later clock."""
    return bool(known.built_at == 0 or known.as_of != known.built_at or _is_ahead(known, now))


def _is_ahead(known: Any, now: int) -> bool:
    """Whether the boards are dated by a clock that was set back since."""
    return bool(known.built_at > now + SKEW)
