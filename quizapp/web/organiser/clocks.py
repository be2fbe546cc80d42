"""More time or another window for a person or a unit: given with a reason, listed, effective at once."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import NotFound, QuizError
from quizapp.formats.contest.values import epoch_ms, moment
from quizapp.services import contests, ends, entries, organisations
from quizapp.services.contests import Running
from quizapp.services.ends import Grant
from quizapp.web import staff, words
from quizapp.web.cards import contest_card
from quizapp.web.edge import db, finish_transaction, now
from quizapp.web.forms_staff import TimeForm
from quizapp.web.organiser.door import bp


@bp.get("/contests/<slug>/time")
def extra_time(slug: str) -> str:
    return _page(contests.find_contest(db(), slug), TimeForm(formdata=None))


def _page(contest: Running, form: TimeForm) -> str:
    rows = [row | {"at": words.moment(row["at"]), "what": _what(row)} for row in ends.list_grants(db(), contest)]
    return render_template("organiser/time.html", contest=contest_card(contest), form=form, rows=rows)


def _what(row: dict[str, Any]) -> str:
    """加时30分钟；2026年6月1日 9:00开始."""
    told = [_("加时%(length)s", length=words.duration(row["extra_ms"]))] if row["extra_ms"] else []
    if row["opens_at"] is not None:
        told.append(_("%(moment)s开始", moment=words.moment(row["opens_at"])))
    if row["closes_at"] is not None:
        told.append(_("%(moment)s截止", moment=words.closing(row["closes_at"])))
    return "，".join(told) or _("恢复原定时间")


@bp.post("/contests/<slug>/time")
def give_time(slug: str) -> Reply | tuple[str, int]:
    contest, form = contests.find_contest(db(), slug), TimeForm()
    if not form.validate():
        return _page(contest, form), 400
    zone = contest.rules.zone
    opens, closes = (None if not field.data else epoch_ms(moment(field.data), zone) for field in (form.opens_at, form.closes_at))
    grant = Grant((form.minutes.data or 0) * 60_000, opens, None, closes)
    try:
        changed = _give(contest, form, grant)
    except QuizError as error:
        finish_transaction(commit=False)
        form.form_errors.append(words.said(error))
        return _page(contests.find_contest(db(), slug), form), 400
    flash(_("已记录；%(count)s个正在进行的答题随之调整", count=changed), "right")
    return redirect(url_for("organiser.extra_time", slug=slug))


def _give(contest: Running, form: TimeForm, grant: Grant) -> int:
    who, reason = str(form.who.data).strip(), str(form.reason.data)
    if form.kind.data == "unit":
        unit = organisations.find_unit(db(), who)
        return ends.give_time(db(), staff.me(), contest, grant, reason, now(), unit=unit)
    entry = entries.find_entry(db(), contest, who, now())
    if entry is None:
        raise NotFound("没有找到“{who}”，请核对手机号、工号或账号", who=who)
    return ends.give_time(db(), staff.me(), contest, grant, reason, now(), entry=entry)
