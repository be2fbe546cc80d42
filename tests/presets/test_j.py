"""J, an exam from a roster with check-in and room code: the better of two tries, who fails twice is named, companies by pass rate."""

from typing import Any

from playing import Game, unit_rows

from quizapp.models.base import Database
from quizapp.rules.items import Kind
from quizapp.services import exam_rooms
from quizapp.services.audit import CLI

UNITS = unit_rows(("1", "甲公司", "企业"), ("2", "乙公司", "企业"), ("3", "丙公司", "企业"))
PEOPLE = {"赵一": "1", "钱二": "1", "孙三": "1", "周五": "2", "吴六": "2", "郑七": "3"}


def test_the_better_of_two_tries_and_who_failed_twice(database: Database, clock: Any) -> None:
    game = Game(database, clock, "j-dalian-exam-2021", UNITS, PEOPLE)
    everything = {Kind.SINGLE: 35, Kind.MULTIPLE: 5, Kind.JUDGE: 5}  # 35×2 + 5×4 + 5×2
    with database.write() as session:
        code = exam_rooms.new_room_code(session, CLI, game.contest, clock())
    assert game.refused("赵一", "06-15 09:00") == "请先到监考人员处签到"
    for name in ("赵一", "钱二", "周五", "吴六"):
        with database.write() as session:
            exam_rooms.check_in(session, CLI, game.contest, game.account_id(name), True, clock())
    assert "口令不对" in game.refused("赵一", "06-15 09:00")
    game.room_code = code
    game.sit("赵一", "06-15 09:00", everything, seconds=3600)  # 100
    game.sit("钱二", "06-15 09:00", {Kind.SINGLE: 35}, seconds=3600)  # 70
    game.sit("周五", "06-15 09:00", {Kind.SINGLE: 34, Kind.JUDGE: 5}, seconds=3600)  # 68 + 10
    game.sit("吴六", "06-15 09:00", {Kind.SINGLE: 35, Kind.MULTIPLE: 5}, seconds=3600)  # 70 + 20
    game.sit("钱二", "06-20 09:00", {Kind.SINGLE: 35, Kind.JUDGE: 5}, seconds=3600)  # 80: just passed
    game.sit("周五", "06-20 09:00", {Kind.SINGLE: 30}, seconds=3600)  # 60: the 78 stays
    assert game.refused("吴六", "06-20 09:00") == "您已合格，不用再答"
    assert "2次答题机会已全部用完" in game.refused("周五", "06-21 09:00")
    game.expect_people([(1, "赵一", 100), (2, "吴六", 90), (3, "钱二", 80), (4, "周五", 78)])
    # of those who came: 甲 2 of 2, 乙 1 of 2
    game.expect_units([(1, "甲公司", 100), (2, "乙公司", 50), (None, "丙公司", "未参赛")])
    with database.read() as session:
        verdicts = {one.name: (one.verdict, one.points) for one in exam_rooms.examinees(session, game.contest)}
    assert verdicts == {
        "赵一": ("passed", 10_000), "钱二": ("passed", 8_000), "吴六": ("passed", 9_000), "周五": ("failed_again", 7_800),
        "孙三": ("absent", None), "郑七": ("absent", None),
    }  # fmt: skip
