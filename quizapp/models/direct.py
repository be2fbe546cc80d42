"""The driver itself, for the one statement that is run far more often than all others together."""

import contextlib
import re
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine


class Direct:
    """Statements that each stand alone: committed, and on the disk, when `run` returns. Safe for many threads.

    SQLAlchemy's own work for a statement of this size costs three times what the statement does. Statements name their
    values as `:name`.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine.dialect.name
        self._lines: _Together | _Apart = _Together(engine) if self.engine == "sqlite" else _Apart(engine)

    def run(self, statement: str, values: Mapping[str, object]) -> int:
        """How many rows the statement changed. Raises what the driver raises; then nothing is known of the outcome."""
        return self._lines.run(statement, values)

    def dispose(self) -> None:
        self._lines.dispose()


def _connection(engine: Engine) -> tuple[Any, bool]:
    """A connection of the driver's, and whether a pooler stands between."""
    pooled = engine.raw_connection()
    connection, is_pooled = pooled.driver_connection, bool(pooled.info.get("pooled"))
    pooled.detach()
    return connection, is_pooled


class _Asked:
    """A statement that waits for its turn, and what became of it."""

    def __init__(self, statement: str, values: Mapping[str, object]) -> None:
        self.statement, self.values = statement, values
        self.called = threading.Lock()  # given back when the statement is done, or when its thread is to do those that wait
        self.called.acquire()
        self.is_done = False
        self.changed = 0
        self.error: BaseException | None = None


class _Together:
    """SQLite, where one at a time writes and each commit waits for the disk: all that waits in this process when its turn comes is
    done in one transaction, by the thread that came first. Where one statement fails, none of them is kept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Any = None
        self._lock = threading.Lock()
        self._waiting: list[_Asked] = []
        self._is_led = False

    def run(self, statement: str, values: Mapping[str, object]) -> int:
        mine = _Asked(statement, values)
        with self._lock:
            self._waiting.append(mine)
            somebody_leads, self._is_led = self._is_led, True
        if somebody_leads:
            mine.called.acquire()
        if not mine.is_done:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.changed

    def _lead(self) -> None:
        """Do all that waits; who came meanwhile does the rest."""
        some: list[_Asked] = []
        error = None
        with self._lock:
            connection, self._connection = self._connection, None
        try:
            connection = connection or _connection(self._engine)[0]
            connection.enter()
            some = self._take()
            _in_one(connection, some)
            connection.leave()
        except BaseException as failed:
            error = failed
            _close(connection)
            connection, some = None, some or self._take()
        with self._lock:
            self._connection = connection
            following = self._waiting[0] if self._waiting else None
            self._is_led = following is not None
        if following is not None:
            following.called.release()
        for one in some:
            one.error, one.is_done = error, True
            one.called.release()

    def _take(self) -> list[_Asked]:
        with self._lock:
            taken, self._waiting = self._waiting, []
        return taken

    def dispose(self) -> None:
        with self._lock:
            idle, self._connection = self._connection, None
        _close(idle)


def _close(connection: Any) -> None:
    if connection is not None:
        with contextlib.suppress(Exception):
            connection.close()


def _in_one(connection: Any, some: list[_Asked]) -> None:
    """In one transaction; a statement that is alone is one by itself."""
    if len(some) > 1:
        connection.execute("BEGIN IMMEDIATE")
    for one in some:
        one.changed = connection.execute(one.statement, one.values).rowcount
    if len(some) > 1:
        connection.execute("COMMIT")


class _Apart:
    """PostgreSQL: a connection for each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._free: list[_Postgresql] = []

    def run(self, statement: str, values: Mapping[str, object]) -> int:
        line = self._free.pop() if self._free else self._new()
        try:
            changed = line.run(statement, values)
        except BaseException:
            _close(line)
            raise
        self._free.append(line)
        return changed

    def _new(self) -> "_Postgresql":
        connection, is_pooled = _connection(self._engine)
        return _Postgresql(connection, by_name=not is_pooled)

    def dispose(self) -> None:
        while self._free:
            self._free.pop().close()


class _Postgresql:
    """libpq as psycopg gives it: half of what its own `execute` costs. Behind a pooler no statement is known by a name."""

    def __init__(self, connection: Any, *, by_name: bool) -> None:
        from psycopg import OperationalError, pq  # noqa: PLC0415 - the driver takes its time, and SQLite does without

        connection.autocommit = True
        self._connection, self.close = connection, connection.close
        self._by_name, self._names = by_name, dict[str, bytes]()
        self._fine, self._failed = pq.ExecStatus.COMMAND_OK, OperationalError

    def run(self, statement: str, values: Mapping[str, object]) -> int:
        line: Any = self._connection.pgconn
        text, order = _numbered(statement)
        given = [str(values[name]).encode() for name in order]
        if self._by_name:
            result = line.exec_prepared(self._names.get(statement) or self._prepare(line, statement, text), given)
        else:
            result = line.exec_params(text, given)
        return int(self._checked(result).command_tuples or 0)

    def _prepare(self, line: Any, statement: str, text: bytes) -> bytes:
        name = b"direct_%d" % len(self._names)
        self._checked(line.prepare(name, text))
        self._names[statement] = name
        return name

    def _checked(self, result: Any) -> Any:
        if result.status != self._fine:
            raise self._failed(result.error_message.decode(errors="replace"))
        return result


@lru_cache(256)
def _numbered(statement: str) -> tuple[bytes, list[str]]:
    """The statement with $1, $2 … as PostgreSQL itself knows it, and the names in that order."""
    order: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in order:
            order.append(found[1])
        return f"${order.index(found[1]) + 1}"

    return re.sub(r"(?<!:):(\w+)", number, statement).encode(), order
