"""Marks of the kinds beyond choices, truths and blanks, and of the rules that notices have for them."""

from decimal import Decimal
from itertools import permutations

import pytest
from factories import item
from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.items import Item, Kind
from quizapp.rules.marking import Marking, MultipleMarking, Partial, is_right, mark
from quizapp.rules.numerals import Range

EXACT = Marking(blank=Partial.EXACT, order=Partial.EXACT, match=Partial.EXACT, hotspot=Partial.EXACT)
EACH = Marking(order=Partial.EACH)
FIVE = Item("m", Kind.MULTIPLE, "题", (0, 1, 2), tuple("甲乙丙丁戊"))
HITS = [(150, 150), (600, 550)]

positions = st.lists(st.integers(0, 4), max_size=6).map(tuple)
taps = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)) | st.sampled_from(HITS), max_size=6).map(tuple)
ANSWERS: dict[Kind, st.SearchStrategy] = {
    Kind.SINGLE: positions,
    Kind.MULTIPLE: positions,
    Kind.JUDGE: st.booleans(),
    Kind.BLANK: st.tuples(st.text() | st.just("负责人")),
    Kind.NUMERIC: st.text() | st.integers(0, 30).map(str),
    Kind.ORDER: st.lists(st.integers(0, 2), max_size=4).map(tuple),
    Kind.MATCH: st.tuples(*[st.none() | st.integers(0, 3)] * 3),
    Kind.HOTSPOT: taps,
    Kind.ESSAY: st.text(),
}
CASE = item(9, Kind.CASE)
ANSWERS[Kind.CASE] = st.tuples(*[st.none() | ANSWERS[own.kind] for own in CASE.items])
small = st.none() | st.integers(0, 300)
markings = st.builds(
    Marking, st.sampled_from(MultipleMarking), small, small, st.integers(0, 100), st.integers(0, 100),
    *[st.sampled_from(Partial)] * 4,
)  # fmt: skip


@st.composite
def responses(draw):
    kind = draw(st.sampled_from(Kind))
    return (CASE if kind is Kind.CASE else item(7, kind)), draw(st.none() | ANSWERS[kind])


@given(responses(), st.integers(0, 10_000), markings)
def test_a_mark_never_exceeds_the_points_and_is_below_nothing_only_where_wrong_answers_cost(response, points, marking):
    question, answer = response
    got = mark(question, answer, points, marking)
    assert got <= points
    assert got >= (-marking.wrong * max(1, len(question.items)) if marking.wrong else 0)


@given(responses(), st.integers(0, 10_000), markings)
def test_what_is_right_earns_all_points_and_an_essay_nothing(response, points, marking):
    question, answer = response
    if question.kind is Kind.ESSAY:
        assert mark(question, answer, points, marking) == 0 and not is_right(question, answer)
    elif is_right(question, answer):
        assert mark(question, answer, points, marking) == points


@given(responses(), st.integers(1, 10_000))
def test_where_parts_earn_nothing_it_is_all_or_nothing(response, points):
    question, answer = response
    if question.kind is not Kind.CASE:
        assert mark(question, answer, points, EXACT) == (points if is_right(question, answer) else 0)


@pytest.mark.parametrize(
    ("answer", "exact", "half", "fixed", "less"),
    [
        ((0, 1, 2), 200, 200, 200, 200), ((0, 1), 0, 100, 100, 100), ((0,), 0, 100, 50, 50), ((0, 1, 3), 0, 0, 0, 70),
        ((3,), 0, 0, 0, 0), ((0, 1, 2, 3), 0, 0, 0, 120), ((), 0, 0, 0, 0), (None, 0, 0, 0, 0),
    ],
)  # fmt: skip
def test_multiple_choice_is_marked_by_each_rule_of_the_notices(answer, exact, half, fixed, less):
    rules = [
        Marking(MultipleMarking.EXACT), Marking(MultipleMarking.HALF), Marking(MultipleMarking.PER_RIGHT, per_right=50),
        Marking(MultipleMarking.PER_RIGHT_LESS_WRONG, per_right=50, per_wrong=30),
    ]  # fmt: skip
    assert [mark(FIVE, answer, 200, marking) for marking in rules] == [exact, half, fixed, less]


def test_without_figures_a_choice_is_worth_its_share():
    each, less = Marking(MultipleMarking.PER_RIGHT), Marking(MultipleMarking.PER_RIGHT_LESS_WRONG)
    assert [mark(FIVE, answer, 200, each) for answer in ((0,), (0, 1), (0, 1, 2), (0, 3))] == [66, 133, 200, 0]
    assert [mark(FIVE, answer, 200, less) for answer in ((0,), (0, 1, 3), (0, 3), (3, 4))] == [66, 66, 0, 0]


def test_blank_items_may_earn_and_wrong_ones_may_cost():
    marking = Marking(unanswered=20, wrong=50)
    assert [mark(item(2, Kind.JUDGE), answer, 100, marking) for answer in (True, False, None)] == [100, -50, 20]
    assert [mark(item(2), answer, 100, marking) for answer in ((2,), (1,), None)] == [100, -50, 20]
    assert mark(item(2, Kind.MULTIPLE), (1,), 100, marking) == 0
    assert mark(item(2), None, 10, marking) == 10, "never more than the points"


@pytest.mark.parametrize(
    ("text", "right"),
    [("30", True), ("３０．４", True), ("29.5米", True), ("30.51", False), ("三十", False), ("", False)],
)
def test_a_number_is_right_within_its_tolerance_and_an_unreadable_one_is_wrong(text, right):
    question = Item("n", Kind.NUMERIC, "题", Range(Decimal(30), Decimal(30), Decimal("0.5")), unit="米")
    assert mark(question, text, 100, EXACT) == (100 if right else 0)


@pytest.mark.parametrize(
    ("answer", "each"),
    [
        ((0, 1, 2, 3), 100),
        ((0, 1, 3, 2), 33),
        ((1, 2, 3, 0), 66),
        ((3, 2, 1, 0), 0),
        ((0, 1), 33),
        ((0,), 0),
        ((0, 2, 1, 3), 0),
    ],
)
def test_an_order_earns_for_neighbours_that_stand_right(answer, each):
    question = Item("o", Kind.ORDER, "题", (0, 1, 2, 3), tuple("甲乙丙丁"))
    assert mark(question, answer, 100, EACH) == each
    assert mark(question, answer, 100, Marking()) == (100 if each == 100 else 0), "by default an order is right or not"


def test_only_one_order_is_right():
    question = item(3, Kind.ORDER)
    assert [order for order in permutations(range(3)) if is_right(question, order)] == [(1, 2, 0)]


@pytest.mark.parametrize(("answer", "each"), [((1, 2, 0), 100), ((1, None, 0), 66), ((1, 0, 2), 33), ((None, 3, 3), 0)])
def test_a_match_earns_for_each_pair(answer, each):
    assert mark(item(3, Kind.MATCH), answer, 100, Marking()) == each
    assert mark(item(3, Kind.MATCH), answer, 100, EXACT) == (100 if each == 100 else 0)


@pytest.mark.parametrize(
    ("answer", "each"),
    [
        ([*HITS], 100), ([HITS[0]], 50), ([HITS[0], HITS[0], (160, 160)], 50), ([*HITS, (900, 900)], 50), ([HITS[0], (900, 900)], 0),
        ([(900, 900)] * 3, 0), ([HITS[1], HITS[0], HITS[1]], 100),
    ],
)  # fmt: skip
def test_a_hotspot_earns_for_what_is_found_less_what_is_not_there(answer, each):
    assert mark(item(3, Kind.HOTSPOT), tuple(answer), 100, Marking()) == each
    assert mark(item(3, Kind.HOTSPOT), tuple(answer), 100, EXACT) == (100 if each == 100 else 0)


@given(taps, st.randoms())
def test_the_order_of_taps_does_not_matter(answer, chance):
    mixed = chance.sample(answer, len(answer))
    assert mark(item(3, Kind.HOTSPOT), tuple(mixed), 100, Marking()) == mark(
        item(3, Kind.HOTSPOT), answer, 100, Marking()
    )


def test_the_items_of_a_case_share_its_points_and_the_rest_goes_to_the_full_answer():
    case = Item("c", Kind.CASE, "题", None, items=tuple(item(n, Kind.JUDGE) for n in (2, 4, 6)))
    answers = [(True, True, True), (True, True, False), (True, None, None), (None, None, None), None]
    assert [mark(case, answer, 100, Marking()) for answer in answers] == [100, 66, 33, 0, 0]
    assert [mark(case, answer, 100, Marking(unanswered=5, wrong=10)) for answer in answers] == [100, 56, 43, 15, 15]
    assert mark(case, (True, False, True), 2, Marking()) == 0, "points too few to share are for the full answer only"


@given(ANSWERS[Kind.CASE], st.integers(0, 10_000), markings)
def test_an_item_of_a_case_is_marked_as_if_it_stood_alone(answer, points, marking):
    each = points // len(CASE.items)
    alone = sum(mark(own, part, each, marking) for own, part in zip(CASE.items, answer, strict=True))
    assert mark(CASE, answer, points, marking) == (points if is_right(CASE, answer) else alone)
