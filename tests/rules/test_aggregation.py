"""People to units."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.aggregation import (
    ROOT,
    by_unit,
    facts_of,
    figures_of,
    line_of,
    needs_spread,
    roll_up,
    rooted,
    shares,
    spread_up,
    steps,
)
from quizapp.rules.counting import Combine, Counting, Finished, Span, Take, Tie, standing
from quizapp.rules.units import Band, Facts, Figures, Metric, Steps, UnitRules

PARENTS = {1: None, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3}


def fold(sittings):
    return standing(sittings, Counting(), (Tie.TIME,))


def made(points: int, unit: int | None, no: int = 1, day: str = "2026-06-01", **more: bool) -> Finished:
    return Finished(points, 1, no, day, no, unit, **more)


def test_every_unit_counts_its_whole_subtree():
    totals = roll_up(PARENTS, {4: Figures(2, 3, 15_000), 6: Figures(1, 1, 9_000), 2: Figures(1, 1, 100)})
    assert totals[2] == Figures(3, 4, 15_100) and totals[1] == Figures(4, 5, 24_100) and totals[3] == Figures(1, 1, 9_000)


def test_somebody_who_moved_counts_once_in_each_unit_and_once_above():
    added = shares([made(80, 4, 1), made(60, 5, 2)], PARENTS, fold)
    assert added[2] == Figures(-1, 0, -60, 0, -1) and 1 not in added
    totals = roll_up(PARENTS, added)
    assert totals[4] == Figures(1, 1, 80, 1, 1) and totals[5] == Figures(1, 1, 60, 1, 1)
    assert totals[2] == Figures(1, 2, 80, 2, 1) == totals[1]


days = st.sampled_from(["2026-06-01", "2026-06-02", "2026-06-09"])
a_sitting = st.builds(
    made, st.integers(0, 9), st.sampled_from([None, *PARENTS]), st.integers(1, 9), days, valid=st.booleans(), full=st.booleans()
)
countings = st.builds(Counting, st.sampled_from(Take), st.sampled_from(Span), st.none() | st.just(2), st.sampled_from(Combine))


@given(st.lists(st.lists(a_sitting, min_size=1, max_size=5), max_size=4), countings)
def test_what_people_add_makes_every_unit_the_fold_of_the_sittings_below_it(people, counting):
    def folded(sittings):
        return standing(sittings, counting, (Tie.TIME,), pass_points=6)

    own: dict[int, Figures] = {}
    for sittings in people:
        for unit, figures in shares(sittings, PARENTS, folded).items():
            own[unit] = own.get(unit, Figures()).plus(figures)
    totals = roll_up(PARENTS, own)
    for unit in PARENTS:
        below = [[s for s in sittings if s.unit_id and unit in line_of(s.unit_id, PARENTS)] for sittings in people]
        wanted = [figures_of(folded(mine)) for mine in below if mine]
        assert totals.get(unit, Figures()) == sum_of(wanted)


@given(st.lists(st.lists(a_sitting, min_size=1, max_size=5), max_size=6))
def test_every_unit_has_the_points_of_all_below_it_best_first(people):
    found = spread_up(PARENTS, [{unit: of.points for unit, of in by_unit(one, PARENTS, fold).items()} for one in people])
    for unit in PARENTS:
        below = [[s for s in sittings if s.unit_id and unit in line_of(s.unit_id, PARENTS)] for sittings in people]
        assert found.get(unit, []) == sorted((fold(mine).points for mine in below if mine), reverse=True)


def sum_of(figures: list[Figures]) -> Figures:
    total = Figures()
    for one in figures:
        total = total.plus(one)
    return total


@given(st.dictionaries(st.sampled_from([4, 5, 6]), st.builds(Figures, st.integers(0, 99), st.integers(0, 99), st.integers(0, 9**6))))
def test_towns_add_up_to_the_county(direct):
    totals = roll_up(PARENTS, direct)
    assert totals.get(1, Figures()) == totals.get(2, Figures()).plus(totals.get(3, Figures()))


def test_one_root_counts_everybody_once():
    totals = roll_up(rooted({1: None, 2: None}), shares([made(80, 1, 1), made(60, 2, 2)], rooted({1: None, 2: None}), fold))
    assert totals[ROOT] == Figures(1, 2, 80, 2, 1)


def test_steps_go_down_by_place_among_units_of_a_kind_and_not_below_the_least():
    facts = {unit: Facts(Figures(people)) for unit, people in enumerate((9, 7, 7, 5, 3, 0), start=1)}
    rules = UnitRules(((Metric.STEPS, Fraction(1)),), steps=Steps(Metric.PEOPLE, 10_000, 500, 8_600))
    assert steps(facts, dict.fromkeys(facts, "企业"), rules) == {1: 100, 2: 95, 3: 95, 4: 86, 5: 86}
    assert steps(facts, dict.fromkeys(facts, "企业") | {1: "镇街", 5: None}, rules) == {1: 100, 2: 100, 3: 100, 4: 90, 5: 100}


def test_a_unit_that_gets_no_place_takes_none_from_the_others():
    rules = UnitRules(((Metric.STEPS, Fraction(1)),), min_people=5, min_rate=Fraction(1, 2))
    facts = {
        1: Facts(Figures(30), 20),  # 150 %: the head count is to be checked first
        2: Facts(Figures(20), 50),  # 40 %
        3: Facts(Figures(12)),  # no head count
        4: Facts(Figures(9), 10), 5: Facts(Figures(6), 10), 6: Facts(Figures(4), 4),
    }  # fmt: skip
    assert steps(facts, dict.fromkeys(facts, "企业"), rules) == {4: 100, 5: 95}


def test_steps_by_points_leave_out_units_whose_mean_is_not_shown():
    rules = UnitRules(((Metric.STEPS, Fraction(1)),), steps=Steps(Metric.MEAN), hide_mean_below=5)
    facts = {1: Facts(Figures(4, points=40_000)), 2: Facts(Figures(5, points=45_000)), 3: Facts(Figures(6, points=48_000))}
    assert steps(facts, {}, rules) == {2: 100, 3: 95}


def test_several_steps_are_added_up_by_their_weights():
    by_people = Steps(Metric.PEOPLE, weight=Fraction(2, 5))
    by_rate = Steps(Metric.RATE, least=7_000, values=(10_000, 9_000, 8_500), weight=Fraction(3, 5))
    rules = UnitRules(((Metric.STEPS, Fraction(1)),), steps=by_people, further_steps=(by_rate,))
    facts = {1: Facts(Figures(9), 90), 2: Facts(Figures(8), 10), 3: Facts(Figures(7), 10), 4: Facts(Figures(6), 10), 5: Facts(Figures(99))}
    # 10 %, 80 %, 70 %, 60 %; the fifth has no head count
    assert steps(facts, {}, rules) == {1: 40 + 42, 2: 38 + 60, 3: 36 + 54, 4: 34 + 51}


def test_facts_hold_all_that_decides():
    figures = roll_up(rooted(PARENTS), {4: Figures(2, 2, 18_000), 5: Figures(1, 1, 3_000)})
    weights = ((Metric.STEPS, Fraction(1)), (Metric.BONUS, Fraction(1)), (Metric.MEDIAN, Fraction(1)))
    rules = UnitRules(weights, hide_mean_below=1)
    found = facts_of(
        rules, figures, {4: 10}.get, kinds={4: "企业", 5: "企业", 6: "企业"}, spreads={4: [10_000, 8_000]}, bonuses={4: 150, 6: 100},
        full_marks=Fraction(100),
    )  # fmt: skip
    assert found[4] == Facts(Figures(2, 2, 18_000), 10, [10_000, 8_000], Fraction(100), Fraction(3, 2), Fraction(70), Fraction(100))
    assert found[5].step == 95 and found[5].bonus == 0
    assert found[6] == Facts(bonus=Fraction(1), overall=Fraction(70), full_marks=Fraction(100)), "a unit that nobody took part for"


@pytest.mark.parametrize(
    ("rules", "needed"),
    [
        (UnitRules(), False),
        (UnitRules(then=(Metric.MEDIAN,)), True),
        (UnitRules(((Metric.STEPS, Fraction(1)),), steps=Steps(Metric.TOP_SUM)), True),
        (UnitRules(((Metric.STEPS, Fraction(1)),)), False),
        (UnitRules(steps=Steps(Metric.TOP_SUM)), False),
        (UnitRules(((Metric.STEPS, Fraction(1)),), further_steps=(Steps(Metric.TOP_SUM),)), True),
        (UnitRules(((Metric.BANDS, Fraction(1)),), bands=(Band(Metric.MEDIAN, Fraction(90), 100),)), True),
        (UnitRules(bands=(Band(Metric.MEDIAN, Fraction(90), 100),)), False),
    ],
)
def test_points_of_single_people_are_looked_at_where_they_decide(rules, needed):
    assert needs_spread(rules) is needed
