"""A real `quizapp serve` of a test's own, and contestants who save one answer after another and remember what was acknowledged."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import factories
import waiting
from conftest import SECRET, Postgres, free_port
from factories import World
from sqlalchemy import create_engine

from quizapp.app import now_ms
from quizapp.models import schema
from quizapp.models.base import Database
from quizapp.rules.contests import Clock, Limits
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint

UP_WITHIN = 30.0
BLANKS = PaperBlueprint((Draw("tests", 3, 1000, Kind.BLANK),))


def new_postgres_database(postgres: Postgres, name: str) -> str:
    """The address of an empty database of one's own; one of that name from before is gone."""
    engine = create_engine(postgres.url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return postgres.url(name)


def set_up(url: str, people: int, **over: Any) -> tuple[Database, list[str]]:
    """A database with a contest open now whose papers are texts to fill in, and the tokens of its contestants."""
    database = Database(url)
    schema.upgrade(database)
    rules: dict[str, Any] = {
        "blueprint": BLANKS, "clock": Clock(paper_ms=4 * factories.HOUR), "limits": Limits(per_day=1), **over,
    }  # fmt: skip
    world = World.make(database, now_ms)
    world.apply(**rules)
    logins = [f"person{n:02d}" for n in range(people)]
    for login in logins:
        world.add_account(login)
    return database, [world.token(login) for login in logins]


def answers(port: int) -> bool:
    """Whether a server is able to serve."""
    try:
        return bool(call(port, "GET", "/readyz")[0] == 200)
    except OSError:
        return False


class Server:
    """`quizapp serve` on a free port of the loopback, ended by the ids of its own processes."""

    def __init__(
        self, folder: Path, url: str, *, workers: int = 2, threads: int = 4, before: Sequence[str] = (), path: str = "", **settings: str
    ) -> None:
        self.folder, self.port, self._traced = folder, free_port(), bool(before)
        self._command = [
            *before, str(Path(sys.executable).with_name("quizapp")), "serve",
            "--port", str(self.port), "--workers", str(workers), "--threads", str(threads),
        ]  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUIZAPP_")}
        self._environ = kept | {
            "QUIZAPP_DATABASE_URL": url, "QUIZAPP_SECRET_KEY": SECRET, "QUIZAPP_INSTANCE": str(folder / "instance"),
            **settings,
        }  # fmt: skip
        if path:
            self._environ["PYTHONPATH"] = os.pathsep.join([path, *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Up and able to serve; how many seconds that took."""
        began = time.monotonic()
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._environ, cwd=self.folder, stdout=log, stderr=log)
        process = self._process
        try:
            waiting.until(lambda: process.poll() is not None or answers(self.port), "the server is up", UP_WITHIN)
            assert process.poll() is None, (self.folder / "server.log").read_text()[-2000:]
        except AssertionError:
            self.kill()
            raise
        return time.monotonic() - began

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def workers(self) -> list[int]:
        """The processes that the server started and that still run its code."""
        return [pid for pid in descendants(self.pid) if b"resource_tracker" not in command_line(pid)]

    def kill(self) -> None:
        """kill -9 of every process of this server at one moment."""
        assert self._process is not None
        if self._process.poll() is None:
            os.kill(self.pid, signal.SIGSTOP)  # so that it starts no other worker meanwhile
            for pid in [self.pid, *descendants(self.pid)]:
                end(pid)
        self._process.wait(10)

    def stop(self) -> None:
        """End it in good order; what does not end is killed."""
        if self._process is None:
            return
        started = [self.pid, *descendants(self.pid)] if self._process.poll() is None else []
        for pid in started[1:2] if self._traced else started[:1]:
            os.kill(pid, signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            for pid in started:
                end(pid)
            self._process.wait(10)


def end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def descendants(pid: int) -> list[int]:
    """Every process below this one, children first."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


Reply = tuple[int, dict[str, Any]]


def call(port: int, method: str, path: str, token: str = "", body: Any = None) -> Reply:
    """One request on a connection of its own. Raises OSError."""
    line = Line(port, token)
    try:
        return line.call(method, path, body)
    finally:
        line.close()


class Line:
    """A connection that stays open from one request to the next, as a phone's does."""

    def __init__(self, port: int, token: str = "") -> None:
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def call(self, method: str, path: str, body: Any = None) -> Reply:
        """Status and content. Raises OSError where no whole reply came."""
        try:
            self._http.request(method, path, None if body is None else json.dumps(body), self._headers)
            reply = self._http.getresponse()
            content = reply.read()
        except (http.client.HTTPException, OSError) as error:
            self._http.close()
            raise ConnectionError(str(error)) from error
        return reply.status, json.loads(content) if content else {}

    def close(self) -> None:
        self._http.close()


@dataclass
class Writer:
    """One contestant: saves an answer, waits for the reply, saves the next. Every text is written only once."""

    port: int
    token: str
    connect: Callable[[int, str], Line] = Line
    excused: frozenset[int] = frozenset({0, 503})
    sitting: str = ""
    revision: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)
    saves: int = 0
    errors: list[tuple[float, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def start(self) -> None:
        status, reply = self._call("POST", "/api/v1/contests/june/sittings", {})
        assert status in (200, 201), reply
        self.sitting = reply["id"]

    def write(self, until: threading.Event, patient: bool) -> None:
        """Save until told to stop; at an error stop, or when patient repeat the same save on a new connection."""
        line = self.connect(self.port, self.token)
        while not until.is_set():
            self.pending = self.pending or {str(self.saves % 3 + 1): f"{self.revision + 1}-{random.getrandbits(48):x}"}
            try:
                status, reply = line.call("PATCH", f"/api/v1/sittings/{self.sitting}/answers", self._body())
            except OSError as error:
                status, reply = 0, {"detail": str(error)}
            if status == 200:
                self._acknowledge(reply)
                continue
            (self.errors if status in self.excused else self.faults).append((time.monotonic(), f"{status} {reply}"))  # type: ignore[arg-type]
            if not patient or self.faults:
                break
            waiting.until(lambda: until.is_set() or self._is_answered(), "somebody answers again")
        line.close()

    def _call(self, method: str, path: str, body: Any = None) -> Reply:
        line = self.connect(self.port, self.token)
        try:
            return line.call(method, path, body)
        finally:
            line.close()

    def _is_answered(self) -> bool:
        try:
            return self._call("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def _body(self) -> dict[str, Any]:
        return {"revision": self.revision, "key": f"{self.revision}", "answers": self.pending}

    def _acknowledge(self, reply: dict[str, Any]) -> None:
        if reply["revision"] != self.revision + 1:
            self.faults.append(f"revision {reply['revision']} after {self.revision}")
        self.revision = reply["revision"]
        self.acknowledged |= self.pending
        self.pending = {}
        self.saves += 1

    def check(self) -> list[str]:
        """What was acknowledged and is not there; a save without a reply may be there or not, but whole."""
        status, stored = self._call("GET", f"/api/v1/sittings/{self.sitting}")
        if status != 200:
            return [f"{status} {stored}"]
        if stored["revision"] == self.revision + 1 and self.pending:
            self.acknowledged |= self.pending
            self.revision += 1
            self.pending = {}
        if (stored["revision"], stored["answers"]) == (self.revision, self.acknowledged):
            return []
        return [f"{self.revision} {self.acknowledged} was acknowledged, {stored['revision']} {stored['answers']} is there"]


def at_once(work: Iterable[Any]) -> list[Any]:
    """The results of functions called at the same time, a thread each."""
    calls = list(work)
    with ThreadPoolExecutor(len(calls)) as pool:
        return [made.result(120) for made in [pool.submit(one) for one in calls]]


def all_start(writers: Sequence[Writer]) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(Writer.start, writers))


def all_check(writers: Sequence[Writer]) -> list[str]:
    """Everything that is not as it was acknowledged, and every reply that should not have been."""
    with ThreadPoolExecutor(8) as pool:
        lost = [line for lines in pool.map(Writer.check, writers) for line in lines]
    return lost + [str(fault) for writer in writers for fault in writer.faults]
