"""Divisions with papers and stages of their own, on both engines: what a start draws, who may start, what a roster says."""

import pytest
from conftest import SECRET
from factories import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from quizapp.errors import BadFile, Refused
from quizapp.models.accounts import Account
from quizapp.models.contests import Entry
from quizapp.rules.contests import ContestRules, Division, EntryRules, Stage
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.rows import PersonRow
from quizapp.services import contests, entries, entry_changes, exam_rooms, organisations, printed, rosters, starts
from quizapp.services.accounts import fingerprint
from quizapp.services.audit import CLI

JUDGES = PaperBlueprint((Draw("tests", 2, 5_000, Kind.JUDGE),))
BLANKS = PaperBlueprint((Draw("tests", 3, 3_000, Kind.BLANK),))
STAFF, LEADERS = Division("zg", "职工组", blueprint=JUDGES), Division("ld", "领导干部组", blueprint=BLANKS)
CHOOSING = {"divisions": (STAFF, LEADERS), "entry": EntryRules(choose_division=True)}


def roster(world: World, *people: PersonRow) -> None:
    with world.database.write() as session:
        rosters.import_people(session, CLI, SECRET, people, None, world.clock(), "名册.csv")


def account(session: Session, name: str) -> Account:
    return session.scalars(select(Account).where(Account.name == name)).one()


def kinds(sitting: dict) -> list[str]:
    return [view["kind"] for view in sitting["items"]]


def test_a_start_draws_the_paper_of_ones_division(world: World, sign_in):
    world.apply(divisions=(Division("qy", "企业组", ("企业",), JUDGES), Division("qt", "其他组")))
    assert kinds(sign_in("alice").start()) == ["judge", "judge"]
    world.add_account("wang", "990101")  # of the town itself
    assert len(kinds(sign_in("wang").start())) == 7, "the contest's"


def test_practice_is_drawn_from_it_too(world: World, sign_in):
    world.apply(divisions=(Division("qy", "企业组", ("企业",), JUDGES),))
    assert kinds(sign_in("alice").start(practice=True)) == ["judge", "judge"]


def test_a_stage_of_another_division_is_neither_offered_nor_open(world: World, sign_in):
    world.apply(
        divisions=(Division("zj", "镇街组", ("镇街",)), Division("qy", "企业组", ("企业",))),
        stages=(Stage("town", "镇街场", divisions=("zj",)), Stage("firm", "企业场", blueprint=BLANKS, divisions=("qy",))),
    )
    alice = sign_in("alice")
    assert kinds(alice.start()) == ["blank", "blank", "blank"]
    refused = alice.post("/contests/june/sittings", {"stage": "town"})
    assert refused.status_code == 200, "one's open sitting is given back whatever is asked for"
    bob = sign_in("bob").post("/contests/june/sittings", {"stage": "town"})
    assert bob.status_code == 403 and "“镇街场”只限镇街组参加" in bob.get_data(as_text=True)
    page = alice.http.get("/c/june/start").get_data(as_text=True)
    assert "企业场" in page and "镇街场" not in page


def test_nobody_starts_before_a_division_is_chosen_and_then_sits_its_paper(world: World, sign_in):
    world.apply(**CHOOSING)
    alice = sign_in("alice")
    assert alice.post("/contests/june/sittings").status_code == 403
    assert alice.get("/contests/june").json["to_prepare"] is True
    token = fingerprint(world.token("alice"))
    with world.database.write() as session:
        entry = starts.enter(session, world.contest, token, world.clock())
        assert entry.division == ""
        entry.division = "ld"
    assert kinds(alice.start()) == ["blank", "blank", "blank"]


def test_a_roster_names_divisions_by_title_or_code(world: World):
    world.apply(**CHOOSING)
    roster(
        world, PersonRow(2, "张三", unit="东一厂", division="领导干部组"), PersonRow(3, "李四", unit="东一厂", division="zg"),
        PersonRow(4, "王五", unit="东一厂"),
    )  # fmt: skip
    with world.database.write() as session:
        found = [
            entries.enter_person(session, world.contest, account(session, name), world.clock()).division
            for name in ("张三", "李四", "王五")
        ]
    assert found == ["ld", "zg", ""]
    roster(world, PersonRow(2, "王五", unit="东一厂", division="职工组"))
    with world.database.read() as session:
        assert account(session, "王五").division == "职工组"


def test_a_division_that_no_contest_has_is_a_fault_with_its_line(world: World):
    world.apply(**CHOOSING)
    with pytest.raises(BadFile) as caught:
        roster(world, PersonRow(2, "张三", unit="东一厂", division="教师组"), PersonRow(3, "李四", unit="东一厂", division="职工组"))
    assert [(fault.line, fault.field) for fault in caught.value.faults] == [(2, "division")]
    assert "请填职工组、领导干部组之一" in str(caught.value.faults[0])


def test_where_nobody_chooses_the_column_says_nothing(world: World):
    roster(world, PersonRow(2, "张三", unit="东一厂", division="教师组"))
    with world.database.read() as session:
        assert account(session, "张三").division is None


def test_printed_papers_are_those_of_the_division_and_wait_for_it(world: World):
    world.apply(**CHOOSING)
    roster(world, PersonRow(2, "张三", unit="东一厂", division="领导干部组"), PersonRow(3, "李四", unit="东一厂"))
    with world.database.write() as session:
        people = [one for one in exam_rooms.examinees(session, world.contest, None) if one.name in ("张三", "李四")]
        made, left_out = printed.print_papers(session, CLI, world.contest, people, "", world.clock())
        assert made == 1 and [name for name, _ in left_out] == ["李四"] and isinstance(left_out[0][1], Refused)
        [sheet] = printed.sheets(session, world.contest, 10)
    assert [view["kind"] for view in sheet.views] == ["blank"] * 3 and sheet.division == "ld"


def test_a_bank_too_small_for_a_division_is_named(world: World):
    with pytest.raises(BadFile) as caught:
        world.apply(divisions=(Division("qy", "企业组", ("企业",), PaperBlueprint((Draw("tests", 4, 100, Kind.JUDGE),))),))
    assert [str(fault) for fault in caught.value.faults] == ["组别“企业组”组卷第1行：题库“tests”中符合条件的题还差1道"]


def test_rules_stored_before_there_were_papers_of_divisions_are_read(world: World):
    stored = contests.STORED.dump_python(world.apply(divisions=(Division("qy", "企业组", ("企业",)),)).rules, mode="json")
    for division in stored["divisions"]:
        del division["blueprint"], division["study"]
    del stored["entry"]["choose_division"]
    read: ContestRules = contests.STORED.validate_python(stored)
    assert read.divisions == (Division("qy", "企业组", ("企业",)),) and not read.entry.choose_division


def test_an_entry_keeps_its_chosen_division_when_the_unit_changes(world: World, sign_in):
    world.apply(**CHOOSING)
    roster(world, PersonRow(2, "张三", unit="东一厂", division="领导干部组"))
    with world.database.write() as session:
        entry = entries.enter_person(session, world.contest, account(session, "张三"), world.clock())
        entry_changes.change_unit(session, world.contest, entry, organisations.find_unit(session, "990102"), world.clock())
        session.flush()
        assert session.scalars(select(Entry.division).where(Entry.id == entry.id)).one() == "ld"
