"""How units are ranked, who is commended and how prizes are drawn, as a notice prints it."""

from fractions import Fraction

from quizapp.rules.commendations import METRIC_WORDS, Commendation, Grade, Line, Of, Per
from quizapp.rules.contests import ContestRules
from quizapp.rules.scoring import Condition
from quizapp.rules.speech import Points, Sentence, Several, fraction, percent, said
from quizapp.rules.units import Metric, UnitRules
from quizapp.rules.wording_marking import condition


def unit_places(rules: ContestRules) -> list[Sentence]:
    """How the places of units are decided, and what a unit needs for one."""
    units = rules.units
    found = [
        said("参与人数按人计算，一人只计一次；参与人次为答题次数"),
        said("更换过单位的，答题时在哪个单位就算哪个单位的"),
    ]
    if len(units.weights) == 1:
        found.append(said("单位按{metric}从高到低排名，相同的并列", metric=_metric(units.weights[0][0])))
    else:
        terms = tuple(
            said("{metric}×{weight}", metric=_metric(metric), weight=weight) for metric, weight in units.weights
        )
        found.append(said("单位按“{terms}”从高到低排名，相同的并列", terms=Several(terms, " + ")))
    if units.then:
        found.append(
            said("仍相同的，依次比较{metrics}", metrics=Several(tuple(_metric(metric) for metric in units.then)))
        )
    return [*found, *_figures(units), *_needs(units)]


def _metric(metric: Metric) -> Sentence:
    return METRIC_WORDS[metric], {}


def _figures(units: UnitRules) -> list[Sentence]:
    """What the metrics in use mean, where their names do not say it."""
    used, steps = set(units.metrics), units.steps
    found = []
    if Metric.STEPS in used:
        first, step = Points(steps.first), Points(steps.step)
        named = said(
            "名次分：同类单位按{metric}排名，第1名{first}分，以后每名少{step}分，最低{least}分",
            metric=_metric(steps.of), first=first, step=step, least=Points(steps.least),
        )  # fmt: skip
        found.append(named)
    if used & {Metric.TOP_SUM, Metric.TOP_MEAN}:
        found.append(said("最好成绩取本单位得分最高的{count}人，不足的按实有人数", count=units.top))
    if Metric.BONUS in used:
        found.append(said("加分由主管部门写明理由，最多{points}分", points=Points(units.most_bonus)))
    if units.shrink:
        text = "平均分按人数修正：视同每个单位另有{count}人、分数为全体平均分，免得人少的单位大起大落"
        found.append(said(text, count=units.shrink))
    return found


def _needs(units: UnitRules) -> list[Sentence]:
    found = []
    if units.least_people > 1:
        found.append(said("参与人数不足{least}人的单位不排名次", least=units.least_people))
    if units.min_rate is not None:
        found.append(said("参与率不足{rate}的单位不排名次", rate=percent(units.min_rate)))
    if units.min_mean is not None:
        found.append(said("平均分不足{mean}分的单位不排名次", mean=Points(units.min_mean)))
    return [*found, said("参与率超过100%的单位须先核对应参人数，暂不排名次")]


def commendations(rules: ContestRules) -> list[Sentence]:
    """通报表扬办法."""
    return [sentence for rule in rules.commendations for sentence in _commendation(rule, rules)]


def _commendation(rule: Commendation, rules: ContestRules) -> list[Sentence]:
    who = said("单位") if rule.of is Of.UNITS else said("个人")
    if rule.kinds:
        kinds = Several(rule.kinds)
        who = said("{kinds}", kinds=kinds) if rule.of is Of.UNITS else said("{kinds}的个人", kinds=kinds)
    within = (
        said("按排名")
        if rule.per is Per.WHOLE and not rule.per_unit
        else said("在{within}内按排名", within=_within(rule))
    )
    grades = Several(tuple(_grade(grade, rule) for grade in rule.grades), "，")
    found = [said("{title}：{who}{within}{grades}", title=rule.title, who=who, within=within, grades=grades)]
    if rule.divisions:
        titles = tuple(division.title for division in rules.divisions if division.code in rule.divisions)
        found.append(said("“{title}”只在{divisions}中产生", title=rule.title, divisions=Several(titles)))
    if rule.least:
        least = tuple(
            said("{metric}不低于{value}", metric=_metric_of(metric, rule), value=value) for metric, value in rule.least
        )
        found.append(said("“{title}”要求{least}", title=rule.title, least=Several(least, "，")))
    line = "“{title}”末位并列的都取" if rule.line is Line.ALL else "“{title}”末位并列、超出名额的都不取"
    return [*found, said(line, title=rule.title)]


def _metric_of(metric: Metric, rule: Commendation) -> Sentence:
    """A person's points are 得分, those of a unit 总分."""
    return ("得分", {}) if rule.of is Of.PEOPLE and metric is Metric.POINTS else _metric(metric)


def _within(rule: Commendation) -> Several:
    parts: list[object] = []
    if rule.per_unit:
        parts.append(said("每个{kind}", kind=rule.per_unit))
    if rule.per is Per.KIND:
        parts.append(said("每类单位"))
    if rule.per is Per.DIVISION:
        parts.append(said("每个组别"))
    return Several(tuple(parts))


def _grade(grade: Grade, rule: Commendation) -> Sentence:
    name = "" if len(rule.grades) == 1 else grade.title
    if grade.share is None:
        return said("取{grade}{count}名", grade=name, count=grade.quota)
    if grade.of_rest:
        return said("取{grade}其余的{share}（取整数部分）", grade=name, share=percent(grade.share))
    return said("取{grade}符合条件的{share}（取整数部分）", grade=name, share=percent(grade.share))


def prizes(rules: ContestRules) -> list[Sentence]:
    """抽奖规则."""
    tickets = rules.tickets
    if tickets is None:
        return []
    if tickets.stages is not None:
        found = [
            said(
                "在{count}个不同阶段有{condition}的答题，得1次抽奖机会",
                count=tickets.stages,
                condition=_earning(tickets.when),
            )
        ]
    elif tickets.per_right is not None:
        found = [
            said(
                "{condition}的每次答题，每答对{count}题得1次抽奖机会",
                condition=_earning(tickets.when),
                count=tickets.per_right,
            )
        ]
    else:
        found = [said("{condition}的每次答题，得1次抽奖机会", condition=_earning(tickets.when))]
    caps = (
        ("每天最多{count}次", tickets.per_day), ("每个阶段最多{count}次", tickets.per_stage), ("每人最多{count}次", tickets.total),
    )  # fmt: skip
    capped = tuple(said(text, count=count) for text, count in caps if count is not None)
    if capped:
        found.append(said("抽奖机会{caps}", caps=Several(capped, "，")))
    for prize in rules.prizes:
        text = "{title}：每个阶段抽{count}名" if prize.each_stage else "{title}：抽{count}名"
        found.append(said(text, title=prize.title, count=prize.count))
    fair = said("抽奖用事先公布散列值的种子计算，结果人人可以复核；每人最多中奖一次")
    return [*found, fair] if rules.prizes else found


def _earning(when: Condition) -> Several:
    return Several((said("有效"),)) if when == Condition() else condition(when)


def weights_told(units: UnitRules) -> list[tuple[Metric, str]]:
    """Each metric with its weight as a factor: ×0.5."""
    return [(metric, fraction(Fraction(weight))) for metric, weight in units.weights]
