"""Which essays were handed in and how far each is: two blind marks, a difference, a decision. Who wrote them stays in here."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from quizapp.models.accounts import Account
from quizapp.models.contests import Entry
from quizapp.models.marking import EssayMark
from quizapp.models.sittings import Sitting
from quizapp.rules.essays import Given, Mark, Marked, State, Verdict, verdict
from quizapp.rules.items import Kind
from quizapp.rules.stages import blueprints
from quizapp.services import answers, banks, papers
from quizapp.services.accounts import LETTERS
from quizapp.services.contests import Running
from quizapp.services.counted import counting_tracks
from quizapp.services.kept import Kept
from quizapp.services.signed_in import A

S: Any = Sitting.__table__.c
E: Any = Entry.__table__.c
M: Any = EssayMark.__table__.c
AT_A_TIME = 500
Places = tuple[tuple[int, int], ...]
"""(place in the paper from 1, points of the item) of every essay that says anything."""
Coded = tuple[tuple[int, int, str], ...]
"""The same with their codes."""


@dataclass(frozen=True, slots=True)
class Essay:
    """One text to be marked; `code` is all that a marker is shown of whose it is."""

    sitting_id: str
    position: int
    points: int
    author: str
    code: str
    marks: tuple[Mark, ...]
    verdict: Verdict


def asks_essays(session: Session, contest: Running) -> bool:
    """Whether a paper of this contest can hold an essay."""
    items = banks.items_by_bank(session, contest.banks)
    lines = [line for _, blueprint in blueprints(contest.rules) for line in blueprint.draws if line.kind in (None, Kind.ESSAY)]
    return any(item.kind is Kind.ESSAY and line.matches(item) for line in lines for item in items.get(line.bank, ()))


def survey(session: Session, contest: Running) -> list[Essay]:
    """Every essay that is to be marked: of sittings that count, in the order of their codes, which is nobody's."""
    found = (
        select(S.id, S.account_id)
        .join(Entry.__table__, and_(E.contest_id == S.contest_id, E.id == S.entry_id))
        .where(
            S.contest_id == contest.id, S.state == "handed_in", S.track.in_(counting_tracks(contest.rules)), E.counts
        )
    )
    authors: dict[str, str] = {sitting_id: author for sitting_id, author in session.execute(found)}
    marks = _marks(session, contest)
    essays = [
        _essay(contest, sitting_id, position, points, authors[sitting_id], told, marks.get((sitting_id, position), ()))
        for sitting_id, coded in _coded(session, contest, list(authors))
        for position, points, told in coded
    ]
    return sorted(essays, key=lambda essay: essay.code)


def _essay(
    contest: Running, sitting_id: str, position: int, points: int, author: str, told: str, marks: Sequence[Mark]
) -> Essay:
    made = verdict(marks, points, contest.rules.scoring.marking.essay_gap)
    return Essay(sitting_id, position, points, author, told, tuple(marks), made)


def code(contest: Running, sitting_id: str, position: int) -> str:
    """The number of an essay, as K7QM-2XNP: always the same, and nobody can tell from it whose it is."""
    told = f"essay {sitting_id} {position}".encode()
    number = int.from_bytes(hmac.digest(contest.seed.encode(), told, hashlib.sha256)[:8], "big")
    letters = "".join(LETTERS[number // len(LETTERS) ** n % len(LETTERS)] for n in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _marks(session: Session, contest: Running, sitting_id: str | None = None) -> Mapping[tuple[str, int], list[Mark]]:
    """The marks of a contest, or of one sitting, by sitting and place."""
    query = select(M.sitting_id, M.position, M.turn, M.marker_id, M.points, M.taken_at).where(
        M.contest_id == contest.id
    )
    if sitting_id is not None:
        query = query.where(M.sitting_id == sitting_id)
    found: dict[tuple[str, int], list[Mark]] = defaultdict(list)
    for of, position, turn, marker, points, taken_at in session.execute(query.order_by(M.turn)):
        found[of, position].append(Mark(turn, marker, points, taken_at))
    return found


_kept: Kept[str, Coded] = Kept(100_000)
"""The essays of finished sittings, whose papers and answers never change."""


def _coded(session: Session, contest: Running, sittings: Sequence[str]) -> Iterator[tuple[str, Coded]]:
    missing = []
    for sitting_id in sittings:
        known = _kept.get(sitting_id)
        if known is None:
            missing.append(sitting_id)
        else:
            yield sitting_id, known
    for start in range(0, len(missing), AT_A_TIME):
        some = S.id.in_(missing[start : start + AT_A_TIME])
        for row in session.execute(select(S.id, S.paper, S.answers).where(S.contest_id == contest.id, some)):
            found = tuple(
                (at, points, code(contest, row.id, at)) for at, points in places(session, row.paper, row.answers)
            )
            _kept.put(row.id, found)
            yield row.id, found


def places(session: Session, stored: Mapping[str, Any], given: papers.Answers) -> Places:
    """The essays of a sitting; one that was left empty needs nobody."""
    items = banks.items_by_bank(session, stored["banks"])
    return tuple(
        (n, place.points)
        for n, place in enumerate(papers.thaw(stored["items"]), start=1)
        if items[place.bank][place.index].kind is Kind.ESSAY and answers.is_answered(given.get(str(n)))
    )


def waiting_places(session: Session, contest: Running, row: Mapping[str, Any]) -> set[int]:
    """The places of a finished sitting whose essays people have still to mark: as long as there are any its score is provisional.

    Nobody marks a practice, a guest's sitting or a trial.
    """
    found = places(session, row["paper"], row["answers"])
    if not found:
        return set()
    entry = select(E.counts).where(E.contest_id == contest.id, E.id == row["entry_id"])
    if row["track"] not in counting_tracks(contest.rules) or not session.scalar(entry):
        return set()
    essays = of_sitting(session, contest, row["id"], row["account_id"], found)
    return {essay.position for essay in essays if essay.verdict.state is not State.FINAL}


def of_sitting(session: Session, contest: Running, sitting_id: str, author: str, found: Places) -> list[Essay]:
    """The essays of one sitting at these places."""
    marks = _marks(session, contest, sitting_id)
    return [
        _essay(contest, sitting_id, at, points, author, code(contest, sitting_id, at), marks.get((sitting_id, at), ()))
        for at, points in found
    ]


def marked(session: Session, contest: Running) -> Iterator[Marked]:
    """Every essay with its marks, by code. What one has given stays hidden until the other has marked it too."""
    essays = survey(session, contest)
    given = _given(session, contest)
    for start in range(0, len(essays), AT_A_TIME):
        some = essays[start : start + AT_A_TIME]
        sittings = S.id.in_({essay.sitting_id for essay in some})
        query = select(S.id, S.paper, S.receipt).where(S.contest_id == contest.id, sittings)
        rows = {row.id: row for row in session.execute(query)}
        for essay in some:
            row = rows[essay.sitting_id]
            place = papers.thaw(row.paper["items"])[essay.position - 1]
            stem = banks.items_by_bank(session, row.paper["banks"])[place.bank][place.index].stem
            told = {} if essay.verdict.state is State.UNMARKED else given[essay.sitting_id, essay.position]
            receipt = row.receipt if essay.verdict.state is State.FINAL else ""
            yield Marked(essay.code, stem, essay.points, essay.verdict, told, receipt)


def _given(session: Session, contest: Running) -> Mapping[tuple[str, int], dict[int, Given]]:
    """What was given by turn, with the names of the markers."""
    query = (
        select(M.sitting_id, M.position, M.turn, A.name, M.points, M.note)
        .join(Account.__table__, A.id == M.marker_id)
        .where(M.contest_id == contest.id, M.points.is_not(None))
    )
    found: dict[tuple[str, int], dict[int, Given]] = defaultdict(dict)
    for sitting_id, position, turn, name, points, note in session.execute(query):
        found[sitting_id, position][turn] = Given(name, points, note)
    return found
