"""HTTP/1.1 on connections that stay open, as little work per request as can be: the generator shares the cores."""

import asyncio
import time
from array import array
from collections import Counter, defaultdict, deque
from typing import Any, NamedTuple

import orjson

PATIENCE = 60.0  # seconds until a reply counts as lost
WELL = frozenset({200, 201, 204, 302, 303, 304})


class Reply(NamedTuple):
    """status 0 is a connection that broke or a reply that did not come in time."""

    status: int
    head: bytes
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)

    def header(self, name: bytes) -> bytes:
        """The first header of that lower-case name, or b""."""
        at = self.head.lower().find(b"\r\n" + name + b": ")
        if at < 0:
            return b""
        start = at + len(name) + 4
        end = self.head.find(b"\r\n", start)
        return self.head[start : end if end >= 0 else len(self.head)]


NO_REPLY = Reply(0, b"", b"")


class Line(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._clear()
        self.open = True

    def _clear(self) -> None:
        self._got, self._body_at, self._whole = b"", -1, -1

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def send(self, request: bytes) -> "asyncio.Future[Reply]":
        loop = asyncio.get_running_loop()
        self._waiting = waiting = loop.create_future()
        late = loop.call_later(PATIENCE, self.close)
        waiting.add_done_callback(lambda _: late.cancel())
        if self.open:
            self._transport.write(request)
        else:
            waiting.set_result(NO_REPLY)
        return waiting

    def data_received(self, data: bytes) -> None:
        self._got = self._got + data if self._got else data
        if self._body_at < 0 and not self._read_head():
            return
        if self._whole < 0:
            if self._got.endswith(b"0\r\n\r\n"):
                self._finish(_unchunked(self._got[self._body_at :]))
        elif len(self._got) >= self._whole:
            self._finish(self._got[self._body_at : self._whole])

    def _read_head(self) -> bool:
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return False
        self._body_at = end + 4
        head = self._got[:end].lower()
        at = head.find(b"\r\ncontent-length: ")
        if at >= 0:
            stop = head.find(b"\r\n", at + 18)
            self._whole = self._body_at + int(head[at + 18 : stop if stop > 0 else len(head)])
        elif b"transfer-encoding: chunked" not in head:
            self._whole = self._body_at
        if head[9:12] in (b"204", b"304"):
            self._whole = self._body_at
        return True

    def _finish(self, body: bytes) -> None:
        reply = Reply(int(self._got[9:12]), self._got[: self._body_at - 4], body)
        waiting, self._waiting = self._waiting, None
        self._clear()
        if b"\r\nconnection: close" in reply.head.lower():
            self.close()
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    def connection_lost(self, _: Exception | None) -> None:
        self.open = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(NO_REPLY)

    def close(self) -> None:
        self.open = False
        self._transport.close()


def _unchunked(data: bytes) -> bytes:
    parts: list[bytes] = []
    while True:
        size, _, data = data.partition(b"\r\n")
        count = int(size.partition(b";")[0], 16)
        if count == 0:
            return b"".join(parts)
        parts.append(data[:count])
        data = data[count + 2 :]


class Lines:
    """Open connections shared by many people, as those of a proxy are; who finds none waits, and the wait counts."""

    def __init__(self, port: int, most: int = 512) -> None:
        self.port, self._most, self._made = port, most, 0
        self._idle: list[Line] = []
        self._queue: deque[asyncio.Future[None]] = deque()

    async def send(self, request: bytes) -> Reply:
        line = await self._take()
        if line is None:
            return NO_REPLY
        try:
            return await line.send(request)
        finally:
            self._give_back(line)

    async def _take(self) -> Line | None:
        while True:
            while self._idle:
                line = self._idle.pop()
                if line.open:
                    return line
                self._made -= 1
            if self._made < self._most:
                self._made += 1
                try:
                    _, line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", self.port)
                except OSError:
                    self._made -= 1
                    return None
                return line
            turn = asyncio.get_running_loop().create_future()
            self._queue.append(turn)
            await turn

    def _give_back(self, line: Line) -> None:
        if line.open:
            self._idle.append(line)
        else:
            self._made -= 1
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                break

    def close(self) -> None:
        for line in self._idle:
            line.close()
        self._idle.clear()


class Record:
    """Every reply time by kind of request, all of them kept, and every status."""

    def __init__(self) -> None:
        self.times: dict[str, array[float]] = defaultdict(lambda: array("d"))
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.on = True

    def add(self, kind: str, status: int, seconds: float) -> None:
        if self.on:
            self.statuses[kind, status] += 1
            if status in WELL:
                self.times[kind].append(seconds)

    def note(self, kind: str, seconds: float) -> None:
        """A time that is not that of one request."""
        if self.on:
            self.times[kind].append(seconds)

    def count(self, kind: str) -> int:
        return len(self.times[kind])

    def faults(self) -> dict[str, int]:
        """Replies that were not what was asked for, as `save 503`."""
        return {f"{kind} {status or 'no reply'}": n for (kind, status), n in self.statuses.items() if status not in WELL}

    def table(self) -> dict[str, dict[str, float]]:
        """By kind: how many, and p50, p95, p99, max in milliseconds."""
        return {kind: spread(times) for kind, times in self.times.items() if times}


def percentile(ordered: "list[float] | array[float]", share: float) -> float:
    """The nearest rank: the smallest value that `share` of all values do not exceed; milliseconds of seconds."""
    rank = max(1, -(-len(ordered) * share // 1))
    return ordered[int(rank) - 1] * 1000


def spread(times: "array[float]") -> dict[str, float]:
    ordered = sorted(times)
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {"count": len(ordered)} | {name: percentile(ordered, share) for name, share in shares.items()}


class Browser:
    """Whoever asks: cookie and CSRF token, or a bearer token, or nobody."""

    def __init__(self, lines: Lines, record: Record, cookie: str = "", csrf: str = "", bearer: str = "") -> None:
        self._lines, self.record = lines, record
        self.become(cookie, csrf, bearer)

    def become(self, cookie: str = "", csrf: str = "", bearer: str = "") -> None:
        """From now on another person, or the same with a new session."""
        head = f"Host: 127.0.0.1:{self._lines.port}\r\nAccept: */*\r\n"
        head += f"Cookie: {cookie}\r\n" if cookie else ""
        head += f"X-CSRFToken: {csrf}\r\n" if csrf else ""
        head += f"Authorization: Bearer {bearer}\r\n" if bearer else ""
        self._head = head.encode()

    async def call(
        self, kind: str, method: str, path: str, body: Any = None, *, due: float | None = None, extra: bytes = b"",
        form: bytes | None = None, may_wait: bool = False,
    ) -> Reply:  # fmt: skip
        """One request; its time runs from `due` (perf_counter) where it should have been sent then.

        Being given a place in the line is no fault where one `may_wait`: it is counted apart.
        """
        began = time.perf_counter() if due is None else due
        sent = form if form is not None else b"" if body is None else orjson.dumps(body)
        about = b""
        if method != "GET":
            mime = b"application/x-www-form-urlencoded" if form is not None else b"application/json"
            about = b"Content-Type: %b\r\nContent-Length: %d\r\n" % (mime, len(sent))
        request = b"%b %b HTTP/1.1\r\n%b%b%b\r\n%b" % (method.encode(), path.encode(), self._head, about, extra, sent)
        reply = await self._lines.send(request)
        in_line = may_wait and reply.status in (429, 503) and b'"queue"' in reply.body
        self.record.add(f"{kind}: a place in the line" if in_line else kind, 200 if in_line else reply.status, time.perf_counter() - began)
        return reply
