"""On SQLite, what several threads save at the same time is one transaction, and each is told what became of its own."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import select
from waiting import until

from quizapp.models.base import Database
from quizapp.models.standings import JobRun

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
INSERT = "INSERT INTO job_runs (name, due_at) VALUES (:name, :due)"
Insert = Callable[[str], "Future[int]"]


@pytest.fixture
def traced(database: Database) -> list[str]:
    """What the one connection is asked, once it is there."""
    database.direct.run(INSERT, {"name": "first", "due": 0})
    told: list[str] = []
    database.direct._lines._connection.set_trace_callback(lambda statement: told.append(statement.split()[0]))
    return told


@pytest.fixture
def insert(database: Database) -> Iterator[Insert]:
    with ThreadPoolExecutor(8) as threads:
        yield lambda name: threads.submit(database.direct.run, INSERT, {"name": name, "due": 0})


@contextmanager
def somebody_writing(database: Database) -> Iterator[None]:
    with database.write() as session:
        session.connection()
        yield


def waiting(database: Database, count: int) -> None:
    until(lambda: len(database.direct._lines._waiting) == count, f"{count} wait")


def names(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(JobRun.name)))


def test_all_that_wait_are_one_transaction(database: Database, traced: list[str], insert: Insert):
    with somebody_writing(database):
        done = [insert(name) for name in "abcd"]
        waiting(database, 4)
        assert not any(one.done() for one in done)
    assert [one.result(20) for one in done] == [1, 1, 1, 1]
    assert traced == ["BEGIN", *["INSERT"] * 4, "COMMIT"] and names(database) == {"first", *"abcd"}


def test_each_is_told_how_many_rows_were_its_own(database: Database, traced: list[str]):
    with ThreadPoolExecutor(2) as threads:
        with somebody_writing(database):
            done = [
                threads.submit(database.direct.run, "UPDATE job_runs SET due_at = 7 WHERE name = :name", {"name": name})
                for name in ("first", "nobody")
            ]
            waiting(database, 2)
        assert [one.result(20) for one in done] == [1, 0]


def test_where_one_fails_none_is_kept_and_all_are_told(database: Database, traced: list[str], insert: Insert):
    with somebody_writing(database):
        done = [insert(name) for name in ("a", "first", "b")]
        waiting(database, 3)
    for one in done:
        with pytest.raises(sqlite3.IntegrityError):
            one.result(20)
    assert names(database) == {"first"}
    assert insert("a").result(20) == 1 and names(database) == {"first", "a"}, "the next is not held up"


def test_who_comes_while_others_are_written_is_written_next(database: Database, traced: list[str], insert: Insert):
    writes, goes_on = threading.Event(), threading.Event()

    def held() -> int:
        writes.set()
        return int(goes_on.wait(20))

    database.direct._lines._connection.create_function("held", 0, held)
    with ThreadPoolExecutor(1) as one:
        first = one.submit(database.direct.run, INSERT.replace(":due", "held()"), {"name": "a"})
        assert writes.wait(20)
        later = [insert(name) for name in "bcd"]
        waiting(database, 3)
        goes_on.set()
        assert [first.result(20), *(one.result(20) for one in later)] == [1, 1, 1, 1]
    assert traced == ["INSERT", "BEGIN", *["INSERT"] * 3, "COMMIT"] and names(database) == {"first", *"abcd"}


def test_a_file_that_cannot_be_opened_holds_nobody_up_afterwards(database: Database, insert: Insert, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as away:
        away.setattr(database.writer, "raw_connection", lambda: (_ for _ in ()).throw(sqlite3.OperationalError("unable to open")))
        with pytest.raises(sqlite3.OperationalError):
            insert("a").result(20)
    assert insert("a").result(20) == 1
