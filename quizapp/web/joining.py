"""Coming into a contest: a unit's link, finding one's unit, a missing unit, coming back by code, changing one's unit."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import NotFound, QuizError, TooMany, Unauthenticated
from quizapp.rules.contests import Door
from quizapp.services import contests, entries, entry_changes, organisations, throttles, unit_imports
from quizapp.services.contests import Running
from quizapp.web import access, words
from quizapp.web.cards import contest_card
from quizapp.web.edge import address, db, edge, finish_transaction, now
from quizapp.web.forms import JoinForm, MinorJoinForm, MinorReopenForm, MissingUnitForm, ReopenForm

bp = Blueprint("joining", __name__)


@bp.get("/j/<slug>/<link>")
def join(slug: str, link: str) -> Reply | str:
    contest, unit = contests.find_contest(db(), slug), organisations.unit_by_link(db(), link)
    who = access.visitor()
    entry = entries.entry_of(db(), contest.id, who.account_id) if who else None
    if entry is not None:
        if entry.unit_id != unit.id:
            mine = organisations.name_of(db(), entry.unit_id) or "—"
            flash(_("这部手机上%(name)s已代表“%(mine)s”参加，您刚打开的是“%(other)s”的链接", name=entry.name, mine=mine, other=unit.name), "warn")
        return redirect(url_for("contestant.start", slug=slug))
    return _join_page(contest, unit, _join_form(contest), request.args.get("step", "confirm"))


def _join_form(contest: Running) -> JoinForm | MinorJoinForm:
    form = MinorJoinForm() if contest.rules.entry.minors else JoinForm()
    if contest.rules.entry.choose_division:
        form.division.choices = [(division.code, division.title) for division in contest.rules.divisions]
    else:
        del form.division
    return form


def _join_page(contest: Running, unit: Any, form: Any, step: str) -> str:
    return render_template(
        "contestant/join.html",
        contest=contest_card(contest),
        unit={"name": unit.name, "path": organisations.line_names(db(), unit)[:-1]},
        step="details" if step == "details" else "confirm",
        form=form,
        privacy_url=url_for("public.privacy"),
        not_mine_url=url_for("joining.find", slug=contest.rules.slug),
    )


@bp.post("/j/<slug>/<link>")
def enter(slug: str, link: str) -> Reply | tuple[str, int]:
    """Name and phone, no password; the 取回码 is shown on the next page, once."""
    contest, unit = contests.find_contest(db(), slug), organisations.unit_by_link(db(), link)
    form = _join_form(contest)
    who = access.visitor()
    if form.validate():
        try:
            token, code = entries.join_by_link(
                db(), edge().settings.secret_key, contest, unit, now(),
                name=str(form.number.data if isinstance(form, MinorJoinForm) else form.name.data),
                phone=None if isinstance(form, MinorJoinForm) else str(form.phone.data),
                division=str(form.division.data) if form.division else "",
                may_publish=isinstance(form, JoinForm) and bool(form.publish_ok.data),
                device_of=who.account_id if who else None,
                invited_by=session.get("by", ""),
            )  # fmt: skip
        except QuizError as error:
            finish_transaction(commit=False)
            form.form_errors.append(words.said(error))
            contest, unit = contests.find_contest(db(), slug), organisations.unit_by_link(db(), link)
        else:
            access.remember(token)
            session["code"] = code
            return redirect(url_for("joining.welcome", slug=slug))
    return _join_page(contest, unit, form, "details"), 400


@bp.get("/c/<slug>/welcome")
def welcome(slug: str) -> Reply | str:
    contest = contests.find_contest(db(), slug)
    code = session.pop("code", None)
    if code is None:
        return redirect(url_for("contestant.start", slug=slug))
    return render_template(
        "contestant/welcome.html",
        contest=contest_card(contest),
        code=code,
        start_url=url_for("contestant.start", slug=slug),
    )


def _found(contest: Running, query: str) -> list[dict[str, Any]]:
    """Units whose name, alias, code or pinyin initials fit; each leads to its own way in."""
    if not query.strip():
        return []
    units = organisations.search_units(db(), query, contest.rules.entry.units)
    return [
        {
            "id": unit.id,
            "name": unit.name,
            "path": organisations.line_names(db(), unit)[:-1],
            "kind": unit.kind,
            "url": url_for("joining.join", slug=contest.rules.slug, link=unit.link),
        }
        for unit in units
    ]


@bp.get("/c/<slug>/find")
def find(slug: str) -> str:
    contest = contests.find_contest(db(), slug)
    query = request.args.get("q", "")[:60]
    return render_template(
        "contestant/find_unit.html",
        contest=contest_card(contest),
        q=query,
        units=_found(contest, query),
        missing_url=url_for("joining.missing", slug=slug),
    )


@bp.get("/c/<slug>/find.json")
def find_json(slug: str) -> Response:
    contest = contests.find_contest(db(), slug)
    found = _found(contest, request.args.get("q", "")[:60])
    return jsonify(units=[{"name": unit["name"], "path": unit["path"], "url": unit["url"]} for unit in found])


@bp.get("/c/<slug>/missing")
def missing(slug: str) -> str:
    contest = contests.find_contest(db(), slug)
    return render_template("contestant/missing_unit.html", contest=contest_card(contest), form=MissingUnitForm(), sent=False)


@bp.post("/c/<slug>/missing")
def report_missing(slug: str) -> str | tuple[str, int]:
    contest = contests.find_contest(db(), slug)
    form = MissingUnitForm()
    if not form.validate():
        return render_template("contestant/missing_unit.html", contest=contest_card(contest), form=form, sent=False), 400
    unit_imports.report_missing(
        db(), contest.id, now(),
        name=str(form.unit_name.data), parent=str(form.parent.data), contact=str(form.name.data), phone=str(form.phone.data),
    )  # fmt: skip
    return render_template("contestant/missing_unit.html", contest=contest_card(contest), form=form, sent=True)


@bp.get("/c/<slug>/reopen")
def reopen(slug: str) -> str:
    contest = contests.find_contest(db(), slug)
    return render_template("contestant/reopen.html", contest=contest_card(contest), form=_reopen_form(contest))


def _reopen_form(contest: Running) -> Any:
    return MinorReopenForm() if contest.rules.entry.minors else ReopenForm()


@bp.post("/c/<slug>/reopen")
def come_back(slug: str) -> Reply | tuple[str, int]:
    """One's entry on another device, by name, phone and 取回码."""
    contest = contests.find_contest(db(), slug)
    form = _reopen_form(contest)
    if form.validate():
        seat = form.number.data if contest.rules.entry.minors else None
        name, phone, code = seat or form.name.data, seat or form.phone.data, form.code.data
        try:
            token = entries.reopen(
                db(), edge().settings.secret_key, contest, address(), now(), name=name, phone=phone, code=code
            )
        except (Unauthenticated, TooMany) as error:
            finish_transaction(commit=False)
            if isinstance(error, Unauthenticated):
                with edge().database.write() as writing:
                    throttles.count_failure(writing, f"{contest.id}/{phone}", address(), now())
            form.form_errors.append(words.said(error))
        else:
            access.remember(token)
            return redirect(url_for("record.mine", slug=slug))
    return render_template("contestant/reopen.html", contest=contest_card(contest), form=form), 400


def _my_entry(contest: Running) -> Any:
    entry = entries.entry_of(db(), contest.id, access.signed_in().account_id)
    if entry is None:
        raise NotFound("您还没有参加本次竞赛")
    return entry


@bp.get("/c/<slug>/unit")
def unit(slug: str) -> str:
    contest = contests.find_contest(db(), slug)
    entry = _my_entry(contest)
    query = request.args.get("q", "")[:60]
    return render_template(
        "contestant/change_unit.html",
        contest=contest_card(contest),
        unit={"name": organisations.name_of(db(), entry.unit_id) or "—"},
        changes_left=max(0, contest.rules.entry.unit_changes - entry.unit_changes),
        q=query,
        units=_found(contest, query),
    )


@bp.post("/c/<slug>/unit")
def change_unit(slug: str) -> Reply:
    contest = contests.find_contest(db(), slug)
    entry = _my_entry(contest)
    chosen = organisations.unit_by_id(db(), request.form.get("unit", ""))
    entry_changes.change_unit(db(), contest, entry, chosen, now())
    flash(_("单位已更换，以后的答题算在新单位"), "right")
    return redirect(url_for("record.mine", slug=slug))


@bp.post("/c/<slug>/next")
def next_person(slug: str) -> Reply:
    """「下一位同学」: nothing of the one before stays on the device."""
    link = _link_of(slug)
    access.forget()
    reply = redirect(link)
    reply.headers["Clear-Site-Data"] = '"storage"'
    return reply


def _link_of(slug: str) -> str:
    """The way in of the unit that the one before came from, so that the next one need not scan again."""
    contest = contests.find_contest(db(), slug)
    who = access.visitor()
    entry = entries.entry_of(db(), contest.id, who.account_id) if who else None
    if entry is None or entry.unit_id is None or Door.LINK not in contest.rules.entry.doors:
        return url_for("public.contest", slug=slug)
    return url_for("joining.join", slug=slug, link=organisations.unit_by_id(db(), str(entry.unit_id)).link)
