"""Accounts: making them, signing in and out, passwords, one-time codes, and slowing down those who guess."""

import hashlib
import hmac
import os
import secrets
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import uuid_utils
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from quizapp.errors import Invalid, NotFound, Refused, Unauthenticated
from quizapp.models.accounts import Account, OneTimeCode, SignIn
from quizapp.models.organisations import Unit
from quizapp.rules.roles import Role
from quizapp.services.audit import Actor, record
from quizapp.services.signed_in import SI, VISITOR, A
from quizapp.services.throttles import NOT_THROTTLED, check_throttle, count_failure, throttle_keys, values_of_throttle

DAY = 86_400_000
CONTESTANT_STAYS = 366 * DAY
STAFF_STAYS = DAY // 2
CODE_LASTS = 30 * DAY
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is read as another

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _hasher.hash(secrets.token_hex(8))  # an unknown name costs as much as a wrong password


def _step_back() -> None:
    """Let the kernel run everybody else first: a save is not to wait for a processor that checks passwords."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


_checkers = ThreadPoolExecutor(2, "password", _step_back)  # however many sign in at once


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at the door: an account with a live sign-in."""

    account_id: str
    sign_in_id: str
    role: Role
    name: str
    login: str | None
    unit_id: int | None
    unit_name: str | None
    unit_is_leaf: bool
    must_change_password: bool

    @property
    def liaison(self) -> bool:
        """An official of a leaf unit."""
        return self.role is Role.OFFICIAL and self.unit_is_leaf


def fingerprint(token: str) -> str:
    """What is stored of a token: a copy of the database signs nobody in."""
    return hashlib.sha256(token.encode()).hexdigest()


def code_fingerprint(secret: str, *parts: str) -> str:
    """What is stored of a short code: keyed, so that it cannot be searched for without the server's secret."""
    text = "|".join(part.strip().upper().replace("-", "").replace(" ", "") for part in parts)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def new_code(length: int = 8) -> str:
    """A random code in letters that are not mistaken for each other, as ABCD-2345."""
    code = "".join(secrets.choice(LETTERS) for _ in range(length))
    return "-".join(code[i : i + 4] for i in range(0, length, 4))


def create_account(
    session: Session,
    actor: Actor,
    now: int,
    *,
    login: str | None,
    role: Role,
    name: str = "",
    password: str | None = None,
    unit_code: str | None = None,
    must_change: bool = False,
) -> Account:
    """Make one account. Raises Invalid for a taken name, an unknown unit, a password under eight characters."""
    if login is not None and (not 0 < len(login.strip()) <= 64 or not login.isprintable()):
        raise Invalid("账号名应为1到64个字符")
    if login is not None and session.scalar(select(Account.id).where(Account.login == login.strip())):
        raise Invalid("账号“{login}”已存在", login=login)
    unit = None
    if unit_code:
        unit = session.scalar(select(Unit).where(Unit.code == unit_code))
        if unit is None:
            raise Invalid("没有编码为“{code}”的单位", code=unit_code)
    if role is Role.OFFICIAL and unit is None:
        raise Invalid("官员和联络员账号必须指定单位")
    account = Account(
        id=uuid_utils.uuid7().hex,
        login=login.strip() if login else None,
        password=hash_password(password) if password is not None else None,
        role=role.value,
        name=name or (login or ""),
        unit_id=unit.id if unit else None,
        must_change_password=must_change,
        on_roster=role is Role.CONTESTANT,
        created_at=now,
    )
    session.add(account)
    session.flush()
    record(session, actor, "account.create", login or account.id, now, role=role.value, unit=unit_code)
    return account


def hash_password(password: str) -> str:
    if not 8 <= len(password) <= 200:
        raise Invalid("密码至少8个字符")
    return _hasher.hash(password)


def change_password(session: Session, visitor: Visitor, old: str, new: str, now: int) -> None:
    """Replace one's own password and end every other sign-in of the account."""
    account = session.get_one(Account, visitor.account_id)
    if not visitor.must_change_password and not _verify(account.password, old):
        raise Invalid("原密码不对", errors=[("old", "原密码不对")])
    account.password = hash_password(new)
    account.must_change_password = False
    session.execute(
        update(SignIn)
        .where(SignIn.account_id == account.id, SignIn.ended_at.is_(None), SignIn.id != visitor.sign_in_id)
        .values(ended_at=now)
    )
    record(session, Actor(account.id, account.name), "account.password", account.login or account.id, now)


def _verify(stored: str | None, password: str) -> bool:
    try:
        return _checkers.submit(_hasher.verify, stored or _NOBODY, password).result() and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def find_login(session: Session, login: str, address: str, now: int) -> Account | None:
    """Whose password is to be checked. Raises TooMany after many failures."""
    check_throttle(session, throttle_keys(login, address), now)
    return session.scalar(select(Account).where(Account.login == login.strip()))


def check_password(account: Account | None, password: str) -> str:
    """The account's id; holds no connection, so that nobody waits for the hashing. Raises Unauthenticated."""
    if not _verify(account.password if account else None, password[:200]) or account is None or account.disabled_at:
        raise Unauthenticated("账号或密码不对")
    return account.id


def sign_in(session: Session, account_id: str, address: str, now: int) -> tuple[Account, str]:
    """Let somebody in whose password is right: the account and a new token."""
    account = session.get_one(Account, account_id)
    if account.role != Role.CONTESTANT:
        record(session, Actor(account.id, account.name, address), "sign_in", account.login or "", now)
    return account, open_sign_in(session, account, now)


_SIGN_IN = insert(SI.id.table)


def open_sign_in(session: Session, account: Any, now: int, stays: int | None = None) -> str:
    """A new sign-in for an account; the token is returned once and not stored."""
    token = secrets.token_urlsafe(32)
    stays = stays or (CONTESTANT_STAYS if account.role == Role.CONTESTANT else STAFF_STAYS)
    session.flush()  # the account may be as new
    values = {"id": fingerprint(token), "account_id": account.id, "created_at": now, "expires_at": now + stays}
    session.execute(_SIGN_IN, values)
    return token


def count_refusal(session: Session, login: str, address: str, now: int) -> None:
    """Remember a failed sign-in, in a transaction of its own after the refusal; that of staff is also in the log."""
    count_failure(session, login, address, now)
    account = session.scalar(select(Account).where(Account.login == login.strip()))
    if account is not None and account.role != Role.CONTESTANT:
        record(session, Actor("", login, address), "sign_in", login, now, "refused")


_CODE: Any = OneTimeCode.__table__.c
_USE_UP = (
    update(_CODE.id.table)
    .where(_CODE.id == bindparam("given"), _CODE.used_at.is_(None), _CODE.expires_at > bindparam("now"), NOT_THROTTLED)
    .values(used_at=bindparam("now"))
    .returning(_CODE.account_id)
)
_LET_IN = (
    update(A.id.table)
    .where(A.id == bindparam("found"), A.disabled_at.is_(None))
    .values(consented_at=bindparam("now"), must_change_password=or_(A.must_change_password, A.role != Role.CONTESTANT))
    .returning(A.id, A.role, A.name, A.login, A.must_change_password)
)


def sign_in_with_code(session: Session, secret: str, code: str, address: str, now: int) -> tuple[Any, str]:
    """Use up a one-time code: who came in (id, role, name, login, must_change_password), and a new token.

    Staff who come in this way must set a password first. Raises Unauthenticated; TooMany after many failures.
    """
    ((key, limit),) = throttle_keys("", address).items()
    given = {"given": code_fingerprint(secret, code), "now": now}
    found = session.scalar(_USE_UP, given | values_of_throttle(session, key, limit, now))
    account = found and session.execute(_LET_IN, {"found": found, "now": now}).one_or_none()
    if not account:
        check_throttle(session, {key: limit}, now)
        raise Unauthenticated("登录码不对、已用过或已过期，请向单位联络员或管理员重新领取")
    record(session, Actor(account.id, account.name, address), "sign_in.code", account.login or account.id, now)
    return account, open_sign_in(session, account, now)


def issue_code(session: Session, secret: str, account: Account, now: int) -> str:
    """A fresh one-time code for an account; earlier ones stop working."""
    session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.account_id == account.id, OneTimeCode.used_at.is_(None))
        .values(used_at=now)
    )
    code = new_code()
    session.add(
        OneTimeCode(
            id=code_fingerprint(secret, code), account_id=account.id, created_at=now, expires_at=now + CODE_LASTS
        )
    )
    return code


def visitor_of(session: Session, token: str, now: int) -> Visitor | None:
    """Who holds this token now; None where it is unknown, ended, expired, or the account is disabled."""
    row = session.execute(VISITOR, {"token": fingerprint(token), "now": now}).one_or_none()
    if row is None:
        return None
    account_id, sign_in_id, role, name, login, unit_id, unit_name, is_leaf, forced = row
    return Visitor(
        account_id, sign_in_id, Role(role), name, login, unit_id, unit_name, unit_id is not None and is_leaf, forced
    )


def sign_out(session: Session, token: str, now: int) -> None:
    session.execute(update(SignIn).where(SignIn.id == fingerprint(token)).values(ended_at=now))


def list_accounts(session: Session, query: str = "", limit: int = 200) -> Sequence[tuple[Account, str | None]]:
    """Staff accounts and those whose name or login contains `query`."""
    select_ = select(Account, Unit.name).outerjoin(Unit, Unit.id == Account.unit_id)
    if query:
        select_ = select_.where(
            or_(Account.login.contains(query, autoescape=True), Account.name.contains(query, autoescape=True))
        )
    else:
        select_ = select_.where(Account.role != Role.CONTESTANT.value)
    return [(account, unit) for account, unit in session.execute(select_.order_by(Account.role, Account.login).limit(limit))]


def find_account(session: Session, account_id: str) -> Account:
    account = session.get(Account, account_id) if len(account_id.replace("-", "")) == 32 else None
    if account is None:
        raise NotFound("没有这个账号")
    return account


def set_disabled(session: Session, actor: Actor, account: Account, disabled: bool, now: int) -> None:
    """Disable or enable; a disabled account's next request is refused."""
    if account.id == actor.id:
        raise Refused("不能停用自己的账号")
    account.disabled_at = now if disabled else None
    record(session, actor, "account.disable" if disabled else "account.enable", account.login or account.id, now)


def reset_account(session: Session, actor: Actor, secret: str, account: Account, now: int) -> str:
    """A one-time code for somebody who forgot the password; the old password and all sign-ins end at once."""
    account.password = None
    session.execute(
        update(SignIn).where(SignIn.account_id == account.id, SignIn.ended_at.is_(None)).values(ended_at=now)
    )
    record(session, actor, "account.reset", account.login or account.id, now)
    return issue_code(session, secret, account, now)


def token_for(session: Session, actor: Actor, login: str, days: int, now: int) -> str:
    """A bearer token for scripts. Raises NotFound."""
    account = session.scalar(select(Account).where(Account.login == login, Account.disabled_at.is_(None)))
    if account is None:
        raise NotFound("没有账号“{login}”", login=login)
    record(session, actor, "account.token", login, now, days=days)
    return open_sign_in(session, account, now, days * DAY)
