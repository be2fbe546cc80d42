"""Tables of people and units, and csv: read once from top to bottom, safe to open, giving the same order when sorted again."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache, partial
from itertools import islice
from typing import IO, Any, Literal
from zoneinfo import ZoneInfo

Kind = Literal["text", "integer", "decimal", "percent", "duration", "moment"]
Words = Callable[[Any], str]

NUMBERS = frozenset({"integer", "decimal", "percent"})
AT_ONCE = 200  # rows that are worded together, column by column: a cell by itself takes three times as long
ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
_ODD_CELLS_NAMED = 20
_FIGURES = frozenset({int, Fraction, type(None)})


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
    """A table with what stands around it. `rows`, then `totals`, then `footer` are read, each once: a generator may say at
    the end what it learnt from the rows. Moments are shown in `zone`."""

    title: str
    notes: Sequence[str]
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]
    totals: Iterable[object] | None = None
    footer: Iterable[str] = ()
    zone: str = "Asia/Shanghai"


def safe_text(value: str) -> str:
    """The same text with what no file can hold (control characters, lone surrogates, U+FFFE) as U+FFFD."""
    return ODD.sub("\ufffd", value) if ODD.search(value) else value


def duration_words(ms: int) -> str:
    """A duration in milliseconds as 「6分12秒」 or 「1小时3分5秒」; begun seconds are not counted."""
    return _seconds_words(ms // 1000)


@lru_cache(10_000)
def _seconds_words(whole: int) -> str:
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}小时{minutes}分{seconds}秒"
    return f"{minutes}分{seconds}秒" if minutes else f"{seconds}秒"


def wording(kind: Kind, zone: ZoneInfo) -> Words:
    """How a value of a kind that is no number is said."""
    words: dict[str, Words] = {"duration": duration_words, "moment": partial(_moment_words, zone)}
    return words.get(kind, str)


def in_blocks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    """The rows, AT_ONCE together."""
    left = iter(rows)
    while block := list(islice(left, AT_ONCE)):
        yield block


def write_csv(sheet: Sheet, out: IO[bytes]) -> None:
    """Write the table as csv for spreadsheets: UTF-8 with BOM, CRLF, no cell that could be taken for a formula."""
    out.write(codecs.BOM_UTF8)
    for lines in _blocks_of_lines(sheet):
        out.write(_csv(list(lines)).encode())


@dataclass(slots=True)
class OddCells:
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


def _csv(lines: Sequence[Sequence[str]]) -> str:
    """Lines as csv. Where no cell has to be quoted they are joined, in an eighth of the time."""
    joined = "\r\n".join(map(",".join, lines))
    ends, commas = len(lines) - 1, sum(map(len, lines)) - len(lines)
    marks = (joined.count("\r"), joined.count("\n"), joined.count(","), joined.count('"'))
    if commas and marks == (ends, ends, commas, 0):
        return f"{joined}\r\n"
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    return text.getvalue()


def _blocks_of_lines(sheet: Sheet) -> Iterator[Iterable[Sequence[str]]]:
    cells = _CsvCells(sheet)
    yield ([_unarmed(safe_text(told))] for told in (sheet.title, *sheet.notes))
    yield [[], [_unarmed(safe_text(column.heading)) for column in sheet.columns]]
    yield from map(cells.told, in_blocks(sheet.rows))
    yield [[]]
    cells.line += 1
    if sheet.totals is not None:
        yield [cells.row("" if value is None else value for value in sheet.totals)]
    yield ([_unarmed(safe_text(told))] for told in [*sheet.footer, *cells.odd.footer()])


class _CsvCells:
    """What the cells of each column say, chosen once: a million rows have a million times as many."""

    def __init__(self, sheet: Sheet) -> None:
        self.odd, self.line = OddCells(), len(sheet.notes) + 3
        zone = ZoneInfo(sheet.zone)
        numbers: dict[str, Words] = {"integer": str, "decimal": _decimal, "percent": _percent}
        self.columns = [
            (column, "" if column.kind in NUMBERS else "—", numbers.get(column.kind) or wording(column.kind, zone))
            for column in sheet.columns
        ]

    def told(self, rows: Sequence[Sequence[Any]]) -> Iterable[Sequence[str]]:
        """The rows as texts: whole columns at once where nothing in them has to be replaced, else cell by cell."""
        columns = zip(self.columns, zip(*rows, strict=True), strict=True)
        said = [_column(values, empty, words) for (_, empty, words), values in columns]
        if None in said:
            return map(self.row, rows)
        self.line += len(rows)
        return zip(*said, strict=True)

    def row(self, row: Iterable[Any]) -> list[str]:
        self.line += 1
        return [
            self._text(value, column) if isinstance(value, str) else empty if value is None else words(value)
            for (column, empty, words), value in zip(self.columns, row, strict=True)
        ]

    def _text(self, text: str, column: Column) -> str:
        if not text.isprintable() and ODD.search(text):
            text = self.odd.clean(text, self.line, column.heading)
        return _unarmed(text)


def _column(values: Sequence[Any], empty: str, words: Words) -> Sequence[str] | None:
    """What a column of numbers, or of texts, says; None where it has both, or odd characters."""
    kinds = set(map(type, values))
    if kinds == {str}:
        text = "".join(values)
        if not text.isprintable() and ODD.search(text):
            return None
        return values if _FORMULA_STARTS.isdisjoint([value[:1] for value in values]) else [*map(_unarmed, values)]
    if kinds <= {int, Fraction}:
        return [*map(words, values)]
    return [empty if value is None else words(value) for value in values] if kinds <= _FIGURES else None


def _unarmed(text: str) -> str:
    return f"'{text}" if text[:1] in _FORMULA_STARTS else text


def _moment_words(zone: ZoneInfo, ms: int) -> str:
    minute, rest = divmod(ms, 60_000)
    return "%s:%06.3f" % (_minute_words(zone, minute), rest / 1000)  # noqa: UP031 - in half the time of an f-string


@lru_cache(10_000)
def _minute_words(zone: ZoneInfo, minute: int) -> str:
    local = (_EPOCH + timedelta(minutes=minute)).astimezone(zone)
    return local.replace(tzinfo=None).isoformat(" ", "minutes")


@lru_cache(10_000)
def _decimal(value: Any) -> str:
    return _plain(value.numerator, value.denominator * 100, least=0)


@lru_cache(10_000)
def _percent(value: Any) -> str:
    return f"{_plain(value.numerator * 100, value.denominator, least=1)}%"


def _plain(numerator: int, denominator: int, least: int) -> str:
    """A decimal number of `least` to ten places, half rounded up: unequal values stay unequal when sorted again."""
    units, rest = divmod((2 * abs(numerator) * 10**10 + denominator) // (2 * denominator), 10**10)
    decimals = f"{rest:010}".rstrip("0").ljust(least, "0")
    return f"{'-' if numerator < 0 else ''}{units}{'.' if decimals else ''}{decimals}"
