"""The stages of a contest as a notice prints them: what holds for all is told once, each stage tells what differs."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from quizapp.rules.commendations import Per
from quizapp.rules.contests import Clock, ContestRules, Limits, Stage
from quizapp.rules.counting import Span
from quizapp.rules.papers import PaperBlueprint
from quizapp.rules.speech import Moment, Points, Sentence, Several, percent, said
from quizapp.rules.stages import at_stage, blueprints
from quizapp.rules.wording.divisions import admitted
from quizapp.rules.wording.papers import brief, made_up, shuffled
from quizapp.rules.wording.sittings import HERE, clock, closing, limits

T = TypeVar("T", bound=Hashable)
_CYCLES = {
    Span.DAY: "每天为一个阶段，0时开始", Span.WEEK: "每周为一个阶段，周一0时开始", Span.MONTH: "每月为一个阶段，1日0时开始",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shared:
    """What is told once for the whole contest; None where each stage tells its own."""

    blueprint: PaperBlueprint | None
    clock: Clock | None
    limits: Limits | None
    full_time: bool | None

    def differs(self, rules: ContestRules) -> bool:
        """Whether a stage has anything else than what is told for all."""
        return any(
            (stage.clock and self.clock and stage.clock != self.clock)
            or (stage.limits and self.limits and stage.limits != self.limits)
            or (self.blueprint and _own_paper(stage, self))
            for stage in rules.stages
        )


def shared(rules: ContestRules) -> Shared:
    clocks = [stage.clock or rules.clock for stage in rules.stages] or [rules.clock]
    bounds = [stage.limits or rules.limits for stage in rules.stages] or [rules.limits]
    timed = rules.clock if rules.clock in clocks else _same(clocks)
    late = timed.full_time if timed else _same([one.full_time for one in clocks])
    return Shared(_paper_of_all(rules), timed, rules.limits if rules.limits in bounds else _same(bounds), late)


def _paper_of_all(rules: ContestRules) -> PaperBlueprint | None:
    found = blueprints(rules)
    if any(owner is None for owner, _ in found):
        return rules.blueprint
    of_stages = all(isinstance(owner, Stage) for owner, _ in found)
    return found[0][1] if of_stages and len({_told(blueprint) for _, blueprint in found}) == 1 else None


def _same(found: Sequence[T]) -> T | None:
    return found[0] if len(set(found)) == 1 else None


def _told(blueprint: PaperBlueprint) -> str:
    """What a notice says of a paper: which banks it draws from, nobody reads there."""
    return repr((blueprint.total, blueprint.points, made_up(blueprint), shuffled(blueprint)))


def stages(rules: ContestRules) -> list[Sentence]:
    """The stages, one by one, as far as they differ from the contest."""
    found: list[Sentence] = [said(_CYCLES[rules.cycle])] if rules.cycle is not None else []
    once = shared(rules)
    for stage in rules.stages:
        parts = Several(tuple(_stage(rules, stage, once)), "；")
        found.append(said("{title}：{parts}" if parts.things else "{title}：同上", title=stage.title, parts=parts))
    return found


def _stage(rules: ContestRules, stage: Stage, once: Shared) -> list[Sentence]:
    own = _own_paper(stage, once)
    parts = [*_window(rules, stage), *(brief(rules, own) if own else [])]
    parts += [admitted(rules, stage.divisions)] if stage.divisions else []
    if stage.study:
        parts.append(said("可能考到的题目连同答案届时公布"))
    how, bounds = stage.clock or rules.clock, stage.limits or rules.limits
    parts += clock(how, once.clock) if how != once.clock else []
    if how.full_time is not once.full_time:
        parts.append(closing(how.full_time))
    parts += limits(bounds, HERE, once.limits) if bounds != once.limits else []
    parts += _entered_after(rules, stage) if stage.after else []
    if not stage.counts:
        parts.append(said("不计入成绩"))
    return [*parts, *_promotion(stage)]


def _window(rules: ContestRules, stage: Stage) -> list[Sentence]:
    at, zone, found = at_stage(rules, stage), rules.zone, []
    if stage.opens_at is not None or stage.closes_at is not None:
        closes = Moment(at.closes_at, zone, True, at.opens_at)
        found.append(said("{opens}至{closes}", opens=Moment(at.opens_at, zone), closes=closes))
    if stage.last_start is not None and at.last_start != at.closes_at:
        since = at.opens_at if found else None
        found.append(said("最迟{moment}开始答题", moment=Moment(at.last_start, zone, True, since)))
    return found


def _own_paper(stage: Stage, once: Shared) -> PaperBlueprint | None:
    """The paper of a stage, where that is another than is told for all."""
    own = stage.blueprint
    return None if own is None or (once.blueprint is not None and _told(own) == _told(once.blueprint)) else own


def _entered_after(rules: ContestRules, stage: Stage) -> list[Sentence]:
    title = next((other.title for other in rules.stages if other.code == stage.after), stage.after)
    if not stage.least:
        return [said("“{title}”有一次有效答题才能进入", title=title)]
    return [said("“{title}”有一次答题得到{points}分才能进入", title=title, points=Points(stage.least))]


def _promotion(stage: Stage) -> list[Sentence]:
    how = stage.promote
    if how is None:
        return []
    within = [said("每个{kind}", kind=how.per_unit)] if how.per_unit else []
    within += [said("每个组别")] if how.per is Per.DIVISION else []
    if how.share is None:
        text = "{within}前{count}名晋级下一阶段，末位并列的一并晋级" if within else "前{count}名晋级下一阶段，末位并列的一并晋级"
    else:
        text = "{within}前{share}（不足1人的按1人计）晋级下一阶段，末位并列的一并晋级"
        text = text if within else "前{share}（不足1人的按1人计）晋级下一阶段，末位并列的一并晋级"
    places = {"within": Several(tuple(within)), "count": how.best, "share": how.share and percent(how.share)}
    return [said(text, **places)]
