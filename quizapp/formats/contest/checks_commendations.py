"""What the commendations of a contest file must agree on, with one another and with the rest, on the texts as typed."""

import re
from collections.abc import Iterator
from typing import Any

from quizapp.formats.contest import values
from quizapp.formats.contest.typed import Complaint, dicts, in_divisions, numbered, part, tried, words
from quizapp.rules.commendations import EACH
from quizapp.rules.units import OF_PASSING, Metric

At = tuple[int | str, ...]
_OF_A_SHARE = ("at_least", "at_most", "round")


def commendations(value: dict[str, Any]) -> Iterator[Complaint]:
    before: dict[Any, Any] = {}
    for index, rule in numbered(value.get("commendations")):
        at = ("commendations", index)
        yield from _quotas(rule, at)
        yield from _divisions(value, rule, at)
        yield from _metrics(value, rule, at)
        yield from _stage(value, rule, at)
        for title in words(rule.get("except")):
            if before.get(title) != rule.get("of"):
                yield (*at, "except"), f"except 里的“{title}”应是排在前面的、同样表扬单位（或个人）的一种表扬的名称，请核对"
        if isinstance(rule.get("title"), str):
            before[rule["title"]] = rule.get("of")


def _quotas(rule: dict[str, Any], at: At) -> Iterator[Complaint]:
    grades = numbered(rule.get("grades"))
    parts = [(at, rule)] if not rule.get("grades") else [((*at, "grades", n), grade) for n, grade in grades]
    if rule.get("grades") and {"quota", "share", *_OF_A_SHARE} & rule.keys():
        yield at, "已写 grades，名额请写在每个等次里"
    for where, grade in parts:
        given = {"quota", "share"} & grade.keys()
        if len(given) == 2 or (not given and not grade.get("least") and not rule.get("least")):
            yield where, "名额请写 quota（几个）或 share（比例）之一，例如 quota: 10；达到要求就都表扬的，写 least"
        for name in _OF_A_SHARE if "share" not in grade else ():
            if name in grade:
                yield (*where, name), f"{name} 只用于 share（比例），请写 share，或删去 {name}"
        least, most = (tried(lambda text: values.whole(text, 1, 10**8), grade.get(name)) for name in _OF_A_SHARE[:2])
        if least and most and most < least:
            yield (*where, "at_most"), f"at_most {most} 少于 at_least {least}，请核对"


def _divisions(value: dict[str, Any], rule: dict[str, Any], at: At) -> Iterator[Complaint]:
    if rule.get("per") == "division" and not value.get("divisions"):
        yield (*at, "per"), "per: division 要有组别，请写 divisions"
    yield from in_divisions(value, rule.get("divisions"), (*at, "divisions"))
    chosen = tried(values.flag, part(value, "entry", "choose_division"))
    if chosen and rule.get("of") == "units" and (rule.get("per") == "division" or rule.get("divisions")):
        yield at, "组别由参加的人自选，单位不属于哪个组别，单位的表扬不能按组别取，请改为个人，或去掉组别"


def _metrics(value: dict[str, Any], rule: dict[str, Any], at: At) -> Iterator[Complaint]:
    """What is asked for must be there; people are ranked by their own places, and counted by their unit."""
    asked = [(at, rule), *(((*at, "grades", n), grade) for n, grade in numbered(rule.get("grades")))]
    named = [((*where, "least", one), one) for where, grade in asked for one in _names(grade.get("least"))]
    if rule.get("of") == "people":
        for where, metric in named:
            if metric not in ("points", "papers"):
                yield where, f"对个人只能要求 points（得分）和 papers（有效答卷数），不能要求 {metric}"
        for name in ("rank_by", "then"):
            if name in rule:
                yield (*at, name), f"个人按个人名次取，{name} 只用于 of: units，请删去"
        return
    if "most_per_unit" in rule:
        yield (*at, "most_per_unit"), "most_per_unit 是一个单位最多几人，只用于 of: people，请删去"
    named += [((*at, name), one) for name in ("rank_by", "then") for one in _names(rule.get(name))]
    for where, metric in named:
        yield from ((where, wrong) for wrong in _missing(value, metric))


def _names(given: Any) -> list[str]:
    return list(given) if isinstance(given, dict) else words(given)


def _missing(value: dict[str, Any], metric: str) -> Iterator[str]:
    if metric in OF_PASSING and "pass" not in value:
        yield f"表扬用到 {metric}，请写上合格分 pass"
    if metric == Metric.BONUS and not part(value, "units", "bonus"):
        yield "表扬用到 bonus（官员加分），请在 units 里写上最多加几分，例如 bonus: 10"
    if metric == Metric.BANDS and not part(value, "units", "bands"):
        yield "表扬用到 bands（分段计分），请在 units 里写 bands"


def _stage(value: dict[str, Any], rule: dict[str, Any], at: At) -> Iterator[Complaint]:
    code, cycle, stages = rule.get("stage"), value.get("cycle"), dicts(value.get("stages"))
    if not code:
        return
    if not cycle and not stages:
        yield (*at, "stage"), "stage 要有阶段，请写 stages 或 cycle"
    elif isinstance(code, str) and code != EACH:
        named = [stage for stage in stages if stage.get("code") == code]
        if not named and not (isinstance(cycle, str) and re.fullmatch(rf"{re.escape(cycle)}-[1-9]\d*", code, re.ASCII)):
            known = f"例如 {cycle}-1" if cycle else "写 stages 里的编码"
            yield (*at, "stage"), f"没有编码为“{code}”的阶段，请{known}，或 {EACH}（每个阶段）"
        if any(tried(values.flag, stage.get("counts")) is False for stage in named):
            yield (*at, "stage"), f"阶段“{code}”不计成绩（counts: 否），不能按它表扬，请核对"
