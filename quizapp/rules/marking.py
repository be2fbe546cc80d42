"""mark(item, answer) -> points: one response."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any, cast

from quizapp.rules import regions
from quizapp.rules.items import Item, Kind
from quizapp.rules.numerals import Range, number

Answer = bool | str | tuple[Any, ...] | None
"""single, multiple, order: positions in the bank; judge: a truth; blank: one text per blank; numeric, essay: a text; match: for
each on the left a position or None; hotspot: points (x, y); case: one answer per item of its own; None: not answered."""


class MultipleMarking(StrEnum):
    """How a multiple-choice response is marked (the words of the notices)."""

    EXACT = "exact"  # 多选、少选、错选均不得分
    HALF = "half"  # 少选得一半，错选不得分
    SHORT = "short"  # 漏选得1分，错选不得分
    PER_RIGHT = "per_right"  # 少选，所选的每个选项得0.5分；错选不得分
    PER_RIGHT_LESS_WRONG = "per_right_less_wrong"  # 选对一项得分，选错一项扣分，扣完为止


class Partial(StrEnum):
    """What an answer that is right in parts earns."""

    EACH = "each"  # its share of the points
    EXACT = "exact"  # nothing


@dataclass(frozen=True, slots=True)
class Marking:
    """How responses are marked; points in hundredths.

    `per_right` and `per_wrong` are of one choice of a multiple item, None: the points divided by the number of right choices.
    `short` is what an answer earns that is short of right choices (漏选). `unanswered` is what an item left blank earns, `wrong` what a
    wrong answer to a single or judge item takes off. `essay_gap` is the share of an essay's points by which two markers may differ
    before a third decides.
    """

    multiple: MultipleMarking = MultipleMarking.EXACT
    per_right: int | None = None
    per_wrong: int | None = None
    unanswered: int = 0
    wrong: int = 0
    blank: Partial = Partial.EACH
    order: Partial = Partial.EXACT
    match: Partial = Partial.EACH
    hotspot: Partial = Partial.EACH
    essay_gap: Fraction = Fraction(1, 5)
    short: int = 0

    def shares(self, kind: Kind) -> bool:
        """Whether an item of this kind that is right in parts earns its share."""
        partial = {Kind.BLANK: self.blank, Kind.ORDER: self.order, Kind.MATCH: self.match, Kind.HOTSPOT: self.hotspot}
        return partial.get(kind) is Partial.EACH


def normalise(text: str) -> str:
    """A typed text as it is compared: width, case, white space and closing punctuation do not matter."""
    folded = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return unicodedata.normalize("NFKC", folded).strip("。.,;:、!?“”\"'《》()")


def mark(item: Item, answer: Answer, points: int, marking: Marking) -> int:
    """Points of one response in hundredths, at most `points`; below 0 only by `marking.wrong`. An essay earns nothing here: people mark it.

    Parts share the points; the remainder of an uneven division goes to the full answer only. The items of a case share its
    points evenly and are marked as if each stood alone.
    """
    if item.kind is Kind.ESSAY:
        return 0
    if item.kind is Kind.CASE:
        each = points // len(item.items)
        return points if is_right(item, answer) else sum(mark(*part, each, marking) for part in _own(item, answer))
    if answer is None:
        return min(marking.unanswered, points)
    right, of = _PARTS[item.kind](item, answer)
    if right == of:
        return points
    if item.kind is Kind.MULTIPLE:
        return _multiple(item, cast("tuple[int, ...]", answer), points, marking)
    if item.kind in (Kind.SINGLE, Kind.JUDGE):
        return -marking.wrong
    return points * right // of if marking.shares(item.kind) else 0


def is_right(item: Item, answer: Answer) -> bool:
    """Whether a response is right in every part; an essay's never is by itself."""
    if answer is None or item.kind is Kind.ESSAY:
        return False
    if item.kind is Kind.CASE:
        return all(is_right(*part) for part in _own(item, answer))
    right, of = _PARTS[item.kind](item, answer)
    return right == of


def _own(case: Item, answer: Answer) -> list[tuple[Item, Answer]]:
    """The items of a case, each with its answer."""
    answers = answer if isinstance(answer, tuple) else ()
    return [(item, answers[n] if n < len(answers) else None) for n, item in enumerate(case.items)]


def _multiple(item: Item, answer: tuple[int, ...], points: int, marking: Marking) -> int:
    """What a multiple-choice response earns that is not right altogether: always less than the points, which only the full answer
    earns. Order and repetition do not matter."""
    given, key = set(answer), set(cast("tuple[int, ...]", item.key))
    right, wrong = len(given & key), len(given - key)
    if marking.multiple is MultipleMarking.HALF:
        return points // 2 if right and not wrong else 0
    if marking.multiple is MultipleMarking.SHORT:
        return min(points - 1, marking.short) if right and not wrong else 0
    if marking.multiple is MultipleMarking.EXACT or (wrong and marking.multiple is MultipleMarking.PER_RIGHT):
        return 0
    share = Fraction(points, len(key))
    earned = right * (share if marking.per_right is None else marking.per_right)
    earned -= wrong * (share if marking.per_wrong is None else marking.per_wrong)
    return min(points - 1, max(0, int(earned)))


def _chosen(item: Item, answer: tuple[int, ...]) -> tuple[int, int]:
    given, key = set(answer), set(cast("tuple[int, ...]", item.key))
    return (len(key), len(key)) if given == key else (0, len(key))


def _judged(item: Item, answer: bool) -> tuple[int, int]:
    return int(answer == item.key), 1


def _filled(item: Item, answer: tuple[str, ...]) -> tuple[int, int]:
    key = cast("tuple[tuple[str, ...], ...]", item.key)
    pairs = zip(answer, key, strict=False)
    return sum(normalise(given) in {normalise(text) for text in accepted} for given, accepted in pairs), len(key)


def _counted(item: Item, answer: str) -> tuple[int, int]:
    given = number(answer, item.unit)
    return int(given is not None and cast("Range", item.key).holds(given)), 1


def _ordered(item: Item, answer: tuple[int, ...]) -> tuple[int, int]:
    """Neighbours of the right order that are neighbours, the same way round, in the answer."""
    pairs = set(pairwise(cast("tuple[int, ...]", item.key)))
    return len(pairs & set(pairwise(dict.fromkeys(answer)))), len(pairs)


def _matched(item: Item, answer: tuple[int | None, ...]) -> tuple[int, int]:
    key = cast("tuple[int, ...]", item.key)
    return sum(given == right for given, right in zip(answer, key, strict=False)), len(key)


def _found(item: Item, answer: tuple[regions.Point, ...]) -> tuple[int, int]:
    """Regions that were hit, several taps in one counting once, less the taps that hit nothing."""
    hits = [regions.hit(item.regions, x, y) for x, y in answer]
    return max(0, len(set(hits) - {None}) - hits.count(None)), len(item.regions)


_PARTS: dict[Kind, Callable[[Item, Any], tuple[int, int]]] = {
    Kind.SINGLE: _chosen,
    Kind.MULTIPLE: _chosen,
    Kind.JUDGE: _judged,
    Kind.BLANK: _filled,
    Kind.NUMERIC: _counted,
    Kind.ORDER: _ordered,
    Kind.MATCH: _matched,
    Kind.HOTSPOT: _found,
}
"""How many parts of an answer are right, of how many."""
