"""The rules of a contest as the sentences that a notice prints, from the same data that is evaluated."""

from quizapp.rules.contests import Ask, Board, Clock, ContestRules, Door, Extra, Limits, Release, Stage
from quizapp.rules.counting import Combine, Counting, Span, Take, Tie
from quizapp.rules.scoring import Condition
from quizapp.rules.speech import Length, Moment, Points, Sentence, Several, said
from quizapp.rules.stages import at_stage, blueprints, stages_of
from quizapp.rules.wording_marking import condition, made_up, marking, worth

_TAKEN = {Take.BEST: "取最好一次的成绩", Take.LAST: "取最后一次的成绩"}
_SPANS = {Span.STAGE: "每个阶段", Span.MONTH: "每月", Span.WEEK: "每周", Span.DAY: "每天"}
_TIES = {
    Tie.TIME: "计入成绩的用时少的在前", Tie.TOTAL_TIME: "全部答题用时少的在前", Tie.FINISH: "先交卷的在前",
    Tie.SUB_SCORE: "指定部分得分高的在前", Tie.SITTINGS: "答题次数少的在前", Tie.LOT: "按事先封存的种子抽签决定先后",
}  # fmt: skip
_RELEASES = {
    Release.AT_ONCE: "交卷后即可查看{what}", Release.AT_END: "竞赛结束后可查看{what}",
    Release.PUBLISHED: "结果公布后可查看{what}", Release.NEVER: "不提供{what}",
}  # fmt: skip
_ASKED = {Ask.ID_NUMBER: "身份证号", Ask.ADDRESS: "地址", Ask.POST: "职务"}
_DOORS = {Door.LINK: "扫本单位的二维码", Door.ROSTER: "名册中的人凭登录码", Door.ACCOUNT: "用账号登录"}


def activity(rules: ContestRules) -> list[Sentence]:
    """活动规则: when, who, how a paper is made up and marked, what counts, what is shown when."""
    zone = rules.zone
    found = [
        said(
            "竞赛从{opens}开始，到{closes}截止",
            opens=Moment(rules.opens_at, zone),
            closes=Moment(rules.closes_at, zone, True),
        )
    ]
    if rules.last_start != rules.closes_at:
        found.append(said("最后开始答题的时间是{moment}", moment=Moment(rules.last_start, zone, True)))
    return [*found, *entering(rules), *paper(rules), *stages(rules), *people_places(rules), *shown(rules)]


def entering(rules: ContestRules) -> list[Sentence]:
    """Who may take part and how."""
    entry = rules.entry
    found = [said("参加方式：{doors}", doors=Several(tuple((_DOORS[door], {}) for door in entry.doors), "；"))]
    if entry.ask:
        found.append(
            said(
                "除姓名、手机号和单位外，还要填写{asked}", asked=Several(tuple((_ASKED[ask], {}) for ask in entry.ask))
            )
        )
    if entry.gate:
        found.append(said("开始前先阅读主办单位规定的内容"))
    if entry.check_in:
        found.append(said("开始前到监考人员处签到"))
    if entry.room_code:
        found.append(said("凭考场当场公布的口令开始"))
    if entry.guests:
        found.append(said("没有单位的人可以答题，不计入排名"))
    if entry.change_within_ms is not None and entry.unit_changes:
        within = Length(entry.change_within_ms)
        found.append(said("参加后{within}内可以更换单位{count}次", within=within, count=entry.unit_changes))
    return found


def paper(rules: ContestRules) -> list[Sentence]:
    """How many items, how long, how often, how they are marked."""
    blueprint = rules.blueprint
    found = []
    if any(stage is None for stage, _ in blueprints(rules)):
        found = [said("每份试卷{total}题，满分{points}分", total=blueprint.total, points=Points(blueprint.points))]
        parts = made_up(blueprint)
        found += [said("其中{parts}", parts=parts)] if parts.things else []
    if rules.study:
        found.append(said("可能考到的题目连同答案公布在竞赛页面，供事先学习"))
    clocks = [at_stage(rules, stage).clock for stage in rules.stages] or [rules.clock]
    if rules.clock in clocks:
        found += clock(rules.clock, "答题限时{length}；退出可接着答，计时不停")
    if not all(one.full_time for one in clocks):
        found.append(said("到截止时间还没有交卷的，按已保存的答案交卷"))
    found += marking(rules.scoring.marking, rules)
    found += worth(rules.scoring.worth)
    if rules.scoring.valid != Condition():
        found.append(said("{condition}的答题才有效", condition=condition(rules.scoring.valid)))
    found += limits(rules.limits, staged=bool(stages_of(rules)))
    found += chances(rules.extra, staged=bool(stages_of(rules)))
    if rules.pass_points is not None:
        found.append(said("{points}分及以上为合格；本成绩不作为法定考核合格证明", points=Points(rules.pass_points)))
    return found


def clock(how: Clock, paper: str) -> list[Sentence]:
    """How long one may answer; `paper` is the sentence for the whole paper."""
    found = [] if how.paper_ms is None else [said(paper, length=Length(how.paper_ms))]
    if how.item_ms is not None:
        found.append(said("每题限时{length}，按顺序作答，不能返回", length=Length(how.item_ms)))
    return [*found, said("晚开始的也给足时间")] if how.full_time else found


def limits(how: Limits, *, staged: bool) -> list[Sentence]:
    """How often one may answer."""
    found = []
    if how.per_day is not None:
        found.append(said("每个阶段每天最多答{count}次" if staged else "每天最多答{count}次", count=how.per_day))
    if how.total is not None:
        found.append(said("每个阶段最多答{count}次" if staged else "一共最多答{count}次", count=how.total))
    if how.per_day is None and how.total is None:
        found.append(said("答题次数不限"))
    if how.retakes:
        found.append(said("不合格的可以补考{count}次", count=how.retakes))
    if how.cooldown_ms:
        found.append(said("两次答题至少相隔{length}", length=Length(how.cooldown_ms)))
    if how.practice_per_day:
        text = "每个阶段每天可练习{count}次，练习不计成绩" if staged else "每天可练习{count}次，练习不计成绩"
        found.append(said(text, count=how.practice_per_day))
    return found


def chances(how: Extra, *, staged: bool) -> list[Sentence]:
    """What spreading the contest earns."""
    texts = (
        ("分享的链接被别人打开，当天{each}多{count}次机会，以此为限", how.share),
        ("邀请的人参加了竞赛，当天{each}多{count}次机会，以此为限", how.invite),
    )
    return [said(text, each=("每个阶段", {}) if staged else "", count=count) for text, count in texts if count]


def stages(rules: ContestRules) -> list[Sentence]:
    """The stages, one by one, as far as they differ from the contest."""
    found: list[Sentence] = []
    if rules.cycle is not None:
        found.append(
            said(
                "{each}为一个阶段，从{opens}算起",
                each=(_SPANS[rules.cycle], {}),
                opens=Moment(rules.opens_at, rules.zone),
            )
        )
    return [
        *found,
        *(
            said("{title}：{parts}" if parts.things else "{title}：同上", title=stage.title, parts=parts)
            for stage in rules.stages
            for parts in (_stage(rules, stage),)
        ),
    ]


def _stage(rules: ContestRules, stage: Stage) -> Several:
    at, zone, promote = at_stage(rules, stage), rules.zone, stage.promote
    parts: list[Sentence] = []
    if stage.opens_at is not None or stage.closes_at is not None:
        parts.append(
            said("{opens}至{closes}", opens=Moment(at.opens_at, zone), closes=Moment(at.closes_at, zone, True))
        )
    if stage.blueprint is not None:
        kinds, full = made_up(stage.blueprint), Points(stage.blueprint.points)
        text = "{total}题（{kinds}）、满分{points}分" if kinds.things else "{total}题、满分{points}分"
        parts.append(said(text, total=stage.blueprint.total, kinds=kinds, points=full))
    if stage.study:
        parts.append(said("可能考到的题目连同答案届时公布"))
    if stage.clock is not None and stage.clock != rules.clock:
        parts += clock(stage.clock, "限时{length}")
    parts += limits(stage.limits, staged=False) if stage.limits is not None else []
    if stage.after:
        title = next((other.title for other in rules.stages if other.code == stage.after), stage.after)
        parts.append(said("“{title}”得到{points}分后才能进入", title=title, points=Points(stage.least)))
    if not stage.counts:
        parts.append(said("不计入成绩"))
    if promote is not None:
        text = "每个{kind}前{count}名晋级下一阶段" if promote.per_unit else "前{count}名晋级下一阶段"
        parts.append(said(text, kind=promote.per_unit, count=promote.best))
    return Several(tuple(parts), "，")


def people_places(rules: ContestRules) -> list[Sentence]:
    """How the places of people are decided."""
    found = [*counts(rules.counting), said("按得分从高到低排名")]
    if rules.board.each_stage:
        found.append(said("每个阶段重新计分、分别排名"))
    found += [
        said("仍相同，{tie}" if n else "得分相同，{tie}", tie=(_TIES[tie], {})) for n, tie in enumerate(rules.ties)
    ]
    if Tie.LOT in rules.ties:
        return found
    if rules.board.dense:
        return [*found, said("全部相同的并列，下一名接着排（例如并列第2名，其后为第3名）")]
    return [*found, said("全部相同的并列，下一名顺延（例如并列第2名，其后为第4名）")]


def counts(how: Counting) -> list[Sentence]:
    """Which sittings make the result."""
    if how.take is Take.ALL:
        picked = said("各次有效答题")
    elif how.each is Span.WHOLE and how.combine is not Combine.NUMBER:
        return [said("多次答题的，{taken}", taken=(_TAKEN[how.take], {}))]
    elif how.each is Span.WHOLE:
        picked = said("有效答题的")
    else:
        picked = said("{span}{taken}", span=(_SPANS[how.each], {}), taken=(_TAKEN[how.take], {}))
    most: list[Sentence] = [] if how.most is None else [said("只取其中最好的{count}次", count=how.most)]
    combined = {
        Combine.SUM: "成绩相加" if how.take is Take.ALL else "各次相加",
        Combine.MEAN: "取平均分",
        Combine.NUMBER: "计次数，一次1分",
    }[how.combine]
    return [said("{picked}，{combined}", picked=picked, combined=(combined, {})), *most]


def shown(rules: ContestRules) -> list[Sentence]:
    """What is shown, and when."""
    found = [
        said(_RELEASES[rules.release_score], what=("成绩", {})),
        said(_RELEASES[rules.release_key], what=("答案和解析", {})),
    ]
    if rules.board.freeze_at is not None:
        found.append(said("{moment}起榜单不再更新，直到竞赛结束", moment=Moment(rules.board.freeze_at, rules.zone)))
    if rules.board.people is Board.HIDDEN:
        found.append(said("不公开个人榜单"))
    return found
