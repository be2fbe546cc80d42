"""Posters for all units of a subtree."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import Unavailable
from quizapp.services import contests, organisations, scopes
from quizapp.services.contests import Running
from quizapp.web import posters as printing
from quizapp.web import staff, words
from quizapp.web.edge import db
from quizapp.web.organiser.door import bp, unit_tabs


def _query() -> dict[str, Any]:
    found = {name: request.args.get(name, "") for name in ("contest", "under")}
    return found | {"which": request.args.get("which", "leaves")}


def _asked() -> tuple[Running, list[Any], str]:
    """(contest, units that get a poster, what to call them) of the address. Raises NotFound."""
    contest = contests.find_contest(db(), request.args.get("contest", ""))
    code = request.args.get("under", "").strip()
    units = [unit for unit, _parent in organisations.list_units(db(), code or None)]
    if request.args.get("which", "leaves") == "leaves":
        above = {unit.parent_id for unit in units}
        units = [unit for unit in units if unit.id not in above]
    allowed = [organisations.find_unit(db(), one).path for one in contest.rules.entry.units]
    if allowed:
        units = [unit for unit in units if unit.path.startswith(tuple(allowed))]
    return contest, units, organisations.find_unit(db(), code).name if code else _("全部单位")


@bp.get("/posters")
def posters() -> str:
    """Choose a contest and a part of the tree; the number of posters stands there before anything is made."""
    listed = [(c.rules.slug, c.rules.title) for c in contests.list_contests(db())]
    slug = request.args.get("contest") or staff.newest_slug()
    tops = scopes.right_below(db(), None)
    offered = {unit.code: unit.name for unit in tops}
    for top in tops[:20]:
        offered |= {unit.code: f"{top.name} › {unit.name}" for unit in scopes.right_below(db(), top)}
    query = _query() | {"contest": slug}
    count = len(_asked()[1]) if request.args.get("contest") else None
    return render_template(
        "organiser/posters.html",
        tabs=unit_tabs("posters"),
        contests=listed,
        under_choices=[("", _("全部单位")), *offered.items()],
        query=query,
        count=count,
        has_font=printing.has_font(),
        pdf_url=url_for("organiser.posters_pdf", **query),
        print_url=url_for("organiser.posters_print", **query),
    )


@bp.get("/posters.pdf")
def posters_pdf() -> Response | Reply:
    contest, units, name = _asked()
    try:
        return printing.send_pdf(contest, units, name)
    except Unavailable as error:
        flash(words.said(error), "warn")
        return redirect(url_for("organiser.posters_print", **_query()))


@bp.get("/posters/print")
def posters_print() -> str:
    contest, units, _name = _asked()
    pdf_url, back_url = url_for("organiser.posters_pdf", **_query()), url_for("organiser.posters", **_query())
    return printing.print_page(contest, units, pdf_url, back_url)
