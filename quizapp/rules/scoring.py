"""One sitting -> its score; the sittings of one entry -> its standing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from quizapp.rules.contests import Counts, Tie
from quizapp.rules.items import Item
from quizapp.rules.marking import Answer, Marking, mark
from quizapp.rules.papers import Paper


@dataclass(frozen=True, slots=True)
class Score:
    """Points (hundredths) of one sitting: each response's marks by place in the paper, their sum, full marks, all-right count."""

    marks: tuple[int, ...]
    points: int
    of: int
    right: int


def score(paper: Paper, items: Mapping[str, Sequence[Item]], answers: Mapping[int, Answer], marking: Marking) -> Score:
    """Mark a whole paper; `answers` by place from 1; what is missing earns nothing."""
    marks = tuple(
        mark(items[place.bank][place.index], answers.get(number), place.points, marking)
        for number, place in enumerate(paper, start=1)
    )
    right = sum(got == place.points for got, place in zip(marks, paper, strict=True))
    return Score(marks, sum(marks), sum(place.points for place in paper), right)


@dataclass(frozen=True, slots=True)
class Finished:
    """One counted sitting that is over, as far as standings need it."""

    points: int
    time_ms: int
    finished_at: int
    day: str
    attempt_no: int
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts for an entry: points and time of what counts, when that was finished, and how many sittings were made."""

    points: int
    time_ms: int
    finished_at: int
    sittings: int


def standing(sittings: Sequence[Finished], counts: Counts, ties: Sequence[Tie]) -> Standing:
    """Fold the finished sittings of one entry; `sittings` must not be empty.

    best: the sitting with the highest merit; last: the latest started; sum_of_days: the best of each day, points and time
    added up, finished when the last of them was.
    """
    if counts is Counts.LAST:
        chosen = [max(sittings, key=lambda s: s.attempt_no)]
    elif counts is Counts.SUM_OF_DAYS:
        days = {s.day for s in sittings}
        chosen = [max((s for s in sittings if s.day == day), key=_better(ties)) for day in sorted(days)]
    else:
        chosen = [max(sittings, key=_better(ties))]
    return Standing(
        points=sum(s.points for s in chosen),
        time_ms=sum(s.time_ms for s in chosen),
        finished_at=max(s.finished_at for s in chosen),
        sittings=len(sittings),
    )


def _better(ties: Sequence[Tie]) -> Callable[[Finished], tuple[int, ...]]:
    def key(sitting: Finished) -> tuple[int, ...]:
        parts = {Tie.TIME: -sitting.time_ms, Tie.FINISH: -sitting.finished_at}
        return (sitting.points, *(parts[tie] for tie in ties), -sitting.attempt_no)

    return key
