"""What a tap in a picture means."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.regions import Region, hit

BOX = Region("箱", ((100, 100), (200, 300)))
TRIANGLE = Region("三角", ((500, 500), (700, 500), (600, 700)))
ARROW = Region("箭头", ((0, 0), (10, 5), (0, 10), (4, 5)))
SIDES = st.integers(0, 1000)


@pytest.mark.parametrize(
    ("region", "inside", "outside"),
    [
        (BOX, [(100, 100), (200, 300), (150, 200), (100, 300)], [(99, 100), (201, 300), (150, 301)]),
        (
            TRIANGLE,
            [(600, 500), (500, 500), (600, 700), (600, 600), (550, 600)],
            [(549, 600), (600, 499), (600, 701), (651, 600)],
        ),
        (ARROW, [(4, 5), (10, 5), (5, 5), (2, 2)], [(3, 5), (0, 5), (11, 5), (9, 9)]),
    ],
)
def test_the_edge_belongs_to_a_region(
    region: Region, inside: list[tuple[int, int]], outside: list[tuple[int, int]]
) -> None:
    assert all(region.holds(x, y) for x, y in inside)
    assert not any(region.holds(x, y) for x, y in outside)


@given(SIDES, SIDES, SIDES, SIDES, SIDES, SIDES)
def test_a_polygon_of_a_box_is_the_box(left: int, top: int, right: int, bottom: int, x: int, y: int) -> None:
    box = Region("箱", ((min(left, right), min(top, bottom)), (max(left, right) + 1, max(top, bottom) + 1)))
    (left, top), (right, bottom) = box.corners
    assert Region("形", ((left, top), (right, top), (right, bottom), (left, bottom))).holds(x, y) == box.holds(x, y)


@given(st.lists(st.tuples(SIDES, SIDES), min_size=3, max_size=8, unique=True), SIDES, SIDES)
def test_it_does_not_matter_where_a_polygon_begins_or_which_way_it_goes(
    corners: list[tuple[int, int]], x: int, y: int
) -> None:
    region = Region("形", tuple(corners))
    assert Region("形", tuple(corners[1:] + corners[:1])).holds(x, y) == region.holds(x, y)
    assert Region("形", tuple(corners[::-1])).holds(x, y) == region.holds(x, y)
    assert all(region.holds(*corner) for corner in corners)


def test_a_tap_counts_for_the_one_region_whose_middle_is_nearest() -> None:
    near, far = Region("近", ((0, 0), (100, 100))), Region("远", ((60, 0), (400, 100)))
    assert near.centre == (Fraction(50), Fraction(50))
    assert [hit([far, near], x, 50) for x in (10, 70, 99, 101, 401)] == [1, 1, 1, 0, None]
