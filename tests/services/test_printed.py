"""Printed papers: one for each person, keyed in by two, counted like any sitting; nobody enters a score."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from conftest import NOON, SECRET
from factories import DAY, PICTURES, World, every_kind, right_answers
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from quizapp.errors import Invalid, NotFound, QuizError, Refused
from quizapp.models.accounts import Account
from quizapp.models.audit import AuditRecord
from quizapp.models.marking import PrintedPaper
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing
from quizapp.rules.contests import Limits, Stage
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.roles import Role
from quizapp.services import banks, exam_rooms, keying, organisations, people_results, printed
from quizapp.services.audit import CLI, Actor
from quizapp.services.keying import Keying

TODAY = "2026-06-01"


def actor(world: World, login: str) -> Actor:
    with world.database.read() as session:
        return Actor(session.scalars(select(Account.id).where(Account.login == login)).one(), login.title())


def make(world: World, unit: str | None = None, stage: str = "") -> tuple[int, list[tuple[str, QuizError]]]:
    with world.database.write() as session:
        under = organisations.find_unit(session, unit) if unit else None
        people = exam_rooms.examinees(session, world.contest, under)
        return printed.print_papers(session, CLI, world.contest, people, stage, world.clock())


def listed(world: World) -> dict[str, printed.Printed]:
    """The newest paper of each person, by name."""
    with world.database.read() as session:
        return {one.name: one for one in printed.list_printed(session, world.contest, world.clock())}


def right(world: World, serial: str, wrong: int = 0) -> dict[str, Any]:
    with world.database.read() as session:
        found = {sheet.serial: sheet for sheet in printed.sheets(session, world.contest, 100)}
    return right_answers({"items": found[serial].views}, wrong)


def key(world: World, who: str, serial: str, answers: dict[str, Any], day: str = TODAY, minutes: int | None = 5) -> str:
    me = actor(world, who)
    given = Keying(answers, day, minutes and minutes * 60_000)
    with world.database.write() as session:
        return keying.key_in(session, SECRET, me, world.contest, serial, given, world.clock())


def task(world: World, who: str, serial: str) -> keying.Task:
    me = actor(world, who)
    with world.database.read() as session:
        return keying.task(session, me, world.contest, serial)


def both(world: World, serial: str, answers: dict[str, Any], **told: Any) -> str:
    key(world, "olga", serial, answers, **told)
    return key(world, "ada", serial, answers, **told)


def stored(world: World, serial: str) -> PrintedPaper:
    with world.database.read() as session:
        return session.scalars(select(PrintedPaper).where(PrintedPaper.serial == serial)).one()


def sittings(world: World) -> list[Sitting]:
    with world.database.read() as session:
        return list(session.scalars(select(Sitting).order_by(Sitting.attempt_no)))


def test_everybody_expected_gets_one_paper_and_printing_again_makes_no_second(world: World):
    assert make(world) == (3, [])
    first = listed(world)
    assert sorted(first) == ["Alice", "Bob", "Carol"] and {one.state for one in first.values()} == {"printed"}
    assert make(world) == (0, [])
    assert listed(world) == first


def test_papers_are_made_for_a_unit_and_drawn_for_each(world: World):
    assert make(world, "990101") == (2, [])
    papers = [stored(world, one.serial).paper["items"] for one in listed(world).values()]
    assert len(papers[0]) == world.contest.rules.blueprint.total and papers[0] != papers[1]


def test_two_people_who_read_the_same_make_a_sitting(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    answers = right(world, serial, wrong=1)
    assert key(world, "olga", serial, answers, minutes=8) == "keyed"
    assert sittings(world) == [] and listed(world)["Alice"].state == "keyed"
    assert key(world, "ada", serial, answers, minutes=8) == "done"
    [sitting] = sittings(world)
    assert (sitting.points, sitting.of, sitting.time_ms, sitting.state, sitting.track) == (
        6000,
        7000,
        480_000,
        "handed_in",
        "counted",
    )
    assert (sitting.day, sitting.attempt_no, sitting.day_no, sitting.valid, sitting.total) == (TODAY, 1, 1, True, 7)
    assert sitting.paper == stored(world, serial).paper and sitting.finished_at == NOON and sitting.receipt
    assert listed(world)["Alice"].state == "done" and stored(world, serial).sitting_id == sitting.id


def test_papers_stand_in_the_same_ranking_as_sittings_on_screen(world: World, sign_in):
    make(world)
    alice, carol = listed(world)["Alice"].serial, listed(world)["Carol"].serial
    sign_in("bob").sit(wrong=1)
    both(world, alice, right(world, alice))
    both(world, carol, right(world, carol, wrong=3))
    with world.database.replica(world.clock()) as session:
        rows = list(people_results.people(session, world.contest))
    assert [(row.place, row.name, row.points) for row in rows] == [
        (1, "Alice", 7000),
        (2, "Bob", 6000),
        (3, "Carol", 4000),
    ]


def test_a_second_keying_by_the_same_person_is_refused(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    answers = right(world, serial)
    key(world, "olga", serial, answers)
    with pytest.raises(Refused, match="另一个人"):
        key(world, "olga", serial, answers)
    with pytest.raises(Refused, match="另一个人"):
        task(world, "olga", serial)
    with pytest.raises(IntegrityError), world.database.write() as session:
        paper = session.scalars(select(PrintedPaper).where(PrintedPaper.serial == serial)).one()
        paper.second, paper.second_by = paper.first, paper.first_by
        session.flush()


def test_the_second_sees_nothing_of_the_first(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    key(world, "olga", serial, right(world, serial))
    told = task(world, "ada", serial)
    assert told.mine is None and len(told.views) == 7


def test_where_two_differ_only_that_is_asked_again_and_everything_is_kept(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    answers = right(world, serial)
    slip = answers | {"2": right(world, serial, wrong=7)["2"]}
    key(world, "olga", serial, slip)
    assert key(world, "ada", serial, answers) == "differs"
    assert listed(world)["Alice"].state == "differs" and sittings(world) == []
    told = task(world, "olga", serial)
    assert [view["position"] for view in told.views] == [2] and told.asks == frozenset()
    assert told.mine is not None and told.mine.answers["2"] == slip["2"]
    assert key(world, "ada", serial, {"2": answers["2"]}) == "differs"  # she looked again and reads the same
    assert key(world, "olga", serial, {"2": answers["2"], "3": slip["2"]}, minutes=1) == "done"
    [sitting] = sittings(world)
    assert sitting.points == 7000 and sitting.time_ms == 300_000  # what was not asked did not change
    first = stored(world, serial).first
    assert first is not None and first["before"][0]["answers"]["2"] == slip["2"]
    with world.database.read() as session:
        acts = [
            (one.action, one.detail.get("state"))
            for one in session.scalars(select(AuditRecord).order_by(AuditRecord.id))
        ]
    assert acts[-4:] == [
        ("paper.key_in", "keyed"),
        ("paper.key_in", "differs"),
        ("paper.correct", "differs"),
        ("paper.correct", "done"),
    ]


def test_what_a_sheet_leaves_empty_may_be_taken_back(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    answers = right(world, serial)
    left_out = {position: answer for position, answer in answers.items() if position != "1"}
    key(world, "olga", serial, answers)
    assert key(world, "ada", serial, left_out) == "differs"
    assert key(world, "olga", serial, {"1": []}) == "done"
    assert sittings(world)[0].points == 6000


def test_nobody_else_decides_between_two(world: World):
    world.add_account("oscar", None, Role.ORGANISER)
    make(world)
    serial = listed(world)["Alice"].serial
    answers, other = right(world, serial), right(world, serial, wrong=1)
    key(world, "olga", serial, answers)
    key(world, "ada", serial, other)
    with pytest.raises(Refused, match="录入的两人"):
        key(world, "oscar", serial, answers)


def test_a_paper_is_keyed_in_once(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    answers = right(world, serial)
    both(world, serial, answers)
    with pytest.raises(Refused, match="已由两人录入一致"):
        key(world, "olga", serial, answers)
    assert len(sittings(world)) == 1


def test_width_and_signs_of_a_text_are_no_difference(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    answers = right(world, serial)
    key(world, "olga", serial, answers | {"7": "主要负责人。"})
    assert key(world, "ada", serial, answers | {"7": " 主要负责人"}) == "done"


def test_time_and_day_are_read_by_both(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    answers = right(world, serial)
    key(world, "olga", serial, answers, minutes=7)
    assert key(world, "ada", serial, answers, minutes=None, day="2026-05-31") == "differs"
    assert task(world, "ada", serial).asks == {"day", "time_ms"} and task(world, "ada", serial).views == ()
    assert key(world, "ada", serial, {}, minutes=7) == "done"


def test_without_a_time_the_whole_clock_is_charged(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    both(world, serial, right(world, serial), minutes=None)
    assert sittings(world)[0].time_ms == 600_000


@pytest.mark.parametrize("minutes", [0, 11])
def test_nobody_uses_more_time_than_there_is(world: World, minutes: int):
    make(world)
    serial = listed(world)["Alice"].serial
    with pytest.raises(Invalid, match="用时最多10分钟"):
        key(world, "olga", serial, {}, minutes=minutes if minutes else -1)


@pytest.mark.parametrize("day", ["2026-06-02", "2026-05-30", "6月1日", ""])
def test_the_day_is_one_of_the_contest_and_not_to_come(world: World, day: str):
    make(world)
    serial = listed(world)["Alice"].serial
    with pytest.raises(Invalid, match="考试日期"):
        key(world, "olga", serial, {}, day=day)


def test_a_paper_of_yesterday_counts_yesterday(world: World, sign_in):
    sign_in("alice").sit()
    world.apply(limits=Limits(per_day=1))
    make(world)
    serial = listed(world)["Alice"].serial
    answers = right(world, serial)
    with pytest.raises(Refused, match="今天的1次"):
        key(world, "olga", serial, answers)
    assert both(world, serial, answers, day="2026-05-31") == "done"
    assert [(one.attempt_no, one.day, one.day_no) for one in sittings(world)] == [(1, TODAY, 1), (2, "2026-05-31", 1)]
    assert sittings(world)[1].finished_at == NOON - DAY // 2 - 1  # the end of that day


def test_whoever_has_no_sitting_left_gets_no_paper_and_none_is_keyed_in(world: World, sign_in):
    world.apply(limits=Limits(total=1))
    make(world, "99010101")
    sign_in("alice").sit()
    sign_in("bob").sit()
    assert [(name, str(reason)) for name, reason in make(world)[1]] == [("Bob", "1次答题机会已全部用完")]
    with pytest.raises(Refused, match="1次答题机会已全部用完"):
        key(world, "olga", listed(world)["Alice"].serial, {})
    assert listed(world)["Alice"].state == "printed"


def test_who_failed_gets_a_paper_for_the_second_try(world: World):
    world.apply(limits=Limits(total=1, retakes=1), pass_points=5000)
    make(world)
    alice, bob = listed(world)["Alice"].serial, listed(world)["Bob"].serial
    both(world, alice, right(world, alice, wrong=6))
    both(world, bob, right(world, bob))
    made, left_out = make(world)
    assert made == 1 and [name for name, _ in left_out] == ["Bob"]
    again = listed(world)["Alice"].serial
    both(world, again, right(world, again))
    assert [one.attempt_no for one in sittings(world) if one.entry_id == sittings(world)[0].entry_id] == [1, 2]


def test_a_stage_has_papers_and_tracks_of_its_own(world: World):
    world.apply(stages=(Stage("first", "初赛", limits=Limits(total=1)), Stage("final", "决赛")))
    with pytest.raises(Invalid, match="请选择是哪个阶段"):
        make(world)
    with pytest.raises(NotFound):
        make(world, stage="third")
    assert make(world, stage="first")[0] == make(world, stage="final")[0] == 3
    with world.database.read() as session:
        [sheet] = printed.sheets(session, world.contest, 1, stage="first", search="alice")
    assert both(world, sheet.serial, right_answers({"items": sheet.views})) == "done"
    assert sittings(world)[0].track == "first"


def test_nobody_gets_a_paper_when_it_is_over(world: World):
    world.clock.pass_(days=21)
    with pytest.raises(Refused, match="已经结束"):
        make(world)


def test_too_many_at_once_are_made_in_parts(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(printed, "AT_ONCE", 2)
    with pytest.raises(Invalid, match="这里有3人"):
        make(world)
    assert make(world, "990101")[0] == 2 and make(world)[0] == 1


def test_what_only_people_can_mark_is_not_printed(world: World):
    with world.database.write() as session:
        banks.import_bank(session, CLI, every_kind(), world.clock(), images=PICTURES)
    world.apply(blueprint=PaperBlueprint((Draw("kinds", 9, 1000),)))
    with pytest.raises(Refused, match=r"第10题（essay）”（t-010）"):
        make(world)


def test_every_other_kind_can_be_keyed_in(world: World):
    with world.database.write() as session:
        banks.import_bank(session, CLI, every_kind(), world.clock(), images=PICTURES)
    kinds = [kind for kind in Kind if kind is not Kind.ESSAY]
    world.apply(blueprint=PaperBlueprint(tuple(Draw("kinds", 1, 1400, kind) for kind in kinds)))
    make(world)
    serial = listed(world)["Alice"].serial
    assert both(world, serial, right(world, serial)) == "done"
    assert sittings(world)[0].points == sittings(world)[0].of == 9 * 1400


def test_answers_that_do_not_fit_are_named(world: World):
    make(world)
    with pytest.raises(Invalid) as refused:
        key(world, "olga", listed(world)["Alice"].serial, {"1": ["Z"], "2": ["A"], "9": ["A"]})
    assert [field for field, _ in refused.value.errors] == ["answers.1", "answers.9"]


def test_a_serial_with_a_slip_and_an_unknown_one_are_told_apart(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    with pytest.raises(Invalid, match="请核对试卷右上角"):
        task(world, "olga", serial[:-1] + ("A" if serial[-1] != "A" else "B"))
    with pytest.raises(NotFound, match="没有编号为"):
        task(world, "olga", "AAA AAA")
    assert task(world, "olga", f"{serial[:3].lower()} {serial[3:]}").name == "Alice"


def test_what_was_never_keyed_in_is_absent_once_it_is_over(world: World):
    make(world)
    serial = listed(world)["Bob"].serial
    both(world, serial, right(world, serial))
    world.clock.pass_(days=21)
    assert {name: one.state for name, one in listed(world).items()} == {
        "Alice": "absent",
        "Bob": "done",
        "Carol": "absent",
    }


def test_sheets_come_in_late_but_not_after_the_results(world: World):
    make(world)
    alice, bob = listed(world)["Alice"].serial, listed(world)["Bob"].serial
    answers = right(world, bob)
    world.clock.pass_(days=21)
    assert both(world, alice, right(world, alice), day="2026-06-21") == "done"
    assert sittings(world)[0].finished_at == world.contest.rules.closes_at
    world.contest = replace(world.contest, published_at=world.clock())
    with pytest.raises(Refused, match="结果已经公布"):
        key(world, "olga", bob, answers)


def test_a_guest_s_paper_is_marked_and_not_ranked(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    with world.database.write() as session:
        entry = session.get_one(keying.Entry, (world.contest.id, stored(world, serial).entry_id))
        entry.counts = False
    both(world, serial, right(world, serial))
    with world.database.read() as session:
        assert session.scalars(select(Standing)).all() == []
    assert sittings(world)[0].points == 7000


def test_two_who_key_in_at_the_same_moment_are_first_and_second(world: World):
    make(world)
    serial = listed(world)["Alice"].serial
    answers = right(world, serial)
    gate, states = threading.Barrier(2), []

    def one(who: str) -> None:
        gate.wait()
        states.append(key(world, who, serial, answers))

    threads = [threading.Thread(target=one, args=(who,)) for who in ("olga", "ada")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == ["done", "keyed"] and len(sittings(world)) == 1


def test_two_who_print_at_the_same_moment_make_one_paper_each(world: World):
    gate = threading.Barrier(2)

    def one() -> None:
        gate.wait()
        make(world)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with world.database.read() as session:
        assert len(printed.list_printed(session, world.contest, world.clock())) == 3
