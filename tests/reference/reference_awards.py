"""Who is commended (通报表扬), and how many tickets (抽奖机会) a person's sittings bring."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from reference_file import File, number, of_a_hundred
from reference_scoring import Result, meets


@dataclass(frozen=True)
class Candidate:
    """A unit or a person with a place. `order`: what places are decided by, smaller first; equal orders are a tie.

    `kind` and `division` are the unit's, or those of the person; `above`: the unit of each kind in the line upwards.
    """

    name: str
    order: tuple[Any, ...]
    kind: str
    division: str
    above: Mapping[str, str]
    metrics: Mapping[str, Decimal | None]


def commended(said: dict[str, Any], candidates: Sequence[Candidate]) -> dict[str, str]:
    """Who is commended, with the title of the grade, list by list, grade by grade."""
    made: dict[str, str] = {}
    for within in lists(said, candidates).values():
        rest = sorted(within, key=lambda each: each.order)
        for grade in said.get("grades") or [said]:
            taken = line(rest, quota(grade, len(within), len(rest)), said.get("line", "none"))
            made |= {each.name: grade["title"] for each in taken}
            rest = rest[len(taken) :]
    return made


def lists(said: dict[str, Any], candidates: Sequence[Candidate]) -> dict[object, list[Candidate]]:
    """Those who qualify, by the lists for which the quota is: the whole, each kind, each division; within each unit of a kind."""
    found: dict[object, list[Candidate]] = {}
    for each in candidates:
        within = {"whole": "", "kind": each.kind, "division": each.division}[said.get("per", "whole")]
        unit = each.above.get(said["per_unit"]) if "per_unit" in said else ""
        if unit is not None and qualifies(said, each):
            found.setdefault((within, unit), []).append(each)
    return found


def qualifies(said: dict[str, Any], each: Candidate) -> bool:
    """Of the kinds and divisions that are named, and reaching every least metric."""
    return (
        (not said.get("kinds") or each.kind in said["kinds"])
        and (not said.get("divisions") or each.division in said["divisions"])
        and all(
            (found := each.metrics.get(name)) is not None and found >= of_a_hundred(least)
            for name, least in (said.get("least") or {}).items()
        )
    )


def quota(grade: dict[str, Any], whole: int, rest: int) -> int:
    """A number; or a percentage of all who qualify or of those that remain, the whole part of it."""
    if "quota" in grade:
        return int(grade["quota"])
    of = rest if grade.get("of") == "rest" else whole
    return int((number(grade["share"]) * of).to_integral_value(ROUND_FLOOR))


def line(rest: Sequence[Candidate], quota: int, rule: str) -> Sequence[Candidate]:
    """The first so many; of those who are equal on both sides of the line all are taken, or none."""
    if quota == 0 or len(rest) <= quota or rest[quota - 1].order != rest[quota].order:
        return rest[:quota]
    tied = [index for index, each in enumerate(rest) if each.order == rest[quota].order]
    return rest[: tied[-1] + 1] if rule == "all" else rest[: tied[0]]


def tickets(file: File, results: Sequence[Result]) -> Counter[object]:
    """Stage -> a person's tickets from it, in the order of the hand-ins, under the caps; for collected stages one in all."""
    said: dict[str, Any] = file.part("tickets")
    good = [each for each in results if each.valid and earns(said, each)]
    if "stages" in said:
        collected = {file.stage(each.sitting) for each in good}
        return Counter({"": int(len(collected) >= int(said["stages"]))})
    made: Counter[object] = Counter()
    days: Counter[object] = Counter()
    for each in sorted(good, key=lambda each: each.sitting.finished):
        stage, day = file.stage(each.sitting), file.day(each.sitting.started)
        earned = each.right // int(said["per_right"]) if "per_right" in said else 1
        had = {"per_day": days[day], "per_stage": made[stage], "total": made.total()}
        earned = min([earned, *(int(said[cap]) - used for cap, used in had.items() if cap in said)])
        made[stage] += earned
        days[day] += earned
    return made


def earns(said: dict[str, Any], each: Result) -> bool:
    """Whether a valid sitting meets the condition for tickets."""
    hits = [item.right for item in each.sitting.items]
    return meets(said.get("when") or {}, each.sitting, hits, each.worth)
