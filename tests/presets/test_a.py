"""A, two banks, each once a day: 2 points for four or more right, else 1; units by valid papers, in two trees."""

from dataclasses import replace
from typing import Any

from playing import Game, unit_rows

from quizapp.models.base import Database
from quizapp.services import chances

UNITS = unit_rows(
    ("G", "甲省", "省"), ("G1", "甲市", "市", "G"), ("G11", "甲县", "区县", "G1"), ("G12", "乙县", "区县", "G1"),
    ("Z", "示例集团", "央企"), ("Z1", "集团一公司", "企业", "Z"),
)  # fmt: skip
PEOPLE = {"赵一": "G11", "钱二": "G11", "孙三": "G12", "李四": "Z1", "周五": "Z1"}


def test_two_points_from_four_right_and_papers_of_two_trees(database: Database, clock: Any) -> None:
    game = Game(database, clock, "a-national-2019", UNITS, PEOPLE)
    game.sit("赵一", "06-01 09:00", 5, stage="weihua")  # 2
    game.sit("赵一", "06-01 09:10", 3, stage="quanmin")  # 1
    assert "1次答题机会已用完" in game.refused("赵一", "06-01 09:20", stage="weihua")
    with database.write() as session:
        entry = game.entry_ids()["赵一"].replace("-", "")
        chances.opened(session, "secret", game.contest, entry, "somebody's phone", None, clock())
    game.sit("赵一", "06-01 09:30", 4, stage="weihua")  # 2, earned by sharing
    assert "2次答题机会已用完" in game.refused("赵一", "06-01 09:40", stage="weihua")
    game.sit("赵一", "06-02 09:00", 4, stage="weihua")  # 2
    for day, other in (("06-01", 5), ("06-02", 2)):
        game.sit("钱二", f"{day} 10:00", 5, stage="weihua", seconds=50)  # 2 and 2
        game.sit("钱二", f"{day} 10:10", other, stage="quanmin", seconds=50)  # 2 and 1
    game.sit("孙三", "06-02 11:00", 0, stage="quanmin")  # 1
    for name in ("李四", "周五"):
        game.sit(name, "06-02 12:00", 5, stage="weihua")  # 2
        game.sit(name, "06-02 12:10", 4, stage="quanmin")  # 2
    # 钱二 2+2+2+1 in 4×50 s before 赵一 2+1+2+2 in 4×60 s; 李四 and 周五 are equal in time and hand-in
    game.expect_people([(1, "钱二", 7), (2, "赵一", 7), (3, "李四", 4), (3, "周五", 4), (5, "孙三", 1)])
    game.expect_units([(1, "甲省", 4 + 4 + 1), (2, "示例集团", 2 + 2)])
    game.expect_units([(1, "甲县", 8), (2, "乙县", 1)], under="G1")
    game.expect_units([(1, "集团一公司", 4)], under="Z")
    assert game.held() == {
        "赵一": {"weihua": 3}, "钱二": {"weihua": 2, "quanmin": 1}, "李四": {"weihua": 1, "quanmin": 1},
        "周五": {"weihua": 1, "quanmin": 1},
    }  # fmt: skip


def test_a_unit_with_more_people_than_it_has_gets_no_place(database: Database, clock: Any) -> None:
    units = [replace(row, headcount=1) if row.name == "甲县" else row for row in UNITS]
    game = Game(database, clock, "a-national-2019", units, PEOPLE)
    for name in ("赵一", "钱二", "孙三"):
        game.sit(name, "06-01 09:00", 5, stage="weihua")
    game.expect_units([(1, "乙县", 1), (None, "甲县", "参与率超过100%，请核对应参人数")], under="G1")
