"""Who is commended (通报表扬), as a notice prints it."""

from collections.abc import Iterator

from quizapp.rules.commendations import EACH, Commendation, Grade, Least, Line, Of, Per, Rounding
from quizapp.rules.contests import ContestRules
from quizapp.rules.scoring import Condition
from quizapp.rules.speech import Sentence, Several, percent, said
from quizapp.rules.stages import stage_named
from quizapp.rules.units import Metric
from quizapp.rules.wording.units import amount, named, weighed


def commendations(rules: ContestRules) -> list[Sentence]:
    """通报表扬办法."""
    found = [sentence for rule in rules.commendations for sentence in _commendation(rule, rules)]
    if rules.scoring.valid != Condition() and any(rule.of is Of.PEOPLE for rule in rules.commendations):
        found.append(said("没有有效答题的个人不参加表扬"))
    return found


def _commendation(rule: Commendation, rules: ContestRules) -> Iterator[Sentence]:
    within = (
        said("按排名")
        if rule.per is Per.WHOLE and not rule.per_unit
        else said("在{within}内按排名", within=_within(rule))
    )
    grades = Several(tuple(_grade(grade, rule) for grade in rule.grades), "，")
    yield said("{title}：{who}{within}{grades}", title=rule.title, who=_who(rule), within=within, grades=grades)
    yield from _order(rule)
    if rule.stage:
        yield _of_stage(rule, rules)
    if rule.divisions:
        titles = tuple(division.title for division in rules.divisions if division.code in rule.divisions)
        yield said("“{title}”只在{divisions}中产生", title=rule.title, divisions=Several(titles))
    if rule.least:
        yield said("“{title}”要求{least}", title=rule.title, least=_least(rule.least, rule))
    if rule.without:
        before = Several(tuple(said("“{title}”", title=title) for title in rule.without))
        yield said("已获{before}的，不再参加“{title}”", before=before, title=rule.title)
    if rule.most_per_unit is not None:
        yield said("“{title}”每个单位最多{count}人，超出的由后面的递补", title=rule.title, count=rule.most_per_unit)
    if rule.most_per_unit is not None or any((grade.quota, grade.share) != (None, None) for grade in rule.grades):
        line = "“{title}”末位并列的都取" if rule.line is Line.ALL else "“{title}”末位并列、超出名额的都不取"
        yield said(line, title=rule.title)


def _who(rule: Commendation) -> Sentence:
    """Without kinds, units are those with nothing below them."""
    kinds = Several(rule.kinds)
    if rule.of is Of.UNITS:
        return said("{kinds}", kinds=kinds) if rule.kinds else said("没有下级的基层单位")
    return said("{kinds}的个人", kinds=kinds) if rule.kinds else said("个人")


def _within(rule: Commendation) -> Several:
    parts: list[object] = []
    if rule.per_unit:
        parts.append(said("每个{kind}", kind=rule.per_unit))
    if rule.per is Per.KIND:
        parts.append(said("每类单位"))
    if rule.per is Per.DIVISION:
        parts.append(said("每个组别"))
    return Several(tuple(parts))


def _order(rule: Commendation) -> Iterator[Sentence]:
    if rule.rank_by:
        yield said("“{title}”的排名按{terms}从高到低", title=rule.title, terms=weighed(rule.rank_by))
    if rule.then:
        metrics = Several(tuple(map(named, rule.then)))
        yield said("“{title}”的排名仍相同的，依次比较{metrics}", title=rule.title, metrics=metrics)


def _of_stage(rule: Commendation, rules: ContestRules) -> Sentence:
    if rule.stage == EACH:
        return said("“{title}”每个阶段各取一次，只看该阶段的答题", title=rule.title)
    stage = stage_named(rules, rule.stage)
    return said("“{title}”只看“{stage}”的答题", title=rule.title, stage=stage.title if stage else rule.stage)


def _least(least: Least, rule: Commendation) -> Several:
    return Several(
        tuple(said("{metric}不低于{value}", metric=_metric(one, rule), value=amount(one, value)) for one, value in least), "，"
    )


def _metric(one: Metric, rule: Commendation) -> Sentence:
    """A person's points are 得分, those of a unit 总分."""
    return said("得分") if rule.of is Of.PEOPLE and one is Metric.POINTS else named(one)


def _grade(grade: Grade, rule: Commendation) -> Sentence:
    count = _count(grade, "" if len(rule.grades) == 1 else grade.title)
    return said("{count}（{least}）", count=count, least=_least(grade.least, rule)) if grade.least else count


def _count(grade: Grade, name: str) -> Sentence:
    if grade.share is None:
        everybody = said("取{grade}达到要求的全部", grade=name)
        return everybody if grade.quota is None else said("取{grade}{count}名", grade=name, count=grade.quota)
    text = "取{grade}其余的{share}（{how}）" if grade.of_rest else "取{grade}符合条件的{share}（{how}）"
    return said(text, grade=name, share=percent(grade.share), how=_how(grade))


_ROUNDING = {Rounding.DOWN: "取整数部分", Rounding.UP: "有小数的进一", Rounding.NEAREST: "四舍五入"}


def _how(grade: Grade) -> Several:
    parts = [said(_ROUNDING[grade.rounding])]
    if grade.at_least:
        parts.append(said("不足{count}名的按{count}名", count=grade.at_least))
    if grade.at_most is not None:
        parts.append(said("最多{count}名", count=grade.at_most))
    return Several(tuple(parts), "，")
