"""The kinds of fields of a contest file: each reads what people write and says what to write instead."""

from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from quizapp.formats.contest import values
from quizapp.rules.units import Metric

MONTH_MS = 31 * 86_400_000
MOST_POINTS = 10**11 - 1
SLUG, CODE, STAGE = r"^[a-z0-9-]{1,64}$", r"^[0-9A-Za-z-]{1,64}$", r"^[a-z0-9-]{1,15}$"
PATTERNS = {
    SLUG: "只能用小写字母、数字和连字符，最多64个字符",
    CODE: "应是单位编码，只有字母、数字和连字符，最多64个字符",
    STAGE: "只能用小写字母、数字和连字符，最多15个字符",
}


def read(parse: Callable[[str], Any]) -> BeforeValidator:
    """A value that is typed as one text."""

    def parsed(value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("应是一个值，不是列表或几行内容")
        return parse(value)

    return BeforeValidator(parsed)


def whole(least: int, most: int) -> tuple[BeforeValidator, WithJsonSchema]:
    return read(partial(values.whole, least=least, most=most)), WithJsonSchema(
        {"type": "integer", "minimum": least, "maximum": most}
    )


def points(least: int, most: int = MOST_POINTS) -> tuple[BeforeValidator, WithJsonSchema]:
    """Points as people write them, in hundredths."""
    return read(partial(values.hundredths, least=least, most=most)), WithJsonSchema(
        {"type": "number", "minimum": least / 100, "maximum": most / 100, "multipleOf": 0.01}
    )


def duration(least: int, most: int = MONTH_MS) -> tuple[BeforeValidator, WithJsonSchema]:
    return read(partial(values.duration, least=least, most=most)), WithJsonSchema(
        {"type": "string", "examples": ["20分钟", "1小时30分", "30秒"]}
    )


def unique(found: list[Any]) -> list[Any]:
    again = {str(value) for place, value in enumerate(found) if value in found[:place]}
    if again:
        raise ValueError(f"里有重复的 {'、'.join(sorted(again))}，请删去")
    return found


def one_or_more(value: Any) -> Any:
    """A single value where a list may stand."""
    return [value] if isinstance(value, str) else value


Words = Annotated[str, Field(pattern=r"\S", max_length=200)]
Note = Annotated[str, Field(max_length=10_000)]
Slug = Annotated[str, Field(pattern=SLUG)]
Code = Annotated[str, Field(pattern=CODE)]
StageCode = Annotated[str, Field(pattern=STAGE)]
Flag = Annotated[bool, read(values.flag), WithJsonSchema({"enum": ["是", "否", True, False]})]
Share = Annotated[Fraction, read(values.share), WithJsonSchema({"type": ["number", "string"]})]
Decimal = Annotated[Fraction, read(values.decimal), WithJsonSchema({"type": ["number", "string"]})]
Moment = Annotated[datetime, read(values.moment), WithJsonSchema({"type": "string", "examples": ["2026-06-30 24:00"]})]
ListOfWords = Annotated[
    list[Words],
    BeforeValidator(one_or_more),
    AfterValidator(unique),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]

Weights = Annotated[
    dict[Metric, Share],
    BeforeValidator(lambda value: {value: "1"} if isinstance(value, str) else value),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": [str(metric) for metric in Metric]},
                {"type": "object", "minProperties": 1, "propertyNames": {"enum": [str(metric) for metric in Metric]}},
            ]
        }
    ),
    Field(min_length=1),
]
Metrics = Annotated[
    list[Metric],
    BeforeValidator(one_or_more),
    AfterValidator(unique),
    WithJsonSchema({"type": ["string", "array"], "items": {"enum": [str(metric) for metric in Metric]}}),
]


class Part(BaseModel):
    """A mapping of a contest file; a field that it does not know is a fault."""

    model_config = ConfigDict(extra="forbid")
