"""Merit and places."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.contests import Tie
from quizapp.rules.ranking import merit, places, value_merit
from quizapp.rules.scoring import Standing

STANDINGS = st.builds(Standing, st.integers(0, 10**9), st.integers(0, 10**12), st.integers(0, 2**42), st.just(1))


@given(st.lists(STANDINGS, max_size=30))
def test_bytes_order_as_the_rules_do(standings):
    def by_rules(s: Standing) -> tuple[int, int, int]:
        return (s.points, -s.time_ms, -s.finished_at)

    def by_bytes(s: Standing) -> bytes:
        return merit(s, (Tie.TIME, Tie.FINISH))

    assert [by_rules(s) for s in sorted(standings, key=by_bytes)] == sorted(map(by_rules, standings))
    assert len({len(by_bytes(s)) for s in standings}) <= 1


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.integers(0, 10**9), st.integers(1, 10**6))
def test_values_are_compared_exactly(a, b, c, d):
    one, other = Fraction(a, b), Fraction(c, d)
    assert (one < other) == (value_merit(one) < value_merit(other))


def test_shared_places_are_1_2_2_4():
    assert list(places([b"d", b"c", b"c", b"a"])) == [(1, False), (2, True), (2, True), (4, False)]
    assert list(places([b"c", b"c"], first=7)) == [(7, True), (7, True)]
    assert list(places([])) == []
