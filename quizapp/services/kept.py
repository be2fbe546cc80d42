"""What never changes, kept in the process's memory."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """At most `room` things; what was not asked for longest goes first. Safe for many threads."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._things: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        with self._lock:
            found = self._things.get(key)
            if found is not None:
                self._things.move_to_end(key)
            return found

    def put(self, key: K, thing: V) -> None:
        with self._lock:
            self._things[key] = thing
            if len(self._things) > self._room:
                self._things.popitem(last=False)
