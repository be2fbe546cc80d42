"""Tables as people make them are read; what would deceive is refused with one clear reason."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.errors import BadFile
from quizapp.formats import table_rows
from quizapp.formats.table_rows import Row, find_header, read_rows, unarmed, write_csv

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def cells(data: bytes) -> list[list[str]]:
    return [row.cells for row in read_rows(data, "x")]


def reason(data: bytes) -> str:
    with pytest.raises(BadFile) as caught:
        read_rows(data, "名单.xlsx")
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].file == "名单.xlsx"
    return caught.value.faults[0].message


def test_a_web_page_called_xls_is_refused() -> None:
    assert "网页" in reason("<html><table><tr><td>姓名</td></tr></table>".encode())


def test_too_many_rows_or_bytes_are_refused() -> None:
    assert "300,000行" in reason(b"a\n" * 300_001)
    assert "50MB" in reason(bytes(table_rows.MAX_BYTES + 1))


@given(st.binary(max_size=60) | st.binary(max_size=60).map(lambda tail: b"PK\x03\x04" + tail))
def test_no_file_whatever_ends_in_a_crash(data: bytes) -> None:
    try:
        read_rows(data, "x")
    except BadFile as refused:
        assert refused.faults


TEXT = "姓名,说明\r\n熊𫢸,第一行\r\n艾力·买买提,好\r\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_the_offices_gives_the_same_rows(codec: str) -> None:
    assert cells(TEXT.encode(codec)) == [["姓名", "说明"], ["熊𫢸", "第一行"], ["艾力·买买提", "好"]]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_delimiters_and_line_ends_are_found_out(mark: str, ending: str) -> None:
    text = f'名称{mark}说明{ending}甲{mark}"一{mark}{ending}二"{ending}{ending}乙{mark}"他说""好"""{ending}'
    rows = read_rows(text.encode(), "x")
    assert [row.cells for row in rows] == [["名称", "说明"], ["甲", f"一{mark}\n二"], ["乙", '他说"好"']]
    assert [row.line for row in rows] == [1, 2, 5]


def test_a_line_that_states_the_delimiter_is_obeyed_and_counted() -> None:
    assert read_rows(b"sep=;\na,b;c\n", "x") == [Row(2, ["a,b", "c"])]


def test_semicolons_in_answers_do_not_make_them_the_delimiter() -> None:
    assert cells("题干,答案\n甲,A;B;C;D\n".encode()) == [["题干", "答案"], ["甲", "A;B;C;D"]]


def test_semicolons_further_down_do_not_matter_where_lines_end_in_cr_alone() -> None:
    assert cells("题干,答案\r甲,A;B;C;D\r".encode()) == [["题干", "答案"], ["甲", "A;B;C;D"]]


def test_an_open_quote_is_told_with_its_line_and_does_not_swallow_the_rest() -> None:
    with pytest.raises(BadFile) as caught:
        read_rows('名称,说明\n甲,"一\n乙,二\n丙,三\n'.encode(), "x")
    assert caught.value.faults[0].line == 2


def test_files_broken_on_the_way_are_refused() -> None:
    text = TEXT * 3
    assert "不完整" in reason(text.encode()[:-3].rsplit("好".encode())[0] + b"\xe5\xa5")
    assert "空字符" in reason(text.replace("一", "\0").encode())
    assert "UTF-16" in reason(text.encode("utf-16-le"))
    assert "乱码" in reason(text.replace("𫢸", "").encode("gbk").decode("latin-1").encode())
    assert "乱码" in reason("安全生产，知识竞赛，全员参加".encode().decode("gb18030").encode())
    assert "无法显示" in reason(text.replace("一", "\ufffd").encode())
    assert "Big5" in reason("姓名,說明\n王小明,的、的，好。\n".encode("big5"))


def test_texts_are_trimmed_and_composed_and_otherwise_left_alone() -> None:
    text = "\ufeff\u3000 张\u200b三\u2800\u00a0,e\u0301,𬬭 · • 1\u00bd,👩\u200d🚒"
    assert cells(text.encode()) == [["张三", "é", "𬬭 · • 1½", "👩\u200d🚒"]]


WANTED = {"name": ("单位名称", "名称"), "count": ("应参人数", "人数")}


def rows(*lines: tuple[str, ...]) -> list[Row]:
    return [Row(number, list(line)) for number, line in enumerate(lines, 1)]


def test_headings_are_found_below_titles_in_spite_of_blanks_and_remarks() -> None:
    table = rows(
        ("某市竞赛名单", "", ""),
        ("填报日期：6月", "", ""),
        ("序 号", "＊单位\n名称", "应 参 人 数（人）"),
        ("1", "甲", "3"),
    )
    assert find_header(table, WANTED) == (2, {"name": 1, "count": 2})


def test_the_more_exact_heading_wins() -> None:
    assert find_header(rows(("名称", "单位名称", "人数", "应参人数")), WANTED) == (0, {"name": 1, "count": 3})


def test_of_merged_headings_the_lower_row_is_taken_but_not_a_repeated_one_further_down() -> None:
    merged = rows(("单位名称", "人数", ""), ("单位名称", "应参人数", "实参"), ("甲", "1", "1"))
    assert find_header(merged, WANTED) == (1, {"name": 0, "count": 1})
    again = rows(("单位名称", "人数"), ("甲", "1"), ("单位名称", "人数"), ("乙", "1"))
    assert find_header(again, WANTED) == (0, {"name": 0, "count": 1})


def test_a_table_without_headings_has_none() -> None:
    assert find_header(rows(("甲", "1"), ("乙", "2")), WANTED) == (-1, {})
    assert find_header(rows(*[("x", "")] * 20, ("单位名称", "人数")), WANTED) == (-1, {})


@given(st.lists(st.text("=+-@\t\r\n＝＋甲'1,", min_size=1, max_size=5), min_size=1, max_size=4))
def test_no_cell_of_a_written_csv_can_be_taken_for_a_formula(texts: list[str]) -> None:
    for text in texts:
        assert not unarmed(text).startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert write_csv(["甲"], [texts]).startswith(b"\xef\xbb\xbf")


def test_what_was_defused_is_read_as_it_was() -> None:
    assert cells(write_csv(["名称"], [["=1+1"], ["-5"], ["'甲"]])) == [["名称"], ["=1+1"], ["-5"], ["'甲"]]


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared example data is not here")
@pytest.mark.parametrize(
    "name",
    [
        "gb18030.csv",
        "gbk.csv",
        "utf8_bom.csv",
        "utf8_cr_only.csv",
        "utf8_semicolon.csv",
        "utf16be_bom.csv",
        "utf16le_bom.csv",
        "utf16le_bom_tab_excel_unicode_text.txt",
        "odd_spaces_utf8.csv",
    ],
)
def test_the_same_items_are_read_from_every_encoding(name: str) -> None:
    expected = cells((DATA / "encoding" / "lgb70_utf8.csv").read_bytes())
    assert len(expected) == 71
    assert cells((DATA / "encoding" / f"lgb70_{name}").read_bytes()) == expected


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared example data is not here")
@pytest.mark.parametrize(
    "name",
    [
        "mojibake_big5_read_as_gbk.txt",
        "mojibake_gbk_read_as_latin1.txt",
        "mojibake_utf8_read_as_gbk.txt",
        "trad_big5hkscs.csv",
        "trad_cp950.csv",
        "utf16le_nobom.csv",
        "utf8_truncated_mid_char.csv",
        "utf8_with_nul.csv",
    ],
)
def test_spoilt_files_are_refused(name: str) -> None:
    reason((DATA / "encoding" / f"lgb70_{name}").read_bytes())


def test_empty_files_say_so() -> None:
    for data in (b"", b"\n\n , ,\n"):
        assert reason(data) == "文件里没有内容"
