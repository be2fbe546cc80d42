"""The tables: columns and constraints, no decisions. Times are UTC milliseconds, points hundredths."""

from quizapp.models import accounts, audit, banks, contests, options, organisations, sittings, standings
from quizapp.models.base import Base

__all__ = ["Base", "accounts", "audit", "banks", "contests", "options", "organisations", "sittings", "standings"]
