"""commend(candidates, rule) -> who is commended (通报表扬), and why each in and each out."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

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


class Rounding(StrEnum):
    """What becomes of the fraction that a share leaves."""

    DOWN = "down"
    UP = "up"
    NEAREST = "nearest"  # a half goes up


Least = tuple[tuple[Metric, Fraction], ...]
"""Metric -> least value, rates of a hundred."""


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade (一等奖): a number, or a share of the candidates who qualify (of all, or of those that earlier grades left) from
    `at_least` to `at_most`; with neither everybody. `least`: who is below it is looked at for the next grade."""

    title: str
    quota: int | None = None
    share: Fraction | None = None
    of_rest: bool = False
    least: Least = ()
    at_least: int = 0
    at_most: int | None = None
    rounding: Rounding = Rounding.DOWN


@dataclass(frozen=True, slots=True)
class Commendation:
    """One line of the notice: who may be commended, what is the least, how many, and what happens at the line.

    kinds: of units, or of the units of people, empty is every kind; per_unit: the quota holds in each unit of this kind above
    the candidate (每个区县10个); least: what everybody has to reach (a person: points and papers); rank_by, then: the order of
    units where it is not that of their ranking; without: titles of earlier commendations, nobody gets both; stage: its sittings
    alone decide, `EACH` makes a list of each; most_per_unit: people of one unit at most.
    """

    title: str
    of: Of
    grades: tuple[Grade, ...]
    kinds: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    per: Per = Per.WHOLE
    per_unit: str = ""
    line: Line = Line.NONE
    least: Least = ()
    rank_by: tuple[tuple[Metric, Fraction], ...] = ()
    then: tuple[Metric, ...] = ()
    without: tuple[str, ...] = ()
    stage: str = ""
    most_per_unit: int | None = None

    @property
    def metrics(self) -> set[Metric]:
        """Everything that it asks for or ranks by of its own."""
        asked = {metric for least in (self.least, *(grade.least for grade in self.grades)) for metric, _ in least}
        return asked | {metric for metric, _ in self.rank_by} | set(self.then)


EACH = "each"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit or a person with the merit of its ranking; `barred` says why it has no place, `above` is the unit that `per_unit`
    names, `unit` that of a person."""

    key: str
    merit: bytes
    kind: str | None = None
    division: str = ""
    above: str | None = None
    metrics: Mapping[Metric, Fraction | None] | None = None
    barred: tuple[Reason, ...] = ()
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a candidate: the grade (None is not commended), the place in the list that the quota holds for, and why."""

    key: str
    grade: str | None
    place: int | None
    shared: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a grade ends in one list: how many it has room for (None: everybody), how many it took, how many share the place that
    the line goes through (0: it falls between two places)."""

    grade: str
    room: int | None
    taken: int
    tied: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One list that the quota holds for: everybody in it, the best first, and the end of each grade."""

    decisions: tuple[Decision, ...]
    cuts: tuple[Cut, ...]


def commend(candidates: Sequence[Candidate], rule: Commendation, *, dense: bool = False) -> list[Decision]:
    """Decide about every candidate that the rule is about, the best first, list by list; `dense`: places are 1 2 2 3."""
    return [decision for listed in lists(candidates, rule, dense=dense) for decision in listed.decisions]


def lists(candidates: Sequence[Candidate], rule: Commendation, *, dense: bool = False) -> list[Listed]:
    """The same, each list with the ends of its grades."""
    found: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if _is_meant(candidate, rule):
            found[_list_of(candidate, rule)].append(candidate)
    return [_decide(found[key], rule, dense) for key in sorted(found)]


def promoted(
    candidates: Sequence[Candidate], best: int | None, share: Fraction | None = None, per: Per = Per.WHOLE, per_unit: str = ""
) -> set[str]:
    """Who goes on to the next stage: so many or a share (rounded up) of everybody, of each division, of each unit of a kind; those
    who share the last place go on together, whoever belongs to no division or unit of that kind does not."""
    grade = Grade("", best, share, at_least=1, rounding=Rounding.UP)
    rule = Commendation("", Of.PEOPLE, (grade,), per=per, per_unit=per_unit, line=Line.ALL)
    return {decision.key for decision in commend(candidates, rule) if decision.grade is not None}


def _is_meant(candidate: Candidate, rule: Commendation) -> bool:
    return (
        (not rule.kinds or candidate.kind in rule.kinds)
        and (not rule.divisions or candidate.division in rule.divisions)
        and (rule.per is not Per.DIVISION or bool(candidate.division))
        and (not rule.per_unit or candidate.above is not None)
    )


def _list_of(candidate: Candidate, rule: Commendation) -> tuple[str, str]:
    within = {Per.WHOLE: "", Per.KIND: candidate.kind or "", Per.DIVISION: candidate.division}[rule.per]
    return within, (candidate.above or "") if rule.per_unit else ""


def _decide(listed: Sequence[Candidate], rule: Commendation, dense: bool) -> Listed:
    out = {c.key: (*c.barred, *_below(c, rule.least)) for c in listed}
    fit = sorted((c for c in listed if not out[c.key]), key=lambda c: c.key)
    fit.sort(key=lambda c: c.merit, reverse=True)
    found, cuts = _graded(fit, rule)
    decisions = []
    for candidate, (place, shared) in zip(fit, places((c.merit for c in fit), dense=dense), strict=True):
        grade, said = found[candidate.key]
        reasons = tuple((text, {"place": place, **more}) for text, more in said)
        decisions.append(Decision(candidate.key, grade, place, shared, reasons))
    barred = sorted((c for c in listed if out[c.key]), key=lambda c: c.key)
    return Listed((*decisions, *(Decision(c.key, None, None, False, out[c.key]) for c in barred)), tuple(cuts))


def _below(candidate: Candidate, least: Least, text: str = "{metric}未达到{least}") -> Iterator[Reason]:
    for metric, wanted in least:
        got = (candidate.metrics or {}).get(metric)
        if got is None or got < wanted:
            yield (text, {"metric": (METRIC_WORDS[metric], {}), "least": wanted})


Found = dict[str, tuple[str | None, list[Reason]]]
"""Key -> grade and why, the place left open."""


def _graded(fit: Sequence[Candidate], rule: Commendation) -> tuple[Found, list[Cut]]:
    """The grade of each, and where the grades end. Whoever a grade's line leaves out stands first for the next."""
    last = rule.grades[-1].least
    found: Found = {c.key: (None, list(_below(c, last, "第{place}名，{metric}未达到{least}"))) for c in fit}
    rest, cuts, of_units = list(fit), [], Counter[str | None]()
    for grade in rule.grades:
        able = [c for c in rest if not any(_below(c, grade.least))]
        free = _free(able, of_units, rule)
        given = room(grade, len(fit), len(fit) - len(rest))
        count = len(free) if given is None else given
        shared, taken = _shared(free, count), _first(free, count, rule.line)
        full: Reason = ("第{place}名，超出本单位的{count}个名额", {"count": rule.most_per_unit})
        found |= {c.key: (None, [full]) for c in able}
        found |= {c.key: (None, [_beyond(c, shared)]) for c in free}
        found |= {c.key: (grade.title, [_within(c, shared, given)]) for c in taken}
        of_units.update(c.unit for c in taken)
        rest = [c for c in rest if found[c.key][0] is None]
        cuts.append(Cut(grade.title, given, len(taken), sum(c.merit == shared for c in free)))
    return found, cuts


def _within(candidate: Candidate, shared: bytes | None, given: int | None) -> Reason:
    if given is None:
        return "第{place}名，达到要求", {}
    said = "第{place}名，名额{count}个，末位并列的都取" if candidate.merit == shared else "第{place}名，在{count}名之内"
    return said, {"count": given}


def _beyond(candidate: Candidate, shared: bytes | None) -> Reason:
    return "第{place}名，并列人数超过名额，按规则都不取" if candidate.merit == shared else "第{place}名，超出名额", {}


def room(grade: Grade, candidates: int, taken: int) -> int | None:
    """How many a grade takes of so many who qualify, `taken` of them by earlier grades: its number, or its share; None is everybody."""
    if grade.share is None:
        return grade.quota
    share = grade.share * (candidates - taken if grade.of_rest else candidates)
    rounded = {Rounding.DOWN: floor(share), Rounding.UP: ceil(share), Rounding.NEAREST: floor(share + Fraction(1, 2))}
    least = max(rounded[grade.rounding], grade.at_least)
    return least if grade.at_most is None else min(least, grade.at_most)


def _free(able: Sequence[Candidate], of_units: Mapping[str | None, int], rule: Commendation) -> Sequence[Candidate]:
    """Those for whose unit there is still room."""
    if rule.most_per_unit is None:
        return able
    own: dict[str | None, list[Candidate]] = defaultdict(list)
    for candidate in able:
        own[candidate.unit].append(candidate)
    kept = {
        c.key
        for unit, people in own.items()
        for c in (people if unit is None else _first(people, rule.most_per_unit - of_units[unit], rule.line))
    }
    return [c for c in able if c.key in kept]


def _shared(able: Sequence[Candidate], count: int) -> bytes | None:
    """The merit of those who share the place that a line behind `count` goes through; None where it falls between two places."""
    through = 0 < count < len(able) and able[count - 1].merit == able[count].merit
    return able[count].merit if through else None


def _first(able: Sequence[Candidate], count: int, line: Line) -> Sequence[Candidate]:
    """The first so many; of those who share the place at the line all or none."""
    shared = _shared(able, count)
    if shared is None:
        return able[: max(count, 0)]
    return [c for c in able if c.merit > shared or (line is Line.ALL and c.merit == shared)]


METRIC_WORDS: Mapping[Metric, str] = {
    Metric.PEOPLE: "参与人数",
    Metric.SCORED: "得分人数",
    Metric.RATE: "参与率（%）",
    Metric.PAPERS: "有效答卷数",
    Metric.POINTS: "总分",
    Metric.MEAN: "平均分",
    Metric.PER_HEAD: "人均得分",
    Metric.SCORE_RATE: "平均得分率（%）",
    Metric.MEDIAN: "分数中位数",
    Metric.TOP_SUM: "最好成绩之和",
    Metric.TOP_MEAN: "最好成绩的平均分",
    Metric.FULL: "满分人数",
    Metric.FULL_RATE: "满分率（%）",
    Metric.PASSED: "合格人数",
    Metric.PASS_RATE: "合格率（%）",
    Metric.PASS_OF_ALL: "应参人员合格率（%）",
    Metric.BANDS: "分段计分",
    Metric.STEPS: "名次分",
    Metric.BONUS: "加分",
}
