"""Units as staff see them: a list with what stands above it, one unit explained, participants by town and kind."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import Session

from quizapp.models.organisations import Unit
from quizapp.rules.aggregation import ROOT
from quizapp.rules.units import Facts, Figures
from quizapp.services import results
from quizapp.services.contests import Running
from quizapp.services.organisations import Tree, tree
from quizapp.services.results import PersonResult, UnitResult


@dataclass(frozen=True, slots=True)
class UnitTable:
    """The units of a list; `whole` is what stands above them with each person counted once."""

    rows: list[UnitResult]
    whole: Figures
    kinds: list[str]
    with_children: frozenset[int]


@dataclass(frozen=True, slots=True)
class UnitCheck:
    """One unit with everything its place rests on; `among` is the list it is placed in, `ahead` the value one place up."""

    row: UnitResult
    among: int
    ahead: Fraction | None
    below: list[UnitResult]
    kind: str = ""  # the list holds the units of this kind; empty: those beside the unit


def unit_table(
    session: Session, contest: Running, *, under: Unit | None = None, kind: str = "", as_of: int | None = None
) -> UnitTable:
    """Units with places within the list, and the figure above them."""
    whole, facts = _facts(session, contest, as_of)
    top = under.id if under else None
    rows = results.rank_units(whole, facts, contest.rules, results.listed(whole, top, kind))
    kinds = sorted({whole.nodes[unit].kind or "" for unit in whole.below(top)} - {""})
    inner = frozenset(row.unit_id for row in rows if whole.children.get(row.unit_id))
    return UnitTable(rows, facts.get(top or ROOT, Facts()).figures, kinds, inner)


def _facts(session: Session, contest: Running, as_of: int | None) -> tuple[Tree, dict[int, Facts]]:
    whole = tree(session, as_of)
    return whole, results.unit_facts(session, contest, whole, as_of)


def unit_check(
    session: Session, contest: Running, unit: Unit, *, compared: bool,
    under: Unit | None = None, kind: str = "", as_of: int | None = None,
) -> UnitCheck | None:  # fmt: skip
    """Everything that one unit's place rests on; None where it did not exist yet.

    `compared` with those of `kind` below `under` where it is one of them, as in their list, else with the units beside it.
    """
    whole, facts = _facts(session, contest, as_of)
    if unit.id not in whole.nodes:
        return None
    below = results.rank_units(whole, facts, contest.rules, results.listed(whole, unit.id, ""))
    if not compared:
        return UnitCheck(results.unit_result(whole, facts, contest.rules, unit.id), 0, None, below)
    beside = results.listed(whole, under.id if under else None, kind) if kind else []
    kind = kind if unit.id in beside else ""
    if not kind:
        beside = results.listed(whole, whole.parents[unit.id], "")
    rows = results.rank_units(whole, facts, contest.rules, beside)
    row = next(row for row in rows if row.unit_id == unit.id)
    better = [
        other.value
        for other in rows
        if row.place and other.place and other.place < row.place and other.value is not None
    ]
    return UnitCheck(row, len(rows), min(better, default=None), below, kind)


def by_town_and_kind(
    session: Session, contest: Running, people: Iterable[PersonResult], under: Unit | None, as_of: int | None = None
) -> list[dict[str, object]]:
    """Participants by the unit under `under` that they belong to, and by the kind of their own unit; also where nobody is."""
    whole = tree(session, as_of)
    by_code = {node.code: node for node in whole.nodes.values()}
    names = Counter(node.name for node in whole.nodes.values())
    cells: Counter[tuple[int, str, str]] = Counter()
    order = {unit: number for number, unit in enumerate(whole.children.get(under.id if under else None, ()))}
    kinds = {whole.nodes[unit].kind or "" for unit in whole.below(under.id if under else None)} - {""}
    for unit, number in order.items():
        cells.update({(number, _label(whole, names, unit), kind): 0 for kind in kinds})
    for person in people:
        node = by_code.get(person.unit_code or "")
        town = node.id if node else None
        while town is not None and town not in order:
            town = whole.parents[town]
        label = "本级" if node and town is None else ""
        if town is not None:
            label = _label(whole, names, town)
        cells[(order.get(town or 0, len(order)), label, node.kind or "" if node else "")] += 1
    return [{"单位": town, "类型": kind, "参与人数": count} for (_, town, kind), count in sorted(cells.items())]


def _label(whole: Tree, names: Counter[str], unit: int) -> str:
    """A unit's name, with its code where others are called the same."""
    found = whole.nodes[unit]
    return found.name if names[found.name] == 1 else f"{found.name}（{found.code}）"
