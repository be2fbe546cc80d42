"""ContestRules in the words of a contest file."""

from typing import Any

from quizapp.formats.contest_values import duration_text, flag_text, moment_text, points_text, share_text
from quizapp.formats.yaml_writer import Flow, FlowMap, Number
from quizapp.rules.contests import ContestRules
from quizapp.rules.papers import Draw


def file_of(rules: ContestRules) -> dict[str, Any]:
    """The contest file of these rules, in the order in which people read one."""
    late = rules.last_start != rules.closes_at
    return _without_none(
        {
            "contest": rules.slug,
            "title": rules.title,
            "organiser": rules.organiser or None,
            "telephone": rules.telephone or None,
            "about": rules.about or None,
            "zone": rules.zone,
            "opens_at": moment_text(rules.opens_at, rules.zone),
            "last_start": moment_text(rules.last_start, rules.zone, end_of_day=True) if late else None,
            "closes_at": moment_text(rules.closes_at, rules.zone, end_of_day=True),
            "paper": _paper(rules),
            "clock": _clock(rules),
            "sittings": _sittings(rules),
            "marking": FlowMap(multiple=str(rules.marking.multiple)),
            "counts": str(rules.counts),
            "ties": Flow(map(str, rules.ties)),
            "pass": None if rules.pass_points is None else Number(points_text(rules.pass_points)),
            "release": FlowMap(score=str(rules.release_score), key=str(rules.release_key)),
            "divisions": [_division(d.code, d.title, d.unit_kinds) for d in rules.divisions] or None,
            "entry": _entry(rules),
            "units": _units(rules),
            "board": _board(rules),
        }
    )


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _paper(rules: ContestRules) -> dict[str, Any]:
    blueprint = rules.blueprint
    shuffle = FlowMap(items=flag_text(blueprint.shuffle_items), choices=flag_text(blueprint.shuffle_choices))
    return {"draw": [_draw(draw) for draw in blueprint.draws], "shuffle": shuffle}


def _draw(draw: Draw) -> dict[str, Any]:
    wanted = {"kind": draw.kind, "topic": draw.topic, "difficulty": draw.difficulty}
    texts = {name: str(value) for name, value in wanted.items() if value is not None}
    return FlowMap({"bank": draw.bank} | texts | {"count": draw.count, "points": Number(points_text(draw.points))})


def _clock(rules: ContestRules) -> dict[str, Any]:
    clock = rules.clock
    limits = {"paper": clock.paper_ms, "item": clock.item_ms}
    texts = {name: duration_text(value) for name, value in limits.items() if value is not None}
    return FlowMap(texts | {"full_time": flag_text(clock.full_time), "grace": duration_text(clock.grace_ms)})


def _sittings(rules: ContestRules) -> dict[str, Any]:
    limits = rules.limits
    counts = {"per_day": limits.per_day, "total": limits.total, "practice_per_day": limits.practice_per_day}
    return FlowMap({name: value for name, value in counts.items() if value is not None})


def _division(code: str, title: str, unit_kinds: tuple[str, ...]) -> dict[str, Any]:
    return FlowMap({"code": code, "title": title} | ({"unit_kinds": list(unit_kinds)} if unit_kinds else {}))


def _entry(rules: ContestRules) -> dict[str, Any]:
    entry = rules.entry
    return FlowMap(
        doors=list(map(str, entry.doors)),
        units=list(entry.units),
        unit_changes=entry.unit_changes,
        minors=flag_text(entry.minors),
    )


def _units(rules: ContestRules) -> dict[str, Any]:
    units = rules.units
    weights = FlowMap({str(metric): share_text(weight) for metric, weight in units.weights})
    return _without_none(
        {
            "rank_by": next(iter(weights)) if len(weights) == 1 else weights,
            "min_people": units.min_people,
            "min_rate": None if units.min_rate is None else share_text(units.min_rate),
            "min_mean": None if units.min_mean is None else Number(points_text(units.min_mean)),
            "hide_mean_below": units.hide_mean_below,
        }
    )


def _board(rules: ContestRules) -> dict[str, Any]:
    board = rules.board
    freeze = {} if board.freeze_at is None else {"freeze_at": moment_text(board.freeze_at, rules.zone)}
    return FlowMap({"people": str(board.people), "units": str(board.units)} | freeze)
