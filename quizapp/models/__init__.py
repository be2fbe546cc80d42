"""The tables: columns and constraints, no decisions. Times are UTC milliseconds, points hundredths."""

from quizapp.models import (
    accounts,
    admissions,
    audit,
    banks,
    boards,
    contests,
    exports,
    marking,
    options,
    organisations,
    records,
    sittings,
    standings,
)
from quizapp.models.base import Base

__all__ = [
    "Base",
    "accounts",
    "admissions",
    "audit",
    "banks",
    "boards",
    "contests",
    "exports",
    "marking",
    "options",
    "organisations",
    "records",
    "sittings",
    "standings",
]
