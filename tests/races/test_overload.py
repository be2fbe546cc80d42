"""More starts than the deployment takes (LD-01, LD-14): new ones wait in line, those who sit go on, and nobody is lost."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from servers import Line, Reply, Server, Writer, all_check, all_start, call, new_postgres_database, set_up
from sqlalchemy import func, select
from waiting import until

from quizapp.app import now_ms
from quizapp.models.admissions import Gate, Waiting
from quizapp.models.base import Database
from quizapp.models.sittings import Sitting
from quizapp.services.admissions import BURST_US, NAME, SECOND

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("servers")]
RATE = 3
STEP_US = SECOND // RATE
BURST = RATE * BURST_US // SECOND
WRITERS = 6
PEOPLE = 3 * BURST


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'quizapp.db'}"
    return new_postgres_database(request.getfixturevalue("postgres"), "overload")


@pytest.fixture
def prepared(url: str) -> Iterator[Callable[[int], tuple[Database, list[str]]]]:
    """A contest with so many contestants; its database is closed in the end."""
    made: list[Database] = []

    def prepare(people: int) -> tuple[Database, list[str]]:
        database, tokens = set_up(url, people)
        made.append(database)
        return database, tokens

    yield prepare
    for database in made:
        database.dispose()


@pytest.fixture
def server(url: str, tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path, url, QUIZAPP_STARTS_PER_SECOND=str(RATE))
    yield made
    made.stop()


@dataclass
class Phone:
    """Somebody who starts, and where there is a line comes back when told."""

    port: int
    token: str
    impatient: bool = False  # comes back once at half time, and keeps the place
    replies: list[Reply] = field(default_factory=list)

    def start(self, stop: threading.Event) -> None:
        line = Line(self.port, self.token)
        while not stop.is_set():
            status, told = line.call("POST", "/api/v1/contests/june/sittings", {})
            self.replies.append((status, told))
            if status != 503:
                break
            wait = told["queue"]["wait_ms"] / 1000
            stop.wait(wait / 2 if self.impatient and len(self.replies) == 1 else wait)
        line.close()


def turns(database: Database) -> dict[str, int]:
    """The line: account → when it is due, µs."""
    with database.read() as session:
        return dict(session.execute(select(Waiting.account_id, Waiting.due_us).order_by(Waiting.due_us)).all())


def begun(database: Database) -> dict[str, int]:
    """Account → when its sitting began, ms. Fails where somebody has two."""
    with database.read() as session:
        assert session.scalar(select(func.max(Sitting.attempt_no))) == 1
        rows: Any = session.execute(select(Sitting.account_id, Sitting.started_at)).all()
    assert len(dict(rows)) == len(rows)
    return dict(rows)


@pytest.mark.timeout(90)
def test_three_times_too_many_start_and_those_who_sit_notice_nothing(server: Server, url: str, prepared, capsys):
    database, tokens = prepared(WRITERS + PEOPLE)
    server.start()
    writers = [Writer(server.port, token) for token in tokens[:WRITERS]]
    all_start(writers)
    phones = [Phone(server.port, token, number % 5 == 0) for number, token in enumerate(tokens[WRITERS:])]
    over = threading.Event()
    with ThreadPoolExecutor(WRITERS + PEOPLE) as pool:
        saving = [pool.submit(writer.write, over, False) for writer in writers]
        starting = [pool.submit(phone.start, over) for phone in phones]
        try:
            until(lambda: all(phone.replies for phone in phones), "everybody has got in or has a place")
            line = turns(database)
            until(lambda: all(one.done() for one in starting), "everybody got in", 60)
        finally:
            over.set()
        for one in [*starting, *saving]:
            one.result(30)
    saves = sum(writer.saves for writer in writers)
    waited = [phone for phone in phones if len(phone.replies) > 1]
    with capsys.disabled():
        print(f"\n{url.split(':')[0]}: {PEOPLE} starts, {len(waited)} waited in line, {saves} saves meanwhile")
    assert not [writer.errors for writer in writers if writer.errors], "a save was turned away"
    assert not all_check(writers) and saves > 10 * WRITERS
    assert len(waited) > BURST, "there was a line"
    check_line(database, line, phones)


def check_line(database: Database, line: dict[str, int], phones: list[Phone]) -> None:
    """One slot after the other, nobody before the turn, everybody at the first coming back after it, nobody twice."""
    dues = list(line.values())
    gaps = [later - earlier for earlier, later in zip(dues, dues[1:], strict=False)]  # the first have got in meanwhile
    assert all(gap > 0 and gap % STEP_US == 0 for gap in gaps), gaps
    started = begun(database)
    assert len(started) == WRITERS + PEOPLE
    assert all(started[account] * 1000 >= due for account, due in line.items())
    for phone in phones:
        assert phone.replies[-1][0] == 201 and len(phone.replies) <= (3 if phone.impatient else 2), phone.replies
        places = [told["queue"]["place"] for status, told in phone.replies if status == 503]
        assert places == sorted(places, reverse=True)
    assert turns(database) == {}


def test_a_place_outlives_the_server(server: Server, prepared):
    database, (token,) = prepared(1)
    wait = 6
    server.start()
    with database.write() as session:
        session.add(Gate(name=NAME, next_us=now_ms() * 1000 + BURST_US + wait * SECOND))
    status, told = call(server.port, "POST", "/api/v1/contests/june/sittings", token, {})
    assert status == 503
    due = time.monotonic() + told["queue"]["wait_ms"] / 1000
    server.kill()
    server.start()
    status, again = call(server.port, "POST", "/api/v1/contests/june/sittings", token, {})
    assert status == 201 or again["queue"]["place"] < told["queue"]["place"], again
    until(lambda: call(server.port, "POST", "/api/v1/contests/june/sittings", token, {})[0] in (200, 201), "it is let in", wait + 5, 0.2)
    assert time.monotonic() >= due - 1
