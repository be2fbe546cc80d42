"""Which sitting is started, and why none: stages, limits of their own, waits, retakes, promotion, exam rooms."""

from typing import Any

import pytest
from factories import DAY, World
from sitters import People
from sqlalchemy import insert, select

from quizapp.errors import NotFound
from quizapp.models.contests import Entry
from quizapp.models.records import Chance, Promoted
from quizapp.models.sittings import Sitting
from quizapp.rules.contests import Ask, BoardRules, EntryRules, Extra, Limits, Promotion, Stage
from quizapp.rules.counting import Counting, Span, Take
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.scoring import Condition, Scoring
from quizapp.services import accounts, boards, exam_rooms, promotions, standings, starts
from quizapp.services.audit import CLI

SHORT = PaperBlueprint((Draw("tests", 2, 1000, Kind.SINGLE),), shuffle_items=False)


@pytest.fixture
def people(world: World) -> People:
    return People(world)


def stage(world: World, code: str, from_day: float = -1, days: float = 10, **more: Any) -> Stage:
    start = world.clock() + int(from_day * DAY)
    return Stage(code, f"阶段{code}", start, None, start + int(days * DAY), **more)


def entry_of(world: World, login: str, **values: Any) -> str:
    with world.database.write() as session:
        entry = session.scalars(select(Entry).where(Entry.contest_id == world.contest.id, Entry.name == login.title())).one()
        for name, value in values.items():
            setattr(entry, name, value)
        return entry.id


def test_without_a_wish_the_first_open_stage_that_is_new_is_started_then_the_last_with_one_left(world: World, people: People):
    world.apply(
        stages=(stage(world, "a", limits=Limits(per_day=2)), stage(world, "b", limits=Limits(per_day=2)), stage(world, "later", 1)),
    )
    assert [people.sit()["stage"] for _ in range(4)] == ["a", "b", "b", "a"]
    assert "已用完" in people.refused() and people.outlook().left == 0
    world.clock.pass_(days=1)
    assert people.sit()["stage"] == "later"


def test_a_stage_can_be_asked_for_and_has_a_number_of_its_own(world: World, people: People):
    world.apply(stages=(stage(world, "a", limits=Limits(total=1)), stage(world, "b", limits=Limits(total=2), blueprint=SHORT)))
    second = people.sit(stage="b")
    assert (second["stage"], second["total"], second["attempt_no"], second["practice"]) == ("b", 2, 1, False)
    assert [people.sit(stage="b")["attempt_no"], people.sit(stage="a")["attempt_no"]] == [2, 1]
    assert "2次答题机会已全部用完" in people.refused(stage="b") and "1次答题机会已全部用完" in people.refused(stage="a")
    with pytest.raises(NotFound):
        people.start(stage="none")


def test_practice_of_a_stage_has_limits_of_its_own_and_counts_for_nothing(world: World, people: People):
    world.apply(
        stages=(stage(world, "a", limits=Limits(total=1, practice_per_day=1)), stage(world, "b", after="a", least=3000)),
    )
    assert people.sit(stage="a", practice=True)["practice"] is True
    assert "1次练习" in people.refused(stage="a", practice=True)
    assert "先在“阶段a”得到30分" in people.refused(stage="b"), "points of practice open nothing"
    assert people.sit()["stage"] == "a"
    with world.database.read() as session:
        assert session.scalars(select(Sitting.track).order_by(Sitting.started_at)).all() == ["a*", "a"]


def test_a_stage_opens_to_who_reached_enough_in_the_one_before(world: World, people: People):
    world.apply(stages=(stage(world, "a", limits=Limits(total=3)), stage(world, "b", after="a", least=6000)))
    assert "先在“阶段a”得到60分，才能进入“阶段b”" in people.refused(stage="b")
    people.sit(stage="a", wrong=2)
    assert "60分" in people.refused(stage="b") and people.outlook(stage="b").refused is not None
    people.sit(stage="a", wrong=1)
    assert people.sit()["stage"] == "b"


def test_a_sitting_that_is_not_valid_opens_no_stage(world: World, people: People):
    world.apply(stages=(stage(world, "a"), stage(world, "b", after="a")), scoring=Scoring(valid=Condition(time_ms=61_000)))
    people.sit(stage="a")
    assert "先在“阶段a”" in people.refused(stage="b")


def test_between_stages_the_reason_is_that_of_the_next_one(world: World, people: People):
    world.apply(stages=(stage(world, "a", -1, 1), stage(world, "b", 2, 1)))
    world.clock.pass_(hours=1)
    assert "还没有开始" in people.refused()
    assert people.outlook().chances.stage == world.contest.rules.stages[1]
    world.clock.pass_(days=5)
    assert "已经结束" in people.refused()


def test_stages_of_the_calendar_begin_anew_each_day(world: World, people: People):
    world.apply(cycle=Span.DAY, limits=Limits(total=1))
    first = people.sit()["stage"]
    assert "已全部用完" in people.refused()
    world.clock.pass_(days=1)
    assert people.sit()["stage"] == f"day-{int(first.removeprefix('day-')) + 1}"


def test_a_stage_ends_its_sittings_when_it_ends(world: World, people: People):
    world.apply(stages=(stage(world, "a", -1, 1 + 300_000 / DAY),))
    assert people.start()["deadline"] == world.clock() + 300_000


def test_who_has_just_handed_in_waits(world: World, people: People):
    world.apply(limits=Limits(cooldown_ms=600_000))
    people.sit()
    assert "请10分钟后再来" in people.refused()
    world.clock.pass_(minutes=9, seconds=59)
    assert "请1分钟后再来" in people.refused()
    world.clock.pass_(seconds=1)
    people.sit()


def test_who_failed_may_sit_again_who_passed_may_not(world: World, people: People):
    world.apply(limits=Limits(total=1, retakes=1), pass_points=6000)
    people.sit("alice", wrong=1)
    people.sit("bob", wrong=2)
    assert "您已合格" in people.refused("alice")
    assert people.sit("bob", wrong=2)["attempt_no"] == 2
    assert "2次答题机会已全部用完" in people.refused("bob")


def test_the_verdict_of_an_exam_is_that_of_what_counts(world: World, people: People):
    world.apply(limits=Limits(total=2), pass_points=6000, counting=Counting(Take.LAST))
    people.sit("alice", wrong=1)
    people.sit("alice", wrong=2)
    people.sit("bob", wrong=2)
    people.sit("bob", wrong=1)
    with world.database.read() as session:
        told = {one.name: (one.verdict, one.sittings, one.points) for one in exam_rooms.examinees(session, world.contest)}
    assert told["Alice"] == ("failed", 2, 5000) and told["Bob"] == ("passed", 2, 6000)


def test_who_passed_in_a_sitting_that_is_not_valid_has_not_passed(world: World, people: People):
    world.apply(limits=Limits(total=1, retakes=1), pass_points=6000, scoring=Scoring(valid=Condition(time_ms=61_000)))
    people.sit()
    assert people.sit()["attempt_no"] == 2


def test_only_who_was_promoted_goes_on(world: World, people: People):
    world.apply(stages=(stage(world, "a", -1, 2, promote=Promotion(1)), stage(world, "b", 1, 5)))
    people.sit("alice")
    people.sit("bob", wrong=1)
    world.clock.pass_(days=2)
    assert "只有“阶段a”晋级的人能参加" in people.refused("alice", stage="b")
    with world.database.write() as session:
        [over] = promotions.due(session, world.contest, world.clock())
        assert promotions.promote(session, world.contest, over, world.clock()) == 1
        assert promotions.due(session, world.contest, world.clock()) == []
        assert session.scalars(select(Promoted.stage)).all() == ["a"]
    assert people.sit("alice")["stage"] == "b"
    assert "晋级" in people.refused("bob") and "晋级" in people.refused("carol")


def test_the_best_of_each_unit_go_on_and_who_shares_the_line_too(world: World, people: People):
    world.apply(ties=(), stages=(stage(world, "a", -1, 2, promote=Promotion(1, "镇街")), stage(world, "b", 1, 5)))
    for login, wrong in (("alice", 1), ("bob", 1), ("carol", 3)):
        people.sit(login, wrong)
    world.clock.pass_(days=2)
    with world.database.write() as session:
        assert promotions.promote(session, world.contest, world.contest.rules.stages[0], world.clock()) == 3


def test_the_code_of_the_room_is_asked_for_but_not_for_practice(world: World, people: People):
    world.apply(entry=EntryRules(room_code=True))
    assert "口令不对" in people.refused() and "口令不对" in people.refused(room_code=" "), "there is no code yet"
    with world.database.write() as session:
        code = exam_rooms.new_room_code(session, CLI, world.contest, world.clock())
    assert "口令不对" in people.refused(room_code=code[:-1]) and people.outlook().room_code
    people.sit(practice=True)
    people.start(room_code=f" {code.lower()} ")
    with world.database.write() as session:
        exam_rooms.new_room_code(session, CLI, world.contest, world.clock())
    assert people.start()["attempt_no"] == 1, "who sits already is let in again"
    assert "口令不对" in people.refused("bob", room_code=code)


def test_only_who_has_been_checked_in_starts(world: World, people: People):
    world.apply(entry=EntryRules(check_in=True))
    assert "签到" in people.refused()
    with world.database.write() as session:
        exam_rooms.check_in(session, CLI, world.contest, _account(session, "alice"), True, world.clock())
    people.start()
    assert "签到" in people.refused("bob")
    people.start("olga")


def _account(session: Any, login: str) -> str:
    return session.scalars(select(accounts.Account.id).where(accounts.Account.login == login)).one()


def test_what_must_be_read_comes_before_the_first_start(world: World, people: People):
    world.apply(entry=EntryRules(gate="请先学习"))
    assert "请先看完" in people.refused() and people.outlook().to_prepare
    with world.database.write() as session:
        starts.enter(session, world.contest, people.tokens["alice"], world.clock())
    entry_of(world, "alice", gate_at=world.clock())
    people.start()


def test_what_is_asked_comes_before_the_first_start(world: World, people: People):
    world.apply(entry=EntryRules(ask=(Ask.POST,)))
    assert "填好" in people.refused()
    with world.database.write() as session:
        starts.enter(session, world.contest, people.tokens["alice"], world.clock())
    entry_of(world, "alice", details={"post": "班长"})
    people.start()


def test_proven_chances_of_the_day_are_added_up_to_their_caps(world: World, people: People):
    world.apply(limits=Limits(per_day=1), extra=Extra(share=1, invite=2))
    people.sit()
    assert "已用完" in people.refused()
    entry = entry_of(world, "alice")
    day = "2026-06-01"
    with world.database.write() as session:
        rows = [
            {"contest_id": world.contest.id, "id": f"{n:032x}", "entry_id": entry, "kind": kind, "proof": str(n), "day": on, "at": 1}
            for n, (kind, on) in enumerate([("share", day), ("share", day), ("invite", day), ("invite", "2026-05-31")])
        ]
        session.execute(insert(Chance), rows)
    assert people.outlook().left == 2
    people.sit()
    people.sit()
    assert "已用完" in people.refused()
    world.clock.pass_(days=1)
    people.sit()
    assert "已用完" in people.refused()


def test_simultaneous_starts_in_a_stage_get_one_sitting(world: World, people: People):
    world.apply(stages=(stage(world, "a", limits=Limits(total=1)), stage(world, "b")))
    first = people.start(stage="a")
    assert people.start(stage="b")["id"] == first["id"], "one sitting at a time, whatever is asked for"


def board(world: World) -> list[tuple[int, str, int]]:
    """The leaderboard as it is after everything that has been handed in."""
    world.clock.pass_(seconds=5)
    with world.database.write() as session:
        boards.rebuild(session, world.contest, world.clock())
    with world.database.read() as session:
        rows = standings.leaderboard(session, world.contest, world.clock()).rows
        return [(row.place, row.name, row.points) for row in rows]


def test_ranked_apart_the_board_begins_anew_with_the_first_hand_in_of_a_stage(world: World, people: People):
    world.apply(stages=(stage(world, "a", -1, 2), stage(world, "b", 1, 5)), board=BoardRules(each_stage=True))
    people.sit("alice")
    people.sit("bob", wrong=1)
    assert board(world) == [(1, "A**", 7000), (2, "B**", 6000)]
    world.clock.pass_(days=1, hours=1)
    assert board(world) == [(1, "A**", 7000), (2, "B**", 6000)], "the new stage has begun, nobody has handed in"
    people.sit("bob", wrong=2)
    assert board(world) == [(1, "B**", 5000)]
    people.sit("alice", wrong=3)
    assert board(world) == [(1, "B**", 5000), (2, "A**", 4000)]
    with world.database.read() as session:
        assert standings.my_place(session, world.contest, _account(session, "alice"), "", world.clock()) == (2, False, 2)


def test_stages_that_are_added_up_stay_on_one_board(world: World, people: People):
    world.apply(
        stages=(stage(world, "a", -1, 2), stage(world, "b", 1, 5), stage(world, "t", -1, 9, counts=False)), counting=Counting(each=Span.STAGE),
    )
    people.sit("alice", stage="a", wrong=1)
    people.sit("alice", stage="t")
    world.clock.pass_(days=1, hours=1)
    people.sit("alice", stage="b", wrong=2)
    assert board(world) == [(1, "A**", 11_000)]


def test_dense_places_leave_none_out(world: World, people: People):
    world.apply(ties=(), board=BoardRules(dense=True))
    world.add_account("dora")
    people.tokens["dora"] = accounts.fingerprint(world.token("dora"))
    for login, wrong in (("alice", 0), ("bob", 1), ("carol", 1), ("dora", 2)):
        people.sit(login, wrong)
    assert [place for place, _, _ in board(world)] == [1, 2, 2, 3]
    with world.database.read() as session:
        for login, place in (("dora", (3, False, 4)), ("carol", (2, True, 4)), ("alice", (1, False, 4))):
            assert standings.my_place(session, world.contest, _account(session, login), "", world.clock()) == place
        whole = standings.leaderboard(session, world.contest, world.clock()).rows
        for at in range(1, 5):
            assert standings.leaderboard(session, world.contest, world.clock(), at=at, limit=2).rows == whole[at - 1 : at + 1]
