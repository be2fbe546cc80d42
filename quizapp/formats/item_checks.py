"""What the parts of one item must agree on, checked on the texts as typed, before any of them is made into an item."""

import re
from collections.abc import Callable, Iterator, Mapping
from string import ascii_uppercase
from typing import Any

from quizapp.formats import number_keys
from quizapp.formats.hotspot_checks import region_complaints
from quizapp.rules.items import LONGEST_ESSAY, Kind
from quizapp.rules.marking import normalise

LETTERS = ascii_uppercase
MAX_ACCEPTED = 200

Complaint = tuple[tuple[int | str, ...], str]
_Raw = Mapping[str, Any]


def item_complaints(item: _Raw) -> Iterator[Complaint]:
    """What is wrong inside one item; parts of the wrong shape are left to the schema."""
    kind = item.get("kind")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check:
        yield from check(item)


def _choices(item: _Raw, field: str = "choices") -> Iterator[Complaint]:
    choices = item.get(field)
    if not isinstance(choices, dict):
        return
    if len(choices) < 2:
        yield (field,), f"{field} 有{len(choices)}个选项，至少要有2个"
    if "".join(choices) != LETTERS[: len(choices)]:
        yield (field,), f"选项“{'、'.join(choices)}”应从 A 起按字母顺序写，一个不缺"
    yield from _alike(choices, field, "选项")


def _alike(texts: Mapping[str, Any], field: str, what: str) -> Iterator[Complaint]:
    first: dict[str, str] = {}
    for label, text in texts.items():
        if isinstance(text, str) and text.strip() and (other := first.setdefault(text.strip(), label)) != label:
            yield (field, label), f"{what}{other}和{what}{label}的文字相同，请改一个"


def _absent(letter: Any, choices: Any) -> str | None:
    if not isinstance(letter, str) or not isinstance(choices, dict) or letter in choices:
        return None
    return f"key“{letter}”不在选项 {'、'.join(choices)} 之中，请改正"


def _single(item: _Raw) -> Iterator[Complaint]:
    yield from _choices(item)
    if complaint := _absent(item.get("key"), item.get("choices")):
        yield ("key",), complaint


def _multiple(item: _Raw) -> Iterator[Complaint]:
    yield from _choices(item)
    key = item.get("key")
    if not isinstance(key, list):
        return
    for place, letter in enumerate(key):
        if complaint := _absent(letter, item.get("choices")):
            yield ("key", place), complaint
        elif letter in key[:place]:
            yield ("key", place), f"key 里的{letter}写了两次，请删去一个"


def _order(item: _Raw) -> Iterator[Complaint]:
    yield from _multiple(item)
    choices, key = item.get("choices"), item.get("key")
    if (
        isinstance(choices, dict)
        and isinstance(key, list)
        and (left_out := [letter for letter in choices if letter not in key])
    ):
        yield ("key",), f"key 里没有{'、'.join(left_out)}，请把每一项按正确的顺序各写一次"


def _match(item: _Raw) -> Iterator[Complaint]:
    yield from _choices(item, "right")
    left, right, key = item.get("left"), item.get("right"), item.get("key")
    if not isinstance(left, dict):
        return
    if list(left) != [str(n) for n in range(1, len(left) + 1)]:
        yield ("left",), f"左边“{'、'.join(left)}”应从 1 起按顺序编号，一个不缺"
    yield from _alike(left, "left", "左边")
    if not isinstance(key, dict):
        return
    for label, letter in key.items():
        if label not in left:
            yield ("key", label), f"key 里的“{label}”不在左边 {'、'.join(left)} 之中，请改正"
        elif complaint := _absent(letter, right):
            yield ("key", label), complaint
    if left_out := [label for label in left if label not in key]:
        yield ("key",), f"key 里没有左边的{'、'.join(left_out)}，请补上"


def _numeric(item: _Raw) -> Iterator[Complaint]:
    key, tolerance = item.get("key"), item.get("tolerance", "")
    ends = [end for end in (key if isinstance(key, list) else [key]) if isinstance(end, str) and end.strip()]
    if not isinstance(tolerance, str) or not 1 <= len(ends) <= 2:
        return
    try:
        number_keys.read_range(ends, tolerance)
    except number_keys.BadTolerance as error:
        yield ("tolerance",), str(error)
    except ValueError as error:
        yield ("key",), str(error)


def _blank(item: _Raw) -> Iterator[Complaint]:
    key, stem = item.get("key"), item.get("stem")
    if not isinstance(key, list) or not key:
        return
    nested = sum(isinstance(part, list) for part in key)
    if nested not in (0, len(key)) or nested == 1:
        yield ("key",), "填空题只有一空时 key 写 [甲, 乙]，有几空时写 [[甲, 乙], [丙]]，请改成其中一种"
        return
    blanks = len(re.findall("_{4,}", stem)) if isinstance(stem, str) else 0
    if isinstance(stem, str) and blanks != max(nested, 1):
        yield ("stem",), f"题干里有{blanks}处 ____，key 写了{max(nested, 1)}空的答案，请改成一样多"
    for place, part in enumerate(key):
        for text, where in (
            [(text, ("key", place, n)) for n, text in enumerate(part)] if nested else [(part, ("key", place))]
        ):
            if complaint := _accepted(text):
                yield where, complaint
        if part == []:
            yield ("key", place), f"第{place + 1}空没有答案，请写上"


def _accepted(text: Any) -> str | None:
    if not isinstance(text, str) or not text.strip():
        return "key 里有空的答案，请写上文字或删去"
    if len(text) > MAX_ACCEPTED:
        return f"key 里的答案太长，最多{MAX_ACCEPTED}个字"
    return None if normalise(text) else f"答案“{text}”只有标点，任何空白都会算对，请改正"


def _hotspot(item: _Raw) -> Iterator[Complaint]:
    regions = item.get("regions")
    if isinstance(regions, list):
        yield from region_complaints(regions)


def _case(item: _Raw) -> Iterator[Complaint]:
    parts = item.get("items")
    for n, part in enumerate(parts if isinstance(parts, list) else ()):
        for loc, message in item_complaints(part) if isinstance(part, dict) and part.get("kind") != Kind.CASE else ():
            yield ("items", n, *loc), message


def _essay(item: _Raw) -> Iterator[Complaint]:
    ends = [item.get("least", "0"), item.get("most", str(LONGEST_ESSAY))]
    if all(isinstance(end, str) and end.isascii() and end.isdigit() and len(end) < 9 for end in ends):
        least, most = map(int, ends)
        if least > most:
            yield ("least",), f"最少{least}字，最多{most}字，请把少的写在 least"


_CHECKS: dict[str, Callable[[_Raw], Iterator[Complaint]]] = {
    Kind.SINGLE: _single,
    Kind.MULTIPLE: _multiple,
    Kind.BLANK: _blank,
    Kind.NUMERIC: _numeric,
    Kind.ORDER: _order,
    Kind.MATCH: _match,
    Kind.HOTSPOT: _hotspot,
    Kind.CASE: _case,
    Kind.ESSAY: _essay,
}
