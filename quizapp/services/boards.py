"""The snapshot that every public board is read from: when it is due, and bringing it up to date at the cost of what changed."""

import time
from typing import Any

from sqlalchemy import func, select, update
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


def frozen_at(contest: Running, now: int) -> int | None:
    """The moment whose state the public sees, during a freeze; None while boards are live or the contest is over."""
    freeze = contest.rules.board.freeze_at
    return freeze if freeze is not None and freeze <= now <= contest.rules.closes_at else None


def as_of(session: Session, contest: Running, now: int) -> int:
    """The moment that the boards show; where nothing changed since they were made, the last few seconds."""
    return edition(session, contest, now)[0]


def edition(session: Session, contest: Running, now: int) -> tuple[int, int]:
    """(that moment, when the boards were made): pages of one edition are the same."""
    known = session.execute(_state(contest)).one_or_none()
    if known is None:
        return 0, 0
    moment = known.as_of
    if known.as_of == known.built_at and _is_settled(session, contest, known):
        moment = max(moment, now - now % REBUILD_AFTER)
    return moment, known.built_at


def is_stale(session: Session, contest: Running, now: int) -> bool:
    """Whether the snapshot is missing, or may lack something that happened more than one rebuild ago."""
    known = session.execute(_state(contest)).one_or_none()
    return known is None or _is_due(session, contest, known, now)


def rebuild(session: Session, contest: Running, now: int) -> bool:
    """Bring the snapshot up to date; True where something was done.

    Two at once do no harm: the second waits for the first, and finds nothing due.
    """
    empty = {"as_of": 0, "built_at": 0, "changed_at": 0, "tree_at": 0, "tree_ms": 0}
    session.execute(insert_into(session, BoardState).values(contest_id=contest.id, **empty).on_conflict_do_nothing())
    known = session.execute(_state(contest).with_for_update()).one()
    if not _is_due(session, contest, known, now):
        return False
    moment = frozen_at(contest, now)
    ahead = known.built_at > now + SKEW
    since = 0 if ahead else min(known.as_of, moment or now) - SETTLED_AFTER
    values = {"as_of": moment or now, "built_at": now, "changed_at": _newest_standing(session, contest)}
    changed = board_rows.refresh(session, contest, since, moment)
    if changed is None or moment is not None or _needs_every_unit(session, contest, known, now):
        begun = time.monotonic()
        board_units.refresh(session, contest, since, moment)
        values |= {"tree_at": now, "tree_ms": int((time.monotonic() - begun) * 1000)}
    elif changed and not board_units.move(session, contest, changed):
        values |= {"tree_at": 0}
    session.execute(update(BoardState).where(BoardState.contest_id == contest.id).values(**values))
    return True


def _state(contest: Running) -> Any:
    return select(*BoardState.__table__.c).where(BoardState.contest_id == contest.id)


def _is_due(session: Session, contest: Running, known: Any, now: int) -> bool:
    moment = frozen_at(contest, now)
    if known.built_at == 0 or known.built_at > now + SKEW or known.as_of != (moment or known.built_at):
        return True
    if now - known.built_at < REBUILD_AFTER:
        return False
    if moment is not None:
        return bool(known.built_at <= moment + SETTLED_AFTER)
    return not _is_settled(session, contest, known)


def _is_settled(session: Session, contest: Running, known: Any) -> bool:
    """Whether nothing can have happened that the snapshot does not hold."""
    newest = _newest_standing(session, contest)
    tree = _newest_tree(session, contest)
    return bool(known.changed_at == newest and known.built_at > newest + SETTLED_AFTER and known.tree_at > tree + SETTLED_AFTER)


def _needs_every_unit(session: Session, contest: Running, known: Any, now: int) -> bool:
    """Whether the tree or the rules may have changed since every unit was looked at; a large tree waits a little for its turn."""
    if known.as_of != known.built_at or known.built_at > now + SKEW:
        return True
    changed = known.tree_at <= _newest_tree(session, contest) + SETTLED_AFTER
    return bool(changed and now - known.tree_at >= SHARE * known.tree_ms)


def _newest_standing(session: Session, contest: Running) -> int:
    return session.scalar(select(func.max(Standing.changed_at)).where(Standing.contest_id == contest.id)) or 0


def _newest_tree(session: Session, contest: Running) -> int:
    """When the tree, or what the contest makes of it, last changed."""
    rules = session.scalar(select(Contest.changed_at).where(Contest.id == contest.id)) or 0
    return max(rules, session.scalar(select(func.max(UnitState.from_at))) or 0)
