"""What the parts of a contest file must agree on, on the texts as typed: what cannot be read alone is left to the schema."""

from collections.abc import Callable, Iterator
from typing import Any

from quizapp.formats.contest import values
from quizapp.formats.contest.checks_commendations import commendations
from quizapp.formats.contest.checks_prizes import draws
from quizapp.formats.contest.checks_units import units
from quizapp.formats.contest.typed import Complaint
from quizapp.formats.contest.typed import dicts as _dicts
from quizapp.formats.contest.typed import in_divisions as _in_divisions
from quizapp.formats.contest.typed import numbered as _numbered
from quizapp.formats.contest.typed import part as _part
from quizapp.formats.contest.typed import tried as _try
from quizapp.formats.contest.typed import words as _words
from quizapp.rules.attempts import COUNTED, PRACTICE

_MOST = 10**11


def complaints(value: Any) -> Iterator[Complaint]:
    """Disagreements between fields, all of them."""
    if not isinstance(value, dict):
        return
    zone = _try(values.zone_name, value.get("zone")) or "Asia/Shanghai"
    yield from _whole(value)
    yield from _window(value, (), zone)
    yield from _points(value)
    yield from _codes(value.get("divisions"), "divisions", "组别编码")
    yield from _divisions(value)
    yield from _clock(value.get("clock"), ("clock",))
    yield from _marking(value)
    yield from _stages(value, zone)
    yield from _stage_windows(value, zone)
    yield from _promotions(value)
    yield from draws(value)
    yield from _needs(value)
    yield from units(value)
    yield from commendations(value)


def _whole(value: dict[str, Any]) -> Iterator[Complaint]:
    """Paper and clock of the contest may be missing only where no stage needs them."""
    stages, divisions = _dicts(value.get("stages")), _dicts(value.get("divisions"))
    for name in ("paper", "clock"):
        divided = name == "paper" and divisions and all(name in division for division in divisions)
        if name not in value and not divided and not (stages and all(name in stage for stage in stages)):
            more = f"（只有每个阶段都有自己的 {name} 时才可不写）" if stages else ""
            yield (name,), f"没有写 {name}，请补上{more}"


def _window(value: dict[str, Any], at: tuple[int | str, ...], zone: str) -> Iterator[Complaint]:
    def when(name: str) -> int | None:
        moment = _try(values.moment, value.get(name))
        return None if moment is None else values.epoch_ms(moment, zone)

    opens, last, closes = when("opens_at"), when("last_start"), when("closes_at")
    if opens is not None and closes is not None and closes <= opens:
        yield (*at, "closes_at"), "closes_at 应晚于 opens_at，请核对"
    if opens is not None and last is not None and last < opens:
        yield (*at, "last_start"), "last_start 早于 opens_at，没有人能开始答题，请核对"
    if last is not None and closes is not None and closes < last:
        yield (*at, "last_start"), "last_start 晚于 closes_at，请核对"


def _points(value: dict[str, Any]) -> Iterator[Complaint]:
    """Marks that nobody can reach; bonuses and sums have no such limit."""
    full = None if "worth" in value or "stages" in value or _apart(value) else _full_marks(value.get("paper"))
    alone = value.get("counts", "best") in ("best", "last", "first", "mean")
    wanted = [(("pass",), value.get("pass"))]
    units = value.get("units")
    if isinstance(units, dict) and alone:
        wanted.append((("units", "min_mean"), units.get("min_mean")))  # type: ignore[arg-type]
    for loc, text in wanted:
        points = _try(lambda text: values.hundredths(text, 0, _MOST), text)
        if full and points is not None and points > full:
            yield loc, f"{loc[-1]} {text} 超过满分{values.points_text(full)}，请核对"


def _apart(value: dict[str, Any]) -> bool:
    """Whether some division has a paper of its own; the warnings look at what each paper is worth."""
    return any("paper" in division for division in _dicts(value.get("divisions")))


def _full_marks(paper: Any) -> int | None:
    """Full marks in hundredths, None as long as a line of the blueprint cannot be read."""
    total = 0
    for line in _dicts(_part(paper, "draw")):
        count = _try(lambda text: values.whole(text, 1, _MOST), line.get("count"))
        each = _try(lambda text: values.hundredths(text, 1, _MOST), line.get("points"))
        if not count or not each:
            return None
        total += count * each
    return total or None


def _codes(listed: Any, field: str, name: str) -> Iterator[Complaint]:
    codes: dict[str, int] = {}
    for index, one in _numbered(listed):
        code = one.get("code")
        if isinstance(code, str) and codes.setdefault(code, index) != index:
            yield (field, index, "code"), f"{name}“{code}”重复，请改一个"


def _divisions(value: dict[str, Any]) -> Iterator[Complaint]:
    """A kind of unit belongs to one division; where people choose theirs, to none."""
    chosen = _try(values.flag, _part(value, "entry", "choose_division"))
    if chosen and not value.get("divisions"):
        yield ("entry", "choose_division"), "choose_division 是参加时自选组别，请写 divisions: 有哪些组别"
    kinds: dict[str, int] = {}
    for index, division in _numbered(value.get("divisions")):
        listed = _words(division.get("unit_kinds"))
        for kind in listed:
            if kinds.setdefault(kind, index) != index:
                yield ("divisions", index, "unit_kinds"), f"单位类型“{kind}”同时属于两个组别，请只留一个"
        if chosen and listed:
            yield ("divisions", index, "unit_kinds"), "组别由参加的人自选（choose_division），就不按单位类型归组，请删去其中一个"


def _clock(clock: Any, at: tuple[int | str, ...]) -> Iterator[Complaint]:
    if isinstance(clock, dict) and not {"paper", "item"} & clock.keys():
        yield at, "clock 里没有限时，请写 paper（整卷）或 item（每题），例如 paper: 20分钟"


def _marking(value: dict[str, Any]) -> Iterator[Complaint]:
    how = _part(value, "marking", "multiple")
    if how == "short" and _part(value, "marking", "short") is None:
        yield ("marking", "multiple"), "multiple: short 是漏选得固定的分，请再写 short: 得几分，例如 short: 1"
    for name, needed in (
        ("short", ("short",)),
        ("per_right", ("per_right", "per_right_less_wrong")),
        ("per_wrong", ("per_right_less_wrong",)),
    ):
        if _part(value, "marking", name) is not None and how not in needed:
            yield ("marking", name), f"{name} 只在 multiple: {needed[-1]} 时有用，请改正其中一个"


def _stages(value: dict[str, Any], zone: str) -> Iterator[Complaint]:
    stages = value.get("stages")
    yield from _codes(stages, "stages", "阶段编码")
    if stages and value.get("cycle"):
        yield ("cycle",), "stages 与 cycle 只能写一个：要么自己列出阶段，要么按日历分"
    before: set[Any] = set()
    for index, stage in _numbered(stages):
        if stage.get("code") in (COUNTED, PRACTICE):
            yield ("stages", index, "code"), f"阶段编码不能用 {stage['code']}，请改一个"
        yield from _window(
            {"opens_at": value.get("opens_at"), "closes_at": value.get("closes_at")} | stage, ("stages", index), zone
        )
        yield from _clock(stage.get("clock"), ("stages", index, "clock"))
        if (_part(stage, "sittings", "retakes") or "0") != "0" and "pass" not in value:
            yield ("stages", index, "sittings", "retakes"), "retakes 是给不合格的人补考，请写上合格分 pass"
        after = _part(stage, "after", "stage")
        if isinstance(after, str) and after not in before:
            yield ("stages", index, "after", "stage"), f"after 里的阶段“{after}”应是排在前面的阶段，请核对"
        code = stage.get("code")
        before |= {code} if isinstance(code, str) else set()
    listed = _dicts(stages)
    if listed and all(_try(values.flag, stage.get("counts")) is False for stage in listed):
        yield ("stages",), "每个阶段都写了 counts: 否，没有一次答题计成绩，谁也没有名次；请至少留一个计成绩的阶段"
    yield from _who_goes_on(value)


def _who_goes_on(value: dict[str, Any]) -> Iterator[Complaint]:
    """Each stage's divisions exist, and whoever goes on has a stage to go on to."""
    stages = _numbered(value.get("stages"))
    for index, stage in stages:
        yield from _in_divisions(value, stage.get("divisions"), ("stages", index, "divisions"))
        if "promote" in stage and not any(_meet(stage, later) for at, later in stages if at > index):
            where = "最后一个阶段" if index == stages[-1][0] else "这个阶段"
            yield ("stages", index, "promote"), f"{where}之后没有阶段可以晋级，请删去 promote"


def _meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether people of some division may start in both stages."""
    mine, theirs = set(_words(one.get("divisions"))), set(_words(other.get("divisions")))
    return not mine or not theirs or bool(mine & theirs)


def _stage_windows(value: dict[str, Any], zone: str) -> Iterator[Complaint]:
    """What lies outside the contest could never be started, or not be settled with it."""
    whole = {name: _at(value.get(name), zone) for name in ("opens_at", "last_start", "closes_at")}
    for index, stage in _numbered(value.get("stages")):
        opens, closes = _at(stage.get("opens_at"), zone), _at(stage.get("closes_at"), zone)
        if opens and whole["opens_at"] and opens < whole["opens_at"]:
            yield ("stages", index, "opens_at"), "阶段早于竞赛的 opens_at 开始，请把竞赛的 opens_at 提前到最早的阶段"
        if closes and whole["closes_at"] and closes > whole["closes_at"]:
            yield ("stages", index, "closes_at"), "阶段晚于竞赛的 closes_at 截止，请把竞赛的 closes_at 推迟到最晚的阶段"
        last = whole["last_start"] if "last_start" not in stage and closes in (None, whole["closes_at"]) else None
        if opens and last and opens > last:
            yield ("stages", index, "opens_at"), "阶段晚于竞赛的 last_start 开始，没有人能参加，请给阶段写自己的 last_start"


def _at(text: Any, zone: str) -> int | None:
    moment = _try(values.moment, text)
    return None if moment is None else values.epoch_ms(moment, zone)


def _promotions(value: dict[str, Any]) -> Iterator[Complaint]:
    for index, stage in _numbered(value.get("stages")):
        promote, at = stage.get("promote"), ("stages", index, "promote")
        if isinstance(promote, dict) and len({"best", "share"} & promote.keys()) != 1:
            yield at, "晋级请写 best（前几名）或 share（前百分之几）之一，例如 best: 3"
        if _part(promote, "per") == "division" and not value.get("divisions"):
            yield (*at, "per"), "per: division 要有组别，请写 divisions"


_NEEDED: list[tuple[tuple[int | str, ...], Callable[[Any], bool], Callable[[dict[str, Any]], bool], str]] = [
    (
        ("ties",),
        lambda ties: "sub_score" in ties,
        lambda v: "sub_score" in v,
        "ties 用到 sub_score，请再写 sub_score: 是哪一部分题",
    ),
    (
        ("sittings", "retakes"),
        lambda n: n != "0",
        lambda v: "pass" in v,
        "retakes 是给不合格的人补考，请写上合格分 pass",
    ),
    (
        ("board", "each_stage"),
        lambda flag: flag == "是",
        lambda v: _staged(v),
        "each_stage 要有阶段，请写 stages 或 cycle",
    ),
    (("prizes",), bool, lambda v: "tickets" in v, "有 prizes 就要写 tickets：什么样的答题有抽奖机会"),
    (("tickets", "stages"), bool, lambda v: _staged(v), "tickets 里的 stages 要有阶段，请写 stages 或 cycle"),
    (("tickets", "per_stage"), bool, lambda v: _staged(v), "per_stage 要有阶段，请写 stages 或 cycle"),
]


def _needs(value: dict[str, Any]) -> Iterator[Complaint]:
    """Fields that say nothing without another."""
    for loc, asks, is_there, message in _NEEDED:
        found = _part(value, *loc)
        if found and isinstance(found, str | list) and asks(found) and not is_there(value):
            yield loc, message
    if (_part(value, "counts", "each") == "stage" or value.get("counts") == "sum_of_stages") and not _staged(value):
        yield ("counts",), "counts 按阶段计，要有阶段，请写 stages 或 cycle"


def _staged(value: dict[str, Any]) -> bool:
    return bool(value.get("stages") or value.get("cycle"))
