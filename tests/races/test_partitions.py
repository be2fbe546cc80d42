"""`sittings` partitioned by contest (deploy/partitions.sql): the product, its limits and its races do not notice."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import SECRET, Postgres
from devices import Device, together
from factories import HOUR, World, right_answers
from servers import new_postgres_database

from quizapp import jobs
from quizapp.app import create_app
from quizapp.errors import Unavailable
from quizapp.models import schema
from quizapp.models.base import Database
from quizapp.rules.contests import Limits
from quizapp.services.contests import find_contest
from quizapp.services.people_results import people
from quizapp.settings import Settings

pytestmark = pytest.mark.slow
SQL = Path(__file__).parents[2] / "deploy" / "partitions.sql"
CONTESTS = ["june", "july"]  # with a partition of its own, and without
DEFINITIONS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'sittings'::regclass
UNION ALL SELECT relname, replace(pg_get_indexdef(indexrelid), ' ONLY ', ' ') FROM pg_index JOIN pg_class ON oid = indexrelid
WHERE indrelid = 'sittings'::regclass ORDER BY 1, 2"""
HELD = "SELECT tableoid::regclass::text, count(*) FROM sittings GROUP BY 1 ORDER BY 1"


def ask(database: Database, statement: str) -> list[Any]:
    with database.writer.begin() as connection:
        found = connection.execution_options(no_parameters=True).exec_driver_sql(statement)
        return [tuple(row) for row in found] if found.returns_rows else []


def names(database: Database) -> list[str]:
    return [name for name, _ in ask(database, DEFINITIONS)]


@pytest.fixture
def plain(postgres: Postgres, clock) -> Iterator[World]:
    """June and July in a database of their own; Bob has sat in both. Nothing is partitioned yet."""
    database = Database(new_postgres_database(postgres, "partitions"), pool_size=20)
    schema.upgrade(database)
    made = World.make(database, clock, limits=Limits(per_day=2))
    made.apply(slug="july", limits=Limits(per_day=2))
    for slug in CONTESTS:
        sit(made, slug, "bob")
    yield made
    database.dispose()


@pytest.fixture
def partitioned(plain: World) -> World:
    ask(plain.database, SQL.read_text("utf-8"))
    assert ask(plain.database, "SELECT partition_contest('june')") == [(1,)]
    return plain


def device_of(world: World, login: str) -> Device:
    settings = Settings(database_url=world.database.url, secret_key=SECRET)
    return Device(create_app(settings, world.clock, database=world.database), world.token(login))


def begin(device: Device, slug: str) -> tuple[int, dict[str, Any]]:
    return device.call("POST", f"/contests/{slug}/sittings", {})


def sit(world: World, slug: str, login: str) -> dict[str, Any]:
    device = device_of(world, login)
    status, sitting = begin(device, slug)
    assert status == 201, sitting
    for revision, (position, answer) in enumerate(right_answers(sitting).items()):
        assert device.save(sitting, {position: answer}, revision, f"k{revision}")[0] == 200
    status, result = device.hand_in(sitting)
    assert status == 200 and result["score"]["points"] == result["score"]["of"], result
    return sitting


def test_keys_and_indexes_are_those_of_the_plain_table(plain: World):
    before = ask(plain.database, DEFINITIONS)
    ask(plain.database, SQL.read_text("utf-8"))
    ask(plain.database, "SELECT partition_sittings()")
    assert ask(plain.database, DEFINITIONS) == before and len(before) > 10
    assert ask(plain.database, HELD) == [("sittings_default", 2)]


def test_what_was_there_is_moved_and_stays_what_it_was(partitioned: World):
    assert ask(partitioned.database, HELD) == [("sittings_1", 1), ("sittings_default", 1)]
    assert ask(partitioned.database, "SELECT partition_contest('june')") == [(0,)]  # once more does nothing
    partitioned.clock.pass_(hours=1)
    for slug in CONTESTS:
        with partitioned.database.replica(partitioned.clock()) as session:
            contest = find_contest(session, slug)
            then = list(people(session, contest, as_of=partitioned.clock() - HOUR // 2))
            assert then == list(people(session, contest)) and [row.name for row in then] == ["Bob"]
        sit(partitioned, slug, "alice")
    assert ask(partitioned.database, HELD) == [("sittings_1", 2), ("sittings_default", 2)]


@pytest.mark.parametrize("slug", CONTESTS)
def test_of_simultaneous_starts_one_is_made_and_the_limit_holds(partitioned: World, slug: str):
    devices = [device_of(partitioned, "alice") for _ in range(12)]
    for number in range(2):
        replies = together(*(lambda d=d: begin(d, slug) for d in devices))
        assert sorted(status for status, _ in replies) == [200] * 11 + [201], replies
        assert len({reply["id"] for _, reply in replies}) == 1
        assert {reply["attempt_no"] for _, reply in replies} == {number + 1}
        assert devices[0].hand_in(replies[0][1])[0] == 200
    assert {status for status, _ in together(*(lambda d=d: begin(d, slug) for d in devices))} == {403}


@pytest.mark.parametrize("slug", CONTESTS)
def test_of_saves_and_hand_ins_at_once_nothing_is_lost(partitioned: World, slug: str):
    devices = [device_of(partitioned, "alice") for _ in range(4)]
    sitting = begin(devices[0], slug)[1]
    for revision in range(10):
        work: list[Callable[[], Any]] = [
            lambda n=n, d=d, r=revision: d.save(sitting, {"7": f"{r}-{n}"}, r, f"{r}-{n}") for n, d in enumerate(devices)
        ]
        assert sorted(status for status, _ in together(*work)) == [200, 409, 409, 409]
    handed = together(*(lambda d=d: d.hand_in(sitting) for d in devices))
    assert {status for status, _ in handed} == {200} and len({str(reply) for _, reply in handed}) == 1
    assert ask(partitioned.database, "SELECT max(sittings) FROM standings") == [(1,)]


def test_the_deadline_is_kept_in_every_partition(partitioned: World):
    alice = device_of(partitioned, "alice")
    open_now = [begin(alice, slug)[1] for slug in CONTESTS]
    partitioned.clock.pass_(hours=1)
    jobs.finish_overdue(partitioned.database, SECRET, partitioned.clock())
    assert [alice.look(sitting)["state"] for sitting in open_now] == ["handed_in"] * 2


def test_a_contest_is_taken_away_alone(partitioned: World):
    ask(partitioned.database, "DROP TABLE sittings_1")
    assert ask(partitioned.database, HELD) == [("sittings_default", 1)]
    sit(partitioned, "july", "alice")
    sit(partitioned, "june", "alice")  # whoever comes late is kept with those that have no partition
    assert ask(partitioned.database, HELD) == [("sittings_default", 3)]


def test_a_backup_is_restored_into_an_empty_database(partitioned: World, postgres: Postgres, tmp_path: Path):
    stored = "SELECT * FROM sittings ORDER BY id"
    kept, held = ask(partitioned.database, stored), ask(partitioned.database, HELD)
    partitioned.database.backup(str(tmp_path / "backup"))
    fresh = Database(new_postgres_database(postgres, "restored"))
    fresh.restore(str(tmp_path / "backup"))
    assert (ask(fresh, stored), ask(fresh, HELD), names(fresh)) == (kept, held, names(partitioned.database))
    sit(World(fresh, partitioned.clock, partitioned.contest), "june", "alice")
    with pytest.raises(Unavailable):  # pg_restore cannot clean partitions away; what is there stays
        fresh.restore(str(tmp_path / "backup"))
    assert ask(fresh, HELD) == [("sittings_1", 2), ("sittings_default", 1)]
    fresh.dispose()
