"""What a contest file asks for and nobody can reach, and what it says and nothing looks at."""

from collections.abc import Iterator
from fractions import Fraction

from quizapp.errors import Fault
from quizapp.formats.contest import values
from quizapp.formats.contest.reach import OF_A_HUNDRED, Paper, papers
from quizapp.rules.commendations import METRIC_WORDS, Of
from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Combine, Span, Take, Tie
from quizapp.rules.full_marks import most_standing
from quizapp.rules.scoring import Condition, SubScore
from quizapp.rules.units import Metric


def reach(rules: ContestRules) -> Iterator[Fault]:
    sat = papers(rules)
    yield from _valid(rules, sat)
    yield from _tickets(rules, sat)
    yield from _points(rules, sat)
    yield from _least(rules)
    yield from _mean(rules)
    yield from _unused(rules, sat)
    yield from _steps(rules)


def _why(when: Condition, paper: Paper) -> str:
    """Why no sitting can reach a condition, empty where one can."""
    if (when.right or 0) > paper.items:
        return f"要求答对{when.right}题，试卷只有{paper.items}题"
    if (when.points or 0) > paper.worth:
        return f"要求{values.points_text(when.points or 0)}分，一次答题最多值{values.points_text(paper.worth)}分"
    if paper.time_ms is not None and (when.time_ms or 0) > paper.time_ms:
        return f"要求用时{values.duration_text(when.time_ms or 0)}，限时只有{values.duration_text(paper.time_ms)}"
    if when.within_ms is not None and (when.time_ms or 0) > when.within_ms:
        return f"至少用时{values.duration_text(when.time_ms or 0)}，又要求至多{values.duration_text(when.within_ms)}"
    return ""


def _valid(rules: ContestRules, sat: list[Paper]) -> Iterator[Fault]:
    valid = rules.scoring.valid
    if all(_why(valid, paper) for paper in sat):
        yield Fault(f"{_why(valid, sat[0])}，没有一次有效，请核对", field="valid")
        return
    for paper in sat:
        if why := _why(valid, paper):
            where = "组别" if paper.field.startswith("divisions") else "阶段"
            of = f"{where}“{paper.title}”里" if paper.title else ""
            yield Fault(f"{of}{why}，没有一次有效，请核对", field=f"{paper.field}.paper" if paper.field else "valid")


def _tickets(rules: ContestRules, sat: list[Paper]) -> Iterator[Fault]:
    if rules.tickets is None:
        return
    if all(_why(rules.tickets.when, paper) for paper in sat):
        yield Fault(f"{_why(rules.tickets.when, sat[0])}，没有人有抽奖机会，请核对", field="tickets.when")
    if (rules.tickets.per_right or 0) > (items := max(paper.items for paper in sat)):
        said = f"每答对{rules.tickets.per_right}题一次机会，试卷只有{items}题，没有人有抽奖机会，请核对"
        yield Fault(said, field="tickets.per_right")


def _points(rules: ContestRules, sat: list[Paper]) -> Iterator[Fault]:
    """Points that are above what one sitting, or all that counts, can be worth."""
    worth = {code: max(one.worth for one in sat if one.stage == code) for code in {paper.stage for paper in sat}}
    best, most = max(paper.worth for paper in sat), most_standing(rules)
    for n, stage in enumerate(rules.stages):
        if stage.after in worth and stage.least > worth[stage.after]:
            said = f"要在前面的阶段得{values.points_text(stage.least)}分，那里一次最多值{values.points_text(worth[stage.after])}分"
            yield Fault(f"{said}，没有人能进“{stage.title}”，请核对", field=f"stages.{n}.after.points")
    if (rules.pass_points or 0) > best:
        said = f"合格分{values.points_text(rules.pass_points or 0)}，一次答题最多值{values.points_text(best)}分，没有人能合格"
        yield Fault(f"{said}，请核对", field="pass")
    if most is not None and (rules.units.min_mean or 0) > most:
        said = f"成绩最高{values.points_text(most)}分，平均分到不了{values.points_text(rules.units.min_mean or 0)}分"
        yield Fault(f"{said}，没有一个单位有名次，请核对", field="units.min_mean")


def _least(rules: ContestRules) -> Iterator[Fault]:
    most = most_standing(rules)
    for n, rule in enumerate(rules.commendations):
        for metric, least in rule.least:
            top = Fraction(100) if metric in OF_A_HUNDRED else None
            if most is not None and (metric is Metric.MEAN or (metric, rule.of) == (Metric.POINTS, Of.PEOPLE)):
                top = Fraction(most, 100)
            if top is not None and least > top:
                said = f"“{rule.title}”要求{METRIC_WORDS[metric]}{values.decimal_text(least)}，最高只能到{values.decimal_text(top)}"
                yield Fault(f"{said}，一个也没有，请核对", field=f"commendations.{n}.least.{metric}")


def _mean(rules: ContestRules) -> Iterator[Fault]:
    """A mean of what was sat favours those who sat once; `papers` in every commendation of people is the cure."""
    how, people = rules.counting, [rule for rule in rules.commendations if rule.of is Of.PEOPLE]
    single = rules.limits.total == 1 or (how.take is not Take.ALL and how.each is Span.WHOLE)
    asked = people and all(Metric.PAPERS in dict(rule.least) for rule in people)
    if how.combine is Combine.MEAN and not single and not asked:
        said = "平均只算答过的：只答一次得满分的，排在答了七次都差1分的前面；请改为相加（例如 counts: sum_of_days），或在表扬里写至少几次 least: {papers: 7}"
        yield Fault(said, field="counts")


def _unused(rules: ContestRules, sat: list[Paper]) -> Iterator[Fault]:
    part, ties, how = rules.scoring.sub_score, rules.ties, rules.counting
    if part is not None and not any(_holds(part, paper) for paper in sat):
        yield Fault("sub_score 指定的这部分题，试卷里一道也没有，请核对", field="sub_score")
    if Tie.LOT in ties[:-1]:
        rest = "、".join(ties[ties.index(Tie.LOT) + 1 :])
        yield Fault(f"抽签（lot）已经分出先后，后面的 {rest} 不会再比，请把 lot 放在最后", field="ties")
    if how.most is not None and how.take is not Take.ALL and how.each is Span.WHOLE:
        yield Fault("只取一次成绩，most 不起作用；要取最好的几次，请写 take: all", field="counts")
    if how.take is Take.ALL and how.each is not Span.WHOLE:
        yield Fault("take: all 已经取了全部答题，each 不起作用，请删去其中一个", field="counts")
    least = min(draw.points for paper in sat for draw in paper.draws)
    if (got := rules.scoring.marking.unanswered) >= least:
        said = f"不答得{values.points_text(got)}分，不少于答对一题的{values.points_text(least)}分，请核对"
        yield Fault(said, field="marking.unanswered")


def _holds(part: SubScore, paper: Paper) -> bool:
    return any(
        part.kind in (None, draw.kind or part.kind) and part.topic in (None, draw.topic or part.topic)
        and part.bank in (None, draw.bank)
        for draw in paper.draws
    )  # fmt: skip


def _steps(rules: ContestRules) -> Iterator[Fault]:
    steps = rules.scoring.worth.steps
    for n, step in enumerate(steps):
        if any(_covers(before.when, step.when) for before in steps[:n]):
            said = f"按档计分第{n + 1}档永远轮不到：符合它的已经符合前面的一档；请把要求高的写在前面"
            yield Fault(said, field=f"worth.steps.{n}")


def _covers(first: Condition, later: Condition) -> bool:
    """Whether whatever reaches `later` has reached `first`."""
    asked = ((first.right, later.right), (first.points, later.points), (first.time_ms, later.time_ms))
    return all(least is None or (more is not None and more >= least) for least, more in asked) and (
        (later.all_right or not first.all_right)
        and (first.within_ms is None or (later.within_ms is not None and later.within_ms <= first.within_ms))
    )
