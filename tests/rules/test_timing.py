"""Phases, deadlines, days."""

from dataclasses import replace

import pytest
from factories import DAY, HOUR, rules

from quizapp.rules import timing
from quizapp.rules.contests import Clock, Release
from quizapp.rules.timing import Phase

NOON = 1_780_286_400_000
CONTEST = replace(rules(NOON), opens_at=NOON, last_start=NOON + HOUR, closes_at=NOON + 2 * HOUR)


@pytest.mark.parametrize(
    ("at", "phase"),
    [
        (NOON - 1, Phase.UPCOMING), (NOON, Phase.OPEN), (NOON + HOUR, Phase.OPEN), (NOON + HOUR + 1, Phase.CLOSING),
        (NOON + 2 * HOUR, Phase.CLOSING), (NOON + 2 * HOUR + 1, Phase.OVER),
    ],
)  # fmt: skip
def test_the_phase_is_a_function_of_the_moment(at, phase):
    assert timing.phase(CONTEST.opens_at, CONTEST.last_start, CONTEST.closes_at, at) is phase


def test_the_end_is_the_limit_or_the_close():
    start = CONTEST.closes_at - 60_000
    assert timing.deadline(CONTEST, NOON) == NOON + 600_000 and not timing.is_cut(CONTEST, NOON)
    assert timing.deadline(CONTEST, start) == CONTEST.closes_at and timing.is_cut(CONTEST, start)
    full = replace(CONTEST, clock=Clock(paper_ms=600_000, full_time=True))
    assert timing.deadline(full, start) == start + 600_000 and not timing.is_cut(full, start)
    assert timing.deadline(replace(CONTEST, clock=Clock(item_ms=20_000)), NOON) == CONTEST.closes_at


def test_the_full_time_of_an_item_clock_is_that_of_all_its_items():
    whole = replace(CONTEST, clock=Clock(item_ms=20_000, full_time=True))
    items, late = CONTEST.blueprint.total, CONTEST.closes_at - 1_000
    assert timing.deadline(whole, late) == late + 20_000 * items and not timing.is_cut(whole, late)
    assert timing.deadline(whole, NOON) == CONTEST.closes_at, "as without: the clock of each item ends it before"
    cut = replace(CONTEST, clock=Clock(item_ms=20_000))
    assert timing.deadline(cut, late) == CONTEST.closes_at and timing.is_cut(cut, late) and not timing.is_cut(cut, NOON)


def test_an_item_never_outlasts_its_sitting():
    both = replace(CONTEST, clock=Clock(paper_ms=30_000, item_ms=20_000))
    end = timing.deadline(both, NOON)
    assert timing.item_deadline(both, NOON, end) == NOON + 20_000
    assert timing.item_deadline(both, NOON + 15_000, end) == NOON + 30_000
    assert timing.item_deadline(CONTEST, NOON, end) is None


@pytest.mark.parametrize(("offset", "day"), [(-1, "2026-06-01"), (0, "2026-06-02"), (DAY, "2026-06-03")])
def test_a_day_begins_at_midnight_of_the_zone(offset, day):
    assert timing.contest_day("Asia/Shanghai", NOON + 12 * HOUR + offset) == day


def test_time_used_is_never_negative_and_never_more_than_the_limit():
    assert timing.time_used(100, 50, 700) == 0
    assert timing.time_used(100, 650, 700) == 550
    assert timing.time_used(100, 900, 700) == 600


def test_time_that_all_clocks_stood_still_is_not_used():
    assert timing.time_used(100, 650, 700, 500) == 50
    assert timing.time_used(100, 650, 700, 900) == 0


def test_granted_time_is_on_top_of_the_limit_and_of_the_close():
    start = CONTEST.closes_at - 60_000
    assert timing.deadline(CONTEST, NOON, 5_000) == NOON + 605_000
    assert timing.deadline(CONTEST, start, 5_000) == CONTEST.closes_at + 5_000
    full = replace(CONTEST, clock=Clock(paper_ms=600_000, full_time=True))
    assert timing.deadline(full, start, 5_000) == start + 605_000
    assert timing.deadline(replace(CONTEST, clock=Clock(item_ms=20_000)), NOON, 5_000) == CONTEST.closes_at + 5_000


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [("2026-06-30", 0, "2026-06-30"), ("2026-06-30", 3, "2026-07-03"), ("2026-06-30", 5, "2026-07-07"), ("2026-07-04", 1, "2026-07-06")],
)
def test_working_days_are_monday_to_friday(day, count, last):
    assert timing.working_days_after(day, count) == last


def test_release_waits_for_the_end():
    assert timing.is_released(Release.AT_ONCE, 100, None, 0)
    assert not timing.is_released(Release.AT_END, 100, None, 100) and timing.is_released(Release.AT_END, 100, None, 101)
    assert not timing.is_released(Release.NEVER, 100, 100, 101)


def test_release_waits_for_the_publication():
    assert not timing.is_released(Release.PUBLISHED, 100, None, 999)
    assert not timing.is_released(Release.PUBLISHED, 100, 200, 199) and timing.is_released(Release.PUBLISHED, 100, 200, 200)
