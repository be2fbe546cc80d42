"""The door of the administrators' pages."""

from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _

from quizapp.rules.roles import Right
from quizapp.web import staff
from quizapp.web.access import only

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.before_request(only(Right.ADMINISTER))
bp.context_processor(staff.shell)


def tabs(current: str) -> list[dict[str, Any]]:
    told = [
        ("home", _("账号")), ("settings", _("页脚和隐私")), ("audit", _("操作记录")), ("backup", _("备份")),
    ]  # fmt: skip
    return [{"name": name, "url": url_for(f"admin.{end}"), "current": end == current} for end, name in told]
