"""W, a contest that starts anew every Monday: boards, tickets and prizes of each week."""

from typing import Any

from factories import UNITS
from playing import Game

from quizapp.models.base import Database
from quizapp.rules.tickets import draw

PEOPLE = {"赵一": "99010101", "钱二": "99010102", "孙三": "99010201", "李四": "99010201"}


def test_every_week_has_its_own_board_and_tickets(database: Database, clock: Any) -> None:
    game = Game(database, clock, "w-weekly", UNITS, PEOPLE)
    assert game.stage_codes() == ["week-1", "week-2", "week-3", "week-4"]
    game.sit("赵一", "06-07 00:00", 9)  # 90
    game.sit("赵一", "06-08 09:00", 10)  # 100, the best
    game.sit("钱二", "06-08 09:00", 8)  # 80
    game.expect_people([(1, "赵一", 100), (2, "钱二", 80)])
    game.sit("李四", "06-13 23:59", 10, seconds=120)  # begun on Sunday: of the first week
    week_1 = game.at("06-13 23:58")
    game.sit("赵一", "06-14 00:00", 5)  # Monday: begins anew
    game.sit("钱二", "06-15 09:00", 9)
    game.sit("孙三", "06-16 09:00", 9)
    game.sit("孙三", "06-16 10:00", 3)
    game.expect_people([(1, "钱二", 90), (1, "孙三", 90), (3, "赵一", 50)])
    game.expect_people([(1, "赵一", 100), (2, "钱二", 80)], as_of=week_1)
    few = "参与人数1人，要求至少5人"
    game.expect_units([(None, "东一厂", few), (None, "东二厂", few), (None, "西一厂", few)], kind="企业")
    game.show_small_units()
    game.expect_units([(1, "东二厂", 90), (1, "西一厂", 90), (3, "东一厂", 50)], kind="企业")
    held = game.held()
    assert held == {"赵一": {"week-1": 2}, "李四": {"week-1": 1}, "钱二": {"week-2": 1}, "孙三": {"week-2": 1}}
    won = draw([(prize, held) for prize in game.rules.prizes], "00" * 32, ["week-1", "week-2"])
    assert [(one.stage, one.prize) for one in won] == [("week-1", "每周幸运奖")] * 2 + [("week-2", "每周幸运奖")] * 2
    assert {one.entry for one in won} == set(held)
