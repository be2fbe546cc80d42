"""The express lane of a save. Nine requests of ten are one: somebody whose cookie, token and paper this process has seen saves an answer."""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import orjson
from flask import Flask

from quizapp.errors import QuizError
from quizapp.services import accounts, papers, saves, views
from quizapp.web import access
from quizapp.web.access import Sessions
from quizapp.web.edge import Edge, arrival
from quizapp.web.proxies import Application

LARGEST = 100_000
_PATH = re.compile(r"/api/v1/sittings/(\d{1,9}-[0-9a-f]{32})/answers")


class Express:
    """WSGI: such a save is one statement and nothing else. All that is not quite so goes the usual way, and every refusal is said there:
    a save that comes twice has the same key, so trying it here first does no harm.
    """

    def __init__(self, app: Flask, usual: Application) -> None:
        made: Edge = app.extensions["quizapp"]
        self._app, self._usual, self._edge = app, usual, made
        self._cookie = str(app.config["SESSION_COOKIE_NAME"]) + "="
        self._headers = [
            ("Content-Type", "application/json"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
            ("Vary", "Cookie"),
        ]
        if made.settings.https:
            self._headers.append(("Strict-Transport-Security", "max-age=31536000"))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        reply = self._save(environ) if environ["REQUEST_METHOD"] == "PATCH" else None
        if reply is None:
            return self._usual(environ, start_response)
        start_response("200 OK", [*self._headers, ("Content-Length", str(len(reply)))])
        return [reply]

    def _save(self, environ: dict[str, Any]) -> bytes | None:
        """The reply to a save; None where it goes the usual way."""
        found = _PATH.fullmatch(environ["PATH_INFO"])
        token = self._token(environ) if found and not environ.get("QUERY_STRING") else None
        given = _given(environ) if token else None
        if not (found and token and given and saves.surely_fit(found[1], given[2])):
            return None
        now = arrival(environ, self._edge.clock())
        try:
            saved = saves.save_directly(self._edge.database.direct, found[1], accounts.fingerprint(token), *given, now)
        except Exception:  # what it was is found out, and told, the usual way
            return None
        if saved is None:
            return None
        return orjson.dumps({"revision": saved.revision, "saved_at": views.iso(saved.saved_at, self._edge.settings.timezone)})

    def _token(self, environ: dict[str, Any]) -> str | None:
        """The device's token, where nothing speaks against the request: the guards of `web.access` on what a browser sends."""
        settings, host = self._edge.settings, environ.get("HTTP_HOST", "")
        if not access.is_ours(host, settings.base_url):
            return None
        bearer = access.bearer_in(environ.get("HTTP_AUTHORIZATION", ""))
        if bearer is not None:
            return bearer
        session = self._session(environ.get("HTTP_COOKIE", ""))
        if session is None or not access.is_same_origin(environ.get("HTTP_ORIGIN"), host):
            return None
        if not access.is_token_of(settings.secret_key, session.get("csrf_token"), environ.get("HTTP_X_CSRFTOKEN")):
            return None
        return session.get("_user_id")

    def _session(self, header: str) -> dict[str, Any] | None:
        """What the session cookie says, where its signature was good before."""
        found = [part for part in header.split("; ") if part.startswith(self._cookie)]
        interface = self._app.session_interface
        if len(found) != 1 or not isinstance(interface, Sessions):
            return None
        return interface.known(self._app, found[0].removeprefix(self._cookie))


def _given(environ: dict[str, Any]) -> tuple[int, str, papers.Answers] | None:
    """Revision, key and answers of the body, which is left as it was for the usual way; None where something is odd about it."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit() and 0 < int(length[:9]) <= LARGEST):
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    try:
        values = orjson.loads(body)
        revision, key, answers = values["revision"], values["key"], papers.check_shape(values["answers"])
    except (orjson.JSONDecodeError, KeyError, TypeError, QuizError):
        return None
    fine = type(revision) is int and 0 <= revision < 2**31 and type(key) is str and 0 < len(key) <= 64 and "\0" not in key
    return (revision, key, answers) if fine and answers else None
