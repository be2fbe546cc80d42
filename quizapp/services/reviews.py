"""Looking back: each item of a sitting with its key, why, and the article of law; the wrong ones of all sittings."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from quizapp.errors import Refused
from quizapp.models.contests import Entry
from quizapp.models.sittings import Sitting
from quizapp.rules import marking, timing
from quizapp.rules.items import Item, Kind
from quizapp.rules.marking import Answer, Marking
from quizapp.rules.papers import PaperItem
from quizapp.rules.regions import Region, hit
from quizapp.services import answers, banks, papers, pictures, verdicts
from quizapp.services.contests import Running
from quizapp.services.sittings import Overdue, is_overdue, public_id, row_of


def review(session: Session, sitting_id: str, token_id: str, now: int) -> dict[str, Any]:
    """Every item of one's own sitting. Raises Refused until the rules release the key, Overdue."""
    row, contest = row_of(session, sitting_id, token_id, now)
    if is_overdue(row, now):
        raise Overdue(sitting_id)
    if row.state == "open":
        raise Refused("交卷以后才能看答案")
    rules = contest.rules
    if not timing.is_released(rules.release_key, rules.closes_at, contest.published_at, now):
        raise Refused("答案和解析还没有公布")
    return {"id": sitting_id, "items": with_articles(session, reviewed(session, contest, row))}


def reviewed(session: Session, contest: Running, row: Row[Any]) -> list[dict[str, Any]]:
    """The items of a finished sitting with what was answered and what is right."""
    items = banks.items_by_bank(session, row.paper["banks"])
    rules = contest.rules.scoring.marking
    images = pictures.shown_by_bank(session, row.paper["banks"])
    paper = papers.thaw(row.paper["items"])
    views = [
        _reviewed_item(
            papers.shown(position, place, items[place.bank][place.index], images[place.bank]),
            place,
            items[place.bank][place.index],
            row.answers.get(str(position)),
            got,
            rules,
        )
        for position, (place, got) in enumerate(zip(paper, row.marks, strict=True), start=1)
    ]
    waiting = verdicts.waiting_places(session, contest, row._asdict())
    for view in views:
        if view["kind"] == Kind.ESSAY:
            view["waiting"] = view["position"] in waiting
    return views


def _reviewed_item(
    view: dict[str, Any], place: PaperItem, item: Item, answer: Any, got: int, rules: Marking
) -> dict[str, Any]:
    given = answers.to_rules(answer, item, place.order, place.parts)
    view |= _looked_back(item, place.order, answer, given, got)
    for n, own in enumerate(item.items):
        each = place.points // len(item.items)
        part = given[n] if isinstance(given, tuple) else None
        got = marking.mark(own, part, each, rules)
        view["items"][n] |= _looked_back(own, place.parts[n], (answer or {}).get(str(n + 1)), part, got)
    return view


def _looked_back(item: Item, order: Sequence[int], answer: Any, given: Answer, got: int) -> dict[str, Any]:
    """What a review adds to an item as it was shown; `correct` is None where people mark."""
    view: dict[str, Any] = {
        "answer": answer,
        "key": answers.key_of(item, order),
        "marks": papers.number(got),
        "correct": None if item.kind is Kind.ESSAY else marking.is_right(item, given),
        "explain": item.explain,
        "cite": list(item.cite),
    }
    if item.kind is Kind.HOTSPOT:
        found = {hit(item.regions, x, y) for x, y in given} if isinstance(given, tuple) else set()
        view["regions"] = [_region(region, n in found) for n, region in enumerate(item.regions)]
    if item.kind is Kind.ESSAY:
        view["rubric"] = [
            {"name": part.name, "explain": part.explain}
            | ({} if part.points is None else {"points": papers.number(part.points)})
            for part in item.rubric
        ]
    return view


def _region(region: Region, found: bool) -> dict[str, Any]:
    shape = (
        {"box": list(region.box)}
        if len(region.corners) == 2
        else {"polygon": [list(corner) for corner in region.corners]}
    )
    return {"name": region.name, **shape, "found": found, "explain": region.explain, "cite": list(region.cite)}


def with_articles(session: Session, views: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same with the full text of every cited article that is stored; a case's items and a picture's regions cite their own."""
    citing = [part for view in views for part in (view, *view.get("items", ()), *view.get("regions", ()))]
    found = banks.cited_articles(session, sorted({cite for part in citing for cite in part["cite"]}))
    for part in citing:
        part["articles"] = [
            {
                "law": found[cite][0],
                "article": cite.partition(" ")[2],
                "edition": found[cite][1],
                "text": found[cite][2],
            }
            for cite in part["cite"]
            if cite in found
        ]
    return views


def _entry(contest_id: int, account_id: str) -> Any:
    """An account's entry: sittings are found by it, no index of theirs knows accounts."""
    return select(Entry.id).where(Entry.contest_id == contest_id, Entry.account_id == account_id).scalar_subquery()


def my_sittings(session: Session, contest_id: int, account_id: str) -> list[Row[Any]]:
    """One's own sittings in a contest, the newest first."""
    return list(
        session.execute(
            select(*Sitting.__table__.c)
            .where(Sitting.contest_id == contest_id, Sitting.entry_id == _entry(contest_id, account_id))
            .order_by(Sitting.started_at.desc())
            .limit(200)
        )
    )


def my_wrong_answers(session: Session, contest: Running, rows: list[Row[Any]], most: int = 100) -> list[dict[str, Any]]:
    """The items answered wrong in finished sittings, each once, the newest first."""
    seen: set[str] = set()
    wrong = []
    for row in rows:
        if row.state != "handed_in":
            continue
        for view in reviewed(session, contest, row):
            if view["correct"] is False and view["stem"] not in seen:
                seen.add(view["stem"])
                wrong.append(view)
    return with_articles(session, wrong[:most])


def open_sitting(session: Session, contest_id: int, account_id: str) -> str | None:
    """The public id of one's open sitting in a contest."""
    found = session.scalar(
        select(Sitting.id).where(
            Sitting.contest_id == contest_id,
            Sitting.entry_id == _entry(contest_id, account_id),
            Sitting.state == "open",
        )
    )
    return public_id(contest_id, found) if found else None
