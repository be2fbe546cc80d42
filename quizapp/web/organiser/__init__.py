"""Pages of the organiser: contests, banks, units, rosters, posters, and what people could not do by themselves."""

from quizapp.web.organiser import banks, contests, files, posters, review, rosters, units
from quizapp.web.organiser.door import bp

__all__ = ["banks", "bp", "contests", "files", "posters", "review", "rosters", "units"]
