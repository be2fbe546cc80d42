"""Units on the boards: all of them looked at, or only those above the people who handed in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, delete, select, update
from sqlalchemy.orm import Session

from quizapp.models.base import insert_into
from quizapp.models.boards import BoardUnit
from quizapp.models.standings import Standing, UnitShare
from quizapp.rules import aggregation
from quizapp.rules.full_marks import most_points
from quizapp.rules.units import Facts, Figures, UnitRules, measure, value
from quizapp.services import counted, results
from quizapp.services.contests import Running
from quizapp.services.organisations import Tree, tree

S: Any = Standing.__table__.c
U: Any = BoardUnit.__table__.c
NAMES = [column.name for column in BoardUnit.__table__.c if column.name != "contest_id"]
CHUNK = 5_000

Row = dict[str, Any]


def refresh(session: Session, contest: Running, since: int, moment: int | None) -> None:
    """Look at every unit, now or as of a past moment; what was changed before `since` is taken from the shares."""
    whole = tree(session, moment)
    own = (
        results.own_figures(session, contest)
        if moment is None
        else _own_then(session, contest, since, moment, whole.parents)
    )
    known: dict[int, Row] = {row.unit_id: dict(row._mapping) for row in session.execute(_rows(contest))}
    wanted = {row["unit_id"]: row for row in _wanted(session, whole, own, contest, moment)}
    changed = [row for unit, row in wanted.items() if known.get(unit) != row]
    for some in range(0, len(changed), CHUNK):
        statement = insert_into(session, BoardUnit)
        statement = statement.on_conflict_do_update(
            index_elements=["contest_id", "unit_id"], set_={name: statement.excluded[name] for name in NAMES}
        )
        session.execute(statement, [{"contest_id": contest.id, **row} for row in changed[some : some + CHUNK]])
    gone = [unit for unit in known if unit not in wanted]
    for some in range(0, len(gone), CHUNK):
        session.execute(delete(BoardUnit).where(U.contest_id == contest.id, U.unit_id.in_(gone[some : some + CHUNK])))


def _rows(contest: Running) -> Any:
    return select(*(U[name] for name in NAMES)).where(U.contest_id == contest.id)


def _own_then(
    session: Session, contest: Running, since: int, moment: int, parents: aggregation.Parents
) -> dict[int, Figures]:
    """What has been added to each unit by a past moment: shares of those who have not handed in since, sittings of the others."""
    touched = select(S.entry_id).where(S.contest_id == contest.id, S.changed_at >= since)
    own = results.own_figures(session, contest, apart=touched)
    made = counted.finished(session, contest, moment, touched)
    for unit, figures in results.folded_figures(made, parents, contest.rules).items():
        own[unit] = own.get(unit, Figures()).plus(figures)
    return own


def _wanted(
    session: Session, whole: Tree, own: Mapping[int, Figures], contest: Running, moment: int | None
) -> Iterable[Row]:
    units = contest.rules.units
    if units.is_local:
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
        yield {
            "unit_id": unit,
            "parent_id": node.parent_id,
            "kind": node.kind,
            "code": node.code,
            "headcount": mine.headcount,
            "people": mine.figures.people,
            "sittings": mine.figures.sittings,
            "points": mine.figures.points,
            "own_people": alone.people,
            "own_sittings": alone.sittings,
            "own_points": alone.points,
            "merit": results.unit_merit(mine, units),
            "metrics": None if units.is_local else _metrics(mine, units),
        }


def _metrics(facts: Facts, rules: UnitRules) -> dict[str, str]:
    """The exact figures that decide, as texts, for showing them."""
    found = {"value": value(facts, rules)} | {str(metric): measure(metric, facts, rules) for metric in rules.metrics}
    return {name: str(figure) for name, figure in found.items() if figure is not None}


def move(session: Session, contest: Running, entries: Sequence[str]) -> bool:
    """Bring the units of these entries, and all above them, up to date; False where that does not do: the tree knows them no
    more, or units depend on each other."""
    if not contest.rules.units.is_local or contest.rules.board.each_stage:
        return False
    dirty = set(
        session.scalars(
            select(UnitShare.unit_id)
            .where(UnitShare.contest_id == contest.id, UnitShare.entry_id.in_(entries))
            .distinct()
        )
    )
    rows = _lines(session, contest, dirty)
    if not dirty <= rows.keys():
        return False
    changed: set[int] = set()
    for unit, own in results.own_figures(session, contest, dirty).items():
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
    return True


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
    names = [name for name in NAMES if name.startswith("own_") or name in ("people", "sittings", "points", "merit")]
    if rows:
        session.connection().execute(  # by row, not by the ORM's keys
            update(BoardUnit)
            .where(U.contest_id == contest.id, U.unit_id == bindparam("unit"))
            .values({name: bindparam(f"new_{name}") for name in names}),
            [{"unit": row["unit_id"], **{f"new_{name}": row[name] for name in names}} for row in rows],
        )
