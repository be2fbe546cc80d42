"""Contests: applying a contest file, opening, pausing, extending and closing."""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.orm import Session

from quizapp.errors import BadFile, Fault, Invalid, NotFound, Refused
from quizapp.models.contests import Contest
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing
from quizapp.rules import timing
from quizapp.rules.contests import ContestRules
from quizapp.rules.papers import shortages
from quizapp.services import banks
from quizapp.services.audit import Actor, record

STORED = TypeAdapter(ContestRules)  # the column `rules`: fractions are texts, so nothing is rounded


@dataclass(frozen=True, slots=True)
class Running:
    """A contest with its rules ready to use."""

    id: int
    rules: ContestRules
    banks: dict[str, str]
    paused: bool

    def phase(self, now: int) -> timing.Phase:
        return timing.phase(self.rules.opens_at, self.rules.last_start, self.rules.closes_at, now)


C: Any = Contest.__table__.c
_BY_ID = select(C.id, C.rules, C.banks, C.paused_at).where(C.id == bindparam("id"))
_BY_SLUG = select(C.id, C.rules, C.banks, C.paused_at).where(C.slug == bindparam("slug"))


def running(contest: Contest | Row[Any]) -> Running:
    return Running(contest.id, STORED.validate_python(contest.rules), contest.banks, contest.paused_at is not None)


def find_contest(session: Session, slug: str) -> Running:
    """Raises NotFound."""
    contest = session.execute(_BY_SLUG, {"slug": slug}).one_or_none()
    if contest is None:
        raise NotFound("没有名为“{slug}”的竞赛", slug=slug)
    return running(contest)


def contest_by_id(session: Session, contest_id: int) -> Running:
    contest = session.execute(_BY_ID, {"id": contest_id}).one_or_none()
    if contest is None:
        raise NotFound("没有这个竞赛")
    return running(contest)


def list_contests(session: Session) -> list[Running]:
    """All contests, the newest first."""
    return [running(contest) for contest in session.scalars(select(Contest).order_by(Contest.opens_at.desc()))]


def going_on(session: Session, now: int, after: int) -> list[Running]:
    """Contests that have opened, and have not been closed for longer than `after` milliseconds."""
    found = select(Contest).where(Contest.opens_at <= now, Contest.closes_at >= now - after)
    return [running(contest) for contest in session.scalars(found)]


def apply_contest(session: Session, actor: Actor, rules: ContestRules, now: int, file: str = "") -> Running:
    """Create a contest or bring it in line with its file; new sittings draw from the newest published banks.

    Sittings that are running keep their paper and their deadline. Raises BadFile naming every bank that is missing or too
    small and every unit that does not exist.
    """
    codes = sorted({line.bank for line in rules.blueprint.draws})
    try:
        versions = banks.newest(session, codes)
    except Invalid as missing:
        raise BadFile([Fault(str(missing), None, "paper.draw", file)]) from None
    items = {code: banks.items_of(session, version.content_hash) for code, version in versions.items()}
    faults = [
        Fault(f"组卷第{line + 1}行：题库“{rules.blueprint.draws[line].bank}”中符合条件的题还差{short}道", None, "paper.draw", file)
        for line, short in shortages(items, rules.blueprint)
    ]
    known = set(session.scalars(select(Unit.code).where(Unit.code.in_(rules.entry.units))))
    faults += [Fault(f"没有编码为“{code}”的单位", None, "entry.units", file) for code in rules.entry.units if code not in known]
    if faults:
        raise BadFile(faults)
    contest = session.scalar(select(Contest).where(Contest.slug == rules.slug))
    is_new = contest is None
    if contest is not None:
        _check_change(session, contest, rules, file)
    if contest is None:
        contest = Contest(slug=rules.slug, created_at=now, paused_at=None)
        session.add(contest)
    _write(contest, rules, now)
    contest.banks = {code: version.content_hash for code, version in versions.items()}
    session.flush()
    record(session, actor, "contest.create" if is_new else "contest.change", rules.slug, now, rules=contest.rules)
    return running(contest)


def _check_change(session: Session, contest: Contest, rules: ContestRules, file: str) -> None:
    """What standings are made by does not change once there are any. Raises BadFile naming every such field."""
    if session.scalar(select(Standing.entry_id).where(Standing.contest_id == contest.id).limit(1)) is None:
        return
    before = running(contest).rules
    fixed = ("counts", "ties", "marking", "divisions")
    faults = [
        Fault(f"已经有人交卷，{name} 不能再改；要改请另建一个竞赛", None, name, file)
        for name in fixed
        if getattr(before, name) != getattr(rules, name)
    ]
    if faults:
        raise BadFile(faults)


def _write(contest: Contest, rules: ContestRules, now: int) -> None:
    contest.title = rules.title
    contest.rules = STORED.dump_python(rules, mode="json")
    contest.opens_at, contest.last_start, contest.closes_at = rules.opens_at, rules.last_start, rules.closes_at
    contest.changed_at = now


def why_closed(contest: Running, now: int) -> str | None:
    """Why nobody can start now, as a message id; None where people can."""
    if contest.paused and contest.phase(now) is timing.Phase.OPEN:
        return "竞赛暂停，暂时不能开始新的答题；正在答的不受影响"
    return {
        timing.Phase.UPCOMING: "竞赛还没有开始",
        timing.Phase.OVER: "竞赛已经结束",
        timing.Phase.CLOSING: "已过最后开始时间，不能再开始新的答题",
    }.get(contest.phase(now))


def _locked(session: Session, slug: str) -> Contest:
    contest = session.scalar(select(Contest).where(Contest.slug == slug).with_for_update())
    if contest is None:
        raise NotFound("没有名为“{slug}”的竞赛", slug=slug)
    return contest


def open_contest(session: Session, actor: Actor, slug: str, now: int) -> None:
    """Open a contest before its time. Raises Refused when it has begun already."""
    contest = _locked(session, slug)
    rules = running(contest).rules
    if now >= rules.opens_at:
        raise Refused("竞赛已经开始")
    _write(contest, replace(rules, opens_at=now), now)
    record(session, actor, "contest.open", slug, now)


def pause_contest(session: Session, actor: Actor, slug: str, paused: bool, now: int) -> None:
    """Let nobody start, or let them start again; running sittings go on."""
    contest = _locked(session, slug)
    contest.paused_at = now if paused else None
    record(session, actor, "contest.pause" if paused else "contest.resume", slug, now)


def reached_by(session: Session, contest: Running, closes_at: int) -> int:
    """How many running sittings would end at another time if the contest closed then."""
    rules = replace(contest.rules, closes_at=closes_at)
    rows = session.execute(
        select(Sitting.started_at, Sitting.deadline).where(Sitting.contest_id == contest.id, Sitting.state == "open")
    )
    return sum(timing.deadline(rules, started) != end for started, end in rows)


def count_open(session: Session, contest: Running) -> int:
    return session.scalar(
        select(func.count()).select_from(Sitting).where(Sitting.contest_id == contest.id, Sitting.state == "open")
    ) or 0  # fmt: skip


def move_end(session: Session, actor: Actor, slug: str, last_start: int, closes_at: int, now: int) -> int:
    """Extend or shorten a contest; running sittings get the deadline that the rules now give. Returns how many changed.

    Nobody is cut below the present moment: the edge has shown `reached_by` and asked before it calls this.
    """
    contest = _locked(session, slug)
    rules = running(contest).rules
    if not rules.opens_at <= last_start <= closes_at:
        raise Invalid("截止时间不能早于开始时间，最后开始时间不能晚于截止时间")
    if closes_at < now:
        raise Invalid("截止时间不能早于现在")
    rules = replace(rules, last_start=last_start, closes_at=closes_at)
    _write(contest, rules, now)
    changed = 0
    rows = session.execute(
        select(Sitting.id, Sitting.started_at, Sitting.deadline)
        .where(Sitting.contest_id == contest.id, Sitting.state == "open")
        .with_for_update()
    ).all()
    for sitting_id, started_at, end in rows:
        wanted = timing.deadline(rules, started_at)
        if wanted != end:
            session.execute(
                update(Sitting)
                .where(Sitting.contest_id == contest.id, Sitting.id == sitting_id)
                .values(deadline=wanted)
            )
            changed += 1
    record(session, actor, "contest.end", slug, now, last_start=last_start, closes_at=closes_at, sittings=changed)
    return changed


def close_contest(session: Session, actor: Actor, slug: str, now: int) -> int:
    """End a contest now: nobody starts any more, running sittings end at this moment with what is saved."""
    contest = _locked(session, slug)
    rules = running(contest).rules
    if now < rules.opens_at:
        raise Refused("竞赛还没有开始")
    if now > rules.closes_at:
        raise Refused("竞赛已经结束")
    move_end(session, actor, slug, min(rules.last_start, now), now, now)
    cut = session.execute(
        update(Sitting)
        .where(Sitting.contest_id == contest.id, Sitting.state == "open", Sitting.deadline >= now)
        .values(deadline=now)
        .returning(Sitting.id)
    )
    return len(cut.all())
