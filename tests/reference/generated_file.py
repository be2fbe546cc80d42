"""Contest files made up at random, with all that decides about scores, places, commendations and tickets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

OPENS = datetime(2026, 6, 24)
DAYS = 12
ZONES = ["Asia/Shanghai", "Asia/Shanghai", "UTC", "America/New_York"]
RANKS = [
    "people", "scored", "rate", "papers", "points", "mean", "score_rate", "median", "top_sum", "top_mean", "full_rate", "pass_rate",
    "per_head", "full", "passed", "pass_of_all", "steps", "bands", "bonus",
]  # fmt: skip
TIES = ["time", "total_time", "sub_score", "sittings", "finish"]
COUNTS = ["best", "last", "first", "sum", "mean", "sum_of_days", "sum_of_weeks", "valid", "days"]


@dataclass(frozen=True)
class Question:
    """One item of a bank; choices are 0 to 3, of a judge item 0 (错) and 1 (对)."""

    kind: str
    topic: str
    key: frozenset[int]


BANKS = {
    "a": [
        Question("single", "总则", frozenset({1})), Question("single", "消防", frozenset({2})),
        Question("multiple", "总则", frozenset({0, 2, 3})), Question("multiple", "消防", frozenset({1, 2})),
        Question("judge", "总则", frozenset({1})), Question("judge", "消防", frozenset({0})),
    ],
    "b": [
        Question("single", "消防", frozenset({0})), Question("multiple", "总则", frozenset({0, 1, 2, 3})),
        Question("multiple", "总则", frozenset({1, 3})), Question("judge", "总则", frozenset({1})),
    ],
}  # fmt: skip


def maybe(chance: Random, part: dict[str, Any], name: str, values: list[Any], often: float = 0.5) -> None:
    """Write one of the values into a part of the file, or leave the field out."""
    if chance.random() < often:
        part[name] = chance.choice(values)


def contest(chance: Random) -> dict[str, Any]:
    """A contest file, as the mapping that is written down."""
    said: dict[str, Any] = {"contest": "made-up", "title": "示例", "zone": chance.choice(ZONES)}
    said |= {"opens_at": f"{OPENS:%Y-%m-%d %H:%M}", "closes_at": f"{OPENS + timedelta(days=DAYS):%Y-%m-%d %H:%M}"}
    said |= {"paper": {"draw": paper(chance)}, "clock": {"paper": "20分钟"}}
    said |= {
        name: made
        for name, made in (("marking", marking(chance)), ("worth", worth(chance)), ("valid", condition(chance)))
        if made
    }
    maybe(chance, said, "pass", ["0.5", "1", "2", "4"])
    staged(chance, said)
    counts(chance, said)
    maybe(chance, said, "ties", [chance.sample(TIES, chance.randint(0, 5)) + chance.choice([[], [], ["lot"]])], 0.8)
    said["sub_score"] = chance.choice(
        [{"kind": "multiple"}, {"topic": "消防"}, {"bank": "b"}, {"kind": "single", "topic": "总则"}]
    )
    maybe(chance, said, "divisions", [[{"code": "d1", "title": "甲组"}, {"code": "d2", "title": "乙组"}]])
    said["units"] = ranks(chance, said)
    said.setdefault("board", {})["places"] = chance.choice(["standard", "dense"])
    said["commendations"] = []
    for n in range(chance.randint(0, 3)):
        made = commendation(chance, n, "divisions" in said)
        before = [one["title"] for one in said["commendations"] if one["of"] == made["of"]]
        maybe(chance, made, "except", [before] if before else [], 0.4 if before else 0)
        said["commendations"].append(made)
    if chance.random() < 0.7:
        rounds = "stages" in said or "cycle" in said
        said["tickets"] = tickets(chance, rounds)
        said["prizes"] = prizes(chance, rounds, "stages" in said["tickets"])
    return said


def paper(chance: Random) -> list[dict[str, Any]]:
    """Lines of a blueprint that the banks can fill, whatever is drawn for the other lines: no question comes twice."""
    while True:
        lines = drawn(chance)
        if all(
            sum(other["count"] for other in lines if other["bank"] == line["bank"]) <= len(matching(line))
            for line in lines
        ):
            return lines


def drawn(chance: Random) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for _ in range(chance.randint(1, 3)):
        line: dict[str, Any] = {"bank": chance.choice("ab")}
        maybe(chance, line, "kind", ["single", "multiple", "judge"])
        if line["bank"] == "a":
            maybe(chance, line, "topic", ["总则", "消防"], 0.3)
        line |= {
            "count": chance.randint(1, min(2, len(matching(line)))),
            "points": chance.choice(["1", "1", "2", "2.5", "0.05", "1.01"]),
        }
        lines.append(line)
    if sum(line["count"] * float(line["points"]) for line in lines) < 4:
        lines[0]["points"] = "4"
    return lines


def matching(line: dict[str, Any]) -> list[int]:
    """The questions that a line of a blueprint may draw."""
    return [
        index for index, question in enumerate(BANKS[line["bank"]])
        if line.get("kind", question.kind) == question.kind and line.get("topic", question.topic) == question.topic
    ]  # fmt: skip


def marking(chance: Random) -> dict[str, Any]:
    made: dict[str, Any] = {}
    maybe(chance, made, "multiple", ["exact", "half", "short", "per_right", "per_right_less_wrong"], 0.8)
    if made.get("multiple") == "short":
        made["short"] = chance.choice(["0.5", "1", "4"])
    if made.get("multiple", "").startswith("per_right"):
        maybe(chance, made, "per_right", ["0.5", "1", "0.33"])
    if made.get("multiple") == "per_right_less_wrong":
        maybe(chance, made, "per_wrong", ["0.5", "1", "0.25"])
    maybe(chance, made, "unanswered", ["0.5", "0.01", "3"], 0.2)
    maybe(chance, made, "wrong", ["0.5", "1", "3"], 0.3)
    return made


def worth(chance: Random) -> dict[str, Any]:
    made: dict[str, Any] = {}
    maybe(chance, made, "streak", [["0", "1", "2"], ["1"], ["0.5", "0"]], 0.2)
    maybe(chance, made, "all_right", ["10", "0.5"], 0.2)
    if chance.random() < 0.2:
        made["steps"] = [
            condition(chance) | {"worth": chance.choice(["1", "2", "5"])} for _ in range(chance.randint(1, 2))
        ]
        if chance.random() < 0.6:
            made["steps"].append({"worth": chance.choice(["0", "1"])})
    return made


def condition(chance: Random) -> dict[str, Any]:
    """What a sitting must reach; often nothing."""
    made: dict[str, Any] = {}
    maybe(chance, made, "right", [1, 2, 3], 0.2)
    maybe(chance, made, "points", ["0.5", "1", "2.5", "4"], 0.2)
    maybe(chance, made, "time", ["15秒", "20秒", "1分钟"], 0.1)
    maybe(chance, made, "within", ["15秒", "20秒", "1分钟"], 0.1)
    maybe(chance, made, "all_right", ["是", "否"], 0.1)
    return made


def staged(chance: Random, said: dict[str, Any]) -> None:
    """Stages with windows, or by the calendar, or none."""
    kind = chance.choice(["none", "none", "stages", "cycle"])
    if kind == "cycle":
        said["cycle"] = chance.choice(["day", "week", "month"])
    if kind == "stages":
        length = DAYS // 3
        said["stages"] = [
            {
                "code": f"s{n}", "title": f"第{n}阶段", "opens_at": f"{OPENS + timedelta(days=length * n):%Y-%m-%d %H:%M}",
                "closes_at": f"{OPENS + timedelta(days=length * (n + 1)):%Y-%m-%d %H:%M}",
            }
            for n in range(3)
        ]  # fmt: skip
        if chance.random() < 0.4:
            said["stages"][chance.randrange(3)]["counts"] = "否"
    if kind != "none" and chance.random() < 0.25:
        said["board"] = {"each_stage": "是"}


def counts(chance: Random, said: dict[str, Any]) -> None:
    """What counts, in the short form, in the long form, or left out."""
    spans = ["whole", "month", "week", "day"] + (["stage"] if {"stages", "cycle"} & said.keys() else [])
    short = COUNTS + (["sum_of_stages"] if "stage" in spans else [])
    long: dict[str, Any] = {}
    maybe(chance, long, "take", ["best", "last", "first", "all"], 0.9)
    maybe(chance, long, "each", spans, 0.8)
    maybe(chance, long, "most", [1, 2, 3])
    maybe(chance, long, "as", ["sum", "mean", "number"], 0.8)
    maybe(chance, said, "counts", [chance.choice(short), long], 0.9)


def has_a_most(counts: Any) -> bool:
    """Whether no more than so many sittings count for anybody."""
    if isinstance(counts, str):
        return counts in ("best", "last", "first", "mean", "sum_of_stages")
    alone = counts.get("take") != "all" and counts.get("each", "whole") in ("whole", "stage")
    return counts.get("as") != "number" and ("most" in counts or alone or counts.get("as") == "mean")


def ranks(chance: Random, said: dict[str, Any]) -> dict[str, Any]:
    """How units are ranked."""
    allowed = [name for name in RANKS if "pass" in said or not name.startswith("pass")]
    if not has_a_most(said.get("counts", "best")):
        allowed.remove("score_rate")
    direct = [name for name in allowed if name not in ("steps", "bands", "bonus")]
    made: dict[str, Any] = {}
    maybe(
        chance,
        made,
        "rank_by",
        [chance.choice(allowed), {name: chance.choice(["30%", "0.5", "1"]) for name in chance.sample(allowed, 3)}],
        0.8,
    )
    maybe(chance, made, "then", [chance.sample(allowed, chance.randint(1, 2)), chance.choice(allowed)])
    if "bonus" in str(made):
        made["bonus"] = 10
    if "bands" in str(made):
        made["bands"] = [
            {"of": of, "from": least, "points": points}
            for of in chance.sample(direct, 2)
            for least, points in ((80, 30), (chance.choice(["40%", "1.5"]), 25), (0, "10.5"))[chance.randrange(2) :]
        ]
    maybe(chance, made, "top", [1, 2, 3])
    if chance.random() < 0.8:
        listed = [steps(chance, direct, several=True) for _ in range(2)]
        made["steps"] = chance.choice([steps(chance, direct, several=False), listed])
    for name, values in (
        ("shrink", [1, 3, 20]),
        ("min_people", [1, 2, 3]),
        ("min_rate", ["20%", "50%", "100%"]),
        ("min_mean", ["0.5", "1"]),
    ):
        maybe(chance, made, name, values, 0.25)
    maybe(chance, made, "hide_mean_below", [0, 1, 2, 3], 0.85)
    return made


def steps(chance: Random, direct: list[str], *, several: bool) -> dict[str, Any]:
    """名次分 by one metric."""
    made: dict[str, Any] = {"weight": chance.choice(["40%", 1, "0.6"])} if several else {}
    maybe(chance, made, "of", direct)
    if chance.random() < 0.3:
        made["values"] = chance.choice([[10], [9, "7.5", 4]])
    else:
        maybe(chance, made, "first", [10, "7.5"])
        maybe(chance, made, "step", [1, "2.5", 40])
    maybe(chance, made, "least", [1, 5])
    return made


def commendation(chance: Random, n: int, divided: bool) -> dict[str, Any]:
    """One line of a notice of commendation."""
    of = chance.choice(["units", "people"])
    made: dict[str, Any] = {"title": f"表扬{n}", "of": of}
    maybe(chance, made, "kinds", [["企业"], ["企业", "镇街"]], 0.3)
    if of == "people" and divided:
        maybe(chance, made, "divisions", [["d1"], ["d1", "d2"]], 0.3)
        maybe(chance, made, "per", ["division"], 0.4)
    if "per" not in made:
        maybe(chance, made, "per", ["kind", "whole"])
    maybe(chance, made, "per_unit", ["镇街", "区县"], 0.3)
    maybe(chance, made, "line", ["all", "none"], 0.7)
    if of == "people":
        maybe(chance, made, "most_per_unit", [1, 2], 0.3)
    values = {"people": 2, "rate": "40%", "mean": "0.5", "points": 1} if of == "units" else {"points": "1", "papers": 2}
    return graded(chance, made, values)


def graded(chance: Random, made: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """How many, in grades or not, and what is asked of everybody or for the first grade."""
    if chance.random() < 0.5:
        made["grades"] = [{"title": title} | room(chance, n) for n, title in enumerate(["一等奖", "二等奖", "三等奖"])]
        maybe(chance, made["grades"][0], "least", [{name: values[name]} for name in sorted(values)], 0.4)
    else:
        made |= room(chance, 0)
    if chance.random() < 0.5:
        made["least"] = {name: values[name] for name in chance.sample(sorted(values), chance.randint(1, 2))}
        if chance.random() < 0.2:
            for name in ("quota", "share", "round", "at_least", "at_most"):
                (made["grades"][-1] if "grades" in made else made).pop(name, None)
    return made


def room(chance: Random, n: int) -> dict[str, Any]:
    """How many a grade takes."""
    if chance.random() < 0.5:
        return {"quota": chance.randint(1, 4)}
    made = {"share": chance.choice(["10%", "30%", "50%", "33%"])} | (
        {"of": chance.choice(["rest", "all"])} if n else {}
    )
    maybe(chance, made, "round", ["down", "up", "nearest"])
    maybe(chance, made, "at_least", [1, 2], 0.3)
    maybe(chance, made, "at_most", [2, 3], 0.3)
    return made


def tickets(chance: Random, staged: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"when": condition(chance)} if chance.random() < 0.6 else {}
    if staged and chance.random() < 0.2:
        return made | {"stages": chance.choice([1, 2])}
    maybe(chance, made, "per_right", [1, 2, 3], 0.4)
    maybe(chance, made, "per_day", [1, 2], 0.4)
    maybe(chance, made, "total", [1, 2, 5], 0.4)
    if staged:
        maybe(chance, made, "per_stage", [1, 2], 0.4)
    return made or {"total": 3}


def prizes(chance: Random, staged: bool, collected: bool) -> list[dict[str, Any]]:
    made = []
    for n in range(chance.randint(0, 2)):
        one: dict[str, Any] = {"title": f"奖{n}", "count": chance.choice([1, 2, 5])}
        if staged and not collected:
            maybe(chance, one, "each_stage", ["是"])
        when = condition(chance)
        made.append(one | ({"when": when} if when else {}))
    return made
