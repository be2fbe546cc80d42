"""What one answer brings, by the words of the file's marking part: single, judge and multiple questions."""

from decimal import Decimal

from reference_file import CENT, ZERO, File, cut, number, quotient


def mark(file: File, kind: str, points: Decimal, key: set[object], chosen: set[object]) -> Decimal:
    """The mark of one question worth `points`; nothing chosen is not answered."""
    marking = file.part("marking")
    if not chosen:
        return min(points, number(marking.get("unanswered", "0")))
    if chosen == key:
        return points
    if kind in ("single", "judge"):
        return -number(marking.get("wrong", "0"))
    return multiple(marking, points, key, chosen)


def multiple(marking: dict[str, str], points: Decimal, key: set[object], chosen: set[object]) -> Decimal:
    """A multiple question that was answered, though not exactly."""
    how = marking.get("multiple", "exact")
    right, wrong = len(chosen & key), len(chosen - key)
    short = points - CENT  # an answer that is not exact never brings all
    share = quotient(points, len(key))
    per_right = number(marking["per_right"]) if "per_right" in marking else share
    per_wrong = number(marking["per_wrong"]) if "per_wrong" in marking else share
    if how == "half" and not wrong:
        return cut(points / 2)
    if how == "short":
        return ZERO if wrong else min(short, number(marking["short"]))
    if how == "per_right" and not wrong:
        return cut(min(short, right * per_right))
    if how == "per_right_less_wrong":
        return cut(max(ZERO, min(short, right * per_right - wrong * per_wrong)))
    return ZERO
