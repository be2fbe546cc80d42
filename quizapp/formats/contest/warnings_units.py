"""What a person may not mean about how units are ranked."""

from collections.abc import Iterator
from fractions import Fraction

from quizapp.errors import Fault
from quizapp.formats.contest import values
from quizapp.formats.contest.reach import OF_A_HUNDRED, adds_up, papers
from quizapp.rules.commendations import METRIC_WORDS, Of
from quizapp.rules.contests import ContestRules
from quizapp.rules.units import Metric, Steps, UnitRules

_MARKS = {Metric.MEAN, Metric.MEDIAN, Metric.TOP_MEAN, Metric.PER_HEAD}
_GIVEN = {Metric.STEPS, Metric.BANDS, Metric.BONUS}
"""Points that the file gives itself, on whatever scale it means."""
_SUMS = {Metric.POINTS, Metric.TOP_SUM}
_NUMBERS = {Metric.PEOPLE, Metric.SCORED, Metric.PAPERS, Metric.FULL, Metric.PASSED}
_PRESSING = {Metric.RATE: "参与率", Metric.PEOPLE: "参与人数", Metric.PER_HEAD: "应参人员的人均得分", Metric.PASS_OF_ALL: "应参人员的合格率"}


def units(rules: ContestRules) -> Iterator[Fault]:
    yield from _weights(rules.units)
    yield from _scales(rules)
    yield from _idle(rules)
    yield from _promoted(rules)
    top = rules.units.top
    if {Metric.TOP_SUM, Metric.TOP_MEAN} & set(rules.units.metrics) and rules.units.min_people < top:
        yield Fault(f"取最好的{top}人，但不足{top}人的单位也有名次，可写 min_people: {top}", field="units.top")


def _weights(units: UnitRules) -> Iterator[Fault]:
    weights = dict(units.weights)
    deciding = {metric for metric, weight in units.weights if weight}
    total = sum((weight for metric, weight in units.weights if metric is not Metric.BONUS), Fraction(0))
    if not deciding <= _GIVEN and 1 not in (total, total + weights.get(Metric.BONUS, 0) * Fraction(units.most_bonus, 10_000)):
        yield Fault(f"权重合计是{values.decimal_text(total)}，不是1，请核对（官员加分不计在内）", field="units.rank_by")
    words = pressing(units)
    if words:
        yield Fault(f"按{words}给单位排名，容易变成强制答题，请确认确有必要", field="units.rank_by")


def pressing(units: UnitRules) -> str:
    """The figure by which units may come to force their people, in words; empty where there is none."""
    deciding = {metric for metric, weight in units.weights if weight}
    if deciding <= _GIVEN:
        stepped = {steps.of for steps in units.all_steps} if Metric.STEPS in deciding else set()
        deciding = stepped | ({band.of for band in units.bands} if Metric.BANDS in deciding else set())
    return next((words for metric, words in _PRESSING.items() if metric in deciding), "")


def _scales(rules: ContestRules) -> Iterator[Fault]:
    """Figures that are added although one of them is so large that the others do not matter."""
    units, full = rules.units, max(paper.worth for paper in papers(rules))
    added = [metric for metric, weight in units.weights if weight and metric is not Metric.BONUS]
    by_hundred = all(steps.at(1) == 10_000 for steps in units.all_steps)
    scales = {metric: scale for metric in added if (scale := _scale(metric, adds_up(rules), full, by_hundred))}
    if len(set(scales.values())) > 1:
        names = "、".join(METRIC_WORDS[metric] for metric in scales)
        if full != 10_000 and not adds_up(rules) and _MARKS & set(added) and not set(added) & (_SUMS | _NUMBERS):
            said = f"{names}不在同一尺度上：一次答题的满分是{values.points_text(full)}，率按100计；请让试卷满分是100，或把平均分改用 score_rate"
        else:
            said = f"{names}不在同一尺度上，相加时数值大的说了算；人数、总分可改用率或名次分（steps），平均分可改用 score_rate"
        yield Fault(said, field="units.rank_by")


def _scale(metric: Metric, sums: bool, full: int, by_hundred: bool) -> str:
    """How large a figure gets, in a word; empty where it is not known."""
    if metric in _MARKS and sums:
        return "sum of sittings"
    if metric in _MARKS:
        return "100" if full == 10_000 else "marks"
    if metric in OF_A_HUNDRED or (metric is Metric.STEPS and by_hundred):
        return "100"
    return "number" if metric in _NUMBERS else "sum" if metric in _SUMS else ""


def _idle(rules: ContestRules) -> Iterator[Fault]:
    """Settings of figures that nothing looks at."""
    units = rules.units
    of_units = [metric for rule in rules.commendations if rule.of is Of.UNITS for metric in rule.metrics]
    used = {each for metric in (*units.metrics, *of_units) for each in units.behind(metric)}
    for field, given, needed, words in (
        ("shrink", units.shrink, {Metric.MEAN, Metric.SCORE_RATE}, "平均分、平均得分率（mean、score_rate）"),
        ("top", units.top != UnitRules().top, {Metric.TOP_SUM, Metric.TOP_MEAN}, "最好若干人（top_sum、top_mean）"),
        ("bonus", units.most_bonus or units.least_bonus, {Metric.BONUS}, "官员加分（bonus）"),
        ("steps", units.all_steps != (Steps(),), {Metric.STEPS}, "名次分（steps）"),
        ("bands", units.bands, {Metric.BANDS}, "分段计分（bands）"),
    ):
        if given and not needed & used:
            yield Fault(f"{field} 不起作用：排名和表扬都没有用到{words}，请写进 rank_by 或删去", field=f"units.{field}")


def _promoted(rules: ContestRules) -> Iterator[Fault]:
    """Fewer go on from each unit than a unit needs for a place."""
    for n, stage in enumerate(rules.stages):
        if not (rules.board.each_stage and stage.promote and stage.promote.per_unit):
            continue
        best, least = stage.promote.best, rules.units.least_people
        if best and best < least:
            said = f"每个{stage.promote.per_unit}只有{best}人晋级，单位却至少要{least}人才有名次，下一阶段没有这样的单位能有名次"
            more = "min_people、hide_mean_below" if rules.units.by_points else "min_people"
            yield Fault(f"{said}；请改小 {more}", field=f"stages.{n}.promote.best")
