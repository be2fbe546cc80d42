"""Which migration a database is at, and bringing it to the newest."""

from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from quizapp.models.base import Database

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def _alembic(database: Database) -> tuple[Any, Any]:
    """Its commands, and their configuration for this database."""
    from alembic import command  # noqa: PLC0415 - a quarter of a second that a starting server need not spend
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.writer
    return command, config


def upgrade(database: Database, to: str = "head") -> None:
    command, config = _alembic(database)
    command.upgrade(config, to)


def downgrade(database: Database, to: str) -> None:
    command, config = _alembic(database)
    command.downgrade(config, to)


def current(database: Database) -> str | None:
    """The revision that the database is at; None where it is empty."""
    with database.reader.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def head() -> str:
    """The revision that this program needs: its migrations are numbered in the order in which they run."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
