"""What somebody may start now: in which stage, how many sittings are used up there, what bars the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from quizapp.errors import NotFound, Refused
from quizapp.models.records import Chance, Promoted
from quizapp.models.sittings import Sitting
from quizapp.rules import attempts, timing
from quizapp.rules.attempts import Taken
from quizapp.rules.contests import ContestRules, Stage, division_named
from quizapp.rules.counting import Finished
from quizapp.rules.roles import Role
from quizapp.rules.stages import at_stage, before, is_for, is_unlocked, open_stages, stage_named, stages_for, stages_of
from quizapp.services import papers
from quizapp.services.contests import Running
from quizapp.services.counted import MADE, folding, made_of
from quizapp.services.ends import NOTHING, Grant, grant_of
from quizapp.services.entries import Contestant

S: Any = Sitting.__table__.c


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: practice, a stage by its code (empty: the one that is next), the code told in the room."""

    practice: bool = False
    stage: str = ""
    room_code: str = ""


PLAIN = Wish()


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


def choose(session: Session, contest: Running, who: Contestant, wish: Wish, now: int) -> Chances:
    """The stage that is meant, with what holds there for this person. Raises NotFound for a stage that there is not."""
    rules, entry_id = contest.rules, who.entry_id
    grant = grant_of(session, contest.id, entry_id, who.unit_id) if who.granted else NOTHING
    stages = stages_of(rules)
    if not stages and not _looks_back(rules, wish):
        return Chances(None, grant.window(at_stage(rules, None, division_known(rules, who))), Taken(who.taken, who.taken_today), grant)
    made = _made(session, contest.id, entry_id) if entry_id else []
    if not stages:
        taken = _taken(session, contest, who, None, made, wish, now)
        return Chances(None, grant.window(at_stage(rules, None, division_known(rules, who))), taken, grant)
    return _choose_stage(session, contest, who, wish, made, grant, now)


def division_known(rules: ContestRules, who: Contestant) -> str | None:
    """Somebody's division, empty for none; None as long as nobody can tell, and for staff, who may try everything.

    Where people choose, it is the one on the roster until there is an entry.
    """
    if who.role is not Role.CONTESTANT:
        return None
    if rules.entry.choose_division:
        return division_named(rules, who.division or "") or None
    return who.division if who.entry_id else None


def _choose_stage(
    session: Session, contest: Running, who: Contestant, wish: Wish, made: Sequence[Row[Any]], grant: Grant, now: int
) -> Chances:
    """The stage asked for; else of the open ones the first that is new to this person, then the last with a sitting left."""

    division = division_known(contest.rules, who)

    def chances(stage: Stage) -> Chances:
        taken = _taken(session, contest, who, stage, made, wish, now)
        refused = _locked_out(session, contest, who, stage, made, division)
        return Chances(stage, grant.window(at_stage(contest.rules, stage, division)), taken, grant, refused)

    if wish.stage:
        asked = stage_named(contest.rules, wish.stage)
        if asked is None:
            raise NotFound("没有这个阶段")
        return chances(asked)
    opened = open_stages(grant.window(contest.rules), now, division) or _nearest(contest.rules, now, division)
    found = [chances(stage) for stage in opened]
    ready = [one for one in found if one.refused is None and one.left(practice=wish.practice) != 0]
    fresh = [one for one in ready if one.taken.total == 0]
    return (fresh[:1] or ready[-1:] or found[:1])[0]


def _nearest(rules: ContestRules, now: int, division: str | None) -> list[Stage]:
    """Where no stage is open: the next one, or the last."""
    stages = stages_for(rules, division) or stages_of(rules)
    return [next((stage for stage in stages if at_stage(rules, stage).opens_at > now), stages[-1])]


def _locked_out(
    session: Session, contest: Running, who: Contestant, stage: Stage, made: Sequence[Row[Any]], division: str | None
) -> Refused | None:
    """Why this stage is not for somebody's division, or the stages before do not let somebody into it."""
    if not is_for(stage, division):
        titles = "、".join(one.title for one in contest.rules.divisions if one.code in stage.divisions)
        return Refused("“{stage}”只限{divisions}参加", stage=stage.title, divisions=titles)
    finished = [made_of(row[1:]) for row in made if row[0] == "handed_in" and not attempts.is_practice(row.track)]
    if not is_unlocked(stage, finished):
        first = stage_named(contest.rules, stage.after)
        title, least = first.title if first else stage.after, papers.number(stage.least)
        return Refused("先在“{title}”得到{points}分，才能进入“{stage}”", title=title, points=least, stage=stage.title)
    earlier = before(contest.rules, stage, division)
    if earlier is None or earlier.promote is None:
        return None
    mine = select(Promoted.at).where(
        Promoted.contest_id == contest.id, Promoted.stage == earlier.code, Promoted.entry_id == who.entry_id
    )
    return (
        None
        if session.scalar(mine) is not None
        else Refused("“{stage}”只有“{title}”晋级的人能参加", stage=stage.title, title=earlier.title)
    )


def _looks_back(rules: ContestRules, wish: Wish) -> bool:
    """Whether a start depends on more than how many sittings there were."""
    return not wish.practice and bool(rules.limits.retakes or rules.limits.cooldown_ms or rules.extra.is_on)


def _made(session: Session, contest_id: int, entry_id: str) -> Sequence[Row[Any]]:
    """All sittings of an entry: the state, then the columns of `MADE`."""
    query: Any = select(S.state, *MADE)
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
    return Taken(
        total=len(rows),
        today=sum(row.day == day for row in rows),
        passed=bool(ended) and folding(rules)(ended).passed,
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
