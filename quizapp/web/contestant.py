"""The sitting by plain forms, its result and review, and one's own record. With JavaScript the same pages do more."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import Conflict, Refused
from quizapp.rules import timing, wording
from quizapp.rules.attempts import Track
from quizapp.rules.contests import Release
from quizapp.services import contests, entries, finishing, organisations, papers, reviews, sittings, standings
from quizapp.services.contests import Running
from quizapp.services.finishing import Result
from quizapp.web import access, words
from quizapp.web.access import token_id
from quizapp.web.api import sitting_view
from quizapp.web.edge import db, edge, now, settle, settled
from quizapp.web.public import contest_card
from quizapp.web.words import sentences

bp = Blueprint("contestant", __name__)
JUDGE = {"true": True, "false": False}


@bp.get("/c/<slug>/start")
def start(slug: str) -> Reply | str:
    """What awaits one, before the clock runs."""
    contest = contests.find_contest(db(), slug)
    who = access.signed_in()
    rules = contest.rules
    opened = reviews.open_sitting(db(), contest.id, who.account_id)
    return render_template(
        "contestant/start.html",
        contest=contest_card(contest),
        rules=sentences(wording.paper(rules)),
        paper={
            "total": rules.blueprint.total,
            "points": rules.blueprint.points,
            "limit_ms": rules.clock.paper_ms,
            "item_ms": rules.clock.item_ms,
        },
        effective_end=timing.deadline(rules, now()),
        cut=timing.is_cut(rules, now()),
        sittings_left=entries.sittings_left(db(), contest, who.account_id, now()),
        practice_left=entries.sittings_left(db(), contest, who.account_id, now(), Track.PRACTICE),
        places="；".join(sentences(wording.people_places(rules))),
        resume=opened,
        why_not=_why_not(contest, who),
    )


def _why_not(contest: Running, who: Any) -> str | None:
    left = entries.sittings_left(db(), contest, who.account_id, now())
    reason = entries.why_not(contest, True, left, now())
    return None if reason is None else _(reason)


@bp.post("/c/<slug>/start")
def begin(slug: str) -> Reply:
    practice = request.form.get("practice") == "1"
    sitting, _is_new = settled(lambda: sittings.start_sitting(db(), slug, token_id(), now(), practice=practice))
    return redirect(url_for("contestant.sitting", sitting_id=sitting["id"]))


def _states(view: dict[str, Any], marked: list[int]) -> list[dict[str, Any]]:
    return [
        {
            "position": position,
            "state": "answered" if papers.is_answered(view["answers"].get(str(position))) else "empty",
            "marked": position in marked,
        }
        for position in range(1, view["total"] + 1)
    ]


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
        return redirect(url_for("contestant.result", sitting_id=sitting_id))
    item_clock = view["item_no"] is not None
    at = view["item_no"] if item_clock else _number(request.args.get("at"), view["total"])
    return render_template(
        "contestant/sitting.html",
        sitting=sitting_view(view),
        contest=_contest_card(view),
        at=at,
        item=view["items"][at - 1],
        answer=view["answers"].get(str(at)),
        states=_states(view, _marked(sitting_id)),
        item_clock=item_clock,
        item_deadline=view["item_deadline"],
        deadline=view["deadline"],
        form_key=secrets.token_hex(8),
    )


@bp.post("/s/<sitting_id>/answer")
def answer(sitting_id: str) -> Reply:
    """Save what the form holds, then go where its button says."""
    view = sittings.view_sitting(db(), sitting_id, token_id(), now())
    at = _number(request.form.get("position"), len(view["items"]))
    go = request.form.get("go", "next")
    if view["state"] == "open":
        _save(view, at)
    if view["item_no"] is not None and view["state"] == "open" and go == "next" and at < view["total"]:
        sittings.open_item(db(), sitting_id, at + 1, token_id(), now())
    return redirect(_after(sitting_id, at, go, view["total"]))


def _save(view: dict[str, Any], at: int) -> None:
    """The form's answer, where it says something new. A conflict is told, never hidden."""
    given = _form_answer(view["items"][at - 1])
    stored = view["answers"].get(str(at))
    if given == stored or (not papers.is_answered(given) and stored is None):
        return
    revision = _revision(view)
    key = request.form.get("key", "")[:64] or secrets.token_hex(8)
    try:
        sittings.save_answers(db(), view["id"], token_id(), revision, key, {str(at): given}, now())
    except Conflict as conflict:
        if isinstance(conflict, sittings.Overdue):
            raise
        flash(words.said(conflict), "warn")


def _revision(view: dict[str, Any]) -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else int(view["revision"])


def _form_answer(item: dict[str, Any]) -> Any:
    if item["kind"] == "judge":
        return JUDGE.get(request.form.get("choice", ""), [])
    if item["kind"] == "blank":
        texts = [text[: papers.LONGEST_TEXT].strip() for text in request.form.getlist("blank")]
        texts = (texts + [""] * item["blanks"])[: item["blanks"]]
        return (texts[0] if item["blanks"] == 1 else texts) if any(texts) else ""
    return request.form.getlist("choice")


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
    return url_for("contestant.sitting", sitting_id=sitting_id, at=min(max(at + step, 1), total))


@bp.get("/s/<sitting_id>/sheet")
def sheet(sitting_id: str) -> Reply | str:
    view = settled(lambda: sittings.view_sitting(db(), sitting_id, token_id(), now()))
    if view["state"] != "open":
        return redirect(url_for("contestant.result", sitting_id=sitting_id))
    return render_template(
        "contestant/sheet.html",
        sitting=sitting_view(view), contest=_contest_card(view), states=_states(view, _marked(sitting_id)),
    )  # fmt: skip


def _contest_card(view: dict[str, Any]) -> dict[str, Any]:
    return contest_card(contests.contest_by_id(db(), view["contest_id"]))


@bp.get("/s/<sitting_id>/hand-in")
def confirm(sitting_id: str) -> Reply | str:
    view = settled(lambda: sittings.view_sitting(db(), sitting_id, token_id(), now()))
    if view["state"] != "open":
        return redirect(url_for("contestant.result", sitting_id=sitting_id))
    unanswered = [state["position"] for state in _states(view, []) if state["state"] == "empty"]
    return render_template(
        "contestant/hand_in.html",
        sitting=sitting_view(view), contest=_contest_card(view), unanswered=unanswered, form_key=secrets.token_hex(8),
    )  # fmt: skip


@bp.post("/s/<sitting_id>/hand-in")
def hand_in(sitting_id: str) -> Reply:
    try:
        finishing.hand_in(db(), edge().settings.secret_key, sitting_id, token_id(), now())
    except sittings.Overdue as overdue:
        settle(overdue)
    session.pop("marked", None)
    return redirect(url_for("contestant.result", sitting_id=sitting_id))


def _result(sitting_id: str) -> Result | None:
    return settled(lambda: finishing.result_of(db(), sitting_id, token_id(), now()))


def _release_words(release: Release) -> str:
    return _("竞赛结束后公布") if release is Release.AT_END else _("本次竞赛不公布")


@bp.get("/s/<sitting_id>/result")
def result(sitting_id: str) -> Reply | str:
    found = _result(sitting_id)
    if found is None:
        return redirect(url_for("contestant.sitting", sitting_id=sitting_id))
    contest, rules = found.contest, found.contest.rules
    seen = timing.is_released(rules.release_score, rules.closes_at, now())
    key_seen = timing.is_released(rules.release_key, rules.closes_at, now())
    who = access.signed_in()
    entry = entries.entry_of(db(), contest.id, who.account_id)
    place = standings.my_place(db(), contest, found.entry_id, now()) if seen and found.track == Track.COUNTED else None
    return render_template(
        "contestant/result.html",
        contest=contest_card(contest),
        score={
            "points": found.points, "of": found.of, "time_ms": found.time_ms, "right": found.right, "total": found.total,
        } if seen else None,
        release_words=_release_words(rules.release_score),
        passed=found.points >= rules.pass_points if seen and rules.pass_points is not None else None,
        place={"place": place[0], "shared": place[1], "of": place[2]} if place else None,
        practice=found.track == Track.PRACTICE,
        handed_in=found.finished_at,
        receipt=found.receipt,
        review_url=url_for("contestant.review", sitting_id=sitting_id) if key_seen else None,
        review_words=_release_words(rules.release_key),
        sittings_left=entries.sittings_left(db(), contest, who.account_id, now()),
        unit_name=organisations.name_of(db(), entry.unit_id) if entry else None,
    )  # fmt: skip


@bp.get("/s/<sitting_id>/review")
def review(sitting_id: str) -> str:
    told = settled(lambda: reviews.review(db(), sitting_id, token_id(), now()))
    contest = contests.contest_by_id(db(), sittings.split_id(sitting_id)[0])
    only_wrong = request.args.get("only_wrong") == "1"
    items = [page_item(view) for view in told["items"] if not (only_wrong and view["right"])]
    return render_template(
        "contestant/review.html",
        contest=contest_card(contest), items=items, only_wrong=only_wrong, sitting={"id": sitting_id},
    )  # fmt: skip


def page_item(view: dict[str, Any]) -> dict[str, Any]:
    """A reviewed item as the page says it: mine and right beside every choice, and both in words."""
    kind, answer, key = view["kind"], view["answer"], view["key"]
    choices = [
        choice | {"right": choice["label"] in key, "mine": choice["label"] in (answer or [])}
        for choice in view.get("choices", [])
    ]
    return view | {
        "choices": choices,
        "mine_words": _in_words(kind, answer) if papers.is_answered(answer) else _("未答"),
        "key_words": "；".join("、".join(texts) for texts in key) if kind == "blank" else _in_words(kind, key),
        "points": view["marks"],
        "of": view["points"],
    }


def _in_words(kind: str, answer: Any) -> str:
    if kind == "judge":
        return _("对") if answer else _("错")
    return answer if isinstance(answer, str) else "、".join(answer)


@bp.get("/c/<slug>/mine")
def mine(slug: str) -> str:
    contest = contests.find_contest(db(), slug)
    rules = contest.rules
    who = access.signed_in()
    entry = entries.entry_of(db(), contest.id, who.account_id)
    if entry is None:
        raise Refused("您还没有参加本次竞赛")
    rows = reviews.my_sittings(db(), contest.id, who.account_id)
    seen = timing.is_released(rules.release_score, rules.closes_at, now())
    key_seen = timing.is_released(rules.release_key, rules.closes_at, now())
    standing = standings.my_standing(db(), contest, entry.id) if seen else None
    place = standings.my_place(db(), contest, entry.id, now()) if seen else None
    return render_template(
        "contestant/mine.html",
        contest=contest_card(contest),
        entry={
            "name": entry.name,
            "unit_name": organisations.name_of(db(), entry.unit_id),
            "can_change_unit": entry.unit_changes < rules.entry.unit_changes,
        },
        sittings=[_my_sitting(contest, row, seen) for row in rows],
        wrong=[page_item(view) for view in reviews.my_wrong_answers(db(), rows)] if key_seen else [],
        standing={
            "points": standing.points, "time_ms": standing.time_ms,
            "place": place[0] if place else None, "shared": place[1] if place else False,
        } if standing else None,
        next_person=True,
    )  # fmt: skip


def _my_sitting(contest: Running, row: Any, seen: bool) -> dict[str, Any]:
    public = sittings.public_id(contest.id, row.id)
    ended = row.state != "open"
    return {
        "id": public,
        "attempt_no": row.attempt_no,
        "practice": row.track == Track.PRACTICE,
        "started_at": row.started_at,
        "state": row.state,
        "score": row.points if ended and seen else None,
        "time_ms": row.time_ms,
        "url": url_for("contestant.result" if ended else "contestant.sitting", sitting_id=public),
    }


