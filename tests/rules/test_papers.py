"""Drawing papers."""

import pytest
from factories import bank
from hypothesis import given
from hypothesis import strategies as st

from quizapp.errors import Refused
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint, draw, shortages

ITEMS = {"tests": bank().items}
BLUEPRINT = PaperBlueprint((Draw("tests", 4, 500, Kind.SINGLE), Draw("tests", 2, 300, Kind.MULTIPLE)))


@given(st.text(min_size=1))
def test_the_same_seed_gives_the_same_paper(seed):
    assert draw(ITEMS, BLUEPRINT, seed) == draw(ITEMS, BLUEPRINT, seed)


@given(st.integers())
def test_a_paper_holds_what_the_blueprint_says_and_nothing_twice(seed):
    paper = draw(ITEMS, BLUEPRINT, str(seed))
    kinds = [ITEMS["tests"][place.index].kind for place in paper]
    assert kinds.count(Kind.SINGLE) == 4 and kinds.count(Kind.MULTIPLE) == 2
    assert len({place.index for place in paper}) == 6
    assert sum(place.points for place in paper) == BLUEPRINT.points == 2600
    assert all(sorted(place.order) == list(range(4)) for place in paper)


def test_a_broad_line_leaves_what_a_narrow_line_needs():
    blueprint = PaperBlueprint((Draw("tests", 18, 100), Draw("tests", 3, 100, Kind.BLANK)))
    assert len(draw(ITEMS, blueprint, "any")) == 21


def test_different_seeds_give_different_papers():
    assert len({draw(ITEMS, BLUEPRINT, str(n)) for n in range(50)}) > 45


def test_every_item_is_drawn_about_equally_often():
    counts = dict.fromkeys(range(12), 0)
    for n in range(3000):
        for place in draw(ITEMS, PaperBlueprint((Draw("tests", 4, 1, Kind.SINGLE),)), str(n)):
            counts[place.index] += 1
    assert all(880 < count < 1120 for count in counts.values())


def test_too_few_items_are_told_and_refused():
    blueprint = PaperBlueprint((Draw("tests", 2, 100, Kind.BLANK), Draw("tests", 3, 100, Kind.BLANK), Draw("none", 1, 100)))
    assert shortages(ITEMS, blueprint) == [(1, 2), (2, 1)]
    with pytest.raises(Refused):
        draw(ITEMS, blueprint, "any")


def test_unshuffled_papers_keep_the_order_of_choices():
    blueprint = PaperBlueprint((Draw("tests", 4, 1, Kind.SINGLE),), shuffle_items=False, shuffle_choices=False)
    assert all(place.order == (0, 1, 2, 3) for place in draw(ITEMS, blueprint, "x"))
