"""Pages of the official."""

from flask import Blueprint

from quizapp.rules.roles import Right
from quizapp.web.access import only

bp = Blueprint("official", __name__, url_prefix="/official")
bp.before_request(only(Right.OVERSEE))
