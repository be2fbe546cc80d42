"""The room of a formal exam: who is here, the code, who passed, who stayed away; as a page and as a file."""

from collections import Counter
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import Refused
from quizapp.formats.result_lists import exam_sheet
from quizapp.services import contests, exam_rooms, scopes
from quizapp.services.contests import Running
from quizapp.services.exam_rooms import Examinee
from quizapp.web import staff, words
from quizapp.web.cards import contest_card
from quizapp.web.edge import db, finish_transaction, now
from quizapp.web.exports import LAYOUTS, few, send_sheet, stamp
from quizapp.web.organiser.door import bp


def verdicts() -> dict[str, str]:
    return {
        "absent": _("缺考"), "here": _("已签到，未交卷"), "taken": _("已考"), "passed": _("合格"), "failed": _("不合格"),
        "failed_again": _("补考仍不合格"),
    }  # fmt: skip


def _listed(contest: Running) -> list[Examinee]:
    code = request.args.get("under", "").strip()
    under = scopes.unit_within(db(), None, code) if code else None
    found = exam_rooms.examinees(db(), contest, under, request.args.get("q", "").strip()[:60])
    verdict = request.args.get("verdict", "")
    return [one for one in found if not verdict or one.verdict == verdict]


@bp.get("/contests/<slug>/room")
def room(slug: str) -> str:
    contest = contests.find_contest(db(), slug)
    found = _listed(contest)
    told = verdicts()
    query = {name: request.args.get(name, "") for name in ("under", "q", "verdict")}
    kept: dict[str, Any] = {name: value for name, value in query.items() if value}
    page, before, following = staff.page_of(found, **query)
    counts = Counter(one.verdict for one in found)
    return render_template(
        "organiser/room.html",
        contest=contest_card(contest),
        code=contests.room_code(db(), contest) if contest.rules.entry.room_code else None,
        needs_code=contest.rules.entry.room_code,
        checks_in=contest.rules.entry.check_in,
        rows=[_row(one, told) for one in page],
        figures=[{"label": told[name], "value": counts[name], "unit": _("人")} for name in told if counts[name]],
        total=len(found),
        query=query,
        verdict_choices=[("", _("全部")), *told.items()],
        previous_url=before,
        next_url=following,
        exports=[
            {"name": layout, "url": url_for("organiser.room_file", slug=slug, layout=layout, **kept)} for layout in LAYOUTS
        ],
    )


def _row(one: Examinee, told: dict[str, str]) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "name": one.name,
        "number": one.number or "",
        "unit": one.unit or "",
        "here": one.checked_in_at is not None,
        "begun": one.sittings > 0,
        "checked_in": words.clock_time(one.checked_in_at) if one.checked_in_at else "",
        "points": "" if one.points is None else words.points(one.points),
        "sittings": one.sittings,
        "verdict": told[one.verdict],
    }


@bp.post("/contests/<slug>/room/people/<account_id>")
def check_in(slug: str, account_id: str) -> Reply:
    contest = contests.find_contest(db(), slug)
    here = request.form.get("here") == "yes"
    try:
        name = exam_rooms.check_in(db(), staff.me(), contest, account_id, here, now())
        flash(_("%(name)s已签到", name=name) if here else _("%(name)s的签到已取消", name=name), "right")
    except Refused as error:
        finish_transaction(commit=False)
        flash(words.said(error), "warn")
    kept: dict[str, Any] = {k: v for k in ("q", "under", "verdict") if (v := request.form.get(k, ""))}
    return redirect(url_for("organiser.room", slug=slug, **kept))


@bp.post("/contests/<slug>/room/code")
def room_code(slug: str) -> Reply:
    """A new code; whoever has begun goes on."""
    exam_rooms.new_room_code(db(), staff.me(), contests.find_contest(db(), slug), now())
    flash(_("口令已更换，旧口令作废"), "right")
    return redirect(url_for("organiser.room", slug=slug))


@bp.get("/contests/<slug>/room.<layout>")
def room_file(slug: str, layout: str) -> Response:
    contest = contests.find_contest(db(), slug)
    found = few(_listed(contest))
    stamped = stamp(_("考试名单"), None)
    return send_sheet(exam_sheet(found, verdicts(), contest.rules, stamped), layout, contest, "room", stamped, rows=len(found))
