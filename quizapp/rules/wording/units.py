"""How units are ranked, as a notice prints it."""

from collections.abc import Sequence
from fractions import Fraction

from quizapp.rules.commendations import METRIC_WORDS
from quizapp.rules.contests import ContestRules
from quizapp.rules.full_marks import most_points
from quizapp.rules.speech import Points, Sentence, Several, fraction, percent, said
from quizapp.rules.units import Band, Metric, Steps, UnitRules

_OF_A_HUNDRED = "（%）"


def unit_places(rules: ContestRules) -> list[Sentence]:
    """How the places of units are decided, and what a unit needs for one."""
    units = rules.units
    found = [said("参与人数按人计算，一人只计一次；参与人次为答题次数")]
    if rules.entry.unit_changes:
        found.append(said("更换过单位的，答题时在哪个单位就算哪个单位的"))
    text = "单位按{terms}从高到低排名，{ties}" if len(units.weights) == 1 else "单位按“{terms}”从高到低排名，{ties}"
    found.append(said(text, terms=weighed(units.weights), ties=_ties(units)))
    return [*found, *_points_given(units), *_figures(rules), *_needs(units)]


def metric(one: Metric) -> Sentence:
    """The metric as it stands over a column: 参与率（%）."""
    return METRIC_WORDS[one], {}


def named(one: Metric) -> Sentence:
    """The metric in a sentence: 参与率."""
    return METRIC_WORDS[one].removesuffix(_OF_A_HUNDRED), {}


def amount(one: Metric, value: Fraction) -> str:
    """A value of the metric: 60%, 80."""
    return percent(value / 100) if METRIC_WORDS[one].endswith(_OF_A_HUNDRED) else fraction(value)


def weights_told(units: UnitRules) -> list[tuple[Metric, str]]:
    """Each metric with its weight as a factor: ×0.5."""
    return [(metric, fraction(Fraction(weight))) for metric, weight in units.weights]


def weighed(by: Sequence[tuple[Metric, Fraction]]) -> Several:
    """What ranks: one metric, or several with their weights."""
    return Several((named(by[0][0]),) if len(by) == 1 else tuple(_term(one, weight) for one, weight in by), " + ")


def _term(one: Metric, weight: Fraction) -> Sentence:
    return metric(one) if weight == 1 else said("{metric}×{weight}", metric=metric(one), weight=weight)


def _ties(units: UnitRules) -> Sentence:
    if not units.then:
        return said("相同的并列")
    metrics = Several(tuple(map(named, units.then)))
    text = "相同的比较{metrics}，仍相同的并列" if len(units.then) == 1 else "相同的依次比较{metrics}，仍相同的并列"
    return said(text, metrics=metrics)


def _points_given(units: UnitRules) -> list[Sentence]:
    """名次分, 分段计分 and 加分."""
    used, found = set(units.metrics), []
    if Metric.STEPS in used:
        found += [_steps(one, several=bool(units.further_steps)) for one in units.all_steps]
        found.append(said("不排名次的单位没有名次分，也不占名次"))
    if Metric.BANDS in used:
        metrics = dict.fromkeys(band.of for band in units.bands)
        found += [_bands(one, [band for band in units.bands if band.of is one]) for one in metrics]
    if Metric.BONUS in used and units.least_bonus:
        text = "加分由主管部门写明理由，最多加{points}分；组织不力的可以扣分，最多扣{off}分"
        found.append(said(text, points=Points(units.most_bonus), off=Points(-units.least_bonus)))
    elif Metric.BONUS in used:
        found.append(said("加分由主管部门写明理由，最多{points}分", points=Points(units.most_bonus)))
    return found


def _steps(steps: Steps, *, several: bool) -> Sentence:
    """名次分 by one metric; with its weight where several are added up."""
    name = said("名次分")
    if several:
        name = said("名次分（占{weight}）", weight=percent(steps.weight))
    of, least = named(steps.of), Points(steps.least)
    if steps.values:
        values = Several(tuple(map(Points, steps.values)))
        text = "{name}：同类单位按{metric}排名，第1名起依次{values}分，以后各名{least}分"
        return said(text, name=name, metric=of, values=values, least=least)
    if not steps.step:
        return said("{name}：同类单位按{metric}排名，各名都是{points}分", name=name, metric=of, points=Points(steps.at(1)))
    text = "{name}：同类单位按{metric}排名，第1名{first}分，以后每名少{step}分，最低{least}分"
    return said(text, name=name, metric=of, first=Points(steps.first), step=Points(steps.step), least=least)


def _bands(one: Metric, bands: Sequence[Band]) -> Sentence:
    told: list[Sentence] = []
    for band in bands:
        text = "{least}以上计{points}分" if band.least else "其余计{points}分"
        told.append(said(text, least=amount(one, band.least), points=Points(band.points)))
    if bands[-1].least:
        told.append(said("其余不计分"))
    return said("分段计分：{metric}{bands}", metric=named(one), bands=Several(tuple(told), "，"))


def _figures(rules: ContestRules) -> list[Sentence]:
    """What the metrics in use mean, where their names do not say it."""
    units, used, found = rules.units, rules.units.needed, []
    if Metric.PER_HEAD in used:
        found.append(said("人均得分为总分除以应参人数，没有参加的按0分计"))
    if Metric.FULL_RATE in used:
        found.append(said("满分率为满分人数占参与人数的比例"))
    if Metric.PASS_RATE in used:
        found.append(said("合格率为合格人数占参与人数的比例"))
    if Metric.PASS_OF_ALL in used:
        found.append(said("应参人员合格率为合格人数占应参人数的比例"))
    if Metric.SCORE_RATE in used and (full := most_points(rules)) is not None:
        found.append(said("平均得分率为平均分占满分{points}分的比例", points=full))
    if used & {Metric.TOP_SUM, Metric.TOP_MEAN}:
        found.append(said("最好成绩取本单位得分最高的{count}人，不足的按实有人数", count=units.top))
    if units.shrink and used & {Metric.MEAN, Metric.SCORE_RATE}:
        text = "平均分按人数修正：视同每个单位另有{count}人、分数为全体平均分，免得人少的单位大起大落"
        found.append(said(text, count=units.shrink))
    return found


def _needs(units: UnitRules) -> list[Sentence]:
    found = []
    if units.least_people > 1:
        found.append(said("参与人数不足{least}人的单位不排名次", least=units.least_people))
    if units.by_heads or units.min_rate is not None:
        found.append(said("没有应参人数的单位不排名次"))
    if units.min_rate is not None:
        found.append(said("参与率不足{rate}的单位不排名次", rate=percent(units.min_rate)))
    if units.min_mean is not None:
        found.append(said("平均分不足{mean}分的单位不排名次", mean=Points(units.min_mean)))
    return [*found, said("参与率超过100%的单位须先核对应参人数，暂不排名次")]
