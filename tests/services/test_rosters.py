"""Rosters and lists of accounts: all or nothing, everybody once, passwords that work at once."""

import pytest
from conftest import SECRET
from factories import World
from sqlalchemy import func, select

from quizapp.errors import BadFile
from quizapp.models.accounts import Account
from quizapp.rules.rows import AccountRow, PersonRow
from quizapp.services import account_imports, accounts, organisations, rosters
from quizapp.services.audit import CLI


def put(world: World, *people: PersonRow, unit: str | None = None, reissue: bool = False) -> list[tuple[str, str, str]]:
    with world.database.write() as session:
        home = organisations.find_unit(session, unit) if unit else None
        issued = rosters.import_people(session, CLI, SECRET, people, home, world.clock(), "x.csv", reissue=reissue)
    return [(person.name, name, code) for person, name, code in issued]


def count(world: World) -> int:
    with world.database.read() as session:
        return session.scalar(select(func.count()).select_from(Account)) or 0


def test_a_unit_is_meant_by_code_or_by_name(world: World):
    issued = put(world, PersonRow(2, "张三", unit="东一厂"), PersonRow(3, "李四", unit="99010102"))
    assert [line[:2] for line in issued] == [("张三", "东一厂"), ("李四", "东二厂")]


def test_every_fault_is_told_and_nobody_is_kept(world: World):
    before = count(world)
    rows = [
        PersonRow(2, "张三", unit="没有"),
        PersonRow(3, "李四"),
        PersonRow(4, "王五", unit="东一厂"),
        PersonRow(5, "长" * 65, unit="东一厂"),
    ]
    with pytest.raises(BadFile) as refused:
        put(world, *rows)
    assert [fault.line for fault in refused.value.faults] == [2, 3, 5]
    assert count(world) == before


def test_a_unit_outside_the_one_given_is_not_found(world: World):
    with pytest.raises(BadFile, match="1处"):
        put(world, PersonRow(2, "张三", unit="西一厂"), unit="990101")
    assert put(world, PersonRow(2, "张三", unit="东二厂"), unit="990101")[0][1] == "东二厂"


@pytest.mark.parametrize(
    "again",
    [
        PersonRow(2, "张三", "13800138000", "001", "东一厂"),
        PersonRow(2, "张三", "13800138000", None, "东一厂"),
        PersonRow(2, "张三", "13900139000", "001", "东一厂"),
        PersonRow(2, "张三", None, None, "东一厂"),
    ],
)
def test_the_same_person_again_is_not_doubled_and_keeps_the_code(world: World, again: PersonRow):
    ((_, _, code),) = put(world, PersonRow(2, "张三", "13800138000", "001", "东一厂"))
    before = count(world)
    assert put(world, again) == []
    assert count(world) == before
    with world.database.write() as session:
        found, _ = accounts.sign_in_with_code(session, SECRET, code, "", world.clock())
        account = session.get_one(Account, found.id)
        assert account.phone == (again.phone or "13800138000")


@pytest.mark.parametrize(
    "other",
    [
        PersonRow(2, "张三", "13800138000", "002", "东一厂"),
        PersonRow(2, "张三", "13900139000", None, "东一厂"),
        PersonRow(2, "张三", "13800138000", "001", "东二厂"),
        PersonRow(2, "张山", "13800138000", "001", "东一厂"),
    ],
)
def test_another_person_is_another_person(world: World, other: PersonRow):
    put(world, PersonRow(2, "张三", "13800138000", "001", "东一厂"))
    assert len(put(world, other)) == 1


def test_two_of_one_name_are_never_taken_for_one(world: World):
    bare = PersonRow(2, "张三", unit="东一厂")
    put(world, bare)
    assert (
        len(
            put(world, PersonRow(2, "张三", number="1", unit="东一厂"), PersonRow(3, "张三", number="2", unit="东一厂"))
        )
        == 1
    )
    with pytest.raises(BadFile):
        put(world, bare)


def test_a_code_that_has_run_out_is_replaced(world: World):
    put(world, PersonRow(2, "张三", unit="东一厂"))
    world.clock.pass_(days=31)
    assert len(put(world, PersonRow(2, "张三", unit="东一厂"))) == 1


def test_reissuing_ends_the_codes_in_hand(world: World):
    ((_, _, first),) = put(world, PersonRow(2, "张三", unit="东一厂"))
    ((_, _, second),) = put(world, PersonRow(2, "张三", unit="东一厂"), reissue=True)
    with world.database.write() as session:
        assert accounts.sign_in_with_code(session, SECRET, second, "", world.clock())
    with world.database.write() as session, pytest.raises(accounts.Unauthenticated):
        accounts.sign_in_with_code(session, SECRET, first, "", world.clock())


def make(world: World, *rows: AccountRow) -> int:
    with world.database.write() as session:
        return account_imports.import_accounts(session, CLI, rows, world.clock(), "x.csv")


def test_imported_accounts_sign_in_at_once(world: World):
    rows = [
        AccountRow(2, "p1", "contestant", "password-1", "99010101", "张三"),
        AccountRow(3, "p2", "official", "password-2", "990101"),
    ]
    assert make(world, *rows) == 2
    with world.database.write() as session:
        first, second = (
            session.get_one(Account, accounts.check_password(accounts.find_login(session, login, "", world.clock()), password))
            for login, password in (("p1", "password-1"), ("p2", "password-2"))
        )
        assert (first.name, first.on_roster, first.must_change_password) == ("张三", True, False)
        assert (second.name, second.on_roster, second.role) == ("p2", False, "official")


def test_every_fault_of_an_account_list_is_told_and_none_is_made(world: World):
    before = count(world)
    rows = [
        AccountRow(2, "alice", "contestant", "password-1"),
        AccountRow(3, "p3", "contestant", "123456"),
        AccountRow(4, "p4", "official", "password-1"),
        AccountRow(5, "p5", "contestant", "password-1", "7777"),
        AccountRow(6, "p6", "contestant", "password-1"),
    ]
    with pytest.raises(BadFile) as refused:
        make(world, *rows)
    assert [fault.line for fault in refused.value.faults] == [2, 3, 4, 5]
    assert "123456" not in " ".join(map(str, refused.value.faults))
    assert count(world) == before
