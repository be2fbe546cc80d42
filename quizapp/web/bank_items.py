"""An item of a bank as it is looked over, by organisers and where a bank may be studied: everything, with what is right in words."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from quizapp.rules.items import Item, Kind
from quizapp.services.answers import LABELS
from quizapp.services.papers import number
from quizapp.services.pictures import Shown
from quizapp.web.words import kind_words

Images = Mapping[str, Shown]


def item_card(at: int, item: Item, images: Images) -> dict[str, Any]:
    right = _right(item)
    image = images.get(item.image or "")
    return {
        "number": at,
        "id": item.id,
        "kind": kind_words(item.kind),
        "topic": item.topic,
        "difficulty": item.difficulty.value,
        "stem": item.stem,
        "image": image.address if image else None,
        "image_size": [image.width, image.height] if image else None,
        "alt": item.alt,
        "lacks_image": bool(item.image and not image),
        "choices": [{"label": LABELS[n], "text": text, "right": n in right} for n, text in enumerate(item.choices)],
        "left": [{"label": str(n), "text": text} for n, text in enumerate(item.left, 1)],
        "key": _KEYS[item.kind](item) if item.kind in _KEYS else "",
        "regions": [region_view(region.name, region.corners) | {"explain": region.explain, "cite": region.cite} for region in item.regions],
        "rubric": [(part.name, None if part.points is None else number(part.points), part.explain) for part in item.rubric],
        "parts": [item_card(n, own, images) for n, own in enumerate(item.items, 1)],
        "explain": item.explain,
        "cite": item.cite,
    }  # fmt: skip


def region_view(name: str, corners: Any) -> dict[str, Any]:
    if len(corners) == 2:
        (left, top), (right, bottom) = corners
        return {"name": name, "box": [left, top, right, bottom]}
    return {"name": name, "polygon": [list(corner) for corner in corners]}


def _right(item: Item) -> set[int]:
    if item.kind not in (Kind.SINGLE, Kind.MULTIPLE) or not isinstance(item.key, tuple):
        return set()
    return {position for position in item.key if isinstance(position, int)}


def _letters(item: Item) -> list[str]:
    return [LABELS[place] for place in item.key if isinstance(place, int)] if isinstance(item.key, tuple) else []


def _blank(item: Item) -> str:
    blanks = item.key if isinstance(item.key, tuple) else ()
    return "；".join("／".join(accepted) for accepted in blanks if isinstance(accepted, tuple))


_KEYS: dict[Kind, Callable[[Item], str]] = {
    Kind.JUDGE: lambda item: _("对") if item.key else _("错"),
    Kind.BLANK: _blank,
    Kind.NUMERIC: lambda item: f"{item.key}{item.unit}",
    Kind.ORDER: lambda item: " → ".join(_letters(item)),
    Kind.MATCH: lambda item: "、".join(f"{n}—{letter}" for n, letter in enumerate(_letters(item), 1)),
}
"""What is right in words, where the list of choices does not show it."""
