"""The rules of a contest as sentences: (message id in Chinese, its parameters), from the same data that is evaluated."""

from fractions import Fraction

from quizapp.rules.contests import ContestRules, Counts, Metric, Tie
from quizapp.rules.marking import MultipleMarking

Sentence = tuple[str, dict[str, object]]

_COUNTS = {
    Counts.BEST: "多次答题的，取最好一次的成绩",
    Counts.LAST: "多次答题的，取最后一次的成绩",
    Counts.SUM_OF_DAYS: "每天取最好一次，各天成绩相加",
}
_TIES = {Tie.TIME: "用时少的在前", Tie.FINISH: "先交卷的在前"}
_METRICS = {Metric.MEAN: "平均分", Metric.RATE: "参与率（百分数）", Metric.PEOPLE: "参与人数", Metric.POINTS: "总分"}


def decimal(hundredths: int) -> str:
    """85.5, 85."""
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")


def length(ms: int) -> str:
    """20分钟, 1小时30分钟, 30秒."""
    hours, rest = divmod(ms // 1000, 3600)
    minutes, seconds = divmod(rest, 60)
    return (f"{hours}小时" if hours else "") + (f"{minutes}分钟" if minutes else "") + (f"{seconds}秒" if seconds else "")


def paper(rules: ContestRules) -> list[Sentence]:
    """How many items, how long, how often."""
    sentences: list[Sentence] = [
        ("每份试卷{total}题，满分{points}分", {"total": rules.blueprint.total, "points": decimal(rules.blueprint.points)})
    ]
    if rules.clock.paper_ms is not None:
        sentences.append(("答题限时{length}；退出可接着答，计时不停", {"length": length(rules.clock.paper_ms)}))
    if rules.clock.item_ms is not None:
        sentences.append(("每题限时{length}，按顺序作答，不能返回", {"length": length(rules.clock.item_ms)}))
    if rules.marking.multiple is MultipleMarking.HALF:
        sentences.append(("多选题少选得一半分，错选不得分", {}))
    else:
        sentences.append(("多选题多选、少选、错选均不得分", {}))
    limits = rules.limits
    if limits.per_day is not None:
        sentences.append(("每天最多答{count}次", {"count": limits.per_day}))
    if limits.total is not None:
        sentences.append(("一共最多答{count}次", {"count": limits.total}))
    if limits.practice_per_day:
        sentences.append(("每天可练习{count}次，练习不计成绩", {"count": limits.practice_per_day}))
    if rules.pass_points is not None:
        sentences.append(("{points}分及以上为合格；本成绩不作为法定考核合格证明", {"points": decimal(rules.pass_points)}))
    return sentences


def people_places(rules: ContestRules) -> list[Sentence]:
    """How the places of people are decided."""
    sentences: list[Sentence] = [(_COUNTS[rules.counts], {}), ("按得分从高到低排名", {})]
    sentences += [("得分相同，" + _TIES[tie] if n == 0 else "仍相同，" + _TIES[tie], {}) for n, tie in enumerate(rules.ties)]
    sentences.append(("全部相同的并列，下一名顺延（例如并列第2名，其后为第4名）", {}))
    return sentences


def unit_places(rules: ContestRules) -> list[Sentence]:
    """How the places of units are decided, and what a unit needs for one."""
    units = rules.units
    sentences: list[Sentence] = [("参与人数按人计算，一人只计一次；参与人次为答题次数", {})]
    if len(units.weights) == 1:
        sentences.append((f"单位按{_METRICS[units.weights[0][0]]}从高到低排名，相同的并列", {}))
    else:
        terms = " + ".join(f"{_METRICS[metric]}×{float(weight):g}" for metric, weight in units.weights)
        sentences.append(("单位按“{terms}”从高到低排名，相同的并列", {"terms": terms}))
    if units.least_people > 1:
        sentences.append(("参与人数不足{least}人的单位不排名次", {"least": units.least_people}))
    if units.min_rate is not None:
        sentences.append(("参与率不足{rate}的单位不排名次", {"rate": _percent(units.min_rate)}))
    if units.min_mean is not None:
        sentences.append(("平均分不足{mean}分的单位不排名次", {"mean": decimal(units.min_mean)}))
    sentences.append(("参与率超过100%的单位须先核对应参人数，暂不排名次", {}))
    return sentences


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):g}%"
