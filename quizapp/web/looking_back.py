"""A reviewed item as the page says it: what one gave and what is right, in words, for every kind."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from quizapp.rules.numerals import written
from quizapp.rules.regions import Region, hit
from quizapp.services.answers import is_answered, labels_of

View = dict[str, Any]
SIGNS = {"right": "right", "part": "warn", "wrong": "wrong", "empty": "wrong", "waiting": "info", "marked": "info"}


def page_item(view: View) -> View:
    """What the page needs beside what the API tells."""
    verdict = _verdict(view)
    return (
        view
        | {
            "verdict": verdict,
            "verdict_words": _words(verdict),
            "sign": SIGNS[verdict],
            "points": view["marks"],
            "of": view["points"],
            "parts": [page_item(own) for own in view.get("items", ())],
        }
        | _MORE.get(view["kind"], _nothing)(view)
    )


def _verdict(view: View) -> str:
    if view["correct"]:
        return "right"
    if not is_answered(view["answer"]):
        return "empty"
    if view["correct"] is None:
        return "waiting" if view.get("waiting", True) else "marked"
    return "part" if view["marks"] > 0 else "wrong"


def _words(verdict: str) -> str:
    words = {
        "right": _("答对"),
        "part": _("部分答对"),
        "wrong": _("答错"),
        "empty": _("未答"),
        "waiting": _("等待评阅"),
        "marked": _("已评阅"),
    }
    return words[verdict]


def _nothing(_view: View) -> View:
    return {}


def _choices(view: View) -> View:
    mine = labels_of(view["answer"] or [])
    chosen = [
        choice | {"right": choice["label"] in view["key"], "mine": choice["label"] in mine}
        for choice in view["choices"]
    ]
    return {"choices": chosen}


def _judge(view: View) -> View:
    words = {True: _("对"), False: _("错")}
    mine = words[view["answer"]] if isinstance(view["answer"], bool) else ""
    return {"mine_words": mine, "key_words": words[view["key"]]}


def _blank(view: View) -> View:
    answer = view["answer"] or ""
    mine = answer if isinstance(answer, str) else "；".join(text or "—" for text in answer)
    return {"mine_words": mine, "key_words": "；".join("、".join(texts) for texts in view["key"])}


def _number(view: View) -> View:
    """5±0.375 is said as what it comes to: 4.625 to 5.375."""
    ends, _sign, slack = str(view["key"]).partition("±")
    least, _sign, most = ends.partition("~")
    unit, tolerance = view.get("unit", ""), Decimal(slack or 0)
    low, high = Decimal(least) - tolerance, Decimal(most or least) + tolerance
    told = (
        f"{written(low)}{unit}"
        if low == high
        else _("%(low)s到%(high)s%(unit)s都对", low=written(low), high=written(high), unit=unit)
    )
    return {"mine_words": view["answer"] or "", "key_words": told}


def _order(view: View) -> View:
    texts = {choice["label"]: choice["text"] for choice in view["choices"]}
    mine = labels_of(view["answer"] or [])
    return {
        "mine_list": [
            {"text": texts[label], "ok": n < len(view["key"]) and view["key"][n] == label}
            for n, label in enumerate(mine)
        ],
        "key_list": [texts[label] for label in view["key"]],
    }


def _match(view: View) -> View:
    texts = {choice["label"]: choice["text"] for choice in view["right"]}
    mine = {left: labels_of([label]) for left, label in (view["answer"] or {}).items()}
    pairs = []
    for left in view["left"]:
        key, given = view["key"][left["label"]], mine.get(left["label"])
        told = {"left": left["text"], "key": texts[key], "mine": texts[given[0]] if given else None}
        pairs.append(told | {"ok": given == [key]})
    return {"pairs": pairs}


def _hotspot(view: View) -> View:
    regions = [Region(region["name"], _corners(region)) for region in view["regions"]]
    taps = [{"x": x, "y": y, "hit": hit(regions, x, y) is not None} for x, y in view["answer"] or []]
    return {"taps_shown": taps}


def _corners(region: View) -> tuple[tuple[int, int], ...]:
    if "box" in region:
        left, top, right, bottom = region["box"]
        return (left, top), (right, bottom)
    return tuple((x, y) for x, y in region["polygon"])


_MORE: dict[str, Callable[[View], View]] = {
    "single": _choices,
    "multiple": _choices,
    "judge": _judge,
    "blank": _blank,
    "numeric": _number,
    "order": _order,
    "match": _match,
    "hotspot": _hotspot,
}
