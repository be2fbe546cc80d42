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
    PER_HEAD = "per_head"  # points by those who should take part: who does not has none
    SCORE_RATE = "score_rate"  # the mean of a hundred possible
    MEDIAN = "median"
    TOP_SUM = "top_sum"  # of its `top` best people
    TOP_MEAN = "top_mean"
    FULL = "full"  # people who reached full marks
    FULL_RATE = "full_rate"  # the same of a hundred participants
    PASSED = "passed"  # people who passed
    PASS_RATE = "pass_rate"  # noqa: S105 - the same of a hundred participants
    PASS_OF_ALL = "pass_of_all"  # noqa: S105 - the same of a hundred who should take part
    BANDS = "bands"  # 分段计分: 30 points from 90 %, 25 from 80 %, else 10
    STEPS = "steps"  # 名次分: 100, 95, 90 … by its place among units of its kind
    BONUS = "bonus"  # entered by an official with a reason


OF_ALL_PEOPLE = {Metric.MEDIAN, Metric.TOP_SUM, Metric.TOP_MEAN}
"""Metrics that need the points of every person, not sums."""

FROM_POINTS = OF_ALL_PEOPLE | {Metric.MEAN, Metric.SCORE_RATE, Metric.PER_HEAD}
"""Metrics that would give away the points of the people of a very small unit."""

OF_HEADS = {Metric.RATE, Metric.PER_HEAD, Metric.PASS_OF_ALL}
"""Metrics that need a head count."""

OF_PASSING = {Metric.PASSED, Metric.PASS_RATE, Metric.PASS_OF_ALL}
"""Metrics of a contest that somebody passes or fails."""

_LOCAL = {Metric.PEOPLE, Metric.RATE, Metric.POINTS, Metric.MEAN, Metric.PER_HEAD, Metric.SCORE_RATE, Metric.BANDS}


@dataclass(frozen=True, slots=True)
class Steps:
    """名次分: the first unit by `of` gets `first`, each place behind it `step` less, never below `least`; or the first places get
    `values`, all behind them `least`. In hundredths; `weight` where several are added up."""

    of: Metric = Metric.PEOPLE
    first: int = 10_000
    step: int = 500
    least: int = 0
    values: tuple[int, ...] = ()
    weight: Fraction = Fraction(1)

    def at(self, place: int) -> int:
        """What a place gets, hundredths."""
        if self.values:
            return self.values[place - 1] if place <= len(self.values) else self.least
        return max(self.least, self.first - self.step * (place - 1))


@dataclass(frozen=True, slots=True)
class Band:
    """分段计分: a unit gets the points (hundredths) of the first band by each metric that it reaches."""

    of: Metric
    least: Fraction
    points: int


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
    further_steps: tuple[Steps, ...] = ()  # 名次分 by other metrics, added to `steps`
    bands: tuple[Band, ...] = ()
    least_bonus: int = 0  # hundredths, not above 0; what an official may take off at most

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Everything that decides about places, in the order in which it is compared."""
        return (*(metric for metric, _ in self.weights), *self.then)

    @property
    def all_steps(self) -> tuple[Steps, ...]:
        return (self.steps, *self.further_steps)

    def behind(self, metric: Metric) -> set[Metric]:
        """The metric, and what 名次分 and 分段计分 look at."""
        looked_at = {
            Metric.STEPS: [steps.of for steps in self.all_steps],
            Metric.BANDS: [band.of for band in self.bands],
        }
        return {metric, *looked_at.get(metric, ())}

    @property
    def needed(self) -> set[Metric]:
        """Every figure that must be had for a place."""
        return {each for metric in self.metrics for each in self.behind(metric)}

    def gives_away(self, metric: Metric) -> bool:
        """Whether the points of a few people could be told from the metric."""
        return not FROM_POINTS.isdisjoint(self.behind(metric))

    @property
    def by_points(self) -> bool:
        """Whether the points of a few people could be told from a place."""
        return any(map(self.gives_away, self.metrics))

    @property
    def by_heads(self) -> bool:
        """Whether a unit without a head count cannot be ranked."""
        return not OF_HEADS.isdisjoint(self.needed)

    @property
    def is_local(self) -> bool:
        """Whether a unit's value follows from its own sums, so that it can be brought up to date alone."""
        return self.needed <= _LOCAL and not self.shrink

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
    entered bonus (points); the mean of everybody in the contest and the most that can count for a person (points)."""

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
    if metric is Metric.BANDS:
        return _bands(facts, rules)
    counted: Mapping[Metric, Fraction | None] = {
        Metric.PEOPLE: Fraction(people),
        Metric.SCORED: Fraction(figures.scored),
        Metric.PAPERS: Fraction(figures.valid),
        Metric.POINTS: Fraction(figures.points, 100),
        Metric.PER_HEAD: rate(figures.points, 100 * facts.headcount) if facts.headcount else None,
        Metric.FULL: Fraction(figures.full),
        Metric.PASSED: Fraction(figures.passed),
        Metric.PASS_OF_ALL: rate(100 * figures.passed, facts.headcount),
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


def _bands(facts: Facts, rules: UnitRules) -> Fraction | None:
    total = Fraction(0)
    for metric in dict.fromkeys(band.of for band in rules.bands):
        figure = measure(metric, facts, rules)
        if figure is None:
            return None
        reached = (band.points for band in rules.bands if band.of is metric and figure >= band.least)
        total += Fraction(next(reached, 0), 100)
    return total


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
    if share is None and (rules.min_rate is not None or rules.by_heads):
        reasons.append(("没有应参人数，无法排名", {}))
    if rules.min_rate is not None and share is not None and share < rules.min_rate:
        least = -(-rules.min_rate.numerator * (headcount or 0) // rules.min_rate.denominator)
        reasons.append(("参与率未达到要求，还差{missing}人", {"missing": least - figures.people}))
    mean = figures.mean
    if rules.min_mean is not None and mean is not None and mean * 100 < rules.min_mean:
        reasons.append(("平均分未达到{least}分", {"least": Fraction(rules.min_mean, 100)}))
    return reasons
