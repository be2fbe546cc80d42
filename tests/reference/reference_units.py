"""The figures of every unit of a tree, and what the places of units are decided by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reference_file import ZERO, File, Unit, comparable, exactly, number, of_a_hundred, quotient, stretch
from reference_scoring import Result, full_marks
from reference_standing import Standing, counting, rule, standing

Metrics = dict[str, Decimal | None]

FROM_POINTS = {"mean", "per_head", "score_rate", "median", "top_sum", "top_mean"}
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
    full = most_that_counts(file)
    metrics = {
        unit.code: metrics_of(file, people[unit.code], heads[unit.code], overall, full) | {"bonus": unit.bonus}
        for unit in units
    }
    fit = [unit for unit in units if qualifies(file, people[unit.code], heads[unit.code], metrics[unit.code])]
    with_rank_steps(file, fit, metrics)
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
    file: File, people: Sequence[Standing], head_count: int | None, overall: Decimal | None, full: Decimal | None
) -> Metrics:
    """Every metric that follows from a unit's own people."""
    said = file.part("units")
    values = sorted((each.points for each in people), reverse=True)
    best = values[: int(said.get("top", "10"))]
    drawn = mean(people, int(said.get("shrink", "0")), overall)
    full_people, passed = sum(each.full for each in people), sum(each.passed for each in people)
    found: Metrics = {
        "people": Decimal(len(people)),
        "scored": Decimal(sum(value > 0 for value in values)),
        "rate": of_hundred(len(people), head_count),
        "papers": Decimal(sum(each.valid for each in people)),
        "points": sum(values, ZERO),
        "mean": drawn,
        "per_head": quotient(sum(values, ZERO), head_count) if head_count else None,
        "score_rate": quotient(100 * drawn, full) if drawn is not None and full else None,
        "median": median(values),
        "top_sum": sum(best, ZERO) if best else None,
        "top_mean": quotient(sum(best, ZERO), len(best)) if best else None,
        "full": Decimal(full_people),
        "full_rate": of_hundred(full_people, len(people)),
        "passed": Decimal(passed),
        "pass_rate": of_hundred(passed, len(people)),
        "pass_of_all": of_hundred(passed, head_count),
        "steps": None,
    }
    return found | {"bands": banded(file, found)}


def banded(file: File, found: Metrics) -> Decimal | None:
    """分段计分: of every metric the points of the first band that is reached, added up."""
    said: Any = file.part("units").get("bands", [])
    total, done = ZERO, set()
    for band in said:
        value = found[band["of"]]
        if value is None:
            return None
        if band["of"] not in done and comparable(value) >= of_a_hundred(band["from"]):
            total += number(band["points"])
            done.add(band["of"])
    return total


def most_that_counts(file: File) -> Decimal | None:
    """What can count for one person at the most, every stage with the paper of the file; None where it has no end or is no sum
    of points."""
    how, times = rule(file), None
    if how["as"] == "number":
        return None
    if how["each"] == "stage" and how["take"] != "all":
        times = 1 if file.part("board").get("each_stage") == "是" else stages(file)
    if "most" in how:
        times = min(int(how["most"]), times or int(how["most"]))
    if how["as"] == "mean" or (how["take"] != "all" and how["each"] == "whole"):
        times = 1
    return None if times is None else times * full_marks(file)


def stages(file: File) -> int:
    """How many stages count."""
    if "cycle" not in file.said:
        return len({stage["code"] for stage in file.said["stages"]} - file.training)
    first, last = (date.fromisoformat(file.said[name][:10]) for name in ("opens_at", "closes_at"))
    days = (last - first).days + (not file.said["closes_at"].endswith("00:00"))
    return len({stretch(file.said["cycle"], first + timedelta(days=n)) for n in range(days)})


def median(values: Sequence[Decimal]) -> Decimal | None:
    """The middle value; of an even number the mean of the middle two."""
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def with_rank_steps(file: File, units: Sequence[Unit], metrics: Mapping[str, Metrics]) -> None:
    """名次分: among the units of a kind that qualify, the first by `of` has `first`, each place behind it `step` less, at least
    `least`; or the first places have `values`, all others `least`. Equals alike; several by their weights."""
    for unit in units:
        alike = [metrics[other.code] for other in units if other.kind == unit.kind]
        total = ZERO
        for said in rank_steps(file):
            values = [comparable(value) for found in alike if (value := found[said["of"]]) is not None]
            mine = comparable(metrics[unit.code][said["of"]] or ZERO)
            total += number(said["weight"]) * step_of(said, sum(other > mine for other in values))
        metrics[unit.code]["steps"] = total


def rank_steps(file: File) -> list[dict[str, Any]]:
    said: Any = file.part("units").get("steps", {})
    plain = {"of": "people", "first": "100", "step": "5", "least": "0", "weight": "1"}
    return [plain | each for each in ([said] if isinstance(said, dict) else said)]


def step_of(said: dict[str, Any], before: int) -> Decimal:
    """What a unit with so many before it gets."""
    if "values" in said:
        return number(said["values"][before]) if before < len(said["values"]) else number(said["least"])
    return max(number(said["least"]), number(said["first"]) - before * number(said["step"]))


def needed(file: File) -> set[str]:
    """Every metric that decides, with those that rank steps and bands look at."""
    weights, then = ranked_by(file)
    ranks = {*weights, *then}
    if "steps" in ranks:
        ranks |= {each["of"] for each in rank_steps(file)}
    if "bands" in ranks:
        ranks |= {each["of"] for each in file.part("units")["bands"]}
    return ranks


def qualifies(file: File, people: Sequence[Standing], head_count: int | None, metrics: Metrics) -> bool:
    """Whether a unit gets a place, whatever its rank steps."""
    had = all(metrics[name] is not None for name in needed(file) - {"steps"})
    return had and may_have_a_place(file, people, head_count, needed(file))


def order(
    file: File, people: Sequence[Standing], head_count: int | None, metrics: Metrics
) -> tuple[Decimal, ...] | None:
    """The weighted sum, then the further metrics, more is better; None where one cannot be had or no place may be had."""
    weights, then = ranked_by(file)
    value = weighted(metrics, weights)
    further = [metrics[name] for name in then]
    if value is None or None in further or not may_have_a_place(file, people, head_count, needed(file)):
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
