"""mark(item, answer) -> points: one response."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from quizapp.rules.items import Item, Kind

Answer = tuple[int, ...] | bool | tuple[str, ...] | None
"""single, multiple: positions in the bank; judge: a truth; blank: one text per blank; None: not answered."""


class MultipleMarking(StrEnum):
    """How a multiple-choice response is marked (the words of the notices)."""

    EXACT = "exact"  # 多选、少选、错选均不得分
    HALF = "half"  # 少选得一半，错选不得分


@dataclass(frozen=True, slots=True)
class Marking:
    multiple: MultipleMarking = MultipleMarking.EXACT


def normalise(text: str) -> str:
    """A typed text as it is compared: width, case, white space and closing punctuation do not matter."""
    folded = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return unicodedata.normalize("NFKC", folded).strip("。.,;:、!?“”\"'《》()")


def mark(item: Item, answer: Answer, points: int, marking: Marking) -> int:
    """Points of one response in hundredths, 0 … `points`; an unanswered item earns nothing.

    Choices are compared as sets, so order and repetition do not matter. Several blanks share the points; the remainder of
    an uneven division goes to the full answer only.
    """
    if answer is None:
        return 0
    if item.kind is Kind.BLANK:
        key = cast("tuple[tuple[str, ...], ...]", item.key)
        right = sum(
            normalise(given) in {normalise(text) for text in accepted}
            for given, accepted in zip(cast("tuple[str, ...]", answer), key, strict=False)
        )
        return points if right == len(key) else points * right // len(key)
    if item.kind is Kind.MULTIPLE and marking.multiple is MultipleMarking.HALF:
        given_set, key_set = set(answer), set(item.key)  # type: ignore[arg-type]
        if given_set and given_set < key_set:
            return points // 2
        return points if given_set == key_set else 0
    if item.kind is Kind.JUDGE:
        return points if answer == item.key else 0
    return points if set(answer) == set(item.key) else 0  # type: ignore[arg-type]
