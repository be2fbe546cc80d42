"""What can count for one person at most."""

from dataclasses import replace

import pytest

from quizapp.rules.contests import BoardRules, Clock, ContestRules, Division, Stage
from quizapp.rules.counting import Combine, Counting, Span, Take
from quizapp.rules.full_marks import most_points
from quizapp.rules.papers import Draw, PaperBlueprint

DAY = 86_400_000


def paper(points: int) -> PaperBlueprint:
    return PaperBlueprint((Draw("xinanfa", 10, 10 * points),))


RULES = ContestRules("c", "c", 0, 10 * DAY, 10 * DAY, paper(100), Clock(60_000), zone="UTC")
ROUNDS = (Stage("a", "初赛", blueprint=paper(100)), Stage("b", "复赛", blueprint=paper(120)), Stage("c", "决赛", blueprint=paper(150)))
ALIKE = (Stage("a", "初赛"), Stage("b", "复赛"), Stage("c", "训练", blueprint=paper(50), counts=False))


@pytest.mark.parametrize(
    ("counting", "most"),
    [
        (Counting(), 100),
        (Counting(Take.LAST), 100),
        (Counting(Take.ALL, combine=Combine.MEAN), 100),
        (Counting(Take.ALL), None),  # every sitting added up
        (Counting(Take.ALL, most=3), 300),
        (Counting(each=Span.DAY), None),
        (Counting(each=Span.DAY, most=7), 700),
        (Counting(each=Span.DAY, combine=Combine.MEAN), 100),
        (Counting(Take.ALL, combine=Combine.NUMBER), None),  # 1 point a sitting
    ],
)
def test_in_one_piece_it_is_what_a_sitting_is_worth_as_often_as_it_counts(counting, most):
    assert most_points(replace(RULES, counting=counting)) == most


@pytest.mark.parametrize(
    ("counting", "rounds", "alike"),
    [
        (Counting(each=Span.STAGE), 370, 200),
        (Counting(Take.LAST, Span.STAGE), 370, 200),
        (Counting(each=Span.STAGE, most=1), None, 100),
        (Counting(each=Span.STAGE, most=5), None, 200),  # there are but two
        (Counting(each=Span.STAGE, combine=Combine.MEAN), None, 100),
        (Counting(), None, 100),  # the best of 100, of 120 and of 150: of how many depends on who it is
        (Counting(Take.ALL, Span.STAGE), None, None),
    ],
)
def test_papers_of_stages_are_added_up_where_their_points_are(counting, rounds, alike):
    assert most_points(replace(RULES, counting=counting, stages=ROUNDS)) == rounds
    assert most_points(replace(RULES, counting=counting, stages=ALIKE)) == alike


def test_stages_that_are_ranked_apart_must_be_worth_the_same():
    apart = replace(RULES, counting=Counting(each=Span.STAGE), board=BoardRules(each_stage=True))
    assert most_points(replace(apart, stages=ROUNDS)) is None and most_points(replace(apart, stages=ALIKE)) == 100


def test_stages_of_the_calendar_are_counted():
    assert most_points(replace(RULES, cycle=Span.DAY, counting=Counting(each=Span.STAGE))) == 1_000


def test_papers_of_divisions_must_be_worth_the_same():
    divided = (Division("a", "甲", ("甲",), paper(100)), Division("b", "乙", ("乙",), paper(120)))
    assert most_points(replace(RULES, divisions=divided)) is None
    assert most_points(replace(RULES, divisions=divided[:1])) == 100
    rounds = (replace(ALIKE[0], divisions=("a",)), replace(ALIKE[1], divisions=("b",)))
    own = (replace(divided[0], blueprint=paper(120)), divided[1])
    assert most_points(replace(RULES, divisions=own, stages=rounds)) == 120, "nobody without a division may start"
