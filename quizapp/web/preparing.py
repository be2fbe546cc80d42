"""Before the first start: what the organiser wants to be read, and what is asked besides name, phone and unit."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import Invalid
from quizapp.rules.contests import Ask, needs_division
from quizapp.services import contests, entries, entry_changes, starts
from quizapp.services.contests import Running
from quizapp.web import access
from quizapp.web.cards import contest_card
from quizapp.web.edge import db, finish_transaction, now

bp = Blueprint("preparing", __name__)


def _labels() -> dict[Ask, str]:
    return {Ask.ID_NUMBER: _("身份证号"), Ask.ADDRESS: _("通信地址"), Ask.POST: _("职务")}


def _page(contest: Running, given: dict[str, str], faults: dict[str, str]) -> str:
    labels = _labels()
    fields = [
        {"name": ask.value, "label": labels[ask], "value": given.get(ask.value, ""), "fault": faults.get(ask.value)}
        for ask in contest.rules.entry.ask
    ]
    who = access.signed_in()
    entry = entries.entry_of(db(), contest.id, who.account_id)
    open_to_choice = needs_division(contest.rules, entry.division if entry else entries.rostered_division(db(), who.account_id))
    return render_template(
        "contestant/prepare.html",
        contest=contest_card(contest),
        gate=contest.rules.entry.gate,
        fields=fields,
        divisions=[(one.code, one.title) for one in contest.rules.divisions] if open_to_choice else [],
        division=given.get("division", ""),
        division_faults=[faults["division"]] if "division" in faults else [],
    )


@bp.get("/c/<slug>/prepare")
def prepare(slug: str) -> str:
    return _page(contests.find_contest(db(), slug), {}, {})


@bp.post("/c/<slug>/prepare")
def prepared(slug: str) -> Reply | tuple[str, int]:
    contest = contests.find_contest(db(), slug)
    given = {ask.value: request.form.get(ask.value, "")[:200] for ask in contest.rules.entry.ask}
    division = request.form.get("division", "")[:64]
    entry = starts.enter(db(), contest, access.token_id(), now())
    try:
        entry_changes.prepare(contest, entry, given, now(), read=True, division=division)
    except Invalid as error:
        finish_transaction(commit=False)
        return _page(contests.find_contest(db(), slug), given | {"division": division}, dict(error.errors)), 400
    return redirect(url_for("contestant.start", slug=slug))
