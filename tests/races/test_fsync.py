"""An answer is on the disk before the reply goes out (FT-03): counted with strace, since no kill -9 can tell."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers import Server, Writer, call, set_up
from waiting import until

from quizapp.models.base import Database

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("servers")]
TRACED = "fsync,fdatasync,recvfrom,recvmsg,write,writev,sendto,sendmsg"
SAVES = 10


@contextmanager
def traced_server(folder: Path, path: str = "") -> Iterator[tuple[Server, Path]]:
    """A server of one worker under strace, its database in the folder, and what strace wrote."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (apt install strace): nothing tells whether answers reach the disk")
    if subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=False, capture_output=True).returncode:
        pytest.skip("strace may not trace here (no ptrace): nothing tells whether answers reach the disk")
    trace = folder / "trace"
    server = Server(
        folder, f"sqlite:///{folder / 'quizapp.db'}", workers=1, threads=1, path=path,
        before=["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-s", "80", "-e", f"trace={TRACED}", "-o", str(trace)],
    )  # fmt: skip
    try:
        server.start()
        yield server, trace
    finally:
        server.stop()


def syncs_before_replies(trace: str) -> list[int]:
    """For every save: how many times its write-ahead log was forced to the disk between the request and the reply."""
    counts: list[int] = []
    open_count: int | None = None
    for line in trace.splitlines():
        if re.search(r'"PATCH /api/v1/sittings/', line):
            open_count = 0
        elif open_count is not None and re.search(r"(fsync|fdatasync)\(\d+<[^>]*quizapp\.db(-wal)?>", line):
            open_count += 1
        elif open_count is not None and '"HTTP/1.1 200' in line:
            counts.append(open_count)
            open_count = None
    return counts


def save_traced(folder: Path, path: str = "") -> list[int]:
    database, (token,) = set_up(f"sqlite:///{folder / 'quizapp.db'}", 1)
    database.dispose()
    with traced_server(folder, path) as (server, trace):
        writer = Writer(server.port, token)
        writer.start()
        url = f"/api/v1/sittings/{writer.sitting}/answers"
        for number in range(SAVES):
            body = {"revision": number, "key": str(number), "answers": {"1": f"第{number}次"}}
            assert call(server.port, "PATCH", url, token, body)[0] == 200

        def counts() -> list[int]:
            return syncs_before_replies(trace.read_text(errors="replace"))

        until(lambda: len(counts()) >= SAVES, "strace has written every reply down")
    return counts()


def test_every_save_is_on_the_disk_before_its_reply(tmp_path: Path):
    counts = save_traced(tmp_path)
    assert len(counts) == SAVES
    assert min(counts) >= 1, counts


def test_without_full_synchronous_no_save_waits_for_the_disk(tmp_path: Path):
    """The same measurement sees the protection when it is off."""
    weaker = tmp_path / "weaker"
    weaker.mkdir()
    (weaker / "sitecustomize.py").write_text(
        "import sqlite3\n"
        "class Weaker(sqlite3.Cursor):\n"
        "    def execute(self, sql, *rest):\n"
        "        return super().execute(sql.replace('synchronous=FULL', 'synchronous=NORMAL'), *rest)\n"
        "class Connection(sqlite3.Connection):\n"
        "    def cursor(self, factory=Weaker):\n"
        "        return super().cursor(factory)\n"
        "sqlite3.Connection = Connection\n"
    )
    counts = save_traced(tmp_path, str(weaker))
    assert len(counts) == SAVES
    assert sum(counts) < SAVES, counts


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_writers_force_every_commit_to_the_disk(database: Database):
    for engine in (database.writer, database.reader):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
