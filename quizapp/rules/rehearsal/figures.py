"""What an organiser should look at in a rehearsal: distributions, ties at the lines, what becomes of small units, the draw."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from quizapp.rules.rehearsal import Commended, Rehearsal
from quizapp.rules.tickets import drawn_in
from quizapp.rules.units import Reason

_MOST_BINS = 12
_POINT_STEPS = [step * 10**power for power in range(9) for step in (1, 2, 5)]
_TIME_STEPS = [1000 * s for s in (5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600, 86_400, 604_800)]
_SIZES = (0, 1, 5, 10, 30, 100, 300, 1000)
_TOP = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """How many lie from `least` to below `below`; hundredths or milliseconds."""

    least: int
    below: int
    count: int


@dataclass(frozen=True, slots=True)
class Edge:
    """The line of one grade: how many its number or share gives room to in so many lists (None: everybody), how many it took, in how many lists
    the line falls among people or units of one place, and how many share that place at most."""

    title: str
    stage: str
    grade: str
    lists: int
    room: int | None
    taken: int
    tied: int
    most: int


@dataclass(frozen=True, slots=True)
class Size:
    """Units with from `least` to `most` participants (None: no end): how many, how many have a place, their values, how many are
    in the first tenth of all that have a place."""

    least: int
    most: int | None
    units: int
    placed: int
    lowest: Fraction | None
    middle: Fraction | None
    highest: Fraction | None
    ahead: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """One prize, in one stage where it is drawn in each: how many there are, how many hold tickets for it, how many were drawn."""

    title: str
    stage: str
    count: int
    holders: int
    tickets: int
    drawn: int


def points(found: Rehearsal) -> list[Bin]:
    """What counts for people."""
    return _bins([row.standing.points for row in found.people], _POINT_STEPS)


def times(found: Rehearsal) -> list[Bin]:
    """The time of single sittings that count."""
    return _bins([sat.made.time_ms for sat in found.sittings if sat.counts], _TIME_STEPS)


def _bins(values: Sequence[int], steps: Sequence[int]) -> list[Bin]:
    if not values:
        return []
    least, most = min(values), max(values)
    step = next((step for step in steps if most // step - least // step < _MOST_BINS), steps[-1])
    counts = Counter(value // step for value in values)
    return [Bin(n * step, (n + 1) * step, counts[n]) for n in range(least // step, most // step + 1)]


def top(found: Rehearsal) -> list[tuple[int, int]]:
    """The first places of people, and how many share each."""
    return list(Counter(row.place for row in found.people).items())[:_TOP]


def edges(found: Rehearsal) -> list[Edge]:
    """The lines of all grades of all commendations."""
    stages = {stage.code: stage.title for stage in found.rules.stages}
    return [edge for one in found.commended for edge in _edges(one, stages.get(one.stage, ""))]


def _edges(one: Commended, stage: str) -> Iterable[Edge]:
    for n, grade in enumerate(one.rule.grades):
        cuts = [cuts[n] for cuts in one.lists]
        rooms = [cut.room for cut in cuts if cut.room is not None]
        room = sum(rooms) if len(rooms) == len(cuts) else None
        tied = [cut.tied for cut in cuts if cut.tied]
        taken = sum(cut.taken for cut in cuts)
        yield Edge(one.rule.title, stage, grade.title, len(cuts), room, taken, len(tied), max(tied, default=0))


def sizes(found: Rehearsal) -> list[Size]:
    """The units that people belong to, by how many took part."""
    above = {unit.parent for unit in found.cast.units}
    rows = [row for row in found.units if row.unit.id not in above]
    placed = sorted((row for row in rows if row.place is not None), key=lambda row: row.merit, reverse=True)
    ahead = {row.unit.id for row in placed[: max(1, len(placed) // 10)]}
    told = []
    for least, beyond in zip(_SIZES, (*_SIZES[1:], None), strict=True):
        own = [
            row
            for row in rows
            if least <= row.facts.figures.people and (beyond is None or row.facts.figures.people < beyond)
        ]
        values = [row.value for row in own if row.value is not None]
        if own:
            told.append(
                Size(
                    least, None if beyond is None else beyond - 1, len(own), sum(row.place is not None for row in own),
                    min(values, default=None), median(values) if values else None, max(values, default=None),
                    sum(row.unit.id in ahead for row in own),
                )
            )  # fmt: skip
    return told


def barred(found: Rehearsal) -> list[tuple[Reason, int]]:
    """Why units have no place, and how many of them each; reasons that differ in a unit's own numbers only are one."""
    reasons = [reason for row in found.units if row.place is None for reason in row.reasons]
    places = dict(reasons)
    counts = Counter(text for text, _ in reasons)
    return [((_WITHOUT_NUMBERS.get(text, text), places[text]), count) for text, count in counts.most_common()]


_WITHOUT_NUMBERS = {
    "参与人数{people}人，要求至少{least}人": "参与人数不到{least}人",
    "参与率未达到要求，还差{missing}人": "参与率未达到要求",
}


def draws(found: Rehearsal) -> list[Drawn]:
    told, stages = [], [stage.code for stage in found.rules.stages]
    for prize, pool in found.pools:
        for stage in drawn_in(prize, pool, stages):
            held = [of.get(stage, 0) if prize.each_stage else sum(of.values()) for of in pool.values()]
            drawn = sum(winner.prize == prize.title and winner.stage == stage for winner in found.winners)
            told.append(Drawn(prize.title, stage, prize.count, sum(map(bool, held)), sum(held), drawn))
    return told
