"""Keying in printed papers: two people, each without seeing the other's; where they agree, a sitting. Nobody enters a score."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.errors import Conflict, Invalid, NotFound, Refused
from quizapp.models.base import insert_into
from quizapp.models.contests import Entry
from quizapp.models.marking import PrintedPaper
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.rules import attempts, scoring, serials, timing
from quizapp.rules.contests import ContestRules
from quizapp.rules.marking import normalise
from quizapp.services import banks, finishing, papers
from quizapp.services.answers import is_answered
from quizapp.services.audit import Actor, record
from quizapp.services.choices import Chances
from quizapp.services.contests import Running
from quizapp.services.counted import counting_tracks
from quizapp.services.printed import DIFFERS, DONE, KEYED, chances_of, stage_rules, views_of

DAY, TIME = "day", "time_ms"
MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Keying:
    """What somebody reads from a sheet: the answers as the API has them, the day of the exam, the time used if it is written down."""

    answers: papers.Answers
    day: str
    time_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What one person has to key in of a paper: the items as they are printed; `asks` are DAY and TIME.

    `mine`: what this person keyed in before, where the two differ; then only what differs is asked.
    """

    serial: str
    name: str
    unit: str | None
    views: tuple[dict[str, Any], ...]
    asks: frozenset[str] = frozenset({DAY, TIME})
    mine: Keying | None = None


def task(session: Session, actor: Actor, contest: Running, serial: str) -> Task:
    """What this person has to key in. Raises NotFound, Refused where the paper is done or is somebody else's to key in."""
    paper = _paper(session, contest, serial)
    turn = _turn(paper, actor)
    entry = session.get_one(Entry, (contest.id, paper.entry_id))
    unit = session.scalar(select(Unit.name).where(Unit.id == entry.unit_id))
    views = views_of(session, paper.paper)
    mine = getattr(paper, turn)
    if mine is None:
        return Task(paper.serial, entry.name, unit, tuple(views))
    asked = differing(paper.first or {}, paper.second or {})
    shown = tuple(view for view in views if str(view["position"]) in asked)
    given = Keying(mine["answers"], mine[DAY], mine[TIME])
    return Task(paper.serial, entry.name, unit, shown, frozenset(asked & {DAY, TIME}), given)


def _paper(session: Session, contest: Running, typed: str, *, lock: bool = False) -> PrintedPaper:
    serial = serials.plain(typed)
    if not serials.is_serial(serial):
        raise Invalid(
            "试卷编号“{serial}”不对，请核对试卷右上角的6位编号", serial=typed, errors=[("serial", "请核对编号")]
        )
    query = select(PrintedPaper).where(PrintedPaper.contest_id == contest.id, PrintedPaper.serial == serial)
    paper = session.scalar(query.with_for_update() if lock else query)
    if paper is None:
        raise NotFound("本次竞赛没有编号为“{serial}”的试卷", serial=serials.shown(serial))
    return paper


def _turn(paper: PrintedPaper, actor: Actor) -> str:
    """The column that this person writes."""
    who = [None if by is None else by.replace("-", "") for by in (paper.first_by, paper.second_by)]
    me = actor.id.replace("-", "")
    if paper.sitting_id is not None:
        raise Refused("这份试卷已由两人录入一致，不用再录")
    if who[0] is None:
        return "first"
    if who[1] is None and who[0] != me:
        return "second"
    if who[1] is None:
        raise Refused("这份试卷您已经录过，第二遍要由另一个人录")
    if me not in who:
        raise Refused("这份试卷两人录得不一致，要由录入的两人再看一遍答题卡")
    return "first" if who[0] == me else "second"


def key_in(session: Session, secret: str, actor: Actor, contest: Running, serial: str, given: Keying, now: int) -> str:
    """Keep what one person reads from a sheet: the state of the paper afterwards, KEYED, DIFFERS or DONE.

    Who keys in again what differs changes only that. Raises Invalid for answers that do not fit the paper or a day outside the
    contest, Refused where the person has no sitting left or the results are published, and what `task` raises.
    """
    paper = _paper(session, contest, serial, lock=True)
    turn = _turn(paper, actor)
    entry = session.scalars(
        select(Entry).where(Entry.contest_id == contest.id, Entry.id == paper.entry_id).with_for_update()
    ).one()
    before = getattr(paper, turn)
    asked = differing(paper.first or {}, paper.second or {}) if before else set()
    kept = _corrected(before, given, asked, now) if before else _kept(given, now)
    _check(session, contest, paper, entry, kept, now)
    setattr(paper, turn, kept)
    setattr(paper, f"{turn}_by", actor.id)
    differ = differing(paper.first or {}, paper.second or {}) if paper.second_by else set()
    state = KEYED if paper.second_by is None else DIFFERS if differ else DONE
    act = "paper.correct" if before else "paper.key_in"
    record(
        session,
        actor,
        act,
        f"{contest.rules.slug}/{paper.serial}",
        now,
        turn=turn,
        state=state,
        changed=sorted(asked),
        differ=sorted(differ),
    )
    if state == DONE:
        session.flush()
        _make_sitting(session, secret, contest, paper, entry, now)
    return state


def _kept(given: Keying, now: int) -> dict[str, Any]:
    answers = {position: answer for position, answer in given.answers.items() if is_answered(answer)}
    return {"answers": answers, DAY: given.day, TIME: given.time_ms, "at": now}


def _corrected(before: Mapping[str, Any], given: Keying, asked: set[str], now: int) -> dict[str, Any]:
    """What was asked taken from the new keying, the rest from the one before, which is kept beside."""
    fresh = _kept(given, now)
    answers = {position: answer for position, answer in before["answers"].items() if position not in asked}
    answers |= {position: answer for position, answer in fresh["answers"].items() if position in asked}
    others = {name: (fresh if name in asked else before)[name] for name in (DAY, TIME)}
    earlier = {name: value for name, value in before.items() if name != "before"}
    return {**fresh, **others, "answers": answers, "before": [*before.get("before", []), earlier]}


def differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> set[str]:
    """Positions, DAY and TIME in which two keyings differ; what marking takes for the same is the same."""
    mine, other = first.get("answers", {}), second.get("answers", {})
    found = {
        position for position in mine.keys() | other.keys() if _plain(mine.get(position)) != _plain(other.get(position))
    }
    return found | {name for name in (DAY, TIME) if first.get(name) != second.get(name)}


def _plain(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {name: _plain(part) for name, part in answer.items()}
    if isinstance(answer, list):
        return [_plain(part) for part in answer]
    return normalise(answer) if isinstance(answer, str) else answer


def _check(
    session: Session, contest: Running, paper: PrintedPaper, entry: Entry, kept: Mapping[str, Any], now: int
) -> None:
    """What the second keying would be refused for is told at the first."""
    if contest.published_at is not None:
        raise Refused("结果已经公布，不能再录入试卷")
    asked = papers.asked(papers.thaw(paper.paper["items"]), banks.items_by_bank(session, paper.paper["banks"]))
    papers.check_answers(kept["answers"], asked)
    rules = stage_rules(contest, paper.stage)
    at = _end_of(rules, kept[DAY], now)
    chances = chances_of(session, contest, entry, paper.stage, at)
    _check_day(chances.rules, kept[DAY], at)
    most = full_time(rules, len(asked)) + chances.grant.extra_ms
    if kept[TIME] is not None and not 0 < kept[TIME] <= most:
        raise Invalid("用时最多{most}分钟，请核对", most=most // MINUTE, errors=[(TIME, "请核对用时")])
    attempts.check_left(chances.rules.limits, chances.taken, at, practice=False)


def full_time(rules: ContestRules, total: int) -> int:
    """What a paper on which no time is written down is charged with: all that the clock gives."""
    return rules.clock.paper_ms or (rules.clock.item_ms or 0) * total


def _end_of(rules: ContestRules, day: str, now: int) -> int:
    """When a paper of this day was handed in as far as is known: at the end of the day, of the contest, or now. Raises Invalid."""
    try:
        after = date.fromisoformat(day) + timedelta(days=1)
    except ValueError:
        raise Invalid("考试日期请写成 2026-06-01", errors=[(DAY, "请写成 2026-06-01")]) from None
    midnight = datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(rules.zone))
    return min(int(midnight.timestamp() * 1000) - 1, now)


def _check_day(rules: ContestRules, day: str, at: int) -> None:
    at = min(at, rules.closes_at)
    if at < rules.opens_at or timing.contest_day(rules.zone, at) != day:
        first, last = (timing.contest_day(rules.zone, moment) for moment in (rules.opens_at, rules.closes_at))
        raise Invalid(
            "考试日期应在{first}至{last}之间，不晚于今天", first=first, last=last, errors=[(DAY, "请核对日期")]
        )


def _make_sitting(session: Session, secret: str, contest: Running, paper: PrintedPaper, entry: Entry, now: int) -> None:
    """Both keyings agree: mark the paper as if it had been handed in on its day, and count it."""
    kept: Mapping[str, Any] = paper.first or {}
    chances = chances_of(session, contest, entry, paper.stage, _end_of(contest.rules, kept[DAY], now))
    values = _sitting(session, secret, contest, chances, paper, entry, kept, now)
    made = session.execute(
        insert_into(session, Sitting).values(**values).on_conflict_do_nothing().returning(Sitting.id)
    ).one_or_none()
    if made is None:
        raise Conflict("这个人刚好开始了另一次答题，请再录一次")
    paper.sitting_id, paper.time_ms = paper.id, values["time_ms"]
    session.flush()
    if entry.counts and values["track"] in counting_tracks(contest.rules):
        finishing.count(session, contest, entry.id, entry.division, now)


def _sitting(
    session: Session, secret: str, contest: Running, chances: Chances, printed: PrintedPaper, entry: Entry,
    kept: Mapping[str, Any], now: int,
) -> dict[str, Any]:  # fmt: skip
    """The row of the sitting; its id is the paper's, so that a paper makes one at most."""
    rules, items = chances.rules, banks.items_by_bank(session, printed.paper["banks"])
    paper, answers = papers.thaw(printed.paper["items"]), kept["answers"]
    time_ms = kept[TIME] or full_time(rules, len(paper))
    at = min(_end_of(rules, kept[DAY], now), rules.closes_at)
    score = scoring.score(paper, items, papers.to_rules(answers, paper, items), contest.rules.scoring, time_ms)
    return {
        "contest_id": contest.id, "id": printed.id, "entry_id": entry.id, "account_id": entry.account_id, "unit_id": entry.unit_id,
        "track": attempts.track(printed.stage, practice=False), "attempt_no": chances.taken.total + 1, "day": kept[DAY],
        "day_no": chances.taken.today + 1, "state": "handed_in", "started_at": at - time_ms, "deadline": at,
        "grace_ms": rules.clock.grace_ms, "extra_ms": chances.grant.extra_ms, "halted_ms": 0, "item_no": None, "item_deadline": None,
        "paper": printed.paper, "answers": answers, "revision": 1, "saved_at": now, "finished_at": at, "handed_in": True,
        "points": score.points, "of": score.of, "right": score.right, "total": len(paper), "valid": score.valid,
        "sub_points": score.sub_points, "time_ms": time_ms, "marks": list(score.marks),
        "receipt": finishing.receipt(secret, contest.id, printed.id, answers, at),
    }  # fmt: skip


def today(contest: Running, now: int) -> str:
    """The day of the exam that a form begins with."""
    return timing.contest_day(contest.rules.zone, min(now, contest.rules.closes_at))
