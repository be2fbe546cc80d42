"""Simultaneous starts: the limit lives in the database. Each protection is also taken away, to see the race lost without it."""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from factories import World
from servers import at_once
from sqlalchemy import Engine, create_engine, event, func, select, text
from sqlalchemy.orm import sessionmaker

from quizapp.app import create_app
from quizapp.models.base import Database
from quizapp.models.engines import QueuedConnection
from quizapp.models.sittings import Sitting
from quizapp.rules.contests import Limits
from quizapp.rules.timing import contest_day

pytestmark = pytest.mark.slow
AT_ONCE = 50


@dataclass
class Outcome:
    """What became of a race: replies by status, and the most sittings that anybody has on a day."""

    replies: Counter[int]
    sittings: int
    worst: int

    def is_kept(self, people: int) -> bool:
        """One sitting per entry and day, and no reply that a contestant should not see."""
        return self.worst == 1 and self.sittings == people and set(self.replies) <= {200, 201, 403}


@pytest.fixture
def wide(database: Database) -> Iterator[Database]:
    """The same database with room for every thread."""
    made = Database(database.url, pool_size=AT_ONCE)
    yield made
    made.dispose()


def contestants(world: World, count: int) -> list[str]:
    world.apply(limits=Limits(per_day=1))
    logins = [f"person{n:02d}" for n in range(count)]
    for login in logins:
        world.add_account(login)
    return [world.token(login) for login in logins]


def race(database: Database, world: World, settings: Any, tokens: Sequence[str]) -> Outcome:
    """Everybody starts from AT_ONCE devices at the same moment, one person after the other; today's sittings are counted."""
    app = create_app(settings, world.clock, database=database)
    gate = threading.Barrier(AT_ONCE)

    def device() -> list[int]:
        client = app.test_client(use_cookies=False)
        statuses = []
        for token in tokens:
            gate.wait(60)
            reply = client.post("/api/v1/contests/june/sittings", json={}, headers={"Authorization": f"Bearer {token}"})
            statuses.append(reply.status_code)
        return statuses

    replies = Counter(status for statuses in at_once([device] * AT_ONCE) for status in statuses)
    with world.database.read() as session:
        today = contest_day("Asia/Shanghai", world.clock())
        made = select(func.count()).select_from(Sitting).where(Sitting.day == today)
        counts = list(session.scalars(made.group_by(Sitting.entry_id)))
    return Outcome(replies, sum(counts), max(counts, default=0))


def sit_all(database: Database, world: World, settings: Any, tokens: Sequence[str]) -> None:
    """Everybody has an entry and a sitting of today that is handed in."""
    client = create_app(settings, world.clock, database=database).test_client(use_cookies=False)
    for token in tokens:
        headers = {"Authorization": f"Bearer {token}"}
        sitting = client.post("/api/v1/contests/june/sittings", json={}, headers=headers).json["id"]
        assert client.post(f"/api/v1/sittings/{sitting}/submission", json={}, headers=headers).status_code == 200


def test_a_thousand_simultaneous_starts_make_one_sitting_each(wide: Database, world: World, settings):
    tokens = contestants(world, 20)
    first = race(wide, world, settings, tokens[:3])  # none of them has an entry yet: it is made in the race
    assert first.is_kept(3) and first.replies == {201: 3, 200: 147}, first
    sit_all(wide, world, settings, tokens)
    world.clock.pass_(days=1)
    outcome = race(wide, world, settings, tokens)
    assert outcome.is_kept(20) and outcome.replies == {201: 20, 200: 980}, outcome
    sit_all(wide, world, settings, tokens)
    again = race(wide, world, settings, tokens[:3])
    assert again.is_kept(20) and again.replies == {403: 150}, again


def drop_limits(database: Database) -> None:
    """The sittings' table without any unique number but its primary key."""
    with database.writer.begin() as connection:
        connection.exec_driver_sql("DROP INDEX uq_sittings_open")
        if connection.dialect.name == "postgresql":
            names = connection.exec_driver_sql(
                "SELECT conname FROM pg_constraint WHERE conrelid = 'sittings'::regclass AND contype = 'u'"
            )
            for name in names.scalars().all():
                connection.exec_driver_sql(f"ALTER TABLE sittings DROP CONSTRAINT {name}")
            return
        table = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'sittings'").scalar_one()
        bare, dropped = re.subn(r",\s*CONSTRAINT uq_\w+ UNIQUE \([^)]*\)", "", table)
        assert dropped == 2
        connection.exec_driver_sql("DROP TABLE sittings")
        connection.exec_driver_sql(bare)


@pytest.fixture
def unlimited(database: Database) -> Iterator[Database]:
    """The wide database without the limits; afterwards they are there again."""
    definitions: list[str] = []
    if database.writer.dialect.name == "postgresql":
        with database.reader.connect() as connection:
            definitions = list(
                connection.exec_driver_sql(
                    "SELECT 'ALTER TABLE sittings ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid)"
                    " FROM pg_constraint WHERE conrelid = 'sittings'::regclass AND contype = 'u'"
                    " UNION ALL SELECT indexdef FROM pg_indexes WHERE indexname = 'uq_sittings_open'"
                ).scalars()
            )
        assert len(definitions) == 3
    drop_limits(database)
    made = Database(database.url, pool_size=AT_ONCE)
    yield made
    made.dispose()
    with database.writer.begin() as connection:
        if definitions:
            connection.exec_driver_sql("TRUNCATE sittings CASCADE")
        for definition in definitions:
            connection.execute(text(definition))


def unqueued(url: str, begin: str) -> Engine:
    """An SQLite engine that waits in no queue and begins as told, or never."""
    engine = create_engine(
        url, connect_args={"factory": QueuedConnection, "timeout": 5}, pool_size=AT_ONCE, max_overflow=AT_ONCE
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None

    if begin:
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def write_unqueued(database: Database, begin: str) -> None:
    database.writer.dispose()
    database.writer = unqueued(database.url, begin)
    database._write = database._at_once = sessionmaker(database.writer, expire_on_commit=False)


def entered(database: Database, world: World, settings: Any) -> list[str]:
    """Five people who sat yesterday: making an entry is a queue in itself, so only those who have one really race."""
    tokens = contestants(world, 5)
    sit_all(database, world, settings, tokens)
    world.clock.pass_(days=1)
    return tokens


def test_without_the_constraint_the_race_is_lost(unlimited: Database, world: World, settings):
    tokens = entered(unlimited, world, settings)
    if unlimited.writer.dialect.name == "sqlite":
        write_unqueued(unlimited, "")
    outcome = race(unlimited, world, settings, tokens)
    print(outcome)
    assert not outcome.is_kept(5)
    assert outcome.worst > 1 and outcome.sittings > 5, outcome


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_with_a_plain_begin_the_database_is_locked(unlimited: Database, world: World, settings):
    tokens = entered(unlimited, world, settings)
    write_unqueued(unlimited, "BEGIN")
    outcome = race(unlimited, world, settings, tokens)
    print(outcome)
    assert not outcome.is_kept(5)
    assert outcome.replies[503] > 0, outcome
