"""The demonstration: shipped units, an open contest and an account for every role; repeatable and removable."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quizapp.models.accounts import Account, OneTimeCode, SignIn
from quizapp.models.admissions import Waiting
from quizapp.models.boards import BoardMark, BoardRow, BoardState, BoardUnit
from quizapp.models.contests import Contest, Entry, EntryMove
from quizapp.models.organisations import MissingUnit, Unit, UnitState
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing, UnitShare
from quizapp.rules.contests import ContestRules
from quizapp.rules.roles import Role
from quizapp.rules.rows import UnitRow
from quizapp.services import accounts
from quizapp.services.audit import Actor, record
from quizapp.services.contests import Running, apply_contest
from quizapp.services.unit_imports import import_units

MINUTE, DAY = 60_000, 86_400_000
PEOPLE: tuple[tuple[str, Role, str, str | None], ...] = (
    ("demo-admin", Role.ADMIN, "演示管理员", None),
    ("demo-organiser", Role.ORGANISER, "演示组织者", None),
    ("demo-official", Role.OFFICIAL, "演示官员（无锡市）", "3202"),
    ("demo-liaison", Role.OFFICIAL, "演示联络员", ""),
    ("demo-contestant", Role.CONTESTANT, "演示选手", ""),
)


def set_up(
    session: Session, actor: Actor, units: Sequence[UnitRow], rules: ContestRules, kept: Mapping[str, str], now: int
) -> tuple[Running, dict[str, str]]:
    """Units, contest and accounts as they should be: the contest, and {account: password}.

    `kept` are the passwords of an earlier time; an account whose password is not among them gets a new one. A contest that
    has lapsed is renewed, one that is open is left as it is.
    """
    there = set(session.scalars(select(Unit.code)))
    import_units(session, actor, [row for row in units if row.code not in there], "demo/units.csv", now)
    contest = session.scalar(select(Contest).where(Contest.slug == rules.slug))
    if contest is None or contest.last_start < now + DAY:
        minute = now - now % MINUTE  # moments that a form can show
        opens_at = contest.opens_at if contest is not None else minute
        end = minute + 30 * DAY
        rules = replace(rules, opens_at=min(opens_at, minute), last_start=end, closes_at=end)
        if contest is not None:
            contest.paused_at = None
        running = apply_contest(session, actor, rules, now, "demo/contest.yaml")
    else:
        running = Running(contest.id, rules, contest.banks, contest.paused_at is not None)
    company = next(row.code for row in units if row.kind == "企业" and row.headcount)
    passwords = {
        login: _account(session, actor, login, role, name, company if unit == "" else unit, kept.get(login), now)
        for login, role, name, unit in PEOPLE
    }
    return running, passwords


def _account(
    session: Session, actor: Actor, login: str, role: Role, name: str, unit: str | None, password: str | None, now: int
) -> str:
    account = session.scalar(select(Account).where(Account.login == login))
    if account is not None and password is not None:
        return password
    password = secrets.token_urlsafe(9)
    if account is not None:
        account.password = accounts.hash_password(password)
        return password
    accounts.create_account(
        session, actor, now, login=login, role=role, name=name, password=password, unit_code=unit
    )
    return password


_OF_A_CONTEST = (
    Sitting, Standing, UnitShare, BoardRow, BoardMark, BoardUnit, BoardState, Waiting, EntryMove, Entry, MissingUnit,
)  # fmt: skip


def remove(session: Session, actor: Actor, units: Sequence[UnitRow], slug: str, now: int) -> None:
    """Take the demonstration away: its contest with all sittings, its accounts, and units that nobody else uses."""
    contest = session.scalar(select(Contest).where(Contest.slug == slug))
    people: set[str] = set(session.scalars(select(Account.id).where(Account.login.in_([line[0] for line in PEOPLE]))))
    if contest is not None:
        entered = session.scalars(select(Entry.account_id).where(Entry.contest_id == contest.id)).all()
        elsewhere = set(session.scalars(select(Entry.account_id).where(Entry.contest_id != contest.id)))
        guests = select(Account.id).where(Account.id.in_(entered), Account.login.is_(None), Account.on_roster.is_(False))
        people = (people | set(session.scalars(guests))) - elsewhere
        for table in _OF_A_CONTEST:
            session.execute(delete(table).where(table.contest_id == contest.id))
        session.execute(delete(Contest).where(Contest.id == contest.id))
    for owned in (SignIn, OneTimeCode):
        session.execute(delete(owned).where(owned.account_id.in_(people)))
    session.execute(delete(Account).where(Account.id.in_(people)))
    _remove_units(session, [row.code for row in units if row.code])
    record(session, actor, "demo.remove", slug, now)


def _remove_units(session: Session, codes: Sequence[str]) -> None:
    """From the leaves up, those that no person and no other unit needs."""
    ours = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.code.in_(codes)))}
    used = set(session.scalars(select(Account.unit_id).where(Account.unit_id.is_not(None)).distinct()))
    used |= set(session.scalars(select(Entry.unit_id).where(Entry.unit_id.is_not(None)).distinct()))
    used |= {parent for parent in session.scalars(select(Unit.parent_id).where(Unit.id.not_in(ours))) if parent}
    needed = {int(part) for unit in ours.values() if unit.id in used for part in unit.path.strip("/").split("/")}
    for unit in sorted(ours.values(), key=lambda u: -len(u.path)):
        if unit.id not in needed:
            session.execute(delete(UnitState).where((UnitState.unit_id == unit.id) | (UnitState.parent_id == unit.id)))
            session.execute(delete(Unit).where(Unit.id == unit.id))
