"""Unit tables: what offices type is understood, what cannot be understood is told with its line."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.errors import BadFile, Fault
from quizapp.formats.unit_table import read_units, write_units
from quizapp.rules.rows import UnitRow

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def read(text: str) -> list[UnitRow]:
    return read_units(text.encode(), "单位.csv")


def faults(text: str) -> list[Fault]:
    with pytest.raises(BadFile) as caught:
        read(text)
    return caught.value.faults


def test_an_office_table_is_read_with_titles_numbers_totals_and_remarks_around_it() -> None:
    text = """某区参赛单位名单,,,,,,
填报单位：某街道,,,,,,
序号,单 位 全 称,统一社会信用代码,单位类型,所属乡镇,应 参 人 数（人）,联系电话
1,青禾机械厂,91320205MA1ABCDE0X,企业,东亭街道,120人,0510-8888 0000
,,,,,,
2,"云笠
纺织厂",,企业,东亭街道,"1,200",—
,东亭街道小计,,,,1320,
合计,,,,,1320,
填表人：某某,,,,,,
"""
    assert read(text) == [
        UnitRow(4, "青禾机械厂", "91320205MA1ABCDE0X", "企业", "东亭街道", 120, (), "0510-8888 0000"),
        UnitRow(6, "云笠纺织厂", None, "企业", "东亭街道", 1200, (), None),
    ]


def test_english_headings_do_as_well() -> None:
    text = "name,code,kind,parent,headcount\n甲镇,3202,town,32,5\n"
    assert read(text) == [UnitRow(2, "甲镇", "3202", "town", "32", 5)]


@pytest.mark.parametrize("typed", ["120", "１２０", "120人", " 120 ", "120名", "120.0", "0120"])
def test_every_way_to_write_a_head_count_is_understood(typed: str) -> None:
    assert read(f"名称,人数\n甲,{typed}\n")[0].headcount == 120


@pytest.mark.parametrize("typed", ["—", "-", "/", "不详", "", "－", "无"])
def test_a_head_count_that_is_not_known_is_none_and_never_zero(typed: str) -> None:
    assert read(f"名称,人数\n甲,{typed}\n")[0].headcount is None
    assert read("名称,人数\n甲,0\n")[0].headcount == 0


@pytest.mark.parametrize(
    "typed", ["一百二十", "约100", "-5", "−5", "100余", "12.5", "1;200", "100-120", "9999999999", "五"]
)
def test_a_head_count_that_is_no_number_is_told_with_line_and_remedy(typed: str) -> None:
    (fault,) = faults(f'名称;人数\n甲;1\n乙;"{typed}"\n')
    assert (fault.line, fault.field, fault.file) == (3, "headcount", "单位.csv")
    assert f"“{typed}”" in fault.message and "请" in fault.message


def test_wrongly_grouped_digits_are_not_guessed_at() -> None:
    assert [fault.line for fault in faults('名称,人数\n甲,"1,20"\n乙,"12,0000"\n')] == [2, 3]


def test_repeated_codes_and_names_are_told_with_both_lines() -> None:
    found = faults("名称,编码,上级\n甲,1,\n乙,1,\n丙,3,1\n丁,4,1\n丙,5,1\n丙,6,4\n")
    assert [(fault.line, fault.field) for fault in found] == [(3, "code"), (6, "name")]
    assert "第2行" in found[0].message
    assert "第4行" in found[1].message


def test_all_faults_come_at_once_in_the_order_of_the_file() -> None:
    found = faults("名称,编码,人数\n,1,2\n甲,1,约3\n乙,1.10101E+17,4\n")
    assert [(fault.line, fault.field) for fault in found] == [(2, "name"), (3, "headcount"), (3, "code"), (4, "code")]


def test_short_names_are_split_and_a_dash_is_none_of_them() -> None:
    assert read("名称,简称\n甲,青禾、青禾厂/QH；青禾\n乙,—\n")[0].aliases == ("青禾", "青禾厂", "QH")
    assert read("名称,简称\n乙,—\n")[0].aliases == ()


def test_a_table_without_codes_is_fine_and_one_without_names_is_not() -> None:
    assert read("企业名称\n甲\n乙\n") == [UnitRow(2, "甲"), UnitRow(3, "乙")]
    (fault,) = faults("甲,1\n乙,2\n")
    assert "名称" in fault.message and "甲 | 1" in fault.message
    (fault,) = faults("名称,编码\n")
    assert fault.message == "标题下面没有内容"


def test_headings_repeated_on_each_printed_page_are_no_units() -> None:
    assert [unit.name for unit in read("名称,人数\n甲,1\n名称,人数\n乙,2\n")] == ["甲", "乙"]


TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8).map(
    lambda text: unicodedata.normalize("NFC", text)
)
CODES = st.text("0123456789ABCDX", min_size=1, max_size=18)
ROWS = st.lists(
    st.builds(
        UnitRow,
        line=st.just(0),
        name=TEXTS.map(lambda name: name + "厂") | st.just("=1+1厂"),
        code=CODES,
        kind=TEXTS.map(lambda kind: kind + "类"),
        parent=st.none() | CODES,
        headcount=st.none() | st.integers(0, 10**7),
        aliases=st.lists(st.sampled_from(["甲", "乙厂", "-丙"]), unique=True).map(tuple),
        telephone=st.none() | st.just("+86 510 88880000"),
    ),
    min_size=1,
    unique_by=(lambda row: row.name, lambda row: row.code),
)


@given(ROWS)
def test_what_is_written_is_read_back(made: list[UnitRow]) -> None:
    try:
        back = read_units(write_units(made), "x")
    except BadFile as refused:
        pytest.fail("\n".join(map(str, refused.faults)))
    assert [back_row.line for back_row in back] == list(range(2, len(made) + 2))
    plain = [(row.name, row.code, row.kind, row.parent, row.headcount, row.aliases, row.telephone) for row in back]
    assert plain == [(r.name, r.code, r.kind, r.parent, r.headcount, r.aliases, r.telephone) for r in made]


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared example data is not here")
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("areas", 2978),
        ("streets_wuxi_3202", 88),
        ("streets_panjin_2111", 50),
        ("universities_2631", 2631),
        ("cities", 342),
    ],
)
def test_real_division_tables_are_read_whole(name: str, count: int) -> None:
    units = read_units((DATA / "orgs" / f"{name}.csv").read_bytes(), name)
    assert len(units) == count
    assert not any("\n" in unit.name for unit in units)
