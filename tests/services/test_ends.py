"""When sittings end: extra time, windows of their own, all clocks stopped and let go on, an end that is moved."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from factories import DAY, HOUR, World
from sitters import People
from sqlalchemy import select, text
from waiting import until

from quizapp.errors import Invalid, Refused
from quizapp.models.audit import AuditRecord
from quizapp.models.contests import Contest, Entry
from quizapp.rules.contests import Clock, Limits, Stage
from quizapp.services import contests, ends, organisations, sittings
from quizapp.services.audit import CLI
from quizapp.services.ends import Grant

MINUTE = 60_000


@pytest.fixture
def people(world: World) -> People:
    return People(world)


def give(world: World, grant: Grant, *, person: str = "", unit: str = "", reason: str = "停电") -> int:
    with world.database.write() as session:
        contest = contests.find_contest(session, "june")
        query = select(Entry).where(Entry.contest_id == contest.id, Entry.name == person.title())
        entry = session.scalars(query).one() if person else None
        to = organisations.find_unit(session, unit) if unit else None
        return ends.give_time(session, CLI, contest, grant, reason, world.clock(), entry=entry, unit=to)


def halt(world: World) -> int:
    with world.database.write() as session:
        return ends.halt_contest(session, CLI, "june", "断网", world.clock())


def go_on(world: World) -> int:
    with world.database.write() as session:
        return ends.go_on(session, CLI, "june", world.clock())


def waits(world: World) -> int:
    """How many connections wait for another's lock."""
    with world.database.read() as session:
        mine = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return session.scalar(text(mine)) or 0


def deadlines(people: People, *made: dict[str, Any]) -> list[int]:
    """Milliseconds from each sitting's start to its end."""
    return [people.row(one).deadline - people.row(one).started_at for one in made]


def test_extra_time_reaches_a_running_sitting_of_the_person_only(world: World, people: People):
    alice, bob = people.start("alice"), people.start("bob")
    world.clock.pass_(minutes=9)
    assert give(world, Grant(5 * MINUTE), person="alice") == 1
    assert deadlines(people, alice, bob) == [15 * MINUTE, 10 * MINUTE]
    world.clock.pass_(minutes=5)
    people.save("alice", alice, wrong=1)
    with pytest.raises(sittings.Overdue):
        people.view("bob", bob)
    people.hand_in("alice", alice)
    assert people.row(alice).time_ms == 14 * MINUTE and people.row(alice).points == 7000


def test_extra_time_of_a_unit_is_for_everybody_below_it_and_for_later_starts_too(world: World, people: People):
    made = {login: people.start(login) for login in ("alice", "carol")}
    assert give(world, Grant(3 * MINUTE), unit="990101") == 1
    made["bob"] = people.start("bob")
    assert deadlines(people, *(made[login] for login in ("alice", "bob", "carol"))) == [13 * MINUTE, 13 * MINUTE, 10 * MINUTE]
    assert people.row(made["bob"]).extra_ms == 3 * MINUTE


def test_a_person_s_own_record_goes_before_the_unit_s_and_the_newest_before_the_others(world: World, people: People):
    alice, bob = people.start("alice"), people.start("bob")
    give(world, Grant(MINUTE), person="alice")
    give(world, Grant(2 * MINUTE), unit="990101")
    assert deadlines(people, alice, bob) == [11 * MINUTE, 12 * MINUTE]
    give(world, Grant(4 * MINUTE), person="alice")
    give(world, Grant(3 * MINUTE), unit="99")
    assert deadlines(people, alice, bob) == [14 * MINUTE, 13 * MINUTE]
    give(world, Grant(0), person="alice")
    assert deadlines(people, alice) == [10 * MINUTE], "taken back"


def test_another_window_lets_somebody_in_when_the_contest_is_over(world: World, people: People):
    over = world.contest.rules.closes_at
    people.sit("alice")
    world.clock.now = over + HOUR
    assert "已经结束" in people.refused("alice")
    give(world, Grant(0, over, None, over + 2 * HOUR), person="alice")
    assert "已经结束" in people.refused("bob")
    late = people.start("alice")
    assert deadlines(people, late) == [10 * MINUTE]
    people.hand_in("alice", late)
    world.clock.now = over + 2 * HOUR + 1
    assert "已经结束" in people.refused("alice")


def test_a_window_that_ends_sooner_cuts_the_sitting(world: World, people: People):
    alice = people.start("alice")
    give(world, Grant(0, closes_at=world.clock() + 4 * MINUTE), person="alice")
    assert deadlines(people, alice) == [4 * MINUTE]


@pytest.mark.parametrize(
    ("grant", "reason"),
    [
        (Grant(MINUTE), "  "), (Grant(-1), "停电"), (Grant(ends.LONG + 1), "停电"),
        (Grant(0, opens_at=2 * DAY, closes_at=DAY), "停电"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(world: World, people: People, grant: Grant, reason: str):
    people.start("alice")
    with pytest.raises(Invalid):
        give(world, grant, person="alice", reason=reason)
    with world.database.read() as session:
        assert ends.list_grants(session, world.contest) == []


def test_every_record_stays_with_who_gave_it_and_why(world: World, people: People):
    people.start("alice")
    give(world, Grant(MINUTE), person="alice", reason="停电")
    give(world, Grant(2 * MINUTE), unit="990101", reason="考场延误")
    with world.database.read() as session:
        found = [(one["who"], one["extra_ms"], one["reason"], one["by"]) for one in ends.list_grants(session, world.contest)]
        assert found == [("东镇", 2 * MINUTE, "考场延误", CLI.name), ("Alice", MINUTE, "停电", CLI.name)]
        acts = session.scalars(select(AuditRecord.action).where(AuditRecord.action == "contest.extra_time")).all()
    assert len(acts) == 2


def test_while_all_clocks_stand_still_nobody_starts_and_no_sitting_ends(world: World, people: People):
    alice = people.start("alice")
    world.clock.pass_(minutes=4)
    assert halt(world) == 1
    assert "计时停止" in people.refused("bob")
    world.clock.pass_(minutes=45)
    people.save("alice", alice, wrong=2)
    with world.database.read() as session:
        assert sittings.find_overdue(session, world.clock()) == []
    assert go_on(world) == 1
    assert deadlines(people, alice) == [55 * MINUTE] and people.row(alice).halted_ms == 45 * MINUTE
    people.start("bob")
    world.clock.pass_(minutes=6)
    people.hand_in("alice", alice)
    assert people.row(alice).time_ms == 10 * MINUTE, "the time used is without the halt"


def test_clocks_can_stand_still_more_than_once_and_extra_time_stays(world: World, people: People):
    alice = people.start("alice")
    for _ in range(2):
        halt(world)
        world.clock.pass_(minutes=7)
        go_on(world)
    give(world, Grant(MINUTE), person="alice")
    assert deadlines(people, alice) == [25 * MINUTE] and people.row(alice).halted_ms == 14 * MINUTE
    halt(world)
    world.clock.pass_(minutes=1)
    give(world, Grant(2 * MINUTE), person="alice")
    go_on(world)
    assert deadlines(people, alice) == [27 * MINUTE]


def test_who_hands_in_while_clocks_stand_still_is_not_charged_for_it(world: World, people: People):
    alice = people.start("alice")
    world.clock.pass_(minutes=2)
    halt(world)
    world.clock.pass_(minutes=30)
    people.hand_in("alice", alice)
    assert people.row(alice).time_ms == 2 * MINUTE


def test_the_clock_of_an_item_stands_still_too(world: World, people: People):
    world.apply(clock=Clock(item_ms=MINUTE))
    alice = people.start("alice")
    opened = people.row(alice).item_deadline
    world.clock.pass_(seconds=20)
    halt(world)
    world.clock.pass_(minutes=10)
    go_on(world)
    assert people.row(alice).item_deadline == opened + 10 * MINUTE
    people.save("alice", alice)


def test_a_halt_does_not_reach_sittings_that_are_over(world: World, people: People):
    alice = people.sit("alice")
    before = people.row(alice)
    halt(world)
    world.clock.pass_(minutes=5)
    assert go_on(world) == 0
    after = people.row(alice)
    assert (after.deadline, after.halted_ms, after.time_ms) == (before.deadline, 0, before.time_ms)


def test_clocks_are_stopped_once_and_let_go_on_once(world: World, people: People):
    with pytest.raises(Refused):
        go_on(world)
    halt(world)
    with pytest.raises(Refused):
        halt(world)
    go_on(world)
    people.start("alice")


def test_who_hands_in_in_the_very_moment_the_clocks_go_on_gets_the_time_back_once(world: World, people: People):
    alice = people.start("alice")
    world.clock.pass_(minutes=3)
    halt(world)
    world.clock.pass_(minutes=20)
    with ThreadPoolExecutor(1) as beside:
        with world.database.write() as session:
            ends.go_on(session, CLI, "june", world.clock())
            world.clock.pass_(minutes=1)
            handed_in = beside.submit(people.hand_in, "alice", alice)
            if world.database.direct.engine == "postgresql":  # on SQLite it waits for its turn before it reads anything
                until(lambda: waits(world), "the hand-in waits for the row")
        handed_in.result(20)
    assert people.row(alice).time_ms == 4 * MINUTE


def test_a_contest_that_is_closed_while_clocks_stand_still_ends_without_charging_it(world: World, people: People):
    alice = people.start("alice")
    world.clock.pass_(minutes=3)
    halt(world)
    world.clock.pass_(minutes=20)
    with world.database.write() as session:
        ends.close_contest(session, CLI, "june", world.clock())
        assert session.scalars(select(Contest.halted_at)).one() is None
    people.hand_in("alice", alice)
    assert people.row(alice).time_ms == 3 * MINUTE


def test_a_moved_end_keeps_extra_time_and_what_a_stage_says_of_its_own(world: World, people: People):
    close = world.clock() + 5 * MINUTE
    own = Stage("a", "甲", None, None, world.clock() + 8 * MINUTE)
    world.apply(last_start=close, closes_at=close, stages=(own, Stage("b", "乙")), limits=Limits())
    made = [people.start("alice", stage="a"), people.start("bob", stage="b"), people.start("carol", stage="b")]
    give(world, Grant(2 * MINUTE), person="bob")
    assert deadlines(people, *made) == [8 * MINUTE, 7 * MINUTE, 5 * MINUTE]
    with world.database.write() as session:
        contest = contests.find_contest(session, "june")
        assert ends.reached_by(session, contest, close + MINUTE) == 2
        assert ends.move_end(session, CLI, "june", close, close + MINUTE, world.clock()) == 2
    assert deadlines(people, *made) == [8 * MINUTE, 8 * MINUTE, 6 * MINUTE]
