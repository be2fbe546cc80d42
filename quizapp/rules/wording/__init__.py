"""The rules of a contest as the sentences that a notice prints, from the same data that is evaluated."""

from dataclasses import replace

from quizapp.rules.contests import Ask, Board, ContestRules, Door, EntryRules, Release
from quizapp.rules.counting import Combine, Counting, Span, Take
from quizapp.rules.scoring import Condition
from quizapp.rules.speech import Length, Moment, Points, Sentence, Several, said
from quizapp.rules.wording import papers
from quizapp.rules.wording.awards import prizes
from quizapp.rules.wording.commendations import commendations
from quizapp.rules.wording.divisions import divisions
from quizapp.rules.wording.divisions import papers as of_divisions
from quizapp.rules.wording.marking import condition, marking, worth
from quizapp.rules.wording.places import counts, people_places
from quizapp.rules.wording.sittings import HERE, chances, clock, closing, limits, within
from quizapp.rules.wording.stages import shared, stages
from quizapp.rules.wording.units import unit_places

__all__ = ["activity", "commendations", "counts", "entering", "in_brief", "paper", "people_places", "prizes", "shown", "stages", "unit_places"]

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
    parts = (stages(rules), paper(rules)) if rules.cycle else (paper(rules), stages(rules))
    return [*found, *entering(rules), *parts[0], *parts[1], *people_places(rules), *shown(rules)]


def in_brief(rules: ContestRules) -> list[Sentence]:
    """What a contest's page tells: papers, stages, groups, places."""
    return [*paper(rules), *stages(rules), *divisions(rules), *people_places(rules)]


def entering(rules: ContestRules) -> list[Sentence]:
    """Who may take part and how."""
    entry = rules.entry
    doors = Several(tuple((_DOORS[door], {}) for door in entry.doors), "；")
    found = [said("参加方式：{doors}", doors=doors), *divisions(rules)]
    if entry.units:
        found.append(said("只限编码为{units}的单位及其下级单位的人参加", units=Several(entry.units)))
    if entry.minors:
        found.append(said("未成年人参加，只用班级和座号，不用姓名和手机号"))
    if entry.ask:
        text = "除班级座号和单位外，还要填写{asked}" if entry.minors else "除姓名、手机号和单位外，还要填写{asked}"
        found.append(said(text, asked=Several(tuple(said(_ASKED[ask]) for ask in entry.ask))))
    if entry.gate:
        found.append(said("开始前先阅读主办单位规定的内容"))
    if entry.check_in:
        found.append(said("开始前到监考人员处签到"))
    if entry.room_code:
        found.append(said("凭考场当场公布的口令开始"))
    if entry.guests:
        found.append(said("没有单位的人可以答题，不计入排名"))
    return [*found, _changes(entry)]


def _changes(entry: EntryRules) -> Sentence:
    """Whether people may change their unit."""
    if not entry.unit_changes:
        return said("参加后不能更换单位")
    if entry.change_within_ms is None:
        return said("参加后可以更换单位{count}次", count=entry.unit_changes)
    return said("参加后{within}内可以更换单位{count}次", within=Length(entry.change_within_ms), count=entry.unit_changes)


def paper(rules: ContestRules, *, here: bool = False) -> list[Sentence]:
    """How many items, how long, how often, how they are marked; `here`: of the one stage that `rules` are those of."""
    if here:
        rules = replace(rules, stages=(), cycle=None)
    once, scope = shared(rules), HERE if here else within(rules)
    found = [*papers.paper(rules, once.blueprint), *of_divisions(rules)]
    if rules.study:
        found.append(said("可能考到的题目连同答案公布在竞赛页面，供事先学习"))
    found += clock(once.clock) if once.clock else []
    found.append(said("退出可接着答，计时不停"))
    found += [] if once.full_time is None else [closing(once.full_time)]
    found += marking(rules.scoring.marking, rules)
    found += worth(rules.scoring.worth)
    if rules.scoring.valid != Condition():
        found.append(said("{condition}的答题才有效", condition=condition(rules.scoring.valid)))
        found.append(said("无效的答题不计成绩，仍算参与；只有无效答题的人按0分排名"))
    found += limits(once.limits, scope) if once.limits else []
    found += chances(rules.extra, scope)
    if rules.pass_points is not None:
        found.append(said("{points}分及以上为合格；本成绩不作为法定考核合格证明", points=Points(rules.pass_points)))
        found += _passing(rules.counting)
    if once.differs(rules):
        found.append(said("阶段另有规定的，按阶段的规定"))
    return found


def _passing(how: Counting) -> list[Sentence]:
    """What a pass mark is compared with, where several sittings may count."""
    if how.combine is Combine.MEAN:
        return [said("是否合格看平均分")]
    if how.take is Take.ALL or how.each is not Span.WHOLE or how.combine is Combine.NUMBER:
        return [said("任何一次有效答题达到合格分即为合格")]
    texts = {Take.LAST: "是否合格以最后一次为准", Take.FIRST: "是否合格以第一次为准"}
    return [said(texts[how.take])] if how.take in texts else []


def shown(rules: ContestRules) -> list[Sentence]:
    """What is shown, and when."""
    found = [
        said(_RELEASES[rules.release_score], what=("成绩", {})),
        said(_RELEASES[rules.release_key], what=("答案和解析", {})),
    ]
    if rules.board.freeze_at is not None:
        found.append(said("{moment}起榜单不再更新，直到竞赛结束", moment=Moment(rules.board.freeze_at, rules.zone)))
    if rules.board.people is Board.HIDDEN or rules.entry.minors:
        found.append(said("不公开个人榜单"))
    if rules.board.units is Board.HIDDEN:
        found.append(said("不公开单位榜单"))
    return found
