"""The texts below every page, the log of what everybody did, backup."""

import tempfile
from pathlib import Path
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.services import options
from quizapp.services.audit import read_log
from quizapp.web import staff, words
from quizapp.web.admin.details import detail_words
from quizapp.web.admin.door import bp, tabs
from quizapp.web.edge import db, edge, finish_transaction, now
from quizapp.web.exports import log, send
from quizapp.web.footer import footer_texts
from quizapp.web.forms_staff import SettingsForm

ACTIONS = {
    "sign_in": "登录",
    "account": "账号",
    "bank": "题库",
    "contest": "竞赛",
    "unit": "单位",
    "roster": "名册",
    "entry": "参赛人员",
    "export": "导出",
    "settings": "设置",
    "backup": "备份",
}
WORDS = {
    "sign_in": "登录", "sign_in.code": "用一次性登录码登录",
    "account.create": "新建账号", "account.import": "批量新建账号", "account.password": "修改密码", "account.disable": "停用账号",
    "account.enable": "启用账号", "account.reset": "重置密码", "account.role": "更改角色", "account.token": "发放脚本令牌",
    "bank.import": "导入题库", "bank.publish": "发布题库",
    "contest.create": "新建竞赛", "contest.change": "更新竞赛", "contest.open": "提前开始", "contest.pause": "暂停新的开始",
    "contest.resume": "恢复", "contest.end": "改截止时间",
    "unit.import": "导入单位", "unit.headcount": "确认应参人数", "unit.resolve": "核对找不到的单位", "unit.dismiss": "撤下登记",
    "roster.import": "导入名册", "roster.code": "补发一次性登录码",
    "entry.code": "补发取回码", "entry.unit": "更换单位", "entry.dispute": "提出异议", "entry.undispute": "撤销异议",
    "export.people": "导出个人成绩", "export.units": "导出单位成绩", "export.waiting": "导出未参加人员", "export.summary": "导出汇总",
    "export.posters": "打印海报", "export.codes": "导出登录码", "export.bank": "导出题库", "export.contest": "导出竞赛文件",
    "export.tree": "导出单位表", "settings.change": "更改设置", "backup": "下载备份", "restore": "恢复备份", "demo.remove": "撤下演示",
}  # fmt: skip
PAGE = 100


@bp.get("/settings")
def settings() -> str:
    return _settings_page(SettingsForm(formdata=None, **options.read_options(db())))


def _settings_page(form: SettingsForm) -> str:
    return render_template("admin/settings.html", tabs=tabs("settings"), form=form, present=footer_texts())


@bp.post("/settings")
def save_settings() -> Reply | tuple[str, int]:
    form = SettingsForm()
    if not form.validate():
        return _settings_page(form), 400
    options.write_options(db(), staff.me(), {name: form[name].data or "" for name in options.NAMES}, now())
    flash(_("已保存，几秒后各页面都会更新"), "right")
    return redirect(url_for("admin.settings"))


@bp.get("/audit")
def audit() -> str:
    """Who did what, the newest first."""
    action = request.args.get("action", "")
    before = request.args.get("before", "")
    seen = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    found = read_log(db(), before=seen, action=action, limit=PAGE)
    more = url_for("admin.audit", action=action or None, before=found[-1].id) if len(found) == PAGE else None
    return render_template(
        "admin/audit.html",
        tabs=tabs("audit"),
        rows=[_line(one) for one in found],
        choices=[("", _("全部")), *((key, _(name)) for key, name in ACTIONS.items())],
        action=action,
        first_url=url_for("admin.audit", action=action or None) if seen else None,
        next_url=more,
    )


def _line(one: Any) -> dict[str, Any]:
    return {
        "at": one.at,
        "who": one.actor_name,
        "address": one.address,
        "action": _(WORDS[one.action]) if one.action in WORDS else one.action,
        "object": one.object,
        "detail": detail_words(one.detail or {}),
        "result": "" if one.result == "ok" else _("没有成功") if one.result == "refused" else one.result,
    }


@bp.get("/backup")
def backup() -> str:
    return render_template("admin/backup.html", tabs=tabs("backup"), embedded=edge().settings.embedded)


@bp.post("/backup")
def download_backup() -> Response:
    """The whole database as one file, consistent while others write."""
    log("backup", "")
    finish_transaction(commit=True)  # nobody waits behind us while the copy is made
    with tempfile.TemporaryDirectory(prefix="quizapp-") as folder:
        path = Path(folder) / "backup"
        edge().database.backup(str(path))
        data = path.read_bytes()
    at = words.local(now())
    ending = "db" if edge().settings.embedded else "dump"
    return send(data, f"quizapp-{at:%Y%m%d-%H%M%S}.{ending}", "application/octet-stream")
