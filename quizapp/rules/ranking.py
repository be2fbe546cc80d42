"""merit: the one ordered key; places(rows): positions and ties, people and units alike."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain

from quizapp.rules.counting import Standing, Tie

_WIDTH = 8
_MOST = (1 << (8 * _WIDTH)) - 1
_SCALE = 10**15  # two different quotients of counts below ten million differ by more than 1 / _SCALE
_MEANS = 10**6  # two different means of up to a thousand sittings, in hundredths, differ by no less than 1 / _MEANS


def lot(seed: str, entry: str) -> int:
    """What an entry draws where nothing else decides: the first 64 bits of HMAC-SHA256 of its id under the contest's seed."""
    return int.from_bytes(hmac.digest(bytes.fromhex(seed), entry.encode(), hashlib.sha256)[:_WIDTH], "big")


def merit(standing: Standing, ties: Sequence[Tie], drawn: int = 0, *, means: bool = False) -> bytes:
    """Fixed-width bytes that order standings as the rules do, more is better, on SQLite, PostgreSQL and in Python alike.

    Each part is an unsigned 64-bit number; where less is better its complement. `drawn` is the entry's lot; with `means` points
    are compared as exact as they are, not as they are printed.
    """
    less_is_better = {
        Tie.TIME: standing.time_ms,
        Tie.TOTAL_TIME: standing.total_ms,
        Tie.FINISH: standing.finished_at,
        Tie.SITTINGS: standing.sittings,
    }
    more_is_better = {Tie.SUB_SCORE: standing.sub_points, Tie.LOT: drawn}
    exact = standing.points if standing.exact is None else standing.exact
    points = int(exact * _MEANS) if means else standing.points
    parts = [points]
    parts += [_MOST - less_is_better[tie] if tie in less_is_better else more_is_better[tie] for tie in ties]
    return b"".join(part.to_bytes(_WIDTH, "big") for part in parts)


def compared(key: bytes, ties: Sequence[Tie]) -> list[int]:
    """The numbers that a merit is made of, as they were before less was turned into more: the points (millionths of a hundredth
    where means are compared), then each tie."""
    parts = [int.from_bytes(key[at : at + _WIDTH], "big") for at in range(0, len(key), _WIDTH)]
    more = (Tie.SUB_SCORE, Tie.LOT)
    return [parts[0], *(part if tie in more else _MOST - part for part, tie in zip(parts[1:], ties, strict=True))]


def value_merit(values: Sequence[Fraction]) -> bytes:
    """The same for the values by which units are compared one after the other, exact fractions of either sign below 10^15."""
    shifted = (value.numerator * _SCALE // value.denominator + (1 << (16 * _WIDTH - 1)) for value in values)
    return b"".join(value.to_bytes(2 * _WIDTH, "big") for value in shifted)


def places(
    merits: Iterable[bytes], first: int = 1, tied: int = 0, *, dense: bool = False
) -> Iterator[tuple[int, bool]]:
    """(place, shared) for merits in descending order, one read ahead: 1 2 2 4, or 1 2 2 3 where `dense`. `first` is the place of
    the first row, `tied` how many rows before it share that place.

    Whether the last row of a page shares its place is only known with the row after it: pass that row too and drop it.
    """
    rows = iter(merits)
    current, place, before = next(rows, None), first, tied > 0
    if current is None:
        return
    for number, following in enumerate(chain(rows, (None,)), start=first + tied + 1):
        after = following == current
        yield place, before or after
        if not after:
            place = place + 1 if dense else number
        current, before = following, after
