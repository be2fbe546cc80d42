"""Printed papers: made for a unit, as PDF; where each stands; keyed in by two people."""

from collections import Counter
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import QuizError
from quizapp.formats import paper_pdf
from quizapp.formats.paper_pdf import PrintedItem, PrintedPaper
from quizapp.formats.poster_pdf import find_cjk_font
from quizapp.rules import serials, speech, stages
from quizapp.rules.speech import Length
from quizapp.services import contests, exam_rooms, keying, pictures, printed, scopes
from quizapp.services.contests import Running
from quizapp.web import staff, words
from quizapp.web.answer_forms import CELLS
from quizapp.web.cards import contest_card
from quizapp.web.edge import db, finish_transaction, now
from quizapp.web.exports import log, send
from quizapp.web.organiser.door import bp

MOST = 200  # papers of one PDF
NAMED = 5


def _states() -> dict[str, str]:
    return {
        printed.PRINTED: _("已出卷"), printed.KEYED: _("录入一遍"), printed.DIFFERS: _("两遍不一致"), printed.DONE: _("已计分"),
        printed.ABSENT: _("缺考"),
    }  # fmt: skip


TAGS = {printed.KEYED: "open", printed.DIFFERS: "warn", printed.DONE: "right"}


def _under(values: Any) -> Any:
    code = values.get("under", "").strip()
    return scopes.unit_within(db(), None, code) if code else None


def _stages(contest: Running) -> list[tuple[str, str]]:
    return [(stage.code, stage.title) for stage in stages.stages_of(contest.rules)]


def _asked() -> dict[str, Any]:
    found = {name: request.args.get(name, "").strip()[:60] for name in ("under", "stage", "q", "state")}
    return {name: value for name, value in found.items() if value}


@bp.get("/contests/<slug>/printed")
def printed_papers(slug: str) -> str:
    """Make papers for a unit, fetch their PDF, see where each stands."""
    contest, query = contests.find_contest(db(), slug), _asked()
    named = {"under": _under(request.args), "stage": query.get("stage", ""), "search": query.get("q", "")}
    found = printed.list_printed(db(), contest, now(), **named)
    counts, told, titles = Counter(one.state for one in found), _states(), dict(_stages(contest))
    rows, before, following = staff.page_of(
        [one for one in found if query.get("state", one.state) == one.state], **query
    )
    return render_template(
        "organiser/printed.html",
        contest=contest_card(contest),
        query=query,
        under_choices=_units(),
        stages=_stages(contest),
        figures=[{"label": told[state], "value": counts[state], "unit": _("份")} for state in told if counts[state]],
        waiting=counts[printed.PRINTED] + counts[printed.ABSENT],
        has_font=find_cjk_font() is not None,
        state_choices=[("", _("全部")), *told.items()],
        rows=[
            {
                "serial": serials.shown(one.serial), "name": one.name, "unit": one.unit or "", "stage": titles.get(one.stage, ""),
                "state": told[one.state], "tag": TAGS.get(one.state, ""), "open": one.state != printed.DONE,
                "by": "、".join(by for by in (one.first_by, one.second_by) if by),
            }
            for one in rows
        ],
        total=len(found),
        previous_url=before,
        next_url=following,
    )  # fmt: skip


def _units() -> list[tuple[str, str]]:
    """The two upper levels, and what is below the unit that is chosen."""
    tops = scopes.right_below(db(), None)
    offered = {unit.code: unit.name for unit in tops}
    for top in tops[:20]:
        offered |= {unit.code: f"{top.name} › {unit.name}" for unit in scopes.right_below(db(), top)}
    chosen = _under(request.args)
    if chosen is not None:
        offered.setdefault(chosen.code, chosen.name)
        offered |= {unit.code: f"{chosen.name} › {unit.name}" for unit in scopes.right_below(db(), chosen)}
    return [("", _("全部单位")), *offered.items()]


@bp.post("/contests/<slug>/printed")
def print_papers(slug: str) -> Reply:
    """One paper for everybody on the roster of a unit; who has one waiting keeps it."""
    contest, stage = contests.find_contest(db(), slug), request.form.get("stage", "").strip()
    kept: dict[str, Any] = {name: value for name in ("under", "stage") if (value := request.form.get(name, "").strip())}
    try:
        people = exam_rooms.examinees(db(), contest, _under(request.form))
        made, left_out = printed.print_papers(db(), staff.me(), contest, people, stage, now())
    except QuizError as error:
        finish_transaction(commit=False)
        flash(words.said(error), "warn")
        return redirect(url_for("organiser.printed_papers", slug=slug, **kept))
    flash(_("新出%(made)s份试卷；已有试卷没有录入的人不重复出卷", made=made), "right" if made else "info")
    if left_out:
        who = "；".join(f"{name}：{words.said(reason)}" for name, reason in left_out[:NAMED])
        flash(_("%(count)s人没有出卷。%(who)s", count=len(left_out), who=who), "warn")
    return redirect(url_for("organiser.printed_papers", slug=slug, **kept))


@bp.get("/contests/<slug>/printed.pdf")
def printed_pdf(slug: str) -> Response | Reply:
    """The papers that nobody has keyed in yet; with `blank` names and units are left for the pen."""
    contest, query, blank = contests.find_contest(db(), slug), _asked(), request.args.get("blank") == "yes"
    try:
        sheets = printed.sheets(
            db(), contest, MOST, under=_under(request.args), stage=query.get("stage", ""), search=query.get("q", "")
        )
        data = paper_pdf.write_papers([_paper(contest, sheet, blank) for sheet in sheets], _images(sheets))
    except QuizError as error:
        finish_transaction(commit=False)
        flash(words.said(error), "warn")
        return redirect(url_for("organiser.printed_papers", slug=slug, **query))
    log("export.papers", slug, papers=len(sheets), under=query.get("under", ""), stage=query.get("stage", ""))
    return send(data, f"{contest.rules.title} 试卷.pdf", "application/pdf")


def _paper(contest: Running, sheet: printed.Sheet, blank: bool) -> PrintedPaper:
    rules = printed.stage_rules(contest, sheet.stage, sheet.division)
    limit = speech.spoken(Length(keying.full_time(rules, len(sheet.views))), "zh")
    full = words.points(rules.full_marks)
    notes = (
        _("考试时间%(limit)s，满分%(full)s分，共%(count)s题。", limit=limit, full=full, count=len(sheet.views)),
        _("答案写在答题卡上，写在试卷上不计分。答题卡右上角的编号与试卷一致。"),
    )
    name, unit = ("", "") if blank else (sheet.name, sheet.unit or "")
    items = tuple(_item(view) for view in sheet.views)
    return PrintedPaper(contest.rules.title, serials.shown(sheet.serial), name, unit, notes, items)


def _item(view: dict[str, Any], of: str = "") -> PrintedItem:
    label = f"{of}（{view['position']}）" if of else str(view["position"])
    choices = view.get("choices", view.get("right", ()))
    across, down = view.get("image_size", (1, 1))
    return PrintedItem(
        label=label,
        kind=view["kind"],
        told=_("%(kind)s，%(points)s分", kind=words.kind_words(view["kind"]), points=view["points"]),
        stem=view["stem"],
        choices=tuple((choice["label"], choice["text"]) for choice in choices),
        left=tuple((one["label"], one["text"]) for one in view.get("left", ())),
        blanks=view.get("blanks", 0),
        unit=view.get("unit", ""),
        image=view.get("image", "").removeprefix(pictures.ADDRESS),
        size=(across, down),
        cells=CELLS if view["kind"] == "hotspot" else 0,
        items=tuple(_item(own, label) for own in view.get("items", ())),
    )


def _images(sheets: list[printed.Sheet]) -> dict[str, bytes]:
    shown = [own for sheet in sheets for view in sheet.views for own in (view, *view.get("items", ()))]
    names = {view["image"].removeprefix(pictures.ADDRESS) for view in shown if "image" in view}
    return {name: pictures.read(db(), name)[1] for name in names}
