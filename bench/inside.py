"""The application in this process: sessions for made-up people, and what a request asks of the database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import session
from sqlalchemy import event

from bench.places import SECRET, Stage
from bench.seeding import token
from quizapp.app import create_app, now_ms
from quizapp.settings import Settings
from quizapp.web import access


@dataclass
class Asked:
    """Statements other than BEGIN, COMMIT and PRAGMA, and the seconds the database took for them."""

    statements: int = 0
    seconds: float = 0.0


class Inside:
    """The same application as the servers', on the same database and secret."""

    def __init__(self, stage: Stage) -> None:
        self._database = stage.database
        settings = Settings(database_url=stage.url, secret_key=SECRET, instance=str(stage.folder / "instance"))
        self.app = create_app(settings, now_ms, database=stage.database)

    def session_of(self, number: int) -> tuple[str, str]:
        """(cookie, CSRF token) of a person who signed in before; nobody pays for a password check."""
        with self.app.test_request_context("/"):
            access.remember(token(number))
            csrf = access.csrf_token()
            response = self.app.response_class()
            self.app.session_interface.save_session(self.app, session._get_current_object(), response)  # type: ignore[attr-defined]
            return response.headers["Set-Cookie"].partition(";")[0], csrf

    def call(self, number: int, method: str, path: str, body: Any = None) -> tuple[Any, Asked]:
        """A request with a bearer token: (the reply's JSON, what it asked of the database)."""
        client = self.app.test_client(use_cookies=False)
        headers = {"Authorization": f"Bearer {token(number)}", "Host": "127.0.0.1"}
        with self._counted() as asked:
            reply = client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        if reply.status_code >= 300:
            raise RuntimeError(f"{method} {path}: {reply.status_code} {reply.get_data(as_text=True)}")
        return reply.json, asked

    @contextmanager
    def _counted(self) -> Iterator[Asked]:
        asked, began = Asked(), [0.0]

        def before(*_: Any) -> None:
            began[0] = time.perf_counter()

        def after(_: Any, __: Any, statement: str, *___: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                asked.statements += 1
                asked.seconds += time.perf_counter() - began[0]

        def run(statement: str, values: Any) -> Any:
            before()
            try:
                return directly(statement, values)
            finally:
                after(None, None, statement)

        engines, direct = {self._database.writer, self._database.reader}, self._database.direct
        directly, direct.run = direct.run, run  # type: ignore[method-assign]
        for engine in engines:
            event.listen(engine, "before_cursor_execute", before)
            event.listen(engine, "after_cursor_execute", after)
        try:
            yield asked
        finally:
            direct.run = directly  # type: ignore[method-assign]
            for engine in engines:
                event.remove(engine, "before_cursor_execute", before)
                event.remove(engine, "after_cursor_execute", after)
