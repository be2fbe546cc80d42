"""Marks of one response."""

import pytest
from factories import item
from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.items import Kind
from quizapp.rules.marking import Marking, MultipleMarking, mark, normalise

EXACT, HALF = Marking(), Marking(MultipleMarking.HALF)
SETS = st.lists(st.integers(0, 3), max_size=8).map(tuple)


@pytest.mark.parametrize(
    ("answer", "exact", "half"),
    [((0, 2), 500, 500), ((0,), 0, 250), ((0, 1), 0, 0), ((0, 1, 2, 3), 0, 0), ((2, 0, 0), 500, 500), (None, 0, 0)],
)
def test_multiple_choice_is_marked_as_published(answer, exact, half):
    question = item(1, Kind.MULTIPLE)
    assert mark(question, answer, 500, EXACT) == exact
    assert mark(question, answer, 500, HALF) == half


@pytest.mark.parametrize(
    ("answer", "points"), [((0, 2), 200), ((0,), 100), ((2,), 100), ((0, 1), 0), ((1,), 0), ((0, 1, 2), 0), ((), 0), (None, 0)]
)
def test_short_of_right_choices_earns_fixed_points(answer, points):
    assert mark(item(1, Kind.MULTIPLE), answer, 200, Marking(MultipleMarking.SHORT, short=100)) == points


def test_only_the_full_answer_earns_the_points():
    """0.5 for each of four choices of five that are right is no full 2 points, nor is a fixed 2 of 2."""
    five = item(1, Kind.MULTIPLE, key=(0, 1, 2, 3, 4))
    for marking in (
        Marking(MultipleMarking.PER_RIGHT, per_right=50), Marking(MultipleMarking.SHORT, short=200),
        Marking(MultipleMarking.PER_RIGHT_LESS_WRONG, per_right=50, per_wrong=1),
    ):  # fmt: skip
        assert mark(five, (0, 1, 2, 3), 200, marking) == 199 and mark(five, (0, 1, 2, 3, 4), 200, marking) == 200
    assert mark(five, (0, 1, 2), 200, Marking(MultipleMarking.PER_RIGHT, per_right=50)) == 150


@given(SETS)
def test_order_and_repetition_do_not_matter(answer):
    question = item(1, Kind.MULTIPLE)
    for marking in (EXACT, HALF):
        assert mark(question, answer, 500, marking) == mark(question, tuple(sorted(set(answer))), 500, marking)


@given(SETS, st.integers(1, 10_000))
def test_a_mark_lies_between_nothing_and_the_points(answer, points):
    for kind in (Kind.SINGLE, Kind.MULTIPLE):
        assert 0 <= mark(item(1, kind), answer, points, HALF) <= points


def test_judge_is_a_truth():
    assert mark(item(2, Kind.JUDGE), True, 100, EXACT) == 100
    assert mark(item(2, Kind.JUDGE), False, 100, EXACT) == 0


@pytest.mark.parametrize("text", ["主要负责人", " 主要负责人 ", "主要 负责人。", "负责人"])
def test_a_blank_takes_every_accepted_text_however_it_is_typed(text):
    assert mark(item(1, Kind.BLANK), (text,), 300, EXACT) == 300
    assert mark(item(1, Kind.BLANK), (text + "人",), 300, EXACT) == 0


def test_several_blanks_share_the_points():
    question = item(1, Kind.BLANK, key=(("甲",), ("乙",), ("丙",)))
    assert mark(question, ("甲", "乙", "丙"), 100, EXACT) == 100
    assert mark(question, ("甲", "错", "丙"), 100, EXACT) == 66
    assert mark(question, ("", "", ""), 100, EXACT) == 0


@given(st.text())
def test_normalising_twice_changes_nothing_more(text):
    assert normalise(normalise(text)) == normalise(text)


def test_widths_do_not_matter():
    assert normalise("１００％") == normalise("100%")
