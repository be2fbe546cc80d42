"""Results: units with their places, now and as of any past moment; what a person's and a unit's line say."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.models.standings import UnitShare
from quizapp.rules import aggregation, scoring
from quizapp.rules.aggregation import Figures
from quizapp.rules.attempts import Track
from quizapp.rules.contests import ContestRules, UnitRules
from quizapp.rules.ranking import places, value_merit
from quizapp.services.contests import Running
from quizapp.services.organisations import Tree, tree

Fold = Callable[[Sequence[scoring.Finished]], scoring.Standing]


class PersonResult(NamedTuple):
    """One contestant's standing with the place in the list asked for; points in hundredths."""

    place: int
    shared: bool
    entry_id: str
    name: str
    phone: str | None
    unit_code: str | None
    unit_name: str | None
    division: str
    points: int
    time_ms: int
    finished_at: int
    sittings: int
    merit: bytes


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One unit's figures with the place in the list asked for; without a place `reasons` say why."""

    place: int | None
    shared: bool
    unit_id: int
    code: str
    name: str
    kind: str | None
    parent_name: str | None
    figures: Figures
    headcount: int | None
    rate: Fraction | None
    value: Fraction | None
    reasons: tuple[tuple[str, dict[str, object]], ...]
    has_children: bool

    @property
    def flagged(self) -> bool:
        return aggregation.is_flagged(self.figures.people, self.headcount)

    def shown_mean(self, rules: UnitRules) -> Fraction | None:
        """The mean as the public sees it: that of a very small unit would give away its people."""
        return None if self.figures.people < rules.hide_mean_below else self.figures.mean

    def shown_value(self, rules: UnitRules) -> Fraction | None:
        """The value likewise, where it is made of the mean."""
        return None if rules.by_mean and self.figures.people < rules.hide_mean_below else self.value


def folding(rules: ContestRules) -> Fold:
    """How sittings of one entry become its standing."""
    return partial(scoring.standing, counts=rules.counts, ties=rules.ties)


def finished_query(contest: Running) -> Any:
    """Sittings that count: the entry, then the fields of `scoring.Finished`."""
    return (
        select(
            Sitting.entry_id, Sitting.points, Sitting.time_ms, Sitting.finished_at, Sitting.day, Sitting.attempt_no,
            Sitting.unit_id,
        )
        .join(Entry, and_(Entry.contest_id == Sitting.contest_id, Entry.id == Sitting.entry_id))
        .where(
            Sitting.contest_id == contest.id, Sitting.track == Track.COUNTED.value, Sitting.state == "handed_in",
            Entry.counts,
        )
    )  # fmt: skip


def finished(
    session: Session, contest: Running, as_of: int | None, entries: Any = None
) -> dict[str, list[scoring.Finished]]:
    """Counted sittings by entry, those finished by `as_of` only."""
    query = finished_query(contest)
    if as_of is not None:
        query = query.where(Sitting.finished_at <= as_of)
    if entries is not None:
        query = query.where(Sitting.entry_id.in_(entries))
    found: dict[str, list[scoring.Finished]] = defaultdict(list)
    for row in session.execute(query):
        found[row[0]].append(scoring.Finished(*row[1:]))
    return found


def unit_figures(session: Session, contest: Running, parents: aggregation.Parents, as_of: int | None = None) -> dict[int, Figures]:
    """Figures of every unit with its subtree, now or as of a past moment."""
    own = own_figures(session, contest) if as_of is None else folded_figures(finished(session, contest, as_of), parents, contest.rules)
    return aggregation.roll_up(parents, own)


def own_figures(session: Session, contest: Running, units: Iterable[int] | None = None, apart: Any = None) -> dict[int, Figures]:
    """What has been added to each unit (or to those of `units`) by everybody but the entries `apart`."""
    query = (
        select(UnitShare.unit_id, func.sum(UnitShare.people), func.sum(UnitShare.sittings), func.sum(UnitShare.points))
        .where(UnitShare.contest_id == contest.id)
        .group_by(UnitShare.unit_id)
    )
    if units is not None:
        query = query.where(UnitShare.unit_id.in_(units))
    if apart is not None:
        query = query.where(UnitShare.entry_id.not_in(apart))
    return {unit: Figures(int(people), int(sittings), int(points)) for unit, people, sittings, points in session.execute(query)}


def folded_figures(
    sittings: Mapping[str, Sequence[scoring.Finished]], parents: aggregation.Parents, rules: ContestRules
) -> dict[int, Figures]:
    """The same from the sittings themselves, by entry."""
    own: dict[int, Figures] = defaultdict(Figures)
    for made in sittings.values():
        for unit, figures in aggregation.shares(made, parents, folding(rules)).items():
            own[unit] = own[unit].plus(figures)
    return own


def units(
    session: Session, contest: Running, *, as_of: int | None = None, kind: str = "", under: Unit | None = None
) -> list[UnitResult]:
    """Units with places within the list: the children of `under` (the top without it), or all its descendants of a kind."""
    whole = tree(session, as_of)
    figures = unit_figures(session, contest, whole.parents, as_of)
    return rank_units(whole, figures, contest.rules, listed(whole, under.id if under else None, kind))


def listed(whole: Tree, under: int | None, kind: str) -> list[int]:
    """Which units a list holds."""
    if kind:
        return [unit for unit in whole.below(under) if whole.nodes[unit].kind == kind]
    return list(whole.children.get(under, ()))


def rank_units(whole: Tree, figures: dict[int, Figures], rules: ContestRules, ids: Sequence[int]) -> list[UnitResult]:
    """Places for the units that qualify, the best first; then the others by code."""
    qualified: list[tuple[bytes, UnitResult]] = []
    others = []
    for unit_id in taking_part(whole, rules, ids):
        row = unit_result(whole, figures, rules, unit_id)
        if row.reasons or row.value is None:
            others.append(row)
        else:
            qualified.append((value_merit(row.value), row))
    qualified.sort(key=lambda line: line[1].code)
    qualified.sort(key=lambda line: line[0], reverse=True)
    placed = [
        replace(row, place=place, shared=shared)
        for (_, row), (place, shared) in zip(qualified, places(key for key, _ in qualified), strict=True)
    ]
    return placed + sorted(others, key=lambda row: row.code)


def taking_part(whole: Tree, rules: ContestRules, ids: Sequence[int]) -> Sequence[int]:
    """Of these units those that the contest is for, with what lies above and below them."""
    if not rules.entry.units:
        return ids
    named = {unit for unit, node in whole.nodes.items() if node.code in rules.entry.units}
    above = {unit for start in named for unit in aggregation.line_of(start, whole.parents)}
    return [unit for unit in ids if unit in above or named & set(aggregation.line_of(unit, whole.parents))]


def unit_result(whole: Tree, figures: dict[int, Figures], rules: ContestRules, unit_id: int) -> UnitResult:
    """One unit without a place, with the reasons why it would get none."""
    node = whole.nodes[unit_id]
    return measured(
        rules, figures.get(unit_id, Figures()), whole.headcount(unit_id),
        unit_id=unit_id, code=node.code, name=node.name, kind=node.kind,
        parent_name=whole.nodes[node.parent_id].name if node.parent_id else None,
        has_children=bool(whole.children.get(unit_id)),
    )  # fmt: skip


def measured(rules: ContestRules, figures: Figures, headcount: int | None, **facts: Any) -> UnitResult:
    """What the rules make of a unit's figures; `facts` are the unit's own fields."""
    return UnitResult(
        place=None,
        shared=False,
        figures=figures,
        headcount=headcount,
        rate=aggregation.rate(figures.people, headcount),
        value=aggregation.value(figures, headcount, rules.units),
        reasons=tuple(aggregation.shortfalls(figures, headcount, rules.units)),
        **facts,
    )
