"""The liaison's one page: head count, poster, codes, who is not ours, who has not begun. No answers, no scores."""

from fractions import Fraction
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import NotFound, Refused, Unavailable
from quizapp.rules import speech
from quizapp.rules.contests import Clock, Door
from quizapp.rules.roles import Right
from quizapp.rules.timing import Phase
from quizapp.services import contests, entry_changes, liaisons, participation, unit_imports
from quizapp.services.contests import Running
from quizapp.services.liaisons import Member
from quizapp.web import posters, staff, words
from quizapp.web.access import only, signed_in
from quizapp.web.cards import contest_card
from quizapp.web.edge import db, edge, now
from quizapp.web.forms_staff import HeadcountForm

bp = Blueprint("liaison", __name__, url_prefix="/liaison")
bp.before_request(only(Right.OVERSEE))
bp.context_processor(staff.shell)

STATES = {"done": "已参加", "open": "正在答题", "none": "未参加"}


@bp.before_request
def _only_liaisons() -> None:
    if not signed_in().liaison:
        raise Refused("这个页面只对单位联络员开放")


def _contest() -> Running | None:
    """The contest of the address, else the one that runs now. Raises NotFound."""
    slug = request.args.get("contest") or staff.newest_slug()
    return contests.find_contest(db(), slug) if slug else None


@bp.get("/")
def home() -> str:
    unit = staff.my_top()
    return _page(unit, HeadcountForm(formdata=None, headcount=unit.headcount))


def _page(unit: Any, form: HeadcountForm) -> str:
    contest = _contest()
    members = liaisons.list_members(db(), contest, unit) if contest else []
    link = posters.join_link(contest, unit.link) if contest and Door.LINK in contest.rules.entry.doors else None
    return render_template(
        "liaison/home.html",
        contest=contest_card(contest) if contest else None,
        contest_tabs=_tabs(contest),
        unit={
            "name": unit.name, "code": unit.code, "headcount": unit.headcount, "confirmed_at": unit.headcount_confirmed_at,
        },
        form=form,
        link=link,
        has_font=posters.has_font(),
        members=[_shown(member) for member in members],
        begun=sum(member.state != "none" for member in members),
        waiting=[_shown(member) for member in members if member.state == "none"],
        reminder=_reminder(contest, unit, link) if contest else "",
    )  # fmt: skip


def _tabs(contest: Running | None) -> list[dict[str, Any]]:
    """The contests to choose from, where there are several."""
    return [
        {
            "name": c.rules.title,
            "url": url_for("liaison.home", contest=c.rules.slug),
            "current": contest is not None and c.id == contest.id,
        }
        for c in contests.list_contests(db())
    ]


def _shown(member: Member) -> dict[str, Any]:
    """A person without anything of what they answered or scored."""
    return {
        "entry_id": UUID(member.entry_id) if member.entry_id else None,
        "account_id": UUID(member.account_id),
        "way": member.way,
        "name": member.name,
        "phone": (member.phone or "")[-4:],
        "number": member.number or "",
        "state": _(STATES[member.state]),
        "begun": member.state != "none",
        "disputed": member.disputed,
    }


def _reminder(contest: Running, unit: Any, link: str | None) -> str:
    """A text to copy that names nobody and blames nobody; empty while nobody can start."""
    rules, phase = contest.rules, contest.phase(now())
    if contest.paused or phase not in (Phase.UPCOMING, Phase.OPEN):
        return ""
    period = (
        _("%(opens)s开始，%(closes)s截止", opens=words.moment(rules.opens_at), closes=words.closing(rules.closes_at))
        if phase is Phase.UPCOMING
        else _("正在进行，%(closes)s截止", closes=words.closing(rules.closes_at))
    )
    if rules.last_start != rules.closes_at:
        period += _("，最后开始时间%(moment)s", moment=words.closing(rules.last_start))
    way = (
        _("点这里参加：%(link)s", link=link)
        if link
        else _("请用发给您的一次性登录码参加：%(link)s", link=posters.origin() + url_for("account.code"))
    )
    return _(
        "各位同事：“%(title)s”%(period)s。每份试卷%(total)s题，%(limits)s。自愿参加，不收费，不作个人考核。%(way)s",
        title=rules.title,
        period=period,
        total=rules.blueprint.total,
        limits=_limits(rules.clock),
        way=way,
    )


def _limits(clock: Clock) -> str:
    """How long a paper takes at most, and that its clock does not wait."""
    told = []
    if clock.paper_ms is not None:
        told.append(_("限时%(length)s", length=speech.length(clock.paper_ms)))
    if clock.item_ms is not None:
        told.append(_("每题限时%(length)s", length=speech.length(clock.item_ms)))
    return "，".join([*told, _("开始后计时不停")])


@bp.post("/headcount")
def headcount() -> Reply | str | tuple[str, int]:
    """How many should take part; asked once more where the figure looks like a slip."""
    unit = staff.my_top()
    form = HeadcountForm()
    if not form.validate() or form.headcount.data is None:
        return _page(unit, form), 400
    doubts = _doubts(unit, form.headcount.data)
    if doubts and request.form.get("confirmed") != "yes":
        return render_template(
            "liaison/confirm.html",
            title=_("确认应参人数"),
            button=_("确认人数"),
            consequences=doubts,
            action=url_for("liaison.headcount"),
            back_url=url_for("liaison.home"),
            fields={"headcount": form.headcount.data, "confirmed": "yes"},
        )
    unit_imports.confirm_headcount(db(), staff.me(), unit, form.headcount.data, now())
    flash(_("应参人数已确认为%(count)s人", count=form.headcount.data), "right")
    return redirect(url_for("liaison.home"))


def _doubts(unit: Any, count: int) -> list[str]:
    """What a figure would do that is smaller than the participants, or far from the one before; empty where it is neither."""
    found = participation.by_contest(db(), unit)
    people = max((one.people for one in found.values()), default=0)
    before = unit.headcount
    far = before is not None and abs(count - before) * 2 > before
    if count >= people and not far:
        return []
    told = [
        _("应参人数从%(before)s人改为%(after)s人", before=before, after=count)
        if before is not None
        else _("应参人数定为%(after)s人", after=count)
    ]
    if people and count:
        told.append(_("已有%(people)s人参与，参与率为%(rate)s", people=people, rate=words.percent(Fraction(people, count))))
    if count < people:
        told.append(_("应参人数少于参与人数%(people)s人，本单位暂不排名次，直到人数核对好", people=people))
    return told


@bp.get("/<slug>/people/<uuid:entry_id>/code")
def confirm_entry_code(slug: str, entry_id: UUID) -> str:
    contest, unit = contests.find_contest(db(), slug), staff.my_top()
    entry = liaisons.find_entry(db(), contest, unit, str(entry_id))
    return _confirm_code(slug, _("补发取回码"), entry.name, url_for("liaison.entry_code", slug=slug, entry_id=entry_id))


@bp.get("/<slug>/roster/<uuid:account_id>/code")
def confirm_roster_code(slug: str, account_id: UUID) -> str:
    account = liaisons.find_rostered(db(), staff.my_top(), str(account_id))
    action = url_for("liaison.roster_code", slug=slug, account_id=account_id)
    return _confirm_code(slug, _("补发登录码"), account.name, action)


def _confirm_code(slug: str, title: str, name: str, action: str) -> str:
    """One question before a code that somebody may hold in hand stops working."""
    return render_template(
        "liaison/confirm.html",
        title=title,
        button=title,
        consequences=[
            _("“%(name)s”手里的旧码立即作废", name=name),
            _("新码只显示这一次，请当面或电话告诉本人"),
        ],
        action=action,
        back_url=url_for("liaison.home", contest=slug),
    )


@bp.post("/<slug>/people/<uuid:entry_id>/code")
def entry_code(slug: str, entry_id: UUID) -> str:
    """A new 取回码 for somebody who lost it, shown once."""
    contest, unit = contests.find_contest(db(), slug), staff.my_top()
    entry = liaisons.find_entry(db(), contest, unit, str(entry_id))
    if entry.code_hash is None:
        raise NotFound("这个人用账号或一次性登录码参加，没有取回码")
    code = entry_changes.reissue_code(db(), staff.me(), edge().settings.secret_key, entry, now())
    where = posters.origin() + url_for("joining.reopen", slug=slug)
    return render_template("liaison/code.html", name=entry.name, code=code, what=_("取回码"), where=where, slug=slug)


@bp.post("/<slug>/roster/<uuid:account_id>/code")
def roster_code(slug: str, account_id: UUID) -> str:
    """A new one-time code for somebody of the roster, shown once."""
    unit = staff.my_top()
    account = liaisons.find_rostered(db(), unit, str(account_id))
    code = liaisons.reissue_roster_code(db(), staff.me(), edge().settings.secret_key, account, now())
    where = posters.origin() + url_for("account.code")
    return render_template(
        "liaison/code.html", name=account.name, code=code, what=_("一次性登录码"), where=where, slug=slug
    )


@bp.post("/<slug>/people/<uuid:entry_id>/dispute")
def dispute(slug: str, entry_id: UUID) -> Reply:
    """不是本单位人员, or taken back."""
    contest, unit = contests.find_contest(db(), slug), staff.my_top()
    entry = liaisons.find_entry(db(), contest, unit, str(entry_id))
    disputed = request.form.get("disputed") == "yes"
    entry_changes.dispute(db(), staff.me(), entry, disputed, now())
    if disputed:
        flash(_("已标出“%(name)s”不是本单位人员，由主办单位核实", name=entry.name), "right")
    else:
        flash(_("已撤销对“%(name)s”的异议", name=entry.name), "right")
    return redirect(url_for("liaison.home", contest=slug))


@bp.get("/<slug>/poster.pdf")
def poster_pdf(slug: str) -> Response | Reply:
    contest, unit = contests.find_contest(db(), slug), staff.my_top()
    try:
        return posters.send_pdf(contest, [unit], unit.name)
    except Unavailable as error:
        flash(words.said(error), "warn")
        return redirect(url_for("liaison.poster_print", slug=slug))


@bp.get("/<slug>/poster")
def poster_print(slug: str) -> str:
    contest, unit = contests.find_contest(db(), slug), staff.my_top()
    pdf_url, back_url = url_for("liaison.poster_pdf", slug=slug), url_for("liaison.home", contest=slug)
    return posters.print_page(contest, [unit], pdf_url, back_url)
