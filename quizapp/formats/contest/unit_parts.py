"""The parts of a contest file about how units are ranked as typed models."""

from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from quizapp.formats.contest import fields as field
from quizapp.formats.contest.fields import Decimal, Metrics, Part, Share, Weights
from quizapp.rules.units import Metric


class StepsPart(Part):
    of: Metric = Metric.PEOPLE
    first: Annotated[int, *field.points(0)] = 10_000
    step: Annotated[int, *field.points(0)] = 500
    least: Annotated[int, *field.points(0)] = 0
    values: Annotated[list[Annotated[int, *field.points(0)]], Field(max_length=1_000)] = []
    weight: Share = Fraction(1)


class BandPart(Part):
    of: Metric
    from_: Annotated[Decimal, Field(alias="from")]
    points: Annotated[int, *field.points(0)]


class BonusPart(Part):
    least: Annotated[int, *field.points(-field.MOST_POINTS, 0)] = 0
    most: Annotated[int, *field.points(0)] = 0


def _one_mapping(value: Any) -> Any:
    """A single mapping where a list of them may stand."""
    return [value] if isinstance(value, dict) else value


StepsList = Annotated[
    list[StepsPart],
    BeforeValidator(_one_mapping, json_schema_input_type=list[StepsPart] | StepsPart),
    Field(min_length=1, max_length=10),
]
Bonus = Annotated[
    BonusPart,
    BeforeValidator(
        lambda value: {"most": value} if isinstance(value, str) else value, json_schema_input_type=float | BonusPart
    ),
]


class UnitsPart(Part):
    rank_by: Weights = {Metric.MEAN: Fraction(1)}
    then: Metrics = []
    top: Annotated[int, *field.whole(1, 1_000_000)] = 10
    steps: StepsList = [StepsPart()]
    bands: Annotated[list[BandPart], Field(max_length=200)] = []
    bonus: Bonus = BonusPart()
    shrink: Annotated[int, *field.whole(0, 1_000_000)] = 0
    min_people: Annotated[int, *field.whole(1, 1_000_000)] = 1
    min_rate: Share | None = None
    min_mean: Annotated[int | None, *field.points(0)] = None
    hide_mean_below: Annotated[int, *field.whole(0, 1_000)] = 5
