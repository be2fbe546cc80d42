"""Essays marked by people: who gets which, what they see of it, and what comes of two marks or three."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from threading import Barrier
from typing import Any

import pytest
from factories import HOUR, World, item, right_answers
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from quizapp.errors import Conflict, Invalid, Refused
from quizapp.models.accounts import Account
from quizapp.models.audit import AuditRecord
from quizapp.models.contests import Entry
from quizapp.models.marking import EssayMark
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing, UnitShare
from quizapp.rules.contests import EntryRules, Limits
from quizapp.rules.essays import IN_HAND_MS, State
from quizapp.rules.items import Bank, Criterion, Kind
from quizapp.rules.marking import Marking
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.roles import Role
from quizapp.rules.scoring import Scoring
from quizapp.services import accounts, banks, essays, finishing, starts, verdicts
from quizapp.services.audit import CLI, Actor
from quizapp.services.choices import Wish

QUIZ_AND_ESSAY = PaperBlueprint((Draw("mixed", 1, 500, Kind.SINGLE), Draw("mixed", 1, 1000, Kind.ESSAY)), shuffle_items=False)
ONE_ESSAY = PaperBlueprint((Draw("texts", 1, 5000, Kind.ESSAY),))
MIXED = Bank("mixed", "单选和论述", "测试", (item(1), item(2, Kind.ESSAY)))
TEXTS = Bank(
    "texts", "征文", "测试", (item(1, Kind.ESSAY, rubric=(Criterion("立意", 6000), Criterion("文字", 4000)), explain="看事例"),)
)  # fmt: skip


@dataclass
class Room:
    """A contest with essays, and the people who write and mark."""

    world: World

    def write(self, login: str, *, practice: bool = False, empty: bool = False, wrong: int = 0) -> str:
        """The public id of a finished sitting with an essay in it."""
        token = accounts.fingerprint(self.world.token(login))
        with self.world.database.write() as session:
            sitting, _ = starts.start_sitting(session, "june", token, self.world.clock(), Wish(practice, "", ""))
            answers = right_answers(sitting, wrong)
            if empty:
                answers = {at: "" if sitting["items"][int(at) - 1]["kind"] == "essay" else one for at, one in answers.items()}
            self.world.clock.pass_(seconds=30)
            finishing.hand_in(
                session, "s" * 32, sitting["id"], token, self.world.clock(), revision=0, key="k", answers=answers
            )
        return sitting["id"]

    def actor(self, login: str) -> Actor:
        with self.world.database.read() as session:
            account = session.scalars(select(Account).where(Account.login == login)).one()
        return Actor(account.id, account.name)

    def take(self, login: str, decide: bool = False) -> str | None:
        actor = self.actor(login)
        with self.world.database.write() as session:
            return essays.find_next(session, self.world.contest, actor, self.world.clock(), decide=decide)

    def mark(self, login: str, *parts: int, note: str = "", decide: bool = False) -> str:
        """Take the next and mark it."""
        code = self.take(login, decide)
        assert code is not None
        self.give(login, code, *parts, note=note)
        return code

    def give(self, login: str, code: str, *parts: int, note: str = "") -> None:
        actor = self.actor(login)
        with self.world.database.write() as session:
            essays.mark_essay(session, self.world.contest, actor, code, parts, note, self.world.clock())

    def task(self, login: str) -> essays.Task | None:
        with self.world.database.read() as session:
            return essays.task_of(session, self.world.contest, self.actor(login).id)

    def queue(self, login: str) -> tuple[int, ...]:
        with self.world.database.read() as session:
            found = essays.queue(session, self.world.contest, self.actor(login).id, self.world.clock())
        return found.unmarked, found.differing, found.final, found.to_mark, found.to_decide

    def result(self, login: str, sitting_id: str) -> finishing.Result:
        token = accounts.fingerprint(self.world.token(login))
        with self.world.database.read() as session:
            found = finishing.result_of(session, sitting_id, token, self.world.clock())
        assert found is not None
        return found

    def rows(self, model: Any) -> list[Any]:
        with self.world.database.read() as session:
            return list(session.scalars(select(model)))


@pytest.fixture
def room(world: World) -> Room:
    with world.database.write() as session:
        banks.import_bank(session, CLI, MIXED, world.clock())
        banks.import_bank(session, CLI, TEXTS, world.clock())
    world.apply(blueprint=QUIZ_AND_ESSAY, limits=Limits(per_day=3, practice_per_day=3))
    return Room(world)


def test_two_marks_that_agree_settle_the_score_and_the_standing(room: Room):
    sitting = room.write("alice")
    before, (standing,) = room.result("alice", sitting), room.rows(Standing)
    assert (before.points, before.provisional, standing.points) == (500, True, 500)
    room.world.clock.pass_(minutes=5)
    code = room.mark("olga", 801)
    assert room.result("alice", sitting) == before, "one mark alone changes nothing"
    assert room.mark("ofelia", 700) == code
    after, (standing,) = room.result("alice", sitting), room.rows(Standing)
    assert after == replace(before, points=1251, provisional=False)
    assert (standing.points, standing.time_ms, standing.changed_at) == (1251, before.time_ms, room.world.clock())
    assert [share.points for share in room.rows(UnitShare)] == [1251]
    assert room.rows(Sitting)[0].marks == [500, 751]
    assert room.take("otto") is None and room.queue("otto") == (0, 0, 1, 0, 0)


def test_full_marks_from_both_make_the_essay_right_and_everything_right(room: Room):
    sitting = room.write("alice")
    room.mark("olga", 1000)
    room.mark("ofelia", 1000)
    found = room.result("alice", sitting)
    assert (found.points, found.right, found.of) == (1500, 2, 1500)


def test_marks_that_differ_go_to_a_third_who_sees_both_and_decides(room: Room):
    sitting = room.write("alice")
    code = room.mark("olga", 900, note="好")
    room.mark("ofelia", 600, note="一般")
    assert room.result("alice", sitting).provisional and room.result("alice", sitting).points == 500
    assert room.queue("olga") == (0, 1, 0, 0, 0), "who has marked it does not decide"
    assert room.queue("otto") == (0, 1, 0, 0, 1)
    assert room.take("olga", decide=True) is None and room.take("otto") is None
    assert room.take("otto", decide=True) == code
    task = room.task("otto")
    assert task is not None and task.others == ((900, "好"), (600, "一般"))
    room.give("otto", code, 850)
    assert (room.result("alice", sitting).points, room.result("alice", sitting).provisional) == (1350, False)


def test_the_gap_is_the_contest_s(room: Room):
    room.world.apply(blueprint=QUIZ_AND_ESSAY, scoring=Scoring(Marking(essay_gap=Fraction(3, 10))))
    sitting = room.write("alice")
    room.mark("olga", 900)
    room.mark("ofelia", 600)
    assert room.result("alice", sitting).points == 1250


def test_a_marker_sees_the_text_and_never_whose_it_is_nor_the_other_mark(room: Room):
    room.write("alice")
    room.mark("olga", 123, note="第一个人的话")
    code = room.take("ofelia")
    task = room.task("ofelia")
    assert task is not None and (task.code, task.turn, task.text, task.points) == (code, 2, "安全第一，预防为主", 1000)
    assert task.others == () and task.parts == [("", 1000)]
    told = repr(task)
    entry, sitting = room.rows(Entry)[0], room.rows(Sitting)[0]
    for secret in ("Alice", "东一厂", "99010101", "123", "第一个人", entry.id, entry.account_id, sitting.id, sitting.receipt):
        assert secret not in told, secret
    assert room.task("otto") is None
    log = [record for record in room.rows(AuditRecord) if record.action.startswith("essay.")]
    assert [record.action for record in log] == ["essay.take", "essay.mark", "essay.take"]
    assert all(record.object == f"june/{code}" and sitting.id not in str(record.detail) for record in log)
    assert log[1].detail == {"turn": 1, "points": None}, "a blind mark is not read in the log"


def test_an_essay_is_in_one_pair_of_hands_and_a_marker_has_one(room: Room):
    room.write("alice")
    assert room.take("ofelia") is not None
    assert room.take("otto") is None, "it is the only one, and in another's hands"
    room.write("bob")
    first, second = room.take("ofelia"), room.take("otto")
    assert first != second and first == room.take("ofelia"), "again gives the one in hand"
    assert room.queue("olga") == (2, 0, 0, 0, 0)


def test_what_has_one_mark_comes_before_what_has_none(room: Room):
    for login in ("alice", "bob", "carol"):
        room.write(login)
    begun = room.mark("olga", 500)
    assert room.take("ofelia") == begun


def test_nobody_marks_an_essay_twice_nor_their_own(room: Room):
    room.write("alice")
    with room.world.database.write() as session:  # she has become an official since
        session.execute(update(Account).where(Account.login == "alice").values(role=Role.OFFICIAL.value))
    assert room.take("alice") is None
    code = room.mark("olga", 500)
    assert room.take("olga") is None
    with pytest.raises(Conflict):
        room.give("olga", code, 600)
    mark = room.rows(EssayMark)[0]
    with pytest.raises(IntegrityError), room.world.database.write() as session:  # the table says so too
        same = {"contest_id": mark.contest_id, "sitting_id": mark.sitting_id, "position": mark.position}
        session.add(EssayMark(**same, marker_id=mark.marker_id, turn=2, note="", taken_at=0))
        session.flush()


def test_after_an_hour_another_gets_it_and_the_late_one_is_told(room: Room):
    room.write("alice")
    code = room.take("olga")
    assert code is not None
    room.world.clock.pass_(seconds=IN_HAND_MS / 1000 - 1)
    assert room.take("otto") is None
    room.world.clock.pass_(seconds=1)
    assert room.take("otto") == code
    with pytest.raises(Conflict, match="60分钟"):
        room.give("olga", code, 500)
    room.give("otto", code, 700)
    assert [(mark.turn, mark.points) for mark in room.rows(EssayMark)] == [(1, 700)]
    assert "essay.take_back" in {record.action for record in room.rows(AuditRecord)}
    assert room.take("olga") == code, "she may still be the second"


def test_who_is_late_but_still_has_it_loses_no_work(room: Room):
    room.write("alice")
    code = room.take("olga")
    room.world.clock.pass_(hours=5)
    assert code is not None
    room.give("olga", code, 500)
    assert room.rows(EssayMark)[0].points == 500


def test_markers_who_ask_at_once_get_different_essays(room: Room):
    for login in ("alice", "bob", "carol"):
        room.write(login)
    markers = ["olga", "ofelia", "otto"]
    for _ in range(3):
        together = Barrier(len(markers))

        def ask(login: str, together: Barrier = together) -> str | None:
            actor = room.actor(login)
            together.wait()
            with room.world.database.write() as session:
                return essays.find_next(session, room.world.contest, actor, room.world.clock())

        with ThreadPoolExecutor(len(markers)) as pool:
            codes = list(pool.map(ask, markers))
        assert len(set(codes)) == 3 and None not in codes
        room.world.clock.pass_(seconds=HOUR / 1000 + 1)


def test_one_marker_in_two_windows_has_one_essay(room: Room):
    for login in ("alice", "bob", "carol"):
        room.write(login)
    with ThreadPoolExecutor(4) as pool:
        codes = set(pool.map(lambda _: room.take("olga"), range(8)))
    assert len(codes) == 1 and len(room.rows(EssayMark)) == 1


def test_both_marks_at_once_settle_it_all_the_same(room: Room):
    """Neither sees the other's mark before it is committed; the sitting's lock makes one of them the second."""
    sitting = room.write("alice")
    code = room.take("olga")
    assert code is not None
    held = room.rows(EssayMark)[0]
    ofelia = room.actor("ofelia")
    with room.world.database.write() as session:  # as if two had it blind at the same time
        session.add(
            EssayMark(
                contest_id=held.contest_id, sitting_id=held.sitting_id, position=held.position, marker_id=ofelia.id,
                turn=2, note="", taken_at=room.world.clock(),
            )
        )  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda login: room.give(login, code, 800), ["olga", "ofelia"]))
    assert (room.result("alice", sitting).points, room.result("alice", sitting).provisional) == (1300, False)


def test_points_out_of_range_are_refused_and_it_stays_in_hand(room: Room):
    room.write("alice")
    code = room.take("olga")
    assert code is not None
    for parts in ((1001,), (-1,)):
        with pytest.raises(Invalid) as refused:
            room.give("olga", code, *parts)
        assert refused.value.errors == [("part1", "应在0到10分之间")]
    with pytest.raises(Invalid):
        room.give("olga", code, 5, note="长" * 1001)
    assert room.task("olga") is not None


def test_practice_trials_guests_and_empty_pages_are_nobody_s_work(room: Room):
    practised = room.write("alice", practice=True)
    tried, empty = room.write("olga"), room.write("bob", empty=True)
    assert room.queue("otto") == (0, 0, 0, 0, 0)
    for login, sitting in (("alice", practised), ("olga", tried), ("bob", empty)):
        assert not room.result(login, sitting).provisional


def test_a_contest_of_one_essay_is_marked_by_its_rubric(room: Room):
    room.world.apply(blueprint=ONE_ESSAY)
    sitting = room.write("alice")
    code = room.take("olga")
    task = room.task("olga")
    assert task is not None and code is not None and task.parts == [("立意", 6000), ("文字", 4000)] and task.explain == "看事例"
    with pytest.raises(Invalid) as refused:
        room.give("olga", code, 6001, 4001)
    assert [field for field, _ in refused.value.errors] == ["part1", "part2"]
    room.give("olga", code, 4500, 3001, note="事例好")
    room.mark("ofelia", 5000, 3000)
    found = room.result("alice", sitting)
    assert (found.points, found.of, found.total) == (3876, 5000, 1), "(37.51 + 40) / 2, half up"
    notes = {mark.turn: mark.note for mark in room.rows(EssayMark)}
    assert notes[1] == "立意 45/60，文字 30.01/40\n事例好" and notes[2] == "立意 50/60，文字 30/40"


@pytest.mark.parametrize(
    ("login", "units", "may"),
    [
        ("olga", ("99010101",), True), ("ada", (), True), ("ofelia", (), True), ("ofelia", ("99010101",), True),
        ("ofelia", ("9901",), True), ("otto", ("99010101",), False), ("lena", (), False), ("alice", (), False),
    ],
)  # fmt: skip
def test_organisers_mark_and_officials_of_its_part_of_the_tree(room: Room, login: str, units: tuple[str, ...], may: bool):
    contest = room.world.apply(blueprint=QUIZ_AND_ESSAY, entry=EntryRules(units=units))
    token = room.world.token(login)
    with room.world.database.read() as session:
        who = accounts.visitor_of(session, token, room.world.clock())
        assert who is not None
        if may:
            essays.check_marker(session, contest, who)
        else:
            with pytest.raises(Refused):
                essays.check_marker(session, contest, who)


def test_which_contests_ask_essays(room: Room):
    with room.world.database.read() as session:
        assert verdicts.asks_essays(session, room.world.contest)
    room.world.apply(blueprint=PaperBlueprint((Draw("mixed", 1, 500, Kind.SINGLE), Draw("tests", 1, 500))))
    with room.world.database.read() as session:
        assert not verdicts.asks_essays(session, room.world.contest)


def test_codes_are_short_steady_and_all_different(room: Room):
    for login in ("alice", "bob", "carol"):
        room.write(login)
    with room.world.database.read() as session:
        found = verdicts.survey(session, room.world.contest)
        again = verdicts.survey(session, room.world.contest)
    codes = [essay.code for essay in found]
    assert codes == sorted(set(codes)) and len(codes) == 3 and found == again
    assert all(len(code) == 9 and essay.verdict.state is State.UNMARKED for code, essay in zip(codes, found, strict=True))
