"""Who takes part: figures per contest and per day, and people of rosters who have not begun."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from quizapp.models.accounts import Account
from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing
from quizapp.rules.attempts import PRACTICE
from quizapp.rules.roles import Role
from quizapp.rules.timing import contest_day
from quizapp.services.contests import Running
from quizapp.services.counted import counting_tracks

MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Participation:
    """参与人数, 参与人次, sittings running now."""

    people: int = 0
    sittings: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a contest: people who handed in that day, and how many sittings."""

    day: str
    people: int
    sittings: int


def _under(query: Any, column: Any, under: Unit | None) -> Any:
    """The same query for people of a subtree only."""
    if under is None:
        return query
    return query.join(Unit, Unit.id == column).where(Unit.path.startswith(under.path, autoescape=True))


def by_contest(session: Session, under: Unit | None = None) -> dict[int, Participation]:
    """Participation of every contest that has any, of the whole tree or of a subtree."""
    query = select(Standing.contest_id, func.count(), func.sum(Standing.sittings)).group_by(Standing.contest_id)
    done = {
        contest_id: (people, int(sittings))
        for contest_id, people, sittings in session.execute(_under(query, Standing.unit_id, under))
    }
    begun = (
        select(Sitting.contest_id, func.count())
        .where(Sitting.state == "open", Sitting.track != PRACTICE, Sitting.track.not_like("%*"))
        .group_by(Sitting.contest_id)
    )
    running = dict(session.execute(_under(begun, Sitting.unit_id, under)).all())
    return {
        contest_id: Participation(*done.get(contest_id, (0, 0)), running.get(contest_id, 0))
        for contest_id in {*done, *running}
    }


def by_day(session: Session, contest: Running, now: int, under: Unit | None = None) -> list[Day]:
    """Every day from the opening until now or the end, also those on which nobody took part."""
    query = (
        select(Sitting.day, func.count(Sitting.entry_id.distinct()), func.count())
        .join(Entry, and_(Entry.contest_id == Sitting.contest_id, Entry.id == Sitting.entry_id))
        .where(
            Sitting.contest_id == contest.id, Sitting.track.in_(counting_tracks(contest.rules)), Sitting.state == "handed_in", Entry.counts,
            Sitting.finished_at <= now,
        )
        .group_by(Sitting.day)
    )  # fmt: skip
    found = {
        day: Day(day, people, sittings)
        for day, people, sittings in session.execute(_under(query, Sitting.unit_id, under))
    }
    zone = contest.rules.zone
    last = contest_day(zone, max(contest.rules.opens_at, min(now, contest.rules.closes_at)))
    return [found.get(day, Day(day, 0, 0)) for day in _days(contest_day(zone, contest.rules.opens_at), last, found)]


def _days(first: str, last: str, found: dict[str, Day]) -> list[str]:
    days = {*found}
    at, end = date.fromisoformat(first), date.fromisoformat(last)
    at = max(at, end - timedelta(days=MOST_DAYS))
    while at <= end:
        days.add(at.isoformat())
        at += timedelta(days=1)
    return sorted(days)


def not_started(session: Session, contest: Running, under: Unit | None = None) -> Iterator[dict[str, str | None]]:
    """People of the rosters of a subtree who have neither finished nor begun a sitting that counts."""
    begun = (
        select(Sitting.id)
        .join(Entry, and_(Entry.contest_id == Sitting.contest_id, Entry.id == Sitting.entry_id))
        .where(
            Entry.contest_id == contest.id, Sitting.track.in_(counting_tracks(contest.rules)),
            or_(Entry.account_id == Account.id, Entry.identity == Account.phone),  # by code, or by the unit's link
        )
        .exists()
    )  # fmt: skip
    query = (
        select(Account.name, Account.number, Account.phone, Unit.name, Unit.code, Unit.path)
        .join(Unit, Unit.id == Account.unit_id)
        .where(Account.role == Role.CONTESTANT.value, Account.on_roster, Account.disabled_at.is_(None), ~begun)
        .order_by(Unit.code, Account.number, Account.name, Account.id)
    )
    if under is not None:
        query = query.where(Unit.path.startswith(under.path, autoescape=True))
    allowed = _allowed_paths(session, contest.rules.entry.units)
    minors = contest.rules.entry.minors
    for name, number, phone, unit, code, path in session.execute(query, execution_options={"yield_per": 1000}):
        if not allowed or path.startswith(allowed):
            told = (number or "—") if minors else name
            yield {"name": told, "number": number, "phone": phone, "unit": unit, "unit_code": code}


def _allowed_paths(session: Session, codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(session.scalars(select(Unit.path).where(Unit.code.in_(codes)))) if codes else ()


def count_rostered(session: Session, under: Unit | None = None) -> int:
    """How many people the rosters of a subtree name."""
    query = (
        select(func.count())
        .select_from(Account)
        .where(Account.role == Role.CONTESTANT.value, Account.on_roster, Account.disabled_at.is_(None))
    )
    return session.scalar(_under(query, Account.unit_id, under)) or 0
