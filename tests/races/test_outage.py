"""PostgreSQL goes away in the middle and comes back: no false success, nothing acknowledged is lost, no hand work."""

import tempfile
from pathlib import Path

import pytest
from conftest import BINARIES, Postgres
from factories import SECRET, Client, World, right_answers

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
