"""The fields of a form over a file: how each is filled in, what of the file it can show, what becomes of what was typed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_BETWEEN = re.compile(r"[、，,;；\s]+")
_YES, _NO = ("是", "true"), ("否", "false")


class Shape(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    NOTE = "note"  # several lines
    CHOICE = "choice"  # one of the options
    SPELLED = "spelled"  # one of the options, or spelled out as a group
    TICK = "tick"  # 是 or 否
    TICKS = "ticks"  # some of the options
    ORDER = "order"  # some of the options, the first first
    PAIRS = "pairs"  # options, each with a number
    LIST = "list"  # words
    ROWS = "rows"  # mappings, any number of them
    GROUP = "group"  # a mapping that may be left out


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form: where it stands in the file (or in its row), how it is called, what holds where nothing is said.

    `more`: rarely used; `offers`: what the installation has to choose from; `begin`: what a new row starts with, {n} its number.
    """

    path: str
    label: str
    help: str = ""
    shape: Shape = Shape.TEXT
    options: Mapping[str, str] = field(default_factory=dict)
    default: Any = None
    more: bool = False
    offers: str = ""
    columns: tuple["Field", ...] = ()
    begin: Mapping[str, str] = field(default_factory=dict)


def _clean(text: str) -> str:
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\t", " "))


def fits(one: Field, value: Any) -> bool:
    """Whether the form can show the value and would write it back as it is."""
    return _FITS[one.shape](one, value)


def show(one: Field, value: Any) -> Any:
    """A value of the file as the form shows it; None is not said."""
    return _SHOW[one.shape](one, value)


def take(one: Field, texts: Sequence[str], numbers: Sequence[str]) -> "Taken":
    """What was typed as a value of the file."""
    return _TAKE[one.shape](one, [_clean(text) for text in texts], numbers)


def default_of(one: Field) -> Any:
    """What holds where the file says nothing, as the file would say it."""
    return (_YES if one.default else _NO)[0] if one.shape is Shape.TICK else one.default


def _words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _of_options(one: Field, value: Any) -> bool:
    return _words(value) and set(value) <= one.options.keys() and len(set(value)) == len(value)


def _fits_pairs(one: Field, value: Any) -> bool:
    if isinstance(value, str):
        return value in one.options
    return isinstance(value, dict) and value.keys() <= one.options.keys() and _words(list(value.values()))


_FITS: dict[Shape, Callable[[Field, Any], bool]] = {
    Shape.TEXT: lambda one, value: isinstance(value, str) and value == _clean(value).replace("\n", " ").strip(),
    Shape.NOTE: lambda one, value: isinstance(value, str) and value == _clean(value),
    Shape.CHOICE: lambda one, value: isinstance(value, str) and value in one.options,
    Shape.SPELLED: lambda one, value: isinstance(value, dict) or (isinstance(value, str) and value in one.options),
    Shape.TICK: lambda one, value: isinstance(value, str) and value.lower() in _YES + _NO,
    Shape.TICKS: _of_options,
    Shape.ORDER: _of_options,
    Shape.PAIRS: _fits_pairs,
    Shape.LIST: lambda one, value: _words(value) and all(text and _BETWEEN.split(text) == [text] for text in value),
    Shape.ROWS: lambda one, value: isinstance(value, list) and all(isinstance(row, dict) for row in value),
    Shape.GROUP: lambda one, value: isinstance(value, dict),
}


def _show_pairs(one: Field, value: Any) -> list[tuple[str, str]]:
    said = one.default if value is None else value
    return [(said, "")] if isinstance(said, str) else list((said or {}).items())


def _show_list(one: Field, value: Any) -> Any:
    return list(one.default or []) if value is None else value


_SHOW: dict[Shape, Callable[[Field, Any], Any]] = {
    Shape.TEXT: lambda one, value: value or "",
    Shape.NOTE: lambda one, value: value or "",
    Shape.CHOICE: lambda one, value: value if value is not None else one.default or "",
    Shape.SPELLED: lambda one, value: value if value is not None else one.default or "",
    Shape.TICK: lambda one, value: bool(one.default) if value is None else value.lower() in _YES,
    Shape.TICKS: _show_list,
    Shape.ORDER: _show_list,
    Shape.PAIRS: _show_pairs,
    Shape.LIST: lambda one, value: "、".join(value or []),
}

Taken = tuple[Any, str]
"""(what goes into the file, what is wrong with it)."""


def _take_order(one: Field, texts: Sequence[str], _: Sequence[str]) -> Taken:
    chosen = [text for text in texts if text]
    twice = {one.options.get(text, text) for text in chosen if chosen.count(text) > 1}
    wrong = f"“{'”“'.join(sorted(twice))}”选了两次，只留第一次的，请核对" if twice else ""
    return list(dict.fromkeys(chosen)) or (None if one.default is None else []), wrong


def _take_ticks(one: Field, texts: Sequence[str], _: Sequence[str]) -> Taken:
    chosen = [text for text in dict.fromkeys(texts) if text]
    return chosen or (None if one.default is None else []), ""


def _take_pairs(one: Field, names: Sequence[str], numbers: Sequence[str]) -> Taken:
    pairs = [(name, _clean(number).strip()) for name, number in zip(names, numbers, strict=False)]
    chosen = [(name, number) for name, number in pairs if name]
    if len(chosen) == 1 and not chosen[0][1] and one.default is not None:
        return chosen[0][0], ""
    _, wrong = _take_order(one, [name for name, _ in chosen], ())
    if any(number and not name for name, number in pairs):
        wrong = wrong or "有一行只填了数，没有选指标，请核对"
    first: dict[str, str] = {}
    for name, number in chosen:
        first.setdefault(name, number)
    return first or None, wrong


_TAKE: dict[Shape, Callable[[Field, Sequence[str], Sequence[str]], Taken]] = {
    Shape.TEXT: lambda one, texts, _: (texts[0].replace("\n", " ").strip() or None, ""),
    Shape.NOTE: lambda one, texts, _: (texts[0] if texts[0].strip() else None, ""),
    Shape.CHOICE: lambda one, texts, _: (texts[0] or None, ""),
    Shape.SPELLED: lambda one, texts, _: (texts[0] or None, ""),
    Shape.TICK: lambda one, texts, _: ((_YES if texts else _NO)[0], ""),
    Shape.TICKS: _take_ticks,
    Shape.ORDER: _take_order,
    Shape.PAIRS: _take_pairs,
    Shape.LIST: lambda one, texts, _: ([text for text in _BETWEEN.split(texts[0]) if text] or None, ""),
}
