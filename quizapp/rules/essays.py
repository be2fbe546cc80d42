"""Essays (论述题、征文): two people mark each without seeing the other's marks; where they differ too much a third decides.

Points are hundredths. Turns 1 and 2 are blind, turn 3 is the decision of somebody who sees both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from quizapp.rules.items import Criterion

BLIND = (1, 2)
DECISION = 3
IN_HAND_MS = 3_600_000
"""How long a marker keeps an essay from the others."""


class State(StrEnum):
    """How far an essay is."""

    UNMARKED = "unmarked"  # one of the two is missing
    DIFFERS = "differs"  # a third has to decide
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an essay has earned; `points` once it is final."""

    state: State
    points: int | None = None


_UNMARKED = Verdict(State.UNMARKED)


@dataclass(frozen=True, slots=True)
class Mark:
    """What one marker gives; `points` is None while the essay is in the marker's hands."""

    turn: int
    marker: str
    points: int | None
    taken_at: int

    def is_held(self, now: int) -> bool:
        """Whether the essay is in this marker's hands still: after an hour another may have it."""
        return self.points is None and now - self.taken_at < IN_HAND_MS


def verdict(marks: Sequence[Mark], points: int, gap: Fraction) -> Verdict:
    """The mean of two marks, half a hundredth rounded up, where they differ by at most `gap` of the item's `points`; else what
    the third decides."""
    if len(marks) < len(BLIND):
        return _UNMARKED
    given = {mark.turn: mark.points for mark in marks if mark.points is not None}
    if DECISION in given:
        return Verdict(State.FINAL, given[DECISION])
    if any(turn not in given for turn in BLIND):
        return _UNMARKED
    first, second = (given[turn] for turn in BLIND)
    if abs(first - second) > gap * points:
        return Verdict(State.DIFFERS)
    return Verdict(State.FINAL, (first + second + 1) // 2)


def turn_of(marks: Sequence[Mark], state: State, now: int) -> int | None:
    """The turn that is next; None while the essay is in somebody's hands, and when it is final."""
    if state is State.FINAL or any(mark.is_held(now) for mark in marks):
        return None
    given = {mark.turn for mark in marks if mark.points is not None}
    return next(turn for turn in (*BLIND, DECISION) if turn not in given)


def is_for(marks: Sequence[Mark], author: str, marker: str) -> bool:
    """Whether this person may mark it: not one's own text, and nobody twice."""
    return author != marker and all(mark.marker != marker for mark in marks)


def by_criteria(rubric: Sequence[Criterion]) -> bool:
    """Whether points are given criterion by criterion; a rubric that says the points of some only is a list of hints."""
    return bool(rubric) and all(criterion.points for criterion in rubric)


def points_of(parts: Sequence[int], rubric: Sequence[Criterion], points: int) -> int:
    """What the points of all criteria come to on a paper where the item is worth `points`, half a hundredth rounded up."""
    most = sum(criterion.points or 0 for criterion in rubric)
    return (2 * sum(parts) * points + most) // (2 * most)


@dataclass(frozen=True, slots=True)
class Given:
    """A mark as it is told when nobody marks blind any more."""

    name: str
    points: int
    note: str


@dataclass(frozen=True, slots=True)
class Marked:
    """An essay with what it was given by turn; `receipt`, by which its contestant can ask about it, once it is final."""

    code: str
    stem: str
    points: int
    verdict: Verdict
    given: dict[int, Given]
    receipt: str = ""
