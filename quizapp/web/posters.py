"""Posters with a unit's QR code, as PDF or as a page to be printed; the links that they carry."""

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from quizapp.errors import Invalid
from quizapp.formats import poster_pdf
from quizapp.formats.poster_pdf import Poster
from quizapp.services.contests import Running
from quizapp.web import words
from quizapp.web.edge import edge
from quizapp.web.exports import log, send
from quizapp.web.footer import footer_texts

MOST = 5_000
MOST_PRINTED = 500


def origin() -> str:
    """The address under which people reach us: the configured one, else the one that this request came to."""
    return (edge().settings.base_url or request.host_url).rstrip("/")


def join_link(contest: Running, link: str) -> str:
    """What a unit's QR code holds."""
    return origin() + url_for("joining.join", slug=contest.rules.slug, link=link)


def posters_of(contest: Running, units: Sequence[Any]) -> list[Poster]:
    """One poster for each unit. Raises Invalid for too many at once."""
    if len(units) > MOST:
        raise Invalid("一次最多生成{most}张海报，现在是{count}张，请分单位范围生成", most=MOST, count=len(units))
    rules, below = contest.rules, footer_texts()
    period = _("%(start)s 至 %(end)s", start=words.moment(rules.opens_at), end=words.closing(rules.closes_at))
    address = origin().partition("://")[2]
    return [
        Poster(
            title=rules.title,
            unit=unit.name,
            link=join_link(contest, unit.link),
            period=period,
            telephone=rules.telephone or below.telephone or "",
            organiser=rules.organiser or below.organiser or "",
            code=f"{address}{url_for('joining.join', slug=rules.slug, link=unit.link)}",
        )
        for unit in units
    ]


def has_font() -> bool:
    return poster_pdf.find_cjk_font() is not None


def send_pdf(contest: Running, units: Sequence[Any], name: str) -> Response:
    """All posters as one PDF. Raises Unavailable without a Chinese font, NotFound without units."""
    data = poster_pdf.write_posters(posters_of(contest, units))
    log("export.posters", contest.rules.slug, units=len(units), scope=name)
    return send(data, f"{contest.rules.title} 海报 {name}.pdf", "application/pdf")


def print_page(contest: Running, units: Sequence[Any], pdf_url: str, back_url: str) -> str:
    """The same as a page, which any browser prints with the fonts of its own machine."""
    if len(units) > MOST_PRINTED:
        raise Invalid(
            "网页海报一次最多打印{most}张，现在是{count}张，请分单位范围打印", most=MOST_PRINTED, count=len(units)
        )
    sheets = [
        {"poster": poster, "qr": Markup(poster_pdf.qr_svg(poster.link))}  # noqa: S704 - our own drawing of dark squares
        for poster in posters_of(contest, units)
    ]
    log("export.posters", contest.rules.slug, units=len(units))
    return render_template(
        "staff/posters.html", posters=sheets, pdf_url=pdf_url, back_url=back_url, has_font=has_font()
    )
