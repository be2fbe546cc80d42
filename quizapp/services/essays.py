"""Marking essays: the next text for a marker, a mark, and the sitting's score once the verdict is final."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, delete, select, update
from sqlalchemy.orm import Session

from quizapp.errors import Conflict, Invalid, Refused
from quizapp.models.accounts import Account
from quizapp.models.base import insert_into
from quizapp.models.marking import EssayMark
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.rules import scoring
from quizapp.rules.essays import BLIND, DECISION, IN_HAND_MS, State, by_criteria, is_for, points_of, turn_of
from quizapp.rules.items import Criterion, Item
from quizapp.rules.papers import PaperItem
from quizapp.rules.roles import Role
from quizapp.rules.speech import decimal
from quizapp.services import banks, finishing, papers, pictures, verdicts
from quizapp.services.accounts import Visitor
from quizapp.services.audit import Actor, record
from quizapp.services.contests import Running
from quizapp.services.counted import counting_tracks
from quizapp.services.scopes import top_of
from quizapp.services.verdicts import Essay

M: Any = EssayMark.__table__.c
S: Any = Sitting.__table__.c
TRIES = 20
LONGEST_NOTE = 1_000
NOT_YOURS = "这篇已不在您手里：超过60分钟没有评完的会转给别人。请领取下一篇"


@dataclass(frozen=True, slots=True)
class Queue:
    """How many essays there are in each state, and how many of them this marker could take now."""

    unmarked: int = 0
    differing: int = 0
    final: int = 0
    to_mark: int = 0
    to_decide: int = 0

    @property
    def waiting(self) -> int:
        return self.unmarked + self.differing


@dataclass(frozen=True, slots=True)
class Task:
    """All that a marker is shown: nothing of whose text it is; `others` are the two marks with their notes, in the third turn."""

    code: str
    turn: int
    text: str
    view: Mapping[str, Any]
    points: int
    rubric: tuple[Criterion, ...]
    explain: str
    others: tuple[tuple[int, str], ...]

    @property
    def parts(self) -> list[tuple[str, int]]:
        """What points are asked for: (name, the most); one nameless part where the rubric has none."""
        return parts_of(self.rubric, self.points)


def parts_of(rubric: Sequence[Criterion], points: int) -> list[tuple[str, int]]:
    return [(one.name, one.points or 0) for one in rubric] if by_criteria(rubric) else [("", points)]


def check_marker(session: Session, contest: Running, who: Visitor) -> None:
    """Organisers mark, and officials in whose part of the tree the contest is or who are in it; liaisons do not. Raises Refused."""
    if who.role is Role.CONTESTANT or who.liaison:
        raise Refused("论述题由组织者和官员评阅，联络员不评阅")
    top, codes = top_of(session, who), contest.rules.entry.units
    if top is None or not codes:
        return
    paths = session.scalars(select(Unit.path).where(Unit.code.in_(codes)))
    if not any(path.startswith(top.path) or top.path.startswith(path) for path in paths):
        raise Refused("这个竞赛不在您的单位范围内，不能评阅")


def queue(session: Session, contest: Running, marker: str, now: int) -> Queue:
    found = verdicts.survey(session, contest)
    states = [essay.verdict.state for essay in found]
    free = [essay.verdict.state for essay in found if _is_free(essay, marker, now)]
    return Queue(
        states.count(State.UNMARKED), states.count(State.DIFFERS), states.count(State.FINAL),
        free.count(State.UNMARKED), free.count(State.DIFFERS),
    )  # fmt: skip


def _is_free(essay: Essay, marker: str, now: int) -> bool:
    may = is_for(essay.marks, essay.author, marker)
    return may and turn_of(essay.marks, essay.verdict.state, now) is not None


def find_next(session: Session, contest: Running, actor: Actor, now: int, *, decide: bool = False) -> str | None:
    """Take the next essay that needs a marker (or a decision), or keep the one in hand: its code, None where there is none.

    The unique turn decides who gets an essay that two ask for at once; the other gets another.
    """
    session.execute(
        select(Account.id).where(Account.id == actor.id).with_for_update()
    )  # one in hand, in two windows too
    held = _in_hand(session, contest, actor.id)
    if held is not None:
        session.execute(update(EssayMark).where(_is(held, actor.id)).values(taken_at=now))
        return verdicts.code(contest, held.sitting_id, held.position)
    wanted = State.DIFFERS if decide else State.UNMARKED
    for _ in range(TRIES):
        found = verdicts.survey(session, contest)
        free = [essay for essay in found if essay.verdict.state is wanted and _is_free(essay, actor.id, now)]
        if not free:
            return None
        begun_first = sorted(free, key=lambda essay: -len(essay.marks))
        if _take(session, contest, begun_first[0], actor, now):
            return begun_first[0].code
    raise Conflict("同时领取的人太多，请再点一次")


def _take(session: Session, contest: Running, essay: Essay, actor: Actor, now: int) -> bool:
    """Whether nobody was quicker. What somebody has had in hand for too long is taken back."""
    turn = turn_of(essay.marks, essay.verdict.state, now)
    whose = and_(M.contest_id == contest.id, M.sitting_id == essay.sitting_id, M.position == essay.position)
    forgotten = and_(whose, M.points.is_(None), M.taken_at <= now - IN_HAND_MS)
    for marker in session.scalars(delete(EssayMark).where(forgotten).returning(M.marker_id)).all():
        record(session, actor, "essay.take_back", f"{contest.rules.slug}/{essay.code}", now, marker=marker)
    taken = session.scalar(
        insert_into(session, EssayMark)
        .values(
            contest_id=contest.id, sitting_id=essay.sitting_id, position=essay.position, marker_id=actor.id, turn=turn,
            note="", taken_at=now,
        )
        .on_conflict_do_nothing()
        .returning(M.turn)
    )  # fmt: skip
    if taken is not None:
        record(session, actor, "essay.take", f"{contest.rules.slug}/{essay.code}", now, turn=turn)
    return taken is not None


def _in_hand(session: Session, contest: Running, marker: str) -> Row[Any] | None:
    mine = and_(M.contest_id == contest.id, M.marker_id == marker, M.points.is_(None))
    return session.execute(select(M.contest_id, M.sitting_id, M.position, M.turn).where(mine)).first()


def _is(held: Row[Any], marker: str) -> Any:
    """The mark that somebody is about to give."""
    at = and_(M.contest_id == held.contest_id, M.sitting_id == held.sitting_id, M.position == held.position)
    return and_(at, M.marker_id == marker, M.points.is_(None))


def task_of(session: Session, contest: Running, marker: str) -> Task | None:
    """The essay in this marker's hands."""
    held = _in_hand(session, contest, marker)
    if held is None:
        return None
    at = held.position
    row = session.execute(select(S.paper, S.answers).where(S.contest_id == contest.id, S.id == held.sitting_id)).one()
    place, item = _asked(session, row, at)
    images = pictures.shown_by_bank(session, row.paper["banks"])
    others = select(M.points, M.note).where(
        M.contest_id == contest.id, M.sitting_id == held.sitting_id, M.position == at, M.turn.in_(BLIND)
    )
    return Task(
        code=verdicts.code(contest, held.sitting_id, at),
        turn=held.turn,
        text=row.answers[str(at)],
        view=papers.shown(at, place, item, images[place.bank]),
        points=place.points,
        rubric=item.rubric,
        explain=item.explain,
        others=tuple((got, note) for got, note in session.execute(others.order_by(M.turn)))
        if held.turn == DECISION
        else (),
    )


def _asked(session: Session, row: Row[Any], position: int) -> tuple[PaperItem, Item]:
    place = papers.thaw(row.paper["items"])[position - 1]
    return place, banks.items_by_bank(session, row.paper["banks"])[place.bank][place.index]


def mark_essay(
    session: Session, contest: Running, actor: Actor, code: str, parts: Sequence[int], note: str, now: int
) -> None:
    """Give the essay in hand its points, hundredths, criterion by criterion where the rubric has points (see `Task.parts`).

    Raises Conflict where it is in hand no more, Invalid naming every part that is out of range.
    """
    held = _in_hand(session, contest, actor.id)
    if held is None or verdicts.code(contest, held.sitting_id, held.position) != code:
        raise Conflict(NOT_YOURS)
    sitting = finishing.locked_sitting(
        session, contest.id, held.sitting_id
    )  # the two marks are looked at one after the other
    if sitting is None:
        raise Conflict(NOT_YOURS)
    place, item = _asked(session, sitting, held.position)
    points, told = _given(parts, item.rubric, place.points, note)
    marked = update(EssayMark).where(_is(held, actor.id)).values(points=points, note=told, marked_at=now)
    if session.scalar(marked.returning(M.turn)) is None:
        raise Conflict(NOT_YOURS)
    is_decision = held.turn == DECISION
    seen = points if is_decision else None  # what is marked blind is not to be read in the log either
    thing = f"{contest.rules.slug}/{code}"
    record(session, actor, "essay.decide" if is_decision else "essay.mark", thing, now, turn=held.turn, points=seen)
    _settle(session, contest, sitting, held.position, actor, now)


def _given(parts: Sequence[int], rubric: Sequence[Criterion], points: int, note: str) -> tuple[int, str]:
    """(the points, the note with the points of each criterion before it)."""
    asked = parts_of(rubric, points)
    faults = [
        (f"part{n}", f"应在0到{decimal(most)}分之间")
        for n, ((_, most), got) in enumerate(zip(asked, parts, strict=True), start=1)
        if not 0 <= got <= most
    ]
    if len(note) > LONGEST_NOTE:
        faults.append(("note", f"最多{LONGEST_NOTE}个字"))
    if faults:
        raise Invalid("有几处要改", errors=faults)
    if not by_criteria(rubric):
        return parts[0], note
    each = "，".join(f"{name} {decimal(got)}/{decimal(most)}" for (name, most), got in zip(asked, parts, strict=True))
    return points_of(parts, rubric, points), f"{each}\n{note}".strip()[:2_000]


def _settle(session: Session, contest: Running, row: Row[Any], position: int, actor: Actor, now: int) -> None:
    """With a final verdict the sitting gets its new score, and its contestant a new standing; its time and receipt stay."""
    found = verdicts.places(session, row.paper, row.answers)
    essays = verdicts.of_sitting(session, contest, row.id, row.account_id, found)
    final = {essay.position: essay.verdict.points or 0 for essay in essays if essay.verdict.state is State.FINAL}
    if position not in final:
        return
    items, paper = banks.items_by_bank(session, row.paper["banks"]), papers.thaw(row.paper["items"])
    asked, answers = papers.asked(paper, items), papers.to_rules(row.answers, paper, items)
    score = scoring.with_essays(paper, asked, answers, row.marks, final, contest.rules.scoring, row.time_ms)
    session.execute(
        update(Sitting)
        .where(S.contest_id == row.contest_id, S.id == row.id)
        .values(
            marks=list(score.marks),
            points=score.points,
            right=score.right,
            valid=score.valid,
            sub_points=score.sub_points,
        )
    )
    code = next(essay.code for essay in essays if essay.position == position)
    record(session, actor, "essay.final", f"{contest.rules.slug}/{code}", now, points=final[position])
    if row.counts and row.track in counting_tracks(contest.rules):
        finishing.count(session, contest, row.entry_id, row.division, now)
