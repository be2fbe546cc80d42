"""Pages of the organiser."""

from flask import Blueprint

from quizapp.rules.roles import Right
from quizapp.web.access import only

bp = Blueprint("organiser", __name__, url_prefix="/organiser")
bp.before_request(only(Right.ORGANISE))
