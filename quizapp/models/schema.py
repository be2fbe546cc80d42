"""Which migration a database is at, and bringing it to the newest."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from quizapp.models.base import Database

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.writer
    return config


def upgrade(database: Database, to: str = "head") -> None:
    command.upgrade(_config(database), to)


def downgrade(database: Database, to: str) -> None:
    command.downgrade(_config(database), to)


def current(database: Database) -> str | None:
    """The revision that the database is at; None where it is empty."""
    with database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The revision that this program needs."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    found = ScriptDirectory.from_config(config).get_current_head()
    assert found is not None
    return found
