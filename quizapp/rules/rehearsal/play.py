"""Made-up people play a contest: who starts what when, within the limits that the rules set for everybody."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from random import Random

from quizapp.errors import Refused
from quizapp.rules import attempts, timing
from quizapp.rules.contests import ContestRules, Stage
from quizapp.rules.counting import Finished, standing
from quizapp.rules.rehearsal.answers import answer
from quizapp.rules.rehearsal.cast import Cast, Person
from quizapp.rules.rehearsal.rounds import Round, once, rounds_of
from quizapp.rules.rehearsal.visits import HOUR, visit, visits
from quizapp.rules.stages import is_unlocked

AT_ONCE = 8  # sittings one after the other
SEEN = 200  # people
Promote = Callable[[Stage, dict[str, list[Finished]]], Collection[str]]


@dataclass(frozen=True, slots=True)
class Sat:
    """One sitting of a rehearsal, of how many hundredths; `counts`: whether it can make a standing."""

    person: Person
    started_at: int
    practice: bool
    of: int
    counts: bool
    made: Finished


@dataclass(slots=True)
class Diary:
    """What one person has done so far, as far as limits look at it."""

    free_at: int = 0
    total: Counter[str] = field(default_factory=Counter)
    today: Counter[tuple[str, str]] = field(default_factory=Counter)
    passed: set[str] = field(default_factory=set)
    full: set[str] = field(default_factory=set)
    ended_at: dict[str, int] = field(default_factory=dict)
    sat: list[Sat] = field(default_factory=list)
    made: list[Finished] = field(default_factory=list)  # without practice


class TooMany(Exception):
    """More sittings than were allowed for."""


def play(rules: ContestRules, cast: Cast, chance: Random, promote: Promote, most: int | None) -> list[Sat]:
    """All sittings, person by person. Raises TooMany where they are more than `most`."""
    diaries = {person.key: Diary() for person in cast.people}
    admitted: dict[str, Collection[str]] = {}
    rounds = rounds_of(rules, chance)
    for level in sorted({one.level for own in rounds.values() for one in own}):
        sittings = 0
        for number, person in enumerate(cast.people, start=1):
            diary, own = diaries[person.key], rounds[person.division]
            theirs = [r for r in own if r.level == level and (not r.before or person.key in admitted[r.before])]
            _come(person, theirs, diary, bool(own) and level > own[0].level, chance)
            sittings += len(diary.sat)
            if most is not None and (sittings > most or _foreseen(sittings, number, len(cast.people)) > 2 * most):
                raise TooMany
        counted = [person.key for person in cast.people if person.unit is not None]
        ended = {r.code: r.stage for own in rounds.values() for r in own if r.level == level and r.stage and r.stage.promote}
        for code, stage in ended.items():
            admitted[code] = promote(stage, {key: [s for s in diaries[key].made if s.stage == code] for key in counted})
    return [sat for diary in diaries.values() for sat in diary.sat]


def _foreseen(sittings: int, of: int, people: int) -> float:
    """How many sittings it will be, once enough people have been seen to tell."""
    return sittings * people / of if of >= SEEN else 0


def _come(person: Person, rounds: Sequence[Round], diary: Diary, again: bool, chance: Random) -> None:
    """One person's visits to some rounds, each visit to every round that is open then; everybody comes once at least."""
    if not rounds:
        return
    zeal = 0.9 if rounds[0].before else person.zeal
    windows = dict.fromkeys(one.days for one in rounds)
    moments = {at for days in windows for at in visits(days, zeal, chance)}
    room = _room(rounds)
    if room is not None and len(moments) > room:
        moments = set(chance.sample(sorted(moments), room))
    if not again and not any(rounds[0].days[0].opens <= at <= rounds[0].days[-1].ends for at in moments):
        moments.add(visit(chance.choice(rounds[0].days), chance))
    for moment in sorted(moments):
        for one in rounds:
            _play_round(person, one, diary, moment, chance)


def _room(rounds: Sequence[Round]) -> int | None:
    """How many visits are of use where sittings are limited in all, so that single ones fall on the last days too."""
    totals = [one.rules.limits.total for one in rounds]
    if None in totals or any(one.rules.limits.practice_per_day for one in rounds):
        return None
    return sum((one.rules.limits.total or 0) + one.rules.limits.retakes for one in rounds)


def _play_round(person: Person, one: Round, diary: Diary, moment: int, chance: Random) -> None:
    """Some sittings one after the other, after some practice, as long as the rules and the person's patience allow."""
    rules, limits = one.rules, one.rules.limits
    sit = partial(_sit, person, one, diary, chance)
    if max(moment, diary.free_at) > rules.last_start or moment < rules.opens_at:
        return
    for _ in range(chance.randint(0, min(2, limits.practice_per_day))):
        sit(moment, practice=True)
    for _ in range(AT_ONCE):
        if one.code in diary.full and once(rules) and chance.random() < 0.9:
            return
        sat = sit(moment, practice=False)
        if sat is None or chance.random() > person.grit:
            return


def _sit(person: Person, one: Round, diary: Diary, chance: Random, moment: int, *, practice: bool) -> Sat | None:
    """One sitting, begun as soon as the one before allows; None where the rules refuse it."""
    rules, line = one.rules, attempts.track(one.code, practice=practice)
    now = max(moment, diary.free_at + round(chance.uniform(3_000, 60_000)) if diary.free_at else 0)
    ready = diary.ended_at.get(line, 0) + (0 if practice else rules.limits.cooldown_ms)
    now = max(now, ready) if ready - now < HOUR else now
    if not _may(person, one, diary, line, now, practice=practice):
        return None
    end = timing.deadline(rules, now)
    score, time_ms = answer(one.sheet, rules, person, len(diary.sat), max(1, end - now), chance)
    diary.total[line] += 1
    made = Finished(
        score.points, time_ms, now + time_ms, day_of(rules.zone, now // _QUARTER), diary.total[line], person.unit, one.code,
        score.valid, score.sub_points, score.right, len(one.sheet.rows), score.points == score.of,
    )  # fmt: skip
    counts = not practice and person.unit is not None and (one.stage is None or one.stage.counts)
    sat = Sat(person, now, practice, score.of, counts, made)
    _write(diary, sat, line, rules)
    return sat


def _may(person: Person, one: Round, diary: Diary, line: str, now: int, *, practice: bool) -> bool:
    """Whether the rules let this person start now."""
    rules, day = one.rules, day_of(one.rules.zone, now // _QUARTER)
    if not (rules.opens_at <= now <= rules.last_start and now >= one.since):
        return False
    if one.stage is not None and not is_unlocked(one.stage, diary.made):
        return False
    earned = attempts.earned(rules.extra, person.earned, 0)
    taken = attempts.Taken(
        diary.total[line], diary.today[line, day], line in diary.passed, diary.ended_at.get(line), earned
    )
    try:
        attempts.check_left(rules.limits, taken, now, practice=practice)
    except Refused:
        return False
    return True


def _write(diary: Diary, sat: Sat, line: str, rules: ContestRules) -> None:
    diary.today[line, sat.made.day] += 1
    diary.free_at = diary.ended_at[line] = sat.made.finished_at
    diary.sat.append(sat)
    if not sat.practice:
        diary.made.append(sat.made)
    if sat.made.full and not sat.practice:
        diary.full.add(sat.made.stage)
    if rules.limits.retakes and not sat.practice:
        made = [one for one in diary.made if one.stage == sat.made.stage]
        passed = standing(made, rules.counting, rules.ties, rules.pass_points).passed
        (diary.passed.add if passed else diary.passed.discard)(line)


_QUARTER = 900_000  # no zone changes its day within a quarter of an hour


@lru_cache(maxsize=40_000)
def day_of(zone: str, quarter: int) -> str:
    return timing.contest_day(zone, quarter * _QUARTER)


def by_person(sittings: Iterable[Sat]) -> dict[str, list[Finished]]:
    """Those that can make a standing."""
    found: dict[str, list[Finished]] = defaultdict(list)
    for sat in sittings:
        if sat.counts:
            found[sat.person.key].append(sat.made)
    return found
