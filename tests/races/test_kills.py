"""kill -9 under load: AI-01, FT-01, FT-02. QUIZAPP_KILL_ROUNDS sets how often everything is killed, for each engine."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from servers import Server, Writer, all_check, all_start, new_postgres_database, set_up
from waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("servers")]
ROUNDS = int(os.environ.pop("QUIZAPP_KILL_ROUNDS", "3"))  # taken away: the program refuses settings it does not know
WRITERS = 50


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'quizapp.db'}"
    return new_postgres_database(request.getfixturevalue("postgres"), "kills")


@pytest.fixture
def server(url: str, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path, url)
    yield made
    made.stop()


@contextmanager
def writing(writers: list[Writer], *, patient: bool) -> Iterator[None]:
    """All of them save at once until the block is left."""
    over = threading.Event()
    with ThreadPoolExecutor(len(writers)) as pool:
        running = [pool.submit(writer.write, over, patient) for writer in writers]
        try:
            yield
        finally:
            over.set()
        for one in running:
            one.result(60)


def ready(server: Server, url: str) -> list[Writer]:
    database, tokens = set_up(url, WRITERS)
    database.dispose()
    server.start()
    writers = [Writer(server.port, token) for token in tokens]
    all_start(writers)
    return writers


def saved_at_least(writers: list[Writer], count: int) -> bool:
    return sum(writer.saves for writer in writers) >= count


@pytest.mark.timeout(60 + 20 * ROUNDS)
def test_every_acknowledged_answer_survives_killing_everything(server: Server, url: str, capsys):
    writers = ready(server, url)
    lost: list[str] = []
    slowest, repeated = 0.0, 0
    for number in range(ROUNDS):
        before = sum(writer.saves for writer in writers)
        with writing(writers, patient=False):
            enough = before + random.randint(1, 400)
            until(partial(saved_at_least, writers, enough), "a random number of saves", look_every=0.002)
            server.kill()
        assert sum(writer.saves for writer in writers) > before, "nothing was being saved when it was killed"
        repeated += sum(bool(writer.pending) for writer in writers)
        slowest = max(slowest, server.start())
        lost += [f"round {number + 1}: {line}" for line in all_check(writers)]
    saves = sum(writer.saves for writer in writers)
    told = f"{server_kind(url)}: {ROUNDS} rounds, {saves} acknowledged saves, {len(lost)} lost, {repeated} without a reply, up again in {slowest:.1f} s"
    with capsys.disabled():
        print(f"\n{told}")
    assert not lost, lost


def server_kind(url: str) -> str:
    return url.split("+")[0].split(":")[0]


def test_one_killed_worker_is_replaced_and_loses_nothing(server: Server, url: str, capsys):
    writers = ready(server, url)
    with writing(writers, patient=True):
        until(lambda: all(writer.saves for writer in writers), "everybody saves")
        before = server.workers()
        victim = random.choice(before)
        killed_at = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        until(lambda: set(server.workers()) - set(before), "another worker takes the place of the killed one", 10)
        before_that = [writer.saves for writer in writers]
        until(
            lambda: all(writer.saves > count for writer, count in zip(writers, before_that, strict=True)), "everybody saves again"
        )
    errors = [at - killed_at for writer in writers for at, _ in writer.errors]
    assert not all_check(writers)
    told = f"{server_kind(url)}: one of {len(before)} workers killed, {sum(w.saves for w in writers)} acknowledged saves, 0 lost, " + (
        f"{len(errors)} errors within {max(errors, default=0):.2f} s"
    )
    with capsys.disabled():
        print(f"\n{told}")
    assert max(errors, default=0) <= 2.0, told
