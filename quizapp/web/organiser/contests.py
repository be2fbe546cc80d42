"""Contests: how many take part, their rules, moving their end."""


from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import Invalid, QuizError
from quizapp.formats.contest.values import epoch_ms, moment, moment_text
from quizapp.formats.contest.yaml import write_contest
from quizapp.services import contests, ends, essays, liaisons, missing_units, participation, verdicts
from quizapp.services.contests import Running
from quizapp.services.participation import Participation
from quizapp.web import staff, words
from quizapp.web.cards import contest_card
from quizapp.web.edge import db, finish_transaction, now
from quizapp.web.exports import log, send
from quizapp.web.forms_staff import EndForm
from quizapp.web.organiser import acts
from quizapp.web.organiser.door import bp


@bp.get("/")
def home() -> str:
    found = participation.by_contest(db())
    listed = [contest_card(c) | {"numbers": found.get(c.id, Participation())} for c in contests.list_contests(db())]
    waiting = {"missing": missing_units.count_missing(db()), "disputed": len(liaisons.list_disputed(db()))}
    return render_template("organiser/home.html", contests=listed, waiting=waiting)


@bp.get("/contests/<slug>")
def contest(slug: str) -> str:
    found = contests.find_contest(db(), slug)
    rules = found.rules
    days = participation.by_day(db(), found, now())
    return render_template(
        "organiser/contest.html",
        contest=contest_card(found),
        numbers=participation.by_contest(db()).get(found.id, Participation()),
        days=days,
        day_bars=staff.day_bars(days),
        rules=words.rules_told(rules),
        file=write_contest(rules).decode(),
        banks=found.banks,
        acts=acts.possible(found),
        halted=found.halted_at is not None,
        published=found.published_at,
        essays=essays.queue(db(), found, staff.me().id, now()) if verdicts.asks_essays(db(), found) else None,
    )


@bp.get("/contests/<slug>/contest.yaml")
def contest_file(slug: str) -> Response:
    """Its rules as a contest file."""
    rules = contests.find_contest(db(), slug).rules
    log("export.contest", slug)
    return send(write_contest(rules), f"{slug}.yaml", "application/yaml")


@bp.get("/contests/<slug>/end")
def end(slug: str) -> str:
    found = contests.find_contest(db(), slug)
    rules = found.rules
    form = EndForm(formdata=None, last_start=_typed(rules.last_start, rules.zone), closes_at=_typed(rules.closes_at, rules.zone))
    return _end_page(found, form)


def _typed(value: int, zone: str) -> str:
    """A moment as people type it: nobody types milliseconds."""
    return moment_text(value - value % 1000, zone, end_of_day=True)


def _end_page(found: Running, form: EndForm) -> str:
    return render_template(
        "organiser/end.html", contest=contest_card(found), form=form, running=contests.count_open(db(), found)
    )


@bp.post("/contests/<slug>/end")
def move_end(slug: str) -> Reply | str | tuple[str, int]:
    """Extend or shorten: first what it reaches, then, confirmed, the change."""
    found = contests.find_contest(db(), slug)
    form = EndForm()
    if not form.validate():
        return _end_page(found, form), 400
    last_start, closes_at = _moments(form, found.rules.zone)
    try:
        _check_end(found, last_start, closes_at)
        if request.form.get("confirmed") != "yes":
            return _confirm_end(found, form, last_start, closes_at)
        changed = ends.move_end(db(), staff.me(), slug, last_start, closes_at, now())
    except QuizError as error:
        finish_transaction(commit=False)
        form.form_errors.append(words.said(error))
        return _end_page(found, form), 400
    flash(
        _("截止时间已改为%(moment)s，%(count)s个正在进行的答题随之调整", moment=words.closing(closes_at), count=changed),
        "right",
    )
    return redirect(url_for("organiser.contest", slug=slug))


def _moments(form: EndForm, zone: str) -> tuple[int, int]:
    return epoch_ms(moment(str(form.last_start.data)), zone), epoch_ms(moment(str(form.closes_at.data)), zone)


def _check_end(contest: Running, last_start: int, closes_at: int) -> None:
    """The same that the change itself checks, before anybody is asked to confirm it."""
    if not contest.rules.opens_at <= last_start <= closes_at:
        raise Invalid("截止时间不能早于开始时间，最后开始时间不能晚于截止时间")
    if closes_at < now():
        raise Invalid("截止时间不能早于现在")


def _confirm_end(contest: Running, form: EndForm, last_start: int, closes_at: int) -> str:
    reached = ends.reached_by(db(), contest, closes_at)
    told = [
        _(
            "截止时间从%(before)s改为%(after)s",
            before=words.closing(contest.rules.closes_at),
            after=words.closing(closes_at),
        ),
        _(
            "最后开始时间从%(before)s改为%(after)s",
            before=words.closing(contest.rules.last_start),
            after=words.closing(last_start),
        ),
        _(
            "正在答题的%(running)s人中，%(count)s人的结束时间随之改变",
            running=contests.count_open(db(), contest),
            count=reached,
        ),
    ]
    if closes_at < contest.rules.closes_at:
        told.append(_("比原来早：来不及的人按已保存的答案计分"))
    return render_template(
        "organiser/confirm.html",
        contest=contest_card(contest),
        title=_("改截止时间"),
        button=_("确认更改"),
        consequences=told,
        action=url_for("organiser.move_end", slug=contest.rules.slug),
        back_url=url_for("organiser.end", slug=contest.rules.slug),
        fields={"confirmed": "yes", "last_start": form.last_start.data, "closes_at": form.closes_at.data},
    )
