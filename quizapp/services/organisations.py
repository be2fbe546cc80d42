"""The tree of units: finding one's unit, what lies under whom, how it was at a past moment."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizapp.errors import NotFound
from quizapp.models.organisations import Unit, UnitState

MANY = 5_000  # units, beyond which looking at all of them takes a quarter of a second


@dataclass(frozen=True, slots=True)
class Node:
    """A unit as it was at one moment."""

    id: int
    code: str
    name: str
    kind: str | None
    parent_id: int | None
    headcount: int | None


@dataclass(frozen=True, slots=True)
class Tree:
    """All units at one moment."""

    nodes: Mapping[int, Node]
    parents: Mapping[int, int | None]
    children: Mapping[int | None, Sequence[int]]

    def headcount(self, unit_id: int) -> int | None:
        """The unit's own figure; without one the sum of its children's where every child has one."""
        own = self.nodes[unit_id].headcount
        below = self.children.get(unit_id, ())
        if own is not None or not below:
            return own
        counts = [self.headcount(child) for child in below]
        return None if None in counts else sum(count for count in counts if count is not None)

    def below(self, unit_id: int | None) -> list[int]:
        """Every unit under this one, without itself; under None all."""
        found: list[int] = []
        waiting = list(self.children.get(unit_id, ()))
        while waiting:
            unit = waiting.pop()
            found.append(unit)
            waiting.extend(self.children.get(unit, ()))
        return found


def tree(session: Session, as_of: int | None = None) -> Tree:
    """The tree now, or as it was at a past moment."""
    if as_of is None:
        rows = session.execute(select(Unit.id, Unit.code, Unit.name, Unit.kind, Unit.parent_id, Unit.headcount))
        nodes = {row[0]: Node(*row) for row in rows}
    else:
        latest = (
            select(func.max(UnitState.id)).where(UnitState.from_at <= as_of).group_by(UnitState.unit_id).scalar_subquery()
        )
        rows = session.execute(
            select(Unit.id, Unit.code, UnitState.name, UnitState.kind, UnitState.parent_id, UnitState.headcount)
            .join(UnitState, UnitState.unit_id == Unit.id)
            .where(UnitState.id.in_(latest))
        )
        nodes = {row[0]: Node(*row) for row in rows}
    children: dict[int | None, list[int]] = defaultdict(list)
    for node in sorted(nodes.values(), key=lambda n: n.code):
        children[node.parent_id].append(node.id)
    return Tree(nodes, {n.id: n.parent_id for n in nodes.values()}, children)


def are_many(session: Session) -> bool:
    """Whether looking at every unit is work for a process of its own."""
    return session.scalar(select(Unit.id).order_by(Unit.id).offset(MANY).limit(1)) is not None


def search_text(name: str, aliases: Sequence[str], code: str) -> str:
    """What a unit is found by: its name, aliases, code and the initials of their pinyin, folded."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - 50 MB of phrases that only an import of units needs

    texts = [name, *aliases]
    initials = ["".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors="default")) for text in texts]
    return " ".join([*texts, code, *initials]).casefold()[:600]


def list_units(session: Session, under: str | None = None) -> list[tuple[Unit, str | None]]:
    """Every unit of a subtree with its parent's code, parents first."""
    query = select(Unit)
    if under is not None:
        top = find_unit(session, under)
        query = query.where(Unit.path.startswith(top.path, autoescape=True))
    units = list(session.scalars(query.order_by(Unit.path)))
    codes = dict(session.execute(select(Unit.id, Unit.code)).all())
    return [(unit, codes.get(unit.parent_id) if unit.parent_id else None) for unit in sorted(units, key=lambda u: u.code)]


def find_unit(session: Session, code: str) -> Unit:
    """Raises NotFound."""
    unit = session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise NotFound("没有编码为“{code}”的单位", code=code)
    return unit


def unit_by_link(session: Session, link: str) -> Unit:
    unit = session.scalar(select(Unit).where(Unit.link == link.lower()))
    if unit is None:
        raise NotFound("这个二维码或链接不对，请向单位联络员要新的")
    return unit


def line_names(session: Session, unit: Unit) -> list[str]:
    """The names from the top of the tree down to the unit itself."""
    return [above.name for above in line(session, unit)]


def search_units(session: Session, words: str, within: Iterable[str] = (), limit: int = 20) -> list[Unit]:
    """Units whose name, alias, code or pinyin initials contain every word; leaves and deeper units first."""
    query = select(Unit)
    for word in words[:60].casefold().split()[:5]:
        query = query.where(Unit.search.contains(word, autoescape=True))
    paths = [find_unit(session, code).path for code in within]
    found = session.scalars(query.order_by(func.length(Unit.path).desc(), Unit.name).limit(limit if not paths else 2000))
    units = [unit for unit in found if not paths or any(unit.path.startswith(path) for path in paths)]
    return units[:limit]


def unit_by_id(session: Session, unit_id: str) -> Unit:
    """The unit of a form's hidden field. Raises NotFound."""
    unit = session.get(Unit, int(unit_id)) if unit_id.isascii() and unit_id.isdigit() and len(unit_id) < 10 else None
    if unit is None:
        raise NotFound("没有这个单位")
    return unit


def name_of(session: Session, unit_id: int | None) -> str | None:
    return None if unit_id is None else session.scalar(select(Unit.name).where(Unit.id == unit_id))


def line(session: Session, unit: Unit) -> list[Unit]:
    """The units from the top of the tree down to this one."""
    ids = [int(part) for part in unit.path.strip("/").split("/") if part]
    units = {found.id: found for found in session.scalars(select(Unit).where(Unit.id.in_(ids)))}
    return [units[unit_id] for unit_id in ids]
