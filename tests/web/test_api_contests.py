"""Contests of other kinds through the API: an item clock, sums over days, pauses, extensions."""

from dataclasses import replace

import pytest
from factories import DAY, HOUR, World, bank, right_answers
from sqlalchemy import select

from quizapp.errors import BadFile, Refused
from quizapp.models.contests import Entry
from quizapp.rules.contests import Clock, Division, Limits, Release
from quizapp.rules.counting import Counting, Span, Take
from quizapp.services import banks, contests, ends
from quizapp.services.audit import CLI


def item_clock(world: World) -> None:
    world.apply(clock=Clock(item_ms=20_000), limits=Limits(per_day=1))


def test_under_an_item_clock_items_come_one_at_a_time(world: World, sign_in):
    item_clock(world)
    alice = sign_in("alice")
    sitting = alice.start()
    assert sitting["total"] == 7 and [view["position"] for view in sitting["items"]] == [1]
    early = alice.post(f"/sittings/{sitting['id']}/items/3")
    assert early.status_code == 403 and "第" not in early.json["detail"]
    assert alice.save(sitting, {"2": ["A"]}, 0, "early").status_code == 409
    opened = alice.post(f"/sittings/{sitting['id']}/items/2").json
    assert [view["position"] for view in opened["items"]] == [1, 2]
    assert alice.save(sitting, {"1": ["A"]}, 0, "back").status_code == 409


def test_the_clock_of_an_item_starts_once(world: World, sign_in):
    item_clock(world)
    alice = sign_in("alice")
    sitting = alice.start()
    world.clock.pass_(seconds=15)
    again = alice.post(f"/sittings/{sitting['id']}/items/1").json
    assert again["item_deadline"] == sitting["item_deadline"]
    assert alice.start()["item_deadline"] == sitting["item_deadline"]
    world.clock.pass_(seconds=7)
    assert alice.save(sitting, {"1": right_answers(sitting)["1"]}, 0, "in grace").status_code == 200
    world.clock.pass_(seconds=1)
    assert alice.save(sitting, {"1": []}, 1, "late").status_code == 409


def test_an_item_clock_sitting_is_marked_on_what_was_in_time(world: World, sign_in):
    item_clock(world)
    alice = sign_in("alice")
    sitting = alice.start()
    revision = 0
    for position in range(1, 8):
        if position > 1:
            sitting = alice.post(f"/sittings/{sitting['id']}/items/{position}").json
        if position == 4:
            world.clock.pass_(seconds=30)
        reply = alice.save(sitting, {str(position): right_answers(sitting)[str(position)]}, revision, f"k{position}")
        assert (reply.status_code == 200) is (position != 4)
        revision = reply.json.get("revision", revision)
    assert alice.submit(sitting, revision).json["score"]["points"] == 60


def test_sums_take_the_best_of_each_day(world: World, sign_in):
    world.apply(counting=Counting(each=Span.DAY), limits=Limits(per_day=2))
    alice = sign_in("alice")
    alice.sit(wrong=2)
    alice.sit(wrong=1)
    world.clock.pass_(days=1)
    alice.sit(wrong=3)
    row = alice.get("/contests/june/leaderboard").json["rows"][0]
    assert (row["points"], row["sittings"]) == (60 + 40, 3)


def test_the_last_sitting_counts_where_the_rules_say_so(world: World, sign_in):
    world.apply(counting=Counting(Take.LAST))
    alice = sign_in("alice")
    alice.sit()
    alice.sit(wrong=3)
    assert alice.get("/contests/june/leaderboard").json["rows"][0]["points"] == 40


def test_a_day_is_a_day_in_the_contest_s_zone(world: World, sign_in):
    world.apply(limits=Limits(per_day=1))
    world.clock.now += 12 * HOUR - 1  # 23:59:59.999 in Shanghai
    alice = sign_in("alice")
    sitting = alice.start()
    world.clock.pass_(seconds=5)
    alice.submit(sitting, answers=right_answers(sitting))
    assert alice.post("/contests/june/sittings").status_code == 201
    world.clock.now += 60_000
    assert alice.post("/contests/june/sittings").status_code == 200


def test_nothing_is_given_before_the_opening(world: World, sign_in):
    world.apply(opens_at=world.clock() + 50, last_start=world.clock() + DAY, closes_at=world.clock() + DAY)
    alice = sign_in("alice")
    reply = alice.post("/contests/june/sittings")
    assert reply.status_code == 403 and "还没有开始" in reply.json["detail"]
    assert alice.get("/contests/june").json["phase"] == "upcoming"
    world.clock.now += 50
    assert alice.post("/contests/june/sittings").status_code == 201


def test_after_the_last_start_running_sittings_go_on(world: World, sign_in):
    world.apply(last_start=world.clock() + HOUR)
    alice, bob = sign_in("alice"), sign_in("bob")
    world.clock.now += HOUR
    sitting = alice.start()
    world.clock.now += 1
    assert bob.post("/contests/june/sittings").status_code == 403
    assert alice.submit(sitting, answers=right_answers(sitting)).status_code == 200


def test_a_late_starter_is_cut_at_the_close_or_gets_the_full_time(world: World, sign_in):
    close = world.clock() + 300_000
    world.apply(last_start=close, closes_at=close)
    cut = sign_in("alice").start()
    world.apply(last_start=close, closes_at=close, slug="full", clock=Clock(paper_ms=600_000, full_time=True))
    full = sign_in("alice").start("full")
    assert (cut["deadline"][11:16], full["deadline"][11:16]) == ("12:05", "12:10")


def test_a_pause_stops_new_starts_only(world: World, sign_in):
    alice, bob = sign_in("alice"), sign_in("bob")
    sitting = alice.start()
    with world.database.write() as session:
        contests.pause_contest(session, CLI, "june", True, world.clock())
    assert bob.post("/contests/june/sittings").status_code == 403
    assert alice.post("/contests/june/sittings").status_code == 200
    assert alice.save(sitting, right_answers(sitting)).status_code == 200
    with world.database.write() as session:
        contests.pause_contest(session, CLI, "june", False, world.clock())
    assert bob.post("/contests/june/sittings").status_code == 201


def test_a_refused_start_leaves_no_entry(world: World, sign_in):
    """An entry keeps the unit of its moment, which may change until the contest begins."""
    bob = sign_in("bob")
    with world.database.write() as session:
        contests.pause_contest(session, CLI, "june", True, world.clock())
    assert bob.post("/contests/june/sittings").status_code == 403
    with world.database.write() as session:
        assert session.scalars(select(Entry)).all() == []
        contests.pause_contest(session, CLI, "june", False, world.clock())
    bob.start()
    with world.database.read() as session:
        assert len(session.scalars(select(Entry)).all()) == 1


def test_an_extension_reaches_running_sittings_that_were_cut(world: World, sign_in):
    close = world.clock() + 300_000
    world.apply(last_start=close, closes_at=close)
    alice = sign_in("alice")
    sitting = alice.start()
    with world.database.write() as session:
        contest = contests.find_contest(session, "june")
        assert ends.reached_by(session, contest, close + HOUR) == 1
        assert ends.move_end(session, CLI, "june", close, close + HOUR, world.clock()) == 1
    world.clock.now = close + 250_000
    assert alice.save(sitting, right_answers(sitting)).status_code == 200


def test_closing_ends_running_sittings_with_what_is_saved(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    alice.save(sitting, right_answers(sitting, wrong=1))
    world.clock.pass_(seconds=60)
    with world.database.write() as session:
        ends.close_contest(session, CLI, "june", world.clock())
    world.clock.pass_(seconds=3)
    score = alice.get(f"/sittings/{sitting['id']}").json["score"]
    assert score == {"points": 60, "of": 70, "time_ms": 60_000}


def test_running_sittings_keep_their_paper_when_the_bank_changes(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    changed = bank()
    changed = replace(changed, items=tuple(replace(item, stem=item.stem + "（新）") for item in changed.items))
    with world.database.write() as session:
        banks.import_bank(session, CLI, changed, world.clock())
    world.apply()
    assert alice.get(f"/sittings/{sitting['id']}").json["items"] == sitting["items"]
    assert "（新）" in sign_in("bob").start()["items"][0]["stem"]


def test_scores_are_kept_back_until_they_are_released(world: World, sign_in):
    world.apply(release_score=Release.AT_END, release_key=Release.NEVER)
    alice = sign_in("alice")
    sitting = alice.start()
    assert alice.submit(sitting, answers=right_answers(sitting)).json["score"] is None
    world.clock.pass_(days=21)
    assert alice.get(f"/sittings/{sitting['id']}").json["score"]["points"] == 70
    assert alice.get(f"/sittings/{sitting['id']}/review").status_code == 403


def test_a_hand_in_does_not_get_round_the_item_clock(world: World, sign_in):
    item_clock(world)
    alice = sign_in("alice")
    sitting = alice.start()
    world.clock.pass_(minutes=30)
    reply = alice.submit(sitting, answers={"1": right_answers(sitting)["1"]})
    assert reply.status_code == 200 and reply.json["score"]["points"] == 0


def test_closing_ends_sittings_that_had_the_full_time(world: World, sign_in):
    world.apply(clock=Clock(paper_ms=600_000, full_time=True))
    alice = sign_in("alice")
    sitting = alice.start()
    world.clock.pass_(seconds=60)
    with world.database.write() as session:
        assert ends.close_contest(session, CLI, "june", world.clock()) == 1
    world.clock.pass_(seconds=60)
    assert alice.save(sitting, {"1": ["A"]}).status_code == 409
    with world.database.write() as session, pytest.raises(Refused):
        ends.close_contest(session, CLI, "june", world.clock())


@pytest.mark.parametrize("change", [{"counting": Counting(Take.LAST)}, {"ties": ()}, {"divisions": (Division("a", "甲组"),)}])
def test_what_standings_are_made_by_stays_once_there_are_any(world: World, sign_in, change):
    world.apply(**change)
    world.apply()
    sign_in("alice").sit()
    with pytest.raises(BadFile):
        world.apply(**change)
    world.apply(title="新标题")
