"""What the parts of a question bank must agree on, checked on the texts as typed, before any of them is made into an item."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from quizapp.errors import Fault
from quizapp.rules.items import Bank, Item, Kind, Law
from quizapp.rules.marking import normalise

LETTERS = ascii_uppercase
_NUMERAL = "[零〇一二三四五六七八九十百千]+"
CITE = rf"^《?([^《》\s]+)》?\s*(第{_NUMERAL}条(?:之{_NUMERAL})?)((?:第{_NUMERAL}款)?(?:第{_NUMERAL}项)?)$"
MAX_ACCEPTED = 200
_MANY = 5  # fewer keys than this say nothing about a habit

Complaint = tuple[tuple[int | str, ...], str]


def canonical_cite(text: str) -> str:
    """《安全生产法》第五条 and its relatives as 安全生产法 第五条."""
    found = re.fullmatch(CITE, text.strip())
    return f"{found[1]} {found[2]}{found[3]}" if found else text


def item_complaints(item: Mapping[str, Any]) -> Iterator[Complaint]:
    """What is wrong inside one item; parts of the wrong shape are left to the schema."""
    kind = item.get("kind")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check:
        yield from check(item)


def repetitions(items: Sequence[Any]) -> Iterator[tuple[int, int, str]]:
    """(first, second, field) of items that share an id, or a stem under the same picture."""
    ids: dict[Any, int] = {}
    stems: dict[Any, int] = {}
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        name, stem, image = item.get("id"), item.get("stem"), item.get("image")
        if isinstance(name, str) and (first := ids.setdefault(name, index)) != index:
            yield first, index, "id"
        if not isinstance(stem, str) or not stem.strip() or isinstance(image, list | dict):
            continue
        if (first := stems.setdefault(("".join(stem.split()), image), index)) != index:
            yield first, index, "stem"


def _choices(item: Mapping[str, Any]) -> Iterator[Complaint]:
    choices = item.get("choices")
    if not isinstance(choices, dict):
        return
    if len(choices) < 2:
        yield ("choices",), f"choices 有{len(choices)}个选项，至少要有2个"
    if "".join(choices) != LETTERS[: len(choices)]:
        yield ("choices",), f"选项“{'、'.join(choices)}”应从 A 起按字母顺序写，一个不缺"
    first: dict[str, str] = {}
    for letter, text in choices.items():
        if isinstance(text, str) and text.strip() and (other := first.setdefault(text.strip(), letter)) != letter:
            yield ("choices", letter), f"选项{other}和选项{letter}的文字相同，请改一个"


def _absent(letter: Any, choices: Any) -> str | None:
    if not isinstance(letter, str) or not isinstance(choices, dict) or letter in choices:
        return None
    return f"key“{letter}”不在选项 {'、'.join(choices)} 之中，请改正"


def _single(item: Mapping[str, Any]) -> Iterator[Complaint]:
    yield from _choices(item)
    if complaint := _absent(item.get("key"), item.get("choices")):
        yield ("key",), complaint


def _multiple(item: Mapping[str, Any]) -> Iterator[Complaint]:
    yield from _choices(item)
    key = item.get("key")
    if not isinstance(key, list):
        return
    for place, letter in enumerate(key):
        if complaint := _absent(letter, item.get("choices")):
            yield ("key", place), complaint
        elif letter in key[:place]:
            yield ("key", place), f"key 里的{letter}写了两次，请删去一个"


def _blank(item: Mapping[str, Any]) -> Iterator[Complaint]:
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
        for text, where in [(text, ("key", place, n)) for n, text in enumerate(part)] if nested else [(part, ("key", place))]:
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


_CHECKS: dict[str, Callable[[Mapping[str, Any]], Iterator[Complaint]]] = {
    Kind.SINGLE: _single,
    Kind.MULTIPLE: _multiple,
    Kind.BLANK: _blank,
}


def warnings(bank: Bank) -> list[Fault]:
    """What is allowed but looks like a slip; each names its place in `field` (yaml_faults.locate finds the line)."""
    found = list(_habits(bank))
    seen: dict[tuple[str, str | None], int] = {}
    for index, item in enumerate(bank.items):
        if item.kind is Kind.MULTIPLE and len(item.key) == 1:  # type: ignore[arg-type]
            found.append(Fault(f"多选题 {item.id} 只有一个正确选项，请核对", field=f"items.{index}.key"))
        first = seen.setdefault((normalise(item.stem), item.image), index)
        if first != index:
            other = bank.items[first].id
            found.append(Fault(f"{item.id} 与 {other} 的题干只差标点或大小写，请核对", field=f"items.{index}.stem"))
    return found


def _habits(bank: Bank) -> Iterator[Fault]:
    def keys_of(kind: Kind) -> Counter[Any]:
        return Counter(item.key for item in bank.items if item.kind is kind)

    for kind, name in ((Kind.SINGLE, "单选题"), (Kind.MULTIPLE, "多选题"), (Kind.JUDGE, "判断题")):
        keys = keys_of(kind)
        if len(keys) == 1 and keys.total() >= _MANY:
            key = next(iter(keys))
            shown = "".join(LETTERS[place] for place in key) if isinstance(key, tuple) else "对" if key else "错"
            yield Fault(f"{keys.total()}道{name}的答案全是“{shown}”，请核对", field="items")


def check_laws(bank: Bank, laws: Mapping[str, Law]) -> list[Fault]:
    """Cited articles that a law we hold does not have; laws we do not hold are passed over. `field` names the place."""
    by_name = {law.name: law for law in laws.values()} | {law.title: law for law in laws.values()} | dict(laws)
    return [
        Fault(f"{item.id} 引用的《{law.name}》没有{article}，请核对条号", field=f"items.{index}.cite")
        for index, item in enumerate(bank.items)
        for law, article in _cited(item, by_name)
        if article not in law.articles
    ]


def _cited(item: Item, laws: Mapping[str, Law]) -> Iterator[tuple[Law, str]]:
    for cite in item.cite:
        found = re.fullmatch(CITE, cite)
        if found and found[1] in laws:
            yield laws[found[1]], found[2]
