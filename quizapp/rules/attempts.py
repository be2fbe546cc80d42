"""How many sittings an entry may start, and when the next."""

from dataclasses import dataclass

from quizapp.errors import Refused
from quizapp.rules.contests import Extra, Limits

COUNTED, PRACTICE = "counted", "practice"


def track(stage: str, *, practice: bool) -> str:
    """The line along which sittings are numbered and limited: each stage has its own, and its practice another."""
    if not stage:
        return PRACTICE if practice else COUNTED
    return f"{stage}*" if practice else stage


def is_practice(track: str) -> bool:
    return track == PRACTICE or track.endswith("*")


def stage_of(track: str) -> str:
    """The code of the stage, empty where a contest has none."""
    return "" if track in (COUNTED, PRACTICE) else track.removesuffix("*")


@dataclass(frozen=True, slots=True)
class Taken:
    """What an entry has used up on one track: sittings in all and today; whether one of them passed; when the last one ended;
    chances earned today by sharing and inviting."""

    total: int = 0
    today: int = 0
    passed: bool = False
    ended_at: int | None = None
    earned: int = 0


def earned(extra: Extra, shares: int, invitations: int) -> int:
    """Further chances of a day, given what is proven of that day."""
    return min(extra.share, shares) + min(extra.invite, invitations)


def left(limits: Limits, taken: Taken, *, practice: bool) -> int | None:
    """How many sittings may still be started today; None is no limit."""
    if practice:
        return max(0, limits.practice_per_day - taken.today)
    rest = []
    if limits.total is not None:
        retakes = 0 if taken.passed else limits.retakes
        rest.append(limits.total + retakes + taken.earned - taken.total)
    if limits.per_day is not None:
        rest.append(limits.per_day + taken.earned - taken.today)
    return max(0, min(rest)) if rest else None


def check_left(limits: Limits, taken: Taken, now: int, *, practice: bool) -> None:
    """Raises Refused, in words, when no sitting is left or the last hand-in is too near."""
    if left(limits, taken, practice=practice) == 0:
        _refuse(limits, taken, practice=practice)
    if not practice and taken.ended_at is not None and now < taken.ended_at + limits.cooldown_ms:
        minutes = -(-(taken.ended_at + limits.cooldown_ms - now) // 60_000)
        raise Refused("交卷后要过一会儿才能再答，请{minutes}分钟后再来", minutes=minutes)


def _refuse(limits: Limits, taken: Taken, *, practice: bool) -> None:
    if practice and limits.practice_per_day == 0:
        raise Refused("本次竞赛没有练习")
    if practice:
        raise Refused("今天的{count}次练习已用完，明天可以再练", count=limits.practice_per_day)
    if limits.total is not None and limits.retakes and taken.passed and taken.total >= limits.total:
        raise Refused("您已合格，不用再答")
    if limits.total is not None and taken.total >= limits.total:
        raise Refused("{count}次答题机会已全部用完", count=taken.total)
    raise Refused("今天的{count}次答题机会已用完，明天可以再答", count=taken.today)
