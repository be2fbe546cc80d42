"""P, at most fifteen sittings, all added up; equals by less time in all, and who is equal in that too shares the place."""

from typing import Any

from factories import UNITS
from playing import Game

from quizapp.models.base import Database

PEOPLE = {"赵一": "99010101", "钱二": "99010102", "孙三": "99010101", "李四": "99010201", "周五": "99010201"}


def test_fifteen_sittings_are_added_up(database: Database, clock: Any) -> None:
    game = Game(database, clock, "p-water-ministry", UNITS, PEOPLE)
    for minute in range(15):
        game.sit("赵一", f"06-01 09:{minute:02d}", 10, seconds=45)  # 15×100
    assert "15次答题机会已全部用完" in game.refused("赵一", "06-02 09:00")
    for minute in range(3):
        game.sit("钱二", f"06-01 10:0{minute}", 5, seconds=30)  # 3×50 in 90 s
    for name, day in (("李四", "06-01"), ("周五", "06-03")):
        game.sit(name, f"{day} 11:00", 10)
        game.sit(name, f"{day} 11:05", 5)  # 150 in 120 s, whenever that was
    game.sit("孙三", "06-01 12:00", 0)
    game.expect_people([(1, "赵一", 1500), (2, "钱二", 150), (3, "李四", 150), (3, "周五", 150), (5, "孙三", 0)])
    game.expect_units([(1, "东一厂", 1500 + 0), (2, "西一厂", 150 + 150), (3, "东二厂", 150)], kind="企业")
    game.expect_units([(1, "东镇", 1650), (2, "西镇", 300)], kind="镇街")
