"""Every unit looked at beside the boards: whatever happens meanwhile, they end up with what stands."""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from factories import SECRET, World
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from town import BEST, SHARED, Town, again, bring_up, check_units, people_of, step

from quizapp import cli, jobs
from quizapp.app import bring_up_boards
from quizapp.models import schema
from quizapp.models.base import Database
from quizapp.models.boards import BoardRow, BoardUnit
from quizapp.models.standings import JobRun, Standing
from quizapp.rules.contests import BoardRules, EntryRules, Limits
from quizapp.rules.rows import UnitRow
from quizapp.rules.units import UnitRules
from quizapp.services import board_units, boards, organisations, standings, starts, unit_boards, unit_imports
from quizapp.services.audit import CLI
from quizapp.services.contests import Running
from quizapp.settings import Settings


@pytest.fixture
def town(world: World) -> Town:
    return Town(world)


@pytest.fixture
def contest(town: Town) -> Running:
    return again(town, town.open(BEST, ()), (), BEST, BoardRules())


def apply(town: Town, contest: Running, **over: Any) -> Running:
    usual: dict[str, Any] = {
        "counting": BEST, "ties": (), "limits": Limits(per_day=50), "entry": EntryRules(unit_changes=50), "units": UnitRules(hide_mean_below=1),
    }  # fmt: skip
    return town.world.apply(slug=contest.rules.slug, **(usual | over))


def look(database: Database, town: Town, contest: Running) -> boards.Look:
    with database.snapshot() as session:
        return boards.look(session, contest, town.world.clock())


def holds(database: Database, town: Town, contest: Running) -> None:
    """The boards hold of every unit what a recomputation tells."""
    with database.replica(town.world.clock()) as session:
        check_units(session, contest, None)


def settle(database: Database, town: Town, contest: Running, minutes: int = 5) -> None:
    """The jobs go on for some minutes, and nothing else happens."""
    for _ in range(minutes * 6):
        town.world.clock.pass_(seconds=10)
        bring_up(database, contest, town.world.clock())


@pytest.mark.slow
@settings(SHARED, max_examples=15)
@given(before=st.lists(step, min_size=2, max_size=6), meanwhile=st.lists(st.tuples(step, st.booleans()), min_size=1, max_size=8), tree=st.booleans())
def test_boards_go_on_while_every_unit_is_looked_at(
    database: Database, town: Town, before: list[Any], meanwhile: list[Any], tree: bool
):
    """A look at 200,000 units takes seconds. What is handed in and moved meanwhile is on the boards before it is over, and after."""
    contest = again(town, town.open(BEST, ()), (), BEST, BoardRules())
    for one in before:
        town.do(contest, *one)
    bring_up(database, contest, town.world.clock())
    town.world.clock.pass_(seconds=5)
    place_second_company(database, town, "990102" if tree else "990101")
    seen = look(database, town, contest)
    for one, rebuilt in meanwhile:
        town.do(contest, *one)
        if rebuilt:
            town.world.clock.pass_(seconds=5)
            with database.write() as session:
                boards.rebuild(session, contest, town.world.clock())
            with database.snapshot() as session:
                rows = session.scalars(select(BoardRow).where(BoardRow.contest_id == contest.id)).all()
                assert sorted(row.points for row in rows) == sorted(row[4] for row in people_of(session, contest, None))
    with database.write() as session:
        assert boards.rebuild(session, contest, town.world.clock(), seen)
    holds(database, town, contest)


def place_second_company(database: Database, town: Town, parent: str) -> None:
    with database.write() as session:  # beside one whose head count nobody knows, so that no head count above changes
        rows = [UnitRow(2, "东二厂", "99010102", "企业", parent, 4), UnitRow(3, "新厂", "99010109", "企业", "990101", None)]
        unit_imports.import_units(session, CLI, rows, "units.csv", town.world.clock())


def test_of_two_looks_the_older_is_left(database: Database, town: Town):
    contest = again(town, town.open(BEST, ()), (), BEST, BoardRules())
    town.do(contest, 1, "sit", 0, 1)
    bring_up(database, contest, town.world.clock())
    place_second_company(database, town, "990102")
    old = look(database, town, contest)
    town.world.clock.pass_(seconds=5)
    place_second_company(database, town, "990101")
    boards.look_at_units(database, contest, town.world.clock)
    with database.write() as session:
        boards.rebuild(session, contest, town.world.clock(), old)
    holds(database, town, contest)


@pytest.mark.parametrize("before", [False, True], ids=["after the look began", "before, and not on the boards yet"])
def test_who_hands_in_while_a_unit_moves_counts_where_it_went_and_no_longer_where_it_was(database: Database, town: Town, before: bool):
    contest = again(town, town.open(BEST, ()), (), BEST, BoardRules())
    place_second_company(database, town, "990101")
    town.do(contest, 0, "sit", 0, 1)
    town.world.clock.pass_(minutes=2)  # so that Alice, of the other company there, has nothing to do with what follows
    bring_up(database, contest, town.world.clock())
    place_second_company(database, town, "990102")
    if before:
        town.do(contest, 1, "sit", 0, 1)
    seen = look(database, town, contest)
    if not before:
        town.do(contest, 1, "sit", 0, 1)
    town.world.clock.pass_(seconds=5)  # Bob is of the company that moves, and still counted along the old tree
    with database.write() as session:
        assert boards.rebuild(session, contest, town.world.clock())
    with database.write() as session:
        assert boards.rebuild(session, contest, town.world.clock(), seen)
    holds(database, town, contest)


def test_units_that_depend_on_each_other_tell_how_old_they_are(database: Database, town: Town):
    contest = town.open(BEST, ())
    contest = town.world.apply(slug=contest.rules.slug, ties=(), limits=Limits(per_day=50), units=UnitRules(shrink=5, hide_mean_below=1))
    town.do(contest, 0, "sit", 0, 1)
    bring_up(database, contest, looked_at := town.world.clock())
    town.do(contest, 1, "sit", 1, 1)
    town.world.clock.pass_(seconds=5)
    with database.write() as session:
        assert boards.rebuild(session, contest, town.world.clock())
    with database.snapshot() as session:
        assert standings.leaderboard(session, contest, town.world.clock()).as_of == town.world.clock()
        assert unit_boards.unit_board(session, contest, town.world.clock()).as_of == looked_at
    boards.look_at_units(database, contest, town.world.clock)
    with database.snapshot() as session:
        assert unit_boards.unit_board(session, contest, town.world.clock()).as_of == town.world.clock()
        check_units(session, contest, None)


def test_somebody_of_a_unit_that_the_boards_do_not_hold_still_counts_above_it(database: Database, town: Town, contest: Running):
    """The contest was narrowed to another company after Bob had come in: his town counts him, his company has no line."""
    town.do(contest, 0, "sit", 0, 1)
    town.do(contest, 1, "sit", 0, 1)
    bring_up(database, contest, town.world.clock())
    contest = apply(town, contest, entry=EntryRules(unit_changes=50, units=("99010101",)))
    settle(database, town, contest)
    town.do(contest, 1, "sit", 0, 1)
    settle(database, town, contest)
    with database.replica(town.world.clock()) as session:
        by_code = {row.code: row.sittings for row in session.scalars(select(BoardUnit).where(BoardUnit.contest_id == contest.id))}
        assert by_code["990101"] == 3 and "99010102" not in by_code
        assert not boards.is_stale(session, contest, town.world.clock()), "once looked at, there is nothing left to do"


@pytest.mark.parametrize("hands_in", [True, False])
def test_an_import_that_took_minutes_is_seen_though_it_is_dated_before(database: Database, town: Town, contest: Running, hands_in: bool):
    town.do(contest, 0, "sit", 0, 1)
    began = town.world.clock()
    settle(database, town, contest)
    with database.write() as session:
        rows = [UnitRow(2, "新厂", "99010109", "企业", "990101", None), UnitRow(3, "东二厂", "99010102", "企业", "990102", 4)]
        unit_imports.import_units(session, CLI, rows, "units.csv", began)
    town.leaves = (*town.leaves[:2], "99010109")
    town.do(contest, 1, "sit", 0, 1)
    if hands_in:
        town.do(contest, 1, "move", 2, 1)
        town.do(contest, 1, "sit", 0, 1)
    settle(database, town, contest, 3 if hands_in else 15)
    holds(database, town, contest)


def test_a_freeze_declared_during_a_look_holds(database: Database, town: Town, contest: Running):
    town.do(contest, 0, "sit", 3, 1)
    bring_up(database, contest, town.world.clock())
    place_second_company(database, town, "990102")
    seen = look(database, town, contest)
    town.world.clock.pass_(seconds=1)
    frozen = apply(town, contest, board=BoardRules(freeze_at=town.world.clock()))
    town.world.clock.pass_(seconds=1)
    jobs.rebuild_snapshots(database, town.world.clock())
    town.do(frozen, 1, "sit", 0, 1)
    with database.write() as session:
        boards.rebuild(session, contest, town.world.clock(), seen)  # who looked knows the rules of before
    with database.read() as session:
        assert len(session.scalars(select(BoardRow.entry_id).where(BoardRow.contest_id == contest.id)).all()) == 1


def test_a_look_by_rules_that_changed_meanwhile_is_not_the_last(database: Database, town: Town, contest: Running):
    town.do(contest, 0, "sit", 0, 1)
    bring_up(database, contest, town.world.clock())
    place_second_company(database, town, "990102")
    with database.snapshot() as session:
        seen = boards.look(session, contest, town.world.clock() + 100_000)  # it came to this contest last
    apply(town, contest, units=UnitRules(min_people=50, hide_mean_below=1))
    town.world.clock.pass_(minutes=2)
    with database.write() as session:
        boards.rebuild(session, contest, town.world.clock(), seen)
    settle(database, town, contest)
    with database.read() as session:
        merits = session.scalars(select(BoardUnit.merit).where(BoardUnit.contest_id == contest.id)).all()
        assert merits and not any(merits), "nobody has fifty people"


def test_more_units_than_a_statement_takes_values(database: Database, town: Town, contest: Running, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(board_units, "CHUNK", 2)
    for who in (0, 1, 2, 3):
        town.do(contest, who, "sit", who, 1)
    bring_up(database, contest, town.world.clock())
    place_second_company(database, town, "990102")
    seen = look(database, town, contest)
    for who in (2, 1, 0):
        town.do(contest, who, "sit", 0, 1)
    with database.write() as session:
        boards.rebuild(session, contest, town.world.clock(), seen)
    holds(database, town, contest)


def test_no_two_states_of_a_board_are_one_edition(world: World, database: Database, sign_in, monkeypatch: pytest.MonkeyPatch):
    """Who reads between a rebuild and the look after it keeps a page that must not be taken for that of after."""
    sign_in("alice").sit()
    sign_in("bob").sit()
    page = "/api/v1/contests/june/units?under=990101"
    assert len(sign_in().http.get(page).json["rows"]) == 2
    world.clock.pass_(minutes=5)
    with database.write() as session:
        rows = [UnitRow(2, "东二厂", "99010102", "企业", "990102", 4)]
        unit_imports.import_units(session, CLI, rows, "units.csv", world.clock())
    looking, between = boards.look_at_units, list[int]()

    def slow(*args: Any) -> None:
        with ThreadPoolExecutor(1) as somebody:
            between.append(somebody.submit(lambda: len(sign_in().http.get(page).json["rows"])).result(20))
        looking(*args)

    monkeypatch.setattr(boards, "look_at_units", slow)
    world.clock.pass_(minutes=1)
    after = len(sign_in().http.get(page).json["rows"])
    assert (between, after) == ([2], 1)


def test_the_page_of_units_tells_the_age_of_units(world: World, database: Database, sign_in):
    world.apply(units=UnitRules(shrink=5, hide_mean_below=1))
    sign_in("alice").sit()
    sign_in().http.get("/c/june/units")
    world.clock.pass_(minutes=3)
    sign_in("bob").sit()
    world.clock.pass_(seconds=5)
    with database.write() as session:
        boards.rebuild(session, world.contest, world.clock())
    jobs.claim(database, "overdue", jobs.OVERDUE_EVERY, world.clock())

    def told(page: str) -> str:
        found = re.search("截至[^<]*", sign_in().http.get(page).get_data(as_text=True))
        return found[0] if found else ""

    assert told("/c/june/units") and told("/c/june/units") < told("/c/june/board")


def test_what_goes_wrong_with_one_contest_keeps_no_other_waiting(database: Database, town: Town, monkeypatch: pytest.MonkeyPatch, caplog):
    broken, sound = town.open(BEST, ()), town.open(BEST, ())
    for contest in (broken, sound):
        town.do(contest, 0, "sit", 0, 1)
    rebuild, looking = boards.rebuild, boards.look_at_units

    def fails(work: Any, contest: Running, *args: Any, **more: Any) -> Any:
        if contest.id == broken.id:
            raise RuntimeError("broken")
        return work(contest, *args, **more)

    monkeypatch.setattr(boards, "rebuild", lambda session, contest, *a, **m: fails(lambda *b, **n: rebuild(session, *b, **n), contest, *a, **m))
    monkeypatch.setattr(boards, "look_at_units", lambda database, contest, *a: fails(lambda *b: looking(database, *b), contest, *a))
    jobs.rebuild_snapshots(database, town.world.clock())
    town.world.clock.pass_(minutes=1)  # looks take a twentieth of the time at most
    place_second_company(database, town, "990102")
    jobs.look_where_due(database, town.world.clock, nobody)
    with database.replica(town.world.clock()) as session:
        check_units(session, sound, None)
        assert boards.is_missing(session, broken)
    assert "boards of" in caplog.text


def test_looks_are_claimed_and_soon_no_longer_due(database: Database, town: Town, contest: Running, monkeypatch: pytest.MonkeyPatch):
    town.do(contest, 0, "sit", 0, 1)
    jobs.rebuild_snapshots(database, town.world.clock())
    place_second_company(database, town, "990102")
    town.world.clock.pass_(minutes=1)
    looks, looking = list[int](), boards.look_at_units
    monkeypatch.setattr(boards, "look_at_units", lambda database, contest, clock: (looks.append(contest.id), looking(database, contest, clock)))
    jobs.look_where_due(database, town.world.clock, nobody)
    jobs.look_where_due(database, town.world.clock, nobody)
    assert looks.count(contest.id) == 1, "claimed for a second"
    settle(database, town, contest, 3)
    del looks[:]
    town.world.clock.pass_(minutes=1)
    jobs.look_where_due(database, town.world.clock, nobody)
    assert contest.id not in looks


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two units are as many as 200,000."""
    monkeypatch.setattr(organisations, "MANY", 2)


@pytest.fixture
def program(town: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """The command that the jobs start, here, by the clock of the test."""
    monkeypatch.setattr(os, "nice", lambda _: 0)
    parts = cli.Parts(lambda: settings, lambda *_, **__: town.world.database, schema, town.world.clock, lambda _: None, Database.is_away)

    def run(contest: Running) -> None:
        assert cli.run(["boards", contest.rules.slug], parts) == 0

    return run


@pytest.mark.usefixtures("many")
def test_many_units_are_looked_at_in_a_process_of_its_own(database: Database, town: Town, contest: Running, program, monkeypatch):
    """200,000 take ten seconds of computing: beside those who are served, saves took half a second meanwhile."""
    town.do(contest, 0, "sit", 0, 1)
    program(contest)
    place_second_company(database, town, "990102")
    town.world.clock.pass_(minutes=1)
    begun = list[int]()
    with monkeypatch.context() as patched:
        patched.setattr(board_units, "see", nobody)
        for _ in range(2):
            jobs.rebuild_snapshots(database, town.world.clock())
            jobs.look_where_due(database, town.world.clock, lambda one: begun.append(one.id))
    assert begun.count(contest.id) == 1, "claimed for a second"
    program(contest)
    holds(database, town, contest)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("why", ["first", "freeze"])
def test_so_are_boards_of_many_units_that_begin_anew(database: Database, town: Town, contest: Running, why: str, program, monkeypatch):
    town.do(contest, 0, "sit", 0, 1)
    if why == "freeze":
        program(contest)
        town.world.clock.pass_(seconds=1)
        apply(town, contest, board=BoardRules(freeze_at=town.world.clock()))
    begun = list[int]()
    with monkeypatch.context() as patched:
        patched.setattr(board_units, "see", nobody)
        jobs.rebuild_snapshots(database, town.world.clock())
        jobs.look_where_due(database, town.world.clock, lambda one: begun.append(one.id))
    assert begun.count(contest.id) == 1
    program(contest)
    with database.read() as session:
        assert boards.as_of(session, contest, 0) > 0


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("why", ["first", "over"])
def test_whoever_reads_has_them_made_there_too(database: Database, town: Town, contest: Running, why: str, program, app, sign_in, monkeypatch):
    """Where the job has not come yet, and where it comes no more."""
    town.do(contest, 0, "sit", 0, 1)
    begun, page = list[int](), f"/api/v1/contests/{contest.rules.slug}/units"

    def apart(one: Running) -> None:
        begun.append(one.id)
        with monkeypatch.context() as allowed:
            allowed.setattr(board_units, "see", see)
            program(one)

    see = board_units.see
    app.extensions["quizapp"] = replace(app.extensions["quizapp"], bring_up_apart=apart)
    monkeypatch.setattr(board_units, "see", nobody)
    assert sign_in().http.get(page).json["rows"]
    if why == "over":
        town.world.clock.now = contest.rules.closes_at + boards.STILL_LOOKED_AT + 1
        place_second_company(database, town, "990102")
        town.world.clock.pass_(minutes=1)
        assert sign_in().http.get(page).status_code == 200
    assert begun == [contest.id] * (1 if why == "first" else 2)
    holds(database, town, contest)


@pytest.mark.usefixtures("many")
def test_no_process_is_begun_for_what_takes_no_look(database: Database, town: Town, contest: Running, app, sign_in):
    town.do(contest, 0, "sit", 0, 1)
    settle(database, town, contest)
    app.extensions["quizapp"] = replace(app.extensions["quizapp"], bring_up_apart=nobody)
    town.do(contest, 1, "sit", 1, 1)
    town.world.clock.pass_(seconds=5)
    assert len(sign_in().http.get(f"/api/v1/contests/{contest.rules.slug}/leaderboard").json["rows"]) == 2


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("why", ["first", "over"])
def test_a_process_that_fails_is_told_and_not_begun_by_everybody(
    database: Database, town: Town, contest: Running, why: str, program, app, sign_in, caplog
):
    """Where there are older boards they are shown meanwhile."""
    begun = list[int]()

    def killed(one: Running) -> None:
        begun.append(one.id)
        raise subprocess.CalledProcessError(-9, "boards")

    town.do(contest, 0, "sit", 0, 1)
    if why == "over":
        program(contest)
        town.world.clock.now = contest.rules.closes_at + boards.STILL_LOOKED_AT + 1
        place_second_company(database, town, "990102")
        town.world.clock.pass_(minutes=1)
    app.extensions["quizapp"] = replace(app.extensions["quizapp"], bring_up_apart=killed)
    replies = [sign_in().http.get(f"/api/v1/contests/{contest.rules.slug}/units") for _ in range(2)]
    if why == "over":
        assert all(reply.json["rows"] for reply in replies)
    else:
        assert [(reply.status_code, "Retry-After" in reply.headers) for reply in replies] == [(503, True)] * 2
    assert begun == [contest.id] and "SIGKILL" in caplog.text


@pytest.mark.usefixtures("many")
def test_a_look_whose_process_was_killed_is_told_and_begun_anew(database: Database, town: Town, contest: Running, caplog):
    begun = list[int]()

    def killed(one: Running) -> None:
        begun.append(one.id)
        raise subprocess.CalledProcessError(-9, "boards")

    town.do(contest, 0, "sit", 0, 1)
    jobs.look_where_due(database, town.world.clock, killed)
    assert contest.rules.slug in caplog.text and "SIGKILL" in caplog.text
    town.world.clock.pass_(seconds=jobs.LOOK_AFTER / 1000)
    jobs.look_where_due(database, town.world.clock, killed)
    assert begun.count(contest.id) == 2


def nobody(*_: Any) -> None:
    raise AssertionError("not here")


@pytest.mark.usefixtures("many")
def test_the_real_program_brings_boards_up_to_date(database: Database, town: Town, contest: Running, monkeypatch):
    """Its clock is today's, so the contest is over."""
    town.do(contest, 0, "sit", 0, 1)
    monkeypatch.setenv("QUIZAPP_DATABASE_URL", database.url)
    monkeypatch.setenv("QUIZAPP_SECRET_KEY", SECRET)
    bring_up_boards(contest)
    with database.read() as session:
        assert not boards.is_missing(session, contest)
        check_units(session, contest, None)
    monkeypatch.setenv("QUIZAPP_DATABASE_URL", "sqlite:////nowhere/quiz.db")
    with pytest.raises(subprocess.CalledProcessError):
        bring_up_boards(contest)


def test_a_beat_of_a_clock_that_was_ahead_is_none(database: Database, town: Town, contest: Running):
    with database.write() as session:
        session.execute(insert(JobRun).values(name="overdue", due_at=town.world.clock() + 3_600_000))
    with database.read() as session:
        assert not boards.is_kept_up(session, contest, town.world.clock())


def test_of_many_that_are_finished_each_is_dated_when_it_was(database: Database, town: Town, contest: Running, monkeypatch: pytest.MonkeyPatch):
    """Boards look a minute back; thousands of sittings take longer."""
    for who in (0, 1):
        with database.write() as session:
            starts.start_sitting(session, contest.rules.slug, town.tokens[who], town.world.clock(), starts.Wish())
    town.world.clock.pass_(hours=1)
    seconds = iter(range(0, 1000, 90))
    monkeypatch.setattr(jobs.time, "monotonic", lambda: next(seconds))
    assert jobs.finish_overdue(database, SECRET, town.world.clock()) == 2
    with database.read() as session:
        dated = sorted(session.scalars(select(Standing.changed_at)))
    assert [at - town.world.clock() for at in dated] == [90_000, 180_000]
