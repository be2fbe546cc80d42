"""What a contest file is allowed to say but a person may not mean, each with what to do; and the calendar that follows."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from quizapp.errors import Fault
from quizapp.formats import contest_values as values
from quizapp.rules.commendations import Line, Of
from quizapp.rules.contests import Board, Clock, ContestRules, Release
from quizapp.rules.counting import Combine, Span, Take, Tie
from quizapp.rules.items import Item
from quizapp.rules.papers import shortages
from quizapp.rules.stages import at_stage, blueprints, stages_of
from quizapp.rules.timing import contest_day, working_days_after
from quizapp.rules.units import Metric

_OF_A_HUNDRED = {Metric.RATE, Metric.SCORE_RATE, Metric.FULL_RATE, Metric.PASS_RATE, Metric.STEPS}
PUBLICITY_DAYS = 5


def warnings(rules: ContestRules, banks: Mapping[str, Sequence[Item]] | None = None) -> list[Fault]:
    """What is allowed but may not be meant; with `banks`, also what they cannot supply. `field` names the place."""
    found = [
        *_windows(rules), *_stage_windows(rules), *_limits(rules), *_rewards(rules), *_units(rules), *_people(rules),
        *_commendations(rules), *_draws(rules),
    ]  # fmt: skip
    for stage, blueprint in blueprints(rules):
        field = "paper.draw" if stage is None else f"stages.{rules.stages.index(stage)}.paper.draw"
        held = {code: banks[code] for code in {draw.bank for draw in blueprint.draws} if code in banks} if banks else {}
        for line, missing in shortages(held, blueprint) if banks is not None else ():
            draw = blueprint.draws[line]
            if draw.bank in held:
                found.append(
                    Fault(
                        f"题库“{draw.bank}”缺{missing}道这样的题，无法组卷，请补题或减少题数", field=f"{field}.{line}"
                    )
                )
            else:
                found.append(Fault(f"没有找到题库“{draw.bank}”，不能核对题目够不够", field=f"{field}.{line}"))
    return found


def calendar(rules: ContestRules) -> list[str]:
    """The days that follow from the rules: start, last start, end, how long a list shown the day after would be public."""
    zone = rules.zone
    told = [
        f"开始 {values.moment_text(rules.opens_at, zone)}",
        f"最后开始 {values.moment_text(rules.last_start, zone, end_of_day=True)}",
        f"截止 {values.moment_text(rules.closes_at, zone, end_of_day=True)}",
    ]
    for stage in stages_of(rules):
        at = at_stage(rules, stage)
        window = f"{values.moment_text(at.opens_at, zone)} 至 {values.moment_text(at.closes_at, zone, end_of_day=True)}"
        told.append(f"{stage.title} {window}")
    last = working_days_after(contest_day(zone, rules.closes_at - 1), PUBLICITY_DAYS)
    told.append(f"若截止次日起公示{PUBLICITY_DAYS}个工作日，公示到 {last} 为止（周一至周五计，遇法定节假日顺延）")
    return told


def _windows(rules: ContestRules, field: str = "", clock: Clock | None = None) -> Iterator[Fault]:
    clock = clock or rules.clock
    if clock.paper_ms and rules.closes_at - rules.opens_at < clock.paper_ms:
        yield Fault("开放时间比一场答题的限时还短，没有人能用满时间，请核对", field=f"{field}closes_at")
    elif clock.paper_ms and not clock.full_time and rules.closes_at - rules.last_start < clock.paper_ms:
        limit = values.duration_text(clock.paper_ms)
        said = f"最后{limit}内开始的人用不满{limit}；若要给足时间，请写 full_time: 是 或提前 last_start"
        yield Fault(said, field=f"{field}closes_at")
    items = rules.blueprint.total
    if clock.paper_ms and clock.item_ms and clock.item_ms * items < clock.paper_ms:
        yield Fault(
            f"每题限时乘以{items}题少于整卷限时，整卷限时不起作用，请核对",
            field=f"{field}clock.paper" if not field else field[:-1],
        )


def _stage_windows(rules: ContestRules) -> Iterator[Fault]:
    for n, stage in enumerate(rules.stages):
        at, field = at_stage(rules, stage), f"stages.{n}"
        if at.opens_at < rules.opens_at or at.closes_at > rules.closes_at:
            yield Fault(f"阶段“{stage.title}”超出竞赛的开放时间，以阶段写的为准，请核对", field=field)
        if at.clock.paper_ms and at.closes_at - at.opens_at < at.clock.paper_ms:
            yield Fault(f"阶段“{stage.title}”的开放时间比一场答题的限时还短，请核对", field=field)
        later = rules.stages[n + 1] if n + 1 < len(rules.stages) else None
        if stage.promote and later is not None and at_stage(rules, later).opens_at < at.closes_at:
            yield Fault(
                f"阶段“{stage.title}”还没有结束，“{later.title}”就开始了，晋级名单定不下来，请核对", field=field
            )


def _limits(rules: ContestRules) -> Iterator[Fault]:
    limits = rules.limits
    if limits.per_day and limits.total and limits.per_day > limits.total:
        yield Fault("每天次数多于总次数，请核对", field="sittings.per_day")
    if limits.retakes and limits.total is None:
        yield Fault("没有限定总次数，补考不起作用，请写 total: 1 之类", field="sittings.retakes")
    if (
        not limits.per_day
        and not limits.total
        and rules.counting.combine is Combine.SUM
        and rules.counting.take == "all"
    ):
        yield Fault("不限次数又把各次成绩相加，成绩取决于谁有时间刷题，请确认确有必要", field="counts")
    if rules.entry.room_code and rules.limits.practice_per_day:
        yield Fault("凭考场口令的考试又开放练习，练习不需要口令，请核对", field="entry.room_code")


def _rewards(rules: ContestRules) -> Iterator[Fault]:
    if rules.extra.share:
        yield Fault(
            "靠转发分享加机会，微信等平台可能屏蔽诱导分享的链接，也与整治“指尖上的形式主义”不符，请确认确有必要",
            field="extra.share",
        )
    if rules.extra.invite:
        yield Fault("靠邀请好友加机会，容易变成摊派，请确认确有必要", field="extra.invite")


def _adds_up(rules: ContestRules) -> bool:
    """Whether more than one sitting can make a standing."""
    how = rules.counting
    return how.combine is Combine.SUM and (how.take is Take.ALL or how.each is not Span.WHOLE)


def _units(rules: ContestRules) -> Iterator[Fault]:
    units = rules.units
    weights = dict(units.weights)
    total = sum((weight for metric, weight in units.weights if metric is not Metric.BONUS), Fraction(0))
    if 1 not in (total, total + weights.get(Metric.BONUS, 0) * Fraction(units.most_bonus, 10_000)):
        yield Fault(f"权重合计是{values.decimal_text(total)}，不是1，请核对（官员加分不计在内）", field="units.rank_by")
    if Metric.RATE in units.metrics and weights.get(Metric.RATE) != 0:
        yield Fault("按参与率给单位排名，容易变成强制答题，请确认确有必要", field="units.rank_by")
    elif Metric.PEOPLE in units.metrics and weights.get(Metric.PEOPLE) != 0:
        yield Fault("按参与人数给单位排名，容易变成强制答题，请确认确有必要", field="units.rank_by")
    if len(weights) > 1 and weights.keys() & _OF_A_HUNDRED and Metric.MEAN in weights and rules.full_marks != 10_000:
        full = values.points_text(rules.full_marks)
        yield Fault(f"平均分的满分是{full}，与百分制的指标相加不在同一尺度上，可改用 score_rate", field="units.rank_by")
    if Metric.SCORE_RATE in units.metrics and _adds_up(rules):
        yield Fault("score_rate 按一次答题的满分算；成绩是几次相加的，得分率会超过100，请核对", field="units.rank_by")
    if {Metric.TOP_SUM, Metric.TOP_MEAN} & set(units.metrics) and units.min_people < units.top:
        said = f"取最好的{units.top}人，但不足{units.top}人的单位也有名次，可写 min_people: {units.top}"
        yield Fault(said, field="units.top")


def _people(rules: ContestRules) -> Iterator[Fault]:
    freeze, board = rules.board.freeze_at, rules.board
    if freeze is not None and not rules.opens_at <= freeze < rules.closes_at:
        yield Fault("封榜时刻不在开放时间之内，等于没有封榜或从头封榜，请核对", field="board.freeze_at")
    if rules.entry.minors and board.people is Board.LIVE:
        yield Fault("未成年人参加的竞赛不公开个人榜，请写 people: hidden", field="entry.minors")
    if rules.entry.minors and (rules.prizes or rules.entry.ask):
        yield Fault("未成年人参加的竞赛不抽奖、不收个人信息，请核对", field="entry.minors")
    often = rules.limits.total != 1 and (rules.limits.per_day or rules.limits.total or 2) > 1
    if rules.release_key is Release.AT_ONCE and often and rules.blueprint.total < 5 and rules.prizes:
        yield Fault("题少、可多次答题、交卷就看答案，后答的人占便宜，请核对", field="release.key")


def _commendations(rules: ContestRules) -> Iterator[Fault]:
    decided = {Tie.FINISH, Tie.LOT} & set(rules.ties)
    for n, rule in enumerate(rules.commendations):
        field = f"commendations.{n}"
        if rule.of is Of.PEOPLE and not decided:
            end = "全取，可能超出名额" if rule.line is Line.ALL else "都不取，可能一个也没有"
            said = f"“{rule.title}”按名次定名额，但 ties 分不出先后的人会并列，末位并列的{end}；可在 ties 末尾加 finish 或 lot"
            yield Fault(said, field=field)
        shares = [grade.share for grade in rule.grades if grade.share is not None and not grade.of_rest]
        if sum(shares) > 1:
            yield Fault(f"“{rule.title}”各等次比例合计超过100%，请核对", field=field)
        if any(metric in _OF_A_HUNDRED and 0 < least <= 1 for metric, least in rule.least):
            yield Fault(f"“{rule.title}”的最低要求按百分制写，例如 rate: 60%，不是 0.6，请核对", field=field)
        if rule.of is Of.PEOPLE and rules.entry.minors:
            yield Fault(f"“{rule.title}”公布个人姓名，未成年人不公开，请核对", field=field)


def _draws(rules: ContestRules) -> Iterator[Fault]:
    if rules.tickets and not rules.prizes:
        yield Fault("有抽奖机会，但没有写 prizes：抽什么、几名", field="tickets")
    if rules.tickets and rules.tickets.stages and rules.tickets.stages > len(stages_of(rules)):
        yield Fault("要集齐的阶段比全部阶段还多，没有人有抽奖机会，请核对", field="tickets.stages")
    right = rules.tickets.when.right if rules.tickets else None
    if right is not None and right > rules.blueprint.total:
        yield Fault("要求答对的题数比试卷的题还多，没有人有抽奖机会，请核对", field="tickets.when")
    if (rules.scoring.valid.right or 0) > rules.blueprint.total:
        yield Fault("要求答对的题数比试卷的题还多，没有一次有效，请核对", field="valid.right")
