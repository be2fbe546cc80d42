"""Finished sittings that count, as the rules take them: which tracks, which stage, which columns; and the key of an entry."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from quizapp.models.contests import Entry
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing as Row
from quizapp.rules.aggregation import Fold
from quizapp.rules.attempts import COUNTED, stage_of
from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Combine, Finished, Standing, Tie, standing
from quizapp.rules.ranking import lot, merit
from quizapp.rules.stages import counted, stages_of
from quizapp.services.contests import Running


def folding(rules: ContestRules) -> Fold:
    """How sittings of one entry become its standing."""
    return partial(standing, counting=rules.counting, ties=rules.ties, pass_points=rules.pass_points)


def merit_of(contest: Running, entry_id: str, found: Standing) -> bytes:
    """The key that an entry is ranked by."""
    rules = contest.rules
    drawn = lot(contest.seed, entry_id) if Tie.LOT in rules.ties and entry_id else 0
    return merit(found, rules.ties, drawn, means=rules.counting.combine is Combine.MEAN)


S: Any = Sitting.__table__.c
MADE = (
    S.points, S.time_ms, S.finished_at, S.day, S.attempt_no, S.unit_id, S.track, S.valid, S.sub_points, S.right, S.total, S.of,
)  # fmt: skip


def made_of(columns: Sequence[Any]) -> Finished:
    """The columns of `MADE` as the rules take them."""
    points, time_ms, finished_at, day, attempt_no, unit_id, track, valid, sub_points, right, total, of = columns
    stage = stage_of(track)
    return Finished(
        points,
        time_ms,
        finished_at,
        day,
        attempt_no,
        unit_id,
        stage,
        bool(valid),
        sub_points,
        right,
        total,
        points == of,
    )


def counting_tracks(rules: ContestRules) -> list[str]:
    """The tracks whose sittings make standings."""
    return [stage.code for stage in stages_of(rules) if stage.counts] or [COUNTED]


def stage_shown(session: Session, contest: Running, as_of: int | None = None) -> str:
    """The stage that standings are of, where each is ranked apart: the newest in which anybody had handed in."""
    if not contest.rules.board.each_stage:
        return ""
    if as_of is None:
        known = select(Row.stage).where(Row.contest_id == contest.id)
    else:
        known = (
            select(Sitting.track)
            .join(Entry, and_(Entry.contest_id == Sitting.contest_id, Entry.id == Sitting.entry_id))
            .where(Sitting.contest_id == contest.id, Sitting.state == "handed_in", Sitting.finished_at <= as_of, Entry.counts)
        )
    codes = set(session.scalars(known.distinct()))
    stages = reversed(stages_of(contest.rules))
    return next((stage.code for stage in stages if stage.counts and stage.code in codes), "")


def finished_query(session: Session, contest: Running, as_of: int | None = None) -> Any:
    """Sittings that count, those finished by `as_of` only: the entry, then the columns of `MADE`. Where each stage is ranked
    apart, of a past moment only those of its stage."""
    each_stage = contest.rules.board.each_stage and as_of is not None
    tracks = [stage_shown(session, contest, as_of)] if each_stage else counting_tracks(contest.rules)
    query = (
        select(Sitting.entry_id, *MADE)
        .join(Entry, and_(Entry.contest_id == Sitting.contest_id, Entry.id == Sitting.entry_id))
        .where(Sitting.contest_id == contest.id, Sitting.track.in_(tracks), Sitting.state == "handed_in", Entry.counts)
    )
    return query if as_of is None else query.where(Sitting.finished_at <= as_of)


def finished(session: Session, contest: Running, as_of: int | None, entries: Any = None) -> dict[str, list[Finished]]:
    """Counted sittings by entry, those finished by `as_of` only."""
    query = finished_query(session, contest, as_of)
    if entries is not None:
        query = query.where(Sitting.entry_id.in_(entries))
    found: dict[str, list[Finished]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(made_of(row[1:]))
    return {entry: counted(contest.rules, made) for entry, made in found.items()}
