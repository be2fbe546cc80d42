"""Pages of the organiser: contests, banks, units, rosters, posters, and what people could not do by themselves."""

from quizapp.web.organiser import (
    acts,
    banks,
    builder,
    clocks,
    contests,
    essays,
    files,
    keying,
    posters,
    printed,
    rehearsal,
    review,
    rooms,
    rosters,
    units,
)
from quizapp.web.organiser.door import bp

__all__ = [
    "acts",
    "banks",
    "bp",
    "builder",
    "clocks",
    "contests",
    "essays",
    "files",
    "keying",
    "posters",
    "printed",
    "rehearsal",
    "review",
    "rooms",
    "rosters",
    "units",
]
