"""Lists of people as tables: who has not taken part; who was expected at an exam."""

from collections.abc import Iterable, Mapping
from typing import Any

from quizapp.formats.result_sheets import UNASSIGNED, Stamp, head_notes, phone_tail
from quizapp.formats.result_table import Column, Sheet
from quizapp.formats.result_tally import Tally
from quizapp.rules.contests import ContestRules


def waiting_sheet(rows: Iterable[Mapping[str, str | None]], rules: ContestRules, stamp: Stamp) -> Sheet:
    """People of rosters who have not begun: mappings with name, number, phone, unit, unit_code."""
    columns = [
        Column("序号", "integer", 8), Column("姓名", "text", 16), Column("工号", "text", 16), Column("手机尾号", "text", 12),
        Column("单位", "text", 34), Column("单位编码", "text", 18),
    ]  # fmt: skip
    lines = (
        (
            number, row["name"], row["number"] or "", phone_tail(row["phone"]), row["unit"] or UNASSIGNED,
            row["unit_code"] or "",
        )
        for number, row in enumerate(rows, start=1)
    )  # fmt: skip
    tally = Tally(lines)
    totals = tally.totals(len(columns), 1, "合计{rows}人")
    notes = [
        *head_notes(rules, stamp),
        "名册中的人员，既没有交卷、也没有正在答题的，列在这里。自愿参加，不作个人考核。",
    ]
    return Sheet(f"{rules.title} 未参加人员", notes, columns, tally, totals, tally.footer(), rules.zone)


def exam_sheet(rows: Iterable[Any], verdicts: Mapping[str, str], rules: ContestRules, stamp: Stamp) -> Sheet:
    """Who was expected at an exam, who came, who passed: lines of exam_rooms.examinees."""
    columns = [
        Column("序号", "integer", 8), Column("姓名", "text", 14), Column("工号", "text", 14), Column("手机尾号", "text", 10),
        Column("单位", "text", 30), Column("单位编码", "text", 16), Column("签到时间", "moment", 25),
        Column("考试次数（次）", "integer", 12), Column("最好成绩（分）", "decimal", 12), Column("结果", "text", 16),
    ]  # fmt: skip
    lines = (
        (
            number, row.name, row.number or "", phone_tail(row.phone), row.unit or UNASSIGNED, row.unit_code or "",
            row.checked_in_at, row.sittings, row.points, verdicts[row.verdict],
        )
        for number, row in enumerate(rows, start=1)
    )  # fmt: skip
    tally = Tally(lines)
    notes = [*head_notes(rules, stamp), "本成绩不作为法定考核合格证明。"]
    return Sheet(f"{rules.title} 考试名单", notes, columns, tally, tally.totals(len(columns), 1, "合计{rows}人"), tally.footer(), rules.zone)
