"""How long and how often one may answer, as a notice prints it."""

from quizapp.rules.contests import Clock, ContestRules, Extra, Limits
from quizapp.rules.counting import Span
from quizapp.rules.speech import Length, Sentence, said

SPANS = {Span.STAGE: "每个阶段", Span.MONTH: "每月", Span.WEEK: "每周", Span.DAY: "每天"}
PERSON, STAGE, HERE = "每人", "每个阶段", "本阶段"
"""Within what a limit holds: the whole contest, each stage alike, one stage; where stages go by the calendar, each of its spans."""


def within(rules: ContestRules) -> str:
    """Within what the limits of a contest hold."""
    if rules.cycle is not None:
        return SPANS[rules.cycle]
    return STAGE if rules.stages else PERSON


def clock(how: Clock, base: Clock | None = None) -> list[Sentence]:
    """How long one may answer; in a stage, as far as it differs from the `base` that was told for all."""
    was, found = base or Clock(), []
    if how.paper_ms is not None and how.paper_ms != was.paper_ms:
        found.append(said("答题限时{length}", length=Length(how.paper_ms)))
    if how.paper_ms is None and was.paper_ms is not None:
        found.append(said("整卷不另限时"))
    if how.item_ms is not None and how.item_ms != was.item_ms:
        found.append(said("每题限时{length}，按顺序作答，不能返回", length=Length(how.item_ms)))
    if how.item_ms is None and was.item_ms is not None:
        found.append(said("每题不另限时，可以返回修改"))
    return found


def closing(full_time: bool) -> Sentence:
    return said("晚开始的也给足时间") if full_time else said("到截止时间还没有交卷的，按已保存的答案交卷")


def limits(how: Limits, scope: str, base: Limits | None = None) -> list[Sentence]:
    """How often one may answer; in a stage, as far as it differs from the `base` that was told for all."""
    each = said(scope) if scope == STAGE else ""
    span = each if scope in (PERSON, STAGE, HERE) else said(scope)
    was = base or Limits()
    if how.per_day is None and how.total is None:
        unlimited = base is not None and was.per_day is None and was.total is None
        often = [] if unlimited else [said("{scope}答题次数不限", scope=each)]
    else:
        often = [
            *_changed(how.per_day, was.per_day, "{scope}每天最多答{count}次", "每天的次数不限", each),
            *_changed(how.total, was.total, "{scope}最多答{count}次", "总次数不限", said(scope)),
        ]
    retakes = how.retakes if how.total is not None else 0
    before = was.retakes if was.total is not None else 0
    return [
        *often,
        *_changed(retakes, before, "{scope}不合格的可以补考{count}次", "不设补考", span),
        *_changed(how.cooldown_ms, was.cooldown_ms, "交卷{length}后才能再答", "交卷后即可再答", each),
        *_changed(how.practice_per_day, was.practice_per_day, "{scope}每天可练习{count}次，练习不计成绩", "不设练习", each),
    ]


def _changed(now: int | None, was: int | None, text: str, none: str, scope: Sentence | str) -> list[Sentence]:
    if now == was or not (now or was):
        return []
    if not now:
        return [said(none)]
    return [said(text, length=Length(now)) if "{length}" in text else said(text, scope=scope, count=now)]


def chances(how: Extra, scope: str) -> list[Sentence]:
    """What spreading the contest earns."""
    each = said(scope) if scope == STAGE else ""
    texts = (
        ("分享的链接每有一人打开，当天{scope}增加1次答题机会，最多增加{count}次", how.share),
        ("邀请的人每有一人参加，当天{scope}增加1次答题机会，最多增加{count}次", how.invite),
    )
    return [said(text, scope=each, count=count) for text, count in texts if count]
