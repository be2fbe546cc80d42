"""Rehearsing a contest: made-up people play its rules before it is published, the same with the same seed.

cast: units and people; visits: when they come; answers: what they answer; rounds: what they can play when; play:
their sittings; places: what the rules make of these; figures: what an organiser should look at.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from quizapp.rules import tickets
from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Finished
from quizapp.rules.rehearsal.cast import Cast, MadeUnit, Person, make_cast
from quizapp.rules.rehearsal.commended import Commended, commended
from quizapp.rules.rehearsal.places import PersonPlace, Places, UnitPlace
from quizapp.rules.rehearsal.play import Sat, TooMany, by_person, play
from quizapp.rules.stages import counted, stages_of

__all__ = [
    "Cast",
    "Commended",
    "MadeUnit",
    "Person",
    "PersonPlace",
    "Rehearsal",
    "Sat",
    "TooMany",
    "UnitPlace",
    "rehearse",
    "usual_units",
]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of it; `held`: person -> stage -> tickets; `pools`: those that are in the draw of each prize; `excepted`: who would
    hold tickets but for a commendation, and which; `seed` (hexadecimal) is that of lots and draws."""

    rules: ContestRules
    cast: Cast
    sittings: tuple[Sat, ...]
    people: tuple[PersonPlace, ...]
    units: tuple[UnitPlace, ...]
    commended: tuple[Commended, ...]
    held: tickets.Held
    pools: tuple[tuple[tickets.Prize, tickets.Held], ...]
    excepted: Mapping[str, str]
    winners: tuple[tickets.Winner, ...]
    seed: str


def usual_units(people: int) -> int:
    """How many units so many people usually come from."""
    return max(1, min(1000, people // 20))


def rehearse(
    rules: ContestRules, people: int, units: int | None = None, seed: str = "1", most: int | None = None
) -> Rehearsal:
    """Play a contest with `people` made-up people of `units` units. Raises TooMany where that makes more than `most` sittings."""
    rules = replace(rules, stages=stages_of(rules), cycle=None)  # found once, not for every sitting
    drawn = hashlib.sha256(seed.encode()).digest()
    chance = Random(drawn)  # noqa: S311 - repeatable on purpose
    cast = make_cast(rules, people, units or usual_units(people), chance)
    decides = Places(rules, cast, drawn.hex())
    sittings = play(
        rules, cast, chance, lambda stage, made: decides.promoted(stage.promote, made) if stage.promote else (), most
    )
    able = by_person(sittings)
    made = _standing(rules, able)
    ranked, facts = decides.people(made), decides.facts(made)
    found = tuple(commended(decides, ranked, facts, able))
    return Rehearsal(
        rules, cast, tuple(sittings), tuple(ranked), tuple(decides.unit_places(facts)), found,
        *_draw(rules, able, found, drawn.hex()), drawn.hex(),
    )  # fmt: skip


Draw = tuple[tickets.Held, tuple[tuple[tickets.Prize, tickets.Held], ...], dict[str, str], tuple[tickets.Winner, ...]]


def _draw(rules: ContestRules, able: Mapping[str, list[Finished]], found: Sequence[Commended], seed: str) -> Draw:
    """Who holds tickets, those of each prize, who would hold any but for a commendation, and who wins."""
    if rules.tickets is None:
        return {}, (), {}, ()
    titles = {
        decision.key: one.rule.title
        for one in found
        for decision in one.decisions
        if one.rule.title in rules.tickets.excepted and decision.grade is not None
    }
    excepted = {key: titles[key] for key in tickets.by_entry(able, rules.tickets) if key in titles}
    able = {key: made for key, made in able.items() if key not in titles}
    pools = tickets.pools(able, rules.tickets, rules.prizes)
    winners = tickets.draw(pools, seed, [stage.code for stage in rules.stages], rules.tickets.wins)
    return tickets.by_entry(able, rules.tickets), tuple(pools), excepted, tuple(winners)


def _standing(rules: ContestRules, able: Mapping[str, list[Finished]]) -> Mapping[str, list[Finished]]:
    """The sittings that standings are made of; where each stage is ranked apart, those of the newest that anybody sat."""
    made = {key: counted(rules, sittings) for key, sittings in able.items()}
    if not rules.board.each_stage:
        return made
    order = {stage.code: n for n, stage in enumerate(rules.stages)}
    newest = max((order.get(s.stage, -1) for sittings in made.values() for s in sittings), default=-1)
    return {key: sittings for key, sittings in made.items() if order.get(sittings[0].stage, -1) == newest}
