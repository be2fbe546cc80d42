"""Changing the tree of units: importing it from a file, head counts, a unit that was missing."""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from quizapp.errors import BadFile, Fault
from quizapp.models.organisations import MissingUnit, Unit, UnitState
from quizapp.rules.rows import UnitRow
from quizapp.services.accounts import LETTERS
from quizapp.services.audit import Actor, record
from quizapp.services.organisations import search_text
from quizapp.services.shares import renew_shares


@dataclass(slots=True)
class ImportReport:
    """What an import of units did, or would do."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    same: int = 0


def import_units(session: Session, actor: Actor, rows: Sequence[UnitRow], file: str, now: int) -> ImportReport:
    """Add and change units, all or none. Raises BadFile with every fault: an unknown or ambiguous parent, a circle.

    A row without a code is the unit of that name under that parent, or gets a code made from its parent's.
    """
    known = {unit.code: unit for unit in session.scalars(select(Unit))}
    plan = _resolve(rows, known, file)
    report = ImportReport()
    by_code = dict(known)
    touched: list[Unit] = []
    for row, code, parent_code in plan:
        parent = by_code[parent_code] if parent_code else None
        if parent is not None and parent.id is None:
            session.flush()  # once per level of the tree
        unit = by_code.get(code)
        if unit is None:
            by_code[code] = unit = _new_unit(session, row, code, parent, now)
            report.new.append(row.name)
            touched.append(unit)
        elif _update(unit, row, parent, report):
            touched.append(unit)
    session.flush()
    for unit in touched:
        _remember(session, unit, now)
    _write_paths(session, file)
    if report.moved:
        renew_shares(session)
    record(
        session, actor, "unit.import", file, now,
        new=len(report.new), changed=len(report.changed), moved=len(report.moved), same=report.same,
    )  # fmt: skip
    return report


def _new_unit(session: Session, row: UnitRow, code: str, parent: Unit | None, now: int) -> Unit:
    unit = Unit(
        code=code,
        name=row.name,
        kind=row.kind,
        parent_id=parent.id if parent else None,
        path="",
        headcount=row.headcount,
        aliases=list(row.aliases),
        search=search_text(row.name, row.aliases, code),
        telephone=row.telephone,
        link="".join(secrets.choice(LETTERS) for _ in range(12)).lower(),
        created_at=now,
    )
    session.add(unit)
    return unit


def _update(unit: Unit, row: UnitRow, parent: Unit | None, report: ImportReport) -> bool:
    """Bring a unit in line with its row; an empty cell leaves what is there. True where something changed."""
    moved = (row.parent is not None) and unit.parent_id != (parent.id if parent else None)
    wanted = {
        "name": row.name,
        "kind": row.kind or unit.kind,
        "headcount": unit.headcount if row.headcount is None else row.headcount,
        "aliases": list(row.aliases) or unit.aliases,
        "telephone": row.telephone or unit.telephone,
    }
    changed = {name: value for name, value in wanted.items() if getattr(unit, name) != value}
    for name, value in changed.items():
        setattr(unit, name, value)
    if moved:
        unit.parent_id = parent.id if parent else None
        report.moved.append(unit.name)
    elif changed:
        report.changed.append(unit.name)
    else:
        report.same += 1
    unit.search = search_text(unit.name, unit.aliases, unit.code)
    return bool(changed) or moved


def _remember(session: Session, unit: Unit, now: int) -> None:
    session.add(
        UnitState(
            unit_id=unit.id, parent_id=unit.parent_id, name=unit.name, kind=unit.kind, headcount=unit.headcount, from_at=now
        )
    )


def _resolve(rows: Sequence[UnitRow], known: Mapping[str, Unit], file: str) -> list[tuple[UnitRow, str, str | None]]:
    """(row, its code, its parent's code), parents first."""
    names: dict[str, set[str]] = defaultdict(set)
    ids = {unit.id: unit for unit in known.values()}
    for unit in known.values():
        names[unit.name].add(unit.code)
    codes: dict[int, str] = {}
    for number, row in enumerate(rows):
        if row.code:
            codes[number] = row.code
            names[row.name].add(row.code)
    by_name = {(unit.name, ids[unit.parent_id].code if unit.parent_id else None): unit.code for unit in known.values()}
    made: dict[str | None, int] = defaultdict(int)
    taken = set(known) | set(codes.values())
    parents: dict[int, str | None] = {}
    waiting = set(range(len(rows)))
    while waiting:
        ready = [n for n in sorted(waiting) if rows[n].parent is None or _parent_of(rows[n], names, taken) is not None]
        if not ready:
            raise BadFile([_parent_fault(rows[n], names, file) for n in sorted(waiting)])
        for number in ready:
            row = rows[number]
            parents[number] = parent = _parent_of(row, names, taken)
            if number not in codes:
                codes[number] = by_name.get((row.name, parent)) or _make_code(parent, made, taken)
                taken.add(codes[number])
                names[row.name].add(codes[number])
        waiting -= set(ready)
    return _parents_first([(rows[n], codes[n], parents[n]) for n in range(len(rows))], set(known), file)


def _parent_of(row: UnitRow, names: Mapping[str, set[str]], taken: set[str]) -> str | None:
    if row.parent is None:
        return None
    if row.parent in taken:
        return row.parent
    found = names.get(row.parent, set())
    return next(iter(found)) if len(found) == 1 else None


def _parent_fault(row: UnitRow, names: Mapping[str, set[str]], file: str) -> Fault:
    found = sorted(names.get(row.parent or "", ()))
    if found:
        message = f"第{row.line}行：上级单位“{row.parent}”有{len(found)}个（编码{'、'.join(found[:5])}），请改填编码"
    else:
        message = f"第{row.line}行：没有找到上级单位“{row.parent}”，请先导入它，或改正名称、编码"
    return Fault(message, row.line, "上级", file)


def _make_code(parent: str | None, made: dict[str | None, int], taken: set[str]) -> str:
    while True:
        made[parent] += 1
        code = f"{parent}{made[parent]:03d}" if parent else f"U{made[parent]:04d}"
        if code not in taken:
            return code


def _parents_first(
    plan: Sequence[tuple[UnitRow, str, str | None]], known: set[str], file: str
) -> list[tuple[UnitRow, str, str | None]]:
    placed = set(known) - {code for _, code, _ in plan}
    ordered: list[tuple[UnitRow, str, str | None]] = []
    waiting = list(plan)
    while waiting:
        ready = [line for line in waiting if line[2] is None or line[2] in placed]
        if not ready:
            raise BadFile(
                [Fault(f"第{row.line}行：“{row.name}”的上级绕成了一圈，请改正", row.line, "上级", file) for row, _, _ in waiting]
            )
        ordered.extend(ready)
        placed.update(code for _, code, _ in ready)
        waiting = [line for line in waiting if line[1] not in placed]
    return ordered


def _write_paths(session: Session, file: str) -> None:
    units = {unit.id: unit for unit in session.scalars(select(Unit))}
    children: dict[int | None, list[int]] = defaultdict(list)
    for unit in units.values():
        children[unit.parent_id].append(unit.id)
    waiting = [(unit_id, "/") for unit_id in children[None]]
    lost = dict(units)
    while waiting:
        unit_id, above = waiting.pop()
        del lost[unit_id]
        path = f"{above}{unit_id}/"
        if units[unit_id].path != path:
            units[unit_id].path = path
        waiting.extend((child, path) for child in children[unit_id])
    if lost:
        raise BadFile(
            [Fault(f"“{unit.name}”（{unit.code}）的上级绕成了一圈，请改正", None, "上级", file) for unit in lost.values()]
        )
    session.flush()


def confirm_headcount(session: Session, actor: Actor, unit: Unit, headcount: int, now: int) -> None:
    """The liaison says how many should take part."""
    before, unit.headcount, unit.headcount_confirmed_at = unit.headcount, headcount, now
    if before != headcount:
        _remember(session, unit, now)
    record(session, actor, "unit.headcount", unit.code, now, before=before, after=headcount)


def add_unit(session: Session, actor: Actor, row: UnitRow, now: int) -> Unit:
    """One unit more, as when somebody's unit was missing."""
    import_units(session, actor, [row], "", now)
    above = select(Unit.id).where(or_(Unit.code == row.parent, Unit.name == row.parent))
    place = Unit.parent_id.in_(above) if row.parent else Unit.parent_id.is_(None)
    unit = session.scalars(select(Unit).where(Unit.name == row.name, place).order_by(Unit.id.desc())).first()
    assert unit is not None
    return unit


def report_missing(session: Session, contest_id: int, now: int, *, name: str, parent: str, contact: str, phone: str) -> None:
    """Somebody's unit is not in the tree: put it in the organiser's queue, once per name and phone."""
    known = session.scalar(
        select(MissingUnit.id).where(
            MissingUnit.contest_id == contest_id, MissingUnit.phone == phone, MissingUnit.name == name,
            MissingUnit.resolved_at.is_(None),
        )
    )  # fmt: skip
    if known is None:
        session.add(
            MissingUnit(contest_id=contest_id, name=name, parent=parent, contact=contact, phone=phone, created_at=now)
        )
