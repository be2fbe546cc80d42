"""The parts of a contest file as typed models: names, shapes and defaults; what they mean is in `rules`."""

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from quizapp.formats.contest import fields as field
from quizapp.formats.contest import values
from quizapp.formats.contest.award_parts import CommendationPart, ConditionPart, PrizePart, PromotePart, TicketsPart
from quizapp.formats.contest.fields import (
    Code,
    Flag,
    ListOfWords,
    Moment,
    Note,
    Part,
    Share,
    Slug,
    StageCode,
    Words,
)
from quizapp.formats.contest.unit_parts import UnitsPart
from quizapp.rules.contests import Ask, Board, Door, Release
from quizapp.rules.counting import Combine, Span, Take, Tie
from quizapp.rules.items import Difficulty, Kind
from quizapp.rules.marking import MultipleMarking, Partial

MOST_EACH = 1_000_000


class DrawPart(Part):
    bank: Slug
    count: Annotated[int, *field.whole(1, 1_000)]
    points: Annotated[int, *field.points(1, MOST_EACH)]
    kind: Kind | None = None
    topic: Words | None = None
    difficulty: Difficulty | None = None


class ShufflePart(Part):
    items: Flag = True
    choices: Flag = True


class PaperPart(Part):
    draw: Annotated[list[DrawPart], Field(min_length=1, max_length=200)]
    shuffle: ShufflePart = ShufflePart()
    study: Flag = False


class ClockPart(Part):
    paper: Annotated[int | None, *field.duration(1_000)] = None
    item: Annotated[int | None, *field.duration(1_000)] = None
    full_time: Flag = False
    grace: Annotated[int, *field.duration(0, 300_000)] = 2_000


class SittingsPart(Part):
    per_day: Annotated[int | None, *field.whole(1, 1_000)] = None
    total: Annotated[int | None, *field.whole(1, 100_000)] = None
    practice_per_day: Annotated[int, *field.whole(0, 1_000)] = 0
    retakes: Annotated[int, *field.whole(0, 100)] = 0
    cooldown: Annotated[int, *field.duration(0)] = 0


class ExtraPart(Part):
    share: Annotated[int, *field.whole(0, 100)] = 0
    invite: Annotated[int, *field.whole(0, 100)] = 0


class MarkingPart(Part):
    multiple: MultipleMarking = MultipleMarking.EXACT
    short: Annotated[int | None, *field.points(1, MOST_EACH)] = None
    per_right: Annotated[int | None, *field.points(1, MOST_EACH)] = None
    per_wrong: Annotated[int | None, *field.points(1, MOST_EACH)] = None
    unanswered: Annotated[int, *field.points(0, MOST_EACH)] = 0
    wrong: Annotated[int, *field.points(0, MOST_EACH)] = 0
    blank: Partial = Partial.EACH
    order: Partial = Partial.EXACT
    match: Partial = Partial.EACH
    hotspot: Partial = Partial.EACH
    essay_gap: Share = Fraction(1, 5)


class StepPart(ConditionPart):
    worth: Annotated[int, *field.points(0)]


class WorthPart(Part):
    streak: Annotated[list[Annotated[int, *field.points(0)]], Field(max_length=100)] = []
    all_right: Annotated[int, *field.points(0)] = 0
    steps: Annotated[list[StepPart], Field(max_length=50)] = []


class SubScorePart(Part):
    kind: Kind | None = None
    topic: Words | None = None
    bank: Slug | None = None


class CountingPart(Part):
    take: Take = Take.BEST
    each: Span = Span.WHOLE
    most: Annotated[int | None, *field.whole(1, 1_000)] = None
    combine: Annotated[Combine, Field(alias="as")] = Combine.SUM


COUNTS: dict[str, tuple[Take, Span, Combine]] = {
    "best": (Take.BEST, Span.WHOLE, Combine.SUM),
    "last": (Take.LAST, Span.WHOLE, Combine.SUM),
    "first": (Take.FIRST, Span.WHOLE, Combine.SUM),
    "sum": (Take.ALL, Span.WHOLE, Combine.SUM),
    "mean": (Take.ALL, Span.WHOLE, Combine.MEAN),
    "sum_of_days": (Take.BEST, Span.DAY, Combine.SUM),
    "sum_of_weeks": (Take.BEST, Span.WEEK, Combine.SUM),
    "sum_of_stages": (Take.BEST, Span.STAGE, Combine.SUM),
    "valid": (Take.ALL, Span.WHOLE, Combine.NUMBER),
    "days": (Take.BEST, Span.DAY, Combine.NUMBER),
}
"""Short names of what counts, for what most notices say."""


def _counting(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value not in COUNTS:
        raise ValueError(f"不认识，可写 {'、'.join(COUNTS)}，或写成 {{take: best, each: week, as: sum}}")
    take, each, combine = COUNTS[value]
    return {"take": take, "each": each, "as": combine}


_ShortName = Annotated[str, WithJsonSchema({"enum": list(COUNTS)})]
Counts = Annotated[CountingPart, BeforeValidator(_counting, json_schema_input_type=_ShortName | CountingPart)]


class AfterPart(Part):
    stage: StageCode
    points: Annotated[int, *field.points(0)] = 0


class StagePart(Part):
    code: StageCode
    title: Words
    opens_at: Moment | None = None
    last_start: Moment | None = None
    closes_at: Moment | None = None
    paper: PaperPart | None = None
    clock: ClockPart | None = None
    sittings: SittingsPart | None = None
    after: AfterPart | None = None
    counts: Flag = True
    promote: PromotePart | None = None
    divisions: Annotated[list[Slug], BeforeValidator(field.one_or_more), AfterValidator(field.unique)] = []


class ReleasePart(Part):
    score: Release = Release.AT_ONCE
    key: Release = Release.AT_ONCE


class DivisionPart(Part):
    code: Slug
    title: Words
    unit_kinds: ListOfWords = []
    paper: PaperPart | None = None


class EntryPart(Part):
    doors: Annotated[list[Door], Field(min_length=1), AfterValidator(field.unique)] = list(Door)
    units: Annotated[list[Code], AfterValidator(field.unique)] = []
    unit_changes: Annotated[int, *field.whole(0, 1_000)] = 1
    change_within: Annotated[int | None, *field.duration(60_000)] = None
    minors: Flag = False
    guests: Flag = False
    ask: Annotated[list[Ask], AfterValidator(field.unique)] = []
    gate: Note = ""
    check_in: Flag = False
    room_code: Flag = False
    choose_division: Flag = False


class BoardPart(Part):
    people: Board = Board.LIVE
    units: Board = Board.LIVE
    freeze_at: Moment | None = None
    places: Literal["standard", "dense"] = "standard"
    each_stage: Flag = False


class ContestPart(Part):
    contest: Slug
    title: Words
    organiser: Annotated[str, Field(max_length=200)] = ""
    telephone: Annotated[str, Field(max_length=100)] = ""
    about: Note = ""
    zone: Annotated[str, field.read(values.zone_name)] = "Asia/Shanghai"
    opens_at: Moment
    last_start: Moment | None = None
    closes_at: Moment
    paper: PaperPart | None = None
    clock: ClockPart | None = None
    sittings: SittingsPart = SittingsPart()
    extra: ExtraPart = ExtraPart()
    marking: MarkingPart = MarkingPart()
    worth: WorthPart = WorthPart()
    valid: ConditionPart = ConditionPart()
    counts: Counts = CountingPart()
    ties: Annotated[list[Tie], AfterValidator(field.unique)] = [Tie.TIME, Tie.FINISH]
    sub_score: SubScorePart | None = None
    pass_: Annotated[int | None, Field(alias="pass"), *field.points(1)] = None
    stages: Annotated[list[StagePart], Field(max_length=400)] = []
    cycle: Literal["day", "week", "month"] | None = None
    release: ReleasePart = ReleasePart()
    divisions: Annotated[list[DivisionPart], Field(max_length=50)] = []
    entry: EntryPart = EntryPart()
    units: UnitsPart = UnitsPart()
    board: BoardPart = BoardPart()
    commendations: Annotated[list[CommendationPart], Field(max_length=50)] = []
    tickets: TicketsPart | None = None
    prizes: Annotated[list[PrizePart], Field(max_length=50)] = []
