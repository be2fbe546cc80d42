"""The public leaderboard: people from their standings, live or as they were at the freeze."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from quizapp.errors import Invalid, NotFound
from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.standings import Standing
from quizapp.rules.contests import Board
from quizapp.rules.names import masked
from quizapp.rules.ranking import places
from quizapp.services import results
from quizapp.services.contests import Running
from quizapp.services.organisations import find_unit

_CURSOR = re.compile(r"((?:[0-9a-f]{2}){1,64})\.([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\Z")
REBUILD_AFTER = 3_000
SETTLED_AFTER = 60_000  # a transaction that began before the last rebuild may commit after it, but not a minute later


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line of a public leaderboard; the name is masked."""

    place: int
    shared: bool
    name: str
    unit: str | None
    points: int
    time_ms: int
    sittings: int
    mine: bool


@dataclass(frozen=True, slots=True)
class BoardPage:
    as_of: int
    frozen: bool
    hidden: bool
    rows: list[BoardRow]
    me: BoardRow | None
    next: str | None


def offset(after: str) -> int:
    """A cursor that is a count of rows; anything else is the beginning."""
    return int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0


def frozen_at(contest: Running, now: int) -> int | None:
    """The moment whose state the public sees, during a freeze; None while boards are live or the contest is over."""
    freeze = contest.rules.board.freeze_at
    return freeze if freeze is not None and freeze <= now <= contest.rules.closes_at else None


def leaderboard(
    session: Session, contest: Running, now: int, *,
    division: str = "", unit: str = "", after: str = "", limit: int = 50, account_id: str | None = None,
) -> BoardPage:  # fmt: skip
    """A page of the leaderboard, and one's own exact place. Raises Invalid for a broken cursor, NotFound for a unit."""
    limit = max(1, min(limit, 100))
    rules = contest.rules
    if rules.board.people is Board.HIDDEN or rules.entry.minors:
        return BoardPage(now, False, True, [], None, None)
    under = find_unit(session, unit) if unit else None
    if division and division not in {known.code for known in rules.divisions}:
        raise NotFound("没有这个组别")
    if (moment := frozen_at(contest, now)) is not None:
        everybody = _frozen(session, contest, moment, now, division, under)
        return _frozen_page(session, contest, moment, everybody, after, limit, account_id)
    base = _live_query(contest, division, under)
    rows, first, tied = _live_rows(session, base, after, limit)
    mine = _entry_id(session, contest, account_id)
    placed = list(places((row.merit for row in rows), first, tied))
    listed = [
        _row(place, shared, row, row.entry_id == mine) for row, (place, shared) in zip(rows, placed, strict=True)
    ][:limit]
    more = f"{rows[limit - 1].merit.hex()}.{rows[limit - 1].entry_id}" if len(rows) > limit else None
    return BoardPage(now, False, False, listed, _live_me(session, base, mine), more)


def _live_query(contest: Running, division: str, under: Unit | None) -> Any:
    query = (
        select(
            Standing.entry_id, Standing.merit, Standing.points, Standing.time_ms, Standing.sittings, Entry.name,
            Unit.name.label("unit"),
        )
        .join(Entry, and_(Entry.contest_id == Standing.contest_id, Entry.id == Standing.entry_id))
        .outerjoin(Unit, Unit.id == Standing.unit_id)
        .where(Standing.contest_id == contest.id)
    )  # fmt: skip
    if division:
        query = query.where(Standing.division == division)
    return query if under is None else query.where(Unit.path.startswith(under.path, autoescape=True))


def _live_rows(session: Session, base: Any, after: str, limit: int) -> tuple[list[Any], int, int]:
    """The rows of a page and one more, the place of the first, and how many before it share that place."""
    query = base.order_by(Standing.merit.desc(), Standing.entry_id).limit(limit + 1)
    if after:
        cursor = _CURSOR.match(after)
        if cursor is None:
            raise Invalid("翻页参数不对")
        key, entry_id = bytes.fromhex(cursor[1]), cursor[2]
        query = query.where(or_(Standing.merit < key, and_(Standing.merit == key, Standing.entry_id > entry_id)))
    rows = list(session.execute(query))
    if not (rows and after):
        return rows, 1, 0
    same = base.where(Standing.merit == rows[0].merit, Standing.entry_id < rows[0].entry_id)
    tied = session.scalar(select(func.count()).select_from(same.subquery())) or 0
    return rows, _place(session, base, rows[0].merit), tied


def _place(session: Session, base: Any, key: bytes) -> int:
    return 1 + (session.scalar(select(func.count()).select_from(base.where(Standing.merit > key).subquery())) or 0)


def _entry_id(session: Session, contest: Running, account_id: str | None) -> str | None:
    if account_id is None:
        return None
    return session.scalar(select(Entry.id).where(Entry.contest_id == contest.id, Entry.account_id == account_id))


def _live_me(session: Session, base: Any, entry_id: str | None) -> BoardRow | None:
    if entry_id is None:
        return None
    row = session.execute(base.where(Standing.entry_id == entry_id)).one_or_none()
    if row is None:
        return None
    equal = session.scalar(select(func.count()).select_from(base.where(Standing.merit == row.merit).subquery())) or 0
    return _row(_place(session, base, row.merit), equal > 1, row, True)


def _row(place: int, shared: bool, row: Any, mine: bool) -> BoardRow:
    return BoardRow(place, shared, masked(row.name), row.unit, row.points, row.time_ms, row.sittings, mine)


def my_place(session: Session, contest: Running, entry_id: str, division: str, now: int) -> tuple[int, bool, int] | None:
    """(place, shared, of how many) of an entry in its division now, or as of the freeze; None where boards are hidden."""
    if contest.rules.board.people is Board.HIDDEN or contest.rules.entry.minors:
        return None
    if (moment := frozen_at(contest, now)) is not None:
        rows = _frozen(session, contest, moment, now, division)
        found = next((row for row in rows if row.entry_id == entry_id), None)
        return (found.place, found.shared, len(rows)) if found else None
    base = _live_query(contest, division, None)
    me = _live_me(session, base, entry_id)
    total = session.scalar(select(func.count()).select_from(base.subquery())) or 0
    return (me.place, me.shared, total) if me else None


_frozen_boards: dict[tuple[str, int, tuple[int, int], str, int], list[results.PersonResult]] = {}


def settling(moment: int, now: int) -> tuple[int, int]:
    """A past moment as a key: what ended before it may still be written down for a minute, afterwards it never changes."""
    return moment, min(now - moment, SETTLED_AFTER) // REBUILD_AFTER


def _frozen(
    session: Session, contest: Running, moment: int, now: int, division: str = "", under: Unit | None = None
) -> list[results.PersonResult]:
    """The board as it stood when it was frozen, kept."""
    key = (str(session.get_bind().engine.url), contest.id, settling(moment, now), division, under.id if under else 0)
    if key not in _frozen_boards:
        if len(_frozen_boards) > 50:
            _frozen_boards.clear()
        _frozen_boards[key] = results.people(session, contest, as_of=moment, division=division, under=under)
    return _frozen_boards[key]


def _frozen_page(
    session: Session, contest: Running, moment: int, everybody: list[results.PersonResult], after: str, limit: int,
    account_id: str | None,
) -> BoardPage:  # fmt: skip
    mine = _entry_id(session, contest, account_id)
    start = offset(after)
    rows = [
        BoardRow(r.place, r.shared, masked(r.name), r.unit_name, r.points, r.time_ms, r.sittings, r.entry_id == mine)
        for r in everybody
    ]
    me = next((row for row in rows if row.mine), None)
    more = str(start + limit) if start + limit < len(rows) else None
    return BoardPage(moment, True, False, rows[start : start + limit], me, more)


def my_standing(session: Session, contest: Running, entry_id: str) -> Standing | None:
    """What counts for an entry now."""
    return session.get(Standing, (contest.id, entry_id))
