"""The sittings of one entry -> its standing: which of them count, and how they are put together."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Take(StrEnum):
    """Which valid sittings of each span are taken."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    ALL = "all"


class Span(StrEnum):
    """Within what sittings are compared: the whole contest, each stage, or each month, week (from Monday) or day of the contest's zone."""

    WHOLE = "whole"
    STAGE = "stage"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


class Combine(StrEnum):
    """What becomes of those that are taken: their sum, their mean, or how many they are."""

    SUM = "sum"
    MEAN = "mean"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Counting:
    """Take the best, the last, the first or all valid sittings of each span; keep at most the `most` best of these; combine them."""

    take: Take = Take.BEST
    each: Span = Span.WHOLE
    most: int | None = None
    combine: Combine = Combine.SUM


class Tie(StrEnum):
    """What is compared after points, in the order given; what is still equal shares the place."""

    TIME = "time"  # less time used by what counts
    TOTAL_TIME = "total_time"  # less time used by all sittings
    FINISH = "finish"  # the earlier hand-in
    SUB_SCORE = "sub_score"  # more points in the part named by the contest
    SITTINGS = "sittings"  # fewer sittings
    LOT = "lot"  # by lot from a committed seed; nobody shares a place


@dataclass(frozen=True, slots=True)
class Finished:
    """One counted sitting that is over, as far as standings need it. `right` of `total` items; `full`: every point was reached; points in hundredths."""

    points: int
    time_ms: int
    finished_at: int
    day: str
    attempt_no: int
    unit_id: int | None = None
    stage: str = ""
    valid: bool = True
    sub_points: int = 0
    right: int = 0
    total: int = 0
    full: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts for an entry: points (hundredths; `exact` where a mean was rounded), time and sub-score of what counts, when
    that was finished; how many sittings were made, how many of them valid, their total time; whether one was full; whether it passes."""

    points: int
    time_ms: int
    finished_at: int
    sittings: int
    total_ms: int = 0
    sub_points: int = 0
    valid: int = 0
    full: bool = False
    passed: bool = False
    exact: Fraction | None = None


def standing(
    sittings: Sequence[Finished], counting: Counting, ties: Sequence[Tie], pass_points: int | None = None
) -> Standing:
    """Fold the finished sittings of one entry; `sittings` must not be empty.

    Sittings that are not valid earn nothing. Whoever has none that is valid stands at nothing with the time of all of them.
    """
    valid = [sitting for sitting in sittings if sitting.valid]
    better = _better(ties)
    chosen = _chosen(valid, counting, better) or list(sittings)
    exact = _combined([s.points for s in chosen], counting.combine) if valid else Fraction(0)
    return Standing(
        points=(2 * exact.numerator + exact.denominator) // (2 * exact.denominator),
        time_ms=sum(s.time_ms for s in chosen),
        finished_at=max(s.finished_at for s in chosen),
        sittings=len(sittings),
        total_ms=sum(s.time_ms for s in sittings),
        sub_points=sum(s.sub_points for s in chosen) if valid else 0,
        valid=len(valid),
        full=any(s.full for s in valid),
        passed=pass_points is not None and bool(valid) and _passed(valid, counting, exact) >= pass_points,
        exact=None if exact.denominator == 1 else exact,
    )


def _passed(valid: Sequence[Finished], counting: Counting, exact: Fraction) -> Fraction:
    """What a pass mark is compared with: it is one of a sitting. One sitting or a mean that counts stands for itself; where sums or
    numbers count, the best sitting does."""
    one = counting.each is Span.WHOLE and counting.take is not Take.ALL and counting.combine is Combine.SUM
    return exact if one or counting.combine is Combine.MEAN else Fraction(max(s.points for s in valid))


def _chosen(
    valid: Sequence[Finished], counting: Counting, better: Callable[[Finished], tuple[int, ...]]
) -> list[Finished]:
    spans: dict[str, list[Finished]] = defaultdict(list)
    for sitting in valid:
        spans[span_of(sitting.day, sitting.stage, counting.each)].append(sitting)
    taken: list[Finished] = []
    for made in spans.values():
        if counting.take is Take.ALL:
            taken += made
        elif counting.take is Take.FIRST:
            taken.append(min(made, key=latest))
        else:
            taken.append(max(made, key=better if counting.take is Take.BEST else latest))
    return taken if counting.most is None else sorted(taken, key=better, reverse=True)[: counting.most]


def latest(sitting: Finished) -> tuple[int, int]:
    """Orders the sittings of an entry by when they were made: nobody has two at a time."""
    return sitting.finished_at, sitting.attempt_no


def span_of(day: str, stage: str, each: Span) -> str:
    """What two sittings of one span have in common; `day` as 2026-06-01."""
    if each is Span.STAGE:
        return stage
    if each is Span.DAY:
        return day
    if each is Span.WEEK:
        return "{}-{}".format(*date.fromisoformat(day).isocalendar())
    return day[:7] if each is Span.MONTH else ""


def _combined(points: Sequence[int], combine: Combine) -> Fraction:
    if combine is Combine.NUMBER:
        return Fraction(100 * len(points))
    return Fraction(sum(points), len(points) if combine is Combine.MEAN else 1)


def _better(ties: Sequence[Tie]) -> Callable[[Finished], tuple[int, ...]]:
    """Orders sittings of one entry as standings are ordered; of two equal ones the earlier counts."""

    def key(sitting: Finished) -> tuple[int, ...]:
        parts = {
            Tie.TIME: -sitting.time_ms,
            Tie.TOTAL_TIME: -sitting.time_ms,
            Tie.FINISH: -sitting.finished_at,
            Tie.SUB_SCORE: sitting.sub_points,
        }
        return (sitting.points, *(parts.get(tie, 0) for tie in ties), -sitting.finished_at, -sitting.attempt_no)

    return key
