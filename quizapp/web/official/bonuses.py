"""An office's points for a unit, where the rules of the contest know them."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import QuizError
from quizapp.formats.contest.values import hundredths
from quizapp.services import contests, scopes, unit_bonuses
from quizapp.web import staff, words
from quizapp.web.edge import db, finish_transaction, now
from quizapp.web.official.door import bp, no_liaison


@bp.post("/<slug>/units/<code>/bonus")
def give_bonus(slug: str, code: str) -> Reply:
    no_liaison()
    contest = contests.find_contest(db(), slug)
    unit = scopes.unit_within(db(), staff.my_top(), code)
    try:
        points = hundredths(request.form.get("points", "").strip(), -(10**9), 10**9)
        unit_bonuses.give_bonus(db(), staff.me(), contest, unit, points, request.form.get("reason", ""), now())
        flash(_("已记录加分，榜单随后更新"), "right")
    except (ValueError, QuizError) as error:
        finish_transaction(commit=False)
        flash(words.said(error) if isinstance(error, QuizError) else _("加分%(why)s", why=str(error)), "warn")
    return redirect(url_for("official.check", slug=slug, code=code))
