"""Starting a sitting: in which stage, whether one may, its paper and its deadline. The hot path: no ORM objects here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import uuid_utils
from sqlalchemy import Row
from sqlalchemy.orm import Session

from quizapp.errors import Conflict, Refused
from quizapp.models.base import INSERTS
from quizapp.models.contests import Entry
from quizapp.models.sittings import Sitting
from quizapp.rules import attempts, timing
from quizapp.rules import papers as paper_rules
from quizapp.rules.contests import ContestRules, needs_division
from quizapp.services import banks, papers
from quizapp.services.admissions import asked_at
from quizapp.services.choices import PLAIN, Chances, Wish, choose, division_known
from quizapp.services.contests import Running, find_contest, why_closed
from quizapp.services.entries import Contestant, contestant, entry_by_account, entry_of, make_entry
from quizapp.services.sittings import present, public_id, view_sitting

Admit = Callable[[int, str], None]  # contest, account
S: Any = Sitting.__table__.c


def start_sitting(
    session: Session, slug: str, token_id: str, now: int, wish: Wish = PLAIN, admit: Admit | None = None
) -> tuple[dict[str, Any], bool]:
    """Start a sitting, or give back the one that is open: (the API's object, whether it is new).

    Raises Refused with the reason: not entered, not open yet, paused, no sitting left; Overdue when the open one's time is
    up; what `admit` raises, who is asked last, before a new one is made. Limits are unique numbers in the table, so
    simultaneous starts cannot get past them.
    """
    contest = find_contest(session, slug)
    for _ in range(3):
        who, new = _at_the_start(session, contest, token_id, wish, now)
        if who.open_sitting is not None:
            return view_sitting(session, public_id(contest.id, who.open_sitting), token_id, now), False
        chances = choose(session, contest, who, wish, now)
        check_may_start(session, contest, who, chances, wish, now)
        if new and _enter(session, new).id != new["id"]:
            continue  # from another device, a moment ago
        if admit is not None:
            admit(contest.id, who.account_id)
        sitting = _insert(session, contest, who, chances, wish, now)
        if sitting is not None:
            return present(session, sitting, contest, now), True
    raise Conflict("同时开始得太多，请再点一次")


@dataclass(frozen=True, slots=True)
class Outlook:
    """What somebody sees before a start: what would be started, how much is left of it and of practice, why it cannot be."""

    chances: Chances
    left: int | None
    practice_left: int | None
    refused: Refused | None
    room_code: bool
    to_prepare: bool
    division: str | None  # as `choices.division_known`


def outlook(
    session: Session, contest: Running, token_id: str, now: int, stage: str = "", *, may_enter: bool = True
) -> Outlook:
    """The same that a start would find, without starting."""
    day = timing.contest_day(contest.rules.zone, now)
    found: dict[bool, tuple[Contestant, Chances]] = {}
    for practice in (False, True):
        who = contestant(session, contest.id, token_id, attempts.track("", practice=practice), day, now)
        found[practice] = who, choose(session, contest, who, Wish(practice, stage), now)
    who, chances = found[False]
    refused = None if may_enter or who.entry_id else Refused("您还没有参加本次竞赛，请扫本单位的二维码进入")
    try:
        check_may_start(session, contest, who, chances, Wish(False, stage, who.room_code or ""), now)
    except Refused as error:
        refused = refused or error
    return Outlook(
        chances, chances.left(), found[True][1].left(practice=True), refused, contest.rules.entry.room_code,
        needs_preparing(contest.rules, who), division_known(contest.rules, who),
    )  # fmt: skip


def enter(session: Session, contest: Running, token_id: str, now: int) -> Entry:
    """One's entry, made where there is none yet, as a start would."""
    who, new = _at_the_start(session, contest, token_id, PLAIN, now)
    return _enter(session, new) if new else session.get_one(Entry, (contest.id, who.entry_id))


def _at_the_start(session: Session, contest: Running, token_id: str, wish: Wish, now: int) -> tuple[Contestant, dict[str, Any] | None]:
    """Who is about to start. Where there is no entry yet, as somebody who has it, and the entry that is to be made: a start that is
    refused must not leave one."""
    day, track = timing.contest_day(contest.rules.zone, now), attempts.track("", practice=wish.practice)
    who = contestant(session, contest.id, token_id, track, day, now)
    if who.entry_id is not None:
        return who, None
    new = entry_by_account(session, contest, who, now)
    return replace(who, entry_id=new["id"], unit_id=new["unit_id"], division=new["division"], counts=new["counts"]), new


def _enter(session: Session, new: dict[str, Any]) -> Entry:
    """Make an entry; the one that another device of the same person has made meanwhile. Raises Conflict."""
    make_entry(session, new)
    entry = entry_of(session, new["contest_id"], new["account_id"])
    if entry is None:
        raise Conflict("这个手机号或座号已经参加了本次竞赛。是您本人，请用取回码继续；否则请找单位联络员")
    return entry


def check_may_start(
    session: Session, contest: Running, who: Contestant, chances: Chances, wish: Wish, now: int
) -> None:
    """Raises Refused with the reason why no sitting can be started now. Whoever asked before the last start is not late by waiting."""
    rules = chances.rules
    late = timing.phase(rules.opens_at, rules.last_start, rules.closes_at, now) is timing.Phase.CLOSING
    asked = asked_at(session, contest.id, who.account_id, now) if late else now
    reason = why_closed(contest, asked, rules)
    if reason is not None:
        raise Refused(reason)
    if chances.refused is not None:
        raise chances.refused
    if who.counts is not False and needs_preparing(rules, who):
        raise Refused("请先看完主办单位要求的内容，填好要填的信息")
    if rules.entry.check_in and who.checked_in_at is None and who.counts:
        raise Refused("请先到监考人员处签到")
    if rules.entry.room_code and not wish.practice and (not who.room_code or _typed(wish.room_code) != who.room_code):
        raise Refused("考场口令不对，请看考场公布的口令")
    attempts.check_left(rules.limits, chances.taken, now, practice=wish.practice)


def needs_preparing(rules: ContestRules, who: Contestant) -> bool:
    """Whether something is to be read or filled in before the first start."""
    entry = rules.entry
    return bool((entry.gate and who.gate_at is None) or (entry.ask and not who.prepared)) or needs_division(rules, who.division)


def _typed(code: str) -> str:
    return "".join(code.split()).upper()


_INSERT = {
    engine: insert(Sitting.__table__).on_conflict_do_nothing().returning(*S) for engine, insert in INSERTS.items()
}


def _insert(
    session: Session, contest: Running, who: Contestant, chances: Chances, wish: Wish, now: int
) -> Row[Any] | None:
    """The new sitting's row, or None where another start was faster."""
    rules, blueprint = chances.rules, chances.rules.blueprint
    sitting_id = uuid_utils.uuid7().hex
    items = banks.items_by_bank(session, contest.banks)
    paper = paper_rules.draw(items, blueprint, sitting_id, banks.offers(items, contest.banks, blueprint))
    papers.remember(sitting_id, papers.asked(paper, items))
    end = timing.deadline(rules, now, chances.grant.extra_ms)
    values = {
        "contest_id": contest.id,
        "id": sitting_id,
        "entry_id": who.entry_id,
        "account_id": who.account_id,
        "unit_id": who.unit_id,
        "track": attempts.track(chances.stage.code if chances.stage else "", practice=wish.practice),
        "attempt_no": chances.taken.total + 1,
        "day": timing.contest_day(rules.zone, now),
        "day_no": chances.taken.today + 1,
        "state": "open",
        "started_at": now,
        "deadline": end,
        "grace_ms": rules.clock.grace_ms,
        "extra_ms": chances.grant.extra_ms,
        "halted_ms": 0,
        "item_no": None if rules.clock.item_ms is None else 1,
        "item_deadline": timing.item_deadline(rules, now, end),
        "paper": {"banks": contest.banks, "items": papers.freeze(paper)},
        "total": len(paper),
        "sub_points": 0,
        "answers": {},
        "revision": 0,
    }
    return session.execute(_INSERT[session.get_bind().dialect.name], values).one_or_none()
