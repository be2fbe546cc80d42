"""The door of the officials' pages, and what every list of theirs needs: the contest, the part of the tree, the moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from quizapp.errors import Invalid, Refused
from quizapp.formats import result_sheets
from quizapp.rules.roles import Right
from quizapp.services import contests, scopes, verdicts
from quizapp.services.contests import Running
from quizapp.services.exports import AT_ONCE
from quizapp.web import staff, words
from quizapp.web.access import only, signed_in
from quizapp.web.edge import db, edge
from quizapp.web.exports import LAYOUTS

bp = Blueprint("official", __name__, url_prefix="/official")
bp.before_request(only(Right.OVERSEE))
bp.context_processor(staff.shell)
bp.add_app_template_filter(result_sheets.exact_duration, "exact_duration")


@bp.app_template_filter("second")
def _second(ms: int) -> str:
    """2026年6月4日 11:00:05"""
    return result_sheets.moment_words(ms, edge().settings.timezone)


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks for; `under` is the part of the tree, None everything; `top` is all that the visitor sees."""

    contest: Running
    top: Any
    under: Any
    as_of: int | None
    fault: str = ""  # why the moment of the address is none; the list then stands as of now

    @property
    def query_as_of(self) -> str:
        """The moment for the links of the page."""
        return "" if self.fault else request.args.get("as_of", "").strip()

    @property
    def status(self) -> int:
        return 400 if self.fault else 200

    @property
    def scope(self) -> str:
        return self.under.name if self.under is not None else _("全部单位")


def view_of(slug: str) -> View:
    """Raises NotFound for a contest that is not there and for a unit outside one's subtree."""
    contest, top, under = _part_of(slug)
    return View(contest, top, under, staff.as_of(contest))


def _part_of(slug: str) -> tuple[Running, Any, Any]:
    contest = contests.find_contest(db(), slug)
    top = staff.my_top()
    code = request.args.get("under", "").strip()
    return contest, top, scopes.unit_within(db(), top, code) if code else top


def page_of_view(slug: str) -> View:
    """The same for a page, which shows a moment that is none at its field and keeps the list."""
    try:
        return view_of(slug)
    except Invalid as error:
        contest, top, under = _part_of(slug)
        return View(contest, top, under, None, words.said(error))


def no_liaison() -> None:
    """A liaison sees who takes part, never what single people scored."""
    if signed_in().liaison:
        raise Refused("联络员看不到个人成绩；本单位的参加情况请看“本单位”")


def under_choices(view: View) -> list[tuple[str, str]]:
    """The subtree itself, the units right below it, and the one chosen now."""
    offered = {"": view.top.name if view.top is not None else _("全部单位")}
    offered |= {unit.code: unit.name for unit in scopes.right_below(db(), view.top)}
    if view.under is not None and (view.top is None or view.under.id != view.top.id):
        offered.setdefault(view.under.code, view.under.name)
    return list(offered.items())


def tabs(view: View) -> list[dict[str, Any]]:
    """The lists of a contest; officials have them in the left column."""
    told = [
        ("official.people", _("个人")), ("official.units", _("单位")),
        ("official.waiting", _("未参加")), ("official.summary", _("汇总")),
    ]  # fmt: skip
    if verdicts.asks_essays(db(), view.contest):
        told.append(("official.essays", _("评阅")))
    asked = {"under": request.args.get("under", ""), "as_of": view.query_as_of}
    kept: dict[str, Any] = {name: value for name, value in asked.items() if value}
    slug = view.contest.rules.slug
    return [
        {"name": name, "url": url_for(end, slug=slug, **kept), "current": request.endpoint == end}
        for end, name in told
    ]


def file_links(listing: str, slug: str, rows: int, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same list as a file, with the same filters; a large one is asked for by a form and made in the background."""
    kept: dict[str, Any] = {name: value for name, value in query.items() if value}
    if rows > AT_ONCE:
        ask = {layout: url_for("official.ask_export", slug=slug, listing=listing, layout=layout, **kept) for layout in LAYOUTS}
        return [{"name": layout, "url": url, "rows": rows} for layout, url in ask.items()]
    files = {layout: url_for(f"official.{listing}_file", slug=slug, layout=layout, **kept) for layout in LAYOUTS}
    return [{"name": layout, "url": url} for layout, url in files.items()]
