"""Workbooks are read as their authors see them; what would harm the machine is refused before it is parsed."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from quizapp.errors import BadFile
from quizapp.formats import table_rows, table_workbook
from quizapp.formats.table_rows import Row, read_rows

SHEET = "xl/worksheets/sheet1.xml"


def workbook(fill: Callable[[Worksheet], object], *more: Callable[[Worksheet], object]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for each in (fill, *more):
            each(book.add_worksheet())
    return out.getvalue()


def grid(*rows: tuple[object, ...]) -> Callable[[Worksheet], object]:
    return lambda sheet: [sheet.write_row(line, 0, row) for line, row in enumerate(rows)]


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


def cells(data: bytes) -> list[list[str]]:
    return [row.cells for row in read_rows(data, "x")]


def reason(data: bytes) -> str:
    with pytest.raises(BadFile) as caught:
        read_rows(data, "名单.xlsx")
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].file == "名单.xlsx"
    return caught.value.faults[0].message


def test_numbers_come_back_as_the_digits_that_were_typed() -> None:
    data = workbook(grid(("a", 13800138000, 120.0, 0.1, 32021405201769, True)))
    assert cells(data) == [["a", "13800138000", "120", "0.1", "32021405201769", "TRUE"]]


def test_a_number_that_lost_its_last_digits_does_not_look_whole() -> None:
    text = cells(workbook(grid((110101199003070011,))))[0][0]
    assert text == "1.10101E+17"
    assert table_rows.is_shortened(text)


def test_dates_stay_readable() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write_datetime(0, 0, datetime.combine(date(2026, 6, 1), datetime.min.time()))

    assert cells(workbook(fill)) == [["2026-06-01"]]


def test_a_cell_merged_downwards_counts_for_every_row_and_one_merged_sideways_once() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.merge_range(0, 0, 0, 2, "某镇名单")
        sheet.merge_range(1, 0, 3, 0, "东亭街道")
        for line in (1, 2, 3):
            sheet.write_row(line, 1, (f"企业{line}", "x"))

    assert cells(workbook(fill)) == [
        ["某镇名单", "", ""],
        ["东亭街道", "企业1", "x"],
        ["东亭街道", "企业2", "x"],
        ["东亭街道", "企业3", "x"],
    ]


def test_lines_are_counted_as_the_spreadsheet_counts_them() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.write(4, 1, "名称")
        sheet.write(7, 1, "甲")

    assert read_rows(workbook(fill), "x") == [Row(5, ["", "名称"]), Row(8, ["", "甲"])]


def test_the_first_sheet_with_something_in_it_is_read() -> None:
    assert cells(workbook(lambda sheet: sheet.write(3, 3, " "), grid(("甲",)), grid(("乙",)))) == [["甲"]]


def test_a_hidden_sheet_is_not_what_the_person_means() -> None:
    def hidden(sheet: Worksheet) -> None:
        sheet.write(0, 0, "字典")
        sheet.hide()

    def shown(sheet: Worksheet) -> None:
        sheet.write(0, 0, "名单")
        sheet.activate()
        sheet.set_first_sheet()

    assert cells(workbook(hidden, shown)) == [["名单"]]


def test_a_workbook_is_known_by_its_content_and_not_by_its_name() -> None:
    data = workbook(grid(("甲",)))
    assert read_rows(data, "名单.csv") == read_rows(data, "名单.xlsx")
    assert cells("甲,乙".encode()) == [["甲", "乙"]]


def test_old_and_locked_workbooks_are_refused_with_what_to_do() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "另存为 xlsx" in reason(ole)
    assert "密码" in reason(ole + "EncryptedPackage".encode("utf-16-le"))


def test_another_kind_of_archive_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    assert "不是 xlsx" in reason(out.getvalue())


@pytest.mark.parametrize("cut", [30, 500, 3_000])
def test_a_workbook_cut_off_is_refused(cut: int) -> None:
    assert "不完整" in reason(workbook(grid(("甲",)))[:cut])


def test_a_bomb_is_refused_by_its_directory_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_workbook, "_unpacked", lambda *_: pytest.fail("unpacked"))
    bomb = changed(workbook(grid(("甲",))), SHEET, lambda part: part + b" " * (30 << 20))
    assert len(bomb) < 200_000
    assert "过大" in reason(bomb)


def test_a_part_that_lies_about_its_size_is_refused_without_growing() -> None:
    honest = changed(workbook(grid(("甲",))), SHEET, lambda part: part + b" " * (15 << 20))
    with zipfile.ZipFile(io.BytesIO(honest)) as package:
        size = struct.pack("<I", package.getinfo(SHEET).file_size)
    assert honest.count(size) == 2
    tracemalloc.start()
    try:
        assert "不完整" in reason(honest.replace(size, struct.pack("<I", 500)))
        assert tracemalloc.get_traced_memory()[1] < 5 << 20
    finally:
        tracemalloc.stop()


def test_too_many_parts_are_refused() -> None:
    data = io.BytesIO(workbook(grid(("甲",))))
    with zipfile.ZipFile(data, "a") as package:
        for number in range(table_workbook.MAX_PARTS):
            package.writestr(f"xl/worksheets/more{number}.xml", "")
    assert "过大" in reason(data.getvalue())


@pytest.mark.parametrize(
    "far",
    [
        b'<row r="200000"><c r="XFD200000"><v>1</v></c></row></sheetData>',
        b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>',
        b"<row>" + b"<c><v>1</v></c>" * 16_000 + b"</row>" + b"<row/>" * 1_000 + b"</sheetData>",
    ],
)
def test_cells_far_apart_are_refused_before_a_grid_is_made_of_them(far: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_workbook, "load_workbook", lambda *_: pytest.fail("parsed"))
    reason(changed(workbook(grid(("甲",))), SHEET, lambda part: part.replace(b"</sheetData>", far)))


def test_many_cells_that_share_one_huge_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_workbook, "load_workbook", lambda *_: pytest.fail("parsed"))
    assert "过大" in reason(workbook(lambda sheet: [sheet.write(line, 0, "长" * 30_000) for line in range(8_000)]))


def test_an_external_entity_is_never_read() -> None:
    evil = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><sst'

    def entity(part: bytes) -> bytes:
        return part.replace(b"<sst", evil, 1).replace("甲".encode(), b"&e;")

    assert reason(changed(workbook(grid(("甲",))), "xl/sharedStrings.xml", entity))


def test_an_empty_workbook_says_so() -> None:
    assert reason(workbook(grid())) == "文件里没有内容"
