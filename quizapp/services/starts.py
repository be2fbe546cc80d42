"""Starting a sitting: in which stage, whether one may, its paper and its deadline. The hot path: no ORM objects here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import uuid_utils
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from quizapp.errors import Conflict, NotFound, Refused
from quizapp.models.base import INSERTS
from quizapp.models.records import Chance, Promoted
from quizapp.models.sittings import Sitting
from quizapp.rules import attempts, timing
from quizapp.rules import papers as paper_rules
from quizapp.rules.attempts import Taken
from quizapp.rules.contests import ContestRules, Stage
from quizapp.rules.counting import Finished
from quizapp.rules.stages import at_stage, is_unlocked, open_stages, stage_named, stages_of
from quizapp.services import banks, papers
from quizapp.services.admissions import asked_at
from quizapp.services.contests import Running, find_contest, why_closed
from quizapp.services.ends import NOTHING, Grant, grant_of
from quizapp.services.entries import Contestant, contestant, enter_by_account
from quizapp.services.results import MADE, made_of
from quizapp.services.sittings import present, public_id, view_sitting

Admit = Callable[[int, str], None]  # contest, account
S: Any = Sitting.__table__.c


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: practice, a stage by its code (empty: the one that is next), the code told in the room."""

    practice: bool = False
    stage: str = ""
    room_code: str = ""


@dataclass(frozen=True, slots=True)
class Chances:
    """What somebody may start now: the rules that hold for it, what is used up, and the reason why not, as a message id."""

    stage: Stage | None
    rules: ContestRules
    taken: Taken
    grant: Grant = NOTHING
    refused: Refused | None = None

    def left(self, *, practice: bool = False) -> int | None:
        """How many sittings may still be started today; None is no limit."""
        return attempts.left(self.rules.limits, self.taken, practice=practice)


def start_sitting(
    session: Session, slug: str, token_id: str, now: int, wish: Wish = Wish(), admit: Admit | None = None
) -> tuple[dict[str, Any], bool]:
    """Start a sitting, or give back the one that is open: (the API's object, whether it is new).

    Raises Refused with the reason: not entered, not open yet, paused, no sitting left; Overdue when the open one's time is
    up; what `admit` raises, who is asked last, before a new one is made. Limits are unique numbers in the table, so
    simultaneous starts cannot get past them.
    """
    contest = find_contest(session, slug)
    for _ in range(3):
        who = _at_the_start(session, contest, token_id, wish, now)
        if who.open_sitting is not None:
            return view_sitting(session, public_id(contest.id, who.open_sitting), token_id, now), False
        chances = choose(session, contest, who, wish, now)
        check_may_start(session, contest, who, chances, wish, now)
        if admit is not None:
            admit(contest.id, who.account_id)
        sitting = _insert(session, contest, who, chances, wish, now)
        if sitting is not None:
            return present(session, sitting, slug, now), True
    raise Conflict("同时开始得太多，请再点一次")


@dataclass(frozen=True, slots=True)
class Outlook:
    """What somebody sees before a start: what would be started, how much is left of it and of practice, why it cannot be."""

    chances: Chances
    left: int | None
    practice_left: int | None
    refused: Refused | None
    room_code: bool


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
    return Outlook(chances, chances.left(), found[True][1].left(practice=True), refused, contest.rules.entry.room_code)


def _at_the_start(session: Session, contest: Running, token_id: str, wish: Wish, now: int) -> Contestant:
    day, track = timing.contest_day(contest.rules.zone, now), attempts.track("", practice=wish.practice)
    who = contestant(session, contest.id, token_id, track, day, now)
    if who.entry_id is None:
        enter_by_account(session, contest, who, now)
        who = contestant(session, contest.id, token_id, track, day, now)
        if who.entry_id is None:
            raise Conflict("这个手机号或座号已经参加了本次竞赛。是您本人，请用取回码继续；否则请找单位联络员")
    return who


def choose(session: Session, contest: Running, who: Contestant, wish: Wish, now: int) -> Chances:
    """The stage that is meant, with what holds there for this person. Raises NotFound for a stage that there is not."""
    rules, entry_id = contest.rules, who.entry_id
    grant = grant_of(session, contest.id, entry_id, who.unit_id) if who.granted else NOTHING
    stages = stages_of(rules)
    if not stages and not _looks_back(rules, wish):
        return Chances(None, grant.window(rules), Taken(who.taken, who.taken_today), grant)
    made = _made(session, contest.id, entry_id) if entry_id else []
    if not stages:
        taken = _taken(session, contest, who, None, made, wish, now)
        return Chances(None, grant.window(rules), taken, grant)
    return _choose_stage(session, contest, who, wish, made, grant, now)


def _choose_stage(
    session: Session, contest: Running, who: Contestant, wish: Wish, made: Sequence[Row[Any]], grant: Grant, now: int
) -> Chances:
    """The stage asked for; else of the open ones the first that is new to this person, then the last with a sitting left."""

    def chances(stage: Stage) -> Chances:
        taken = _taken(session, contest, who, stage, made, wish, now)
        refused = _locked_out(session, contest, who, stage, made)
        return Chances(stage, grant.window(at_stage(contest.rules, stage)), taken, grant, refused)

    if wish.stage:
        asked = stage_named(contest.rules, wish.stage)
        if asked is None:
            raise NotFound("没有这个阶段")
        return chances(asked)
    opened = open_stages(grant.window(contest.rules), now) or _nearest(contest.rules, now)
    found = [chances(stage) for stage in opened]
    ready = [one for one in found if one.refused is None and one.left(practice=wish.practice) != 0]
    fresh = [one for one in ready if one.taken.total == 0]
    return (fresh[:1] or ready[-1:] or found[:1])[0]


def _nearest(rules: ContestRules, now: int) -> list[Stage]:
    """Where no stage is open: the next one, or the last."""
    stages = stages_of(rules)
    return [next((stage for stage in stages if at_stage(rules, stage).opens_at > now), stages[-1])]


def _locked_out(
    session: Session, contest: Running, who: Contestant, stage: Stage, made: Sequence[Row[Any]]
) -> Refused | None:
    """Why the stages before do not let somebody into this one."""
    finished = [made_of(row[1:]) for row in made if row[0] == "handed_in"]
    if not is_unlocked(stage, finished):
        before = stage_named(contest.rules, stage.after)
        title, least = before.title if before else stage.after, papers.number(stage.least)
        return Refused("先在“{title}”得到{points}分，才能进入“{stage}”", title=title, points=least, stage=stage.title)
    stages = stages_of(contest.rules)
    before = stages[stages.index(stage) - 1] if stages.index(stage) else None
    if before is None or before.promote is None:
        return None
    mine = select(Promoted.at).where(
        Promoted.contest_id == contest.id, Promoted.stage == before.code, Promoted.entry_id == who.entry_id
    )
    return (
        None
        if session.scalar(mine) is not None
        else Refused("“{stage}”只有“{title}”晋级的人能参加", stage=stage.title, title=before.title)
    )


def _looks_back(rules: ContestRules, wish: Wish) -> bool:
    """Whether a start depends on more than how many sittings there were."""
    return not wish.practice and bool(rules.limits.retakes or rules.limits.cooldown_ms or rules.extra.is_on)


def _made(session: Session, contest_id: int, entry_id: str) -> Sequence[Row[Any]]:
    """All sittings of an entry: the state, then the columns of `MADE`."""
    query: Any = select(Sitting.state, *MADE)
    return session.execute(query.where(S.contest_id == contest_id, S.entry_id == entry_id)).all()


def _taken(
    session: Session,
    contest: Running,
    who: Contestant,
    stage: Stage | None,
    made: Sequence[Row[Any]],
    wish: Wish,
    now: int,
) -> Taken:
    rules, day = contest.rules, timing.contest_day(contest.rules.zone, now)
    mine = attempts.track(stage.code if stage else "", practice=wish.practice)
    rows = [row for row in made if row.track == mine]
    ended: list[Finished] = [made_of(row[1:]) for row in rows if row[0] == "handed_in"]
    passed = rules.pass_points is not None and any(one.points >= rules.pass_points for one in ended)
    return Taken(
        total=len(rows),
        today=sum(row.day == day for row in rows),
        passed=passed,
        ended_at=max((one.finished_at for one in ended), default=None),
        earned=_earned(session, contest, who, day) if rules.extra.is_on else 0,
    )


def _earned(session: Session, contest: Running, who: Contestant, day: str) -> int:
    proven = dict(
        session.execute(
            select(Chance.kind, func.count())
            .where(Chance.contest_id == contest.id, Chance.entry_id == who.entry_id, Chance.day == day)
            .group_by(Chance.kind)
        ).all()
    )
    return attempts.earned(contest.rules.extra, proven.get("share", 0), proven.get("invite", 0))


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
    if rules.entry.gate and who.gate_at is None:
        raise Refused("请先看完主办单位要求阅读的内容")
    if rules.entry.check_in and who.checked_in_at is None and who.counts:
        raise Refused("请先到监考人员处签到")
    if rules.entry.room_code and not wish.practice and _typed(wish.room_code) != (who.room_code or ""):
        raise Refused("考场口令不对，请看考场公布的口令")
    attempts.check_left(rules.limits, chances.taken, now, practice=wish.practice)


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
