"""Question banks: every version, importing one to look at, publishing it."""

from pathlib import PurePath
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import BadFile, Invalid
from quizapp.formats import bank_table, bank_yaml
from quizapp.formats.table_workbook import is_workbook
from quizapp.rules.items import Bank, Item, Kind
from quizapp.services import banks as stored
from quizapp.services import contests, laws
from quizapp.services.answers import LABELS, key_of
from quizapp.services.audit import record
from quizapp.web import staff, words
from quizapp.web.edge import db, now
from quizapp.web.exports import log, send
from quizapp.web.forms_staff import BankForm
from quizapp.web.organiser.door import bp, faults_page

TABLES = (".xlsx", ".csv", ".tsv")
KINDS = {
    Kind.SINGLE: "单选题", Kind.MULTIPLE: "多选题", Kind.JUDGE: "判断题", Kind.BLANK: "填空题", Kind.NUMERIC: "数值题",
    Kind.ORDER: "排序题", Kind.MATCH: "连线题", Kind.HOTSPOT: "找隐患题", Kind.CASE: "案例题", Kind.ESSAY: "征文题",
}  # fmt: skip


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
        bank = _read(upload, form)
    except Invalid as error:
        form.file.errors = [words.said(error)]
        return render_template("organiser/bank_file.html", form=form), 400
    except BadFile as error:
        return faults_page(error, upload.name, url_for("organiser.bank_upload"))
    version, is_new = stored.import_bank(db(), staff.me(), bank, now(), publish=False)
    record(db(), staff.me(), "bank.import", bank.code, now(), file=upload.name, items=len(bank.items), new=is_new)
    if not is_new:
        flash(_("内容和已有的版本完全相同，没有重复保存"), "info")
    return redirect(url_for("organiser.bank", version_id=version.id))


def _is_table(upload: staff.Upload) -> bool:
    return PurePath(upload.name.lower()).suffix in TABLES or is_workbook(upload.data)


def _says_enough(form: BankForm, upload: staff.Upload) -> bool:
    """Whether a table comes with the code and the title that it cannot say itself."""
    if not _is_table(upload):
        return True
    if not form.code.data:
        form.code.errors = [_("表格文件请填题库代码，例如 xinanfa")]
    if not form.title.data:
        form.title.errors = [_("表格文件请填题库名称")]
    return bool(form.code.data and form.title.data)


def _read(upload: staff.Upload, form: BankForm) -> Bank:
    """Raises BadFile with every fault."""
    if not _is_table(upload):
        return bank_yaml.read_bank(upload.data, upload.name)
    code, title = str(form.code.data), str(form.title.data)
    return bank_table.read_bank(upload.data, upload.name, code, title, form.source.data or "")


@bp.get("/banks/<int:version_id>")
def bank(version_id: int) -> str:
    """A version as it is stored: every item with its key, and what may not be meant."""
    version = stored.get_version(db(), version_id)
    items = stored.items_of(db(), version.content_hash)
    whole = Bank(version.code, version.title, version.source, items)
    page, before, following = staff.page_of(items)
    first = items.index(page[0]) if page else 0
    doubts = [*bank_yaml.warnings(whole), *bank_yaml.check_laws(whole, laws.stored_laws(db()))]
    return render_template(
        "organiser/bank.html",
        version=version,
        figures=[
            {"label": _("题数"), "value": len(items), "unit": _("题")},
            *(
                {"label": KINDS[kind], "value": sum(item.kind is kind for item in items), "unit": _("题")}
                for kind in Kind
            ),
        ],
        items=[_shown(number, item) for number, item in enumerate(page, start=first + 1)],
        doubts=[fault.message for fault in doubts],
        previous_url=before,
        next_url=following,
    )


def _shown(number: int, item: Item) -> dict[str, Any]:
    right: set[int] = set()
    if item.kind in (Kind.SINGLE, Kind.MULTIPLE) and isinstance(item.key, tuple):
        right = {position for position in item.key if isinstance(position, int)}
    if isinstance(item.key, bool):
        key = "对" if item.key else "错"
    elif item.kind is Kind.BLANK and isinstance(item.key, tuple):
        key = "；".join("／".join(accepted) for accepted in item.key if isinstance(accepted, tuple))
    elif not right:
        key = str(key_of(item, range(len(item.choices))) or "—")
    else:
        key = "".join(LABELS[position] for position in sorted(right))
    return {
        "number": number,
        "id": item.id,
        "kind": KINDS[item.kind],
        "topic": item.topic,
        "difficulty": item.difficulty.value,
        "stem": item.stem,
        "choices": [{"label": LABELS[n], "text": text, "right": n in right} for n, text in enumerate(item.choices)],
        "key": key,
        "explain": item.explain,
        "cite": item.cite,
    }


@bp.get("/banks/<int:version_id>/bank.<layout>")
def bank_file(version_id: int, layout: str) -> Response:
    """A version as YAML, else as the xlsx that any office opens, to go on editing it."""
    version = stored.get_version(db(), version_id)
    whole = Bank(version.code, version.title, version.source, stored.items_of(db(), version.content_hash))
    log("export.bank", version.code, items=len(whole.items), format=layout)
    if layout == "yaml":
        return send(bank_yaml.write_bank(whole), f"{version.code}.yaml", "application/yaml")
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
