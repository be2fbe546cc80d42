"""Who goes on to the next stage: the best of each unit, found once when a stage is over."""

from fractions import Fraction

import pytest
from factories import HOUR, SECRET, World
from sqlalchemy import select

from quizapp import jobs
from quizapp.models.accounts import Account
from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.records import Promoted
from quizapp.rules.commendations import Per
from quizapp.rules.contests import Division, Promotion, Stage


@pytest.fixture
def staged(world: World) -> World:
    """Two rounds of an hour each; the best of each company goes on."""
    now = world.clock()
    world.add_account("anna")
    first = Stage("first", "初赛", now - HOUR, now + HOUR, now + HOUR, promote=Promotion(1, "企业"))
    world.apply(stages=(first, Stage("second", "决赛", now + HOUR + 1, now + 2 * HOUR, now + 2 * HOUR)))
    return world


def promoted(world: World) -> list[str]:
    with world.database.read() as session:
        names = select(Entry.name).join(Promoted, (Promoted.contest_id == Entry.contest_id) & (Promoted.entry_id == Entry.id))
        return sorted(session.scalars(names))


def test_the_best_of_each_company_goes_on_once_the_stage_is_over(staged: World, sign_in):
    for login, wrong in (("alice", 2), ("anna", 0), ("bob", 3)):
        sign_in(login).sit(wrong=wrong)
    assert jobs.promote(staged.database, staged.clock()) == 0
    staged.clock.pass_(hours=1, seconds=1)
    assert jobs.promote(staged.database, staged.clock()) == 1
    assert promoted(staged) == ["Anna", "Bob"]
    assert jobs.promote(staged.database, staged.clock()) == 0
    assert sign_in("anna").post("/contests/june/sittings").status_code == 201
    refused = sign_in("alice").post("/contests/june/sittings")
    assert refused.status_code == 403 and "晋级" in refused.json["detail"]


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (Promotion(share=Fraction(1, 4)), ["Anna"]),  # of three people 0.75: one
        (Promotion(share=Fraction(1, 2)), ["Alice", "Anna"]),  # 1.5: two
        (Promotion(1, per=Per.DIVISION), ["Anna", "Bob"]),  # the best of each division
    ],
)
def test_a_share_or_the_best_of_each_division_goes_on(world: World, sign_in, rule, names):
    now = world.clock()
    world.add_account("anna")
    first = Stage("first", "初赛", now - HOUR, now + HOUR, now + HOUR, promote=rule)
    world.apply(
        stages=(first, Stage("second", "决赛", now + HOUR + 1, now + 2 * HOUR, now + 2 * HOUR)),
        divisions=(Division("firms", "企业组", ("企业",)), Division("towns", "镇街组", ("村社", "镇街"))),
    )
    with world.database.write() as session:
        unit = session.scalars(select(Unit).join(Account, Account.unit_id == Unit.id).where(Account.login == "bob")).one()
        unit.kind = "镇街"
    for login, wrong in (("alice", 2), ("anna", 0), ("bob", 3)):
        sign_in(login).sit(wrong=wrong)
    world.clock.pass_(hours=1, seconds=1)
    jobs.promote(world.database, world.clock())
    assert promoted(world) == names


def test_somebody_of_no_such_unit_does_not_go_on(staged: World, sign_in):
    staged.add_account("tom", "990101")  # of the town itself
    for login in ("tom", "bob"):
        sign_in(login).sit()
    staged.clock.pass_(hours=1, seconds=1)
    jobs.promote(staged.database, staged.clock())
    assert promoted(staged) == ["Bob"]


def test_nobody_goes_on_while_a_sitting_of_the_stage_still_runs(staged: World, sign_in):
    sign_in("bob").sit()
    sign_in("alice").start()
    staged.clock.pass_(hours=1, seconds=1)
    assert jobs.promote(staged.database, staged.clock()) == 0
    jobs.finish_overdue(staged.database, SECRET, staged.clock() + 10_000)
    assert jobs.promote(staged.database, staged.clock() + 10_000) == 1
    assert promoted(staged) == ["Alice", "Bob"]
