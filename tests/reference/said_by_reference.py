"""What the reference says of a made-up contest, as plain values to compare."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import reference as ref
from generated import Case, Sat
from generated_file import BANKS

Told = dict[str, Any]


class Reference:
    """The reference's view of a case, or of some of its sittings."""

    def __init__(self, case: Case, results: Sequence[ref.Result] | None = None) -> None:
        self.case, self.file = case, ref.read(case.text)
        self.units = [ref.Unit(o.code, o.kind, o.parent, o.head_count, Decimal(o.bonus or 0)) for o in case.offices]
        made = (self._sitting(number, sat) for number, sat in enumerate(case.sat))
        self.results = [ref.result(self.file, each) for each in made] if results is None else results

    def _sitting(self, number: int, sat: Sat) -> ref.Sitting:
        items = []
        for place in sat.paper:
            question, points = BANKS[place.bank][place.index], Decimal(place.points)
            mark = ref.mark(self.file, question.kind, points, set(question.key), set(place.chosen))
            right = place.chosen == question.key
            items.append(ref.Item(place.bank, question.kind, question.topic, points, mark, right))
        return ref.Sitting(
            number, sat.entry, sat.unit, sat.stage, sat.started, sat.started + sat.time, sat.time, tuple(items)
        )

    def where(self, keep: Callable[[ref.Sitting], bool]) -> "Reference":
        """The same with some of the sittings only."""
        return Reference(self.case, [each for each in self.results if keep(each.sitting)])

    def sittings(self) -> Told:
        """Of each sitting: marks, worth, right, valid, sub-score, full marks."""
        return {
            str(r.sitting.number): (
                [cents(item.mark) for item in r.sitting.items], cents(r.worth), r.right, r.valid, cents(r.sub_score), r.full,
            )
            for r in self.results
        }  # fmt: skip

    @cached_property
    def by_person(self) -> dict[str, list[ref.Result]]:
        """The counting sittings of everybody, in the order of the hand-ins."""
        made: dict[str, list[ref.Result]] = {}
        for each in sorted(ref.counting(self.file, self.results), key=lambda r: r.sitting.finished):
            made.setdefault(each.sitting.entry, []).append(each)
        return made

    @cached_property
    def people(self) -> dict[str, ref.Standing]:
        return {entry: ref.standing(self.file, made) for entry, made in self.by_person.items()}

    def standings(self) -> Told:
        return {
            entry: (
                cents(s.points), millis(s.time), millis(s.total_time), cents(s.sub_score), s.sittings, epoch(s.finish), s.valid, s.full,
                s.passed,
            )
            for entry, s in self.people.items()
        }  # fmt: skip

    @cached_property
    def orders(self) -> Told:
        """What the places of people are decided by."""
        return {entry: ref.order(self.file, s, ref.lot(self.case.seed, entry)) for entry, s in self.people.items()}

    def places(self) -> dict[str, Told]:
        """Of everybody, and in each division."""
        return {name: self._placed(orders) for name, orders in split(self.case, self.orders).items()}

    def _placed(self, orders: Told) -> Told:
        return dict(zip(orders, ref.places(self.file, list(orders.values())), strict=True))

    @cached_property
    def figures(self) -> dict[str, ref.Figures]:
        return ref.figures(self.file, self.units, self.results)

    def unit_places(self) -> dict[str, Told]:
        """In every list: the children of a unit, and all units of a kind."""
        orders = {code: each.order for code, each in self.figures.items() if each.order is not None}
        return {
            name: self._placed({code: orders[code] for code in codes if code in orders})
            for name, codes in lists(self.case).items()
        }

    def commended(self) -> list[Told]:
        made: dict[str, Told] = {}
        for said in self.file.said.get("commendations") or []:
            before = {name for title in said.get("except", []) for name in made[title]}
            everybody = self._units() if said["of"] == "units" else self._people()
            made[said["title"]] = ref.commended(said, [each for each in everybody if each.name not in before])
        return list(made.values())

    def _above(self, code: str) -> dict[str, str]:
        kinds = {unit.code: unit.kind for unit in self.units}
        return {kinds[each]: each for each in ref.line(code, self.units)}

    def _units(self) -> list[ref.Candidate]:
        return [
            ref.Candidate(code, each.order, each.unit.kind, "", self._above(code), each.metrics | {"mean": each.points / each.people})
            for code, each in self.figures.items()
            if each.order is not None
        ]

    def _people(self) -> list[ref.Candidate]:
        units = {entry: made[-1].sitting.unit for entry, made in self.by_person.items()}
        kinds = {unit.code: unit.kind for unit in self.units}
        return [
            ref.Candidate(
                entry, self.orders[entry], kinds[units[entry]], self.case.people[entry], self._above(units[entry]),
                {"points": found.exact, "papers": Decimal(found.valid)}, units[entry],
            )
            for entry, found in self.people.items()
        ]  # fmt: skip

    def tickets(self) -> Told:
        """How many of each stage, the stages without their names."""
        if "tickets" not in self.file.said:
            return {}
        found = {entry: ref.tickets(self.file, made) for entry, made in self.by_person.items()}
        return {entry: sorted(count for count in held.values() if count) for entry, held in found.items()}

    def pools(self) -> list[Told]:
        """For each prize, how many tickets of each stage are in its draw, of those who hold any."""
        made = []
        for prize in self.file.said.get("prizes") or []:
            found = {entry: ref.tickets(self.file, theirs, prize) for entry, theirs in self.by_person.items()}
            made.append({entry: sorted(n for n in held.values() if n) for entry, held in found.items() if held.total()})
        return made


def cents(points: Decimal) -> int:
    assert points * 100 == int(points * 100)
    return int(points * 100)


def millis(time: timedelta) -> int:
    return time // timedelta(milliseconds=1)


def epoch(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def split(case: Case, found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Everybody, and each division apart."""
    made = {"": dict(found)}
    for entry, each in found.items():
        made.setdefault(case.people[entry], {})[entry] = each
    return made


def lists(case: Case) -> dict[str, list[str]]:
    """The lists in which units have places, as `under code` and `kind name`."""
    made: dict[str, list[str]] = {}
    for each in case.offices:
        made.setdefault(f"under {each.parent}", []).append(each.code)
        made.setdefault(f"kind {each.kind}", []).append(each.code)
    return made
