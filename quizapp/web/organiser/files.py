"""A contest from its file: checked whole, shown in words, then applied."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import BadFile, Invalid, NotFound
from quizapp.formats.contest import warnings as contest_warnings
from quizapp.formats.contest import yaml as contest_yaml
from quizapp.rules.contests import ContestRules
from quizapp.services import contests
from quizapp.services.contests import Running
from quizapp.web import staff, words
from quizapp.web.edge import db, finish_transaction, now
from quizapp.web.forms_staff import FileForm
from quizapp.web.organiser.changes import changes, earlier
from quizapp.web.organiser.door import bp, faults_page


@bp.get("/contest-file")
def contest_upload() -> str:
    return _form_page()


def _form_page(refusal: Invalid | None = None) -> str:
    form = FileForm(formdata=None)
    if refusal is not None:
        form.file.errors = [words.said(refusal)]
        form.form_errors = [words.said(refusal)]
    return render_template("organiser/contest_file.html", form=form)


@bp.post("/contest-file")
def check_contest() -> str | tuple[str, int]:
    """Everything that is wrong with a contest file, or what it would do."""
    try:
        upload = staff.uploaded()
    except Invalid as error:
        return _form_page(error), 400
    try:
        rules = contest_yaml.read_contest(upload.data, upload.name)
        present = _present(rules.slug)
        contests.apply_contest(db(), staff.me(), rules, now(), upload.name)
    except BadFile as error:
        return faults_page(error, upload.name, url_for("organiser.contest_upload"))
    finish_transaction(commit=False)  # it was only tried
    return render_template(
        "organiser/contest_preview.html",
        name=upload.name,
        rules=rules,
        known=present is not None,
        running=contests.count_open(db(), present) if present is not None else 0,
        changes=changes(present.rules, rules) if present is not None else [],
        earlier=present is not None and earlier(present.rules, rules),
        warnings=[fault.message for fault in contest_yaml.warnings(rules)],
        sentences=words.rules_told(rules),
        calendar=contest_warnings.calendar(rules),
        kept=staff.keep(upload),
    )


def _present(slug: str) -> Running | None:
    try:
        return contests.find_contest(db(), slug)
    except NotFound:
        return None


@bp.post("/contest-file/apply")
def apply_contest() -> Reply | str | tuple[str, int]:
    """Set up the contest, or bring it in line with its file."""
    try:
        upload = staff.uploaded()
    except Invalid as error:
        return _form_page(error), 400
    try:
        rules: ContestRules = contest_yaml.read_contest(upload.data, upload.name)
        contests.apply_contest(db(), staff.me(), rules, now(), upload.name)
    except BadFile as error:
        return faults_page(error, upload.name, url_for("organiser.contest_upload"))
    flash(_("“%(title)s”已按文件设好", title=rules.title), "right")
    return redirect(url_for("organiser.contest", slug=rules.slug))
