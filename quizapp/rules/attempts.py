"""How many sittings an entry may start."""

from enum import StrEnum

from quizapp.errors import Refused
from quizapp.rules.contests import Limits


class Track(StrEnum):
    """The line along which sittings are numbered and limited."""

    COUNTED = "counted"
    PRACTICE = "practice"


def left(limits: Limits, track: Track, taken: int, taken_today: int) -> int | None:
    """How many sittings may still be started today; None is no limit."""
    if track is Track.PRACTICE:
        return max(0, limits.practice_per_day - taken_today)
    rest = [limit - used for limit, used in ((limits.total, taken), (limits.per_day, taken_today)) if limit is not None]
    return max(0, min(rest)) if rest else None


def check_left(limits: Limits, track: Track, taken: int, taken_today: int) -> None:
    """Raises Refused, in words, when no sitting is left."""
    if left(limits, track, taken, taken_today) != 0:
        return
    if track is Track.PRACTICE:
        if limits.practice_per_day == 0:
            raise Refused("本次竞赛没有练习")
        raise Refused("今天的{count}次练习已用完，明天可以再练", count=limits.practice_per_day)
    if limits.total is not None and taken >= limits.total:
        raise Refused("{count}次答题机会已全部用完", count=limits.total)
    raise Refused("今天的{count}次答题机会已用完，明天可以再答", count=limits.per_day)
