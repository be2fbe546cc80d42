"""Who holds how many draw tickets, and the draw itself, which anybody can recompute from the published seed."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from quizapp.rules.counting import Finished, latest
from quizapp.rules.scoring import Condition

EVERY = Condition()
Held = Mapping[str, Mapping[str, int]]
"""Entry -> stage -> how many tickets."""


class Wins(StrEnum):
    """Within what somebody wins at most once."""

    CONTEST = "contest"
    STAGE = "stage"  # the draws of each stage; those of the whole contest are apart


@dataclass(frozen=True, slots=True)
class TicketRules:
    """Which sittings earn draw tickets (抽奖机会), and how many at most; None is no limit.

    when: what a sitting has to reach; per_right: one ticket for so many right items instead of one a sitting; stages: instead,
    one ticket for good sittings in so many different stages (集齐). excepted: titles of commendations of people, who hold none.
    """

    when: Condition = field(default_factory=Condition)
    per_right: int | None = None
    stages: int | None = None
    per_day: int | None = None
    per_stage: int | None = None
    total: int | None = None
    excepted: tuple[str, ...] = ()
    wins: Wins = Wins.CONTEST


@dataclass(frozen=True, slots=True)
class Prize:
    """What is drawn: `count` winners among the tickets of the contest, or of each stage where `each_stage`; `when`: only among
    those that sittings earn which reach this too."""

    title: str
    count: int
    each_stage: bool = False
    when: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True)
class Winner:
    """The holder of a winning ticket; `stage` is empty for prizes of the whole contest."""

    prize: str
    stage: str
    order: int
    entry: str
    ticket: str


def tickets(sittings: Iterable[Finished], rules: TicketRules) -> dict[str, int]:
    """Stage -> how many tickets one entry holds from it."""
    made = sorted((s for s in sittings if s.valid), key=latest)
    good = [s for s in made if rules.when.holds(s.points, s.right, s.total, s.time_ms)]
    if rules.stages is not None:
        return {"": 1} if len({s.stage for s in good}) >= rules.stages else {}
    held: Counter[str] = Counter()
    days: Counter[str] = Counter()
    for sitting in good:
        earned = 1 if rules.per_right is None else sitting.right // rules.per_right
        caps = ((rules.per_day, days[sitting.day]), (rules.per_stage, held[sitting.stage]), (rules.total, held.total()))
        earned = min([earned, *(limit - used for limit, used in caps if limit is not None)])
        days[sitting.day] += earned
        held[sitting.stage] += earned
    return {stage: count for stage, count in held.items() if count}


def draw(
    pools: Sequence[tuple[Prize, Held]], seed: str, stages: Sequence[str] = (), wins: Wins = Wins.CONTEST
) -> list[Winner]:
    """Winners in the order of the prizes, each with the tickets that are in its draw, and of the contest's `stages`.

    Every ticket (entry, stage, number) is given HMAC-SHA256(seed, "prize/stage/entry/number"); the smallest win. `seed` is the
    committed one, hexadecimal. Nobody wins twice within what `wins` says.
    """
    winners: list[Winner] = []
    won: set[tuple[str, str]] = set()
    for prize, held in pools:
        for stage in drawn_in(prize, held, stages):
            before, scope = len(winners), stage if wins is Wins.STAGE else ""
            for _, ticket, entry in _shuffled(held, prize, stage, seed):
                if len(winners) - before == prize.count:
                    break
                if (scope, entry) not in won:
                    won.add((scope, entry))
                    winners.append(Winner(prize.title, stage, len(winners) - before + 1, entry, ticket))
    return winners


def drawn_in(prize: Prize, held: Held, stages: Sequence[str]) -> list[str]:
    """The stages in which a prize is drawn, in their order: those that anybody holds tickets of; one draw without a name else."""
    if not (prize.each_stage and stages):
        return [""]
    there = {stage for of in held.values() for stage in of}
    return [stage for stage in stages if stage in there]


def pools(
    sittings: Mapping[str, Sequence[Finished]], rules: TicketRules, prizes: Sequence[Prize]
) -> list[tuple[Prize, Held]]:
    """Each prize with the tickets that are in its draw."""
    return [(prize, by_entry(sittings, rules, prize.when)) for prize in prizes]


def _shuffled(held: Held, prize: Prize, stage: str, seed: str) -> list[tuple[bytes, str, str]]:
    found = []
    for entry, of in held.items():
        for where, count in of.items():
            for number in range(1, count + 1) if not prize.each_stage or where == stage else ():
                ticket = f"{prize.title}/{where}/{entry}/{number}"
                found.append((hmac.digest(bytes.fromhex(seed), ticket.encode(), hashlib.sha256), ticket, entry))
    return sorted(found)


def by_entry(
    sittings: Mapping[str, Sequence[Finished]], rules: TicketRules, also: Condition = EVERY
) -> dict[str, dict[str, int]]:
    """The tickets of those who hold any. `also`: what sittings have to reach besides, as for a prize with a condition of its own;
    the limits then hold among these."""
    held = {
        entry: tickets([s for s in made if also.holds(s.points, s.right, s.total, s.time_ms)], rules)
        for entry, made in sittings.items()
    }
    return {entry: found for entry, found in held.items() if found}
