"""Pages for everybody: contests, boards, privacy, and whether the server is well."""

from datetime import datetime
from functools import partial
from typing import Any

import orjson
from flask import Blueprint, Response, jsonify, render_template, request, session, url_for

from quizapp.errors import NotFound, Unavailable
from quizapp.rules import wording
from quizapp.rules.papers import askable
from quizapp.rules.roles import Role
from quizapp.rules.stages import studied
from quizapp.services import banks, chances, contests, entries, organisations, pictures, reviews, starts
from quizapp.services.contests import Running
from quizapp.services.standings import Ranked
from quizapp.web import access, boards
from quizapp.web.bank_items import item_card
from quizapp.web.boards import Shown
from quizapp.web.cards import contest_card
from quizapp.web.edge import address, db, edge, now
from quizapp.web.footer import footer_texts
from quizapp.web.words import said, sentences

bp = Blueprint("public", __name__)
PAGE, UNITS = 50, 100
STUDIED = 20  # items on a page of a bank that may be studied
PICTURE = {  # a drawing opened by its own address may not run, load or send anything
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "public, max-age=31536000, immutable",
}


@bp.get("/")
def home() -> str:
    found, who = contests.list_contests(db()), access.visitor()
    return render_template(
        "public/home.html",
        contests=[contest_card(contest) for contest in found],
        not_entered=who is not None and not any(entries.entry_of(db(), contest.id, who.account_id) for contest in found),
    )


@bp.get(f"{pictures.ADDRESS}<content_hash>")
def picture(content_hash: str) -> Response:
    """A picture of an item. Its address gives nothing away: it is the hash of what one sees."""
    media_type, data = pictures.read(db(), content_hash)
    return Response(data, content_type=media_type, headers=PICTURE)


@bp.get("/c/<slug>")
def contest(slug: str) -> str:
    found = contests.find_contest(db(), slug)
    rules = found.rules
    if rules.extra.is_on and request.args.get("by"):
        _came_by_link(found, request.args["by"][:32])
    mine = _mine(found)
    return render_template(
        "public/contest.html",
        contest=contest_card(found),
        rules=sentences(wording.in_brief(rules)),
        mine=mine,
        not_entered=mine is not None and not mine["entered"],
        links={
            "start": url_for("contestant.start", slug=slug),
            "board": url_for("public.board", slug=slug),
            "units": url_for("public.units", slug=slug),
            "join": url_for("joining.find", slug=slug),
            "study": url_for("public.study", slug=slug) if studied(rules, now()) else None,
        },
    )


@bp.get("/c/<slug>/study")
def study(slug: str) -> str:
    """What the papers of a contest may ask, to learn from: where its rules publish it."""
    found = contests.find_contest(db(), slug)
    published = studied(found.rules, now())
    if not published:
        raise NotFound("本次竞赛没有公布题目，或所在阶段还没有开始")
    images, known = pictures.shown_by_bank(db(), found.banks), banks.items_by_bank(db(), found.banks)
    items = [(title, item, images[code]) for title, blueprint in published for code, item in askable(known, blueprint)]
    at = max(1, min(boards.number("at", 1), len(items)))
    link = partial(url_for, "public.study", slug=slug)
    return render_template(
        "public/study.html",
        contest=contest_card(found),
        items=[
            {"stage": title} | item_card(n, item, shown)
            for n, (title, item, shown) in enumerate(items[at - 1 : at - 1 + STUDIED], start=at)
        ],
        total=len(items),
        previous_url=link(at=max(1, at - STUDIED)) if at > 1 else None,
        next_url=link(at=at + STUDIED) if at + STUDIED <= len(items) else None,
    )


def _came_by_link(contest: Running, by: str) -> None:
    """Somebody opened a shared link: proof for the one who shared it, and remembered in case the visitor enters."""
    session["by"] = by
    who = access.visitor()
    visitor = f"{address()} {request.user_agent.string}"
    with edge().database.write() as writing:
        chances.opened(writing, edge().settings.secret_key, contest, by, visitor, who.account_id if who else None, now())


def _mine(contest: Running) -> dict[str, Any] | None:
    """What the one signed in has to do with this contest."""
    who = access.visitor()
    if who is None:
        return None
    entry = entries.entry_of(db(), contest.id, who.account_id)
    unit_name = organisations.name_of(db(), entry.unit_id) if entry else who.unit_name
    opened = reviews.open_sitting(db(), contest.id, who.account_id)
    may_enter = who.role is not Role.CONTESTANT or entry is not None or who.login is not None
    seen = starts.outlook(db(), contest, access.token_id(), now(), may_enter=may_enter)
    return {
        "entered": entry is not None,
        "name": entry.name if entry else who.name,
        "unit_name": unit_name,
        "open_sitting": opened,
        "sittings_left": seen.left,
        "can_start": seen.refused is None or opened is not None,
        "why_not": said(seen.refused) if seen.refused else None,
    }


@bp.get("/c/<slug>/board")
def board(slug: str) -> Response | str:
    found = boards.shown(slug)
    if boards.is_stranger():
        what = ("board", request.args.get("division"), request.args.get("after"), boards.number("at", 1))
        return boards.to_everybody(boards.kept_page(found, what, lambda fresh: _board(fresh, None).encode()), "text/html")
    who = access.visitor()
    return _board(found, boards.my_row(found, who.account_id) if who else None)


def _board(found: Shown, mine: Ranked | None) -> str:
    """The page, with the visitor's own line where there is one."""
    contest, slug = found.contest, found.contest.rules.slug
    division, after = request.args.get("division", ""), request.args.get("after", "")
    what = ("rows", division, after, boards.number("at", 1))
    page = orjson.loads(boards.kept(found, what, lambda: orjson.dumps(boards.people(found, "", PAGE))))
    link = partial(url_for, "public.board", slug=slug, division=division or None)
    return render_template(
        "public/board.html",
        contest=contest_card(contest),
        as_of=page["as_of"],
        frozen=page["frozen"],
        hidden=page["hidden"],
        divisions=[{"code": d.code, "title": d.title, "current": d.code == division} for d in contest.rules.divisions],
        rows=page["rows"],
        my_row=mine,
        my_url=link(at=max(1, mine.place - 10)) if mine else None,
        next_url=link(after=page["next"]) if page["next"] else None,
        previous_url=link(at=max(1, page["first"] - PAGE)) if page["first"] > 1 else None,
        explains=sentences(wording.people_places(contest.rules)),
    )


@bp.get("/c/<slug>/units")
def units(slug: str) -> Response | str:
    found = boards.shown(slug)
    if not boards.is_stranger():
        return _units(found)
    what = ("unit page", *(request.args.get(name) for name in ("under", "kind", "after")))
    return boards.to_everybody(boards.kept_page(found, what, lambda fresh: _units(fresh).encode()), "text/html")


def _units(found: Shown) -> str:
    contest, slug = found.contest, found.contest.rules.slug
    under, kind = request.args.get("under", ""), request.args.get("kind", "")
    page = orjson.loads(boards.units_json(found, UNITS))
    top = organisations.find_unit(db(), under) if under else None
    line = organisations.line(db(), top) if top else []
    return render_template(
        "public/units.html",
        contest=contest_card(contest),
        as_of=round(datetime.fromisoformat(page["as_of"]).timestamp() * 1000),
        frozen=page["frozen"],
        hidden=page["hidden"],
        under={"code": top.code, "name": top.name} if top else None,
        trail=[{"name": u.name, "url": url_for("public.units", slug=slug, under=u.code)} for u in line],
        kinds=[
            {"name": name, "url": url_for("public.units", slug=slug, under=under or None, kind=name), "current": name == kind}
            for name in page["kinds"]
        ],
        rows=[_unit_row(row, slug) for row in page["rows"]],
        next_url=url_for("public.units", slug=slug, under=under or None, kind=kind or None, after=page["next"])
        if page.get("next") else None,
        explains=sentences(wording.unit_places(contest.rules)),
    )  # fmt: skip


def _unit_row(row: dict[str, Any], slug: str) -> dict[str, Any]:
    """A unit as the page shows it: hundredths of points, and the rate before it is rounded."""
    hundredths = {name: None if row[name] is None else round(row[name] * 100) for name in ("mean", "value")}
    url = url_for("public.units", slug=slug, under=row["code"]) if row["has_children"] else None
    return row | hundredths | {"rate": boards.exact_rate(row), "url": url}


@bp.get("/privacy")
def privacy() -> str:
    text = footer_texts().privacy
    return render_template("public/privacy.html", text=text.splitlines() if text else None)


@bp.get("/design")
def design() -> str:
    """Every component in every state, for staff."""
    who = access.signed_in()
    if who.role is Role.CONTESTANT:
        raise NotFound("没有找到这个页面")
    return render_template("public/design.html")


@bp.get("/healthz")
def healthz() -> Response:
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> Response:
    """Able to serve: the database answers."""
    if not edge().database.answers():
        raise Unavailable("数据库没有应答")
    return jsonify(status="ok")
