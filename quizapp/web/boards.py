"""Public boards: made once for everybody and kept until the snapshot moves on. What is one's own is added, and never kept."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from subprocess import CalledProcessError
from typing import Any

import orjson
from flask import Response, current_app, request, session

from quizapp.errors import Busy
from quizapp.services import boards, contests, organisations, standings, unit_boards, views
from quizapp.services.contests import Running
from quizapp.web import access, turns
from quizapp.web.edge import Edge, board_db, db, edge, finish_transaction, from_boards, now
from quizapp.web.words import iso

CHECKED_FOR, LOOKED_UP_FOR = 500, 2_500
KEPT_FOR = 10
FOR_A_SECOND = "public, max-age=1"
LOCKS = 16
BEING_MADE = "榜单正在生成，请过几秒再看"
_pages, _parts = ([threading.Lock() for _ in range(LOCKS)] for _ in range(2))
_rebuilding, _looking_up = threading.Lock(), threading.Lock()

Page = dict[str, Any]
ASKED = "quizapp.asked"
"""In the environ: the whole of what a request was answered with, where it is kept."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A contest and the moment that its boards show, as looked up at `checked_at`; `key` changes with either.

    `made_at` tells one edition of the snapshot from another: a replica may still have the one before. `before` is the key of the
    edition before by the same rules, whose pages will do while somebody makes those of this one.
    """

    contest: Running
    as_of: int
    made_at: int
    checked_at: int
    key: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A page or a part of the boards of a contest, by name, and the locks of those who make such."""

    slug: str
    what: str
    locks: list[threading.Lock]


def at_hand(made: Edge, asked: Asked) -> bytes | None:
    """What `shown` and `kept` would give without asking the database or making anything; None where they would."""
    board: Shown | None = made.shown.get(asked.slug)
    age = made.clock() - board.checked_at if board else -1
    if board is None or not 0 <= age < CHECKED_FOR + (LOOKED_UP_FOR if _looking_up.locked() else 0):
        return None
    key = _name(board.key, asked.what)
    found = made.cache.get(key)
    if found is None and board.before and _lock(asked.locks, key).locked():
        found = made.cache.get(_name(board.before, asked.what))
    return found


def shown(slug: str) -> Shown:
    """Looked up at most twice a second, by one for all: the others go on with what they know. Raises NotFound."""
    found: Shown | None = edge().shown.get(slug)
    age = now() - found.checked_at if found else -1
    if found is None or not 0 <= age < CHECKED_FOR + LOOKED_UP_FOR:
        return _look_up(slug, found)
    if age < CHECKED_FOR or not _looking_up.acquire(blocking=False):
        return found
    try:
        return _look_up(slug, found)
    finally:
        _looking_up.release()


def _look_up(slug: str, known: Shown | None) -> Shown:
    contest = contests.find_contest(db(), slug)
    _refresh(contest)
    as_of, made_at = from_boards(lambda: boards.edition(board_db(), contest, now()))
    rules = blake2b(repr(contest.rules).encode(), digest_size=8).hexdigest()
    key = f"{contest.id}.{as_of}.{made_at}.{rules}"
    found = edge().shown[slug] = Shown(contest, as_of, made_at, now(), key, _before(known, key, contest))
    return found


def _before(known: Shown | None, key: str, contest: Running) -> str:
    """The key of the edition before, where one is known by the same rules."""
    if known is None or known.contest.rules != contest.rules:
        return ""
    return known.before if known.key == key else known.key


def _refresh(contest: Running) -> None:
    """Make the snapshot where there is none, and bring it up to date where no job does.

    One of this process tries, and leaves it to whoever is at it; the others show what there is. Where that is nothing they wait,
    and those who sit go on.
    """
    if not boards.is_stale(db(), contest, now()):
        return
    if boards.is_missing(db(), contest):
        finish_transaction(commit=True)
        with turns.aside(request.environ, BEING_MADE), _rebuilding:
            try:
                if boards.is_missing(db(), contest):
                    _bring_up(contest, wait=True)
            finally:
                finish_transaction(commit=True)  # nobody waits for a turn with a connection in hand
    elif not boards.is_kept_up(db(), contest, now()) and _rebuilding.acquire(blocking=False):
        try:
            finish_transaction(commit=True)
            with suppress(Busy), turns.aside(request.environ, BEING_MADE):
                _bring_up(contest, wait=False)
        finally:
            _rebuilding.release()


def _bring_up(contest: Running, *, wait: bool) -> None:
    """Looks at very many units are not for a process that serves. Raises Busy where the one that is for them has just failed."""
    takes_long = organisations.are_many(db()) and boards.look_takes(db(), contest, now()) is not None
    finish_transaction(commit=True)
    if not takes_long:
        boards.bring_up(edge().database, contest, edge().clock, wait=wait)
        return
    failed = f"boards of {contest.id} failed"
    if edge().cache.get(failed) is None:
        try:
            edge().bring_up_apart(contest)
            return
        except (CalledProcessError, OSError) as error:
            current_app.logger.warning("boards of %s: %s", contest.rules.slug, error)
            edge().cache.put(failed, b"1", KEPT_FOR)
    raise Busy(BEING_MADE, KEPT_FOR)


def kept(board: Shown, what: tuple[object, ...], make: Callable[[], bytes]) -> bytes:
    """What `make` makes, made by one thread and kept for all until the snapshot moves on; meanwhile that of the edition before will do."""
    return _kept(board, what, make, _parts)


def kept_page(board: Shown, what: tuple[object, ...], make: Callable[[Shown], bytes]) -> bytes:
    """The same of a page made of parts that are kept too: their locks are others, or a thread could wait for itself; and it is made
    of no part of the edition before, or it would be kept as newer than it is."""
    fresh = replace(board, before="")
    return _kept(board, what, lambda: make(fresh), _pages)


def _kept(board: Shown, what: tuple[object, ...], make: Callable[[], bytes], locks: list[threading.Lock]) -> bytes:
    asked = Asked(board.contest.rules.slug, str(what), locks)
    try:
        return _found(board, asked, make)
    finally:
        request.environ[ASKED] = asked  # after its parts, which overwrite it


def _found(board: Shown, asked: Asked, make: Callable[[], bytes]) -> bytes:
    key = _name(board.key, asked.what)
    found = edge().cache.get(key)
    if found is not None:
        return found
    lock = _lock(asked.locks, key)
    if not lock.acquire(blocking=not board.before):
        older = edge().cache.get(_name(board.before, asked.what))
        if older is not None:
            return older
        lock.acquire()
    try:
        return _made(board, key, make)
    finally:
        lock.release()


def _name(key: str, what: str) -> str:
    return f"{key}|{what}"


def _lock(locks: list[threading.Lock], key: str) -> threading.Lock:
    return locks[hash(key) % LOCKS]


def _made(board: Shown, key: str, make: Callable[[], bytes]) -> bytes:
    found = edge().cache.get(key)
    if found is None:
        found, made_at = from_boards(lambda: (make(), boards.edition(board_db(), board.contest, now())[1]))
        if made_at == board.made_at:
            edge().cache.put(key, found, KEPT_FOR)
        elif made_at > board.made_at:
            edge().shown.pop(board.contest.rules.slug, None)  # or all that asks for it is made again and again, for up to a second
    return found


def people(board: Shown, unit: str, limit: int) -> standings.BoardPage:
    """The page of the leaderboard that the address asks for. Raises Invalid, NotFound."""
    return standings.leaderboard(
        board_db(), board.contest, now(),
        division=_asked("division"), unit=unit, after=_asked("after"), at=number("at", 1), limit=limit,
    )  # fmt: skip


def people_json(board: Shown) -> bytes:
    unit, limit = _asked("unit"), number("limit", 50)

    def make() -> bytes:
        page = people(board, unit, limit)
        return _json(page, [views.board_row(row) for row in page.rows])

    return kept(board, ("people", _asked("division"), unit, _asked("after"), number("at", 1), limit), make)


def my_row(board: Shown, account_id: str) -> standings.Ranked | None:
    return standings.my_row(db(), board.contest, account_id, now(), division=_asked("division"), unit=_asked("unit"))


def units_json(board: Shown, limit: int) -> bytes:
    """The page of the unit ranking that the address asks for. Raises NotFound."""

    def make() -> bytes:
        page = unit_boards.unit_board(
            board_db(), board.contest, now(),
            under=_asked("under"), kind=_asked("kind"), after=_asked("after"), limit=limit,
        )  # fmt: skip
        return _json(page, [views.unit(row, board.contest.rules.units) for row in page.rows], kinds=page.kinds)

    return kept(board, ("units", _asked("under"), _asked("kind"), _asked("after"), limit), make)


def exact_rate(row: Page) -> Fraction | None:
    """A participation rate as it is, for rounding on the page."""
    return Fraction(row["people"], row["headcount"]) if row["headcount"] else None


def _json(page: Any, rows: list[Page], **more: Any) -> bytes:
    told: Page = {"as_of": iso(page.as_of), "frozen": page.frozen, "hidden": page.hidden, "rows": rows, **more}
    if page.next:
        told["next"] = page.next
    return orjson.dumps(told)


def _asked(name: str) -> str:
    return request.args.get(name, "")[:200]


def number(name: str, usual: int) -> int:
    """A whole number of the address; anything else is the usual one."""
    value = request.args.get(name, "")
    return int(value[:9]) if value.isascii() and value.isdigit() else usual


def is_stranger() -> bool:
    """Whether the reply can be the same for everybody: no sign-in, no message waiting."""
    return access.token() is None and not session


def to_everybody(body: bytes, mimetype: str) -> Response:
    """A reply that may be kept on the way for a second; 304 to those who have it."""
    response = Response(body, mimetype=mimetype)
    response.set_etag(tag(body))
    response.headers["Cache-Control"] = FOR_A_SECOND
    response.make_conditional(request)
    return response


@lru_cache(16)
def tag(body: bytes) -> str:
    return blake2b(body, digest_size=12).hexdigest()


def with_mine(body: bytes, mine: standings.Ranked | None) -> Response:
    """The same page with one's own line in it."""
    if mine is not None:
        body = body[:-1] + b',"me":' + orjson.dumps(views.board_row(mine)) + b"}"
    return Response(body, mimetype="application/json")
