"""Declarative base, column types, and the database that everything is read from and written to."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import JSON, URL, BigInteger, Integer, LargeBinary, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DatabaseError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from quizapp.errors import Unavailable
from quizapp.models import dump, engines, postgresql
from quizapp.models.direct import Direct
from quizapp.models.postgresql import Replica

Millis = BigInteger
"""UTC milliseconds since 1970, or a duration."""
Json = JSON().with_variant(JSONB(), "postgresql")
Merit = LargeBinary


class Id(Uuid[str]):
    """A UUID as text. PostgreSQL's driver gives it as such (`engines`); SQLite stores the 32 digits, and hyphens are all that is added:
    a UUID made of each takes four times as long."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(as_uuid=False)

    def result_processor(self, dialect: Any, coltype: object) -> Any:
        return None if dialect.supports_native_uuid else _hyphenated


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


class Database:
    """The engine behind `write()` (one transaction that takes its place in the queue), `read()` and `replica()` (one snapshot)."""

    def __init__(self, url: str, pool_size: int = 10, replica_url: str = "") -> None:
        self.url = url
        snapshots: dict[str, Any] = {}
        if url.startswith("sqlite"):
            self.writer = engines.sqlite(url, writes=True)
            self.reader, at_once = engines.sqlite(url, writes=False), self.writer
        else:
            self.writer = engines.postgresql(url, pool_size)
            self.reader = engines.postgresql(url, pool_size, isolation_level="AUTOCOMMIT")  # around one statement the rest is half of the cost
            snapshots, at_once = postgresql.SNAPSHOT, self.reader
        self._replica = Replica(engines.postgresql(replica_url, pool_size), self.reader) if replica_url else None
        self.direct = Direct(self.writer)
        self.carried: dict[str, Any] = {}  # what every session has in its `info`
        self._write = sessionmaker(self.writer, expire_on_commit=False, info=self.carried)
        self._at_once = sessionmaker(at_once, expire_on_commit=False, info=self.carried)
        self._read = sessionmaker(self.reader, expire_on_commit=False, info=self.carried)
        self._snapshot = sessionmaker(self.reader.execution_options(**snapshots), expire_on_commit=False)

    def writing(self) -> Session:
        """A session to write with; whoever opens it commits and closes it."""
        return self._write()

    def at_once(self) -> Session:
        """To write what stands alone. PostgreSQL: each statement a transaction of its own, so that no round trip keeps a row locked that
        everybody wants; SQLite, where one at a time writes, as `writing`."""
        return self._at_once()

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

    def reading_snapshot(self) -> Session:
        """The same of the primary."""
        return self._snapshot()

    @contextmanager
    def replica(self, now: int) -> Iterator[Session]:
        with self.reading_replica(now) as session:
            yield session
            session.commit()

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """To read with: the primary as it is when the first statement runs."""
        with self._snapshot.begin() as session:
            yield session

    @staticmethod
    def is_away(error: BaseException) -> bool:
        """Whether the database could not be reached, or had no room: try again later, nothing is wrong with the program."""
        known = OperationalError | PoolTimeout | InterfaceError | DisconnectionError | sqlite3.OperationalError
        lost = isinstance(error, DatabaseError) and error.connection_invalidated  # a pooler and its server each say it: no known error
        return lost or isinstance(error, known) or type(error) in (DatabaseError, sqlite3.DatabaseError)  # a file that is no database

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
