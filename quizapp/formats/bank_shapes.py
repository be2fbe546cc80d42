"""The shape of a bank file and of each kind of item in it, as pydantic checks it; its JSON Schema is what editors complete by."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, WithJsonSchema
from pydantic.config import JsonDict

from quizapp.formats.bank_checks import CITE
from quizapp.formats.contest import values as contest_values
from quizapp.rules.items import LONGEST_ESSAY, Difficulty
from quizapp.rules.regions import SIDE

MAX_ITEMS = 200_000
MOST_PARTS = 20  # regions of a picture, items of a case, criteria of a rubric
SLUG, ID = r"^[a-z0-9-]{1,64}$", r"^\S{1,64}$"
_NAME = r"[^\s./\\:]+(\.[^\s./\\:]+)*"
IMAGE = rf"^({_NAME}/)*{_NAME}\.(png|jpg|jpeg|webp|gif|svg)$"
# an editor takes 012 and true for something else than text; we do not
_ANY_SCALAR: JsonDict = {"type": ["string", "number", "boolean"]}


def _text(limit: int, pattern: str | None = r"\S") -> Any:
    return Field(max_length=limit, pattern=pattern, json_schema_extra=_ANY_SCALAR)


def _whole(least: int, most: int) -> BeforeValidator:
    def read(value: Any) -> int:
        if not isinstance(value, str):
            raise ValueError("应是一个整数")
        return contest_values.whole(value, least=least, most=most)

    return BeforeValidator(read)


def _whole_schema(least: int, most: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": least, "maximum": most})


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _labelled(pattern: str, least: int) -> JsonDict:
    return {
        "type": "object",
        "minProperties": least,
        "propertyNames": {"pattern": pattern},
        "additionalProperties": _ANY_SCALAR,
    }


_Cites = Annotated[
    list[Annotated[str, _text(200, CITE)]],
    BeforeValidator(_listed),
    WithJsonSchema({"type": ["string", "array"], "pattern": CITE, "items": {"type": "string", "pattern": CITE}}),
]
_Choices = Annotated[
    dict[str, Annotated[str, _text(1_000)]], Field(max_length=26), WithJsonSchema(_labelled("^[A-Z]$", 2))
]
_Left = Annotated[
    dict[str, Annotated[str, _text(1_000)]],
    Field(min_length=1, max_length=26),
    WithJsonSchema(_labelled("^[1-9][0-9]?$", 1)),
]
_Letter = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[A-Z]$"})]
_Letters = Annotated[list[_Letter], Field(min_length=1)]
_Accepted = Annotated[
    list[Any],
    Field(min_length=1),
    WithJsonSchema(
        {
            "description": "一空：[甲, 乙]；几空：[[甲, 乙], [丙]]",
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [_ANY_SCALAR, {"type": "array", "minItems": 1, "items": _ANY_SCALAR}]},
        }
    ),
]
_Ends = Annotated[
    list[Annotated[str, _text(100)]],
    BeforeValidator(_listed),
    Field(min_length=1, max_length=2),
    WithJsonSchema(
        {
            "description": "30；25~30 或 [25, 30]；30±0.5",
            "anyOf": [
                {"type": ["string", "number"]},
                {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": ["string", "number"]}},
            ],
        }
    ),
]
_Thousandths = Annotated[int, _whole(0, SIDE), _whole_schema(0, SIDE)]
_Length = Annotated[int, _whole(1, LONGEST_ESSAY), _whole_schema(1, LONGEST_ESSAY)]
_Point = Annotated[list[_Thousandths], Field(min_length=2, max_length=2)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ItemPart(Part):
    id: Annotated[str, _text(64, ID)]
    topic: Annotated[str, _text(100, None)] = ""
    difficulty: Difficulty = Difficulty.MEDIUM
    stem: Annotated[str, _text(5_000)]
    image: Annotated[str, _text(200, IMAGE)] | None = None
    explain: Annotated[str, _text(10_000, None)] = ""
    cite: _Cites = []


class Single(ItemPart):
    kind: Literal["single"]
    choices: _Choices
    key: _Letter


class Multiple(ItemPart):
    kind: Literal["multiple"]
    choices: _Choices
    key: _Letters


class Judge(ItemPart):
    kind: Literal["judge"]
    key: Literal["对", "错"]


class Blank(ItemPart):
    kind: Literal["blank"]
    key: _Accepted


class Numeric(ItemPart):
    kind: Literal["numeric"]
    key: _Ends
    tolerance: Annotated[str, _text(30)] = ""
    unit: Annotated[str, _text(20)] = ""


class Order(ItemPart):
    kind: Literal["order"]
    choices: _Choices
    key: _Letters


class Match(ItemPart):
    kind: Literal["match"]
    left: _Left
    right: _Choices
    key: Annotated[dict[str, _Letter], Field(min_length=1)]


class RegionPart(Part):
    name: Annotated[str, _text(100)]
    box: Annotated[list[_Thousandths], Field(min_length=4, max_length=4)] | None = None
    polygon: Annotated[list[_Point], Field(min_length=3, max_length=50)] | None = None
    explain: Annotated[str, _text(2_000, None)] = ""
    cite: _Cites = []


class Hotspot(ItemPart):
    kind: Literal["hotspot"]
    image: Annotated[str, _text(200, IMAGE)]
    alt: Annotated[str, _text(500)] = ""
    regions: Annotated[list[RegionPart], Field(min_length=1, max_length=MOST_PARTS)]


_Own = Annotated[Single | Multiple | Judge | Blank | Numeric | Order | Match, Field(discriminator="kind")]


class Case(ItemPart):
    kind: Literal["case"]
    items: Annotated[list[_Own], Field(min_length=1, max_length=MOST_PARTS)]


def _points(value: Any) -> int | None:
    if not isinstance(value, str):
        raise ValueError("应是一个数")
    return contest_values.hundredths(value, least=0, most=100_000)


class CriterionPart(Part):
    name: Annotated[str, _text(100)]
    points: Annotated[
        int | None, BeforeValidator(_points), WithJsonSchema({"type": "number", "minimum": 0, "multipleOf": 0.01})
    ] = None
    explain: Annotated[str, _text(2_000, None)] = ""


class Essay(ItemPart):
    kind: Literal["essay"]
    rubric: Annotated[list[CriterionPart], Field(min_length=1, max_length=MOST_PARTS)]
    least: _Length | None = None
    most: _Length | None = None


AnyItem = Single | Multiple | Judge | Blank | Numeric | Order | Match | Hotspot | Case | Essay


class BankPart(Part):
    bank: Annotated[str, _text(64, SLUG)]
    title: Annotated[str, _text(200)]
    source: Annotated[str, _text(500, None)] = ""
    items: Annotated[
        list[Annotated[AnyItem, Field(discriminator="kind")]],
        Field(min_length=1, max_length=MAX_ITEMS),
    ]


def schema() -> dict[str, Any]:
    """JSON Schema of a bank file, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | TypeAdapter(BankPart).json_schema()
