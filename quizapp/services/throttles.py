"""Slowing down those who guess: failures per account and per address, counted where every process sees them.

That is Redis where there is one that takes them, else the database; the limit is on the sum of both. So whatever happens to
Redis, the most that is lost are the failures of the present five minutes that it had counted.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Integer, and_, bindparam, delete, select
from sqlalchemy.orm import Session

from quizapp.errors import TooMany
from quizapp.models.accounts import Throttle
from quizapp.models.base import insert_into
from quizapp.services.caches import Counts

MINUTE, DAY = 60_000, 86_400_000
WINDOW = 5 * MINUTE
FAILURES_PER_ACCOUNT = 20
FAILURES_PER_ADDRESS = 3_000  # a whole bureau sits behind one address


def throttle_keys(login: str, address: str) -> dict[str, int]:
    keys = {f"address:{address}"[:128]: FAILURES_PER_ADDRESS}
    if login:
        keys[f"account:{login.strip()}"[:128]] = FAILURES_PER_ACCOUNT
    return keys


def _counts(session: Session) -> Counts | None:
    found: Counts | None = session.info.get("counts")
    return found


def _in_window(keys: Iterable[str], now: int) -> list[str]:
    return [f"{key}|{now // WINDOW}" for key in keys]


_T: Any = Throttle.__table__.c
_ASKED: Any = bindparam("keys", expanding=True)
_FAILURES = select(_T.key, _T.failures).where(_T.key.in_(_ASKED), _T.window == bindparam("window"))
_LEFT: Any = bindparam("failures_left", type_=Integer)
NOT_THROTTLED: Any = and_(
    _LEFT > 0,
    ~select(_T.key).where(_T.key == bindparam("throttle"), _T.window == bindparam("window"), _T.failures >= _LEFT).exists(),
)
"""What `check_throttle` asks of one key, as a condition of another statement."""


def values_of_throttle(session: Session, key: str, limit: int, now: int) -> dict[str, Any]:
    """The parameters of NOT_THROTTLED."""
    counts = _counts(session)
    quick = sum(counts.read(_in_window([key], now)).values()) if counts else 0
    return {"throttle": key, "window": now // WINDOW * WINDOW, "failures_left": limit - quick}


def check_throttle(session: Session, limits: dict[str, int], now: int) -> None:
    """Raises TooMany when any key has failed too often in the present window."""
    counts = _counts(session)
    quick = counts.read(_in_window(limits, now)) if counts else {}
    asked = {"keys": list(limits), "window": now // WINDOW * WINDOW}
    kept: dict[str, int] = dict(session.execute(_FAILURES, asked).all())
    if any(kept.get(key, 0) + quick.get(name, 0) >= limits[key] for key, name in zip(limits, _in_window(limits, now), strict=True)):
        raise TooMany("试错次数太多，请过{minutes}分钟再试", minutes=WINDOW // MINUTE)


def count_failure(session: Session, login: str, address: str, now: int) -> None:
    """Remember a failed sign-in, in a transaction of its own; the edge calls it after the refusal."""
    window, keys, counts = now // WINDOW * WINDOW, throttle_keys(login, address), _counts(session)
    if counts and counts.add(_in_window(keys, now), 2 * WINDOW // 1000):
        return
    for key in keys:
        session.execute(
            insert_into(session, Throttle)
            .values(key=key, window=window, failures=1)
            .on_conflict_do_update(index_elements=["key", "window"], set_={"failures": Throttle.failures + 1})
        )
    session.execute(delete(Throttle).where(Throttle.window < window - DAY))
