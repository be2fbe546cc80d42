"""The driver itself, for the one statement that is run far more often than all others together."""

import contextlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine


class Direct:
    """Connections on which a statement stands alone: it is committed, and on the disk, when `run` returns. Safe for many threads.

    SQLAlchemy's own work for a statement of this size costs three times what the statement does.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._free: list[Any] = []
        self.engine = engine.dialect.name

    def run(self, statement: str, values: Mapping[str, object]) -> tuple[Any, ...] | None:
        """The row that the statement returns, or None. Raises what the driver raises; then nothing is known of the outcome."""
        connection = self._free.pop() if self._free else self._new()
        try:
            rows = self._run(connection, statement, values)
        except BaseException:
            with contextlib.suppress(Exception):
                connection.close()
            raise
        self._free.append(connection)
        return rows[0] if rows else None

    def _run(self, connection: Any, statement: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        if self.engine == "postgresql":
            rows: list[tuple[Any, ...]] = connection.execute(statement, values).fetchall()
            return rows
        connection.enter()
        try:
            rows = connection.execute(statement, values).fetchall()
        finally:
            connection.leave()
        return rows

    def _new(self) -> Any:
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        if self.engine == "postgresql":
            connection.autocommit = True
        return connection

    def dispose(self) -> None:
        while self._free:
            self._free.pop().close()
