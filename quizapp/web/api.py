"""The JSON API, /api/v1: the same services as the pages."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request

from quizapp.errors import Invalid, QuizError, Unauthenticated
from quizapp.rules import timing, wording
from quizapp.rules.contests import Stage
from quizapp.rules.stages import at_stage, stages_of
from quizapp.services import (
    accounts,
    contests,
    entries,
    entry_changes,
    finishing,
    papers,
    reviews,
    sittings,
    starts,
)
from quizapp.services.contests import Running
from quizapp.services.finishing import Result
from quizapp.web import access, boards, gate, passwords
from quizapp.web.access import token_id
from quizapp.web.edge import address, arrived, db, edge, now, settle, settled
from quizapp.web.edge import save as save_now
from quizapp.web.replies import body
from quizapp.web.words import iso, sentences

bp = Blueprint("api", __name__, url_prefix="/api/v1")
OPENAPI = Path(__file__).with_name("openapi.json")
KEY_LENGTH = 64


def text(values: dict[str, Any], name: str, most: int = 200) -> str:
    """A text of the body. Raises Invalid naming the field."""
    value = values.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most or "\x00" in value:
        raise Invalid("请求的内容不对", errors=[(name, f"应为1到{most}个字符的文字")])
    return value


def whole(values: dict[str, Any], name: str) -> int:
    value = values.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise Invalid("请求的内容不对", errors=[(name, "应为不小于0的整数")])
    return value


@bp.get("/openapi.json")
def openapi() -> Response:
    return Response(OPENAPI.read_bytes(), mimetype="application/json")


@bp.post("/session")
def sign_in() -> Response:
    """Sign in with account and password; slow guesses down without shutting out the bureau behind the same address."""
    if not request.is_json:
        raise Invalid("请求应为 JSON（Content-Type: application/json）")
    values = body()
    login, password = text(values, "account", 64), text(values, "password")
    try:
        account_id = passwords.check(login, password)
    except Unauthenticated:
        with edge().database.write() as session:
            accounts.count_refusal(session, login, address(), now())
        raise
    account, token = accounts.sign_in(db(), account_id, address(), now())
    access.remember(token)
    unit = account.unit_id and entries.unit_code(db(), account.unit_id)
    told = {"account": account.login, "name": account.name, "role": account.role, "unit": unit}
    return jsonify(account=told, csrf_token=access.csrf_token())


@bp.delete("/session")
def sign_out() -> Response:
    access.signed_in()
    access.forget()
    return Response(status=204)


@bp.get("/time")
def time() -> Response:
    return jsonify(server_time=iso(now()))


def contest_view(contest: Running) -> dict[str, Any]:
    """A contest as the API shows it; `sittings_left` where somebody is signed in."""
    rules = contest.rules
    view: dict[str, Any] = {
        "slug": rules.slug,
        "title": rules.title,
        "phase": contest.phase(now()),
        "paused": contest.paused,
        "opens_at": iso(rules.opens_at),
        "last_start": iso(rules.last_start),
        "closes_at": iso(rules.closes_at),
        "total": rules.blueprint.total,
        "points": papers.number(rules.blueprint.points),
        "limit_ms": rules.clock.paper_ms,
        "item_ms": rules.clock.item_ms,
        "organiser": rules.organiser,
    }
    mine = starts.outlook(db(), contest, token_id(), now()) if access.visitor() else None
    view |= {"sittings_left": mine and mine.left, "to_prepare": mine and mine.to_prepare}
    view["stages"] = [stage_view(contest, stage) for stage in stages_of(rules)]
    return view


def stage_view(contest: Running, stage: Stage) -> dict[str, Any]:
    at = at_stage(contest.rules, stage)
    window = {"opens_at": iso(at.opens_at), "last_start": iso(at.last_start), "closes_at": iso(at.closes_at)}
    return {"code": stage.code, "title": stage.title, **window, "counts": stage.counts}


@bp.get("/contests")
def list_contests() -> Response:
    return jsonify(contests=[contest_view(contest) for contest in contests.list_contests(db())])


@bp.get("/contests/<slug>")
def show_contest(slug: str) -> Response:
    contest = contests.find_contest(db(), slug)
    rules = contest.rules
    told = sentences([*wording.in_brief(rules), *wording.unit_places(rules)])
    divisions = [{"code": division.code, "title": division.title} for division in rules.divisions]
    before = {"gate": rules.entry.gate, "ask": list(rules.entry.ask), "choose_division": rules.entry.choose_division}
    return jsonify(**contest_view(contest), **before, rules=told, divisions=divisions, about=rules.about)


@bp.put("/contests/<slug>/entry")
def prepare(slug: str) -> Response:
    """Enter, and give what is asked before the first start: its text read, what it wants to know filled in."""
    values = body()
    details, read = values.get("details", {}), values.get("read", False)
    division = text(values, "division", 64) if "division" in values else ""
    if not isinstance(details, dict) or not all(isinstance(value, str) for value in details.values()):
        raise Invalid("请求的内容不对", errors=[("details", "应为 {名称: 文字}")])
    contest = contests.find_contest(db(), slug)
    entry = starts.enter(db(), contest, token_id(), now())
    entry_changes.prepare(contest, entry, details, now(), read=read is True, division=division)
    return jsonify(unit=entry.unit_id and entries.unit_code(db(), entry.unit_id), division=entry.division)


def sitting_view(sitting: dict[str, Any]) -> dict[str, Any]:
    """The sitting with its times written out, and its score once handed in and released."""
    view = {**sitting}
    contest: Running = view["contest"]
    view["contest"] = contest.rules.slug
    item_no, item_deadline = view.pop("item_no"), view.pop("item_deadline")
    for name in ("started_at", "deadline", "server_time"):
        view[name] = iso(view[name])
    if item_no is not None:
        view |= {"item": item_no, "item_deadline": iso(item_deadline)}
    if "score" in view:
        view["score"] = score_view(contest, *view["score"])
    return view


def score_view(contest: Running, points: int, of: int, time_ms: int, provisional: bool) -> dict[str, Any] | None:
    """Points, full marks and time, `provisional` as long as an essay waits for people; None until the rules release them."""
    if not timing.is_released(contest.rules.release_score, contest.rules.closes_at, contest.published_at, now()):
        return None
    view = {"points": papers.number(points), "of": papers.number(of), "time_ms": time_ms}
    return view | {"provisional": True} if provisional else view


def result_view(result: Result) -> dict[str, Any]:
    score = score_view(result.contest, result.points, result.of, result.time_ms, result.provisional)
    rules = result.contest.rules
    view: dict[str, Any] = {"state": result.state, "score": score, "receipt": result.receipt}
    if rules.pass_points is not None and score is not None and not result.provisional:
        view["passed"] = result.points >= rules.pass_points
    if timing.is_released(rules.release_key, rules.closes_at, result.contest.published_at, now()):
        view["review"] = f"/api/v1/sittings/{result.sitting_id}/review"
    return view


@bp.post("/contests/<slug>/sittings")
def start(slug: str) -> tuple[Response, int]:
    values = body()
    practice = values.get("practice", False)
    if not isinstance(practice, bool):
        raise Invalid("请求的内容不对", errors=[("practice", "应为 true 或 false")])
    stage, code = (text(values, name, 64) if name in values else "" for name in ("stage", "room_code"))
    sitting, is_new = gate.start(slug, starts.Wish(practice, stage, code))
    return jsonify(sitting_view(sitting)), 201 if is_new else 200


@bp.get("/sittings/<sitting_id>")
def show_sitting(sitting_id: str) -> Response:
    return jsonify(sitting_view(settled(lambda: sittings.view_sitting(db(), sitting_id, token_id(), now()))))


@bp.post("/sittings/<sitting_id>/items/<int:position>")
def open_item(sitting_id: str, position: int) -> Response:
    return jsonify(sitting_view(sittings.open_item(db(), sitting_id, position, token_id(), now())))


def _save_parts(sitting_id: str) -> tuple[int, str, papers.Answers]:
    """revision, key and answers of the body; another's sitting is not found before anything else is looked at."""
    try:
        values = body()
        return whole(values, "revision"), text(values, "key", KEY_LENGTH), papers.check_shape(values.get("answers"))
    except QuizError:
        sittings.row_of(db(), sitting_id, token_id(), now())
        raise


@bp.patch("/sittings/<sitting_id>/answers")
def save(sitting_id: str) -> Response:
    revision, key, answers = _save_parts(sitting_id)
    saved = save_now(sitting_id, token_id(), revision, key, answers)
    return jsonify(revision=saved.revision, saved_at=iso(saved.saved_at))


@bp.post("/sittings/<sitting_id>/submission")
def submit(sitting_id: str) -> Response:
    sittings.split_id(sitting_id)
    secret, token = edge().settings.secret_key, token_id()
    try:
        values = body()
        answers = papers.check_shape(values["answers"]) if "answers" in values else None
        revision = whole(values, "revision") if "revision" in values or answers else None
        key = text(values, "key", KEY_LENGTH) if "key" in values or answers else None
    except QuizError:
        sittings.row_of(db(), sitting_id, token, now())
        raise

    def work() -> Result:
        return finishing.hand_in(db(), secret, sitting_id, token, arrived(), revision=revision, key=key, answers=answers)

    try:
        return jsonify(result_view(work()))
    except sittings.Overdue as overdue:
        if answers:
            raise
        settle(overdue)
        return jsonify(result_view(work()))


@bp.get("/sittings/<sitting_id>/review")
def review(sitting_id: str) -> Response:
    return jsonify(settled(lambda: reviews.review(db(), sitting_id, token_id(), now())))


@bp.get("/contests/<slug>/leaderboard")
def leaderboard(slug: str) -> Response:
    board = boards.shown(slug)
    body = boards.people_json(board)
    if boards.is_stranger():
        return boards.to_everybody(body, "application/json")
    who = access.visitor()
    return boards.with_mine(body, boards.my_row(board, who.account_id) if who else None)


@bp.get("/contests/<slug>/units")
def units(slug: str) -> Response:
    body = boards.units_json(boards.shown(slug), boards.number("limit", 100))
    if boards.is_stranger():
        return boards.to_everybody(body, "application/json")
    return Response(body, mimetype="application/json")
