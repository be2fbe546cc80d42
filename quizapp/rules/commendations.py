"""commend(candidates, rule) -> who is commended (通报表扬), and why each in and each out."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from quizapp.rules.ranking import places
from quizapp.rules.units import Metric, Reason


class Of(StrEnum):
    UNITS = "units"
    PEOPLE = "people"


class Line(StrEnum):
    """What becomes of those who share the place at the line: all are taken, or none."""

    ALL = "all"
    NONE = "none"


class Per(StrEnum):
    """Within what the quota holds: everybody, each kind of unit, or each division."""

    WHOLE = "whole"
    KIND = "kind"
    DIVISION = "division"


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade (一等奖): a number, or a share of the candidates who qualify (of all, or of those that earlier grades left)."""

    title: str
    quota: int | None = None
    share: Fraction | None = None
    of_rest: bool = False


@dataclass(frozen=True, slots=True)
class Commendation:
    """One line of the notice: who may be commended, what is the least, how many, and what happens at the line.

    kinds: of units, or of the units of people, empty is every kind; per_unit: the quota holds in each unit of this kind above
    the candidate (每个区县10个); least: metric -> least value, rates of a hundred (of a person: points and papers).
    """

    title: str
    of: Of
    grades: tuple[Grade, ...]
    kinds: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    per: Per = Per.WHOLE
    per_unit: str = ""
    line: Line = Line.NONE
    least: tuple[tuple[Metric, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit or a person with the merit of its ranking; `barred` says why it has no place, `above` the unit that `per_unit` names."""

    key: str
    merit: bytes
    kind: str | None = None
    division: str = ""
    above: str | None = None
    metrics: Mapping[Metric, Fraction | None] | None = None
    barred: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a candidate: the grade (None is not commended), the place in the list that the quota holds for, and why."""

    key: str
    grade: str | None
    place: int | None
    shared: bool
    reasons: tuple[Reason, ...]


def commend(candidates: Sequence[Candidate], rule: Commendation) -> list[Decision]:
    """Decide about every candidate that the rule is about, the best first, list by list."""
    lists: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if _is_meant(candidate, rule):
            lists[_list_of(candidate, rule)].append(candidate)
    return [decision for key in sorted(lists) for decision in _decide(lists[key], rule)]


def promoted(candidates: Sequence[Candidate], best: int, per_unit: str) -> set[str]:
    """Who goes on to the next stage: the best of everybody, or of each unit of a kind; those who share the last place go on
    together, whoever belongs to no unit of that kind does not."""
    rule = Commendation("", Of.PEOPLE, (Grade("", best),), per_unit=per_unit, line=Line.ALL)
    return {decision.key for decision in commend(candidates, rule) if decision.grade is not None}


def _is_meant(candidate: Candidate, rule: Commendation) -> bool:
    return (
        (not rule.kinds or candidate.kind in rule.kinds)
        and (not rule.divisions or candidate.division in rule.divisions)
        and (not rule.per_unit or candidate.above is not None)
    )


def _list_of(candidate: Candidate, rule: Commendation) -> tuple[str, str]:
    within = {Per.WHOLE: "", Per.KIND: candidate.kind or "", Per.DIVISION: candidate.division}[rule.per]
    return within, (candidate.above or "") if rule.per_unit else ""


def _decide(listed: Sequence[Candidate], rule: Commendation) -> Iterator[Decision]:
    out = {c.key: (*c.barred, *_below(c, rule.least)) for c in listed}
    fit = sorted((c for c in listed if not out[c.key]), key=lambda c: c.key)
    fit.sort(key=lambda c: c.merit, reverse=True)
    placed = list(places(c.merit for c in fit))
    grades = _graded([place for place, _ in placed], rule)
    for candidate, (place, shared), (grade, reason) in zip(fit, placed, grades, strict=True):
        yield Decision(candidate.key, grade, place, shared, (reason,))
    for candidate in sorted((c for c in listed if out[c.key]), key=lambda c: c.key):
        yield Decision(candidate.key, None, None, False, out[candidate.key])


def _below(candidate: Candidate, least: Sequence[tuple[Metric, Fraction]]) -> Iterator[Reason]:
    for metric, wanted in least:
        got = (candidate.metrics or {}).get(metric)
        if got is None or got < wanted:
            yield ("{metric}未达到{least}", {"metric": (METRIC_WORDS[metric], {}), "least": wanted})


def _graded(placed: Sequence[int], rule: Commendation) -> list[tuple[str | None, Reason]]:
    """For each place, from the best, the grade and the reason. Whoever a grade's line leaves out stands first for the next."""
    found: list[tuple[str | None, Reason]] = []
    at_the_line = 0
    for grade in rule.grades:
        start, room = len(found), _room(grade, len(placed), len(found))
        end, at_the_line = min(start + room, len(placed)), 0
        said = "第{place}名，在{count}名之内"
        if start < end < len(placed) and placed[end] == placed[end - 1]:
            tied = [n for n, place in enumerate(placed) if place == placed[end]]
            if rule.line is Line.ALL:
                end, said = tied[-1] + 1, "第{place}名，名额{count}个，末位并列的都取"
            else:
                end, at_the_line = max(tied[0], start), placed[end]
        found += [(grade.title, (said, {"place": placed[n], "count": room})) for n in range(start, end)]
    for place in placed[len(found) :]:
        said = "第{place}名，并列人数超过名额，按规则都不取" if place == at_the_line else "第{place}名，超出名额"
        found.append((None, (said, {"place": place})))
    return found


def _room(grade: Grade, candidates: int, taken: int) -> int:
    """How many a grade takes: its number, or its share of those who qualify, rounded down."""
    if grade.share is None:
        return grade.quota or 0
    base = candidates - taken if grade.of_rest else candidates
    return base * grade.share.numerator // grade.share.denominator


METRIC_WORDS: Mapping[Metric, str] = {
    Metric.PEOPLE: "参与人数",
    Metric.SCORED: "得分人数",
    Metric.RATE: "参与率（%）",
    Metric.PAPERS: "有效答卷数",
    Metric.POINTS: "总分",
    Metric.MEAN: "平均分",
    Metric.SCORE_RATE: "平均得分率（%）",
    Metric.MEDIAN: "分数中位数",
    Metric.TOP_SUM: "最好成绩之和",
    Metric.TOP_MEAN: "最好成绩的平均分",
    Metric.FULL_RATE: "满分率（%）",
    Metric.PASS_RATE: "合格率（%）",
    Metric.STEPS: "名次分",
    Metric.BONUS: "加分",
}
