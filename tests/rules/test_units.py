"""By what units are ranked, and what one needs for a place."""

from fractions import Fraction
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.units import Band, Facts, Figures, Metric, UnitRules, measure, rate, shortfalls, value, values

FIGURES = Figures(people=4, sittings=9, points=30_000, valid=7, scored=3, full=1, passed=2)
FACTS = Facts(FIGURES, 8, (10_000, 9_000, 8_000, 3_000), Fraction(95), Fraction(7), Fraction(60), Fraction(100))


def test_means_and_rates_are_exact():
    assert Figures(3, 3, 25_000).mean == Fraction(250, 3)
    assert Figures().mean is None
    assert rate(1, 3) == Fraction(1, 3) and rate(1, None) is None and rate(0, 0) is None and rate(5, 4) == Fraction(5, 4)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (Metric.PEOPLE, 4), (Metric.SCORED, 3), (Metric.RATE, 50), (Metric.PAPERS, 7), (Metric.POINTS, 300), (Metric.MEAN, 75),
        (Metric.SCORE_RATE, 75), (Metric.MEDIAN, 85), (Metric.TOP_SUM, 190), (Metric.TOP_MEAN, 95), (Metric.FULL_RATE, 25),
        (Metric.PASS_RATE, 50), (Metric.STEPS, 95), (Metric.BONUS, 7), (Metric.PER_HEAD, Fraction(75, 2)), (Metric.FULL, 1),
        (Metric.PASSED, 2), (Metric.PASS_OF_ALL, 25), (Metric.BANDS, 0),
    ],
)  # fmt: skip
def test_every_metric_is_what_its_name_says(metric, expected):
    assert measure(metric, FACTS, UnitRules(top=2)) == expected


def test_a_mean_is_drawn_to_that_of_everybody_the_more_the_smaller_the_unit():
    rules = UnitRules(shrink=4)
    assert measure(Metric.MEAN, FACTS, rules) == Fraction(300 + 240, 8)
    assert measure(Metric.MEAN, Facts(FIGURES), rules) == 75
    assert measure(Metric.SCORE_RATE, Facts(FIGURES, full_marks=Fraction(150)), UnitRules()) == 50


def test_a_weighted_value_mixes_rate_and_mean():
    rules = UnitRules(weights=((Metric.RATE, Fraction(1, 2)), (Metric.MEAN, Fraction(1, 2))))
    assert value(Facts(Figures(6, 6, 6 * 8_000), 10), rules) == 70
    assert value(Facts(Figures(6, 6, 6 * 8_000)), rules) is None


BANDS = (
    Band(Metric.RATE, Fraction(90), 3_000), Band(Metric.RATE, Fraction(80), 2_500), Band(Metric.RATE, Fraction(0), 1_000),
    Band(Metric.MEAN, Fraction(90), 4_000), Band(Metric.MEAN, Fraction(60), 2_000),
)  # fmt: skip
BANDED = UnitRules(((Metric.BANDS, Fraction(1)),), bands=BANDS, hide_mean_below=5)


@pytest.mark.parametrize(
    ("people", "mean", "points"),
    [(9, 90, 70), (10, 89, 50), (8, 60, 45), (7, 59, 10)],  # 90 %, 100 %, 80 %, 70 % of ten
)
def test_a_unit_gets_the_points_of_the_bands_that_it_reaches(people, mean, points):
    assert value(Facts(Figures(people, points=people * mean * 100), 10), BANDED) == points


def test_bands_need_what_they_look_at_and_give_away_what_it_gives_away():
    assert value(Facts(Figures(9, points=9_000)), BANDED) is None
    assert [text for text, _ in shortfalls(Facts(Figures(9, points=9_000)), BANDED)] == ["没有应参人数，无法排名"]
    assert [params for _, params in shortfalls(Facts(Figures(4, points=9_000), 4), BANDED)] == [{"people": 4, "least": 5}]
    assert BANDED.by_points and BANDED.is_local and not UnitRules(((Metric.PASSED, Fraction(1)),)).is_local


def test_points_per_head_are_the_rate_times_the_mean():
    assert measure(Metric.PER_HEAD, FACTS, UnitRules()) == Fraction(50, 100) * 75
    rules = UnitRules(((Metric.PER_HEAD, Fraction(1)),), hide_mean_below=1)
    assert rules.is_local and value(Facts(FIGURES), rules) is None
    assert shortfalls(Facts(FIGURES), rules) == [("没有应参人数，无法排名", {})] and shortfalls(FACTS, rules) == []


def test_weights_need_not_be_parts_of_a_whole():
    rules = UnitRules(((Metric.STEPS, Fraction(3, 10)), (Metric.MEAN, Fraction(6, 10)), (Metric.BONUS, Fraction(1))))
    assert value(FACTS, rules) == Fraction(57, 2) + 45 + 7


def test_what_is_compared_next_is_needed_too():
    rules = UnitRules(then=(Metric.PEOPLE, Metric.RATE))
    assert values(FACTS, rules) == [75, 4, 50]
    assert values(Facts(FIGURES), rules) is None and values(Facts(FIGURES), UnitRules()) == [75]


def test_every_reason_for_having_no_place_is_told():
    rules = UnitRules(min_people=10, min_rate=Fraction(6, 10), min_mean=8_000, hide_mean_below=1)
    reasons = shortfalls(Facts(Figures(5, 5, 5 * 7_000), 10), rules)
    assert [params for _, params in reasons] == [{"people": 5, "least": 10}, {"missing": 1}, {"least": 80}]
    assert shortfalls(Facts(Figures(10, 10, 10 * 8_000), 12), rules) == []
    assert shortfalls(Facts(), rules) == [("未参赛", {})]
    assert shortfalls(Facts(Figures(13, 13, 13 * 9_000), 12), rules) != []
    assert shortfalls(Facts(Figures(13, 13, 13 * 9_000)), rules) != []


@pytest.mark.parametrize("metric", [Metric.MEAN, Metric.PER_HEAD, Metric.SCORE_RATE, Metric.MEDIAN, Metric.TOP_SUM, Metric.TOP_MEAN])
def test_a_place_that_would_give_away_points_needs_as_many_people_as_the_mean(metric):
    rules = UnitRules(((Metric.PEOPLE, Fraction(1)),), then=(metric,), hide_mean_below=5)
    assert [params for _, params in shortfalls(FACTS, rules)] == [{"people": 4, "least": 5}]
    assert shortfalls(FACTS, UnitRules(((Metric.PEOPLE, Fraction(1)),), hide_mean_below=5)) == []


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=20), st.integers(1, 25))
def test_figures_of_all_people_are_those_of_a_plain_list(points, top):
    facts, rules = Facts(Figures(len(points)), spread=points), UnitRules(top=top)
    best = sorted(points)[-top:]
    assert measure(Metric.TOP_SUM, facts, rules) == Fraction(sum(best), 100)
    assert float(measure(Metric.TOP_MEAN, facts, rules)) == pytest.approx(fmean(best) / 100)
    assert float(measure(Metric.MEDIAN, facts, rules)) == pytest.approx(median(points) / 100)


some = st.integers(0, 99)
figures = st.builds(Figures, some, some, some, some, some, some, some)


@given(figures, figures)
def test_what_is_added_can_be_taken_away(one, other):
    assert one.plus(other).minus(other) == one and one.plus(other) == other.plus(one)
