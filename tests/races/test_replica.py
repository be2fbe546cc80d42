"""A pooler in between and a streaming replica, each with the settings of deploy/."""

import logging
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import NOON, SECRET, Postgres
from deployed import BINARIES, lacking
from large_shape import Shape
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from waiting import until

from quizapp import jobs
from quizapp.app import create_app
from quizapp.errors import Unavailable
from quizapp.models import postgresql, schema
from quizapp.models.base import Database
from quizapp.models.breaker import Breaker
from quizapp.settings import Settings
from quizapp.web.edge import board_db, finish_transaction, from_boards

NEEDED = ("pgbouncer", "redis-server", "nginx", "openssl")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("servers"),
    pytest.mark.skipif(bool(lacking(*NEEDED)), reason=lacking(*NEEDED)),
]


@pytest.fixture(scope="module")
def shape() -> Iterator[Shape]:
    with tempfile.TemporaryDirectory(prefix="quizapp-replica-") as folder, Shape(Path(folder)) as made:
        database = Database(made.pooler.url)
        schema.upgrade(database)
        database.dispose()
        yield made


@pytest.fixture
def database(shape: Shape) -> Iterator[Database]:
    """As a host has it; the jobs have just run and the replica knows."""
    shape.primary.sql("DELETE FROM job_runs", "quizapp")
    made = shape.database()
    beat(shape, made, NOON)
    yield made
    made.dispose()


def beat(shape: Shape, database: Database, now: int) -> None:
    """What the jobs do every three seconds."""
    assert jobs.claim(database, "overdue", jobs.OVERDUE_EVERY, now)
    until(lambda: has_all(shape), "the replica has it too")


def has_all(shape: Shape) -> bool:
    at = shape.primary.sql("SELECT pg_current_wal_lsn()")
    return shape.replica.sql(f"SELECT pg_last_wal_replay_lsn() >= '{at}'") == "t"


def asks_replica(database: Database, now: int = NOON) -> bool:
    with database.replica(now) as session:
        return bool(session.scalar(text("SELECT pg_is_in_recovery()")))


def test_a_pooler_is_told_apart_from_a_server_and_nothing_is_prepared_behind_it(shape: Shape):
    for url, pooled in ((shape.pooler.url, True), (shape.primary.url("quizapp"), False)):
        database = Database(url)
        with database.reader.connect() as connection:
            assert postgresql.is_pooled(connection) is pooled
            assert (connection.connection.dbapi_connection.prepare_threshold is None) is pooled
            for _ in range(20):
                connection.exec_driver_sql("SELECT 1")
            prepared = connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one()
            assert (prepared == 0) is pooled
        database.dispose()


def test_behind_a_pooler_backup_and_restore_refuse(shape: Shape, tmp_path: Path):
    kept = tmp_path / "backup"
    database = Database(shape.pooler.url)
    with pytest.raises(Unavailable, match="连接池"):
        database.backup(str(kept))
    assert not kept.exists()
    with pytest.raises(Unavailable, match="连接池"):
        database.restore(str(kept))
    database.dispose()
    done = shape.quizapp("backup", str(kept))
    assert done.returncode == 1 and "连接池" in done.stderr and len(done.stderr.splitlines()) == 1 and not kept.exists()
    direct = shape.pooler.url.replace(str(shape.pooler.port), str(shape.primary.port))
    done = shape.quizapp("backup", str(kept), QUIZAPP_DATABASE_URL=direct, PATH=f"{BINARIES}:{Path(shutil.which('true')).parent}")
    assert done.returncode == 0 and kept.stat().st_size > 0, done.stderr


def test_boards_are_read_from_the_replica_as_of_one_moment_and_cannot_write(shape: Shape, database: Database):
    with database.replica(NOON) as session:
        assert session.scalar(text("SELECT pg_is_in_recovery()"))
        assert session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
        before = session.scalar(text("SELECT max(due_at) FROM job_runs"))
        beat(shape, database, NOON + jobs.OVERDUE_EVERY)
        assert session.scalar(text("SELECT max(due_at) FROM job_runs")) == before
        with pytest.raises(DBAPIError, match="read-only"):
            session.execute(text("DELETE FROM job_runs"))


def test_without_a_replica_it_is_a_snapshot_of_the_primary_all_the_same(shape: Shape):
    database = Database(shape.pooler.url)
    with database.replica(NOON) as session:
        assert not session.scalar(text("SELECT pg_is_in_recovery()"))
        assert session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
        with pytest.raises(DBAPIError, match="read-only"):
            session.execute(text("DELETE FROM job_runs"))
    with database.read() as session:
        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"
    database.dispose()


def test_a_replica_that_no_longer_follows_is_not_read(shape: Shape, database: Database):
    assert asks_replica(database)
    shape.replica.sql("SELECT pg_wal_replay_pause()")
    try:
        late = NOON + jobs.OVERDUE_EVERY + postgresql.BEHIND
        assert asks_replica(database, late + 1), "nobody has run the jobs, so there is nothing that it could not know"
        assert jobs.claim(database, "overdue", jobs.OVERDUE_EVERY, late)
        assert asks_replica(database, late - 1) and not asks_replica(database, late + 1)
    finally:
        shape.replica.sql("SELECT pg_wal_replay_resume()")


def test_a_replica_that_is_away_is_left_alone_for_a_while_and_used_again(shape: Shape, database: Database, caplog):
    database._replica._breaker = breaker = Breaker("the replica", 60)
    shape.replica.stop("immediate")
    try:
        began = time.monotonic()
        assert not any(asks_replica(database) for _ in range(100)), "the primary answers"
        assert time.monotonic() - began < 8, "a pooler says within seconds that its server is away"
    finally:
        shape.replica.start()
    breaker._rest, breaker._until = 0.3, 0  # the minute is over
    until(lambda: asks_replica(database), "the replica is read again", 20)
    told = [record.message for record in caplog.records if record.name == "quizapp.outside"]
    assert len(told) == 2 and "left alone" in told[0] and "back" in told[1]


def test_without_a_primary_the_replica_is_read_however_old_it_is(shape: Shape):
    gone = Database(shape.pooler.url.replace(str(shape.pooler.port), "9"), replica_url=shape.other_pooler.url)
    began = time.monotonic()
    assert all(asks_replica(gone, NOON + 3_600_000) for _ in range(20))
    assert time.monotonic() - began < 5
    gone.dispose()


def test_who_reads_boards_while_the_replica_goes_away_does_not_notice(shape: Shape, database: Database):
    """Its connections end one after another: the next one may still answer the question whether it follows, and be gone by the next."""
    app = create_app(Settings(database_url=database.url, secret_key=SECRET), lambda: NOON, database=database)
    own, asked = text("SELECT pg_backend_pid()"), []

    def work() -> int:
        asked.append(board_db().scalar(text("SELECT pg_is_in_recovery()")))
        if asked[-1]:
            shape.replica.sql(f"SELECT pg_terminate_backend({board_db().scalar(own)})")
        return int(board_db().scalar(own))

    with app.test_request_context():
        app.preprocess_request()
        assert from_boards(work) and asked == [True, False]
    with app.test_request_context():
        app.preprocess_request()
        database._replica._breaker = Breaker("the replica", 60)
        shape.replica.sql(f"SELECT pg_terminate_backend({board_db().scalar(own)})")
        finish_transaction(commit=True)  # all was read: nothing is missing
        assert board_db().scalar(text("SELECT pg_is_in_recovery()")), "one lost connection is no lost replica"
        finish_transaction(commit=True)
    assert database._replica.engine.pool.checkedout() == 0


def test_a_commit_whose_server_goes_away_behind_the_pooler_is_to_be_tried_again(shape: Shape, database: Database):
    with database.writing() as session:
        shape.primary.sql(f"SELECT pg_terminate_backend({session.scalar(text('SELECT pg_backend_pid()'))})")
        with pytest.raises(DBAPIError) as told:
            session.commit()
    assert database.is_away(told.value)
    assert database.writer.pool.checkedout() == 0


def test_while_it_rests_nobody_asks_it(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    breaker = Breaker("something", 60)
    assert breaker.lets_through() and breaker.lets_through()
    breaker.failed("away")
    breaker.failed("away")
    assert not breaker.lets_through() and len(caplog.records) == 1
    breaker = Breaker("something", 0)
    breaker.failed("away")
    assert breaker.lets_through()
    breaker.worked()
    assert breaker.lets_through()


def test_settings_that_lose_answers_are_told_at_the_start(shape: Shape, postgres: Postgres):
    """FT-03. The tests' own server has fsync off; the one of deploy/ has nothing to be told."""
    plain, deployed, pooled = Database(postgres.url()), Database(shape.primary.url("quizapp")), Database(shape.pooler.url)
    assert plain.weak_settings(1000) == {"fsync": "off", "max_connections": "300"}
    assert plain.weak_settings(300) == {"fsync": "off"}
    assert deployed.weak_settings(20) == {} and deployed.weak_settings(1000) == {"max_connections": "100"}
    assert pooled.weak_settings(1000) == {}, "a pooler shares them out"
    shape.primary.sql("ALTER DATABASE quizapp SET synchronous_commit = off")
    pooled.dispose()
    deployed.dispose()
    assert deployed.weak_settings(20) == {"synchronous_commit": "off"}
    shape.primary.sql("ALTER DATABASE quizapp RESET synchronous_commit")
    for one in (plain, deployed, pooled):
        one.dispose()


def test_serve_warns_in_one_line_each(shape: Shape):
    direct = shape.primary.url("quizapp")
    shape.primary.sql("ALTER DATABASE quizapp SET synchronous_commit = off")
    try:
        done: subprocess.CompletedProcess[str] = shape.quizapp(
            "serve", "--workers", "20", "--port", str(shape.primary.port), QUIZAPP_DATABASE_URL=direct
        )  # the port is taken, so it ends by itself
    finally:
        shape.primary.sql("ALTER DATABASE quizapp RESET synchronous_commit")
    warned = [line for line in done.stderr.splitlines() if line.startswith("警告：PostgreSQL 的 ")]
    assert done.returncode == 1 and len(warned) == 2 == len(done.stderr.splitlines()) - 1
    assert "synchronous_commit = off" in warned[0] and "max_connections = 100" in warned[1]
