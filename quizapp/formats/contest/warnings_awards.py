"""What a person may not mean about commendations and the prize draw."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from quizapp.errors import Fault
from quizapp.formats.contest.reach import OF_A_HUNDRED
from quizapp.rules.commendations import EACH, Commendation, Line, Of
from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Tie
from quizapp.rules.stages import stage_named, stages_of


def awards(rules: ContestRules) -> Iterator[Fault]:
    decided = {Tie.FINISH, Tie.LOT} & set(rules.ties)
    titles = Counter(rule.title for rule in rules.commendations)
    for n, rule in enumerate(rules.commendations):
        field = f"commendations.{n}"
        limited = any(grade.quota or grade.share for grade in rule.grades)
        if rule.of is Of.PEOPLE and not decided and limited:
            end = "全取，可能超出名额" if rule.line is Line.ALL else "都不取，可能一个也没有"
            said = f"“{rule.title}”按名次定名额，但 ties 分不出先后的人会并列，末位并列的{end}；可在 ties 末尾加 finish 或 lot"
            yield Fault(said, field=field)
        yield from _grades(rule, field)
        if rule.stage not in ("", EACH) and stage_named(rules, rule.stage) is None:
            yield Fault(f"没有阶段“{rule.stage}”，“{rule.title}”一个也没有，请核对", field=f"{field}.stage")
        asked = [*rule.least, *(one for grade in rule.grades for one in grade.least)]
        if any(metric in OF_A_HUNDRED and 0 < least <= 1 for metric, least in asked):
            yield Fault(f"“{rule.title}”的最低要求按百分制写，例如 rate: 60%，不是 0.6，请核对", field=field)
        if rule.of is Of.PEOPLE and rules.entry.minors:
            yield Fault(f"“{rule.title}”公布个人姓名，未成年人不公开，请核对", field=field)
        if titles[rule.title] > 1:
            titles[rule.title] = 0
            yield Fault(f"有几种表扬都叫“{rule.title}”，名单上分不清，请各取一个名称", field=f"{field}.title")
    yield from _draws(rules)


def _grades(rule: Commendation, field: str) -> Iterator[Fault]:
    taken = Fraction(0)
    for n, grade in enumerate(rule.grades):
        if taken >= 1:
            said = f"“{rule.title}”到“{grade.title}”以前已经取完100%，“{grade.title}”一个也没有，请核对比例"
            yield Fault(said, field=f"{field}.grades.{n}")
            return
        if grade.least or grade.at_most:
            continue  # it may leave some over
        if grade.quota is None and grade.share is None:
            taken = max(taken, Fraction(1))
        if grade.share is not None:
            taken += grade.share * (1 - taken) if grade.of_rest else grade.share
    if taken > 1:
        yield Fault(f"“{rule.title}”各等次比例合计超过100%，请核对", field=field)


def _draws(rules: ContestRules) -> Iterator[Fault]:
    if rules.tickets and not rules.prizes:
        yield Fault("有抽奖机会，但没有写 prizes：抽什么、几名", field="tickets")
    if rules.tickets and rules.tickets.stages and rules.tickets.stages > len(stages_of(rules)):
        yield Fault("要集齐的阶段比全部阶段还多，没有人有抽奖机会，请核对", field="tickets.stages")
