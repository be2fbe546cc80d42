"""The parts of a contest file as ContestRules."""

from collections.abc import Callable
from datetime import datetime

from quizapp.formats.contest import values
from quizapp.formats.contest.award_parts import CommendationPart, ConditionPart, PromotePart, QuotaPart
from quizapp.formats.contest.parts import (
    ClockPart,
    ContestPart,
    DivisionPart,
    EntryPart,
    PaperPart,
    SittingsPart,
    StagePart,
)
from quizapp.formats.contest.unit_parts import UnitsPart
from quizapp.rules.commendations import Commendation, Grade, Least, Per
from quizapp.rules.contests import (
    BoardRules,
    Clock,
    ContestRules,
    Division,
    EntryRules,
    Extra,
    Limits,
    Promotion,
    Stage,
)
from quizapp.rules.counting import Counting, Span
from quizapp.rules.marking import Marking
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.scoring import Condition, Scoring, Step, SubScore, Worth
from quizapp.rules.tickets import Prize, TicketRules
from quizapp.rules.units import Band, Steps, UnitRules

At = Callable[[datetime | None], int | None]


def rules_of(part: ContestPart) -> ContestRules:
    """Moments without an offset are read in the contest's zone; a paper or clock that only the stages have is the first stage's."""

    def at(moment: datetime | None) -> int | None:
        return None if moment is None else values.epoch_ms(moment, part.zone)

    closes_at = values.epoch_ms(part.closes_at, part.zone)
    last_start = at(part.last_start)
    return ContestRules(
        slug=part.contest,
        title=part.title,
        opens_at=values.epoch_ms(part.opens_at, part.zone),
        last_start=closes_at if last_start is None else last_start,
        closes_at=closes_at,
        blueprint=_blueprint(_paper(part)),
        clock=_clock(next(clock for clock in (part.clock, *(stage.clock for stage in part.stages)) if clock)),
        zone=part.zone,
        about=part.about,
        organiser=part.organiser,
        telephone=part.telephone,
        study=part.paper is not None and part.paper.study,
        limits=_limits(part.sittings),
        extra=Extra(part.extra.share, part.extra.invite),
        scoring=_scoring(part),
        counting=Counting(part.counts.take, part.counts.each, part.counts.most, part.counts.combine),
        ties=tuple(part.ties),
        pass_points=part.pass_,
        stages=tuple(_stage(stage, at) for stage in part.stages),
        cycle=None if part.cycle is None else Span(part.cycle),
        release_score=part.release.score,
        release_key=part.release.key,
        divisions=tuple(map(_division, part.divisions)),
        entry=_entry(part.entry),
        units=_units(part.units),
        board=_board(part, at),
        commendations=tuple(map(_commendation, part.commendations)),
        tickets=_tickets(part),
        prizes=tuple(Prize(one.title, one.count, one.each_stage, _condition(one.when)) for one in part.prizes),
    )


def _paper(part: ContestPart) -> PaperPart:
    """The contest's; where only the stages, or only the divisions, have papers, the first of them."""
    staged = [stage.paper for stage in part.stages]
    papers = staged if staged and all(staged) else [division.paper for division in part.divisions]
    return next(paper for paper in (part.paper, *papers) if paper)


def _blueprint(paper: PaperPart) -> PaperBlueprint:
    draws = tuple(Draw(d.bank, d.count, d.points, d.kind, d.topic, d.difficulty) for d in paper.draw)
    return PaperBlueprint(draws, paper.shuffle.items, paper.shuffle.choices)


def _clock(clock: ClockPart) -> Clock:
    return Clock(clock.paper, clock.item, clock.full_time, clock.grace)


def _limits(part: SittingsPart) -> Limits:
    return Limits(part.per_day, part.total, part.practice_per_day, part.retakes, part.cooldown)


def _condition(part: ConditionPart) -> Condition:
    return Condition(part.all_right, part.right, part.points, part.time, part.within)


def _scoring(part: ContestPart) -> Scoring:
    marking, worth, sub = part.marking, part.worth, part.sub_score
    return Scoring(
        Marking(
            marking.multiple, marking.per_right, marking.per_wrong, marking.unanswered, marking.wrong,
            marking.blank, marking.order, marking.match, marking.hotspot, marking.essay_gap, marking.short or 0,
        ),
        Worth(tuple(worth.streak), worth.all_right, tuple(Step(step.worth, _condition(step)) for step in worth.steps)),
        _condition(part.valid),
        None if sub is None else SubScore(sub.kind, sub.topic, sub.bank),
    )  # fmt: skip


def _division(part: DivisionPart) -> Division:
    blueprint = None if part.paper is None else _blueprint(part.paper)
    study = part.paper is not None and part.paper.study
    return Division(part.code, part.title, tuple(part.unit_kinds), blueprint, study)


def _stage(part: StagePart, at: At) -> Stage:
    return Stage(
        part.code, part.title, at(part.opens_at), at(part.last_start), at(part.closes_at),
        None if part.paper is None else _blueprint(part.paper),
        None if part.clock is None else _clock(part.clock),
        None if part.sittings is None else _limits(part.sittings),
        part.after.stage if part.after else "",
        part.after.points if part.after else 0,
        part.counts,
        _promotion(part.promote) if part.promote else None,
        part.paper is not None and part.paper.study,
        tuple(part.divisions),
    )  # fmt: skip


def _promotion(part: PromotePart) -> Promotion:
    return Promotion(part.best, part.per_unit, part.share, Per(part.per))


def _entry(part: EntryPart) -> EntryRules:
    return EntryRules(
        tuple(part.doors), tuple(part.units), part.unit_changes, part.change_within, part.minors, part.guests,
        tuple(part.ask), part.gate, part.check_in, part.room_code, part.choose_division,
    )  # fmt: skip


def _units(part: UnitsPart) -> UnitRules:
    steps, *further = (
        Steps(one.of, one.first, one.step, one.least, tuple(one.values), one.weight) for one in part.steps
    )
    return UnitRules(
        tuple(part.rank_by.items()), tuple(part.then), part.top, steps, part.bonus.most, part.shrink,
        part.min_people, part.min_rate, part.min_mean, part.hide_mean_below, tuple(further),
        tuple(Band(band.of, band.from_, band.points) for band in part.bands), part.bonus.least,
    )  # fmt: skip


def _board(part: ContestPart, at: At) -> BoardRules:
    board = part.board
    return BoardRules(board.people, board.units, at(board.freeze_at), board.places == "dense", board.each_stage)


def _commendation(part: CommendationPart) -> Commendation:
    grades = tuple(
        _grade(grade, grade.title, grade.of == "rest", tuple(grade.least.items())) for grade in part.grades
    )
    return Commendation(
        part.title, part.of, grades or (_grade(part, part.title),), tuple(part.kinds), tuple(part.divisions), part.per,
        part.per_unit, part.line, tuple(part.least.items()), tuple((part.rank_by or {}).items()), tuple(part.then),
        tuple(part.without), part.stage or "", part.most_per_unit,
    )  # fmt: skip


def _grade(part: QuotaPart, title: str, of_rest: bool = False, least: Least = ()) -> Grade:
    return Grade(title, part.quota, part.share, of_rest, least, part.at_least or 0, part.at_most, part.round)


def _tickets(part: ContestPart) -> TicketRules | None:
    given = part.tickets
    if given is None:
        return None
    return TicketRules(
        _condition(given.when), given.per_right, given.stages, given.per_day, given.per_stage, given.total,
        tuple(given.except_), given.wins,
    )
