"""What the rules make of the sittings of a rehearsal. Only joins the rules that a contest is decided by; decides nothing itself."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from quizapp.rules import aggregation, candidates
from quizapp.rules import units as unit_rules
from quizapp.rules.commendations import Candidate, Commendation, promoted
from quizapp.rules.contests import ContestRules, Promotion, division_of
from quizapp.rules.counting import Combine, Finished, Standing, Tie, standing
from quizapp.rules.full_marks import most_points
from quizapp.rules.ranking import lot, merit, places, value_merit
from quizapp.rules.rehearsal.cast import Cast, MadeUnit, Person
from quizapp.rules.units import Facts, Figures, Reason


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
        people = [self.person(row, promotion.per_unit) for row in rows]
        return promoted(people, promotion.best, promotion.share, promotion.per, promotion.per_unit)

    def facts(self, made: Mapping[str, Sequence[Finished]]) -> dict[int, Facts]:
        """What decides about every unit with its subtree. Nobody enters a bonus in a rehearsal."""
        rules, spreads = self.rules, None
        also = candidates.asked(rules.commendations)
        own: dict[int, Figures] = defaultdict(Figures)
        for sittings in made.values():
            for unit, figures in aggregation.shares(sittings, self.parents, self.fold).items():
                own[unit] = own[unit].plus(figures)
        if aggregation.needs_spread(rules.units, also):
            each = [aggregation.by_unit(sittings, self.parents, self.fold) for sittings in made.values()]
            people = [{unit: of.points for unit, of in one.items()} for one in each]
            spreads = aggregation.spread_up(self.parents, people)
        return aggregation.facts_of(
            rules.units, aggregation.roll_up(self.parents, own),
            lambda unit: self.units[unit].headcount if unit in self.units else None,
            kinds={unit.id: unit.kind for unit in self.cast.units}, spreads=spreads, full_marks=most_points(rules), also=also,
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

    def person(self, row: PersonPlace, per_unit: str) -> Candidate:
        who = row.person
        unit = None if who.unit is None else self.units[who.unit]
        return candidates.person(
            who.key, row.merit, row.standing, kind=unit.kind if unit else None, division=who.division,
            above=self._above(who.unit, per_unit), unit=unit.code if unit else None,
        )  # fmt: skip

    def unit(self, unit: MadeUnit, facts: Facts, rule: Commendation) -> Candidate:
        return candidates.unit(
            unit.code, facts, self.rules.units, rule, kind=unit.kind, division=division_of(self.rules, unit.kind),
            above=self._above(unit.id, rule.per_unit),
        )  # fmt: skip

    def _above(self, unit: int | None, per_unit: str) -> str | None:
        """The unit of the kind that the quota holds for, on the line to the top."""
        if unit is None or not per_unit:
            return None
        line = (self.units[at] for at in aggregation.line_of(unit, self.parents) if at in self.units)
        return next((at.code for at in line if at.kind == per_unit), None)
