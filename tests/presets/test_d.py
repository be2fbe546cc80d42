"""D, five themes, one a day: whoever has everything right gets the day's card; regions by people with a card; five cards draw."""

from typing import Any

from factories import UNITS
from playing import Game

from quizapp.models.base import Database
from quizapp.services import chances

PEOPLE = {"赵一": "99010101", "钱二": "99010102", "孙三": "99010201", "李四": "99010102", "周五": "99010201"}
DAYS = range(1, 6)


def test_cards_are_collected_and_a_share_gives_one_more_try(database: Database, clock: Any) -> None:
    game = Game(database, clock, "d-changzhou-2021", UNITS, PEOPLE)
    assert "请先看完" in game.refused("赵一", "06-01 08:00")
    game.prepare()

    def share(name: str) -> None:
        with database.write() as session:
            chances.opened(
                session,
                "secret",
                game.contest,
                game.entry_ids()[name].replace("-", ""),
                f"{name} {clock()}",
                None,
                clock(),
            )

    for day in DAYS:
        game.sit("赵一", f"06-0{day} 09:00", 5, seconds=60)  # 5 cards in 300 s
        game.sit("孙三", f"06-0{day} 10:00", 4 if day == 3 else 5, seconds=50)
        if day == 3:
            assert "1次答题机会已用完" in game.refused("孙三", "06-03 10:05")
            share("孙三")
            game.sit("孙三", "06-03 10:10", 5, seconds=50)  # 5 cards, what counts took 5×50 s
        game.sit("钱二", f"06-0{day} 11:00", 0 if day == 5 else 5)  # 4 cards
        game.sit("李四", f"06-0{day} 12:00", 4)  # none
    game.sit("周五", "06-05 13:00", 5)  # 1 card
    assert "已经结束" in game.refused("周五", "06-05 14:00", stage="theme-1")
    game.expect_people([(1, "孙三", 5), (2, "赵一", 5), (3, "钱二", 4), (4, "周五", 1), (5, "李四", 0)])
    # people with a card: 东镇 赵一 钱二, 西镇 孙三 周五
    game.expect_units([(1, "东镇", 2), (1, "西镇", 2)], kind="镇街")
    game.expect_units([(1, "西一厂", 2), (2, "东一厂", 1), (2, "东二厂", 1)], kind="企业")
    assert game.held() == {"赵一": {"": 1}, "孙三": {"": 1}}
