"""What the product's rules say of a made-up contest, as plain values to compare."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from generated import Case, Sat
from generated_file import BANKS
from said_by_reference import Told, epoch, lists, millis, split

from quizapp.formats.contest.yaml import read_contest
from quizapp.rules import aggregation, candidates, commendations, ranking, scoring, units
from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Finished, Standing
from quizapp.rules.full_marks import most_points
from quizapp.rules.items import Item, Kind
from quizapp.rules.papers import PaperItem
from quizapp.rules.stages import counted, stages_of
from quizapp.rules.tickets import pools, tickets
from quizapp.rules.timing import contest_day
from quizapp.services.contests import Running
from quizapp.services.counted import folding, merit_of
from quizapp.services.organisations import Node, Tree
from quizapp.services.results import rank_units

ITEMS = {
    code: tuple(
        Item(
            f"{code}-{n}", Kind(each.kind), f"第{n}题", each.key == {1} if each.kind == "judge" else tuple(sorted(each.key)),
            choices=() if each.kind == "judge" else tuple("甲乙丙丁"), topic=each.topic,
        )
        for n, each in enumerate(bank)
    )
    for code, bank in BANKS.items()
}  # fmt: skip


def scored(rules: ContestRules, sat: Sat) -> scoring.Score:
    """One sitting, answered and marked."""
    paper = tuple(PaperItem(place.bank, place.index, round(Decimal(place.points) * 100)) for place in sat.paper)
    answers: dict[int, Any] = {}
    for number, place in enumerate(sat.paper, start=1):
        judge = BANKS[place.bank][place.index].kind == "judge"
        answers[number] = (place.chosen == {1} if judge else tuple(sorted(place.chosen))) if place.chosen else None
    return scoring.score(paper, ITEMS, answers, rules.scoring, millis(sat.time))


class Product:
    """The product's view of a case, or of the sittings of one stage."""

    def __init__(self, case: Case, only: str | None = None) -> None:
        self.case, self.rules = case, read_contest(case.text.encode(), "contest.yaml")
        self.contest = Running(1, self.rules, {}, False, case.seed)
        self.ids = {each.code: number for number, each in enumerate(case.offices, start=1)}
        self.codes = {number: code for code, number in self.ids.items()}
        self.sat = [sat for sat in case.sat if only is None or self.stage(sat) == only]
        self.scores = [scored(self.rules, sat) for sat in self.sat]

    def stage(self, sat: Sat) -> str:
        """The code of the stage in which a sitting began."""
        if self.rules.cycle is None:
            return sat.stage
        started = epoch(sat.started)
        return next(s.code for s in stages_of(self.rules) if (s.opens_at or 0) <= started < (s.closes_at or 0))

    def finished(self, number: int) -> Finished:
        sat, score = self.sat[number], self.scores[number]
        started, time = epoch(sat.started), millis(sat.time)
        return Finished(
            score.points, time, started + time, contest_day(self.rules.zone, started), number + 1, self.ids[sat.unit], self.stage(sat),
            score.valid, score.sub_points, score.right, len(score.marks), score.points == score.of,
        )  # fmt: skip

    def sittings(self) -> Told:
        return {
            str(n): (list(s.marks), s.points, s.right, s.valid, s.sub_points, s.points == s.of)
            for n, s in enumerate(self.scores)
        }

    @cached_property
    def by_person(self) -> dict[str, list[Finished]]:
        made: dict[str, list[Finished]] = {}
        for number, sat in enumerate(self.sat):
            made.setdefault(sat.entry, []).append(self.finished(number))
        found = {entry: counted(self.rules, theirs) for entry, theirs in made.items()}
        return {entry: theirs for entry, theirs in found.items() if theirs}

    @cached_property
    def people(self) -> dict[str, Standing]:
        return {entry: folding(self.rules)(theirs) for entry, theirs in self.by_person.items()}

    def standings(self) -> Told:
        return {
            entry: (s.points, s.time_ms, s.total_ms, s.sub_points, s.sittings, s.finished_at, s.valid, s.full, s.passed)
            for entry, s in self.people.items()
        }

    @cached_property
    def merits(self) -> dict[str, bytes]:
        return {entry: merit_of(self.contest, entry, found) for entry, found in self.people.items()}

    def places(self) -> dict[str, Told]:
        return {name: self._placed(merits) for name, merits in split(self.case, self.merits).items()}

    def _placed(self, merits: dict[str, bytes]) -> Told:
        best = sorted(merits, key=lambda name: merits[name], reverse=True)
        found = ranking.places((merits[name] for name in best), dense=self.rules.board.dense)
        return {name: place for name, (place, _) in zip(best, found, strict=True)}

    @cached_property
    def tree(self) -> Tree:
        nodes = {
            self.ids[o.code]: Node(self.ids[o.code], o.code, o.code, o.kind, self.ids.get(o.parent or ""), o.head_count)
            for o in self.case.offices
        }
        children: dict[int | None, list[int]] = {}
        for node in nodes.values():
            children.setdefault(node.parent_id, []).append(node.id)
        return Tree(nodes, {node.id: node.parent_id for node in nodes.values()}, children)

    @cached_property
    def facts(self) -> dict[int, units.Facts]:
        """What decides about each unit."""
        parents, fold, people = aggregation.rooted(self.tree.parents), folding(self.rules), self.by_person.values()
        own: dict[int, units.Figures] = {}
        for theirs in people:
            for unit, figures in aggregation.shares(theirs, parents, fold).items():
                own[unit] = own.get(unit, units.Figures()).plus(figures)
        points = [
            {unit: s.points for unit, s in aggregation.by_unit(theirs, parents, fold).items()} for theirs in people
        ]
        return aggregation.facts_of(
            self.rules.units, aggregation.roll_up(parents, own),
            lambda unit: self.tree.headcount(unit) if unit in self.tree.nodes else None,
            kinds={unit: node.kind for unit, node in self.tree.nodes.items()}, spreads=aggregation.spread_up(parents, points),
            bonuses={self.ids[o.code]: round(Decimal(o.bonus) * 100) for o in self.case.offices if o.bonus},
            full_marks=most_points(self.rules),
        )  # fmt: skip

    def figures(self) -> Told:
        """People, sittings, valid sittings and points of every unit with anybody."""
        found = {self.codes[unit]: facts.figures for unit, facts in self.facts.items() if unit and facts.figures.people}
        return {code: (f.people, f.sittings, f.valid, f.points) for code, f in found.items()}

    def metric(self, code: str, metric: units.Metric) -> Fraction | None:
        return units.measure(metric, self.facts[self.ids[code]], self.rules.units)

    def unit_places(self) -> dict[str, Told]:
        found = {
            name: rank_units(self.tree, self.facts, self.rules, [self.ids[c] for c in codes])
            for name, codes in lists(self.case).items()
        }
        assert all((row.place is None) == bool(row.reasons) for rows in found.values() for row in rows)
        return {name: {row.code: row.place for row in rows if row.place is not None} for name, rows in found.items()}

    def commended(self) -> list[Told]:
        made: dict[str, Told] = {}
        for rule in self.rules.commendations:
            everybody = self._units(rule) if rule.of is commendations.Of.UNITS else self._people(rule)
            decided = commendations.commend(candidates.not_again(everybody, rule, made), rule)
            made[rule.title] = {one.key: one.grade for one in decided if one.grade is not None}
        return list(made.values())

    def _above(self, unit: int, kind: str) -> str | None:
        line = [self.tree.nodes[each] for each in aggregation.line_of(unit, self.tree.parents)]
        return next((node.code for node in line if node.kind == kind), None)

    def _units(self, rule: commendations.Commendation) -> Sequence[commendations.Candidate]:
        return [
            candidates.unit(node.code, facts, self.rules.units, rule, kind=node.kind, above=self._above(unit, rule.per_unit))
            for unit, node in self.tree.nodes.items()
            for facts in [self.facts.get(unit, units.Facts())]
        ]  # fmt: skip

    def _people(self, rule: commendations.Commendation) -> Sequence[commendations.Candidate]:
        newest = {entry: max(made, key=lambda s: s.finished_at).unit_id or 0 for entry, made in self.by_person.items()}
        return [
            candidates.person(
                entry, self.merits[entry], s, kind=self.tree.nodes[newest[entry]].kind, division=self.case.people[entry],
                above=self._above(newest[entry], rule.per_unit), unit=self.codes[newest[entry]],
            )
            for entry, s in self.people.items()
        ]  # fmt: skip

    def tickets(self) -> Told:
        rules = self.rules.tickets
        if rules is None:
            return {}
        return {entry: sorted(tickets(made, rules).values()) for entry, made in self.by_person.items()}

    def pools(self) -> list[Told]:
        """For each prize, how many tickets of each stage are in its draw."""
        rules = self.rules.tickets
        if rules is None:
            return []
        found = [held for _, held in pools(self.by_person, rules, self.rules.prizes)]
        return [{entry: sorted(of.values()) for entry, of in held.items()} for held in found]
