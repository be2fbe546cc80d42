"""What a plain form says in answer to an item, for every kind; the items of a case have their number before each field's name."""

from collections.abc import Callable
from typing import Any

import orjson
from flask import request
from flask_babel import gettext as _

from quizapp.rules.regions import SIDE
from quizapp.services.answers import LONGEST_TEXT, is_answered

JUDGE = {"true": True, "false": False}
TAP_WIDTHS = (288, 560)
"""A picture to be tapped without JavaScript has one of these widths in CSS pixels: a browser tells where it was tapped, not how wide it was."""
CELLS = 20
"""Columns and rows of the grid by which a place in a picture is told without pointing."""


def answer(item: dict[str, Any], stored: Any) -> Any:
    """The answer in the form; `stored` is what stands until now. A page with a script says it in one field, as the API has it."""
    try:
        return orjson.loads(request.form["answer"]) if request.form.get("answer") else read(item, stored)
    except orjson.JSONDecodeError:
        return read(item, stored)


def read(item: dict[str, Any], stored: Any, prefix: str = "") -> Any:
    """The same from the fields of single inputs."""
    if item["kind"] == "case":
        found = {str(own["position"]): read(own, None, f"{own['position']}-") for own in item["items"]}
        return {name: answer for name, answer in found.items() if is_answered(answer)}
    if item["kind"] == "hotspot":
        return _marks(item, stored or [])
    return _READ[item["kind"]](item, prefix)


def stays() -> bool:
    """Whether the button that was pressed changes the answer and leads nowhere."""
    return any(name.startswith(("tap", "untap")) for name in request.form)


def doubt(item: dict[str, Any], prefix: str = "") -> str | None:
    """What the person should look at again before going on."""
    for own in item.get("items", ()):
        if told := doubt(own, f"{own['position']}-"):
            return told
    if item["kind"] == "order":
        places = [place for place, _label in _places(item, prefix)]
        twice = {place for place in places if places.count(place) > 1}
        if twice:
            return _("有%(count)s项都填了第%(place)s位，请核对顺序", count=places.count(min(twice)), place=min(twice))
    return None


def _choices(_item: dict[str, Any], prefix: str) -> list[str]:
    return request.form.getlist(f"{prefix}choice")


def _judge(_item: dict[str, Any], prefix: str) -> bool | list[str]:
    return JUDGE.get(request.form.get(f"{prefix}choice", ""), [])


def _blank(item: dict[str, Any], prefix: str) -> str | list[str]:
    texts = [text[:LONGEST_TEXT].strip() for text in request.form.getlist(f"{prefix}blank")]
    texts = (texts + [""] * item["blanks"])[: item["blanks"]]
    return (texts[0] if item["blanks"] == 1 else texts) if any(texts) else ""


def _number(_item: dict[str, Any], prefix: str) -> str:
    return request.form.get(f"{prefix}number", "")[:LONGEST_TEXT].strip()


def _essay(_item: dict[str, Any], prefix: str) -> str:
    return request.form.get(f"{prefix}essay", "").replace("\r\n", "\n")


def _order(item: dict[str, Any], prefix: str) -> list[str]:
    return [label for _place, label in sorted(_places(item, prefix), key=lambda found: found[0])]


def _places(item: dict[str, Any], prefix: str) -> list[tuple[int, str]]:
    labels = [choice["label"] for choice in item["choices"]]
    given = ((request.form.get(f"{prefix}order-{label}", ""), label) for label in labels)
    return [(place, label) for text, label in given if (place := _whole(text, len(labels)))]


def _match(item: dict[str, Any], prefix: str) -> dict[str, str]:
    given = {left["label"]: request.form.get(f"{prefix}match-{left['label']}", "") for left in item["left"]}
    return {left: right for left, right in given.items() if right}


def _marks(item: dict[str, Any], stored: list[list[int]]) -> list[list[int]]:
    """What was marked before, with the place that was tapped or told, without the one that was taken away."""
    gone = request.form.get("untap", "")
    marks = [mark for mark in stored if ",".join(map(str, mark)) != gone]
    added = _tapped(item) or _told()
    return [*marks, added] if added and added not in marks else marks


def _tapped(item: dict[str, Any]) -> list[int] | None:
    for width in TAP_WIDTHS:
        x, y = (request.form.get(f"tap{width}.{side}", "") for side in "xy")
        if x.isascii() and x.isdigit() and y.isascii() and y.isdigit() and len(x + y) < 10:
            if (x, y) == ("0", "0"):
                return None  # the return key pressed the picture: nothing was pointed at
            return [min(SIDE, int(x) * SIDE // width), min(SIDE, int(y) * SIDE // tap_height(item, width))]
    return None


def tap_height(item: dict[str, Any], width: int) -> int:
    across, down = item["image_size"]
    return max(1, round(width * down / across))


def _told() -> list[int] | None:
    if request.form.get("go") != "add":
        return None
    column, row = (_whole(request.form.get(name, ""), CELLS) for name in ("column", "row"))
    cell = SIDE // CELLS
    return [column * cell - cell // 2, row * cell - cell // 2] if column and row else None


def _whole(text: str, most: int) -> int | None:
    """A whole number from 1 to `most`."""
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return found if 1 <= found <= most else None


_READ: dict[str, Callable[[dict[str, Any], str], Any]] = {
    "single": _choices,
    "multiple": _choices,
    "judge": _judge,
    "blank": _blank,
    "numeric": _number,
    "order": _order,
    "match": _match,
    "essay": _essay,
}
