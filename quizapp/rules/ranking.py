"""merit: the one ordered key; places(rows): positions and ties, people and units alike."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import chain

from quizapp.rules.contests import Tie
from quizapp.rules.scoring import Standing

_WIDTH = 8
_MOST = (1 << (8 * _WIDTH)) - 1
_SCALE = 10**15  # two different quotients of counts below ten million differ by more than 1 / _SCALE


def merit(standing: Standing, ties: Sequence[Tie]) -> bytes:
    """Fixed-width bytes that order standings as the rules do, more is better, on SQLite, PostgreSQL and in Python alike.

    Each part is an unsigned 64-bit number; where less is better its complement.
    """
    less_is_better = {Tie.TIME: standing.time_ms, Tie.FINISH: standing.finished_at}
    parts = [standing.points, *(_MOST - less_is_better[tie] for tie in ties)]
    return b"".join(part.to_bytes(_WIDTH, "big") for part in parts)


def value_merit(value: Fraction) -> bytes:
    """The same for a unit's value, which is an exact fraction."""
    return (value.numerator * _SCALE // value.denominator).to_bytes(2 * _WIDTH, "big")


def places(merits: Iterable[bytes], first: int = 1, tied: int = 0) -> Iterator[tuple[int, bool]]:
    """(place, shared) for merits in descending order, one read ahead: 1 2 2 4. `first` is the place of the first row,
    `tied` how many rows before it share that place.

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
            place = number
        current, before = following, after
