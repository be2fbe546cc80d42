"""Merit and places."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.counting import Standing, Tie
from quizapp.rules.ranking import compared, lot, merit, places, value_merit

STANDINGS = st.builds(
    Standing, st.integers(0, 10**9), st.integers(0, 10**12), st.integers(0, 2**42), st.integers(1, 99), st.integers(0, 10**12), st.integers(0, 99)
)
SEED = "5eed" * 16


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
    assert (one < other) == (value_merit([one]) < value_merit([other]))


fractions = st.fractions(-(10**9), 10**9, max_denominator=10**6)


@given(st.integers(1, 3).flatmap(lambda n: st.lists(st.lists(fractions, min_size=n, max_size=n), min_size=2, max_size=2)))
def test_several_values_are_compared_one_after_the_other_below_nothing_too(lists):
    one, other = lists
    assert (one < other) == (value_merit(one) < value_merit(other)) and (one == other) == (value_merit(one) == value_merit(other))


@given(st.lists(STANDINGS, max_size=20), st.lists(st.sampled_from(Tie), unique=True).map(tuple))
def test_every_tie_breaker_orders_as_its_word_says(standings, ties):
    def by_rules(s: Standing) -> tuple[int, ...]:
        parts = {
            Tie.TIME: -s.time_ms, Tie.TOTAL_TIME: -s.total_ms, Tie.FINISH: -s.finished_at, Tie.SUB_SCORE: s.sub_points,
            Tie.SITTINGS: -s.sittings, Tie.LOT: s.points,
        }  # fmt: skip
        return (s.points, *(parts[tie] for tie in ties))

    def by_bytes(s: Standing) -> bytes:
        return merit(s, ties, drawn=s.points)

    assert [by_rules(s) for s in sorted(standings, key=by_bytes)] == sorted(map(by_rules, standings))
    for s in standings:
        assert compared(by_bytes(s), ties) == [abs(part) for part in by_rules(s)]


@given(st.fractions(0, 10_000, max_denominator=1_000), st.fractions(0, 10_000, max_denominator=1_000))
def test_means_are_compared_as_exact_as_they_are(one, other):
    keys = [merit(Standing(round(mean), 0, 0, 1, exact=mean), (), means=True) for mean in (one, other)]
    assert (one < other) == (keys[0] < keys[1]) and (one == other) == (keys[0] == keys[1])


def test_a_lot_can_be_drawn_again_by_anybody_and_is_different_for_each():
    assert lot(SEED, "0196f0c0") == 0x298c60adb1c08eb6, "printf 0196f0c0 | openssl dgst -sha256 -mac HMAC -macopt hexkey:…"
    assert lot(SEED, "0196f0c1") != lot("ff" * 32, "0196f0c1")
    assert len({lot(SEED, str(n)) for n in range(1_000)}) == 1_000


def test_shared_places_are_1_2_2_4():
    assert list(places([b"d", b"c", b"c", b"a"])) == [(1, False), (2, True), (2, True), (4, False)]
    assert list(places([b"c", b"c"], first=7)) == [(7, True), (7, True)]
    assert list(places([])) == []


def test_dense_places_are_1_2_2_3():
    assert list(places([b"d", b"c", b"c", b"a"], dense=True)) == [(1, False), (2, True), (2, True), (3, False)]
    assert list(places([b"c", b"a"], first=2, tied=3, dense=True)) == [(2, True), (3, False)]
    assert list(places([b"c", b"a"], first=2, tied=3)) == [(2, True), (6, False)]


@given(st.lists(st.integers(0, 5), max_size=20))
def test_dense_places_count_the_different_merits_that_are_better(numbers):
    keys = sorted(numbers, reverse=True)
    found = list(places([bytes([n]) for n in keys], dense=True))
    assert found == [(1 + len({m for m in keys if m > n}), keys.count(n) > 1) for n in keys]
