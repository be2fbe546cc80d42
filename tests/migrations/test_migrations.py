"""Migrations end at what the models say, and every step goes up and down with rows in it, on both engines (MB-01 to MB-04, MB-11)."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from conftest import SECRET
from factories import rules

from quizapp.app import create_app
from quizapp.models import Base, schema
from quizapp.models.base import Database
from quizapp.rules.contests import Board, BoardRules, Door, EntryRules
from quizapp.rules.counting import Counting, Span
from quizapp.rules.marking import Marking, MultipleMarking
from quizapp.rules.scoring import Scoring
from quizapp.rules.units import Metric, UnitRules
from quizapp.services.contests import STORED, find_contest
from quizapp.settings import BadSettings, Settings

ROWS = 3
RULES = {  # as the newest step leaves them, and 0005 had them
    "slug": "june", "scoring": {"marking": {"multiple": "half"}}, "counting": {"take": "best", "each": "day"},
}  # fmt: skip
OLD_RULES = {"slug": "june", "marking": {"multiple": "half"}, "counts": "sum_of_days"}
NULL = object()
OVER: dict[str, dict[str, Any]] = {  # what check constraints ask of single columns, and what steps look into
    "accounts": {"role": "contestant"},
    "chances": {"kind": "share"},
    "contests": {"opens_at": 1, "last_start": 2, "closes_at": 3, "rules": RULES},
    "exports": {"state": "done"},
    "extra_times": {"entry_id": NULL},
    "printed_papers": {"second_by": NULL},
    "sittings": {
        "state": "handed_in", "attempt_no": None, "day_no": None, "paper": {"banks": {}, "items": [[0], [1]]}, "total": 2, "valid": True,
    },
}  # fmt: skip
REWRITTEN = {("0006", "contests"): {"rules"}}  # what a step says in other words, there and back


class Empty:
    """Databases without a table, on one engine."""

    def __init__(self, folder: Path, server: Any) -> None:
        self._folder, self._server = folder, server
        self._made: list[Database] = []

    def __call__(self) -> Database:
        name = f"migrations{len(self._made)}"
        if self._server is None:
            url = f"sqlite:///{self._folder / name}.db"
        else:
            engine = sa.create_engine(self._server.url(), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
            engine.dispose()
            url = self._server.url(name)
        self._made.append(Database(url))
        return self._made[-1]

    def dispose(self) -> None:
        for database in self._made:
            database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Empty]:
    made = Empty(tmp_path, request.getfixturevalue("postgres") if request.param == "postgresql" else None)
    yield made
    made.dispose()


def steps(folder: Path = schema.MIGRATIONS) -> list[str]:
    """The revisions, the oldest first."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    return [script.revision for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))]


def test_the_numbers_of_the_migrations_are_their_order():
    assert steps()[-1] == schema.head() and steps() == sorted(steps())


def test_upgraded_to_head_there_is_no_difference_to_the_models(empty: Empty):
    database = empty()
    schema.upgrade(database)
    assert schema.current(database) == schema.head()
    with database.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def definitions(database: Database) -> dict[str, Any]:
    """Everything that the engine itself says of its tables, checks and partial indexes too, in an order that does not matter."""
    with database.reader.connect() as connection:
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(
                "SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'"
            ).all()
            return {name: sorted(parts_of(sql)) for name, sql in map(tidied, rows)}
        queries = (
            "SELECT 'column ' || table_name || '.' || column_name, concat_ws(' ', udt_name, character_maximum_length,"
            " is_nullable, column_default, is_identity) FROM information_schema.columns WHERE table_schema = 'public'",
            "SELECT 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace",
            "SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        )
        found = {row[0]: row[1] for query in queries for row in connection.exec_driver_sql(query)}
        return {name: said for name, said in found.items() if "alembic_version" not in name}


def tidied(row: Any) -> tuple[str, str]:
    """SQLite keeps the text of the statement: quotes and blanks say nothing."""
    return row[0], re.sub(r"[ \t]+", " ", row[1].replace('"', "")).replace("( ", "(").replace("\n ", "\n")


def parts_of(sql: str) -> list[str]:
    """What a statement lists between its outer parentheses, with what stands around them; a column added later is in the same line."""
    parts, depth = [""], 0
    for letter in sql:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if (letter, depth) in ((",", 1), ("(", 1), (")", 0)):
            parts.append("")
        else:
            parts[-1] += letter
    return [" ".join(part.split()) for part in parts]


def test_the_engine_tells_the_same_of_migrated_and_of_made_tables(empty: Empty):
    migrated, made = empty(), empty()
    schema.upgrade(migrated)
    with made.writer.begin() as connection:
        Base.metadata.create_all(connection)
    assert definitions(migrated) == definitions(made)


def fill(database: Database) -> None:
    """A few rows in every table; those of a table refer to those of the tables before it."""
    made: dict[str, list[dict[str, Any]]] = {}
    with database.writer.begin() as connection:
        for table in Base.metadata.sorted_tables:
            made[table.name] = [row_for(table, number, made) for number in range(ROWS)]
            connection.execute(table.insert(), made[table.name])


def row_for(table: sa.Table, number: int, made: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    row = {column.name: value_for(column, number) for column in table.columns}
    row |= {name: number + 1 if value is None else None if value is NULL else value for name, value in OVER.get(table.name, {}).items()}
    for constraint in table.foreign_key_constraints:
        parents = made.get(constraint.referred_table.name)
        for element in constraint.elements:
            if parents is None:  # of the same table, not there yet
                row[element.parent.name] = None
            else:
                row[element.parent.name] = parents[number][element.column.name]
    return row


def value_for(column: sa.Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, sa.Uuid):
        return f"0196f0c0-0000-7000-8000-{number:012d}"
    if isinstance(kind, sa.Boolean):
        return number % 2 == 0
    if isinstance(kind, sa.BigInteger):
        return number + 1 if column.primary_key else 1_780_286_400_000 + number
    if isinstance(kind, sa.Integer):
        return number + 1
    if isinstance(kind, sa.LargeBinary):
        return bytes([0, 255, number])
    if isinstance(kind, sa.JSON):
        return {"键": [number, "值", None]}
    return f"第{number}行，“引号”𬬭"[: kind.length or 40] if isinstance(kind, sa.String) else None


def snapshot(database: Database) -> dict[str, tuple[list[str], list[dict[str, Any]]]]:
    """Every table as it is, by reflection: its columns and its rows."""
    found = {}
    with database.reader.connect() as connection:
        metadata = sa.MetaData()
        metadata.reflect(connection)
        for table in metadata.sorted_tables:
            if table.name == "alembic_version":
                continue
            rows = [dict(row._mapping) for row in connection.execute(sa.select(table))]
            found[table.name] = ([column.name for column in table.columns], rows)
    return found


def lost(before: dict[str, Any], after: dict[str, Any], step: str = "") -> list[str]:
    """Tables of both moments whose rows differ in a column of both, but for those that the step rewrites."""
    different = []
    for name in before.keys() & after.keys():
        columns = sorted((set(before[name][0]) & set(after[name][0])) - REWRITTEN.get((step, name), set()))
        rows = [
            sorted(orjson.dumps([row[column] for column in columns], default=repr) for row in state[name][1])
            for state in (before, after)
        ]
        if rows[0] != rows[1]:
            different.append(name)
    return different


def test_every_step_goes_down_and_up_and_down_with_rows_in_it(empty: Empty):
    database = empty()
    schema.upgrade(database)
    fill(database)
    assert all(len(rows) == ROWS for _, rows in snapshot(database).values())
    revisions = steps()
    for number in range(len(revisions) - 1, -1, -1):
        below = revisions[number - 1] if number else "base"
        here = definitions(database)
        full = snapshot(database)
        schema.downgrade(database, below)
        kept = snapshot(database)
        assert not lost(full, kept, revisions[number]), f"down from {revisions[number]}"
        schema.upgrade(database, revisions[number])
        assert definitions(database) == here, f"up to {revisions[number]}"
        back = snapshot(database)
        assert not lost(kept, back, revisions[number]), f"up to {revisions[number]}"
        for (step, table), columns in REWRITTEN.items():
            for name in columns if step == revisions[number] else ():
                assert [row[name] for row in back[table][1]] == [row[name] for row in full[table][1]]
        schema.downgrade(database, below)
    assert schema.current(database) is None and snapshot(database) == {}
    schema.upgrade(database)
    fill(database)


def test_rules_are_said_in_the_new_words_and_new_columns_tell_what_is_there(empty: Empty):
    database = empty()
    schema.upgrade(database)
    fill(database)
    schema.downgrade(database, "0005")
    old = [{"slug": "plain"}, {"counts": "last"}, {"counts": "best", "marking": {"multiple": "exact"}}]
    assert [row["rules"] for row in snapshot(database)["contests"][1]] == [OLD_RULES] * ROWS
    contests = sa.table("contests", sa.column("id"), sa.column("rules", sa.JSON))
    shares = sa.table("unit_shares", sa.column("contest_id"), sa.column("points"), sa.column("people"), sa.column("sittings"))
    with database.writer.begin() as connection:
        for contest_id, rules in zip((1, 2, 3), old, strict=True):
            connection.execute(sa.update(contests).where(contests.c.id == contest_id).values(rules=rules))
        connection.execute(sa.update(shares).where(shares.c.contest_id == 1).values(points=0, people=1, sittings=4))
        connection.execute(sa.update(shares).where(shares.c.contest_id == 2).values(points=-5, people=-1, sittings=0))
    schema.upgrade(database)
    after = snapshot(database)
    new = {row["id"]: row for row in after["contests"][1]}
    assert [new[n]["rules"] for n in (1, 2, 3)] == [
        {"slug": "plain"},
        {"counting": {"take": "last", "each": "whole"}},
        {"scoring": {"marking": {"multiple": "exact"}}, "counting": {"take": "best", "each": "whole"}},
    ]
    seeds = {row["seed"] for row in new.values()}
    assert len(seeds) == ROWS and all(re.fullmatch("[0-9a-f]{64}", seed) for seed in seeds)
    assert all((row["total"], row["valid"]) == (2, True) for row in after["sittings"][1])
    assert all(row["valid"] == row["sittings"] for name in ("standings", "unit_shares") for row in after[name][1])
    assert {row["contest_id"]: row["scored"] for row in after["unit_shares"][1]} == {1: 0, 2: -1, 3: 3}


def test_rules_that_were_stored_before_the_new_words_are_read(empty: Empty):
    database = empty()
    schema.upgrade(database, "0005")
    whole = orjson.loads(STORED.dump_json(rules(1_780_286_400_000)))
    stored = {name: part for name, part in whole.items() if name in OLD_FIELDS} | {"counts": "sum_of_days", "marking": {"multiple": "half"}}
    stored["entry"] = {"doors": ["link"], "units": [], "unit_changes": 2, "minors": False}
    stored["units"] = {"weights": [["mean", "1/2"], ["rate", "1/2"]], "min_people": 3, "min_rate": "3/5", "min_mean": None, "hide_mean_below": 5}
    stored["board"] = {"people": "live", "units": "hidden", "freeze_at": None}
    table = sa.table(
        "contests", *map(sa.column, ("slug", "title", "opens_at", "last_start", "closes_at", "created_at", "changed_at")),
        sa.column("rules", sa.JSON), sa.column("banks", sa.JSON),
    )  # fmt: skip
    row = {name: whole[name] for name in ("slug", "title", "opens_at", "last_start", "closes_at")} | {"created_at": 1, "changed_at": 1}
    with database.writer.begin() as connection:
        connection.execute(sa.insert(table).values(**row, rules=stored, banks={}))
    schema.upgrade(database)
    with database.read() as session:
        found = find_contest(session, "june").rules
    assert found == replace(
        rules(1_780_286_400_000), scoring=Scoring(Marking(MultipleMarking.HALF)), counting=Counting(each=Span.DAY),
        entry=EntryRules((Door.LINK,), unit_changes=2), board=BoardRules(units=Board.HIDDEN),
        units=UnitRules(((Metric.MEAN, Fraction(1, 2)), (Metric.RATE, Fraction(1, 2))), min_people=3, min_rate=Fraction(3, 5)),
    )  # fmt: skip


OLD_FIELDS = (
    "slug", "title", "opens_at", "last_start", "closes_at", "blueprint", "clock", "zone", "about", "organiser", "telephone", "limits",
    "ties", "pass_points", "release_score", "release_key", "divisions",
)  # fmt: skip

REBUILD = '''
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    with op.batch_alter_table("entries", recreate="{recreate}") as batch_op:
        batch_op.add_column(sa.Column("remark", sa.String(20), nullable=True))
    {after}


def downgrade() -> None:
    with op.batch_alter_table("entries", recreate="{recreate}") as batch_op:
        batch_op.drop_column("remark")
'''


def one_more_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: Empty, after: str = "") -> Database:
    """A database at head with rows, and a program that has one step more: it rebuilds a table that others refer to."""
    database = empty()
    schema.upgrade(database)
    fill(database)
    folder = tmp_path / "more"
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    recreate = "always" if database.writer.dialect.name == "sqlite" else "never"
    text = REBUILD.format(head=schema.head(), recreate=recreate, after=after)
    (folder / "versions" / "9999_one_more.py").write_text(text)
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    return database


def test_a_rebuilt_table_loses_no_child_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: Empty):
    database = one_more_step(tmp_path, monkeypatch, empty)
    full = snapshot(database)
    schema.upgrade(database)
    after = snapshot(database)
    assert "remark" in after["entries"][0] and not lost(full, after)
    schema.downgrade(database, steps()[-1])
    assert not lost(full, snapshot(database))
    if database.writer.dialect.name == "sqlite":
        with database.writer.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_a_step_that_breaks_off_leaves_the_schema_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: Empty):
    database = one_more_step(tmp_path, monkeypatch, empty, 'raise RuntimeError("the power is gone")')
    before, full, revision = definitions(database), snapshot(database), schema.current(database)
    with pytest.raises(RuntimeError, match="the power is gone"):
        schema.upgrade(database)
    database.dispose()
    assert schema.current(database) == revision
    assert definitions(database) == before and not lost(full, snapshot(database))


def test_a_step_that_orphans_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: Empty):
    database = one_more_step(tmp_path, monkeypatch, empty, 'op.execute("DELETE FROM entries")')
    full = snapshot(database)
    with pytest.raises((RuntimeError, sa.exc.IntegrityError)):
        schema.upgrade(database)
    assert not lost(full, snapshot(database))


def test_an_empty_database_is_refused_with_the_command_to_run(empty: Empty):
    database = empty()
    with pytest.raises(BadSettings, match="quizapp db upgrade"):
        create_app(Settings(database_url=database.url, secret_key=SECRET), database=database)


@pytest.mark.parametrize("revision", ["0000", "9999"])
def test_an_older_and_a_newer_schema_are_refused(empty: Empty, revision: str):
    database = empty()
    schema.upgrade(database)
    create_app(Settings(database_url=database.url, secret_key=SECRET), database=database)
    with database.writer.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    with pytest.raises(BadSettings, match=f"{revision}.*quizapp db upgrade"):
        create_app(Settings(database_url=database.url, secret_key=SECRET), database=database)


def test_serve_refuses_an_old_schema_in_one_line(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    done = subprocess.run(
        [str(Path(sys.executable).with_name("quizapp")), "serve", "--port", "1"], capture_output=True, text=True, timeout=60,
        cwd=tmp_path, check=False,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "QUIZAPP_DATABASE_URL": url, "QUIZAPP_SECRET_KEY": SECRET}
        | {name: value for name, value in os.environ.items() if name == "PYTHONPATH"},
    )  # fmt: skip
    assert done.returncode != 0 and "quizapp db upgrade" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr and len((done.stderr + done.stdout).strip().splitlines()) == 1
