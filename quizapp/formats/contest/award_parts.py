"""The parts of a contest file about conditions, promotions, commendations, tickets and prizes as typed models."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from quizapp.formats.contest import fields as field
from quizapp.formats.contest.fields import (
    Decimal,
    Flag,
    ListOfWords,
    Metrics,
    Part,
    Share,
    Slug,
    StageCode,
    Weights,
    Words,
)
from quizapp.rules.commendations import Line, Of, Per, Rounding
from quizapp.rules.tickets import Wins
from quizapp.rules.units import Metric


class ConditionPart(Part):
    all_right: Flag = False
    right: Annotated[int | None, *field.whole(1, 1_000)] = None
    points: Annotated[int | None, *field.points(1)] = None
    time: Annotated[int | None, *field.duration(1_000)] = None
    within: Annotated[int | None, *field.duration(1_000)] = None


class PromotePart(Part):
    best: Annotated[int | None, *field.whole(1, 1_000_000)] = None
    share: Share | None = None
    per: Literal["whole", "division"] = "whole"
    per_unit: Annotated[str, Field(max_length=32)] = ""


class QuotaPart(Part):
    quota: Annotated[int | None, *field.whole(1, 100_000_000)] = None
    share: Share | None = None
    at_least: Annotated[int | None, *field.whole(1, 100_000_000)] = None
    at_most: Annotated[int | None, *field.whole(1, 100_000_000)] = None
    round: Rounding = Rounding.DOWN
    least: dict[Metric, Decimal] = {}


class GradePart(QuotaPart):
    title: Words
    of: Literal["all", "rest"] = "all"


class CommendationPart(QuotaPart):
    title: Words
    of: Of
    kinds: ListOfWords = []
    divisions: Annotated[list[Slug], BeforeValidator(field.one_or_more), AfterValidator(field.unique)] = []
    per: Per = Per.WHOLE
    per_unit: Annotated[str, Field(max_length=32)] = ""
    grades: Annotated[list[GradePart], Field(max_length=20)] = []
    line: Line = Line.NONE
    rank_by: Weights | None = None
    then: Metrics = []
    without: Annotated[ListOfWords, Field(alias="except")] = []
    stage: StageCode | None = None
    most_per_unit: Annotated[int | None, *field.whole(1, 1_000_000)] = None


class TicketsPart(Part):
    when: ConditionPart = ConditionPart()
    per_right: Annotated[int | None, *field.whole(1, 1_000)] = None
    stages: Annotated[int | None, *field.whole(1, 1_000)] = None
    per_day: Annotated[int | None, *field.whole(1, 1_000)] = None
    per_stage: Annotated[int | None, *field.whole(1, 100_000)] = None
    total: Annotated[int | None, *field.whole(1, 100_000)] = None
    except_: Annotated[ListOfWords, Field(alias="except")] = []
    wins: Wins = Wins.CONTEST


class PrizePart(Part):
    title: Words
    count: Annotated[int, *field.whole(1, 10_000_000)]
    each_stage: Flag = False
    when: ConditionPart = ConditionPart()
