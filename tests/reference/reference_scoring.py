"""What one sitting is worth, whether it is valid, and what it brought in the named part."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from reference_file import ZERO, File, Item, Sitting, duration, number

Condition = dict[str, str]


@dataclass(frozen=True)
class Result:
    """A sitting with all that is known of it. `full`: it is worth as much as a sitting can be (满分)."""

    sitting: Sitting
    right: int
    all_right: bool
    worth: Decimal
    full: bool
    valid: bool
    sub_score: Decimal


def result(file: File, sitting: Sitting) -> Result:
    """The result of one sitting."""
    hits = [each.right for each in sitting.items]
    marks = nothing_at_least(each.mark for each in sitting.items)
    worth = base(file, sitting, hits, marks) + bonuses(file, hits)
    return Result(
        sitting,
        right=sum(hits),
        all_right=all(hits),
        worth=worth,
        full=worth == most(file, sum((each.points for each in sitting.items), ZERO), len(sitting.items)),
        valid=meets(file.part("valid"), sitting, hits, worth),
        sub_score=nothing_at_least(each.mark for each in sitting.items if belongs(file, each)),
    )


def nothing_at_least(marks: Iterable[Decimal]) -> Decimal:
    """The sum of marks; a wrong answer may take off, but a paper is never below nought (整卷不低于0分)."""
    return max(ZERO, sum(marks, ZERO))


def meets(condition: Condition, sitting: Sitting, hits: list[bool], points: Decimal) -> bool:
    """Whether a sitting meets every part of a condition: at least so many right, points, seconds; at most so many seconds; all right.

    `points` (得分): of a step the marks of the questions, elsewhere what the sitting is worth.
    """
    return (
        sum(hits) >= int(condition.get("right", "0"))
        and points >= number(condition.get("points", "0"))
        and sitting.time >= duration(condition.get("time", "0秒"))
        and ("within" not in condition or sitting.time <= duration(condition["within"]))
        and (all(hits) or condition.get("all_right", "否") == "否")
    )


def base(file: File, sitting: Sitting, hits: list[bool], marks: Decimal) -> Decimal:
    """The marks of the questions; with steps instead of them, from above, the first step that is met, or nothing."""
    steps = file.part("worth").get("steps")
    if not steps:
        return marks
    return next((number(each["worth"]) for each in steps if meets(each, sitting, hits, marks)), ZERO)


def bonuses(file: File, hits: list[bool]) -> Decimal:
    """The first, second, third … right answer in a row brings its bonus, further ones the last; a wrong answer starts anew.
    All right brings another bonus."""
    said = file.part("worth")
    streak = [number(bonus) for bonus in said.get("streak") or ["0"]]
    total, row = number(said.get("all_right", "0")) if all(hits) else ZERO, 0
    for hit in hits:
        row = row + 1 if hit else 0
        total += streak[min(row, len(streak)) - 1] if row else ZERO
    return total


def most(file: File, points: Decimal, questions: int) -> Decimal:
    """What a sitting can be worth whose questions can bring so many points: these, or the best step, with every bonus."""
    steps = file.part("worth").get("steps")
    best = max(number(each["worth"]) for each in steps) if steps else points
    return best + bonuses(file, [True] * questions)


def full_marks(file: File) -> Decimal:
    """What a sitting of the paper of the file can be worth."""
    draws = file.part("paper")["draw"]
    return most(
        file, sum((int(d["count"]) * number(d["points"]) for d in draws), ZERO), sum(int(d["count"]) for d in draws)
    )


def belongs(file: File, item: Item) -> bool:
    """Whether a question is of the named part: its kind, its topic, its bank, as far as the file names them."""
    part: dict[str, str] = file.part("sub_score")
    return "sub_score" in file.said and all(getattr(item, name) == wanted for name, wanted in part.items())
