"""F, one sitting, equals by less time; a team is the sum of its ten best."""

from typing import Any

from playing import Game, unit_rows

from quizapp.models.base import Database

UNITS = unit_rows(
    *((code, name, "企业") for code, name in (("1", "甲队"), ("2", "乙队"), ("3", "丙队"), ("4", "丁队")))
)
PEOPLE = {
    f"{team}{n}": code
    for code, team, size in (("1", "甲", 12), ("2", "乙", 6), ("3", "丙", 3), ("4", "丁", 10))
    for n in range(1, size + 1)
}


def test_a_team_is_the_sum_of_its_ten_best(database: Database, clock: Any) -> None:
    game = Game(database, clock, "f-beijing-fire-2021", UNITS, PEOPLE)
    for n in range(1, 13):
        game.sit(f"甲{n}", "06-01 09:00", 21 - n, seconds=300)  # 100, 95, 90 … 45
    for n in range(1, 7):
        game.sit(f"乙{n}", "06-01 10:00", 20, seconds=200)  # 100
    for n in range(1, 4):
        game.sit(f"丙{n}", "06-01 11:00", 0, seconds=250)
    for n in range(1, 11):
        game.sit(f"丁{n}", "06-01 12:00", 16, seconds=100)  # 80
    assert "1次答题机会已全部用完" in game.refused("甲1", "06-02 09:00")
    game.expect_people(
        [(1, f"乙{n}", 100) for n in range(1, 7)]  # 100 in 200 s, before 甲1 in 300 s
        + [(6 + n, f"甲{n}", 105 - 5 * n) for n in range(1, 5)]  # 100, 95, 90, 85
        + [(11, f"丁{n}", 80) for n in range(1, 11)]  # 80 in 100 s, before 甲5 in 300 s
        + [(16 + n, f"甲{n}", 105 - 5 * n) for n in range(5, 13)]  # 80 … 45
        + [(29, f"丙{n}", 0) for n in range(1, 4)]
    )
    # 丁 10×80; 甲 100+95+…+55 = 10×77.5, the 50 and the 45 left out; 乙 6×100; the points of three would be given away
    wanted = [(1, "丁队", 800), (2, "甲队", 775), (3, "乙队", 600), (None, "丙队", "参与人数3人，要求至少5人")]
    game.expect_units(wanted)
