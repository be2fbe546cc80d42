"""Declarative base, column types, and engines that are safe under many writers."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import JSON, URL, BigInteger, Engine, Integer, LargeBinary, MetaData, Uuid, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DatabaseError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from quizapp.errors import Unavailable
from quizapp.models import dump, postgresql
from quizapp.models.direct import Direct
from quizapp.models.postgresql import Replica

Millis = BigInteger
"""UTC milliseconds since 1970, or a duration."""
Json = JSON().with_variant(JSONB(), "postgresql")
Merit = LargeBinary


class Id(Uuid[str]):
    """A UUID as text. SQLite stores the 32 digits: hyphens are all that is added, a UUID made of each takes four times as long."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(as_uuid=False)

    def result_processor(self, dialect: Any, coltype: object) -> Any:
        return super().result_processor(dialect, coltype) if dialect.supports_native_uuid else _hyphenated


def _hyphenated(value: str | None) -> str | None:
    return value and f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


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


class Database:
    """The engine behind `write()` (one transaction that takes its place in the queue), `read()` and `replica()` (one snapshot)."""

    def __init__(self, url: str, pool_size: int = 10, replica_url: str = "") -> None:
        self.url = url
        snapshots: dict[str, Any] = {}
        if url.startswith("sqlite"):
            self.writer = _sqlite(url, writes=True)
            self.reader = _sqlite(url, writes=False)
        else:
            self.writer = _postgresql(url, pool_size)
            self.reader = _postgresql(url, pool_size, isolation_level="AUTOCOMMIT")  # around one statement the rest is half of the cost
            snapshots = postgresql.SNAPSHOT
        self._replica = Replica(_postgresql(replica_url, pool_size), self.reader) if replica_url else None
        self.direct = Direct(self.writer)
        self.carried: dict[str, Any] = {}  # what every session has in its `info`
        self._write = sessionmaker(self.writer, expire_on_commit=False, info=self.carried)
        self._read = sessionmaker(self.reader, expire_on_commit=False, info=self.carried)
        self._snapshot = sessionmaker(self.reader.execution_options(**snapshots), expire_on_commit=False)

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
        """To read with: one snapshot on SQLite, the newest for each statement on PostgreSQL. What streams rows needs `replica()`."""
        with self._read.begin() as session:
            yield session

    def reading_replica(self, now: int) -> Session:
        """A session on one snapshot: of the replica where there is one that follows, else of the primary. It may lag by
        seconds, so nothing of one's own that was just written is read from it. Whoever opens it closes it."""
        return (self._replica and self._replica.reading(now)) or self._snapshot()

    @contextmanager
    def replica(self, now: int) -> Iterator[Session]:
        with self.reading_replica(now) as session:
            yield session
            session.commit()

    @contextmanager
    def at_once(self) -> Iterator[Session]:
        """PostgreSQL: each statement a transaction of its own, for a row that everybody wants: no round trip keeps it locked."""
        with Session(self.reader) as session:
            yield session

    @staticmethod
    def is_away(error: BaseException) -> bool:
        """Whether the database could not be reached, or had no room: try again later, nothing is wrong with the program."""
        known = OperationalError | PoolTimeout | InterfaceError | DisconnectionError | sqlite3.OperationalError
        return isinstance(error, known) or type(error) in (DatabaseError, sqlite3.DatabaseError)  # a file that is no database

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

    def weak_settings(self, connections: int) -> dict[str, str]:
        """Settings of the server that lose what was saved, or leave this host too few of so many connections; by name."""
        if self.writer.dialect.name == "sqlite":
            return {}
        with self.reader.connect() as connection:
            return postgresql.weak_settings(connection, connections)

    def backup(self, target: str) -> None:
        """Write the whole database to a file while others go on."""
        if self.writer.dialect.name == "sqlite":
            dump.backup_sqlite(self.writer.url.database or "", target)
        else:
            dump.backup_postgresql(self._direct_url(), target)

    def restore(self, source: str) -> None:
        """Replace the whole database by a backup."""
        if self.writer.dialect.name == "sqlite":
            self.dispose()
            dump.restore_sqlite(self.writer.url.database or "", source)
        else:
            url = self._direct_url()
            self.dispose()  # our own idle connections must not be in its way
            dump.restore_postgresql(url, source)

    def _direct_url(self) -> URL:
        """The address for PostgreSQL's own programs; what they set would stay behind in a pooler's shared connections."""
        with self.reader.connect() as connection:
            if postgresql.is_pooled(connection):
                raise Unavailable("QUIZAPP_DATABASE_URL 指向连接池，备份和恢复请改写 PostgreSQL 自己的地址和端口")
        return self.writer.url

    def dispose(self) -> None:
        self.direct.dispose()
        for engine in (self.writer, self.reader, *([self._replica.engine] if self._replica else [])):
            engine.dispose()


def _dumps(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _make_private(path: str) -> None:
    """Answers and phone numbers are for nobody else on the machine."""
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _postgresql(url: str, pool_size: int, **more: Any) -> Engine:
    from quizapp.models.cursor import Cursor  # noqa: PLC0415 - the driver takes its time, and SQLite does without

    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=2,
        pool_use_lifo=True,  # the connection used last knows every statement already
        connect_args={**postgresql.CONNECT, "cursor_factory": Cursor},
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        hide_parameters=True,
        **more,
    )
    event.listen(engine, "connect", postgresql.prepare)
    return engine


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

    file = engine.url.database or "quizapp.db"
    _make_private(file)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        connection.path = f"{file}.queue"
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
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


INSERTS: dict[str, Any] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}
"""INSERT by engine: both know ON CONFLICT, but SQLAlchemy keeps it in their dialects."""


def upsert(engine: str, model: type[Base]) -> Any:
    """An INSERT of a whole row, or an UPDATE of the one with the same primary key."""
    table: Any = model.__table__
    insert = INSERTS[engine](table)
    kept = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=kept)


def insert_into(session: Session, model: type[Base]) -> Any:
    """An INSERT that knows ON CONFLICT."""
    return INSERTS[session.get_bind().dialect.name](model.__table__)
