"""What psycopg does too dearly for us: descriptions of columns, UUIDs, rollbacks. Imported for PostgreSQL only."""

from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.types.string import TextLoader

_ROWS = frozenset({ExecStatus.TUPLES_OK, ExecStatus.SINGLE_TUPLE, ExecStatus.TUPLES_CHUNK})


class Connection(psycopg.Connection[Any]):
    """After a rollback psycopg drops every statement it has prepared, since tables may have come or gone with it. Ours do not, and
    each statement would be planned anew, up to ten times over, half a millisecond each, whenever a board was read or a request refused."""

    def rollback(self) -> None:
        if self.pgconn.transaction_status == TransactionStatus.INTRANS:  # not after an error of PostgreSQL's: that may be a statement's own
            self.pgconn.exec_(b"ROLLBACK")
        super().rollback()  # what is left to do, such as saying that the connection is lost


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


def take_ids_as_text(connection: Any, _: object) -> None:
    """PostgreSQL sends a UUID as text; to make an object of it, and of that a text again, takes ten times as long."""
    connection.adapters.register_loader("uuid", TextLoader)
