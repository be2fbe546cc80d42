"""Migrations run on the engine that `quizapp.models.schema` hands over, each step in a transaction of its own."""

from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext

from quizapp.models import Base

engine = context.config.attributes["engine"]


def check_references(ctx: MigrationContext, **_: Any) -> None:
    """At the end of a step on SQLite, where references were not looked at during it. Raises RuntimeError."""
    assert ctx.connection is not None
    if sqlite and (orphans := ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"rows that refer to nothing: {orphans[:5]}")


with engine.connect() as connection:
    sqlite = connection.dialect.name == "sqlite"
    raw = connection.connection.dbapi_connection
    if sqlite:  # it rebuilds a table by dropping it, which is refused while rows of others refer to it
        raw.execute("PRAGMA foreign_keys=OFF")
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=sqlite,
            transaction_per_migration=True,
            on_version_apply=check_references,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    finally:
        connection.rollback()
        if sqlite:
            raw.execute("PRAGMA foreign_keys=ON")
