"""N, colleges by 0.3 of their rank score (by participants: 100, 95, 90 …), 0.6 of their mean and an official's bonus."""

from typing import Any

from playing import Game, unit_rows
from sqlalchemy import select

from quizapp.models.base import Database
from quizapp.models.organisations import Unit
from quizapp.models.records import UnitBonus

SIZES = {"甲": 6, "乙": 5, "丙": 5, "丁": 2}
UNITS = unit_rows(*((str(n), f"{name}学院", "学院") for n, name in enumerate([*SIZES, "戊"], start=1)))
PEOPLE = {f"{name}{n}": str(code) for code, name in enumerate(SIZES, start=1) for n in range(1, SIZES[name] + 1)}


def test_rank_score_mean_and_bonus_are_weighed(database: Database, clock: Any) -> None:
    game = Game(database, clock, "n-college-2025", UNITS, PEOPLE)
    for moment, right in (("06-01 09:00", 20), ("06-02 09:00", 30), ("06-03 09:00", 25)):
        game.sit("甲1", moment, right)  # 40, 60, 50: the best is 60
    assert "3次答题机会已全部用完" in game.refused("甲1", "06-04 09:00")
    for name in PEOPLE:
        if name != "甲1":
            game.sit(name, "06-02 09:00", {"甲": 30, "乙": 40, "丙": 45, "丁": 50}[name[0]])
    game.expect_people(
        [(1, f"丁{n}", 100) for n in (1, 2)] + [(3, f"丙{n}", 90) for n in range(1, 6)]
        + [(8, f"乙{n}", 80) for n in range(1, 6)] + [(13, f"甲{n}", 60) for n in range(1, 7)]
    )  # fmt: skip
    with database.write() as session:
        unit = session.scalars(select(Unit).where(Unit.name == "乙学院")).one()
        session.add(
            UnitBonus(
                contest_id=game.contest.id, unit_id=unit.id, points=1000, reason="组织有力", by="官员", at=clock()
            )
        )
    # by participants 甲 1st, 乙 and 丙 2nd, 丁 4th: 100, 95, 95, 85
    # 乙 0.3×95 + 0.6×80 + 10 = 86.5; 丙 28.5 + 54 = 82.5; 甲 30 + 36 = 66
    game.expect_units([
        (1, "乙学院", 86.5), (2, "丙学院", 82.5), (3, "甲学院", 66), (None, "丁学院", "参与人数2人，要求至少5人"), (None, "戊学院", "未参赛"),
    ])  # fmt: skip
    game.show_small_units()
    # 丁 0.3×85 + 0.6×100 = 85.5
    game.expect_units(
        [(1, "乙学院", 86.5), (2, "丁学院", 85.5), (3, "丙学院", 82.5), (4, "甲学院", 66), (None, "戊学院", "未参赛")]
    )
