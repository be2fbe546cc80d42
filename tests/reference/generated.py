"""Contests made up at random: a file, a tree of units, people who answer. Few distinct values, so that ties are common."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import yaml
from generated_file import BANKS, DAYS, OPENS, Question, contest, matching

KINDS = {0: "省", 1: "区县", 2: "镇街"}


@dataclass(frozen=True)
class Place:
    """One place of a paper: which question, for how many points, what was chosen (nothing: not answered)."""

    bank: str
    index: int
    points: str
    chosen: frozenset[int]


@dataclass(frozen=True)
class Sat:
    """One sitting as it happened."""

    entry: str
    unit: str
    stage: str
    started: datetime
    time: timedelta
    paper: tuple[Place, ...]


@dataclass(frozen=True)
class Office:
    """A unit; `bonus` as an official wrote it."""

    code: str
    kind: str
    parent: str | None
    head_count: int | None
    bonus: str | None


@dataclass(frozen=True)
class Case:
    """A contest and all that happened in it. `people`: entry -> division."""

    name: str
    text: str
    seed: str
    offices: tuple[Office, ...]
    people: dict[str, str]
    sat: tuple[Sat, ...]


def case(name: str) -> Case:
    """The case of this name, always the same."""
    chance = Random(name)
    said = contest(chance)
    offices = tree(chance, "bonus" in said.get("units", {}))
    divisions = [division["code"] for division in said.get("divisions", [])] or [""]
    people = {
        str(UUID(int=chance.getrandbits(128), version=4)): chance.choice(divisions)
        for _ in range(chance.randint(2, 11))
    }
    sat = tuple(one for entry in people for one in life(chance, said, entry, offices))
    text = yaml.dump(said, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=1000)
    return Case(name, text, f"{chance.getrandbits(256):064x}", offices, people, sat)


def tree(chance: Random, bonuses: bool) -> tuple[Office, ...]:
    """Three or four levels; leaves hang on towns and on counties."""
    made = [office(chance, "1", 0, None, bonuses)]
    for county in range(chance.randint(1, 2)):
        made.append(office(chance, f"1{county}", 1, "1", bonuses))
        for town in range(chance.randint(1, 2)):
            made.append(office(chance, f"1{county}{town}", 2, f"1{county}", bonuses))
            made += [
                office(chance, f"1{county}{town}{leaf}", 3, f"1{county}{town}", bonuses)
                for leaf in range(chance.randint(0, 2))
            ]
    return tuple(made)


def office(chance: Random, code: str, level: int, parent: str | None, bonuses: bool) -> Office:
    bonus = chance.choice([None, "1", "2.5", "10"]) if bonuses else None
    return Office(
        code,
        KINDS.get(level) or chance.choice(["企业", "企业", "学校"]),
        parent,
        chance.choice([None, None, 2, 8, 8, 20]),
        bonus,
    )


def life(chance: Random, said: dict[str, Any], entry: str, offices: tuple[Office, ...]) -> list[Sat]:
    """What one person did: one to five sittings on a grid of moments, some of them after a move to another unit."""
    zone = ZoneInfo(said["zone"])
    leaves = [each.code for each in offices if not any(other.parent == each.code for other in offices)]
    here = chance.choice(leaves) if chance.random() < 0.8 else chance.choice(offices).code
    made = []
    for moment in sorted(chance.sample(range(DAYS * 4), chance.choice([1, 1, 2, 3, 5]))):
        if chance.random() < 0.2:
            here = chance.choice(leaves)
        started = (OPENS + timedelta(hours=6 * moment)).replace(tzinfo=zone)
        time = timedelta(milliseconds=chance.choice([10_000, 20_000, 20_000, 20_001, 60_000]))
        made.append(Sat(entry, here, stage(said, moment), started, time, answered(chance, said)))
    return made


def stage(said: dict[str, Any], moment: int) -> str:
    return f"s{moment // (DAYS * 4 // 3)}" if "stages" in said else ""


def answered(chance: Random, said: dict[str, Any]) -> tuple[Place, ...]:
    """A paper by the blueprint, and what was chosen: mostly right, sometimes in part, wrong, or nothing."""
    made: list[Place] = []
    for line in said["paper"]["draw"]:
        free = [
            index
            for index in matching(line)
            if (line["bank"], index) not in {(place.bank, place.index) for place in made}
        ]
        for index in chance.sample(free, line["count"]):
            question = BANKS[line["bank"]][index]
            made.append(Place(line["bank"], index, line["points"], chosen(chance, question)))
    return tuple(made)


def chosen(chance: Random, question: Question) -> frozenset[int]:
    what = chance.random()
    if what < 0.55:
        return question.key
    if what < 0.65:
        return frozenset()
    if question.kind == "multiple":
        return frozenset(chance.sample(range(4), chance.randint(1, 4)))
    return frozenset({chance.randrange(4 if question.kind == "single" else 2)})
