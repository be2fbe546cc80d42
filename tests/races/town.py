"""A town whose people sit, let time run out, practise and move: histories for whatever must hold after each of them."""

from typing import Any

import pytest
from conftest import SECRET
from factories import World, right_answers
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.models.base import Database
from quizapp.models.boards import BoardUnit
from quizapp.models.contests import Entry
from quizapp.rules.aggregation import ROOT
from quizapp.rules.contests import BoardRules, EntryRules, Limits
from quizapp.rules.counting import Counting, Span, Take, Tie
from quizapp.rules.units import Figures, UnitRules
from quizapp.services import (
    accounts,
    boards,
    entries,
    entry_changes,
    finishing,
    organisations,
    people_results,
    results,
    saves,
    starts,
    unit_boards,
)
from quizapp.services.contests import Running

SHARED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
BEST, LAST, SUM_OF_DAYS = Counting(), Counting(Take.LAST), Counting(each=Span.DAY)
ties = st.sampled_from([(Tie.TIME, Tie.FINISH), (Tie.FINISH, Tie.TIME), (Tie.TIME,), (Tie.FINISH,), ()])


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

    def open(self, counting: Counting, rule: tuple[Tie, ...]) -> Running:
        self.contests += 1
        self.world.clock.now = self.began  # or a long run of histories would outlive the tokens
        return self.world.apply(
            slug=f"history{self.contests}", counting=counting, ties=rule,
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
            wish = starts.Wish(practice=action == "practice")
            sitting, _ = starts.start_sitting(session, contest.rules.slug, token, clock(), wish)
            answers = right_answers(sitting, wrong)
            if action == "leave":
                saves.save_answers(session.connection(), sitting["id"], token, 0, "k", answers, clock())
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
            entry_changes.change_unit(session, contest, entry, unit, self.world.clock())


def people_of(session: Session, contest: Running, as_of: int | None) -> list[tuple[Any, ...]]:
    return [
        (row.place, row.shared, row.entry_id, row.unit_code, row.points, row.time_ms, row.finished_at, row.sittings, row.merit)
        for row in people_results.people(session, contest, as_of=as_of)
    ]


def figures_of(session: Session, contest: Running, as_of: int | None) -> dict[int, Figures]:
    facts = results.unit_facts(session, contest, organisations.tree(session), as_of)
    return {unit: made.figures for unit, made in facts.items() if unit != ROOT and made.figures.people}


action = st.sampled_from(["sit", "sit", "sit", "sleep", "sleep", "move", "move", "leave", "practice"])
step = st.tuples(st.integers(0, len(Town.people) - 1), action, st.integers(0, 3), st.sampled_from([0, 1, 1, 30]))


def again(town: Town, contest: Running, rule: tuple[Tie, ...], counting: Counting, board: BoardRules) -> Running:
    return town.world.apply(
        slug=contest.rules.slug, counting=counting, ties=rule, limits=Limits(per_day=50, practice_per_day=50),
        entry=EntryRules(unit_changes=50), board=board, units=UnitRules(hide_mean_below=1),
    )  # fmt: skip


def bring_up(database: Database, contest: Running, now: int) -> None:
    """What the jobs do, on a machine for which every unit is nothing."""
    with database.write() as session:
        boards.rebuild(session, contest, now)
    with pytest.MonkeyPatch.context() as patched, database.read() as session:
        patched.setattr(boards, "SHARE", 0)
        due = boards.look_due(session, contest, now)
    if due is not None:
        boards.look_at_units(database, contest, lambda: now)


def check_units(session: Session, contest: Running, moment: int | None) -> None:
    stored = {row.unit_id: row for row in session.scalars(select(BoardUnit).where(BoardUnit.contest_id == contest.id))}
    figures = {unit: (row.people, row.sittings, row.points) for unit, row in stored.items() if row.people}
    made = figures_of(session, contest, moment)
    assert figures == {unit: (one.people, one.sittings, one.points) for unit, one in made.items()}
    whole = organisations.tree(session, moment)
    facts = results.unit_facts(session, contest, whole, moment)
    for kind in ("企业", "镇街"):
        wanted = results.rank_units(whole, facts, contest.rules, results.listed(whole, None, kind))
        page = unit_boards.unit_board(session, contest, contest.rules.opens_at, kind=kind)
        assert [(row.place, row.shared, row.code) for row in page.rows] == [(row.place, row.shared, row.code) for row in wanted]
