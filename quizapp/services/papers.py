"""One frozen paper: how it is stored, how it is shown, and what answers fit it."""

from collections.abc import Mapping, Sequence
from typing import Any

from quizapp.errors import Invalid
from quizapp.rules.items import Item, Kind
from quizapp.rules.marking import Answer
from quizapp.rules.papers import Paper, PaperItem
from quizapp.services import answers
from quizapp.services.kept import Kept
from quizapp.services.pictures import Shown

Items = Mapping[str, Sequence[Item]]
Answers = dict[str, Any]
"""{position as text: answer as the API has it}; an empty list or text is an answer taken back."""


def freeze(paper: Paper) -> list[list[Any]]:
    """The paper as it is stored: references and permutations, no texts."""
    return [
        [
            place.bank,
            place.index,
            place.points,
            list(place.order),
            *([[*map(list, place.parts)]] if place.parts else []),
        ]
        for place in paper
    ]


def thaw(stored: Sequence[Sequence[Any]]) -> Paper:
    return tuple(
        PaperItem(bank, index, points, tuple(order), tuple(tuple(part) for parts in more for part in parts))
        for bank, index, points, order, *more in stored
    )


def number(hundredths: int) -> int | float:
    """Points as printed: 82.5, 85."""
    return hundredths // 100 if hundredths % 100 == 0 else hundredths / 100


def shown(position: int, place: PaperItem, item: Item, images: Mapping[str, Shown]) -> dict[str, Any]:
    """One item as the contestant gets it: nothing of its key, its id, its order in the bank or the name of its picture."""
    view = _shown(position, item, place.order, place.points, images)
    if item.items:
        each = place.points // len(item.items)
        own = enumerate(zip(item.items, place.parts, strict=True), start=1)
        view["items"] = [_shown(n, part, order, each, images) for n, (part, order) in own]
    return view


def _shown(position: int, item: Item, order: Sequence[int], points: int, images: Mapping[str, Shown]) -> dict[str, Any]:
    view: dict[str, Any] = {"position": position, "kind": item.kind.value, "stem": item.stem}
    view |= {name: value for name in ("alt", "unit", "least", "most") if (value := getattr(item, name))}
    if image := images.get(item.image or ""):
        view |= {"image": image.address, "image_size": [image.width, image.height]}
    choices = [{"label": answers.LABELS[n], "text": item.choices[original]} for n, original in enumerate(order)]
    if item.kind is Kind.MATCH:
        view |= {"left": [{"label": str(n), "text": text} for n, text in enumerate(item.left, 1)], "right": choices}
    elif choices:
        view["choices"] = choices
    if item.kind is Kind.BLANK:
        view["blanks"] = item.blanks
    if item.kind is Kind.HOTSPOT:
        view["taps"] = answers.most_taps(item)
    return view | {"points": number(points)}


def check_shape(given: object) -> Answers:
    """The body's answers, as far as they can be judged without the paper. Raises Invalid naming every field."""
    if not isinstance(given, dict) or len(given) > 1000:
        raise Invalid("answers 应为“题号: 答案”的对象", errors=[("answers", "应为对象")])
    faults = [
        (f"answers.{position}"[:80], "题号应为数字")
        for position in given
        if not (position.isascii() and position.isdigit())
    ]
    wrong = (position for position, answer in given.items() if not answers.is_plain(answer))
    faults += [(f"answers.{position}"[:80], "答案的格式不对") for position in wrong]
    if faults:
        raise Invalid("答案的格式不对", errors=faults)
    return {str(int(position[:9])): answer for position, answer in given.items()}


def asked(paper: Paper, items: Items) -> tuple[Item, ...]:
    """The items in the order of the paper."""
    return tuple(items[place.bank][place.index] for place in paper)


_asked: Kept[str, tuple[Item, ...]] = Kept(20_000)


def remember(sitting_id: str, asked: tuple[Item, ...]) -> None:
    """A paper never changes: whoever has seen it can tell what fits it without asking the database."""
    _asked.put(sitting_id, asked)


def surely_fit(given: Answers, sitting_id: str) -> bool:
    """Whether answers are known to fit; False where the paper has not been seen here or they do not."""
    asked = _asked.get(sitting_id)
    if asked is None:
        return False
    try:
        check_answers(given, asked)
    except Invalid:
        return False
    return True


def check_answers(given: Answers, asked: Sequence[Item]) -> None:
    """Whether answers fit the paper. Raises Invalid naming every position that does not."""
    faults: list[tuple[str, str]] = []
    for position, answer in given.items():
        at = int(position)
        if not 1 <= at <= len(asked):
            faults.append((f"answers.{position}", "试卷里没有这道题"))
            continue
        try:
            answers.fit(answer, asked[at - 1])
        except ValueError as error:
            faults.append((f"answers.{position}", str(error)))
    if faults:
        raise Invalid("有答案与题目不符", errors=faults)


def to_rules(given: Answers, paper: Paper, items: Items) -> dict[int, Answer]:
    """Stored answers as the marking rules take them, by place in the paper."""
    found: dict[int, Answer] = {}
    for position, answer in given.items():
        place = paper[int(position) - 1]
        found[int(position)] = answers.to_rules(answer, items[place.bank][place.index], place.order, place.parts)
    return found
