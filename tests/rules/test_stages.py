"""Stages: which there are, the rules of one, who may enter, which sittings count."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from factories import DAY, HOUR, rules
from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.contests import BoardRules, Clock, Limits, Stage
from quizapp.rules.counting import Finished, Span, span_of
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.stages import at_stage, counted, current, is_unlocked, open_stages, stage_named, stages_of
from quizapp.rules.timing import contest_day

NOON = 1_780_286_400_000  # 2026-06-01 12:00 in Shanghai, a Monday
MIDNIGHT = NOON + 12 * HOUR
FIRST = Stage("first", "初赛", NOON, None, NOON + 2 * DAY)
TRAINING = Stage("training", "热身", NOON, None, NOON + 6 * DAY, counts=False)
FINAL = Stage("final", "决赛", NOON + 3 * DAY, NOON + 3 * DAY + HOUR, NOON + 4 * DAY, PaperBlueprint((Draw("tests", 2, 700),)),
              Clock(item_ms=9_000), Limits(total=1), "first", 600)  # fmt: skip
WHOLE = replace(rules(NOON), opens_at=NOON, last_start=NOON + 6 * DAY, closes_at=NOON + 7 * DAY, stages=(FIRST, TRAINING, FINAL))


def made(stage: str, points: int = 600, *, valid: bool = True) -> Finished:
    return Finished(points, 1, 1, "2026-06-01", 1, stage=stage, valid=valid)


def test_a_stage_says_what_is_different_and_the_rest_is_the_contest_s():
    at = at_stage(WHOLE, FINAL)
    assert (at.opens_at, at.last_start, at.closes_at) == (NOON + 3 * DAY, NOON + 3 * DAY + HOUR, NOON + 4 * DAY)
    assert (at.blueprint, at.clock, at.limits) == (FINAL.blueprint, FINAL.clock, FINAL.limits)
    plain = at_stage(WHOLE, replace(FIRST, opens_at=None, closes_at=None))
    assert plain == WHOLE and at_stage(WHOLE, None) is WHOLE
    assert at_stage(WHOLE, FIRST).last_start == FIRST.closes_at, "no start after a stage's own end"
    assert at_stage(WHOLE, replace(FIRST, closes_at=NOON + 7 * DAY)).last_start == WHOLE.last_start


def test_a_stage_that_ends_before_the_contest_starts_until_its_own_end():
    """The contest's last start belongs to the contest's end."""
    early = replace(WHOLE, last_start=NOON + DAY)
    assert at_stage(early, FIRST).last_start == NOON + 2 * DAY
    assert at_stage(early, replace(FIRST, closes_at=WHOLE.closes_at)).last_start == NOON + DAY
    assert at_stage(early, replace(FIRST, closes_at=None)).last_start == NOON + DAY


@pytest.mark.parametrize(
    ("after_ms", "codes"),
    [(-1, []), (0, ["first", "training"]), (2 * DAY + 1, ["training"]), (3 * DAY + HOUR, ["training", "final"]), (6 * DAY + 1, [])],
)
def test_a_sitting_can_be_started_in_the_stages_that_are_open(after_ms, codes):
    assert [stage.code for stage in open_stages(WHOLE, NOON + after_ms)] == codes


def test_a_stage_is_open_to_those_who_reached_enough_in_the_one_before():
    assert is_unlocked(FIRST, [])
    assert not is_unlocked(FINAL, []) and not is_unlocked(FINAL, [made("first", 599), made("training", 900)])
    assert not is_unlocked(FINAL, [made("first", 900, valid=False)])
    assert is_unlocked(FINAL, [made("first", 100), made("first", 600)])


def test_training_never_counts():
    sittings = [made("first"), made("training"), made("final"), made("")]
    assert [s.stage for s in counted(WHOLE, sittings)] == ["first", "final", ""]


def test_ranked_apart_only_the_newest_stage_somebody_sat_in_counts():
    apart = replace(WHOLE, board=BoardRules(each_stage=True))
    assert [s.stage for s in counted(apart, [made("final"), made("first"), made("training")])] == ["final"]
    assert [s.stage for s in counted(apart, [made("first"), made("first"), made("training")])] == ["first", "first"]
    assert counted(apart, [made("training")]) == []


def test_boards_show_the_last_stage_that_has_begun():
    apart = replace(WHOLE, board=BoardRules(each_stage=True))
    assert [current(apart, NOON + at) for at in (-1, 0, 2 * DAY + 1, 3 * DAY)] == ["", "first", "first", "final"]
    assert current(WHOLE, NOON) == ""


def test_weeks_begin_on_monday_and_the_first_and_last_are_cut_to_the_contest():
    weekly = replace(WHOLE, stages=(), cycle=Span.WEEK, closes_at=NOON + 9 * DAY, last_start=NOON + 9 * DAY - HOUR)
    first, second = stages_of(weekly)
    assert (first.code, first.title, first.opens_at, first.closes_at) == ("week-1", "第1周", NOON, MIDNIGHT + 6 * DAY)
    assert (second.code, second.opens_at, second.last_start, second.closes_at) == (
        "week-2", MIDNIGHT + 6 * DAY, NOON + 9 * DAY - HOUR, NOON + 9 * DAY,
    )  # fmt: skip
    assert stage_named(weekly, "week-2") == second and stage_named(weekly, "week-3") is None


zones = st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin", "America/New_York"])


@given(
    st.integers(1_760_000_000_000, 1_800_000_000_000), st.integers(1, 120 * DAY), st.sampled_from([Span.DAY, Span.WEEK, Span.MONTH]),
    zones, st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=8),
)  # fmt: skip
def test_stages_of_the_calendar_cover_the_contest_without_a_gap(opens_at, length, cycle, zone, moments):
    whole = replace(WHOLE, stages=(), cycle=cycle, zone=zone, opens_at=opens_at, last_start=opens_at + length, closes_at=opens_at + length)
    made = stages_of(whole)
    assert made[0].opens_at == whole.opens_at and made[-1].closes_at == whole.closes_at
    assert [one.closes_at for one in made[:-1]] == [one.opens_at for one in made[1:]]
    assert len({one.code for one in made}) == len(made) and all(len(one.code) <= 15 for one in made)
    for cut in made[1:]:
        at = datetime.fromtimestamp(cut.opens_at / 1000, UTC).astimezone(ZoneInfo(zone))
        assert (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
    by_span: dict[str, str] = {}
    for moment in sorted(moments):
        now = opens_at + int(length * moment)
        holding = [one for one in made if one.opens_at <= now < one.closes_at]
        assert [one.code for one in holding] == [one.code for one in open_stages(whole, now) if one.closes_at != now]
        span = span_of(contest_day(zone, now), "", cycle)
        assert by_span.setdefault(span, holding[0].code) == holding[0].code
    assert len(set(by_span.values())) == len(by_span), "each span of the calendar has a stage of its own"
