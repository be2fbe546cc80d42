"""Accounts: looking for one, making one, disabling, resetting, another role."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import Invalid, QuizError, Refused
from quizapp.rules.roles import Role
from quizapp.services import account_changes, accounts
from quizapp.web import posters, staff, words
from quizapp.web.access import signed_in
from quizapp.web.admin.door import bp, tabs
from quizapp.web.edge import db, edge, finish_transaction, now
from quizapp.web.forms_staff import ROLE_WORDS, AccountForm, RoleForm, refused_fields


def _card(account: Any, unit_name: str | None = None) -> dict[str, Any]:
    return {
        "id": UUID(account.id),
        "login": account.login,
        "name": account.name,
        "role": ROLE_WORDS[Role(account.role)],
        "unit": unit_name,
        "disabled_at": account.disabled_at,
        "created_at": account.created_at,
    }


def _is_me(account: Any) -> bool:
    return UUID(account.id) == UUID(signed_in().account_id)


@bp.get("/")
def home() -> str:
    """Staff accounts, or whom a search finds."""
    query = request.args.get("q", "").strip()[:60]
    rows = [_card(account, unit) for account, unit in accounts.list_accounts(db(), query)]
    return render_template("admin/accounts.html", tabs=tabs("home"), rows=rows, q=query)


@bp.get("/accounts/new")
def new_account() -> str:
    return render_template("admin/new_account.html", form=AccountForm(formdata=None))


@bp.post("/accounts/new")
def create_account() -> str | tuple[str, int]:
    """An account without a password: a one-time code, shown once, lets its owner in to set one."""
    form = AccountForm()
    if form.validate():
        try:
            account = accounts.create_account(
                db(), staff.me(), now(),
                login=str(form.login.data), name=str(form.name.data), role=Role(form.role.data),
                unit_code=form.unit.data or None, must_change=True,
            )  # fmt: skip
            code = accounts.issue_code(db(), edge().settings.secret_key, account, now())
        except Invalid as error:
            finish_transaction(commit=False)
            form.form_errors.append(words.said(error))
        else:
            return _code_page(account, code)
    return render_template("admin/new_account.html", form=form), 400


def _code_page(account: Any, code: str) -> str:
    where = posters.origin() + url_for("account.code")
    return render_template("admin/code.html", account=_card(account), code=code, where=where)


@bp.get("/accounts/<uuid:account_id>")
def account(account_id: UUID) -> str:
    found = accounts.find_account(db(), str(account_id))
    unit = account_changes.unit_of(db(), found)
    return _account_page(found, RoleForm(formdata=None, role=found.role, unit=unit.code if unit else ""))


def _account_page(found: Any, form: RoleForm) -> str:
    unit = account_changes.unit_of(db(), found)
    return render_template(
        "admin/account.html",
        account=_card(found, unit.name if unit else None),
        form=form,
        own=_is_me(found),
        sign_ins=account_changes.count_sign_ins(db(), found, now()),
        entries=account_changes.count_entries(db(), found),
    )


@bp.post("/accounts/<uuid:account_id>/role")
def change_role(account_id: UUID) -> Reply | tuple[str, int]:
    found = accounts.find_account(db(), str(account_id))
    form = RoleForm()
    if form.validate():
        try:
            account_changes.change_role(db(), staff.me(), found, Role(form.role.data), form.unit.data or "", now())
        except QuizError as error:
            finish_transaction(commit=False)
            found = accounts.find_account(db(), str(account_id))
            if not (isinstance(error, Invalid) and refused_fields(form, error.errors)):
                form.form_errors.append(words.said(error))
        else:
            flash(_("“%(name)s”的角色已更改，下一次操作起生效", name=found.name), "right")
            return redirect(url_for("admin.account", account_id=account_id))
    return _account_page(found, form), 400


@bp.get("/accounts/<uuid:account_id>/<any(disable, enable, reset):act>")
def confirm(account_id: UUID, act: str) -> str:
    """What it will do, in numbers."""
    found = accounts.find_account(db(), str(account_id))
    sign_ins = account_changes.count_sign_ins(db(), found, now())
    told = {
        "disable": (
            _("停用账号"), _("停用"),
            [_("“%(name)s”不能再登录", name=found.name), _("现在登录着的%(count)s处立即失效", count=sign_ins), _("已有的成绩和记录都保留")],
        ),
        "enable": (_("启用账号"), _("启用"), [_("“%(name)s”可以用原来的密码登录", name=found.name)]),
        "reset": (
            _("重置密码"), _("重置"),
            [
                _("“%(name)s”的原密码作废", name=found.name),
                _("现在登录着的%(count)s处立即失效", count=sign_ins),
                _("得到一个一次性登录码，只显示一次，本人凭它登录并设新密码"),
            ],
        ),
    }  # fmt: skip
    title, button, consequences = told[act]
    return render_template(
        "admin/confirm.html",
        title=title,
        button=button,
        consequences=consequences,
        action=url_for("admin.perform", account_id=account_id, act=act),
        back_url=url_for("admin.account", account_id=account_id),
    )


@bp.post("/accounts/<uuid:account_id>/<any(disable, enable, reset):act>")
def perform(account_id: UUID, act: str) -> Reply | str:
    found = accounts.find_account(db(), str(account_id))
    if act == "reset":
        if _is_me(found):
            raise Refused("不能重置自己的密码，请用“修改密码”")
        return _code_page(found, accounts.reset_account(db(), staff.me(), edge().settings.secret_key, found, now()))
    try:
        accounts.set_disabled(db(), staff.me(), found, act == "disable", now())
    except Refused as error:
        finish_transaction(commit=False)
        flash(words.said(error), "warn")
    else:
        flash(_("账号已停用") if act == "disable" else _("账号已启用"), "right")
    return redirect(url_for("admin.account", account_id=account_id))
