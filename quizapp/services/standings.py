"""The public leaderboard of people, read from the snapshot; one's own place is exact, whatever the number of people."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from quizapp.errors import Invalid, NotFound
from quizapp.models.base import Merit
from quizapp.models.boards import BoardMark, BoardRow
from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.standings import Standing
from quizapp.rules.contests import Board
from quizapp.rules.names import masked
from quizapp.rules.ranking import places
from quizapp.services import boards
from quizapp.services.contests import Running
from quizapp.services.counted import stage_shown
from quizapp.services.organisations import find_unit

_CURSOR = re.compile(r"((?:[0-9a-f]{2}){1,64})\.([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\Z")
ABOVE_ALL = b"\xff"  # no merit begins like this
B: Any = BoardRow.__table__.c
M: Any = BoardMark.__table__.c
E: Any = Entry.__table__.c
U: Any = Unit.__table__.c
ENTRY: Any = bindparam("entry", type_=B.entry_id.type)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a public leaderboard; the name is masked, `entry_id` is for finding one's own line."""

    entry_id: str
    place: int
    shared: bool
    name: str
    unit: str | None
    points: int
    time_ms: int
    sittings: int
    is_new: bool = False  # one's own line, which the snapshot does not have yet


@dataclass(frozen=True, slots=True)
class BoardPage:
    as_of: int
    frozen: bool
    hidden: bool
    rows: list[Ranked]
    first: int  # how many lines from the top the page begins, counting from 1
    next: str | None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which people a board holds: everybody, a division, or those of a unit and below."""

    contest_id: int
    division: str
    under: Unit | None

    @property
    def shape(self) -> tuple[bool, bool]:
        """What its statements are made by; they are made once."""
        return bool(self.division), self.under is not None

    @property
    def given(self) -> dict[str, Any]:
        """The values of `_rows` and `_better`."""
        return {"contest": self.contest_id, "division": self.division, "below": f"{self.under.path if self.under else ''}%"}


@cache
def _rows(shape: tuple[bool, bool]) -> Any:
    divided, inside = shape
    kept = [B.contest_id == bindparam("contest")]
    if divided:
        kept.append(B.division == bindparam("division"))
    if inside:
        kept.append(B.unit_id.in_(select(U.id).where(U.path.like(bindparam("below")))))
    return and_(*kept)


@cache
def _better(shape: tuple[bool, bool]) -> Any:
    """How many rows have a better merit than `key`: whole steps from the marks, the rest counted."""
    key = bindparam("key", type_=Merit)
    counted = select(func.count()).select_from(BoardRow.__table__).where(_rows(shape), B.merit > key)
    if shape[1]:
        return counted.scalar_subquery()
    mark: Any = BoardMark.__table__.alias().c
    above = and_(mark.contest_id == bindparam("contest"), mark.scope == bindparam("division"), mark.floor > key)
    steps = select(func.coalesce(func.sum(mark.people), 0)).where(above).scalar_subquery()
    floor = select(mark.floor).where(above).order_by(mark.floor).limit(1).scalar_subquery()
    return steps + counted.where(B.merit < func.coalesce(floor, ABOVE_ALL)).scalar_subquery()


def is_hidden(contest: Running) -> bool:
    return contest.rules.board.people is Board.HIDDEN or contest.rules.entry.minors


def _scope(session: Session, contest: Running, division: str, unit: str) -> Scope:
    under = find_unit(session, unit) if unit else None
    if division and division not in {known.code for known in contest.rules.divisions}:
        raise NotFound("没有这个组别")
    return Scope(contest.id, division, under)


def leaderboard(
    session: Session, contest: Running, now: int, *,
    division: str = "", unit: str = "", after: str = "", at: int = 1, limit: int = 50,
) -> BoardPage:  # fmt: skip
    """A page of the leaderboard: what follows a cursor, or from line `at` on.

    Raises Invalid for a broken cursor, NotFound for a unit or division.
    """
    if is_hidden(contest):
        return BoardPage(now, False, True, [], 1, None)
    scope = _scope(session, contest, division, unit)
    limit = max(1, min(limit, 100))
    query = (_after(scope, after) if after else _from(session, scope, at)).limit(limit + 1)
    rows = session.execute(query, scope.given).all()
    better, tied = _before(session, scope, rows[0]) if rows and (after or at > 1) else (0, 0)
    dense = contest.rules.board.dense
    first = 1 + (_keys_above(session, scope, rows[0].merit) if dense and better else better)
    listed = [
        Ranked(row.entry_id, place, shared, masked(row.name), row.unit, row.points, row.time_ms, row.sittings)
        for row, (place, shared) in zip(rows, places((row.merit for row in rows), first, tied, dense=dense), strict=True)
    ][:limit]
    more = f"{rows[limit - 1].merit.hex()}.{rows[limit - 1].entry_id}" if len(rows) > limit else None
    frozen = boards.frozen_at(contest, now) is not None
    return BoardPage(boards.as_of(session, contest, now), frozen, False, listed, better + tied + 1, more)


def _keys_above(session: Session, scope: Scope, key: bytes, but: str | None = None) -> int:
    """How many different merits are better, where places are dense (1 2 2 3); `but` is an entry that is left out."""
    better = select(func.count(B.merit.distinct())).where(_rows(scope.shape), B.merit > bindparam("key", type_=Merit))
    better = better if but is None else better.where(B.entry_id != but)
    return session.scalar(better, {**scope.given, "key": key}) or 0


def _named(scope: Scope) -> Any:
    return (
        select(B.entry_id, B.merit, B.points, B.time_ms, B.sittings, E.name, U.name.label("unit"))
        .select_from(BoardRow.__table__)
        .join(Entry.__table__, and_(E.contest_id == B.contest_id, E.id == B.entry_id))
        .outerjoin(Unit.__table__, U.id == B.unit_id)
        .where(_rows(scope.shape))
        .order_by(B.merit.desc(), B.entry_id)
    )


def _after(scope: Scope, after: str) -> Any:
    """The rows behind the one that a cursor names."""
    cursor = _CURSOR.match(after)
    if cursor is None:
        raise Invalid("翻页参数不对")
    key, entry_id = bytes.fromhex(cursor[1]), cursor[2]
    return _named(scope).where(B.merit <= key, or_(B.merit < key, B.entry_id > entry_id))


def _from(session: Session, scope: Scope, at: int) -> Any:
    """The rows from a line on: whole steps are passed by the marks."""
    passed, below = 0, ABOVE_ALL
    if at > 1 and scope.under is None:
        mine = and_(M.contest_id == scope.contest_id, M.scope == scope.division)
        for floor, people in session.execute(select(M.floor, M.people).where(mine).order_by(M.floor.desc())):
            if passed + people >= at:
                break
            passed, below = passed + people, floor
    return _named(scope).where(B.merit < below).offset(max(at, 1) - 1 - passed)


def _before(session: Session, scope: Scope, row: Any) -> tuple[int, int]:
    """How many rows are better than this one, and how many before it share its place."""
    better, tied = session.execute(_earlier(scope.shape), {**scope.given, "key": row.merit, "entry": row.entry_id}).one()
    return better, tied


@cache
def _earlier(shape: tuple[bool, bool]) -> Any:
    same = select(func.count()).select_from(BoardRow.__table__).where(_rows(shape), B.merit == bindparam("key", type_=Merit), B.entry_id < ENTRY)
    return select(_better(shape), same.scalar_subquery())


def my_row(
    session: Session, contest: Running, account_id: str, now: int, *, division: str = "", unit: str = ""
) -> Ranked | None:
    """One's own line, its place counted among the others of the snapshot; None where boards are hidden or one has no standing.

    What one has just handed in counts at once, except during a freeze.
    """
    if is_hidden(contest):
        return None
    scope = _scope(session, contest, division, unit)
    mine = _mine(session, contest, account_id, boards.frozen_at(contest, now) is not None)
    if mine is None or (division and mine.division != division):
        return None
    if scope.under is not None and not (mine.path or "").startswith(scope.under.path):
        return None
    return _placed(session, contest, scope, mine)


def my_place(session: Session, contest: Running, account_id: str, division: str, now: int) -> tuple[int, bool, int] | None:
    """(place, shared, of how many) of somebody in a division; None where boards are hidden or there is no standing."""
    mine = None if is_hidden(contest) else _mine(session, contest, account_id, boards.frozen_at(contest, now) is not None)
    if mine is None:
        return None
    row = _placed(session, contest, Scope(contest.id, division, None), mine)
    count = select(func.coalesce(func.sum(M.people), 0)).where(M.contest_id == contest.id, M.scope == division)
    people: int = session.scalar(count) or 0
    return row.place, row.shared, people + (mine.shown_merit is None)


def _placed(session: Session, contest: Running, scope: Scope, mine: Any) -> Ranked:
    better, shared = session.execute(_others(scope.shape), {**scope.given, "key": mine.merit, "entry": mine.entry_id}).one()
    if mine.shown_merit is not None and mine.shown_merit > mine.merit:
        better -= 1  # the row of mine that the snapshot still holds
    if contest.rules.board.dense:
        better = _keys_above(session, scope, mine.merit, mine.entry_id)
    is_new = mine.shown_merit != mine.merit
    return Ranked(
        mine.entry_id, better + 1, bool(shared), masked(mine.name), mine.unit, mine.points, mine.time_ms, mine.sittings, is_new
    )


@cache
def _others(shape: tuple[bool, bool]) -> Any:
    """How many are better, and whether another has the same merit."""
    equal = select(B.entry_id).where(_rows(shape), B.merit == bindparam("key", type_=Merit), B.entry_id != ENTRY)
    return select(_better(shape), equal.exists())


def _mine(session: Session, contest: Running, account_id: str, frozen: bool) -> Any:
    """What counts for somebody now, or stands on the frozen board; `shown_merit` is that of the snapshot."""
    mine = session.execute(_own(frozen), {"contest": contest.id, "account": account_id}).one_or_none()
    if mine is None or frozen or not contest.rules.board.each_stage:
        return mine
    standing = my_standing(session, contest, mine.entry_id)
    return mine if standing and standing.stage == stage_shown(session, contest) else None


@cache
def _own(frozen: bool) -> Any:
    source: Any = (BoardRow if frozen else Standing).__table__
    board: Any = BoardRow.__table__.alias()
    own, shown = source.c, board.c
    return (
        select(
            E.id.label("entry_id"), E.name, U.name.label("unit"), U.path, own.division, own.points, own.time_ms,
            own.sittings, own.merit, shown.merit.label("shown_merit"),
        )
        .select_from(Entry.__table__)
        .join(source, and_(own.contest_id == E.contest_id, own.entry_id == E.id))
        .outerjoin(board, and_(shown.contest_id == E.contest_id, shown.entry_id == E.id))
        .outerjoin(Unit.__table__, U.id == own.unit_id)
        .where(E.contest_id == bindparam("contest"), E.account_id == bindparam("account"))
    )  # fmt: skip


def my_standing(session: Session, contest: Running, entry_id: str) -> Standing | None:
    """What counts for an entry now."""
    return session.get(Standing, (contest.id, entry_id))
