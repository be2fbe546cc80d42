"""Marking essays: how many wait, the one in hand, its points or the decision about it."""

import unicodedata
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import Conflict, Invalid
from quizapp.formats.contest.values import hundredths
from quizapp.rules.essays import DECISION
from quizapp.rules.roles import Right, may
from quizapp.rules.speech import decimal
from quizapp.services import contests, essays
from quizapp.services.contests import Running
from quizapp.services.essays import LONGEST_NOTE, Task
from quizapp.web import staff, words
from quizapp.web.access import signed_in
from quizapp.web.cards import contest_card
from quizapp.web.edge import db, finish_transaction, now
from quizapp.web.exports import LAYOUTS
from quizapp.web.official.door import bp, tabs, view_of


def _contest(slug: str) -> Running:
    """Raises Refused for who does not mark."""
    contest = contests.find_contest(db(), slug)
    essays.check_marker(db(), contest, signed_in())
    return contest


@bp.get("/<slug>/essays", endpoint="essays")
def queue(slug: str) -> str:
    """How many wait, and what this marker can take."""
    contest = _contest(slug)
    held = essays.task_of(db(), contest, staff.me().id)
    organises = may(signed_in().role, Right.ORGANISE)
    return render_template(
        "official/essays.html",
        contest=contest_card(contest),
        tabs=tabs(view_of(slug)),
        queue=essays.queue(db(), contest, staff.me().id, now()),
        held=held.code if held else None,
        gap=words.percent(contest.rules.scoring.marking.essay_gap),
        exports=[
            {"name": layout, "url": url_for("organiser.essays_file", slug=slug, layout=layout)} for layout in LAYOUTS
        ] if organises else [],
    )  # fmt: skip


@bp.post("/<slug>/essays/next")
def next_essay(slug: str) -> Reply:
    return _go_on(_contest(slug), request.form.get("decide") == "1")


def _go_on(contest: Running, decide: bool) -> Reply:
    """To the next essay; back to the queue where there is none."""
    slug = contest.rules.slug
    if essays.find_next(db(), contest, staff.me(), now(), decide=decide) is None:
        flash(_("现在没有要您裁定的") if decide else _("现在没有要您评阅的"), "info")
        return redirect(url_for("official.essays", slug=slug))
    return redirect(url_for("official.essay", slug=slug))


@bp.get("/<slug>/essays/mark")
def essay(slug: str) -> Reply | str:
    contest = _contest(slug)
    task = essays.task_of(db(), contest, staff.me().id)
    return _page(contest, task, {}, {}) if task else redirect(url_for("official.essays", slug=slug))


def _page(contest: Running, task: Task, typed: dict[str, str], faults: dict[str, str]) -> str:
    rubric = [
        {"name": one.name, "points": one.points, "explain": one.explain} for one in task.rubric
    ]  # fmt: skip
    fields = [
        {
            "name": f"part{n}", "label": name or _("得分"), "most": most, "value": typed.get(f"part{n}", ""),
            "fault": faults.get(f"part{n}"), "explain": task.rubric[n - 1].explain if name else "",
        }
        for n, (name, most) in enumerate(task.parts, start=1)
    ]  # fmt: skip
    return render_template(
        "official/essay.html",
        contest=contest_card(contest),
        task=task,
        decides=task.turn == DECISION,
        length=len("".join(task.text.split())),
        rubric=rubric,
        fields=fields,
        note={"value": typed.get("note", ""), "fault": faults.get("note"), "most": LONGEST_NOTE},
    )


@bp.post("/<slug>/essays/mark")
def mark_essay(slug: str) -> Reply | tuple[str, int]:
    contest = _contest(slug)
    code, note = request.form.get("code", ""), request.form.get("note", "").replace("\r\n", "\n").strip()
    task = essays.task_of(db(), contest, staff.me().id)
    if task is None or task.code != code:
        return _lost(slug)
    parts, faults = _typed(task)
    try:
        if faults:
            raise Invalid("有几处要改", errors=list(faults.items()))
        essays.mark_essay(db(), contest, staff.me(), code, parts, note, now())
    except Invalid as error:
        finish_transaction(commit=False)
        return _page(contest, task, request.form.to_dict(), dict(error.errors)), 400
    except Conflict:
        finish_transaction(commit=False)
        return _lost(slug)
    flash(_("%(code)s已记录", code=code), "right")
    if request.form.get("go") == "stop":
        return redirect(url_for("official.essays", slug=slug))
    return _go_on(contest, task.turn == DECISION)


def _lost(slug: str) -> Reply:
    flash(_(essays.NOT_YOURS), "warn")
    return redirect(url_for("official.essays", slug=slug))


def _typed(task: Task) -> tuple[list[int], dict[str, str]]:
    """The points as typed, and what is wrong with them."""
    parts: list[int] = []
    faults: dict[str, Any] = {}
    for n, (_name, most) in enumerate(task.parts, start=1):
        text = unicodedata.normalize("NFKC", request.form.get(f"part{n}", "")).strip()
        try:
            parts.append(hundredths(text, 0, most))
        except ValueError:
            faults[f"part{n}"] = _("请填0到%(most)s的数，最多两位小数", most=decimal(most))
    return parts, faults
