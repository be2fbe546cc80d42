"""A backup taken while others write comes back whole on an empty machine, on both engines."""

from pathlib import Path

import pytest
from factories import World, right_answers
from sqlalchemy import text

from quizapp.errors import BadFile, Unavailable
from quizapp.models.base import Database
from quizapp.services import contests, people_results
from quizapp.services.audit import CLI


def ranking(database: Database) -> list[tuple[int, str, int, int]]:
    with database.replica(0) as session:
        rows = people_results.people(session, contests.find_contest(session, "june"))
        return [(row.place, row.name, row.points, row.time_ms) for row in rows]


@pytest.fixture
def empty(database: Database, tmp_path: Path, request: pytest.FixtureRequest):
    """Another database of the same engine, with nothing in it."""
    if database.url.startswith("sqlite"):
        made = Database(f"sqlite:///{tmp_path / 'elsewhere' / 'quizapp.db'}")
        (tmp_path / "elsewhere").mkdir()
        yield made
        made.dispose()
        return
    postgres = request.getfixturevalue("postgres")
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE elsewhere"))
    made = Database(postgres.socket_url("elsewhere"))
    yield made
    made.dispose()
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE elsewhere"))


def test_a_backup_comes_back_whole(world: World, sign_in, empty: Database, tmp_path: Path) -> None:
    for login, wrong in (("alice", 1), ("bob", 0)):
        sign_in(login).sit(wrong=wrong)
    carol = sign_in("carol")
    sitting = carol.start()
    assert carol.save(sitting, right_answers(sitting)).status_code == 200
    file = tmp_path / "backup"
    with world.database.writing() as session:  # somebody is in the middle of writing
        contests.pause_contest(session, CLI, "june", True, world.clock())
        session.flush()
        world.database.backup(str(file))
        session.rollback()
    empty.restore(str(file))
    assert ranking(empty) == ranking(world.database)
    with empty.read() as session:
        kept = session.execute(text("SELECT answers FROM sittings WHERE state = 'open'")).scalar()
        assert "主要负责人" in str(kept)
        assert not contests.find_contest(session, "june").paused


def test_what_is_no_backup_changes_nothing(world: World, tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"junk")
    with pytest.raises((BadFile, Unavailable)):
        world.database.restore(str(tmp_path / "junk"))
    with world.database.read() as session:
        assert contests.find_contest(session, "june").rules.slug == "june"
