"""What may be forgotten at any moment: pages made a second ago, and counts of failures. Process memory, and Redis where there is one."""

import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any, TypeVar

from quizapp.models.breaker import Breaker

T = TypeVar("T")
ROOM = 16 * 1024 * 1024
"""Bytes that one process keeps."""
LARGEST = 1024 * 1024
WITHIN = 0.05
"""Seconds that anything asked of Redis may take."""
REST = 5.0
SEAL = 16


class Shelf:
    """A Redis that may be away, slow, full, read-only or full of rubbish: then every answer is None, and at once.

    Names and contents are sealed with the installation's secret: two installations may share a Redis, and what somebody else
    wrote there is never shown to anybody.
    """

    def __init__(self, url: str, secret: str) -> None:
        from redis import Redis  # noqa: PLC0415 - only where there is one
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        self._redis = Redis.from_url(
            url, socket_timeout=WITHIN, socket_connect_timeout=WITHIN, retry=Retry(NoBackoff(), 0), protocol=2, driver_info=None
        )
        self._secret = blake2b(secret.encode()).digest()
        self._breaker = Breaker("Redis", REST)

    def ask(self, work: Callable[[Any], T]) -> T | None:
        """What `work` brings from Redis; None when it cannot."""
        if not self._breaker.lets_through():
            return None
        try:
            brought = work(self._redis)
        except Exception as error:  # whatever Redis sends, the visitor's request has nothing to do with it
            self._breaker.failed(type(error).__name__)
            return None
        self._breaker.worked()
        return brought

    def name(self, key: str) -> str:
        """No login and no telephone number stands in Redis."""
        return "quizapp:" + blake2b(key.encode(), key=self._secret, digest_size=16).hexdigest()

    def seal(self, key: str, value: bytes) -> bytes:
        return self._seal_of(key, value) + value

    def unseal(self, key: str, sealed: object) -> bytes | None:
        if not isinstance(sealed, bytes) or not hmac.compare_digest(sealed[:SEAL], self._seal_of(key, sealed[SEAL:])):
            return None
        return sealed[SEAL:]

    def _seal_of(self, key: str, value: bytes) -> bytes:
        return blake2b(key.encode() + b"\0" + value, key=self._secret, digest_size=SEAL).digest()


class Cache:
    """Bytes by name for some seconds; the least used go first, when their time is up or there is no more room. Safe for many threads."""

    def __init__(self, shelf: Shelf | None = None, room: int = ROOM) -> None:
        self._shelf, self._room = shelf, room
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._size = 0

    def get(self, key: str) -> bytes | None:
        """What was put under this name by any process, unless its time is up or it had to make room."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None and time.monotonic() < found[0]:
                self._kept.move_to_end(key)
                return found[1]
        return None if self._shelf is None else self._fetch(self._shelf, key)

    def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep it for so many seconds, here and on the shelf; larger than a megabyte is not kept."""
        if len(value) > LARGEST:
            return
        self._keep(key, value, seconds)
        shelf = self._shelf
        if shelf is not None:
            shelf.ask(lambda redis: redis.set(shelf.name(key), shelf.seal(key, value), ex=seconds))

    def _fetch(self, shelf: Shelf, key: str) -> bytes | None:
        name = shelf.name(key)
        brought = shelf.ask(lambda redis: redis.pipeline(transaction=False).get(name).pttl(name).execute())
        sealed, left_ms = brought or (None, 0)
        value = shelf.unseal(key, sealed)
        if value is None or left_ms <= 0:
            return None
        self._keep(key, value, left_ms / 1000)
        return value

    def _keep(self, key: str, value: bytes, seconds: float) -> None:
        now = time.monotonic()
        with self._lock:
            self._drop(key)
            self._kept[key] = (now + seconds, value)
            self._size += len(key) + len(value)
            while self._kept and (self._size > self._room or next(iter(self._kept.values()))[0] <= now):
                self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._size -= len(key) + len(found[1])


class Counts:
    """How often something happened lately, in Redis only."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def add(self, keys: Iterable[str], seconds: int) -> bool:
        """Count once more under each key, all or none; False when Redis could not."""
        names = [self._shelf.name(key) for key in keys]

        def count(redis: Any) -> bool:
            together = redis.pipeline(transaction=True)
            for name in names:
                together.incr(name).expire(name, seconds)
            return len(together.execute()) == 2 * len(names)

        return self._shelf.ask(count) or False

    def read(self, keys: Iterable[str]) -> dict[str, int]:
        """The counts that Redis knows; nothing when it is away."""
        wanted = list(keys)
        found = self._shelf.ask(lambda redis: redis.mget([self._shelf.name(key) for key in wanted])) or []
        return {key: int(count) for key, count in zip(wanted, found, strict=False) if count is not None and count.isdigit()}
