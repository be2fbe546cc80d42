"""A contest built in the browser: a form over its file, checked and said in words before it is set up. Nothing is stored before."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Reply

from quizapp.errors import BadFile, Invalid, NotFound
from quizapp.formats import presets
from quizapp.formats.contest import form as contest_form
from quizapp.formats.contest import yaml as contest_yaml
from quizapp.formats.contest.form_fields import SECTIONS, Section
from quizapp.formats.contest.warnings import calendar
from quizapp.formats.contest.warnings_units import pressing
from quizapp.rules import wording
from quizapp.rules.contests import ContestRules
from quizapp.rules.items import Item
from quizapp.rules.wording.marking import KINDS
from quizapp.services import banks as stored
from quizapp.services import contests
from quizapp.services.contests import Running
from quizapp.web import staff, words
from quizapp.web.edge import db, finish_transaction, now
from quizapp.web.exports import send
from quizapp.web.organiser import drafts
from quizapp.web.organiser.changes import changes, earlier
from quizapp.web.organiser.door import bp, faults_page
from quizapp.web.organiser.drafts import Draft

CODES = [section.code for section in SECTIONS]
CHECK = "check"
CHANGES = {
    "add": contest_form.add, "remove": contest_form.remove, "raise": contest_form.raised,
    "more": lambda fields, file, name: file,  # a list that is full is shown with one more line
}  # fmt: skip

File = dict[str, Any]
Page = Reply | str | tuple[str, int]


@bp.get("/contest-new")
def new_contest() -> str:
    """What to start from: a rule set of a notice, a contest that there was, a file, nothing."""
    listed = [{"slug": c.rules.slug, "title": c.rules.title} for c in contests.list_contests(db())]
    named = [
        (one.name, one.title, one.about.partition("未公布")[0].removesuffix("其余")) for one in presets.list_presets()
    ]
    return render_template("organiser/builder_new.html", presets=named, contests=listed)


@bp.get("/contest-form")
def contest_form_page() -> str:
    """The first step over a preset, a contest to change or to take over, or an empty file."""
    if preset := request.args.get("preset"):
        return _step_page(
            _section("basics"), _unnamed(drafts.opened(staff.Upload(presets.read_preset(preset), preset)))
        )
    if slug := request.args.get("contest"):
        data = contest_yaml.write_contest(contests.find_contest(db(), slug).rules)
        file = drafts.opened(staff.Upload(data, slug))
        return _step_page(_section("basics"), _unnamed(file) if request.args.get("anew") else file)
    return _step_page(_section("basics"), {"paper": {"draw": [{}]}})


def _unnamed(file: File) -> File:
    """Another contest by the same rules has a name and a code of its own."""
    return {name: value for name, value in file.items() if name not in ("contest", "title")}


@bp.post("/contest-form/file")
def open_draft() -> Page:
    """A contest file, or a draft that was kept as one, in the form."""
    try:
        upload = staff.uploaded()
        return _step_page(_section("basics"), drafts.opened(upload))
    except Invalid as error:
        flash(words.said(error), "wrong")
        return redirect(url_for("organiser.new_contest"))
    except BadFile as error:
        return faults_page(error, upload.name, url_for("organiser.new_contest"))


@bp.post("/contest-form")
def build_contest() -> Page:
    """What was typed goes into the draft; then the button that was pressed."""
    step = request.form.get("step", CHECK)
    file = drafts.opened_again(staff.uploaded())
    wrong: list[contest_form.Complaint] = []
    if step != CHECK:
        file, wrong = contest_form.filled(_section(step).fields, file, request.form.to_dict(flat=False))
    act, _colon, name = request.form.get("do", "next").partition(":")
    if act in CHANGES:
        return _step_page(_section(step), CHANGES[act](_section(step).fields, file, name), wrong, touched=name)
    if act == "download":
        made = drafts.draft(file)
        return send(made.data, f"{file.get('contest') or _('竞赛草稿')}.yaml", "application/yaml")
    if act == "apply":
        return _apply(drafts.draft(file))
    return _go(step, file, wrong, act, name)


def _go(step: str, file: File, wrong: list[contest_form.Complaint], act: str, name: str) -> Page:
    """Another step; the next only once this one has no faults."""
    steps = [*CODES, CHECK]
    if wrong:
        return _step_page(_section(step), file, wrong, strict=True), 400
    if act == "next" and step != CHECK:
        made = drafts.draft(file)
        if any(one.step == step for one in drafts.mendings(made)):
            return _step_page(_section(step), file, strict=True), 400
    here = steps.index(step) if step in steps else 0
    to = {"next": steps[min(here + 1, len(CODES))], "back": steps[max(here - 1, 0)]}.get(act, name)
    return _check_page(drafts.draft(file)) if to == CHECK else _step_page(_section(to), file, strict=act == "mend")


def _section(code: str) -> Section:
    for section in SECTIONS:
        if section.code == code:
            return section
    raise NotFound("没有这一步")


def _step_page(
    section: Section,
    file: File,
    wrong: list[contest_form.Complaint] | None = None,
    *,
    strict: bool = False,
    touched: str = "",
) -> str:
    """One step; `strict` says its faults, which nobody wants to read before having typed anything."""
    made, offered = drafts.draft(file), _banks()
    told = [("wrong", path, said) for path, said in [*(wrong or []), *(made.faults if strict else [])]]
    if made.rules is not None:
        told += [
            ("warn", path, said) for path, said in drafts.worded(contest_yaml.warnings(made.rules, _items(offered)))
        ]
        if isinstance(file.get("counts"), dict):
            told.append(("info", "counts", "；".join(words.sentences(wording.counts(made.rules.counting)))))
    if section.code in ("paper", "times"):
        told += drafts.supplies(made, _items(offered))
    return render_template(
        "organiser/builder.html",
        section=section,
        cells=drafts.sections_of(made, told)[section.code],
        steps=_steps(section.code),
        number=CODES.index(section.code) + 1,
        kept=drafts.carried(file),
        offers=_offers(made, offered) | {"touched": touched},
        banks=_supply(offered) if section.code == "paper" else [],
        whole=drafts.full_paper(made) if section.code == "paper" else None,
        present=_present(str(file.get("contest", ""))) if section.code == "basics" else None,
        strict=strict,
    )


def _steps(current: str) -> list[dict[str, Any]]:
    named = [(section.code, section.title) for section in SECTIONS] + [(CHECK, _("核对与启用"))]
    return [{"code": code, "title": title, "current": code == current} for code, title in named]


Banks = Mapping[str, tuple[str, tuple[Item, ...]]]


def _banks() -> Banks:
    """{code: (title, items)} of the newest published version of every bank."""
    codes = sorted({version.code for version in stored.list_banks(db()) if version.published_at})
    newest = stored.newest(db(), codes) if codes else {}
    return {code: (found.title, stored.items_of(db(), found.content_hash)) for code, found in newest.items()}


def _items(banks: Banks) -> dict[str, tuple[Item, ...]]:
    return {code: items for code, (_title, items) in banks.items()}


def _offers(made: Draft, banks: Banks) -> dict[str, Any]:
    """What the installation and the draft have to choose from."""
    stages = made.file.get("stages")
    rows = [row for row in stages if isinstance(row, dict)] if isinstance(stages, list) else []
    topics = sorted({item.topic for _title, items in banks.values() for item in items if item.topic})
    return {
        "banks": {
            code: _("%(title)s（%(count)s题）", title=title, count=len(items)) for code, (title, items) in banks.items()
        },
        "stages": {str(row["code"]): str(row.get("title", row["code"])) for row in rows if row.get("code")},
        "topics": dict.fromkeys(topics, ""),
    }


def _supply(banks: Banks) -> list[dict[str, Any]]:
    """What every bank has, in words."""
    return [
        {
            "title": title,
            "count": len(items),
            "kinds": drafts.counted([KINDS[item.kind] for item in items]),
            "difficulties": drafts.counted([item.difficulty.value for item in items]),
            "topics": drafts.counted([item.topic for item in items if item.topic]),
        }
        for title, items in banks.values()
    ]


def _present(slug: str) -> Running | None:
    try:
        return contests.find_contest(db(), slug) if slug else None
    except NotFound:
        return None


def to_confirm(rules: ContestRules, present: Running | None) -> list[tuple[str, str]]:
    """(field, words) of what is only done when somebody says that it is meant."""
    asked = []
    if pressed := pressing(rules.units):
        asked.append(("pressing", _("单位按%(figure)s排名，确有必要，不会变成强制答题", figure=pressed)))
    if rules.extra.is_on:
        asked.append(("spreading", _("分享、邀请换答题机会，确有必要，不会变成摊派")))
    if present is not None:
        asked.append(("replacing", _("要更新已有的竞赛“%(title)s”，不是另建一个", title=present.rules.title)))
    return asked


def _check_page(made: Draft, unticked: bool = False) -> Page:
    """Everything that is wrong, or all that the contest would do."""
    present = running = None
    if made.rules is not None:
        present = _present(made.rules.slug)
        running = contests.count_open(db(), present) if present is not None else 0
        made = _tried(made, made.rules)
    faults = drafts.mendings(made)
    page = render_template(
        "organiser/builder_check.html",
        steps=_steps(CHECK),
        kept=drafts.carried(made.file),
        faults=faults,
        unticked=unticked,
        **(_told(made.rules, present, running or 0) if made.rules is not None and not faults else {}),
    )
    return (page, 400) if unticked else page


def _tried(made: Draft, rules: ContestRules) -> Draft:
    """With what only the installation can find wrong: banks, units, what has begun."""
    try:
        contests.apply_contest(db(), staff.me(), rules, now())
    except BadFile as error:
        return Draft(made.file, rules, drafts.worded(error.faults))
    finally:
        finish_transaction(commit=False)  # it was only tried
    return made


def _told(rules: ContestRules, present: Running | None, running: int) -> dict[str, Any]:
    return {
        "rules": rules,
        "sentences": words.rules_told(rules),
        "calendar": calendar(rules),
        "warnings": drafts.worded(contest_yaml.warnings(rules, _items(_banks()))),
        "asked": to_confirm(rules, present),
        "known": present is not None,
        "running": running,
        "changes": changes(present.rules, rules) if present is not None else [],
        "earlier": present is not None and earlier(present.rules, rules),
    }


def _apply(made: Draft) -> Page:
    """Set up the contest, or bring it in line."""
    if made.rules is None:
        return _check_page(made)
    if any(request.form.get(name) != "yes" for name, _words in to_confirm(made.rules, _present(made.rules.slug))):
        return _check_page(made, unticked=True)
    try:
        contests.apply_contest(db(), staff.me(), made.rules, now())
    except BadFile:
        finish_transaction(commit=False)
        return _check_page(made)
    except Invalid as error:
        finish_transaction(commit=False)
        flash(words.said(error), "wrong")
        return _check_page(made)
    flash(_("“%(title)s”已启用", title=made.rules.title), "right")
    return redirect(url_for("organiser.contest", slug=made.rules.slug))
