"""Many accounts at once, with passwords that work at once."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uuid_utils
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from quizapp.errors import BadFile, Fault
from quizapp.models.accounts import Account
from quizapp.models.organisations import Unit
from quizapp.rules.roles import Role
from quizapp.rules.rows import AccountRow
from quizapp.services.accounts import hash_password
from quizapp.services.audit import Actor, record

AT_ONCE = 500  # names in one statement: SQLite takes 32,766 parameters at most


def import_accounts(
    session: Session,
    actor: Actor,
    rows: Sequence[AccountRow],
    now: int,
    file: str = "",
    watch: Callable[[Iterable[str]], Iterable[str]] = iter,
) -> int:
    """Make many accounts whose passwords work at once; how many. Raises BadFile with every fault.

    Passwords are hashed before the database is touched: thousands of them take minutes, in which nobody should wait for us;
    `watch` may show how far it is.
    """
    faults = [Fault(text, row.line, field, file) for row in rows for field, text in _account_faults(row)]
    sound = [row for row in rows if 8 <= len(row.password) <= 200] if not faults else []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        hashes = list(watch(pool.map(hash_password, [row.password for row in sound])))
    units, taken = _looked_up(session, rows)
    for row in rows:
        if row.unit and row.unit not in units:
            faults.append(Fault(f"没有编码为“{row.unit}”的单位，请先导入单位或改正编码", row.line, "unit", file))
        if row.name in taken:
            faults.append(Fault(f"账号“{row.name}”已存在，请改名或删去这一行", row.line, "name", file))
    if faults:
        raise BadFile(sorted(faults, key=lambda fault: fault.line or 0))
    made = [
        _account_values(row, hashed, units.get(row.unit or ""), now) for row, hashed in zip(sound, hashes, strict=True)
    ]
    if made:
        session.execute(insert(Account), made)
    record(session, actor, "account.import", file, now, accounts=len(made))
    return len(made)


def _account_faults(row: AccountRow) -> list[tuple[str, str]]:
    faults = []
    if not 0 < len(row.name) <= 64 or not row.name.isprintable():
        faults.append(("name", "账号应为1到64个字符"))
    if not 8 <= len(row.password) <= 200:
        faults.append(("password", f"账号“{row.name[:64]}”的密码应为8到200个字符"))
    if row.role == Role.OFFICIAL and not row.unit:
        faults.append(("unit", "官员和联络员账号必须填单位编码"))
    if len(row.full_name or "") > 64:
        faults.append(("full_name", "姓名太长，最多64个字"))
    return faults


def _looked_up(session: Session, rows: Sequence[AccountRow]) -> tuple[dict[str, int], set[str]]:
    """(unit ids by code, names that are taken)."""
    units = dict(session.execute(select(Unit.code, Unit.id)).all())
    names = [row.name for row in rows]
    taken: set[str] = set()
    for start in range(0, len(names), AT_ONCE):
        some = select(Account.login).where(Account.login.in_(names[start : start + AT_ONCE]))
        taken.update(login for login in session.scalars(some) if login)
    return units, taken


def _account_values(row: AccountRow, hashed: str, unit_id: int | None, now: int) -> dict[str, Any]:
    return {
        "id": uuid_utils.uuid7().hex,
        "login": row.name,
        "password": hashed,
        "role": row.role,
        "name": row.full_name or row.name,
        "phone": None,
        "number": None,
        "unit_id": unit_id,
        "on_roster": row.role == Role.CONTESTANT,
        "must_change_password": False,
        "created_at": now,
        "disabled_at": None,
    }
