"""One order everywhere: merit as bytes sorts alike on both engines and in Python, and what stands equals what is recomputed."""

from typing import Any

import pytest
from conftest import SECRET
from factories import World, right_answers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert, select
from sqlalchemy.orm import Session

from quizapp.models.base import Database
from quizapp.models.contests import Entry
from quizapp.models.standings import Standing as Stored
from quizapp.models.standings import UnitFigures
from quizapp.rules.aggregation import Figures
from quizapp.rules.contests import BoardRules, ContestRules, Counts, EntryRules, Limits, Tie
from quizapp.rules.ranking import merit, places
from quizapp.rules.scoring import Standing
from quizapp.services import (
    accounts,
    entries,
    finishing,
    organisations,
    results,
    saves,
    sittings,
    standings,
    unit_boards,
)
from quizapp.services.contests import Running

SHARED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
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
ties = st.sampled_from([(Tie.TIME, Tie.FINISH), (Tie.FINISH, Tie.TIME), (Tie.TIME,), (Tie.FINISH,), ()])


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


class Town:
    """Four people of three units and one without, who sit, let time run out, practise and move, in one contest after another."""

    people = ("alice", "bob", "carol", "dora", "nobody")
    leaves = ("99010101", "99010102", "99010201")

    def __init__(self, world: World) -> None:
        world.add_account("dora")
        world.add_account("nobody", None)
        self.world = world
        self.tokens = [accounts.fingerprint(world.token(login)) for login in self.people]
        self.began = world.clock()
        self.contests = 0

    def open(self, counts: Counts, rule: tuple[Tie, ...]) -> Running:
        self.contests += 1
        self.world.clock.now = self.began  # or a long run of histories would outlive the tokens
        return self.world.apply(
            slug=f"history{self.contests}", counts=counts, ties=rule,
            limits=Limits(per_day=50, practice_per_day=50), entry=EntryRules(unit_changes=50),
        )  # fmt: skip

    def do(self, contest: Running, who: int, action: str, wrong: int, seconds: int) -> None:
        """One thing that happens, a few seconds after the one before."""
        clock, token = self.world.clock, self.tokens[who]
        clock.pass_(seconds=seconds + 1)
        with self.world.database.write() as session:
            if action == "move":
                self._move(session, contest, token, wrong)
                return
            practice = action == "practice"
            sitting, _ = sittings.start_sitting(session, contest.rules.slug, token, clock(), practice=practice)
            answers = right_answers(sitting, wrong)
            if action == "leave":
                saves.save_answers(session, sitting["id"], token, 0, "k", answers, clock())
                clock.pass_(minutes=30)
                finishing.finish_overdue(session, SECRET, sitting["id"], clock())
                return
            clock.pass_(seconds=seconds)
            finishing.hand_in(session, SECRET, sitting["id"], token, clock(), revision=0, key="s", answers=answers)
        if action == "sleep":
            clock.pass_(hours=14)

    def _move(self, session: Session, contest: Running, token: str, number: int) -> None:
        who = entries.contestant(session, contest.id, token, "counted", "", self.world.clock())
        if who.entry_id is None:
            return
        entry = session.get_one(Entry, (contest.id, who.entry_id))
        unit = organisations.find_unit(session, self.leaves[number % len(self.leaves)])
        if entry.unit_id != unit.id:
            entries.change_unit(session, contest, entry, unit, self.world.clock())


def people_of(session: Session, contest: Running, as_of: int | None) -> list[tuple[Any, ...]]:
    return [
        (row.place, row.shared, row.entry_id, row.unit_code, row.points, row.time_ms, row.finished_at, row.sittings, row.merit)
        for row in results.people(session, contest, as_of=as_of)
    ]


def figures_of(session: Session, contest: Running, as_of: int | None) -> dict[int, Figures]:
    parents = organisations.tree(session).parents
    return {unit: made for unit, made in results.unit_figures(session, contest, parents, as_of).items() if made.people}


action = st.sampled_from(["sit", "sit", "sit", "sleep", "sleep", "move", "move", "leave", "practice"])
step = st.tuples(st.integers(0, len(Town.people) - 1), action, st.integers(0, 3), st.sampled_from([0, 1, 1, 30]))


@pytest.fixture
def town(world: World) -> Town:
    return Town(world)


@pytest.mark.slow
@pytest.mark.parametrize("counts", list(Counts))
@settings(SHARED, max_examples=8)
@given(history=st.lists(step, min_size=8, max_size=24), rule=ties)
def test_what_stands_is_what_is_recomputed(
    database: Database, town: Town, counts: Counts, history: list[Any], rule: tuple[Tie, ...]
):
    contest = town.open(counts, rule)
    moments: list[tuple[int, list[Any], dict[int, Figures]]] = []
    for who, what, wrong, seconds in history:
        town.do(contest, who, what, wrong, seconds)
        with database.read() as session:
            moments.append((town.world.clock(), people_of(session, contest, None), figures_of(session, contest, None)))
    with database.read() as session:
        for moment, people, units in moments:
            assert people_of(session, contest, moment) == people
            assert figures_of(session, contest, moment) == units
        check_order(moments[-1][1], contest.rules)
    check_boards(database, contest, town.world.clock() + standings.REBUILD_AFTER, moments[-1])


def check_order(people: list[Any], rules: ContestRules) -> None:
    """Best first by the published rule; a place is one more than how many are better."""
    rows = [Standing(*row[4:8]) for row in people]
    keys = [better(row, rules.ties) for row in rows]
    assert keys == sorted(keys)
    assert [row[0] for row in people] == [1 + sum(other < key for other in keys) for key in keys]


def check_boards(database: Database, contest: Running, now: int, last: tuple[int, list[Any], dict[int, Figures]]) -> None:
    """The public boards, live and frozen, tell the same."""
    with database.write() as session:
        unit_boards.rebuild_units(session, contest, now)
        stored = {row.unit_id: Figures(row.people, row.sittings, row.points) for row in session.scalars(
            select(UnitFigures).where(UnitFigures.contest_id == contest.id))}  # fmt: skip
        assert {unit: made for unit, made in stored.items() if made.people} == last[2]
        keys = session.execute(select(Stored.entry_id, Stored.merit).where(Stored.contest_id == contest.id))
        assert dict(keys.all()) == {row[2]: row[8] for row in last[1]}
        live = standings.leaderboard(session, contest, now, limit=100).rows
        assert [(row.place, row.shared, row.points, row.time_ms) for row in live] == [(*row[:2], *row[4:6]) for row in last[1]]


def test_a_frozen_board_shows_what_stood_at_the_freeze(database: Database, town: Town):
    contest = town.open(Counts.BEST, (Tie.TIME, Tie.FINISH))
    for who in (0, 1, 2):
        town.do(contest, who, "sit", who, 10)
    moment = town.world.clock()
    with database.read() as session:
        before = [(row.place, row.points) for row in standings.leaderboard(session, contest, moment).rows]
    town.world.clock.pass_(seconds=1)
    frozen = town.world.apply(slug=contest.rules.slug, limits=Limits(per_day=50), board=BoardRules(freeze_at=moment))
    for who in (2, 3):
        town.do(frozen, who, "sit", 0, 5)
    with database.read() as session:
        page = standings.leaderboard(session, frozen, town.world.clock())
        assert page.frozen and [(row.place, row.points) for row in page.rows] == before
        assert len(results.people(session, frozen)) == 4
