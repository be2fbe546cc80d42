"""The large shape of deploy/ as one thing: two hosts, nginx, pgbouncer, primary, replica, Redis; and people who use it from outside."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conftest import SECRET
from deployed import HOST, Nginx, Pooler, Primary, Program, Redis, Replica, free_ports, serve_command, trusting
from servers import Line, Reply, Server, Writer, at_once
from waiting import until

from quizapp.models.base import Database

EXCUSED = frozenset({0, 502, 503, 504})
"""What a phone bears: it keeps the answer and tries again."""


class AppHost(Server):
    """One host: the command of the systemd unit and the settings of deploy/README.md, no folder that another one knows."""

    def __init__(self, folder: Path, port: int, settings: dict[str, str]) -> None:
        folder.mkdir()
        self.folder, self.port, self._traced = folder, port, False
        self._command = serve_command(port)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUIZAPP_")}
        self._environ = kept | settings | {"QUIZAPP_INSTANCE": str(folder / "instance")}
        self._process = None

    def is_used(self) -> bool:
        """Whether nginx keeps connections to it."""
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        mine, established = f":{self.port:04X}", "01"
        return any(fields[1].endswith(mine) and fields[3] == established for fields in map(str.split, lines))


class Shape:
    """Everything, started in order."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)  # PostgreSQL and pgbouncer are another user's
        self._begun = ExitStack()
        try:
            self._begin(folder)
        except BaseException:
            self._begun.close()
            raise

    def _begin(self, folder: Path) -> None:
        for name in ("primary", "replica"):
            (folder / name).mkdir()
        self.primary = Primary(folder / "primary")
        self._begun.callback(stop_at_once, self.primary)
        ports = free_ports(8)
        self.redis = Redis(folder / "redis", ports[0])
        self._keep(self.redis)
        secret = self.primary.make_quizapp()
        self.replica = Replica(folder / "replica", self.primary, ports[1])
        self._begun.callback(stop_at_once, self.replica)
        self.pooler = Pooler(folder / "pooler", ports[2], self.primary, secret)
        self.other_pooler = Pooler(folder / "other-pooler", ports[3], self.replica, secret)
        self._keep(self.pooler, self.other_pooler)
        settings = {
            "QUIZAPP_BASE_URL": f"https://{HOST}", "QUIZAPP_TRUSTED_PROXIES": "127.0.0.1", "QUIZAPP_SECRET_KEY": SECRET,
            "QUIZAPP_DATABASE_URL": self.pooler.url, "QUIZAPP_REPLICA_URL": self.other_pooler.url, "QUIZAPP_REDIS_URL": self.redis.url,
        }  # fmt: skip
        self.settings = settings
        self.hosts = [AppHost(folder / f"host{port}", port, settings) for port in ports[4:6]]
        self.nginx = Nginx(folder / "nginx", (ports[6], ports[7]), (ports[4], ports[5]))

    def start(self) -> None:
        """The part that needs tables."""
        self._begun.callback(lambda: at_once(host.stop for host in self.hosts))
        at_once(host.start for host in self.hosts)
        self._keep(self.nginx)

    def _keep(self, *parts: Program) -> None:
        for part in parts:
            self._begun.callback(part.stop)
            part.start()

    def __enter__(self) -> "Shape":
        return self

    def __exit__(self, *_: object) -> None:
        self._begun.close()

    def database(self) -> Database:
        """As the hosts have it."""
        return Database(self.pooler.url, replica_url=self.other_pooler.url)

    def quizapp(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """A command on a host."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUIZAPP_")}
        program = str(Path(sys.executable).with_name("quizapp"))
        return subprocess.run([program, *arguments], env=kept | self.settings | settings, capture_output=True, text=True, check=False)


def stop_at_once(cluster: Primary) -> None:
    with suppress(RuntimeError):  # it was stopped already
        cluster.stop("immediate")


class Phone(Line):
    """A connection to nginx by the public name, the certificate checked."""

    def __init__(self, nginx: Nginx, token: str = "") -> None:
        super().__init__(nginx.port, token)
        self._http = http.client.HTTPSConnection(HOST, timeout=15, context=trusting(nginx.folder))
        self._http._create_connection = lambda _, *more: socket.create_connection(("127.0.0.1", nginx.port), *more)  # type: ignore[attr-defined]

    def call(self, method: str, path: str, body: Any = None) -> Reply:
        try:
            return super().call(method, path, body)
        except json.JSONDecodeError as error:  # a page of nginx's own
            self._http.close()
            raise ConnectionError(str(error)) from error


@dataclass
class Short:
    """Somebody who starts twice at once, gives three answers, hands in and asks for the receipt again; everything until it succeeds."""

    nginx: Nginx
    token: str
    sitting: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    receipts: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    tries: int = 0

    def go_through(self) -> None:
        both: list[Reply] = []
        threads = [threading.Thread(target=lambda: both.append(self._insist("POST", "/api/v1/contests/june/sittings", {}))) for _ in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if {reply[1].get("id") for reply in both} != {both[0][1]["id"]} or not {200, 201} >= {reply[0] for reply in both}:
            self.faults.append(f"two starts: {[(status, reply.get('id')) for status, reply in both]}")
        self.sitting = both[0][1]["id"]
        for number in range(3):
            answer = {str(number + 1): f"{self.token[:6]}-{number}"}
            status, reply = self._insist(
                "PATCH", f"/api/v1/sittings/{self.sitting}/answers", {"revision": number, "key": f"s{number}", "answers": answer}
            )
            if (status, reply.get("revision")) != (200, number + 1):
                self.faults.append(f"save {number}: {status} {reply}")
            self.answers |= answer
        for _ in range(2):
            status, reply = self._insist("POST", f"/api/v1/sittings/{self.sitting}/submission", {"revision": 3, "key": "in"})
            if status != 200:
                self.faults.append(f"hand in: {status} {reply}")
            self.receipts.add(reply.get("receipt", ""))

    def _insist(self, method: str, path: str, body: Any) -> Reply:
        """Again on a new connection until somebody answers."""
        made: list[Reply] = []

        def try_once() -> bool:
            self.tries += 1
            with closing(Phone(self.nginx, self.token)) as phone:
                try:
                    made.append(phone.call(method, path, body))
                except OSError:
                    return False
            return made[-1][0] not in EXCUSED

        until(try_once, f"{method} {path} is answered", 30, look_every=0.1)
        return made[-1]


@dataclass
class Watcher:
    """Somebody who refreshes a board all the time."""

    nginx: Nginx
    path: str
    token: str = ""
    seen: list[tuple[float, int, str]] = field(default_factory=list)

    def watch(self, over: threading.Event) -> None:
        with closing(Phone(self.nginx, self.token)) as phone:
            while not over.wait(0.1):
                try:
                    status, reply = phone.call("GET", self.path)
                except OSError as error:
                    status, reply = 0, {"as_of": str(error)}
                self.seen.append((time.monotonic(), status, str(reply.get("as_of", reply))))


def people(nginx: Nginx, tokens: list[str]) -> list[Writer]:
    return [Writer(nginx.port, token, lambda _, token: Phone(nginx, token), EXCUSED) for token in tokens]
