"""UnitRules: by what units are ranked and what one needs for a place; the figures of a unit, and its value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from statistics import median

Reason = tuple[str, dict[str, object]]
"""A message id in Chinese and its parameters."""


class Metric(StrEnum):
    """A figure of a unit by which units can be ranked; rates are on a scale of 0 to 100."""

    PEOPLE = "people"  # 参与人数
    SCORED = "scored"  # people who earned more than nothing
    RATE = "rate"  # participants of a hundred who should
    PAPERS = "papers"  # valid sittings
    POINTS = "points"  # sum of what counts for its people
    MEAN = "mean"
    SCORE_RATE = "score_rate"  # the mean of a hundred possible
    MEDIAN = "median"
    TOP_SUM = "top_sum"  # of its `top` best people
    TOP_MEAN = "top_mean"
    FULL_RATE = "full_rate"  # of a hundred participants, how many reached full marks
    PASS_RATE = "pass_rate"  # noqa: S105 - 合格率
    STEPS = "steps"  # 名次分: 100, 95, 90 … by its place among units of its kind
    BONUS = "bonus"  # entered by an official with a reason


OF_ALL_PEOPLE = {Metric.MEDIAN, Metric.TOP_SUM, Metric.TOP_MEAN}
"""Metrics that need the points of every person, not sums."""

FROM_POINTS = OF_ALL_PEOPLE | {Metric.MEAN, Metric.SCORE_RATE}
"""Metrics that would give away the points of the people of a very small unit."""


@dataclass(frozen=True, slots=True)
class Steps:
    """名次分: the first unit by `of` gets `first`, each place behind it `step` less, never below `least`; hundredths."""

    of: Metric = Metric.PEOPLE
    first: int = 10_000
    step: int = 500
    least: int = 0


@dataclass(frozen=True, slots=True)
class UnitRules:
    """How units are ranked: a weighted sum of metrics, then other metrics; and what a unit needs to get a place."""

    weights: tuple[tuple[Metric, Fraction], ...] = ((Metric.MEAN, Fraction(1)),)
    then: tuple[Metric, ...] = ()
    top: int = 10
    steps: Steps = field(default_factory=Steps)
    most_bonus: int = 0  # hundredths; what an official may add at most
    shrink: int = 0  # people: the mean is taken as if so many of average points belonged to every unit
    min_people: int = 1
    min_rate: Fraction | None = None  # 1 = everybody
    min_mean: int | None = None  # hundredths of a point
    hide_mean_below: int = 5  # people; a smaller unit's mean would give away its people

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Everything that decides about places, in the order in which it is compared."""
        return (*(metric for metric, _ in self.weights), *self.then)

    @property
    def by_points(self) -> bool:
        """Whether the points of a few people could be told from a place."""
        return any(metric in FROM_POINTS for metric in self.metrics)

    @property
    def by_rate(self) -> bool:
        """Whether a unit without a head count cannot be ranked."""
        return Metric.RATE in self.metrics or (Metric.STEPS in self.metrics and self.steps.of is Metric.RATE)

    @property
    def is_local(self) -> bool:
        """Whether a unit's value follows from its own sums, so that it can be brought up to date alone."""
        wanted = {Metric.PEOPLE, Metric.RATE, Metric.POINTS, Metric.MEAN, Metric.SCORE_RATE}
        return set(self.metrics) <= wanted and not self.shrink

    @property
    def least_people(self) -> int:
        """How many participants a unit needs for a place: what is hidden cannot be ranked by."""
        return max(self.min_people, self.hide_mean_below if self.by_points else 1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over the people of a unit: 参与人数, 参与人次, points (hundredths), valid sittings, people above nothing, with full
    marks, who passed."""

    people: int = 0
    sittings: int = 0
    points: int = 0
    valid: int = 0
    scored: int = 0
    full: int = 0
    passed: int = 0

    def plus(self, other: "Figures") -> "Figures":
        return Figures(
            self.people + other.people, self.sittings + other.sittings, self.points + other.points, self.valid + other.valid,
            self.scored + other.scored, self.full + other.full, self.passed + other.passed,
        )  # fmt: skip

    def minus(self, other: "Figures") -> "Figures":
        return Figures(
            self.people - other.people, self.sittings - other.sittings, self.points - other.points, self.valid - other.valid,
            self.scored - other.scored, self.full - other.full, self.passed - other.passed,
        )  # fmt: skip

    @property
    def mean(self) -> Fraction | None:
        """Mean standing in points (not hundredths), exact; None without participants."""
        return Fraction(self.points, 100 * self.people) if self.people else None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides about a unit: its sums and head count; the points of each of its people, best first; its 名次分 and
    entered bonus (points); the mean of everybody in the contest and the full marks of a sitting (points)."""

    figures: Figures = Figures()
    headcount: int | None = None
    spread: Sequence[int] = ()
    step: Fraction | None = None
    bonus: Fraction = Fraction(0)
    overall: Fraction | None = None
    full_marks: Fraction | None = None


def rate(people: int, headcount: int | None) -> Fraction | None:
    """Participation rate; None without a head count. Above 1 it is shown and flagged, never capped."""
    return Fraction(people, headcount) if headcount else None


def is_flagged(people: int, headcount: int | None) -> bool:
    """More people than should take part: the head count is to be checked before the unit gets a place."""
    return headcount is not None and people > headcount


def measure(metric: Metric, facts: Facts, rules: UnitRules) -> Fraction | None:
    """One metric of a unit, exact; None where it cannot be had."""
    figures, people = facts.figures, facts.figures.people
    if metric in OF_ALL_PEOPLE:
        return _of_people(metric, facts.spread, rules.top)
    if metric is Metric.MEAN or metric is Metric.SCORE_RATE:
        return _mean(metric, facts, rules)
    counted: Mapping[Metric, Fraction | None] = {
        Metric.PEOPLE: Fraction(people),
        Metric.SCORED: Fraction(figures.scored),
        Metric.PAPERS: Fraction(figures.valid),
        Metric.POINTS: Fraction(figures.points, 100),
        Metric.STEPS: facts.step,
        Metric.BONUS: facts.bonus,
        Metric.RATE: rate(100 * people, facts.headcount),
        Metric.FULL_RATE: rate(100 * figures.full, people),
        Metric.PASS_RATE: rate(100 * figures.passed, people),
    }
    return counted[metric]


def _of_people(metric: Metric, spread: Sequence[int], top: int) -> Fraction | None:
    if not spread:
        return None
    if metric is Metric.MEDIAN:
        return Fraction(median(map(Fraction, spread))) / 100
    best = sorted(spread, reverse=True)[:top]
    return Fraction(sum(best), 100 * (len(best) if metric is Metric.TOP_MEAN else 1))


def _mean(metric: Metric, facts: Facts, rules: UnitRules) -> Fraction | None:
    """The mean; shrunk, as if `shrink` people of the contest's mean belonged to the unit too."""
    mean = facts.figures.mean
    if mean is not None and rules.shrink and facts.overall is not None:
        people = facts.figures.people
        mean = (mean * people + facts.overall * rules.shrink) / (people + rules.shrink)
    if metric is Metric.MEAN or mean is None:
        return mean
    return mean * 100 / facts.full_marks if facts.full_marks else None


def value(facts: Facts, rules: UnitRules) -> Fraction | None:
    """The weighted sum by which units are ranked; None where a figure that it needs is missing."""
    total = Fraction(0)
    for metric, weight in rules.weights:
        figure = measure(metric, facts, rules)
        if figure is None:
            return None
        total += weight * figure
    return total


def values(facts: Facts, rules: UnitRules) -> list[Fraction] | None:
    """What is compared one after the other, more is better; None where a figure is missing."""
    found = [value(facts, rules), *(measure(metric, facts, rules) for metric in rules.then)]
    present = [figure for figure in found if figure is not None]
    return present if len(present) == len(found) else None


def shortfalls(facts: Facts, rules: UnitRules) -> list[Reason]:
    """Why a unit gets no place, all reasons; empty when it qualifies."""
    figures, headcount = facts.figures, facts.headcount
    if figures.people == 0:
        return [("未参赛", {})]
    reasons: list[Reason] = []
    if figures.people < rules.least_people:
        reasons.append(
            ("参与人数{people}人，要求至少{least}人", {"people": figures.people, "least": rules.least_people})
        )
    if is_flagged(figures.people, headcount):
        reasons.append(("参与率超过100%，请核对应参人数", {}))
    share = rate(figures.people, headcount)
    if share is None and (rules.min_rate is not None or rules.by_rate):
        reasons.append(("没有应参人数，无法计算参与率", {}))
    if rules.min_rate is not None and share is not None and share < rules.min_rate:
        least = -(-rules.min_rate.numerator * (headcount or 0) // rules.min_rate.denominator)
        reasons.append(("参与率未达到要求，还差{missing}人", {"missing": least - figures.people}))
    mean = figures.mean
    if rules.min_mean is not None and mean is not None and mean * 100 < rules.min_mean:
        reasons.append(("平均分未达到{least}分", {"least": Fraction(rules.min_mean, 100)}))
    return reasons
