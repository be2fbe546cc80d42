"""How made-up people answer: a paper made from its blueprint alone, what comes of each item, how long it takes.

What an answer earns is what `marking.mark` gives for a model item of its kind, so that a rehearsal marks as a contest does.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import exp
from random import Random

from quizapp.rules.contests import Clock, ContestRules
from quizapp.rules.items import Difficulty, Item, Kind
from quizapp.rules.marking import Answer, Marking, mark
from quizapp.rules.numerals import Range
from quizapp.rules.papers import Draw, PaperBlueprint, PaperItem
from quizapp.rules.regions import Region
from quizapp.rules.rehearsal.cast import Person
from quizapp.rules.scoring import Score, SubScore, total

CASES = 20  # what becomes of an item that is not all right, in as many equally likely cases


@dataclass(frozen=True, slots=True)
class Model:
    """An item of a kind with its right answer, answers that are right in parts, and wrong ones; how hard it is beside others
    (in standard deviations), how often blind guessing hits, how many seconds it takes."""

    item: Item
    right: Answer
    parts: tuple[Answer, ...]
    wrong: tuple[Answer, ...]
    hard: float
    guess: float
    seconds: int


def _item(kind: Kind, key: object = None, **more: object) -> Item:
    return Item("", kind, "", key, **more)  # type: ignore[arg-type]


_SINGLE = _item(Kind.SINGLE, (0,))
_MODELS = {
    Kind.SINGLE: Model(_SINGLE, (0,), (), ((1,),), 0, 0.25, 12),
    Kind.MULTIPLE: Model(_item(Kind.MULTIPLE, (0, 1, 2)), (0, 1, 2), ((0, 1), (0,)), ((0, 1, 3), (0, 1, 2, 3)), 0.9, 0.05, 20),
    Kind.JUDGE: Model(_item(Kind.JUDGE, True), True, (), (False,), -0.2, 0.5, 8),
    Kind.BLANK: Model(_item(Kind.BLANK, (("甲",), ("乙",))), ("甲", "乙"), (("甲", ""),), (("", ""),), 0.6, 0, 25),
    Kind.NUMERIC: Model(_item(Kind.NUMERIC, Range(Decimal(1), Decimal(1))), "1", (), ("2",), 0.7, 0, 40),
    Kind.ORDER: Model(_item(Kind.ORDER, (0, 1, 2, 3)), (0, 1, 2, 3), ((0, 1, 3, 2),), ((3, 2, 1, 0),), 0.5, 0.04, 35),
    Kind.MATCH: Model(_item(Kind.MATCH, (0, 1, 2, 3)), (0, 1, 2, 3), ((0, 1, 3, 2),), ((1, 0, 3, 2),), 0.3, 0.04, 35),
    Kind.HOTSPOT: Model(
        _item(Kind.HOTSPOT, regions=(Region("", ((0, 0), (9, 9))), Region("", ((50, 50), (59, 59))))),
        ((5, 5), (55, 55)), (((5, 5),),), (((900, 900),),), 0.6, 0.02, 40,
    ),
    Kind.CASE: Model(
        _item(Kind.CASE, items=(_SINGLE, _SINGLE, _SINGLE)),
        ((0,), (0,), (0,)), (((0,), (0,), (1,)), ((0,), (1,), (1,))), (((1,), (1,), (1,)),), 0.8, 0.02, 120,
    ),
    Kind.ESSAY: Model(_item(Kind.ESSAY), "", (), ("",), 3, 0, 900),
}  # fmt: skip
_HARDER = {Difficulty.EASY: -2.0, Difficulty.MEDIUM: -1.2, Difficulty.HARD: -0.2}
_ANY_KIND = (Kind.SINGLE, Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE)
_ANY_DIFFICULTY = (Difficulty.EASY, Difficulty.MEDIUM, Difficulty.MEDIUM, Difficulty.HARD)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A made-up paper, the same for everybody: its places and items; `levels`: (how hard, guess) of the sorts of item in it;
    `rows`: for each item its level, its points, and what it earns in each case of not being all right."""

    paper: tuple[PaperItem, ...]
    asked: tuple[Item, ...]
    levels: tuple[tuple[float, float], ...]
    rows: tuple[tuple[int, int, tuple[int, ...]], ...]
    ms: int


def make_sheet(blueprint: PaperBlueprint, rules: ContestRules, chance: Random) -> Sheet:
    """A paper without a bank. What a line of the blueprint leaves open is a mixture, some of it of the part that ties look at."""
    asked = [
        (draw, _made_up(draw, rules.scoring.sub_score, chance)) for draw in blueprint.draws for _ in range(draw.count)
    ]
    if blueprint.shuffle_items:
        chance.shuffle(asked)
    marking, levels = rules.scoring.marking, {_level(item): None for _, item in asked}
    order = list(levels)
    return Sheet(
        tuple(PaperItem(draw.bank, n, draw.points) for n, (draw, _) in enumerate(asked)),
        tuple(item for _, item in asked),
        tuple(order),
        tuple(
            (order.index(_level(item)), draw.points, _cases(item.kind, draw.points, marking)) for draw, item in asked
        ),
        sum(1000 * _MODELS[item.kind].seconds for _, item in asked),
    )


def _made_up(draw: Draw, part: SubScore | None, chance: Random) -> Item:
    topic = (part.topic if part and chance.random() < 0.3 else "") if draw.topic is None else draw.topic
    kind = chance.choice(_ANY_KIND) if draw.kind is None else draw.kind
    difficulty = chance.choice(_ANY_DIFFICULTY) if draw.difficulty is None else draw.difficulty
    return _item(kind, topic=topic or "", difficulty=difficulty)


def _level(item: Item) -> tuple[float, float]:
    return _HARDER[item.difficulty] + _MODELS[item.kind].hard, _MODELS[item.kind].guess


def _cases(kind: Kind, points: int, marking: Marking) -> tuple[int, ...]:
    """What an item that is not all right earns: the first case is that it is left blank. An essay's marks come from people."""
    if kind is Kind.ESSAY:
        return tuple(points * (CASES + n) // (2 * CASES + 1) for n in range(CASES + 1))
    model = _MODELS[kind]
    in_parts = CASES // 2 if model.parts else 1
    answers: list[Answer] = [None]
    answers += [model.parts[n % len(model.parts)] for n in range(1, in_parts)]
    answers += [model.wrong[n % len(model.wrong)] for n in range(CASES + 1 - in_parts)]
    return tuple(mark(model.item, answer, points, marking) for answer in answers)


def answer(
    sheet: Sheet, rules: ContestRules, person: Person, before: int, available_ms: int, chance: Random
) -> tuple[Score, int]:
    """(the score of one sitting, the milliseconds it took); `before`: how many sittings this person made earlier."""
    practised = min(before, 8)
    wanted = max(1, round(sheet.ms * person.pace * 0.93**practised * chance.lognormvariate(0, 0.2)))
    missed, wanted = _under_item_clock(rules.clock, wanted, len(sheet.rows))
    reached = len(sheet.rows) if wanted <= available_ms else int(len(sheet.rows) * min(1, 1.2 * available_ms / wanted))
    form = person.ability + 0.12 * practised + chance.gauss(0, 0.3)
    odds = [
        (1 - missed) * (guess + (1 - guess) / (1 + exp(1.4 * (hard - form)))) * 0.995 for hard, guess in sheet.levels
    ]
    draw, marks = chance.random, []
    for level, points, cases in sheet.rows:
        at, right = draw(), odds[level]
        marks.append(points if at < right else cases[int((at - right) / (1 - right) * CASES)])
    marks[reached:] = [cases[0] for _, _, cases in sheet.rows[reached:]]
    time_ms = min(wanted, available_ms)
    hits = [got == points for got, (_, points, _) in zip(marks, sheet.rows, strict=True)]
    return total(sheet.paper, sheet.asked, marks, hits, rules.scoring, time_ms), time_ms


def _under_item_clock(clock: Clock, wanted: int, items: int) -> tuple[float, int]:
    """(the share of items for which the clock of an item is too short, the time then)."""
    if clock.item_ms is None:
        return 0, wanted
    return exp(-2.5 * clock.item_ms * items / wanted), min(wanted, clock.item_ms * items)
