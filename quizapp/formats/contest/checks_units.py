"""What the ranking of units in a contest file must agree on, on the texts as typed; and what only the rules as read tell."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from quizapp.formats.contest import values
from quizapp.formats.contest.typed import Complaint, numbered, part, tried, words
from quizapp.rules.contests import ContestRules
from quizapp.rules.full_marks import most_points
from quizapp.rules.units import OF_PASSING, Metric

Row = tuple[tuple[int | str, ...], dict[str, Any]]
_NOT_DIRECT = (Metric.STEPS, Metric.BONUS, Metric.BANDS)


def units(value: dict[str, Any]) -> Iterator[Complaint]:
    """Metrics that ask for another field, and rows that nobody can mean."""
    ranked, steps, bands = _metrics(value.get("units")), _rows(value, "steps"), _rows(value, "bands")
    used = ranked | {row["of"] for _, row in (*steps, *bands) if isinstance(row.get("of"), str)}
    for metric in sorted(OF_PASSING & used) if "pass" not in value else ():
        yield ("units",), f"units 用到 {metric}，请写上合格分 pass"
    if "bonus" in ranked and not part(value, "units", "bonus"):
        yield ("units",), "units 用到 bonus（官员加分），请写上最多加几分，例如 bonus: 10"
    if "bands" in ranked and not bands:
        example = "bands: [{of: rate, from: 90, points: 30}, {of: rate, from: 80, points: 25}, {of: rate, from: 0, points: 10}]"
        yield ("units",), f"units 用到 bands（分段计分），请写上每一档，例如 {example}"
    for at, row in (*steps, *bands):
        if row.get("of") in _NOT_DIRECT:
            yield (*at, "of"), f"{at[1]} 的 of 应是能直接比较的指标，例如 people、mean"
    for at, row in steps:
        if "values" in row and {"first", "step"} & row.keys():
            yield (*at, "values"), "values 已经逐名列出，first、step 不起作用，请删去其中一种"
    yield from _bands(bands)


def _bands(rows: list[Row]) -> Iterator[Complaint]:
    """The highest band of a metric stands first: the first that is reached counts."""
    above: dict[str, Fraction] = {}
    for at, row in rows:
        of, least = row.get("of"), tried(values.decimal, row.get("from"))
        if not isinstance(of, str) or least is None:
            continue
        if least >= above.get(of, least + 1):
            yield (*at, "from"), f"{of} 的各档应从高到低写，这一档不低于上一档，永远轮不到，请核对"
        above[of] = least


def _metrics(given: Any) -> set[str]:
    found: set[str] = set()
    for name in ("rank_by", "then"):
        listed = part(given, name)
        found |= {one for one in listed if isinstance(one, str)} if isinstance(listed, dict) else set(words(listed))
    return found


def _rows(value: dict[str, Any], name: str) -> list[Row]:
    """The mappings of a list with where they stand; a single one may stand for a list of it."""
    given = part(value, "units", name)
    if isinstance(given, dict):
        return [(("units", name), given)]
    return [(("units", name, n), row) for n, row in numbered(given)]


def of_rules(rules: ContestRules) -> Iterator[Complaint]:
    """What the rules as read cannot be decided by."""
    used = rules.units.needed.union(*(rule.metrics for rule in rules.commendations))
    if Metric.SCORE_RATE in used and most_points(rules) is None:
        yield (
            ("units",),
            "score_rate 是平均分占满分的比例，而这里没有一个人人相同的满分（各阶段或组别的满分不同，或几次成绩相加、计次数而没有上限），"
            "算不出来：请改用 mean，或统一各份试卷的满分，或按阶段各取一次相加（counts: sum_of_stages），或用 most 限定取几次",
        )
