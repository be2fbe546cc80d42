"""The description of the API is true: every route is in it and none more, and what is really answered fits it."""

import json
import re
from typing import Any

import pytest
from factories import PASSWORD, Client, World, right_answers
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from quizapp.models.admissions import Gate
from quizapp.rules.contests import Ask, Board, BoardRules, Division, EntryRules, Release
from quizapp.rules.contests import Clock as ClockRule
from quizapp.services.admissions import BURST_US, NAME
from quizapp.web.api import OPENAPI

DESCRIBED = json.loads(OPENAPI.read_bytes())
PREFIX = DESCRIBED["servers"][0]["url"]
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
NOT_PROVOKED = {("/contests/{slug}/sittings", "post", "409")}  # three lost races in a row

Seen = set[tuple[str, str, str]]


def template(rule: str) -> str:
    """`/api/v1/sittings/<sitting_id>/items/<int:position>` as the description writes it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule).removeprefix(PREFIX)


def faults(schema: dict[str, Any], told: Any) -> list[str]:
    """What is wrong with a body by a schema of the description."""
    whole = {**schema, "components": DESCRIBED["components"]}
    checker = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(told)]


def resolved(found: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in found:
        *_, group, name = found["$ref"].split("/")
        found = DESCRIBED["components"][group][name]
    return found


def operation(app: Any, reply: Any) -> tuple[str, str]:
    """(path as described, method) of the request that was answered."""
    rule, _ = app.url_map.bind("localhost").match(reply.request.path, reply.request.method, return_rule=True)
    return template(rule.rule), reply.request.method.lower()


def check_reply(app: Any, reply: Any) -> tuple[str, str, str]:
    """The reply is described, with this status, this kind of content and these fields; (path, method, status)."""
    path, method = operation(app, reply)
    status = str(reply.status_code)
    answers = DESCRIBED["paths"][path][method]["responses"]
    assert status in answers, f"{method} {path}: {status} is not described: {reply.get_data(as_text=True)[:300]}"
    content = resolved(answers[status]).get("content", {})
    if not content:
        assert not reply.get_data()
        return path, method, status
    assert reply.mimetype in content, (path, status, reply.mimetype)
    wrong = faults(content[reply.mimetype]["schema"], reply.json)
    assert not wrong, f"{method} {path} {status}: {wrong}"
    return path, method, status


def check_request(app: Any, reply: Any, body: Any) -> None:
    """A body that was accepted is one that the description allows."""
    path, method = operation(app, reply)
    described = DESCRIBED["paths"][path][method].get("requestBody")
    if reply.status_code < 300 and body is not None and described:
        wrong = faults(described["content"]["application/json"]["schema"], body)
        assert not wrong, f"{method} {path}: {wrong}"


class Watched(Client):
    """A client that compares everything that is said with the description."""

    def __init__(self, app: Any, seen: Seen) -> None:
        super().__init__(app)
        self.app, self.seen = app, seen

    def enter(self, login: str, password: str = PASSWORD) -> "Watched":
        reply = self.call("POST", "/session", {"account": login, "password": password})
        self.token = reply.json["csrf_token"]
        return self

    def call(self, method: str, path: str, body: Any = None, **over: Any) -> Any:
        given = {"headers": {"X-CSRFToken": self.token}, "json": body} | over
        reply = self.http.open(PREFIX + path, method=method, **given)
        self.seen.add(check_reply(self.app, reply))
        check_request(self.app, reply, body)
        return reply


@pytest.fixture
def seen() -> Seen:
    return set()


@pytest.fixture
def watched(world: World, app: Any, seen: Seen) -> Any:
    """Clients of which every reply is compared with the description."""

    def make(login: str | None = None) -> Watched:
        client = Watched(app, seen)
        return client if login is None else client.enter(login)

    return make


def test_it_is_valid_openapi():
    validate(DESCRIBED)


def test_every_route_is_described_and_none_more(world: World, app: Any):
    routes = {
        (template(rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) & METHODS
    }
    described = {
        (path, method) for path, item in DESCRIBED["paths"].items() for method in item if method.upper() in METHODS
    }
    assert described == routes


def test_every_changing_call_asks_for_a_sign_in_and_the_token_but_the_sign_in_itself():
    for path, item in DESCRIBED["paths"].items():
        for method in set(item) & {"post", "patch", "put", "delete"}:
            wanted = [] if path == "/session" and method == "post" else [{"cookie": [], "csrf": []}, {"bearer": []}]
            assert item[method]["security"] == wanted, (method, path)


def test_a_schema_finds_what_does_not_fit():
    assert faults({"$ref": "#/components/schemas/Saved"}, {"revision": 1, "saved_at": "2026-06-01T12:00:00+08:00"}) == []
    for told in ({"revision": 1}, {"revision": "1", "saved_at": "2026-06-01T12:00:00+08:00"}, {"revision": 1, "saved_at": "x"}):
        assert faults({"$ref": "#/components/schemas/Saved"}, told)
    assert faults({"$ref": "#/components/schemas/Time"}, {"server_time": "2026-06-01T12:00:00+08:00", "more": 1})


def test_it_is_served_as_it_is_written(watched: Any):
    assert watched().get("/openapi.json").json == DESCRIBED


def _sit_through(world: World, alice: Watched) -> None:
    """A whole sitting with everything that can be said in it."""
    alice.get("/time")
    alice.start(practice=True)
    sitting = alice.start()
    assert alice.post("/contests/june/sittings").status_code == 200
    answers = right_answers(sitting, wrong=2)
    alice.save(sitting, answers, 0, "a")
    alice.save(sitting, answers, 0, "b")  # stale
    alice.save(sitting, {"1": None}, 1, "c")
    alice.get(f"/sittings/{sitting['id']}")
    alice.get(f"/sittings/{sitting['id']}/review")  # still open
    alice.submit(sitting, 0, "d", answers={"1": []})  # stale
    alice.submit(sitting, 1, "e", answers="x")
    world.clock.pass_(seconds=90)
    alice.submit(sitting, 1, "f", answers={"7": ""})
    alice.save(sitting, answers, 2, "g")  # handed in
    alice.get(f"/sittings/{sitting['id']}")
    alice.get(f"/sittings/{sitting['id']}/review")
    alice.post(f"/sittings/{sitting['id']}/items/2")  # handed in


def _look_around(client: Watched) -> None:
    client.get("/contests")
    client.get("/contests/june")
    client.get("/contests/nothing")
    for query in ("", "?limit=1", "?unit=9901", "?unit=nowhere", "?after=x", "?division=none"):
        client.get(f"/contests/june/leaderboard{query}")
    for query in ("", "?under=9901", "?kind=企业&limit=1", "?under=nowhere"):
        client.get(f"/contests/june/units{query}")
    for board in ("leaderboard", "units"):
        had = client.get(f"/contests/june/{board}").headers.get("ETag")
        client.call("GET", f"/contests/june/{board}", headers={"If-None-Match": had} if had else {})


def _item_by_item(world: World, alice: Watched) -> None:
    world.apply(slug="clock", clock=ClockRule(item_ms=20_000))
    alice.get("/contests/clock")
    sitting = alice.start("clock")
    alice.post(f"/sittings/{sitting['id']}/items/2")
    alice.post(f"/sittings/{sitting['id']}/items/5")  # not the next
    alice.save(sitting, {"1": []}, 0, "a")  # over
    alice.submit(sitting, 0, "b")


def _prepared(world: World, bob: Watched) -> None:
    """What a contest asks before the first start: read, filled in, all that is missing told at once."""
    world.apply(slug="asking", entry=EntryRules(gate="先读学习材料。", ask=(Ask.POST,)))
    shown = bob.get("/contests/asking").json
    assert (shown["gate"], shown["ask"], shown["to_prepare"]) == ("先读学习材料。", ["post"], True)
    assert bob.post("/contests/asking/sittings").status_code == 403
    refused = bob.call("PUT", "/contests/asking/entry", {"details": {"post": " "}})
    assert [error["field"] for error in refused.json["errors"]] == ["post", "read"]
    assert bob.call("PUT", "/contests/asking/entry", {"details": [1]}).status_code == 400
    assert bob.call("PUT", "/contests/nothing/entry", {}).status_code == 404
    told = bob.call("PUT", "/contests/asking/entry", {"read": True, "details": {"post": "班组长"}})
    assert told.json == {"unit": "99010102", "division": ""}
    assert bob.get("/contests/asking").json["to_prepare"] is False
    assert bob.post("/contests/asking/sittings").status_code == 201


def _refused(alice: Watched, bob: Watched) -> None:
    """Everything that changes something: without the token, from elsewhere, signed out, of somebody else."""
    alice.http.post(f"{PREFIX}/contests/june/sittings", json={}, headers={"X-CSRFToken": alice.token})
    mine = f"/sittings/{alice.start()['id']}"
    calls = [
        ("POST", "/contests/june/sittings"), ("PUT", "/contests/june/entry"), ("POST", f"{mine}/items/1"), ("PATCH", f"{mine}/answers"),
        ("POST", f"{mine}/submission"), ("DELETE", "/session"),
    ]  # fmt: skip
    stranger = Watched(alice.app, alice.seen)
    elsewhere = {"X-CSRFToken": alice.token, "Origin": "https://elsewhere.example"}
    for method, path in calls:
        body = {"revision": 0, "key": "k", "answers": {"1": []}} if "answers" in path else {}
        assert alice.call(method, path, body, headers={}).status_code == 400
        assert alice.call(method, path, body, headers=elsewhere).status_code == 403
        assert stranger.call(method, path, body).status_code == 401
        if method != "DELETE" and "/items/" not in path:
            assert alice.call(method, path, json=None, data=b"1" * 1_000_001).status_code == 413
        if path.startswith("/sittings/"):
            assert bob.call(method, path, body).status_code == 404
    for path in (mine, f"{mine}/review"):
        assert stranger.get(path).status_code == 401
        assert bob.get(path).status_code == 404
    assert alice.post("/contests/nothing/sittings").status_code == 404


def _queued(world: World, bob: Watched) -> None:
    """A start while the gate is busy for half a minute."""
    with world.database.write() as session:
        session.merge(Gate(name=NAME, next_us=world.clock() * 1000 + BURST_US + 30_000_000))
    assert bob.post("/contests/june/sittings").json["queue"]["wait_ms"] == 30_000


def _at_the_door(client: Watched) -> None:
    """Signing in with a wrong password, a broken body, from elsewhere, too often, too much."""
    said = {"account": "carol", "password": "wrong"}
    client.call("POST", "/session", {"account": 1})
    client.call("POST", "/session", said, headers={"Origin": "https://elsewhere.example"})
    client.call("POST", "/session", data=b"1" * 1_000_001, json=None, content_type="application/json")
    for _ in range(21):
        last = client.call("POST", "/session", said)
    assert last.status_code == 429


def test_every_reply_that_is_described_is_really_given(world: World, watched: Any, seen: Seen):
    alice, bob = watched("alice"), watched("bob")
    _look_around(watched())
    _sit_through(world, alice)
    _look_around(alice)
    _item_by_item(world, alice)
    _prepared(world, bob)
    _refused(alice, bob)
    _queued(world, bob)
    _at_the_door(watched())
    watched().get("/openapi.json")
    assert bob.call("DELETE", "/session").status_code == 204
    described = {
        (path, method, status)
        for path, item in DESCRIBED["paths"].items()
        for method in set(item) & {one.lower() for one in METHODS}
        for status in item[method]["responses"]
        if status != "default"
    }
    assert described - seen == NOT_PROVOKED


@pytest.mark.parametrize(
    "over",
    [
        {"release_score": Release.AT_END, "release_key": Release.NEVER},
        {"pass_points": 6000},
        {"board": BoardRules(people=Board.HIDDEN, units=Board.HIDDEN)},
        {"divisions": (Division("qiye", "企业组", ("企业",)),), "about": "说明", "organiser": "某局"},
    ],
)
def test_replies_under_other_rules_fit_too(world: World, watched: Any, over: dict[str, Any]):
    world.apply(**over)
    alice = watched("alice")
    sitting = alice.start()
    alice.submit(sitting, answers=right_answers(sitting, wrong=1))
    alice.get(f"/sittings/{sitting['id']}")
    alice.get(f"/sittings/{sitting['id']}/review")
    _look_around(alice)


def test_a_frozen_board_fits_too(world: World, watched: Any):
    watched("alice").sit()
    world.clock.pass_(minutes=5)
    world.apply(board=BoardRules(freeze_at=world.clock() - 60_000))
    alice = watched("alice")
    alice.sit()
    board = alice.get("/contests/june/leaderboard").json
    assert board["frozen"] and board["me"]["sittings"] == 1
    assert alice.get("/contests/june/units").json["frozen"]


def test_what_a_late_hand_in_is_told_fits_too(world: World, watched: Any):
    alice = watched("alice")
    sitting = alice.start()
    world.clock.pass_(hours=1)
    assert alice.save(sitting, right_answers(sitting), 0, "late").json["state"] == "handed_in"
    assert alice.submit(sitting, 0, "later", answers=right_answers(sitting)).status_code == 409
    assert alice.submit(sitting).status_code == 200
