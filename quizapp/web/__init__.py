"""The pages: one module per kind of visitor; each guards its own door. One session per request, committed here."""

import hashlib
import secrets
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, current_app, g, render_template, request, send_from_directory
from flask_babel import Babel, gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from quizapp.errors import Invalid, NotFound, QuizError
from quizapp.rules.roles import Role
from quizapp.services.sittings import Overdue
from quizapp.settings import Settings
from quizapp.web import (
    access,
    account,
    admin,
    api,
    contestant,
    joining,
    liaison,
    official,
    organiser,
    preparing,
    public,
    record,
    words,
)
from quizapp.web.edge import Edge, edge, finish_transaction, settle
from quizapp.web.express import Express
from quizapp.web.footer import footer_texts
from quizapp.web.proxies import TrustedProxies
from quizapp.web.readers import Readers
from quizapp.web.replies import Json, problem

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
DAY = 86_400
ALWAYS = ("X-Content-Type-Options", "nosniff")
OF_PAGES = [
    ("Content-Security-Policy", POLICY),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
]
ONLY_HTTPS = ("Strict-Transport-Security", f"max-age={DAY * 365}")
THE_SAME_FOR_ALL = ("static", "public.picture")
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def init_app(app: Flask, made: Edge) -> None:
    """Join the pages to an application."""
    app.extensions["quizapp"] = made
    settings = made.settings
    app.json = Json(app)
    app.config.update(_config(settings))
    app.wsgi_app = Readers(made, Express(app, app.wsgi_app))  # type: ignore[method-assign]
    if settings.trusted_proxies:
        app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    app.before_request(_arrive)
    app.before_request(_check_host)
    Babel(app)
    access.init_app(app)
    app.before_request(_check_form)
    words.init_app(app)
    for part in (public, account, joining, contestant, preparing, record, organiser, official, liaison, admin, api):
        app.register_blueprint(part.bp)
    app.add_url_rule("/static/<version>/<path:filename>", "static", _static_file)
    app.after_request(_leave)
    app.teardown_request(_forget)
    app.register_error_handler(QuizError, _refuse)
    app.register_error_handler(CSRFError, _refuse_http)
    app.register_error_handler(HTTPException, _refuse_http)
    app.register_error_handler(Exception, _fail)
    app.context_processor(_globals)


def _config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": 1_000_000,
        "MAX_FORM_MEMORY_SIZE": 1_000_000,
        "MAX_FORM_PARTS": 500,
        "SESSION_COOKIE_NAME": "__Host-session" if settings.https else "session",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": 366 * DAY,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,  # a sitting may last for hours; the token dies with the session
        "WTF_CSRF_SSL_STRICT": False,
        "BABEL_DEFAULT_LOCALE": settings.locale,
        "BABEL_DEFAULT_TIMEZONE": settings.timezone,
    }


def _arrive() -> None:
    g.now = edge().clock()
    if "\0" in request.path or (request.query_string and any("\0" in text for text in request.args.values())):
        raise NotFound("没有找到这个页面")


def _check_form() -> None:
    """No database keeps a NUL; no person types one."""
    if request.mimetype in FORMS and any("\0" in text for text in request.form.values()):
        raise Invalid("表单里有无法保存的字符")


def _check_host() -> Response | None:
    """A forged Host header never gets into a link or a QR code."""
    if request.endpoint not in ("public.healthz", "public.readyz") and not access.is_ours(request.host, edge().settings.base_url):
        return Response("不提供这个地址的服务", 421, mimetype="text/plain")
    return None


def _leave(response: Response) -> Response:
    """Commit before the reply is sent, when it says that all went well."""
    finish_transaction(commit=response.status_code < HTTPStatus.BAD_REQUEST)
    response.headers.add(*ALWAYS)
    if response.mimetype != "application/json":  # no browser opens these as a page: for an answer saved they would be most of the reply
        for name, value in OF_PAGES:
            response.headers.setdefault(name, value)
    if request.endpoint not in THE_SAME_FOR_ALL:
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.add("Cookie")
    if edge().settings.https:
        response.headers.add(*ONLY_HTTPS)
    return response


def _forget(_: BaseException | None) -> None:
    finish_transaction(commit=False)


def _refuse(error: QuizError) -> Response:
    finish_transaction(commit=False)
    if isinstance(error, Overdue):
        settle(error)
        error.current = {"state": "handed_in"}
    if error.status == HTTPStatus.UNAUTHORIZED and not _wants_json() and request.method in ("GET", "HEAD"):
        return cast("Response", account.to_sign_in())
    response = _error(error.status, words.said(error), error)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _refuse_http(error: HTTPException) -> Response:
    original = getattr(error, "original_exception", None)
    if original is not None:  # the commit itself failed
        return _fail(original)
    finish_transaction(commit=False)
    texts = {
        400: "请求的格式不对，请刷新页面再试",
        404: "没有找到这个页面",
        405: "这个地址不支持这种操作",
        413: "内容太大",
        415: "请求应为 JSON（Content-Type: application/json）",
    }
    if isinstance(error, CSRFError):
        return _error(400, gettext("页面放得太久了，请刷新后再试"))
    status = error.code or 500
    if 300 <= status < 400:
        redirect: Response = error.get_response()  # type: ignore[assignment]
        return redirect
    return _error(status, gettext(texts.get(status, "出错了，请稍后再试")))


def _fail(error: Exception) -> Response:
    """Something nobody foresaw: roll back, show a number, tell the log; never a trace in front of people."""
    finish_transaction(commit=False)
    event = secrets.token_hex(4)
    away = edge().database.is_away(error)
    current_app.logger.error("event %s: %s %s", event, request.method, request.path, exc_info=error)
    if away:
        response = _error(503, gettext("服务器正忙，您的答案仍保存在手机上，请稍后再试"), event=event)
        response.headers["Retry-After"] = "3"
        return response
    return _error(500, gettext("出错了，请稍后再试；仍不行请把编号告诉主办单位"), event=event)


def _wants_json() -> bool:
    return request.path.startswith("/api/")


def _error(status: int, detail: str, error: QuizError | None = None, event: str | None = None) -> Response:
    if _wants_json():
        return problem(status, detail, error, event)
    page = render_template("public/error.html", status=status, title=detail, detail="", event=event)
    return Response(page, status)


STATIC = Path(__file__).parent / "static"


@cache
def _version() -> str:
    """One hash of all static files: modules import each other by relative paths, so they change address together."""
    digest = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(path.relative_to(STATIC).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _static_file(version: str, filename: str) -> Response:
    """A static file, cached for ever under the present version; a page opened before an update gets it all the same."""
    known = version == _version()
    return send_from_directory(STATIC, filename, max_age=365 * DAY if known else 0)


def _static(path: str) -> str:
    return f"{request.script_root}/static/{_version()}/{path}"


class Me:
    """The visitor as templates see them."""

    def __init__(self, visitor: Any) -> None:
        self.name = visitor.name or visitor.login
        self.role = visitor.role.value
        self.liaison = visitor.liaison
        self.unit_name = visitor.unit_name
        self.is_staff = visitor.role is not Role.CONTESTANT
        self.has_login = visitor.login is not None
        self.home = account.first_page_of(visitor)


def _globals() -> dict[str, Any]:
    try:
        visitor = access.visitor() if access.token() else None
    except Exception as error:
        if not edge().database.is_away(error):
            raise
        visitor = None
    return {
        "static": _static,
        "csrf_token": access.csrf_token,
        "footer": footer_texts(),
        "me": Me(visitor) if visitor else None,
        "server_time": getattr(g, "now", 0),
    }
