"""The end of a sitting: handed in by its contestant or finished by the server, marked, and counted."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row, and_, bindparam, select, update
from sqlalchemy.orm import Session

from quizapp.errors import Conflict, Unauthenticated
from quizapp.models.accounts import Account, SignIn
from quizapp.models.base import INSERTS, upsert
from quizapp.models.contests import Entry
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing
from quizapp.rules import scoring, timing
from quizapp.rules.counting import latest
from quizapp.rules.stages import counted
from quizapp.services import banks, papers, verdicts
from quizapp.services.contests import Running, contest_by_id
from quizapp.services.counted import MADE, counting_tracks, folding, made_of, merit_of
from quizapp.services.shares import write_shares
from quizapp.services.signed_in import SI, SIGNED_IN
from quizapp.services.sittings import Overdue, is_overdue, public_id, row_of, split_id

T: Any = Sitting.__table__
S: Any = T.c
E: Any = Entry.__table__.c


@dataclass(frozen=True, slots=True)
class Result:
    """How a sitting ended; points in hundredths."""

    sitting_id: str
    contest: Running
    entry_id: str
    track: str
    state: str
    points: int
    of: int
    right: int
    total: int
    time_ms: int
    handed_in: bool
    receipt: str
    finished_at: int
    provisional: bool  # people have still to mark an essay


def hand_in(
    session: Session, secret: str, sitting_id: str, token_id: str, now: int, *,
    revision: int | None = None, key: str | None = None, answers: papers.Answers | None = None,
) -> Result:  # fmt: skip
    """Hand in once, however often it is asked: again gives the same result.

    Answers given with it are merged first and need the present revision (or the key of the last save); without answers what
    is stored is handed in. Raises Conflict for a stale revision with answers, Overdue when the time is up.
    """
    row, contest = _locked(session, sitting_id, token_id, now)
    if row.state != "open":
        if answers and not row.handed_in and row.last_key != key:
            raise Overdue(sitting_id, answers)
        return _result(session, row._asdict(), contest)
    if is_overdue(row, now):
        raise Overdue(sitting_id, answers)
    stored = dict(row.answers)
    if answers and row.last_key != key:
        if revision != row.revision:
            raise Conflict("答案已在别处更新", current={"revision": row.revision, "answers": row.answers})
        items = banks.items_by_bank(session, row.paper["banks"])
        papers.check_answers(answers, papers.asked(papers.thaw(row.paper["items"]), items))
        live = row.item_no is None or now <= row.item_deadline + row.grace_ms
        stored |= {p: answer for p, answer in answers.items() if live and row.item_no in (None, int(p))}
    return _finish(session, secret, row, contest, stored, min(now, row.deadline), now, handed_in=True)


def finish_overdue(
    session: Session, secret: str, sitting_id: str, now: int, late: papers.Answers | None = None
) -> None:
    """Finish a sitting whose time is up with what is saved, as of its deadline; safe to run twice.

    Answers that came too late are kept beside as evidence and never marked.
    """
    contest_id, inner = split_id(sitting_id)
    row = locked_sitting(session, contest_id, inner)
    if row is None:
        return
    if is_overdue(row, now):
        _finish(session, secret, row, contest_by_id(session, contest_id), row.answers, row.deadline, now, handed_in=False)
    if late:
        kept = {**(row.late or {}), str(now): late}
        if len(kept) <= 20:
            session.execute(update(Sitting).where(S.contest_id == contest_id, S.id == inner).values(late=kept))


_LOCKED = (Entry.__table__, Sitting.__table__)
_WITH_ENTRY: Any = (
    select(*S, E.counts, E.division)
    .select_from(Sitting.__table__)
    .join(Entry.__table__, and_(E.contest_id == S.contest_id, E.id == S.entry_id))
    .where(S.contest_id == bindparam("contest"), S.id == bindparam("sitting"))
)


def locked_sitting(session: Session, contest_id: int, sitting_id: str) -> Row[Any] | None:
    """A sitting and its entry, locked: nothing else changes what the entry has reached meanwhile. The contest is read after
    it, or whoever waited for the lock would have the contest from before."""
    given = {"contest": contest_id, "sitting": sitting_id}
    return session.execute(_WITH_ENTRY.with_for_update(of=_LOCKED), given).one_or_none()


_OWN = (
    _WITH_ENTRY.join(SignIn.__table__, SI.account_id == S.account_id)
    .join(Account.__table__, SIGNED_IN)
    .with_for_update(of=_LOCKED)
)


def _locked(session: Session, sitting_id: str, token_id: str, now: int) -> tuple[Row[Any], Running]:
    """One's own sitting and its entry, locked, with the contest. Raises Unauthenticated, NotFound."""
    contest_id, inner = split_id(sitting_id)
    given = {"contest": contest_id, "sitting": inner, "token": token_id, "now": now}
    row = session.execute(_OWN, given).one_or_none()
    if row is None:
        row_of(session, sitting_id, token_id, now)
        raise Unauthenticated("请先登录")
    return row, contest_by_id(session, contest_id)


_FINISH = (
    update(T)
    .where(S.contest_id == bindparam("contest"), S.id == bindparam("sitting"), S.state != "handed_in")
    .returning(S.id)
)


def _finish(
    session: Session, secret: str, row: Row[Any], contest: Running, answers: papers.Answers, finished_at: int, now: int,
    *, handed_in: bool,
) -> Result:  # fmt: skip
    items = banks.items_by_bank(session, row.paper["banks"])
    paper = papers.thaw(row.paper["items"])
    halted_ms = row.halted_ms + (max(0, finished_at - contest.halted_at) if contest.halted_at is not None else 0)
    time_ms = timing.time_used(row.started_at, finished_at, row.deadline, halted_ms)
    score = scoring.score(paper, items, papers.to_rules(answers, paper, items), contest.rules.scoring, time_ms)
    ended = {
        "state": "handed_in",
        "finished_at": finished_at,
        "handed_in": handed_in,
        "points": score.points,
        "of": score.of,
        "right": score.right,
        "time_ms": time_ms,
        "valid": score.valid,
        "sub_points": score.sub_points,
        "receipt": receipt(secret, row.contest_id, row.id, answers, finished_at),
    }
    where = {"contest": row.contest_id, "sitting": row.id}
    session.execute(_FINISH, {**where, **ended, "answers": answers, "marks": list(score.marks)}).one()
    if row.counts and row.track in counting_tracks(contest.rules):
        count(session, contest, row.entry_id, row.division, now)
    return _result(session, {**row._asdict(), **ended, "answers": answers}, contest)


def receipt(secret: str, contest_id: int, sitting_id: str, answers: papers.Answers, finished_at: int) -> str:
    """A code over the sitting, its answers and the moment: any changed answer makes another code."""
    told = orjson.dumps([public_id(contest_id, sitting_id), answers, finished_at], option=orjson.OPT_SORT_KEYS)
    digest = hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()[:16].upper()
    return "-".join(digest[i : i + 4] for i in range(0, 16, 4))


_FINISHED = select(*MADE).where(
    S.contest_id == bindparam("contest_id"), S.entry_id == bindparam("entry_id"), S.state == "handed_in"
)
_COUNT = {engine: upsert(engine, Standing) for engine in INSERTS}


def count(session: Session, contest: Running, entry_id: str, division: str, now: int) -> None:
    """Fold all sittings of the entry, under its lock, into its standing and what it adds to units."""
    rules = contest.rules
    of_entry = {"contest_id": contest.id, "entry_id": entry_id}
    tracks = counting_tracks(rules)
    rows = [row for row in session.execute(_FINISHED, of_entry) if row.track in tracks]
    finished = counted(rules, [made_of(row) for row in rows])
    standing = folding(rules)(finished)
    values = {
        "division": division,
        "unit_id": max(finished, key=latest).unit_id,
        "points": standing.points,
        "time_ms": standing.time_ms,
        "finished_at": standing.finished_at,
        "sittings": standing.sittings,
        "valid": standing.valid,
        "stage": finished[0].stage if rules.board.each_stage else "",
        "merit": merit_of(contest, entry_id, standing),
        "changed_at": now,
    }
    session.execute(_COUNT[session.get_bind().dialect.name], of_entry | values)
    write_shares(session, contest.id, entry_id, finished, rules)


def _result(session: Session, row: Mapping[str, Any], contest: Running) -> Result:
    return Result(
        sitting_id=public_id(row["contest_id"], row["id"]),
        contest=contest,
        entry_id=row["entry_id"],
        track=row["track"],
        state=row["state"],
        points=row["points"],
        of=row["of"],
        right=row["right"],
        total=len(row["paper"]["items"]),
        time_ms=row["time_ms"],
        handed_in=bool(row["handed_in"]),
        receipt=row["receipt"],
        finished_at=row["finished_at"],
        provisional=bool(verdicts.waiting_places(session, contest, row)),
    )


def result_of(session: Session, sitting_id: str, token_id: str, now: int) -> Result | None:
    """How one's own sitting ended; None while it runs. Raises Overdue, NotFound, Unauthenticated."""
    row, contest = row_of(session, sitting_id, token_id, now)
    if is_overdue(row, now):
        raise Overdue(sitting_id)
    return None if row.state == "open" else _result(session, row._asdict(), contest)
