"""What changes in an entry once it is made: its unit, its code, what is asked before the start, a dispute about it."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from quizapp.errors import Invalid, Refused
from quizapp.models.contests import Entry, EntryMove
from quizapp.models.organisations import Unit
from quizapp.models.standings import Standing
from quizapp.rules.contests import division_named, division_of, needs_division
from quizapp.rules.timing import Phase
from quizapp.services.accounts import code_fingerprint, new_code
from quizapp.services.audit import Actor, record
from quizapp.services.contests import Running
from quizapp.services.entries import check_unit


def reissue_code(session: Session, actor: Actor, secret: str, entry: Entry, now: int) -> str:
    """A new 取回码 for somebody who lost it; the old one stops working."""
    code = new_code()
    entry.code_hash = code_fingerprint(secret, str(entry.contest_id), code)
    record(session, actor, "entry.code", f"{entry.contest_id}/{entry.id}", now)
    return code


def change_unit(session: Session, contest: Running, entry: Entry, unit: Unit, now: int) -> None:
    """Move one's entry to another unit within the contest's allowance; sittings made so far stay where they were made."""
    rules = contest.rules
    if contest.phase(now) is Phase.OVER:
        raise Refused("竞赛已经结束，不能再更换单位")
    if entry.unit_id == unit.id:
        raise Invalid("您现在就在这个单位")
    within = rules.entry.change_within_ms
    if within is not None and now > entry.created_at + within:
        raise Refused("可以更换单位的时间已过，请联系单位联络员或主办单位")
    check_unit(session, rules, unit)
    division = entry.division if rules.entry.choose_division else division_of(rules, unit.kind)
    moved = session.execute(
        update(Entry)
        .where(
            Entry.contest_id == contest.id, Entry.id == entry.id, Entry.unit_changes < rules.entry.unit_changes
        )
        .values(unit_id=unit.id, unit_changes=Entry.unit_changes + 1, division=division)
        .returning(Entry.id)
    ).one_or_none()  # fmt: skip
    if moved is None:
        raise Refused("更换单位的次数已用完，请联系单位联络员或主办单位")
    session.add(
        EntryMove(contest_id=contest.id, entry_id=entry.id, at=now, from_unit_id=entry.unit_id, to_unit_id=unit.id)
    )
    session.execute(
        update(Standing)
        .where(Standing.contest_id == contest.id, Standing.entry_id == entry.id)
        .values(division=division, changed_at=now)
    )
    actor = Actor(entry.account_id, entry.name)
    record(session, actor, "entry.unit", f"{contest.id}/{entry.id}", now, before=entry.unit_id, after=unit.id)


def prepare(
    contest: Running, entry: Entry, details: Mapping[str, str], now: int, *, read: bool, division: str = ""
) -> None:
    """Keep what the contest asks before the first start, and that its text has been read. Raises Invalid naming every field.

    A division is chosen once: raises Refused for another one.
    """
    wanted = [ask.value for ask in contest.rules.entry.ask]
    missing = [(name, "请填写") for name in wanted if not details.get(name, "").strip()]
    chosen = division_named(contest.rules, division)
    if needs_division(contest.rules, entry.division):
        missing += [] if chosen else [("division", "请选择组别")]
    elif division and chosen != entry.division:
        raise Refused("组别已经定了，不能再改")
    if contest.rules.entry.gate and not read:
        missing.append(("read", "请先看完主办单位要求的内容"))
    if missing:
        raise Invalid("还有要填的内容", errors=missing)
    if needs_division(contest.rules, entry.division):
        entry.division = chosen
    if wanted:
        entry.details = {name: details[name].strip()[:200] for name in wanted}
    entry.gate_at = now


def dispute(session: Session, actor: Actor, entry: Entry, disputed: bool, now: int) -> None:
    """The liaison says that somebody does not belong to the unit; an organiser looks into it."""
    entry.disputed_at = now if disputed else None
    record(session, actor, "entry.dispute" if disputed else "entry.undispute", f"{entry.contest_id}/{entry.id}", now)
