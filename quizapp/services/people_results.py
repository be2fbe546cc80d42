"""People with their places, row by row however many there are: now from the standings, of a past moment from the sittings."""

from collections.abc import Iterator
from itertools import groupby, tee
from operator import itemgetter
from struct import Struct
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing
from quizapp.rules.counting import Standing as Folded
from quizapp.rules.counting import latest
from quizapp.rules.ranking import places
from quizapp.services.contests import Running
from quizapp.services.counted import finished_query, folding, made_of, merit_of, stage_shown
from quizapp.services.results import PersonResult

AT_ONCE = 1000  # rows that are fetched together
_PACKED = Struct(">16sqqqqqq")  # the entry's id, unit (0 is none), points, time, end, sittings, valid
_COMPLEMENT = bytes(reversed(range(256)))

_MERIT = itemgetter(-1)
S: Any = Standing.__table__.c
E: Any = Entry.__table__.c
U: Any = Unit.__table__.c

Row = tuple[Any, ...]
"""The fields of PersonResult without the place: they follow each other best first."""


class PeoplePage(NamedTuple):
    """Some rows of a list; the whole list has `people` with `sittings`."""

    rows: list[PersonResult]
    people: int
    sittings: int


def people(
    session: Session, contest: Running, *, as_of: int | None = None, division: str = "", under: Unit | None = None,
    search: str = "",
) -> Iterator[PersonResult]:  # fmt: skip
    """Everybody with a standing, best first; places are within the division and the subtree asked for.

    Of a search (in names and units) only what is found comes, with the places of the whole list. The session holds one
    snapshot (`Database.replica`): rows are fetched while they are used.
    """
    rows = _now(session, contest, division, under) if as_of is None else _then(session, contest, as_of, division, under)
    listed, keys = tee(rows)
    placed = zip(places(map(_MERIT, keys), dense=contest.rules.board.dense), listed, strict=True)
    found = (PersonResult._make((*place, *row)) for place, row in placed)
    if not search:
        return found
    words = search.casefold()
    return (row for row in found if words in row.name.casefold() or words in (row.unit_name or "").casefold())


def page_of_people(
    session: Session, contest: Running, start: int, size: int, *,
    as_of: int | None = None, division: str = "", under: Unit | None = None, search: str = "",
) -> PeoplePage:  # fmt: skip
    """`size` rows of the list from the `start`-th on, and how much the whole list holds."""
    if as_of is None and not search:
        return _page_now(session, contest, start, size, division, under)
    kept, count, sittings = [], 0, 0
    for row in people(session, contest, as_of=as_of, division=division, under=under, search=search):
        if start <= count < start + size:
            kept.append(row)
        count += 1
        sittings += row.sittings
    return PeoplePage(kept, count, sittings)


def most_people(
    session: Session, contest: Running, *, as_of: int | None = None, division: str = "", under: Unit | None = None
) -> int:
    """How many rows the list has, at most where it is of a past moment, without reading it."""
    if as_of is None:
        return _count(session, _standings(session, contest, division, under))[0]
    query = finished_query(session, contest, as_of).with_only_columns(Sitting.entry_id).distinct()
    if division:
        query = query.where(Entry.division == division)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _standings(session: Session, contest: Running, division: str, under: Unit | None) -> Any:
    query = (
        select(
            S.entry_id, E.name, E.phone, U.code, U.name, S.division, S.points, S.time_ms, S.finished_at, S.sittings, S.valid, S.merit,
        )
        .select_from(S.entry_id.table)
        .join(E.id.table, and_(E.contest_id == S.contest_id, E.id == S.entry_id))
        .outerjoin(U.id.table, U.id == S.unit_id)
        .where(S.contest_id == contest.id, E.counts)
    )  # fmt: skip
    if contest.rules.board.each_stage:
        query = query.where(S.stage == stage_shown(session, contest))
    if division:
        query = query.where(S.division == division)
    return query if under is None else query.where(U.path.startswith(under.path, autoescape=True))


def _count(session: Session, query: Any) -> tuple[int, int]:
    people, sittings = session.execute(query.with_only_columns(func.count(), func.sum(S.sittings))).one()
    return people, int(sittings or 0)


def _now(session: Session, contest: Running, division: str, under: Unit | None) -> Iterator[Row]:
    query = _standings(session, contest, division, under).order_by(S.merit.desc(), S.entry_id)
    with session.execute(query, execution_options={"yield_per": AT_ONCE}) as found:  # closes it when nobody wants the rest
        for rows in found.partitions():
            yield from rows


def _page_now(
    session: Session, contest: Running, start: int, size: int, division: str, under: Unit | None
) -> PeoplePage:
    query = _standings(session, contest, division, under)
    ordered = query.order_by(S.merit.desc(), S.entry_id)
    rows = session.execute(ordered.offset(start).limit(size + 1)).all()
    before = query.where(S.merit > rows[0].merit) if rows else query.where(False)
    better = _count(session, before)[0]
    dense = contest.rules.board.dense
    first = 1 + (
        session.scalar(before.with_only_columns(func.count(S.merit.distinct()))) or 0 if dense else better
    )
    placed = places((row.merit for row in rows), first, start - better, dense=dense)
    listed = [PersonResult(place, shared, *row) for row, (place, shared) in zip(rows, placed, strict=True)]
    return PeoplePage(listed[:size], *_count(session, query))


def _then(session: Session, contest: Running, as_of: int, division: str, under: Unit | None) -> Iterator[Row]:
    """All sittings up to the moment are folded; of each person stays one string of about a hundred bytes that sorts by place."""
    width = len(merit_of(contest, "", Folded(0, 0, 0, 0)))
    packed = sorted(_packed(session, contest, as_of, division, under))
    for start in range(0, len(packed), AT_ONCE):
        chunk = packed[start : start + AT_ONCE]
        people = [(line[:width].translate(_COMPLEMENT), *_PACKED.unpack_from(line, width)) for line in chunk]
        yield from _named(session, contest, people)


def _packed(session: Session, contest: Running, as_of: int, division: str, under: Unit | None) -> Iterator[bytes]:
    query = finished_query(session, contest, as_of).order_by(Sitting.entry_id)
    if division:
        query = query.where(Entry.division == division)
    within = None
    if under is not None:
        within = set(session.scalars(select(Unit.id).where(Unit.path.startswith(under.path, autoescape=True))))
    fold = folding(contest.rules)
    rows = session.execute(query, execution_options={"yield_per": AT_ONCE})
    for entry_id, made in groupby(rows, itemgetter(0)):
        sittings = [made_of(row[1:]) for row in made]
        unit = max(sittings, key=latest).unit_id
        if within is None or unit in within:
            found = fold(sittings)
            facts = (
                UUID(entry_id).bytes,
                unit or 0,
                found.points,
                found.time_ms,
                found.finished_at,
                found.sittings,
                found.valid,
            )
            yield merit_of(contest, entry_id, found).translate(_COMPLEMENT) + _PACKED.pack(*facts)


def _named(session: Session, contest: Running, people: list[Row]) -> Iterator[Row]:
    """The same people with what the tables say of them now."""
    ids = [str(UUID(bytes=person[1])) for person in people]
    query = select(Entry.id, Entry.name, Entry.phone, Entry.division)
    entries = {row[0]: row for row in session.execute(query.where(Entry.contest_id == contest.id, Entry.id.in_(ids)))}
    asked = select(Unit.id, Unit.code, Unit.name).where(Unit.id.in_({person[2] for person in people}))
    units = {row[0]: row[1:] for row in session.execute(asked)}
    for entry_id, (key, _, unit, *numbers) in zip(ids, people, strict=True):
        _, name, phone, division = entries[entry_id]
        yield entry_id, name, phone, *units.get(unit, (None, None)), division, *numbers, key
