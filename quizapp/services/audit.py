"""Writing down who did what, and reading it."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from quizapp.models.audit import AuditRecord


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account id, or `cli`; the name as it was then; the network address if any."""

    id: str
    name: str
    address: str = ""


CLI = Actor("cli", "命令行")
_LINE = insert(cast(Table, AuditRecord.__table__)).inline()  # nobody asks for its number


def record(
    session: Session, actor: Actor, action: str, thing: str, now: int, result: str = "ok", **detail: object
) -> None:
    """One line of the log, in the transaction of what it tells of: without the one the other does not happen."""
    line = {
        "at": now,
        "actor": actor.id,
        "actor_name": _one_line(actor.name),
        "address": actor.address,
        "action": action,
        "object": _one_line(thing)[:128],
        "detail": detail,
        "result": _one_line(result)[:200],
    }
    session.execute(_LINE, line)


def _one_line(text: str) -> str:
    return text if text.isprintable() else "".join(char if char.isprintable() else "�" for char in text)


def read_log(session: Session, *, before: int | None = None, action: str = "", limit: int = 100) -> list[AuditRecord]:
    """The newest records first; `before` is the id of the last one already seen."""
    query = select(AuditRecord).order_by(AuditRecord.id.desc()).limit(min(limit, 500))
    if before is not None:
        query = query.where(AuditRecord.id < before)
    if action:
        query = query.where(AuditRecord.action.startswith(action, autoescape=True))
    return list(session.scalars(query))
