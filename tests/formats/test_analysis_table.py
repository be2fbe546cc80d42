"""Cross tables for officials."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.formats.analysis_table import cross_table
from quizapp.formats.result_table import Sheet, write_csv

PEOPLE = [
    {"镇街": "城关镇", "单位类型": "企业", "参与人数": 120},
    {"镇街": "城关镇", "单位类型": "学校", "参与人数": 30},
    {"镇街": None, "单位类型": "企业", "参与人数": 7},
    {"镇街": "东河镇", "单位类型": "学校", "参与人数": 45},
    {"镇街": "城关镇", "单位类型": "企业", "参与人数": 5},
    {"镇街": "东河镇", "单位类型": "", "参与人数": None},
]


def table_of(rows: Sequence[Mapping[str, object]]) -> Sheet:
    return cross_table(rows, "镇街", "单位类型", "参与人数")


def test_it_adds_up_down_and_across() -> None:
    sheet = table_of(PEOPLE)
    assert [column.heading for column in sheet.columns] == ["镇街", "企业", "学校", "未归属", "合计"]
    assert [column.kind for column in sheet.columns] == ["text", "integer", "integer", "integer", "integer"]
    assert list(sheet.rows) == [("城关镇", 125, 30, 0, 155), ("东河镇", 0, 45, 0, 45), ("未归属", 7, 0, 0, 7)]
    assert sheet.totals == ("合计", 132, 75, 0, 207)


def test_people_without_a_unit_stand_last_and_are_counted() -> None:
    rows = [{"镇街": missing, "单位类型": "企业", "参与人数": 1} for missing in (None, "", "  ")]
    sheet = table_of([*rows, {"镇街": "城关镇", "单位类型": "企业", "参与人数": 1}])
    assert list(sheet.rows) == [("城关镇", 1, 1), ("未归属", 3, 3)]


@pytest.mark.parametrize("name", ["NA", "None", "null", "nan", "001", "合计", "=1+1", "\ud800", "down"])
def test_odd_names_of_units_stay_text_and_stay_there(name: str) -> None:
    sheet = table_of([{"镇街": name, "单位类型": name, "参与人数": 1}])
    assert list(sheet.rows) == [(name, 1, 1)]
    assert sheet.columns[1].heading == name


def test_labels_keep_the_order_given() -> None:
    names = ["西", "东", "北", "南"]
    sheet = table_of([{"镇街": name, "单位类型": name, "参与人数": 1} for name in names])
    assert [row[0] for row in sheet.rows] == names
    assert [column.heading for column in sheet.columns[1:-1]] == names


def test_numbers_are_whole_however_large() -> None:
    large = 2**62 + 1
    sheet = table_of([{"镇街": name, "单位类型": "企业", "参与人数": large} for name in ("甲", "乙", "甲")])
    assert list(sheet.rows) == [("甲", 2 * large, 2 * large), ("乙", large, large)]
    assert all(type(number) is int for row in sheet.rows for number in row[1:])


def test_nobody_makes_an_empty_table() -> None:
    sheet = table_of([])
    assert list(sheet.rows) == []
    assert sheet.totals == ("合计", 0)


def test_it_refuses_a_number_that_could_drift() -> None:
    with pytest.raises(TypeError):
        table_of([{"镇街": "甲", "单位类型": "企业", "参与人数": 0.1}])


def test_a_misspelt_field_is_not_taken_for_people_without_a_unit() -> None:
    with pytest.raises(KeyError):
        cross_table(PEOPLE, "镇", "单位类型", "参与人数")


def test_the_table_can_be_written() -> None:
    out = io.BytesIO()
    write_csv(table_of(PEOPLE), out)
    lines = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"))))
    assert lines[0] == ["参与人数：镇街与单位类型"]
    assert lines[-1] == ["合计", "132", "75", "0", "207"]


labels = st.one_of(st.none(), st.text(max_size=3))


@settings(deadline=None)
@given(st.lists(st.tuples(labels, labels, st.integers(0, 10**6)), max_size=30))
def test_it_agrees_with_counting_by_hand(cells: list[tuple[str | None, str | None, int]]) -> None:
    rows = [{"镇街": down, "单位类型": across, "参与人数": number} for down, across, number in cells]
    expected: Counter[tuple[str, str]] = Counter()
    for down, across, number in cells:
        expected[(down or "").strip() or "未归属", (across or "").strip() or "未归属"] += number
    sheet = table_of(rows)
    headings = [column.heading for column in sheet.columns][1:-1]
    seen = {(row[0], head): number for row in sheet.rows for head, number in zip(headings, row[1:-1], strict=True)}
    assert {key: number for key, number in seen.items() if number} == {key: n for key, n in expected.items() if n}
    assert all(row[-1] == sum(row[1:-1]) for row in sheet.rows)  # type: ignore[arg-type]
    assert sheet.totals is not None
    assert sheet.totals[-1] == sum(number for *_, number in cells)
