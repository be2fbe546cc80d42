"""ContestRules in the words of a contest file; what a file may leave out is left out where it says nothing."""

from collections.abc import Mapping
from typing import Any

from quizapp.formats.contest.awards_text import commendation, condition, prize, promotion, said, tickets, weights
from quizapp.formats.contest.parts import COUNTS
from quizapp.formats.contest.values import decimal_text, duration_text, flag_text, moment_text, points_text, share_text
from quizapp.formats.yaml_writer import Flow, FlowMap, Number
from quizapp.rules.contests import Clock, ContestRules, Division, Limits, Stage
from quizapp.rules.counting import Counting
from quizapp.rules.marking import Marking
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.scoring import Worth
from quizapp.rules.stages import told_by_divisions
from quizapp.rules.units import Band, Steps, UnitRules


def file_of(rules: ContestRules) -> dict[str, Any]:
    """The contest file of these rules, in the order in which people read one."""
    late = rules.last_start != rules.closes_at
    return said(
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
            "paper": _paper(rules.blueprint, rules.study) if rules.study or _has_own_paper(rules) else None,
            "clock": None if _told_by_stages(rules, "clock") else _clock(rules.clock),
            "sittings": _limits(rules.limits),
            "extra": _numbers({"share": rules.extra.share, "invite": rules.extra.invite}),
            "marking": _marking(rules.scoring.marking),
            "worth": _worth(rules.scoring.worth),
            "valid": condition(rules.scoring.valid) or None,
            "counts": _counting(rules.counting),
            "ties": Flow(map(str, rules.ties)),
            "sub_score": _sub_score(rules),
            "pass": None if rules.pass_points is None else Number(points_text(rules.pass_points)),
            "stages": [_stage(stage, rules.zone) for stage in rules.stages] or None,
            "cycle": None if rules.cycle is None else str(rules.cycle),
            "release": FlowMap(score=str(rules.release_score), key=str(rules.release_key)),
            "divisions": [_division(division) for division in rules.divisions] or None,
            "entry": _entry(rules),
            "units": _units(rules),
            "board": _board(rules),
            "commendations": [commendation(rule) for rule in rules.commendations] or None,
            "tickets": None if rules.tickets is None else tickets(rules.tickets),
            "prizes": [prize(one) for one in rules.prizes] or None,
        }
    )


def _numbers(values: Mapping[str, int | None]) -> dict[str, Any] | None:
    """Whole numbers that are more than nothing."""
    return FlowMap({name: value for name, value in values.items() if value}) or None


def _told_by_stages(rules: ContestRules, name: str) -> bool:
    """Whether every stage has a paper or clock of its own, and the contest's is only the first of them."""
    own = [getattr(stage, name) for stage in rules.stages]
    return bool(own) and None not in own and own[0] == getattr(rules, name)


def _has_own_paper(rules: ContestRules) -> bool:
    """Whether the contest's paper is more than the first of the stages' or, where not every stage has one, of the divisions'."""
    staged = bool(rules.stages) and all(stage.blueprint for stage in rules.stages)
    return not (_told_by_stages(rules, "blueprint") if staged else told_by_divisions(rules))


def _paper(blueprint: PaperBlueprint, study: bool) -> dict[str, Any]:
    shuffle = FlowMap(items=flag_text(blueprint.shuffle_items), choices=flag_text(blueprint.shuffle_choices))
    learnt = {"study": flag_text(True)} if study else {}
    return {"draw": [_draw(draw) for draw in blueprint.draws], "shuffle": shuffle} | learnt


def _draw(draw: Draw) -> dict[str, Any]:
    wanted = {"kind": draw.kind, "topic": draw.topic, "difficulty": draw.difficulty}
    texts = {name: str(value) for name, value in wanted.items() if value is not None}
    return FlowMap({"bank": draw.bank} | texts | {"count": draw.count, "points": Number(points_text(draw.points))})


def _clock(clock: Clock) -> dict[str, Any]:
    limits = {"paper": clock.paper_ms, "item": clock.item_ms}
    texts = {name: duration_text(value) for name, value in limits.items() if value is not None}
    return FlowMap(texts | {"full_time": flag_text(clock.full_time), "grace": duration_text(clock.grace_ms)})


def _limits(limits: Limits) -> dict[str, Any]:
    counts = {"per_day": limits.per_day, "total": limits.total, "practice_per_day": limits.practice_per_day}
    more = {
        "retakes": limits.retakes or None,
        "cooldown": duration_text(limits.cooldown_ms) if limits.cooldown_ms else None,
    }
    return FlowMap(said(counts | more))


def _marking(marking: Marking) -> dict[str, Any]:
    plain = Marking()
    points = {name: getattr(marking, name) for name in ("short", "per_right", "per_wrong", "unanswered", "wrong")}
    parts = {name: getattr(marking, name) for name in ("blank", "order", "match", "hotspot")}
    return FlowMap(
        {"multiple": str(marking.multiple)}
        | {name: Number(points_text(value)) for name, value in points.items() if value}
        | {name: str(value) for name, value in parts.items() if value is not getattr(plain, name)}
        | ({} if marking.essay_gap == plain.essay_gap else {"essay_gap": share_text(marking.essay_gap)})
    )


def _worth(worth: Worth) -> dict[str, Any] | None:
    steps = [FlowMap(condition(step.when) | {"worth": Number(points_text(step.points))}) for step in worth.steps]
    parts = {
        "streak": Flow(Number(points_text(bonus)) for bonus in worth.streak) or None,
        "all_right": Number(points_text(worth.all_right)) if worth.all_right else None,
        "steps": steps or None,
    }
    return said(parts) or None


def _counting(counting: Counting) -> Any:
    for name, wanted in COUNTS.items():
        if counting.most is None and wanted == (counting.take, counting.each, counting.combine):
            return name
    most = {} if counting.most is None else {"most": counting.most}
    return FlowMap({"take": str(counting.take), "each": str(counting.each)} | most | {"as": str(counting.combine)})


def _sub_score(rules: ContestRules) -> dict[str, Any] | None:
    part = rules.scoring.sub_score
    if part is None:
        return None
    return FlowMap(said({"kind": part.kind and str(part.kind), "topic": part.topic, "bank": part.bank}))


def _stage(stage: Stage, zone: str) -> dict[str, Any]:
    moments = {"opens_at": stage.opens_at, "last_start": stage.last_start, "closes_at": stage.closes_at}
    window = {
        name: moment_text(value, zone, end_of_day=name != "opens_at")
        for name, value in moments.items()
        if value is not None
    }
    after = FlowMap(stage=stage.after, points=Number(points_text(stage.least))) if stage.after else None
    return (
        {"code": stage.code, "title": stage.title}
        | window
        | said(
            {
                "paper": None if stage.blueprint is None else _paper(stage.blueprint, stage.study),
                "clock": None if stage.clock is None else _clock(stage.clock),
                "sittings": None if stage.limits is None else _limits(stage.limits),
                "after": after,
                "counts": None if stage.counts else flag_text(False),
                "promote": None if stage.promote is None else promotion(stage.promote),
                "divisions": list(stage.divisions) or None,
            }
        )
    )


def _division(division: Division) -> dict[str, Any]:
    kinds = {"unit_kinds": list(division.unit_kinds)} if division.unit_kinds else {}
    named = {"code": division.code, "title": division.title} | kinds
    if division.blueprint is None:
        return FlowMap(named)
    return named | {"paper": _paper(division.blueprint, division.study)}


def _entry(rules: ContestRules) -> dict[str, Any]:
    entry = rules.entry
    flags = {name: flag_text(True) for name in ("guests", "check_in", "room_code", "choose_division") if getattr(entry, name)}
    more: dict[str, Any] = {"ask": list(map(str, entry.ask)) or None, "gate": entry.gate or None}
    within = {} if entry.change_within_ms is None else {"change_within": duration_text(entry.change_within_ms)}
    return FlowMap(
        {"doors": list(map(str, entry.doors)), "units": list(entry.units), "unit_changes": entry.unit_changes}
        | within
        | {"minors": flag_text(entry.minors)}
        | flags
        | said(more)
    )


def _units(rules: ContestRules) -> dict[str, Any]:
    units = rules.units
    return said(
        {
            "rank_by": weights(units.weights),
            "then": Flow(map(str, units.then)) or None,
            "top": None if units.top == 10 else units.top,
            "steps": None if units.all_steps == (Steps(),) else [_steps(one) for one in units.all_steps],
            "bands": [_band(band) for band in units.bands] or None,
            "bonus": _bonus(units),
            "shrink": units.shrink or None,
            "min_people": units.min_people,
            "min_rate": None if units.min_rate is None else share_text(units.min_rate),
            "min_mean": None if units.min_mean is None else Number(points_text(units.min_mean)),
            "hide_mean_below": units.hide_mean_below,
        }
    )


def _steps(steps: Steps) -> dict[str, Any]:
    by_place = {"first": steps.first, "step": steps.step} if not steps.values else {}
    values = {"values": Flow(Number(points_text(value)) for value in steps.values)} if steps.values else {}
    numbers = {name: Number(points_text(value)) for name, value in (by_place | {"least": steps.least}).items()}
    weight = {} if steps.weight == 1 else {"weight": share_text(steps.weight)}
    return FlowMap({"of": str(steps.of)} | values | numbers | weight)


def _band(band: Band) -> dict[str, Any]:
    numbers = {"from": Number(decimal_text(band.least)), "points": Number(points_text(band.points))}
    return FlowMap({"of": str(band.of)} | numbers)


def _bonus(units: UnitRules) -> dict[str, Any] | None:
    limits = {"least": units.least_bonus, "most": units.most_bonus}
    return FlowMap({name: Number(points_text(value)) for name, value in limits.items() if value}) or None


def _board(rules: ContestRules) -> dict[str, Any]:
    board = rules.board
    freeze = {} if board.freeze_at is None else {"freeze_at": moment_text(board.freeze_at, rules.zone)}
    more = ({"places": "dense"} if board.dense else {}) | ({"each_stage": flag_text(True)} if board.each_stage else {})
    return FlowMap({"people": str(board.people), "units": str(board.units)} | freeze | more)
