"""The tree of units: looking at it, importing it from a file with a look first."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import BadFile, Invalid
from quizapp.formats.unit_table import read_units, write_units
from quizapp.rules.rows import UnitRow
from quizapp.services import organisations, scopes
from quizapp.services.unit_imports import ImportReport
from quizapp.services.unit_imports import import_units as import_rows
from quizapp.web import staff, words
from quizapp.web.edge import db, finish_transaction, now
from quizapp.web.exports import log, send
from quizapp.web.forms_staff import FileForm
from quizapp.web.organiser.door import bp, faults_page, unit_tabs

NAMED = 200


@bp.get("/units")
def units() -> str:
    """The tree level by level, or what a search finds."""
    code, query = request.args.get("under", "").strip(), request.args.get("q", "").strip()[:60]
    under = organisations.find_unit(db(), code) if code else None
    whole = organisations.tree(db())
    found = organisations.search_units(db(), query, limit=100) if query else scopes.right_below(db(), under)
    page, before, following = staff.page_of(found, under=code, q=query)
    line = scopes.trail(db(), None, under)[:-1] if under is not None else []
    return render_template(
        "organiser/units.html",
        tabs=unit_tabs("units"),
        under=under,
        trail=[{"name": _("全部单位"), "url": url_for("organiser.units")}]
        + [{"name": unit.name, "url": url_for("organiser.units", under=unit.code)} for unit in line],
        q=query,
        rows=[
            {
                "code": unit.code,
                "name": unit.name,
                "above": " › ".join(organisations.line_names(db(), unit)[:-1]) if query else "",
                "kind": unit.kind or "",
                "headcount": whole.headcount(unit.id),
                "confirmed": unit.headcount_confirmed_at is not None,
                "below": len(whole.below(unit.id)),
            }
            for unit in page
        ],
        total=len(whole.nodes),
        previous_url=before,
        next_url=following,
    )


@bp.get("/units.csv")
def unit_file() -> Response:
    """The whole tree in the layout that the import reads, to go on editing it."""
    rows = [
        UnitRow(0, unit.name, unit.code, unit.kind, parent, unit.headcount, tuple(unit.aliases), unit.telephone)
        for unit, parent in organisations.list_units(db())
    ]
    log("export.tree", "units.csv", units=len(rows))
    return send(write_units(rows), "units.csv", "text/csv")


@bp.get("/units/import")
def unit_upload() -> str:
    return _form_page()


def _form_page(refusal: Invalid | None = None) -> str:
    form = FileForm(formdata=None)
    if refusal is not None:
        form.file.errors = [words.said(refusal)]
    return render_template("organiser/unit_file.html", tabs=unit_tabs("units"), form=form)


@bp.post("/units/preview")
def preview_units() -> str | tuple[str, int]:
    """What an import would do, found out by doing it and taking it back."""
    return _import(preview=True)


@bp.post("/units/import")
def import_units() -> Reply | str | tuple[str, int]:
    """All units of the file or none."""
    return _import(preview=False)


def _import(*, preview: bool) -> Any:
    try:
        upload = staff.uploaded()
    except Invalid as error:
        return _form_page(error), 400
    try:
        rows = read_units(upload.data, upload.name)
        report = import_rows(db(), staff.me(), rows, upload.name, now())
    except BadFile as error:
        return faults_page(error, upload.name, url_for("organiser.unit_upload"))
    if preview:
        finish_transaction(commit=False)
        return _preview_page(upload, report)
    flash(_("单位已导入：新增%(new)s，更改%(changed)s，移动%(moved)s，不变%(same)s", **_counts(report)), "right")
    return redirect(url_for("organiser.units"))


def _counts(report: ImportReport) -> dict[str, int]:
    return {"new": len(report.new), "changed": len(report.changed), "moved": len(report.moved), "same": report.same}


def _preview_page(upload: staff.Upload, report: ImportReport) -> str:
    lists = {_("新增"): report.new, _("更改"): report.changed, _("移动"): report.moved}
    return render_template(
        "organiser/unit_preview.html",
        tabs=unit_tabs("units"),
        name=upload.name,
        counts=_counts(report),
        lists={title: names[:NAMED] for title, names in lists.items() if names},
        most=NAMED,
        kept=staff.keep(upload),
    )
