"""Psycopg's cursor with a cheap `description`. Imported for PostgreSQL only."""

from typing import Any

import psycopg
from psycopg.pq import ExecStatus

_ROWS = frozenset({ExecStatus.TUPLES_OK, ExecStatus.SINGLE_TUPLE, ExecStatus.TUPLES_CHUNK})


class Cursor(psycopg.Cursor[Any]):
    """SQLAlchemy asks for it after every statement, mostly to see whether there are rows; psycopg makes an object of each column."""

    @property
    def description(self) -> list[tuple[Any, ...]] | None:  # type: ignore[override]
        """(name, type, …) of each column as PEP 249 has it, or None."""
        found = self.pgresult
        if found is None or found.status not in _ROWS:
            return None
        names = ((found.fname(at) or b"").decode() for at in range(found.nfields))
        return [(name, found.ftype(at), None, None, None, None, None) for at, name in enumerate(names)]
