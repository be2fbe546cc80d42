"""The public leaderboard of people, read from the snapshot; one's own place is exact, whatever the number of people."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from quizapp.errors import Invalid, NotFound
from quizapp.models.boards import BoardMark, BoardRow
from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.standings import Standing
from quizapp.rules.contests import Board
from quizapp.rules.names import masked
from quizapp.rules.ranking import places
from quizapp.services import boards
from quizapp.services.contests import Running
from quizapp.services.organisations import find_unit

_CURSOR = re.compile(r"((?:[0-9a-f]{2}){1,64})\.([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\Z")
ABOVE_ALL = b"\xff"  # no merit begins like this
B: Any = BoardRow.__table__.c
M: Any = BoardMark.__table__.c


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

    def rows(self) -> Any:
        kept = [B.contest_id == self.contest_id]
        if self.division:
            kept.append(B.division == self.division)
        if self.under is not None:
            units = select(Unit.id).where(Unit.path.startswith(self.under.path, autoescape=True))
            kept.append(B.unit_id.in_(units))
        return and_(*kept)

    def better(self, key: Any) -> Any:
        """How many rows have a better merit, as a scalar subquery: whole steps from the marks, the rest counted."""
        counted = select(func.count()).select_from(BoardRow).where(self.rows(), B.merit > key)
        if self.under is not None:
            return counted.scalar_subquery()
        mark: Any = aliased(BoardMark)
        above = and_(mark.contest_id == self.contest_id, mark.scope == self.division, mark.floor > key)
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
    rows = session.execute((_after(scope, after) if after else _from(session, scope, at)).limit(limit + 1)).all()
    better, tied = _before(session, scope, rows[0]) if rows and (after or at > 1) else (0, 0)
    listed = [
        Ranked(row.entry_id, place, shared, masked(row.name), row.unit, row.points, row.time_ms, row.sittings)
        for row, (place, shared) in zip(rows, places((row.merit for row in rows), better + 1, tied), strict=True)
    ][:limit]
    more = f"{rows[limit - 1].merit.hex()}.{rows[limit - 1].entry_id}" if len(rows) > limit else None
    frozen = boards.frozen_at(contest, now) is not None
    return BoardPage(boards.as_of(session, contest, now), frozen, False, listed, better + tied + 1, more)


def _named(scope: Scope) -> Any:
    return (
        select(B.entry_id, B.merit, B.points, B.time_ms, B.sittings, Entry.name, Unit.name.label("unit"))
        .select_from(BoardRow)
        .join(Entry, and_(Entry.contest_id == B.contest_id, Entry.id == B.entry_id))
        .outerjoin(Unit, Unit.id == B.unit_id)
        .where(scope.rows())
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
    same = select(func.count()).select_from(BoardRow).where(scope.rows(), B.merit == row.merit, B.entry_id < row.entry_id)
    better, tied = session.execute(select(scope.better(row.merit), same.scalar_subquery())).one()
    return better, tied


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
    return _placed(session, scope, mine)


def my_place(session: Session, contest: Running, account_id: str, division: str, now: int) -> tuple[int, bool, int] | None:
    """(place, shared, of how many) of somebody in a division; None where boards are hidden or there is no standing."""
    mine = None if is_hidden(contest) else _mine(session, contest, account_id, boards.frozen_at(contest, now) is not None)
    if mine is None:
        return None
    row = _placed(session, Scope(contest.id, division, None), mine)
    count = select(func.coalesce(func.sum(M.people), 0)).where(M.contest_id == contest.id, M.scope == division)
    people: int = session.scalar(count) or 0
    return row.place, row.shared, people + (mine.shown_merit is None)


def _placed(session: Session, scope: Scope, mine: Any) -> Ranked:
    others = and_(scope.rows(), B.entry_id != mine.entry_id)
    equal = select(B.entry_id).where(others, B.merit == mine.merit).exists()
    better, shared = session.execute(select(scope.better(mine.merit), equal)).one()
    if mine.shown_merit is not None and mine.shown_merit > mine.merit:
        better -= 1  # the row of mine that the snapshot still holds
    return Ranked(mine.entry_id, better + 1, bool(shared), masked(mine.name), mine.unit, mine.points, mine.time_ms, mine.sittings)


def _mine(session: Session, contest: Running, account_id: str, frozen: bool) -> Any:
    """What counts for somebody now, or stands on the frozen board; `shown_merit` is that of the snapshot."""
    source: Any = BoardRow if frozen else Standing
    shown: Any = aliased(BoardRow)
    return session.execute(
        select(
            Entry.id.label("entry_id"), Entry.name, Unit.name.label("unit"), Unit.path, source.division, source.points,
            source.time_ms, source.sittings, source.merit, shown.merit.label("shown_merit"),
        )
        .join(source, and_(source.contest_id == Entry.contest_id, source.entry_id == Entry.id))
        .outerjoin(shown, and_(shown.contest_id == Entry.contest_id, shown.entry_id == Entry.id))
        .outerjoin(Unit, Unit.id == source.unit_id)
        .where(Entry.contest_id == contest.id, Entry.account_id == account_id)
    ).one_or_none()  # fmt: skip


def my_standing(session: Session, contest: Running, entry_id: str) -> Standing | None:
    """What counts for an entry now."""
    return session.get(Standing, (contest.id, entry_id))
