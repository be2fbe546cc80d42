"""A contest file as a form: what it says shown field by field, and what was typed put back into it.

Both are texts, as strict_yaml reads them: what is typed is checked where files are checked. What the form cannot show field by
field stays in the file as it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from quizapp.formats.contest.form_shapes import Field, Shape, default_of, fits, show, take
from quizapp.formats.yaml_writer import Number, dump

File = dict[str, Any]
Form = Mapping[str, Sequence[str]]
Complaint = tuple[str, str]
"""(path of the field, what is wrong with it)."""

KEEP = "="  # the choice that leaves the file's own way of saying it


@dataclass(slots=True)
class Cell:
    """A field as it stands now: `said` by the file where it is not what holds anyway; `kept` is the file's own text where the form cannot show it; `told` is
    said beside it."""

    of: Field
    name: str
    value: Any
    said: bool = False
    kept: str = ""
    told: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Row:
    """One mapping of a list, or a group."""

    name: str
    cells: list[Cell]
    told: list[tuple[str, str]] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        """Whether somebody has to look at it."""
        said = [*self.told, *(one for node in nodes(self.cells) for one in node.told)]
        return any(kind != "info" for kind, _ in said)


def cells(fields: Iterable[Field], file: File, above: str = "") -> list[Cell]:
    """The fields as the file fills them."""
    return [_cell(one, file, above) for one in fields]


def _cell(one: Field, file: File, above: str) -> Cell:
    value, name = _look(file, one.path), above + one.path
    cell = Cell(one, name, None, said=value is not None and value != default_of(one))
    if value is not None and not fits(one, value):
        said = value[0] if isinstance(value, tuple) else value
        cell.kept = dump(plain({one.path.rpartition(".")[2]: said})).decode().strip()
    elif one.shape is Shape.ROWS:
        listed = enumerate(value or [])
        cell.value = [Row(f"{name}.{n}", cells(one.columns, row, f"{name}.{n}.")) for n, row in listed]
    elif _is_group(one, value):
        cell.value = Row(name, cells(one.columns, value, f"{name}.")) if value is not None else None
    else:
        cell.value = show(one, value)
    return cell


def _is_group(one: Field, value: Any) -> bool:
    return one.shape is Shape.GROUP or (one.shape is Shape.SPELLED and isinstance(value, dict))


def nodes(shown: Iterable[Cell]) -> Iterator[Cell | Row]:
    """Every cell and row, outer ones first."""
    for cell in shown:
        yield cell
        rows = cell.value if cell.of.shape is Shape.ROWS and cell.value else []
        for row in [cell.value] if isinstance(cell.value, Row) else rows:
            if row.name != cell.name:
                yield row
            yield from nodes(row.cells)


def filled(fields: Iterable[Field], file: File, form: Form) -> tuple[File, list[Complaint]]:
    """The file with what was typed, and what cannot even be written into it."""
    made = deepcopy(file)
    return made, list(_fill(fields, made, form, ""))


def _fill(fields: Iterable[Field], file: File, form: Form, above: str) -> Iterator[Complaint]:
    for one in fields:
        name, old = above + one.path, _look(file, one.path)
        if old is not None and not fits(one, old) and form.get(name, [KEEP])[0] == KEEP:
            continue
        if one.shape is Shape.ROWS:
            for n, row in enumerate(old or []):
                yield from _fill(one.columns, row, form, f"{name}.{n}.")
        elif _is_group(one, old):
            yield from _fill(one.columns, old, form, f"{name}.") if old is not None else ()
        else:
            yield from _type(one, file, form, name, is_new=old is None)


def _type(one: Field, file: File, form: Form, name: str, *, is_new: bool) -> Iterator[Complaint]:
    """Put one field into the file; a browser sends nothing for a box without a tick."""
    if name not in form and one.shape not in (Shape.TICK, Shape.TICKS):
        return
    value, wrong = take(one, form.get(name, []), form.get(f"{name}=", []))
    if not is_new or value != default_of(one):
        _put(file, one.path, value)
    if wrong:
        yield name, wrong


def add(fields: Iterable[Field], file: File, name: str) -> File:
    """The file with one more row, or with a group; unchanged where there is no such field."""
    made = deepcopy(file)
    found = next((n for n in nodes(cells(fields, made)) if n.name == name and isinstance(n, Cell)), None)
    if found is None or found.kept:
        return made
    if found.of.shape in (Shape.GROUP, Shape.SPELLED) and not isinstance(found.value, Row):
        _put_at(made, name, {})
    elif found.of.shape is Shape.ROWS:
        begin = {key: text.format(n=len(found.value) + 1) for key, text in found.of.begin.items()}
        _put_at(made, name, [*(at(made, name) or []), begin])
    return made


def remove(fields: Iterable[Field], file: File, name: str) -> File:
    """The file without a row, a group or what the form cannot show."""
    made = deepcopy(file)
    if any(node.name == name for node in nodes(cells(fields, made))):
        _put_at(made, name, None)
    return made


def raised(fields: Iterable[Field], file: File, name: str) -> File:
    """The file with a row one place further up."""
    made = deepcopy(file)
    listed, _, place = name.rpartition(".")
    if any(node.name == name and isinstance(node, Row) for node in nodes(cells(fields, made))) and place.isdigit():
        rows, n = at(made, listed), int(place)
        if isinstance(rows, list) and n > 0:
            rows[n - 1], rows[n] = rows[n], rows[n - 1]
    return made


def place_of(path: str, names: Iterable[str]) -> str | None:
    """Where in the form a fault of the file is said: at the field, at what holds it, at the first of what it holds."""
    known = list(names)
    above = [name for name in known if path == name or path.startswith(f"{name}.")]
    return max(above, key=len) if above else next((name for name in known if name.startswith(f"{path}.")), None)


def plain(value: Any) -> Any:
    """Texts of a file, ready to be written without quotes around numbers."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return Number(value) if re.fullmatch(r"0|-?[1-9]\d{0,8}(\.\d{1,6})?", value, re.ASCII) else value


def _look(file: File, path: str) -> Any:
    """What stands at a path; what stands in its way is given instead, so that it is kept."""
    value: Any = file
    for name in path.split("."):
        if not isinstance(value, dict):
            return (value,)  # fits no field
        if name not in value:
            return None
        value = value[name]
    return value


def _put(file: File, path: str, value: Any) -> None:
    """Set a value; None takes it away, and what is empty then."""
    name, _, rest = path.partition(".")
    if rest:
        below = file.setdefault(name, {}) if value is not None else file.get(name, {})
        if not isinstance(below, dict):
            below = file[name] = {}
        was = bool(below)
        _put(below, rest, value)
        if was and not below:
            del file[name]
    elif value is None:
        file.pop(name, None)
    else:
        file[name] = value


def at(file: File, name: str) -> Any:
    """What stands at the path of a cell or row; None where nothing does."""
    value: Any = file
    for part in name.split("."):
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _put_at(file: File, name: str, value: Any) -> None:
    """The same as _put, through lists."""
    parts = name.split(".")
    last = max((n for n, part in enumerate(parts) if part.isdigit()), default=-1)
    if last == len(parts) - 1:  # a row itself
        listed = ".".join(parts[:-1])
        rows = [row for n, row in enumerate(at(file, listed)) if n != int(parts[-1])]
        _put_at(file, listed, rows or None)
    else:
        _put(at(file, ".".join(parts[: last + 1])) if last >= 0 else file, ".".join(parts[last + 1 :]), value)
