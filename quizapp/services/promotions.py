"""Who goes on to the next stage of a contest: found once when a stage is over, and written down."""

from collections import defaultdict
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.records import Promoted
from quizapp.models.sittings import Sitting
from quizapp.rules.commendations import Candidate, promoted
from quizapp.rules.contests import Stage
from quizapp.rules.stages import at_stage, stages_of
from quizapp.services.audit import CLI, record
from quizapp.services.contests import Running
from quizapp.services.counted import MADE, folding, made_of, merit_of


def due(session: Session, contest: Running, now: int) -> list[Stage]:
    """Stages that are over, whose best go on, and for which nobody is written down yet; none while a sitting of it still runs."""
    found = []
    for stage in stages_of(contest.rules):
        if stage.promote is None or at_stage(contest.rules, stage).closes_at >= now:
            continue
        written = select(func.count()).where(Promoted.contest_id == contest.id, Promoted.stage == stage.code)
        running = select(func.count()).where(
            Sitting.contest_id == contest.id, Sitting.track == stage.code, Sitting.state == "open"
        )
        if not session.scalar(written) and not session.scalar(running):
            found.append(stage)
    return found


def promote(session: Session, contest: Running, stage: Stage, now: int) -> int:
    """Write down who goes on from a stage that is over: the best of everybody, of each division or of each unit of a kind;
    ties at the line go on together. Returns how many."""
    assert stage.promote is not None
    rule, kind = stage.promote, stage.promote.per_unit
    candidates = [
        Candidate(entry_id, key, division=division, above=_above(session, kind, path))
        for entry_id, key, division, path in _ranked(session, contest, stage)
    ]
    chosen = promoted(candidates, rule.best, rule.share, rule.per, kind)
    if chosen:
        rows_of = [{"contest_id": contest.id, "stage": stage.code, "entry_id": entry_id, "at": now} for entry_id in chosen]
        session.execute(insert(Promoted), rows_of)
        record(session, CLI, "contest.promote", f"{contest.rules.slug}/{stage.code}", now, people=len(chosen))
    return len(chosen)


def _ranked(session: Session, contest: Running, stage: Stage) -> list[tuple[str, bytes, str, str]]:
    """(entry, merit in this stage alone, its division, the path of its unit) of everybody with a valid sitting."""
    query: Any = (
        select(Sitting.entry_id, Entry.division, Unit.path, *MADE)
        .join(Entry, (Entry.contest_id == Sitting.contest_id) & (Entry.id == Sitting.entry_id))
        .outerjoin(Unit, Unit.id == Sitting.unit_id)
        .where(Sitting.contest_id == contest.id, Sitting.track == stage.code, Sitting.state == "handed_in", Entry.counts)
        .order_by(Sitting.finished_at)
    )
    made: dict[str, list[Any]] = defaultdict(list)
    places: dict[str, tuple[str, str]] = {}
    for entry_id, division, path, *columns in session.execute(query):
        made[entry_id].append(made_of(columns))
        places[entry_id] = division, path or ""
    fold = folding(contest.rules)
    standings = {entry_id: fold(sittings) for entry_id, sittings in made.items()}
    return [(entry_id, merit_of(contest, entry_id, of), *places[entry_id]) for entry_id, of in standings.items() if of.valid]


def _above(session: Session, kind: str, path: str) -> str | None:
    """The unit of that kind on the line to the top; None where there is none, or where everybody is one list."""
    if not kind:
        return None
    line = [int(part) for part in path.strip("/").split("/") if part]
    return session.scalar(select(Unit.code).where(Unit.id.in_(line), Unit.kind == kind).order_by(func.length(Unit.path).desc()).limit(1))
