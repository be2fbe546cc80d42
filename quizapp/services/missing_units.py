"""The queue of units that people did not find: each ends as a new unit or as one that was there under another name."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.errors import Conflict, NotFound
from quizapp.models.contests import Contest
from quizapp.models.organisations import MissingUnit, Unit
from quizapp.services.audit import Actor, record
from quizapp.services.organisations import search_text


def list_missing(session: Session, limit: int = 500) -> list[tuple[MissingUnit, str]]:
    """What waits, the oldest first, with the title of the contest."""
    query = (
        select(MissingUnit, Contest.title)
        .join(Contest, Contest.id == MissingUnit.contest_id)
        .where(MissingUnit.resolved_at.is_(None))
        .order_by(MissingUnit.created_at, MissingUnit.id)
    )
    return [(missing, title) for missing, title in session.execute(query.limit(limit))]


def count_missing(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(MissingUnit).where(MissingUnit.resolved_at.is_(None))) or 0


def find_missing(session: Session, missing_id: int) -> MissingUnit:
    missing = session.get(MissingUnit, missing_id)
    if missing is None:
        raise NotFound("没有这条登记")
    return missing


def resolve(session: Session, actor: Actor, missing: MissingUnit, unit: Unit, now: int) -> int:
    """Say which unit was meant, for everybody who typed this name there; the name then finds it. How many were waiting.

    Raises Conflict where somebody else was quicker.
    """
    if missing.resolved_at is not None:
        raise Conflict("这条登记已经处理过了")
    if missing.name != unit.name and missing.name not in unit.aliases:
        unit.aliases = [*unit.aliases, missing.name]
        unit.search = search_text(unit.name, unit.aliases, unit.code)
    same = session.scalars(
        select(MissingUnit).where(
            MissingUnit.name == missing.name, MissingUnit.parent == missing.parent, MissingUnit.resolved_at.is_(None)
        )
    ).all()
    for one in same:
        one.resolved_at, one.unit_id = now, unit.id
    record(session, actor, "unit.resolve", unit.code, now, name=missing.name, waiting=len(same))
    return len(same)


def dismiss(session: Session, actor: Actor, missing: MissingUnit, now: int) -> None:
    """Not a unit of ours, or sent in jest: leave the queue without one."""
    if missing.resolved_at is not None:
        raise Conflict("这条登记已经处理过了")
    missing.resolved_at = now
    record(session, actor, "unit.dismiss", missing.name, now)
