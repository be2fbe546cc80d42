"""Two blind marks, their mean or a third's decision; whose turn it is; and what an essay does to the score of its paper."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.essays import (
    BLIND,
    DECISION,
    IN_HAND_MS,
    Mark,
    State,
    Verdict,
    by_criteria,
    is_for,
    points_of,
    turn_of,
    verdict,
)
from quizapp.rules.items import Criterion, Item, Kind
from quizapp.rules.marking import Marking
from quizapp.rules.papers import PaperItem
from quizapp.rules.scoring import Condition, Score, Scoring, SubScore, Worth, score, with_essays

FIFTH = Fraction(1, 5)
POINTS = st.integers(1, 10_000)
GAP = st.fractions(0, 1, max_denominator=100)


def marks(*points: int | None) -> list[Mark]:
    return [Mark(turn, f"m{turn}", got, 0) for turn, got in enumerate(points, start=1)]


def test_two_marks_within_the_gap_give_their_mean_rounded_half_up():
    assert verdict(marks(700, 801), 1000, FIFTH) == Verdict(State.FINAL, 751)
    assert verdict(marks(600, 800), 1000, FIFTH) == Verdict(State.FINAL, 700), "exactly the gap is within it"
    assert verdict(marks(600, 801), 1000, FIFTH) == Verdict(State.DIFFERS)
    assert verdict(marks(600, 801, 650), 1000, FIFTH) == Verdict(State.FINAL, 650)


def test_one_mark_or_one_in_hand_is_no_verdict():
    for open_ in (marks(), marks(700), marks(700, None), marks(None)):
        assert verdict(open_, 1000, FIFTH) == Verdict(State.UNMARKED)
    assert verdict(marks(0, 1000, None), 1000, FIFTH) == Verdict(State.DIFFERS)


@given(POINTS, GAP, st.data())
def test_the_order_of_the_markers_does_not_matter_and_a_mean_lies_between(points, gap, data):
    first, second = (data.draw(st.integers(0, points)) for _ in BLIND)
    found = verdict(marks(first, second), points, gap)
    assert found == verdict(marks(second, first), points, gap)
    assert (found.state is State.FINAL) == (Fraction(abs(first - second), points) <= gap)
    if found.points is not None:
        assert min(first, second) <= found.points <= max(first, second)
        assert 0 <= 2 * found.points - first - second <= 1, "half up"


@given(POINTS, GAP, st.data())
def test_a_decision_stands_whatever_the_two_said(points, gap, data):
    three = [data.draw(st.integers(0, points)) for _ in (*BLIND, DECISION)]
    assert verdict(marks(*three), points, gap) == Verdict(State.FINAL, three[2])


def test_the_next_turn_waits_for_who_has_it_in_hand():
    now = IN_HAND_MS
    fresh, stale = Mark(1, "a", None, 1), Mark(1, "a", None, 0)
    assert turn_of([], State.UNMARKED, now) == 1
    assert turn_of([fresh], State.UNMARKED, now) is None
    assert turn_of([stale], State.UNMARKED, now) == 1, "an hour is over"
    assert turn_of([Mark(1, "a", 500, 0)], State.UNMARKED, now) == 2
    assert turn_of([Mark(1, "a", 500, 0), Mark(2, "b", None, 1)], State.UNMARKED, now) is None
    assert turn_of(marks(0, 900), State.DIFFERS, now) == DECISION
    assert turn_of(marks(500, 500), State.FINAL, now) is None


def test_nobody_marks_twice_nor_their_own_text():
    assert is_for(marks(500), "author", "other") and is_for([], "author", "m1")
    assert not is_for(marks(500), "author", "m1")
    assert not is_for([], "author", "author")


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8), POINTS, st.data())
def test_criteria_come_to_the_points_of_the_paper(most, points, data):
    rubric = [Criterion(f"c{n}", got) for n, got in enumerate(most)]
    assert by_criteria(rubric)
    assert points_of(most, rubric, points) == points, "all of everything is full marks"
    assert points_of([0] * len(most), rubric, points) == 0
    parts = [data.draw(st.integers(0, got)) for got in most]
    assert abs(points_of(parts, rubric, points) - Fraction(sum(parts) * points, sum(most))) <= Fraction(1, 2)


def test_a_rubric_that_says_some_points_only_is_a_list_of_hints():
    assert not by_criteria([]) and not by_criteria([Criterion("立意", 40), Criterion("文字")])


SINGLE = Item("s", Kind.SINGLE, "?", (0,), ("a", "b"))
ESSAY = Item("e", Kind.ESSAY, "写", None)
PAPER = (PaperItem("b", 0, 500, (0, 1)), PaperItem("b", 1, 1000), PaperItem("b", 0, 500, (0, 1)))
ASKED = [SINGLE, ESSAY, SINGLE]


def test_essays_change_the_score_as_if_they_had_been_marked_at_once():
    rules = Scoring(worth=Worth(all_right=100), valid=Condition(points=1500), sub_score=SubScore(Kind.ESSAY))
    answers = {1: (0,), 2: "文", 3: (0,)}
    before = score(PAPER, {"b": [SINGLE, ESSAY]}, answers, rules, 9)
    assert before == Score((500, 0, 500), 1000, 2100, 2, False, 0)
    assert with_essays(PAPER, ASKED, answers, before.marks, {2: 750}, rules, 9) == Score((500, 750, 500), 1750, 2100, 2, True, 750)
    assert with_essays(PAPER, ASKED, answers, before.marks, {2: 1000}, rules, 9) == Score((500, 1000, 500), 2100, 2100, 3, True, 1000)


def test_points_for_an_item_left_blank_are_no_right_answer():
    rules = Scoring(Marking(unanswered=500))
    found = score((PAPER[0], PAPER[2]), {"b": [SINGLE]}, {1: (0,)}, rules, 9)
    assert found.marks == (500, 500) and found.right == 1


@given(st.sampled_from([(0,), (1,), None]))
def test_no_essay_to_settle_changes_nothing(answer):
    answers = {1: answer, 2: "文"}
    before = score(PAPER, {"b": [SINGLE, ESSAY]}, answers, Scoring(), 9)
    assert with_essays(PAPER, ASKED, answers, before.marks, {}, Scoring(), 9) == before
