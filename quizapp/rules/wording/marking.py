"""How papers are made up and marked, as the sentences that a notice prints."""

from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Tie
from quizapp.rules.items import Kind
from quizapp.rules.marking import Marking, MultipleMarking, Partial
from quizapp.rules.scoring import Condition, Worth
from quizapp.rules.speech import Length, Points, Sentence, Several, percent, said
from quizapp.rules.stages import blueprints

KINDS = {
    Kind.SINGLE: "单选题", Kind.MULTIPLE: "多选题", Kind.JUDGE: "判断题", Kind.BLANK: "填空题", Kind.NUMERIC: "数值题",
    Kind.ORDER: "排序题", Kind.MATCH: "配对题", Kind.HOTSPOT: "看图找隐患题", Kind.CASE: "案例题", Kind.ESSAY: "论述题",
}  # fmt: skip


_PARTS = {
    Kind.BLANK: {Partial.EACH: "填空题按填对的空所占的比例得分", Partial.EXACT: "填空题全部填对才得分"},
    Kind.ORDER: {Partial.EACH: "排序题按相邻两步次序正确的比例得分", Partial.EXACT: "排序题次序全对才得分"},
    Kind.MATCH: {Partial.EACH: "配对题按配对正确的比例得分", Partial.EXACT: "配对题全部配对才得分"},
    Kind.HOTSPOT: {
        Partial.EACH: "看图找隐患题按找到的隐患所占的比例得分，点错一处抵去找到的一处",
        Partial.EXACT: "看图找隐患题找全隐患、没有点错才得分",
    },
}  # fmt: skip


def marking(how: Marking, rules: ContestRules) -> list[Sentence]:
    """How responses are marked, as far as the notice has to say it."""
    asked = _asked(rules)
    some = {None, Kind.CASE} & asked  # these may ask anything, so only what is out of the ordinary is said
    found = []
    if not marks_matter(rules):
        found += [said("每题全部答对才算答对")] if (asked - {Kind.SINGLE, Kind.JUDGE, Kind.NUMERIC, Kind.ESSAY}) else []
    else:
        found += [_multiple(how)] if some or Kind.MULTIPLE in asked else []
        found += _in_parts(how, asked, usual=Marking())
        if how.wrong and (some or {Kind.SINGLE, Kind.JUDGE} & asked):
            found.append(said("单选题、判断题答错每题扣{points}分，整卷不低于0分", points=Points(how.wrong)))
        if how.unanswered:
            found.append(said("不答的题每题得{points}分", points=Points(how.unanswered)))
    if Kind.ESSAY in asked:
        text = "论述题由两人分别评阅，相差不超过该题分数的{gap}的取平均分，超过的由第三人裁定"
        found.append(said(text, gap=percent(how.essay_gap)))
    return found


def _multiple(how: Marking) -> Sentence:
    if how.multiple is MultipleMarking.SHORT:
        return said("多选题漏选得{points}分，错选不得分", points=Points(how.short))
    if how.multiple is MultipleMarking.PER_RIGHT:
        return said("多选题有错选不得分；少选的，每选对一项得{right}", right=_of_choice(how.per_right))
    if how.multiple is MultipleMarking.PER_RIGHT_LESS_WRONG:
        text = "多选题全部选对得满分；否则每选对一项得{right}，每选错一项扣{wrong}，扣完该题为止"
        return said(text, right=_of_choice(how.per_right), wrong=_of_choice(how.per_wrong))
    half = how.multiple is MultipleMarking.HALF
    return said("多选题少选得一半分，错选不得分" if half else "多选题多选、少选、错选均不得分")


def _of_choice(points: int | None) -> Sentence:
    return said("该题分数除以正确项数的分") if points is None else said("{points}分", points=Points(points))


def _in_parts(how: Marking, asked: set[Kind | None], usual: Marking) -> list[Sentence]:
    """How answers are marked that are right in parts."""
    anything = bool({None, Kind.CASE} & asked)
    return [
        said(texts[Partial.EACH if how.shares(kind) else Partial.EXACT])
        for kind, texts in _PARTS.items()
        if kind in asked or (anything and how.shares(kind) != usual.shares(kind))
    ]


def marks_matter(rules: ContestRules) -> bool:
    """Whether the points of single items decide anything: not where steps go by right answers alone."""
    steps = rules.scoring.worth.steps
    return not steps or any(step.when.points is not None for step in steps) or Tie.SUB_SCORE in rules.ties


def _asked(rules: ContestRules) -> set[Kind | None]:
    """The kinds of items in any paper; None where a line of a blueprint takes every kind."""
    return {draw.kind for _, blueprint in blueprints(rules) for draw in blueprint.draws}


def worth(how: Worth) -> list[Sentence]:
    """What is added to the marks, or stands in their place."""
    found = []
    if how.steps:
        steps = [said("{condition}的计{points}分", condition=condition(step.when, marks=True), points=Points(step.points)) for step in how.steps]
        if how.steps[-1].when == Condition():
            steps[-1] = said("其余的计{points}分", points=Points(how.steps[-1].points))
        else:
            steps.append(said("其余的计{points}分", points=Points(0)))
        found.append(said("一次答题按先符合的一档计分：{steps}", steps=Several(tuple(steps), "；")))
    if how.all_right:
        found.append(said("全部答对另加{points}分", points=Points(how.all_right)))
    if how.streak:
        found.append(said("连续答对另加分：{bonuses}；答错后重新数", bonuses=Several(tuple(_bonuses(how.streak)))))
    return found


def _bonuses(streak: tuple[int, ...]) -> list[Sentence]:
    """第2题加1分、第3题起每题加2分; a bonus of nothing at the beginning is not told."""
    last = len(streak)
    told = [said("第{n}题加{points}分", n=n, points=Points(points)) for n, points in enumerate(streak[:-1], 1) if points]
    return [*told, said("第{n}题起每题加{points}分", n=last, points=Points(streak[-1]))]


def condition(when: Condition, *, marks: bool = False) -> Several:
    """What a sitting has to reach; its points are those of the items alone where `marks`."""
    parts = []
    if when.all_right:
        parts.append(said("全部答对"))
    if when.right is not None:
        parts.append(said("至少答对{count}题", count=when.right))
    if when.points is not None:
        parts.append(said("卷面得分不低于{points}分" if marks else "得分不低于{points}分", points=Points(when.points)))
    if when.time_ms is not None:
        parts.append(said("用时不少于{length}", length=Length(when.time_ms)))
    if when.within_ms is not None:
        parts.append(said("用时不超过{length}", length=Length(when.within_ms)))
    return Several(tuple(parts), "、")
