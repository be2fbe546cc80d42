"""Declarative base, column types, and engines that are safe under many writers."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import JSON, BigInteger, Engine, Integer, LargeBinary, MetaData, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DatabaseError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from quizapp.models import dump

Millis = BigInteger
"""UTC milliseconds since 1970, or a duration."""
Json = JSON().with_variant(JSONB(), "postgresql")
Merit = LargeBinary
RowId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class QueuedConnection(sqlite3.Connection):
    """An SQLite connection whose writers wait in the kernel's fair queue.

    SQLite itself makes writers sleep and try again, which starved some processes for seconds. The lock is taken before
    BEGIN IMMEDIATE and given back after the commit or rollback.
    """

    queue: int | None = None

    def enter(self, path: str) -> None:
        if self.queue is None:
            self.queue = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self.queue, fcntl.LOCK_EX)

    def _leave(self) -> None:
        if self.queue is not None:
            fcntl.flock(self.queue, fcntl.LOCK_UN)

    def commit(self) -> None:
        super().commit()
        self._leave()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._leave()

    def close(self) -> None:
        try:
            super().close()
        finally:
            if self.queue is not None:
                os.close(self.queue)
                self.queue = None


class Database:
    """The engine behind `write()` (one transaction that takes its place in the queue) and `read()` (a consistent snapshot)."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = url
        if url.startswith("sqlite"):
            self.writer = _sqlite(url, writes=True)
            self.reader = _sqlite(url, writes=False)
        else:
            self.writer = self.reader = create_engine(
                url,
                pool_size=pool_size,
                max_overflow=pool_size,
                pool_timeout=2,
                connect_args={"connect_timeout": 3},
                json_serializer=_dumps,
                json_deserializer=orjson.loads,
                hide_parameters=True,
            )
        self._write = sessionmaker(self.writer, expire_on_commit=False)
        self._read = sessionmaker(self.reader, expire_on_commit=False)

    def writing(self) -> Session:
        """A session to write with; whoever opens it commits and closes it."""
        return self._write()

    def reading(self) -> Session:
        return self._read()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, committed at the end unless something is raised."""
        with self._write.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._read() as session:
            yield session

    @staticmethod
    def is_away(error: BaseException) -> bool:
        """Whether the database could not be reached, or had no room: try again later, nothing is wrong with the program."""
        known = OperationalError | PoolTimeout | InterfaceError | DisconnectionError
        return isinstance(error, known) or type(error) is DatabaseError  # the last: a file that is no database

    def answers(self) -> bool:
        """Whether the database can be reached."""
        try:
            with self.reader.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except Exception as error:
            if not self.is_away(error):
                raise
            return False
        return True

    def backup(self, target: str) -> None:
        """Write the whole database to a file while others go on."""
        if self.writer.dialect.name == "sqlite":
            dump.backup_sqlite(self.writer.url.database or "", target)
        else:
            dump.backup_postgresql(self.writer.url, target)

    def restore(self, source: str) -> None:
        """Replace the whole database by a backup."""
        self.dispose()
        if self.writer.dialect.name == "sqlite":
            dump.restore_sqlite(self.writer.url.database or "", source)
        else:
            dump.restore_postgresql(self.writer.url, source)

    def dispose(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def _dumps(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _make_private(path: str) -> None:
    """Answers and phone numbers are for nobody else on the machine."""
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _sqlite(url: str, *, writes: bool) -> Engine:
    engine = create_engine(
        url,
        connect_args={"factory": QueuedConnection, "timeout": 30},
        pool_size=20,
        max_overflow=20,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        hide_parameters=True,  # an error in the log must not hold answers, names or codes
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        if not writes:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    file = engine.url.database or "quizapp.db"
    _make_private(file)
    path = file + ".queue"

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        if not writes:
            connection.exec_driver_sql("BEGIN")
            return
        raw = connection.connection.dbapi_connection
        raw.enter(path)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            raw.rollback()
            raise

    return engine


def insert_into(session: Session, model: type[Base]) -> Any:
    """An INSERT that knows ON CONFLICT, which SQLite and PostgreSQL share but SQLAlchemy keeps in their dialects."""
    return (sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert)(model)
