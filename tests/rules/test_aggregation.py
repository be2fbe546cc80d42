"""People to units."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.aggregation import Figures, line_of, rate, roll_up, shares, shortfalls, value
from quizapp.rules.contests import Counts, Metric, Tie, UnitRules
from quizapp.rules.scoring import Finished, standing

PARENTS = {1: None, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3}


def fold(sittings):
    return standing(sittings, Counts.BEST, (Tie.TIME,))


def made(points: int, unit: int, no: int = 1) -> Finished:
    return Finished(points, 1, 1, "d", no, unit)


def test_every_unit_counts_its_whole_subtree():
    totals = roll_up(PARENTS, {4: Figures(2, 3, 15_000), 6: Figures(1, 1, 9_000), 2: Figures(1, 1, 100)})
    assert totals[2] == Figures(3, 4, 15_100) and totals[1] == Figures(4, 5, 24_100) and totals[3] == Figures(1, 1, 9_000)


def test_somebody_who_moved_counts_once_in_each_unit_and_once_above():
    added = shares([made(80, 4, 1), made(60, 5, 2)], PARENTS, fold)
    assert added[2] == Figures(-1, 0, -60) and 1 not in added
    totals = roll_up(PARENTS, added)
    assert totals[4] == Figures(1, 1, 80) and totals[5] == Figures(1, 1, 60)
    assert totals[2] == Figures(1, 2, 80) == totals[1]


a_sitting = st.builds(made, st.integers(0, 9), st.sampled_from([None, *PARENTS]), st.integers(1, 9))


@given(st.lists(st.lists(a_sitting, min_size=1, max_size=5), max_size=4), st.sampled_from(Counts))
def test_what_people_add_makes_every_unit_the_fold_of_the_sittings_below_it(people, counts):
    def folded(sittings):
        return standing(sittings, counts, (Tie.TIME,))

    own: dict[int, Figures] = {}
    for sittings in people:
        for unit, figures in shares(sittings, PARENTS, folded).items():
            own[unit] = own.get(unit, Figures()).plus(figures)
    totals = roll_up(PARENTS, own)
    for unit in PARENTS:
        below = [[s for s in sittings if s.unit_id and unit in line_of(s.unit_id, PARENTS)] for sittings in people]
        wanted = [Figures(1, len(mine), folded(mine).points) for mine in below if mine]
        assert totals.get(unit, Figures()) == sum_of(wanted)


def sum_of(figures: list[Figures]) -> Figures:
    total = Figures()
    for one in figures:
        total = total.plus(one)
    return total


@given(st.dictionaries(st.sampled_from([4, 5, 6]), st.builds(Figures, st.integers(0, 99), st.integers(0, 99), st.integers(0, 9**6))))
def test_towns_add_up_to_the_county(direct):
    totals = roll_up(PARENTS, direct)
    assert totals.get(1, Figures()) == totals.get(2, Figures()).plus(totals.get(3, Figures()))


def test_means_and_rates_are_exact():
    assert Figures(3, 3, 25_000).mean == Fraction(250, 3)
    assert Figures().mean is None
    assert rate(1, 3) == Fraction(1, 3) and rate(1, None) is None and rate(0, 0) is None and rate(5, 4) == Fraction(5, 4)


def test_a_weighted_value_mixes_rate_and_mean():
    rules = UnitRules(weights=((Metric.RATE, Fraction(1, 2)), (Metric.MEAN, Fraction(1, 2))))
    assert value(Figures(6, 6, 6 * 8_000), 10, rules) == 70
    assert value(Figures(6, 6, 6 * 8_000), None, rules) is None


def test_every_reason_for_having_no_place_is_told():
    rules = UnitRules(min_people=10, min_rate=Fraction(6, 10), min_mean=8_000, hide_mean_below=1)
    reasons = shortfalls(Figures(5, 5, 5 * 7_000), 10, rules)
    assert [params for _, params in reasons] == [{"people": 5, "least": 10}, {"missing": 1}, {"least": 80}]
    assert shortfalls(Figures(10, 10, 10 * 8_000), 12, rules) == []
    assert shortfalls(Figures(), None, rules) == [("未参赛", {})]
    assert shortfalls(Figures(13, 13, 13 * 9_000), 12, rules) != []
    assert shortfalls(Figures(13, 13, 13 * 9_000), None, rules) != []
