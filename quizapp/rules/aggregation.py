"""People -> every unit above them: what each person adds where, sums over subtrees, and what decides about each unit."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from heapq import merge

from quizapp.rules.counting import Finished, Standing
from quizapp.rules.ranking import places, value_merit
from quizapp.rules.units import OF_ALL_PEOPLE, Facts, Figures, Metric, Steps, UnitRules, measure, shortfalls

Parents = Mapping[int, int | None]
Fold = Callable[[Sequence[Finished]], Standing]

ROOT = 0
"""Stands above every unit that has nothing above it, so that everybody is counted once."""


def rooted(parents: Parents) -> Parents:
    """The same tree with one root."""
    return {unit: ROOT if parent is None else parent for unit, parent in parents.items()} | {ROOT: None}


def line_of(unit: int, parents: Parents) -> list[int]:
    """The unit and everything above it, from the bottom."""
    line: list[int] = []
    at: int | None = unit
    while at is not None and at not in line:
        line.append(at)
        at = parents.get(at)
    return line


def figures_of(standing: Standing) -> Figures:
    """What one person with this standing adds to a unit."""
    return Figures(
        1,
        standing.sittings,
        standing.points,
        standing.valid,
        int(standing.points > 0),
        int(standing.full),
        int(standing.passed),
    )


def by_unit(sittings: Sequence[Finished], parents: Parents, fold: Fold) -> dict[int, Standing]:
    """The standing of one person as every unit sees it: of the sittings made for it or below it.

    Somebody who sat for one unit only is given for that one; it is the same above.
    """
    placed = [sitting for sitting in sittings if sitting.unit_id is not None]
    units = {sitting.unit_id for sitting in placed}
    if len(units) == 1:
        return {unit: fold(placed) for unit in units if unit is not None}
    below: dict[int, list[Finished]] = defaultdict(list)
    for sitting in placed:
        for above in line_of(sitting.unit_id or 0, parents):
            below[above].append(sitting)
    return {unit: fold(made) for unit, made in below.items()}


def shares(sittings: Sequence[Finished], parents: Parents, fold: Fold) -> dict[int, Figures]:
    """What one person's sittings add to which units, so that the sum over any subtree is that subtree's figures.

    Every unit counts the sittings made for it or below it, and counts the person once. Somebody who sat for one unit adds to
    that one only; somebody who moved also adds a correction (one person less, the difference of points) where lines meet.
    """
    whole = {unit: figures_of(standing) for unit, standing in by_unit(sittings, parents, fold).items()}
    added = dict(whole)
    for unit, figures in whole.items() if len(whole) > 1 else ():
        parent = parents.get(unit)
        if parent in added:
            added[parent] = added[parent].minus(figures)
    return {unit: figures for unit, figures in added.items() if figures != Figures()}


def roll_up(parents: Parents, own: Mapping[int, Figures]) -> dict[int, Figures]:
    """Figures of every unit with its whole subtree, from what is added to each (the sum of `shares`)."""
    totals: dict[int, Figures] = defaultdict(Figures)
    for unit, figures in own.items():
        for above in line_of(unit, parents):
            totals[above] = totals[above].plus(figures)
    return dict(totals)


def spread_up(parents: Parents, people: Sequence[Mapping[int, int]]) -> dict[int, list[int]]:
    """The points of every person of every unit with its subtree, best first; a person is given as unit -> points (`by_unit`)."""
    own: dict[int, list[int]] = defaultdict(list)
    for person in people:
        if len(person) == 1:
            [(unit, points)] = person.items()
            own[unit].append(points)
    lists: dict[int, list[list[int]]] = defaultdict(list)
    for unit, found in own.items():
        found.sort(reverse=True)
        for above in line_of(unit, parents):
            lists[above].append(found)
    return {unit: list(merge(*found, reverse=True)) for unit, found in _with_movers(lists, people).items()}


def _with_movers(lists: dict[int, list[list[int]]], people: Sequence[Mapping[int, int]]) -> dict[int, list[list[int]]]:
    for person in people:
        for unit, points in person.items() if len(person) > 1 else ():
            lists[unit].append([points])
    return lists


def steps(figures: Mapping[int, Facts], kinds: Mapping[int, str | None], rules: UnitRules) -> dict[int, Fraction]:
    """名次分 of every unit that qualifies: by its place among those of its kind in the whole contest, ties alike."""
    fit = {unit: facts for unit, facts in figures.items() if not shortfalls(facts, rules)}
    found = [_by_place(fit, kinds, rules, by) for by in rules.all_steps]
    return {
        unit: sum((by.weight * of[unit] for by, of in zip(rules.all_steps, found, strict=True)), Fraction(0))
        for unit in fit
        if all(unit in of for of in found)
    }


def _by_place(
    figures: Mapping[int, Facts], kinds: Mapping[int, str | None], rules: UnitRules, by: Steps
) -> dict[int, Fraction]:
    peers: dict[str | None, list[tuple[bytes, int]]] = defaultdict(list)
    for unit, facts in figures.items():
        if (found := measure(by.of, facts, rules)) is not None:
            peers[kinds.get(unit)].append((value_merit([found]), unit))
    scores: dict[int, Fraction] = {}
    for rows in peers.values():
        rows.sort(reverse=True)
        for (_, unit), (place, _shared) in zip(rows, places(key for key, _ in rows), strict=True):
            scores[unit] = Fraction(by.at(place), 100)
    return scores


def facts_of(
    rules: UnitRules, figures: Mapping[int, Figures], headcounts: Callable[[int], int | None], *,
    kinds: Mapping[int, str | None], spreads: Mapping[int, Sequence[int]] | None = None,
    bonuses: Mapping[int, int] | None = None, full_marks: Fraction | None = None, also: Collection[Metric] = (),
) -> dict[int, Facts]:  # fmt: skip
    """What decides about each unit that has figures, those of `ROOT` among them; `bonuses` in hundredths, `full_marks` in points.
    `also`: metrics that are asked for besides those that rank."""
    overall = figures.get(ROOT, Figures())
    spreads, bonuses = spreads or {}, bonuses or {}

    def fact(unit: int, step: Fraction | None = None) -> Facts:
        return Facts(
            figures.get(unit, Figures()), headcounts(unit), spreads.get(unit, ()), step, Fraction(bonuses.get(unit, 0), 100),
            overall.mean, full_marks,
        )  # fmt: skip

    units = {*figures, *bonuses}
    if Metric.STEPS not in {*rules.metrics, *also}:
        return {unit: fact(unit) for unit in units}
    scores = steps({unit: fact(unit) for unit in units - {ROOT}}, kinds, rules)
    return {unit: fact(unit, scores.get(unit)) for unit in units}


def needs_spread(rules: UnitRules, also: Collection[Metric] = ()) -> bool:
    """Whether the points of every person are needed, not only sums; `also`: for metrics that are asked for besides those that rank."""
    return not OF_ALL_PEOPLE.isdisjoint(rules.needed.union(*map(rules.behind, also)))
