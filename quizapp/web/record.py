"""After a sitting: its result and review, and one's own record of a contest."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.rules import timing
from quizapp.rules.attempts import is_practice
from quizapp.rules.contests import Release
from quizapp.services import chances, contests, entries, finishing, organisations, reviews, sittings, standings, starts
from quizapp.services.contests import Running
from quizapp.services.finishing import Result
from quizapp.web import access, posters
from quizapp.web.access import token_id
from quizapp.web.cards import contest_card
from quizapp.web.edge import db, now, settled
from quizapp.web.looking_back import page_item

bp = Blueprint("record", __name__)


def _result(sitting_id: str) -> Result | None:
    return settled(lambda: finishing.result_of(db(), sitting_id, token_id(), now()))


def _my_place(contest: Running, entry: Any) -> tuple[int, bool, int] | None:
    return standings.my_place(db(), contest, entry.account_id, entry.division, now()) if entry else None


def _release_words(release: Release) -> str:
    when = {Release.AT_END: _("竞赛结束后公布"), Release.PUBLISHED: _("结果公布时一并公布")}
    return when.get(release, _("本次竞赛不公布"))


def _passed(found: Result) -> bool | None:
    """None where nobody passes or fails, and as long as an essay waits to be marked."""
    least = found.contest.rules.pass_points
    return None if least is None or found.provisional else found.points >= least


@bp.get("/s/<sitting_id>/result")
def result(sitting_id: str) -> Reply | str:
    found = _result(sitting_id)
    if found is None:
        return redirect(url_for("contestant.sitting", sitting_id=sitting_id))
    contest, rules = found.contest, found.contest.rules
    seen = timing.is_released(rules.release_score, rules.closes_at, contest.published_at, now())
    key_seen = timing.is_released(rules.release_key, rules.closes_at, contest.published_at, now())
    who = access.signed_in()
    entry = entries.entry_of(db(), contest.id, who.account_id)
    place = _my_place(contest, entry) if seen and not is_practice(found.track) else None
    return render_template(
        "contestant/result.html",
        contest=contest_card(contest),
        score={
            "points": found.points, "of": found.of, "time_ms": found.time_ms, "right": found.right, "total": found.total,
            "provisional": found.provisional,
        } if seen else None,
        release_words=_release_words(rules.release_score),
        passed=_passed(found) if seen else None,
        place={"place": place[0], "shared": place[1], "of": place[2]} if place else None,
        practice=is_practice(found.track),
        handed_in=found.finished_at,
        receipt=found.receipt,
        review_url=url_for("record.review", sitting_id=sitting_id) if key_seen else None,
        review_words=_release_words(rules.release_key),
        sittings_left=starts.outlook(db(), contest, token_id(), now()).left,
        unit_name=organisations.name_of(db(), entry.unit_id) if entry else None,
    )  # fmt: skip


@bp.get("/s/<sitting_id>/review")
def review(sitting_id: str) -> str:
    told = settled(lambda: reviews.review(db(), sitting_id, token_id(), now()))
    contest = contests.contest_by_id(db(), sittings.split_id(sitting_id)[0])
    only_wrong = request.args.get("only_wrong") == "1"
    items = [page_item(view) for view in told["items"] if not only_wrong or view["correct"] is False]
    return render_template(
        "contestant/review.html",
        contest=contest_card(contest), items=items, only_wrong=only_wrong, sitting={"id": sitting_id},
    )  # fmt: skip


@bp.get("/c/<slug>/mine")
def mine(slug: str) -> Reply | str:
    contest = contests.find_contest(db(), slug)
    rules = contest.rules
    who = access.signed_in()
    entry = entries.entry_of(db(), contest.id, who.account_id)
    if entry is None:
        return redirect(url_for("contestant.start", slug=slug))
    rows = reviews.my_sittings(db(), contest.id, who.account_id)
    seen = timing.is_released(rules.release_score, rules.closes_at, contest.published_at, now())
    key_seen = timing.is_released(rules.release_key, rules.closes_at, contest.published_at, now())
    standing = standings.my_standing(db(), contest, entry.id) if seen else None
    place = _my_place(contest, entry) if seen else None
    return render_template(
        "contestant/mine.html",
        contest=contest_card(contest),
        entry={
            "name": entry.name,
            "unit_name": organisations.name_of(db(), entry.unit_id),
            "can_change_unit": entry.unit_changes < rules.entry.unit_changes,
        },
        sittings=[_my_sitting(contest, row, seen) for row in rows],
        wrong=[page_item(view) for view in reviews.my_wrong_answers(db(), contest, rows)] if key_seen else [],
        standing={
            "points": standing.points, "time_ms": standing.time_ms,
            "place": place[0] if place else None, "shared": place[1] if place else False,
        } if standing else None,
        share_url=_share_url(contest, entry),
        extra=rules.extra,
        next_person=True,
    )  # fmt: skip


def _share_url(contest: Running, entry: Any) -> str | None:
    """One's own link, where a contest rewards it that others open it or enter by it."""
    by = chances.link_code(contest, entry)
    return posters.origin() + url_for("public.contest", slug=contest.rules.slug, by=by) if by else None


def _my_sitting(contest: Running, row: Any, seen: bool) -> dict[str, Any]:
    public = sittings.public_id(contest.id, row.id)
    ended = row.state != "open"
    return {
        "id": public,
        "attempt_no": row.attempt_no,
        "practice": is_practice(row.track),
        "started_at": row.started_at,
        "state": row.state,
        "score": row.points if ended and seen else None,
        "time_ms": row.time_ms,
        "url": url_for("record.result" if ended else "contestant.sitting", sitting_id=public),
    }
