"""One frozen paper: how it is stored, how it is shown, and what answers fit it."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from quizapp.errors import Invalid
from quizapp.rules.items import Item, Kind
from quizapp.rules.marking import Answer
from quizapp.rules.papers import Paper, PaperItem
from quizapp.services.kept import Kept

LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LONGEST_TEXT = 200

Items = Mapping[str, Sequence[Item]]
Answers = dict[str, Any]
"""{position as text: answer as the API has it}; an empty list or text is an answer taken back."""


def freeze(paper: Paper) -> list[list[Any]]:
    """The paper as it is stored: references and permutations, no texts."""
    return [[place.bank, place.index, place.points, list(place.order)] for place in paper]


def thaw(stored: Sequence[Sequence[Any]]) -> Paper:
    return tuple(PaperItem(bank, index, points, tuple(order)) for bank, index, points, order in stored)


def number(hundredths: int) -> int | float:
    """Points as printed: 82.5, 85."""
    return hundredths // 100 if hundredths % 100 == 0 else hundredths / 100


def shown(position: int, place: PaperItem, item: Item) -> dict[str, Any]:
    """One item as the contestant gets it: nothing of its key, its id or its order in the bank."""
    view: dict[str, Any] = {"position": position, "kind": item.kind.value, "stem": item.stem}
    if item.image:
        view["image"] = item.image
    if place.order:
        view["choices"] = [
            {"label": LABELS[n], "text": item.choices[original]} for n, original in enumerate(place.order)
        ]
    if item.kind is Kind.BLANK:
        view["blanks"] = item.blanks
    view["points"] = number(place.points)
    return view


def check_shape(answers: object) -> Answers:
    """The body's answers, as far as they can be judged without the paper. Raises Invalid naming every field."""
    if not isinstance(answers, dict) or len(answers) > 1000:
        raise Invalid("answers 应为“题号: 答案”的对象", errors=[("answers", "应为对象")])
    faults = [
        (f"answers.{position}"[:80], "题号应为数字") for position in answers if not (position.isascii() and position.isdigit())
    ]
    faults += [(f"answers.{position}", "答案的格式不对") for position, answer in answers.items() if not _is_plain(answer)]
    if faults:
        raise Invalid("答案的格式不对", errors=faults)
    return {str(int(position[:9])): answer for position, answer in answers.items()}


def _is_plain(answer: object) -> bool:
    """What any database can keep: a truth, a text without NUL, or a short list of such texts."""
    if isinstance(answer, list):
        return len(answer) <= 64 and all(isinstance(part, str) and _is_plain(part) for part in answer)
    if isinstance(answer, str):
        return len(answer) <= LONGEST_TEXT and "\x00" not in answer and not any(0xD800 <= ord(char) <= 0xDFFF for char in answer)
    return isinstance(answer, bool)


def asked(paper: Paper, items: Items) -> tuple[Item, ...]:
    """The items in the order of the paper."""
    return tuple(items[place.bank][place.index] for place in paper)


_asked: Kept[str, tuple[Item, ...]] = Kept(20_000)


def remember(sitting_id: str, asked: tuple[Item, ...]) -> None:
    """A paper never changes: whoever has seen it can tell what fits it without asking the database."""
    _asked.put(sitting_id, asked)


def surely_fit(answers: Answers, sitting_id: str) -> bool:
    """Whether answers are known to fit; False where the paper has not been seen here or they do not."""
    asked = _asked.get(sitting_id)
    if asked is None:
        return False
    try:
        check_answers(answers, asked)
    except Invalid:
        return False
    return True


def check_answers(answers: Answers, asked: Sequence[Item]) -> None:
    """Whether answers fit the paper. Raises Invalid naming every position that does not."""
    faults: list[tuple[str, str]] = []
    for position, answer in answers.items():
        at = int(position)
        if not 1 <= at <= len(asked):
            faults.append((f"answers.{position}", "试卷里没有这道题"))
            continue
        try:
            _fit(answer, asked[at - 1])
        except ValueError as error:
            faults.append((f"answers.{position}", str(error)))
    if faults:
        raise Invalid("有答案与题目不符", errors=faults)


def _fit(answer: object, item: Item) -> None:
    if answer in ([], "") and not isinstance(answer, bool):
        return
    if item.kind is Kind.JUDGE:
        if not isinstance(answer, bool):
            raise ValueError("判断题的答案应为 true 或 false")
    elif item.kind is Kind.BLANK:
        texts = [answer] if item.blanks == 1 and isinstance(answer, str) else answer
        if not isinstance(texts, list) or len(texts) != item.blanks:
            raise ValueError(f"应填{item.blanks}个空" if item.blanks > 1 else "填空题的答案应为文字")
    elif not isinstance(answer, list):
        raise ValueError("答案应为选项字母的列表")
    else:
        _fit_labels(answer, item)


def labels_of(answer: Sequence[str]) -> list[str]:
    """The letters of an answer as a set: order, repetition, case and width do not matter."""
    return sorted({unicodedata.normalize("NFKC", label).strip().upper() for label in answer} - {""})


def _fit_labels(answer: Sequence[str], item: Item) -> None:
    labels = labels_of(answer)
    offered = LABELS[: len(item.choices)]
    if any(len(label) != 1 or label not in offered for label in labels):
        raise ValueError("没有这个选项")
    if item.kind is Kind.SINGLE and len(labels) != 1:
        raise ValueError("单选题只能选一项")


def is_answered(answer: object) -> bool:
    """Whether a stored answer says anything."""
    if isinstance(answer, bool):
        return True
    if isinstance(answer, list):
        return any(part for part in answer)
    return bool(answer)


def to_rules(answers: Answers, paper: Paper, items: Items) -> dict[int, Answer]:
    """Stored answers as the marking rules take them: by position in the bank, not by letter."""
    found: dict[int, Answer] = {}
    for position, answer in answers.items():
        if not is_answered(answer):
            continue
        place = paper[int(position) - 1]
        kind = items[place.bank][place.index].kind
        if kind is Kind.JUDGE:
            found[int(position)] = answer
        elif kind is Kind.BLANK:
            found[int(position)] = tuple([answer] if isinstance(answer, str) else answer)
        else:
            found[int(position)] = tuple(place.order[LABELS.index(label)] for label in labels_of(answer))
    return found


def key_labels(place: PaperItem, item: Item) -> list[str]:
    """The right choices as the letters of this paper."""
    assert isinstance(item.key, tuple)
    return sorted(LABELS[place.order.index(position)] for position in item.key if isinstance(position, int))
