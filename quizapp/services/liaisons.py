"""What a unit's liaison does with the people of the unit: codes, disputes, who has not begun. Never answers, never scores."""

from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from quizapp.errors import NotFound
from quizapp.models.accounts import Account
from quizapp.models.contests import Contest, Entry
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing
from quizapp.rules.roles import Role
from quizapp.services.accounts import issue_code
from quizapp.services.audit import Actor, record
from quizapp.services.contests import Running


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a unit in a contest: by entry, or by the roster alone.

    `state` is 'done', 'open' or 'none'; `way` says which code lets the person in again: 'entry' (取回码), 'roster' (one-time
    code) or '' for somebody with a password, whom only an administrator helps.
    """

    entry_id: str | None
    account_id: str
    name: str
    phone: str | None
    number: str | None
    way: str
    state: str
    disputed: bool


def list_members(session: Session, contest: Running, unit: Unit, limit: int = 2000) -> list[Member]:
    """Everybody who entered for the unit and everybody on its roster, each once."""
    opened = (
        select(Sitting.id)
        .where(Sitting.contest_id == contest.id, Sitting.entry_id == Entry.id, Sitting.state == "open")
        .exists()
    )
    done = select(Standing.entry_id).where(Standing.contest_id == contest.id, Standing.entry_id == Entry.id).exists()
    entered = session.execute(
        select(Entry, Account, opened, done)
        .join(Account, Account.id == Entry.account_id)
        .where(Entry.contest_id == contest.id, Entry.unit_id == unit.id, Entry.counts)
        .order_by(Entry.name, Entry.id)
        .limit(limit)
    )
    members = [
        Member(
            entry.id, account.id, entry.name, entry.phone or account.phone, account.number, _way(account, entry),
            "done" if is_done else "open" if is_open else "none", entry.disputed_at is not None,
        )
        for entry, account, is_open, is_done in entered
    ]  # fmt: skip
    elsewhere = and_(Entry.contest_id == contest.id, Entry.account_id == Account.id)
    rostered = session.scalars(
        select(Account)
        .where(
            Account.unit_id == unit.id, Account.on_roster, Account.role == Role.CONTESTANT.value,
            Account.disabled_at.is_(None), ~select(Entry.id).where(elsewhere).exists(),
        )
        .order_by(Account.number, Account.name, Account.id)
        .limit(limit)
    )  # fmt: skip
    minors = contest.rules.entry.minors  # of pupils the school alone keeps the names
    return members + [
        Member(None, a.id, (a.number or "—") if minors else a.name, a.phone, a.number, _way(a), "none", False)
        for a in rostered
    ]


def _way(account: Account, entry: Entry | None = None) -> str:
    if entry is not None and entry.code_hash is not None:
        return "entry"
    return "roster" if account.on_roster and account.password is None else ""


def find_entry(session: Session, contest: Running, unit: Unit, entry_id: str) -> Entry:
    """An entry of this unit. Raises NotFound for anybody else's."""
    entry = session.get(Entry, (contest.id, entry_id))
    if entry is None or entry.unit_id != unit.id:
        raise NotFound("本单位没有这个人")
    return entry


def find_rostered(session: Session, unit: Unit, account_id: str) -> Account:
    """Somebody on this unit's roster who comes in by code. Raises NotFound for anybody else."""
    account = session.get(Account, account_id)
    if account is None or account.unit_id != unit.id or account.role != Role.CONTESTANT or _way(account) != "roster":
        raise NotFound("本单位的名册里没有这个人")
    return account


def reissue_roster_code(session: Session, actor: Actor, secret: str, account: Account, now: int) -> str:
    """A fresh one-time code for somebody of the roster; earlier ones stop working."""
    record(session, actor, "roster.code", account.id, now)
    return issue_code(session, secret, account, now)


def list_disputed(session: Session, limit: int = 500) -> list[tuple[Entry, str, str, str | None, str | None]]:
    """Entries whose unit said 「不是本单位人员」: (entry, contest's title and slug, unit's name and code), the oldest first."""
    query = (
        select(Entry, Contest.title, Contest.slug, Unit.name, Unit.code)
        .join(Contest, Contest.id == Entry.contest_id)
        .outerjoin(Unit, Unit.id == Entry.unit_id)
        .where(Entry.disputed_at.is_not(None))
        .order_by(Entry.disputed_at, Entry.id)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query.limit(limit))]


def find_disputed(session: Session, contest: Running, entry_id: str) -> Entry:
    """Raises NotFound where nobody disputes it."""
    entry = session.get(Entry, (contest.id, entry_id))
    if entry is None or entry.disputed_at is None:
        raise NotFound("没有这条异议")
    return entry
