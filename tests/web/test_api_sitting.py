"""A sitting through the API: start, save, resume, hand in, look back."""

import pytest
from factories import MARKER, World, bank, right_answers
from sqlalchemy import select

from quizapp.models.contests import Entry
from quizapp.rules.contests import Division, Release
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.services import banks, standings
from quizapp.services.audit import CLI


def test_it_runs_from_start_to_place(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    assert sitting["total"] == 7 and len(sitting["items"]) == 7 and sitting["state"] == "open"
    answers = right_answers(sitting)
    revision = 0
    for position, answer in answers.items():
        reply = alice.save(sitting, {position: answer}, revision, f"key-{position}")
        assert reply.status_code == 200, reply.json
        revision = reply.json["revision"]
    world.clock.pass_(seconds=90)
    reply = alice.submit(sitting, revision, "done")
    assert reply.json["score"] == {"points": 70, "of": 70, "time_ms": 90_000}
    assert reply.json["state"] == "handed_in" and reply.json["receipt"]
    board = alice.get("/contests/june/leaderboard").json
    assert board["rows"][0] | {"place": 1, "name": "A**", "points": 70} == board["rows"][0]
    assert board["me"]["place"] == 1


def test_starting_again_gives_the_same_sitting(world: World, sign_in):
    alice = sign_in("alice")
    first = alice.post("/contests/june/sittings")
    second = sign_in("alice").post("/contests/june/sittings")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["id"] == second.json["id"] and first.json["started_at"] == second.json["started_at"]
    assert first.json["items"] == second.json["items"]


def test_the_last_key_again_gets_the_same_reply(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    first = alice.save(sitting, {"1": right_answers(sitting)["1"]}, 0, "once")
    world.clock.pass_(seconds=5)
    again = alice.save(sitting, {"1": right_answers(sitting)["1"]}, 0, "once")
    assert first.json == again.json
    assert alice.get(f"/sittings/{sitting['id']}").json["revision"] == 1


def test_a_stale_revision_gets_what_is_stored(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    answers = right_answers(sitting)
    alice.save(sitting, {"1": answers["1"]}, 0, "a")
    reply = alice.save(sitting, {"1": [], "2": answers["2"]}, 0, "b")
    assert reply.status_code == 409
    assert reply.json["revision"] == 1 and reply.json["answers"] == {"1": answers["1"]}


def test_positions_given_are_replaced_and_others_stand(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    answers = right_answers(sitting)
    alice.save(sitting, answers, 0, "a")
    alice.save(sitting, {"1": []}, 1, "b")
    stored = alice.get(f"/sittings/{sitting['id']}").json["answers"]
    assert stored == {**answers, "1": []}


@pytest.mark.parametrize(
    "answers",
    [
        {"99": ["A"]}, {"0": ["A"]}, {"-1": ["A"]}, {"x": ["A"]}, {"1": None}, {"1": ["Z"]}, {"1": ["A"] * 10_000},
        {"1": 2**63}, {"1": "A\x00"}, {"1": {"a": 1}}, {"1": [["A"]]}, {"1": [None]}, {}, [], None, "A", {"1": 1.5},
    ],
)  # fmt: skip
def test_it_refuses_an_answer_that_does_not_fit(world: World, sign_in, answers):
    alice = sign_in("alice")
    sitting = alice.start()
    good = {str(view["position"]): right_answers(sitting)[str(view["position"])] for view in sitting["items"][:2]}
    alice.save(sitting, good, 0, "good")
    reply = alice.call("PATCH", f"/sittings/{sitting['id']}/answers", {"revision": 1, "key": "bad", "answers": answers})
    assert reply.status_code == 400, reply.json
    assert reply.mimetype == "application/problem+json" and reply.json["errors"]
    now = alice.get(f"/sittings/{sitting['id']}").json
    assert now["answers"] == good and now["revision"] == 1


def test_what_the_body_claims_about_the_score_is_ignored(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    body = {"revision": 0, "key": "k", "answers": {}, "score": 100, "points": 7000, "time_ms": 1, "attempt_no": 9}
    reply = alice.post(f"/sittings/{sitting['id']}/submission", body)
    assert reply.json["score"]["points"] == 0


def test_another_s_sitting_is_not_found(world: World, sign_in):
    sitting = sign_in("alice").start()
    bob = sign_in("bob")
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "/answers", {"revision": 0, "key": "k", "answers": {"1": ["A"]}}),
        ("PATCH", "/answers", {"broken": True}),
        ("POST", "/submission", {}),
        ("POST", "/submission", {"answers": 5}),
        ("GET", "/review", None),
        ("POST", "/items/1", {}),
    ):
        assert bob.call(method, f"/sittings/{sitting['id']}{path}", body).status_code == 404, path
    assert sign_in("alice").get(f"/sittings/{sitting['id']}").json["revision"] == 0


def test_handing_in_twice_gives_the_same_reply(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    first = alice.submit(sitting, answers=right_answers(sitting))
    world.clock.pass_(seconds=30)
    again = alice.submit(sitting, answers=right_answers(sitting))
    assert first.json == again.json
    late = alice.save(sitting, {"1": []}, 1, "later")
    assert late.status_code == 409 and late.json["state"] == "handed_in"


def test_a_hand_in_without_answers_hands_in_what_is_stored(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    alice.save(sitting, right_answers(sitting), 0, "all")
    assert alice.submit(sitting, revision=0).json["score"]["points"] == 70


def test_a_stale_hand_in_with_answers_is_refused(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    alice.save(sitting, right_answers(sitting), 0, "all")
    reply = alice.submit(sitting, revision=0, key="other", answers={"1": []})
    assert reply.status_code == 409 and reply.json["revision"] == 1


@pytest.mark.parametrize(("late_ms", "accepted"), [(-1, True), (0, True), (2_000, True), (2_001, False)])
def test_a_save_counts_when_it_arrives_by_deadline_plus_grace(world: World, sign_in, late_ms, accepted):
    alice = sign_in("alice")
    sitting = alice.start()
    world.clock.now += 600_000 + late_ms
    reply = alice.save(sitting, right_answers(sitting), 0, "k")
    assert (reply.status_code == 200) is accepted
    score = alice.submit(sitting, revision=1 if accepted else 0).json["score"]
    assert score == {"points": 70 if accepted else 0, "of": 70, "time_ms": min(600_000, 600_000 + late_ms)}


def test_what_nobody_handed_in_is_finished_as_of_its_deadline(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    alice.save(sitting, right_answers(sitting, wrong=2), 0, "k")
    world.clock.pass_(hours=3)
    again = alice.get(f"/sittings/{sitting['id']}").json
    assert again["state"] == "handed_in" and again["score"] == {"points": 50, "of": 70, "time_ms": 600_000}


def test_limits_hold_and_practice_does_not_count(world: World, sign_in):
    alice = sign_in("alice")
    alice.submit(alice.start(practice=True))
    assert alice.post("/contests/june/sittings", {"practice": True}).status_code == 403
    alice.sit(wrong=1)
    alice.sit()
    reply = alice.post("/contests/june/sittings")
    assert reply.status_code == 403 and "今天" in reply.json["detail"]
    assert alice.get("/contests/june").json["sittings_left"] == 0
    world.clock.pass_(days=1)
    assert alice.post("/contests/june/sittings").status_code == 201
    row = alice.get("/contests/june/leaderboard").json["rows"][0]
    assert row["sittings"] == 2 and row["points"] == 70


def test_keys_are_in_no_reply_before_they_are_released(world: World, sign_in):
    world.apply(release_key=Release.AT_END)
    alice = sign_in("alice")
    sitting = alice.start()
    replies = [alice.get(f"/sittings/{sitting['id']}"), alice.submit(sitting, answers=right_answers(sitting))]
    replies += [alice.get(path) for path in ("/contests", "/contests/june", "/contests/june/leaderboard")]
    refused = alice.get(f"/sittings/{sitting['id']}/review")
    assert refused.status_code == 403
    assert all(MARKER not in reply.get_data(as_text=True) for reply in [*replies, refused])
    world.clock.pass_(days=21)
    assert MARKER in alice.get(f"/sittings/{sitting['id']}/review").get_data(as_text=True)


def test_the_review_gives_key_and_explanation(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    alice.submit(sitting, answers=right_answers(sitting, wrong=1))
    items = alice.get(f"/sittings/{sitting['id']}/review").json["items"]
    assert [view["correct"] for view in items] == [True] * 6 + [False]
    assert all(MARKER in view["explain"] for view in items)
    assert items[0]["key"] == right_answers(sitting)["1"]


def test_a_hundred_answers_arrive_in_one_save(world: World, sign_in):
    with world.database.write() as session:
        banks.import_bank(session, CLI, bank("big", 100), world.clock())
    world.apply(blueprint=PaperBlueprint((Draw("big", 100, 100, Kind.SINGLE),)))
    alice = sign_in("alice")
    sitting = alice.start()
    assert alice.save(sitting, right_answers(sitting)).status_code == 200
    assert alice.submit(sitting, 1).json["score"]["points"] == 100


def test_the_last_key_gets_the_same_reply_whatever_revision_comes_with_it(world: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    first = alice.save(sitting, {"1": ["A"]}, 0, "once")
    world.clock.pass_(seconds=5)
    assert alice.save(sitting, {"1": ["A"]}, 1, "once").json == first.json


def test_the_place_shown_is_that_of_the_own_division(world: World, sign_in):
    world.apply(divisions=(Division("qiye", "企业组", ("企业",)), Division("qita", "其他组")))
    sign_in("alice").sit()
    world.add_account("dora", "990102")
    dora = sign_in("dora")
    dora.sit(wrong=1)
    with world.database.read() as session:
        entry = session.scalars(select(Entry).where(Entry.name == "Dora")).one()
        assert standings.my_place(session, world.contest, entry.account_id, entry.division, world.clock()) == (1, False, 1)
