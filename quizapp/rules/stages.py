"""Stages of a contest: which there are, the rules of one of them, which is open to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from quizapp.rules.contests import ContestRules, Division, Stage
from quizapp.rules.counting import Finished, Span
from quizapp.rules.papers import PaperBlueprint

_TITLES = {Span.DAY: "第{number}天", Span.WEEK: "第{number}周", Span.MONTH: "第{number}期"}


def stages_of(rules: ContestRules) -> tuple[Stage, ...]:
    """The stages in their order, those of the calendar with their windows; none where the contest is one piece."""
    if rules.cycle is None:
        return rules.stages
    zone = ZoneInfo(rules.zone)
    day = datetime.fromtimestamp(rules.opens_at / 1000, UTC).astimezone(zone).date()
    starts = rules.opens_at
    made: list[Stage] = []
    while starts < rules.closes_at:
        day = _next(day, rules.cycle)
        ends = min(rules.closes_at, int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000))
        title = _TITLES[rules.cycle].format(number=len(made) + 1)
        made.append(Stage(f"{rules.cycle}-{len(made) + 1}", title, starts, min(ends - 1, rules.last_start), ends))
        starts = ends
    return tuple(made)


def _next(day: date, cycle: Span) -> date:
    """The first day of the span after the one that holds `day`."""
    if cycle is Span.DAY:
        return day + timedelta(days=1)
    if cycle is Span.WEEK:
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def stage_named(rules: ContestRules, code: str) -> Stage | None:
    return next((stage for stage in stages_of(rules) if stage.code == code), None)


def stages_for(rules: ContestRules, division: str | None) -> tuple[Stage, ...]:
    """The stages that people of a division may start in; all where it is not known yet (None)."""
    return tuple(stage for stage in stages_of(rules) if is_for(stage, division))


def is_for(stage: Stage, division: str | None) -> bool:
    return not stage.divisions or division is None or division in stage.divisions


def before(rules: ContestRules, stage: Stage, division: str | None = None) -> Stage | None:
    """The stage before one, for people of a division."""
    stages = [one for one in stages_for(rules, division) if one == stage or meet(one, stage)]
    at = stages.index(stage)
    return stages[at - 1] if at else None


def meet(one: Stage, other: Stage) -> bool:
    """Whether anybody may start in both."""
    return not one.divisions or not other.divisions or bool(set(one.divisions) & set(other.divisions))


def at_stage(rules: ContestRules, stage: Stage | None, division: str | None = None) -> ContestRules:
    """The rules as they hold in a stage for people of a division: its own window, paper, clock and limits in place of the
    contest's; without a paper of its own, the division's."""
    blueprint = next((one.blueprint for one in rules.divisions if one.code == division), None)
    if blueprint is not None:
        alike = tuple(replace(one, blueprint=None) for one in rules.divisions)
        rules = replace(rules, blueprint=blueprint, divisions=alike)
    if stage is None:
        return rules
    closes_at = rules.closes_at if stage.closes_at is None else stage.closes_at
    last_start = rules.last_start if closes_at >= rules.closes_at else closes_at  # the contest's is a matter of its end
    return replace(
        rules,
        opens_at=rules.opens_at if stage.opens_at is None else stage.opens_at,
        last_start=last_start if stage.last_start is None else stage.last_start,
        closes_at=closes_at,
        blueprint=stage.blueprint or rules.blueprint,
        clock=stage.clock or rules.clock,
        limits=stage.limits or rules.limits,
    )


def open_stages(rules: ContestRules, now: int, division: str | None = None) -> list[Stage]:
    """The stages in which people of a division can start a sitting at this moment."""
    stages = stages_for(rules, division)
    return [stage for stage in stages if (at := at_stage(rules, stage)).opens_at <= now <= at.last_start]


def blueprints(rules: ContestRules) -> list[tuple[Stage | Division | None, PaperBlueprint]]:
    """Every blueprint that papers are drawn from, with the stage or division whose own it is; without one the contest's,
    unless each stage or each division has its own."""
    own = [(stage, stage.blueprint) for stage in rules.stages if stage.blueprint is not None]
    if own and len(own) == len(rules.stages):
        return [*own]
    apart = [(division, division.blueprint) for division in rules.divisions if division.blueprint is not None]
    shared = [] if told_by_divisions(rules) else [(None, rules.blueprint)]
    return [*shared, *apart, *own]


def told_by_divisions(rules: ContestRules) -> bool:
    """Whether every division has a paper of its own, and the contest's is only the first of them."""
    own = [division.blueprint for division in rules.divisions]
    return bool(own) and None not in own and own[0] == rules.blueprint


def studied(rules: ContestRules, now: int) -> list[tuple[str, PaperBlueprint]]:
    """(title of the stage or division, blueprint) of what may be learnt from now; no title where it is the contest's own."""
    own = [("", rules.blueprint)] if rules.study else []
    own += [(one.title, one.blueprint) for one in rules.divisions if one.study and one.blueprint is not None]
    begun = (stage for stage in rules.stages if stage.study and at_stage(rules, stage).opens_at <= now)
    return own + [(stage.title, at_stage(rules, stage).blueprint) for stage in begun]


def current(rules: ContestRules, now: int) -> str:
    """The stage whose scores the boards show where each is ranked apart: the last that has begun."""
    begun = [stage.code for stage in stages_of(rules) if at_stage(rules, stage).opens_at <= now and stage.counts]
    return begun[-1] if begun and rules.board.each_stage else ""


def is_unlocked(stage: Stage, sittings: Sequence[Finished]) -> bool:
    """Whether somebody with these finished sittings may enter a stage that asks for another first."""
    return not stage.after or any(s.stage == stage.after and s.valid and s.points >= stage.least for s in sittings)


def counted(rules: ContestRules, sittings: Sequence[Finished]) -> list[Finished]:
    """The sittings that standings are made of: those of counting stages; where each is ranked apart, of the latest of these."""
    kept = [s for s in sittings if (stage := stage_named(rules, s.stage)) is None or stage.counts]
    if not rules.board.each_stage or not kept:
        return kept
    order: Mapping[str, int] = {stage.code: n for n, stage in enumerate(stages_of(rules))}
    newest = max(order.get(s.stage, -1) for s in kept)
    return [s for s in kept if order.get(s.stage, -1) == newest]
