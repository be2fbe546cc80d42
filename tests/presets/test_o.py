"""O, five levels, each open to whoever reached 80 in the one before, three tries a day; the best of each level is added up."""

from typing import Any

from factories import UNITS
from playing import Game

from quizapp.models.base import Database

PEOPLE = {"赵一": "99010101", "钱二": "99010102", "孙三": "99010101", "李四": "99010201"}


def test_eighty_opens_the_next_level(database: Database, clock: Any) -> None:
    game = Game(database, clock, "o-qilu-2025", UNITS, PEOPLE)
    assert game.refused("赵一", "06-01 08:00", stage="level-2") == "先在“第一关”得到80分，才能进入“第二关”"
    for minute, right in enumerate((8, 9, 7)):
        game.sit("赵一", f"06-01 09:1{minute}", right, stage=f"level-{minute + 1}")  # 80 + 90 + 70
    assert "第三关" in game.refused("赵一", "06-01 09:20", stage="level-4")
    for minute, right in enumerate((7, 8, 10)):
        game.sit("钱二", f"06-01 10:1{minute}", right, stage="level-1")  # the best is 100
    game.sit("钱二", "06-01 10:20", 8, stage="level-2")  # 80
    for minute in range(3):
        game.sit("孙三", f"06-01 11:1{minute}", 7, stage="level-1")
    assert "3次答题机会已用完" in game.refused("孙三", "06-01 12:00", stage="level-1")
    game.sit("孙三", "06-02 09:00", 8, stage="level-1")  # 80
    game.sit("孙三", "06-02 09:10", 6, stage="level-2")  # 60
    game.sit("李四", "06-02 09:00", 10, stage="level-1", seconds=50)  # 100
    game.sit("李四", "06-02 09:10", 8, stage="level-2", seconds=50)  # 80
    # 李四 and 钱二 180 each: 2×50 s before 2×60 s
    game.expect_people([(1, "赵一", 240), (2, "李四", 180), (3, "钱二", 180), (4, "孙三", 140)])
    few = "参与人数{}人，要求至少5人"
    game.expect_units(
        [(None, "东一厂", few.format(2)), (None, "东二厂", few.format(1)), (None, "西一厂", few.format(1))], kind="企业"
    )
    game.show_small_units()
    # 东一厂 (240 + 140) / 2
    game.expect_units([(1, "东一厂", 190), (2, "东二厂", 180), (2, "西一厂", 180)], kind="企业")
