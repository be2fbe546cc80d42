"""Boards from a snapshot: whatever happened, and however it came in, they show what stood at their moment, place by place."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from factories import World
from flask import g, has_request_context
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from town import BEST, LAST, SHARED, Town, again, bring_up, check_units, people_of, step, ties
from waiting import until

from quizapp import jobs
from quizapp.models.base import Database
from quizapp.models.boards import BoardRow
from quizapp.models.contests import Entry
from quizapp.rules.contests import Board, BoardRules, Division, Limits
from quizapp.rules.counting import Counting, Tie
from quizapp.rules.rows import UnitRow
from quizapp.services import board_rows, boards, contests, standings, unit_boards, unit_imports
from quizapp.services.audit import CLI
from quizapp.services.contests import Running
from quizapp.web import boards as web_boards
from quizapp.web import turns


@pytest.fixture
def town(world: World) -> Town:
    return Town(world)


@pytest.fixture(params=[2, 10_000], ids=["copied", "listed"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small steps between marks; and either more changes than are listed, or fewer."""
    monkeypatch.setattr(board_rows, "STEP", 2)
    monkeypatch.setattr(board_rows, "MANY", request.param)


history = st.lists(st.tuples(step, st.booleans()), min_size=6, max_size=20)


@pytest.mark.slow
@pytest.mark.parametrize("counting", [BEST, LAST], ids=["best", "last"])
@settings(SHARED, max_examples=10)
@given(history=history, rule=ties, freeze=st.integers(0, 20))
def test_boards_show_what_stood_at_their_moment(
    database: Database, town: Town, few: None, counting: Counting, history: list[Any], rule: tuple[Tie, ...], freeze: int
):
    contest = town.open(counting, rule)
    for number, ((who, what, wrong, seconds), look) in enumerate(history):
        town.do(contest, who, what, wrong, seconds)
        if number == freeze:
            contest = again(town, contest, rule, counting, BoardRules(freeze_at=town.world.clock()))
        if look:
            town.world.clock.pass_(seconds=5)
            check(database, contest, town.world.clock())
    contest = again(town, contest, rule, counting, BoardRules())
    town.world.clock.pass_(seconds=5)
    check(database, contest, town.world.clock())


def check(database: Database, contest: Running, now: int) -> None:
    """The snapshot tells the same as a recomputation as of its moment."""
    bring_up(database, contest, now)
    with database.replica(now) as session:
        moment = boards.frozen_at(contest, now)
        people = people_of(session, contest, moment)
        rows = {row.entry_id: row for row in session.scalars(select(BoardRow).where(BoardRow.contest_id == contest.id))}
        assert {entry: (row.points, row.time_ms, row.sittings, row.merit) for entry, row in rows.items()} == {
            row[2]: (row[4], row[5], row[7], row[8]) for row in people
        }
        accounts = dict(session.execute(select(Entry.id, Entry.account_id).where(Entry.contest_id == contest.id)).all())
        assert {row[2]: standings.my_place(session, contest, accounts[row[2]], "", now) for row in people} == {
            row[2]: (row[0], row[1], len(people)) for row in people
        }
        check_units(session, contest, moment)


def test_a_tree_that_changes_is_followed_at_every_level(database: Database, town: Town):
    contest = again(town, town.open(BEST, ()), (), BEST, BoardRules())
    for who, unit in ((0, 0), (1, 1), (2, 2)):
        town.do(contest, who, "sit", unit, 1)
    town.do(contest, 0, "move", 2, 1)
    town.do(contest, 0, "sit", 1, 1)
    check(database, contest, town.world.clock())
    with database.write() as session:  # the second company of the east moves to the west, where Alice is now; one is new
        rows = [UnitRow(2, "东二厂", "99010102", "企业", "990102", 4), UnitRow(3, "西二厂", "99010202", "企业", "990102", 9)]
        unit_imports.import_units(session, CLI, rows, "units.csv", town.world.clock())
    town.world.clock.pass_(minutes=5)
    town.do(contest, 1, "sit", 0, 1)
    check(database, contest, town.world.clock())
    with database.read() as session:
        west = unit_boards.unit_board(session, contest, town.world.clock(), under="990102")
        assert {row.code for row in west.rows} == {"99010102", "99010201", "99010202"}


def test_a_large_tree_is_not_looked_at_all_the_time_but_those_who_hand_in_are_seen(
    database: Database, town: Town, few: None, monkeypatch: pytest.MonkeyPatch
):
    contest = again(town, town.open(BEST, ()), (), BEST, BoardRules())
    town.do(contest, 0, "sit", 0, 1)
    town.world.clock.pass_(minutes=5)
    check(database, contest, town.world.clock())
    monkeypatch.setattr(boards.board_units, "see", lambda *_: pytest.fail("every unit was looked at"))
    for who, wrong in ((1, 1), (0, 0), (2, 2)):
        town.do(contest, who, "sit", wrong, 5)
    check(database, contest, town.world.clock())


def test_places_are_exact_in_every_division_and_in_a_unit(database: Database, town: Town, few: None):
    divisions = (Division("qiye", "企业组", ("企业",)), Division("qita", "其他组"))
    contest = town.world.apply(slug="divided", ties=(), divisions=divisions, limits=Limits(per_day=9))
    for who, wrong in ((0, 0), (1, 1), (2, 1), (3, 2), (4, 0)):
        town.do(contest, who, "sit", wrong, 1)
    now = town.world.clock()
    with database.write() as session:
        boards.rebuild(session, contest, now)
    with database.read() as session:
        accounts = {entry.name: entry.account_id for entry in session.scalars(select(Entry).where(Entry.contest_id == contest.id))}

        def place(name: str, **scope: str) -> tuple[int, bool] | None:
            row = standings.my_row(session, contest, accounts[name], now, **scope)
            return None if row is None else (row.place, row.shared)

        assert [place(name) for name in ("Alice", "Nobody", "Bob", "Carol", "Dora")] == [
            (1, True), (1, True), (3, True), (3, True), (5, False),
        ]  # fmt: skip
        assert [place(name, division="qiye") for name in ("Alice", "Bob", "Dora")] == [(1, False), (2, True), (4, False)]
        assert place("Nobody", division="qita") == (1, False) and place("Nobody", division="qiye") is None
        assert place("Dora", unit="99010101") == (2, False) and place("Carol", unit="990101") is None
        assert standings.my_place(session, contest, accounts["Bob"], "qiye", now) == (2, True, 4)


def test_what_one_has_just_handed_in_counts_for_one_s_own_place_at_once(database: Database, town: Town):
    contest = town.open(BEST, ())
    for who, wrong in ((0, 1), (1, 3), (2, 2)):
        town.do(contest, who, "sit", wrong, 1)
    with database.write() as session:
        boards.rebuild(session, contest, town.world.clock())
    town.do(contest, 1, "sit", 0, 0)  # from the last place to the first
    town.do(contest, 3, "sit", 1, 0)  # not on the board yet
    with database.read() as session:
        accounts = {entry.name: entry.account_id for entry in session.scalars(select(Entry).where(Entry.contest_id == contest.id))}
        now = town.world.clock()
        assert standings.my_place(session, contest, accounts["Bob"], "", now) == (1, False, 3)
        assert standings.my_place(session, contest, accounts["Dora"], "", now) == (1, True, 4), "Bob's row is still that of the snapshot"
        assert standings.my_place(session, contest, accounts["Carol"], "", now) == (2, False, 3)


def test_any_line_of_a_board_can_be_turned_to(database: Database, town: Town, few: None):
    contest = town.open(BEST, ())
    for who, wrong in enumerate((0, 1, 1, 1, 2)):
        town.do(contest, who, "sit", wrong, 1)
    with database.write() as session:
        boards.rebuild(session, contest, town.world.clock())
    with database.read() as session:
        whole = standings.leaderboard(session, contest, town.world.clock()).rows
        assert [(row.place, row.shared) for row in whole] == [(1, False), (2, True), (2, True), (2, True), (5, False)]
        for at in range(1, 8):
            page = standings.leaderboard(session, contest, town.world.clock(), at=at, limit=2)
            assert page.rows == whole[at - 1 : at + 1] and (page.first == at or not page.rows)
            inside = standings.leaderboard(session, contest, town.world.clock(), at=at, unit="99")
            assert [row.name for row in inside.rows] == [row.name for row in whole if row.unit][at - 1 :]


def test_a_board_is_the_same_bytes_for_everybody_and_sent_once(world: World, sign_in):
    sign_in("alice").sit()
    first = sign_in().http.get("/api/v1/contests/june/leaderboard")
    assert first.headers["Cache-Control"] == "public, max-age=1" and "Set-Cookie" not in first.headers
    same = sign_in().http.get("/api/v1/contests/june/leaderboard", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    mine = sign_in("alice").get("/contests/june/leaderboard")
    assert mine.headers["Cache-Control"] == "no-store" and mine.json["me"]["place"] == 1 and "ETag" not in mine.headers
    for page in ("/c/june/board", "/c/june/units", "/api/v1/contests/june/units"):
        strange, known = sign_in().http.get(page), sign_in("alice").http.get(page)
        assert "public" in strange.headers["Cache-Control"] and "ETag" in strange.headers and "Set-Cookie" not in strange.headers
        assert known.headers["Cache-Control"] == "no-store" and "ETag" not in known.headers


def test_pages_that_are_made_of_kept_parts_never_wait_for_themselves(world: World, sign_in, monkeypatch: pytest.MonkeyPatch):
    sign_in("alice").sit()
    for locks in ("_pages", "_parts"):
        monkeypatch.setattr(web_boards, locks, [threading.Lock()])
    monkeypatch.setattr(web_boards, "LOCKS", 1)
    with ThreadPoolExecutor(8) as pool:
        pages = ["/c/june/board", "/c/june/units", "/api/v1/contests/june/leaderboard", "/api/v1/contests/june/units"] * 4
        assert [reply.status_code for reply in pool.map(lambda page: sign_in().http.get(page), pages, timeout=60)] == [200] * 16


def test_nobody_waits_for_a_page_that_somebody_is_making_of_the_next_edition(world: World, database: Database, sign_in, monkeypatch):
    """They would take every turn of their process meanwhile: the page of before is seconds old. The first page is waited for."""
    going_on, may_go_on, making = threading.Event(), threading.Event(), unit_boards.unit_board
    may_go_on.set()

    def slowly(*args: Any, **more: Any) -> Any:
        going_on.set()
        assert may_go_on.wait(20)
        return making(*args, **more)

    monkeypatch.setattr(unit_boards, "unit_board", slowly)

    def read(page: str) -> bytes:
        return bytes(sign_in().http.get(page).data)

    for page in ("/api/v1/contests/june/units?under=990101", "/c/june/units?under=990101"):
        sign_in("alice").sit()
        world.clock.pass_(seconds=5)
        with database.write() as session:
            boards.rebuild(session, world.contest, world.clock())
        old = read(page)
        sign_in("bob").sit()
        world.clock.pass_(seconds=5)
        with database.write() as session:
            boards.rebuild(session, world.contest, world.clock())
        with ThreadPoolExecutor(4) as readers:
            going_on.clear()
            may_go_on.clear()
            try:
                first = readers.submit(read, page)
                assert going_on.wait(20)
                assert list(readers.map(read, [page] * 3, timeout=10)) == [old] * 3
            finally:
                may_go_on.set()
            new = first.result(20)
        assert new != old and read(page) == new


def test_a_page_first_asked_for_just_after_an_edition_is_made_once_or_twice(world: World, database: Database, sign_in, monkeypatch):
    """What is shown is looked up once a second. A page that turned out newer was not kept, and so was made for each of 1,500 requests."""
    made, making = list[int](), unit_boards.unit_board
    monkeypatch.setattr(unit_boards, "unit_board", lambda *args, **more: (made.append(1), making(*args, **more))[1])
    jobs.claim(database, "overdue", jobs.OVERDUE_EVERY, world.clock())
    sign_in("alice").sit()
    world.clock.pass_(seconds=5)
    jobs.rebuild_snapshots(database, world.clock())
    sign_in().http.get("/api/v1/contests/june/leaderboard")
    sign_in("bob").sit()
    world.clock.pass_(seconds=0.1)
    monkeypatch.setattr(boards, "REBUILD_AFTER", 0)
    jobs.rebuild_snapshots(database, world.clock())
    replies = [sign_in().http.get("/api/v1/contests/june/units?kind=企业").json for _ in range(6)]
    assert len(made) <= 2 and sum(row["people"] for row in replies[0]["rows"]) == 2


def test_of_those_who_read_one_looks_up_what_is_shown(world: World, database: Database, sign_in, monkeypatch: pytest.MonkeyPatch):
    """All turns of a process did, once a second; each answer of the database then waits for the interpreter, and so did everybody."""
    page = "/api/v1/contests/june/leaderboard"
    sign_in("alice").sit()
    old = sign_in().http.get(page).json
    going_on, may_go_on, finding = threading.Event(), threading.Event(), contests.find_contest

    def slowly(*args: Any) -> Any:
        going_on.set()
        assert may_go_on.wait(20)
        return finding(*args)

    monkeypatch.setattr(contests, "find_contest", slowly)
    world.clock.pass_(seconds=1.5)
    with ThreadPoolExecutor(4) as readers:
        try:
            first = readers.submit(lambda: sign_in().http.get(page).json)
            assert going_on.wait(20)
            assert list(readers.map(lambda _: sign_in().http.get(page).json, range(3), timeout=10)) == [old] * 3
            world.clock.pass_(seconds=10)
            late = readers.submit(lambda: sign_in().http.get(page).json)  # nobody is shown what is older than a few seconds
        finally:
            may_go_on.set()
        assert first.result(20)["rows"] == late.result(20)["rows"] == old["rows"]
        assert late.result(20)["as_of"] > old["as_of"]


def test_nobody_waits_for_a_board_that_is_being_brought_up_to_date(world: World, database: Database, sign_in):
    """With 200,000 units that takes seconds once the tree has changed; those who read meanwhile took every turn of their process,
    and those who sat waited for them."""
    sign_in("alice").sit()
    page = "/api/v1/contests/june/leaderboard"
    old = sign_in().http.get(page).json
    world.clock.pass_(seconds=5)
    with ThreadPoolExecutor(6) as readers:
        with database.write() as session:
            assert boards.rebuild(session, world.contest, world.clock())
            replies = [readers.submit(lambda: sign_in().http.get(page).json) for _ in range(6)]
            until(lambda: sum(reply.done() for reply in replies) >= 5, "all have their board but the one who tried")
        assert [reply.result(20)["rows"] for reply in replies] == [old["rows"]] * 6
    assert sign_in().http.get(page).json["as_of"] >= old["as_of"]


def test_whoever_reads_rebuilds_nothing_where_the_job_does(world: World, database: Database, sign_in, monkeypatch: pytest.MonkeyPatch):
    page = "/api/v1/contests/june/leaderboard"

    def people() -> int:
        return len(sign_in().http.get(page).json["rows"])

    sign_in("alice").sit()
    assert people() == 1, "there was nothing yet"
    sign_in("bob").sit()
    world.clock.pass_(seconds=4)
    jobs.claim(database, "overdue", jobs.OVERDUE_EVERY, world.clock())
    assert people() == 1, "the job is at work"
    assert jobs.rebuild_snapshots(database, world.clock()) == 1
    world.clock.pass_(seconds=2)
    assert people() == 2
    sign_in("carol").sit()
    world.clock.pass_(seconds=20)
    assert people() == 3, "the job has not been at work for a while"
    assert jobs.claim(database, "overdue", jobs.OVERDUE_EVERY, world.clock())
    world.clock.now = world.contest.rules.closes_at + boards.STILL_LOOKED_AT
    jobs.claim(database, "overdue", jobs.OVERDUE_EVERY, world.clock())
    with database.read() as session:
        assert boards.is_kept_up(session, world.contest, world.clock())
        assert not boards.is_kept_up(session, world.contest, world.clock() + 1), "no job looks at what has long been over"


def test_the_first_to_look_wait_for_the_board_that_is_being_made_and_others_do_not(world: World, database: Database, app, sign_in, monkeypatch):
    """With 200,000 units that is ten seconds of the opening minute."""
    monkeypatch.setattr(turns, "AT_MOST", 2)
    sign_in("alice").sit()
    app.wsgi_app = line = turns.Turns(app.wsgi_app, 1)
    page = "/api/v1/contests/june/leaderboard"
    with ThreadPoolExecutor(2) as readers:
        with database.write() as session:
            assert boards.rebuild(session, world.contest, world.clock())
            replies = [readers.submit(lambda: sign_in().http.get(page).json) for _ in range(2)]
            until(lambda: line._aside._value == 0, "as many wait as may")
            assert sign_in().http.get("/api/v1/time").status_code == 200, "the only working thread is free"
            told = sign_in().http.get(page)
            assert (told.status_code, "榜单正在生成" in told.json["detail"], "Retry-After" in told.headers) == (503, True, True)
        assert [len(reply.result(20)["rows"]) for reply in replies] == [1, 1]


def test_nobody_waits_for_a_turn_with_a_connection_in_hand(world: World, database: Database, app, sign_in, monkeypatch):
    """Sixty readers who waited for the first board, and now for a turn, held every connection that those with a turn needed."""
    held = list[bool]()

    def enter(line: turns.Line, in_a_hurry: bool) -> None:
        held.append(has_request_context() and ("session" in g or "board_session" in g))
        entering(line, in_a_hurry)

    entering = turns.Line.enter
    monkeypatch.setattr(turns.Line, "enter", enter)
    sign_in("alice").sit()
    app.wsgi_app = line = turns.Turns(app.wsgi_app, 1)
    with ThreadPoolExecutor(3) as readers:
        with database.write() as session:
            assert boards.rebuild(session, world.contest, world.clock())
            replies = [readers.submit(lambda: sign_in().http.get("/api/v1/contests/june/leaderboard").json) for _ in range(3)]
            until(lambda: line._aside._value == turns.AT_MOST - 3, "three wait")
        assert [len(reply.result(20)["rows"]) for reply in replies] == [1, 1, 1]
    assert len(held) >= 6 and not any(held)


def test_the_first_board_is_made_before_the_contest_opens(world: World, database: Database):
    world.clock.now = world.contest.rules.opens_at - boards.AHEAD
    jobs.rebuild_snapshots(database, world.clock())
    with database.read() as session:
        assert not boards.is_missing(session, world.contest)


def test_a_board_that_is_kept_is_another_when_the_rules_change_or_time_goes_on(world: World, sign_in):
    sign_in("alice").sit()
    client = sign_in()
    path = "/contests/june/leaderboard"
    assert len(client.get(path).json["rows"]) == 1
    sign_in("bob").sit(wrong=1)
    world.clock.pass_(seconds=4)
    assert [row["name"] for row in client.get(path).json["rows"]] == ["A**", "B**"]
    world.apply(board=BoardRules(people=Board.HIDDEN))
    world.clock.pass_(seconds=1)
    assert client.get(path).json["rows"] == []


def test_in_a_quiet_contest_the_board_is_as_of_the_last_few_seconds(world: World, database: Database, sign_in):
    sign_in("alice").sit()
    client = sign_in()
    client.get("/contests/june/leaderboard")
    world.clock.pass_(hours=3)
    client.get("/contests/june/leaderboard")
    world.clock.pass_(hours=3)
    with database.read() as session:
        contest = contests.find_contest(session, "june")
        assert not boards.is_stale(session, contest, world.clock())
        assert 0 <= world.clock() - boards.as_of(session, contest, world.clock()) < 5_000
