"""What the items of a question bank must agree on among each other and with the law, and what looks like a slip."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quizapp.errors import Fault
from quizapp.formats.item_checks import LETTERS
from quizapp.rules.items import Bank, Item, Kind, Law
from quizapp.rules.marking import normalise

_NUMERAL = "[零〇一二三四五六七八九十百千]+"
CITE = rf"^《?([^《》\s]+)》?\s*(第{_NUMERAL}条(?:之{_NUMERAL})?)((?:第{_NUMERAL}款)?(?:第{_NUMERAL}项)?)$"
_MANY = 5  # fewer keys than this say nothing about a habit

Loc = tuple[int | str, ...]


def canonical_cite(text: str) -> str:
    """《安全生产法》第五条 and its relatives as 安全生产法 第五条."""
    found = re.fullmatch(CITE, text.strip())
    return f"{found[1]} {found[2]}{found[3]}" if found else text


def repetitions(items: Sequence[Any]) -> Iterator[tuple[Loc, Loc, str]]:
    """(first, second, field) of items that share an id, or a stem under the same picture.

    A case's own items have ids like any other; their stems may be alike from case to case.
    """
    ids: dict[Any, Loc] = {}
    stems: dict[Any, Loc] = {}
    for loc, item in _every(items):
        name, stem, image = item.get("id"), item.get("stem"), item.get("image")
        if isinstance(name, str) and (first := ids.setdefault(name, loc)) != loc:
            yield first, loc, "id"
        if not isinstance(stem, str) or not stem.strip() or isinstance(image, list | dict):
            continue
        if (first := stems.setdefault((loc[:-1], "".join(stem.split()), image), loc)) != loc:
            yield first, loc, "stem"


def _every(items: Sequence[Any], above: Loc = ()) -> Iterator[tuple[Loc, Mapping[str, Any]]]:
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        loc = (*above, "items", index)
        yield loc, item
        if not above and isinstance(own := item.get("items"), list):
            yield from _every(own, loc)


def warnings(bank: Bank) -> list[Fault]:
    """What is allowed but looks like a slip; each names its place in `field` (yaml_faults.locate finds the line)."""
    found = list(_habits(bank))
    seen: dict[tuple[str, str | None], int] = {}
    for field, item in _all(bank):
        if item.kind is Kind.MULTIPLE and len(item.key) == 1:  # type: ignore[arg-type]
            found.append(Fault(f"多选题 {item.id} 只有一个正确选项，请核对", field=f"{field}.key"))
    for index, item in enumerate(bank.items):
        first = seen.setdefault((normalise(item.stem), item.image), index)
        if first != index:
            other = bank.items[first].id
            found.append(Fault(f"{item.id} 与 {other} 的题干只差标点或大小写，请核对", field=f"items.{index}.stem"))
    return found


def _all(bank: Bank) -> Iterator[tuple[str, Item]]:
    """Every item and every item of a case, with its place."""
    for index, item in enumerate(bank.items):
        yield f"items.{index}", item
        for n, own in enumerate(item.items):
            yield f"items.{index}.items.{n}", own


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
        Fault(f"{item.id} 引用的《{law.name}》没有{article}，请核对条号", field=field)
        for place, item in _all(bank)
        for field, cites in [(f"{place}.cite", item.cite)]
        + [(f"{place}.regions.{n}.cite", region.cite) for n, region in enumerate(item.regions)]
        for law, article in _cited(cites, by_name)
        if article not in law.articles
    ]


def _cited(cites: Sequence[str], laws: Mapping[str, Law]) -> Iterator[tuple[Law, str]]:
    for cite in cites:
        found = re.fullmatch(CITE, cite)
        if found and found[1] in laws:
            yield laws[found[1]], found[2]
