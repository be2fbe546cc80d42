"""What the reference works with: the contest file as written, units, sittings. Numbers are decimal, times are exact."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import yaml

ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Item:
    """One question of one sitting: what it could bring, what it brought, and whether it was answered right."""

    bank: str
    kind: str
    topic: str
    points: Decimal
    mark: Decimal
    right: bool


@dataclass(frozen=True)
class Sitting:
    """One sitting that is over: whose, for which unit, in which stage, when, how long, and its questions in their order."""

    number: int
    entry: str
    unit: str
    stage: str
    started: datetime
    finished: datetime
    time: timedelta
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Unit:
    """One unit of the tree; `bonus` is what an official added."""

    code: str
    kind: str
    parent: str | None
    head_count: int | None
    bonus: Decimal = ZERO


@dataclass(frozen=True)
class File:
    """A contest file: the mapping as written, every scalar a text."""

    said: dict[str, Any] = field(hash=False)

    def part(self, name: str) -> dict[str, Any]:
        return self.said.get(name) or {}

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.said.get("zone", "Asia/Shanghai"))

    @cached_property
    def training(self) -> set[str]:
        """The stages that are written with counts: 否."""
        return {stage["code"] for stage in self.said.get("stages") or [] if stage.get("counts") == "否"}

    def day(self, moment: datetime) -> date:
        """The day of the contest's zone."""
        return moment.astimezone(self.zone).date()

    def stage(self, sitting: Sitting) -> object:
        """The stage of a sitting: as written, or by the calendar where the file has a cycle."""
        if "cycle" in self.said:
            return stretch(self.said["cycle"], self.day(sitting.started))
        return sitting.stage


def read(text: str) -> File:
    """Read a contest file; nothing is guessed, every scalar stays a text."""
    return File(yaml.load(text, Loader=yaml.CBaseLoader))


def stretch(each: str, day: date) -> object:
    """What the days of one month, of one week (from Monday) or a day have in common."""
    return {"month": (day.year, day.month), "week": day.isocalendar()[:2], "day": day}[each]


def number(text: str) -> Decimal:
    """A number; 60% is 0.6."""
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


def of_a_hundred(text: str) -> Decimal:
    """A rate as it is compared, from 0 to 100: 60% is 60."""
    return Decimal(text.rstrip("%"))


def duration(text: str) -> timedelta:
    """20分钟, 90秒, 1小时."""
    units = {"小时": "hours", "分钟": "minutes", "秒": "seconds", "h": "hours", "m": "minutes", "s": "seconds"}
    ending = next(ending for ending in units if text.endswith(ending))
    return timedelta(**{units[ending]: int(text.removesuffix(ending))})


def exactly() -> AbstractContextManager[object]:
    """Within it numbers are carried to fifty figures."""
    return localcontext(prec=50)


def comparable(value: Decimal) -> Decimal:
    """A number as it is compared, to thirty decimals: equal fractions are equal however they were calculated, unequal ones are not."""
    with exactly():
        return value.quantize(Decimal("1e-30"), ROUND_HALF_UP)


def quotient(numerator: Decimal, denominator: Decimal | int) -> Decimal:
    """A quotient carried to fifty figures."""
    with exactly():
        return numerator / denominator


def cut(points: Decimal) -> Decimal:
    """Points are given in hundredths; what is less than one is dropped (取整)."""
    return points.quantize(CENT, ROUND_FLOOR)


def rounded(points: Decimal) -> Decimal:
    """Points as they are printed: two decimals, half rounded up."""
    return points.quantize(CENT, ROUND_HALF_UP)
