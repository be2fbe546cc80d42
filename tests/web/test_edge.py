"""What holds for every request: hosts, proxies, headers, faults, sizes, time of commit."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from factories import PASSWORD, SECRET, World, right_answers
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from quizapp.app import create_app
from quizapp.models.base import Database
from quizapp.services import audit
from quizapp.settings import Settings
from quizapp.web.proxies import TrustedProxies


def made(world: World, **settings: str):
    return create_app(Settings(database_url=world.database.url, secret_key=SECRET, **settings), world.clock, database=world.database)


def test_only_the_host_of_the_base_url_is_served(world: World):
    http = made(world, base_url="https://quiz.example").test_client()
    assert http.get("/", base_url="https://quiz.example").status_code == 200
    assert http.get("/", base_url="https://evil.example").status_code == 421
    forged = http.get("/", base_url="https://quiz.example", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in forged.get_data(as_text=True)
    assert http.get("/healthz", base_url="http://10.0.0.1").status_code == 200


def test_cookies_over_https_are_host_bound_and_secure(world: World):
    http = made(world, base_url="https://quiz.example").test_client()
    body = {"account": "alice", "password": PASSWORD}
    cookie = http.post("/api/v1/session", json=body, base_url="https://quiz.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=") and {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_a_new_session_begins_at_every_sign_in(world: World, app):
    http = app.test_client()
    http.get("/sign-in")
    before = http.get_cookie("session").value
    http.post("/api/v1/session", json={"account": "alice", "password": PASSWORD})
    assert http.get_cookie("session").value != before


@pytest.mark.parametrize(
    ("remote", "forwarded", "true"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("203.0.113.7", "6.6.6.6", "203.0.113.7"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_only_named_proxies_are_believed(remote: str, forwarded: str, true: str):
    seen = []
    middle = TrustedProxies(lambda environ, _: seen.append(environ["REMOTE_ADDR"]) or [], "127.0.0.1, 10.0.0.0/8")
    middle({"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded}, None)
    assert seen == [true]


def test_large_bodies_are_refused(world: World, sign_in):
    alice = sign_in("alice")
    reply = alice.http.post("/api/v1/contests/june/sittings", data=b"x" * 2_000_000, headers={"X-CSRFToken": alice.token})
    assert reply.status_code == 413


def test_a_fault_of_ours_shows_a_number_and_no_trace(world: World, app, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("quizapp.services.contests.list_contests", lambda _: 1 / 0)
    for path in ("/", "/api/v1/contests"):
        reply = app.test_client().get(path)
        text = reply.get_data(as_text=True)
        assert reply.status_code == 500 and "ZeroDivision" not in text and "Traceback" not in text


def test_a_database_that_is_away_asks_to_come_again(world: World, app, monkeypatch: pytest.MonkeyPatch):
    def away(_):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr("quizapp.services.contests.list_contests", away)
    reply = app.test_client().get("/")
    assert reply.status_code == 503 and reply.headers["Retry-After"] and "答案" in reply.get_data(as_text=True)


GONE = {
    "sqlite": (
        ["CREATE TABLE nowhere (unit_id INTEGER REFERENCES units (id) DEFERRABLE INITIALLY DEFERRED)",
         "CREATE TRIGGER gone_new AFTER INSERT ON sittings BEGIN INSERT INTO nowhere VALUES (-1); END",
         "CREATE TRIGGER gone AFTER UPDATE ON sittings BEGIN INSERT INTO nowhere VALUES (-1); END"],
        ["DROP TRIGGER gone", "DROP TRIGGER gone_new", "DROP TABLE nowhere"],
    ),
    "postgresql": (
        ["CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'gone' USING ERRCODE = '57P01'; END $$",
         "CREATE CONSTRAINT TRIGGER gone AFTER INSERT OR UPDATE ON sittings DEFERRABLE INITIALLY DEFERRED "
         "FOR EACH ROW EXECUTE FUNCTION gone()"],
        ["DROP FUNCTION gone CASCADE"],
    ),
}  # fmt: skip


@contextmanager
def failing_commits(database: Database) -> Iterator[None]:
    """Every commit that changes a sitting fails at the last moment, whoever makes it and however."""
    made, dropped = GONE[database.writer.dialect.name]
    for statements in (made, dropped):
        with database.writer.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        if statements is made:
            yield


def test_a_failing_commit_is_never_a_success(database: Database, world: World, sign_in):
    alice, bob = sign_in("alice"), sign_in("bob")
    sitting = alice.start()
    with failing_commits(database):
        assert alice.save(sitting, {"1": ["A"]}).status_code >= 500
        assert alice.submit(sitting, answers=right_answers(sitting)).status_code >= 500
        assert bob.post("/contests/june/sittings").status_code >= 500
    found = alice.get(f"/sittings/{sitting['id']}").json
    assert (found["answers"], found["revision"], found["state"]) == ({}, 0, "open")
    assert alice.save(sitting, {"1": ["A"]}).status_code == 200


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("session", ["writing", "reading_snapshot"])
def test_a_refusal_leaves_what_postgresql_has_planned(database: Database, session: str):
    """psycopg drops all prepared statements of a connection that rolls back; each would be planned anew, up to ten times over."""
    prepared = text("SELECT count(*) FROM pg_prepared_statements")
    with getattr(database, session)() as refused:
        known = max(refused.scalar(prepared) for _ in range(8))
        refused.rollback()
        assert refused.scalar(prepared) >= known > 0


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_statement_whose_columns_have_changed_fails_once(database: Database):
    """psycopg mends that by dropping what is prepared, after an error of PostgreSQL's own."""
    with database.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE changing (n integer)")
    try:
        found = text("SELECT n FROM changing")
        with database.writing() as session:
            for _ in range(8):
                session.execute(found)
            session.commit()
            with database.reader.connect() as other:
                other.exec_driver_sql("ALTER TABLE changing ALTER n TYPE text")
            with pytest.raises(DBAPIError, match="cached plan"):
                session.execute(found)
            session.rollback()
            assert session.execute(found).all() == []
    finally:
        with database.writer.begin() as connection:
            connection.exec_driver_sql("DROP TABLE changing")


def test_health_says_what_it_means(world: World, app):
    assert app.test_client().get("/healthz").status_code == 200
    assert app.test_client().get("/readyz").status_code == 200


def test_static_files_are_kept_for_ever_under_their_version(world: World, app):
    http = app.test_client()

    def fetch(path: str) -> tuple[int, str]:
        with http.get(path) as reply:
            return reply.status_code, reply.headers.get("Cache-Control", "")

    path = re.search(r'href="(/static/[^"]+tokens.css)"', http.get("/").get_data(as_text=True))[1]
    assert "max-age=31536000" in fetch(path)[1]
    status, kept = fetch(re.sub("/static/[^/]+/", "/static/older/", path))
    assert status == 200 and "31536000" not in kept
    assert fetch("/static/x/../../settings.py")[0] == 404


@pytest.mark.parametrize("path", ["/.git/config", "/console", "/metrics", "/question_banks/xinanfa.yaml", "/instance/secret_key", "/docs"])
def test_nothing_else_is_served(world: World, app, path: str):
    assert app.test_client().get(path).status_code == 404


@pytest.mark.parametrize(("host", "served"), [("localhost", True), ("127.0.0.1:8000", True), ("[::1]", True), ("192.168.1.5", True), ("evil.example", False)])
def test_without_a_base_url_only_addresses_are_served(world: World, app, host: str, served: bool):
    assert (app.test_client().get("/", base_url=f"http://{host}").status_code == 200) is served


def test_the_base_url_is_compared_as_hosts_are(world: World):
    http = made(world, base_url="https://Quiz.Example:443").test_client()
    assert http.get("/", base_url="https://quiz.example").status_code == 200


def test_a_refused_sign_in_of_staff_is_in_the_log(world: World, app):
    for login in ("olga", "alice", "nobody"):
        app.test_client().post("/api/v1/session", json={"account": login, "password": "wrong"})
    with world.database.read() as session:
        refused = [record for record in audit.read_log(session) if record.result == "refused"]
    assert [(record.action, record.object) for record in refused] == [("sign_in", "olga")]
