"""When made-up people come: more at the beginning and at the end of a window, by day and in the evening."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

HOUR, DAY = 3_600_000, 86_400_000
_PEAKS = ((9.5, 1.5), (12.5, 0.7), (20.0, 1.5))  # hours of the day around which people come, and how near


@dataclass(frozen=True, slots=True)
class Slice:
    """One day of a window: `midnight` before it, its first and last start; how many come beside other days."""

    midnight: int
    opens: int
    ends: int
    weight: float
    is_first: bool
    is_last: bool


def slices(opens_at: int, last_start: int, zone: str, scale: float) -> list[Slice]:
    """The days of a window; `scale`: how many come on each of them beside a short contest."""
    local = datetime.fromtimestamp(opens_at / 1000, UTC).astimezone(ZoneInfo(zone))
    midnight = opens_at - ((local.hour * 60 + local.minute) * 60 + local.second) * 1000 - opens_at % 1000
    starts = range(midnight, max(last_start, midnight + 1), DAY)
    last = len(starts) - 1
    return [
        Slice(
            start, max(start, opens_at), min(start + DAY - 1, last_start),
            scale * (1.8 if n < 2 else 1.4 if n > last - 2 else 1.0), n == 0, n == last,
        )
        for n, start in enumerate(starts)
    ]  # fmt: skip


def visits(days: Iterable[Slice], zeal: float, chance: Random) -> Iterator[int]:
    """The moments at which somebody comes who comes on a day as likely as `zeal`."""
    for day in days:
        if chance.random() < zeal * day.weight:
            yield visit(day, chance)


def visit(day: Slice, chance: Random) -> int:
    """One moment of a day: right after the opening, shortly before the end, or around the usual hours."""
    fate = chance.random()
    if day.is_first and fate < 0.4:
        at = day.opens + chance.expovariate(1 / (0.7 * HOUR))
    elif day.is_last and fate > 0.65:
        at = day.ends - chance.expovariate(1 / HOUR)
    else:
        hour, spread = chance.choice(_PEAKS)
        at = day.midnight + chance.gauss(hour, spread) * HOUR
    if not day.opens <= at <= day.ends:
        at = chance.uniform(day.opens, day.ends)
    return round(at)
