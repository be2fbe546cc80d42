"""Question banks: every version, importing one to look at, publishing it."""

from pathlib import PurePath
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import BadFile, Invalid
from quizapp.formats import bank_table, bank_yaml, bank_zip
from quizapp.formats.table_workbook import is_workbook
from quizapp.rules.items import Bank, Kind
from quizapp.rules.pictures import Picture
from quizapp.services import banks as stored
from quizapp.services import contests, laws, pictures
from quizapp.services.audit import record
from quizapp.web import staff, words
from quizapp.web.bank_items import item_card
from quizapp.web.edge import db, now
from quizapp.web.exports import log, send
from quizapp.web.forms_staff import BankForm
from quizapp.web.organiser.door import bp, faults_page

TABLES = (".xlsx", ".csv", ".tsv")


@bp.get("/banks")
def banks() -> str:
    """Every version, newest first; what is published newest is what new contests draw from."""
    versions = stored.list_banks(db())
    newest: dict[str, Any] = {}
    for version in versions:
        best = newest.get(version.code)
        if version.published_at and (best is None or (version.published_at, version.id) > (best.published_at, best.id)):
            newest[version.code] = version
    used = {content_hash for contest in contests.list_contests(db()) for content_hash in contest.banks.values()}
    rows = [
        {
            "id": version.id,
            "code": version.code,
            "title": version.title,
            "items": version.item_count,
            "imported_at": version.imported_at,
            "published_at": version.published_at,
            "current": newest.get(version.code) is version,
            "used": version.content_hash in used,
        }
        for version in versions
    ]
    return render_template("organiser/banks.html", rows=rows)


@bp.get("/banks/upload")
def bank_upload() -> str:
    return render_template("organiser/bank_file.html", form=BankForm(formdata=None))


@bp.post("/banks/upload")
def upload_bank() -> Reply | tuple[str, int]:
    """Read a bank, whole or not at all, and store it as a version that nobody draws from yet."""
    form = BankForm()
    try:
        upload = staff.uploaded()
        if not (form.validate() and _says_enough(form, upload)):
            return render_template("organiser/bank_file.html", form=form), 400
        bank, images = _read(upload, form)
        version, is_new = stored.import_bank(db(), staff.me(), bank, now(), publish=False, images=images)
    except Invalid as error:
        form.file.errors = [words.said(error)]
        return render_template("organiser/bank_file.html", form=form), 400
    except BadFile as error:
        return faults_page(error, upload.name, url_for("organiser.bank_upload"))
    record(db(), staff.me(), "bank.import", bank.code, now(), file=upload.name, items=len(bank.items), new=is_new)
    if not is_new:
        flash(_("内容和已有的版本完全相同，没有重复保存"), "info")
    return redirect(url_for("organiser.bank", version_id=version.id))


def _is_table(upload: staff.Upload) -> bool:
    suffix = PurePath(upload.name.lower()).suffix
    return suffix in TABLES or (suffix != ".zip" and is_workbook(upload.data))


def _says_enough(form: BankForm, upload: staff.Upload) -> bool:
    """Whether a table comes with the code and the title that it cannot say itself."""
    if not _is_table(upload):
        return True
    if not form.code.data:
        form.code.errors = [_("表格文件请填题库代码，例如 xinanfa")]
    if not form.title.data:
        form.title.errors = [_("表格文件请填题库名称")]
    return bool(form.code.data and form.title.data)


def _read(upload: staff.Upload, form: BankForm) -> tuple[Bank, dict[str, Picture]]:
    """The bank, and the pictures that came with it. Raises BadFile with every fault."""
    if not _is_table(upload):
        packed = bank_zip.is_zip(upload.data)
        return (
            bank_zip.read_bank(upload.data, upload.name)
            if packed
            else (bank_yaml.read_bank(upload.data, upload.name), {})
        )
    code, title = str(form.code.data), str(form.title.data)
    return bank_table.read_bank(upload.data, upload.name, code, title, form.source.data or ""), {}


@bp.get("/banks/<int:version_id>")
def bank(version_id: int) -> str:
    """A version as it is stored: every item with its key, and what may not be meant."""
    version = stored.get_version(db(), version_id)
    items = stored.items_of(db(), version.content_hash)
    whole = Bank(version.code, version.title, version.source, items)
    images = pictures.shown_by_bank(db(), {"": version.content_hash})[""]
    page, before, following = staff.page_of(items)
    first = items.index(page[0]) if page else 0
    doubts = [*bank_yaml.warnings(whole), *bank_yaml.check_laws(whole, laws.stored_laws(db()))]
    return render_template(
        "organiser/bank.html",
        version=version,
        figures=[
            {"label": _("题数"), "value": len(items), "unit": _("题")},
            *(
                {"label": words.kind_words(kind), "value": count, "unit": _("题")}
                for kind in Kind
                if (count := sum(item.kind is kind for item in items))
            ),
        ],
        items=[item_card(number, item, images) for number, item in enumerate(page, start=first + 1)],
        doubts=[fault.message for fault in doubts],
        previous_url=before,
        next_url=following,
    )


@bp.get("/banks/<int:version_id>/bank.<layout>")
def bank_file(version_id: int, layout: str) -> Response:
    """A version as YAML, with its pictures as zip, else as the xlsx that any office opens, to go on editing it."""
    version = stored.get_version(db(), version_id)
    whole = Bank(version.code, version.title, version.source, stored.items_of(db(), version.content_hash))
    log("export.bank", version.code, items=len(whole.items), format=layout)
    if layout == "yaml":
        return send(bank_yaml.write_bank(whole), f"{version.code}.yaml", "application/yaml")
    if layout == "zip":
        packed = bank_zip.write_bank(whole, pictures.of_version(db(), version))
        return send(packed, f"{version.code}.zip", "application/zip")
    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return send(bank_table.write_bank(whole), f"{version.code}.xlsx", mimetype)


@bp.get("/banks/<int:version_id>/publish")
def confirm_publish(version_id: int) -> str:
    """What publishing will do, in numbers."""
    version = stored.get_version(db(), version_id)
    using = [
        c.rules.title
        for c in contests.list_contests(db())
        if c.banks.get(version.code) not in (None, version.content_hash)
    ]
    told = [
        _("“%(title)s”这个版本有%(count)s道题", title=version.title, count=version.item_count),
        _("此后新建或重新应用的竞赛从这个版本抽题"),
        _("已设好的%(count)s个竞赛仍用原来的版本，正在答的试卷不变", count=len(using)),
    ]
    return render_template(
        "organiser/confirm.html",
        kind="primary",
        title=_("发布题库"),
        button=_("发布"),
        consequences=told,
        action=url_for("organiser.publish", version_id=version_id),
        back_url=url_for("organiser.bank", version_id=version_id),
    )


@bp.post("/banks/<int:version_id>/publish")
def publish(version_id: int) -> Reply:
    version = stored.get_version(db(), version_id)
    stored.publish_bank(db(), staff.me(), version, now())
    flash(_("题库“%(title)s”已发布", title=version.title), "right")
    return redirect(url_for("organiser.banks"))
