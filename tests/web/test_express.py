"""The express lane of a save: the same replies as the usual way, and nothing gets past a guard by it."""

from typing import Any

import pytest
from factories import World, right_answers

from quizapp.web.express import Express


@pytest.fixture
def sitting(sign_in) -> tuple[Any, dict[str, Any]]:
    alice = sign_in("alice")
    made = alice.start()
    assert alice.save(made, {"1": []}, 0, "first").status_code == 200, "now this process has seen cookie, token and paper"
    return alice, made


def test_it_says_what_the_usual_way_says(world: World, sitting, usual: list[str], monkeypatch: pytest.MonkeyPatch):
    alice, made = sitting
    answers = right_answers(made)
    express = alice.save(made, answers, 1, "k1")
    assert usual == [], "it was taken"
    monkeypatch.setattr(Express, "_save", lambda *_: None)
    ordinary = alice.save(made, answers, 2, "k2")
    assert usual == ["PATCH"]
    assert (express.json["revision"], ordinary.json["revision"]) == (2, 3)
    assert express.json["saved_at"] == ordinary.json["saved_at"]
    assert {name: value for name, value in express.headers if name != "Date"} == dict(ordinary.headers)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-CSRFToken": "wrong"}, 400),
        ({"X-CSRFToken": ""}, 400),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Host": "elsewhere.example"}, 421),
        ({"Cookie": "session=forged"}, 401),
        ({"Authorization": "Bearer forged"}, 401),
    ],
)
def test_whoever_a_guard_would_stop_is_stopped(world: World, sitting, usual: list[str], headers: dict[str, str], status: int):
    alice, made = sitting
    body = {"revision": 1, "key": "k1", "answers": right_answers(made)}
    given = {"X-CSRFToken": alice.token, **headers}
    if "Cookie" in headers:
        alice.http.delete_cookie("session")
    reply = alice.http.patch(f"/api/v1/sittings/{made['id']}/answers", json=body, headers=given)
    assert (reply.status_code, usual) == (status, ["PATCH"])
    assert world_revision(world, made) == 1


def world_revision(world: World, made: dict[str, Any]) -> int:
    with world.database.reader.connect() as connection:
        return connection.exec_driver_sql("SELECT revision FROM sittings").scalar_one()


@pytest.mark.parametrize(
    "over",
    [
        {"revision": True}, {"revision": "1"}, {"revision": -1}, {"revision": 7}, {"key": ""}, {"key": "x" * 65}, {"key": 5},
        {"answers": {}}, {"answers": {"1": None}}, {"answers": {"1": ["Z"]}}, {"answers": {"99": ["A"]}}, {"answers": ["A"]},
    ],
)  # fmt: skip
def test_whatever_is_odd_goes_the_usual_way(world: World, sitting, usual: list[str], over: dict[str, Any]):
    alice, made = sitting
    body = {"revision": 1, "key": "k1", "answers": {"1": ["A"]}} | over
    reply = alice.call("PATCH", f"/sittings/{made['id']}/answers", body)
    assert reply.status_code in (400, 409) and usual == ["PATCH"]
    assert world_revision(world, made) == 1


def test_nobody_saves_for_another_or_after_signing_out(world: World, sitting, sign_in, usual: list[str]):
    alice, made = sitting
    bob = sign_in("bob")
    own = bob.start()
    assert bob.save(own, {"1": []}, 0, "first").status_code == 200
    assert bob.save(made, {"1": []}, 1, "k1").status_code == 404
    assert alice.call("DELETE", "/session").status_code == 204
    alice.token = alice.token or "x"
    assert alice.save(made, {"1": []}, 1, "k1").status_code == 401
    with world.database.reader.connect() as connection:
        rows = connection.exec_driver_sql("SELECT revision FROM sittings").scalars().all()
    assert sorted(rows) == [1, 1]


def test_a_database_that_goes_away_is_told_the_usual_way(world: World, sitting, usual: list[str], monkeypatch: pytest.MonkeyPatch):
    alice, made = sitting

    def gone(*_: Any) -> Any:
        raise OSError("gone")

    monkeypatch.setattr(world.database.direct, "run", gone)
    assert alice.save(made, {"1": []}, 1, "k1").json["revision"] == 2 and usual == ["PATCH"]
