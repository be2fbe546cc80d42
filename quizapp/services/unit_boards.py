"""The public ranking of units, from a snapshot that is at most a few seconds old."""

import threading
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from quizapp.errors import NotFound
from quizapp.models.base import insert_into
from quizapp.models.organisations import UnitState
from quizapp.models.standings import Snapshot, Standing, UnitFigures
from quizapp.rules.aggregation import Figures
from quizapp.rules.contests import Board
from quizapp.services import results
from quizapp.services.contests import Running
from quizapp.services.organisations import Tree, find_unit, tree
from quizapp.services.standings import REBUILD_AFTER, SETTLED_AFTER, frozen_at, offset, settling

SKEW = 60_000  # clocks of several machines may differ by this; what is dated further ahead is of a clock that was set back


def rebuild_units(session: Session, contest: Running, now: int) -> bool:
    """Write the unit figures anew where something changed since the last time; True where it did.

    Two at once do no harm: the figures are the same, and the row of `snapshots` orders them.
    """
    known = session.get(Snapshot, contest.id)
    newest = _newest_change(session, contest)
    is_ahead = known is not None and known.as_of > now + SKEW
    if known is not None and not is_ahead and (now - known.as_of < REBUILD_AFTER or _is_settled(known, newest)):
        return False
    values = {"as_of": now, "changed_at": newest}
    session.execute(
        insert_into(session, Snapshot)
        .values(contest_id=contest.id, **values)
        .on_conflict_do_update(index_elements=["contest_id"], set_=values)
    )
    figures = results.unit_figures(session, contest, tree(session).parents)
    session.execute(delete(UnitFigures).where(UnitFigures.contest_id == contest.id))
    if figures:
        session.execute(
            insert(UnitFigures),
            [
                {"contest_id": contest.id, "unit_id": unit, "people": f.people, "sittings": f.sittings, "points": f.points}
                for unit, f in figures.items()
            ],
        )
    return True


def _newest_change(session: Session, contest: Running) -> int:
    """When a standing of the contest, or the tree, last changed."""
    standing = session.scalar(select(func.max(Standing.changed_at)).where(Standing.contest_id == contest.id))
    return max(standing or 0, session.scalar(select(func.max(UnitState.from_at))) or 0)


def _is_settled(known: Snapshot, newest: int) -> bool:
    return known.changed_at == newest and known.as_of > newest + SETTLED_AFTER


def is_stale(session: Session, contest: Running, now: int) -> bool:
    """Whether the snapshot is missing or older than what it should show by more than one rebuild."""
    known = session.get(Snapshot, contest.id)
    if known is None or known.as_of > now + SKEW:
        return True
    newest = _newest_change(session, contest)
    return newest >= known.changed_at and now - known.as_of >= REBUILD_AFTER and not _is_settled(known, newest)


@dataclass(frozen=True, slots=True)
class UnitPage:
    as_of: int
    frozen: bool
    hidden: bool
    rows: list[results.UnitResult]
    kinds: list[str]
    next: str | None


_lock = threading.Lock()
_kept: dict[tuple[str, int, tuple[int, int] | None], tuple[int, Tree, dict[int, Figures]]] = {}


def _snapshot(session: Session, contest: Running, now: int) -> tuple[int, Tree, dict[int, Figures]]:
    """The figures that the public sees, from memory while the snapshot is the same."""
    moment = frozen_at(contest, now)
    key = (str(session.get_bind().engine.url), contest.id, settling(moment, now) if moment else None)
    as_of = moment or session.scalar(select(Snapshot.as_of).where(Snapshot.contest_id == contest.id)) or 0
    with _lock:
        kept = _kept.get(key)
    if kept is not None and kept[0] == as_of:
        return kept
    whole = tree(session, moment)
    if moment is not None:
        figures = results.unit_figures(session, contest, whole.parents, moment)
    else:
        rows = session.execute(
            select(UnitFigures.unit_id, UnitFigures.people, UnitFigures.sittings, UnitFigures.points).where(
                UnitFigures.contest_id == contest.id
            )
        )
        figures = {row[0]: Figures(*row[1:]) for row in rows}
    with _lock:
        if len(_kept) > 50:
            _kept.clear()
        _kept[key] = (as_of, whole, figures)
    return as_of, whole, figures


def unit_board(
    session: Session, contest: Running, now: int, *, under: str = "", kind: str = "", after: str = "", limit: int = 100
) -> UnitPage:
    """Units as the public sees them: places only for those that qualify. Raises NotFound for an unknown unit."""
    if contest.rules.board.units is Board.HIDDEN:
        return UnitPage(now, False, True, [], [], None)
    as_of, whole, figures = _snapshot(session, contest, now)
    top = find_unit(session, under).id if under else None
    if top is not None and top not in whole.nodes:
        raise NotFound("没有编码为“{code}”的单位", code=under)
    rows = results.rank_units(whole, figures, contest.rules, results.listed(whole, top, kind))
    start = offset(after)
    limit = max(1, min(limit, 500))
    more = str(start + limit) if start + limit < len(rows) else None
    kinds = sorted({whole.nodes[unit].kind or "" for unit in whole.below(top)} - {""})
    return UnitPage(as_of, frozen_at(contest, now) is not None, False, rows[start : start + limit], kinds, more)
