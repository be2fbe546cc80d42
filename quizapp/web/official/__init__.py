"""Pages of the official: results and people of one's own subtree, each list also as a file."""

from quizapp.web.official import bonuses, essays, exports, people, units
from quizapp.web.official.door import bp

__all__ = ["bonuses", "bp", "essays", "exports", "people", "units"]
