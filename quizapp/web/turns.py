"""Whose turn it is in a process: those who sit go first, and what takes long is waited for beside the work, not without end."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from quizapp.errors import Busy

AT_MOST = 60
"""Who waits in one process: two seconds of checking passwords. The server has a thread for each beside those that work."""
LATER = (2, 8)
"""Seconds after which the others should try again, each at another moment."""
SITTINGS = ("/api/v1/sittings/", "/s/")
"""What somebody whose clock runs asks for."""
ONE_OF = 4
"""One turn of so many is for the others."""
KEY = "quizapp.turns"
ARRIVED = "quizapp.arrived"
"""In the environ: when the request reached the process, or the proxy before it; UTC milliseconds."""


class Line:
    """So many at once; the others in the order of arrival, in two lines of which those in a hurry have the faster one.

    Python's own semaphore lets newcomers overtake, some for ever; and if the fast line always went first, the other would not move.
    """

    def __init__(self, count: int) -> None:
        self._free = count
        self._called = 0
        self._lock = threading.Lock()
        self._hurried: deque[threading.Lock] = deque()
        self._waiting: deque[threading.Lock] = deque()

    def enter(self, in_a_hurry: bool) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = threading.Lock()
            mine.acquire()
            (self._hurried if in_a_hurry else self._waiting).append(mine)
        mine.acquire()

    def leave(self) -> None:
        with self._lock:
            self._called += 1
            slow = self._waiting if self._called % ONE_OF == 0 else None
            following = slow or self._hurried or self._waiting
            if following:
                following.popleft().release()
            else:
                self._free += 1


class Turns:
    """WSGI: of all the threads of a process so many work at once; the rest wait, or have stepped aside, as sign-ins do whose password is being checked."""

    def __init__(self, app: Any, working: int) -> None:
        self._app = app
        self._working = Line(working)
        self._aside = threading.Semaphore(AT_MOST)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        environ[KEY] = self
        environ[ARRIVED] = time.time_ns() // 1_000_000
        self._working.enter(environ["PATH_INFO"].startswith(SITTINGS))
        try:
            return self._app(environ, start_response)
        finally:
            self._working.leave()

    @contextmanager
    def aside(self, too_many: str) -> Iterator[None]:
        """Let others work meanwhile. Raises Busy with these words where too many stand aside already."""
        if not self._aside.acquire(blocking=False):
            raise Busy(too_many, random.randint(*LATER))  # noqa: S311 - nothing secret
        try:
            self._working.leave()
            try:
                yield
            finally:
                self._working.enter(in_a_hurry=False)
        finally:
            self._aside.release()


def aside(environ: dict[str, Any], too_many: str) -> AbstractContextManager[None]:
    """What takes long, without holding up those who sit. Raises Busy with these words where too many wait already."""
    turns: Turns | None = environ.get(KEY)
    return turns.aside(too_many) if turns else nullcontext()
