"""Who plays a rehearsal: made-up units, many of them small, and made-up people with abilities and habits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from quizapp.rules.contests import ContestRules, division_of

AREAS = ("省", "市", "地市", "区县", "县区", "市县", "县", "区", "园区", "乡镇", "镇街", "街道")
"""Kinds of units that stand above others where a quota holds in each of them, the highest first."""

USUAL = ("企业", "学校", "机关")


@dataclass(frozen=True, slots=True)
class MadeUnit:
    """A unit; people belong to those that have none below them. `headcount` is that of everything below."""

    id: int
    code: str
    name: str
    kind: str
    parent: int | None
    headcount: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part: a guest where `unit` is None.

    ability: in standard deviations; pace: of the usual time; zeal: the chance to come on a day; grit: to try once more; earned:
    how often a day somebody follows what this person shares.
    """

    key: str
    unit: int | None
    division: str
    ability: float
    pace: float
    zeal: float
    grit: float
    earned: int


@dataclass(frozen=True, slots=True)
class Cast:
    units: tuple[MadeUnit, ...]
    people: tuple[Person, ...]


def make_cast(rules: ContestRules, people: int, units: int, chance: Random) -> Cast:
    """`people` who take part for `units` units, those above others among them."""
    tree = _tree(rules, units, chance)
    above = {unit.parent for unit in tree}
    leaves = [unit for unit in tree if unit.id not in above]
    weights = [chance.lognormvariate(0, 1.4) for _ in leaves]
    better = {unit.id: chance.gauss(0, 0.35) for unit in leaves}
    made = []
    for number, unit in enumerate(chance.choices(leaves, weights, k=people), start=1):
        guest = rules.entry.guests and chance.random() < 0.03
        key = f"P{number:0{len(str(people))}d}"
        ability = chance.gauss(0, 1) + better[unit.id]
        made.append(_person(key, None if guest else unit, rules, ability, chance))
    return Cast(_counted(tree, made, chance), tuple(made))


def _person(key: str, unit: MadeUnit | None, rules: ContestRules, ability: float, chance: Random) -> Person:
    hasty = chance.random() < 0.03  # clicks through without reading
    return Person(
        key,
        unit.id if unit else None,
        _division(rules, unit, chance),
        ability - (2 if hasty else 0),
        chance.lognormvariate(0, 0.3) * (0.1 if hasty else 1),
        chance.betavariate(1.2, 2.4),
        chance.betavariate(2, 3),
        int(chance.random() < 0.2) * chance.randint(1, 3),
    )


def _division(rules: ContestRules, unit: MadeUnit | None, chance: Random) -> str:
    """Where people choose, any of them."""
    if rules.entry.choose_division:
        return chance.choice(rules.divisions).code
    return division_of(rules, unit.kind if unit else None)


def kinds_of(rules: ContestRules) -> tuple[list[str], list[str]]:
    """(kinds of the units that people belong to, kinds of the units above them, the highest first) that the rules name."""
    named = [kind for rule in rules.commendations for kind in rule.kinds]
    named += [kind for division in rules.divisions for kind in division.unit_kinds]
    quotas = [rule.per_unit for rule in rules.commendations]
    quotas += [stage.promote.per_unit for stage in rules.stages if stage.promote]
    above = [kind for kind in dict.fromkeys(quotas) if kind and (kind in AREAS or kind not in named)]
    own = [kind for kind in dict.fromkeys(named or ("镇街", *USUAL)) if kind not in above]
    return own or [kind for kind in USUAL if kind not in above], sorted(above, key=_height)


def _height(kind: str) -> int:
    return AREAS.index(kind) if kind in AREAS else len(AREAS)


def _tree(rules: ContestRules, count: int, chance: Random) -> list[MadeUnit]:
    own, above = kinds_of(rules)
    levels = [max(1, round(count ** (n / (len(above) + 1)))) for n in range(1, len(above) + 1)]
    if count < 2 * sum(levels) + 1:
        above, levels = [], []
    made: list[MadeUnit] = []
    parents: list[int | None] = [None]
    for kind, size in zip(above, levels, strict=True):
        made += [_unit(len(made) + n, n, kind, parents[n % len(parents)], count) for n in range(size)]
        parents = [unit.id for unit in made[-size:]]
    first = len(made)
    for n in range(count - first):
        kind = own[n] if n < len(own) else chance.choice(own)
        made.append(_unit(first + n, n, kind, parents[n % len(parents)], count))
    return made


def _unit(at: int, number: int, kind: str, parent: int | None, count: int) -> MadeUnit:
    return MadeUnit(at + 1, f"U{at + 1:0{len(str(count))}d}", f"{kind}{number + 1}", kind, parent)


def _counted(tree: Sequence[MadeUnit], people: Sequence[Person], chance: Random) -> tuple[MadeUnit, ...]:
    """The units with head counts: each has its own turnout."""
    came = dict.fromkeys((unit.id for unit in tree), 0)
    for person in people:
        if person.unit is not None:
            came[person.unit] += 1
    above = {unit.parent for unit in tree}
    heads: dict[int, int] = {}
    for unit in reversed(tree):  # those below come after those above them
        if unit.id not in above:
            turnout = max(0.05, chance.betavariate(2.5, 1.5))
            heads[unit.id] = max(came[unit.id], round(came[unit.id] / turnout)) or chance.randint(2, 12)
        if unit.parent is not None:
            heads[unit.parent] = heads.get(unit.parent, 0) + heads[unit.id]
    return tuple(replace(unit, headcount=heads[unit.id]) for unit in tree)
