"""Pages of the administrator: accounts, the texts below every page, the log, backup."""

from quizapp.web.admin import accounts, system
from quizapp.web.admin.door import bp

__all__ = ["accounts", "bp", "system"]
