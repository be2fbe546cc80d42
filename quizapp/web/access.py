"""Sign-in and guards: who may come through which door."""

import socket
import time
from collections.abc import Callable
from functools import lru_cache
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

from quizapp.errors import Refused, Unauthenticated
from quizapp.rules.roles import Right, may
from quizapp.services import accounts
from quizapp.services.accounts import Visitor
from quizapp.services.kept import Kept
from quizapp.web.edge import db, edge, now
from quizapp.web.proxies import is_address

REMEMBERED = 10_000
DEFAULT_PORTS = {"https": ":443", "http": ":80"}
SALT = "wtf-csrf-token"
csrf = CSRFProtect()
login_manager = LoginManager()
login_manager.session_protection = None  # a phone changes its network in the middle of a sitting


class User(UserMixin):
    """What flask-login keeps of a visitor: the token, never the account's id."""

    def __init__(self, token: str, visitor: Visitor) -> None:
        self.id = token
        self.visitor = visitor


@login_manager.user_loader
def _load(token: str) -> User | None:
    visitor = accounts.visitor_of(db(), token, now())
    return User(token, visitor) if visitor else None


def bearer() -> str | None:
    """The token of a script, from `Authorization: Bearer …`."""
    return bearer_in(request.headers.get("Authorization", ""))


def bearer_in(header: str) -> str | None:
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


@login_manager.request_loader
def _load_bearer(_: object) -> User | None:
    token = bearer()
    return _load(token) if token else None


def token() -> str | None:
    """The device's token without asking the database who it is."""
    return bearer() or session.get("_user_id")


def token_id() -> str:
    """What the database knows of the token. Raises Unauthenticated where there is none."""
    found = token()
    if found is None:
        raise Unauthenticated("请先登录")
    return accounts.fingerprint(found)


def visitor() -> Visitor | None:
    """Who is signed in, or None."""
    return current_user.visitor if current_user.is_authenticated else None


def signed_in() -> Visitor:
    """Who is signed in. Raises Unauthenticated."""
    found = visitor()
    if found is None:
        raise Unauthenticated("请先登录")
    return found


def only(right: Right) -> Callable[[], None]:
    """A blueprint's guard: nobody without this right gets to its views."""

    def guard() -> None:
        who = signed_in()
        if not may(who.role, right):
            raise Refused("这个页面不对您的账号开放")
        if who.must_change_password and request.endpoint != "account.password":
            raise Refused("请先设置新密码")

    return guard


def remember(new_token: str) -> None:
    """Sign this device in: a new session, so that nothing from before goes on under the new name."""
    session.clear()
    session.permanent = True
    session["_user_id"] = new_token
    session["_fresh"] = True
    g.pop("csrf_token", None)


def forget() -> None:
    """Sign this device out; the token is dead in the database at once."""
    found = token()
    if found is not None:
        accounts.sign_out(db(), found, now())
    session.clear()


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookies; one whose signature was good is not taken apart again for every answer saved."""

    def __init__(self) -> None:
        self._good: Kept[tuple[str, str, int], dict[str, Any]] = Kept(REMEMBERED)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The day is part of the key, so that a cookie still grows old."""
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        known = self.known(app, cookie)
        if known is not None:
            return self.session_class(known)
        opened = super().open_session(app, request)
        if opened and all(isinstance(value, str | bool) for value in opened.values()):  # a list could be changed in place
            self._good.put(self._key(app, cookie), dict(opened))
        return opened

    def known(self, app: Flask, cookie: str) -> dict[str, Any] | None:
        """What a cookie says whose signature was good before; not to be changed."""
        return self._good.get(self._key(app, cookie))

    @staticmethod
    def _key(app: Flask, cookie: str) -> tuple[str, str, int]:
        return str(app.secret_key), cookie, int(time.time()) // 86_400

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.modified:
            super().save_session(app, session, response)


def csrf_token() -> str:
    raw = session.get("csrf_token")
    made: str = _signed(edge().settings.secret_key, raw) if isinstance(raw, str) else generate_csrf()
    return made


@lru_cache(REMEMBERED)
def _signed(secret: str, raw: str) -> str:
    """The token of a page for what its session holds, as flask-wtf makes it."""
    signed: str = URLSafeTimedSerializer(secret, salt=SALT).dumps(raw)
    return signed


@lru_cache(REMEMBERED)
def _held_by(secret: str, given: str) -> str:
    """What the session of a signed token must hold. Raises BadData, which is not remembered."""
    return str(URLSafeTimedSerializer(secret, salt=SALT).loads(given))


def _has_good_token() -> bool:
    given = request.headers.get("X-CSRFToken") or request.form.get("csrf_token")
    return is_token_of(edge().settings.secret_key, session.get("csrf_token"), given)


def is_token_of(secret: str, raw: object, given: object) -> bool:
    """Whether a CSRF token was made for what this session holds."""
    try:
        return bool(raw and given) and compare_digest(_held_by(secret, str(given)), str(raw))
    except BadData:
        return False


def check_csrf() -> None:
    """Changing requests from a browser carry the token of their session; scripts with a bearer token need none."""
    if request.method in ("GET", "HEAD", "OPTIONS") or bearer() is not None:
        return
    if request.path.startswith("/api/"):
        _check_origin()
        if request.endpoint == "api.sign_in" or "_user_id" not in session:
            return
    g.csrf_valid = _has_good_token()
    if not g.csrf_valid:
        csrf.protect()  # says what is wrong


def is_same_origin(origin: str | None, host: str) -> bool:
    return origin is None or urlsplit(origin).netloc == host


def _check_origin() -> None:
    if not is_same_origin(request.headers.get("Origin"), request.host):
        raise Refused("不接受来自其他网站的请求")


@lru_cache(maxsize=64)
def is_ours(host: str, base_url: str) -> bool:
    """The host of the base URL; without one a bare address or this machine's own name."""
    base = urlsplit(base_url)
    if base.netloc:
        return host.lower().removesuffix(DEFAULT_PORTS.get(base.scheme, "")) == base.netloc.lower().removesuffix(
            DEFAULT_PORTS.get(base.scheme, "")
        )
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name in ("localhost", socket.gethostname().lower()) or is_address(name)


def local_target(target: str | None) -> str | None:
    """A `next` that stays on this site, or None: a plain path, nothing that a browser could read as a host."""
    if not target or len(target) > 500 or not target.startswith("/") or not target.isprintable():
        return None
    if target.startswith(("//", "/\\")) or "\\" in target or "//" in target or "@" in target:
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


def init_app(app: Flask) -> None:
    app.session_interface = Sessions()
    csrf.init_app(app)
    app.jinja_env.globals["csrf_token"] = csrf_token
    login_manager.init_app(app, add_context_processor=False)  # it would ask an absent database who reads the error page
    app.before_request(check_csrf)
