"""Waiting for a condition, bounded; never for a time."""

import time
from collections.abc import Callable


def until(holds: Callable[[], object], what: str, within: float = 20, look_every: float = 0.02) -> None:
    """Look until `holds()` is true; AssertionError when it is not within so many seconds."""
    last = time.monotonic() + within
    while not holds():
        assert time.monotonic() < last, f"not within {within} s: {what}"
        time.sleep(look_every)
