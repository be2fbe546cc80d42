"""How the database finds the row of a save: by its key, however many sit and however little is known of the table."""

from typing import Any

import pytest
from factories import World
from sitters import People
from sqlalchemy import func, select, text, update
from waiting import until

from quizapp import jobs
from quizapp.models.sittings import Sitting
from quizapp.models.standings import JobRun
from quizapp.services import accounts, saves, starts

MANY = 130


def way(world: World, sitting: dict[str, Any], token: str) -> str:
    """What the database says of how it finds the sitting."""
    contest, inner = sitting["id"].split("-")
    engine = world.database.direct.engine
    given = {"contest": int(contest), "id": inner, "token": token, "now": world.clock(), "key": "k", "revision": 0, "only": 1}
    explain = "EXPLAIN QUERY PLAN " if engine == "sqlite" else "EXPLAIN "
    statement = explain + saves._driver_statement(engine, 1)
    with world.database.writer.connect() as connection:
        rows = connection.execute(text(statement), given | saves._values(engine, {"1": ["A"]})).fetchall()
    return "\n".join(str(row[-1]) for row in rows if "sittings" in str(row[-1]))


def is_by_key(told: str) -> bool:
    return "pk_sittings" in told or "sqlite_autoindex_sittings_1 (contest_id=? AND id=?)" in told


@pytest.fixture
def crowd(world: World) -> list[tuple[str, dict[str, Any]]]:
    """(token, sitting) of many who have just started."""
    made = []
    for n in range(MANY):
        world.add_account(f"c{n}")
        token = accounts.fingerprint(world.token(f"c{n}"))
        with world.database.write() as session:
            made.append((token, starts.start_sitting(session, "june", token, world.clock())[0]))
    return made


def known(world: World) -> float:
    """Rows of the table as the database knows them."""
    with world.database.read() as session:
        return session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'sittings'")) or 0


def test_a_job_tells_the_database_how_many_sit(world: World, crowd):
    """Its own daemon comes once a minute: until then any index of the contest looked as good as the key, and a save could go
    through every sitting there is."""
    token, sitting = crowd[0]
    if world.database.direct.engine == "postgresql":
        assert known(world) < MANY

        def look() -> bool:
            world.clock.pass_(seconds=6)
            jobs.run_due(world.database, world.clock())
            return known(world) >= MANY

        until(look, "PostgreSQL knows of them")
    assert is_by_key(way(world, sitting, token))


def test_where_nothing_has_grown_the_job_writes_nothing(world: World):
    with world.database.write() as session:
        session.execute(text("ANALYZE"))
    for _ in range(3):
        world.clock.pass_(seconds=6)
        jobs.look_at_tables(world.database, world.clock())
    with world.database.read() as session:
        assert session.scalar(select(JobRun.name).where(JobRun.name == "tables")) is None


def test_the_index_of_open_sittings_is_not_for_saves(world: World, crowd):
    """Where nobody sat when PostgreSQL last looked it takes that index for empty; then thousands start."""
    with world.database.write() as session:
        session.execute(update(Sitting).values(state="handed_in", finished_at=0, points=0))
    with world.database.write() as session:
        session.execute(text("ANALYZE"))
    alice = People(world)
    told = way(world, alice.start(), alice.tokens["alice"])
    with world.database.read() as session:
        assert session.scalar(select(func.count()).where(Sitting.state == "open")) == 1
    assert is_by_key(told), told
