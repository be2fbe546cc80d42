"""What papers are made of and what one is worth at most, as a notice prints it."""

from collections import Counter

from quizapp.rules.contests import ContestRules
from quizapp.rules.items import Difficulty, Kind
from quizapp.rules.papers import PaperBlueprint
from quizapp.rules.speech import Points, Sentence, Several, said
from quizapp.rules.stages import blueprints
from quizapp.rules.wording.marking import KINDS, marks_matter

_SHUFFLED = {
    (True, True): "题目和选项的顺序每人不同", (True, False): "题目的顺序每人不同，选项的顺序不变",
    (False, True): "题目按类依次出，选项的顺序每人不同", (False, False): "题目按类依次出，选项的顺序不变",
}  # fmt: skip
_ALL_OF = {
    (True, True): "均出自“{topic}”、难度为{difficulty}", (True, False): "均出自“{topic}”", (False, True): "难度均为{difficulty}",
}  # fmt: skip
_SOME_OF = {
    (True, True): "“{topic}”难度为{difficulty}的{count}题", (True, False): "“{topic}”{count}题",
    (False, True): "难度为{difficulty}的{count}题", (False, False): "其余{count}题",
}  # fmt: skip
Line = tuple[str | None, Difficulty | None, int]
"""Topic, difficulty and points of a line of a blueprint."""


def paper(rules: ContestRules, blueprint: PaperBlueprint | None) -> list[Sentence]:
    """What papers are made of; without a `blueprint` for all only the order of the items, where that is the same in each."""
    once, found = _order(rules), []
    if blueprint is not None:
        parts = made_up(blueprint, marks=marks_matter(rules))
        found.append(said("每份试卷{total}题，{full}", total=blueprint.total, full=full(rules, blueprint)))
        found += [said("其中{parts}", parts=parts)] if parts.things else []
        once = once or shuffled(blueprint)
    return [*found, once] if once else found


def brief(rules: ContestRules, blueprint: PaperBlueprint) -> list[Sentence]:
    """The same in a few words, as part of what is said of a stage or division."""
    kinds, marks = made_up(blueprint, marks=marks_matter(rules)), full(rules, blueprint)
    if not kinds.things:
        found = [said("{total}题、{full}", total=blueprint.total, full=marks)]
    else:
        found = [said("{total}题（{kinds}）、{full}", total=blueprint.total, kinds=kinds, full=marks)]
    return found if _order(rules) else [*found, shuffled(blueprint)]


def _order(rules: ContestRules) -> Sentence | None:
    """In what order things are asked, where that is the same in all papers."""
    told = [shuffled(blueprint) for _, blueprint in blueprints(rules)]
    return told[0] if all(one == told[0] for one in told) else None


def full(rules: ContestRules, blueprint: PaperBlueprint) -> Sentence:
    """What an attempt at such a paper is worth at most."""
    marks, most, worth = Points(blueprint.points), Points(rules.scoring.of(blueprint)), rules.scoring.worth
    if worth.steps and not marks_matter(rules):
        return said("一次答题最多得{most}分", most=most)
    if worth.steps:
        return said("卷面满分{marks}分，一次答题最多得{most}分", marks=marks, most=most)
    if marks != most:
        return said("卷面满分{marks}分，连同加分最多得{most}分", marks=marks, most=most)
    return said("满分{points}分", points=marks)


def shuffled(blueprint: PaperBlueprint) -> Sentence:
    """A line of a blueprint draws its items in any order, so one line alone is shuffled in any case."""
    return said(_SHUFFLED[blueprint.shuffle_items or len(blueprint.draws) == 1, blueprint.shuffle_choices])


def made_up(blueprint: PaperBlueprint, *, marks: bool = True) -> Several:
    """Kind by kind, with the points of an item where `marks`; nothing where the blueprint names nothing."""
    lines: dict[Kind | None, Counter[Line]] = {}
    sources = {(draw.topic, draw.difficulty) for draw in blueprint.draws}
    alike = len(sources) == 1
    for draw in blueprint.draws:
        source = (None, None) if alike else (draw.topic, draw.difficulty)
        lines.setdefault(draw.kind, Counter())[*source, draw.points if marks else 0] += draw.count
    ((topic, difficulty), *_) = sources
    of = [_all_of(topic, difficulty)] if alike and (topic or difficulty) else []
    if None in lines and len(lines) == len(lines[None]) == 1 and alike:
        return Several(tuple(of))
    return Several((*(_of_kind(kind, found) for kind, found in lines.items()), *of), "；")


def _all_of(topic: str | None, difficulty: Difficulty | None) -> Sentence:
    return said(_ALL_OF[bool(topic), bool(difficulty)], topic=topic, difficulty=_words(difficulty))


def _of_kind(kind: Kind | None, lines: Counter[Line]) -> Sentence:
    """单选题10题、每题5分; in brackets what the lines of a kind tell apart."""
    name = said(KINDS[kind]) if kind else said("不限题型")
    values = {points for _, _, points in lines}
    whole = said("{kind}{count}题", kind=name, count=lines.total())
    if len(values) == 1 and 0 not in values:
        whole = said("{kind}{count}题、每题{points}分", kind=name, count=lines.total(), points=Points(*values))
    if len(lines) == 1:
        ((topic, difficulty, _),) = lines
        if not topic and not difficulty:
            return whole
        return said("{whole}（{lines}）", whole=whole, lines=_all_of(topic, difficulty))
    apart = len({line[:2] for line in lines}) > 1
    some = tuple(_some(line, count, apart=apart, valued=len(values) > 1) for line, count in lines.items())
    return said("{whole}（{lines}）", whole=whole, lines=Several(some))


def _some(line: Line, count: int, *, apart: bool, valued: bool) -> Sentence:
    topic, difficulty, points = line
    told = said(_SOME_OF[bool(topic), bool(difficulty)], topic=topic, difficulty=_words(difficulty), count=count)
    if not apart and not topic and not difficulty:
        return said("每题{points}分的{count}题", points=Points(points), count=count)
    return said("{line}每题{points}分", line=told, points=Points(points)) if valued else told


def _words(difficulty: Difficulty | None) -> Sentence:
    return said(str(difficulty)) if difficulty else said("")
