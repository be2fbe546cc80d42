"""What each entry adds to units, kept so that the figures of any subtree are plain sums."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quizapp.models.base import INSERTS, upsert
from quizapp.models.contests import Entry, EntryMove
from quizapp.models.organisations import Unit
from quizapp.models.standings import UnitShare
from quizapp.rules.aggregation import Parents, shares
from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Finished
from quizapp.services import counted
from quizapp.services.contests import contest_by_id

_SHARE = {engine: upsert(engine, UnitShare) for engine in INSERTS}


def write_shares(
    session: Session, contest_id: int, entry_id: str, sittings: Sequence[Finished], rules: ContestRules
) -> None:
    """Write down what all finished sittings of an entry that count add, under the entry's lock."""
    units = {sitting.unit_id for sitting in sittings if sitting.unit_id is not None}
    added = shares(sittings, parents_of(session, units) if len(units) > 1 else {}, counted.folding(rules))
    if len(units) > 1 or rules.board.each_stage:  # lines may have met elsewhere before, or it was another stage
        session.execute(delete(UnitShare).where(UnitShare.contest_id == contest_id, UnitShare.entry_id == entry_id))
    for unit, figures in added.items():
        share = {"contest_id": contest_id, "entry_id": entry_id, "unit_id": unit}
        values = asdict(figures) | {"stage": sittings[0].stage if rules.board.each_stage else ""}
        session.execute(_SHARE[session.get_bind().dialect.name], share | values)


def parents_of(session: Session, units: Iterable[int]) -> Parents:
    """The lines from these units up to the top."""
    parents: dict[int, int | None] = {}
    for path in session.scalars(select(Unit.path).where(Unit.id.in_(units))):
        line = [int(part) for part in path.strip("/").split("/")]
        parents |= dict(zip(line, [None, *line], strict=False))
    return parents


def renew_shares(session: Session) -> None:
    """After units got other parents: lines meet elsewhere for everybody who sat for several of them."""
    moved = (
        select(EntryMove.contest_id, EntryMove.entry_id).distinct().order_by(EntryMove.contest_id, EntryMove.entry_id)
    )
    for contest_id, entry_id in session.execute(moved).all():
        contest = contest_by_id(session, contest_id)
        session.execute(select(Entry.id).where(Entry.contest_id == contest_id, Entry.id == entry_id).with_for_update())
        made = counted.finished(session, contest, None, [entry_id]).get(entry_id)
        if made:
            write_shares(session, contest_id, entry_id, made, contest.rules)
