"""What people could not do by themselves: units they did not find, people whom a unit does not know."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import Conflict, QuizError
from quizapp.rules.rows import UnitRow
from quizapp.services import contests, entry_changes, liaisons, missing_units, organisations, unit_imports
from quizapp.web import staff, words
from quizapp.web.edge import db, finish_transaction, now
from quizapp.web.forms_staff import NewUnitForm
from quizapp.web.organiser.door import bp


def _tabs(current: str) -> list[dict[str, Any]]:
    told = [("missing", _("找不到的单位"), "organiser.missing"), ("disputes", _("有异议的人员"), "organiser.disputes")]
    return [{"name": name, "url": url_for(end), "current": key == current} for key, name, end in told]


@bp.get("/missing")
def missing() -> str:
    rows = [
        {
            "id": one.id, "name": one.name, "parent": one.parent, "contact": one.contact, "phone": one.phone,
            "at": one.created_at, "contest": title,
        }
        for one, title in missing_units.list_missing(db())
    ]  # fmt: skip
    return render_template("organiser/missing.html", tabs=_tabs("missing"), rows=rows)


@bp.get("/missing/<int:missing_id>")
def missing_unit(missing_id: int) -> str | Reply:
    one = missing_units.find_missing(db(), missing_id)
    if one.resolved_at is not None:
        flash(_("这条登记已经处理过了"), "info")
        return redirect(url_for("organiser.missing"))
    parents = organisations.search_units(db(), one.parent, limit=5)
    form = NewUnitForm(formdata=None, name=one.name, parent=parents[0].code if len(parents) == 1 else "")
    return _missing_page(one, form)


def _missing_page(one: Any, form: NewUnitForm) -> str:
    query = request.args.get("q", "").strip()[:60] or one.name
    return render_template(
        "organiser/missing_unit.html",
        tabs=_tabs("missing"),
        one=one,
        form=form,
        q=query,
        found=_listed(organisations.search_units(db(), query, limit=10)),
        parents=_listed(organisations.search_units(db(), one.parent, limit=5)),
    )


def _listed(units: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "code": unit.code,
            "name": unit.name,
            "path": organisations.line_names(db(), unit)[:-1],
            "kind": unit.kind or "",
        }
        for unit in units
    ]


@bp.post("/missing/<int:missing_id>/choose")
def choose_unit(missing_id: int) -> Reply:
    """It is one that was there already, under another name."""
    one = missing_units.find_missing(db(), missing_id)
    return _resolved(one, organisations.find_unit(db(), request.form.get("unit", "")))


def _resolved(one: Any, unit: Any) -> Reply:
    try:
        count = missing_units.resolve(db(), staff.me(), one, unit, now())
    except Conflict as error:
        finish_transaction(commit=False)
        flash(words.said(error), "warn")
    else:
        flash(_("“%(name)s”已对应到“%(unit)s”，共%(count)s条登记", name=one.name, unit=unit.name, count=count), "right")
    return redirect(url_for("organiser.missing"))


@bp.post("/missing/<int:missing_id>/add")
def add_unit(missing_id: int) -> Reply | tuple[str, int]:
    """It is a new one."""
    one = missing_units.find_missing(db(), missing_id)
    form = NewUnitForm()
    if not form.validate():
        return _missing_page(one, form), 400
    try:
        above = organisations.find_unit(db(), str(form.parent.data))
        row = UnitRow(1, str(form.name.data), None, form.kind.data or None, above.code, form.headcount.data)
        unit = unit_imports.add_unit(db(), staff.me(), row, now())
    except QuizError as error:
        finish_transaction(commit=False)
        form.parent.errors = [words.said(error)]
        return _missing_page(missing_units.find_missing(db(), missing_id), form), 400
    return _resolved(one, unit)


@bp.post("/missing/<int:missing_id>/dismiss")
def dismiss(missing_id: int) -> Reply:
    one = missing_units.find_missing(db(), missing_id)
    try:
        missing_units.dismiss(db(), staff.me(), one, now())
    except Conflict as error:
        finish_transaction(commit=False)
        flash(words.said(error), "warn")
    else:
        flash(_("“%(name)s”的登记已撤下", name=one.name), "right")
    return redirect(url_for("organiser.missing"))


@bp.get("/disputes")
def disputes() -> str:
    rows = [
        {
            "id": UUID(entry.id), "slug": slug, "contest": title, "name": entry.name, "unit": unit or _("未归属"),
            "phone": (entry.phone or "")[-4:], "at": entry.disputed_at, "joined_at": entry.created_at,
        }
        for entry, title, slug, unit, _code in liaisons.list_disputed(db())
    ]  # fmt: skip
    return render_template("organiser/disputes.html", tabs=_tabs("disputes"), rows=rows)


@bp.post("/disputes/<slug>/<uuid:entry_id>/settle")
def settle_dispute(slug: str, entry_id: UUID) -> Reply:
    """The organiser asked: the person does belong there."""
    entry = liaisons.find_disputed(db(), contests.find_contest(db(), slug), str(entry_id))
    entry_changes.dispute(db(), staff.me(), entry, False, now())
    flash(_("已撤销对“%(name)s”的异议", name=entry.name), "right")
    return redirect(url_for("organiser.disputes"))
