"""From the marks of one sitting to what it is worth."""

from factories import item
from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.items import Kind
from quizapp.rules.marking import Marking
from quizapp.rules.papers import Draw, PaperBlueprint, PaperItem
from quizapp.rules.scoring import Condition, Scoring, Step, SubScore, Worth, score, total

PAPER = tuple(PaperItem("tests", n, 500, (0, 1, 2, 3)) for n in range(4))
ITEMS = {"tests": (item(4), item(8), item(12, topic="事故"), item(1, Kind.JUDGE))}  # the first choice is right, the last is wrong
RIGHT = {1: (0,), 2: (0,), 3: (0,), 4: False}


def test_without_more_rules_a_sitting_is_worth_its_marks():
    found = score(PAPER, ITEMS, RIGHT | {2: (1,)}, Scoring(), 60_000)
    assert (found.marks, found.points, found.of, found.right, found.valid) == ((500, 0, 500, 500), 1_500, 2_000, 3, True)


def test_a_paper_is_never_worth_less_than_nothing():
    wrong = {1: (1,), 2: (1,), 3: (0,), 4: True}
    found = score(PAPER, ITEMS, wrong, Scoring(Marking(wrong=400)), 1)
    assert found.marks == (-400, -400, 500, -400) and found.points == 0
    assert score(PAPER, ITEMS, RIGHT | {2: (1,)}, Scoring(Marking(wrong=400)), 1).points == 1_100


def test_a_row_of_right_answers_earns_more_with_each():
    worth = Worth(streak=(0, 100, 200))
    assert worth.given(0, [True] * 4, 1) == 0 + 100 + 200 + 200 == worth.of(0, 4)
    assert worth.given(0, [True, True, False, True], 1) == 100
    assert worth.given(0, [False] * 4, 1) == 0


def test_steps_stand_in_the_place_of_marks_and_the_first_one_reached_counts():
    worth = Worth(all_right=50, steps=(Step(300, Condition(right=4)), Step(200, Condition(right=3, time_ms=30_000)), Step(100)))
    assert [worth.given(1_234, hits, 60_000) for hits in ([True] * 4, [True] * 3 + [False], [False] * 4)] == [350, 200, 100]
    assert worth.given(1_234, [True] * 3 + [False], 29_999) == 100
    assert worth.of(2_000, 4) == 350
    assert Worth(steps=(Step(100, Condition(right=1)),)).given(1_234, [False], 1) == 0


def test_a_condition_asks_for_all_it_names():
    asked = Condition(right=3, points=1_000, time_ms=30_000)
    assert asked.holds(1_000, 3, 4, 30_000)
    assert not any((asked.holds(999, 3, 4, 30_000), asked.holds(1_000, 2, 4, 30_000), asked.holds(1_000, 3, 4, 29_999)))
    assert Condition(all_right=True).holds(0, 4, 4, 0) and not Condition(all_right=True).holds(0, 3, 4, 0)
    assert Condition().holds(0, 0, 4, 0)
    assert Condition(within_ms=60_000).holds(0, 0, 4, 60_000) and not Condition(within_ms=60_000).holds(0, 0, 4, 60_001)


def test_a_sitting_is_valid_by_what_it_is_worth():
    scoring = Scoring(worth=Worth(all_right=1_000), valid=Condition(points=2_001))
    assert score(PAPER, ITEMS, RIGHT, scoring, 1).valid and not score(PAPER, ITEMS, RIGHT | {1: (1,)}, scoring, 1).valid


def test_the_part_that_decides_ties_is_of_a_kind_a_topic_or_a_bank():
    def part(of: SubScore) -> int:
        return score(PAPER, ITEMS, RIGHT, Scoring(sub_score=of), 1).sub_points

    assert part(SubScore(kind=Kind.JUDGE)) == 500 and part(SubScore(topic="事故")) == 500 and part(SubScore(bank="tests")) == 2_000
    assert part(SubScore(Kind.JUDGE, "事故")) == 0 == part(SubScore(bank="none"))
    assert score(PAPER, ITEMS, RIGHT, Scoring(), 1).sub_points == 0


def test_full_marks_of_a_contest_count_every_bonus():
    blueprint = PaperBlueprint((Draw("tests", 3, 500), Draw("tests", 1, 1_000)))
    assert Scoring(worth=Worth((100,), 200)).of(blueprint) == 2_500 + 400 + 200


worths = st.builds(
    Worth, st.lists(st.integers(0, 300), max_size=5).map(tuple), st.integers(0, 300),
    st.lists(st.builds(Step, st.integers(0, 900), st.builds(Condition, st.booleans(), st.none() | st.integers(0, 4))), max_size=3).map(tuple),
)  # fmt: skip


@given(st.lists(st.integers(0, 500), min_size=4, max_size=4), worths, st.integers(0, 10**6))
def test_nothing_is_worth_more_than_everything_right_without_steps(marks, worth, time_ms):
    asked = ITEMS["tests"]
    found = total(PAPER, asked, marks, [got == 500 for got in marks], Scoring(worth=worth), time_ms)
    assert 0 <= found.points <= found.of
    if all(later >= earlier for earlier, later in zip(worth.streak, worth.streak[1:], strict=False)) and not worth.steps:
        assert found.points <= total(PAPER, asked, [500] * 4, [True] * 4, Scoring(worth=worth), time_ms).points == found.of
