"""A PostgreSQL full of handed-in sittings, copied from real ones that the product itself made."""

import math
import os
import pwd
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from quizapp.cli.banks import checked, files_under
from quizapp.cli.server import SHIPPED_BANKS, SHIPPED_CONTEST, SHIPPED_UNITS
from quizapp.formats.contest import yaml as contest_yaml
from quizapp.formats.unit_table import read_units
from quizapp.models import schema
from quizapp.models.base import Database
from quizapp.rules.contests import Limits
from quizapp.services import accounts, banks, contests, unit_imports
from quizapp.services.audit import CLI

DAY = 86_400_000
EMPTY = "TRUNCATE sittings, standings, unit_shares, entries, sign_ins, audit, accounts CASCADE"
SHARES = [0.15] * 4 + [0.06] * 4 + [0.025] * 4 + [0.01] * 4 + [0.005] * 4  # of all sittings, contest by contest
ATTEMPTS, PEOPLE = 5, 200
PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path())


class Cluster:
    """A PostgreSQL with durable commits on a free port of the loopback."""

    def __init__(self, folder: Path, port: int, buffers: str) -> None:
        self.folder, self.port, self.buffers = folder, port, buffers
        self._user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if os.getuid() == 0:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        self.run("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        self.start()

    def run(self, program: str, *arguments: str) -> None:
        command = [*self._user, str(PROGRAMS / program), *arguments]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)

    def start(self) -> None:
        given = {
            "listen_addresses": "127.0.0.1", "shared_buffers": self.buffers, "max_wal_size": "8GB", "autovacuum": "off",
            "maintenance_work_mem": "512MB", "checkpoint_timeout": "30min", "track_io_timing": "on", "work_mem": "32MB",
        }  # fmt: skip
        options = " ".join([f"-p {self.port} -k {self.folder}", *(f"-c {name}={value}" for name, value in given.items())])
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", "-o", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", "fast", "-w", "stop")


@dataclass
class Bench:
    cluster: Cluster
    database: Database
    sql: psycopg.Connection[Any]
    units: int
    now: int
    filled: list[int]  # entries of each contest

    def ask(self, query: str, *values: object) -> Any:
        row = self.sql.execute(query, values).fetchone()
        return row[0] if row and len(row) == 1 else row

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        wal, began = self.ask("SELECT pg_current_wal_insert_lsn()"), time.monotonic()
        yield
        took = time.monotonic() - began
        written = self.ask("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", wal)
        print(f"| {what} | {took:,.3f} s | {int(written) / 1e6:,.1f} MB WAL |", flush=True)


def set_up(cluster: Cluster) -> Bench:
    """The newest tables, the shipped bank and units, the contests."""
    database = Database(cluster.url.replace("postgresql:", "postgresql+psycopg:"))
    schema.upgrade(database)
    sql = psycopg.connect(cluster.url, autocommit=True, cursor_factory=psycopg.ClientCursor)
    now = time.time_ns() // 1_000_000
    shipped, _ = checked(files_under((SHIPPED_BANKS,)), "auto")
    rules = contest_yaml.read_contest(SHIPPED_CONTEST.read_bytes(), str(SHIPPED_CONTEST))
    with database.write() as session:
        unit_imports.import_units(session, CLI, read_units(SHIPPED_UNITS.read_bytes(), "units.csv"), "units.csv", now)
        for bank, images in shipped:
            banks.import_bank(session, CLI, bank, now, images=images)
        for number in range(1, len(SHARES) + 1):
            end = now + 30 * DAY
            made = replace(
                rules, slug=f"c{number}", opens_at=now - 90 * DAY, last_start=end, closes_at=end, limits=Limits(per_day=90)
            )
            contests.apply_contest(session, CLI, made, now)
    units = sql.execute("SELECT max(id) FROM units").fetchone()
    assert units is not None
    return Bench(cluster, database, sql, units[0], now, [0] * len(SHARES))


def sample_people(bench: Bench) -> list[str]:
    """Tokens of the people whose sittings, made by the product, are to be copied."""
    tokens = []
    with bench.database.write() as session:
        for number in range(PEOPLE):
            login = f"sample{number}"
            accounts.create_account(session, CLI, bench.now, login=login, role=accounts.Role.CONTESTANT, name="李明")
            tokens.append(accounts.token_for(session, CLI, login, 30, bench.now))
    return tokens


def keep_samples(bench: Bench) -> None:
    """What the product wrote for them is kept apart as `sample_*`; the tables are empty again afterwards."""
    order = {"accounts": "id", "entries": "account_id", "sittings": "account_id"}
    for table in FILLED:
        by = order.get(table, "entry_id")
        bench.sql.execute(
            f"CREATE TABLE sample_{table} AS SELECT row_number() OVER (ORDER BY {by}) - 1 AS n, * FROM {table};"
            f"ALTER TABLE sample_{table} ADD PRIMARY KEY (n); ANALYZE sample_{table}"
        )
    bench.sql.execute(f"{EMPTY}; CREATE EXTENSION pg_buffercache")


ACCOUNT = "md5('a' || e)::uuid"
ENTRY = "(lpad(to_hex(%(base)s + e * 37), 12, '0') || '7' || substr(md5(%(c)s || '-' || e), 1, 19))::uuid"
SITTING = "(lpad(to_hex(at), 12, '0') || '7' || substr(md5(%(c)s || '.' || at), 1, 19))::uuid"
UNIT, CONTEST = "1 + e %% %(units)s", "%(c)s"
PEOPLE_ROWS = "(SELECT e FROM generate_series(%(first)s, %(first)s + %(count)s - 1) AS e)"
SITTING_ROWS = """(SELECT %(first)s + (j * %(step)s) %% %(count)s AS e, j / %(count)s + 1 AS attempt, j,
  %(base)s + %(first)s * 997 + j * 331 AS at FROM generate_series(0::bigint, %(count)s * %(attempts)s - 1) AS j)"""
FILLED: dict[str, tuple[str, dict[str, str]]] = {  # what is not as in the sample
    "accounts": (PEOPLE_ROWS, {"id": ACCOUNT, "unit_id": UNIT, "login": "NULL", "password": "NULL"}),
    "entries": (PEOPLE_ROWS, {
        "contest_id": CONTEST, "id": ENTRY, "account_id": ACCOUNT, "unit_id": UNIT, "phone": "(13000000000 + e)::text",
        "identity": "(13000000000 + e)::text", "code_hash": "md5(e::text) || md5(e::text)",
    }),
    "sittings": (SITTING_ROWS, {
        "contest_id": CONTEST, "id": SITTING, "entry_id": ENTRY, "account_id": ACCOUNT, "unit_id": UNIT, "started_at": "at",
        "attempt_no": "attempt", "day": "'2026-01-0' || attempt", "day_no": "1", "deadline": "at + 1200000",
        "saved_at": "at + 590000", "finished_at": "at + 600000",
    }),
    "standings": (PEOPLE_ROWS, {
        "contest_id": CONTEST, "entry_id": ENTRY, "unit_id": UNIT, "finished_at": "%(base)s + e", "changed_at": "%(base)s + e",
        "merit": "substr(merit, 1, length(merit) - 4) || int4send(e::int)",
    }),
    "unit_shares": (PEOPLE_ROWS, {"contest_id": CONTEST, "entry_id": ENTRY, "unit_id": UNIT}),
}  # fmt: skip


def copy_samples(bench: Bench, table: str, values: dict[str, Any]) -> None:
    """Rows of one contest: those of the sample over and over, with keys, people, units and moments of their own."""
    source, other = FILLED[table]
    rows = bench.sql.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", (table,))
    columns = [name for (name,) in rows]
    given = ", ".join(other.get(name, f'"{name}"') for name in columns)
    named = ", ".join(f'"{name}"' for name in columns)
    pick = "(j * 31)" if table == "sittings" else "e"
    bench.sql.execute(
        f"INSERT INTO {table} ({named}) SELECT {given} FROM {source} made JOIN sample_{table} ON n = {pick} %% %(samples)s",
        values,
    )


def fill(bench: Bench, total: int) -> None:
    """Bring every contest to its share of `total` handed-in sittings, ATTEMPTS of each entry, in a mixed order."""
    bench.sql.execute("SET session_replication_role = replica")  # the references hold by construction
    values: dict[str, Any] = {"units": bench.units, "base": bench.now - 80 * DAY, "samples": PEOPLE, "attempts": ATTEMPTS}
    for number, share in enumerate(SHARES, start=1):
        first, last = bench.filled[number - 1], max(math.ceil(total * share / ATTEMPTS), PEOPLE if number == 1 else 1)
        count = last - first
        values |= {"c": number, "first": first, "count": count, "step": next(p for p in (7919, 7907, 7901) if count % p)}
        for table in FILLED if count and number == 1 else [name for name in FILLED if name != "accounts" and count]:
            copy_samples(bench, table, values)
        bench.filled[number - 1] = last
    bench.sql.execute("SET session_replication_role = origin")
    bench.sql.execute("VACUUM ANALYZE")
    bench.sql.execute("CHECKPOINT")


def people_of(bench: Bench) -> list[str]:
    """Tokens of PEOPLE random contestants who have stored sittings in contest 1."""
    seed = bench.ask("SELECT count(*) FROM sign_ins")
    chosen = random.Random(seed).sample(range(bench.filled[0]), PEOPLE)  # noqa: S311 - made-up people
    tokens = [f"{seed}-{k}" for k in chosen]
    with bench.sql.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO sign_ins (id, account_id, created_at, expires_at) VALUES (%s, md5('a' || %s)::uuid, %s, %s)",
            [(accounts.fingerprint(token), k, bench.now, bench.now + 30 * DAY) for token, k in zip(tokens, chosen, strict=True)],
        )
    return tokens
