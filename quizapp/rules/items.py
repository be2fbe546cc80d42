"""Item: one question, wherever it is kept; its kind, choices and key.

Choices and keys are held by position, never by letter: letters belong to one sitting's shuffled paper.
"""

from dataclasses import dataclass
from enum import StrEnum

JUDGE_WORDS = {"对": True, "错": False}


class Kind(StrEnum):
    """How an item is asked and marked."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGE = "judge"
    BLANK = "blank"


class Difficulty(StrEnum):
    EASY = "易"
    MEDIUM = "中"
    HARD = "难"


Key = tuple[int, ...] | bool | tuple[tuple[str, ...], ...]
"""single, multiple: ascending positions of the right choices; judge: a truth; blank: for each blank the accepted texts."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `id` is stable for ever; `cite` names articles of law as 「安全生产法 第五条」."""

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
