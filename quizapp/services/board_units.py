"""Units on the boards: all of them looked at, or only those above the people who handed in."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, select, update
from sqlalchemy.orm import Session

from quizapp.models.base import insert_into
from quizapp.models.boards import BoardUnit
from quizapp.models.standings import UnitShare
from quizapp.rules import aggregation
from quizapp.rules.full_marks import most_points
from quizapp.rules.units import Facts, Figures, UnitRules, measure, value
from quizapp.services import board_rows, counted, results
from quizapp.services.contests import Running
from quizapp.services.organisations import Tree, tree

U: Any = BoardUnit.__table__.c
CHUNK = 5_000

Row = dict[str, Any]


class Line(NamedTuple):
    """What the boards hold of one unit: the columns of BoardUnit, in their order."""

    unit_id: int
    parent_id: int | None
    kind: str | None
    code: str
    headcount: int | None
    people: int
    sittings: int
    points: int
    own_people: int
    own_sittings: int
    own_points: int
    merit: bytes
    metrics: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Every unit as it is to be, by id, and how the boards differ: lines to write and to delete, their old tree, and what had been
    added to each unit.

    `touched` selects the entries that may have changed since.
    """

    wanted: Mapping[int, Line]
    changed: AbstractSet[int]
    gone: Sequence[int]
    old_parents: aggregation.Parents
    old_own: Mapping[int, tuple[int, int, int]]
    parents: aggregation.Parents
    touched: Any

    def has(self, unit: int, own: Figures) -> bool:
        """Whether this, and no less, had been added to the unit when it was looked at, on the boards too."""
        line = self.wanted.get(unit)
        return line is not None and _added(line) == self.old_own.get(unit) == (own.people, own.sittings, own.points)


def see(session: Session, contest: Running, since: int, moment: int | None) -> Seen:
    """Look at every unit, now or as of a past moment; what was changed before `since` is taken from the shares."""
    touched = board_rows.touched_since(contest, since)
    whole = tree(session, moment)
    own = (
        results.own_figures(session, contest)
        if moment is None
        else _own_then(session, contest, touched, moment, whole.parents)
    )
    wanted = {line.unit_id: line for line in _wanted(session, whole, own, contest, moment)}
    same, gone = set[int](), list[int]()
    old_parents, old_own = dict[int, int | None](), dict[int, tuple[int, int, int]]()
    for row in session.execute(_rows(contest)):
        old_parents[row.unit_id], old_own[row.unit_id] = row.parent_id, _added(row)
        if row.unit_id not in wanted:
            gone.append(row.unit_id)
        elif row == wanted[row.unit_id]:
            same.add(row.unit_id)
    return Seen(wanted, wanted.keys() - same, gone, old_parents, old_own, whole.parents, touched)


def write(session: Session, contest: Running, seen: Seen, more: AbstractSet[int] = frozenset()) -> None:
    """Bring every unit to what was seen; `more` are written though they did not differ then."""
    changed = [{"contest_id": contest.id, **seen.wanted[unit]._asdict()} for unit in {*seen.changed, *more}]
    statement = insert_into(session, BoardUnit)
    statement = statement.on_conflict_do_update(
        index_elements=["contest_id", "unit_id"], set_={name: statement.excluded[name] for name in Line._fields}
    )
    for some in range(0, len(changed), CHUNK):
        session.execute(statement, changed[some : some + CHUNK])
    for gone in _chunks(seen.gone):
        session.execute(delete(BoardUnit).where(U.contest_id == contest.id, U.unit_id.in_(gone)))


def catch_up(session: Session, contest: Running, seen: Seen) -> bool:
    """Write what was seen a while ago. Units to which somebody added meanwhile may have been moved along the old tree: with all
    that lies above them they are put back to what was seen, and then moved anew. False where the boards do not hold all of them."""
    if not can_move(contest):
        write(session, contest, seen)
        return True
    own = _own_of(session, contest, _units_of(session, contest, seen.touched))
    meanwhile = {unit: figures for unit, figures in own.items() if not seen.has(unit, figures)}
    trees = (seen.old_parents, seen.parents)
    moved = {unit for parents in trees for start in meanwhile for unit in aggregation.line_of(start, parents)}
    write(session, contest, seen, moved & seen.wanted.keys())
    return _move(session, contest, meanwhile)


def _added(line: Any) -> tuple[int, int, int]:
    return line.own_people, line.own_sittings, line.own_points


def _rows(contest: Running) -> Any:
    return select(*(U[name] for name in Line._fields)).where(U.contest_id == contest.id)


def _own_then(session: Session, contest: Running, touched: Any, moment: int, parents: aggregation.Parents) -> dict[int, Figures]:
    """What has been added to each unit by a past moment: shares of those who have not handed in since, sittings of the others."""
    own = results.own_figures(session, contest, apart=touched)
    made = counted.finished(session, contest, moment, touched)
    for unit, figures in results.folded_figures(made, parents, contest.rules).items():
        own[unit] = own.get(unit, Figures()).plus(figures)
    return own


def _wanted(
    session: Session, whole: Tree, own: Mapping[int, Figures], contest: Running, moment: int | None
) -> Iterable[Line]:
    units = contest.rules.units
    is_local = units.is_local
    if is_local:
        figures = aggregation.roll_up(whole.parents, own)
        full = most_points(contest.rules)
        facts = {unit: Facts(mine, whole.headcount(unit), full_marks=full) for unit, mine in figures.items()}
    else:
        made = (
            counted.finished(session, contest, moment)
            if moment is not None and aggregation.needs_spread(units)
            else None
        )
        facts = results.facts_from(session, contest, whole, own, made, moment)
    for unit in results.taking_part(whole, contest.rules, list(whole.nodes)):
        node, alone = whole.nodes[unit], own.get(unit, Figures())
        mine = facts.get(unit) or Facts(headcount=whole.headcount(unit))
        yield Line(
            unit, node.parent_id, node.kind, node.code, mine.headcount,
            mine.figures.people, mine.figures.sittings, mine.figures.points, alone.people, alone.sittings, alone.points,
            results.unit_merit(mine, units), None if is_local else _metrics(mine, units),
        )  # fmt: skip


def _metrics(facts: Facts, rules: UnitRules) -> dict[str, str]:
    """The exact figures that decide, as texts, for showing them."""
    found = {"value": value(facts, rules)} | {str(metric): measure(metric, facts, rules) for metric in rules.metrics}
    return {name: str(figure) for name, figure in found.items() if figure is not None}


def can_move(contest: Running) -> bool:
    """Whether a unit's value follows from its own sums, so that what one person adds can be added to those above."""
    return contest.rules.units.is_local and not contest.rules.board.each_stage


def move(session: Session, contest: Running, entries: Any) -> bool:
    """Bring the units of these entries, listed or selected, and all above them up to date; False where the boards do not hold
    all of them."""
    return _move(session, contest, _own_of(session, contest, _units_of(session, contest, entries)))


def _own_of(session: Session, contest: Running, units: Iterable[int]) -> dict[int, Figures]:
    """What has been added to each of these units by now."""
    return {unit: own for some in _chunks(units) for unit, own in results.own_figures(session, contest, some).items()}


def _move(session: Session, contest: Running, own_now: Mapping[int, Figures]) -> bool:
    rows: dict[int, Row] = {}
    for some in _chunks(own_now):
        rows |= _lines(session, contest, some)
    changed: set[int] = set()
    for unit in own_now.keys() & rows.keys():
        own = own_now[unit]
        row = rows[unit]
        added = own.minus(Figures(row["own_people"], row["own_sittings"], row["own_points"]))
        row |= {"own_people": own.people, "own_sittings": own.sittings, "own_points": own.points}
        at: int | None = unit
        while at is not None and at in rows:
            figures = _figures(rows[at]).plus(added)
            rows[at] |= {"people": figures.people, "sittings": figures.sittings, "points": figures.points}
            changed.add(at)
            at = rows[at]["parent_id"]
    full = most_points(contest.rules)
    for unit in changed:
        row = rows[unit]
        facts = Facts(_figures(row), row["headcount"], full_marks=full)
        row["merit"] = results.unit_merit(facts, contest.rules.units)
    _update(session, contest, [rows[unit] for unit in changed])
    return own_now.keys() <= rows.keys()


def _chunks(units: Iterable[int]) -> Iterable[list[int]]:
    """No statement takes any number of values."""
    left = list(units)
    return (left[start : start + CHUNK] for start in range(0, len(left), CHUNK))


def _units_of(session: Session, contest: Running, entries: Any) -> set[int]:
    """The units that these entries add to."""
    mine = select(UnitShare.unit_id).where(UnitShare.contest_id == contest.id, UnitShare.entry_id.in_(entries))
    return set(session.scalars(mine.distinct()))


def _figures(row: Row) -> Figures:
    return Figures(row["people"], row["sittings"], row["points"])


def _lines(session: Session, contest: Running, units: Iterable[int]) -> dict[int, Row]:
    """These units and everything above them, by id."""
    line = select(U.unit_id, U.parent_id).where(U.contest_id == contest.id, U.unit_id.in_(units)).cte(recursive=True)
    above = select(U.unit_id, U.parent_id).join(line, and_(U.contest_id == contest.id, U.unit_id == line.c.parent_id))
    line = line.union(above)
    found = _rows(contest).where(U.unit_id.in_(select(line.c.unit_id)))
    return {row.unit_id: dict(row._mapping) for row in session.execute(found)}


def _update(session: Session, contest: Running, rows: Sequence[Row]) -> None:
    names = [name for name in Line._fields if name.startswith("own_") or name in ("people", "sittings", "points", "merit")]
    if rows:
        session.connection().execute(  # by row, not by the ORM's keys
            update(BoardUnit)
            .where(U.contest_id == contest.id, U.unit_id == bindparam("unit"))
            .values({name: bindparam(f"new_{name}") for name in names}),
            [{"unit": row["unit_id"], **{f"new_{name}": row[name] for name in names}} for row in rows],
        )
