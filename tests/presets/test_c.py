"""C, only a paper that is all right is valid, as many as one likes, equals by lot; units by participants, then points."""

import hashlib
import hmac
from typing import Any

from factories import UNITS
from playing import Game

from quizapp.models.base import Database

PEOPLE = {"赵一": "99010101", "钱二": "99010101", "孙三": "99010102", "李四": "99010201", "周五": "99010201"}


def test_valid_papers_are_added_up_and_equals_drawn_by_lot(database: Database, clock: Any) -> None:
    game = Game(database, clock, "c-shaanxi-2014", UNITS, PEOPLE)
    assert "填好要填的信息" in game.refused("赵一", "06-01 08:00")
    game.prepare()
    for minute, right in enumerate((5, 4, 5)):
        game.sit("赵一", f"06-01 09:1{minute}", right, seconds=30)  # 5 + nothing + 5
    for minute in range(2):
        game.sit("钱二", f"06-01 09:2{minute}", 5, seconds=30)  # 5 + 5
    game.sit("孙三", "06-01 10:00", 4)  # nothing
    game.sit("李四", "06-01 10:00", 5)  # 5
    game.sit("周五", "06-01 10:00", 3)  # nothing
    ids = game.entry_ids()

    def lot(name: str) -> bytes:
        return hmac.digest(bytes.fromhex(game.contest.seed), ids[name].encode(), hashlib.sha256)[:8]

    ten, nothing = (sorted(names, key=lot, reverse=True) for names in (("赵一", "钱二"), ("孙三", "周五")))
    game.expect_people([(1, ten[0], 10), (2, ten[1], 10), (3, "李四", 5), (4, nothing[0], 0), (5, nothing[1], 0)])
    # two participants each in 东一厂 (10 + 10 points) and 西一厂 (5); one in 东二厂
    game.expect_units([(1, "东一厂", 2), (2, "西一厂", 2), (3, "东二厂", 1)], kind="企业")
    decided = game.decisions(0, "企业")
    assert [(name, one.grade, one.place) for name, one in decided.items()] == [
        ("东一厂", "优秀组织单位", 1), ("西一厂", "优秀组织单位", 2), ("东二厂", "优秀组织单位", 3),
    ]  # fmt: skip
    assert [one.grade is not None for one in game.decisions(0, "企业", quota=2).values()] == [True, True, False]
    assert game.held() == {"赵一": {"": 1}, "钱二": {"": 1}, "李四": {"": 1}}
