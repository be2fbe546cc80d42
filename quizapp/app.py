"""create_app and main: the one place where the parts are joined."""

import ctypes
import gc
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from quizapp import cli
from quizapp.models import schema
from quizapp.models.base import Database
from quizapp.services.caches import Cache, Counts, Shelf
from quizapp.services.contests import Running
from quizapp.services.exports import Run
from quizapp.settings import BadSettings, Settings, read

if TYPE_CHECKING:
    from flask import Flask

M_ARENA_MAX = -8  # <malloc.h>
DIRECT, BEHIND_A_PROXY = 2_000, 20_000
"""Milliseconds that a request may have waited for its turn since it was stamped."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def create_app(
    settings: Settings | None = None, clock: Callable[[], int] = now_ms, *, database: Database | None = None, run_jobs: bool = False
) -> "Flask":
    """The application. Raises BadSettings where the database is not at this program's migration."""
    from flask import Flask  # noqa: PLC0415 - a third of a second that a command need not spend

    from quizapp import jobs, web  # noqa: PLC0415
    from quizapp.web.edge import Edge  # noqa: PLC0415

    settings = settings or read()
    database = database or Database(settings.database_url, replica_url=settings.replica_url)
    check_schema(database)
    app = Flask("quizapp.web", static_folder=None)
    app.logger.setLevel(logging.INFO)
    shelf = Shelf(settings.redis_url, settings.secret_key) if settings.redis_url else None
    if shelf:
        database.carried["counts"] = Counts(shelf)
    web.init_app(app, Edge(settings, database, clock, Cache(shelf), bring_up_boards))
    if run_jobs:
        apart = jobs.Apart(begin_export, bring_up_boards)
        jobs.start(database, settings.secret_key, clock, apart, BEHIND_A_PROXY if settings.trusted_proxies else DIRECT)
    return app


def begin_export(run: Run) -> None:
    """Begin to make a large file."""
    process = _begin("export", run.export_id, str(run.number))
    threading.Thread(target=process.wait, daemon=True).start()  # so that it leaves no zombie


def bring_up_boards(contest: Running) -> None:
    """Bring boards of many units up to date. Raises CalledProcessError."""
    process = _begin("boards", contest.rules.slug)
    if process.wait():
        raise subprocess.CalledProcessError(process.returncode, "boards")


def _begin(*arguments: str) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-c", "from quizapp.app import main; main()", *arguments]
    return subprocess.Popen(program, stdin=subprocess.DEVNULL)  # noqa: S603 - our own program, names of our own


def check_schema(database: Database) -> None:
    """Old code on a new schema, or the reverse, does not start."""
    try:
        current = schema.current(database)
    except Exception as error:
        if not database.is_away(error):
            raise
        raise BadSettings("连不上数据库，请检查 QUIZAPP_DATABASE_URL 和数据库服务") from None
    if current != schema.head():
        raise BadSettings(f"数据库结构是 {current or '空'}，程序需要 {schema.head()}；请先运行 quizapp db upgrade")


def serving() -> "Flask":
    """The application of one server process, with the jobs."""
    from quizapp.web.turns import Turns  # noqa: PLC0415

    keep_two_heaps()
    try:
        app = create_app(run_jobs=True)
    except BadSettings as error:
        sys.exit(f"无法启动：{error}")
    gc.freeze()  # what was made to start with stays: collections need not look at it again
    app.wsgi_app = Turns(app.wsgi_app, app.extensions["quizapp"].settings.threads)  # type: ignore[method-assign]
    return app


def keep_two_heaps() -> None:
    """Have all threads to come share two heaps of the C library: one for each leaves ten megabytes of holes in a process.

    Said by a call: it reads MALLOC_ARENA_MAX only when a program starts, and a server's processes are forked. Others than glibc
    do not know the call.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def main() -> None:
    """The command line."""
    try:
        gc.freeze()  # long lists are gone through in less time where what was imported is not looked at again and again
        parts = cli.Parts(read, Database, schema, now_ms, check_schema, Database.is_away)
        sys.exit(cli.run(sys.argv[1:], parts))
    except BadSettings as error:
        sys.exit(f"无法启动：{error}")
