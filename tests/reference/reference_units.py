"""The figures of every unit of a tree, and what the places of units are decided by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reference_file import ZERO, File, Unit, comparable, exactly, number, of_a_hundred, quotient
from reference_scoring import Result, full_marks
from reference_standing import Standing, counting, standing

Metrics = dict[str, Decimal | None]

FROM_POINTS = {"mean", "score_rate", "median", "top_sum", "top_mean"}
"""What would tell the points of the people of a very small unit."""


@dataclass(frozen=True)
class Figures:
    """A unit with all below it. `metrics`: what cannot be had is None. `order`: what places are decided by, smaller first; None
    without a place."""

    unit: Unit
    people: int
    sittings: int
    papers: int
    points: Decimal
    metrics: Metrics
    order: tuple[Decimal, ...] | None


def figures(file: File, units: Sequence[Unit], results: Iterable[Result]) -> dict[str, Figures]:
    """Every unit by its code.

    A unit counts the sittings made for it or for a unit below it. Of the sittings of one person that it counts it makes one
    standing: who moved counts for both units, and once for what is above both.
    """
    with exactly():
        return all_figures(file, units, counting(file, list(results)))


def all_figures(file: File, units: Sequence[Unit], made: Sequence[Result]) -> dict[str, Figures]:
    """The same of sittings that count."""
    lines = {unit.code: line(unit.code, units) for unit in units}
    heads = head_counts(units)
    people = {unit.code: standings(file, [r for r in made if unit.code in lines[r.sitting.unit]]) for unit in units}
    overall = mean(standings(file, made))
    full = full_marks(file)
    metrics = {
        unit.code: metrics_of(file, people[unit.code], heads[unit.code], overall, full) | {"bonus": unit.bonus}
        for unit in units
    }
    with_rank_steps(file, units, metrics)
    return {
        unit.code: Figures(
            unit,
            len(people[unit.code]),
            sum(each.sittings for each in people[unit.code]),
            sum(each.valid for each in people[unit.code]),
            sum((each.points for each in people[unit.code]), ZERO),
            metrics[unit.code],
            order(file, people[unit.code], heads[unit.code], metrics[unit.code]),
        )
        for unit in units
    }


def line(code: str, units: Sequence[Unit]) -> list[str]:
    """The codes from a unit up to the top."""
    parents = {unit.code: unit.parent for unit in units}
    found, at = [], parents[code]
    while at is not None:
        found.append(at)
        at = parents[at]
    return [code, *found]


def head_counts(units: Sequence[Unit]) -> dict[str, int | None]:
    """The figure given for a unit; where none is given, those of its children together if each has one."""

    def of(unit: Unit) -> int | None:
        below = [of(child) for child in units if child.parent == unit.code]
        if unit.head_count is not None or not below or None in below:
            return unit.head_count
        return sum(each for each in below if each is not None)

    return {unit.code: of(unit) for unit in units}


def standings(file: File, made: Sequence[Result]) -> list[Standing]:
    """One standing for each person of these sittings."""
    people: dict[str, list[Result]] = {}
    for each in made:
        people.setdefault(each.sitting.entry, []).append(each)
    return [standing(file, theirs) for theirs in people.values()]


def mean(people: Sequence[Standing], more: int = 0, overall: Decimal | None = None) -> Decimal | None:
    """The points of all who took part, divided by their number; shrunk: as if there were so many more, each with the mean of all."""
    points = sum((each.points for each in people), ZERO)
    return quotient(points + more * (overall or ZERO), len(people) + more) if people else None


def of_hundred(part: int, whole: int | None) -> Decimal | None:
    return quotient(Decimal(100 * part), whole) if whole else None


def metrics_of(
    file: File, people: Sequence[Standing], head_count: int | None, overall: Decimal | None, full: Decimal
) -> Metrics:
    """Every metric that follows from a unit's own people."""
    said = file.part("units")
    values = sorted((each.points for each in people), reverse=True)
    best = values[: int(said.get("top", "10"))]
    drawn = mean(people, int(said.get("shrink", "0")), overall)
    return {
        "people": Decimal(len(people)),
        "scored": Decimal(sum(value > 0 for value in values)),
        "rate": of_hundred(len(people), head_count),
        "papers": Decimal(sum(each.valid for each in people)),
        "points": sum(values, ZERO),
        "mean": drawn,
        "score_rate": quotient(100 * drawn, full) if drawn is not None and full else None,
        "median": median(values),
        "top_sum": sum(best, ZERO) if best else None,
        "top_mean": quotient(sum(best, ZERO), len(best)) if best else None,
        "full_rate": of_hundred(sum(each.full for each in people), len(people)),
        "pass_rate": of_hundred(sum(each.passed for each in people), len(people)),
        "steps": None,
    }


def median(values: Sequence[Decimal]) -> Decimal | None:
    """The middle value; of an even number the mean of the middle two."""
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def with_rank_steps(file: File, units: Sequence[Unit], metrics: Mapping[str, Metrics]) -> None:
    """名次分: among the units of a kind that took part, the first by `of` has `first`, each place behind it `step` less, at least
    `least`; equals alike."""
    said: dict[str, str] = {"of": "people", "first": "100", "step": "5", "least": "0"} | file.part("units").get(
        "steps", {}
    )
    for kind in {unit.kind for unit in units}:
        alike = {unit.code: metrics[unit.code] for unit in units if unit.kind == kind and metrics[unit.code]["people"]}
        values = {code: comparable(value) for code, found in alike.items() if (value := found[said["of"]]) is not None}
        for code, mine in values.items():
            before = sum(other > mine for other in values.values())
            metrics[code]["steps"] = max(number(said["least"]), number(said["first"]) - before * number(said["step"]))


def order(
    file: File, people: Sequence[Standing], head_count: int | None, metrics: Metrics
) -> tuple[Decimal, ...] | None:
    """The weighted sum, then the further metrics, more is better; None where one cannot be had or no place may be had."""
    weights, then = ranked_by(file)
    value = weighted(metrics, weights)
    further = [metrics[name] for name in then]
    if value is None or None in further or not may_have_a_place(file, people, head_count, {*weights, *then}):
        return None
    return comparable(-value), *(comparable(-each) for each in further if each is not None)


def ranked_by(file: File) -> tuple[dict[str, Decimal], list[str]]:
    """What ranks: each metric with its weight, then what is compared next; by the mean where the file does not say."""
    said: Any = file.part("units").get("rank_by", "mean")
    then: Any = file.part("units").get("then", [])
    weights = {said: Decimal(1)} if isinstance(said, str) else {name: number(weight) for name, weight in said.items()}
    return weights, [then] if isinstance(then, str) else then


def weighted(metrics: Metrics, weights: Mapping[str, Decimal]) -> Decimal | None:
    total = ZERO
    for name, weight in weights.items():
        found = metrics[name]
        if found is None:
            return None
        total += weight * found
    return total


def may_have_a_place(file: File, people: Sequence[Standing], head_count: int | None, ranks: set[str]) -> bool:
    """Enough people, a high enough rate, a high enough mean (as it is, not shrunk). More people than the head count: no place
    before it has been checked. Where points rank, a unit whose mean is not published has no place, it would tell the mean."""
    said, rate, average = file.part("units"), of_hundred(len(people), head_count), mean(people)
    if not people or len(people) < int(said.get("min_people", "1")):
        return False
    if head_count is not None and len(people) > head_count:
        return False
    if "min_rate" in said and (rate is None or rate < of_a_hundred(said["min_rate"])):
        return False
    if "min_mean" in said and (average is None or average < number(said["min_mean"])):
        return False
    return not ranks & FROM_POINTS or len(people) >= int(said.get("hide_mean_below", "5"))
