"""When sittings end: extra time and windows of their own, moving the end of a contest, stopping all clocks and letting them go on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quizapp.errors import Invalid, Refused
from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.records import ExtraTime
from quizapp.models.sittings import Sitting
from quizapp.rules import timing
from quizapp.rules.attempts import stage_of
from quizapp.rules.contests import ContestRules
from quizapp.rules.stages import at_stage, stage_named
from quizapp.services.audit import Actor, record
from quizapp.services.contests import Running, contest_by_id, locked, running, write

S: Any = Sitting.__table__.c
LONG = 30 * 86_400_000
"""While all clocks stand still, running sittings end in thirty days: what is saved meanwhile counts."""


@dataclass(frozen=True, slots=True)
class Grant:
    """More time (ms) and another window for somebody; None is the contest's."""

    extra_ms: int = 0
    opens_at: int | None = None
    last_start: int | None = None
    closes_at: int | None = None

    def window(self, rules: ContestRules) -> ContestRules:
        """The rules with this window."""
        closes_at = rules.closes_at if self.closes_at is None else self.closes_at
        last_start = rules.last_start if self.last_start is None else self.last_start
        if self.closes_at is not None and self.last_start is None:
            last_start = closes_at
        opens_at = rules.opens_at if self.opens_at is None else self.opens_at
        return replace(rules, opens_at=opens_at, last_start=min(last_start, closes_at), closes_at=closes_at)


NOTHING = Grant()


def grant_of(session: Session, contest_id: int, entry_id: str | None, unit_id: int | None) -> Grant:
    """What holds for an entry: its own newest record, else the newest of its unit or of one above it."""
    found = _grants(session, contest_id)
    if not found:
        return NOTHING
    path = session.scalar(select(Unit.path).where(Unit.id == unit_id)) or ""
    return _pick(found, entry_id, path)


def _grants(session: Session, contest_id: int) -> list[ExtraTime]:
    return list(
        session.scalars(select(ExtraTime).where(ExtraTime.contest_id == contest_id).order_by(ExtraTime.id.desc()))
    )


def _pick(found: Iterable[ExtraTime], entry_id: str | None, path: str) -> Grant:
    line = {int(part) for part in path.strip("/").split("/") if part}
    mine = [one for one in found if one.entry_id == entry_id and entry_id is not None]
    above = [one for one in found if one.unit_id in line]
    for one in (*mine[:1], *above[:1]):
        return Grant(one.extra_ms, one.opens_at, one.last_start, one.closes_at)
    return NOTHING


def give_time(session: Session, actor: Actor, contest: Running, grant: Grant, reason: str, now: int, *,
              entry: Entry | None = None, unit: Unit | None = None) -> int:  # fmt: skip
    """Record more time or another window for a person or a unit; running sittings get it at once. Returns how many changed.

    Raises Invalid without a reason, for no change at all, or a window that ends before it begins.
    """
    rules = grant.window(contest.rules)
    if not reason.strip():
        raise Invalid("请写明加时或另定时间的理由", errors=[("reason", "请填写理由")])
    if not 0 <= grant.extra_ms <= LONG or not rules.opens_at <= rules.last_start <= rules.closes_at:
        raise Invalid("加时应在0到30天之间，开始时间应早于截止时间")
    session.add(
        ExtraTime(
            contest_id=contest.id, entry_id=entry.id if entry else None, unit_id=unit.id if unit else None,
            extra_ms=grant.extra_ms, opens_at=grant.opens_at, last_start=grant.last_start, closes_at=grant.closes_at,
            reason=reason.strip(), by=actor.name, at=now,
        )
    )  # fmt: skip
    session.flush()
    subject = f"{contest.rules.slug}/{entry.id if entry else unit.code if unit else ''}"
    changed = renew(session, contest)
    record(session, actor, "contest.extra_time", subject, now, extra_ms=grant.extra_ms, reason=reason, sittings=changed)
    return changed


def list_grants(session: Session, contest: Running) -> list[dict[str, Any]]:
    """Every record, the newest first, with whom it is for."""
    query = (
        select(ExtraTime, Entry.name.label("person"), Unit.name.label("unit"))
        .outerjoin(Entry, (Entry.contest_id == ExtraTime.contest_id) & (Entry.id == ExtraTime.entry_id))
        .outerjoin(Unit, Unit.id == ExtraTime.unit_id)
        .where(ExtraTime.contest_id == contest.id)
        .order_by(ExtraTime.id.desc())
    )
    return [
        {
            "who": person or unit, "is_unit": person is None, "extra_ms": one.extra_ms, "opens_at": one.opens_at,
            "closes_at": one.closes_at, "reason": one.reason, "by": one.by, "at": one.at,
        }
        for one, person, unit in session.execute(query)
    ]  # fmt: skip


def renew(session: Session, contest: Running) -> int:
    """Give every running sitting the deadline that rules and records now give. Returns how many changed."""
    changed = 0
    for sitting_id, extra_ms, wanted in _wanted(session, contest):
        values = {"deadline": wanted, "extra_ms": extra_ms}
        session.execute(update(Sitting).where(S.contest_id == contest.id, S.id == sitting_id).values(**values))
        changed += 1
    return changed


def reached_by(session: Session, contest: Running, closes_at: int) -> int:
    """How many running sittings would end at another time if the contest closed then."""
    moved = replace(contest, rules=replace(contest.rules, closes_at=closes_at))
    return len(list(_wanted(session, moved)))


def _wanted(session: Session, contest: Running) -> Iterable[tuple[str, int, int]]:
    """(sitting, its extra time, its deadline) of all that are not so yet."""
    rows = session.execute(
        select(S.id, S.entry_id, S.track, S.started_at, S.deadline, S.extra_ms, S.halted_ms, Unit.path)
        .outerjoin(Unit, Unit.id == S.unit_id)
        .where(S.contest_id == contest.id, S.state == "open")
        .with_for_update(of=Sitting.__table__)
    ).all()
    found = _grants(session, contest.id) if rows else []
    halt = LONG if contest.halted_at is not None else 0
    for row in rows:
        grant = _pick(found, row.entry_id, row.path or "")
        rules = grant.window(at_stage(contest.rules, stage_named(contest.rules, stage_of(row.track))))
        wanted = timing.deadline(rules, row.started_at, grant.extra_ms + row.halted_ms) + halt
        if (wanted, grant.extra_ms) != (row.deadline, row.extra_ms):
            yield row.id, grant.extra_ms, wanted


def halt_contest(session: Session, actor: Actor, slug: str, reason: str, now: int) -> int:
    """Stop all clocks after an incident: nobody starts, running sittings do not end. Returns how many stand still."""
    contest = locked(session, slug)
    if contest.halted_at is not None:
        raise Refused("计时已经停止")
    contest.halted_at = now
    _move_items(session, contest.id, LONG)
    session.flush()
    changed = renew(session, running(contest))
    record(session, actor, "contest.halt", slug, now, reason=reason, sittings=changed)
    return changed


def _move_items(session: Session, contest_id: int, by: int) -> None:
    """Under an item clock: the item that is open ends so much later."""
    under_a_clock = update(Sitting).where(S.contest_id == contest_id, S.state == "open", S.item_deadline.is_not(None))
    session.execute(under_a_clock.values(item_deadline=S.item_deadline + by))


def go_on(session: Session, actor: Actor, slug: str, now: int) -> int:
    """Let the clocks go on: every running sitting gets the time back that it stood still. Returns how many."""
    contest = locked(session, slug)
    if contest.halted_at is None:
        raise Refused("计时没有停止")
    stood = now - contest.halted_at
    _move_items(session, contest.id, stood - LONG)
    open_ones = update(Sitting).where(S.contest_id == contest.id, S.state == "open")
    session.execute(open_ones.values(halted_ms=S.halted_ms + stood))
    contest.halted_at = None
    session.flush()
    changed = renew(session, contest_by_id(session, contest.id))
    record(session, actor, "contest.go_on", slug, now, stood_ms=stood, sittings=changed)
    return changed


def move_end(session: Session, actor: Actor, slug: str, last_start: int, closes_at: int, now: int) -> int:
    """Extend or shorten a contest; running sittings get the deadline that the rules now give. Returns how many changed.

    Nobody is cut below the present moment: the edge has shown `reached_by` and asked before it calls this.
    """
    contest = locked(session, slug)
    rules = running(contest).rules
    if not rules.opens_at <= last_start <= closes_at:
        raise Invalid("截止时间不能早于开始时间，最后开始时间不能晚于截止时间")
    if closes_at < now:
        raise Invalid("截止时间不能早于现在")
    write(contest, replace(rules, last_start=last_start, closes_at=closes_at), now)
    session.flush()
    changed = renew(session, running(contest))
    record(session, actor, "contest.end", slug, now, last_start=last_start, closes_at=closes_at, sittings=changed)
    return changed


def close_contest(session: Session, actor: Actor, slug: str, now: int) -> int:
    """End a contest now: nobody starts any more, running sittings end at this moment with what is saved."""
    contest = locked(session, slug)
    rules = running(contest).rules
    if now < rules.opens_at:
        raise Refused("竞赛还没有开始")
    if now > rules.closes_at:
        raise Refused("竞赛已经结束")
    if contest.halted_at is not None:
        go_on(session, actor, slug, now)
    move_end(session, actor, slug, min(rules.last_start, now), now, now)
    cut = session.execute(
        update(Sitting)
        .where(S.contest_id == contest.id, S.state == "open", S.deadline >= now)
        .values(deadline=now)
        .returning(S.id)
    )
    return len(cut.all())
