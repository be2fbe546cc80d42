"""Signing in and out through the API, and what foreign pages may not do."""

from factories import PASSWORD, Client, World


def test_signing_in_tells_who_one_is(world: World, app):
    reply = Client(app).http.post("/api/v1/session", json={"account": "alice", "password": PASSWORD})
    assert reply.json["account"]["role"] == "contestant" and reply.json["csrf_token"]


def test_a_wrong_password_and_an_unknown_account_look_the_same(world: World, app):
    replies = [
        Client(app).http.post("/api/v1/session", json={"account": name, "password": "wrong"}) for name in ("alice", "zoe")
    ]
    assert [reply.status_code for reply in replies] == [401, 401]
    assert replies[0].json == replies[1].json


def test_the_old_cookie_is_dead_after_signing_out(world: World, sign_in):
    alice = sign_in("alice")
    cookie = alice.http.get_cookie("session").value
    assert alice.call("DELETE", "/session").status_code == 204
    alice.http.set_cookie("session", cookie)
    assert alice.post("/contests/june/sittings").status_code == 401


def test_a_changing_call_without_the_token_is_refused(world: World, sign_in):
    alice = sign_in("alice")
    assert alice.http.post("/api/v1/contests/june/sittings", json={}).status_code == 400
    assert alice.http.delete("/api/v1/session").status_code == 400
    assert alice.post("/contests/june/sittings").status_code == 201


def test_a_foreign_origin_cannot_sign_in(world: World, app):
    http = Client(app).http
    body = {"account": "alice", "password": PASSWORD}
    assert http.post("/api/v1/session", json=body, headers={"Origin": "https://evil.example"}).status_code == 403
    assert http.post("/api/v1/session", data='{"account":"alice"}', content_type="text/plain").status_code == 400


def test_guessing_is_slowed_down_for_the_account_only(world: World, app):
    for _ in range(20):
        assert Client(app).http.post("/api/v1/session", json={"account": "alice", "password": "x"}).status_code == 401
    blocked = Client(app).http.post("/api/v1/session", json={"account": "alice", "password": PASSWORD})
    assert blocked.status_code == 429
    assert Client(app).http.post("/api/v1/session", json={"account": "bob", "password": PASSWORD}).status_code == 200
    world.clock.pass_(minutes=10)
    assert Client(app).http.post("/api/v1/session", json={"account": "alice", "password": PASSWORD}).status_code == 200


def test_a_bearer_token_needs_no_csrf_token(world: World, app):
    http = app.test_client()
    headers = {"Authorization": f"Bearer {world.token('alice')}"}
    assert http.post("/api/v1/contests/june/sittings", json={}, headers=headers).status_code == 201
    headers = {"Authorization": "Bearer wrong"}
    assert http.post("/api/v1/contests/june/sittings", json={}, headers=headers).status_code == 401


def test_several_sign_ins_live_side_by_side(world: World, sign_in):
    first, second = sign_in("alice"), sign_in("alice")
    first.call("DELETE", "/session")
    assert second.post("/contests/june/sittings").status_code == 201


def test_broken_bodies_are_refused_in_words(world: World, sign_in):
    alice = sign_in("alice")
    for data in (b"{", b"[1]", b"\xff", b'{"a":' * 200_000, b'"\\ud800"'):
        reply = alice.http.post(
            "/api/v1/contests/june/sittings", data=data, content_type="application/json", headers={"X-CSRFToken": alice.token}
        )
        assert reply.status_code in (400, 413), reply.json
        assert reply.json["detail"]
