"""Which sittings make the result and how people are ranked, as a notice prints it."""

from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Combine, Counting, Span, Take, Tie
from quizapp.rules.scoring import SubScore
from quizapp.rules.speech import Sentence, said
from quizapp.rules.wording.marking import KINDS
from quizapp.rules.wording.sittings import PERSON, SPANS, STAGE, within

_TAKEN = {Take.BEST: "取最好一次的成绩", Take.LAST: "取最后一次的成绩", Take.FIRST: "取第一次的成绩"}
_SOME = {Span.STAGE: "{count}个阶段", Span.MONTH: "{count}个月", Span.WEEK: "{count}周", Span.DAY: "{count}天"}
_ALL = {Span.STAGE: "各阶段", Span.MONTH: "各月", Span.WEEK: "各周", Span.DAY: "各天"}
_NUMBER = {Span.STAGE: "阶段数", Span.MONTH: "月数", Span.WEEK: "周数", Span.DAY: "天数"}
_TIES = {
    Tie.TIME: "计入成绩的用时少的在前", Tie.TOTAL_TIME: "全部答题用时少的在前", Tie.FINISH: "先交卷的在前",
    Tie.SITTINGS: "答题次数少的在前", Tie.LOT: "按事先封存的种子抽签决定先后",
}  # fmt: skip


def people_places(rules: ContestRules) -> list[Sentence]:
    """How the places of people are decided."""
    found = _counts(rules)
    found.append(said("按得分从高到低排名"))
    if rules.board.each_stage:
        scope = within(rules)
        found.append(said("{scope}重新计分、分别排名", scope=said(STAGE if scope == PERSON else scope)))
    for n, tie in enumerate(rules.ties):
        found.append(said("仍相同，{tie}" if n else "得分相同，{tie}", tie=_tie(tie, rules)))
    if Tie.LOT in rules.ties:
        return found
    if rules.board.dense:
        return [*found, said("全部相同的并列，下一名接着排（例如并列第2名，其后为第3名）")]
    return [*found, said("全部相同的并列，下一名顺延（例如并列第2名，其后为第4名）")]


def _counts(rules: ContestRules) -> list[Sentence]:
    """The same for a contest: where nobody has more than one sitting that counts, there is nothing to choose, and where each stage is
    scored anew, nothing is added up over the stages."""
    how, limits, scope = rules.counting, rules.limits, within(rules)
    of_one = rules.board.each_stage and how.each in (Span.STAGE, rules.cycle)
    if of_one and how.combine is not Combine.NUMBER and how.take is not Take.ALL:
        return [said("{each}{taken}", each=said(scope), taken=said(_TAKEN[how.take]))]
    once = limits.total == 1 and not limits.retakes and not rules.extra.is_on and scope == PERSON
    return [] if once and how.combine is not Combine.NUMBER else counts(how, rules.cycle)


def _tie(tie: Tie, rules: ContestRules) -> Sentence:
    if tie is Tie.SUB_SCORE and rules.scoring.sub_score is not None:
        return said("{part}得分高的在前", part=_part(rules.scoring.sub_score))
    return said(_TIES[tie])


def _part(of: SubScore) -> Sentence:
    """多选题, “总则”的多选题, 题库“xinanfa”中“总则”的题."""
    part = said(KINDS[of.kind]) if of.kind else said("题")
    if of.topic:
        part = said("“{topic}”的{part}", topic=of.topic, part=part)
    return said("题库“{bank}”中{part}", bank=of.bank, part=part) if of.bank else part


def counts(how: Counting, cycle: Span | None = None) -> list[Sentence]:
    """Which sittings make the result; `cycle` is what the stages of the contest go by."""
    if how.take is Take.ALL:
        return [_of_all(how)]
    if how.each is Span.WHOLE:
        number = how.combine is Combine.NUMBER
        return [said("有一次有效答题即计1分") if number else said("多次答题的，{taken}", taken=said(_TAKEN[how.take]))]
    return [_of_spans(how, cycle or how.each if how.each is Span.STAGE else how.each)]


def _of_all(how: Counting) -> Sentence:
    texts = {
        Combine.SUM: ("各次有效答题的成绩相加", "最好{count}次有效答题的成绩相加，不足的按实有次数"),
        Combine.MEAN: ("取各次有效答题的平均分", "取最好{count}次有效答题的平均分，不足的按实有次数平均"),
        Combine.NUMBER: ("每次有效答题计1分", "每次有效答题计1分，最多{count}分"),
    }
    whole, some = texts[how.combine]
    return said(whole) if how.most is None else said(some, count=how.most)


def _of_spans(how: Counting, span: Span) -> Sentence:
    """取最好7天成绩的平均分: of each day, week, month or stage one sitting is taken."""
    each, number = said(SPANS[span]), said(_NUMBER[span])
    some = said(_SOME[span], count=how.most)
    if how.combine is Combine.NUMBER:
        if how.most is None:
            return said("{each}有一次有效答题即计1分", each=each)
        return said("{each}有一次有效答题即计1分，最多{count}分", each=each, count=how.most)
    taken = said("{each}{taken}", each=each, taken=said(_TAKEN[how.take]))
    if how.combine is Combine.SUM and how.most is None:
        return said("{taken}，{all}相加", taken=taken, all=said(_ALL[span]))
    if how.combine is Combine.SUM:
        return said("{taken}，最好{some}的成绩相加，不足的按实有{number}", taken=taken, some=some, number=number)
    if how.most is None:
        return said("{taken}，按有成绩的{number}取平均分", taken=taken, number=number)
    return said("{taken}，取最好{some}成绩的平均分，不足的按实有{number}平均", taken=taken, some=some, number=number)
