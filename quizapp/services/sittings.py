"""A sitting that has begun: showing it again, opening the next item, finding those that nobody handed in."""

import re
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select, update
from sqlalchemy.orm import Session

from quizapp.errors import Conflict, NotFound, Refused, Unauthenticated
from quizapp.models.accounts import Account, SignIn
from quizapp.models.contests import Contest
from quizapp.models.sittings import Sitting
from quizapp.rules import timing
from quizapp.rules.attempts import is_practice, stage_of
from quizapp.services import banks, papers, pictures, verdicts
from quizapp.services.contests import RUNNING, Running, running_beside
from quizapp.services.signed_in import SIGNED_IN, A

S: Any = Sitting.__table__.c
C: Any = Contest.__table__.c
_ID = re.compile(r"(\d{1,9})-([0-9a-f]{32})\Z")


class Overdue(Conflict):
    """The sitting's time is over; the edge rolls back, finishes it in a transaction of its own, and then refuses."""

    def __init__(self, sitting_id: str, answers: papers.Answers | None = None) -> None:
        super().__init__("答题时间已到，已按保存的答案交卷；时间到后收到的答案只留作凭据，不计分")
        self.sitting_id = sitting_id
        self.answers = answers


def public_id(contest_id: int, sitting_id: str) -> str:
    """The id that pages and the API use; it carries the contest."""
    return f"{contest_id}-{sitting_id.replace('-', '')}"


def split_id(sitting_id: str) -> tuple[int, str]:
    """(contest, sitting). Raises NotFound for anything that is not such an id."""
    found = _ID.match(sitting_id)
    if found is None:
        raise NotFound("没有找到这次答题")
    return int(found[1]), found[2]


_OWN: Any = (
    select(*S, *RUNNING)
    .select_from(SignIn.__table__)
    .join(Account.__table__, SIGNED_IN)
    .outerjoin(
        Sitting.__table__,
        and_(S.contest_id == bindparam("contest"), S.id == bindparam("sitting"), S.account_id == A.id),
    )
    .outerjoin(Contest.__table__, C.id == S.contest_id)
)


def row_of(session: Session | Connection, sitting_id: str, token_id: str, now: int) -> tuple[Row[Any], Running]:
    """One's own sitting and its contest. Raises Unauthenticated without a live sign-in, NotFound for another's."""
    contest_id, inner = split_id(sitting_id)
    given = {"contest": contest_id, "sitting": inner, "token": token_id, "now": now}
    row = session.execute(_OWN, given).one_or_none()
    if row is None:
        raise Unauthenticated("请先登录")
    if row.id is None:
        raise NotFound("没有找到这次答题")
    return row, running_beside(row)


def is_overdue(row: Row[Any], now: int) -> bool:
    return row.state == "open" and not timing.in_time(now, row.deadline, row.grace_ms)


def view_sitting(session: Session, sitting_id: str, token_id: str, now: int) -> dict[str, Any]:
    """The sitting as any device of its owner gets it. Raises Overdue when it must be finished first."""
    row, contest = row_of(session, sitting_id, token_id, now)
    if is_overdue(row, now):
        raise Overdue(sitting_id)
    return present(session, row, contest, now)


def present(session: Session, row: Row[Any], contest: Running, now: int) -> dict[str, Any]:
    """The API's object, `contest` as it runs, `score` as (points, of, ms, provisional). Under an item clock `items` holds only what has been delivered."""
    items = banks.items_by_bank(session, row.paper["banks"])
    images = pictures.shown_by_bank(session, row.paper["banks"])
    paper = papers.thaw(row.paper["items"])
    delivered = len(paper) if row.item_no is None else row.item_no
    if row.state != "open":
        delivered = len(paper) if row.item_no is None else delivered
    shown = [
        papers.shown(position, place, items[place.bank][place.index], images[place.bank])
        for position, place in enumerate(paper[:delivered], start=1)
    ]
    ended = {}
    if row.state != "open":
        ended = {"score": (row.points, row.of, row.time_ms, bool(verdicts.waiting_places(session, contest, row._asdict())))}
    return ended | {
        "id": public_id(row.contest_id, row.id),
        "contest": contest,
        "attempt_no": row.attempt_no,
        "practice": is_practice(row.track),
        "stage": stage_of(row.track),
        "state": row.state,
        "started_at": row.started_at,
        "deadline": row.deadline,
        "item_no": row.item_no,
        "item_deadline": row.item_deadline,
        "server_time": now,
        "revision": row.revision,
        "total": len(paper),
        "items": shown,
        "answers": row.answers,
    }


def open_item(session: Session, sitting_id: str, position: int, token_id: str, now: int) -> dict[str, Any]:
    """Under an item clock: deliver the next item, whose clock starts now; the present one again as it is.

    Raises Refused for an item that is not next: its text is not to be had early.
    """
    row, contest = row_of(session, sitting_id, token_id, now)
    if row.state != "open":
        raise Conflict("已交卷", current={"state": row.state})
    if is_overdue(row, now):
        raise Overdue(sitting_id)
    if row.item_no is None:
        raise Refused("本场答题不限定题目顺序")
    total = len(row.paper["items"])
    if position == row.item_no:
        return present(session, row, contest, now)
    if position != row.item_no + 1 or position > total:
        raise Refused("请按顺序答题")
    session.execute(
        update(Sitting)
        .where(S.contest_id == row.contest_id, S.id == row.id, S.item_no == row.item_no)
        .values(item_no=position, item_deadline=timing.item_deadline(contest.rules, now, row.deadline))
    )
    return view_sitting(session, sitting_id, token_id, now)


def find_overdue(session: Session, now: int, limit: int = 200) -> list[str]:
    """Sittings that nobody handed in, oldest first."""
    rows = session.execute(
        select(S.contest_id, S.id)
        .where(S.state == "open", S.deadline + S.grace_ms < now)
        .order_by(S.deadline)
        .limit(limit)
    )
    return [public_id(contest_id, sitting_id) for contest_id, sitting_id in rows]
