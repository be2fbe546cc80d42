"""Commendations, tickets and prizes in the words of a contest file."""

from collections.abc import Mapping
from typing import Any

from quizapp.formats.contest_values import decimal_text, duration_text, flag_text, points_text, share_text
from quizapp.formats.yaml_writer import FlowMap, Number
from quizapp.rules.commendations import Commendation, Grade, Line, Per
from quizapp.rules.scoring import Condition
from quizapp.rules.tickets import Prize, TicketRules


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
            }
        )
    )


def commendation(rule: Commendation) -> dict[str, Any]:
    alone = len(rule.grades) == 1 and rule.grades[0].title == rule.title and not rule.grades[0].of_rest
    how_many = (
        _quota(rule.grades[0]) if alone else {"grades": [FlowMap({"title": g.title} | _quota(g)) for g in rule.grades]}
    )
    least = FlowMap({str(metric): Number(decimal_text(value)) for metric, value in rule.least})
    return said(
        {
            "title": rule.title,
            "of": str(rule.of),
            "kinds": list(rule.kinds) or None,
            "divisions": list(rule.divisions) or None,
            "per": None if rule.per is Per.WHOLE else str(rule.per),
            "per_unit": rule.per_unit or None,
            **how_many,
            "line": None if rule.line is Line.NONE else str(rule.line),
            "least": least or None,
        }
    )


def _quota(grade: Grade) -> dict[str, Any]:
    share = None if grade.share is None else share_text(grade.share)
    return said({"quota": grade.quota, "share": share, "of": "rest" if grade.of_rest else None})


def tickets(rules: TicketRules) -> dict[str, Any]:
    caps = {name: getattr(rules, name) for name in ("per_right", "stages", "per_day", "per_stage", "total")}
    return FlowMap(said({"when": condition(rules.when) or None, **caps}))


def prize(rule: Prize) -> dict[str, Any]:
    return FlowMap(
        {"title": rule.title, "count": rule.count} | ({"each_stage": flag_text(True)} if rule.each_stage else {})
    )
