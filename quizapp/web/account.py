"""Signing in and out, one-time codes, changing one's password."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from quizapp.errors import Busy, QuizError, TooMany, Unauthenticated
from quizapp.rules.roles import Role
from quizapp.rules.timing import Phase
from quizapp.services import accounts, contests
from quizapp.services.accounts import Visitor
from quizapp.web import access, passwords, words
from quizapp.web.edge import address, db, edge, finish_transaction, now
from quizapp.web.forms import CodeForm, Form, PasswordForm, SignInForm

bp = Blueprint("account", __name__)

HOMES = {Role.ORGANISER: "organiser.home", Role.OFFICIAL: "official.home", Role.ADMIN: "admin.home"}


def to_sign_in() -> Response:
    """Where a page sends somebody who is not signed in."""
    return redirect(url_for("account.sign_in", next=access.local_target(request.full_path.rstrip("?"))))


def home_of(who: Visitor) -> str:
    """Where somebody's work is."""
    return url_for("liaison.home" if who.liaison else HOMES.get(who.role, "public.home"))


def first_page_of(who: Visitor) -> str:
    """Where somebody's work is, once the password is their own."""
    return url_for("account.password") if who.must_change_password else home_of(who)


def _home(account: Any, token: str) -> str:
    """Where somebody goes after signing in: a contestant straight to the contest, where only one runs."""
    if account.role == Role.CONTESTANT and not account.must_change_password:
        slugs = _open()
        return url_for("contestant.start", slug=slugs[0]) if len(slugs) == 1 else url_for("public.home")
    who = accounts.visitor_of(db(), token, now())
    assert who is not None
    return first_page_of(who)


def _open() -> list[str]:
    """Contests that are open now, asked for once a second: whoever signs in asks the same."""
    second = now() // 1_000
    slugs = edge().open.get(second)
    if slugs is None:
        slugs = [contest.rules.slug for contest in contests.going_on(db(), now(), 0) if contest.phase(now()) is Phase.OPEN]
        edge().open.clear()
        edge().open[second] = slugs
    return slugs


def _sign_in_page(form: SignInForm, target: str | None) -> str:
    ways_back = {contest.rules.slug: contest.rules.title for contest in contests.list_contests(db())}
    return render_template(
        "account/sign_in.html",
        form=form,
        next=target,
        ways_back={slug: title for slug, title in ways_back.items() if not target or f"{target}/".startswith(f"/c/{slug}/")}
        or ways_back,
    )


@bp.get("/sign-in")
def sign_in() -> str:
    return _sign_in_page(SignInForm(), access.local_target(request.args.get("next")))


@bp.post("/sign-in")
def sign_in_with_password() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    form = SignInForm()
    target = access.local_target(request.form.get("next"))
    if form.validate():
        login = str(form.account.data)
        try:
            account_id = passwords.check(login, str(form.password.data))
        except (Unauthenticated, TooMany) as error:
            _count_failure(login, error)
            _refuse(form, error)
        except Busy as error:
            _refuse(form, error)
            return _sign_in_page(form, target), 503, {"Retry-After": str(error.retry_after)}
        else:
            account, token = accounts.sign_in(db(), account_id, address(), now())
            access.remember(token)
            return redirect(target or _home(account, token))
    return _sign_in_page(form, target), 400


def _count_failure(login: str, error: QuizError) -> None:
    """A refusal is rolled back; that it happened is not."""
    finish_transaction(commit=False)
    if isinstance(error, Unauthenticated):
        with edge().database.write() as session:
            accounts.count_refusal(session, login, address(), now())


def _refuse(form: Form, error: QuizError) -> None:
    form.form_errors.append(words.said(error))


@bp.get("/sign-in/code")
def code() -> str:
    return render_template("account/code.html", form=CodeForm())


@bp.post("/sign-in/code")
def sign_in_with_code() -> Response | tuple[str, int]:
    form = CodeForm()
    if form.validate():
        try:
            account, token = accounts.sign_in_with_code(db(), edge().settings.secret_key, str(form.code.data), address(), now())
        except (Unauthenticated, TooMany) as error:
            _count_failure("", error)
            _refuse(form, error)
        else:
            access.remember(token)
            return redirect(_home(account, token))
    return render_template("account/code.html", form=form), 400


@bp.get("/account/password")
def password() -> str:
    who = access.signed_in()
    return render_template("account/password.html", form=PasswordForm(), forced=who.must_change_password)


@bp.post("/account/password")
def change_password() -> Response | tuple[str, int]:
    who = access.signed_in()
    form = PasswordForm()
    if form.validate():
        try:
            accounts.change_password(db(), who, form.old.data or "", str(form.new.data), now())
        except QuizError as error:
            _refuse(form, error)
        else:
            flash(_("密码已更改，其他设备上的登录已退出"), "right")
            return redirect(home_of(who))
    return render_template("account/password.html", form=form, forced=who.must_change_password), 400


@bp.post("/sign-out")
def sign_out() -> Response:
    access.forget()
    response = redirect(url_for("public.home"))
    response.headers["Clear-Site-Data"] = '"storage"'
    return response
