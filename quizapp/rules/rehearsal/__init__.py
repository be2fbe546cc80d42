"""Rehearsing a contest: made-up people play its rules before it is published, the same with the same seed.

cast: units and people; visits: when they come; answers: what they answer; play: their sittings; places: what the rules make of
these; figures: what an organiser should look at.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from quizapp.rules import tickets
from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Finished
from quizapp.rules.rehearsal.cast import Cast, MadeUnit, Person, make_cast
from quizapp.rules.rehearsal.places import Commended, PersonPlace, Places, UnitPlace
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
    """What came of it; `held`: person -> stage -> tickets; `seed` (hexadecimal) is that of lots and draws."""

    rules: ContestRules
    cast: Cast
    sittings: tuple[Sat, ...]
    people: tuple[PersonPlace, ...]
    units: tuple[UnitPlace, ...]
    commended: tuple[Commended, ...]
    held: Mapping[str, Mapping[str, int]]
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
    ranked, ranked_units = decides.people(made), decides.unit_places(decides.facts(made))
    held = tickets.by_entry(able, rules.tickets) if rules.tickets else {}
    return Rehearsal(
        rules, cast, tuple(sittings), tuple(ranked), tuple(ranked_units),
        tuple(decides.commended(ranked, ranked_units)), held, tuple(tickets.draw(held, rules.prizes, drawn.hex())), drawn.hex(),
    )  # fmt: skip


def _standing(rules: ContestRules, able: Mapping[str, list[Finished]]) -> Mapping[str, list[Finished]]:
    """The sittings that standings are made of; where each stage is ranked apart, those of the newest that anybody sat."""
    made = {key: counted(rules, sittings) for key, sittings in able.items()}
    if not rules.board.each_stage:
        return made
    order = {stage.code: n for n, stage in enumerate(rules.stages)}
    newest = max((order.get(s.stage, -1) for sittings in made.values() for s in sittings), default=-1)
    return {key: sittings for key, sittings in made.items() if order.get(sittings[0].stage, -1) == newest}
