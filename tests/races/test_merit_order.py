"""One order everywhere: merit as bytes sorts alike on both engines and in Python, and what stands equals what is recomputed."""

from typing import Any

import pytest
from factories import World
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert, select
from town import BEST, LAST, SHARED, SUM_OF_DAYS, Town, figures_of, people_of, step, ties

from quizapp.models.base import Database
from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Combine, Counting, Span, Standing, Take, Tie
from quizapp.rules.ranking import merit, places
from quizapp.rules.units import Figures

MOST = 2**53
COLUMN = Table(
    "merits", MetaData(), Column("number", Integer, primary_key=True), Column("merit", LargeBinary), prefixes=["TEMPORARY"]
)

few = st.integers(0, 3)  # so that there are ties
standing = st.builds(
    Standing,
    points=st.one_of(few, st.sampled_from([0, 127, 128, 255, 256, 2**31 - 1]), st.integers(0, 10**7)),
    time_ms=st.one_of(few, st.sampled_from([0, 127, 128, 255, 256, MOST]), st.integers(0, MOST)),
    finished_at=st.one_of(few, st.integers(0, MOST)),
    sittings=st.just(1),
)


def better(row: Standing, rule: tuple[Tie, ...]) -> tuple[int, ...]:
    """Points descending, then what the rule names ascending: the published order, not the bytes."""
    less = {Tie.TIME: row.time_ms, Tie.FINISH: row.finished_at}
    return (-row.points, *(less[tie] for tie in rule))


@settings(SHARED, max_examples=60)
@given(rows=st.lists(standing, min_size=1, max_size=40), rule=ties)
def test_sql_and_python_order_alike(database: Database, rows: list[Standing], rule: tuple[Tie, ...]):
    keys = [merit(row, rule) for row in rows]
    published = sorted(range(len(rows)), key=lambda n: (better(rows[n], rule), n))
    assert sorted(range(len(rows)), key=lambda n: keys[n], reverse=True) == published
    with database.writer.connect() as connection, connection.begin() as transaction:
        COLUMN.create(connection)
        connection.execute(insert(COLUMN), [{"number": n, "merit": key} for n, key in enumerate(keys)])
        ordered = connection.execute(select(COLUMN.c.number).order_by(COLUMN.c.merit.desc(), COLUMN.c.number))
        assert list(ordered.scalars()) == published
        middle = keys[len(keys) // 2]
        above = connection.execute(select(COLUMN.c.number).where(COLUMN.c.merit > middle).order_by(COLUMN.c.number))
        assert list(above.scalars()) == [n for n, row in enumerate(rows) if better(row, rule) < better(rows[len(rows) // 2], rule)]
        transaction.rollback()


@given(rows=st.lists(standing, min_size=1, max_size=40), rule=ties)
def test_a_place_is_one_more_than_how_many_are_better(rows: list[Standing], rule: tuple[Tie, ...]):
    ordered = sorted(rows, key=lambda row: merit(row, rule), reverse=True)
    expected = []
    for row in ordered:
        mine = better(row, rule)
        equal = sum(better(other, rule) == mine for other in rows)
        expected.append((1 + sum(better(other, rule) < mine for other in rows), equal > 1))
    assert list(places(merit(row, rule) for row in ordered)) == expected


def test_two_who_share_a_place_leave_the_next_one_empty():
    rows = [Standing(points, 5, 5, 1) for points in (90, 80, 80, 70)]
    assert [place for place, _ in places(merit(row, (Tie.TIME,)) for row in rows)] == [1, 2, 2, 4]


@pytest.fixture
def town(world: World) -> Town:
    return Town(world)


COUNTING = {
    "best": BEST, "last": LAST, "sum_of_days": SUM_OF_DAYS, "days": Counting(each=Span.DAY, combine=Combine.NUMBER),
    "best two": Counting(Take.ALL, most=2), "mean": Counting(Take.ALL, combine=Combine.MEAN),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("counting", COUNTING.values(), ids=COUNTING)
@settings(SHARED, max_examples=8)
@given(history=st.lists(step, min_size=8, max_size=24), rule=ties)
def test_what_stands_is_what_is_recomputed(
    database: Database, town: Town, counting: Counting, history: list[Any], rule: tuple[Tie, ...]
):
    contest = town.open(counting, rule)
    moments: list[tuple[int, list[Any], dict[int, Figures]]] = []
    for who, what, wrong, seconds in history:
        town.do(contest, who, what, wrong, seconds)
        with database.replica(town.world.clock()) as session:
            moments.append((town.world.clock(), people_of(session, contest, None), figures_of(session, contest, None)))
    with database.replica(town.world.clock()) as session:
        for moment, people, units in moments:
            assert people_of(session, contest, moment) == people
            assert figures_of(session, contest, moment) == units
        check_order(moments[-1][1], contest.rules)


def check_order(people: list[Any], rules: ContestRules) -> None:
    """Best first by the published rule; a place is one more than how many are better."""
    rows = [Standing(*row[4:8]) for row in people]
    keys = [better(row, rules.ties) for row in rows]
    assert keys == sorted(keys)
    assert [row[0] for row in people] == [1 + sum(other < key for other in keys) for key in keys]
