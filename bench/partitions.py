"""`python -m bench.partitions`: what ten million stored sittings cost on PostgreSQL, in one table and partitioned by contest.

It makes a PostgreSQL of its own in a scratch folder, fills it (bench/stored.py), calls the product's own functions at every
size, converts the table with deploy/partitions.sql, and calls them again. Ten million take 45 GB of disk for a while and
half an hour; `--rows 1000000` shows the same in a few minutes.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event

from bench.stored import (
    ATTEMPTS,
    DAY,
    EMPTY,
    PEOPLE,
    PROGRAMS,
    SHARES,
    Bench,
    Cluster,
    fill,
    keep_samples,
    people_of,
    sample_people,
    set_up,
)
from quizapp import jobs
from quizapp.app import create_app
from quizapp.services import reviews, sittings
from quizapp.settings import Settings

SAVES = 20
SECRET = "bench-only-secret-of-more-than-32-characters"  # noqa: S105 - signs receipts of made-up sittings
PARTITIONS = Path(__file__).parents[1] / "deploy" / "partitions.sql"


@dataclass
class Cost:
    """Of one kind of call: wall times and CPU in ms, bytes of WAL, share of updates in place."""

    walls: list[float]
    ours: float
    server: float
    wal: float

    def __str__(self) -> str:
        walls = sorted(self.walls)
        p99 = walls[int(len(walls) * 0.99)]
        return f"{statistics.median(walls):.2f} / {p99:.2f} | {self.ours:.2f} | {self.server:.2f} | {self.wal:,.0f}"


def measured(bench: Bench, calls: list[Callable[[], Any]]) -> tuple[list[Any], Cost]:
    """Every call, one after the other."""
    wal, server, ours = bench.ask("SELECT pg_current_wal_insert_lsn()"), backends(bench), time.process_time()
    found, walls = [], []
    for call in calls:
        began = time.perf_counter()
        found.append(call())
        walls.append((time.perf_counter() - began) * 1000)
    count = len(calls)
    ours = (time.process_time() - ours) * 1000 / count
    worked = sum(now - server.get(pid, 0.0) for pid, now in backends(bench).items()) / count
    return found, Cost(walls, ours, worked, float(bench.ask("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", wal)) / count)


def backends(bench: Bench) -> dict[int, float]:
    """Milliseconds that each of the product's backends was on a processor."""
    query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    pids = [pid for (pid,) in bench.sql.execute(query)]
    return {pid: int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6 for pid in pids}


class Contestant:
    """The product's API, called in this process by one person."""

    def __init__(self, app: Any, token: str) -> None:
        self._http = app.test_client(use_cookies=False)
        self._headers = {"Authorization": f"Bearer {token}"}
        self.sitting: dict[str, Any] = {}

    def call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        reply = self._http.open(f"/api/v1{path}", method=method, json=body, headers=self._headers)
        assert reply.status_code in (200, 201), reply.get_data(as_text=True)
        return dict(reply.json)

    def start(self) -> None:
        self.sitting = self.call("POST", "/contests/c1/sittings", {})

    def save(self, number: int) -> None:
        answer = {"single": ["A"], "multiple": ["A", "B"], "judge": True}[self.sitting["items"][number]["kind"]]
        body = {"revision": number, "key": f"key-{number}-1234567890", "answers": {str(number + 1): answer}}
        self.call("PATCH", f"/sittings/{self.sitting['id']}/answers", body)

    def hand_in(self) -> None:
        self.call("POST", f"/sittings/{self.sitting['id']}/submission", {})


def contestants(bench: Bench, tokens: list[str]) -> list[Contestant]:
    app = create_app(Settings(database_url=bench.database.url, secret_key=SECRET, starts_per_second=1_000_000), lambda: bench.now, database=bench.database)
    return [Contestant(app, token) for token in tokens]


def drive(bench: Bench, tokens: list[str]) -> dict[str, Cost]:
    """Everybody starts; everybody saves an answer, SAVES times over; everybody hands in: through the product's API."""
    people = contestants(bench, tokens)
    _, start = measured(bench, [one.start for one in people])
    _, save = measured(bench, [partial(one.save, number) for number in range(SAVES) for one in people])
    _, end = measured(bench, [one.hand_in for one in people])
    return {"start": start, "save": save, "hand-in": end}


def unprepare(connection: Any, _: object) -> None:
    connection.prepare_threshold = None


def hot_path(bench: Bench, title: str, *, prepared: bool = True) -> None:
    """The cheapest of three runs, and how many updates stayed in their page; nothing prepared as behind a pooler."""
    if not prepared:
        event.listen(bench.database.writer, "connect", unprepare)
    before = bench.ask(UPDATES)
    runs = [drive(bench, people_of(bench)) for _ in range(3)]
    if not prepared:
        event.remove(bench.database.writer, "connect", unprepare)
    bench.database.dispose()  # a backend that ends has told its numbers
    time.sleep(1)
    after = bench.ask(UPDATES)
    kept = (after[1] - before[1]) / max(after[0] - before[0], 1)
    for kind in ("start", "save", "hand-in"):
        best = min((run[kind] for run in runs), key=lambda cost: cost.server)
        print(f"| {title} | {kind} | {best} | {kept:.1%} |", flush=True)


UPDATES = "SELECT sum(n_tup_upd)::bigint, sum(n_tup_hot_upd)::bigint FROM pg_stat_user_tables WHERE relname LIKE 'sittings%%'"


def fill_factors(bench: Bench) -> None:
    """How much room a page must keep so that a save finds it there."""
    for percent in (100, 90, 85, 80, 70):
        bench.sql.execute(f"{EMPTY}; ALTER TABLE sittings SET (fillfactor = {percent})")
        bench.filled = [0] * len(SHARES)
        fill(bench, 100_000)
        hot_path(bench, f"fillfactor {percent}")
        print(f"heap {bench.ask('SELECT pg_relation_size(%s)', 'sittings') / 1e6:.0f} MB")
    bench.sql.execute(f"{EMPTY}; ALTER TABLE sittings RESET (fillfactor)")
    bench.filled = [0] * len(SHARES)


def whole_table(bench: Bench, title: str) -> None:
    """What looks at more than one row: the deadline sweep, a past moment, one's own history, vacuum, buffers."""
    for one in contestants(bench, people_of(bench)):
        one.start()
    later = bench.now + DAY // 4
    with bench.timed(f"{title}: find {PEOPLE} overdue sittings"), bench.database.read() as session:
        assert len(sittings.find_overdue(session, later)) == PEOPLE
    with bench.timed(f"{title}: finish them"):
        jobs.finish_overdue(bench.database, SECRET, later)
    with bench.timed(f"{title}: results of c13 as of yesterday, {bench.filled[12] * ATTEMPTS:,} sittings, by the command"):
        past = datetime.fromtimestamp(bench.now / 1000 - 86_400).isoformat(" ", "minutes")
        command = [str(Path(sys.executable).with_name("quizapp")), "results", "people", "c13", "--as-of", past, "--format", "json"]
        given = {"QUIZAPP_DATABASE_URL": bench.database.url, "QUIZAPP_SECRET_KEY": SECRET}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | given)  # noqa: S603
    account = bench.ask("SELECT account_id FROM entries WHERE contest_id = 1 OFFSET 7 LIMIT 1")
    for what in (reviews.my_sittings, reviews.open_sitting):
        with bench.timed(f"{title}: {what.__name__} of one contestant"), bench.database.read() as session:
            what(session, 1, str(account))
    part = "sittings" if title == "plain" else "sittings_1"
    with bench.timed(f"{title}: VACUUM {part} after these runs"):
        bench.sql.execute(f"VACUUM {part}")
    bench.database.dispose()
    bench.sql.close()
    bench.cluster.stop()
    bench.cluster.start()
    bench.sql = psycopg.connect(bench.cluster.url, autocommit=True, cursor_factory=psycopg.ClientCursor)
    drive(bench, people_of(bench))
    touched = bench.ask(
        "SELECT (count(*) * 8192 / 1e6)::float FROM pg_buffercache JOIN pg_class USING (relfilenode) WHERE relname ~ '^(\\w\\w_)?sittings'"
    )
    print(f"| {title}: pages of sittings that {PEOPLE} contestants touch | {touched:.1f} MB |")


def sizes(bench: Bench) -> None:
    rows = bench.ask("SELECT count(*) FROM sittings")
    print(f"\n{rows:,} sittings; bytes for each of them (all contests together):")
    query = """SELECT regexp_replace(relname, '_(default|\\d+)(?=_|$)', ''), relkind, count(*), sum(pg_relation_size(oid))::bigint
      FROM pg_class WHERE relkind IN ('r', 'i', 't') AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace)
      GROUP BY 1, 2 HAVING sum(pg_relation_size(oid)) > 10000000 ORDER BY 4 DESC"""
    for name, kind, count, size in bench.sql.execute(query):
        print(f"| {name} | {kind} x {count} | {size / 1e6:,.0f} MB | {size / rows:.0f} |", flush=True)


def archive(bench: Bench, title: str) -> None:
    """One finished contest written to a file, and another taken away."""
    command = ["pg_dump", "-d", bench.cluster.url, "-Fc", "-t", "sittings_9"]
    if title == "plain":
        command = ["psql", bench.cluster.url, "-c", "COPY (SELECT * FROM sittings WHERE contest_id = 9) TO STDOUT"]
    with bench.timed(f"{title}: write contest 9 to a file ({command[0]})"), tempfile.TemporaryFile() as file:
        subprocess.run([str(PROGRAMS / command[0]), *command[1:]], check=True, stdout=file)
        print(f"file of {file.seek(0, 2) / 1e6:.0f} MB")
    with bench.timed(f"{title}: take one contest with 6 % of all sittings away"):
        bench.sql.execute("DELETE FROM sittings WHERE contest_id = 5" if title == "plain" else "DROP TABLE sittings_6")
    if title == "plain":
        with bench.timed("plain: VACUUM after it"):
            bench.sql.execute("VACUUM sittings")


def convert(bench: Bench) -> None:
    """Partition a table that is in use, contest by contest; the smallest contests stay together in the default partition."""
    bench.sql.execute(PARTITIONS.read_text("utf-8"))
    with bench.timed("make it partitioned, all in the default partition"):
        bench.sql.execute("SELECT partition_sittings()")
    for number in range(1, 14):
        with bench.timed(f"move contest {number} to a partition of its own"):
            print(f"{bench.ask('SELECT partition_contest(%s)', f'c{number}'):,} sittings")
    with bench.timed("VACUUM FULL sittings_default"):
        bench.sql.execute("VACUUM FULL sittings_default")
    bench.sql.execute("VACUUM ANALYZE")
    bench.sql.execute("CHECKPOINT")


def everything(bench: Bench, most: int) -> None:
    drive(bench, sample_people(bench))
    keep_samples(bench)
    print("| sittings stored | call | p50 / p99 ms | our CPU ms | server CPU ms | WAL bytes | updates in place |\n" + "|---" * 7 + "|")
    fill_factors(bench)
    for stored in (10**power for power in range(3, 9)):
        if stored <= most:
            fill(bench, stored)
            hot_path(bench, f"{stored:,}")
    sizes(bench)
    whole_table(bench, "plain")
    bench.sql.execute("ALTER TABLE sittings SET (fillfactor = 85)")
    hot_path(bench, "plain, fillfactor 85 from now on")
    hot_path(bench, "the same, nothing prepared", prepared=False)
    archive(bench, "plain")
    convert(bench)
    hot_path(bench, "partitioned")
    hot_path(bench, "partitioned, nothing prepared", prepared=False)
    sizes(bench)
    whole_table(bench, "partitioned")
    archive(bench, "partitioned")
    for more in (200, 1000):
        for number in range(1001, 1001 + more):
            bench.sql.execute(f"CREATE TABLE IF NOT EXISTS sittings_{number} PARTITION OF sittings FOR VALUES IN ({number})")
        hot_path(bench, f"partitioned, {more} empty partitions more")
    hot_path(bench, "the same, nothing prepared", prepared=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--port", type=int, default=25_871)
    parser.add_argument("--buffers", default="1GB", help="shared_buffers")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that PostgreSQL is ended too
    with tempfile.TemporaryDirectory(prefix="quizapp-partitions-") as folder:
        cluster = Cluster(Path(folder), given.port, given.buffers)
        try:
            everything(set_up(cluster), given.rows)
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
