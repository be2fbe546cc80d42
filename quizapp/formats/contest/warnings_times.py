"""What a person may not mean about when people can start and how long they have."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from quizapp.errors import Fault
from quizapp.formats.contest import values
from quizapp.formats.contest.reach import adds_up
from quizapp.rules.contests import Clock, ContestRules, Stage
from quizapp.rules.counting import Span
from quizapp.rules.stages import at_stage, meet

_EVERY = {Span.DAY: "每天", Span.WEEK: "每周", Span.MONTH: "每月"}


def times(rules: ContestRules) -> Iterator[Fault]:
    yield from _cut(rules)
    for n, stage in enumerate(rules.stages or (None,)):
        at = at_stage(rules, stage)
        yield from _clock(at.clock, at.blueprint.total, f"stages.{n}." if stage and stage.clock else "")
        if stage is not None:
            yield from _stage(rules, n, stage)


def _stage(rules: ContestRules, n: int, stage: Stage) -> Iterator[Fault]:
    at, field = at_stage(rules, stage), f"stages.{n}"
    later = next((other for other in rules.stages[n + 1 :] if meet(stage, other)), None)
    if not stage.promote or later is None:
        return
    if at_stage(rules, later).opens_at < at.closes_at:
        yield Fault(f"阶段“{stage.title}”还没有结束，“{later.title}”就开始了，晋级名单定不下来，请核对", field=field)
    if stage.counts and later.counts and not rules.board.each_stage and not adds_up(rules):
        said = f"晋级“{later.title}”的人和没有晋级的人按最好成绩排在同一个榜上；要各阶段分别排名，请写 board: {{each_stage: 是}}"
        yield Fault(said, field=f"{field}.promote")


def _needed(rules: ContestRules) -> int:
    """How long somebody may take who uses up every limit, milliseconds."""
    clock = rules.clock
    limits = [clock.paper_ms, clock.item_ms and clock.item_ms * rules.blueprint.total]
    return min(limit for limit in limits if limit)


def _cut(rules: ContestRules) -> Iterator[Fault]:
    """Windows that end on somebody who is still within the clock, those of several stages as one."""
    found = [one for n, stage in enumerate(rules.stages or (None,)) if (one := _is_cut(rules, n, stage))]
    for (titled, short, needed, by_item), group in groupby(sorted(found, key=_alike), key=_alike):
        _, fields, titles = zip(*group, strict=True)
        field = fields[0] if titled else "cycle" if rules.cycle and not short else "closes_at"
        who = f"阶段{_named(titles)}" if titled else ""
        if short:
            yield Fault(f"{who and who + '的'}开放时间比一场答题的限时还短，没有人能用满时间，请核对", field=field)
        else:
            yield Fault(f"{who and who + '：'}{_late(rules, needed, by_item)}", field=field)


def _alike(one: tuple[tuple[bool, int, bool], str, str]) -> tuple[bool, bool, int, bool]:
    return bool(one[2]), *one[0]


def _is_cut(rules: ContestRules, n: int, stage: Stage | None) -> tuple[tuple[bool, int, bool], str, str] | None:
    """((nobody has the time, time needed, by items), field, title); no title where the window is the contest's."""
    at = at_stage(rules, stage)
    needed, by_item = _needed(at), at.clock.paper_ms is None
    if at.clock.full_time or (stage and not stage.counts):
        return None
    short = at.closes_at - at.opens_at < needed
    ends_early = rules.cycle is not None and at.closes_at - at.opens_at >= needed
    if not short and not ends_early and at.closes_at - at.last_start >= needed:
        return None
    own = stage is not None and (stage.closes_at is not None or stage.last_start is not None)
    return (short, needed, by_item), f"stages.{n}", stage.title if stage and own else ""


def _late(rules: ContestRules, needed: int, by_item: bool) -> str:
    every, limit = _EVERY[rules.cycle] if rules.cycle else "", values.duration_text(needed)
    instead = "请写 full_time: 是" if every else "请写 full_time: 是 或提前 last_start"
    if by_item:
        return f"{every}最后{limit}内开始的人可能来不及答完（每题限时合计{limit}）；若要给足时间，{instead}"
    return f"{every}最后{limit}内开始的人用不满{limit}；若要给足时间，{instead}"


def _named(titles: Sequence[str]) -> str:
    return f"“{titles[0]}”" if len(titles) == 1 else f"“{titles[0]}”等{len(titles)}个"


def _clock(clock: Clock, items: int, field: str) -> Iterator[Fault]:
    if clock.paper_ms and clock.item_ms and clock.item_ms * items < clock.paper_ms:
        said = f"每题限时乘以{items}题少于整卷限时，整卷限时不起作用，请核对"
        yield Fault(said, field=f"{field}clock.paper")
