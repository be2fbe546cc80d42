"""Guessing is slowed down whatever happens to Redis (FT-07)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import free_port
from deployed import Redis, program
from factories import SECRET, World
from redis import Redis as Client
from sqlalchemy import select

from quizapp.errors import TooMany, Unauthenticated
from quizapp.models.accounts import Account, Throttle
from quizapp.models.base import Database
from quizapp.services import accounts, caches, throttles
from quizapp.services.caches import Counts, Shelf

pytestmark = pytest.mark.skipif(not program("redis-server"), reason="Redis is not installed (apt install redis-server)")
MOST = throttles.FAILURES_PER_ACCOUNT


@pytest.fixture
def redis(tmp_path: Path, database: Database) -> Iterator[Redis]:
    made = Redis(tmp_path / "redis", free_port())
    made.start()
    database.carried["counts"] = Counts(Shelf(made.url, SECRET))
    yield made
    database.carried.clear()
    made.stop()


def fail(database: Database, clock, times: int = 1, login: str = "alice") -> None:
    for _ in range(times):
        with database.write() as session:
            throttles.count_failure(session, login, "203.0.113.9", clock())


def is_stopped(database: Database, clock, login: str = "alice") -> bool:
    with database.read() as session:
        try:
            throttles.check_throttle(session, throttles.throttle_keys(login, "203.0.113.9"), clock())
        except TooMany:
            return True
    return False


def rows(database: Database) -> int:
    with database.read() as session:
        return len(session.scalars(select(Throttle.key)).all())


def test_failures_are_counted_in_redis_and_leave_the_database_alone(database: Database, clock, redis: Redis):
    fail(database, clock, MOST - 1)
    assert not is_stopped(database, clock)
    fail(database, clock)
    assert is_stopped(database, clock) and not is_stopped(database, clock, "bob")
    assert rows(database) == 0
    clock.pass_(minutes=5)
    assert not is_stopped(database, clock)


def test_without_redis_the_database_counts_and_both_are_added_up(database: Database, clock, redis: Redis, monkeypatch):
    monkeypatch.setattr(caches, "REST", 0.0)  # it is asked again at once
    database.carried["counts"] = Counts(Shelf(redis.url, SECRET))
    fail(database, clock, MOST // 2)
    redis.stop()
    fail(database, clock, MOST // 2 - 1)
    assert rows(database) == 2 and not is_stopped(database, clock)
    redis.start()
    fail(database, clock, MOST // 2 + 1)
    assert is_stopped(database, clock), "what the database counted still counts"
    redis.stop()
    fail(database, clock, MOST // 2 + 1)
    assert is_stopped(database, clock), "without Redis the database is enough"


@pytest.mark.parametrize("spoil", ["full", "read-only"])
def test_a_redis_that_only_reads_lets_nobody_guess_for_ever(database: Database, clock, redis: Redis, monkeypatch, spoil: str):
    """Its counts can be read but not raised: every failure goes to the database, and is seen."""
    monkeypatch.setattr(caches, "REST", 0.0)
    database.carried["counts"] = Counts(Shelf(redis.url, SECRET))
    raw = Client.from_url(redis.url)
    if spoil == "full":
        raw.config_set("maxmemory-policy", "noeviction")
        raw.config_set("maxmemory", 1)
    else:
        raw.replicaof("127.0.0.1", 1)
    fail(database, clock, MOST)
    assert is_stopped(database, clock)


def test_an_emptied_redis_forgets_the_present_window_and_no_more(database: Database, clock, redis: Redis):
    fail(database, clock, MOST)
    Client.from_url(redis.url).flushall()
    assert not is_stopped(database, clock)
    fail(database, clock, MOST)
    assert is_stopped(database, clock)


@pytest.mark.parametrize("in_redis", [0, 2, 3], ids=["database", "both", "redis"])
def test_a_right_code_is_refused_where_too_many_were_wrong(world: World, redis: Redis, monkeypatch, in_redis: int):
    """The count is a condition of the statement that uses the code up: the code is as good as before, for later."""
    monkeypatch.setattr(throttles, "FAILURES_PER_ADDRESS", 3)
    database, clock, counts = world.database, world.clock, world.database.carried["counts"]
    with database.write() as session:
        found = session.scalars(select(Account).where(Account.login == "alice")).one()
        code = accounts.issue_code(session, SECRET, found, clock())
    fail(database, clock, in_redis)
    database.carried.clear()
    fail(database, clock, 3 - in_redis)
    database.carried["counts"] = counts

    def come_in(address: str) -> str:
        with database.write() as session:
            return str(accounts.sign_in_with_code(session, SECRET, code, address, clock())[0].login)

    with pytest.raises(TooMany):
        come_in("203.0.113.9")
    assert come_in("203.0.113.10") == "alice", "from elsewhere"
    with pytest.raises(TooMany):
        come_in("203.0.113.9")
    clock.pass_(minutes=5)
    with pytest.raises(Unauthenticated):
        come_in("203.0.113.9")
