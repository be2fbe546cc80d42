"""How many sittings are left, and when the next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.errors import Refused
from quizapp.rules.attempts import Taken, check_left, earned, is_practice, left, stage_of, track
from quizapp.rules.contests import Extra, Limits

MINUTE = 60_000


def refused(limits: Limits, taken: Taken, now: int = 0, *, practice: bool = False) -> str:
    with pytest.raises(Refused) as caught:
        check_left(limits, taken, now, practice=practice)
    return str(caught.value)


@given(st.sampled_from(["", "a", "chusai", "week-12", "a" * 15]), st.booleans())
def test_a_track_tells_its_stage_and_whether_it_is_practice(stage, practice):
    mine = track(stage, practice=practice)
    assert stage_of(mine) == stage and is_practice(mine) is practice and len(mine) <= 16


def test_no_limit_is_none_and_the_narrower_of_two_holds():
    assert left(Limits(), Taken(99, 99), practice=False) is None
    assert left(Limits(per_day=3), Taken(9, 1), practice=False) == 2
    assert left(Limits(per_day=3, total=10), Taken(9, 1), practice=False) == 1
    assert left(Limits(per_day=3, total=10), Taken(12, 4), practice=False) == 0


def test_practice_has_a_limit_of_its_own():
    limits = Limits(per_day=1, practice_per_day=2)
    assert left(limits, Taken(5, 1), practice=True) == 1 and left(limits, Taken(5, 1), practice=False) == 0
    assert left(Limits(), Taken(), practice=True) == 0
    assert "没有练习" in refused(Limits(), Taken(), practice=True)
    assert "2次练习" in refused(limits, Taken(5, 2), practice=True)


def test_who_has_not_passed_gets_retakes():
    limits = Limits(total=1, retakes=1)
    assert left(limits, Taken(1, 1), practice=False) == 1 and left(limits, Taken(2, 1), practice=False) == 0
    assert left(limits, Taken(1, 1, passed=True), practice=False) == 0
    assert left(limits, Taken(0, 0), practice=False) == 2
    assert "已合格" in refused(limits, Taken(1, 1, passed=True))
    assert "2次答题机会已全部用完" in refused(limits, Taken(2, 2))


def test_between_two_sittings_lies_the_wait():
    limits = Limits(cooldown_ms=10 * MINUTE)
    taken = Taken(1, 1, ended_at=1_000)
    assert "请10分钟后再来" in refused(limits, taken, 1_000)
    assert "请1分钟后再来" in refused(limits, taken, 1_000 + 10 * MINUTE - 1)
    check_left(limits, taken, 1_000 + 10 * MINUTE, practice=False)
    check_left(Limits(practice_per_day=9, cooldown_ms=10 * MINUTE), taken, 1_000, practice=True)


def test_further_chances_are_proven_and_capped():
    extra = Extra(share=1, invite=3)
    assert extra.is_on and not Extra().is_on
    assert [earned(extra, 0, 0), earned(extra, 5, 2), earned(extra, 5, 9), earned(Extra(), 5, 9)] == [0, 3, 4, 0]
    assert left(Limits(per_day=1, total=1), Taken(1, 1, earned=2), practice=False) == 2
    assert left(Limits(practice_per_day=1), Taken(1, 1, earned=2), practice=True) == 0


some = st.integers(0, 9)
limits = st.builds(Limits, st.none() | some, st.none() | some, some, some, st.integers(0, 100))
takens = st.builds(Taken, some, some, st.booleans(), st.none() | st.integers(0, 100), some)


@given(limits, takens, st.integers(0, 200), st.booleans())
def test_a_start_is_refused_exactly_when_none_is_left_or_the_wait_is_not_over(limits, taken, now, practice):
    rest = left(limits, taken, practice=practice)
    assert rest is None or rest >= 0
    waits = not practice and taken.ended_at is not None and now - taken.ended_at < limits.cooldown_ms
    if rest == 0 or waits:
        assert refused(limits, taken, now, practice=practice)
    else:
        check_left(limits, taken, now, practice=practice)


@given(limits, takens)
def test_each_sitting_uses_up_one(limits, taken):
    rest = left(limits, taken, practice=False)
    after = left(limits, Taken(taken.total + 1, taken.today + 1, taken.passed, taken.ended_at, taken.earned), practice=False)
    assert after == (None if rest is None else max(0, rest - 1))
