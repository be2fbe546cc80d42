"""From sittings to standings."""

from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.contests import Counts, Tie
from quizapp.rules.scoring import Finished, standing

TIES = (Tie.TIME, Tie.FINISH)
FINISHED = st.builds(
    Finished, st.integers(0, 10_000), st.integers(0, 10**7), st.integers(0, 10**12), st.sampled_from("abc"), st.integers(1, 99)
)


def made(points: int, time_ms: int, finished_at: int, day: str = "d1", no: int = 1) -> Finished:
    return Finished(points, time_ms, finished_at, day, no)


def test_the_best_sitting_counts_by_points_then_time_then_finish():
    sittings = [made(80, 9, 1, no=1), made(90, 9, 5, no=2), made(90, 8, 9, no=3), made(90, 8, 7, no=4)]
    assert standing(sittings, Counts.BEST, TIES).finished_at == 7


def test_the_last_started_sitting_counts():
    found = standing([made(90, 1, 9, no=1), made(10, 5, 8, no=2)], Counts.LAST, TIES)
    assert (found.points, found.time_ms, found.sittings) == (10, 5, 2)


def test_the_best_of_each_day_is_added_up():
    found = standing([made(50, 5, 1), made(70, 9, 2, no=2), made(30, 4, 3, "d2", 3)], Counts.SUM_OF_DAYS, TIES)
    assert (found.points, found.time_ms, found.finished_at, found.sittings) == (100, 13, 3, 3)


@given(st.lists(FINISHED, min_size=1, max_size=12, unique_by=lambda s: s.attempt_no), st.sampled_from(Counts), st.randoms())
def test_the_order_of_arrival_does_not_matter(sittings, counts, chance):
    shuffled = list(sittings)
    chance.shuffle(shuffled)
    assert standing(shuffled, counts, TIES) == standing(sittings, counts, TIES)


@given(st.lists(FINISHED, min_size=2, max_size=12, unique_by=lambda s: s.attempt_no))
def test_one_more_sitting_never_lowers_the_best(sittings):
    before = standing(sittings[:-1], Counts.BEST, TIES)
    after = standing(sittings, Counts.BEST, TIES)
    assert (after.points, -after.time_ms) >= (before.points, -before.time_ms)
