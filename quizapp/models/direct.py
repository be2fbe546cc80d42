"""The driver itself, for the one statement that is run far more often than all others together."""

import contextlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine


class Direct:
    """Connections on which a statement stands alone: it is committed, and on the disk, when `run` returns. Safe for many threads.

    SQLAlchemy's own work for a statement of this size costs three times what the statement does. Statements name their
    values as `:name`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._free: list[_Sqlite | _Postgresql] = []
        self.engine = engine.dialect.name

    def run(self, statement: str, values: Mapping[str, object]) -> int:
        """How many rows the statement changed. Raises what the driver raises; then nothing is known of the outcome."""
        line = self._free.pop() if self._free else self._new()
        try:
            changed = line.run(statement, values)
        except BaseException:
            with contextlib.suppress(Exception):
                line.close()
            raise
        self._free.append(line)
        return changed

    def _new(self) -> "_Sqlite | _Postgresql":
        pooled = self._engine.raw_connection()
        connection, behind_a_pooler = pooled.driver_connection, bool(pooled.info.get("pooled"))
        pooled.detach()
        return _Sqlite(connection) if self.engine == "sqlite" else _Postgresql(connection, by_name=not behind_a_pooler)

    def dispose(self) -> None:
        while self._free:
            self._free.pop().close()


class _Sqlite:
    def __init__(self, connection: Any) -> None:
        self._connection, self.close = connection, connection.close

    def run(self, statement: str, values: Mapping[str, object]) -> int:
        self._connection.enter()
        try:
            return int(self._connection.execute(statement, values).rowcount)
        finally:
            self._connection.leave()


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
