"""E, six monthly issues of at most ten sittings: what reaches 60 counts one, and is one ticket of its issue."""

from typing import Any

from factories import UNITS
from playing import Game

from quizapp.models.base import Database

PEOPLE = {"赵一": "99010101", "钱二": "99010102", "孙三": "99010101", "李四": "99010201"}


def test_sittings_of_sixty_points_are_counted_issue_by_issue(database: Database, clock: Any) -> None:
    game = Game(database, clock, "e-fire-association-2020", UNITS, PEOPLE)
    assert game.stage_codes() == [f"month-{n}" for n in range(1, 7)]
    for minute in range(10):
        game.sit("赵一", f"01-05 09:{minute:02d}", 6, seconds=30)  # ten of 60
    assert "10次答题机会已全部用完" in game.refused("赵一", "01-31 23:59")
    game.sit("赵一", "02-01 00:00", 6)  # the second issue begins: the eleventh
    game.sit("赵一", "02-01 09:00", 5)  # 50 is not valid
    for minute, right in enumerate((10, 9, 6, 5)):
        game.sit("钱二", f"01-10 10:0{minute}", right)  # three
        game.sit("李四", f"01-10 11:0{minute}", right)  # three
    game.sit("孙三", "03-03 09:00", 5)  # none
    game.sit("李四", "06-09 09:00", 6)  # the fourth
    game.sit("钱二", "06-10 09:00", 6)  # the fourth, a day later
    # 李四 and 钱二 4 each in 4×60 s: the earlier hand-in
    game.expect_people([(1, "赵一", 11), (2, "李四", 4), (3, "钱二", 4), (4, "孙三", 0)])
    game.expect_units([(1, "东一厂", 11), (2, "东二厂", 4), (2, "西一厂", 4)], kind="企业")
    assert game.held() == {
        "赵一": {"month-1": 10, "month-2": 1}, "钱二": {"month-1": 3, "month-6": 1}, "李四": {"month-1": 3, "month-6": 1},
    }  # fmt: skip
