"""Changing the tree of units."""

import pytest
from factories import World
from sqlalchemy import select

from quizapp.errors import BadFile
from quizapp.models.organisations import Unit
from quizapp.rules.rows import UnitRow
from quizapp.services import organisations, unit_imports
from quizapp.services.audit import CLI


def test_a_unit_never_gets_under_its_own_descendant(world: World) -> None:
    with pytest.raises(BadFile), world.database.write() as session:
        unit_imports.import_units(session, CLI, [UnitRow(2, "示例县", "9901", parent="99010101")], "u.csv", world.clock())
    with world.database.read() as session:
        assert organisations.find_unit(session, "99010101").path.count("/") == 5


def test_a_circle_within_a_file_is_told(world: World) -> None:
    rows = [UnitRow(2, "甲", "A", parent="B"), UnitRow(3, "乙", "B", parent="A")]
    with pytest.raises(BadFile), world.database.write() as session:
        unit_imports.import_units(session, CLI, rows, "u.csv", world.clock())


def test_a_new_unit_is_the_one_under_its_own_parent(world: World) -> None:
    with world.database.write() as session:
        west = unit_imports.add_unit(session, CLI, UnitRow(0, "中心小学", parent="990102"), world.clock())
        east = unit_imports.add_unit(session, CLI, UnitRow(0, "中心小学", parent="990101"), world.clock())
        assert (west.code[:6], east.code[:6]) == ("990102", "990101") and west.id != east.id


def test_moves_and_head_counts_are_dated(world: World) -> None:
    before = world.clock()
    world.clock.pass_(days=1)
    with world.database.write() as session:
        unit_imports.import_units(
            session, CLI, [UnitRow(2, "东一厂", "99010101", parent="990102", headcount=12)], "u.csv", world.clock()
        )
    with world.database.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "99010101")).one()
        then, now = organisations.tree(session, before), organisations.tree(session, world.clock())
        towns = {u.code: u.id for u in session.scalars(select(Unit))}
        assert (then.parents[unit.id], then.nodes[unit.id].headcount) == (towns["990101"], 10)
        assert (now.parents[unit.id], now.nodes[unit.id].headcount) == (towns["990102"], 12)
        assert organisations.tree(session).parents[unit.id] == towns["990102"]


def test_an_empty_cell_leaves_what_is_there(world: World) -> None:
    with world.database.write() as session:
        report = unit_imports.import_units(session, CLI, [UnitRow(2, "东一厂", "99010101")], "u.csv", world.clock())
        assert report.same == 1 and organisations.find_unit(session, "99010101").headcount == 10


def test_names_stand_for_parents_where_they_are_one(world: World) -> None:
    with world.database.write() as session:
        unit_imports.import_units(session, CLI, [UnitRow(2, "新厂", parent="东镇")], "u.csv", world.clock())
        assert organisations.search_units(session, "xc")[0].code == "990101001"
    with pytest.raises(BadFile, match="1处"), world.database.write() as session:
        unit_imports.import_units(session, CLI, [UnitRow(3, "另厂", parent="没有的镇")], "u.csv", world.clock())
