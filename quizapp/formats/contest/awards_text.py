"""Conditions, promotions, commendations, tickets and prizes in the words of a contest file."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from quizapp.formats.contest.values import decimal_text, duration_text, flag_text, points_text, share_text
from quizapp.formats.yaml_writer import Flow, FlowMap, Number
from quizapp.rules.commendations import Commendation, Grade, Least, Line, Per, Rounding
from quizapp.rules.contests import Promotion
from quizapp.rules.scoring import Condition
from quizapp.rules.tickets import Prize, TicketRules, Wins
from quizapp.rules.units import Metric


def said(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is said at all."""
    return {name: value for name, value in values.items() if value is not None}


def condition(when: Condition) -> dict[str, Any]:
    """What a sitting has to reach; empty where nothing is asked."""
    return FlowMap(
        said(
            {
                "all_right": flag_text(True) if when.all_right else None,
                "right": when.right,
                "points": None if when.points is None else Number(points_text(when.points)),
                "time": None if when.time_ms is None else duration_text(when.time_ms),
                "within": None if when.within_ms is None else duration_text(when.within_ms),
            }
        )
    )


def promotion(rule: Promotion) -> dict[str, Any]:
    how_many = {"best": rule.best, "share": None if rule.share is None else share_text(rule.share)}
    per = None if rule.per is Per.WHOLE else str(rule.per)
    return FlowMap(said({**how_many, "per": per, "per_unit": rule.per_unit or None}))


def commendation(rule: Commendation) -> dict[str, Any]:
    [first, *more] = rule.grades
    alone = not more and first.title == rule.title and not first.of_rest and not first.least
    how_many = _quota(first) if alone else {"grades": [FlowMap({"title": g.title} | _quota(g)) for g in rule.grades]}
    return said(
        {
            "title": rule.title,
            "of": str(rule.of),
            "kinds": list(rule.kinds) or None,
            "divisions": list(rule.divisions) or None,
            "stage": rule.stage or None,
            "except": list(rule.without) or None,
            "rank_by": weights(rule.rank_by) if rule.rank_by else None,
            "then": Flow(map(str, rule.then)) or None,
            "per": None if rule.per is Per.WHOLE else str(rule.per),
            "per_unit": rule.per_unit or None,
            "most_per_unit": rule.most_per_unit,
            **how_many,
            "line": None if rule.line is Line.NONE else str(rule.line),
            "least": _least(rule.least),
        }
    )


def weights(by: Iterable[tuple[Metric, Fraction]]) -> Any:
    """A metric alone by its name, several with their weights."""
    texts = FlowMap({str(metric): share_text(weight) for metric, weight in by})
    return next(iter(texts)) if list(texts.values()) == ["100%"] else texts


def _quota(grade: Grade) -> dict[str, Any]:
    return said(
        {
            "quota": grade.quota,
            "share": None if grade.share is None else share_text(grade.share),
            "at_least": grade.at_least or None,
            "at_most": grade.at_most,
            "round": None if grade.rounding is Rounding.DOWN else str(grade.rounding),
            "of": "rest" if grade.of_rest else None,
            "least": _least(grade.least),
        }
    )


def _least(least: Least) -> dict[str, Any] | None:
    return FlowMap({str(metric): Number(decimal_text(value)) for metric, value in least}) or None


def tickets(rules: TicketRules) -> dict[str, Any]:
    caps = {name: getattr(rules, name) for name in ("per_right", "stages", "per_day", "per_stage", "total")}
    more = {"except": list(rules.excepted) or None, "wins": None if rules.wins is Wins.CONTEST else str(rules.wins)}
    return FlowMap(said({"when": condition(rules.when) or None, **caps, **more}))


def prize(rule: Prize) -> dict[str, Any]:
    each_stage = flag_text(True) if rule.each_stage else None
    when = condition(rule.when) or None
    return FlowMap(said({"title": rule.title, "count": rule.count, "each_stage": each_stage, "when": when}))
