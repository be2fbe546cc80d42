"""How papers are made up and marked, as the sentences that a notice prints."""

from quizapp.rules.contests import ContestRules
from quizapp.rules.items import Kind
from quizapp.rules.marking import Marking, MultipleMarking, Partial
from quizapp.rules.papers import PaperBlueprint
from quizapp.rules.scoring import Condition, Worth
from quizapp.rules.speech import Length, Points, Sentence, Several, percent, said
from quizapp.rules.stages import blueprints

KINDS = {
    Kind.SINGLE: "单选题", Kind.MULTIPLE: "多选题", Kind.JUDGE: "判断题", Kind.BLANK: "填空题", Kind.NUMERIC: "数值题",
    Kind.ORDER: "排序题", Kind.MATCH: "配对题", Kind.HOTSPOT: "看图找隐患题", Kind.CASE: "案例题", Kind.ESSAY: "论述题",
}  # fmt: skip


def made_up(blueprint: PaperBlueprint) -> Several:
    """Kind by kind; nothing where the blueprint does not name them."""
    parts: list[Sentence] = []
    if any(draw.kind is None for draw in blueprint.draws):
        return Several(())
    for kind in dict.fromkeys(draw.kind for draw in blueprint.draws):
        counts = sum(draw.count for draw in blueprint.draws if draw.kind is kind)
        each = {draw.points for draw in blueprint.draws if draw.kind is kind}
        name: Sentence = (KINDS[kind], {}) if kind else ("", {})
        if len(each) == 1:
            parts.append(said("{kind}{count}题、每题{points}分", kind=name, count=counts, points=Points(*each)))
        else:
            parts.append(said("{kind}{count}题", kind=name, count=counts))
    return Several(tuple(parts), "；")


def marking(how: Marking, rules: ContestRules) -> list[Sentence]:
    """How responses are marked, as far as the notice has to say it."""
    texts = {
        MultipleMarking.EXACT: said("多选题多选、少选、错选均不得分"),
        MultipleMarking.HALF: said("多选题少选得一半分，错选不得分"),
        MultipleMarking.PER_RIGHT: said("多选题有错选不得分；少选的，每选对一项得该题分数除以正确项数的分"),
        MultipleMarking.PER_RIGHT_LESS_WRONG: said("多选题选对一项得分、选错一项扣分，扣完该题为止"),
    }
    if how.multiple is MultipleMarking.PER_RIGHT and how.per_right is not None:
        texts[how.multiple] = said("多选题有错选不得分；少选的，每选对一项得{points}分", points=Points(how.per_right))
    asked = _asked(rules)
    found = [texts[how.multiple]] if {Kind.MULTIPLE, None} & asked else []
    if how.per_wrong is not None:
        found.append(said("多选题每选错一项扣{points}分", points=Points(how.per_wrong)))
    if how.wrong:
        found.append(said("单选题、判断题答错每题扣{points}分，整卷不低于0分", points=Points(how.wrong)))
    if how.unanswered:
        found.append(said("不答的题每题得{points}分", points=Points(how.unanswered)))
    if how.order is Partial.EACH and Kind.ORDER in asked:
        found.append(said("排序题按相邻两步次序正确的比例得分"))
    if Kind.ESSAY in asked:
        found.append(
            said(
                "论述题由两人分别评阅，相差不超过该题分数的{gap}的取平均分，超过的由第三人裁定",
                gap=percent(how.essay_gap),
            )
        )
    return found


def _asked(rules: ContestRules) -> set[Kind | None]:
    """The kinds of items in any paper; None where a line of a blueprint takes every kind."""
    return {draw.kind for _, blueprint in blueprints(rules) for draw in blueprint.draws}


def worth(how: Worth) -> list[Sentence]:
    """What is added to the marks, or stands in their place."""
    found = []
    for step in how.steps:
        if step.when == Condition():
            found.append(said("其他答题计{points}分", points=Points(step.points)))
        else:
            found.append(
                said("{condition}的一次答题计{points}分", condition=condition(step.when), points=Points(step.points))
            )
    if how.all_right:
        found.append(said("全部答对另加{points}分", points=Points(how.all_right)))
    if how.streak:
        bonuses = Several(tuple(map(Points, how.streak)))
        found.append(
            said("连续答对有加分：连对第1题起依次加{bonuses}分，此后每题同最后一档；答错后重新计", bonuses=bonuses)
        )
    return found


def condition(when: Condition) -> Several:
    """What a sitting has to reach."""
    parts = []
    if when.all_right:
        parts.append(said("全部答对"))
    if when.right is not None:
        parts.append(said("至少答对{count}题", count=when.right))
    if when.points is not None:
        parts.append(said("得分不低于{points}分", points=Points(when.points)))
    if when.time_ms is not None:
        parts.append(said("用时不少于{length}", length=Length(when.time_ms)))
    return Several(tuple(parts), "、")
