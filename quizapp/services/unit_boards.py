"""The public ranking of units, read from the snapshot."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from quizapp.models.boards import BoardUnit
from quizapp.models.organisations import Unit
from quizapp.rules.contests import Board
from quizapp.rules.full_marks import most_points
from quizapp.rules.ranking import places
from quizapp.rules.units import Facts, Figures
from quizapp.services import boards, results
from quizapp.services.contests import Running
from quizapp.services.organisations import find_unit

U: Any = BoardUnit.__table__.c


@dataclass(frozen=True, slots=True)
class UnitPage:
    as_of: int
    frozen: bool
    hidden: bool
    rows: list[results.UnitResult]
    kinds: list[str]
    next: str | None


def unit_board(
    session: Session, contest: Running, now: int, *, under: str = "", kind: str = "", after: str = "", limit: int = 100
) -> UnitPage:
    """Units as the public sees them: places only for those that qualify. Raises NotFound for an unknown unit.

    `after` counts the rows before the page.
    """
    if contest.rules.board.units is Board.HIDDEN:
        return UnitPage(now, False, True, [], [], None)
    top = find_unit(session, under) if under else None
    listed = _listed(contest, top, kind)
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    limit = max(1, min(limit, 500))
    found = session.execute(_rows(contest, _of(listed).offset(start).limit(limit + 1))).all()
    better, keys = session.execute(_better(listed, found[0].merit)).one() if start and found else (0, 0)
    dense = contest.rules.board.dense
    placed = list(
        places((row.merit for row in found if row.merit), (keys if dense else better) + 1, start - better, dense=dense)
    )
    full = most_points(contest.rules)
    rows = [_result(contest, row, full) for row in found[:limit]]
    rows[: len(placed)] = [replace(row, place=p, shared=s) for row, (p, s) in zip(rows, placed, strict=False)]
    return UnitPage(
        as_of=boards.units_as_of(session, contest, now),
        frozen=boards.frozen_at(contest, now) is not None,
        hidden=False,
        rows=rows,
        kinds=sorted(session.scalars(_kinds(contest, top))),
        next=str(start + limit) if len(found) > limit else None,
    )


def _listed(contest: Running, top: Unit | None, kind: str) -> Any:
    """Which units a list holds: those right below `top`, or all of a kind anywhere below it."""
    if not kind:
        return and_(U.contest_id == contest.id, U.parent_id == top.id if top else U.parent_id.is_(None))
    of_kind = and_(U.contest_id == contest.id, U.kind == kind)
    return and_(of_kind, _below(top)) if top else of_kind


def _below(top: Unit) -> Any:
    return U.unit_id.in_(select(Unit.id).where(Unit.path.startswith(top.path, autoescape=True), Unit.id != top.id))


def _of(listed: Any) -> Any:
    """The ids of a list, in its order."""
    return select(U.unit_id).where(listed).order_by(U.merit.desc(), U.code)


def _rows(contest: Running, ids: Any) -> Any:
    above, child = aliased(Unit), aliased(BoardUnit)
    has_children = select(child.unit_id).where(child.contest_id == U.contest_id, child.parent_id == U.unit_id).exists()
    return (
        select(*BoardUnit.__table__.c, Unit.name, above.name.label("parent_name"), has_children.label("has_children"))
        .join(Unit, Unit.id == U.unit_id)
        .outerjoin(above, above.id == U.parent_id)
        .where(U.contest_id == contest.id, U.unit_id.in_(ids))
        .order_by(U.merit.desc(), U.code)
    )


def _better(listed: Any, merit: bytes) -> Any:
    """How many units are better, and how many different keys they have."""
    return select(func.count(), func.count(U.merit.distinct())).select_from(BoardUnit).where(listed, U.merit > merit)


def _kinds(contest: Running, top: Unit | None) -> Any:
    """Which kinds there are below a unit; of the whole tree by stepping through the index, not through the units."""
    if top is not None:
        return select(U.kind).distinct().where(U.contest_id == contest.id, U.kind.is_not(None), _below(top))
    least = select(func.min(U.kind).label("kind")).where(U.contest_id == contest.id)
    kinds = least.cte("kinds", recursive=True)
    following = least.where(U.kind > kinds.c.kind).scalar_subquery()
    kinds = kinds.union_all(select(following).where(kinds.c.kind.is_not(None)))
    return select(kinds.c.kind).where(kinds.c.kind.is_not(None))


def _result(contest: Running, row: Any, full: Fraction | None) -> results.UnitResult:
    figures = Figures(row.people, row.sittings, row.points)
    found = results.measured(
        contest.rules, Facts(figures, row.headcount, full_marks=full),
        unit_id=row.unit_id, code=row.code, name=row.name, kind=row.kind, parent_name=row.parent_name,
        has_children=bool(row.has_children),
    )  # fmt: skip
    if row.metrics is None:
        return found
    return replace(found, value=Fraction(row.metrics["value"]) if "value" in row.metrics else None)
