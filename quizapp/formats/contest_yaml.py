"""A contest file: the rules of one notice as YAML, read into ContestRules and written back."""

from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails

from quizapp.errors import BadFile
from quizapp.formats import contest_values as values
from quizapp.formats import strict_yaml
from quizapp.formats.contest_checks import complaints, warnings
from quizapp.formats.contest_text import file_of
from quizapp.formats.yaml_faults import explain
from quizapp.formats.yaml_writer import dump
from quizapp.rules.contests import (
    Board,
    BoardRules,
    Clock,
    ContestRules,
    Counts,
    Division,
    Door,
    EntryRules,
    Limits,
    Metric,
    Release,
    Tie,
    UnitRules,
)
from quizapp.rules.items import Difficulty, Kind
from quizapp.rules.marking import Marking, MultipleMarking
from quizapp.rules.papers import Draw, PaperBlueprint

__all__ = ["read_contest", "schema", "warnings", "write_contest"]

MONTH_MS = 31 * 86_400_000
_SLUG, _CODE = r"^[a-z0-9-]{1,64}$", r"^[0-9A-Za-z-]{1,64}$"
_PATTERNS = {
    _SLUG: "只能用小写字母、数字和连字符，最多64个字符",
    _CODE: "应是单位编码，只有字母、数字和连字符，最多64个字符",
}


def _read(parse: Callable[[str], Any]) -> BeforeValidator:
    def read(value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("应是一个值，不是列表或几行内容")
        return parse(value)

    return BeforeValidator(read)


def _whole(least: int, most: int) -> tuple[BeforeValidator, WithJsonSchema]:
    return _read(partial(values.whole, least=least, most=most)), WithJsonSchema(
        {"type": "integer", "minimum": least, "maximum": most}
    )


def _points(least: int, most: int) -> tuple[BeforeValidator, WithJsonSchema]:
    return _read(partial(values.hundredths, least=least, most=most)), WithJsonSchema(
        {"type": "number", "minimum": least / 100, "maximum": most / 100, "multipleOf": 0.01}
    )


def _duration(least: int, most: int = MONTH_MS) -> tuple[BeforeValidator, WithJsonSchema]:
    return _read(partial(values.duration, least=least, most=most)), WithJsonSchema(
        {"type": "string", "examples": ["20分钟", "1小时30分", "30秒"]}
    )


def _unique(found: list[Any]) -> list[Any]:
    again = {str(value) for place, value in enumerate(found) if value in found[:place]}
    if again:
        raise ValueError(f"里有重复的 {'、'.join(sorted(again))}，请删去")
    return found


def _weights(found: dict[Metric, Fraction]) -> dict[Metric, Fraction]:
    if sum(found.values()) != 1:
        raise ValueError(f"的权重合计是{float(sum(found.values())):g}，应正好是1")
    return found


_Words = Annotated[str, Field(pattern=r"\S", max_length=200)]
_Note = Annotated[str, Field(max_length=10_000)]
_Slug = Annotated[str, Field(pattern=_SLUG)]
_Flag = Annotated[bool, _read(values.flag), WithJsonSchema({"enum": ["是", "否", True, False]})]
_Share = Annotated[Fraction, _read(values.share), WithJsonSchema({"type": ["number", "string"]})]
_Moment = Annotated[
    datetime, _read(values.moment), WithJsonSchema({"type": "string", "examples": ["2026-06-30 24:00"]})
]
_Weights = Annotated[
    dict[Metric, _Share],
    BeforeValidator(lambda value: {value: "1"} if isinstance(value, str) else value),
    AfterValidator(_weights),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": [str(metric) for metric in Metric]},
                {"type": "object", "propertyNames": {"enum": [str(metric) for metric in Metric]}},
            ]
        }
    ),
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Draw(_Part):
    bank: _Slug
    count: Annotated[int, *_whole(1, 1_000)]
    points: Annotated[int, *_points(1, 1_000_000)]
    kind: Kind | None = None
    topic: _Words | None = None
    difficulty: Difficulty | None = None


class _Shuffle(_Part):
    items: _Flag = True
    choices: _Flag = True


class _Paper(_Part):
    draw: Annotated[list[_Draw], Field(min_length=1, max_length=200)]
    shuffle: _Shuffle = _Shuffle()


class _Clock(_Part):
    paper: Annotated[int | None, *_duration(1_000)] = None
    item: Annotated[int | None, *_duration(1_000)] = None
    full_time: _Flag = False
    grace: Annotated[int, *_duration(0, 300_000)] = 2_000


class _Sittings(_Part):
    per_day: Annotated[int | None, *_whole(1, 1_000)] = None
    total: Annotated[int | None, *_whole(1, 100_000)] = None
    practice_per_day: Annotated[int, *_whole(0, 1_000)] = 0


class _Marking(_Part):
    multiple: MultipleMarking = MultipleMarking.EXACT


class _Release(_Part):
    score: Release = Release.AT_ONCE
    key: Release = Release.AT_ONCE


class _Division(_Part):
    code: _Slug
    title: _Words
    unit_kinds: Annotated[list[_Words], AfterValidator(_unique)] = []


class _Entry(_Part):
    doors: Annotated[list[Door], Field(min_length=1), AfterValidator(_unique)] = list(Door)
    units: Annotated[list[Annotated[str, Field(pattern=_CODE)]], AfterValidator(_unique)] = []
    unit_changes: Annotated[int, *_whole(0, 1_000)] = 1
    minors: _Flag = False


class _Units(_Part):
    rank_by: _Weights = {Metric.MEAN: Fraction(1)}
    min_people: Annotated[int, *_whole(1, 1_000_000)] = 1
    min_rate: _Share | None = None
    min_mean: Annotated[int | None, *_points(0, 10**11 - 1)] = None
    hide_mean_below: Annotated[int, *_whole(0, 1_000)] = 5


class _Board(_Part):
    people: Board = Board.LIVE
    units: Board = Board.LIVE
    freeze_at: _Moment | None = None


class _Contest(_Part):
    contest: _Slug
    title: _Words
    organiser: Annotated[str, Field(max_length=200)] = ""
    telephone: Annotated[str, Field(max_length=100)] = ""
    about: _Note = ""
    zone: Annotated[str, _read(values.zone_name)] = "Asia/Shanghai"
    opens_at: _Moment
    last_start: _Moment | None = None
    closes_at: _Moment
    paper: _Paper
    clock: _Clock
    sittings: _Sittings = _Sittings()
    marking: _Marking = _Marking()
    counts: Counts = Counts.BEST
    ties: Annotated[list[Tie], AfterValidator(_unique)] = [Tie.TIME, Tie.FINISH]
    pass_: Annotated[int | None, Field(alias="pass"), *_points(1, 10**11 - 1)] = None
    release: _Release = _Release()
    divisions: Annotated[list[_Division], Field(max_length=50)] = []
    entry: _Entry = _Entry()
    units: _Units = _Units()
    board: _Board = _Board()


def read_contest(data: bytes, file: str) -> ContestRules:
    """The rules in a contest file. Raises BadFile with every fault."""
    value, positions = strict_yaml.load(data, file)
    faults = [positions.fault(loc, message, file) for loc, message in complaints(value)]
    try:
        part = _Contest.model_validate(value)
    except ValidationError as error:
        faults += explain(error, positions, file, _say)
    if faults:
        raise BadFile(sorted(faults, key=lambda fault: fault.line or 0))
    return _rules(part)


def write_contest(rules: ContestRules) -> bytes:
    """The rules as a contest file: read_contest gives the same rules again."""
    return dump(file_of(rules))


def schema() -> dict[str, Any]:
    """JSON Schema of a contest file, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | TypeAdapter(_Contest).json_schema()




def _say(detail: ErrorDetails) -> str | None:
    if detail["type"] == "string_pattern_mismatch":
        return _PATTERNS.get(detail.get("ctx", {})["pattern"])
    return None


def _rules(part: _Contest) -> ContestRules:
    def at(moment: datetime) -> int:
        return values.epoch_ms(moment, part.zone)

    entry, units, board = part.entry, part.units, part.board
    return ContestRules(
        slug=part.contest,
        title=part.title,
        opens_at=at(part.opens_at),
        last_start=at(part.last_start or part.closes_at),
        closes_at=at(part.closes_at),
        blueprint=_blueprint(part.paper),
        clock=Clock(part.clock.paper, part.clock.item, part.clock.full_time, part.clock.grace),
        zone=part.zone,
        about=part.about,
        organiser=part.organiser,
        telephone=part.telephone,
        limits=Limits(part.sittings.per_day, part.sittings.total, part.sittings.practice_per_day),
        marking=Marking(part.marking.multiple),
        counts=part.counts,
        ties=tuple(part.ties),
        pass_points=part.pass_,
        release_score=part.release.score,
        release_key=part.release.key,
        divisions=tuple(Division(d.code, d.title, tuple(d.unit_kinds)) for d in part.divisions),
        entry=EntryRules(tuple(entry.doors), tuple(entry.units), entry.unit_changes, entry.minors),
        units=UnitRules(
            tuple(units.rank_by.items()), units.min_people, units.min_rate, units.min_mean, units.hide_mean_below
        ),
        board=BoardRules(board.people, board.units, None if board.freeze_at is None else at(board.freeze_at)),
    )


def _blueprint(paper: _Paper) -> PaperBlueprint:
    draws = tuple(Draw(d.bank, d.count, d.points, d.kind, d.topic, d.difficulty) for d in paper.draw)
    return PaperBlueprint(draws, paper.shuffle.items, paper.shuffle.choices)
