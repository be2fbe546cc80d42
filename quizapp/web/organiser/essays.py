"""All marks of the essays as a file."""

from flask import Response

from quizapp.formats.essay_sheet import essay_sheet
from quizapp.services import contests, verdicts
from quizapp.web.edge import db
from quizapp.web.exports import few, send_sheet, stamp
from quizapp.web.organiser.door import bp


@bp.get("/contests/<slug>/essays.<layout>")
def essays_file(slug: str, layout: str) -> Response:
    contest = contests.find_contest(db(), slug)
    rows = few(verdicts.marked(db(), contest))
    stamped = stamp("全部论述题", None)
    return send_sheet(essay_sheet(rows, contest.rules, stamped), layout, contest, "essays", stamped, rows=len(rows))
