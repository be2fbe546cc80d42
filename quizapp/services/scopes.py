"""Which part of the tree a member of staff sees. What lies outside is not found, in the same words as what does not exist."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.errors import NotFound, Refused
from quizapp.models.organisations import Unit
from quizapp.rules.roles import Role
from quizapp.services.accounts import Visitor
from quizapp.services.organisations import find_unit


def top_of(session: Session, visitor: Visitor) -> Unit | None:
    """The top of an official's subtree; None for organisers and administrators, who see everything."""
    if visitor.role is not Role.OFFICIAL:
        return None
    unit = session.get(Unit, visitor.unit_id) if visitor.unit_id is not None else None
    if unit is None:
        raise Refused("您的账号还没有指定单位，请联系管理员")
    return unit


def unit_within(session: Session, top: Unit | None, code: str) -> Unit:
    """The unit of this code under `top`. Raises NotFound, whether it lies elsewhere or nowhere."""
    unit = find_unit(session, code)
    if top is not None and not unit.path.startswith(top.path):
        raise NotFound("没有编码为“{code}”的单位", code=code)
    return unit


def parent_within(session: Session, top: Unit | None, unit: Unit) -> Unit | None:
    """The unit above, where the visitor may see it."""
    if unit.parent_id is None or (top is not None and unit.id == top.id):
        return None
    return session.get(Unit, unit.parent_id)


def trail(session: Session, top: Unit | None, unit: Unit) -> list[Unit]:
    """The units from the top of what the visitor sees down to this one."""
    line = [unit]
    while (above := parent_within(session, top, line[0])) is not None:
        line.insert(0, above)
    return line


def right_below(session: Session, unit: Unit | None) -> list[Unit]:
    """The units directly under this one, or those with nothing above them."""
    above = unit.id if unit is not None else None
    return list(session.scalars(select(Unit).where(Unit.parent_id == above).order_by(Unit.code)))
