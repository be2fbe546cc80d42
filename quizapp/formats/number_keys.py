"""The key of a numeric item as people write it: 30, 25~30, 25..30, 25至30, [25, 30], 30±0.5."""

import re
from collections.abc import Sequence
from decimal import Decimal

from quizapp.rules.numerals import Range, folded, number

_MOST_DIGITS = 30
_NUMBER = r"[+-]?[\d,]*\.?\d+"
_BETWEEN = re.compile(rf"({_NUMBER})(?:~|〜|∼|\.\.|至|到|-)({_NUMBER})", re.ASCII)
_ABOUT = re.compile(rf"({_NUMBER})(?:±|\+/?-)({_NUMBER})", re.ASCII)
_HOW = "请写一个数，例如 30、-2.5；或范围 25~30、[25, 30]；或 30±0.5"


class BadTolerance(ValueError):
    """It is the tolerance that cannot be read."""


def read_range(ends: Sequence[str], tolerance: str = "") -> Range:
    """One text, or the two ends of a range, and the tolerance if any. Raises ValueError in words for the author, BadTolerance."""
    slack = _tolerance(tolerance)
    if len(ends) == 2:
        return _range(ends[0], ends[1], slack)
    if len(ends[0]) > 3 * _MOST_DIGITS:
        raise ValueError(f"key 太长，{_HOW}")
    plain = folded(ends[0].replace("——", "~"))
    if about := _ABOUT.fullmatch(plain):
        if tolerance:
            raise BadTolerance("误差写了两次：key 里已有 ±，请删去 tolerance")
        return _range(about[1], about[1], _read(about[2]))
    if between := _BETWEEN.fullmatch(plain):
        return _range(between[1], between[2], slack)
    return _range(plain, plain, slack)


def _range(least: str, most: str, slack: Decimal) -> Range:
    found = Range(_read(least), _read(most), abs(slack))
    if found.least > found.most:
        raise ValueError(f"key 的范围 {least}~{most} 应从小到大写")
    return found


def _tolerance(text: str) -> Decimal:
    if not text:
        return Decimal(0)
    found = number(text)
    if found is None or found < 0 or len(text) > _MOST_DIGITS:
        raise BadTolerance(f"tolerance“{text[:40]}”应是不小于0的数，例如 0.5")
    return found


def _read(text: str) -> Decimal:
    found = number(text) if len(text) <= _MOST_DIGITS else None
    if found is None:
        raise ValueError(f"key“{text[:40]}”不是数，{_HOW}")
    return found


def ends_of(key: Range) -> str:
    """The range without its tolerance, as the file has it."""
    return str(Range(key.least, key.most))
