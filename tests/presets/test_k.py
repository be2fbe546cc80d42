"""K, a clock on every item, one sitting a day, a bonus for right answers in a row; units by participants, then the mean."""

from fractions import Fraction
from typing import Any

from playing import Game, unit_rows

from quizapp.models.base import Database

UNITS = unit_rows(("1", "甲镇", "镇街"), ("2", "乙镇", "镇街"), ("3", "丙镇", "镇街"))
PEOPLE = {
    "赵一": "1", "钱二": "1", "孙三": "1", "李四": "1", "周五": "1",
    "吴六": "2", "郑七": "2", "王八": "2", "冯九": "2", "陈十": "2", "楚十一": "3",
}  # fmt: skip


def test_right_answers_in_a_row_are_worth_more(database: Database, clock: Any) -> None:
    """A row of 1 is worth 1, of 2 it is 1+2 = 3, of n ≥ 3 it is n + 0+1+2 + 3×(n−3) = 4n − 6."""
    game = Game(database, clock, "k-baoshan-2020", UNITS, PEOPLE)
    game.sit("赵一", "06-01 09:00", "+" * 20)  # 4×20−6 = 74
    game.sit("钱二", "06-01 09:00", "++-" * 6 + "++", seconds=40)  # 7×3 = 21
    game.sit("钱二", "06-02 09:00", 10, seconds=40)  # 4×10−6 = 34, together 55
    assert "1次答题机会已用完" in game.refused("钱二", "06-02 10:00")
    game.sit("孙三", "06-01 09:00", "+" * 4 + "-" + "+" * 15, seconds=100)  # 10 + 54 = 64
    game.sit("李四", "06-01 09:00", "+" * 15 + "-" + "+" * 4, seconds=80)  # 54 + 10 = 64, faster
    game.sit("周五", "06-01 09:00", "+-" * 10)  # 10×1
    game.sit("吴六", "06-01 09:00", 11)  # 4×11−6 = 38
    game.sit("郑七", "06-01 09:00", 10)  # 34
    game.sit("王八", "06-01 09:00", "+++-" * 5, seconds=40)  # 5×6 = 30
    game.sit("冯九", "06-01 09:00", 4, seconds=200)  # 10
    game.sit("陈十", "06-01 09:00", 0)
    game.sit("楚十一", "06-01 09:00", 20, seconds=200)  # 74, slower
    game.expect_people(
        [
            (1, "赵一", 74),
            (2, "楚十一", 74),
            (3, "李四", 64),
            (4, "孙三", 64),
            (5, "钱二", 55),
            (6, "吴六", 38),
            (7, "郑七", 34),
        ]
        + [(8, "王八", 30), (9, "周五", 10), (10, "冯九", 10), (11, "陈十", 0)]
    )
    # five participants each: 甲 (74+55+64+64+10)/5 = 53.4 before 乙 (38+34+30+10+0)/5 = 22.4
    game.expect_units([(1, "甲镇", 5), (2, "乙镇", 5), (None, "丙镇", "参与人数1人，要求至少5人")])
    decided = game.decisions(0)
    assert {name: one.grade is not None for name, one in decided.items()} == {"甲镇": True, "乙镇": True, "丙镇": False}
    assert decided["丙镇"].place is None and [one.figures.mean for one in game.units()][:2] == [
        Fraction(267, 5),
        Fraction(112, 5),
    ]
