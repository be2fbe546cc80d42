"""From the sittings of an entry to its standing."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.counting import Combine, Counting, Finished, Span, Take, Tie, span_of, standing

TIES = (Tie.TIME, Tie.FINISH)
BEST, LAST, SUM_OF_DAYS = Counting(), Counting(Take.LAST), Counting(each=Span.DAY)
days = st.dates(date(2026, 5, 25), date(2026, 7, 5)).map(date.isoformat)
FINISHED = st.builds(
    Finished, st.integers(0, 10_000), st.integers(0, 10**7), st.integers(0, 10**12), days, st.integers(1, 99),
    stage=st.sampled_from(["", "a", "b"]), valid=st.booleans(), sub_points=st.integers(0, 99), full=st.booleans(),
)  # fmt: skip
sittings_of_one = st.lists(FINISHED, min_size=1, max_size=12, unique_by=(lambda s: s.attempt_no, lambda s: s.finished_at))
countings = st.builds(Counting, st.sampled_from(Take), st.sampled_from(Span), st.none() | st.integers(1, 4), st.sampled_from(Combine))
ties = st.lists(st.sampled_from(Tie), unique=True).map(tuple)


def made(points: int, time_ms: int, finished_at: int, day: str = "2026-06-01", no: int = 1, **more: object) -> Finished:
    return Finished(points, time_ms, finished_at, day, no, **more)  # type: ignore[arg-type]


def test_the_best_sitting_counts_by_points_then_time_then_finish():
    sittings = [made(80, 9, 1, no=1), made(90, 9, 5, no=2), made(90, 8, 9, no=3), made(90, 8, 7, no=4)]
    assert standing(sittings, BEST, TIES).finished_at == 7


def test_of_equal_points_the_one_with_the_better_part_counts():
    sittings = [made(90, 8, 7, no=1, sub_points=3), made(90, 9, 9, no=2, sub_points=5)]
    assert standing(sittings, BEST, (Tie.SUB_SCORE, Tie.TIME)).sub_points == 5
    assert standing(sittings, BEST, (Tie.TIME, Tie.SUB_SCORE)).sub_points == 3


def test_the_last_started_sitting_counts():
    found = standing([made(90, 1, 8, no=1), made(10, 5, 9, no=2)], LAST, TIES)
    assert (found.points, found.time_ms, found.sittings) == (10, 5, 2)


def test_the_best_of_each_day_is_added_up():
    found = standing([made(50, 5, 1), made(70, 9, 2, no=2), made(30, 4, 3, "2026-06-02", 3)], SUM_OF_DAYS, TIES)
    assert (found.points, found.time_ms, found.finished_at, found.sittings) == (100, 13, 3, 3)


@pytest.mark.parametrize(
    ("counting", "points"),
    [
        (Counting(Take.ALL), 150),
        (Counting(Take.ALL, most=2), 120),
        (Counting(Take.ALL, combine=Combine.MEAN), 50),
        (Counting(Take.ALL, combine=Combine.NUMBER), 300),
        (Counting(each=Span.DAY, combine=Combine.NUMBER), 200),
        (Counting(each=Span.WEEK), 70 + 30),
        (Counting(Take.LAST, each=Span.WEEK), 50 + 30),
        (Counting(each=Span.STAGE, most=1), 70),
    ],
)
def test_what_is_taken_is_put_together_as_the_rules_say(counting: Counting, points: int):
    sittings = [
        made(70, 9, 1, "2026-06-01", 1, stage="a"), made(50, 5, 2, "2026-06-01", 2, stage="a"), made(30, 4, 3, "2026-06-08", 3, stage="b"),
    ]  # fmt: skip
    assert standing(sittings, counting, TIES).points == points


def test_a_mean_is_kept_exact_and_printed_rounded_half_up():
    two = standing([made(1, 1, 1), made(2, 1, 2, no=2)], Counting(Take.ALL, combine=Combine.MEAN), TIES)
    assert (two.points, two.exact) == (2, Fraction(3, 2))
    three = standing([made(n, 1, n, no=n) for n in (1, 1, 2)], Counting(Take.ALL, combine=Combine.MEAN), TIES)
    assert (three.points, three.exact) == (1, Fraction(4, 3))


def test_sittings_that_are_not_valid_earn_nothing_but_are_seen():
    found = standing([made(90, 3, 1, valid=False, full=True), made(60, 5, 2, no=2)], BEST, TIES, pass_points=70)
    assert (found.points, found.time_ms, found.sittings, found.valid, found.total_ms) == (60, 5, 2, 1, 8)
    assert not found.passed and not found.full
    none = standing([made(90, 3, 1, valid=False, sub_points=9), made(80, 5, 2, no=2, valid=False)], BEST, TIES, pass_points=70)
    assert (none.points, none.sub_points, none.time_ms, none.valid, none.passed) == (0, 0, 8, 0, False)


def test_what_counts_decides_who_passes():
    """80, 60 and 70: the best passes 75, the last and the first do not, their mean is 70."""
    sittings = [made(6_000, 1, 1, no=1), made(8_000, 1, 2, no=2, full=True), made(7_000, 1, 3, no=3)]
    wanted = {BEST: 8_000, LAST: 7_000, Counting(Take.FIRST): 6_000, Counting(Take.ALL, combine=Combine.MEAN): 7_000}
    for counting, least in wanted.items():
        assert standing(sittings, counting, TIES, pass_points=least).passed
        assert not standing(sittings, counting, TIES, pass_points=least + 1).passed
    for counting in (Counting(Take.ALL), Counting(Take.ALL, combine=Combine.NUMBER), Counting(each=Span.DAY), Counting(Take.LAST, Span.STAGE)):
        assert standing(sittings, counting, TIES, pass_points=8_000).passed, "a pass mark is one of a sitting"
        assert not standing(sittings, counting, TIES, pass_points=8_001).passed
    assert standing(sittings, LAST, TIES).full and not standing(sittings, LAST, TIES).passed


def test_a_mean_that_is_only_rounded_to_the_pass_mark_does_not_pass():
    sittings = [made(100, 1, 1, no=1), made(100, 1, 2, no=2), made(99, 1, 3, no=3)]
    found = standing(sittings, Counting(Take.ALL, combine=Combine.MEAN), TIES, pass_points=100)
    assert found.points == 100 and not found.passed


def test_the_first_valid_sitting_counts():
    sittings = [made(50, 3, 1, no=1, valid=False), made(30, 5, 2, no=2), made(90, 4, 3, no=3)]
    found = standing(sittings, Counting(Take.FIRST), TIES)
    assert (found.points, found.time_ms, found.sittings) == (30, 5, 3)


def test_a_week_begins_on_monday_and_does_not_end_with_the_year():
    assert span_of("2026-06-01", "", Span.WEEK) == span_of("2026-06-07", "", Span.WEEK) != span_of("2026-06-08", "", Span.WEEK)
    assert span_of("2026-12-31", "", Span.WEEK) == span_of("2027-01-03", "", Span.WEEK) != span_of("2027-01-04", "", Span.WEEK)
    assert span_of("2026-06-30", "", Span.MONTH) != span_of("2026-07-01", "", Span.MONTH) != span_of("2027-07-01", "", Span.MONTH)


@given(days, days)
def test_two_days_share_a_week_when_the_same_monday_is_before_both(one, other):
    mondays = [date.fromisoformat(day) - timedelta(days=date.fromisoformat(day).weekday()) for day in (one, other)]
    assert (span_of(one, "", Span.WEEK) == span_of(other, "", Span.WEEK)) == (mondays[0] == mondays[1])


@given(sittings_of_one, countings, ties, st.randoms())
def test_the_order_of_arrival_does_not_matter(sittings, counting, rule, chance):
    shuffled = list(sittings)
    chance.shuffle(shuffled)
    assert standing(shuffled, counting, rule) == standing(sittings, counting, rule)


@given(st.lists(FINISHED, min_size=2, max_size=12, unique_by=lambda s: s.attempt_no).filter(lambda made: made[0].valid))
def test_one_more_sitting_never_lowers_the_best(sittings):
    before = standing(sittings[:-1], BEST, TIES)
    after = standing(sittings, BEST, TIES)
    assert (after.points, -after.time_ms) >= (before.points, -before.time_ms)


@given(sittings_of_one, countings, ties)
def test_points_are_what_the_words_of_the_rules_say(sittings, counting, rule):
    spans: dict[str, list[Finished]] = {}
    for sitting in sorted(sittings, key=lambda s: s.finished_at):
        if sitting.valid:
            spans.setdefault(span_of(sitting.day, sitting.stage, counting.each), []).append(sitting)
    taken = {
        Take.BEST: [max(s.points for s in span) for span in spans.values()],
        Take.LAST: [span[-1].points for span in spans.values()],
        Take.FIRST: [span[0].points for span in spans.values()],
        Take.ALL: [s.points for span in spans.values() for s in span],
    }[counting.take]
    kept = sorted(taken, reverse=True)[: counting.most or len(taken)]
    exact = {
        Combine.SUM: Fraction(sum(kept)),
        Combine.MEAN: Fraction(sum(kept), len(kept) or 1),
        Combine.NUMBER: Fraction(100 * len(kept)),
    }[counting.combine]
    found = standing(sittings, counting, rule)
    assert (found.points if found.exact is None else found.exact) == exact
    assert abs(found.points - exact) <= Fraction(1, 2)
    assert (found.sittings, found.valid) == (len(sittings), sum(s.valid for s in sittings))
    assert found.total_ms == sum(s.time_ms for s in sittings) >= found.time_ms
