"""The door of the organisers' pages."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _

from quizapp.errors import BadFile, Fault
from quizapp.rules.roles import Right
from quizapp.web import staff
from quizapp.web.access import only
from quizapp.web.edge import finish_transaction

bp = Blueprint("organiser", __name__, url_prefix="/organiser")
UPLOADS = tuple(f"organiser.{name}" for name in (
    "check_contest", "apply_contest", "upload_bank", "preview_units", "import_units", "import_roster", "codes_file",
))  # fmt: skip


@bp.url_value_preprocessor
def _room(_: str | None, __: dict[str, Any] | None) -> None:
    """Before anything reads the body."""
    staff.make_room(*UPLOADS)


bp.before_request(only(Right.ORGANISE))
bp.context_processor(staff.shell)


def faults_page(error: BadFile, name: str, back_url: str) -> tuple[str, int]:
    """All that is wrong with a file; nothing of it was kept."""
    finish_transaction(commit=False)
    page = render_template("organiser/faults.html", faults=_lines(error.faults), name=name, back_url=back_url)
    return page, 400


def _lines(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Faults for the list: the line stands once, where the message says it too."""
    return [
        {"line": fault.line, "message": fault.message.removeprefix(f"第{fault.line}行").lstrip("：，")}
        for fault in faults
    ]


def unit_tabs(current: str) -> list[dict[str, Any]]:
    words = [
        ("units", _("单位树"), "/organiser/units"),
        ("rosters", _("名册"), "/organiser/rosters"),
        ("posters", _("海报"), "/organiser/posters"),
    ]
    return [{"name": name, "url": url, "current": key == current} for key, name, url in words]
