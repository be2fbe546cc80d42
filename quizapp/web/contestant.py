"""The sitting by plain forms, its result and review, and one's own record. With JavaScript the same pages do more."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Reply

from quizapp.errors import Conflict, Invalid, Queued, Refused
from quizapp.rules import timing, wording
from quizapp.rules.contests import Stage
from quizapp.rules.stages import open_stages
from quizapp.services import (
    admissions,
    answers,
    contests,
    entries,
    finishing,
    organisations,
    papers,
    reviews,
    sittings,
    starts,
)
from quizapp.services.contests import Running
from quizapp.web import access, answer_forms, gate, words
from quizapp.web.access import token_id
from quizapp.web.api import sitting_view
from quizapp.web.cards import contest_card
from quizapp.web.edge import arrived, db, edge, now, save, settle, settled
from quizapp.web.words import said, sentences

bp = Blueprint("contestant", __name__)
LOOK_AGAIN_S = 30  # a waiting page without JavaScript asks for its place at most so often


@bp.get("/c/<slug>/start")
def start(slug: str) -> Reply | str:
    """What awaits one, before the clock runs."""
    contest = contests.find_contest(db(), slug)
    who = access.signed_in()
    seen = starts.outlook(db(), contest, token_id(), now(), request.args.get("stage", "")[:64])
    rules = seen.chances.rules
    opened = _open_sitting(contest, who.account_id)
    entry = entries.entry_of(db(), contest.id, who.account_id)
    return render_template(
        "contestant/start.html",
        contest=contest_card(contest),
        person={
            "name": entry.name if entry else who.name,
            "unit_name": organisations.name_of(db(), entry.unit_id) if entry else who.unit_name,
        },
        not_entered=entry is None,
        rules=sentences(wording.paper(rules, here=seen.chances.stage is not None)),
        paper={
            "total": rules.blueprint.total,
            "points": rules.blueprint.points,
            "limit_ms": rules.clock.paper_ms,
            "item_ms": rules.clock.item_ms,
        },
        effective_end=timing.deadline(rules, now(), seen.chances.grant.extra_ms),
        cut=timing.is_cut(rules, now()),
        sittings_left=seen.left,
        practice_left=seen.practice_left,
        stage=seen.chances.stage,
        stages=stage_links(contest, seen.chances.stage, seen.division),
        room_code=seen.room_code,
        to_prepare=seen.to_prepare,
        places="；".join(sentences(wording.people_places(rules))),
        resume=opened["id"] if opened else None,
        resume_end=opened["deadline"] if opened else None,
        why_not=said(seen.refused) if seen.refused else None,
    )


def _open_sitting(contest: Running, account_id: str) -> dict[str, Any] | None:
    """One's open sitting; one whose time is up is finished here and is open no more."""
    opened = reviews.open_sitting(db(), contest.id, account_id)
    if opened is None:
        return None
    view = settled(lambda: sittings.view_sitting(db(), opened, token_id(), now()))
    return view if view["state"] == "open" else None


def stage_links(contest: Running, shown: Stage | None, division: str | None) -> list[dict[str, Any]]:
    """The stages that are open now to people of a division, to choose from."""
    opened = open_stages(contest.rules, now(), division)
    return [{"code": stage.code, "title": stage.title, "current": stage == shown} for stage in opened]


@bp.post("/c/<slug>/start")
def begin(slug: str) -> Reply:
    practice = request.form.get("practice") == "1"
    stage, code = (request.form.get(name, "")[:64] for name in ("stage", "room_code"))
    try:
        sitting, _is_new = gate.start(slug, starts.Wish(practice, stage, code))
    except Queued:
        session["wish"] = {name: value for name, value in (("stage", stage), ("room_code", code)) if value}
        return redirect(url_for("contestant.waiting", slug=slug, practice="1" if practice else None), 303)
    except Refused as refused:
        if "room_code" not in request.form:
            raise
        flash(said(refused), "warn")  # a slip of the finger in an exam room: the page is still there to try again
        return redirect(url_for("contestant.start", slug=slug, stage=stage or None), 303)
    session.pop("wish", None)
    return redirect(url_for("contestant.sitting", sitting_id=sitting["id"]))


@bp.get("/c/<slug>/waiting")
def waiting(slug: str) -> Reply | str:
    """One's place in the line of new starts; looking at it moves nothing."""
    contest = contests.find_contest(db(), slug)
    turn = admissions.find_turn(db(), contest.id, access.signed_in().account_id, now())
    rate = edge().settings.starts_per_second
    if turn is None or rate == 0:
        return redirect(url_for("contestant.start", slug=slug))
    told = gate.queued(turn, rate)
    return render_template(
        "contestant/waiting.html",
        contest=contest_card(contest),
        practice=request.args.get("practice") == "1",
        wish=session.get("wish", {}),
        queue=told.queue,
        look_again_s=min(told.retry_after or 0, LOOK_AGAIN_S),
    )


def _states(view: dict[str, Any], marked: list[int]) -> list[dict[str, Any]]:
    return [
        {
            "position": position,
            "state": "answered" if _is_done(view, position) else "empty",
            "marked": position in marked,
        }
        for position in range(1, view["total"] + 1)
    ]


def _is_done(view: dict[str, Any], position: int) -> bool:
    """Whether an item is answered; a case where each of its own items is."""
    given = view["answers"].get(str(position))
    own = view["items"][position - 1].get("items", ()) if position <= len(view["items"]) else ()
    return (
        all(answers.is_answered((given or {}).get(str(part["position"]))) for part in own)
        if own
        else answers.is_answered(given)
    )


def _marked(sitting_id: str) -> list[int]:
    """The questions to come back to, kept on the device."""
    kept = session.get("marked", {})
    return list(kept.get(sitting_id, [])) if isinstance(kept, dict) else []


def _number(text: str | None, most: int) -> int:
    at = int(text) if text and text.isascii() and text.isdigit() and len(text) < 5 else 1
    return min(max(at, 1), most)


@bp.get("/s/<sitting_id>")
def sitting(sitting_id: str) -> Reply | str:
    view = settled(lambda: sittings.view_sitting(db(), sitting_id, token_id(), now()))
    if view["state"] != "open":
        return redirect(url_for("record.result", sitting_id=sitting_id))
    item_clock = view["item_no"] is not None
    at = view["item_no"] if item_clock else _number(request.args.get("at"), view["total"])
    return render_template(
        "contestant/sitting.html",
        **_sitting_and_contest(view),
        at=at,
        item=view["items"][at - 1],
        answer=view["answers"].get(str(at)),
        states=_states(view, _marked(sitting_id)),
        item_clock=item_clock,
        item_deadline=view["item_deadline"],
        deadline=view["deadline"],
        form_key=secrets.token_hex(8),
        tap_widths=answer_forms.TAP_WIDTHS,
        cells=answer_forms.CELLS,
    )


@bp.post("/s/<sitting_id>/answer")
def answer(sitting_id: str) -> Reply:
    """Save what the form holds, then go where its button says."""
    with edge().database.read() as reading:
        view = sittings.view_sitting(reading, sitting_id, token_id(), arrived())
    at = _number(request.form.get("position"), len(view["items"]))
    go = "here" if answer_forms.stays() else request.form.get("go", "next")
    if view["state"] == "open":
        _save(view, at)
        if go == "next" and (told := answer_forms.doubt(view["items"][at - 1])):
            flash(told, "warn")
            go = "here"
    if view["item_no"] is not None and view["state"] == "open" and go == "next" and at < view["total"]:
        sittings.open_item(db(), sitting_id, at + 1, token_id(), now())
    return redirect(_after(sitting_id, at, go, view["total"]))


def _save(view: dict[str, Any], at: int) -> None:
    """The form's answer, where it says something new. A conflict is told, never hidden."""
    stored = view["answers"].get(str(at))
    given = answer_forms.answer(view["items"][at - 1], stored)
    if given == stored or (not answers.is_answered(given) and stored is None):
        return
    revision = _revision(view)
    key = request.form.get("key", "")[:64] or secrets.token_hex(8)
    try:
        save(view["id"], token_id(), revision, key, papers.check_shape({str(at): given}))
    except Conflict as conflict:
        if isinstance(conflict, sittings.Overdue):
            raise
        flash(words.said(conflict), "warn")
    except Invalid as error:
        flash("；".join(told for _field, told in error.errors) or words.said(error), "warn")


def _revision(view: dict[str, Any]) -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else int(view["revision"])


def _after(sitting_id: str, at: int, go: str, total: int) -> str:
    """Where a button leads."""
    if go == "sheet":
        return url_for("contestant.sheet", sitting_id=sitting_id)
    if go == "hand-in":
        return url_for("contestant.confirm", sitting_id=sitting_id)
    if go == "mark":
        kept = {sitting_id: sorted(set(_marked(sitting_id)) ^ {at})}
        session["marked"] = kept
        return url_for("contestant.sitting", sitting_id=sitting_id, at=at)
    if go == "next" and at >= total:
        return url_for("contestant.confirm", sitting_id=sitting_id)
    step = {"previous": -1, "next": 1}.get(go, 0)
    anchor = "item" if go in ("here", "add") else None
    return url_for("contestant.sitting", sitting_id=sitting_id, at=min(max(at + step, 1), total), _anchor=anchor)


@bp.get("/s/<sitting_id>/sheet")
def sheet(sitting_id: str) -> Reply | str:
    view = settled(lambda: sittings.view_sitting(db(), sitting_id, token_id(), now()))
    if view["state"] != "open":
        return redirect(url_for("record.result", sitting_id=sitting_id))
    return render_template(
        "contestant/sheet.html",
        **_sitting_and_contest(view), states=_states(view, _marked(sitting_id)),
    )  # fmt: skip


def _sitting_and_contest(view: dict[str, Any]) -> dict[str, Any]:
    return {"sitting": sitting_view(view), "contest": contest_card(view["contest"])}


@bp.get("/s/<sitting_id>/hand-in")
def confirm(sitting_id: str) -> Reply | str:
    view = settled(lambda: sittings.view_sitting(db(), sitting_id, token_id(), now()))
    if view["state"] != "open":
        return redirect(url_for("record.result", sitting_id=sitting_id))
    unanswered = [state["position"] for state in _states(view, []) if state["state"] == "empty"]
    return render_template(
        "contestant/hand_in.html",
        **_sitting_and_contest(view), unanswered=unanswered, form_key=secrets.token_hex(8),
    )  # fmt: skip


@bp.post("/s/<sitting_id>/hand-in")
def hand_in(sitting_id: str) -> Reply:
    try:
        finishing.hand_in(db(), edge().settings.secret_key, sitting_id, token_id(), arrived())
    except sittings.Overdue as overdue:
        settle(overdue)
    session.pop("marked", None)
    return redirect(url_for("record.result", sitting_id=sitting_id))
