"""Migrations run on the engine that `quizapp.models.schema` hands over, each step in a transaction of its own."""

from alembic import context

from quizapp.models import Base

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    sqlite = connection.dialect.name == "sqlite"
    raw = connection.connection.dbapi_connection
    if sqlite:  # it rebuilds a table by dropping it, and would refuse or take the rows that refer to it along
        raw.execute("PRAGMA foreign_keys=OFF")
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=sqlite,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if sqlite and (orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise RuntimeError(f"rows that refer to nothing: {orphans[:5]}")
        connection.commit()
    finally:
        connection.rollback()
        if sqlite:
            raw.execute("PRAGMA foreign_keys=ON")
