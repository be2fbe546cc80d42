"""Pages of the admin."""

from flask import Blueprint

from quizapp.rules.roles import Right
from quizapp.web.access import only

bp = Blueprint("admin", __name__, url_prefix="/admin")
bp.before_request(only(Right.ADMINISTER))
