"""What an organiser can do with a contest at once: said in numbers first, then done."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import Refused
from quizapp.rules.timing import Phase
from quizapp.services import contests, ends, essays
from quizapp.services.contests import Running
from quizapp.web import staff, words
from quizapp.web.cards import contest_card
from quizapp.web.edge import db, finish_transaction, now
from quizapp.web.organiser.door import bp


@dataclass(frozen=True, slots=True)
class Act:
    """`foretell` says what will happen; `do` does it and says what happened."""

    title: str
    button: str
    foretell: Callable[[Running], list[str]]
    do: Callable[[Running], str]
    warns: bool = False


def possible(contest: Running) -> list[str]:
    """What can be done with a contest now, by name."""
    pausing = "resume" if contest.paused else "pause"
    clocks = "go_on" if contest.halted_at is not None else "halt"
    found = {
        Phase.UPCOMING: ["open", pausing, "end"],
        Phase.OPEN: [pausing, clocks, "end", "close"],
        Phase.CLOSING: [clocks, "end", "close"],
        Phase.OVER: ["end"] if contest.published_at is not None else ["end", "publish"],
    }[contest.phase(now())]
    return ["go_on", *found] if contest.halted_at is not None and "go_on" not in found else found


def _going_on(contest: Running) -> str:
    return _("正在答题的%(count)s人不受影响，可以答完", count=contests.count_open(db(), contest))


def _of_open(contest: Running) -> list[str]:
    rules = contest.rules
    return [
        _("从现在起可以开始答题，原定%(moment)s", moment=words.moment(rules.opens_at)),
        _("截止时间不变：%(moment)s", moment=words.closing(rules.closes_at)),
    ]


def _open(contest: Running) -> str:
    contests.open_contest(db(), staff.me(), contest.rules.slug, now())
    return _("竞赛已开始")


def _pause(contest: Running) -> str:
    contests.pause_contest(db(), staff.me(), contest.rules.slug, True, now())
    return _("已暂停新的开始")


def _resume(contest: Running) -> str:
    contests.pause_contest(db(), staff.me(), contest.rules.slug, False, now())
    return _("已恢复，可以开始答题")


def _of_halt(contest: Running) -> list[str]:
    count = contests.count_open(db(), contest)
    return [
        _("没有人能再开始答题，直到恢复计时"),
        _("正在答题的%(count)s人时间停住，可以接着答，答案照样保存", count=count),
        _("恢复计时后，停了多久就给每个人补多久"),
    ]


def _halt(contest: Running) -> str:
    count = ends.halt_contest(db(), staff.me(), contest.rules.slug, "", now())
    return _("计时已停止，%(count)s个正在进行的答题停住", count=count)


def _of_going_on(contest: Running) -> list[str]:
    stood = words.duration(now() - (contest.halted_at or now()))
    count = contests.count_open(db(), contest)
    return [_("计时停了%(stood)s，正在答题的%(count)s人各补%(stood)s", stood=stood, count=count), _("可以重新开始答题")]


def _go_on(contest: Running) -> str:
    count = ends.go_on(db(), staff.me(), contest.rules.slug, now())
    return _("计时已恢复，%(count)s个答题补了时间", count=count)


def _of_close(contest: Running) -> list[str]:
    return [
        _("没有人能再开始答题"),
        _("正在答题的%(count)s人到此为止，按已保存的答案计分", count=contests.count_open(db(), contest)),
        _("原定截止时间是%(moment)s", moment=words.closing(contest.rules.closes_at)),
    ]


def _close(contest: Running) -> str:
    count = ends.close_contest(db(), staff.me(), contest.rules.slug, now())
    return _("竞赛已结束，%(count)s人按已保存的答案计分", count=count)


def _publish(contest: Running) -> str:
    waiting = essays.queue(db(), contest, staff.me().id, now()).waiting
    if waiting:
        raise Refused("还有{count}篇论述题没有评完，评完再公布", count=waiting)
    contests.publish_results(db(), staff.me(), contest.rules.slug, now())
    return _("结果已公布")


def _acts() -> dict[str, Act]:
    return {
        "open": Act(_("提前开始"), _("现在开始"), _of_open, _open),
        "pause": Act(_("暂停新的开始"), _("暂停"), lambda c: [_("没有人能再开始答题，直到恢复"), _going_on(c)], _pause, True),
        "resume": Act(
            _("恢复"), _("恢复"),
            lambda c: [_("又可以开始答题，到%(moment)s为止", moment=words.closing(c.rules.last_start)), _going_on(c)], _resume,
        ),
        "halt": Act(_("停止所有计时"), _("停止计时"), _of_halt, _halt, True),
        "go_on": Act(_("恢复计时"), _("恢复计时"), _of_going_on, _go_on),
        "close": Act(_("立即结束"), _("立即结束"), _of_close, _close, True),
        "publish": Act(
            _("公布结果"), _("公布"),
            lambda c: [_("规则里写明“结果公布后”才给看的成绩、答案和解析，从现在起可以查看"), _("公布之后不能收回")], _publish,
        ),
    }  # fmt: skip


@bp.get("/contests/<slug>/<any(open, pause, resume, halt, go_on, close, publish):act>")
def confirm(slug: str, act: str) -> str:
    """What an act will do, in numbers, before it is done."""
    found, chosen = contests.find_contest(db(), slug), _acts()[act]
    return render_template(
        "organiser/confirm.html",
        contest=contest_card(found),
        kind="warn" if chosen.warns else "primary",
        title=chosen.title,
        button=chosen.button,
        consequences=chosen.foretell(found),
        action=url_for("organiser.perform", slug=slug, act=act),
        back_url=url_for("organiser.contest", slug=slug),
    )


@bp.post("/contests/<slug>/<any(open, pause, resume, halt, go_on, close, publish):act>")
def perform(slug: str, act: str) -> Reply:
    """Do it; a refusal is told on the contest's page."""
    chosen = _acts()[act]
    try:
        flash(chosen.do(contests.find_contest(db(), slug)), "right")
    except Refused as error:
        finish_transaction(commit=False)
        flash(words.said(error), "warn")
    return redirect(url_for("organiser.contest", slug=slug))
