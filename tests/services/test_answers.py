"""Whatever is sent as an answer is either refused in words or can be kept, marked and looked back at."""

from typing import Any

import orjson
import pytest
from factories import every_kind
from hypothesis import event, given, settings
from hypothesis import strategies as st

from quizapp.errors import Invalid
from quizapp.rules.items import Item, Kind
from quizapp.rules.marking import Marking, MultipleMarking, Partial, mark
from quizapp.rules.papers import Draw, PaperBlueprint, draw
from quizapp.services import answers, papers

ITEMS = {"kinds": every_kind().items}
PAPER = draw(ITEMS, PaperBlueprint(tuple(Draw("kinds", 1, 700, kind) for kind in Kind), shuffle_items=False), "seed")
ASKED = papers.asked(PAPER, ITEMS)
GENEROUS = Marking(MultipleMarking.PER_RIGHT_LESS_WRONG, order=Partial.EACH)

labels = st.sampled_from([*"ABCDabｃ", " A ", "Z", "AB", ""])
names = st.sampled_from([*"1234567", "0", "01", "8", "A"])
leaves = st.none() | st.booleans() | st.integers(-5, 1_100) | st.floats() | st.text(max_size=5) | labels
points = st.lists(st.integers(-1, 1001), min_size=1, max_size=3)
anything = st.recursive(
    leaves | st.lists(labels, max_size=4) | st.lists(points, max_size=8) | st.dictionaries(names, labels, max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=1_000, deadline=None)
@given(st.integers(1, len(ASKED)), anything)
def test_it_is_refused_in_words_or_it_can_be_marked(position: int, answer: Any) -> None:
    try:
        shaped = papers.check_shape({str(position): answer})
        papers.check_answers(shaped, ASKED)
    except Invalid as refused:
        assert refused.errors
        return
    item = ASKED[position - 1]
    event(item.kind)
    kept = orjson.loads(orjson.dumps(shaped))
    assert kept == shaped and b"\\u0000" not in orjson.dumps(shaped)
    given = papers.to_rules(kept, PAPER, ITEMS)[position]
    assert 0 <= mark(item, given, 700, GENEROUS) <= 700
    assert given is not None or not answers.is_answered(answer)


@pytest.mark.parametrize("item", ASKED, ids=[item.kind for item in ASKED])
def test_the_key_in_labels_is_an_answer_that_is_right(item: Item) -> None:
    """What a review tells as right would have earned every point."""
    place = PAPER[ASKED.index(item)]
    told = answers.key_of(item, place.order)
    if told is None:
        assert item.kind in (Kind.HOTSPOT, Kind.CASE, Kind.ESSAY)
        return
    told = {Kind.BLANK: lambda: told[0][0], Kind.NUMERIC: lambda: told.partition("±")[0]}.get(item.kind, lambda: told)()
    answers.fit(told, item)
    assert mark(item, answers.to_rules(told, item, place.order), 700, Marking()) == 700


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (False, True), (True, True), ("", False), ("甲", True), ([], False), (["", ""], False), (["", "乙"], True), ([[0, 0]], True),
        ({}, False), ({"1": ""}, False), ({"1": "A"}, True), ({"3": False}, True), ({"7": {"1": ""}}, False), (None, False),
    ],
)  # fmt: skip
def test_an_answer_says_something_or_nothing(answer: Any, said: bool) -> None:
    assert answers.is_answered(answer) is said
