"""A question bank as YAML: read with every fault at once, written so that a person can go on editing it."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, WithJsonSchema
from pydantic.config import JsonDict
from pydantic_core import ErrorDetails

from quizapp.errors import BadFile, Fault
from quizapp.formats import strict_yaml
from quizapp.formats.bank_checks import (
    CITE,
    LETTERS,
    canonical_cite,
    check_laws,
    item_complaints,
    repetitions,
    warnings,
)
from quizapp.formats.yaml_faults import explain
from quizapp.formats.yaml_writer import Flow, dump
from quizapp.rules.items import JUDGE_WORDS, Bank, Difficulty, Item, Key, Kind

__all__ = ["check_laws", "read_bank", "schema", "warnings", "write_bank"]

MAX_ITEMS = 200_000
_CONTRACT_KINDS = {"single", "multiple", "judge", "blank", "numeric", "order", "match", "hotspot", "case", "essay"}
_SLUG, _ID = r"^[a-z0-9-]{1,64}$", r"^\S{1,64}$"
_NAME = r"[^\s./\\:]+(\.[^\s./\\:]+)*"
_IMAGE = rf"^({_NAME}/)*{_NAME}\.(png|jpg|jpeg|webp|gif|svg)$"
_PATTERNS = {
    _SLUG: "只能用小写字母、数字和连字符，最多64个字符",
    _ID: "应是1到64个字符的编号，中间没有空格",
    _IMAGE: "应是题库旁边的图片，例如 images/a-01.png，不能是网址",
    CITE: "应写成“安全生产法 第五条”，几条就写成列表，条号照法律原文写",
}
_KEYS = {
    "single": "：单选题只有一个答案，请写一个选项字母，例如 key: A",
    "multiple": "：多选题请写成列表，例如 key: [A, C]",
    "judge": "：判断题请写 对 或 错",
    "blank": "：填空题请写可以接受的答案，例如 key: [60, 六十]",
}
# an editor takes 012 and true for something else than text; we do not
_ANY_SCALAR: JsonDict = {"type": ["string", "number", "boolean"]}


def _text(limit: int, pattern: str | None = r"\S") -> Any:
    return Field(max_length=limit, pattern=pattern, json_schema_extra=_ANY_SCALAR)


_Cites = Annotated[
    list[Annotated[str, _text(200, CITE)]],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema({"type": ["string", "array"], "pattern": CITE, "items": {"type": "string", "pattern": CITE}}),
]
_Choices = Annotated[
    dict[str, Annotated[str, _text(1_000)]],
    WithJsonSchema(
        {"type": "object", "minProperties": 2, "propertyNames": {"pattern": "^[A-Z]$"}, "additionalProperties": _ANY_SCALAR}
    ),
]
_Letter = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[A-Z]$"})]
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


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _ItemPart(_Part):
    id: Annotated[str, _text(64, _ID)]
    topic: Annotated[str, _text(100, None)] = ""
    difficulty: Difficulty = Difficulty.MEDIUM
    stem: Annotated[str, _text(5_000)]
    image: Annotated[str, _text(200, _IMAGE)] | None = None
    explain: Annotated[str, _text(10_000, None)] = ""
    cite: _Cites = []


class _Single(_ItemPart):
    kind: Literal["single"]
    choices: _Choices
    key: _Letter


class _Multiple(_ItemPart):
    kind: Literal["multiple"]
    choices: _Choices
    key: Annotated[list[_Letter], Field(min_length=1)]


class _Judge(_ItemPart):
    kind: Literal["judge"]
    key: Literal["对", "错"]


class _Blank(_ItemPart):
    kind: Literal["blank"]
    key: _Accepted


class _Bank(_Part):
    bank: Annotated[str, _text(64, _SLUG)]
    title: Annotated[str, _text(200)]
    source: Annotated[str, _text(500, None)] = ""
    items: Annotated[
        list[Annotated[_Single | _Multiple | _Judge | _Blank, Field(discriminator="kind")]],
        Field(min_length=1, max_length=MAX_ITEMS),
    ]


def read_bank(data: bytes, file: str) -> Bank:
    """The bank in a YAML file. Raises BadFile with every fault; nothing is read by halves."""
    value, positions = strict_yaml.load(data, file)
    faults = list(_disagreements(value, positions, file))
    try:
        bank = _Bank.model_validate(value)
    except ValidationError as error:
        faults += explain(error, positions, file, _say)
    if faults:
        raise BadFile(sorted(faults, key=lambda fault: fault.line or 0))
    return Bank(bank.bank, bank.title, bank.source, tuple(map(_item, bank.items)))


def schema() -> dict[str, Any]:
    """JSON Schema of a bank file, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | TypeAdapter(_Bank).json_schema()


def write_bank(bank: Bank) -> bytes:
    """The bank as YAML: read_bank gives the same bank again."""
    head = {"bank": bank.code, "title": bank.title} | ({"source": bank.source} if bank.source else {})
    text = dump(head | {"items": list(map(_raw, bank.items))})
    return text.replace(b"\n- id: ", b"\n\n- id: ")  # no text of an item can stand at the start of a line


def _disagreements(value: Any, positions: strict_yaml.Positions, file: str) -> Iterator[Fault]:
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list):
        return
    for index, item in enumerate(items):
        for loc, message in item_complaints(item) if isinstance(item, dict) else ():
            yield positions.fault(("items", index, *loc), message, file)
    for first, second, field in repetitions(items):
        lines = [positions.find(("items", index, field))[0] for index in (first, second)]
        what = f"编号“{items[second]['id']}”" if field == "id" else "题干"
        message = f"{what}重复：第{lines[0]}行和第{lines[1]}行，请改一个"
        yield positions.fault(("items", second, field), message, file)


def _say(detail: ErrorDetails) -> str | None:
    kind, field = [*detail["loc"], "", "", "", ""][2:4]
    problem, context = detail["type"], detail.get("ctx", {})
    known = "、".join(Kind)
    if problem == "union_tag_not_found":
        return f"没有写题型 kind，可写 {known}"
    if problem == "union_tag_invalid":
        late = context["tag"] in _CONTRACT_KINDS
        return f"的题型“{context['tag'][:30]}”{'本版本还不支持' if late else '不认识'}，可写 {known}"
    if problem == "extra_forbidden" and field == "choices":
        return "：这种题型没有选项，请删去"
    if field == "key" and problem != "missing":
        return _KEYS[str(kind)]
    if problem == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"])
    return None


def _item(part: _Single | _Multiple | _Judge | _Blank) -> Item:
    choices = tuple(part.choices.values()) if isinstance(part, _Single | _Multiple) else ()
    return Item(
        id=part.id,
        kind=Kind(part.kind),
        stem=part.stem,
        key=_key(part),
        choices=choices,
        topic=part.topic,
        difficulty=part.difficulty,
        explain=part.explain,
        cite=tuple(map(canonical_cite, part.cite)),
        image=part.image,
    )


def _key(part: _Single | _Multiple | _Judge | _Blank) -> Key:
    if isinstance(part, _Judge):
        return JUDGE_WORDS[part.key]
    if isinstance(part, _Blank):
        several = isinstance(part.key[0], list)
        return tuple(map(tuple, part.key)) if several else (tuple(part.key),)
    return tuple(sorted(LETTERS.index(letter) for letter in part.key))


def _raw(item: Item) -> dict[str, Any]:
    raw: dict[str, Any] = {"id": item.id, "kind": str(item.kind)}
    raw |= {"topic": item.topic} if item.topic else {}
    raw |= {"difficulty": str(item.difficulty), "stem": item.stem}
    raw |= {"image": item.image} if item.image else {}
    raw |= {"choices": dict(zip(LETTERS, item.choices, strict=False))} if item.choices else {}
    raw["key"] = _raw_key(item)
    raw |= {"explain": item.explain} if item.explain else {}
    raw |= {"cite": item.cite[0] if len(item.cite) == 1 else Flow(item.cite)} if item.cite else {}
    return raw


def _raw_key(item: Item) -> Any:
    if isinstance(item.key, bool):
        return "对" if item.key else "错"
    if item.kind is Kind.BLANK:
        lists = [Flow(map(str, accepted)) for accepted in item.key]  # type: ignore[arg-type]
        return lists[0] if len(lists) == 1 else Flow(lists)
    letters = [LETTERS[place] for place in item.key]  # type: ignore[index]
    return letters[0] if item.kind is Kind.SINGLE else Flow(letters)
