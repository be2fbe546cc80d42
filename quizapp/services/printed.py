"""Papers that are answered in print: drawn for each person from the blueprint, numbered, remembered, listed."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import uuid_utils
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from quizapp.errors import Invalid, NotFound, QuizError, Refused
from quizapp.models.accounts import Account
from quizapp.models.base import insert_into
from quizapp.models.contests import Contest, Entry
from quizapp.models.marking import PrintedPaper
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.rules import attempts, serials, timing
from quizapp.rules import papers as paper_rules
from quizapp.rules.contests import ContestRules, needs_division
from quizapp.rules.items import Item, Kind
from quizapp.rules.papers import PaperBlueprint
from quizapp.rules.roles import Role
from quizapp.rules.stages import at_stage, stage_named, stages_of
from quizapp.services import banks, papers, pictures
from quizapp.services.audit import Actor, record
from quizapp.services.choices import Chances, Wish, choose
from quizapp.services.contests import Running
from quizapp.services.entries import Contestant, enter_person
from quizapp.services.exam_rooms import Examinee

P = PrintedPaper
ABSENT, DIFFERS, DONE, KEYED, PRINTED = "absent", "differs", "done", "keyed", "printed"
NAMED_MOST = 5
AT_ONCE = 500  # people for whom papers are drawn in one go


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed paper in a list; `state` is printed, keyed (by one person), differs, done, or absent: never keyed in."""

    serial: str
    name: str
    unit: str | None
    stage: str
    state: str
    printed_at: int
    first_by: str | None
    second_by: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper as it is printed: for whom, and the items as a contestant gets them, nothing of their keys."""

    serial: str
    name: str
    unit: str | None
    stage: str
    division: str
    views: tuple[dict[str, Any], ...]


def stage_rules(contest: Running, stage: str, division: str = "") -> ContestRules:
    """The rules as they hold in a stage for people of a division. Raises Invalid where a stage has to be chosen, NotFound for one there is not."""
    found = stage_named(contest.rules, stage)
    if stage and found is None:
        raise NotFound("没有这个阶段")
    if found is None and stages_of(contest.rules):
        raise Invalid("请选择是哪个阶段的试卷", errors=[("stage", "请选择阶段")])
    return at_stage(contest.rules, found, division)


def _blueprints(contest: Running, stage: str) -> set[PaperBlueprint]:
    """Everything that papers of a stage are drawn from: the contest's, and those of divisions."""
    codes = ["", *(division.code for division in contest.rules.divisions)]
    return {stage_rules(contest, stage, code).blueprint for code in codes}


def print_papers(
    session: Session, actor: Actor, contest: Running, people: Iterable[Examinee], stage: str, now: int
) -> tuple[int, list[tuple[str, QuizError]]]:
    """Draw a paper for everybody who has none waiting: (how many, who gets none and why).

    Raises Refused naming the items that cannot be answered on paper, Invalid for more than `AT_ONCE` people.
    """
    if now > stage_rules(contest, stage).closes_at:
        raise Refused("竞赛已经结束，不能再出卷")
    items = banks.items_by_bank(session, contest.banks)
    for blueprint in _blueprints(contest, stage):
        _check_printable(items, blueprint, contest.banks)
    session.execute(select(Contest.id).where(Contest.id == contest.id).with_for_update(key_share=True))  # one at a time
    wanted = _without_paper(session, contest, people, stage)
    if len(wanted) > AT_ONCE:
        raise Invalid("一次最多给{most}人出卷，这里有{count}人，请选下级单位分批出卷", most=AT_ONCE, count=len(wanted))
    made, left_out = 0, []
    for person in wanted:
        try:
            entry = enter_person(session, contest, session.get_one(Account, person.account_id), now)
            blueprint = _check_left(session, contest, entry, stage, now)
        except QuizError as reason:
            left_out.append((person.name, reason))
            continue
        _draw(session, contest, entry, stage, items, blueprint, now)
        made += 1
    if made:
        record(session, actor, "paper.print", contest.rules.slug, now, stage=stage, papers=made)
    return made, left_out


def _without_paper(session: Session, contest: Running, people: Iterable[Examinee], stage: str) -> list[Examinee]:
    waiting = set(session.scalars(
        select(Entry.account_id)
        .join(P, (P.contest_id == Entry.contest_id) & (P.entry_id == Entry.id))
        .where(P.contest_id == contest.id, P.stage == stage, P.sitting_id.is_(None))
    ))  # fmt: skip
    return [person for person in people if person.account_id not in waiting]


def _check_printable(items: papers.Items, blueprint: PaperBlueprint, versions: Mapping[str, str]) -> None:
    offered = zip(blueprint.draws, banks.offers(items, versions, blueprint), strict=True)
    found = {items[line.bank][n].id: items[line.bank][n] for line, offer in offered for n in offer.indices}
    essays = [f"“{item.stem[:20]}”（{item.id}）" for item in found.values() if _is_essay(item)]
    if essays:
        more = f"等{len(essays)}道题" if len(essays) > NAMED_MOST else ""
        named = "、".join(essays[:NAMED_MOST]) + more
        raise Refused(
            "论述题要由两人评阅，不能印在纸上录入：{named}。请在组卷里去掉论述题，或改为上机答题", named=named
        )


def _is_essay(item: Item) -> bool:
    return item.kind is Kind.ESSAY or any(map(_is_essay, item.items))


def _check_left(session: Session, contest: Running, entry: Entry, stage: str, now: int) -> PaperBlueprint:
    """What this person's paper is drawn from. The day of the exam is not known yet, so that of today's sittings nothing is said."""
    if needs_division(contest.rules, entry.division):
        raise Refused("还没有选组别，请在名册里填上组别，或由本人登录后选")
    chances = chances_of(session, contest, entry, stage, now)
    attempts.check_left(replace(chances.rules.limits, per_day=None), chances.taken, now, practice=False)
    return chances.rules.blueprint


def chances_of(session: Session, contest: Running, entry: Entry, stage: str, at: int) -> Chances:
    """What a start at this moment would find. Raises Refused where an earlier stage does not let the person into this one.

    When exactly the last sitting ended says nothing here: of a paper only the day is known.
    """
    day, track = timing.contest_day(contest.rules.zone, at), attempts.track(stage, practice=False)
    mine = (Sitting.contest_id == contest.id, Sitting.entry_id == entry.id, Sitting.track == track)
    days = list(session.scalars(select(Sitting.day).where(*mine)))
    who = Contestant(
        entry.account_id, Role.CONTESTANT, None, entry.name, None, entry.phone, True, entry.consented_at, entry.unit_id,
        entry.id, entry.unit_id, entry.division, entry.gate_at, entry.checked_in_at, True, entry.counts, None, True, None,
        taken=len(days), taken_today=days.count(day),
    )  # fmt: skip
    found = choose(session, contest, who, Wish(stage=stage), at)
    if found.refused is not None:
        raise found.refused
    return replace(found, taken=replace(found.taken, ended_at=None))


def _draw(
    session: Session,
    contest: Running,
    entry: Entry,
    stage: str,
    items: papers.Items,
    blueprint: PaperBlueprint,
    now: int,
) -> None:
    paper_id = uuid_utils.uuid7().hex
    paper = paper_rules.draw(items, blueprint, paper_id, banks.offers(items, contest.banks, blueprint))
    values = {
        "contest_id": contest.id, "id": paper_id, "entry_id": entry.id, "stage": stage, "printed_at": now,
        "paper": {"banks": contest.banks, "items": papers.freeze(paper)},
    }  # fmt: skip
    insert = insert_into(session, P).on_conflict_do_nothing(index_elements=["contest_id", "serial"]).returning(P.id)
    while session.execute(insert, values | {"serial": _new_serial()}).one_or_none() is None:
        pass


def _new_serial() -> str:
    return serials.serial([secrets.choice(serials.LETTERS) for _ in range(serials.LENGTH)])


FIRST, SECOND = aliased(Account), aliased(Account)


def list_printed(
    session: Session, contest: Running, now: int, *, under: Unit | None = None, stage: str = "", search: str = "", state: str = ""
) -> list[Printed]:  # fmt: skip
    """Printed papers, unit by unit; of one stage, unit, state, or with a name or serial that holds `search`."""
    query = _papers(contest, under, stage, search).add_columns(
        P.serial, Entry.name, Unit.name, P.stage, P.printed_at, FIRST.name, SECOND.name, P.sitting_id, P.first_by, P.second_by,
    ).outerjoin(FIRST, FIRST.id == P.first_by).outerjoin(SECOND, SECOND.id == P.second_by)  # fmt: skip
    closed = {stage: stage_rules(contest, stage).closes_at < now for stage in _codes(contest)}
    found = [
        Printed(serial, name, unit, stage, state_of(row, closed.get(stage, False)), at, first, second)
        for _id, serial, name, unit, stage, at, first, second, *row in session.execute(query)
    ]
    return [one for one in found if state in ("", one.state)]


def _codes(contest: Running) -> list[str]:
    return [stage.code for stage in stages_of(contest.rules)] or [""]


def state_of(row: Sequence[object], closed: bool) -> str:
    """Where a paper stands, by its sitting and the two who have keyed it in; `closed`: whether its time is over."""
    sitting_id, first_by, second_by = row
    if sitting_id is not None:
        return DONE
    if second_by is not None:
        return DIFFERS
    if first_by is not None:
        return KEYED
    return ABSENT if closed else PRINTED


def _papers(contest: Running, under: Unit | None, stage: str, search: str) -> Any:
    query = (
        select(P.id)
        .join(Entry, (Entry.contest_id == P.contest_id) & (Entry.id == P.entry_id))
        .outerjoin(Unit, Unit.id == Entry.unit_id)
        .where(P.contest_id == contest.id)
        .order_by(Unit.path, Entry.name, P.id)
    )
    if under is not None:
        query = query.where(Unit.path.startswith(under.path, autoescape=True))
    if stage:
        query = query.where(P.stage == stage)
    if search:
        serial = serials.plain(search)
        by_name = func.lower(Entry.name).contains(search.lower(), autoescape=True)
        query = query.where(or_(by_name, P.serial == serial))
    return query


def sheets(
    session: Session, contest: Running, most: int, *, under: Unit | None = None, stage: str = "", search: str = ""
) -> list[Sheet]:
    """The papers that nobody has keyed in yet, to be printed. Raises Invalid for more than `most` at once, NotFound for none."""
    query = _papers(contest, under, stage, search).add_columns(P.serial, Entry.name, Unit.name, P.stage, Entry.division, P.paper)
    rows = session.execute(query.where(P.first_by.is_(None)).limit(most + 1)).all()
    if not rows:
        raise NotFound("没有要打印的试卷，请先为这个单位出卷")
    if len(rows) > most:
        raise Invalid("一次最多打印{most}份试卷，请按下级单位分批打印", most=most)
    return [
        Sheet(serial, name, unit, stage, division, tuple(views_of(session, paper)))
        for _id, serial, name, unit, stage, division, paper in rows
    ]


def views_of(session: Session, paper: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of a stored paper as a contestant gets them."""
    items, images = banks.items_by_bank(session, paper["banks"]), pictures.shown_by_bank(session, paper["banks"])
    return [
        papers.shown(position, place, items[place.bank][place.index], images[place.bank])
        for position, place in enumerate(papers.thaw(paper["items"]), start=1)
    ]
