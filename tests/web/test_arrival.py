"""What one hands in is in time by the moment it reached us, however long it then waited for its turn (TM-04)."""

import pytest
from conftest import Clock
from factories import SECRET, World, right_answers

from quizapp import jobs
from quizapp.models.base import Database
from quizapp.settings import Settings
from quizapp.web.turns import ARRIVED

LATE = 611_000  # after the start: the paper has ten minutes, and two seconds of grace


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings(database_url=database.url, secret_key=SECRET, trusted_proxies="127.0.0.1")


def sent_at(client, at: int, method: str, path: str, body: dict, *, by: str = "127.0.0.1"):
    """The reply to a request that came through a proxy at that moment."""
    headers = {
        "X-CSRFToken": client.token, "X-Request-Start": f"t={at // 1000}.{at % 1000:03d}", "X-Forwarded-For": "203.0.113.9",
    }  # fmt: skip
    return client.http.open(f"/api/v1{path}", method=method, json=body, headers=headers, environ_base={"REMOTE_ADDR": by})


def test_what_reached_the_proxy_in_time_counts(world: World, clock: Clock, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    answers = right_answers(sitting)
    clock.now += LATE
    in_time = clock.now - 10_000
    path = f"/sittings/{sitting['id']}"
    saved = sent_at(alice, in_time, "PATCH", f"{path}/answers", {"revision": 0, "key": "k", "answers": {"1": answers["1"]}})
    assert saved.status_code == 200
    handed_in = sent_at(alice, in_time, "POST", f"{path}/submission", {"revision": 1, "key": "s", "answers": answers})
    assert handed_in.status_code == 200 and handed_in.json["score"]["points"] == 70
    assert handed_in.json["score"]["time_ms"] == 600_000


@pytest.mark.parametrize("claimed", [0, -60_000, 5_000], ids=["not stamped in time", "older than any wait", "ahead"])
def test_a_stamp_that_cannot_be_is_not_believed(world: World, clock: Clock, sign_in, claimed: int):
    alice = sign_in("alice")
    sitting = alice.start()
    clock.now += LATE
    body = {"revision": 0, "key": "k", "answers": {"1": right_answers(sitting)["1"]}}
    assert sent_at(alice, clock.now + claimed, "PATCH", f"/sittings/{sitting['id']}/answers", body).status_code == 409


def test_a_visitor_s_own_stamp_is_not_believed(world: World, clock: Clock, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    clock.now += LATE
    body = {"revision": 0, "key": "k", "answers": {"1": right_answers(sitting)["1"]}}
    path = f"/sittings/{sitting['id']}/answers"
    assert sent_at(alice, clock.now - 10_000, "PATCH", path, body, by="198.51.100.7").status_code == 409


def test_a_form_that_waited_for_its_turn_in_the_process_counts(world: World, clock: Clock, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    clock.now += LATE
    token = alice.token
    reply = alice.http.post(
        f"/s/{sitting['id']}/hand-in", data={"csrf_token": token}, environ_base={ARRIVED: clock.now - 10_000}
    )
    assert reply.status_code == 302
    assert alice.get(f"/sittings/{sitting['id']}").json["score"]["time_ms"] == 600_000


def test_the_job_leaves_room_for_what_still_waits(world: World, clock: Clock, sign_in, database: Database):
    sign_in("alice").start()
    clock.now += LATE
    assert jobs.finish_overdue(database, SECRET, clock.now, patience=20_000) == 0
    clock.now += 12_000
    assert jobs.finish_overdue(database, SECRET, clock.now, patience=20_000) == 1
