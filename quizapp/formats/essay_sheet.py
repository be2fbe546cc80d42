"""All marks of all essays as a table: what two gave and a third decided, beside what stands."""

from collections.abc import Iterable, Iterator

from quizapp.formats.result_sheets import Stamp, head_notes
from quizapp.formats.result_table import Column, Sheet
from quizapp.formats.result_tally import Tally
from quizapp.rules.contests import ContestRules
from quizapp.rules.essays import BLIND, DECISION, Marked, State

STATES = {State.UNMARKED: "等待评阅", State.DIFFERS: "等待裁定", State.FINAL: "已评完"}
TURNS = {1: "评阅一", 2: "评阅二", DECISION: "裁定"}


def essay_sheet(rows: Iterable[Marked], rules: ContestRules, stamp: Stamp) -> Sheet:
    """One essay a row, by code: nobody's name but the markers'."""
    columns = [
        Column("序号", "integer", 8),
        Column("编号", "text", 14),
        Column("题目", "text", 30),
        Column("分值（分）", "decimal", 10),
    ]
    for name in TURNS.values():
        columns += [
            Column(f"{name}：评阅人", "text", 14),
            Column(f"{name}（分）", "decimal", 12),
            Column(f"{name}：评语", "text", 30),
        ]
    columns += [Column("状态", "text", 12), Column("得分（分）", "decimal", 12), Column("交卷回执", "text", 24)]
    tally = Tally(_lines(rows))
    notes = [
        *head_notes(rules, stamp),
        "作者不列姓名。没有评完两遍的不列分数，以免影响另一位评阅人；交卷回执在评完后列出，供答复本人查询。",
    ]
    totals = tally.totals(len(columns), 1, "合计{rows}篇")
    return Sheet(f"{rules.title} 论述题评阅", notes, columns, tally, totals, tally.footer(), rules.zone)


def _lines(rows: Iterable[Marked]) -> Iterator[list[object]]:
    for number, row in enumerate(rows, start=1):
        line: list[object] = [number, row.code, row.stem, row.points]
        for turn in (*BLIND, DECISION):
            given = row.given.get(turn)
            line += ["", None, ""] if given is None else [given.name, given.points, given.note]
        yield [*line, STATES[row.verdict.state], row.verdict.points, row.receipt]
