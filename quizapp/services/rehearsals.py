"""A rehearsal with the API's field names and numbers, so that every place can be recomputed from its sittings."""

from collections.abc import Mapping
from typing import Any

from quizapp.rules.commendations import Commendation, Decision
from quizapp.rules.rehearsal import Commended, PersonPlace, Rehearsal, Sat, UnitPlace
from quizapp.rules.speech import say
from quizapp.services.papers import number
from quizapp.services.views import iso, rounded


def shown(found: Rehearsal) -> dict[str, Any]:
    codes = {unit.id: unit.code for unit in found.cast.units}
    zone, staged = found.rules.zone, bool(found.rules.stages)
    return {
        "sittings": [_sitting(sat, codes, zone, staged=staged) for sat in found.sittings],
        "people": [_person(row, codes, zone) for row in found.people],
        "units": [_unit(row, codes) for row in found.units],
        "commendations": [_commended(one) for one in found.commended],
        "tickets": [
            {"person": person, **({"stage": stage} if staged else {}), "tickets": count}
            for person, of in found.held.items()
            for stage, count in of.items()
        ],
        "excepted": [{"person": person, "reason": f"获得“{title}”，不参加抽奖"} for person, title in found.excepted.items()],
        "winners": [
            {"prize": won.prize, **({"stage": won.stage} if staged else {}), "order": won.order, "person": won.entry, "ticket": won.ticket}
            for won in found.winners
        ],
        "seed": found.seed,
    }  # fmt: skip


def _sitting(sat: Sat, codes: Mapping[int, str], zone: str, *, staged: bool) -> dict[str, Any]:
    made = sat.made
    return {
        "person": sat.person.key,
        "unit": codes.get(made.unit_id or 0),
        "division": sat.person.division,
        **({"stage": made.stage} if staged else {}),
        "attempt_no": made.attempt_no,
        "practice": sat.practice,
        "started_at": iso(sat.started_at, zone),
        "submitted_at": iso(made.finished_at, zone),
        "time_ms": made.time_ms,
        "points": number(made.points),
        "of": number(sat.of),
        "right": made.right,
        "items": made.total,
        "sub_points": number(made.sub_points),
        "valid": made.valid,
        "counts": sat.counts,
    }


def _person(row: PersonPlace, codes: Mapping[int, str], zone: str) -> dict[str, Any]:
    of = row.standing
    return {
        "place": row.place,
        "shared": row.shared,
        "person": row.person.key,
        "unit": codes.get(row.person.unit or 0),
        "division": row.person.division,
        "points": number(of.points),
        "time_ms": of.time_ms,
        "finished_at": iso(of.finished_at, zone),
        "sittings": of.sittings,
        "valid": of.valid,
        "total_ms": of.total_ms,
        "sub_points": number(of.sub_points),
        "passed": of.passed,
    }


def _unit(row: UnitPlace, codes: Mapping[int, str]) -> dict[str, Any]:
    figures = row.facts.figures
    return {
        "place": row.place,
        "shared": row.shared,
        "code": row.unit.code,
        "name": row.unit.name,
        "kind": row.unit.kind,
        "parent": codes.get(row.unit.parent or 0),
        "people": figures.people,
        "sittings": figures.sittings,
        "headcount": row.facts.headcount,
        "rate": None if row.rate is None else float(row.rate),
        "mean": rounded(figures.mean),
        "value": rounded(row.value),
        "reasons": [say(reason) for reason in row.reasons],
    }


def _commended(one: Commended) -> dict[str, Any]:
    rule = one.rule
    return {
        "title": rule.title,
        **({"stage": one.stage} if one.stage else {}),
        "of": rule.of,
        "decisions": [_decision(decision, one, rule) for decision in one.decisions],
    }


def _decision(decision: Decision, one: Commended, rule: Commendation) -> dict[str, Any]:
    candidate = one.candidates[decision.key]
    return {
        "person" if rule.of == "people" else "code": decision.key,
        "kind": candidate.kind,
        "division": candidate.division,
        "above": candidate.above,
        "grade": decision.grade,
        "place": decision.place,
        "shared": decision.shared,
        "reasons": [say(reason) for reason in decision.reasons],
    }
