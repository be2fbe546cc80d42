"""What is known of a table once its rows have passed: how many, sums, and the checksum that defends them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from quizapp.formats.result_table import AT_ONCE


def _texts(values: Sequence[Any]) -> Iterable[str]:
    """A column as the checksum takes it."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return values
    return ["" if value is None else str(value) for value in values] if type(None) in kinds else map(str, values)


class Tally:
    """Rows on their way into a file, and what is known once they are there: how many, sums of columns, the checksum."""

    def __init__(self, lines: Iterable[Sequence[Any]], *summed: int) -> None:
        self.rows, self._lines, self.sums = 0, lines, dict.fromkeys(summed, 0)
        self._checksum = hashlib.sha256()

    def __iter__(self) -> Iterator[Sequence[Any]]:
        passed: list[Sequence[Any]] = []
        for line in self._lines:
            passed.append(line)
            if len(passed) == AT_ONCE:
                self._add(passed)
                passed = []
            yield line
        self._add(passed)

    def _add(self, lines: Sequence[Sequence[Any]]) -> None:
        """Many lines at once, column by column."""
        self.rows += len(lines)
        for at in self.sums:
            self.sums[at] += sum(line[at] for line in lines)
        columns = map(_texts, zip(*lines, strict=True))
        text = "".join([f"{line}\n" for line in map("\t".join, zip(*columns, strict=True))])
        self._checksum.update(text.encode("utf-8", "surrogatepass"))

    def totals(self, width: int, at: int, words: str) -> Iterator[object]:
        """The line below the rows: `words` in column `at`, with {rows}, and the sums."""
        for column in range(width):
            yield words.format(rows=self.rows) if column == at else self.sums.get(column)

    def footer(self) -> Iterator[str]:
        """How many rows there are, and their SHA-256: the same figures give the same one, in either format and on any day."""
        yield f"共{self.rows}行，校验码（SHA-256）{self._checksum.hexdigest()}"
        yield "范围、截止时刻相同，再次导出的行数和校验码也相同；不同则说明其间数据有更正。"
