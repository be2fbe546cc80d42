"""PostgreSQL beyond one server: a pooler in between, a streaming replica, and the settings that keep what was saved."""

from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from quizapp.models.breaker import Breaker

CONNECT = {
    "connect_timeout": 3,
    # A host that lost its power says nothing: a thread would wait for a quarter of an hour. A live one that stalls for some
    # seconds on its disk reads nothing either, and must not lose what is being written: no sooner than the keepalives.
    "tcp_user_timeout": 25_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
BEAT = text("SELECT due_at FROM job_runs WHERE name = 'overdue'")  # some process moves it on every five seconds
BEHIND = 5_000
"""For how many milliseconds a beat may be overdue on the replica before the primary is asked whether there is a later one."""
GROWN = text("""
    SELECT format('%I.%I', schemaname, s.relname) FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
    WHERE s.n_live_tup > 2 * greatest(c.reltuples, 0) + 20 AND pg_has_role(c.relowner, 'USAGE')
""")
"""Our tables that have more than doubled since PostgreSQL last looked at them."""
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def prepare(connection: Any, record: Any) -> None:
    """A new connection. Behind a pooler every transaction may run on another server, where nothing was prepared.

    A pooler makes up the process number of a connection, and so gives itself away; nobody has to remember a setting.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        record.info["pooled"] = cursor.fetchone()[0] != connection.info.backend_pid
    connection.rollback()
    if record.info["pooled"]:
        connection.prepare_threshold = None


def is_pooled(connection: Connection) -> bool:
    return bool(connection.info["pooled"])


def weak_settings(connection: Connection, connections: int) -> dict[str, str]:
    """Settings under which a power failure loses what was acknowledged, or under which so many connections cannot be had."""
    found = {name: str(connection.exec_driver_sql(f"SHOW {name}").scalar_one()) for name in (*DURABLE, "max_connections")}
    weak = {name: found[name] for name in DURABLE if found[name] == "off"}
    if not is_pooled(connection) and int(found["max_connections"]) < connections:
        weak["max_connections"] = found["max_connections"]
    return weak


def grown_tables(session: Session) -> list[str]:
    """Tables that hold far more than PostgreSQL knows of. SQLite does not choose by that."""
    return list(session.scalars(GROWN)) if session.get_bind().dialect.name == "postgresql" else []


def look_at(session: Session, tables: list[str]) -> None:
    """By what it knows of a table PostgreSQL chooses among indexes, and its own daemon comes once a minute at best."""
    for table in tables:
        session.execute(text(f"ANALYZE (SKIP_LOCKED) {table}"))


class Replica:
    """Snapshots on a streaming replica, as long as it answers and follows the primary, or the primary is away itself."""

    def __init__(self, engine: Engine, primary: Engine) -> None:
        self.engine, self._primary = engine, primary
        self._sessions = sessionmaker(engine.execution_options(**SNAPSHOT), expire_on_commit=False)
        self._breaker, self._primary_breaker = Breaker("the replica", 5), Breaker("the primary", 5)

    def reading(self, now: int) -> Session | None:
        """A session whose snapshot is taken and seconds old at most; None where the primary has to be asked."""
        if not self._breaker.lets_through():
            return None
        session = self._sessions()
        try:
            beat = session.scalar(BEAT)
            follows, reason = (beat is not None and beat > now - BEHIND) or self._is_latest(beat), "it does not follow the primary"
        except SQLAlchemyError as error:
            follows, reason = False, type(error).__name__
        if follows:
            self._breaker.worked()
            return session
        session.close()
        self._breaker.failed(reason)
        return None

    def _is_latest(self, beat: int | None) -> bool:
        """Whether the primary has no later beat, or is away: an old board is better than none."""
        if not self._primary_breaker.lets_through():
            return True
        try:
            with self._primary.connect() as connection:
                latest = connection.scalar(BEAT)
        except SQLAlchemyError as error:
            self._primary_breaker.failed(type(error).__name__)
            return True
        self._primary_breaker.worked()
        return bool(latest == beat)
