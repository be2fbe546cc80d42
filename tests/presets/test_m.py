"""M, an engineer's paper: a multiple item with a wrong choice earns nothing, with some of the right ones half a point each; 60 pass."""

from typing import Any

from factories import UNITS
from playing import Game

from quizapp.models.base import Database
from quizapp.rules.items import Kind

PEOPLE = {"赵一": "99010101", "钱二": "99010102", "孙三": "99010101", "李四": "99010201"}
FEW = "参与人数{}人，要求至少5人"


def test_half_a_point_for_each_right_choice(database: Database, clock: Any) -> None:
    game = Game(database, clock, "m-registered-engineer", UNITS, PEOPLE)
    game.sit("赵一", "06-20 09:00", {Kind.SINGLE: 70, Kind.MULTIPLE: 15}, seconds=6000)  # 70 + 30
    game.sit(
        "钱二", "06-20 09:00", {Kind.SINGLE: 50, Kind.MULTIPLE: "+++++ppppxxx..."}, seconds=6000
    )  # 50 + 10 + 4×0.5
    game.sit("孙三", "06-20 09:00", {Kind.SINGLE: 59, Kind.MULTIPLE: "p" + "x" * 14}, seconds=6000)  # 59.5
    game.sit("李四", "06-20 09:00", {Kind.SINGLE: 60, Kind.MULTIPLE: 0}, seconds=6000)  # 60
    game.expect_people([(1, "赵一", 100), (2, "钱二", 62), (3, "李四", 60), (4, "孙三", 59.5)])
    game.expect_units(
        [(None, "东一厂", FEW.format(2)), (None, "东二厂", FEW.format(1)), (None, "西一厂", FEW.format(1))], kind="企业"
    )
    assert [unit.figures.passed for unit in game.units("企业")] == [1, 1, 1]  # 60 passes, 59.5 does not
    game.show_small_units()
    # 东一厂 (100 + 59.5) / 2
    game.expect_units([(1, "东一厂", 79.75), (2, "东二厂", 62), (3, "西一厂", 60)], kind="企业")
