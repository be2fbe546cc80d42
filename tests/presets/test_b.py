"""B, one sitting a day, added up, 10 more when every item is right: people and units by points; a ticket for every five right."""

from typing import Any

from factories import UNITS
from playing import Game

from quizapp.models.base import Database

PEOPLE = {"赵一": "99010101", "钱二": "99010102", "孙三": "99010201", "李四": "99010101", "周五": "99010201"}


def test_days_are_added_up_and_five_right_earn_a_ticket(database: Database, clock: Any) -> None:
    game = Game(database, clock, "b-national-2021", UNITS, PEOPLE)
    game.sit("赵一", "06-01 09:00", 15, seconds=120)  # 15 + 10
    assert "1次答题机会已用完" in game.refused("赵一", "06-01 23:00")
    game.sit("赵一", "06-02 09:00", 10, seconds=120)  # 10
    game.sit("李四", "06-01 09:00", 15, seconds=100)  # 25
    game.sit("李四", "06-02 09:00", 10, seconds=100)  # 10
    game.sit("钱二", "06-01 10:00", 14)  # 14
    game.sit("钱二", "06-02 10:00", 15)  # 25
    game.sit("孙三", "06-01 11:00", 9)  # 9
    game.sit("孙三", "06-03 11:00", 4)  # 4
    for minute in range(6):
        game.sit("周五", f"06-03 12:0{minute}", 15, seconds=30, practice=True)
    assert "6次练习已用完" in game.refused("周五", "06-03 12:30", practice=True)
    # 李四 and 赵一 both 35: 200 s before 240 s; 周五 has only practised
    game.expect_people([(1, "钱二", 39), (2, "李四", 35), (3, "赵一", 35), (4, "孙三", 13)])
    game.expect_units([(1, "东一厂", 35 + 35), (2, "东二厂", 39), (3, "西一厂", 13)], kind="企业")
    game.expect_units([(1, "东镇", 70 + 39), (2, "西镇", 13)], kind="镇街")
    # 15 right 3, 14 right 2, 10 right 2, 9 right 1, 4 right none
    assert game.held() == {"赵一": {"": 3 + 2}, "李四": {"": 3 + 2}, "钱二": {"": 2 + 3}, "孙三": {"": 1}}
