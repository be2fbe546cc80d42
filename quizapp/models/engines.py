"""The engines behind a database: SQLite that is safe under many writers, PostgreSQL with a pool."""

import contextlib
import fcntl
import os
import sqlite3
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event

from quizapp.models.postgresql import CONNECT, prepare


class QueuedConnection(sqlite3.Connection):
    """An SQLite connection whose writers wait in the kernel's fair queue.

    SQLite itself makes writers sleep and try again, which starved some processes for seconds. The lock is taken before
    BEGIN IMMEDIATE and given back after the commit or rollback.
    """

    path = ""
    queue: int | None = None

    def enter(self) -> None:
        if self.queue is None:
            self.queue = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self.queue, fcntl.LOCK_EX)

    def leave(self) -> None:
        if self.queue is not None:
            fcntl.flock(self.queue, fcntl.LOCK_UN)

    def commit(self) -> None:
        super().commit()
        self.leave()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.leave()

    def close(self) -> None:
        try:
            super().close()
        finally:
            if self.queue is not None:
                os.close(self.queue)
                self.queue = None


def _dumps(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


_BOTH: dict[str, Any] = {
    "json_serializer": _dumps,
    "json_deserializer": orjson.loads,
    "hide_parameters": True,  # an error in the log must not hold answers, names or codes
}


def postgresql(url: str, pool_size: int, **more: Any) -> Engine:
    """An engine with a pool; who finds it empty is told so after two seconds."""
    from quizapp.models.driver import Connection, Cursor, take_ids_as_text  # noqa: PLC0415 - the driver takes its time, and SQLite does without

    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=2,
        pool_use_lifo=True,  # the connection used last knows every statement already
        connect_args={**CONNECT, "cursor_factory": Cursor},
        **_BOTH,
        **more,
    )
    event.listen(engine, "do_connect", lambda _, record, given, named: Connection.connect(*given, **named))
    event.listen(engine, "connect", prepare)
    event.listen(engine, "connect", take_ids_as_text)
    return engine


def sqlite(url: str, *, writes: bool) -> Engine:
    """An engine on one file; those that write stand in line, others cannot write at all."""
    engine = create_engine(
        url,
        connect_args={"factory": QueuedConnection, "timeout": 30},
        pool_size=20,
        max_overflow=20,
        pool_use_lifo=True,  # few stay in use: each keeps a megabyte of pages, of which a commit by anybody else makes waste
        **_BOTH,
    )

    file = engine.url.database or "quizapp.db"
    _make_private(file)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        connection.path = f"{file}.queue"
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "cache_size=-1000"):
            cursor.execute(f"PRAGMA {pragma}")
        if not writes:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        raw = connection.connection.dbapi_connection
        if not writes:
            raw.execute("BEGIN")
            return
        raw.enter()
        try:
            raw.execute("BEGIN IMMEDIATE")
        except BaseException:
            raw.rollback()
            raise

    return engine


def _make_private(path: str) -> None:
    """Answers and phone numbers are for nobody else on the machine."""
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
