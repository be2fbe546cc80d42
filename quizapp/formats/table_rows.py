"""Rows of a table that somebody made: xlsx by its content, else csv or tsv in the encodings offices use."""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from quizapp.errors import BadFile, Fault
from quizapp.formats.table_workbook import DAMAGED, MAX_ROWS, is_workbook, read_workbook

MAX_BYTES = 50 << 20
_HEADER_WITHIN = 20  # rows
_SAMPLE = 20_000  # characters in which the delimiter is looked for

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",\t;"
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])[ \t]*(?:\r\n|\r|\n)")
_QUOTED = re.compile(r'"[^"]*"')
_HAN = re.compile("[\u2e80-\u9fff\U00020000-\U0003ffff]")
_LATIN_1 = re.compile("[\x80-\xff]")
_WEB = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta")

_INVISIBLE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_EDGE = re.compile(r"^[\s\u200c\u200d\u2800\u3164]+|[\s\u200c\u200d\u2800\u3164]+$")
_PRINTABLE_BLANKS = " \u2800\u3164"
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")

_TRADITIONAL = str.maketrans(
    "編號碼題類單選項幹級屬稱應參員數電話戶難點節據對錯誤確斷項",
    "编号码题类单选项干级属称应参员数电话户难点节据对错误确断项",
)
_BRACKETS = re.compile(r"[(\[【〔<《][^)\]】〕>》]*[)\]】〕>》]")
_PUNCTUATION = re.compile(r"[\W_]+")
_TOTAL = re.compile("(?:合|总|小|共)计")
_NOTE = re.compile(r"(?:注|备注|说明|填表|制表|审核|填报|联系人)[^:：]{0,6}[:：]")
_SHORTENED = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not blank; `line` as the user counts it in the file."""

    line: int
    cells: list[str]


Record = dict[str, str]
"""A row by field; every wanted field is there, empty where the file has nothing."""


def read_rows(data: bytes, file: str) -> list[Row]:
    """The rows of a table file that are not blank; every cell is text.

    Raises BadFile for what is no table, too big (50 MB, 300,000 rows), damaged or in an unknown encoding.
    """
    if len(data) > MAX_BYTES:
        raise _refusal(file, f"文件超过{MAX_BYTES >> 20}MB，请拆成几个文件")
    if is_workbook(data):
        raw: Iterator[tuple[int, list[str]]] = iter(enumerate(read_workbook(data, file), 1))
    else:
        raw = _split(_decoded(data, file), file)
    rows = [
        Row(line, cells) for line, cells in ((line, [clean(cell) for cell in row]) for line, row in raw) if any(cells)
    ]
    if not rows:
        raise _refusal(file, "文件里没有内容")
    _check_characters(rows, file)
    return rows


def find_header(rows: Sequence[Row], wanted: Mapping[str, Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Index of the heading row among the first 20 and {field: column}; (-1, {}) where no row holds a wanted heading.

    Headings are compared without blanks, punctuation and remarks in brackets; the earlier of two aliases wins,
    and of two rows the one with more fields. A second heading row directly below that finds as many (merged headings)
    is preferred.
    """
    best, columns = -1, dict[str, int]()
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        found = _columns(row.cells, wanted)
        if len(found) > len(columns) or (found and len(found) == len(columns) and index == best + 1):
            best, columns = index, found
    return best, columns


def read_table(
    data: bytes, file: str, wanted: Mapping[str, Sequence[str]], needed: Sequence[str], secret: bool = False
) -> list[tuple[Row, Record]]:
    """The rows under the headings, by field; rows with nothing in a wanted column and repeated headings are left out.

    The first alias of a field is its name to people. `secret` keeps cells out of the faults. Raises BadFile.
    """
    rows = read_rows(data, file)
    header, columns = find_header(rows, wanted)
    missing = [wanted[field][0] for field in needed if field not in columns]
    if missing:
        row = rows[header if len(columns) > 1 else 0]  # one heading is more likely a chance find in a table without any
        seen = "" if secret else f"；读到的是“{_shown(row.cells)}”"
        raise _refusal(file, f"没有找到标题“{'”“'.join(missing)}”，请在表格第一行写上各列标题{seen}", row.line)
    headings = [rows[header].cells[column] for column in columns.values()]
    records = []
    for row in rows[header + 1 :]:
        record = dict.fromkeys(wanted, "")
        record.update((field, row.cells[column]) for field, column in columns.items() if column < len(row.cells))
        if any(record.values()) and [record[field] for field in columns] != headings:
            records.append((row, record))
    if not records:
        raise _refusal(file, "标题下面没有内容", rows[header].line)
    return records


def clean(text: str) -> str:
    """A cell's text: composed, without invisible characters and surrounding blanks; all else as typed."""
    text = unicodedata.normalize("NFC", text)
    if text.isprintable():
        return text.strip(_PRINTABLE_BLANKS)
    return _EDGE.sub("", _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def folded(heading: str) -> str:
    """A heading or a fixed word as it is compared: width, case, blanks, punctuation, old characters do not matter."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", heading).casefold()).translate(_TRADITIONAL)


def is_footer(row: Row) -> bool:
    """Whether a row only adds up the table or remarks on it (合计, 填表人：…)."""
    first = next(cell for cell in row.cells if cell)
    return bool(_TOTAL.fullmatch(folded(_BRACKETS.sub("", first))) or _NOTE.match(first))


def is_shortened(text: str) -> bool:
    """Whether a spreadsheet has taken a long number for a quantity (1.10101E+17), so that its last digits are gone."""
    return bool(_SHORTENED.fullmatch(text))


def unarmed(text: str) -> str:
    """A text for a csv cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def write_csv(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A small table as csv for spreadsheets: UTF-8 with BOM, no formulas."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([unarmed(cell) for cell in row] for row in [headings, *rows])
    return out.getvalue().encode("utf-8-sig")


def repeats(
    keys: Sequence[tuple[int, object]], say: Callable[[int], str], file: str, field: str = ""
) -> Iterator[Fault]:
    """A fault for every (line, key) whose key stood on an earlier line, said with that line; None is no key."""
    first: dict[object, int] = {}
    for line, key in keys:
        if key is not None and (earlier := first.setdefault(key, line)) != line:
            yield Fault(say(earlier), line, field, file)


def _refusal(file: str, message: str, line: int | None = None) -> BadFile:
    return BadFile([Fault(message, line=line, file=file)])


def _shown(cells: Sequence[str]) -> str:
    text = " | ".join(" ".join(cell.split()) for cell in cells if cell)
    return text if len(text) <= 80 else f"{text[:80]}…"


def _columns(cells: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> dict[str, int]:
    at: dict[str, int] = {}
    for column, cell in enumerate(cells):
        if cell and len(cell) <= 40:
            at.setdefault(folded(cell), column)
            at.setdefault(folded(_BRACKETS.sub("", unicodedata.normalize("NFKC", cell))), column)
    places = (
        (field, next((at[folded(a)] for a in aliases if folded(a) in at), None)) for field, aliases in wanted.items()
    )
    return {field: column for field, column in places if column is not None}


def _check_characters(rows: Sequence[Row], file: str) -> None:
    for character, what in (("\0", "空字符"), ("\ufffd", "无法显示的字“\ufffd”")):
        lines = [row.line for row in rows if any(character in cell for cell in row.cells)]
        if lines:
            message = f"有{len(lines)}行含{what}，文件在转换时已损坏，请从原始表格重新导出为 xlsx 或 UTF-8 csv"
            raise _refusal(file, message, lines[0])


def _decoded(data: bytes, file: str) -> str:
    if data.lstrip()[:9].lower().startswith(_WEB):
        raise _refusal(file, "这是网页格式的表格，请用 Excel 或 WPS 打开后另存为 xlsx")
    codec = next((codec for bom, codec in _BOMS if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        if codec != "utf-8" or _mostly_utf8(data):
            raise _refusal(
                file, DAMAGED, data.count(b"\n", 0, error.start) + 1 if codec != "utf-16" else None
            ) from error
        text = _decoded_chinese(data, file)
    if _garbled(text):
        raise _refusal(file, "文字是乱码，文件曾用错误的编码打开过，请从原始表格重新导出为 xlsx 或 UTF-8 csv")
    return text


def _mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    return text.count("\ufffd") * 10 < len(_HAN.findall(text))


def _decoded_chinese(data: bytes, file: str) -> str:
    if b"\0" in data:
        raise _refusal(file, "文件不是文本表格，或是没有 BOM 的 UTF-16，请另存为 xlsx 或 UTF-8 csv")
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refusal(file, "文件编码无法识别或文件不完整，请另存为 xlsx 或 UTF-8 csv", line) from error
    if _marks(data.decode("big5hkscs", "replace")) > _marks(text):
        raise _refusal(file, "文件像是繁体 Big5 编码，请另存为 xlsx 或 UTF-8 csv")
    return text


def _marks(text: str) -> int:
    """Frequent characters that a text in the wrong encoding hardly has."""
    return sum(text.count(mark) for mark in "，。、的")


def _garbled(text: str) -> bool:
    """Whether the text was once read in the wrong encoding: GBK as Latin-1, or UTF-8 as GBK."""
    if not _HAN.search(text):
        return len(_LATIN_1.findall(text)) * 5 > len(text)
    try:
        return bool(_HAN.search(text.encode("gb18030").decode("utf-8")))
    except UnicodeError:
        return False


def _delimiter(text: str) -> str:
    for line in re.split("[\r\n]+", text[:_SAMPLE]):
        bare = _QUOTED.sub("", line)
        if any(mark in bare for mark in _DELIMITERS):
            return max(_DELIMITERS, key=bare.count)
    return ","


def _split(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """(line on which the row begins, cells) of a csv text, whatever its line ends."""
    stated = _SEPARATOR_LINE.match(text)
    begin = 1
    if stated:
        text, begin = text[stated.end() :], 2
    body = io.StringIO(text, newline="")
    reader = csv.reader(body, delimiter=stated[1] if stated else _delimiter(text), strict=True)
    for count in range(MAX_ROWS + 1):
        line = begin + reader.line_num
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _refusal(file, "引号没有配对或单元格过长，文件可能不完整，请核对这一行起的英文引号", line) from error
        if row is None:
            return
        if count == MAX_ROWS:
            raise _refusal(file, f"超过{MAX_ROWS:,}行，请拆成几个文件", line)
        yield line, [cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA_STARTS) else cell for cell in row]
