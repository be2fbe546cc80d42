"""Pages of the liaison."""

from flask import Blueprint

from quizapp.rules.roles import Right
from quizapp.web.access import only

bp = Blueprint("liaison", __name__, url_prefix="/liaison")
bp.before_request(only(Right.OVERSEE))
