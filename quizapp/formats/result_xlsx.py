"""Tables as xlsx: laid out for paper, every cell a text or a number by its type, one row in memory at a time."""

import html
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, islice
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from quizapp.formats.result_table import NUMBERS, ODD, Column, OddCells, Sheet, Words, safe_text, wording

ROWS_PER_SHEET = 1_048_000  # xlsx ends at 1,048,576; the rest is for notes, totals and footer

_TITLE_CHARACTERS = str.maketrans("[]:*?/\\", "［］：＊？／＼")
_LAID_OUT = 10_000  # rows; nobody prints more, and every height set stays in memory
_LONGEST = 32_767  # UTF-16 units of a cell
_MARKED = re.compile(r"[&<>\r]|_x[0-9a-fA-F]{4}_|\A\s|\s\Z")
_FONT = "微软雅黑"
_INK, _SECOND_INK, _LINE, _GROUND, _TINT, _PRIMARY = "#17212B", "#51606F", "#DDE3EA", "#F5F7FA", "#E8F0F9", "#12508F"


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


def write_xlsx(sheet: Sheet, out: IO[bytes]) -> None:
    """Write the table as xlsx; when a row fails, nothing is written to `out`."""
    with tempfile.TemporaryDirectory(prefix="quizapp-") as folder:
        path = Path(folder) / "table.xlsx"
        font = {"font_name": _FONT, "font_size": 10, "font_color": _INK}
        options = {"constant_memory": True, "tmpdir": folder, "default_format_properties": font}
        with xlsxwriter.Workbook(str(path), options) as book:
            _fill(book, sheet)
        with path.open("rb") as made:
            shutil.copyfileobj(made, out)


def _first(text: str, units: int) -> str:
    """The beginning of a text; Excel counts UTF-16 units."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


def _cut(legal: str, suffix: str) -> str:
    return _first(legal, 31 - len(suffix)).rstrip(" '") + suffix


def _fill(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    rows: Iterator[Sequence[object]] = iter(sheet.rows)
    styles, odd = _Styles(book), OddCells()
    for number in count(1):
        page = _Page(book.add_worksheet(sheet_titles([sheet.title] * number)[-1], _Lines), sheet, styles, odd)
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
    def _by_shape(book: xlsxwriter.Workbook, base: dict[str, Any]) -> dict[str, int]:
        # "@" keeps codes and telephone numbers text even after somebody edits the cell.
        text = book.add_format(base | {"num_format": "@", "text_wrap": True, "align": "left", "indent": 1})
        base = base | {"align": "right", "indent": 1}
        numbers = {"integer": "0", "decimal": "General", "mean": "0.00", "percent": "0.0%"}
        shapes = {kind: book.add_format(base | {"num_format": shown}) for kind, shown in numbers.items()}
        formats = dict.fromkeys(("text", "duration", "moment"), text) | shapes
        return {kind: made._get_xf_index() for kind, made in formats.items()}


class _Lines(Worksheet):
    """A worksheet that takes a line as XML: XlsxWriter needs four times as long, cell by cell. Only with constant memory."""

    def write_line(self, line: int, height: float, cells: str) -> None:
        self._check_dimensions(line, 0)
        self._write_single_row(line)  # what was written before
        self.fh.write(f'<row r="{line + 1}" ht="{height:g}" customHeight="1">{cells}</row>')


class _Page:
    """One worksheet, written from top to bottom: with constant memory a row that is passed cannot be returned to."""

    def __init__(self, page: _Lines, sheet: Sheet, styles: _Styles, odd: OddCells) -> None:
        self.page, self.sheet, self.styles, self.odd = page, sheet, styles, odd
        self.columns = [
            (xl_col_to_name(at), column, _wording(column, ZoneInfo(sheet.zone)))
            for at, column in enumerate(sheet.columns)
        ]
        self.right = len(sheet.columns) - 1
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
            page.write_string(self.heading, at, _plain(safe_text(column.heading)), styles.heading)

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

    def _write_row(self, row: Iterable[Any], styles: Mapping[str, int]) -> None:
        cells, lines, number = [], 1, self.line + 1
        for (letter, column, words), value in zip(self.columns, row, strict=True):
            shape: str = column.kind
            text = value if type(value) is str else words(value) if words else None
            if text:
                if not text.isprintable() and ODD.search(text):
                    text = self.odd.clean(text, number, column.heading)
                if number <= _LAID_OUT and len(text) * 2 >= column.width:
                    lines = max(lines, _lines(text, column.width - 1))
                told = f' t="inlineStr"><is>{_inline(text)}</is>'
            else:
                shape, told = _figure(column.kind, value)
            cells.append(f'<c r="{letter}{number}" s="{styles[shape]}"{told}</c>')
        # spreadsheets do not always find the height of a wrapped row themselves
        self.page.write_line(self.line, 14 * lines + 4, "".join(cells))
        self.line += 1

    def _across(self, text: str, style: Format, height: int = 18) -> None:
        self.page.set_row(self.line, height * _lines(text, self.width - 2))
        if self.right:
            self.page.merge_range(self.line, 0, self.line, self.right, "", style)
        self.page.write_string(self.line, 0, _plain(safe_text(text)), style)
        self.line += 1


def _wording(column: Column, zone: ZoneInfo) -> Words | None:
    """How a value of the column that is no text is said; None where it is written as a number."""
    if column.kind in NUMBERS:
        return None
    words = wording(column.kind, zone)
    return lambda value: "—" if value is None else words(value)


def _figure(kind: str, value: Any) -> tuple[str, str]:
    """(the shape it is shown in, a number as the cell holds it); nothing is an empty cell."""
    if value is None or value == "":
        return kind, ">"
    if kind == "decimal":
        return kind if value.denominator == 1 else "mean", f"><v>{float(value / 100):.16G}</v>"
    return kind, f"><v>{float(value):.16G}</v>"


def _inline(text: str) -> str:
    """A text as the cell holds it; what a spreadsheet would read as an escape of its own is escaped."""
    if len(text) > _LONGEST // 2:
        text = _first(text, _LONGEST)
    if not _MARKED.search(text):
        return f"<t>{text}</t>"
    told = re.sub("_(?=x[0-9a-fA-F]{4}_)", "_x005F_", text).replace("\r", "_x000D_")
    return f'<t xml:space="preserve">{html.escape(told, quote=False)}</t>'


def _plain(text: str) -> str:
    """XlsxWriter takes a text between these marks for markup of its own and copies it into the file, which then does not open."""
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a cell, a Chinese character counting two."""
    return sum(max(1, -(-sum(2 if c > "ÿ" else 1 for c in part) // max(1, width))) for part in text.split("\n"))
