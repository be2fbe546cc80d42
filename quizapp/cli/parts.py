"""What `app.main` hands the commands, so that they touch neither tables nor the clock themselves."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from quizapp.settings import Settings


def saves_go_first() -> None:
    """For what the jobs of a server start beside those who are served."""
    os.nice(10)


@dataclass
class Parts:
    """Settings are read and the database is opened when a command first asks for them."""

    read_settings: Callable[[], Settings]
    make_database: Callable[..., Any]
    schema: Any
    clock: Callable[[], int]
    check_schema: Callable[[Any], None]
    is_away: Callable[[BaseException], bool] = field(default=lambda _: False)

    @cached_property
    def settings(self) -> Settings:
        return self.read_settings()

    @cached_property
    def database(self) -> Any:
        return self.make_database(self.settings.database_url, replica_url=self.settings.replica_url)

    def ready(self) -> Any:
        """The database, at this program's migration. Raises BadSettings."""
        self.check_schema(self.database)
        return self.database

    def write(self) -> AbstractContextManager[Any]:
        writing: AbstractContextManager[Any] = self.ready().write()
        return writing

    def read(self) -> AbstractContextManager[Any]:
        reading: AbstractContextManager[Any] = self.ready().read()
        return reading
