"""What the rules make of the sittings of a rehearsal. Only joins the rules that a contest is decided by; decides nothing itself."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from quizapp.rules import aggregation
from quizapp.rules import units as unit_rules
from quizapp.rules.commendations import Candidate, Commendation, Decision, Of, commend, promoted
from quizapp.rules.contests import ContestRules, Promotion, division_of
from quizapp.rules.counting import Combine, Finished, Standing, Tie, standing
from quizapp.rules.ranking import lot, merit, places, value_merit
from quizapp.rules.rehearsal.cast import Cast, MadeUnit, Person
from quizapp.rules.units import Facts, Figures, Metric, Reason


@dataclass(frozen=True, slots=True)
class PersonPlace:
    place: int
    shared: bool
    person: Person
    standing: Standing
    merit: bytes


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """A unit with its place among those beside it (of the same unit above); without a place `reasons` say why."""

    place: int | None
    shared: bool
    unit: MadeUnit
    facts: Facts
    value: Fraction | None
    merit: bytes
    reasons: tuple[Reason, ...]

    @property
    def rate(self) -> Fraction | None:
        return unit_rules.rate(self.facts.figures.people, self.facts.headcount)


@dataclass(frozen=True, slots=True)
class Commended:
    """One line of the notice: who could be commended, and what became of each."""

    rule: Commendation
    candidates: Mapping[str, Candidate]
    decisions: tuple[Decision, ...]


class Places:
    """A contest's rules at work on made-up people; `seed` (hexadecimal) is that of lots and draws."""

    def __init__(self, rules: ContestRules, cast: Cast, seed: str) -> None:
        self.rules, self.cast, self.seed = rules, cast, seed
        self.parents = aggregation.rooted({unit.id: unit.parent for unit in cast.units})
        self.units = {unit.id: unit for unit in cast.units}
        self.persons = {person.key: person for person in cast.people}
        self.fold = partial(standing, counting=rules.counting, ties=rules.ties, pass_points=rules.pass_points)

    def merit(self, key: str, found: Standing) -> bytes:
        drawn = lot(self.seed, key) if Tie.LOT in self.rules.ties else 0
        return merit(found, self.rules.ties, drawn, means=self.rules.counting.combine is Combine.MEAN)

    def people(self, made: Mapping[str, Sequence[Finished]]) -> list[PersonPlace]:
        found = [(self.merit(key, of := self.fold(sittings)), key, of) for key, sittings in made.items() if sittings]
        found.sort(key=lambda row: row[1])
        found.sort(key=lambda row: row[0], reverse=True)
        placed = places((key for key, _, _ in found), dense=self.rules.board.dense)
        return [
            PersonPlace(place, shared, self.persons[key], of, earned)
            for (earned, key, of), (place, shared) in zip(found, placed, strict=True)
        ]

    def promoted(self, promotion: Promotion, made: Mapping[str, Sequence[Finished]]) -> set[str]:
        """Who goes on to the next stage; those who share the last place go on together."""
        rows = [row for row in self.people(made) if row.standing.valid]
        return promoted([self._person(row, promotion.per_unit) for row in rows], promotion.best, promotion.per_unit)

    def facts(self, made: Mapping[str, Sequence[Finished]]) -> dict[int, Facts]:
        """What decides about every unit with its subtree. Nobody enters a bonus in a rehearsal."""
        rules, spreads = self.rules, None
        own: dict[int, Figures] = defaultdict(Figures)
        for sittings in made.values():
            for unit, figures in aggregation.shares(sittings, self.parents, self.fold).items():
                own[unit] = own[unit].plus(figures)
        if aggregation.needs_spread(rules.units):
            each = [aggregation.by_unit(sittings, self.parents, self.fold) for sittings in made.values()]
            people = [{unit: of.points for unit, of in one.items()} for one in each]
            spreads = aggregation.spread_up(self.parents, people)
        return aggregation.facts_of(
            rules.units, aggregation.roll_up(self.parents, own),
            lambda unit: self.units[unit].headcount if unit in self.units else None,
            kinds={unit.id: unit.kind for unit in self.cast.units}, spreads=spreads, full_marks=rules.full_marks,
        )  # fmt: skip

    def unit_places(self, facts: Mapping[int, Facts]) -> list[UnitPlace]:
        """All units, list by list; those without a place last."""
        lists: dict[int | None, list[UnitPlace]] = defaultdict(list)
        for unit in self.cast.units:
            lists[unit.parent].append(self._unit(unit, facts.get(unit.id) or Facts(headcount=unit.headcount)))
        return [row for parent in sorted(lists, key=lambda parent: parent or 0) for row in self._placed(lists[parent])]

    def _unit(self, unit: MadeUnit, facts: Facts) -> UnitPlace:
        short = tuple(unit_rules.shortfalls(facts, self.rules.units))
        values = None if short else unit_rules.values(facts, self.rules.units)
        value = unit_rules.value(facts, self.rules.units)
        return UnitPlace(None, False, unit, facts, value, value_merit(values) if values else b"", short)

    def _placed(self, rows: Sequence[UnitPlace]) -> list[UnitPlace]:
        ranked = sorted((row for row in rows if row.merit), key=lambda row: row.unit.code)
        ranked.sort(key=lambda row: row.merit, reverse=True)
        placed = places((row.merit for row in ranked), dense=self.rules.board.dense)
        found = [
            UnitPlace(place, shared, row.unit, row.facts, row.value, row.merit, ())
            for row, (place, shared) in zip(ranked, placed, strict=True)
        ]
        return found + [row for row in rows if not row.merit]

    def commended(self, people: Sequence[PersonPlace], units: Sequence[UnitPlace]) -> list[Commended]:
        found = []
        for rule in self.rules.commendations:
            if rule.of is Of.PEOPLE:
                listed = [self._person(row, rule.per_unit) for row in people]
            else:
                above = {unit.parent for unit in self.cast.units}
                listed = [self._candidate(row, rule) for row in units if rule.kinds or row.unit.id not in above]
            found.append(Commended(rule, {c.key: c for c in listed}, tuple(commend(listed, rule))))
        return found

    def _person(self, row: PersonPlace, per_unit: str) -> Candidate:
        person, of = row.person, row.standing
        metrics = {Metric.POINTS: Fraction(of.points, 100), Metric.PAPERS: Fraction(of.valid)}
        kind = self.units[person.unit].kind if person.unit is not None else None
        return Candidate(person.key, row.merit, kind, person.division, self._above(person.unit, per_unit), metrics)

    def _candidate(self, row: UnitPlace, rule: Commendation) -> Candidate:
        metrics = {metric: unit_rules.measure(metric, row.facts, self.rules.units) for metric, _ in rule.least}
        barred = row.reasons or (() if row.merit else (("缺少排名需要的数据", {}),))
        return Candidate(
            row.unit.code,
            row.merit,
            row.unit.kind,
            division_of(self.rules, row.unit.kind),
            self._above(row.unit.id, rule.per_unit),
            metrics,
            barred,
        )

    def _above(self, unit: int | None, per_unit: str) -> str | None:
        """The unit of the kind that the quota holds for, on the line to the top."""
        if unit is None or not per_unit:
            return None
        line = (self.units[at] for at in aggregation.line_of(unit, self.parents) if at in self.units)
        return next((at.code for at in line if at.kind == per_unit), None)
