"""Entries: coming into a contest by account, by a unit's link, by roster; codes to come back; changing one's unit."""

from dataclasses import dataclass
from typing import Any, cast

import uuid_utils
from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from quizapp.errors import Conflict, Invalid, Refused, Unauthenticated
from quizapp.models.accounts import Account, SignIn
from quizapp.models.base import insert_into
from quizapp.models.contests import Contest, Entry
from quizapp.models.organisations import Unit
from quizapp.models.records import ExtraTime
from quizapp.models.sittings import Sitting
from quizapp.rules.contests import ContestRules, Door, division_named, division_of, needs_division
from quizapp.rules.roles import Role
from quizapp.rules.timing import Phase
from quizapp.services import chances
from quizapp.services.accounts import DAY, code_fingerprint, new_code, open_sign_in
from quizapp.services.contests import Running
from quizapp.services.signed_in import SIGNED_IN, A
from quizapp.services.throttles import check_throttle

STAYS_AFTER_CLOSE = 30 * DAY  # the device stays signed in a little longer, to see what is released at the end


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who is about to start: account, entry if any, the open sitting if any, and how many were made."""

    account_id: str
    role: Role
    login: str | None
    name: str
    number: str | None
    phone: str | None
    on_roster: bool
    consented_at: int | None
    account_unit_id: int | None
    entry_id: str | None
    unit_id: int | None
    division: str | None  # of the entry; before there is one, as the roster names it
    gate_at: int | None
    checked_in_at: int | None
    prepared: bool  # what the contest asks besides is there
    counts: bool | None
    room_code: str | None
    granted: bool  # whether anybody has extra time or a window of their own
    open_sitting: str | None
    taken: int
    taken_today: int


C, E, S, X = (cast("Any", table).__table__.c for table in (Contest, Entry, Sitting, ExtraTime))
_of_entry = and_(S.contest_id == bindparam("contest"), S.entry_id == E.id)
_made: Any = (
    select(func.count())
    .select_from(Sitting.__table__)
    .where(_of_entry, S.track == bindparam("track"))
    .correlate(Entry.__table__)
)
_CONTESTANT = (
    select(
        A.id, A.role, A.login, A.name, A.number, A.phone, A.on_roster, A.consented_at, A.unit_id, E.id, E.unit_id,
        func.coalesce(E.division, A.division), E.gate_at, E.checked_in_at, E.details.is_not(None), E.counts,
        select(C.room_code).where(C.id == bindparam("contest")).scalar_subquery(), select(X.id).where(X.contest_id == bindparam("contest")).exists(),
        select(S.id).where(_of_entry, S.state == "open").correlate(Entry.__table__).scalar_subquery(),
        _made.scalar_subquery(), _made.where(S.day == bindparam("day")).scalar_subquery(),
    )
    .select_from(SignIn.__table__)
    .join(Account.__table__, SIGNED_IN)
    .outerjoin(Entry.__table__, and_(E.contest_id == bindparam("contest"), E.account_id == A.id))
)  # fmt: skip


def contestant(session: Session, contest_id: int, token_id: str, track: str, day: str, now: int) -> Contestant:
    """Everything that a start has to know, in one statement. Raises Unauthenticated."""
    given = {"contest": contest_id, "token": token_id, "track": track, "day": day, "now": now}
    row = session.execute(_CONTESTANT, given).one_or_none()
    if row is None:
        raise Unauthenticated("请先登录")
    account_id, role, *rest = tuple[Any, ...](row)
    return Contestant(account_id, Role(role), *rest)


def entry_by_account(session: Session, contest: Running, who: Contestant, now: int) -> dict[str, Any]:
    """The entry, not made yet, of somebody who has an account or came by roster. Raises Refused with the reason.

    Staff may try a contest; what they do never counts.
    """
    rules = contest.rules
    staff = who.role is not Role.CONTESTANT
    door = Door.ACCOUNT if who.login else Door.ROSTER if who.on_roster else None  # None: came by another contest's link
    if not staff and door not in rules.entry.doors:
        raise Refused("您还没有参加本次竞赛，请扫本单位的二维码进入")
    unit = session.get(Unit, who.account_unit_id) if who.account_unit_id else None
    counts = not staff and _counts(session, rules, unit)
    phone = None if staff else who.phone
    name = who.number or who.name if rules.entry.minors else who.name  # of pupils the seat number only
    return _new(
        contest, who.account_id, unit, name, phone, now,
        division=who.division, counts=counts, consented_at=who.consented_at,
    )  # fmt: skip


def enter_person(session: Session, contest: Running, account: Account, now: int) -> Entry:
    """The entry of somebody on a roster, made where there is none. Raises Refused, Conflict."""
    entry = entry_of(session, contest.id, account.id)
    if entry is not None:
        return entry
    unit = session.get(Unit, account.unit_id) if account.unit_id else None
    counts = _counts(session, contest.rules, unit)
    name = account.number or account.name if contest.rules.entry.minors else account.name
    new = _new(
        contest, account.id, unit, name, account.phone, now,
        division=account.division, counts=counts, consented_at=account.consented_at,
    )  # fmt: skip
    make_entry(session, new)
    entry = entry_of(session, contest.id, account.id)
    if entry is None:
        raise Conflict("这个手机号或座号已经参加了本次竞赛，请核对名册")
    return entry


def _counts(session: Session, rules: ContestRules, unit: Unit | None) -> bool:
    """Whether somebody of this unit is ranked: guests are not, where the rules let them in. Raises Refused where they do not."""
    try:
        check_unit(session, rules, unit)
    except Refused:
        if rules.entry.guests:
            return False
        raise
    return unit is not None or not rules.entry.guests


def check_unit(session: Session, rules: ContestRules, unit: Unit | None) -> None:
    """Raises Refused for a unit that the contest is not for."""
    if not rules.entry.units:
        return
    paths = session.scalars(select(Unit.path).where(Unit.code.in_(rules.entry.units)))
    if unit is None or not any(unit.path.startswith(path) for path in paths):
        raise Refused("您的单位不在本次竞赛的参加范围内")


def check_division(rules: ContestRules, chosen: str) -> None:
    """Raises Invalid where people choose their division and this is none."""
    if needs_division(rules, chosen):
        raise Invalid("还没有选组别", errors=[("division", "请选择组别")])


def _division(rules: ContestRules, unit: Unit | None, chosen: str | None) -> str:
    """The one that is chosen, where people choose; else that of the unit."""
    if rules.entry.choose_division:
        return division_named(rules, chosen or "")
    return division_of(rules, unit.kind if unit else None)


def _new(
    contest: Running,
    account_id: str,
    unit: Unit | None,
    name: str,
    phone: str | None,
    now: int,
    *,
    division: str | None = None,
    counts: bool = True,
    may_publish: bool = False,
    code_hash: str | None = None,
    consented_at: int | None = None,
) -> dict[str, Any]:
    rules, minors = contest.rules, contest.rules.entry.minors
    return {
        "contest_id": contest.id,
        "id": str(uuid_utils.uuid7()),
        "account_id": account_id,
        "unit_id": unit.id if unit else None,
        "division": _division(rules, unit, division),
        "name": name,
        "phone": None if minors else phone,
        "identity": phone or (f"{unit.code}#{name}" if unit and minors else None),
        "code_hash": code_hash,
        "counts": counts,
        "consented_at": consented_at,
        "may_publish": may_publish,
        "unit_changes": 0,
        "created_at": now,
    }


def make_entry(session: Session, entry: dict[str, Any]) -> bool:
    """Store a new entry. False where the account, the phone or the seat of a class has one already."""
    stored = insert_into(session, Entry).values(entry).on_conflict_do_nothing().returning(Entry.id)
    return session.execute(stored).one_or_none() is not None


def join_by_link(
    session: Session,
    secret: str,
    contest: Running,
    unit: Unit,
    now: int,
    *,
    name: str,
    phone: str | None,
    division: str = "",
    may_publish: bool = False,
    device_of: str | None = None,
    invited_by: str = "",
) -> tuple[str, str]:
    """Come in by a unit's QR code with name and phone, no password: (token for this device, 取回码).

    Name and phone prove nothing, so they never open an account that exists, except the one of `device_of` that this very
    device is signed in with. Raises Refused where the door is shut, the contest over or the unit outside, Conflict where the
    phone has an entry already.
    """
    if contest.phase(now) is Phase.OVER:
        raise Refused("竞赛已经结束")
    if Door.LINK not in contest.rules.entry.doors:
        raise Refused("本次竞赛不能扫码直接参加，请用单位发的登录码")
    check_unit(session, contest.rules, unit)
    check_division(contest.rules, division)
    account = _same_person(session, device_of, name, phone) or _new_account(session, name, phone, unit, now)
    code = new_code()
    new = _new(
        contest, account.id, unit, name, phone, now, division=division,
        may_publish=may_publish, consented_at=now, code_hash=code_fingerprint(secret, str(contest.id), code),
    )  # fmt: skip
    if not make_entry(session, new):
        who = "座号" if contest.rules.entry.minors else "手机号"
        raise Conflict(
            "这个{who}已经参加了本次竞赛。是您本人，请用取回码继续；换了手机或忘了取回码，请找单位联络员补发", who=who
        )
    chances.entered(session, contest, invited_by, account.id, now)
    return open_sign_in(session, account, now, contest.rules.closes_at + STAYS_AFTER_CLOSE - now), code


def _same_person(session: Session, account_id: str | None, name: str, phone: str | None) -> Account | None:
    """The account that the device is signed in with, where the same person enters a second contest."""
    account = session.get(Account, account_id) if account_id and phone else None
    same = account is not None and (account.name, account.phone, account.role) == (name, phone, Role.CONTESTANT.value)
    return account if same else None


def _new_account(session: Session, name: str, phone: str | None, unit: Unit, now: int) -> Account:
    account = Account(
        id=uuid_utils.uuid7().hex, role=Role.CONTESTANT.value, name=name, phone=phone, unit_id=unit.id, created_at=now
    )
    session.add(account)
    session.flush()
    return account


def reopen(
    session: Session, secret: str, contest: Running, address: str, now: int, *, name: str, phone: str, code: str
) -> str:
    """Open one's entry on another device: a token. Raises Unauthenticated, TooMany; the edge counts failures.

    A pupil has no phone: the seat number stands for the name, and the code finds the entry.
    """
    check_throttle(session, {f"address:{address}"[:128]: 3_000, f"account:{contest.id}/{phone}"[:128]: 10}, now)
    given = code_fingerprint(secret, str(contest.id), code)
    by = Entry.code_hash == given if contest.rules.entry.minors else Entry.identity == phone
    entry = session.scalars(select(Entry).where(Entry.contest_id == contest.id, by)).first()
    if entry is None or entry.code_hash != given or entry.name != name:
        raise Unauthenticated("姓名、手机号或取回码不对")
    account = session.get_one(Account, entry.account_id)
    if account.disabled_at:
        raise Unauthenticated("姓名、手机号或取回码不对")
    return open_sign_in(session, account, now, contest.rules.closes_at + STAYS_AFTER_CLOSE - now)


def entry_of(session: Session, contest_id: int, account_id: str) -> Entry | None:
    return session.scalar(select(Entry).where(Entry.contest_id == contest_id, Entry.account_id == account_id))


def find_entry(session: Session, contest: Running, who: str, now: int) -> Entry | None:
    """The entry of a person by phone, number on the roster, account, or the entry's own number; made where there is none yet."""
    by_entry = select(Entry).where(Entry.contest_id == contest.id, Entry.phone == who)
    entry = session.scalars(by_entry.limit(1)).first()
    if entry is not None:
        return entry
    found = session.scalars(select(Account).where(or_(Account.login == who, Account.number == who, Account.phone == who)).limit(2)).all()
    return enter_person(session, contest, found[0], now) if len(found) == 1 else None


def rostered_division(session: Session, account_id: str) -> str | None:
    """The division that the roster names for somebody, as it is written there."""
    return session.scalar(select(Account.division).where(Account.id == account_id))


def unit_code(session: Session, unit_id: int) -> str | None:
    return session.scalar(select(Unit.code).where(Unit.id == unit_id))
