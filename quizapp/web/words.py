"""How numbers, moments and refusals are said to people."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import get_translations, gettext

from quizapp.errors import QuizError
from quizapp.formats.result_table import duration_words
from quizapp.rules import speech, wording
from quizapp.rules.contests import ContestRules
from quizapp.rules.items import Kind
from quizapp.rules.speech import Sentence, decimal
from quizapp.rules.wording.marking import KINDS
from quizapp.services import views
from quizapp.services.views import rounded
from quizapp.web.edge import edge


def said(error: QuizError) -> str:
    """A refusal in the reader's language."""
    return gettext(error.text).format(**error.params)


def sentences(told: Iterable[Sentence]) -> list[str]:
    """The rules in the installation's language."""
    return speech.say_all(told, edge().settings.locale[:2])


def rules_told(rules: ContestRules) -> dict[str, list[str]]:
    """All that a notice would print, part by part."""
    parts = {
        gettext("活动规则"): wording.activity(rules),
        gettext("单位名次"): wording.unit_places(rules),
        gettext("通报表扬办法"): wording.commendations(rules),
        gettext("抽奖规则"): wording.prizes(rules),
    }
    return {title: sentences(told) for title, told in parts.items() if told}


def duration(ms: int) -> str:
    """6分12秒"""
    return duration_words(ms)


def local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(edge().settings.timezone))


def iso(ms: int | None) -> str | None:
    """ISO 8601 with offset and milliseconds, as the API gives times."""
    return views.iso(ms, edge().settings.timezone)


def moment(ms: int | None) -> str:
    """2026年6月10日 9:00"""
    if ms is None:
        return "—"
    at = local(ms)
    return f"{at.year}年{at.month}月{at.day}日 {at.hour}:{at.minute:02d}"


def closing(ms: int | None) -> str:
    """The same for an end: midnight is the 24:00 of the day before, as notices write it (2026年12月26日24时)."""
    if ms is None:
        return "—"
    at = local(ms)
    if at.hour or at.minute or at.second:
        return moment(ms)
    eve = at.date() - timedelta(days=1)
    return f"{eve.year}年{eve.month}月{eve.day}日24时"


def clock_time(ms: int) -> str:
    """9:00"""
    at = local(ms)
    return f"{at.hour}:{at.minute:02d}"


def points(hundredths: int | Fraction | None) -> str:
    """85.5; an exact mean is rounded half up."""
    return "—" if hundredths is None else decimal(int((hundredths * 2 + 1) // 2))


def mean(value: Fraction | None) -> str:
    shown = rounded(value)
    return "—" if shown is None else f"{shown:.2f}"


def percent(share: Fraction | float | None) -> str:
    """62.3%; somebody is never shown as nobody."""
    if share is None:
        return "—"
    shown = f"{rounded(Fraction(share) * 100, 1):.1f}%"
    return "<0.1%" if share > 0 and shown == "0.0%" else shown


def place(number: int | None, shared: bool = False) -> str:
    """第2名, 并列第2名"""
    if number is None:
        return "—"
    return gettext("并列第{place}名" if shared else "第{place}名").format(place=number)


def kind_words(kind: Kind | str) -> str:
    """How an item is asked, in a word."""
    return sentences([(KINDS[Kind(kind)], {})])[0]


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        moment=moment, closing=closing, clock_time=clock_time, duration=duration_words, points=points, percent=percent,
        place=place, mean=mean, kind_words=kind_words,
    )  # fmt: skip
    with app.app_context():  # everybody reads the installation's language, so it is looked up once and not for every text
        texts = get_translations()
    app.jinja_env.install_gettext_callables(texts.ugettext, texts.ungettext, newstyle=True)  # type: ignore[attr-defined]
