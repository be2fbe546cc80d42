"""Contests: applying a contest file, opening, pausing, extending and closing."""

import secrets
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Text, bindparam, cast, func, select
from sqlalchemy.orm import Session

from quizapp.errors import BadFile, Fault, Invalid, NotFound, Refused
from quizapp.models.banks import BankVersion
from quizapp.models.contests import Contest
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing
from quizapp.rules import stages, timing
from quizapp.rules.contests import ContestRules, Division, Stage
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
    seed: str = ""
    halted_at: int | None = None
    published_at: int | None = None

    def phase(self, now: int) -> timing.Phase:
        return timing.phase(self.rules.opens_at, self.rules.last_start, self.rules.closes_at, now)


C: Any = Contest.__table__.c
RUNNING = (C.id, cast(C.rules, Text).label("rules"), C.banks, C.paused_at, C.seed, C.halted_at, C.published_at)
_BY_ID = select(*RUNNING).where(C.id == bindparam("id"))
_BY_SLUG = select(*RUNNING).where(C.slug == bindparam("slug"))
_ALL = select(*RUNNING).order_by(C.opens_at.desc())
_GOING_ON = select(*RUNNING).where(C.opens_at <= bindparam("now"), C.closes_at >= bindparam("since"))


class _Stored(NamedTuple):
    """What RUNNING selects."""

    id: int
    rules: str
    banks: dict[str, str]
    paused_at: int | None
    seed: str
    halted_at: int | None
    published_at: int | None


def running_beside(row: Any) -> Running:
    """The contest of a row whose last columns are RUNNING: one statement gives both."""
    return running(_Stored(*row[-len(RUNNING) :]))


def running(contest: Any) -> Running:
    """Of the row as an object, or of RUNNING, where the rules are still text."""
    stored = contest.rules
    rules = _rules(stored) if isinstance(stored, str) else STORED.validate_python(stored)
    return Running(
        contest.id, rules, contest.banks, contest.paused_at is not None,
        contest.seed, contest.halted_at, contest.published_at,
    )  # fmt: skip


@lru_cache(100)
def _rules(stored: str) -> ContestRules:
    """Every request asks for its contest's rules; they change a few times, and with them the text that they are known by."""
    return STORED.validate_python(orjson.loads(stored))


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
    return [running(contest) for contest in session.execute(_ALL)]


def going_on(session: Session, now: int, after: int) -> list[Running]:
    """Contests that have opened, and have not been closed for longer than `after` milliseconds."""
    return [running(contest) for contest in session.execute(_GOING_ON, {"now": now, "since": now - after})]


def apply_contest(session: Session, actor: Actor, rules: ContestRules, now: int, file: str = "") -> Running:
    """Create a contest or bring it in line with its file; new sittings draw from the newest published banks.

    Sittings that are running keep their paper and their deadline. Raises BadFile naming every bank that is missing or too
    small and every unit that does not exist.
    """
    versions = _check_parts(session, rules, file)
    contest = session.scalar(select(Contest).where(Contest.slug == rules.slug))
    is_new = contest is None
    if contest is not None:
        _check_change(session, contest, rules, file)
    if contest is None:
        contest = Contest(slug=rules.slug, created_at=now, paused_at=None, seed=secrets.token_hex(32))
        session.add(contest)
    write(contest, rules, now)
    contest.banks = {code: version.content_hash for code, version in versions.items()}
    session.flush()
    record(session, actor, "contest.create" if is_new else "contest.change", rules.slug, now, rules=contest.rules)
    return running(contest)


def _check_parts(session: Session, rules: ContestRules, file: str) -> dict[str, BankVersion]:
    """The versions that papers will be drawn from. Raises BadFile naming every bank and unit that is not there."""
    blueprints = {_owner(owner): blueprint for owner, blueprint in stages.blueprints(rules)}
    codes = sorted({line.bank for blueprint in blueprints.values() for line in blueprint.draws})
    try:
        versions = banks.newest(session, codes)
    except Invalid as missing:
        raise BadFile([Fault(str(missing), None, "paper.draw", file)]) from None
    items = {code: banks.items_of(session, version.content_hash) for code, version in versions.items()}
    faults = [
        Fault(
            f"{name}组卷第{line + 1}行：题库“{blueprint.draws[line].bank}”中符合条件的题还差{short}道",
            None,
            "paper.draw",
            file,
        )
        for name, blueprint in blueprints.items()
        for line, short in shortages(items, blueprint)
    ]
    known = set(session.scalars(select(Unit.code).where(Unit.code.in_(rules.entry.units))))
    faults += [
        Fault(f"没有编码为“{code}”的单位", None, "entry.units", file) for code in rules.entry.units if code not in known
    ]
    if faults:
        raise BadFile(faults)
    return versions


def _owner(owner: Stage | Division | None) -> str:
    """Whose paper it is, as a fault begins."""
    if owner is None:
        return ""
    return f"阶段“{owner.title}”" if isinstance(owner, Stage) else f"组别“{owner.title}”"


def _check_change(session: Session, contest: Contest, rules: ContestRules, file: str) -> None:
    """What standings are made by does not change once there are any. Raises BadFile naming every such field."""
    if session.scalar(select(Standing.entry_id).where(Standing.contest_id == contest.id).limit(1)) is None:
        return
    before = running(contest).rules
    fixed = {
        "counts": "counting", "ties": "ties", "marking": "scoring", "pass": "pass_points", "divisions": "divisions", "cycle": "cycle",
    }  # fmt: skip
    faults = [
        Fault(f"已经有人交卷，{name} 不能再改；要改请另建一个竞赛", None, name, file)
        for name, field in fixed.items()
        if getattr(before, field) != getattr(rules, field)
    ]
    gone = {stage.code for stage in before.stages} - {stage.code for stage in rules.stages}
    if gone or bool(before.stages) != bool(rules.stages) or before.board.each_stage != rules.board.each_stage:
        faults.append(
            Fault("已经有人交卷，stages 不能再删，也不能改成分开或合并排名；要改请另建一个竞赛", None, "stages", file)
        )
    if faults:
        raise BadFile(faults)


def write(contest: Contest, rules: ContestRules, now: int) -> None:
    """Put rules into the row."""
    contest.title = rules.title
    contest.rules = STORED.dump_python(rules, mode="json")
    contest.opens_at, contest.last_start, contest.closes_at = rules.opens_at, rules.last_start, rules.closes_at
    contest.changed_at = now


def why_closed(contest: Running, now: int, rules: ContestRules | None = None) -> str | None:
    """Why nobody can start now, as a message id; None where people can. `rules`: those of a stage, or of somebody's own window."""
    rules = rules or contest.rules
    phase = timing.phase(rules.opens_at, rules.last_start, rules.closes_at, now)
    if contest.halted_at is not None:
        return "竞赛因故暂停，所有计时停止；恢复后时间照补，请留意通知"
    if contest.paused and phase is timing.Phase.OPEN:
        return "竞赛暂停，暂时不能开始新的答题；正在答的不受影响"
    return {
        timing.Phase.UPCOMING: "竞赛还没有开始",
        timing.Phase.OVER: "竞赛已经结束",
        timing.Phase.CLOSING: "已过最后开始时间，不能再开始新的答题",
    }.get(phase)


def locked(session: Session, slug: str) -> Contest:
    """The row, for changing it. Raises NotFound."""
    contest = session.scalar(select(Contest).where(Contest.slug == slug).with_for_update())
    if contest is None:
        raise NotFound("没有名为“{slug}”的竞赛", slug=slug)
    return contest


def open_contest(session: Session, actor: Actor, slug: str, now: int) -> None:
    """Open a contest before its time. Raises Refused when it has begun already."""
    contest = locked(session, slug)
    rules = running(contest).rules
    if now >= rules.opens_at:
        raise Refused("竞赛已经开始")
    write(contest, replace(rules, opens_at=now), now)
    record(session, actor, "contest.open", slug, now)


def pause_contest(session: Session, actor: Actor, slug: str, paused: bool, now: int) -> None:
    """Let nobody start, or let them start again; running sittings go on."""
    contest = locked(session, slug)
    contest.paused_at = now if paused else None
    record(session, actor, "contest.pause" if paused else "contest.resume", slug, now)


def publish_results(session: Session, actor: Actor, slug: str, now: int) -> None:
    """From now on scores and keys are shown that wait for this. Raises Refused before the end, or the second time."""
    contest = locked(session, slug)
    if now <= contest.closes_at:
        raise Refused("竞赛还没有结束，不能公布结果")
    if contest.published_at is not None:
        raise Refused("结果已经公布")
    contest.published_at = now
    record(session, actor, "contest.publish", slug, now)


def room_code(session: Session, contest: Running) -> str | None:
    """The code told in the room; None before the first."""
    return session.scalar(select(Contest.room_code).where(Contest.id == contest.id))


def count_open(session: Session, contest: Running) -> int:
    return session.scalar(
        select(func.count()).select_from(Sitting).where(Sitting.contest_id == contest.id, Sitting.state == "open")
    ) or 0  # fmt: skip
