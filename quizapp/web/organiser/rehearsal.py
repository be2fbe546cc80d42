"""试演: made-up people play a contest's rules; what comes of it as charts that can be read as tables."""

import threading
from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from quizapp.rules.rehearsal import Rehearsal, TooMany, figures, rehearse, remarks
from quizapp.rules.speech import Sentence
from quizapp.services import contests
from quizapp.web import words
from quizapp.web.cards import contest_card
from quizapp.web.edge import db, finish_transaction
from quizapp.web.forms_staff import RehearsalForm
from quizapp.web.organiser.door import bp

MOST_SITTINGS = 25_000  # a second or two
_turn = threading.Lock()
"""One at a time in a process: those who sit come first."""


@bp.get("/contests/<slug>/rehearsal")
def rehearsal(slug: str) -> str | tuple[str, int]:
    """The form; with numbers in the address also the result, which is the same whenever it is asked for."""
    contest = contests.find_contest(db(), slug)
    form = RehearsalForm(formdata=request.args or None)
    shown: dict[str, Any] = {"contest": contest_card(contest), "form": form}
    if not request.args:
        return render_template("organiser/rehearsal.html", **shown)
    if not form.validate():
        return render_template("organiser/rehearsal.html", **shown), 400
    finish_transaction(commit=False)  # nothing is held while it plays
    if not _turn.acquire(blocking=False):
        shown["refused"] = _("另一场试演正在进行，请过几秒再点一次。")
        return render_template("organiser/rehearsal.html", **shown), 503
    try:
        found = rehearse(contest.rules, form.people.data, form.units.data, form.seed.data or "1", MOST_SITTINGS)
    except TooMany:
        shown["refused"] = _(
            "按这份规则，%(people)s人要答题%(most)s次以上，网页上试演不了。请减少人数，或请管理员在服务器上用命令 quizapp rehearse 试演。",
            people=form.people.data,
            most=MOST_SITTINGS,
        )
        return render_template("organiser/rehearsal.html", **shown), 400
    finally:
        _turn.release()
    return render_template("organiser/rehearsal.html", **shown, **_result(found))


def _result(found: Rehearsal) -> dict[str, Any]:
    said = words.sentences
    titles = remarks.titles(found)
    shared = [(place, count) for place, count in figures.top(found) if count > 1]
    reasons = figures.barred(found)
    return {
        "found": found,
        "remarks": said(remarks.remarks(found)),
        "placed": sum(row.place is not None for row in found.units),
        "tickets": sum(sum(of.values()) for of in found.held.values()),
        "points": _bars([(remarks.of_points(one), one.count) for one in figures.points(found)]),
        "times": _bars([(remarks.of_time(one), one.count) for one in figures.times(found)]),
        "top": _bars([(("第{place}名", {"place": place}), count) for place, count in shared]),
        "edges": [
            {"name": remarks.name(edge), "room": edge.room, "taken": edge.taken, "tied": edge.tied, "most": edge.most or None}
            for edge in figures.edges(found)
        ],
        "sizes": [_size(size) for size in figures.sizes(found)],
        "ahead": _bars([(remarks.of_size(size), size.ahead) for size in figures.sizes(found)]),
        "barred": _bars([(reason, count) for reason, count in reasons]),
        "draws": [
            {
                "title": drawn.title, "stage": titles.get(drawn.stage, ""), "count": drawn.count, "holders": drawn.holders,
                "tickets": drawn.tickets, "drawn": drawn.drawn,
            }
            for drawn in figures.draws(found)
        ],
    }  # fmt: skip


def _bars(rows: Sequence[tuple[Sentence, int]]) -> list[dict[str, Any]]:
    most = max((count for _, count in rows), default=0) or 1
    names = words.sentences(name for name, _ in rows)
    return [
        {"name": name, "words": count, "share": count * 100 / most, "flagged": False}
        for name, (_, count) in zip(names, rows, strict=True)
    ]


def _size(size: figures.Size) -> dict[str, Any]:
    [name] = words.sentences([remarks.of_size(size)])
    return {
        "name": name, "units": size.units, "placed": size.placed, "out": size.units - size.placed, "ahead": size.ahead,
        "lowest": words.mean(size.lowest), "middle": words.mean(size.middle), "highest": words.mean(size.highest),
    }  # fmt: skip
