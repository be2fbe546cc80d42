"""A contest as every page shows it, for contestants and staff in the same words."""

from typing import Any

from flask_babel import gettext as _

from quizapp.rules.timing import Phase
from quizapp.services.contests import Running
from quizapp.web.edge import now


def phase_words(contest: Running) -> str:
    """Where a contest stands, in a word or two."""
    phase = contest.phase(now())
    if contest.paused and phase is not Phase.OVER:
        return _("已暂停")
    words = {
        Phase.UPCOMING: _("未开始"),
        Phase.OPEN: _("进行中"),
        Phase.CLOSING: _("即将截止"),
        Phase.OVER: _("已结束"),
    }
    return words[phase]


def contest_card(contest: Running) -> dict[str, Any]:
    rules = contest.rules
    return {
        "slug": rules.slug,
        "title": rules.title,
        "about": rules.about,
        "phase": contest.phase(now()).value,
        "phase_words": phase_words(contest),
        "paused": contest.paused,
        "opens_at": rules.opens_at,
        "last_start": rules.last_start,
        "closes_at": rules.closes_at,
        "organiser": rules.organiser,
        "telephone": rules.telephone,
        "minors": rules.entry.minors,
    }
