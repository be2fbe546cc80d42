"""Cells of an xlsx workbook as text, refusing a workbook that would exhaust the machine before it is parsed."""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, time

from python_calamine import CalamineSheet, SheetTypeEnum, SheetVisibleEnum, load_workbook

from quizapp.errors import BadFile, Fault

MAX_ROWS = 300_000
MAX_CELLS = 6_000_000
MAX_PARTS = 2_000
MAX_SHEETS = 20
MAX_UNPACKED = 256 << 20  # bytes of all parts together
MAX_TEXT = 500_000_000  # bytes, if every cell held the longest text
_SUSPICIOUS_UNPACKED, _SUSPICIOUS_RATIO = 20 << 20, 200
_EXACT = 10**15  # from here on a spreadsheet has lost digits of a number

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})(\d{1,10})["']""")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row\b")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c\b")

DAMAGED = "文件不完整或已损坏，请重新导出或重新上传"
_TOO_BIG = "表格展开后过大，请删去多余的工作表、图片和空白行列，或另存为 csv"
_TOO_LONG = f"表格占到{MAX_ROWS:,}行以后，请删去数据下方的空白行，或拆成几个文件"
_TOO_WIDE = "表格占用的行列过多，请删去数据右侧和下方的空白行列后再存"



def is_workbook(data: bytes) -> bool:
    """Whether the content, whatever its name, is a workbook (or an archive or old document in place of one)."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE))


def read_workbook(data: bytes, file: str) -> list[list[str]]:
    """The rows of the first sheet that is not empty, from the sheet's first row on.

    A cell merged downwards repeats its value, one merged sideways does not. Raises BadFile for what is no xlsx, is
    encrypted, damaged or too big when unpacked.
    """
    parts = _parts(data, file)
    _check_size(parts, file)
    try:
        book = load_workbook(io.BytesIO(_stored(parts)))
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        sheets.sort(key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
        for sheet in sheets[:MAX_SHEETS]:
            rows = _rows(book.get_sheet_by_name(sheet.name))
            if any(cell and not cell.isspace() for row in rows for cell in row):
                return rows
    except Exception as error:  # the reader has errors of many kinds, all of them mean the same to a person
        raise _refusal(file, DAMAGED) from error
    return []


def _refusal(file: str, message: str) -> BadFile:
    return BadFile([Fault(message, file=file)])


def _parts(data: bytes, file: str) -> dict[str, bytes]:
    """The XML parts of the package; sizes are checked in its directory first and kept to while unpacking."""
    if data.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise _refusal(file, "文件有密码，请去掉密码后再上传" if locked else "这是旧版 xls 文件，请另存为 xlsx 再上传")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            _check_directory(entries, len(data), file)
            return {
                entry.filename.replace("\\", "/"): _unpacked(package, entry)
                for entry in entries
                if entry.filename.lower().endswith((".xml", ".rels"))
            }
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
        raise _refusal(file, DAMAGED) from error


def _check_directory(entries: Sequence[zipfile.ZipInfo], packed: int, file: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    bomb = unpacked > _SUSPICIOUS_UNPACKED and unpacked > _SUSPICIOUS_RATIO * packed
    if unpacked > MAX_UNPACKED or bomb or len(entries) > MAX_PARTS:
        raise _refusal(file, _TOO_BIG)
    if any(entry.flag_bits & 1 for entry in entries):
        raise _refusal(file, "文件有密码，请去掉密码后再上传")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise _refusal(file, DAMAGED)
    if not any(entry.filename.replace("\\", "/").lower() == "xl/workbook.xml" for entry in entries):
        raise _refusal(file, "文件不是 xlsx 表格，请用 Excel 或 WPS 另存为 xlsx 或 csv")


def _unpacked(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One part; reading by the stated size keeps a part that lies about it from growing."""
    with package.open(entry) as part:
        content = part.read(entry.file_size)
    if b"\0" in content:
        raise zipfile.BadZipFile(entry.filename)
    return content


def _stored(parts: dict[str, bytes]) -> bytes:
    """The same package uncompressed, so that the reader sees only what was measured."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def _check_size(parts: dict[str, bytes], file: str) -> None:
    """Refuse what a few bytes would blow up: cells far apart, or many cells that share one very long text."""
    longest = max((len(text) for part in parts.values() if b"sst" in part for text in part.split(b"si>")), default=0)
    for part in parts.values():
        if b"sheetData" not in part:
            continue
        rows, columns, cells = _extent(part)
        if rows > MAX_ROWS:
            raise _refusal(file, _TOO_LONG)
        if rows * columns > MAX_CELLS:
            raise _refusal(file, _TOO_WIDE)
        if cells * longest > MAX_TEXT:
            raise _refusal(file, _TOO_BIG)


def _extent(part: bytes) -> tuple[int, int, int]:
    """Rows and columns a sheet can reach at most, and its cells; rows and cells without a reference follow in order."""
    last = numbered = lettered = 0
    named = set[bytes]()
    for match in _REFERENCE.finditer(part):
        letters, digits = match.groups()
        if (number := int(digits)) > last:
            last = number
        if letters:
            lettered += 1
            named.add(letters)
        else:
            numbered += 1
    rows, cells = len(_ROW.findall(part)), len(_CELL.findall(part))
    columns = 0
    for letter in max((letters.upper() for letters in named), key=lambda letters: (len(letters), letters), default=b""):
        columns = columns * 26 + letter - 64
    if cells != lettered:
        columns += max(len(_CELL.findall(row)) for row in _ROW.split(part))
    return last + (rows if rows != numbered else 0), columns, cells


def _rows(sheet: CalamineSheet) -> list[list[str]]:
    rows = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    budget = MAX_CELLS
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        bottom = min(bottom, len(rows) - 1)
        budget -= max(0, bottom - top)
        if budget < 0:
            raise ValueError("merged ranges overlap without end")
        for row in range(top + 1, bottom + 1):
            rows[row][left] = rows[top][left]
    return rows


def _text(value: object) -> str:
    """A cell as its author sees it, as far as the file still knows."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "auto")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float) -> str:
    if value.is_integer():
        return str(int(value)) if abs(value) < _EXACT else f"{value:.5E}"
    return f"{value:.15g}"
