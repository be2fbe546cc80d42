"""The snapshot that every public board is read from: when it is due, and bringing it up to date at the cost of what changed."""

import time
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from quizapp.models.base import insert_into
from quizapp.models.boards import BoardState
from quizapp.models.contests import Contest
from quizapp.models.organisations import UnitState
from quizapp.models.standings import Standing
from quizapp.services import board_rows, board_units
from quizapp.services.contests import Running

REBUILD_AFTER = 3_000
SETTLED_AFTER = 60_000  # a transaction that began before a rebuild may commit after it, but not a minute later
SKEW = 60_000  # clocks of several machines may differ by this; what is dated further ahead is of a clock that was set back
SHARE = 20  # looking at every unit takes at most this part of the time

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
    if known is None:
        return 0, 0
    moment = known.as_of
    if known.as_of == known.built_at and _is_settled(known):
        moment = max(moment, now - now % REBUILD_AFTER)
    return moment, known.built_at


def is_stale(session: Session, contest: Running, now: int) -> bool:
    """Whether the snapshot is missing, or may lack something that happened more than one rebuild ago."""
    known = _state(session, contest)
    return known is None or _is_due(contest, known, now)


def rebuild(session: Session, contest: Running, now: int, *, wait: bool = True) -> bool:
    """Bring the snapshot up to date; True where something was done.

    Two at once do no harm: the second waits for the first, and finds nothing due; or does not `wait`, and leaves it to the first.
    """
    if wait:
        empty = {"as_of": 0, "built_at": 0, "changed_at": 0, "tree_at": 0, "tree_ms": 0}
        session.execute(insert_into(session, BoardState).values(contest_id=contest.id, **empty).on_conflict_do_nothing())
    if session.execute(_LOCK if wait else _LOCK_IF_FREE, {"contest": contest.id}).one_or_none() is None:
        return False
    known = _state(session, contest)
    if not _is_due(contest, known, now):
        return False
    moment = frozen_at(contest, now)
    ahead = known.built_at > now + SKEW
    since = 0 if ahead else min(known.as_of, moment or now) - SETTLED_AFTER
    values = {"as_of": moment or now, "built_at": now, "changed_at": known.newest}
    changed = board_rows.refresh(session, contest, since, moment)
    if changed is None or moment is not None or _needs_every_unit(known, now):
        begun = time.monotonic()
        board_units.refresh(session, contest, since, moment)
        values |= {"tree_at": now, "tree_ms": int((time.monotonic() - begun) * 1000)}
    elif changed and not board_units.move(session, contest, changed):
        values |= {"tree_at": 0}
    session.execute(update(BoardState).where(BoardState.contest_id == contest.id).values(**values))
    return True


def _state(session: Session, contest: Running) -> Any:
    return session.execute(_STATE, {"contest": contest.id}).one_or_none()


def _is_due(contest: Running, known: Any, now: int) -> bool:
    moment = frozen_at(contest, now)
    if known.built_at == 0 or known.built_at > now + SKEW or known.as_of != (moment or known.built_at):
        return True
    if now - known.built_at < REBUILD_AFTER:
        return False
    if moment is not None:
        return bool(known.built_at <= moment + SETTLED_AFTER)
    return not _is_settled(known)


def _is_settled(known: Any) -> bool:
    """Whether nothing can have happened that the snapshot does not hold."""
    since = max(known.rules_at, known.moved_at)
    return bool(
        known.changed_at == known.newest
        and known.built_at > known.newest + SETTLED_AFTER
        and known.tree_at > since + SETTLED_AFTER
    )


def _needs_every_unit(known: Any, now: int) -> bool:
    """Whether the tree or the rules may have changed since every unit was looked at; a large tree waits a little for its turn."""
    if known.as_of != known.built_at or known.built_at > now + SKEW:
        return True
    changed = known.tree_at <= max(known.rules_at, known.moved_at) + SETTLED_AFTER
    return bool(changed and now - known.tree_at >= SHARE * known.tree_ms)
