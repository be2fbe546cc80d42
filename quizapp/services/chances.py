"""Further chances for spreading a contest, where its file turns them on: only what the server itself has seen is proof."""

import hashlib
import hmac
import re

import uuid_utils
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.models.base import insert_into
from quizapp.models.contests import Entry
from quizapp.models.records import Chance
from quizapp.rules.timing import contest_day
from quizapp.services.contests import Running

_ENTRY = re.compile(r"[0-9a-f]{32}\Z")


def opened(session: Session, secret: str, contest: Running, by: str, visitor: str, account_id: str | None, now: int) -> None:
    """Somebody opened the link that an entry shared; `visitor` is what is known of the device, kept as a fingerprint only."""
    if contest.rules.extra.share:
        proof = hmac.digest(secret.encode(), f"{contest.id}/{visitor}".encode(), hashlib.sha256).hex()[:32]
        _prove(session, contest, by, "share", proof, contest.rules.extra.share, account_id, now)


def entered(session: Session, contest: Running, by: str, account_id: str, now: int) -> None:
    """Somebody whom an entry invited has entered."""
    entry_id = session.scalar(select(Entry.id).where(Entry.contest_id == contest.id, Entry.account_id == account_id))
    if contest.rules.extra.invite and entry_id is not None:
        _prove(session, contest, by, "invite", entry_id, contest.rules.extra.invite, account_id, now)


def _prove(
    session: Session, contest: Running, by: str, kind: str, proof: str, most: int, account_id: str | None, now: int
) -> None:
    """Nobody is proof for oneself, nobody twice, and no more is kept than a day can use."""
    if not _ENTRY.match(by):
        return
    entry = session.execute(select(Entry.id, Entry.account_id).where(Entry.contest_id == contest.id, Entry.id == by)).one_or_none()
    if entry is None or entry.account_id == account_id:
        return
    day = contest_day(contest.rules.zone, now)
    mine = (Chance.contest_id == contest.id, Chance.entry_id == entry.id, Chance.kind == kind, Chance.day == day)
    if (session.scalar(select(func.count()).where(*mine)) or 0) >= most:
        return
    new = insert_into(session, Chance).values(
        contest_id=contest.id, id=uuid_utils.uuid7().hex, entry_id=entry.id, kind=kind, proof=proof, day=day, at=now
    )
    session.execute(new.on_conflict_do_nothing())


def link_code(contest: Running, entry: Entry | None) -> str | None:
    """What the shared link of an entry carries; None where a contest rewards no sharing."""
    return entry.id.replace("-", "") if entry is not None and contest.rules.extra.is_on else None
