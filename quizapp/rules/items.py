"""Item: one question, wherever it is kept; its kind, choices and key.

Choices and keys are held by position, never by letter: letters belong to one sitting's shuffled paper.
"""

from dataclasses import dataclass
from enum import StrEnum

from quizapp.rules.numerals import Range
from quizapp.rules.regions import Region

JUDGE_WORDS = {"对": True, "错": False}


class Kind(StrEnum):
    """How an item is asked and marked."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGE = "judge"
    BLANK = "blank"
    NUMERIC = "numeric"
    ORDER = "order"
    MATCH = "match"
    HOTSPOT = "hotspot"
    CASE = "case"
    ESSAY = "essay"  # the only one that people mark


class Difficulty(StrEnum):
    EASY = "易"
    MEDIUM = "中"
    HARD = "难"


LONGEST_ESSAY = 5_000

Key = tuple[int, ...] | bool | tuple[tuple[str, ...], ...] | Range | None
"""single, multiple: ascending positions of the right choices; order: positions in the right order; match: for each on the left
the position of its partner; judge: a truth; blank: for each blank the accepted texts; numeric: a range; others have none."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What the markers of an essay look at; `points` in hundredths where the rubric says how many."""

    name: str
    points: int | None = None
    explain: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `id` is stable for ever; `cite` names articles of law as 「安全生产法 第五条」.

    `choices` are the right column of a match beside its `left`; `unit` is a numeric's, `alt` and `regions` a hotspot's, `items` a
    case's, `rubric` an essay's, which has from `least` to `most` characters.
    """

    id: str
    kind: Kind
    stem: str
    key: Key
    choices: tuple[str, ...] = ()
    topic: str = ""
    difficulty: Difficulty = Difficulty.MEDIUM
    explain: str = ""
    cite: tuple[str, ...] = ()
    image: str | None = None
    left: tuple[str, ...] = ()
    unit: str = ""
    alt: str = ""
    regions: tuple[Region, ...] = ()
    items: tuple["Item", ...] = ()
    rubric: tuple[Criterion, ...] = ()
    least: int | None = None
    most: int | None = None

    @property
    def blanks(self) -> int:
        """How many blanks the contestant fills in; 0 for other kinds."""
        return len(self.key) if self.kind is Kind.BLANK and isinstance(self.key, tuple) else 0


@dataclass(frozen=True, slots=True)
class Bank:
    """A question bank as read from a file: `code` names it, items keep their order."""

    code: str
    title: str
    source: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Law:
    """The text of a law: `name` as cited (安全生产法), `articles` by number as written (第五条), each with its paragraphs."""

    name: str
    title: str
    edition: str
    in_force: str
    status: str
    articles: dict[str, str]
