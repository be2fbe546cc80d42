"""Rows of boards and results with the API's field names and numbers, for the API and for `--format json`."""

from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from quizapp.rules.contests import UnitRules
from quizapp.services.papers import number
from quizapp.services.results import PersonResult, UnitResult
from quizapp.services.standings import Ranked


def iso(ms: int | None, zone: str) -> str | None:
    """ISO 8601 with offset and milliseconds."""
    if ms is None:
        return None
    second, offset = _second(ms // 1000, zone)
    return f"{second}.{ms % 1000:03d}{offset}"


@lru_cache(maxsize=4096)
def _second(second: int, zone: str) -> tuple[str, str]:
    """What stands before and after the milliseconds; replies of the same second share it."""
    told = datetime.fromtimestamp(second, UTC).astimezone(ZoneInfo(zone)).isoformat()
    return told[:19], told[19:]


def rounded(value: Fraction | None, places: int = 2) -> float | None:
    """An exact mean or value as printed: half is rounded up, on display only."""
    if value is None:
        return None
    scale = 10**places
    return int((value * scale * 2 + 1) // 2) / scale


def board_row(row: Ranked) -> dict[str, Any]:
    """A line of the public leaderboard; its name is masked already."""
    return {
        "place": row.place,
        "shared": row.shared,
        "name": row.name,
        "unit": row.unit,
        "points": number(row.points),
        "time_ms": row.time_ms,
        "sittings": row.sittings,
    }


def person(row: PersonResult, zone: str) -> dict[str, Any]:
    """A contestant in full, for officials."""
    return {
        "place": row.place,
        "shared": row.shared,
        "name": row.name,
        "unit": row.unit_name,
        "unit_code": row.unit_code,
        "division": row.division,
        "points": number(row.points),
        "time_ms": row.time_ms,
        "finished_at": iso(row.finished_at, zone),
        "sittings": row.sittings,
    }


def unit(row: UnitResult, public: UnitRules | None = None) -> dict[str, Any]:
    """A unit; in public, by the contest's rules, what would give away the people of a very small one is kept back."""
    return {
        "place": row.place,
        "shared": row.shared,
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "people": row.figures.people,
        "sittings": row.figures.sittings,
        "headcount": row.headcount,
        "rate": None if row.rate is None else float(row.rate),
        "flagged": row.flagged,
        "mean": rounded(row.shown_mean(public) if public else row.figures.mean),
        "value": rounded(row.shown_value(public) if public else row.value),
        "has_children": row.has_children,
    }
