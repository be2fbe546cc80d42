"""A formal exam: who is expected, who has checked in, the code told in the room, who passed, failed twice or stayed away."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from quizapp.errors import NotFound, Refused
from quizapp.models.accounts import Account
from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.rules.contests import Door
from quizapp.rules.counting import Standing
from quizapp.rules.roles import Role
from quizapp.services.accounts import LETTERS
from quizapp.services.audit import Actor, record
from quizapp.services.contests import Running, locked
from quizapp.services.counted import finished, folding
from quizapp.services.entries import enter_person


@dataclass(frozen=True, slots=True)
class Examinee:
    """Somebody on a roster: whether checked in, how many sittings were handed in, what counts (hundredths), the verdict."""

    account_id: str
    name: str
    number: str | None
    phone: str | None
    unit: str | None
    unit_code: str | None
    checked_in_at: int | None
    sittings: int
    points: int | None
    verdict: str
    """absent, here, passed, failed, failed_again; taken where nobody passes or fails."""


def examinees(session: Session, contest: Running, under: Unit | None = None, search: str = "") -> list[Examinee]:
    """Everybody who is expected, of the units that the contest is for, unit by unit."""
    query = (
        select(
            Account.id, Account.name, Account.number, Account.phone, Unit.name, Unit.code, Unit.path, Entry.checked_in_at, Entry.id.label("entry_id")
        )
        .join(Unit, Unit.id == Account.unit_id)
        .outerjoin(Entry, and_(Entry.contest_id == contest.id, Entry.account_id == Account.id))
        .where(_expected(contest), Account.disabled_at.is_(None))
        .order_by(Unit.path, Account.name, Account.id)
    )  # fmt: skip
    if under is not None:
        query = query.where(Unit.path.startswith(under.path, autoescape=True))
    paths = list(session.scalars(select(Unit.path).where(Unit.code.in_(contest.rules.entry.units))))
    words, fold = search.casefold(), folding(contest.rules)
    made = {entry: fold(sittings) for entry, sittings in finished(session, contest, None).items()}
    return [
        _examinee(contest, row, made.get(row.entry_id))
        for row in session.execute(query)
        if (not paths or any(row.path.startswith(path) for path in paths)) and (not words or words in row[1].casefold())
    ]


def _examinee(contest: Running, row: Any, found: Standing | None) -> Examinee:
    account_id, name, number, phone, unit, code, _path, checked_in_at, _entry_id = row
    sittings, points = (0, None) if found is None else (found.sittings, found.points)
    return Examinee(
        account_id, name, number, phone, unit, code, checked_in_at, sittings, points, _verdict(contest, checked_in_at, found)
    )


def _expected(contest: Running) -> Any:
    """Who is on a roster; where accounts are a way in, whoever has one too."""
    if Door.ACCOUNT not in contest.rules.entry.doors:
        return Account.on_roster
    return or_(Account.on_roster, and_(Account.login.is_not(None), Account.role == Role.CONTESTANT.value))


def _verdict(contest: Running, checked_in_at: int | None, found: Standing | None) -> str:
    rules = contest.rules
    if found is None:
        return "absent" if checked_in_at is None else "here"
    if rules.pass_points is None:
        return "taken"
    if found.passed:
        return "passed"
    return "failed_again" if rules.limits.retakes and found.sittings > (rules.limits.total or 0) else "failed"


def check_in(session: Session, actor: Actor, contest: Running, account_id: str, here: bool, now: int) -> str:
    """Write down that somebody on a roster is here, or take it back; the entry is made where there is none. Returns the name.

    Raises NotFound for nobody on a roster, Refused for taking it back after the start.
    """
    account = session.get(Account, account_id) if len(account_id) == 36 else None  # noqa: PLR2004 - a uuid as text
    if account is None or account.role != Role.CONTESTANT:
        raise NotFound("名册里没有这个人")
    entry = enter_person(session, contest, account, now)
    begun = session.scalar(select(func.count()).where(Sitting.contest_id == contest.id, Sitting.entry_id == entry.id))
    if not here and begun:
        raise Refused("已经开始答题，不能取消签到")
    entry.checked_in_at = now if here else None
    act = "entry.check_in" if here else "entry.check_out"
    record(session, actor, act, f"{contest.rules.slug}/{entry.id}", now)
    return account.name


def new_room_code(session: Session, actor: Actor, contest: Running, now: int) -> str:
    """A new code for the room; the old one opens no door any more."""
    row: Any = locked(session, contest.rules.slug)
    row.room_code = "".join(secrets.choice(LETTERS) for _ in range(6))
    record(session, actor, "contest.room_code", contest.rules.slug, now)
    return str(row.room_code)
