"""The stages of a contest as they are rehearsed, division by division: on which paper, on which days, after which others."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from quizapp.rules.contests import ContestRules, Stage
from quizapp.rules.counting import Span, Take
from quizapp.rules.rehearsal.answers import Sheet, make_sheet
from quizapp.rules.rehearsal.visits import DAY, Slice, slices
from quizapp.rules.stages import at_stage, before, is_for, stages_for, stages_of

FEW, MANY = 8, 30  # days on which a very zealous person comes


@dataclass(frozen=True, slots=True)
class Round:
    """A stage as it is played, or the contest where there are none; `before`: the stage that has to promote somebody, which is
    over at `since`. Rounds of one level can be played side by side, after all those of lower ones."""

    stage: Stage | None
    rules: ContestRules
    sheet: Sheet
    before: str
    since: int
    days: tuple[Slice, ...]
    level: int

    @property
    def code(self) -> str:
        return self.stage.code if self.stage else ""


def rounds_of(rules: ContestRules, chance: Random) -> Mapping[str, list[Round]]:
    """What people of each division play, those of none under the empty code."""
    shared = make_sheet(rules.blueprint, rules, chance)
    own = {one.code: make_sheet(one.blueprint, rules, chance) for one in rules.stages if one.blueprint}
    apart = {one.code: make_sheet(one.blueprint, rules, chance) for one in rules.divisions if one.blueprint}
    scale, levels = _scale(rules), _levels(rules)

    def made(stage: Stage | None, division: str) -> Round:
        at = at_stage(rules, stage, division)
        earlier = before(rules, stage, division) if stage else None
        promoting = earlier if earlier and earlier.promote else None
        sheet = own.get(stage.code if stage else "") or apart.get(division, shared)
        days = tuple(slices(at.opens_at, at.last_start, rules.zone, scale))
        since = at_stage(rules, promoting).closes_at if promoting else 0
        return Round(stage, at, sheet, promoting.code if promoting else "", since, days, levels[stage.code] if stage else 0)

    staged = bool(stages_of(rules))
    return {
        division: [made(stage, division) for stage in (stages_for(rules, division) if staged else (None,))]
        for division in _divisions(rules)
    }


def _divisions(rules: ContestRules) -> list[str]:
    return ["", *(division.code for division in rules.divisions)]


def _levels(rules: ContestRules) -> dict[str, int]:
    """How many promotions come before each stage, for whom there are most."""
    levels: dict[str, int] = {}
    for stage in stages_of(rules):
        earlier = [before(rules, stage, code) for code in _divisions(rules) if is_for(stage, code)]
        levels[stage.code] = max((levels[one.code] + bool(one.promote) for one in earlier if one), default=0)
    return levels


def _scale(rules: ContestRules) -> float:
    """People come often where every day counts, a few times where one good sitting counts, however long it takes."""
    windows = {
        (at.opens_at, at.last_start) for stage in stages_of(rules) or (None,) for at in (at_stage(rules, stage),)
    }
    days = sum((last_start - opens_at) / DAY for opens_at, last_start in windows)
    return min(1.0, (FEW if once(rules) and not rules.tickets else MANY) / days) if days else 1.0


def once(rules: ContestRules) -> bool:
    """Whether who has full marks has nothing to gain by another sitting."""
    return rules.counting.take is Take.BEST and rules.counting.each in (Span.WHOLE, Span.STAGE)
