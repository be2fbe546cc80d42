"""The express lane of a reader: the same replies as the usual way, no older, and nothing that is one's own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from factories import World
from waiting import until

from quizapp.models.base import Database
from quizapp.services import boards, contests, standings
from quizapp.web import boards as web_boards
from quizapp.web import readers

API = "/api/v1/contests/june"
PAGES = ["/c/june/board", "/c/june/units?kind=企业", f"{API}/leaderboard?limit=2", f"{API}/units"]


@pytest.fixture
def read(world: World, sign_in) -> Any:
    """A stranger's request. Alice stands on the board."""
    sign_in("alice").sit()
    return lambda page, **headers: sign_in().http.get(page, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("page", PAGES)
def test_it_says_what_the_usual_way_says(read, usual: list[str], page: str):
    ordinary = read(page)
    first = read(page, If_None_Match=ordinary.headers["ETag"])
    express, same = read(page), read(page, If_None_Match=f'"other", W/{ordinary.headers["ETag"]}')
    assert usual == ["GET"], "what came later was taken"
    assert (express.data, dict(express.headers)) == (ordinary.data, dict(ordinary.headers))
    assert (first.status_code, first.data, same.status_code) == (304, b"", 304)
    assert read(page, If_None_Match='"other"').data == ordinary.data


@pytest.mark.parametrize("page", PAGES)
def test_a_304_is_headed_as_the_usual_way_heads_it(read, usual: list[str], monkeypatch: pytest.MonkeyPatch, page: str):
    tag = read(page).headers["ETag"]
    express = read(page, If_None_Match=tag)
    monkeypatch.setattr(web_boards, "at_hand", lambda *_: None)
    ordinary = read(page, If_None_Match=tag)
    assert len(usual) == 2 and express.status_code == ordinary.status_code == 304
    assert dict(express.headers) == dict(ordinary.headers)


def test_whoever_is_not_a_stranger_or_comes_by_another_name_goes_the_usual_way(read, sign_in, usual: list[str]):
    page = f"{API}/leaderboard"
    assert read(page).status_code == read(page).status_code == 200 and len(usual) == 1
    usual.clear()
    assert read(page, Host="elsewhere.example").status_code == 421
    mine = sign_in("alice").http.get(page)
    assert mine.json["me"]["place"] == 1 and mine.headers["Cache-Control"] == "no-store"
    assert read(page, Authorization="Bearer forged").headers["Cache-Control"] == "no-store"
    known = sign_in().http
    known.set_cookie("session", "forged")
    assert known.get(page).status_code == 200
    assert sign_in().http.head(page).data == b""
    assert usual == ["GET", "POST", "GET", "GET", "GET", "HEAD"]


def test_a_contest_that_is_gone_is_gone_within_half_a_second(read, world: World, database: Database):
    page = f"{API}/units"
    assert read(page).status_code == read(page).status_code == 200
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE contests SET slug = 'july'")
    world.clock.pass_(seconds=0.4)
    assert read(page).status_code == 200
    world.clock.pass_(seconds=0.1)
    assert read(page).status_code == 404


def test_the_next_edition_is_shown_as_soon_as_it_is_known(read, world: World, database: Database, sign_in, usual: list[str]):
    page = f"{API}/leaderboard"
    assert [row["name"] for row in read(page).json["rows"]] == ["A**"] and read(page).status_code == 200
    sign_in("bob").sit()
    world.clock.pass_(seconds=5)
    with database.write() as session:
        boards.rebuild(session, world.contest, world.clock())
    usual.clear()
    assert [row["name"] for row in read(page).json["rows"]] == ["A**", "B**"]
    assert [row["name"] for row in read(page).json["rows"]] == ["A**", "B**"]
    assert usual == ["GET"]


def test_while_somebody_looks_up_what_is_shown_nobody_else_goes_the_usual_way(read, world: World, usual: list[str], monkeypatch: pytest.MonkeyPatch):
    """At 1,500 readers a second each would cost as much as five."""
    page = f"{API}/leaderboard"
    old = read(page).json
    going_on, may_go_on, finding = threading.Event(), threading.Event(), contests.find_contest
    monkeypatch.setattr(contests, "find_contest", lambda *args: (going_on.set(), may_go_on.wait(20), finding(*args))[2])
    usual.clear()
    world.clock.pass_(seconds=2.9)
    with ThreadPoolExecutor(2) as other:
        first = other.submit(lambda: read(page).json)
        try:
            assert going_on.wait(20)
            assert [read(page).json for _ in range(3)] == [old] * 3 and usual == ["GET"]
            world.clock.pass_(seconds=0.1)
            late = other.submit(lambda: read(page).json)  # nobody is shown what is older than a few seconds
            until(lambda: len(usual) == 2, "it goes the usual way")
        finally:
            may_go_on.set()
        assert first.result(20)["rows"] == late.result(20)["rows"] == old["rows"]


def test_while_somebody_makes_a_page_of_the_next_edition_that_of_before_will_do(read, world: World, database: Database, usual, monkeypatch):
    page = f"{API}/leaderboard"
    old = read(page).json
    world.clock.pass_(seconds=5)
    with database.write() as session:
        boards.rebuild(session, world.contest, world.clock())
    assert read(f"{API}/units").status_code == 200, "the next edition is known"
    going_on, may_go_on, making = threading.Event(), threading.Event(), standings.leaderboard
    monkeypatch.setattr(standings, "leaderboard", lambda *args, **more: (going_on.set(), may_go_on.wait(20), making(*args, **more))[2])
    usual.clear()
    with ThreadPoolExecutor(1) as other:
        first = other.submit(lambda: read(page).json)
        try:
            assert going_on.wait(20)
            assert [read(page).json for _ in range(3)] == [old] * 3 and usual == ["GET"]
        finally:
            may_go_on.set()
        assert first.result(20)["as_of"] > old["as_of"]
    assert read(page).json == first.result() and usual == ["GET"]


@pytest.mark.parametrize("odd", ["limit=1", "unit=99010102", "limit=1&unit=99010102"])
@pytest.mark.parametrize(("page", "lines"), [("/c/june/board?at=1", 3), ("/c/june/units?kind=企业", 5)])
def test_nobody_s_odd_address_changes_the_page_of_others(
    read, world: World, database: Database, sign_in, page: str, lines: int, odd: str
):
    """What a page is kept under must hold all that it was made from: a stranger could have shown everybody a board of one line."""

    def rows(address: str) -> int:
        return int(read(address).get_data(as_text=True).count("<tr"))

    sign_in("carol").sit()
    made = list[int]()
    for order in ([f"{page}&{odd}", page], [page, f"{page}&{odd}"]):
        world.clock.pass_(seconds=5)
        with database.write() as session:
            boards.rebuild(session, world.contest, world.clock())
        made += map(rows, order)
    assert made == [lines] * 4, "the page asks for neither"


@pytest.mark.parametrize("host", ["[", "elsewhere.example", ""])
def test_a_host_that_is_none_is_refused(read, host: str):
    page = f"{API}/leaderboard"
    assert read(page).status_code == read(page).status_code == 200
    assert read(page, Host=host).status_code == 421


def test_an_endless_address_is_not_remembered(read, usual: list[str]):
    page = f"{API}/units?under=&x={'9' * readers.LONGEST}"
    assert read(page).status_code == read(page).status_code == 200
    assert usual == ["GET", "GET"]
