"""Where a scenario runs: a PostgreSQL of our own or a file, a scratch folder, and the servers started there."""

import http.client
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import create_engine

from bench.machine import ROOT, descendants, program
from quizapp.models import schema
from quizapp.models.base import Database

SECRET = "bench-only-secret-of-more-than-32-characters"
BINARIES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
POSTGRES_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "max_wal_size": "4GB",
    "max_connections": "100",
}
UP_WITHIN = 60.0
ENGINES = ("sqlite", "postgresql")


_ports = cycle(range(21_000, 32_000))
for _ in range(os.getpid() * 997 % 11_000):
    next(_ports)


def free_port() -> int:
    """A port below those that outgoing connections take; not one that was given out before."""
    for port in islice(_ports, 11_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("no free port")


def postgres_version() -> str:
    """Of the binaries that are used, with the settings that differ from their defaults."""
    if BINARIES is None:
        return "no PostgreSQL"
    said = subprocess.run([str(BINARIES / "postgres"), "--version"], capture_output=True, text=True, check=True).stdout
    settings = ", ".join(f"{name}={value}" for name, value in POSTGRES_SETTINGS.items())
    return f"PostgreSQL {said.split()[2]} ({settings})"


class Postgres:
    """A cluster of our own: fsync and synchronous_commit on, as in production."""

    def __init__(self, folder: Path) -> None:
        if BINARIES is None:
            raise SystemExit("PostgreSQL is not installed (apt install postgresql): use --engine sqlite")
        self.folder, self.port, self._made = folder, free_port(), 0
        self._user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        folder.mkdir()
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        self._run("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = [f"-p {self.port} -k {folder} -c listen_addresses=''"]
        options += [f"-c {name}={value}" for name, value in POSTGRES_SETTINGS.items()]
        self._run("pg_ctl", "-D", str(folder / "data"), "-l", str(folder / "log"), "-w", "-o", " ".join(options), "start")
        self.pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def _run(self, name: str, *arguments: str) -> None:
        assert BINARIES is not None
        done = subprocess.run([*self._user, str(BINARIES / name), *arguments], capture_output=True, text=True, cwd="/", check=False)
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr or done.stdout}")

    def new_database(self) -> str:
        """The address of an empty database, by the socket as on one server (`deploy/README.md`); the one before is dropped."""
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS bench{self._made} WITH (FORCE)")
            self._made += 1
            connection.exec_driver_sql(f"CREATE DATABASE bench{self._made}")
        engine.dispose()
        return self._url(f"bench{self._made}")

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}&port={self.port}"

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")


def environ(folder: Path, url: str) -> dict[str, str]:
    """What a command needs to work on this database with the program that stands beside the bench."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QUIZAPP_")}
    kept |= {"QUIZAPP_DATABASE_URL": url, "QUIZAPP_SECRET_KEY": SECRET, "QUIZAPP_INSTANCE": str(folder / "instance")}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH")]))}


class Server:
    """A server on a port of the loopback, ended by the ids of its own processes."""

    def __init__(self, command: Sequence[str], folder: Path, url: str, ready: str) -> None:
        self.port = free_port()
        self._log = folder / f"server-{self.port}.log"
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([*command, "--port", str(self.port)], env=environ(folder, url), cwd=folder, stdout=log, stderr=log)
        self.pid = self._process.pid
        try:
            self._wait_for(ready)
        except BaseException:
            self.stop()
            raise
        self.up_after = time.monotonic() - began

    def _wait_for(self, path: str) -> None:
        last = time.monotonic() + UP_WITHIN
        while not self._answers(path):
            if self._process.poll() is not None or time.monotonic() > last:
                raise RuntimeError(f"the server did not start:\n{self._log.read_text()[-3000:]}")
            time.sleep(0.02)

    def _answers(self, path: str) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("GET", path)
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def stop(self) -> None:
        """End it in good order; what does not end is killed."""
        if self._process.poll() is not None:
            return
        started = [self.pid, *descendants(self.pid)]
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            for pid in started:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait(10)


class Stage:
    """One scenario's empty database at the newest migration, on one engine, and its servers."""

    def __init__(self, engine: str, folder: Path, url: str, postgres: Postgres | None) -> None:
        self.engine, self.folder, self.url, self.postgres = engine, folder, url, postgres
        self.database = Database(url)
        schema.upgrade(self.database)
        self._servers: list[Server] = []

    def serve(self, workers: int = 2, threads: int = 4) -> Server:
        """The product, by its own command."""
        command = [program("quizapp"), "serve", "--workers", str(workers), "--threads", str(threads)]
        return self._keep(Server(command, self.folder, self.url, "/readyz"))

    def serve_floor(self) -> Server:
        return self._keep(Server([sys.executable, "-m", "bench.floor"], self.folder, self.url, "/constant"))

    def _keep(self, server: Server) -> Server:
        self._servers.append(server)
        return server

    def environ(self) -> dict[str, str]:
        return environ(self.folder, self.url)

    def stop_servers(self) -> None:
        while self._servers:
            self._servers.pop().stop()

    def close(self) -> None:
        self.stop_servers()
        self.database.dispose()


class Theatre:
    """Makes stages; the one PostgreSQL is started when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._made = folder, 0
        self._postgres: Postgres | None = None

    @contextmanager
    def stage(self, engine: str) -> Iterator[Stage]:
        self._made += 1
        folder = self.folder / f"stage{self._made}"
        folder.mkdir()
        if engine == "postgresql" and self._postgres is None:
            self._postgres = Postgres(self.folder / "postgres")
        postgres = self._postgres if engine == "postgresql" else None
        url = postgres.new_database() if postgres else f"sqlite:///{folder / 'quizapp.db'}"
        stage = Stage(engine, folder, url, postgres)
        try:
            yield stage
        finally:
            stage.close()
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        if self._postgres is not None:
            self._postgres.stop()


@contextmanager
def theatre() -> Iterator[Theatre]:
    """Everything in a scratch folder of its own ($TMPDIR), gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="quizapp-bench-") as folder:
        Path(folder).chmod(0o755)  # the user that runs PostgreSQL must get through
        made = Theatre(Path(folder))
        try:
            yield made
        finally:
            made.close()
