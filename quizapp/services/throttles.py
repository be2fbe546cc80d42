"""Slowing down those who guess: failures per account and per address, in the database, so that they hold across processes."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quizapp.errors import TooMany
from quizapp.models.accounts import Throttle
from quizapp.models.base import insert_into

MINUTE, DAY = 60_000, 86_400_000
WINDOW = 5 * MINUTE
FAILURES_PER_ACCOUNT = 20
FAILURES_PER_ADDRESS = 3_000  # a whole bureau sits behind one address


def throttle_keys(login: str, address: str) -> dict[str, int]:
    keys = {f"address:{address}"[:128]: FAILURES_PER_ADDRESS}
    if login:
        keys[f"account:{login.strip()}"[:128]] = FAILURES_PER_ACCOUNT
    return keys


def check_throttle(session: Session, limits: dict[str, int], now: int) -> None:
    """Raises TooMany when any key has failed too often in the present window."""
    rows = session.execute(
        select(Throttle.key, Throttle.failures).where(
            Throttle.key.in_(limits), Throttle.window == now // WINDOW * WINDOW
        )
    )
    if any(failures >= limits[key] for key, failures in rows):
        raise TooMany("试错次数太多，请过{minutes}分钟再试", minutes=WINDOW // MINUTE)


def count_failure(session: Session, login: str, address: str, now: int) -> None:
    """Remember a failed sign-in, in a transaction of its own; the edge calls it after the refusal."""
    window = now // WINDOW * WINDOW
    for key in throttle_keys(login, address):
        session.execute(
            insert_into(session, Throttle)
            .values(key=key, window=window, failures=1)
            .on_conflict_do_update(index_elements=["key", "window"], set_={"failures": Throttle.failures + 1})
        )
    session.execute(delete(Throttle).where(Throttle.window < window - DAY))
