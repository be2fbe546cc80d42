"""People -> every unit above them: participants, sittings, rate, mean, value, and who gets a place."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from quizapp.rules.contests import Metric, UnitRules
from quizapp.rules.scoring import Finished, Standing

Parents = Mapping[int, int | None]


@dataclass(frozen=True, slots=True)
class Figures:
    """参与人数, 参与人次, sum of standings in hundredths."""

    people: int = 0
    sittings: int = 0
    points: int = 0

    def plus(self, other: "Figures") -> "Figures":
        return Figures(self.people + other.people, self.sittings + other.sittings, self.points + other.points)

    def minus(self, other: "Figures") -> "Figures":
        return Figures(self.people - other.people, self.sittings - other.sittings, self.points - other.points)

    @property
    def mean(self) -> Fraction | None:
        """Mean standing in points (not hundredths), exact; None without participants."""
        return Fraction(self.points, 100 * self.people) if self.people else None


def line_of(unit: int, parents: Parents) -> list[int]:
    """The unit and everything above it, from the bottom."""
    line: list[int] = []
    at: int | None = unit
    while at is not None and at not in line:
        line.append(at)
        at = parents.get(at)
    return line


def shares(sittings: Sequence[Finished], parents: Parents, fold: Callable[[Sequence[Finished]], Standing]) -> dict[int, Figures]:
    """What one person's sittings add to which units, so that the sum over any subtree is that subtree's figures.

    Every unit counts the sittings made for it or below it, and counts the person once. Somebody who sat for one unit adds to
    that one only; somebody who moved also adds a correction (one person less, the difference of points) where lines meet.
    """
    placed = [sitting for sitting in sittings if sitting.unit_id is not None]
    units = {sitting.unit_id for sitting in placed}
    if len(units) == 1:
        return {unit: Figures(1, len(placed), fold(placed).points) for unit in units if unit is not None}
    below: dict[int, list[Finished]] = defaultdict(list)
    for sitting in placed:
        for above in line_of(sitting.unit_id or 0, parents):
            below[above].append(sitting)
    whole = {unit: Figures(1, len(made), fold(made).points) for unit, made in below.items()}
    added = dict(whole)
    for unit, figures in whole.items():
        parent = parents.get(unit)
        if parent in added:
            added[parent] = added[parent].minus(figures)
    return {unit: figures for unit, figures in added.items() if figures != Figures()}


def roll_up(parents: Parents, own: Mapping[int, Figures]) -> dict[int, Figures]:
    """Figures of every unit with its whole subtree, from what is added to each (the sum of `shares`)."""
    totals: dict[int, Figures] = defaultdict(Figures)
    for unit, figures in own.items():
        for above in line_of(unit, parents):
            totals[above] = totals[above].plus(figures)
    return dict(totals)


def rate(people: int, headcount: int | None) -> Fraction | None:
    """Participation rate; None without a head count. Above 1 it is shown and flagged, never capped."""
    return Fraction(people, headcount) if headcount else None


def is_flagged(people: int, headcount: int | None) -> bool:
    """More people than should take part: the head count is to be checked before the unit gets a place."""
    return headcount is not None and people > headcount


def value(figures: Figures, headcount: int | None, rules: UnitRules) -> Fraction | None:
    """The weighted sum by which units are ranked (rates on 0 … 100); None where a figure that it needs is missing."""
    share = rate(figures.people, headcount)
    metrics: dict[Metric, Fraction | None] = {
        Metric.MEAN: figures.mean,
        Metric.RATE: None if share is None else share * 100,
        Metric.PEOPLE: Fraction(figures.people),
        Metric.POINTS: Fraction(figures.points, 100),
    }
    total = Fraction(0)
    for metric, weight in rules.weights:
        figure = metrics[metric]
        if figure is None:
            return None
        total += weight * figure
    return total


def shortfalls(figures: Figures, headcount: int | None, rules: UnitRules) -> list[tuple[str, dict[str, object]]]:
    """Why a unit gets no place, as (message id, its parameters), all reasons; empty when it qualifies."""
    share = rate(figures.people, headcount)
    reasons: list[tuple[str, dict[str, object]]] = []
    if figures.people == 0:
        return [("未参赛", {})]
    if figures.people < rules.least_people:
        reasons.append(("参与人数{people}人，要求至少{least}人", {"people": figures.people, "least": rules.least_people}))
    if is_flagged(figures.people, headcount):
        reasons.append(("参与率超过100%，请核对应参人数", {}))
    needs_rate = rules.min_rate is not None or any(metric is Metric.RATE for metric, _ in rules.weights)
    if needs_rate and share is None:
        reasons.append(("没有应参人数，无法计算参与率", {}))
    if rules.min_rate is not None and share is not None and share < rules.min_rate:
        least = -(-rules.min_rate.numerator * (headcount or 0) // rules.min_rate.denominator)
        reasons.append(("参与率未达到要求，还差{missing}人", {"missing": least - figures.people}))
    mean = figures.mean
    if rules.min_mean is not None and mean is not None and mean * 100 < rules.min_mean:
        reasons.append(("平均分未达到{least}分", {"least": Fraction(rules.min_mean, 100)}))
    return reasons
