"""One sitting -> its score: marks, what it is worth, whether it is valid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from quizapp.rules.items import Item, Kind
from quizapp.rules.marking import Answer, Marking, is_right, mark
from quizapp.rules.papers import Paper, PaperBlueprint


@dataclass(frozen=True, slots=True)
class Condition:
    """What a sitting has to reach, all of it; nothing asked is always reached. Points in hundredths; at least `time_ms` and at
    most `within_ms` used."""

    all_right: bool = False
    right: int | None = None
    points: int | None = None
    time_ms: int | None = None
    within_ms: int | None = None

    def holds(self, points: int, right: int, total: int, time_ms: int) -> bool:
        """Whether a sitting with these figures (`right` of `total` items) reaches it."""
        least = ((self.right, right), (self.points, points), (self.time_ms, time_ms))
        if self.within_ms is not None and time_ms > self.within_ms:
            return False
        return all(wanted is None or got >= wanted for wanted, got in least) and (right == total or not self.all_right)


@dataclass(frozen=True, slots=True)
class Step:
    """What a sitting that reaches `when` is worth, in hundredths."""

    points: int
    when: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True)
class Worth:
    """What is added to the marks of a sitting, or stands in their place; all in hundredths of a point.

    streak: bonus of the first, second, … item that is right in a row, the last one for all that follow (连对加分);
    all_right: bonus when every item is right; steps: instead of the marks, the first step that is reached, else nothing.
    """

    streak: tuple[int, ...] = ()
    all_right: int = 0
    steps: tuple[Step, ...] = ()

    def of(self, marks: int, total: int) -> int:
        """The most that a sitting can be worth, given full marks and the number of items."""
        base = max(step.points for step in self.steps) if self.steps else marks
        return base + self.all_right + self._bonuses(range(total))

    def given(self, marks: int, hits: Sequence[bool], time_ms: int) -> int:
        """What a sitting is worth; `hits` tell item by item whether it is right."""
        right, total = sum(hits), len(hits)
        reached = (step.points for step in self.steps if step.when.holds(marks, right, total, time_ms))
        base = next(reached, 0) if self.steps else marks
        extra = self.all_right if right == total else 0
        rows = accumulate(hits, lambda row, hit: row + 1 if hit else 0, initial=0)
        return base + extra + self._bonuses(row - 1 for row in rows if row)

    def _bonuses(self, before: Iterable[int]) -> int:
        """Of right items, each given how many were right in a row before it."""
        last = len(self.streak) - 1
        return sum(self.streak[min(row, last)] for row in before) if self.streak else 0


@dataclass(frozen=True, slots=True)
class SubScore:
    """A part of the paper that is looked at where points are equal: the items of a kind, of a topic or of a bank."""

    kind: Kind | None = None
    topic: str | None = None
    bank: str | None = None

    def holds(self, item: Item, bank: str) -> bool:
        """Whether an item belongs to it."""
        wanted = ((self.kind, item.kind), (self.topic, item.topic), (self.bank, bank))
        return all(asked is None or asked == got for asked, got in wanted)


@dataclass(frozen=True, slots=True)
class Scoring:
    """How a sitting is marked, what it is worth, when it is valid (有效), and its part for ties."""

    marking: Marking = field(default_factory=Marking)
    worth: Worth = field(default_factory=Worth)
    valid: Condition = field(default_factory=Condition)
    sub_score: SubScore | None = None

    def of(self, blueprint: PaperBlueprint) -> int:
        """Full marks of a sitting, hundredths."""
        return self.worth.of(blueprint.points, blueprint.total)


@dataclass(frozen=True, slots=True)
class Score:
    """Points (hundredths) of one sitting: each response's marks by place in the paper; what the sitting is worth, of how much;
    how many items are all right; whether it is valid; the points of its sub-score."""

    marks: tuple[int, ...]
    points: int
    of: int
    right: int
    valid: bool = True
    sub_points: int = 0


def score(
    paper: Paper, items: Mapping[str, Sequence[Item]], answers: Mapping[int, Answer], scoring: Scoring, time_ms: int
) -> Score:
    """Mark a whole paper; `answers` by place from 1; what is missing is not answered. Never less than nothing."""
    asked = [items[place.bank][place.index] for place in paper]
    given = [answers.get(number) for number in range(1, len(paper) + 1)]
    marks = [
        mark(item, answer, place.points, scoring.marking)
        for item, answer, place in zip(asked, given, paper, strict=True)
    ]
    return total(paper, asked, marks, list(map(is_right, asked, given)), scoring, time_ms)


def total(
    paper: Paper, asked: Sequence[Item], marks: Sequence[int], hits: Sequence[bool], scoring: Scoring, time_ms: int
) -> Score:
    """The score that these marks give; `asked` are the items in the order of the paper, `hits` tell which are right."""
    full = sum(place.points for place in paper)
    points = max(0, scoring.worth.given(max(0, sum(marks)), hits, time_ms))
    part = scoring.sub_score
    sub = 0 if part is None else sum(
        got for got, item, place in zip(marks, asked, paper, strict=True) if part.holds(item, place.bank)
    )  # fmt: skip
    valid = scoring.valid.holds(points, sum(hits), len(hits), time_ms)
    return Score(tuple(marks), points, scoring.worth.of(full, len(hits)), sum(hits), valid, max(0, sub))


def with_essays(
    paper: Paper, asked: Sequence[Item], answers: Mapping[int, Answer], marks: Sequence[int], given: Mapping[int, int],
    scoring: Scoring, time_ms: int,
) -> Score:  # fmt: skip
    """The score of a marked paper once people have `given` points to essays, by place from 1. Full marks are right."""
    marks = [given.get(number, got) for number, got in enumerate(marks, start=1)]
    hits = [
        marks[n] == place.points if n + 1 in given else is_right(item, answers.get(n + 1))
        for n, (item, place) in enumerate(zip(asked, paper, strict=True))
    ]
    return total(paper, asked, marks, hits, scoring, time_ms)
