"""When a contest runs, when a sitting ends, which day it belongs to. All times UTC milliseconds."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from quizapp.rules.contests import ContestRules, Release


class Phase(StrEnum):
    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSING = "closing"
    OVER = "over"


def phase(opens_at: int, last_start: int, closes_at: int, now: int) -> Phase:
    """Where a contest stands: no start before `opens_at` nor after `last_start`, no hand-in after `closes_at`."""
    if now < opens_at:
        return Phase.UPCOMING
    if now > closes_at:
        return Phase.OVER
    return Phase.OPEN if now <= last_start else Phase.CLOSING


def deadline(rules: ContestRules, started_at: int, extra_ms: int = 0) -> int:
    """The effective end of a sitting: min(start + limit, closes_at) + extra, or start + limit + extra where the rule gives the
    full time. Under an item clock alone it is closes_at, and never before the time of all items where the rule gives the full time.
    `extra_ms` is what a record grants to the person or unit, and what the contest was paused for."""
    full, clock = started_at + full_time(rules), rules.clock
    if clock.paper_ms is None:
        return extra_ms + (max(full, rules.closes_at) if clock.full_time else rules.closes_at)
    return extra_ms + (full if clock.full_time else min(full, rules.closes_at))


def full_time(rules: ContestRules) -> int:
    """What a sitting may take: the limit of the paper, else those of all its items together."""
    return rules.clock.paper_ms or (rules.clock.item_ms or 0) * rules.blueprint.total


def is_cut(rules: ContestRules, started_at: int) -> bool:
    """True where somebody who starts now gets less than the full time."""
    return deadline(rules, started_at) < started_at + full_time(rules)


def item_deadline(rules: ContestRules, opened_at: int, end: int) -> int | None:
    """When the item opened at `opened_at` ends under an item clock; never after the sitting's own end."""
    return None if rules.clock.item_ms is None else min(opened_at + rules.clock.item_ms, end)


def contest_day(zone: str, at: int) -> str:
    """The calendar day in the contest's zone, as 2026-06-01: a sitting counts on the day of its start."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def working_days_after(day: str, count: int) -> str:
    """The last of `count` working days that follow a day (2026-06-30), Monday to Friday; public holidays are not known here."""
    at = date.fromisoformat(day)
    while count:
        at += timedelta(days=1)
        count -= at.weekday() < 5
    return at.isoformat()


def in_time(at: int, end: int, grace_ms: int) -> bool:
    """A save or hand-in counts when it arrives by the deadline plus grace."""
    return at <= end + grace_ms


def time_used(started_at: int, finished_at: int, end: int, halted_ms: int = 0) -> int:
    """Milliseconds from the first delivery to the hand-in, without those that all clocks stood still; grace is never charged
    and never gained."""
    return max(0, min(finished_at, end) - started_at - halted_ms)


def is_released(release: Release, closes_at: int, published_at: int | None, now: int) -> bool:
    """Whether a score or a key may be shown to the one who sat."""
    if release is Release.PUBLISHED:
        return published_at is not None and published_at <= now
    return release is Release.AT_ONCE or (release is Release.AT_END and now > closes_at)
