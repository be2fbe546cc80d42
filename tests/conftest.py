"""Both engines for every test that touches SQL; a clock that the test moves; a small named cast."""

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from factories import SECRET, Client, World
from flask import request
from sqlalchemy import text

from quizapp.app import create_app
from quizapp.models import Base, schema
from quizapp.models.base import Database
from quizapp.settings import Settings
from quizapp.web import footer as footer_module

pytest.register_assert_rewrite("playing")  # what the presets are played with explains itself where it fails

NOON = 1_780_286_400_000  # 2026-06-01 12:00 in Shanghai
BINARIES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


_ports = itertools.cycle(range(21_000, 32_000))
for _ in range(os.getpid() * 997 % 11_000):  # processes that test side by side begin far from each other
    next(_ports)


def free_port() -> int:
    """A port below those that outgoing connections take; not one that was given out before, whose server may still be coming up."""
    for port in itertools.islice(_ports, 11_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("no free port")


class Postgres:
    """A PostgreSQL of the tests' own, ended by the tests that started it."""

    def __init__(self, folder: Path) -> None:
        assert BINARIES is not None
        self.folder, self.port = folder, free_port()
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            entry = pwd.getpwnam("postgres")
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        self._run("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self.user, str(BINARIES / program), *arguments], capture_output=True, text=True, cwd="/", check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr or done.stdout}")

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300"
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def url(self, name: str = "postgres") -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def socket_url(self, name: str) -> str:
        """As deploy/README.md has it for one server."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}&port={self.port}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    if BINARIES is None:
        pytest.skip("PostgreSQL is not installed (apt install postgresql): its half of the SQL tests is skipped")
    with tempfile.TemporaryDirectory(prefix="quizapp-postgres-") as folder:
        server = Postgres(Path(folder))
        yield server
        server.stop("immediate")


@pytest.fixture(scope="session")
def postgres_database(postgres: Postgres) -> Iterator[Database]:
    database = Database(postgres.url())
    schema.upgrade(database)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    with database.writer.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.dispose()
    return path


@pytest.fixture(autouse=True)
def forgetful_process() -> None:
    """Tests share a process and a PostgreSQL whose ids and times begin anew: nothing is remembered from the one before."""
    footer_module._kept.clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database at the newest migration, on each engine in turn."""
    if request.param == "sqlite":
        path = tmp_path / "quizapp.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        made = Database(f"sqlite:///{path}")
        yield made
        made.dispose()
        return
    made = request.getfixturevalue("postgres_database")
    yield made
    names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with made.writer.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


class Clock:
    """The time of a test, UTC milliseconds."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now

    def pass_(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        self.now += int(((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings(database_url=database.url, secret_key=SECRET)


@pytest.fixture
def app(database: Database, settings: Settings, clock: Clock):
    made = create_app(settings, clock, database=database)
    made.testing = False
    return made


@pytest.fixture
def world(database: Database, clock: Clock) -> World:
    """A town with two companies, a bank, an open contest; Alice and Bob contestants, Olga organiser, Ofelia official."""
    return World.make(database, clock)


@pytest.fixture
def sign_in(app) -> Callable:
    """A client signed in as an account of the cast, with its CSRF token in every changing call."""

    def enter(login: str | None = None) -> Client:
        client = Client(app)
        if login is not None:
            client.enter(login)
        return client

    return enter


@pytest.fixture
def usual(app, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which requests went the usual way, and not through an express lane."""
    seen: list[str] = []
    before = app.preprocess_request

    def note() -> object:
        seen.append(request.method)
        return before()

    monkeypatch.setattr(app, "preprocess_request", note)
    return seen
