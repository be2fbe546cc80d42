"""Who is commended (通报表扬), and how many tickets (抽奖机会) a person's sittings bring."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
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
    unit: str = ""


def commended(said: dict[str, Any], candidates: Sequence[Candidate]) -> dict[str, str]:
    """Who is commended, with the title of the grade, list by list, grade by grade."""
    made: dict[str, str] = {}
    for within in lists(said, candidates).values():
        rest = sorted(within, key=lambda each: each.order)
        for grade in said.get("grades") or [said]:
            able = [each for each in rest if reaches(grade, each)]
            able = of_units(said, able, [each for each in within if each.name in made])
            taken = line(able, quota(grade, len(within), len(rest)), said.get("line", "none"))
            made |= {each.name: grade["title"] for each in taken}
            rest = [each for each in rest if each.name not in made]
    return made


def of_units(said: dict[str, Any], able: Sequence[Candidate], before: Sequence[Candidate]) -> list[Candidate]:
    """Those who are among so many of their unit, with those that it has already; ties as at any line."""
    if "most_per_unit" not in said:
        return list(able)
    kept: set[str] = set()
    for unit in {each.unit for each in able}:
        room = max(0, int(said["most_per_unit"]) - sum(each.unit == unit for each in before))
        kept |= {each.name for each in line([a for a in able if a.unit == unit], room, said.get("line", "none"))}
    return [each for each in able if each.name in kept]


def lists(said: dict[str, Any], candidates: Sequence[Candidate]) -> dict[object, list[Candidate]]:
    """Those who qualify, by the lists for which the quota is: the whole, each kind, each division (who is in none is not meant);
    within each unit of a kind."""
    found: dict[object, list[Candidate]] = {}
    for each in candidates:
        within = {"whole": "", "kind": each.kind, "division": each.division}[said.get("per", "whole")]
        unit = each.above.get(said["per_unit"]) if "per_unit" in said else ""
        if unit is not None and not (said.get("per") == "division" and not each.division) and qualifies(said, each):
            found.setdefault((within, unit), []).append(each)
    return found


def qualifies(said: dict[str, Any], each: Candidate) -> bool:
    """Of the kinds and divisions that are named, and reaching every least metric."""
    return (
        (not said.get("kinds") or each.kind in said["kinds"])
        and (not said.get("divisions") or each.division in said["divisions"])
        and (said.get("of") != "people" or bool(each.metrics["papers"]))
        and reaches(said, each)
    )


def reaches(said: dict[str, Any], each: Candidate) -> bool:
    """Every least metric of the commendation, or of one grade."""
    return all(
        (found := each.metrics.get(name)) is not None and found >= of_a_hundred(least)
        for name, least in (said.get("least") or {}).items()
    )


def quota(grade: dict[str, Any], whole: int, rest: int) -> int:
    """A number; or a percentage of all who qualify or of those that remain, rounded as written, within its limits; or everybody."""
    if "quota" in grade or "share" not in grade:
        return int(grade.get("quota", whole))
    of = rest if grade.get("of") == "rest" else whole
    how = {"down": ROUND_FLOOR, "up": ROUND_CEILING, "nearest": ROUND_HALF_UP}[grade.get("round", "down")]
    rounded = int((number(grade["share"]) * of).to_integral_value(how))
    least = max(rounded, int(grade.get("at_least", 0)))
    return min(int(grade["at_most"]), least) if "at_most" in grade else least


def line(rest: Sequence[Candidate], quota: int, rule: str) -> Sequence[Candidate]:
    """The first so many; of those who are equal on both sides of the line all are taken, or none."""
    if quota == 0 or len(rest) <= quota or rest[quota - 1].order != rest[quota].order:
        return rest[:quota]
    tied = [index for index, each in enumerate(rest) if each.order == rest[quota].order]
    return rest[: tied[-1] + 1] if rule == "all" else rest[: tied[0]]


def tickets(file: File, results: Sequence[Result], prize: dict[str, Any] | None = None) -> Counter[object]:
    """Stage -> a person's tickets from it, in the order of the hand-ins, under the caps; for collected stages one in all. With a
    prize, those that are in its draw: from sittings that meet its own condition too, as if there were no others."""
    said: dict[str, Any] = file.part("tickets")
    good = [each for each in results if each.valid and earns(said, each) and earns(prize or {}, each)]
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
