"""Each kind of item from its shape in a file, and back into what a person would write."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from quizapp.formats import bank_shapes as shapes
from quizapp.formats import number_keys
from quizapp.formats.bank_checks import canonical_cite
from quizapp.formats.contest.values import points_text
from quizapp.formats.item_checks import LETTERS
from quizapp.formats.yaml_writer import Flow, FlowMap, Number
from quizapp.rules.items import JUDGE_WORDS, Criterion, Item, Kind
from quizapp.rules.numerals import Range, written
from quizapp.rules.regions import Region

Raw = dict[str, Any]


def item_of(part: shapes.AnyItem) -> Item:
    """The item of a checked part."""
    return Item(
        **{"key": None, **_READ[part.kind](part)},
        id=part.id,
        kind=Kind(part.kind),
        stem=part.stem,
        topic=part.topic,
        difficulty=part.difficulty,
        explain=part.explain,
        cite=_cites(part.cite),
        image=part.image,
    )


def raw_of(item: Item) -> Raw:
    """The item as it stands in a file."""
    raw: Raw = {"id": item.id, "kind": str(item.kind)}
    raw |= {"topic": item.topic} if item.topic else {}
    raw |= {"difficulty": str(item.difficulty), "stem": item.stem}
    raw |= {"image": item.image} if item.image else {}
    return raw | _WRITE[item.kind](item) | _why(item)


def _why(part: Item | Region) -> Raw:
    raw: Raw = {"explain": part.explain} if part.explain else {}
    return raw | ({"cite": part.cite[0] if len(part.cite) == 1 else Flow(part.cite)} if part.cite else {})


def _cites(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(canonical_cite, texts))


def _positions(letters: Iterable[str]) -> tuple[int, ...]:
    return tuple(LETTERS.index(letter) for letter in letters)


def _letters(item: Item) -> Flow:
    return Flow(LETTERS[place] for place in cast("tuple[int, ...]", item.key))


def _lettered(texts: Iterable[str]) -> dict[str, str]:
    return dict(zip(LETTERS, texts, strict=False))


def _choice(part: Any) -> Raw:
    return {"choices": tuple(part.choices.values()), "key": tuple(sorted(_positions(part.key)))}


def _blank(part: shapes.Blank) -> Raw:
    return {"key": tuple(map(tuple, part.key)) if isinstance(part.key[0], list) else (tuple(part.key),)}


def _raw_blank(item: Item) -> Raw:
    lists = [Flow(map(str, accepted)) for accepted in cast("tuple[tuple[str, ...], ...]", item.key)]
    return {"key": lists[0] if len(lists) == 1 else Flow(lists)}


def _raw_numeric(item: Item) -> Raw:
    key = cast("Range", item.key)
    text = number_keys.ends_of(key)
    raw: Raw = {"key": text if key.least != key.most or key.least.is_signed() else Number(text)}
    raw |= {"tolerance": Number(written(key.tolerance))} if key.tolerance else {}
    return raw | ({"unit": item.unit} if item.unit else {})


def _match(part: shapes.Match) -> Raw:
    key = _positions(part.key[label] for label in part.left)
    return {"left": tuple(part.left.values()), "choices": tuple(part.right.values()), "key": key}


def _raw_match(item: Item) -> Raw:
    numbers = [Number(n) for n in range(1, len(item.left) + 1)]
    left = dict(zip(numbers, item.left, strict=True))
    key = FlowMap(zip(numbers, _letters(item), strict=True))
    return {"left": left, "right": _lettered(item.choices), "key": key}


def _region(part: shapes.RegionPart) -> Region:
    corners = part.polygon or [(part.box or [])[:2], (part.box or [])[2:]]
    return Region(part.name, tuple((x, y) for x, y in corners), part.explain, _cites(part.cite))


def _raw_region(region: Region) -> Raw:
    is_box = len(region.corners) == 2
    shape: Raw = {"box": Flow(region.box)} if is_box else {"polygon": Flow(map(Flow, region.corners))}
    return {"name": region.name} | shape | _why(region)


def _raw_hotspot(item: Item) -> Raw:
    return ({"alt": item.alt} if item.alt else {}) | {"regions": [_raw_region(region) for region in item.regions]}


def _essay(part: shapes.Essay) -> Raw:
    rubric = tuple(Criterion(one.name, one.points, one.explain) for one in part.rubric)
    return {"rubric": rubric, "least": part.least, "most": part.most}


def _raw_criterion(one: Criterion) -> Raw:
    raw: Raw = {"name": one.name} | ({} if one.points is None else {"points": Number(points_text(one.points))})
    return raw | ({"explain": one.explain} if one.explain else {})


def _raw_essay(item: Item) -> Raw:
    raw: Raw = {"rubric": [_raw_criterion(one) for one in item.rubric]}
    return raw | {name: value for name in ("least", "most") if (value := getattr(item, name)) is not None}


_READ: dict[str, Callable[[Any], Raw]] = {
    Kind.SINGLE: _choice,
    Kind.MULTIPLE: _choice,
    Kind.JUDGE: lambda part: {"key": JUDGE_WORDS[part.key]},
    Kind.BLANK: _blank,
    Kind.NUMERIC: lambda part: {"key": number_keys.read_range(part.key, part.tolerance), "unit": part.unit},
    Kind.ORDER: lambda part: {"choices": tuple(part.choices.values()), "key": _positions(part.key)},
    Kind.MATCH: _match,
    Kind.HOTSPOT: lambda part: {"alt": part.alt, "regions": tuple(map(_region, part.regions))},
    Kind.CASE: lambda part: {"items": tuple(map(item_of, part.items))},
    Kind.ESSAY: _essay,
}
_WRITE: dict[Kind, Callable[[Item], Raw]] = {
    Kind.SINGLE: lambda item: {"choices": _lettered(item.choices), "key": _letters(item)[0]},
    Kind.MULTIPLE: lambda item: {"choices": _lettered(item.choices), "key": _letters(item)},
    Kind.JUDGE: lambda item: {"key": "对" if item.key else "错"},
    Kind.BLANK: _raw_blank,
    Kind.NUMERIC: _raw_numeric,
    Kind.ORDER: lambda item: {"choices": _lettered(item.choices), "key": _letters(item)},
    Kind.MATCH: _raw_match,
    Kind.HOTSPOT: _raw_hotspot,
    Kind.CASE: lambda item: {"items": list(map(raw_of, item.items))},
    Kind.ESSAY: _raw_essay,
}
