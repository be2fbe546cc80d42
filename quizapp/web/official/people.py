"""Results of people, and who has not taken part."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.formats import result_lists, result_sheets
from quizapp.rules import wording
from quizapp.services import contests, participation, people_results
from quizapp.web import staff, words
from quizapp.web.access import signed_in
from quizapp.web.cards import contest_card, phase_words
from quizapp.web.edge import board_db, db, now
from quizapp.web.exports import few, send_sheet, stamp
from quizapp.web.official.door import (
    View,
    bp,
    file_links,
    no_liaison,
    page_of_view,
    tabs,
    under_choices,
    view_of,
)


@bp.get("/")
def home() -> str | Reply:
    """Every contest with the participation of one's own subtree."""
    if signed_in().liaison:
        return redirect(url_for("liaison.home"))
    top = staff.my_top()
    found = participation.by_contest(db(), top)
    cards = [
        {
            "slug": contest.rules.slug,
            "title": contest.rules.title,
            "phase": contest.phase(now()).value,
            "phase_words": phase_words(contest),
            "opens_at": contest.rules.opens_at,
            "closes_at": contest.rules.closes_at,
            "numbers": found.get(contest.id, participation.Participation()),
        }
        for contest in contests.list_contests(db())
    ]
    return render_template("official/home.html", contests=cards, scope=top.name if top is not None else None)


def asked(view: View) -> dict[str, Any]:
    """Which people the address asks for; a search leaves the places as they are."""
    search = request.args.get("q", "").strip()[:60]
    return {
        "as_of": view.as_of, "division": request.args.get("division", ""), "under": view.under, "search": search,
    }  # fmt: skip


def _query() -> dict[str, str]:
    return {name: request.args.get(name, "") for name in ("division", "under", "q", "as_of")}


@bp.get("/<slug>/people")
def people(slug: str) -> tuple[str, int]:
    no_liaison()
    view = page_of_view(slug)
    start = staff.page_start()
    page = people_results.page_of_people(board_db(), view.contest, start, staff.PAGE, **asked(view))
    query = _query() | {"as_of": view.query_as_of}
    before, following = staff.neighbours(start, page.people, **query)
    shown = render_template(
        "official/people.html",
        contest=contest_card(view.contest),
        tabs=tabs(view),
        scope=view.scope,
        as_of=view.as_of or now(),
        rows=page.rows,
        total=page.people,
        sittings=page.sittings,
        query=query,
        as_of_fault=view.fault,
        divisions={division.code: division.title for division in view.contest.rules.divisions},
        under_choices=under_choices(view),
        exports=file_links("people", slug, page.people, query),
        explains=words.sentences(wording.people_places(view.contest.rules)),
        previous_url=before,
        next_url=following,
    )
    return shown, view.status


@bp.get("/<slug>/people.<layout>")
def people_file(slug: str, layout: str) -> Response:
    no_liaison()
    view = view_of(slug)
    rows = few(people_results.people(board_db(), view.contest, **asked(view)))
    stamped = stamp(scope_words(view), view.as_of)
    sheet = result_sheets.people_sheet(rows, view.contest.rules, stamped)
    return send_sheet(sheet, layout, view.contest, "people", stamped, rows=len(rows))


def scope_words(view: View) -> str:
    """What the filters leave, in words for the sheet."""
    titles = {division.code: division.title for division in view.contest.rules.divisions}
    parts = [view.scope]
    if division := request.args.get("division", ""):
        parts.append(titles.get(division, division))
    if words_ := request.args.get("q", "").strip()[:60]:
        parts.append(_("姓名或单位含“%(words)s”（名次仍按全部人员）", words=words_))
    return "，".join(parts)


@bp.get("/<slug>/waiting")
def waiting(slug: str) -> str:
    """People of rosters who have neither finished nor begun; there is no past moment of this list."""
    view = view_of(slug)
    start, total, page = staff.page_start(), 0, []
    for row in participation.not_started(board_db(), view.contest, view.under):
        if start <= total < start + staff.PAGE:
            page.append(row)
        total += 1
    query = {"under": request.args.get("under", "")}
    before, following = staff.neighbours(start, total, **query)
    return render_template(
        "official/waiting.html",
        contest=contest_card(view.contest),
        tabs=tabs(view),
        scope=view.scope,
        rows=[{**row, "phone": result_sheets.phone_tail(row["phone"])} for row in page],
        total=total,
        rostered=participation.count_rostered(db(), view.under),
        query=query,
        under_choices=under_choices(view),
        exports=file_links("waiting", slug, total, query),
        previous_url=before,
        next_url=following,
    )


@bp.get("/<slug>/waiting.<layout>")
def waiting_file(slug: str, layout: str) -> Response:
    view = view_of(slug)
    rows = few(participation.not_started(board_db(), view.contest, view.under))
    stamped = stamp(view.scope, None)
    sheet = result_lists.waiting_sheet(rows, view.contest.rules, stamped)
    return send_sheet(sheet, layout, view.contest, "waiting", stamped, rows=len(rows))


@bp.get("/<slug>")
def contest(slug: str) -> Reply:
    """A contest opens with its people."""
    return redirect(url_for("official.people", slug=slug))
