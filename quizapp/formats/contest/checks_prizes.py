"""What tickets and prizes of a contest file must agree on."""

from collections.abc import Iterator
from typing import Any

from quizapp.formats.contest import values
from quizapp.formats.contest.typed import Complaint, dicts, numbered, part, tried, words


def draws(value: dict[str, Any]) -> Iterator[Complaint]:
    """Every disagreement between tickets, prizes, stages and commendations."""
    given = value.get("tickets")
    tickets: dict[str, Any] = given if isinstance(given, dict) else {}
    staged = bool(value.get("stages") or value.get("cycle"))
    if part(tickets, "wins") == "stage" and not staged:
        yield ("tickets", "wins"), "wins: stage 要有阶段，请写 stages 或 cycle"
    if "stages" in tickets:
        for name in ("per_right", "per_day", "per_stage", "total"):
            if name in tickets:
                yield ("tickets", name), f"集齐阶段（stages）一共只得一次机会，{name} 不起作用，请删去其中一个"
    for index, prize in numbered(value.get("prizes")):
        if tried(values.flag, prize.get("each_stage")):
            yield from _each_stage(("prizes", index, "each_stage"), staged, "stages" in tickets)
    yield from _excepted(value, tickets.get("except"))


def _each_stage(at: tuple[int | str, ...], staged: bool, collected: bool) -> Iterator[Complaint]:
    if not staged:
        yield at, "each_stage 要有阶段，请写 stages 或 cycle"
    elif collected:
        yield at, "集齐阶段（tickets 的 stages）得的机会不属于某一个阶段，不能每个阶段各抽，请删去 each_stage"


def _excepted(value: dict[str, Any], titles: Any) -> Iterator[Complaint]:
    of_people = [rule.get("title") for rule in dicts(value.get("commendations")) if rule.get("of") == "people"]
    for title in words(titles):
        if title not in of_people:
            yield ("tickets", "except"), f"except 里的“{title}”应是 commendations 中对个人的一种表扬的名称，请核对"
