"""What the parts of a contest file must agree on, on the texts as typed: what cannot be read alone is left to the schema."""

from collections.abc import Callable, Iterator
from typing import Any

from quizapp.formats import contest_values as values
from quizapp.rules.attempts import COUNTED, PRACTICE

Complaint = tuple[tuple[int | str, ...], str]
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
    yield from _kinds(value.get("divisions"))
    yield from _clock(value.get("clock"), ("clock",))
    yield from _marking(value)
    yield from _stages(value, zone)
    yield from _needs(value)
    yield from _commendations(value)


def _whole(value: dict[str, Any]) -> Iterator[Complaint]:
    """Paper and clock of the contest may be missing only where no stage needs them."""
    stages = _dicts(value.get("stages"))
    for name in ("paper", "clock"):
        if name not in value and not (stages and all(name in stage for stage in stages)):
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
    full = None if "worth" in value or "stages" in value else _full_marks(value.get("paper"))
    alone = value.get("counts", "best") in ("best", "last", "mean")
    wanted = [(("pass",), value.get("pass"))]
    units = value.get("units")
    if isinstance(units, dict) and alone:
        wanted.append((("units", "min_mean"), units.get("min_mean")))  # type: ignore[arg-type]
    for loc, text in wanted:
        points = _try(lambda text: values.hundredths(text, 0, _MOST), text)
        if full and points is not None and points > full:
            yield loc, f"{loc[-1]} {text} 超过满分{values.points_text(full)}，请核对"


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


def _kinds(divisions: Any) -> Iterator[Complaint]:
    kinds: dict[str, int] = {}
    for index, division in _numbered(divisions):
        unit_kinds = division.get("unit_kinds")
        for kind in unit_kinds if isinstance(unit_kinds, list) else []:
            if isinstance(kind, str) and kinds.setdefault(kind, index) != index:
                yield ("divisions", index, "unit_kinds"), f"单位类型“{kind}”同时属于两个组别，请只留一个"


def _clock(clock: Any, at: tuple[int | str, ...]) -> Iterator[Complaint]:
    if isinstance(clock, dict) and not {"paper", "item"} & clock.keys():
        yield at, "clock 里没有限时，请写 paper（整卷）或 item（每题），例如 paper: 20分钟"


def _marking(value: dict[str, Any]) -> Iterator[Complaint]:
    how = _part(value, "marking", "multiple")
    for name, needed in (
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
        after = _part(stage, "after", "stage")
        if isinstance(after, str) and after not in before:
            yield ("stages", index, "after", "stage"), f"after 里的阶段“{after}”应是排在前面的阶段，请核对"
        code = stage.get("code")
        before |= {code} if isinstance(code, str) else set()
    listed = _dicts(stages)
    if listed and "promote" in listed[-1]:
        yield ("stages", len(listed) - 1, "promote"), "最后一个阶段之后没有阶段可以晋级，请删去 promote"


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
    metrics = _metrics(value.get("units"))
    if "pass_rate" in metrics and "pass" not in value:
        yield ("units",), "units 用到 pass_rate，请写上合格分 pass"
    if "bonus" in metrics and not _part(value, "units", "bonus"):
        yield ("units",), "units 用到 bonus（官员加分），请写上最多加几分，例如 bonus: 10"
    if _part(value, "units", "steps", "of") in ("steps", "bonus"):
        yield ("units", "steps", "of"), "steps 的 of 应是能直接比较的指标，例如 people、mean"


def _metrics(units: Any) -> set[str]:
    found: set[str] = set()
    for name in ("rank_by", "then"):
        part = _part(units, name)
        found |= {part} if isinstance(part, str) else {one for one in part if isinstance(one, str)} if part else set()
    return found


def _staged(value: dict[str, Any]) -> bool:
    return bool(value.get("stages") or value.get("cycle"))


def _commendations(value: dict[str, Any]) -> Iterator[Complaint]:
    codes = {division.get("code") for division in _dicts(value.get("divisions"))}
    for index, rule in _numbered(value.get("commendations")):
        at = ("commendations", index)
        yield from _quotas(rule, at)
        if rule.get("per") == "division" and not codes:
            yield (*at, "per"), "per: division 要有组别，请写 divisions"
        asked = rule.get("divisions")
        for code in [asked] if isinstance(asked, str) else asked if isinstance(asked, list) else []:
            if isinstance(code, str) and code not in codes:
                yield (*at, "divisions"), f"没有编码为“{code}”的组别"
        least = rule.get("least")
        for metric in least if rule.get("of") == "people" and isinstance(least, dict) else {}:
            if metric not in ("points", "papers"):
                yield (*at, "least", metric), f"对个人只能要求 points（得分）和 papers（有效答卷数），不能要求 {metric}"


def _quotas(rule: dict[str, Any], at: tuple[int | str, ...]) -> Iterator[Complaint]:
    grades = _numbered(rule.get("grades"))
    parts = [(at, rule)] if not rule.get("grades") else [((*at, "grades", n), grade) for n, grade in grades]
    if rule.get("grades") and {"quota", "share"} & rule.keys():
        yield at, "已写 grades，名额请写在每个等次里"
    for where, part in parts:
        if len({"quota", "share"} & part.keys()) != 1:
            yield where, "名额请写 quota（几个）或 share（比例）之一，例如 quota: 10"


def _part(value: Any, *path: int | str) -> Any:
    """What stands at a path, None where the file has nothing or something else there."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _numbered(value: Any) -> list[tuple[int, dict[str, Any]]]:
    return [(n, one) for n, one in enumerate(value) if isinstance(one, dict)] if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for _, one in _numbered(value)]


def _try(parse: Callable[[str], Any], text: Any) -> Any:
    try:
        return parse(text) if isinstance(text, str) else None
    except ValueError:
        return None
