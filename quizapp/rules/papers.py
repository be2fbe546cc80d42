"""PaperBlueprint, and drawing a paper from it by a stored seed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from quizapp.errors import Refused
from quizapp.rules.items import Difficulty, Item, Kind


@dataclass(frozen=True, slots=True)
class Draw:
    """One line of a blueprint: `count` items of a bank that match, each worth `points` (hundredths)."""

    bank: str
    count: int
    points: int
    kind: Kind | None = None
    topic: str | None = None
    difficulty: Difficulty | None = None

    def matches(self, item: Item) -> bool:
        return (
            (self.kind is None or item.kind is self.kind)
            and (self.topic is None or item.topic == self.topic)
            and (self.difficulty is None or item.difficulty is self.difficulty)
        )


@dataclass(frozen=True, slots=True)
class PaperBlueprint:
    """What a paper is made of, in the order in which it is asked unless items are shuffled."""

    draws: tuple[Draw, ...]
    shuffle_items: bool = True
    shuffle_choices: bool = True

    @property
    def total(self) -> int:
        return sum(draw.count for draw in self.draws)

    @property
    def points(self) -> int:
        """Full marks of a paper, hundredths."""
        return sum(draw.count * draw.points for draw in self.draws)


@dataclass(frozen=True, slots=True)
class PaperItem:
    """One place of a frozen paper: the item's bank and index there, its points, and `order[shown] = position in the bank`;
    `parts` are the orders of a case's own items.
    """

    bank: str
    index: int
    points: int
    order: tuple[int, ...] = ()
    parts: tuple[tuple[int, ...], ...] = ()


Paper = tuple[PaperItem, ...]


def shortages(items: Mapping[str, Sequence[Item]], blueprint: PaperBlueprint) -> list[tuple[int, int]]:
    """Lines of the blueprint that the banks cannot fill: (index of the line, items that are missing)."""
    missing = []
    taken: set[tuple[str, int]] = set()
    for number, draw in enumerate(blueprint.draws):
        offered = [
            i for i, item in enumerate(items.get(draw.bank, ())) if draw.matches(item) and (draw.bank, i) not in taken
        ]
        if len(offered) < draw.count:
            missing.append((number, draw.count - len(offered)))
        taken.update((draw.bank, i) for i in offered[: draw.count])
    return missing


@dataclass(frozen=True, slots=True)
class Offer:
    """The items of a bank that one line of a blueprint may take, by index."""

    indices: tuple[int, ...]
    members: frozenset[int]


def askable(items: Mapping[str, Sequence[Item]], blueprint: PaperBlueprint) -> list[tuple[str, Item]]:
    """(bank, item): everything that a paper of this blueprint may ask, each once, in the order of the banks."""
    banks = dict.fromkeys(line.bank for line in blueprint.draws)
    return [
        (bank, item)
        for bank in banks
        for item in items.get(bank, ())
        if any(line.bank == bank and line.matches(item) for line in blueprint.draws)
    ]


def offers(items: Mapping[str, Sequence[Item]], blueprint: PaperBlueprint) -> tuple[Offer, ...]:
    """What each line of the blueprint may choose from: the same for everybody, so it is worth keeping."""
    found = [
        tuple(i for i, item in enumerate(items.get(line.bank, ())) if line.matches(item)) for line in blueprint.draws
    ]
    return tuple(Offer(indices, frozenset(indices)) for indices in found)


def draw(
    items: Mapping[str, Sequence[Item]], blueprint: PaperBlueprint, seed: str, offered: Sequence[Offer] | None = None
) -> Paper:
    """The paper that `seed` gives: the same seed and banks give the same paper on any machine.

    Narrow lines of the blueprint are filled first, so that a broad line never uses up what a narrow one needs.
    Raises Refused when the banks hold too few items.
    """
    chance = Random(hashlib.sha256(seed.encode()).digest())  # noqa: S311 - repeatable on purpose, the seed is secret
    offered = offers(items, blueprint) if offered is None else offered
    taken: dict[str, set[int]] = {line.bank: set() for line in blueprint.draws}
    chosen: list[list[PaperItem]] = [[] for _ in blueprint.draws]
    for number in sorted(range(len(offered)), key=lambda n: len(offered[n].indices)):
        line, gone = blueprint.draws[number], taken[blueprint.draws[number].bank]
        left: Sequence[int] = offered[number].indices
        if not offered[number].members.isdisjoint(gone):
            left = [i for i in left if i not in gone]
        if len(left) < line.count:
            raise Refused("题库“{bank}”的题不够组卷，请联系主办单位", bank=line.bank)
        for index in chance.sample(left, line.count):
            gone.add(index)
            item = items[line.bank][index]
            order = _order(item, blueprint.shuffle_choices, chance)
            parts = tuple(_order(part, blueprint.shuffle_choices, chance) for part in item.items)
            chosen[number].append(PaperItem(line.bank, index, line.points, order, parts))
    paper = [place for line in chosen for place in line]
    if blueprint.shuffle_items:
        chance.shuffle(paper)
    return tuple(paper)


def _order(item: Item, shuffle: bool, chance: Random) -> tuple[int, ...]:
    """How the choices are shown. What is to be ordered or matched is always shuffled, and never shown in its right order."""
    order = list(range(len(item.choices)))
    if shuffle or item.kind in (Kind.ORDER, Kind.MATCH):
        chance.shuffle(order)
    while item.kind is Kind.ORDER and tuple(order) == item.key:
        chance.shuffle(order)
    return tuple(order)
