"""Starting while too many start: a place in the line, on the page and in the API, and never a penalty."""

from dataclasses import replace
from typing import Any

import pytest
from factories import Client, World
from sqlalchemy import func, select

from quizapp.app import create_app
from quizapp.models.admissions import Gate, Waiting
from quizapp.models.base import Database
from quizapp.rules.contests import Limits
from quizapp.services import admissions, contests
from quizapp.services.admissions import BURST_US, NAME, SECOND
from quizapp.services.audit import CLI
from quizapp.settings import BadSettings, Settings, read

RATE = 2


@pytest.fixture
def settings(database: Database, settings: Settings) -> Settings:
    return replace(settings, starts_per_second=RATE)


def busy(world: World, seconds: float) -> None:
    """So many seconds of starts lie before the next one."""
    with world.database.write() as session:
        session.merge(Gate(name=NAME, next_us=world.clock() * 1000 + BURST_US + int(seconds * SECOND)))


def waiting(world: World) -> int:
    with world.database.read() as session:
        return session.scalar(select(func.count()).select_from(Waiting)) or 0


def start(client: Client, **body):
    return client.post("/contests/june/sittings", body)


def test_beyond_the_burst_a_start_gets_a_place_and_the_seconds_to_wait(world: World, sign_in):
    busy(world, 10)
    reply = start(sign_in("alice"))
    assert reply.status_code == 503 and reply.mimetype == "application/problem+json"
    assert reply.json["queue"] == {"place": 20, "ahead": 19, "wait_ms": 10_000} and "第20位" in reply.json["detail"]
    assert 10 <= int(reply.headers["Retry-After"]) <= 11
    assert start(sign_in("bob")).json["queue"]["place"] == 21


def test_those_who_wait_are_let_in_when_they_were_told_and_not_before(world: World, sign_in):
    busy(world, 10)
    alice = sign_in("alice")
    start(alice)
    world.clock.pass_(seconds=9)
    assert start(alice).json["queue"] == {"place": 2, "ahead": 1, "wait_ms": 1000}
    world.clock.pass_(seconds=1)
    reply = start(alice)
    assert reply.status_code == 201 and waiting(world) == 0
    assert start(alice).status_code == 200


def test_the_clock_of_the_sitting_starts_with_the_start(world: World, sign_in):
    busy(world, 10)
    alice = sign_in("alice")
    start(alice)
    world.clock.pass_(seconds=30)
    sitting = start(alice).json
    assert sitting["started_at"] == sitting["server_time"]


def test_an_open_sitting_is_gone_on_with_whoever_waits(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    busy(world, 60)
    assert start(alice).status_code == 200
    assert alice.save(sitting, {"1": ["A"]}).status_code == 200
    assert alice.submit(sitting, 1).status_code == 200
    assert waiting(world) == 0


@pytest.mark.parametrize("practice", [False, True])
def test_who_may_not_start_hears_the_reason_and_not_the_place(world: World, sign_in, practice: bool):
    world.apply(limits=Limits(per_day=1, practice_per_day=1))
    alice = sign_in("alice")
    alice.submit(alice.start(practice=practice))
    busy(world, 60)
    reply = start(alice, practice=practice)
    assert reply.status_code == 403 and "用完" in reply.json["detail"] and waiting(world) == 0


def test_practice_and_trials_of_the_staff_wait_too(world: World, sign_in):
    busy(world, 5)
    assert start(sign_in("alice"), practice=True).status_code == 503
    assert start(sign_in("olga")).json["queue"]["place"] == 11


def test_who_asked_before_the_last_start_is_let_in_after_it(world: World, sign_in):
    now = world.clock()
    world.apply(last_start=now + 5_000)
    busy(world, 10)
    alice, bob = sign_in("alice"), sign_in("bob")
    start(alice)
    world.clock.pass_(seconds=8)
    assert start(bob).status_code == 403, "asked too late, line or not"
    world.clock.pass_(seconds=2)
    assert start(alice).status_code == 201
    assert waiting(world) == 0


def test_the_end_of_the_contest_ends_the_line(world: World, sign_in):
    now = world.clock()
    world.apply(last_start=now + 5_000, closes_at=now + 8_000)
    busy(world, 10)
    alice = sign_in("alice")
    start(alice)
    world.clock.pass_(seconds=10)
    assert "已经结束" in start(alice).json["detail"]


def test_a_pause_holds_those_who_wait_too(world: World, sign_in):
    busy(world, 5)
    alice = sign_in("alice")
    start(alice)
    with world.database.write() as session:
        contests.pause_contest(session, CLI, "june", True, world.clock())
    world.clock.pass_(seconds=5)
    assert "暂停" in start(alice).json["detail"]


def test_a_start_that_fails_keeps_the_place(world: World, app, sign_in, monkeypatch: pytest.MonkeyPatch):
    busy(world, 5)
    alice = sign_in("alice")
    start(alice)
    world.clock.pass_(seconds=5)
    with monkeypatch.context() as patch:
        patch.setattr("quizapp.services.starts._insert", lambda *_: 1 / 0)
        assert start(alice).status_code == 500
    assert waiting(world) == 1
    assert start(alice).status_code == 201


def test_who_asks_the_gate_holds_one_connection(world: World, database: Database, sign_in, monkeypatch: pytest.MonkeyPatch):
    """Behind a pooler with forty connections a rush of forty starts would hold all of them, and nobody be let in."""
    asking, held = admissions.admit, list[int]()

    def note(*args: Any) -> Any:
        held.append(database.writer.pool.checkedout() + database.reader.pool.checkedout())
        return asking(*args)

    monkeypatch.setattr(admissions, "admit", note)
    assert start(sign_in("alice")).status_code == 201
    assert held == [1]


def test_without_a_limit_nobody_waits(world: World, settings: Settings):
    app = create_app(replace(settings, starts_per_second=0), world.clock, database=world.database)
    busy(world, 60)
    assert start(Client(app).enter("alice")).status_code == 201


def form_start(client: Client, **fields):
    page = client.http.get("/c/june/start").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return client.http.post("/c/june/start", data={"csrf_token": token, **fields})


def test_the_page_shows_the_place_and_refreshes_itself_without_javascript(world: World, sign_in):
    busy(world, 10)
    alice = sign_in("alice")
    reply = form_start(alice)
    assert reply.status_code == 303 and reply.headers["Location"].endswith("/c/june/waiting")
    page = alice.http.get("/c/june/waiting").get_data(as_text=True)
    assert "第20位" in page and "不计入答题时间" in page and 'http-equiv="refresh" content="1' in page
    world.clock.pass_(seconds=10)
    page = alice.http.get("/c/june/waiting").get_data(as_text=True)
    assert "轮到您了" in page and "http-equiv" not in page
    assert "/s/" in form_start(alice).headers["Location"]
    assert alice.http.get("/c/june/waiting").headers["Location"].endswith("/c/june/start"), "there is nothing to wait for"


def test_practice_stays_practice_in_the_line(world: World, sign_in):
    busy(world, 10)
    alice = sign_in("alice")
    location = form_start(alice, practice="1").headers["Location"]
    assert 'name="practice" value="1"' in alice.http.get(location).get_data(as_text=True)


def test_looking_at_the_page_takes_no_place(world: World, sign_in):
    busy(world, 10)
    assert sign_in("alice").http.get("/c/june/waiting").headers["Location"].endswith("/c/june/start")
    assert waiting(world) == 0


@pytest.mark.parametrize("text", ["-1", "1.5", "viele", "9999999"])
def test_the_rate_is_a_whole_number(text: str, tmp_path):
    with pytest.raises(BadSettings, match="STARTS_PER_SECOND"):
        read({"QUIZAPP_INSTANCE": str(tmp_path), "QUIZAPP_STARTS_PER_SECOND": text})
    assert read({"QUIZAPP_INSTANCE": str(tmp_path), "QUIZAPP_STARTS_PER_SECOND": "0"}).starts_per_second == 0
