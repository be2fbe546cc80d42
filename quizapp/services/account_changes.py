"""What an administrator changes about an account: its role and unit; how many sign-ins a change reaches."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.errors import Invalid, Refused
from quizapp.models.accounts import Account, SignIn
from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.rules.roles import Role
from quizapp.services.audit import Actor, record


def change_role(session: Session, actor: Actor, account: Account, role: Role, unit_code: str, now: int) -> None:
    """Give an account another role or unit; its next request is judged by it. Raises Invalid, Refused for one's own."""
    if account.id == actor.id:
        raise Refused("不能更改自己的角色")
    unit_id = session.scalar(select(Unit.id).where(Unit.code == unit_code)) if unit_code else None
    if unit_code and unit_id is None:
        raise Invalid("没有编码为“{code}”的单位", [("unit", "没有这个单位")], code=unit_code)
    if role is Role.OFFICIAL and unit_id is None:
        raise Invalid("官员和联络员账号必须指定单位", [("unit", "请填单位编码")])
    if role is not Role.CONTESTANT and account.login is None:
        raise Refused("这个账号是扫码或凭名册进入的，没有账号名，不能改为工作人员；请另建账号")
    before = account.role
    account.role, account.unit_id = role.value, unit_id
    account.on_roster = account.on_roster and role is Role.CONTESTANT
    record(
        session,
        actor,
        "account.role",
        account.login or account.id,
        now,
        before=before,
        after=role.value,
        unit=unit_code,
    )


def count_sign_ins(session: Session, account: Account, now: int) -> int:
    """How many devices and scripts are signed in with it."""
    query = select(func.count()).where(
        SignIn.account_id == account.id, SignIn.ended_at.is_(None), SignIn.expires_at > now
    )
    return session.scalar(query) or 0


def count_entries(session: Session, account: Account) -> int:
    """In how many contests it takes part."""
    return session.scalar(select(func.count()).where(Entry.account_id == account.id)) or 0


def unit_of(session: Session, account: Account) -> Unit | None:
    return session.get(Unit, account.unit_id) if account.unit_id is not None else None
