"""Which divisions there are, who belongs to which, what they sit, as the sentences that a notice prints."""

from quizapp.rules.contests import ContestRules, Division
from quizapp.rules.papers import PaperBlueprint
from quizapp.rules.speech import Sentence, Several, said
from quizapp.rules.stages import blueprints
from quizapp.rules.wording.papers import brief


def divisions(rules: ContestRules) -> list[Sentence]:
    """Which divisions there are and who belongs; nothing where everybody is in one."""
    if rules.entry.choose_division:
        titles = Several(tuple(one.title for one in rules.divisions))
        return [said("分组排名，参加时自选一个组别：{divisions}", divisions=titles)]
    sorted_out = [one for one in rules.divisions if one.unit_kinds]
    if not sorted_out:
        return []
    rest = next((one for one in rules.divisions if not one.unit_kinds), None)
    parts: list[Sentence] = [said("{title}（{kinds}）", title=one.title, kinds=Several(one.unit_kinds)) for one in sorted_out]
    parts += [said("{title}（其他单位）", title=rest.title)] if rest else []
    found = [said("分组排名，按单位类型归组：{divisions}", divisions=Several(tuple(parts)))]
    return found if rest else [*found, said("其他类型单位的人不属于任何组别，只排总名次")]


def papers(rules: ContestRules) -> list[Sentence]:
    """The papers of divisions."""
    own = [(owner, blueprint) for owner, blueprint in blueprints(rules) if isinstance(owner, Division)]
    return [said("{title}：{parts}", title=one.title, parts=Several(_paper(rules, one, blueprint), "；")) for one, blueprint in own]


def _paper(rules: ContestRules, division: Division, blueprint: PaperBlueprint) -> tuple[Sentence, ...]:
    found = tuple(brief(rules, blueprint))
    return (*found, said("这些题目连同答案公布在竞赛页面，供事先学习")) if division.study else found


def admitted(rules: ContestRules, codes: tuple[str, ...]) -> Sentence:
    """Whom a stage is for."""
    return said("只限{divisions}", divisions=Several(tuple(one.title for one in rules.divisions if one.code in codes)))
