"""Leaving alone for a while what has just failed, so that nobody waits for it again and again."""

import logging
import threading
import time

log = logging.getLogger("quizapp.outside")


class Breaker:
    """One helper outside this process that may be away; safe for many threads."""

    def __init__(self, name: str, rest: float) -> None:
        self._name, self._rest = name, rest
        self._lock = threading.Lock()
        self._away, self._until = False, 0.0

    def lets_through(self) -> bool:
        """Whether to try now: always while all is well; after a failure nobody for `rest` seconds, then one caller."""
        if not self._away:
            return True
        with self._lock:
            if time.monotonic() < self._until:
                return False
            self._until = time.monotonic() + self._rest
            return True

    def worked(self) -> None:
        if self._away:
            self._away = False
            log.warning("%s is back", self._name)

    def failed(self, reason: str) -> None:
        """Open for `rest` seconds; one line in the log, however often it fails until it is back."""
        with self._lock:
            first, self._away = not self._away, True
            self._until = time.monotonic() + self._rest
        if first:
            log.warning("%s is left alone for %.0f s: %s", self._name, self._rest, reason)
