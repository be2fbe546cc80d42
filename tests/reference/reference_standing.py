"""From a person's sittings to the standing, and from standings to places."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from reference_file import ZERO, File, number, quotient, rounded, stretch
from reference_scoring import Result

SHORT = {
    "best": {"take": "best"},
    "last": {"take": "last"},
    "first": {"take": "first"},
    "sum": {"take": "all"},
    "mean": {"take": "all", "as": "mean"},
    "sum_of_days": {"take": "best", "each": "day"},
    "sum_of_weeks": {"take": "best", "each": "week"},
    "sum_of_stages": {"take": "best", "each": "stage"},
    "valid": {"take": "all", "as": "number"},
    "days": {"take": "best", "each": "day", "as": "number"},
}
"""The short names of what counts, in the long form."""


@dataclass(frozen=True)
class Standing:
    """What a person's sittings come to: the value, all that may decide between equal values, and what units count.

    `exact` is compared between people; `points` is printed, and added up by units.
    """

    exact: Decimal
    time: timedelta
    total_time: timedelta
    sub_score: Decimal
    sittings: int
    finish: datetime
    valid: int
    full: bool
    passed: bool

    @property
    def points(self) -> Decimal:
        return rounded(self.exact)


def counting(file: File, results: Sequence[Result]) -> list[Result]:
    """What standings are made of: not training (counts: 否)."""
    return [each for each in results if each.sitting.stage not in file.training]


def standing(file: File, made: Sequence[Result]) -> Standing:
    """The standing that counting sittings, at least one, give their maker.

    Sittings that are not valid bring nothing and are still sittings made. Where none is valid the person took part and stands at
    nothing, with the time of all of them.
    """
    valid = [each for each in made if each.valid]
    counted = chosen(file, valid) or list(made)
    return Standing(
        exact=combined(file, counted) if valid else ZERO,
        time=sum((each.sitting.time for each in counted), timedelta()),
        total_time=sum((each.sitting.time for each in made), timedelta()),
        sub_score=sum((each.sub_score for each in counted), ZERO) if valid else ZERO,
        sittings=len(made),
        finish=max(each.sitting.finished for each in counted),
        valid=len(valid),
        full=any(each.full for each in valid),
        passed="pass" in file.said and bool(valid) and decisive(file, valid, counted) >= number(file.said["pass"]),
    )


def decisive(file: File, valid: Sequence[Result], counted: Sequence[Result]) -> Decimal:
    """What passes or fails (以最后一次为准、以平均分为准): the one sitting that counts, or the mean; the pass mark is one of a
    sitting, so that with sums and numbers the best of all decides."""
    how = rule(file)
    if how["as"] == "mean":
        return combined(file, counted)
    alone = how["as"] == "sum" and how["each"] == "whole" and how["take"] != "all"
    return max(each.worth for each in (counted if alone else valid))


def rule(file: File) -> dict[str, str]:
    """What counts, in the long form, complete."""
    said = file.said.get("counts", "best")
    return {"take": "best", "each": "whole", "as": "sum"} | (SHORT[said] if isinstance(said, str) else said)


def chosen(file: File, valid: Sequence[Result]) -> list[Result]:
    """The sittings that count: of every stretch the best, the last, the first or all; of these at most so many, the best."""
    how = rule(file)
    stretches: dict[object, list[Result]] = {}
    for each in valid:
        stretches.setdefault(stretch_of(file, how["each"], each), []).append(each)
    taken: list[Result] = []
    for within in stretches.values():
        if how["take"] == "all":
            taken += within
        elif how["take"] == "last":
            taken.append(max(within, key=lambda each: each.sitting.finished))
        elif how["take"] == "first":
            taken.append(min(within, key=lambda each: each.sitting.finished))
        else:
            taken.append(min(within, key=lambda each: better(file, each)))
    taken.sort(key=lambda each: better(file, each))
    return taken[: int(how.get("most", len(taken)))]


def stretch_of(file: File, each: str, one: Result) -> object:
    """The stretch in which a sitting is compared; days, weeks and months by its start, in the contest's zone."""
    if each == "whole":
        return ""
    return file.stage(one.sitting) if each == "stage" else stretch(each, file.day(one.sitting.started))


def better(file: File, one: Result) -> tuple[Any, ...]:
    """Smaller is the better of two sittings: worth more, then what the ties of the file prefer, then the earlier."""
    sitting = one.sitting
    prefers = {
        "time": sitting.time,
        "total_time": sitting.time,
        "finish": sitting.finished,
        "sub_score": -one.sub_score,
    }
    return -one.worth, *(prefers[tie] for tie in ties(file) if tie in prefers), sitting.finished


def combined(file: File, counted: Sequence[Result]) -> Decimal:
    """Their number, one point each; or the sum or the mean of what they are worth."""
    how = rule(file)["as"]
    if how == "number":
        return Decimal(len(counted))
    total = sum((each.worth for each in counted), ZERO)
    return quotient(total, len(counted)) if how == "mean" else total


def ties(file: File) -> list[str]:
    """What is compared where values are equal."""
    return list(file.said.get("ties", ["time", "finish"]))


def lot(seed: str, entry: str) -> int:
    """What an entry draws: the first 64 bits of HMAC-SHA256 of its id under the seed, a hexadecimal number; the larger goes first."""
    return int.from_bytes(hmac.new(bytes.fromhex(seed), entry.encode(), hashlib.sha256).digest()[:8], "big")


def order(file: File, found: Standing, drawn: int = 0) -> tuple[Any, ...]:
    """What places are decided by, smaller first: the value, then the ties of the file in their order. Equal orders share a place."""
    decides = {
        "time": found.time,
        "total_time": found.total_time,
        "sub_score": -found.sub_score,
        "sittings": found.sittings,
        "finish": found.finish,
        "lot": -drawn,
    }
    return -found.exact, *(decides[name] for name in ties(file))


def places(file: File, orders: Sequence[tuple[Any, ...]]) -> list[int]:
    """The place of each: one more than how many are before it (1 2 2 4); dense: than how many different results are (1 2 2 3)."""
    dense = file.part("board").get("places", "standard") == "dense"
    before = sorted(set(orders) if dense else orders)
    first: dict[tuple[Any, ...], int] = {}
    for place, each in enumerate(before, start=1):
        first.setdefault(each, place)
    return [first[each] for each in orders]
