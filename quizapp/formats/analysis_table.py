"""Officials' cross tables for files; the one module that uses pandas."""

from collections.abc import Iterable, Mapping, Sequence
from operator import index as whole

from quizapp.formats.result_table import Column, Sheet

UNASSIGNED = "未归属"
TOTAL = "合计"


def cross_table(rows: Sequence[Mapping[str, object]], index: str, columns: str, values: str) -> Sheet:
    """Whole-number `values` added up with the labels of `index` down and those of `columns` across, totals on both sides.

    Labels keep the order in which they first appear, rows without one stand last as 「未归属」; equal labels are one line,
    so give units of the same name names that differ. An empty value is 0. Raises KeyError for a row without one of the
    three fields and TypeError for a value that is not a whole number.
    """
    import pandas as pd  # noqa: PLC0415 - costs two seconds, which only those who ask for a table should pay

    cells = [(_label(row[index]), _label(row[columns]), _value(row[values])) for row in rows]
    downs, acrosses = _in_order(cell[0] for cell in cells), _in_order(cell[1] for cell in cells)
    frame = pd.DataFrame(cells, columns=["down", "across", "value"], dtype=object)
    sums = frame.groupby(["down", "across"], sort=False)["value"].sum().unstack(fill_value=0)
    table = [[int(number) for number in line] for line in sums.reindex(index=downs, columns=acrosses).to_numpy()]
    totals = [sum(column) for column in zip(*table, strict=True)]
    headings = [Column(index, "text", 24), *(Column(name, "integer") for name in acrosses), Column(TOTAL, "integer")]
    lines = [(name, *line, sum(line)) for name, line in zip(downs, table, strict=True)]
    return Sheet(f"{values}：{index}与{columns}", (), headings, lines, totals=(TOTAL, *totals, sum(totals)))


def _label(value: object) -> str:
    return ("" if value is None else str(value).strip()) or UNASSIGNED


def _value(value: object) -> int:
    return 0 if value is None else whole(value)  # type: ignore[arg-type]


def _in_order(labels: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(labels), key=lambda label: label == UNASSIGNED)
