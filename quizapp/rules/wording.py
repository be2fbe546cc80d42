"""The rules of a contest as the sentences that a notice prints, from the same data that is evaluated."""

from quizapp.rules.contests import Ask, Board, ContestRules, Door, Extra, Limits, Release, Stage
from quizapp.rules.counting import Combine, Counting, Span, Take, Tie
from quizapp.rules.items import Kind
from quizapp.rules.marking import Marking, MultipleMarking, Partial
from quizapp.rules.papers import PaperBlueprint
from quizapp.rules.scoring import Condition, Worth
from quizapp.rules.speech import Length, Moment, Points, Sentence, Several, percent
from quizapp.rules.stages import at_stage, stages_of

KINDS = {
    Kind.SINGLE: "单选题", Kind.MULTIPLE: "多选题", Kind.JUDGE: "判断题", Kind.BLANK: "填空题", Kind.NUMERIC: "数值题",
    Kind.ORDER: "排序题", Kind.MATCH: "配对题", Kind.HOTSPOT: "看图找隐患题", Kind.CASE: "案例题", Kind.ESSAY: "论述题",
}  # fmt: skip
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


def said(text: str, **places: object) -> Sentence:
    return text, places


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
    if not rules.stages or any(stage.blueprint is None for stage in rules.stages):
        found = [said("每份试卷{total}题，满分{points}分", total=blueprint.total, points=Points(blueprint.points))]
        found += _made_up(blueprint)
    if rules.clock.paper_ms is not None:
        found.append(said("答题限时{length}；退出可接着答，计时不停", length=Length(rules.clock.paper_ms)))
    if rules.clock.item_ms is not None:
        found.append(said("每题限时{length}，按顺序作答，不能返回", length=Length(rules.clock.item_ms)))
    found.append(
        said("晚开始的也给足时间") if rules.clock.full_time else said("到截止时间还没有交卷的，按已保存的答案交卷")
    )
    found += marking(rules.scoring.marking, rules)
    found += worth(rules.scoring.worth)
    if rules.scoring.valid != Condition():
        found.append(said("{condition}的答题才有效", condition=condition(rules.scoring.valid)))
    found += limits(rules.limits, staged=bool(stages_of(rules)))
    found += chances(rules.extra, staged=bool(stages_of(rules)))
    if rules.pass_points is not None:
        found.append(said("{points}分及以上为合格；本成绩不作为法定考核合格证明", points=Points(rules.pass_points)))
    return found


def _made_up(blueprint: PaperBlueprint) -> list[Sentence]:
    """Kind by kind, where the blueprint names kinds."""
    if any(draw.kind is None for draw in blueprint.draws):
        return []
    parts = []
    for kind in dict.fromkeys(draw.kind for draw in blueprint.draws):
        counts = sum(draw.count for draw in blueprint.draws if draw.kind is kind)
        each = {draw.points for draw in blueprint.draws if draw.kind is kind}
        name: Sentence = (KINDS[kind], {}) if kind else ("", {})
        if len(each) == 1:
            parts.append(said("{kind}{count}题、每题{points}分", kind=name, count=counts, points=Points(*each)))
        else:
            parts.append(said("{kind}{count}题", kind=name, count=counts))
    return [said("其中{parts}", parts=Several(tuple(parts), "；"))]


def marking(how: Marking, rules: ContestRules) -> list[Sentence]:
    """How responses are marked, as far as the notice has to say it."""
    texts = {
        MultipleMarking.EXACT: said("多选题多选、少选、错选均不得分"),
        MultipleMarking.HALF: said("多选题少选得一半分，错选不得分"),
        MultipleMarking.PER_RIGHT: said("多选题有错选不得分；少选的，每选对一项得该题分数除以正确项数的分"),
        MultipleMarking.PER_RIGHT_LESS_WRONG: said("多选题选对一项得分、选错一项扣分，扣完该题为止"),
    }
    if how.multiple is MultipleMarking.PER_RIGHT and how.per_right is not None:
        texts[how.multiple] = said("多选题有错选不得分；少选的，每选对一项得{points}分", points=Points(how.per_right))
    asked = _asked(rules)
    found = [texts[how.multiple]] if {Kind.MULTIPLE, None} & asked else []
    if how.per_wrong is not None:
        found.append(said("多选题每选错一项扣{points}分", points=Points(how.per_wrong)))
    if how.wrong:
        found.append(said("单选题、判断题答错每题扣{points}分，整卷不低于0分", points=Points(how.wrong)))
    if how.unanswered:
        found.append(said("不答的题每题得{points}分", points=Points(how.unanswered)))
    if how.order is Partial.EACH and Kind.ORDER in asked:
        found.append(said("排序题按相邻两步次序正确的比例得分"))
    if Kind.ESSAY in asked:
        found.append(
            said(
                "论述题由两人分别评阅，相差不超过该题分数的{gap}的取平均分，超过的由第三人裁定",
                gap=percent(how.essay_gap),
            )
        )
    return found


def _asked(rules: ContestRules) -> set[Kind | None]:
    """The kinds of items in any paper; None where a line of a blueprint takes every kind."""
    blueprints = [rules.blueprint, *(stage.blueprint for stage in rules.stages if stage.blueprint is not None)]
    return {draw.kind for blueprint in blueprints for draw in blueprint.draws}


def worth(how: Worth) -> list[Sentence]:
    """What is added to the marks, or stands in their place."""
    found = []
    for step in how.steps:
        if step.when == Condition():
            found.append(said("其他答题计{points}分", points=Points(step.points)))
        else:
            found.append(
                said("{condition}的一次答题计{points}分", condition=condition(step.when), points=Points(step.points))
            )
    if how.all_right:
        found.append(said("全部答对另加{points}分", points=Points(how.all_right)))
    if how.streak:
        bonuses = Several(tuple(map(Points, how.streak)))
        found.append(
            said("连续答对有加分：连对第1题起依次加{bonuses}分，此后每题同最后一档；答错后重新计", bonuses=bonuses)
        )
    return found


def condition(when: Condition) -> Several:
    """What a sitting has to reach."""
    parts = []
    if when.all_right:
        parts.append(said("全部答对"))
    if when.right is not None:
        parts.append(said("至少答对{count}题", count=when.right))
    if when.points is not None:
        parts.append(said("得分不低于{points}分", points=Points(when.points)))
    if when.time_ms is not None:
        parts.append(said("用时不少于{length}", length=Length(when.time_ms)))
    return Several(tuple(parts), "、")


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
        parts.append(said("{total}题、满分{points}分", total=at.blueprint.total, points=Points(at.blueprint.points)))
    if stage.clock is not None and stage.clock.paper_ms is not None:
        parts.append(said("限时{length}", length=Length(stage.clock.paper_ms)))
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
