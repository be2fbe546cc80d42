"""What a person may not mean about divisions: who is in none, whose paper or stage nobody gets."""

from collections.abc import Iterator

from quizapp.errors import Fault
from quizapp.rules.commendations import Per
from quizapp.rules.contests import ContestRules
from quizapp.rules.stages import is_for, told_by_divisions


def divisions(rules: ContestRules) -> Iterator[Fault]:
    yield from _members(rules)
    yield from _papers(rules)
    yield from _outside(rules)


def _members(rules: ContestRules) -> Iterator[Fault]:
    """Divisions in which there is nobody, or who can start nothing."""
    rest = [one for one in rules.divisions if not one.unit_kinds]
    for one in [] if rules.entry.choose_division else rest[1:]:
        said = f"“{one.title}”没有写 unit_kinds，其余的人都归入“{rest[0].title}”，这一组没有人；"
        yield Fault(f"{said}请写 unit_kinds，或写 entry: {{choose_division: 是}} 由参加的人自选", field=_field(rules, one.code))
    for one in rules.divisions:
        if rules.stages and not any(is_for(stage, one.code) for stage in rules.stages):
            yield Fault(f"没有一个阶段是“{one.title}”能参加的，请核对 stages 里的 divisions", field=_field(rules, one.code))


def _papers(rules: ContestRules) -> Iterator[Fault]:
    own = [one for one in rules.divisions if one.blueprint is not None]
    if own and rules.stages and all(stage.blueprint for stage in rules.stages):
        yield Fault("每个阶段都有自己的试卷，人人都答阶段的试卷，组别的试卷用不上，请核对", field=f"{_field(rules, own[0].code)}.paper")
    elif told_by_divisions(rules) and not rules.entry.choose_division and all(one.unit_kinds for one in own):
        said = f"单位类型不在任何组别的人，答的是“{own[0].title}”的试卷；要另给他们试卷，请写 paper，或留一个不写 unit_kinds 的组别"
        yield Fault(said, field="divisions")


def _outside(rules: ContestRules) -> Iterator[Fault]:
    """Kinds that a quota for each division looks at, and that belong to none: nobody of these is meant."""
    if rules.entry.choose_division or any(not one.unit_kinds for one in rules.divisions):
        return
    known = {kind for one in rules.divisions for kind in one.unit_kinds}
    for n, rule in enumerate(rules.commendations):
        outside = [kind for kind in rule.kinds if kind not in known]
        if rule.per is Per.DIVISION and not rule.divisions and outside:
            said = f"“{rule.title}”每个组别各取，但{'、'.join(outside)}不在任何组别，一个也取不到；"
            yield Fault(f"{said}请归入组别，或删去这些类型", field=f"commendations.{n}.per")


def _field(rules: ContestRules, code: str) -> str:
    return f"divisions.{[one.code for one in rules.divisions].index(code)}"
