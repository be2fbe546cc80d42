"""Jobs that run twice or late (TM-05, TM-10, FT-17)."""

import random
import threading
from collections.abc import Callable, Iterator

import pytest
from conftest import SECRET
from devices import Device, stored, together
from factories import World, right_answers
from servers import at_once
from sqlalchemy import func, select
from waiting import until

from quizapp import jobs
from quizapp.models.base import Database
from quizapp.models.boards import BoardUnit
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing
from quizapp.rules.aggregation import ROOT
from quizapp.rules.contests import Limits
from quizapp.services import boards, contests, finishing, organisations, people_results, results, sittings

HOUR = 3_600_000
TIME = 600_000


@pytest.fixture
def alice(world: World) -> str:
    world.apply(limits=Limits(per_day=100))
    return world.token("alice")


@pytest.fixture
def device(app, alice: str) -> Callable[[], Device]:
    return lambda: Device(app, alice)


def test_of_all_that_claim_a_job_at_once_one_gets_it(database: Database):
    others = [Database(database.url) for _ in range(6)]
    try:
        for number in range(12):
            now = number * 1000
            got = together(*(lambda own=own, now=now: jobs.claim(own, "race", 1000, now) for own in others))
            assert sorted(got) == [False] * 5 + [True], number
            assert not any(jobs.claim(own, "race", 1000, now) for own in others)
    finally:
        for own in others:
            own.dispose()


def test_of_two_rounds_at_once_one_does_the_work(database: Database, world: World, device, monkeypatch):
    done: list[int] = []
    monkeypatch.setattr(jobs, "rebuild_snapshots", lambda _d, now: done.append(-now))
    leads = [jobs.Lead(database) for _ in range(4)]

    def one_round(lead: jobs.Lead) -> None:
        if lead.take(world.clock()):
            done.append(world.clock())
        jobs.run_due(database, world.clock())

    for _ in range(5):
        world.clock.pass_(seconds=6)
        together(*(lambda lead=lead: one_round(lead) for lead in leads))
        assert sorted(done) == [-world.clock(), world.clock()]
        assert sum(lead.is_ours.is_set() for lead in leads) == 1
        done.clear()


def test_one_process_leads_until_it_no_longer_does(database: Database, world: World):
    """Every process asked for every job each second: with two of them a thirtieth of what a host can do."""
    first, second = jobs.Lead(database), jobs.Lead(database)

    def look(now: int) -> list[tuple[bool, bool]]:
        return [(one.take(now), one.is_ours.is_set()) for one in (first, second)]

    now = world.clock()
    assert look(now) == [(True, True), (False, False)]
    assert look(now + 4_000) == [(False, True), (False, False)]
    assert look(now + 5_000) == [(True, True), (False, False)]
    later = now + 10_000
    assert second.take(later) and not first.take(later), "the first came too late"
    assert look(later + 1_000) == [(False, False), (False, True)]
    assert jobs.Lead(database).take(later + 6_000)
    assert look(later + 7_000) == [(False, False), (False, False)]


def test_who_hangs_at_a_job_gives_way_but_goes_on_alone(database: Database, world: World, monkeypatch):
    """Readers are told that boards are kept up while somebody leads: they would have stood still until a restart."""
    first, second, now = jobs.Lead(database), jobs.Lead(database), world.clock()
    assert first.take(now)
    with first.at_work():
        assert first.take(now + 5_000), "it has only begun"
        monkeypatch.setattr(jobs, "HANGS_AFTER", -1)
        assert not first.take(now + 11_000) and second.take(now + 11_000)
        assert not first.take(now + 12_000) and not first.is_ours.is_set() and second.is_ours.is_set()
        assert first.take(now + 19_000), "the second is gone: what is overdue is finished all the same"
    assert first.take(now + 24_000)


def test_a_long_sweep_keeps_the_lead(database: Database, world: World, app, monkeypatch):
    """Else one process after another would sweep the same sittings, and nobody would be left to do the jobs."""
    for number in range(3):
        world.add_account(f"person{number}")
        Device(app, world.token(f"person{number}")).start()
    world.clock.pass_(hours=1)
    monkeypatch.setattr(sittings, "find_overdue", lambda *args, find=sittings.find_overdue: find(*args[:2], 1))
    lead, other, other_took = jobs.Lead(database), jobs.Lead(database), []
    assert lead.take(world.clock())

    def beat() -> None:
        world.clock.pass_(seconds=5)
        assert lead.take(world.clock())
        other_took.append(other.take(world.clock()))

    assert jobs.finish_overdue(database, SECRET, world.clock(), 0, beat) == 3
    assert other_took == [False] * 3


def test_of_two_processes_one_does_the_jobs_and_the_other_goes_on_when_it_is_gone(database: Database, world: World, monkeypatch):
    other = Database(database.url)
    did, looked = {id(database): 0, id(other): 0}, {id(database): 0, id(other): 0}
    due = jobs._due

    def count(own: Database, *_: object) -> None:
        did[id(own)] += 1

    def note(own: Database, name: str) -> int | None:
        looked[id(own)] += name == "overdue"
        return due(own, name)

    monkeypatch.setattr(jobs, "run_due", count)
    monkeypatch.setattr(jobs, "look_where_due", count)
    monkeypatch.setattr(jobs, "_due", note)
    apart, stops = jobs.Apart(lambda _: None, lambda _: None), []
    try:
        stops.append(jobs.start(database, SECRET, world.clock, apart, 0, pause=0.02))
        until(lambda: did[id(database)] >= 4, "the first does them, again and again")
        stops.append(jobs.start(other, SECRET, world.clock, apart, 0, pause=0.02))
        until(lambda: looked[id(other)] >= 4, "the second only looks")
        assert did[id(other)] == 0
        stops[0].set()
        until(lambda: len(_threads()) == 3, "the first is gone")
        world.clock.pass_(seconds=5)
        until(lambda: did[id(other)] >= 4, "the second does them")
    finally:
        for stop in stops:
            stop.set()
        until(lambda: not _threads(), "all are gone")
        other.dispose()


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name in ("overdue", "jobs", "units")]


def test_after_an_hour_without_the_job_it_is_finished_as_of_its_deadline(database: Database, world: World, device):
    sitting = device().start()
    started = world.clock()
    assert device().save(sitting, right_answers(sitting, wrong=2), 0, "k")[0] == 200
    world.clock.pass_(seconds=TIME / 1000, hours=1)
    assert jobs.finish_overdue(database, SECRET, world.clock()) == 1
    row = stored(world, sitting)
    assert (row.state, row.handed_in, row.finished_at, row.time_ms) == ("handed_in", False, started + TIME, TIME)
    assert row.points == 5000 and row.receipt
    with database.read() as session:
        standing = session.scalars(select(Standing)).one()
        assert (standing.points, standing.finished_at, standing.time_ms) == (5000, started + TIME, TIME)
    with database.replica(world.clock()) as session:
        at_that_time = people_results.people(session, world.contest, as_of=started + TIME)
        assert [row.points for row in at_that_time] == [5000]


def test_finishing_twice_changes_nothing(database: Database, world: World, device):
    sitting = device().start()
    device().save(sitting, right_answers(sitting), 0, "k")
    world.clock.pass_(hours=1)
    assert jobs.finish_overdue(database, SECRET, world.clock()) == 1
    before = {name: getattr(stored(world, sitting), name) for name in Sitting.__table__.c.keys()}  # noqa: SIM118
    world.clock.pass_(hours=1)
    assert jobs.finish_overdue(database, SECRET, world.clock()) == 0
    with database.write() as session:
        finishing.finish_overdue(session, SECRET, sitting["id"], world.clock())
    assert before == {name: getattr(stored(world, sitting), name) for name in before}
    with database.read() as session:
        assert session.scalars(select(Standing.sittings)).all() == [1]


def test_two_jobs_at_once_finish_everybody_once(database: Database, world: World, app):
    logins = [f"person{n}" for n in range(12)]
    for login in logins:
        world.add_account(login)
    for login in logins:
        one = Device(app, world.token(login))
        one.save(sitting := one.start(), right_answers(sitting), 0, "k")
    world.clock.pass_(hours=1)
    together(*[lambda: jobs.finish_overdue(database, SECRET, world.clock())] * 3)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Sitting).where(Sitting.state == "open")) == 0
        assert [tuple(row) for row in session.execute(select(Standing.points, Standing.sittings))] == [(7000, 1)] * 12
        facts = results.unit_facts(session, world.contest, organisations.tree(session))
        figures = facts[organisations.find_unit(session, "99010101").id].figures
        assert (figures.people, figures.sittings, figures.points) == (12, 12, 84_000)


@pytest.fixture
def scoring_people(world: World, app) -> Iterator[list[Device]]:
    logins = [f"person{n}" for n in range(6)]
    for number, login in enumerate(logins):
        world.add_account(login, ["99010101", "99010102", "99010201"][number % 3])
    world.apply(limits=Limits(per_day=100))
    yield [Device(app, world.token(login)) for login in logins]


def test_snapshots_rebuilt_while_people_hand_in_end_up_right(database: Database, world: World, scoring_people):
    over = threading.Event()

    def rebuild() -> None:
        while not over.wait(0.005):
            with database.write() as session:
                boards.rebuild(session, world.contest, world.clock())

    def sit() -> None:
        try:
            for one in scoring_people * 3:
                sitting = one.start()
                one.save(sitting, right_answers(sitting, wrong=random.randrange(4)), 0, "k")
                world.clock.now += boards.REBUILD_AFTER
                assert one.hand_in(sitting)[0] == 200
        finally:
            over.set()

    at_once([rebuild, rebuild, sit])
    world.clock.pass_(days=1)
    with database.write() as session:
        assert boards.rebuild(session, world.contest, world.clock())
    with database.read() as session:
        contest = contests.find_contest(session, "june")
        recomputed = results.unit_facts(session, contest, organisations.tree(session), as_of=world.clock())
        kept = {row.unit_id: (row.people, row.sittings, row.points) for row in session.scalars(select(BoardUnit))}
    figures = {unit: facts.figures for unit, facts in recomputed.items() if unit != ROOT}
    assert kept == {unit: (f.people, f.sittings, f.points) for unit, f in figures.items() if f.people}
    assert sum(1 for figures in kept.values() if figures[0]) == 7


def test_a_sitting_that_cannot_be_finished_holds_up_nobody_else(database: Database, world: World, app):
    world.add_account("broken")
    world.add_account("sound")
    broken = Device(app, world.token("broken")).start()
    contest_id, inner = sittings.split_id(broken["id"])
    with database.write() as session:
        row = session.get_one(Sitting, (contest_id, inner))
        row.paper = {**row.paper, "banks": {"tests": "0" * 64}}
    world.clock.pass_(seconds=1)
    sound = Device(app, world.token("sound")).start()
    world.clock.pass_(hours=1)
    assert jobs.finish_overdue(database, SECRET, world.clock()) == 1
    assert (stored(world, sound).state, stored(world, broken).state) == ("handed_in", "open")


def test_a_clock_that_was_set_back_does_not_stop_the_jobs(database: Database, world: World):
    assert jobs.claim(database, "race", 1000, world.clock() + HOUR)
    assert jobs.claim(database, "race", 1000, world.clock())
    assert not jobs.claim(database, "race", 1000, world.clock() - 30_000), "half a minute is how clocks differ"


def test_a_clock_that_was_set_back_does_not_stop_the_unit_board(database: Database, world: World, device):
    world.clock.pass_(hours=1)
    with database.write() as session:
        assert boards.rebuild(session, world.contest, world.clock())
    world.clock.pass_(hours=-1)
    device().hand_in(device().start())
    assert jobs.rebuild_snapshots(database, world.clock()) == 1
    with database.read() as session:
        assert {row.people for row in session.scalars(select(BoardUnit)) if row.people} == {1}
