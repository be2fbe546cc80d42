"""Rosters: many people at once, each with a one-time code."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import uuid_utils
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from quizapp.errors import BadFile, Fault
from quizapp.models.accounts import Account, OneTimeCode
from quizapp.models.organisations import Unit
from quizapp.rules.contests import division_named
from quizapp.rules.roles import Role
from quizapp.rules.rows import PersonRow
from quizapp.services.accounts import CODE_LASTS, code_fingerprint, new_code
from quizapp.services.audit import Actor, record
from quizapp.services.contests import list_contests

AT_ONCE = 500  # ids in one statement: SQLite takes 32,766 parameters at most


@dataclass(slots=True)
class _Known:
    """One person of a unit's roster as stored."""

    id: str
    phone: str | None
    number: str | None


_Homes = list[tuple[PersonRow, Unit]]
_Placed = list[tuple[PersonRow, Unit, str]]


def import_people(
    session: Session,
    actor: Actor,
    secret: str,
    rows: Sequence[PersonRow],
    unit: Unit | None,
    now: int,
    file: str = "",
    *,
    reissue: bool = False,
) -> list[tuple[PersonRow, str, str]]:
    """Put people on their units' rosters: (person, name of the unit, one-time code) for everybody who gets a code.

    A row without a unit belongs to `unit`; rows with one must name it or one below it. Who is known already (same unit and
    name, same phone or number) is not doubled and keeps the code in hand, unless `reissue`. Raises BadFile with every fault.
    """
    rows = _in_divisions(session, rows, now, file)
    homes = _homes(session, rows, unit, file)
    known = _known(session, {home.id for _, home in homes})
    fresh, kept = _sorted_out(homes, known, now, file)
    if fresh:
        session.execute(insert(Account), [_account(person, home, key, now) for person, home, key in fresh])
    for person, _, key in kept:
        _keep_facts(session, person, key)
    entitled = fresh + (kept if reissue else _without_code(session, kept, now))
    issued = _issue(session, secret, entitled, now)
    record(session, actor, "roster.import", file, now, new=len(fresh), known=len(kept), codes=len(issued))
    return issued


def _in_divisions(session: Session, rows: Sequence[PersonRow], now: int, file: str) -> list[PersonRow]:
    """The rows with divisions only where people of a contest would choose theirs. Raises BadFile naming every one that none has."""
    going_on = [found.rules for found in list_contests(session) if found.rules.closes_at >= now]
    choosing = [rules for rules in going_on if rules.entry.choose_division]
    if not choosing:
        return [replace(row, division=None) for row in rows]
    offered = "、".join(dict.fromkeys(one.title for rules in choosing for one in rules.divisions))
    faults = [
        Fault(f"没有组别“{row.division}”，请填{offered}之一，或留空由本人选", row.line, "division", file)
        for row in rows
        if row.division and not any(division_named(rules, row.division) for rules in choosing)
    ]
    if faults:
        raise BadFile(faults)
    return list(rows)


def _homes(session: Session, rows: Sequence[PersonRow], unit: Unit | None, file: str) -> _Homes:
    """Every person with the unit meant. Raises BadFile."""
    by_code: dict[str, Unit] = {}
    by_name: dict[str, list[Unit]] = defaultdict(list)
    query = select(Unit)
    if unit is not None:
        query = query.where(Unit.path.startswith(unit.path, autoescape=True))
    for found in session.scalars(query):
        by_code[found.code] = found
        by_name[found.name].append(found)
    homes, faults = [], []
    for row in rows:
        home = _home(row, unit, by_code, by_name)
        if isinstance(home, str):
            faults.append(Fault(home, row.line, "unit", file))
        else:
            homes.append((row, home))
        faults += [Fault(text, row.line, field, file) for field, text in _lengths(row)]
    if faults:
        raise BadFile(faults)
    return homes


def _home(
    row: PersonRow, unit: Unit | None, by_code: Mapping[str, Unit], by_name: Mapping[str, Sequence[Unit]]
) -> Unit | str:
    """The unit meant, or what is wrong."""
    if row.unit is None:
        return unit or "没有写单位，请加上单位编码一栏，或先选好单位再上传"
    found = [by_code[row.unit]] if row.unit in by_code else by_name.get(row.unit, [])
    if len(found) == 1:
        return found[0]
    if found:
        codes = "、".join(sorted(one.code for one in found)[:5])
        return f"名称为“{row.unit}”的单位有{len(found)}个（编码{codes}），请改填编码"
    where = f"“{unit.name}”及其下级中" if unit else ""
    return f"{where}没有找到单位“{row.unit}”，请核对名称或编码，或先导入这个单位"


def _lengths(row: PersonRow) -> list[tuple[str, str]]:
    faults = [("name", f"姓名太长（{len(row.name)}个字），最多64个字")] if len(row.name) > 64 else []
    if len(row.number or "") > 32:
        faults.append(("number", "工号太长，最多32个字符"))
    return faults


def _known(session: Session, unit_ids: set[int]) -> dict[tuple[int, str], list[_Known]]:
    """Everybody on the rosters of these units, by unit and name."""
    found: dict[tuple[int, str], list[_Known]] = defaultdict(list)
    ids = sorted(unit_ids)
    for start in range(0, len(ids), AT_ONCE):
        for row in session.execute(
            select(Account.unit_id, Account.name, Account.id, Account.phone, Account.number).where(
                Account.unit_id.in_(ids[start : start + AT_ONCE]),
                Account.role == Role.CONTESTANT.value,
                Account.on_roster,
                Account.disabled_at.is_(None),
            )
        ):
            found[(row[0] or 0, row[1])].append(_Known(*row[2:]))
    return found


def _sorted_out(
    homes: _Homes, known: Mapping[tuple[int, str], list[_Known]], now: int, file: str
) -> tuple[_Placed, _Placed]:
    """(new people with a new id, people already known with theirs). Raises BadFile where it is unclear who is meant."""
    fresh: _Placed = []
    kept: _Placed = []
    faults = []
    claimed: set[str] = set()
    for row, home in homes:
        candidates = [one for one in known.get((home.id, row.name), ()) if one.id not in claimed]
        match = _match(row, candidates)
        if match is not None:
            claimed.add(match.id)
            kept.append((row, home, match.id))
        elif candidates and not (row.phone or row.number):
            text = f"“{home.name}”的名册里有{len(candidates)}个“{row.name}”，请补上手机号或工号"
            faults.append(Fault(text, row.line, "name", file))
        else:
            fresh.append((row, home, uuid_utils.uuid7().hex))
    if faults:
        raise BadFile(faults)
    return fresh, kept


def _match(row: PersonRow, candidates: Sequence[_Known]) -> _Known | None:
    """The same person: by number, else by phone; where one side knows neither, the only one of that name."""
    for candidate in candidates:
        if row.number and candidate.number == row.number:
            return candidate
    for candidate in candidates:
        if row.phone and candidate.phone == row.phone and not (row.number and candidate.number):
            return candidate
    if len(candidates) == 1:
        only = candidates[0]
        if not (row.phone or row.number) or not (only.phone or only.number):
            return only
    return None


def _account(person: PersonRow, home: Unit, key: str, now: int) -> dict[str, Any]:
    return {
        "id": key,
        "login": None,
        "password": None,
        "role": Role.CONTESTANT.value,
        "name": person.name,
        "phone": person.phone,
        "number": person.number,
        "division": person.division,
        "unit_id": home.id,
        "on_roster": True,
        "must_change_password": False,
        "created_at": now,
        "disabled_at": None,
    }


def _keep_facts(session: Session, person: PersonRow, account_id: str) -> None:
    """What the roster now knows besides; an empty cell leaves what is there."""
    given = {"phone": person.phone, "number": person.number, "division": person.division}
    facts = {name: value for name, value in given.items() if value}
    if facts:
        session.execute(update(Account).where(Account.id == account_id).values(**facts))


def _without_code(session: Session, people: _Placed, now: int) -> _Placed:
    """Those who neither hold a code that works nor have used one."""
    holders: set[str] = set()
    ids = [account_id for _, _, account_id in people]
    for start in range(0, len(ids), AT_ONCE):
        holders.update(
            session.scalars(
                select(OneTimeCode.account_id).where(
                    OneTimeCode.account_id.in_(ids[start : start + AT_ONCE]),
                    OneTimeCode.used_at.is_not(None) | (OneTimeCode.expires_at > now),
                )
            )
        )
    return [line for line in people if line[2] not in holders]


def _issue(session: Session, secret: str, people: _Placed, now: int) -> list[tuple[PersonRow, str, str]]:
    """A fresh code for each; earlier ones stop working."""
    ids = [account_id for _, _, account_id in people]
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        old = update(OneTimeCode).where(OneTimeCode.account_id.in_(some), OneTimeCode.used_at.is_(None))
        session.execute(old.values(used_at=now))
    issued = [(person, home.name, new_code()) for person, home, _ in people]
    codes = [
        {
            "id": code_fingerprint(secret, code),
            "account_id": account_id,
            "created_at": now,
            "expires_at": now + CODE_LASTS,
            "used_at": None,
        }
        for account_id, (_, _, code) in zip(ids, issued, strict=True)
    ]
    if codes:
        session.execute(insert(OneTimeCode), codes)
    return issued
