"""What officials get as xlsx and csv."""

import csv
import io
import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from quizapp.formats import result_xlsx
from quizapp.formats.result_table import Column, Sheet, duration_words, safe_text, write_csv
from quizapp.formats.result_xlsx import sheet_titles, write_xlsx

COLUMNS = (
    Column("名次", "integer", 8),
    Column("姓名", "text"),
    Column("单位", "text", 30),
    Column("电话", "text", 14),
    Column("成绩", "decimal"),
    Column("用时", "duration"),
    Column("用时（毫秒）", "integer"),
    Column("交卷时间", "moment", 24),
    Column("参与率", "percent"),
)
ROWS = (
    (1, "张三", "示例化工有限公司", "013800138000", 10000, 372_900, 372_900, 1_782_777_600_123, Fraction(1)),
    (2, "李四", "示例机械厂", "001", 8550, 372_901, 372_901, 1_782_777_600_124, Fraction(623, 1000)),
    (None, "王五", "示例学校", None, None, None, None, None, None),
)
NOTES = ("成绩高者在前，成绩相同用时少者在前", "截至2026年6月30日24:00，共3人，由张科长导出")


def a_sheet(**changes: object) -> Sheet:
    fields: dict[str, object] = {
        "title": "个人成绩表",
        "notes": NOTES,
        "columns": COLUMNS,
        "rows": ROWS,
        "totals": ("合计", "3人", None, None, Fraction(18550, 3), None, 745_801, None, None),
        "footer": ("以通报为准",),
    }
    return Sheet(**(fields | changes))  # type: ignore[arg-type]


def as_xlsx(sheet: Sheet) -> bytes:
    out = io.BytesIO()
    write_xlsx(sheet, out)
    return out.getvalue()


def opened(sheet: Sheet) -> Worksheet:
    return openpyxl.load_workbook(io.BytesIO(as_xlsx(sheet))).worksheets[0]


def as_csv(sheet: Sheet) -> list[list[str]]:
    out = io.BytesIO()
    write_csv(sheet, out)
    return list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))


def one_column(*values: object, kind: str = "text") -> Sheet:
    return Sheet("表", (), (Column("姓名", kind),), [(value,) for value in values])  # type: ignore[arg-type]


def first_cells(sheet: Sheet) -> list[object]:
    """The data of a one-column sheet: below title, empty line and heading, above the empty line at the end."""
    return [cell.value for cell in opened(sheet)["A"][3 : 3 + len(list(sheet.rows))]]


def test_numbers_are_numbers_and_texts_are_texts() -> None:
    first, second, third = list(opened(a_sheet()).iter_rows(min_row=6, max_row=8))
    assert [cell.value for cell in first] == [
        1, "张三", "示例化工有限公司", "013800138000", 100, "6分12秒", 372900, "2026-06-30 08:00:00.123", 1,
    ]  # fmt: skip
    assert [cell.data_type for cell in second] == list("nsssnsnsn")
    assert [cell.value for cell in second][3:5] == ["001", 85.5]
    assert [cell.value for cell in third] == [None, "王五", "示例学校", "—", None, "—", None, "—", None]


def test_points_show_no_idle_zeros_and_means_two_places() -> None:
    page = opened(a_sheet())
    assert page["E7"].number_format == "General"  # 85.5 and 100 as printed
    assert page["I7"].number_format == "0.0%"
    assert page["E10"].number_format == "0.00"
    assert page["E10"].value == pytest.approx(61.8333333333)


def test_telephone_numbers_stay_text_when_somebody_edits_the_cell() -> None:
    assert opened(a_sheet())["D6"].number_format == "@"


def test_title_notes_totals_and_footer_stand_around_the_rows() -> None:
    page = opened(a_sheet())
    assert [page.cell(row, 1).value for row in (1, 2, 3, 4, 5)] == ["个人成绩表", *NOTES, None, "名次"]
    assert "A1:I1" in [str(merged) for merged in page.merged_cells.ranges]
    assert page["A9"].value is None  # keeps the totals out of what a spreadsheet sorts
    assert [cell.value for cell in page[10]][:3] == ["合计", "3人", None]
    assert page["G10"].value == 745_801
    assert page["A11"].value == "以通报为准"


def test_it_prints_on_a4_one_page_wide_with_the_heading_on_every_page() -> None:
    page = opened(a_sheet())
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)  # 1 is what is not written down
    assert page.print_area.endswith("$A$1:$I$11")
    assert page.print_title_rows == "$5:$5"
    assert page.oddFooter.center.text == "第 &P 页，共 &N 页"
    assert page.freeze_panes == "A6"
    assert page.auto_filter.ref == "A5:I8"


def test_sorting_again_by_the_published_keys_gives_the_same_order() -> None:
    close = [(Fraction(99_999 - n, 100_000), 372_000 + n) for n in range(50)]
    columns = (Column("参与率", "percent"), Column("用时（毫秒）", "integer"))
    rows = [*close, (Fraction(1, 3), 5), (Fraction(33_333, 100_000), 1)]
    sheet = Sheet("表", (), columns, rows)
    seen = [(cells[0].value, cells[1].value) for cells in opened(sheet).iter_rows(min_row=4, max_row=3 + len(rows))]
    assert sorted(seen, key=lambda row: (-row[0], row[1])) == seen
    assert len({rate for rate, _ in seen}) == len(rows)
    read = [float(cells[0].rstrip("%")) for cells in as_csv(sheet)[3 : 3 + len(rows)]]
    assert sorted(read, reverse=True) == read
    assert len(set(read)) == len(rows)


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠1"])
def test_no_text_becomes_a_formula(start: str) -> None:
    page = opened(one_column(start))
    assert page["A4"].data_type == "s"
    assert page["A4"].value == start.replace(
        "\r", "_x000D_"
    )  # how the format writes it; spreadsheets show what was typed
    assert as_csv(one_column(start))[3] == [f"'{start}"]


def test_title_notes_headings_and_footer_do_not_become_formulas_either() -> None:
    sheet = Sheet("=1+1", ("=2+2",), (Column("=3+3", "text"),), [], totals=("=4+4",), footer=("=5+5",))
    assert [row[0] for row in as_csv(sheet) if row] == ["'=1+1", "'=2+2", "'=3+3", "'=4+4", "'=5+5"]
    assert {cell.data_type for cell in opened(sheet)["A"] if cell.value} == {"s"}


def test_a_negative_number_is_a_number_in_csv() -> None:
    assert as_csv(one_column(-5, kind="integer"))[3] == ["-5"]
    assert as_csv(one_column(-50, kind="decimal"))[3] == ["-0.5"]


NAMES = [
    "𬬭",
    "䶮㛃",
    "阿卜杜·热合曼",
    "ئابدۇراخمان",
    "བཀྲ་ཤིས",
    "👩‍🚒",
    "NA",
    "None",
    "_x0041_",
    " 前后空格 ",
    "行\n行",
    "a\tb",
]


@pytest.mark.parametrize("name", NAMES)
def test_rare_names_come_out_unchanged(name: str) -> None:
    assert as_csv(one_column(name))[3] == [name]
    assert first_cells(one_column(name))[0] in (
        name,
        name.replace("_x0041_", "_x005F_x0041_"),
    )  # openpyxl reads escapes raw


def test_characters_no_file_can_hold_are_replaced_and_listed() -> None:
    sheet = one_column("张\x0b三", "李四", "\ud800", "a\ufffe\x00")
    assert first_cells(sheet) == ["张\ufffd三", "李四", "\ufffd", "a\ufffd\ufffd"]
    listed = "有3格含有无法写入的字符，已换成“\ufffd”，请核对：第4行“姓名”、第6行“姓名”、第7行“姓名”"
    assert opened(sheet)["A9"].value == listed
    assert as_csv(sheet)[-1] == [listed]


def test_a_long_list_of_replaced_characters_is_cut() -> None:
    last = as_csv(one_column(*["\x0b"] * 50))[-1][0]
    assert last.startswith("有50格")
    assert last.count("“姓名”") == 20
    assert last.endswith("等")


@given(st.text(st.characters()))
def test_safe_text_changes_only_what_no_file_can_hold(text: str) -> None:
    safe = safe_text(text)
    assert len(safe) == len(text)
    safe.encode("utf-8")
    for before, after in zip(text, safe, strict=True):
        odd = (
            before in "\ufffe\uffff" or "\ud800" <= before <= "\udfff" or (before < "\xa0" and not before.isprintable())
        )
        assert after == (before if before in "\t\n\r" or not odd else "\ufffd")


def test_csv_starts_with_a_byte_order_mark_and_ends_lines_with_crlf() -> None:
    out = io.BytesIO()
    write_csv(a_sheet(), out)
    assert out.getvalue().startswith(b"\xef\xbb\xbf\xe4")
    assert out.getvalue().count(b"\n") == out.getvalue().count(b"\r\n") == 11


def test_csv_says_the_same_as_the_table() -> None:
    lines = as_csv(a_sheet())
    assert [line[0] if line else None for line in lines[:5]] == ["个人成绩表", *NOTES, None, "名次"]
    assert lines[6] == [
        "2", "李四", "示例机械厂", "001", "85.5", "6分12秒", "372901", "2026-06-30 08:00:00.124", "62.3%",
    ]  # fmt: skip
    assert lines[7] == ["", "王五", "示例学校", "—", "", "—", "", "—", ""]
    assert lines[9] == ["合计", "3人", "", "", "61.8333333333", "", "745801", "", ""]


CELLS = ["张三", "", "a,b", 'x"y', "=1+1", "一\n二", "\x01", "\u3000", None, 7]


@pytest.mark.parametrize("other", CELLS)
@pytest.mark.parametrize("one", CELLS)
def test_what_a_csv_cell_says_does_not_depend_on_the_cells_around_it(one: object, other: object) -> None:
    def lines(*names: object) -> list[list[str]]:
        columns = (Column("姓名", "text"), Column("成绩", "decimal"))
        sheet = Sheet("表", (), columns, [(name, 50 * number) for number, name in enumerate(names)])
        return as_csv(sheet)[3 : 3 + len(names)]

    said = [lines(value)[0][0] for value in (one, other)]
    assert lines(one, other) == [[said[0], "0"], [said[1], "0.5"]]


def test_csv_leaves_memory_while_rows_come() -> None:
    out = io.BytesIO()
    behind = []

    def rows() -> Iterator[tuple[str]]:
        for number in range(5_000):
            behind.append(20 * number - out.tell())  # 20 bytes for each row
            yield (f"第{number:08}人",)

    write_csv(Sheet("表", (), (Column("姓名", "text"),), rows()), out)
    assert len(out.getvalue()) > 5_000 * 16 and max(behind) < 30_000


def test_what_the_rows_told_stands_below_them() -> None:
    seen = []

    def rows() -> Iterator[tuple[str]]:
        for name in ("张三", "李四"):
            seen.append(name)
            yield (name,)

    def ending(words: str) -> Iterator[str]:
        yield f"{words}{len(seen)}"

    def sheet() -> Sheet:
        seen.clear()
        return Sheet("表", (), (Column("姓名", "text"),), rows(), ending("共"), ending("行数"))

    assert as_csv(sheet())[-2:] == [["共2"], ["行数2"]]
    assert [cell.value for cell in opened(sheet())["A"]][-2:] == ["共2", "行数2"]


@pytest.mark.parametrize("name", ["<r>&</r>", "<r></r>", "<r><t>x</t></r>"])
def test_a_name_is_never_markup_of_the_file(name: str) -> None:
    assert first_cells(one_column(name))[0].strip() == name
    assert as_csv(one_column(name))[3] == [name]


def test_moments_are_shown_in_the_zone_of_the_contest() -> None:
    assert first_cells(one_column(0, kind="moment")) == ["1970-01-01 08:00:00.000"]
    urumqi = Sheet("表", (), (Column("时间", "moment"),), [(1_782_748_799_999,)], zone="Asia/Urumqi")
    assert first_cells(urumqi) == ["2026-06-29 21:59:59.999"]


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "0秒"), (999, "0秒"), (59_999, "59秒"), (60_000, "1分0秒"), (372_000, "6分12秒"), (3_785_000, "1小时3分5秒")],
)
def test_durations_are_said_as_people_say_them(ms: int, words: str) -> None:
    assert duration_words(ms) == words


def test_a_row_of_the_wrong_length_is_never_written_half() -> None:
    out = io.BytesIO()
    with pytest.raises(ValueError, match="shorter"):
        write_xlsx(a_sheet(rows=[(1, "张三")]), out)
    assert out.getvalue() == b""


def test_more_rows_than_a_sheet_holds_go_on_further_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_xlsx, "ROWS_PER_SHEET", 2)
    sheet = Sheet("成绩/全部", (), (Column("序号", "integer"),), ((n,) for n in range(5)), totals=(10,))
    pages = openpyxl.load_workbook(io.BytesIO(as_xlsx(sheet))).worksheets
    assert [page.title for page in pages] == ["成绩／全部", "成绩／全部（2）", "成绩／全部（3）"]
    assert [[cell.value for cell in page["A"][2:]] for page in pages] == [
        ["序号", 0, 1],
        ["序号", 2, 3],
        ["序号", 4, None, 10],
    ]
    assert [page.auto_filter.ref for page in pages] == ["A3:A5", "A3:A5", "A3:A4"]
    assert all(page.print_title_rows == "$3:$3" for page in pages)


def test_rows_that_just_fill_a_sheet_open_no_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_xlsx, "ROWS_PER_SHEET", 2)
    pages = openpyxl.load_workbook(io.BytesIO(as_xlsx(one_column("张三", "李四")))).worksheets
    assert len(pages) == 1


def test_a_table_without_rows_is_still_a_table() -> None:
    page = opened(a_sheet(rows=(), totals=None, footer=()))
    assert page["A5"].value == "名次"
    assert page.auto_filter.ref == "A5:I5"


def test_sheet_titles_are_legal_and_unique() -> None:
    long = "大洼区/田家街道" * 5
    titles = sheet_titles([long, long, long + "二", "大洼区/田家街道", "A", "a", "ａ", "", "'引'", "History", "\x0b"])
    assert titles[0] == ("大洼区／田家街道" * 5)[:31]
    assert titles[1].endswith("（2）")
    assert titles[2].endswith("（3）")
    assert titles[3:] == ["大洼区／田家街道", "A", "a（2）", "ａ（3）", "表", "引", "History表", "\ufffd"]


@given(st.lists(st.text(st.characters(), max_size=40), max_size=8))
def test_any_names_make_sheet_titles_a_workbook_takes(names: list[str]) -> None:
    titles = sheet_titles(names)
    assert len({title.casefold() for title in titles}) == len(titles) == len(names)
    for title in titles:
        assert 0 < len(title.encode("utf-16-le")) // 2 <= 31
        assert not set(title) & set("[]:*?/\\")
        assert not title.startswith("'") and not title.endswith("'")


def test_libreoffice_reads_what_csv_says(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if not office:
        pytest.skip("没有安装 LibreOffice（apt install libreoffice-calc），未核对")
    odd = (3, "张\x0b三", "=1+1", "𬬭䶮👩‍🚒", 0, 0, 0, 0, Fraction(1, 2))
    sheet = a_sheet(rows=[*ROWS[:2], odd])
    (tmp_path / "result.xlsx").write_bytes(as_xlsx(sheet))
    profile, shape = (
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "csv:Text - txt - csv (StarCalc):44,34,76",
    )
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        shape,
        "--outdir",
        str(tmp_path),
        str(tmp_path / "result.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=200)
    read = list(csv.reader(io.StringIO((tmp_path / "result.csv").read_text("utf-8"), newline="")))
    ours = [[*row, *[""] * (9 - len(row))] for row in as_csv(sheet)]
    ours[7][2] = "=1+1"  # the csv guards it, the xlsx need not
    for line, percent in ((5, "100.0%"), (6, "62.3%"), (7, "50.0%")):
        assert ours[line][8] == read[line][8] == percent
    assert read[9][4] == "61.83"
    ours[9][4] = "61.83"
    assert read == ours
