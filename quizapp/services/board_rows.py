"""People on the boards: their rows brought up to date, and the marks by which a place is found without counting everybody."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, and_, cast, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from quizapp.models.base import insert_into
from quizapp.models.boards import BoardMark, BoardRow
from quizapp.models.standings import Standing
from quizapp.rules.counting import latest
from quizapp.services import counted
from quizapp.services.contests import Running

MANY = 10_000  # more changes than this are copied by the database in one go
STEP = 1_000  # people between two marks, when they are cut

S: Any = Standing.__table__.c
B: Any = BoardRow.__table__.c
M: Any = BoardMark.__table__.c
SHOWN = ("division", "unit_id", "points", "time_ms", "sittings", "merit")


@dataclass(frozen=True, slots=True)
class Move:
    """A row that changes: division and merit as they are on the board, and as they will be; None where there is no row."""

    old: tuple[str, bytes] | None
    new: tuple[str, bytes] | None


def refresh(session: Session, contest: Running, since: int, moment: int | None) -> Any:
    """Bring the rows up to date with what changed from `since` on, now or as of a past moment.

    Returns the entries that changed, listed; where they are too many, a selection that holds them.
    """
    if moment is not None:
        return _refresh_as_of(session, contest, since, moment)
    _drop_other_stages(session, contest)
    rows = session.execute(_differences(session, contest, since).limit(MANY + 1)).all()
    if len(rows) > MANY:
        names = ["contest_id", "entry_id", *SHOWN]
        copied = insert_into(session, BoardRow).from_select(
            names, _differences(session, contest, since).with_only_columns(*(S[n] for n in names))
        )
        session.execute(_replacing(copied))
        cut_marks(session, contest)
        return touched_since(contest, since)
    _write(session, contest, [{name: getattr(row, name) for name in ("entry_id", *SHOWN)} for row in rows])
    _move_marks(session, contest, [Move(_was(row), (row.division, row.merit)) for row in rows])
    return [row.entry_id for row in rows]


def touched_since(contest: Running, since: int) -> Any:
    """Whose standing changed from `since` on."""
    return select(S.entry_id).where(S.contest_id == contest.id, S.changed_at >= since)


def _drop_other_stages(session: Session, contest: Running) -> None:
    """Where each stage is ranked apart, the board begins anew with the first hand-in of a stage."""
    if not contest.rules.board.each_stage:
        return
    shown = select(S.entry_id).where(S.contest_id == contest.id, S.stage == counted.stage_shown(session, contest))
    gone = session.execute(
        delete(BoardRow).where(B.contest_id == contest.id, B.entry_id.not_in(shown)).returning(B.entry_id)
    ).first()
    if gone is not None:
        cut_marks(session, contest)


def _differences(session: Session, contest: Running, since: int) -> Any:
    """Standings changed from `since` on that the board shows otherwise or not at all."""
    staged = [S.stage == counted.stage_shown(session, contest)] if contest.rules.board.each_stage else []
    return (
        select(
            *(S[name] for name in ("entry_id", *SHOWN)), B.division.label("old_division"), B.merit.label("old_merit")
        )
        .select_from(Standing)
        .outerjoin(BoardRow, and_(B.contest_id == S.contest_id, B.entry_id == S.entry_id))
        .where(S.contest_id == contest.id, S.changed_at >= since, *staged)
        .where(or_(B.entry_id.is_(None), *(B[name].is_distinct_from(S[name]) for name in SHOWN)))
    )


def _was(row: Any) -> tuple[str, bytes] | None:
    return None if row.old_merit is None else (row.old_division, row.old_merit)


def _replacing(statement: Any) -> Any:
    return statement.on_conflict_do_update(
        index_elements=["contest_id", "entry_id"], set_={name: statement.excluded[name] for name in SHOWN}
    )


def _write(session: Session, contest: Running, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.execute(_replacing(insert_into(session, BoardRow)), [{"contest_id": contest.id, **row} for row in rows])


def _refresh_as_of(session: Session, contest: Running, since: int, moment: int) -> list[str]:
    """The same where the board stands still: whoever handed in since then is shown as of that moment."""
    touched = touched_since(contest, since)
    made = counted.finished(session, contest, moment, touched)
    known = {
        row.entry_id: row
        for row in session.execute(select(B).where(B.contest_id == contest.id, B.entry_id.in_(touched)))
    }
    rows = [
        row
        for row in _folded(session, contest, touched, made)
        if any(row[n] != getattr(known.get(row["entry_id"]), n, None) for n in SHOWN)
    ]
    gone = [entry_id for entry_id in known if entry_id not in made]
    _write(session, contest, rows)
    for some in range(0, len(gone), MANY):
        session.execute(delete(BoardRow).where(B.contest_id == contest.id, B.entry_id.in_(gone[some : some + MANY])))
    if len(rows) + len(gone) > MANY:
        cut_marks(session, contest)
    else:
        was = {entry_id: (row.division, row.merit) for entry_id, row in known.items()}
        moves = [Move(was.get(row["entry_id"]), (row["division"], row["merit"])) for row in rows]
        _move_marks(session, contest, [*moves, *(Move(was[entry_id], None) for entry_id in gone)])
    return [*(row["entry_id"] for row in rows), *gone]


def _folded(session: Session, contest: Running, touched: Any, made: Any) -> Iterable[dict[str, Any]]:
    fold = counted.folding(contest.rules)
    for entry_id, division in session.execute(
        select(S.entry_id, S.division).where(S.contest_id == contest.id, S.entry_id.in_(touched))
    ):
        if entry_id not in made:
            continue
        standing = fold(made[entry_id])
        yield {
            "entry_id": entry_id,
            "division": division,
            "unit_id": max(made[entry_id], key=latest).unit_id,
            "points": standing.points,
            "time_ms": standing.time_ms,
            "sittings": standing.sittings,
            "merit": counted.merit_of(contest, entry_id, standing),
        }


def _move_marks(session: Session, contest: Running, moves: Sequence[Move]) -> None:
    """Count every changed row out of where it was and into where it is."""
    steps: dict[str, list[tuple[bytes, int]]] = defaultdict(list)
    for move in moves:
        for place, step in ((move.old, -1), (move.new, 1)):
            for scope in {"", place[0]} if place else ():
                steps[scope].append((place[1] if place else b"", step))
    for scope, changes in steps.items():
        if not _count_marks(session, contest, scope, changes):
            cut_marks(session, contest, [scope])


def _count_marks(session: Session, contest: Running, scope: str, changes: Iterable[tuple[bytes, int]]) -> bool:
    """False where there are no marks, or too many people between two of them."""
    mine = and_(M.contest_id == contest.id, M.scope == scope)
    marks = session.execute(select(M.floor, M.people, M.built).where(mine).order_by(M.floor)).all()
    if not marks:
        return False
    floors, people = [mark.floor for mark in marks], [mark.people for mark in marks]
    for key, step in changes:
        people[bisect_right(floors, key) - 1] += step
    if any(now > mark.built + STEP for now, mark in zip(people, marks, strict=True)):
        return False
    for mark, now in zip(marks, people, strict=True):
        if now != mark.people:
            session.execute(update(BoardMark).where(mine, M.floor == mark.floor).values(people=now))
    return True


def cut_marks(session: Session, contest: Running, scopes: Iterable[str] | None = None) -> None:
    """Cut the marks of a board anew, every `STEP` people but never inside a tie."""
    for scope in {"", *(division.code for division in contest.rules.divisions)} if scopes is None else scopes:
        session.execute(delete(BoardMark).where(M.contest_id == contest.id, M.scope == scope))
        before, marks = 0, []
        for floor, upto in session.execute(_cuts(contest, scope)):
            marks.append({"floor": floor, "people": upto - before, "built": upto - before})
            before = upto
        marks = marks or [{"people": 0, "built": 0}]
        marks[-1]["floor"] = b""
        session.execute(insert(BoardMark), [{"contest_id": contest.id, "scope": scope, **mark} for mark in marks])


def _cuts(contest: Running, scope: str) -> Any:
    """(lowest merit, how many have it or better) of every step, the best first."""
    rows = select(B.merit, func.count().label("people")).where(B.contest_id == contest.id)
    one = (rows.where(B.division == scope) if scope else rows).group_by(B.merit).subquery()
    upto = cast(func.sum(one.c.people).over(order_by=one.c.merit.desc()), BigInteger)
    counted = select(one.c.merit, upto.label("upto"), ((upto - one.c.people) // STEP).label("step")).subquery()
    following = func.lead(counted.c.step).over(order_by=counted.c.merit.desc()).label("following")
    stepped = select(counted, following).subquery()
    last = or_(stepped.c.following.is_(None), stepped.c.following != stepped.c.step)
    return select(stepped.c.merit, stepped.c.upto).where(last).order_by(stepped.c.merit.desc())
