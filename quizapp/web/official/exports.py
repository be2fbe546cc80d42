"""Large lists as files made in the background: asking for one, seeing how far it is, fetching it."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import NotFound
from quizapp.services import contests, exports
from quizapp.services.contests import Running
from quizapp.services.exports import Asked
from quizapp.web import staff
from quizapp.web.access import signed_in
from quizapp.web.cards import contest_card
from quizapp.web.edge import address, db, edge, now
from quizapp.web.exports import media_type, send, signature
from quizapp.web.official import people, units
from quizapp.web.official.door import View, bp, no_liaison, view_of


@bp.post("/<slug>/exports/<any(people, units, waiting):listing>.<layout>")
def ask_export(slug: str, listing: str, layout: str) -> Reply:
    """The filters stand in the address, as on the page of the list."""
    if listing == "people":
        no_liaison()
    media_type(layout)
    view = view_of(slug)
    rows = request.form.get("rows", "")
    most = int(rows) if rows.isascii() and rows.isdigit() and len(rows) < 9 else 0
    asked = _asked(listing, view)
    exports.ask(db(), view.contest, signed_in().account_id, _top_id(), listing, layout, most, asked, now())
    return redirect(url_for("official.exports", slug=slug))


def _asked(listing: str, view: View) -> Asked:
    who = staff.me()
    filters: dict[str, Any] = {"scope": view.scope, "under_id": view.under.id if view.under is not None else None}
    if listing == "people":
        found = people.asked(view)
        filters |= {"division": found["division"], "search": found["search"], "scope": people.scope_words(view)}
    if listing == "units":
        filters |= {"unit_kind": request.args.get("kind", ""), "scope": units.scope_words(view)}
    if listing != "waiting":
        filters["as_of"] = view.as_of
    return Asked(signed=signature(), actor_name=who.name, address=address(), **filters)


def _top_id() -> int | None:
    top = staff.my_top()
    return top.id if top is not None else None


@bp.get("/<slug>/exports", endpoint="exports")
def list_exports(slug: str) -> str:
    """One's own files of a contest, also those that are still being made."""
    contest = contests.find_contest(db(), slug)
    found = exports.exports_of(db(), contest, signed_in().account_id, _top_id(), now())
    titles = {"people": _("个人成绩"), "units": _("单位成绩"), "waiting": _("未参加人员")}
    return render_template(
        "official/exports.html",
        contest=contest_card(contest),
        files=[
            {
                "id": one.id, "title": titles[one.kind], "layout": one.layout, "scope": one.asked["scope"],
                "asked_at": one.asked_at, "state": one.state, "rows": one.rows_done, "most": max(one.rows_most, one.rows_done),
                "size": f"{one.bytes / 1_000_000:.1f}", "reason": one.reason, "expires_at": one.expires_at,
            }
            for one in found
        ],
        going=any(one.state in ("waiting", "running") for one in found),
    )  # fmt: skip


@bp.get("/<slug>/exports/<uuid:export_id>")
def export_file(slug: str, export_id: Any) -> Response:
    contest: Running = contests.find_contest(db(), slug)
    found = exports.find_file(db(), contest, signed_in().account_id, _top_id(), str(export_id), now())
    if found.kind == "people" and signed_in().liaison:  # an official when it was asked for
        raise NotFound("没有这个导出文件，它可能已过期")
    response = send(_pieces(found.id), found.name or "", media_type(found.layout))
    response.content_length = found.bytes
    return response


def _pieces(export_id: str) -> Iterator[bytes]:
    database = edge().database

    def read() -> Iterator[bytes]:
        for number in count():
            with database.read() as session:
                content = exports.read_chunk(session, export_id, number)
            if content is None:
                return
            yield content

    return read()
