"""What the parts of a contest file must agree on, and what is allowed but deserves a second look."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from quizapp.errors import Fault
from quizapp.formats import contest_values as values
from quizapp.rules.contests import Board, ContestRules, Metric
from quizapp.rules.items import Item
from quizapp.rules.papers import shortages

Complaint = tuple[tuple[int | str, ...], str]
_MOST = 10**11


def complaints(value: Any) -> Iterator[Complaint]:
    """Disagreements between fields, on the texts as typed; what cannot be read alone is left to the schema."""
    if not isinstance(value, dict):
        return
    yield from _times(value)
    yield from _points(value)
    yield from _divisions(value.get("divisions"))
    clock = value.get("clock")
    if isinstance(clock, dict) and not {"paper", "item"} & clock.keys():
        yield ("clock",), "clock 里没有限时，请写 paper（整卷）或 item（每题），例如 paper: 20分钟"


def _times(value: dict[str, Any]) -> Iterator[Complaint]:
    zone = _try(values.zone_name, value.get("zone")) or "Asia/Shanghai"

    def at(name: str) -> int | None:
        moment = _try(values.moment, value.get(name))
        return None if moment is None else values.epoch_ms(moment, zone)

    opens, last, closes = at("opens_at"), at("last_start"), at("closes_at")
    if opens is not None and closes is not None and closes <= opens:
        yield ("closes_at",), "closes_at 应晚于 opens_at，请核对"
    if opens is not None and last is not None and last < opens:
        yield ("last_start",), "last_start 早于 opens_at，没有人能开始答题，请核对"
    if last is not None and closes is not None and closes < last:
        yield ("last_start",), "last_start 晚于 closes_at，请核对"


def _points(value: dict[str, Any]) -> Iterator[Complaint]:
    full = _full_marks(value.get("paper"))
    units = value.get("units")
    wanted = [(("pass",), value.get("pass"))]
    wanted += [(("units", "min_mean"), units.get("min_mean"))] if isinstance(units, dict) else []  # type: ignore[list-item]
    for loc, text in wanted:
        points = _try(lambda text: values.hundredths(text, 0, _MOST), text)
        if full and points is not None and points > full:
            yield loc, f"{loc[-1]} {text} 超过满分{values.points_text(full)}，请核对"


def _full_marks(paper: Any) -> int | None:
    """Full marks in hundredths, None as long as a line of the blueprint cannot be read."""
    lines = paper.get("draw") if isinstance(paper, dict) else None
    total = 0
    for line in lines if isinstance(lines, list) else []:
        count = _try(lambda text: values.whole(text, 1, _MOST), line.get("count") if isinstance(line, dict) else None)
        each = _try(lambda text: values.hundredths(text, 1, _MOST), line.get("points") if isinstance(line, dict) else None)
        if not count or not each:
            return None
        total += count * each
    return total or None


def _divisions(divisions: Any) -> Iterator[Complaint]:
    codes: dict[str, int] = {}
    kinds: dict[str, int] = {}
    for index, division in enumerate(divisions if isinstance(divisions, list) else []):
        if not isinstance(division, dict):
            continue
        code, unit_kinds = division.get("code"), division.get("unit_kinds")
        if isinstance(code, str) and codes.setdefault(code, index) != index:
            yield ("divisions", index, "code"), f"组别编码“{code}”重复，请改一个"
        for kind in unit_kinds if isinstance(unit_kinds, list) else []:
            if isinstance(kind, str) and kinds.setdefault(kind, index) != index:
                yield ("divisions", index, "unit_kinds"), f"单位类型“{kind}”同时属于两个组别，请只留一个"


def _try(parse: Callable[[str], Any], text: Any) -> Any:
    try:
        return parse(text) if isinstance(text, str) else None
    except ValueError:
        return None


def warnings(rules: ContestRules, banks: Mapping[str, Sequence[Item]] | None = None) -> list[Fault]:
    """What is allowed but may not be meant; with `banks`, also what they cannot supply. `field` names the place."""
    found = [*_clock_warnings(rules), *_unit_warnings(rules), *_board_warnings(rules)]
    for line, missing in shortages(banks, rules.blueprint) if banks is not None else ():
        draw = rules.blueprint.draws[line]
        found.append(Fault(f"题库“{draw.bank}”缺{missing}道这样的题，无法组卷，请补题或减少题数", field=f"paper.draw.{line}"))
    return found


def _clock_warnings(rules: ContestRules) -> Iterator[Fault]:
    clock, limits = rules.clock, rules.limits
    if clock.paper_ms and rules.closes_at - rules.opens_at < clock.paper_ms:
        yield Fault("开放时间比一场答题的限时还短，没有人能用满时间，请核对", field="closes_at")
    elif clock.paper_ms and not clock.full_time and rules.closes_at - rules.last_start < clock.paper_ms:
        limit = values.duration_text(clock.paper_ms)
        yield Fault(f"最后{limit}内开始的人用不满{limit}；若要给足时间，请写 full_time: 是 或提前 last_start", field="closes_at")
    if limits.per_day and limits.total and limits.per_day > limits.total:
        yield Fault("每天次数多于总次数，请核对", field="sittings.per_day")


def _unit_warnings(rules: ContestRules) -> Iterator[Fault]:
    if any(metric is Metric.RATE and weight for metric, weight in rules.units.weights):
        yield Fault("按参与率给单位排名，容易变成强制答题，请确认确有必要", field="units.rank_by")
    elif any(metric is Metric.PEOPLE and weight for metric, weight in rules.units.weights):
        yield Fault("按参与人数给单位排名，容易变成强制答题，请确认确有必要", field="units.rank_by")


def _board_warnings(rules: ContestRules) -> Iterator[Fault]:
    freeze = rules.board.freeze_at
    if freeze is not None and not rules.opens_at <= freeze < rules.closes_at:
        yield Fault("封榜时刻不在开放时间之内，等于没有封榜或从头封榜，请核对", field="board.freeze_at")
    if rules.entry.minors and rules.board.people is Board.LIVE:
        yield Fault("未成年人参加的竞赛不公开个人榜，请写 people: hidden", field="entry.minors")
