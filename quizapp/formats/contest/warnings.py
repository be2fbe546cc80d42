"""What a contest file is allowed to say but a person may not mean, each with what to do; and the calendar that follows."""

from collections.abc import Iterator, Mapping, Sequence

from quizapp.errors import Fault
from quizapp.formats.contest import values
from quizapp.formats.contest.warnings_awards import awards
from quizapp.formats.contest.warnings_divisions import divisions
from quizapp.formats.contest.warnings_reach import reach
from quizapp.formats.contest.warnings_times import times
from quizapp.formats.contest.warnings_units import units
from quizapp.rules.contests import Board, ContestRules, Division, Release, Stage
from quizapp.rules.counting import Combine, Take
from quizapp.rules.items import Item
from quizapp.rules.papers import shortages
from quizapp.rules.stages import at_stage, blueprints, stages_of
from quizapp.rules.timing import contest_day, working_days_after

PUBLICITY_DAYS = 5


def warnings(rules: ContestRules, banks: Mapping[str, Sequence[Item]] | None = None) -> list[Fault]:
    """What is allowed but may not be meant; with `banks`, also what they cannot supply. `field` names the place."""
    found = [
        *times(rules), *_limits(rules), *_rewards(rules), *reach(rules), *units(rules), *_people(rules), *_release(rules),
        *awards(rules), *divisions(rules),
    ]  # fmt: skip
    found = list(dict.fromkeys(found))  # what several stages share is said once
    for owner, blueprint in blueprints(rules):
        field = f"{_place(rules, owner)}paper.draw"
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


def _place(rules: ContestRules, owner: Stage | Division | None) -> str:
    """Where the file has what belongs to a stage or a division."""
    if isinstance(owner, Stage):
        return f"stages.{rules.stages.index(owner)}."
    return "" if owner is None else f"divisions.{rules.divisions.index(owner)}."


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
        if rules.cycle is None and stage.last_start not in (None, at.closes_at):
            window += f"，最后开始 {values.moment_text(at.last_start, zone, end_of_day=True)}"
        told.append(f"{stage.title} {window}")
    last = working_days_after(contest_day(zone, rules.closes_at - 1), PUBLICITY_DAYS)
    told.append(f"若截止次日起公示{PUBLICITY_DAYS}个工作日，公示到 {last} 为止（周一至周五计，遇法定节假日顺延）")
    return told


def _limits(rules: ContestRules) -> Iterator[Fault]:
    limits = rules.limits
    if limits.per_day and limits.total and limits.per_day > limits.total:
        yield Fault("每天次数多于总次数，请核对", field="sittings.per_day")
    if limits.retakes and limits.total is None:
        yield Fault("没有限定总次数，补考不起作用，请写 total: 1 之类", field="sittings.retakes")
    held = [at_stage(rules, stage).limits for stage in rules.stages or (None,)]
    endless = any(not one.per_day and not one.total for one in held)
    how = rules.counting
    if endless and how.combine is Combine.SUM and how.take is Take.ALL and how.most is None:
        yield Fault("不限次数又把各次成绩相加，成绩取决于谁有时间刷题，请确认确有必要", field="counts")
    if rules.entry.change_within_ms and not rules.entry.unit_changes:
        yield Fault("unit_changes 是0，不能换单位，change_within 不起作用，请删去其中一个", field="entry.change_within")
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


def _release(rules: ContestRules) -> Iterator[Fault]:
    order = list(Release)
    if order.index(rules.release_key) < order.index(rules.release_score):
        said = "答案比成绩先给看，本人一对照就知道成绩，等于没有保密；请让 key 不早于 score，例如 release: {score: published, key: published}"
        yield Fault(said, field="release")


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
