"""Rosters: people with one-time codes, shown once as slips to be cut apart and handed out, and as a table."""

from typing import Any

import orjson
from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from quizapp.errors import BadFile, Invalid, QuizError
from quizapp.formats.roster_table import CodeRow, read_people, write_codes
from quizapp.services import organisations, participation, scopes
from quizapp.services.rosters import import_people
from quizapp.web import staff, words
from quizapp.web.edge import db, edge, finish_transaction, now
from quizapp.web.exports import log, send
from quizapp.web.forms_staff import RosterForm
from quizapp.web.organiser.door import bp, faults_page, unit_tabs
from quizapp.web.posters import origin


@bp.get("/rosters")
def rosters() -> str:
    """How many people the rosters name, by the units at the top, and the upload."""
    return _form_page(RosterForm(formdata=None))


def _form_page(form: RosterForm) -> str:
    tops = scopes.right_below(db(), None)
    if len(tops) == 1:
        tops = scopes.right_below(db(), tops[0]) or tops
    rows = [
        {"name": unit.name, "code": unit.code, "people": participation.count_rostered(db(), unit)} for unit in tops[:50]
    ]
    return render_template(
        "organiser/rosters.html",
        tabs=unit_tabs("rosters"),
        form=form,
        rows=[row for row in rows if row["people"]],
        total=participation.count_rostered(db()),
    )


@bp.post("/rosters")
def import_roster() -> str | tuple[str, int]:
    """Everybody of the file or nobody; the codes are on this page and nowhere else."""
    form = RosterForm()
    try:
        upload = staff.uploaded()
        if not form.validate():
            return _form_page(form), 400
        home = organisations.find_unit(db(), form.unit.data) if form.unit.data else None
        people = read_people(upload.data, upload.name)
        secret = edge().settings.secret_key
        issued = import_people(
            db(), staff.me(), secret, people, home, now(), upload.name, reissue=bool(form.reissue.data)
        )
    except BadFile as error:
        return faults_page(error, upload.name, url_for("organiser.rosters"))
    except QuizError as error:
        finish_transaction(commit=False)
        field = form.file if isinstance(error, Invalid) else form.unit
        field.errors = [words.said(error)]
        return _form_page(form), 400
    slips = [[person.name, unit, person.number or "", code] for person, unit, code in issued]
    return render_template(
        "organiser/codes.html",
        slips=slips,
        packed=orjson.dumps(slips).decode(),
        known=len(people) - len(issued),
        address=origin() + url_for("account.code"),
        name=upload.name,
    )


@bp.post("/rosters/codes.csv")
def codes_file() -> Response:
    """The codes that the page before shows, as a table; nothing but that page knows them."""
    rows = [CodeRow(name, unit, code, number) for name, unit, number, code in _slips(request.form.get("slips", ""))]
    log("export.codes", "", rows=len(rows))
    return send(write_codes(rows), _("一次性登录码.csv"), "text/csv; charset=utf-8")


def _slips(packed: str) -> list[list[str]]:
    try:
        found: Any = orjson.loads(packed)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, list) or not all(
        isinstance(slip, list) and len(slip) == 4 and all(isinstance(text, str) for text in slip) for slip in found
    ):
        raise Invalid("登录码没有传完整，请回到上一页再试")
    return found
