"""U, 优秀组织单位: half the participation rate, half the mean, within the kind of unit, and what a unit needs for a place."""

from fractions import Fraction
from typing import Any

from playing import Game, unit_rows

from quizapp.models.base import Database
from quizapp.rules.commendations import Line

UNITS = unit_rows(
    ("1", "甲街", "镇街", None, 12), ("2", "乙街", "镇街", None, 10), ("3", "丙街", "镇街", None, 20),
    ("4", "丁厂", "企业", None, 3), ("5", "戊厂", "企业", None, 10), ("6", "己校", "学校", None, 2),
)  # fmt: skip
SIZES = {"甲": 10, "乙": 10, "丙": 5, "丁": 3, "戊": 10, "己": 3}
PEOPLE = {f"{name}{n}": str(code) for code, name in enumerate(SIZES, start=1) for n in range(1, SIZES[name] + 1)}
PLAYED = {
    "甲": (18, 300, "09"),
    "乙": (16, 300, "10"),
    "丙": (12, 300, "09"),
    "丁": (20, 300, "09"),
    "戊": (16, 300, "11"),
    "己": (20, 200, "09"),
}


def test_units_are_ranked_within_their_kind(database: Database, clock: Any) -> None:
    game = Game(database, clock, "u-organisation", UNITS, PEOPLE)
    for name in PEOPLE:
        right, seconds, hour = PLAYED[name[0]]
        game.sit(name, f"06-01 {hour}:00", 15 if name == "戊10" else right, seconds=seconds)
    # 100 in 200 s, 100, 90, 80 handed in at 10:05, 80 at 11:05, one of 75, 60
    groups = [
        ("己", 3, 1, 100),
        ("丁", 3, 4, 100),
        ("甲", 10, 7, 90),
        ("乙", 10, 17, 80),
        ("戊", 9, 27, 80),
        ("丙", 5, 37, 60),
    ]
    people = [(place, f"{name}{n}", points) for name, size, place, points in groups for n in range(1, size + 1)]
    game.expect_people([*people, (36, "戊10", 75)])
    # 乙 (100 + 80) / 2; 甲 (10/12 + 90 %) / 2 = 1040/12; 丙 needs 60 % of 20 = 12 people
    game.expect_units(
        [
            (1, "乙街", 90),
            (2, "甲街", Fraction(1040, 12)),
            (None, "丙街", "参与人数5人，要求至少10人；参与率未达到要求，还差7人；平均分未达到80分"),
        ],
        kind="镇街",
    )
    # 戊 (9×80 + 75) / 10 = 79.5
    game.expect_units([(None, "丁厂", "参与人数3人，要求至少10人"), (None, "戊厂", "平均分未达到80分")], kind="企业")
    game.expect_units([(None, "己校", "参与人数3人，要求至少10人；参与率超过100%，请核对应参人数")], kind="学校")
    towns = game.decisions(0)
    assert {name: one.grade for name, one in towns.items()} == {
        "乙街": "优秀组织单位（镇街）", "甲街": "优秀组织单位（镇街）", "丙街": None,
    }  # fmt: skip
    assert not any(one.grade for number in (1, 2) for one in game.decisions(number).values())
    assert len(game.decisions(3)) == 41 and all(one.grade for one in game.decisions(3).values())


def test_who_shares_the_line_is_taken_or_not_as_declared(database: Database, clock: Any) -> None:
    game = Game(database, clock, "u-organisation", UNITS, {name: PEOPLE[name] for name in ("甲1", "甲2", "甲3", "乙1")})
    for name, right in (("甲1", 20), ("甲2", 18), ("甲3", 18), ("乙1", 10)):
        game.sit(name, "06-01 09:00", right)

    def taken(**changes: Any) -> list[str]:
        return [name for name, one in game.decisions(3, quota=2, **changes).items() if one.grade]

    assert taken() == ["甲1"]  # the preset's: 甲2 and 甲3 share the second place, none of them is taken
    assert sorted(taken(line=Line.ALL)) == ["甲1", "甲2", "甲3"]
