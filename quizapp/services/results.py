"""Results: units with their places, now and as of any past moment; what a person's and a unit's line say."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.models.organisations import Unit
from quizapp.models.records import UnitBonus
from quizapp.models.standings import UnitShare
from quizapp.rules import aggregation
from quizapp.rules import units as unit_rules
from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Finished
from quizapp.rules.full_marks import most_points
from quizapp.rules.ranking import places, value_merit
from quizapp.rules.units import Facts, Figures, Metric, Reason, UnitRules
from quizapp.services.contests import Running
from quizapp.services.counted import finished, folding, stage_shown
from quizapp.services.organisations import Tree, tree


class PersonResult(NamedTuple):
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
    valid: int
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
    facts: Facts
    value: Fraction | None
    reasons: tuple[Reason, ...]
    has_children: bool

    @property
    def figures(self) -> Figures:
        return self.facts.figures

    @property
    def headcount(self) -> int | None:
        return self.facts.headcount

    @property
    def rate(self) -> Fraction | None:
        return unit_rules.rate(self.figures.people, self.headcount)

    @property
    def flagged(self) -> bool:
        return unit_rules.is_flagged(self.figures.people, self.headcount)

    def shown_mean(self, rules: UnitRules) -> Fraction | None:
        """The mean as the public sees it: that of a very small unit would give away its people."""
        return None if self.figures.people < rules.hide_mean_below else self.figures.mean

    def shown_value(self, rules: UnitRules) -> Fraction | None:
        """The value likewise, where it is made of points."""
        return None if rules.by_points and self.figures.people < rules.hide_mean_below else self.value


def unit_facts(session: Session, contest: Running, whole: Tree, as_of: int | None = None) -> dict[int, Facts]:
    """What decides about every unit with its subtree, now or as of a past moment."""
    rules = contest.rules
    made = None if as_of is None else finished(session, contest, as_of)
    parents = aggregation.rooted(whole.parents)
    own = own_figures(session, contest) if made is None else folded_figures(made, parents, rules)
    return facts_from(session, contest, whole, own, made, as_of)


def facts_from(
    session: Session, contest: Running, whole: Tree, own: Mapping[int, Figures],
    made: Mapping[str, Sequence[Finished]] | None, as_of: int | None,
) -> dict[int, Facts]:  # fmt: skip
    """The same from what is added to each unit; `made`: the sittings by entry, None for those that are stored now."""
    rules, parents = contest.rules, aggregation.rooted(whole.parents)
    spreads = None
    if aggregation.needs_spread(rules.units):
        spreads = aggregation.spread_up(parents, list(_points_by_unit(session, contest, parents, made)))
    return aggregation.facts_of(
        rules.units, aggregation.roll_up(parents, own),
        lambda unit: whole.headcount(unit) if unit in whole.nodes else None,
        kinds={unit: node.kind for unit, node in whole.nodes.items()}, spreads=spreads, full_marks=most_points(rules),
        bonuses=_bonuses(session, contest, as_of) if Metric.BONUS in rules.units.metrics else None,
    )  # fmt: skip


def _bonuses(session: Session, contest: Running, as_of: int | None) -> dict[int, int]:
    """The newest bonus of each unit, hundredths."""
    query = select(UnitBonus.unit_id, UnitBonus.points).where(UnitBonus.contest_id == contest.id).order_by(UnitBonus.id)
    return dict(session.execute(query if as_of is None else query.where(UnitBonus.at <= as_of)).all())


def _points_by_unit(
    session: Session, contest: Running, parents: aggregation.Parents, made: Mapping[str, Sequence[Finished]] | None
) -> Iterator[dict[int, int]]:
    """For every person unit -> points, as `aggregation.spread_up` takes it; who moved is folded anew."""
    fold = folding(contest.rules)
    if made is None:
        shares = select(UnitShare.entry_id, UnitShare.unit_id, UnitShare.points).where(*_shares_of(session, contest))
        found: dict[str, dict[int, int]] = defaultdict(dict)
        for entry, unit, points in session.execute(shares):
            found[entry][unit] = points
        yield from (units for units in found.values() if len(units) == 1)
        made = finished(session, contest, None, [entry for entry, units in found.items() if len(units) > 1])
    for sittings in made.values():
        yield {unit: of.points for unit, of in aggregation.by_unit(sittings, parents, fold).items()}


def _shares_of(session: Session, contest: Running) -> tuple[Any, ...]:
    """Which shares are of the standings that are shown."""
    mine = UnitShare.contest_id == contest.id
    return (mine, UnitShare.stage == stage_shown(session, contest)) if contest.rules.board.each_stage else (mine,)


def own_figures(
    session: Session, contest: Running, units: Iterable[int] | None = None, apart: Any = None
) -> dict[int, Figures]:
    """What has been added to each unit (or to those of `units`) by everybody but the entries `apart`."""
    added = ("people", "sittings", "points", "valid", "scored", "full", "passed")
    query = (
        select(UnitShare.unit_id, *(func.sum(getattr(UnitShare, name)) for name in added))
        .where(*_shares_of(session, contest))
        .group_by(UnitShare.unit_id)
    )
    if units is not None:
        query = query.where(UnitShare.unit_id.in_(units))
    if apart is not None:
        query = query.where(UnitShare.entry_id.not_in(apart))
    return {unit: Figures(*map(int, sums)) for unit, *sums in session.execute(query)}


def folded_figures(
    sittings: Mapping[str, Sequence[Finished]], parents: aggregation.Parents, rules: ContestRules
) -> dict[int, Figures]:
    """The same from the sittings themselves, by entry."""
    own: dict[int, Figures] = defaultdict(Figures)
    for made in sittings.values():
        for unit, figures in aggregation.shares(made, parents, folding(rules)).items():
            own[unit] = own[unit].plus(figures)
    return own


def units(
    session: Session, contest: Running, *, as_of: int | None = None, kind: str = "", under: Unit | None = None
) -> list[UnitResult]:
    """Units with places within the list: the children of `under` (the top without it), or all its descendants of a kind."""
    whole = tree(session, as_of)
    facts = unit_facts(session, contest, whole, as_of)
    return rank_units(whole, facts, contest.rules, listed(whole, under.id if under else None, kind))


def listed(whole: Tree, under: int | None, kind: str) -> list[int]:
    """Which units a list holds."""
    if kind:
        return [unit for unit in whole.below(under) if whole.nodes[unit].kind == kind]
    return list(whole.children.get(under, ()))


def rank_units(whole: Tree, facts: Mapping[int, Facts], rules: ContestRules, ids: Sequence[int]) -> list[UnitResult]:
    """Places for the units that qualify, the best first; then the others by code."""
    qualified: list[tuple[bytes, UnitResult]] = []
    others = []
    for unit_id in taking_part(whole, rules, ids):
        row = unit_result(whole, facts, rules, unit_id)
        if merit := unit_merit(row.facts, rules.units):
            qualified.append((merit, row))
        else:
            others.append(row)
    qualified.sort(key=lambda line: line[1].code)
    qualified.sort(key=lambda line: line[0], reverse=True)
    placed = [
        replace(row, place=place, shared=shared)
        for (_, row), (place, shared) in zip(
            qualified, places((key for key, _ in qualified), dense=rules.board.dense), strict=True
        )
    ]
    return placed + sorted(others, key=lambda row: row.code)


def taking_part(whole: Tree, rules: ContestRules, ids: Sequence[int]) -> Sequence[int]:
    """Of these units those that the contest is for, with what lies above and below them."""
    if not rules.entry.units:
        return ids
    named = {unit for unit, node in whole.nodes.items() if node.code in rules.entry.units}
    above = {unit for start in named for unit in aggregation.line_of(start, whole.parents)}
    return [unit for unit in ids if unit in above or named & set(aggregation.line_of(unit, whole.parents))]


def unit_merit(facts: Facts, rules: UnitRules) -> bytes:
    """The key that units are ranked by; empty, and so behind all others, for a unit that gets no place."""
    found = None if unit_rules.shortfalls(facts, rules) else unit_rules.values(facts, rules)
    return value_merit(found) if found else b""


def unit_result(whole: Tree, facts: Mapping[int, Facts], rules: ContestRules, unit_id: int) -> UnitResult:
    """One unit without a place, with the reasons why it would get none."""
    node = whole.nodes[unit_id]
    return measured(
        rules, facts.get(unit_id) or Facts(headcount=whole.headcount(unit_id)),
        unit_id=unit_id, code=node.code, name=node.name, kind=node.kind,
        parent_name=whole.nodes[node.parent_id].name if node.parent_id else None,
        has_children=bool(whole.children.get(unit_id)),
    )  # fmt: skip


def measured(rules: ContestRules, facts: Facts, **known: Any) -> UnitResult:
    """What the rules make of a unit's facts; `known` are the unit's own fields."""
    return UnitResult(
        place=None,
        shared=False,
        facts=facts,
        value=unit_rules.value(facts, rules.units),
        reasons=tuple(unit_rules.shortfalls(facts, rules.units)),
        **known,
    )
