"""What somebody types who keys in an answer sheet: letters, √ and ×, texts, cells of a picture; one field after the other."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from quizapp.rules.regions import SIDE
from quizapp.services.answers import LONGEST_TEXT, is_answered
from quizapp.web.answer_forms import CELLS

BOXES = frozenset({"single", "multiple", "judge", "order"})
TRUTHS = {**dict.fromkeys("对√✓T1", True), **dict.fromkeys("错×✗XF0", False)}
NOTHING = frozenset({"", "-"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form; `hint` says what may be typed, `before` is what the same person typed the last time."""

    name: str
    label: str
    hint: str
    most: int
    boxed: bool
    before: str = ""


def fields(view: Mapping[str, Any], stored: Any = None, prefix: str = "") -> list[Field]:
    """The fields of one item, in the order of the answer sheet."""
    position = str(view["position"])
    name, label = f"a{prefix}{position}", f"{prefix.removesuffix('.')}（{position}）" if prefix else position
    if view["kind"] == "case":
        given = stored if isinstance(stored, dict) else {}
        return [
            field for own in view["items"] for field in fields(own, given.get(str(own["position"])), f"{position}.")
        ]
    before = told(view, stored)
    hint = _hint(view)
    if view.get("blanks", 0) > 1:
        texts = stored if isinstance(stored, list) else [""] * view["blanks"]
        return [
            Field(f"{name}-{n}", f"{label}（{n}）", "", LONGEST_TEXT, False, text) for n, text in enumerate(texts, 1)
        ]
    boxed = view["kind"] in BOXES
    return [Field(name, label, hint, 26 if boxed else LONGEST_TEXT, boxed, before)]


def _hint(view: Mapping[str, Any]) -> str:
    kind, letters = view["kind"], [choice["label"] for choice in view.get("choices", view.get("right", []))]
    offered = f"{letters[0]}–{letters[-1]}" if letters else ""
    hints = {
        "single": offered,
        "multiple": _("%(letters)s 多选", letters=offered),
        "judge": "√ ×",
        "order": _("%(letters)s 排序", letters=offered),
        "match": _("依次写左边%(count)s项的字母，空着的写 -", count=len(view.get("left", []))),
        "hotspot": _("格子，如 C7 K12"),
    }
    return hints.get(kind, view.get("unit", ""))


def told(view: Mapping[str, Any], answer: Any) -> str:
    """An answer as it would be typed."""
    if not is_answered(answer):
        return ""
    if view["kind"] == "judge":
        return "√" if answer else "×"
    if view["kind"] == "match":
        return "".join(answer.get(left["label"]) or "-" for left in view["left"])
    if view["kind"] == "hotspot":
        return " ".join(f"{chr(65 + x * CELLS // SIDE)}{y * CELLS // SIDE + 1}" for x, y in answer)
    return "".join(answer) if isinstance(answer, list) else str(answer)


def read(view: Mapping[str, Any], typed: Mapping[str, str], faults: dict[str, str], prefix: str = "") -> Any:
    """The answer that was typed, as the API has it; what cannot be one is added to `faults` by the name of its field."""
    name = f"a{prefix}{view['position']}"
    if view["kind"] == "case":
        found = {str(own["position"]): read(own, typed, faults, f"{view['position']}.") for own in view["items"]}
        return {position: answer for position, answer in found.items() if is_answered(answer)}
    if view.get("blanks", 0) > 1:
        texts = [_text(typed.get(f"{name}-{n}", "")) for n in range(1, view["blanks"] + 1)]
        return texts if any(texts) else []
    text = _text(typed.get(name, ""))
    if text in NOTHING:
        return []
    if view["kind"] not in _READ:
        return text
    try:
        return _READ[view["kind"]](
            view, re.sub(r"[\s,，、.。;；]+", "" if view["kind"] != "hotspot" else " ", text.upper())
        )
    except ValueError as error:
        faults[name] = str(error)
        return []


def _text(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed)[:LONGEST_TEXT].strip()


def _letters(view: Mapping[str, Any], text: str) -> list[str]:
    offered = "".join(choice["label"] for choice in view.get("choices", view.get("right", [])))
    if wrong := next((letter for letter in text if letter not in offered), None):
        raise ValueError(_("没有选项“%(letter)s”，只有 %(offered)s", letter=wrong, offered=offered))
    return list(text)


def _single(view: Mapping[str, Any], text: str) -> list[str]:
    letters = _letters(view, text)
    if len(set(letters)) > 1:
        raise ValueError(_("单选题只能录一个字母；答题卡上写了两个的按未答，留空"))
    return letters[:1]


def _multiple(view: Mapping[str, Any], text: str) -> list[str]:
    return sorted(set(_letters(view, text)))


def _order(view: Mapping[str, Any], text: str) -> list[str]:
    letters = _letters(view, text)
    if len(set(letters)) < len(letters):
        raise ValueError(_("排序题的每个字母只能写一次"))
    return letters


def _judge(_view: Mapping[str, Any], text: str) -> bool:
    if text not in TRUTHS:
        raise ValueError(_("判断题请录 √ 或 ×，也可以录 对、错、1、0"))
    return TRUTHS[text]


def _match(view: Mapping[str, Any], text: str) -> dict[str, str]:
    left = [one["label"] for one in view["left"]]
    if len(text) > len(left):
        raise ValueError(_("左边只有%(count)s项", count=len(left)))
    _letters(view, text.replace("-", ""))
    return {label: letter for label, letter in zip(left, text, strict=False) if letter != "-"}


def _cells(view: Mapping[str, Any], text: str) -> list[list[int]]:
    cell, marks = SIDE // CELLS, set()
    for word in text.split():
        found = re.fullmatch(r"([A-Z])(\d{1,2})", word)
        column, row = (ord(found[1]) - 64, int(found[2])) if found else (0, 0)
        if not (0 < column <= CELLS and 0 < row <= CELLS):
            raise ValueError(_("“%(word)s”不是格子，请写成 C7、K12", word=word))
        marks.add((column * cell - cell // 2, row * cell - cell // 2))
    if len(marks) > view["taps"]:
        raise ValueError(_("最多%(count)s处", count=view["taps"]))
    return [list(mark) for mark in sorted(marks)]


_READ: dict[str, Callable[[Mapping[str, Any], str], Any]] = {
    "single": _single,
    "multiple": _multiple,
    "judge": _judge,
    "order": _order,
    "match": _match,
    "hotspot": _cells,
}
