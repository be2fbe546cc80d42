"""Tables of people and units as xlsx and csv: laid out for paper, safe to open, giving the same order when sorted again."""

import codecs
import csv
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, BinaryIO, Literal
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "integer", "decimal", "percent", "duration", "moment"]

ROWS_PER_SHEET = 1_048_000  # xlsx ends at 1,048,576; the rest is for notes, totals and footer

_NUMBERS = frozenset({"integer", "decimal", "percent"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_TITLE_CHARACTERS = str.maketrans("[]:*?/\\", "［］：＊？／＼")
_ODD_CELLS_NAMED = 20
_LAID_OUT = 10_000  # rows; nobody prints more, and every height set stays in memory
_FONT = "微软雅黑"
_INK, _SECOND_INK, _LINE, _GROUND, _TINT, _PRIMARY = "#17212B", "#51606F", "#DDE3EA", "#F5F7FA", "#E8F0F9", "#12508F"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `width` in half-width characters.

    Values: text str; integer int; decimal hundredths, int or Fraction; percent Fraction, 1 = 100 %; duration and moment
    int milliseconds, the moment UTC. A str is written as it is in any column. None is 「—」, and nothing in a column of
    numbers, because spreadsheets sort empty cells last in both directions.
    """

    heading: str
    kind: Kind
    width: int = 12


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with what stands around it; `rows` is read once, moments are shown in `zone`."""

    title: str
    notes: Sequence[str]
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]
    totals: Sequence[object] | None = None
    footer: Sequence[str] = ()
    zone: str = "Asia/Shanghai"


def safe_text(value: str) -> str:
    """The same text with what no file can hold (control characters, lone surrogates, U+FFFE) as U+FFFD."""
    return _ODD.sub("\ufffd", value) if _ODD.search(value) else value


def duration_words(ms: int) -> str:
    """A duration in milliseconds as 「6分12秒」 or 「1小时3分5秒」; begun seconds are not counted."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}小时{minutes}分{seconds}秒"
    return f"{minutes}分{seconds}秒" if minutes else f"{seconds}秒"


def sheet_titles(names: Iterable[str]) -> list[str]:
    """Sheet titles a spreadsheet accepts, one for each name, in order: legal characters, length, none twice."""
    taken: set[str] = set()
    titles = []
    for name in names:
        legal = " ".join(safe_text(name).translate(_TITLE_CHARACTERS).split()).strip("'") or "表"
        legal += "表" if legal.casefold() == "history" else ""  # a title Excel keeps for itself
        for number in count(1):
            title = _cut(legal, f"（{number}）" if number > 1 else "")
            key = unicodedata.normalize("NFKC", title).casefold()
            if key not in taken:
                break
        taken.add(key)
        titles.append(title)
    return titles


def write_xlsx(sheet: Sheet, out: BinaryIO) -> None:
    """Write the table as xlsx; when a row fails, nothing is written to `out`."""
    with tempfile.TemporaryDirectory(prefix="quizapp-") as folder:
        path = Path(folder) / "table.xlsx"
        font = {"font_name": _FONT, "font_size": 10, "font_color": _INK}
        options = {"constant_memory": True, "tmpdir": folder, "default_format_properties": font}
        with xlsxwriter.Workbook(str(path), options) as book:
            _fill(book, sheet)
        with path.open("rb") as made:
            shutil.copyfileobj(made, out)


def write_csv(sheet: Sheet, out: BinaryIO) -> None:
    """Write the table as csv for spreadsheets: UTF-8 with BOM, CRLF, no cell that could be taken for a formula."""
    writer = csv.writer(codecs.getwriter("utf-8-sig")(out))
    zone, odd = ZoneInfo(sheet.zone), _OddCells()
    writer.writerows([_unarmed(safe_text(text))] for text in (sheet.title, *sheet.notes))
    writer.writerow([])
    writer.writerow([_unarmed(safe_text(column.heading)) for column in sheet.columns])
    line = len(sheet.notes) + 3
    for row in sheet.rows:
        line += 1
        writer.writerow([_csv_cell(v, c, zone, odd, line) for c, v in zip(sheet.columns, row, strict=True)])
    writer.writerow([])
    if sheet.totals is not None:
        totals = zip(sheet.columns, sheet.totals, strict=True)
        writer.writerow(["" if v is None else _csv_cell(v, c, zone, odd, line + 2) for c, v in totals])
    writer.writerows([_unarmed(safe_text(text))] for text in [*sheet.footer, *odd.footer()])


@dataclass(slots=True)
class _OddCells:
    """Cells in which characters had to be replaced: counted, the first few named."""

    found: int = 0
    places: list[str] = field(default_factory=list)

    def clean(self, text: str, line: int, heading: str) -> str:
        self.found += 1
        if self.found <= _ODD_CELLS_NAMED:
            self.places.append(f"第{line}行“{safe_text(heading)}”")
        return safe_text(text)

    def footer(self) -> list[str]:
        if not self.found:
            return []
        places = "、".join(self.places) + ("等" if self.found > _ODD_CELLS_NAMED else "")
        return [f"有{self.found}格含有无法写入的字符，已换成“\ufffd”，请核对：{places}"]


def _cut(legal: str, suffix: str) -> str:
    room = 31 * 2 - len(suffix.encode("utf-16-le"))  # Excel counts UTF-16 units
    return legal.encode("utf-16-le")[:room].decode("utf-16-le", "ignore").rstrip(" '") + suffix


def _as_text(value: Any, kind: Kind, zone: ZoneInfo) -> str | None:
    """What the cell says; None where it holds a number or nothing."""
    if isinstance(value, str):
        return value
    if kind in _NUMBERS:
        return None
    if value is None:
        return "—"
    if kind == "duration":
        return duration_words(value)
    if kind == "moment":
        local = (_EPOCH + timedelta(milliseconds=value)).astimezone(zone)
        return local.replace(tzinfo=None).isoformat(" ", "milliseconds")
    return str(value)


def _unarmed(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _csv_cell(value: Any, column: Column, zone: ZoneInfo, odd: _OddCells, line: int) -> str:
    text = _as_text(value, column.kind, zone)
    if text is not None:
        return _unarmed(odd.clean(text, line, column.heading) if _ODD.search(text) else text)
    if value is None:
        return ""
    if column.kind == "decimal":
        return _plain(value.numerator, value.denominator * 100, least=0)
    return f"{_plain(value.numerator * 100, value.denominator, least=1)}%" if column.kind == "percent" else str(value)


def _plain(numerator: int, denominator: int, least: int) -> str:
    """A decimal number of `least` to ten places, half rounded up: unequal values stay unequal when sorted again."""
    units, rest = divmod((2 * abs(numerator) * 10**10 + denominator) // (2 * denominator), 10**10)
    decimals = f"{rest:010}".rstrip("0").ljust(least, "0")
    return f"{'-' if numerator < 0 else ''}{units}{'.' if decimals else ''}{decimals}"


def _fill(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    rows: Iterator[Sequence[object]] = iter(sheet.rows)
    styles, odd = _Styles(book), _OddCells()
    for number in count(1):
        page = _Page(book.add_worksheet(sheet_titles([sheet.title] * number)[-1]), sheet, styles, odd)
        page.write_rows(islice(rows, ROWS_PER_SHEET))
        following = next(rows, None)
        if following is None:
            break
        page.set_print()
        rows = chain([following], rows)
    page.write_end()


class _Styles:
    """The cell formats of a workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        cell: dict[str, Any] = {"valign": "vcenter", "border": 1, "border_color": _LINE}
        self.title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        self.note = book.add_format({"font_color": _SECOND_INK, "text_wrap": True, "valign": "vcenter"})
        heading = {"bold": True, "bg_color": _TINT, "font_color": _PRIMARY, "text_wrap": True, "align": "center"}
        self.heading = book.add_format(cell | heading)
        self.row = self._by_shape(book, cell)
        self.total = self._by_shape(book, cell | {"bold": True, "bg_color": _GROUND})

    @staticmethod
    def _by_shape(book: xlsxwriter.Workbook, base: dict[str, Any]) -> dict[str, Format]:
        # "@" keeps codes and telephone numbers text even after somebody edits the cell.
        text = book.add_format(base | {"num_format": "@", "text_wrap": True, "align": "left", "indent": 1})
        base = base | {"align": "right", "indent": 1}
        numbers = {"integer": "0", "decimal": "General", "mean": "0.00", "percent": "0.0%"}
        shapes = {kind: book.add_format(base | {"num_format": shown}) for kind, shown in numbers.items()}
        return dict.fromkeys(("text", "duration", "moment"), text) | shapes


class _Page:
    """One worksheet, written from top to bottom: with constant memory a row that is passed cannot be returned to."""

    def __init__(self, page: Worksheet, sheet: Sheet, styles: _Styles, odd: _OddCells) -> None:
        self.page, self.sheet, self.styles, self.odd = page, sheet, styles, odd
        self.zone, self.right = ZoneInfo(sheet.zone), len(sheet.columns) - 1
        self.width = sum(column.width for column in sheet.columns)
        self.line = 0
        page.set_default_row(18)
        self._across(sheet.title, styles.title, 30)
        for note in sheet.notes:
            self._across(note, styles.note)
        self.heading, self.line = self.line + 1, self.line + 2
        page.set_row(self.heading, 18 * max(_lines(c.heading, c.width - 2) for c in sheet.columns) + 4)
        for at, column in enumerate(sheet.columns):
            page.set_column(at, at, column.width)
            page.write_string(self.heading, at, safe_text(column.heading), styles.heading)

    def write_rows(self, rows: Iterable[Sequence[object]]) -> None:
        for row in rows:
            self._write_row(row, self.styles.row)
        last = max(self.line - 1, self.heading)
        self.page.autofilter(self.heading, 0, last, self.right)
        self.page.freeze_panes(self.heading + 1, 0)
        self.page.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})

    def write_end(self) -> None:
        """Totals and footer, below an empty line, so that sorting the rows never takes the totals along."""
        self.page.set_row(self.line, 6)
        self.line += 1
        if self.sheet.totals is not None:
            self._write_row(["" if value is None else value for value in self.sheet.totals], self.styles.total)
        for text in [*self.sheet.footer, *self.odd.footer()]:
            self._across(text, self.styles.note)
        self.set_print()

    def set_print(self) -> None:
        page = self.page
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        page.print_area(0, 0, self.line - 1, self.right)
        page.repeat_rows(self.heading)
        page.set_footer("&C第 &P 页，共 &N 页")

    def _write_row(self, row: Sequence[Any], styles: dict[str, Format]) -> None:
        line, page, lines = self.line, self.page, 1
        for at, (column, value) in enumerate(zip(self.sheet.columns, row, strict=True)):
            kind = column.kind
            text = value if type(value) is str else _as_text(value, kind, self.zone)
            if text:
                if _ODD.search(text):
                    text = self.odd.clean(text, line + 1, column.heading)
                if line < _LAID_OUT and len(text) * 2 >= column.width:
                    lines = max(lines, _lines(text, column.width - 1))
                page.write_string(line, at, text, styles[kind])
            elif text == "" or value is None:
                page.write_blank(line, at, None, styles[kind])
            elif kind == "decimal":
                page.write_number(line, at, float(value / 100), styles[kind if value.denominator == 1 else "mean"])
            else:
                page.write_number(line, at, value if kind == "integer" else float(value), styles[kind])
        if lines > 1:  # spreadsheets do not always find the height of a wrapped row themselves
            page.set_row(line, 14 * lines + 4)
        self.line += 1

    def _across(self, text: str, style: Format, height: int = 18) -> None:
        self.page.set_row(self.line, height * _lines(text, self.width - 2))
        if self.right:
            self.page.merge_range(self.line, 0, self.line, self.right, "", style)
        self.page.write_string(self.line, 0, safe_text(text), style)
        self.line += 1


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a cell, a Chinese character counting two."""
    return sum(max(1, -(-sum(2 if c > "ÿ" else 1 for c in part) // max(1, width))) for part in text.split("\n"))
