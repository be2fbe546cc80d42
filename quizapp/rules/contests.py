"""ContestRules: everything a contest file says, as plain data. Times are UTC milliseconds, durations milliseconds."""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from quizapp.rules.commendations import Commendation, Per
from quizapp.rules.counting import Counting, Span, Tie
from quizapp.rules.papers import PaperBlueprint
from quizapp.rules.scoring import Scoring
from quizapp.rules.tickets import Prize, TicketRules
from quizapp.rules.units import UnitRules


class Release(StrEnum):
    """When a contestant sees something."""

    AT_ONCE = "at_once"
    AT_END = "at_end"
    PUBLISHED = "published"  # when the results are published
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


class Ask(StrEnum):
    """What an entry may ask for besides name, phone and unit."""

    ID_NUMBER = "id_number"
    ADDRESS = "address"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Clock:
    """Limits of one sitting: of the whole paper, of each item, or both; at least one is set."""

    paper_ms: int | None = None
    item_ms: int | None = None
    full_time: bool = False  # a late starter gets the full time instead of being cut at closes_at
    grace_ms: int = 2_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How many counted sittings an entry may start; None is no limit. Practice is apart and never counts.

    retakes: further sittings for those who have not passed when the total is used up; cooldown_ms: the wait after a hand-in.
    """

    per_day: int | None = None
    total: int | None = None
    practice_per_day: int = 0
    retakes: int = 0
    cooldown_ms: int = 0


@dataclass(frozen=True, slots=True)
class Extra:
    """Further chances a day for what people do to spread the contest; off unless a file turns them on."""

    share: int = 0  # somebody opened the link that was shared
    invite: int = 0  # somebody entered by it

    @property
    def is_on(self) -> bool:
        return bool(self.share or self.invite)


@dataclass(frozen=True, slots=True)
class Division:
    """A class of contestants ranked apart; by the kind of the unit where `unit_kinds` are given, or chosen by each.

    `blueprint`: its own paper in place of the contest's.
    """

    code: str
    title: str
    unit_kinds: tuple[str, ...] = ()
    blueprint: PaperBlueprint | None = None
    study: bool = False  # what its own papers may ask is published from the start


@dataclass(frozen=True, slots=True)
class Promotion:
    """Who goes on to the next stage: the `best`, or a `share` rounded up, of everybody, of each division, or of each unit of kind
    `per_unit` (一个单位几名)."""

    best: int | None = None
    per_unit: str = ""
    share: Fraction | None = None
    per: Per = Per.WHOLE


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of a contest with a window, paper, clock or limits of its own (a round, a theme of a day, a level, a bank).

    What it leaves out is the contest's. `after`: it is open to those who reached `least` points (hundredths) in another stage.
    A stage that does not count is training. `promote`: who may go on to the stage that follows. `divisions`: only people of
    these may start in it; empty is everybody.
    """

    code: str
    title: str
    opens_at: int | None = None
    last_start: int | None = None
    closes_at: int | None = None
    blueprint: PaperBlueprint | None = None
    clock: Clock | None = None
    limits: Limits | None = None
    after: str = ""
    least: int = 0
    counts: bool = True
    promote: Promotion | None = None
    study: bool = False  # what its own papers may ask is published from its opening on
    divisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryRules:
    doors: tuple[Door, ...] = (Door.LINK, Door.ROSTER, Door.ACCOUNT)
    units: tuple[str, ...] = ()  # codes: only people of these units and those below; empty is everybody
    unit_changes: int = 1
    change_within_ms: int | None = None  # after entering; None is until the end
    minors: bool = False  # class and seat number instead of names; nothing public
    guests: bool = False  # people without a unit may play, and do not count
    ask: tuple[Ask, ...] = ()
    gate: str = ""  # a text that must be read before the first start
    check_in: bool = False  # only who has been checked in may start
    room_code: bool = False  # only with the code told in the room
    choose_division: bool = False  # people say to which division they belong, whatever their unit


@dataclass(frozen=True, slots=True)
class BoardRules:
    people: Board = Board.LIVE
    units: Board = Board.LIVE
    freeze_at: int | None = None
    dense: bool = False  # 1 2 2 3 instead of 1 2 2 4
    each_stage: bool = False  # scores start anew with every stage


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
    study: bool = False  # what its papers may ask is published, with keys, from the start
    limits: Limits = field(default_factory=Limits)
    extra: Extra = field(default_factory=Extra)
    scoring: Scoring = field(default_factory=Scoring)
    counting: Counting = field(default_factory=Counting)
    ties: tuple[Tie, ...] = (Tie.TIME, Tie.FINISH)
    pass_points: int | None = None  # hundredths; None where nobody passes or fails
    stages: tuple[Stage, ...] = ()
    cycle: Span | None = None  # stages by the calendar instead: each day, week (from Monday) or month
    release_score: Release = Release.AT_ONCE
    release_key: Release = Release.AT_ONCE
    divisions: tuple[Division, ...] = ()
    entry: EntryRules = field(default_factory=EntryRules)
    units: UnitRules = field(default_factory=UnitRules)
    board: BoardRules = field(default_factory=BoardRules)
    commendations: tuple[Commendation, ...] = ()
    tickets: TicketRules | None = None
    prizes: tuple[Prize, ...] = ()

    @property
    def full_marks(self) -> int:
        """What one sitting is worth at most, hundredths."""
        return self.scoring.of(self.blueprint)


def division_of(rules: ContestRules, kind: str | None) -> str:
    """The division that the kind of somebody's unit gives; the first where none says anything about kinds.

    Empty where it gives none, as where people choose for themselves.
    """
    if rules.entry.choose_division:
        return ""
    for division in rules.divisions:
        if kind is not None and kind in division.unit_kinds:
            return division.code
    return next((division.code for division in rules.divisions if not division.unit_kinds), "")


def division_named(rules: ContestRules, words: str) -> str:
    """The code of the division with this code or title; empty where there is none."""
    return next((one.code for one in rules.divisions if words in (one.code, one.title)), "")


def needs_division(rules: ContestRules, words: str | None) -> bool:
    """Whether somebody with these words for a division has still to choose one."""
    return rules.entry.choose_division and not division_named(rules, words or "")
