"""The cache and the counts, with a Redis in every state in which one was ever found (FT-07)."""

import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import free_port
from deployed import Redis, program
from factories import SECRET
from redis import Redis as Client
from waiting import until

from quizapp.services import caches
from quizapp.services.caches import Cache, Counts, Shelf

needs_redis = pytest.mark.skipif(not program("redis-server"), reason="Redis is not installed (apt install redis-server)")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    made = Redis(tmp_path / "redis", free_port())
    made.start()
    yield made
    made.stop()


def shelf(redis: Redis, secret: str = SECRET) -> Shelf:
    return Shelf(redis.url, secret)


def test_what_was_put_is_there_until_its_time_is_up():
    cache = Cache()
    cache.put("a", b"1", 60)
    cache.put("b", b"2", 0)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (b"1", None, None)
    cache.put("a", b"3", 60)
    assert cache.get("a") == b"3"


def test_the_least_used_goes_first_and_the_room_is_never_exceeded():
    cache = Cache(room=1000)
    for name in "abc":
        cache.put(name, bytes(300), 60)
    cache.get("a")
    cache.put("d", bytes(300), 60)
    assert [name for name in "abcd" if cache.get(name)] == ["a", "c", "d"]
    for n in range(200):
        cache.put(str(n % 7), bytes(random.randrange(900)), 60)
        assert cache._size == sum(len(key) + len(value) for key, (_, value) in cache._kept.items()) <= 1000


def test_what_nobody_can_get_any_more_takes_no_room(monkeypatch: pytest.MonkeyPatch):
    """Every edition of a board has names of its own: they would pile up until all the room is taken."""
    now = 1000.0
    monkeypatch.setattr(caches.time, "monotonic", lambda: now)
    cache = Cache()
    for edition in range(1000):
        cache.put(f"board {edition}", b"x" * 1000, 10)
        now += 3
    assert len(cache._kept) == 4 and cache._size == sum(len(key) + 1000 for key in cache._kept)


def test_what_is_larger_than_a_megabyte_is_not_kept():
    cache = Cache()
    cache.put("a", bytes(caches.LARGEST + 1), 60)
    assert cache.get("a") is None


def test_many_threads_at_once_keep_it_whole():
    cache = Cache(room=5_000)
    wrong: list[object] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(2000):
            key = str(chance.randrange(40))
            cache.put(key, key.encode() * chance.randrange(1, 100), 60)
            found = cache.get(key)
            if found is not None and set(found) - set(key.encode()):
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and 0 < cache._size <= 5_000


@needs_redis
def test_processes_share_what_is_on_the_shelf(redis: Redis):
    one, other = Cache(shelf(redis)), Cache(shelf(redis))
    one.put("板", "榜".encode(), 60)
    assert other.get("板") == "榜".encode()
    Client.from_url(redis.url).flushall()
    assert other.get("板") == "榜".encode(), "it is in memory now"
    assert Cache(shelf(redis)).get("板") is None


@needs_redis
def test_time_on_the_shelf_counts(redis: Redis):
    Cache(shelf(redis)).put("a", b"1", 1)
    late = Cache(shelf(redis))
    assert late.get("a") == b"1" and late._kept["a"][0] <= time.monotonic() + 1
    until(lambda: late.get("a") is None, "its second is over", 5)


@needs_redis
def test_nobody_who_writes_to_redis_puts_a_page_on_our_screens(redis: Redis):
    Cache(shelf(redis)).put("a", b"<p>1</p>", 60)
    raw = Client.from_url(redis.url)
    [name] = raw.keys("*")
    sealed = raw.get(name)
    for forged in (b"", b"<script>", sealed[:-1], sealed + b"!", bytes([sealed[0] ^ 1]) + sealed[1:]):
        raw.set(name, forged, ex=60)
        assert Cache(shelf(redis)).get("a") is None
    raw.delete(name)
    raw.lpush(name, "x")
    assert Cache(shelf(redis)).get("a") is None


@needs_redis
def test_another_installation_on_the_same_redis_is_another_world(redis: Redis):
    Cache(shelf(redis)).put("a", b"1", 60)
    Counts(shelf(redis)).add(["account:alice"], 60)
    other = shelf(redis, "another installation's secret of 32 characters")
    assert Cache(other).get("a") is None and Counts(other).read(["account:alice"]) == {}
    assert not any(b"alice" in key for key in Client.from_url(redis.url).keys("*"))


@needs_redis
def test_counts_are_shared_and_end(redis: Redis):
    one, other = Counts(shelf(redis)), Counts(shelf(redis))
    assert one.add(["a", "b"], 60) and other.add(["a"], 60)
    assert one.read(["a", "b", "c"]) == {"a": 2, "b": 1}
    assert all(0 < Client.from_url(redis.url).ttl(key) <= 60 for key in Client.from_url(redis.url).keys("*"))


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Something on a port that is no Redis."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        kept: list[socket.socket] = []

        def serve() -> None:
            while not over.is_set():
                try:
                    kept.append(server.accept()[0])
                    answer(kept[-1])
                except OSError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        finally:
            over.set()
            thread.join()
            for one in kept:
                one.close()


def in_trouble(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Everything works as without Redis, at once, and the log has one line."""
    made = Shelf(url, SECRET)
    cache, counts = Cache(made), Counts(made)
    began = time.monotonic()
    cache.put("a", b"1", 60)
    assert cache.get("a") == b"1" and cache.get("b") is None
    assert counts.add(["a"], 60) is False and counts.read(["a"]) == {}
    for _ in range(200):
        cache.get("b")
    assert time.monotonic() - began < 1
    assert [record.levelname for record in caplog.records if record.name == "quizapp.outside"] == ["WARNING"]


def test_a_redis_that_is_not_there(caplog: pytest.LogCaptureFixture):
    in_trouble(f"redis://127.0.0.1:{free_port()}/0", caplog)


def test_a_redis_that_says_nothing_for_seconds(caplog: pytest.LogCaptureFixture):
    with listening(lambda _: None) as url:
        in_trouble(url, caplog)


def test_a_redis_that_talks_rubbish(caplog: pytest.LogCaptureFixture):
    with listening(lambda peer: peer.sendall(os.urandom(3000))) as url:
        in_trouble(url, caplog)


def test_a_redis_that_hangs_up(caplog: pytest.LogCaptureFixture):
    with listening(lambda peer: peer.close()) as url:
        in_trouble(url, caplog)


@needs_redis
@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.config_set("maxmemory-policy", "noeviction") and raw.config_set("maxmemory", 1),
        lambda raw: raw.replicaof("127.0.0.1", 1),
        lambda raw: raw.config_set("requirepass", "changed"),
    ],
    ids=["full", "read-only", "password changed"],
)
def test_a_redis_that_takes_nothing(redis: Redis, spoil, caplog: pytest.LogCaptureFixture):
    spoil(Client.from_url(redis.url))
    in_trouble(redis.url, caplog)


@needs_redis
def test_it_is_used_again_once_it_is_back(redis: Redis, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(caches, "REST", 0.05)
    one = Cache(shelf(redis))
    redis.stop()
    one.put("a", b"1", 60)
    redis.start()

    def is_back() -> bool:
        one.put("a", b"1", 60)
        return Cache(shelf(redis)).get("a") == b"1"

    until(is_back, "Redis is used again", 5)
