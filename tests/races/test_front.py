"""What nginx does with the site of deploy/: whom it asks again, and what it keeps; the hosts behind it are a few lines of our own."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from deployed import HOST, Nginx, free_ports, lacking, trusting
from servers import at_once
from waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("servers"), pytest.mark.skipif(bool(lacking("nginx")), reason=lacking("nginx"))]
BOARD = "/api/v1/contests/june/leaderboard"
SAVE = "/api/v1/sittings/1-1/answers"


class Host:
    """A host that notes what it is asked; it hangs up on as many requests, once it has read them, as `breaks` has entries."""

    def __init__(self, port: int, breaks: list[str]) -> None:
        self.port, self.breaks, self.status = port, breaks, 200
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                host.asked.append(f"{self.command} {self.path}")
                host.gate.wait(10)
                if host.breaks:
                    host.breaks.pop()
                    self.close_connection = True
                    return
                self.send_response(host.status)
                for name, value in (*host.headers.items(), ("Content-Length", "4")):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(f"{len(host.asked):4}".encode())

            do_GET = do_POST = do_PATCH = answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    breaks: list[str] = []
    made = [Host(port, breaks) for port in free_ports(2)]
    for one in made:
        one.start()
    yield made
    for one in made:
        one.stop()


@pytest.fixture
def nginx(tmp_path: Path, hosts: list[Host]) -> Iterator[Nginx]:
    ports = free_ports(2)
    made = Nginx(tmp_path / "nginx", (ports[0], ports[1]), (hosts[0].port, hosts[1].port))
    made.start()
    yield made
    made.stop()


def ask(nginx: Nginx, method: str, path: str, **headers: str) -> tuple[int, str]:
    line = http.client.HTTPSConnection("127.0.0.1", nginx.port, timeout=10, context=trusting(nginx.folder))
    line.host = HOST  # the name that is asked for and checked; the address is this machine's
    line._create_connection = lambda address, *more: socket.create_connection(("127.0.0.1", nginx.port), *more)
    with closing(line):
        line.request(method, path, b"{}" if method != "GET" else None, headers)
        reply = line.getresponse()
        return reply.status, reply.read().decode()


def asked(hosts: list[Host]) -> list[str]:
    return [line for host in hosts for line in host.asked]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PATCH", SAVE, 200),
        ("POST", "/api/v1/sittings/1-1/submission", 200),
        ("GET", "/api/v1/contests", 200),
        ("POST", "/api/v1/session", 502),
        ("POST", "/api/v1/contests/june/sittings", 502),
        ("POST", "/j/abc", 502),
    ],
)
def test_a_save_that_broke_off_is_given_to_the_other_host_a_sign_in_is_not(
    nginx: Nginx, hosts: list[Host], method: str, path: str, status: int
):
    hosts[0].breaks.append("once")
    assert ask(nginx, method, path)[0] == status
    assert asked(hosts) == [f"{method} {path}"] * (2 if status == 200 else 1)


def test_while_a_host_is_down_the_other_gets_everything(nginx: Nginx, hosts: list[Host]):
    hosts[0].stop()
    for method, path in (("PATCH", SAVE), ("POST", "/api/v1/session"), ("GET", "/"), ("POST", "/j/abc")) * 5:
        assert ask(nginx, method, path)[0] == 200
    assert len(hosts[1].asked) == 20


def test_a_board_is_asked_for_once_while_many_want_it(nginx: Nginx, hosts: list[Host]):
    for host in hosts:
        host.headers = {"Cache-Control": "public, max-age=0, s-maxage=1", "Vary": "Cookie"}
        host.gate.clear()

    def open_gate() -> None:
        until(lambda: asked(hosts), "the first one arrives")
        for host in hosts:
            host.gate.set()

    replies = at_once([lambda: ask(nginx, "GET", BOARD)] * 20 + [open_gate])
    assert set(replies[:-1]) == {(200, "   1")} and asked(hosts) == [f"GET {BOARD}"]
    assert ask(nginx, "GET", BOARD + "?after=x")[0] == 200 and len(asked(hosts)) == 2, "another address is another page"
    until(lambda: ask(nginx, "GET", BOARD) and len(asked(hosts)) > 2, "its second is over", 5)


def test_the_last_board_stays_while_no_host_answers(nginx: Nginx, hosts: list[Host]):
    for host in hosts:
        host.headers = {"Cache-Control": "public, max-age=0, s-maxage=1"}
    assert ask(nginx, "GET", BOARD) == (200, "   1")
    for host in hosts:
        host.status = 503
        host.headers = {}
    until(lambda: len(asked(hosts)) > 1 or not ask(nginx, "GET", BOARD), "its second is over", 5)
    assert ask(nginx, "GET", BOARD) == (200, "   1")
    for host in hosts:
        host.stop()
    assert ask(nginx, "GET", BOARD) == (200, "   1")


@pytest.mark.parametrize(
    ("sent", "replied"),
    [
        ({"Cookie": "session=x"}, {"Cache-Control": "public, max-age=0, s-maxage=5"}),
        ({"Authorization": "Bearer x"}, {"Cache-Control": "public, max-age=0, s-maxage=5"}),
        ({}, {"Cache-Control": "no-store"}),
        ({}, {"Cache-Control": "private, max-age=5"}),
        ({}, {"Cache-Control": "public, s-maxage=5", "Set-Cookie": "session=x"}),
        ({}, {}),
    ],
    ids=["with a cookie", "with a token", "no-store", "private", "sets a cookie", "says nothing"],
)
def test_what_is_personal_or_not_meant_to_be_kept_is_not(nginx: Nginx, hosts: list[Host], sent: dict[str, str], replied: dict[str, str]):
    for host in hosts:
        host.headers = replied
    for n in range(1, 4):
        assert ask(nginx, "GET", BOARD, **sent)[0] == 200 and len(asked(hosts)) == n
    for host in hosts:
        host.headers = {"Cache-Control": "no-store"}
    assert ask(nginx, "GET", BOARD)[0] == 200 and len(asked(hosts)) == 4, "nor is it shown to anybody else"


def test_other_pages_are_never_kept(nginx: Nginx, hosts: list[Host]):
    for host in hosts:
        host.headers = {"Cache-Control": "public, max-age=5, s-maxage=5"}
    for n, path in enumerate(("/", "/", "/c/june", "/c/june", "/api/v1/sittings/1-1", "/api/v1/sittings/1-1"), start=1):
        assert ask(nginx, "GET", path)[0] == 200 and len(asked(hosts)) == n
