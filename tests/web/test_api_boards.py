"""Leaderboards and unit rankings through the API."""

from fractions import Fraction

import pytest
from factories import SECRET, World, right_answers
from sqlalchemy import select

from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.rules.contests import Board, BoardRules, Division, EntryRules, Limits
from quizapp.rules.roles import Role
from quizapp.rules.units import Metric, UnitRules
from quizapp.services import entry_changes, finishing


def play(world: World, sign_in) -> None:
    """Alice 70 in 1 s, Bob 60 in 1 s, Carol 60 in 1 s: Bob and Carol are told apart by who finished first."""
    for login, wrong in (("alice", 0), ("bob", 1), ("carol", 1)):
        world.clock.pass_(seconds=10)
        client = sign_in(login)
        client.sit(wrong=wrong)


def refreshed(world: World, client, path: str):
    world.clock.pass_(seconds=5)
    return client.get(path).json


def test_people_are_ranked_and_their_names_masked(world: World, sign_in):
    play(world, sign_in)
    board = sign_in("carol").get("/contests/june/leaderboard").json
    assert [(row["place"], row["name"], row["points"]) for row in board["rows"]] == [
        (1, "A**", 70), (2, "B**", 60), (3, "C**", 60),
    ]  # fmt: skip
    assert board["me"]["place"] == 3
    assert "me" not in sign_in().get("/contests/june/leaderboard").json


def test_equal_standings_share_a_place(world: World, sign_in):
    world.apply(ties=())
    play(world, sign_in)
    rows = sign_in().get("/contests/june/leaderboard").json["rows"]
    assert [(row["place"], row["shared"]) for row in rows] == [(1, False), (2, True), (2, True)]


def test_pages_go_on_where_the_last_one_ended(world: World, sign_in):
    world.apply(ties=())
    play(world, sign_in)
    client = sign_in("alice")
    first = client.get("/contests/june/leaderboard?limit=2").json
    second = client.get(f"/contests/june/leaderboard?limit=2&after={first['next']}").json
    assert [row["place"] for row in first["rows"] + second["rows"]] == [1, 2, 2]
    assert "next" not in second
    assert client.get("/contests/june/leaderboard?after=zz").status_code == 400
    assert len(client.get("/contests/june/leaderboard?limit=999999999").json["rows"]) == 3


def test_a_unit_s_own_board_counts_places_within_it(world: World, sign_in):
    play(world, sign_in)
    rows = sign_in().get("/contests/june/leaderboard?unit=990102").json["rows"]
    assert [(row["place"], row["name"]) for row in rows] == [(1, "C**")]


def test_divisions_are_ranked_apart(world: World, sign_in):
    world.apply(divisions=(Division("qiye", "企业组", ("企业",)), Division("qita", "其他组")))
    play(world, sign_in)
    world.add_account("dora", "990102")
    sign_in("dora").sit()
    rows = sign_in().get("/contests/june/leaderboard?division=qita").json["rows"]
    assert [(row["place"], row["name"]) for row in rows] == [(1, "D**")]


def test_units_are_ranked_at_every_level(world: World, sign_in):
    world.apply(units=UnitRules(hide_mean_below=1))
    play(world, sign_in)
    client = sign_in()
    towns = refreshed(world, client, "/contests/june/units?under=9901")["rows"]
    assert [(row["place"], row["name"], row["people"], row["mean"]) for row in towns] == [
        (1, "东镇", 2, 65), (2, "西镇", 1, 60),
    ]  # fmt: skip
    assert (towns[0]["headcount"], towns[0]["rate"]) == (14, 2 / 14)
    assert (towns[1]["headcount"], towns[1]["rate"]) == (None, None)
    companies = refreshed(world, client, "/contests/june/units?kind=企业")["rows"]
    assert [(row["place"], row["shared"], row["code"]) for row in companies] == [
        (1, False, "99010101"), (2, True, "99010102"), (2, True, "99010201"),
    ]  # fmt: skip
    top = refreshed(world, client, "/contests/june/units")["rows"]
    assert [(row["code"], row["people"], row["sittings"]) for row in top] == [("99", 3, 3)]


def test_only_units_that_qualify_get_a_place(world: World, sign_in):
    world.apply(units=UnitRules(min_people=2, hide_mean_below=2))
    play(world, sign_in)
    rows = refreshed(world, sign_in(), "/contests/june/units?under=9901")["rows"]
    assert [(row["place"], row["code"], row["mean"]) for row in rows] == [(1, "990101", 65), (None, "990102", None)]


def test_a_rate_above_one_is_flagged_and_unranked(world: World, sign_in):
    world.apply(units=UnitRules(weights=((Metric.RATE, Fraction(1)),), hide_mean_below=1), limits=Limits(per_day=5))
    for number in range(5):
        world.add_account(f"extra{number}", "99010102")
        sign_in(f"extra{number}").sit()
    sign_in("alice").sit()
    rows = refreshed(world, sign_in(), "/contests/june/units?under=990101")["rows"]
    assert [(row["code"], row["place"], row["rate"], row["flagged"]) for row in rows] == [
        ("99010101", 1, 0.1, False), ("99010102", None, 1.25, True),
    ]  # fmt: skip


def test_several_sittings_of_one_person_count_as_one(world: World, sign_in):
    alice = sign_in("alice")
    alice.sit(wrong=3)
    alice.sit()
    row = refreshed(world, sign_in(), "/contests/june/units?under=990101")["rows"][0]
    assert (row["people"], row["sittings"]) == (1, 2)


def test_what_staff_try_out_never_counts(world: World, sign_in):
    sign_in("olga").sit()
    assert sign_in().get("/contests/june/leaderboard").json["rows"] == []
    assert refreshed(world, sign_in(), "/contests/june/units")["rows"][0]["people"] == 0


def test_a_frozen_board_shows_the_state_of_the_freeze_everywhere(world: World, sign_in):
    sign_in("alice").sit(wrong=2)
    freeze = world.clock() + 60_000
    world.apply(board=BoardRules(freeze_at=freeze), units=UnitRules(hide_mean_below=1))
    world.clock.pass_(minutes=2)
    alice, bob = sign_in("alice"), sign_in("bob")
    alice.sit()
    bob.sit()
    board = bob.get("/contests/june/leaderboard").json
    assert board["frozen"] and [(row["name"], row["points"]) for row in board["rows"]] == [("A**", 50)]
    assert "me" not in board and alice.get("/contests/june/leaderboard").json["me"]["points"] == 50
    assert refreshed(world, bob, "/contests/june/units?under=990101")["rows"][0]["mean"] == 50
    world.clock.pass_(days=21)
    assert len(bob.get("/contests/june/leaderboard").json["rows"]) == 2


def test_a_hidden_board_shows_nothing(world: World, sign_in):
    world.apply(board=BoardRules(people=Board.HIDDEN, units=Board.HIDDEN))
    play(world, sign_in)
    board = sign_in("alice").get("/contests/june/leaderboard").json
    assert board["hidden"] and board["rows"] == [] and "me" not in board
    assert sign_in().get("/contests/june/units").json["rows"] == []


def test_unknown_units_and_contests_are_not_found(world: World, sign_in):
    client = sign_in()
    for path in ("/contests/none", "/contests/june/units?under=nowhere", "/contests/june/leaderboard?unit=nowhere"):
        assert client.get(path).status_code == 404


def test_roles_are_told_as_the_contract_names_them(world: World, sign_in):
    client = sign_in("ofelia")
    reply = client.http.post("/api/v1/session", json={"account": "ofelia", "password": "correct horse"})
    assert reply.json["account"]["role"] == Role.OFFICIAL


@pytest.mark.parametrize(
    "path",
    ["/units?after=²", "/units?after=" + "9" * 5000, "/units?under=%00", "/leaderboard?after=ff", "/leaderboard?after=ff.zzz",
     "/leaderboard?after=²", "/leaderboard?unit=%00", "/leaderboard?division=%00", "/leaderboard?limit=²", "%00"],
)  # fmt: skip
def test_odd_parameters_are_never_our_fault(world: World, sign_in, path):
    play(world, sign_in)
    for client in (sign_in(), sign_in("alice")):
        assert client.get(f"/contests/june{path}").status_code < 500
    world.apply(board=BoardRules(freeze_at=world.clock() - 1))
    assert sign_in().get(f"/contests/june{path}").status_code < 500


def test_a_change_of_unit_changes_the_division_at_once(world: World, sign_in):
    world.apply(divisions=(Division("qiye", "企业组", ("企业",)), Division("qita", "其他组")))
    play(world, sign_in)
    with world.database.write() as session:
        entry = session.scalars(select(Entry).where(Entry.name == "Alice")).one()
        town = session.scalars(select(Unit).where(Unit.code == "990102")).one()
        entry_changes.change_unit(session, world.contest, entry, town, world.clock())
    for division, names in (("qita", ["A**"]), ("qiye", ["B**", "C**"])):
        rows = sign_in().get(f"/contests/june/leaderboard?division={division}").json["rows"]
        assert [row["name"] for row in rows] == names


def test_places_go_on_across_pages_in_the_middle_of_a_tie(world: World, sign_in):
    world.apply(ties=())
    for login, wrong in (("alice", 0), ("bob", 0), ("carol", 0)):
        sign_in(login).sit(wrong=wrong)
    for login in ("dora", "eve"):
        world.add_account(login)
        sign_in(login).sit(wrong=2)
    client, found, after = sign_in(), [], ""
    while after is not None:
        page = client.get(f"/contests/june/leaderboard?limit=2&after={after}").json
        found += [(row["place"], row["shared"]) for row in page["rows"]]
        after = page.get("next")
    assert found == [(1, True)] * 3 + [(4, True)] * 2


def test_a_frozen_board_takes_in_what_was_finished_for_it_a_little_later(world: World, sign_in):
    alice, bob = sign_in("alice"), sign_in("bob")
    sitting = alice.start()
    alice.save(sitting, right_answers(sitting))
    bob.sit(wrong=1)
    freeze = world.clock() + 601_000
    world.apply(board=BoardRules(freeze_at=freeze))
    world.clock.now = freeze + 1
    assert [row["name"] for row in bob.get("/contests/june/leaderboard").json["rows"]] == ["B**"]
    world.clock.pass_(seconds=5)
    with world.database.write() as session:
        finishing.finish_overdue(session, SECRET, sitting["id"], world.clock())
    assert [row["name"] for row in bob.get("/contests/june/leaderboard").json["rows"]] == ["A**", "B**"]


def test_a_head_count_of_nobody_is_flagged_and_unranked(world: World, sign_in):
    with world.database.write() as session:
        session.scalars(select(Unit).where(Unit.code == "99010101")).one().headcount = 0
    world.apply(units=UnitRules(hide_mean_below=1))
    play(world, sign_in)
    row = next(r for r in refreshed(world, sign_in(), "/contests/june/units?under=990101")["rows"] if r["code"] == "99010101")
    assert (row["place"], row["rate"], row["flagged"]) == (None, None, True)


def test_a_contest_of_some_units_lists_only_those(world: World, sign_in):
    world.apply(entry=EntryRules(units=("990101",)))
    sign_in("alice").sit()
    assert [row["code"] for row in refreshed(world, sign_in(), "/contests/june/units?under=9901")["rows"]] == ["990101"]
    assert [row["code"] for row in refreshed(world, sign_in(), "/contests/june/units?kind=企业")["rows"]] == ["99010101", "99010102"]


def test_a_value_that_is_not_the_mean_is_not_hidden_with_it(world: World, sign_in):
    world.apply(units=UnitRules(weights=((Metric.PEOPLE, Fraction(1)),)))
    sign_in("alice").sit()
    row = refreshed(world, sign_in(), "/contests/june/units?under=990101")["rows"][0]
    assert (row["place"], row["value"], row["mean"]) == (1, 1, None)
