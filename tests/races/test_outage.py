"""PostgreSQL goes away in the middle and comes back: no false success, nothing acknowledged is lost, no hand work."""

import os
import signal
import tempfile
import threading
from pathlib import Path

import pytest
from conftest import BINARIES, Postgres
from factories import SECRET, Client, World, right_answers
from sqlalchemy import text

from quizapp.app import create_app
from quizapp.models import schema
from quizapp.models.base import Database
from quizapp.settings import Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BINARIES is None, reason="PostgreSQL is not installed (apt install postgresql)"),
]


@pytest.fixture
def own_postgres():
    """A server of this test's own: it is going to be stopped."""
    with tempfile.TemporaryDirectory(prefix="quizapp-postgres-") as folder:
        server = Postgres(Path(folder))
        yield server
        server.stop("immediate")


def test_an_outage_is_told_and_got_over(own_postgres: Postgres, clock) -> None:
    database = Database(own_postgres.url())
    schema.upgrade(database)
    World.make(database, clock)
    app = create_app(Settings(database_url=database.url, secret_key=SECRET), clock, database=database)
    alice = Client(app).enter("alice")
    sitting = alice.start()
    answers = right_answers(sitting)
    assert alice.save(sitting, {"1": answers["1"]}, 0, "a").status_code == 200

    own_postgres.stop("immediate")
    for reply in (alice.save(sitting, {"2": answers["2"]}, 1, "b"), alice.get("/contests"), alice.http.get("/"), alice.http.get("/readyz")):
        assert reply.status_code == 503
    assert alice.save(sitting, {"2": answers["2"]}, 1, "b").headers["Retry-After"]
    assert "答案" in alice.http.get("/").get_data(as_text=True)
    assert alice.http.get("/healthz").status_code == 200

    own_postgres.start()
    reply = alice.save(sitting, {"2": answers["2"]}, 1, "b")
    again = reply if reply.status_code == 200 else alice.save(sitting, {"2": answers["2"]}, 1, "b")
    assert again.status_code == 200
    assert alice.get(f"/sittings/{sitting['id']}").json["answers"] == {"1": answers["1"], "2": answers["2"]}
    database.dispose()


def test_a_server_that_stalls_for_seconds_loses_nothing_that_is_being_written(own_postgres: Postgres) -> None:
    """A disk that answers late, a machine that swaps: the server reads nothing for six seconds while rows stream to it."""
    database = Database(own_postgres.url())
    rows = [{"text": "字" * 1_000}] * 20_000
    with database.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE lines (text text)")
        server = connection.connection.dbapi_connection.info.backend_pid
        os.kill(server, signal.SIGSTOP)
        waking = threading.Timer(6, os.kill, (server, signal.SIGCONT))
        waking.start()
        connection.execute(text("INSERT INTO lines VALUES (:text)"), rows)
        assert not waking.is_alive() and connection.exec_driver_sql("SELECT count(*) FROM lines").scalar_one() == len(rows)
    database.dispose()
