"""Results laid out as tables: people, units, those who have not taken part; with what defends every number beside it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Protocol
from zoneinfo import ZoneInfo

from quizapp.formats.result_table import Column, Sheet
from quizapp.formats.result_tally import Tally
from quizapp.rules.commendations import METRIC_WORDS
from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Combine, Tie
from quizapp.rules.ranking import compared
from quizapp.rules.scoring import Condition
from quizapp.rules.speech import say_all
from quizapp.rules.units import Facts, Figures, Metric, Reason, measure
from quizapp.rules.wording import people_places, unit_places

UNASSIGNED = "未归属"
_PEOPLE, _SITTINGS = 7, 8  # columns of the units' sheet
_SHOWN = (Metric.PEOPLE, Metric.RATE, Metric.MEAN)  # metrics that have a column in any case
_TIES = {
    Tie.TIME: "“用时（毫秒）”升序", Tie.FINISH: "“完成时间”升序", Tie.SITTINGS: "“参与人次（次）”升序",
    Tie.TOTAL_TIME: "“全部用时（毫秒）”升序", Tie.SUB_SCORE: "“指定部分得分（分）”降序", Tie.LOT: "“抽签号”降序",
}  # fmt: skip
_EXACT = "“精确得分（亿分之一分）”降序"
_OWN = {  # what is compared but stands in no other column
    Tie.TOTAL_TIME: Column("全部用时（毫秒）", "integer", 16), Tie.SUB_SCORE: Column("指定部分得分（分）", "decimal", 16),
    Tie.LOT: Column("抽签号", "text", 20),
}  # fmt: skip


class Person(Protocol):
    """A line of people_results.people."""

    @property
    def place(self) -> int: ...
    @property
    def shared(self) -> bool: ...
    @property
    def entry_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def unit_code(self) -> str | None: ...
    @property
    def unit_name(self) -> str | None: ...
    @property
    def division(self) -> str: ...
    @property
    def points(self) -> int: ...
    @property
    def time_ms(self) -> int: ...
    @property
    def finished_at(self) -> int: ...
    @property
    def sittings(self) -> int: ...
    @property
    def valid(self) -> int: ...
    @property
    def merit(self) -> bytes: ...


class UnitLine(Protocol):
    """A line of results.units."""

    @property
    def place(self) -> int | None: ...
    @property
    def shared(self) -> bool: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str | None: ...
    @property
    def parent_name(self) -> str | None: ...
    @property
    def figures(self) -> Figures: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def headcount(self) -> int | None: ...
    @property
    def rate(self) -> Fraction | None: ...
    @property
    def value(self) -> Fraction | None: ...
    @property
    def reasons(self) -> tuple[Reason, ...]: ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """Whose figures these are and of when: `scope` in words, moments UTC milliseconds, `exported_by` name and account."""

    scope: str
    as_of: int
    exported_at: int
    exported_by: str


def people_sheet(rows: Iterable[Person], rules: ContestRules, stamp: Stamp) -> Sheet:
    """People by place; sorting by the columns named in the notes gives the same order again."""
    titles = {division.code: division.title for division in rules.divisions}
    columns = [
        Column("名次", "integer", 8), Column("并列", "text", 8), Column("姓名", "text", 14), Column("手机尾号", "text", 10),
        Column("单位", "text", 30), Column("单位编码", "text", 16), Column("组别", "text", 12),
        Column("得分（分）", "decimal", 11), Column("用时", "duration", 14), Column("用时（毫秒）", "integer", 14),
        Column("完成时间", "moment", 25), Column("参与人次（次）", "integer", 12), Column("参赛编号", "text", 36),
    ]  # fmt: skip
    extra, more = _own_columns(rules)
    columns += extra
    tally = Tally(
        (
            (
                row.place, "并列" if row.shared else "", row.name, phone_tail(row.phone), row.unit_name or UNASSIGNED,
                row.unit_code or "", titles.get(row.division, row.division), row.points, row.time_ms, row.time_ms,
                row.finished_at, row.sittings, row.entry_id, *more(row),
            )
            for row in rows
        ),
        11,
    )  # fmt: skip
    first = _EXACT if rules.counting.combine is Combine.MEAN else "“得分（分）”降序"
    keys = [first, *(_TIES[tie] for tie in rules.ties), "“参赛编号”升序"]
    rules_told = "；".join(say_all(people_places(rules)))
    notes = [
        *head_notes(rules, stamp),
        f"排名规则：{rules_told}。",
        f"依次按{'、'.join(keys)}重新排序，得到同样的次序。",
    ]
    totals = tally.totals(len(columns), 2, "合计{rows}人")
    return Sheet(f"{rules.title} 个人成绩", notes, columns, tally, totals, tally.footer(), rules.zone)


def _own_columns(rules: ContestRules) -> tuple[list[Column], Callable[[Person], list[object]]]:
    """Columns that only some rules need, and their values: how many sittings were valid, and what else is compared."""
    own = [(at, tie) for at, tie in enumerate(rules.ties, start=1) if tie in _OWN]
    means, asked = rules.counting.combine is Combine.MEAN, rules.scoring.valid != Condition()
    columns = [Column("有效次数（次）", "integer", 12)] if asked else []
    columns += [Column("精确得分（亿分之一分）", "integer", 20)] if means else []

    def values(row: Person) -> list[object]:
        found: list[object] = [row.valid] if asked else []
        parts = compared(row.merit, rules.ties) if means or own else []
        found += [parts[0]] if means else []
        return found + [f"{parts[at]:020d}" if tie is Tie.LOT else parts[at] for at, tie in own]

    return columns + [_OWN[tie] for _, tie in own], values if columns or own else lambda row: []


def unit_sheet(rows: Iterable[UnitLine], rules: ContestRules, stamp: Stamp, whole: Figures | None = None) -> Sheet:
    """Units by place, then those without one by code; `whole` is what stands above them, each person counted once."""
    columns = [
        Column("名次", "integer", 8), Column("并列", "text", 8), Column("单位", "text", 30), Column("单位编码", "text", 16),
        Column("类型", "text", 10), Column("上级单位", "text", 20), Column("应参人数（人）", "integer", 12),
        Column("参与人数（人）", "integer", 12), Column("参与人次（次）", "integer", 12), Column("参与率", "percent", 10),
        Column("平均分（分）", "decimal", 12), Column("排名依据值", "decimal", 14), Column("未排名次的原因", "text", 34),
    ]  # fmt: skip
    deciding = [metric for metric in rules.units.metrics if metric not in _SHOWN]
    columns += [Column(METRIC_WORDS[metric], "decimal", 14) for metric in deciding]
    tally = Tally(
        (
            (
                row.place, "并列" if row.shared else "", row.name, row.code, row.kind, row.parent_name, row.headcount,
                row.figures.people, row.figures.sittings, row.rate, _cents(shown_mean(row, rules)),
                _cents(shown_value(row, rules)), "；".join(say_all(row.reasons)),
                *(_cents(shown_metric(row, rules, metric)) for metric in deciding),
            )
            for row in rows
        ),
        _PEOPLE,
        _SITTINGS,
    )  # fmt: skip
    rules_told = "；".join(say_all(unit_places(rules)))
    keys = "、".join(["“排名依据值”降序", *(f"“{_heading(metric)}”降序" for metric in rules.units.then)])
    notes = [
        *head_notes(rules, stamp),
        f"排名规则：{rules_told}。",
        f"有名次的单位依次按{keys}、“单位编码”升序重新排序，得到同样的次序；其余按单位编码列在后面。",
    ]
    totals = tally.totals(len(columns), 2, "各行相加，共{rows}个单位")
    return Sheet(f"{rules.title} 单位成绩", notes, columns, tally, totals, _unit_footer(tally, whole), rules.zone)


def _heading(metric: Metric) -> str:
    return {Metric.PEOPLE: "参与人数（人）", Metric.RATE: "参与率", Metric.MEAN: "平均分（分）"}.get(metric, METRIC_WORDS[metric])


def _unit_footer(tally: Tally, whole: Figures | None) -> Iterator[str]:
    if whole is not None:
        yield reconciliation(whole, tally.sums[_PEOPLE], tally.sums[_SITTINGS])
    yield from tally.footer()


def reconciliation(whole: Figures, people: int, sittings: int) -> str:
    """Why the sum of the rows and the figure above them may differ, in numbers."""
    told = f"列表以上一级合计：参与人数{whole.people}人、参与人次{whole.sittings}次"
    if (people, sittings) == (whole.people, whole.sittings):
        return f"{told}，与各行相加相同。"
    return (
        f"{told}；各行相加{people}人、{sittings}次，相差{whole.people - people:+d}人、{whole.sittings - sittings:+d}次，"
        "是不在列表中的本级和其他单位的人员，以及在几个单位答过题、合计时只计一次的人员。"
    )


def shown_mean(row: UnitLine, rules: ContestRules) -> Fraction | None:
    """The mean in points, kept back for a unit so small that it would give away its people."""
    return None if row.figures.people < rules.units.hide_mean_below else row.figures.mean


def shown_value(row: UnitLine, rules: ContestRules) -> Fraction | None:
    """The value that ranks, kept back where it would give away a mean that is kept back."""
    return None if rules.units.by_points and row.figures.people < rules.units.hide_mean_below else row.value


def shown_metric(row: UnitLine, rules: ContestRules, metric: Metric) -> Fraction | None:
    """One metric, kept back likewise."""
    hidden = rules.units.gives_away(metric) and row.figures.people < rules.units.hide_mean_below
    return None if hidden else measure(metric, row.facts, rules.units)


def phone_tail(phone: str | None) -> str:
    """The last four digits: enough to tell two people of one name apart."""
    return phone[-4:] if phone else ""


def moment_words(ms: int, zone: str) -> str:
    """2026年6月4日 11:00:05"""
    at = datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(zone))
    return f"{at.year}年{at.month}月{at.day}日 {at.hour}:{at.minute:02d}:{at.second:02d}"


def exact_duration(ms: int) -> str:
    """1小时2分5.123秒: what decides between two that are equal in whole seconds."""
    minutes, rest = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    told = (f"{hours}小时" if hours else "") + (f"{minutes}分" if hours or minutes else "")
    return f"{told}{rest // 1000}.{rest % 1000:03d}秒"


def head_notes(rules: ContestRules, stamp: Stamp) -> list[str]:
    """What every sheet says on top: which part, as of when, who exported it and when."""
    return [
        f"范围：{stamp.scope}",
        f"截至{moment_words(stamp.as_of, rules.zone)}；{stamp.exported_by}于{moment_words(stamp.exported_at, rules.zone)}导出",
    ]


def file_name(sheet: Sheet, stamp: Stamp, layout: str) -> str:
    """六月竞赛 个人成绩 20260604-1100.xlsx"""
    at = datetime.fromtimestamp(stamp.as_of / 1000, UTC).astimezone(ZoneInfo(sheet.zone))
    return f"{sheet.title} {at:%Y%m%d-%H%M}.{layout}"


def _cents(value: Fraction | None) -> Fraction | None:
    return None if value is None else value * 100
