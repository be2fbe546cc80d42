"""create_app and main: the one place where the parts are joined."""

import logging
import sys
import time
from collections.abc import Callable

from flask import Flask

from quizapp import cli, jobs, web
from quizapp.models import schema
from quizapp.models.base import Database
from quizapp.settings import BadSettings, Settings, read
from quizapp.web.edge import Edge


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def create_app(
    settings: Settings | None = None, clock: Callable[[], int] = now_ms, *, database: Database | None = None, run_jobs: bool = False
) -> Flask:
    """The application. Raises BadSettings where the database is not at this program's migration."""
    settings = settings or read()
    database = database or Database(settings.database_url)
    check_schema(database)
    app = Flask("quizapp.web", static_folder=None)
    app.logger.setLevel(logging.INFO)
    web.init_app(app, Edge(settings, database, clock))
    if run_jobs:
        jobs.start(database, settings.secret_key, clock)
    return app


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


def serving() -> Flask:
    """The application of one server process, with the jobs."""
    try:
        return create_app(run_jobs=True)
    except BadSettings as error:
        sys.exit(f"无法启动：{error}")


def main() -> None:
    """The command line."""
    try:
        parts = cli.Parts(read, Database, schema, now_ms, check_schema, Database.is_away)
        sys.exit(cli.run(sys.argv[1:], parts))
    except BadSettings as error:
        sys.exit(f"无法启动：{error}")
