"""Keying in answered papers: the number, then the answers field by field; nothing here knows what is right."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import Invalid, QuizError
from quizapp.rules import serials
from quizapp.services import contests, keying, printed
from quizapp.services.contests import Running
from quizapp.services.keying import Keying, Task
from quizapp.web import sheet_forms, staff, words
from quizapp.web.cards import contest_card
from quizapp.web.edge import db, edge, finish_transaction, now
from quizapp.web.organiser.door import bp


def _told(state: str) -> str:
    return {
        printed.KEYED: _("第一遍已录入，第二遍请另一个人录"),
        printed.DIFFERS: _("与另一个人录的不一致，请再看一遍答题卡，只录不一致的几处"),
        printed.DONE: _("两遍一致，已计分"),
    }[state]


@bp.get("/contests/<slug>/printed/keying")
def keying_form(slug: str) -> str | tuple[str, int]:
    """The field for the number; with a number the form for its sheet."""
    contest = contests.find_contest(db(), slug)
    serial = request.args.get("serial", "").strip()[:40]
    if not serial:
        return _page(contest)
    try:
        return _page(contest, keying.task(db(), staff.me(), contest, serial), serial)
    except QuizError as error:
        finish_transaction(commit=False)
        return _page(contest, None, serial, told=words.said(error)), error.status


def _page(
    contest: Running,
    task: Task | None = None,
    serial: str = "",
    *,
    told: str = "",
    faults: dict[str, str] | None = None,
) -> str:
    day = request.values.get("day", "").strip()[:10] or keying.today(contest, now())
    listed = [field for view in task.views for field in _fields(task, view)] if task else []
    return render_template(
        "organiser/keying.html",
        contest=contest_card(contest),
        task=task,
        serial=serials.shown(task.serial) if task else serial,
        boxes=[field for field in listed if field.boxed],
        lines=[field for field in listed if not field.boxed],
        typed=request.form,
        faults=faults or {},
        told=told,
        day=day,
    )


def _fields(task: Task, view: dict[str, Any]) -> list[sheet_forms.Field]:
    return sheet_forms.fields(view, task.mine.answers.get(str(view["position"])) if task.mine else None)


@bp.post("/contests/<slug>/printed/keying")
def key_in(slug: str) -> Reply | tuple[str, int]:
    """Keep what was typed; the next sheet follows, or what differs from the other person's reading."""
    contest, serial = contests.find_contest(db(), slug), request.form.get("serial", "").strip()[:40]
    task, faults = None, dict[str, str]()
    try:
        task = keying.task(db(), staff.me(), contest, serial)
        given = _read(task, faults)
        if faults:
            raise Invalid("有{count}处不能这样录，请对照答题卡", count=len(faults))
        state = keying.key_in(db(), edge().settings.secret_key, staff.me(), contest, serial, given, now())
    except QuizError as error:
        finish_transaction(commit=False)
        faults |= {_field(name): text for name, text in getattr(error, "errors", ())}
        return _page(
            contests.find_contest(db(), slug), task, serial, told=words.said(error), faults=faults
        ), error.status
    flash(
        _("%(serial)s：%(what)s", serial=serials.shown(task.serial), what=_told(state)),
        "warn" if state == printed.DIFFERS else "right",
    )
    again: dict[str, Any] = {"serial": serials.shown(task.serial)} if state == printed.DIFFERS else {}
    return redirect(url_for("organiser.keying_form", slug=slug, day=given.day, **again))


def _field(name: str) -> str:
    """The field of the form that a fault is about."""
    return "minutes" if name == keying.TIME else name.replace("answers.", "a")


def _read(task: Task, faults: dict[str, str]) -> Keying:
    answers = {str(view["position"]): sheet_forms.read(view, request.form, faults) for view in task.views}
    minutes, time_ms = request.form.get("minutes", "").strip(), None
    if minutes.isascii() and minutes.isdigit() and len(minutes) < 5 and int(minutes):
        time_ms = int(minutes) * keying.MINUTE
    elif minutes:
        faults["minutes"] = _("请填整数分钟，没有写的不填")
    return Keying(answers, request.form.get("day", "").strip()[:10], time_ms)
