"""ContestRules: everything a contest file says, as plain data. Times are UTC milliseconds, durations milliseconds."""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from quizapp.rules.marking import Marking
from quizapp.rules.papers import PaperBlueprint


class Counts(StrEnum):
    """Which sittings make the standing of an entry."""

    BEST = "best"
    LAST = "last"
    SUM_OF_DAYS = "sum_of_days"  # the best of each day, added up


class Tie(StrEnum):
    """What is compared after points, in the order given; what is still equal shares the place."""

    TIME = "time"  # less time used by what counts
    FINISH = "finish"  # the earlier hand-in


class Release(StrEnum):
    """When a contestant sees something."""

    AT_ONCE = "at_once"
    AT_END = "at_end"
    NEVER = "never"


class Board(StrEnum):
    """What the public sees of the standings."""

    LIVE = "live"
    HIDDEN = "hidden"


class Door(StrEnum):
    """How people may come in."""

    LINK = "link"
    ROSTER = "roster"
    ACCOUNT = "account"


class Metric(StrEnum):
    """A figure of a unit by which units can be ranked; rates and means on a scale of 0 to 100."""

    MEAN = "mean"
    RATE = "rate"
    PEOPLE = "people"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Clock:
    """Limits of one sitting: of the whole paper, of each item, or both; at least one is set."""

    paper_ms: int | None = None
    item_ms: int | None = None
    full_time: bool = False  # a late starter gets the full time instead of being cut at closes_at
    grace_ms: int = 2_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How many counted sittings an entry may start; None is no limit. Practice is apart and never counts."""

    per_day: int | None = None
    total: int | None = None
    practice_per_day: int = 0


@dataclass(frozen=True, slots=True)
class Division:
    """A class of contestants ranked apart; chosen by the kind of the unit where `unit_kinds` are given."""

    code: str
    title: str
    unit_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryRules:
    doors: tuple[Door, ...] = (Door.LINK, Door.ROSTER, Door.ACCOUNT)
    units: tuple[str, ...] = ()  # codes: only people of these units and those below; empty is everybody
    unit_changes: int = 1
    minors: bool = False  # class and seat number instead of names; nothing public


@dataclass(frozen=True, slots=True)
class UnitRules:
    """How units are ranked: a weighted sum of metrics, and what a unit needs to get a place."""

    weights: tuple[tuple[Metric, Fraction], ...] = ((Metric.MEAN, Fraction(1)),)
    min_people: int = 1
    min_rate: Fraction | None = None  # 1 = everybody
    min_mean: int | None = None  # hundredths of a point
    hide_mean_below: int = 5  # people; a smaller unit's mean would give away its people

    @property
    def by_mean(self) -> bool:
        """Whether the mean decides about places."""
        return any(metric is Metric.MEAN for metric, _ in self.weights)

    @property
    def least_people(self) -> int:
        """How many participants a unit needs for a place: a mean that is hidden cannot be ranked by."""
        return max(self.min_people, self.hide_mean_below if self.by_mean else 1)


@dataclass(frozen=True, slots=True)
class BoardRules:
    people: Board = Board.LIVE
    units: Board = Board.LIVE
    freeze_at: int | None = None


@dataclass(frozen=True, slots=True)
class ContestRules:
    slug: str
    title: str
    opens_at: int
    last_start: int
    closes_at: int
    blueprint: PaperBlueprint
    clock: Clock
    zone: str = "Asia/Shanghai"
    about: str = ""
    organiser: str = ""
    telephone: str = ""
    limits: Limits = field(default_factory=Limits)
    marking: Marking = field(default_factory=Marking)
    counts: Counts = Counts.BEST
    ties: tuple[Tie, ...] = (Tie.TIME, Tie.FINISH)
    pass_points: int | None = None  # hundredths; None where nobody passes or fails
    release_score: Release = Release.AT_ONCE
    release_key: Release = Release.AT_ONCE
    divisions: tuple[Division, ...] = ()
    entry: EntryRules = field(default_factory=EntryRules)
    units: UnitRules = field(default_factory=UnitRules)
    board: BoardRules = field(default_factory=BoardRules)
