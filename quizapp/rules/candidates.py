"""Who can be commended: a unit or a person as a Candidate, with the order, the figures and the bars that a commendation asks for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from quizapp.rules import units
from quizapp.rules.commendations import Candidate, Commendation, Of
from quizapp.rules.counting import Standing
from quizapp.rules.ranking import value_merit
from quizapp.rules.units import Facts, Metric, Reason, UnitRules

NOT_VALID: Reason = ("没有有效的答题", {})
NO_FIGURES: Reason = ("缺少排名需要的数据", {})


def person(
    key: str, merit: bytes, of: Standing, *,
    kind: str | None = None, division: str = "", above: str | None = None, unit: str | None = None,
) -> Candidate:  # fmt: skip
    """A person with its standing; nobody is commended without a valid sitting."""
    points = of.points if of.exact is None else of.exact
    metrics = {Metric.POINTS: Fraction(points, 100), Metric.PAPERS: Fraction(of.valid)}
    return Candidate(key, merit, kind, division, above, metrics, () if of.valid else (NOT_VALID,), unit)


def unit(
    key: str, facts: Facts, rules: UnitRules, rule: Commendation, *,
    kind: str | None = None, division: str = "", above: str | None = None,
) -> Candidate:  # fmt: skip
    """A unit with what decides about it. It needs what every unit needs for a place; what is least is asked of figures as they
    are: a mean is corrected for size where it ranks only."""
    order, plain = ranked_as(rules, rule), replace(rules, shrink=0)
    barred = tuple(units.shortfalls(facts, order))
    found = None if barred else units.values(facts, order)
    metrics = {metric: units.measure(metric, facts, plain) for metric in rule.metrics}
    merit = value_merit(found) if found else b""
    return Candidate(key, merit, kind, division, above, metrics, barred or (() if found else (NO_FIGURES,)))


def ranked_as(rules: UnitRules, rule: Commendation) -> UnitRules:
    """The rules of units with the commendation's own order."""
    own = rule.rank_by or rule.then
    return replace(rules, weights=rule.rank_by or rules.weights, then=rule.then if own else rules.then)


def asked(commended: Iterable[Commendation]) -> set[Metric]:
    """The metrics of units that commendations ask for or rank by of their own."""
    return {metric for rule in commended if rule.of is Of.UNITS for metric in rule.metrics}


def not_again(
    candidates: Sequence[Candidate], rule: Commendation, before: Mapping[str, Collection[str]]
) -> list[Candidate]:
    """The candidates, those barred whom a commendation excepted by the rule has taken; `before`: title -> keys."""
    had = {key: title for title in reversed(rule.without) for key in before.get(title, ())}
    return [
        replace(c, barred=(*c.barred, ("已获“{title}”，不重复表扬", {"title": had[c.key]}))) if c.key in had else c
        for c in candidates
    ]
