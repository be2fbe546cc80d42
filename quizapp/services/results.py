"""Results: people and units with their places, now and as of any past moment."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from quizapp.models.contests import Entry, EntryMove
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing, UnitShare
from quizapp.rules import aggregation, scoring
from quizapp.rules.aggregation import Figures
from quizapp.rules.attempts import Track
from quizapp.rules.contests import ContestRules, UnitRules
from quizapp.rules.ranking import merit, places, value_merit
from quizapp.services.contests import Running
from quizapp.services.organisations import Tree, tree

Fold = Callable[[Sequence[scoring.Finished]], scoring.Standing]


@dataclass(frozen=True, slots=True)
class PersonResult:
    """One contestant's standing with the place in the list asked for; points in hundredths."""

    place: int
    shared: bool
    entry_id: str
    name: str
    phone: str | None
    unit_code: str | None
    unit_name: str | None
    division: str
    points: int
    time_ms: int
    finished_at: int
    sittings: int
    merit: bytes


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One unit's figures with the place in the list asked for; without a place `reasons` say why."""

    place: int | None
    shared: bool
    unit_id: int
    code: str
    name: str
    kind: str | None
    parent_name: str | None
    figures: Figures
    headcount: int | None
    rate: Fraction | None
    value: Fraction | None
    reasons: tuple[tuple[str, dict[str, object]], ...]
    has_children: bool

    @property
    def flagged(self) -> bool:
        return aggregation.is_flagged(self.figures.people, self.headcount)

    def shown_mean(self, rules: UnitRules) -> Fraction | None:
        """The mean as the public sees it: that of a very small unit would give away its people."""
        return None if self.figures.people < rules.hide_mean_below else self.figures.mean

    def shown_value(self, rules: UnitRules) -> Fraction | None:
        """The value likewise, where it is made of the mean."""
        return None if rules.by_mean and self.figures.people < rules.hide_mean_below else self.value


def _fold(rules: ContestRules) -> Fold:
    return partial(scoring.standing, counts=rules.counts, ties=rules.ties)


def people(
    session: Session, contest: Running, *, as_of: int | None = None, division: str = "", under: Unit | None = None
) -> list[PersonResult]:
    """Everybody with a standing, best first; places are within the division and the subtree asked for."""
    rows = _standings_now(session, contest) if as_of is None else _standings_then(session, contest, as_of)
    query = select(Entry.id, Entry.name, Entry.phone, Entry.division, Unit.id, Unit.code, Unit.name, Unit.path)
    facts = {
        row[0]: row
        for row in session.execute(
            query.outerjoin(Unit, Unit.id == Entry.unit_id).where(Entry.contest_id == contest.id, Entry.counts)
        )
    }
    units = {row[0]: row for row in session.execute(select(Unit.id, Unit.code, Unit.name, Unit.path))}
    listed = []
    for entry_id, unit_id, standing in rows:
        fact = facts.get(entry_id)
        unit = units.get(unit_id) if unit_id is not None else None
        if fact is None or (division and fact[3] != division):
            continue
        if under is not None and (unit is None or not unit[3].startswith(under.path)):
            continue
        listed.append((merit(standing, contest.rules.ties), entry_id, fact, unit, standing))
    listed.sort(key=lambda row: row[1])
    listed.sort(key=lambda row: row[0], reverse=True)
    return [
        PersonResult(
            place, shared, entry_id, fact[1], fact[2], unit[1] if unit else None, unit[2] if unit else None, fact[3],
            standing.points, standing.time_ms, standing.finished_at, standing.sittings, key,
        )
        for (key, entry_id, fact, unit, standing), (place, shared) in zip(listed, places(r[0] for r in listed), strict=True)
    ]  # fmt: skip


def _standings_now(session: Session, contest: Running) -> Iterable[tuple[str, int | None, scoring.Standing]]:
    for row in session.execute(
        select(
            Standing.entry_id, Standing.unit_id, Standing.points, Standing.time_ms, Standing.finished_at, Standing.sittings
        ).where(Standing.contest_id == contest.id)
    ):
        yield row[0], row[1], scoring.Standing(*row[2:])


def _standings_then(
    session: Session, contest: Running, as_of: int
) -> Iterable[tuple[str, int | None, scoring.Standing]]:
    fold = _fold(contest.rules)
    for entry_id, sittings in _finished(session, contest, as_of).items():
        yield entry_id, max(sittings, key=lambda s: s.attempt_no).unit_id, fold(sittings)


def _finished_query(contest: Running) -> Any:
    return (
        select(
            Sitting.entry_id, Sitting.points, Sitting.time_ms, Sitting.finished_at, Sitting.day, Sitting.attempt_no,
            Sitting.unit_id,
        )
        .join(Entry, and_(Entry.contest_id == Sitting.contest_id, Entry.id == Sitting.entry_id))
        .where(
            Sitting.contest_id == contest.id, Sitting.track == Track.COUNTED.value, Sitting.state == "handed_in",
            Entry.counts,
        )
    )  # fmt: skip


def _finished(
    session: Session, contest: Running, as_of: int | None, entries: Any = None
) -> dict[str, list[scoring.Finished]]:
    """Counted sittings by entry, those finished by `as_of` only."""
    query = _finished_query(contest)
    if as_of is not None:
        query = query.where(Sitting.finished_at <= as_of)
    if entries is not None:
        query = query.where(Sitting.entry_id.in_(entries))
    found: dict[str, list[scoring.Finished]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(scoring.Finished(*row[1:]))
    return found


def unit_figures(session: Session, contest: Running, parents: aggregation.Parents, as_of: int | None = None) -> dict[int, Figures]:
    """Figures of every unit with its subtree, now or as of a past moment."""
    fold = _fold(contest.rules)
    if as_of is not None:
        return _figures_of(_finished(session, contest, as_of).values(), parents, fold)
    movers = select(EntryMove.entry_id).where(EntryMove.contest_id == contest.id)
    rows = session.execute(
        select(UnitShare.unit_id, func.count(), func.sum(UnitShare.sittings), func.sum(UnitShare.points))
        .where(UnitShare.contest_id == contest.id, UnitShare.entry_id.not_in(movers))
        .group_by(UnitShare.unit_id)
    )
    direct = {unit: Figures(count, int(sittings), int(points)) for unit, count, sittings, points in rows}
    moved = _finished(session, contest, None, movers).values()
    return aggregation.roll_up(parents, direct, moved, fold)


def _figures_of(
    sittings_by_entry: Iterable[Sequence[scoring.Finished]], parents: aggregation.Parents, fold: Fold
) -> dict[int, Figures]:
    direct: dict[int, Figures] = defaultdict(Figures)
    movers = []
    for sittings in sittings_by_entry:
        units = {sitting.unit_id for sitting in sittings}
        if len(units) > 1:
            movers.append(sittings)
        elif (unit := units.pop()) is not None:
            direct[unit] = direct[unit].plus(Figures(1, len(sittings), fold(sittings).points))
    return aggregation.roll_up(parents, direct, movers, fold)


def units(
    session: Session, contest: Running, *, as_of: int | None = None, kind: str = "", under: Unit | None = None
) -> list[UnitResult]:
    """Units with places within the list: the children of `under` (the top without it), or all its descendants of a kind."""
    whole = tree(session, as_of)
    figures = unit_figures(session, contest, whole.parents, as_of)
    return rank_units(whole, figures, contest.rules, listed(whole, under.id if under else None, kind))


def listed(whole: Tree, under: int | None, kind: str) -> list[int]:
    """Which units a list holds."""
    if kind:
        return [unit for unit in whole.below(under) if whole.nodes[unit].kind == kind]
    return list(whole.children.get(under, ()))


def rank_units(whole: Tree, figures: dict[int, Figures], rules: ContestRules, ids: Sequence[int]) -> list[UnitResult]:
    """Places for the units that qualify, the best first; then the others by code."""
    qualified: list[tuple[bytes, UnitResult]] = []
    others = []
    for unit_id in _taking_part(whole, rules, ids):
        row = unit_result(whole, figures, rules, unit_id)
        if row.reasons or row.value is None:
            others.append(row)
        else:
            qualified.append((value_merit(row.value), row))
    qualified.sort(key=lambda line: line[1].code)
    qualified.sort(key=lambda line: line[0], reverse=True)
    placed = [
        _placed(row, place, shared)
        for (_, row), (place, shared) in zip(qualified, places(key for key, _ in qualified), strict=True)
    ]
    return placed + sorted(others, key=lambda row: row.code)


def _taking_part(whole: Tree, rules: ContestRules, ids: Sequence[int]) -> Sequence[int]:
    """Of these units those that the contest is for, with what lies above and below them."""
    if not rules.entry.units:
        return ids
    named = {unit for unit, node in whole.nodes.items() if node.code in rules.entry.units}
    above = {unit for start in named for unit in aggregation.line_of(start, whole.parents)}
    return [unit for unit in ids if unit in above or named & set(aggregation.line_of(unit, whole.parents))]


def _placed(row: UnitResult, place: int, shared: bool) -> UnitResult:
    return UnitResult(
        place, shared, row.unit_id, row.code, row.name, row.kind, row.parent_name, row.figures, row.headcount,
        row.rate, row.value, (), row.has_children,
    )  # fmt: skip


def unit_result(whole: Tree, figures: dict[int, Figures], rules: ContestRules, unit_id: int) -> UnitResult:
    """One unit without a place, with the reasons why it would get none."""
    node = whole.nodes[unit_id]
    mine = figures.get(unit_id, Figures())
    headcount = whole.headcount(unit_id)
    return UnitResult(
        place=None,
        shared=False,
        unit_id=unit_id,
        code=node.code,
        name=node.name,
        kind=node.kind,
        parent_name=whole.nodes[node.parent_id].name if node.parent_id else None,
        figures=mine,
        headcount=headcount,
        rate=aggregation.rate(mine.people, headcount),
        value=aggregation.value(mine, headcount, rules.units),
        reasons=tuple(aggregation.shortfalls(mine, headcount, rules.units)),
        has_children=bool(whole.children.get(unit_id)),
    )
