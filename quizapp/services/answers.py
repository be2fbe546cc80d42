"""One answer to one item: what may be kept at all, what fits the item, and how it turns from this paper's labels into positions."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from quizapp.rules.items import LONGEST_ESSAY, Item, Kind
from quizapp.rules.marking import Answer
from quizapp.rules.regions import SIDE, TAPS_PER_REGION

LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST_TEXT = 200
MOST_PARTS = 64


def is_plain(answer: object) -> bool:
    """What any database can keep and any item could ask for: nothing deeper than a case with a match in it."""
    if isinstance(answer, str):
        return _is_text(answer, LONGEST_ESSAY)
    if isinstance(answer, dict):
        return len(answer) <= MOST_PARTS and all(_is_name(name) and _is_flat(part) for name, part in answer.items())
    return _is_flat(answer)


def _is_flat(answer: object) -> bool:
    if isinstance(answer, list):
        return len(answer) <= MOST_PARTS and all(_is_text(part) or _is_point(part) for part in answer)
    if isinstance(answer, dict):
        return len(answer) <= MOST_PARTS and all(_is_name(name) and _is_text(part) for name, part in answer.items())
    return isinstance(answer, bool) or _is_text(answer)


def _is_text(part: object, most: int = LONGEST_TEXT) -> bool:
    if not isinstance(part, str) or len(part) > most or "\x00" in part:
        return False
    return part.isascii() or not any(0xD800 <= ord(char) <= 0xDFFF for char in part)


def _is_name(name: object) -> bool:
    """The number of a part: 1, 2, …, without signs and leading zeros."""
    return isinstance(name, str) and name.isascii() and name.isdigit() and len(name) <= 3 and name[0] != "0"


def _is_point(part: object) -> bool:
    return isinstance(part, list) and len(part) == 2 and all(type(n) is int and 0 <= n <= SIDE for n in part)


def is_answered(answer: object) -> bool:
    """Whether a stored answer says anything."""
    if isinstance(answer, bool):
        return True
    if isinstance(answer, dict):
        return any(map(is_answered, answer.values()))
    if isinstance(answer, list):
        return any(part for part in answer)
    return bool(answer)


def fit(answer: object, item: Item) -> None:
    """Raises ValueError, in words for the contestant, where a plain answer does not fit the item."""
    if answer not in ([], "", {}):
        _FITS[item.kind](answer, item)


def labels_of(answer: Sequence[str]) -> list[str]:
    """The letters of an answer as they were given: case and width do not matter."""
    labels = (unicodedata.normalize("NFKC", label).strip().upper() for label in answer)
    return [label for label in labels if label]


def _labels(answer: Any, item: Item) -> list[str]:
    if not isinstance(answer, list) or not all(isinstance(part, str) for part in answer):
        raise ValueError("答案应为选项字母的列表")
    labels = labels_of(answer)
    _offered(labels, item)
    return labels


def _offered(labels: Sequence[str], item: Item) -> None:
    offered = LABELS[: len(item.choices)]
    if any(len(label) != 1 or label not in offered for label in labels):
        raise ValueError("没有这个选项")


def _fit_choice(answer: Any, item: Item) -> None:
    labels = set(_labels(answer, item))
    if item.kind is Kind.SINGLE and len(labels) != 1:
        raise ValueError("单选题只能选一项")


def _fit_order(answer: Any, item: Item) -> None:
    labels = _labels(answer, item)
    if len(set(labels)) != len(labels):
        raise ValueError("排序题的每一项只能排一次")


def _fit_judge(answer: Any, item: Item) -> None:
    if not isinstance(answer, bool):
        raise ValueError("判断题的答案应为 true 或 false")


def _fit_blank(answer: Any, item: Item) -> None:
    texts = [answer] if item.blanks == 1 and isinstance(answer, str) else answer
    if not isinstance(texts, list) or len(texts) != item.blanks or not all(map(_is_text, texts)):
        raise ValueError(f"应填{item.blanks}个空" if item.blanks > 1 else "填空题的答案应为文字")


def _fit_number(answer: Any, item: Item) -> None:
    if not _is_text(answer):
        raise ValueError("数值题的答案应为写成文字的数")


def _fit_match(answer: Any, item: Item) -> None:
    if not isinstance(answer, dict) or not all(isinstance(part, str) for part in answer.values()):
        raise ValueError("连线题的答案应为“左边: 右边”的对象")
    if any(int(name) > len(item.left) for name in answer):
        raise ValueError("左边没有这一项")
    _offered(labels_of(list(answer.values())), item)


def _fit_taps(answer: Any, item: Item) -> None:
    if not isinstance(answer, list) or not all(map(_is_point, answer)):
        raise ValueError(f"找隐患题的答案应为图上的点 [[横, 纵], …]，横纵都是0到{SIDE}的整数")
    if len(answer) > most_taps(item):
        raise ValueError(f"最多点{most_taps(item)}处")


def _fit_case(answer: Any, item: Item) -> None:
    if not isinstance(answer, dict):
        raise ValueError("案例题的答案应为“小题号: 答案”的对象")
    for name, part in answer.items():
        if int(name) > len(item.items):
            raise ValueError(f"没有第{name}小题")
        try:
            fit(part, item.items[int(name) - 1])
        except ValueError as error:
            raise ValueError(f"第{name}小题：{error}") from None


def _fit_essay(answer: Any, item: Item) -> None:
    most = item.most or LONGEST_ESSAY
    if not _is_text(answer, most):
        raise ValueError(f"应为文字，最多{most}个字")


_FITS: dict[Kind, Callable[[Any, Item], None]] = {
    Kind.SINGLE: _fit_choice,
    Kind.MULTIPLE: _fit_choice,
    Kind.JUDGE: _fit_judge,
    Kind.BLANK: _fit_blank,
    Kind.NUMERIC: _fit_number,
    Kind.ORDER: _fit_order,
    Kind.MATCH: _fit_match,
    Kind.HOTSPOT: _fit_taps,
    Kind.CASE: _fit_case,
    Kind.ESSAY: _fit_essay,
}


def most_taps(item: Item) -> int:
    return TAPS_PER_REGION * len(item.regions)


Orders = Sequence[tuple[int, ...]]


def to_rules(answer: Any, item: Item, order: Sequence[int], parts: Orders = ()) -> Answer:
    """A stored answer as the marking rules take it: positions in the bank for the labels of this paper."""
    if not is_answered(answer):
        return None
    if item.kind is Kind.CASE:
        return tuple(to_rules(answer.get(str(n)), own, parts[n - 1]) for n, own in enumerate(item.items, 1))
    if item.kind is Kind.MATCH:
        return tuple(_position(answer.get(str(n), ""), order) for n in range(1, len(item.left) + 1))
    if item.kind is Kind.HOTSPOT:
        return tuple((x, y) for x, y in answer)
    if item.kind is Kind.BLANK:
        return tuple([answer] if isinstance(answer, str) else answer)
    if isinstance(answer, list):
        return tuple(order[LABELS.index(label)] for label in labels_of(answer))
    return answer


def _position(label: str, order: Sequence[int]) -> int | None:
    found = labels_of([label])
    return order[LABELS.index(found[0])] if found else None


def key_of(item: Item, order: Sequence[int]) -> Any:
    """What is right, in the labels of this paper and the shape of an answer; None for kinds that have no key."""
    if item.kind is Kind.NUMERIC:
        return str(item.key)
    if not isinstance(item.key, tuple) or item.kind is Kind.BLANK:
        return item.key
    labels = [LABELS[order.index(position)] for position in item.key if isinstance(position, int)]
    if item.kind is Kind.MATCH:
        return {str(n): label for n, label in enumerate(labels, 1)}
    return labels if item.kind is Kind.ORDER else sorted(labels)
