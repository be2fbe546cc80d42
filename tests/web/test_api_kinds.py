"""Every kind of item through the API: shown, saved, handed in and looked back at, and nothing of its answer before that."""

import json
from typing import Any

import pytest
from factories import MARKER, PICTURES, Client, World, every_kind, right_answer, right_answers
from jsonschema import Draft202012Validator
from sqlalchemy import select

from quizapp.formats.bank_yaml import read_bank
from quizapp.models.sittings import Sitting
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.services import banks, papers
from quizapp.services.audit import CLI
from quizapp.web.api import OPENAPI

POINTS = 1000
ALL = PaperBlueprint(tuple(Draw("kinds", 1, POINTS, kind) for kind in Kind), shuffle_items=False)
AT = {kind: str(n) for n, kind in enumerate(Kind, 1)}
NUMERIC, ORDER, MATCH, HOTSPOT, CASE, ESSAY = (
    AT[kind] for kind in (Kind.NUMERIC, Kind.ORDER, Kind.MATCH, Kind.HOTSPOT, Kind.CASE, Kind.ESSAY)
)
HOSTILE: list[Any] = [
    None, 5, 1.5, 2**70, {"a": "b"}, {"1": None}, {"1": 5}, {"01": "A"}, {"0": "A"}, {"-1": "A"}, {"": "A"}, {"1\x00": "A"}, {"٣": "A"},
    {"1": {"1": {"1": "A"}}}, {"1": {"1": ["A"]}}, {"1": "x" * 201}, {"1": "\x00"}, {"1": "\ud800"}, {str(n): "A" for n in range(1, 66)},
    [[1, 2, 3]], [[1]], [[]], [[1, "2"]], [[True, False]], [[1.0, 2]], [[-1, 5]], [[5, 1001]], [[[1, 2]]], [{"x": 1}], [[1, 2]] * 65,
    ["A"] * 65, ["x" * 201], [None], "x" * 5001, "\x00", "\ud800", {"1": [[1, 2, 3]]}, [[2**70, 1]],
]  # fmt: skip


@pytest.fixture
def kinds(world: World) -> World:
    with world.database.write() as session:
        banks.import_bank(session, CLI, every_kind(), world.clock(), images=PICTURES)
    world.apply(blueprint=ALL)
    return world


def fits(name: str, told: Any) -> list[str]:
    """What is wrong with a body by the description."""
    described = json.loads(OPENAPI.read_bytes())
    whole = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(told)]


def view_of(sitting: dict[str, Any], position: str) -> dict[str, Any]:
    return sitting["items"][int(position) - 1]


def test_it_shows_what_each_kind_needs_and_nothing_of_its_answer(kinds: World, sign_in):
    sitting = sign_in("alice").start()
    assert not any(fits("Item", view) for view in sitting["items"])
    assert [view["kind"] for view in sitting["items"]] == list(Kind)
    assert view_of(sitting, NUMERIC).keys() == {"position", "kind", "stem", "unit", "points"}
    assert [choice["label"] for choice in view_of(sitting, ORDER)["choices"]] == ["A", "B", "C"]
    match = view_of(sitting, MATCH)
    assert [left["label"] for left in match["left"]] == ["1", "2", "3"] and [
        right["label"] for right in match["right"]
    ] == list("ABCD")
    assert view_of(sitting, HOTSPOT).keys() == {"position", "kind", "stem", "image", "image_size", "alt", "taps", "points"}
    case = view_of(sitting, CASE)
    assert [own["position"] for own in case["items"]] == list(range(1, 8)) and {
        own["points"] for own in case["items"]
    } == {1.42}
    assert view_of(sitting, ESSAY) | {"least": 5, "most": 100} == view_of(sitting, ESSAY)
    told = json.dumps(sitting, ensure_ascii=False)
    assert (
        MARKER not in told and "yard" not in told and "0.375" not in told and "负责人" not in told and "t-0" not in told and "t-9-" not in told
    )
    for word in ("key", "regions", "rubric", "explain", "cite", "tolerance", "correct", "order", "box", "polygon"):
        assert f'"{word}"' not in told.replace('"kind": "order"', "")


def test_what_is_to_be_ordered_is_never_shown_in_its_order(kinds: World, sign_in):
    kinds.apply(
        blueprint=PaperBlueprint((Draw("kinds", 1, 100, Kind.ORDER), Draw("kinds", 1, 100, Kind.CASE)), False, False)
    )
    for login in ("alice", "bob", "carol"):
        order, case = sign_in(login).start()["items"]
        assert right_answer(order) != ["A", "B", "C"] and right_answer(case)["6"] != ["A", "B", "C"]
        assert [choice["text"] for choice in case["items"][0]["choices"]] == [f"900题选项{n}" for n in range(4)], (
            "not shuffled"
        )


def test_it_runs_from_start_to_review(kinds: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    answers = right_answers(sitting)
    assert not fits("Answers", answers)
    for revision, (position, answer) in enumerate(answers.items()):
        assert alice.save(sitting, {position: answer}, revision, f"k{revision}").status_code == 200, position
    assert alice.get(f"/sittings/{sitting['id']}").json["answers"] == answers
    assert alice.submit(sitting, len(answers)).json["score"]["points"] == 90, "an essay is marked by people"
    told = alice.get(f"/sittings/{sitting['id']}/review").json
    assert not fits("Review", told)
    items = {view["kind"]: view for view in told["items"]}
    assert [view["correct"] for view in told["items"]] == [True] * 9 + [None]
    assert [view["marks"] for view in told["items"]] == [10] * 9 + [0]
    assert items["numeric"]["key"] == "5±0.375"
    assert items["order"]["key"] == answers[ORDER] and items["match"]["key"] == answers[MATCH]
    assert all(items[kind]["key"] is None for kind in ("hotspot", "case", "essay"))
    one, two = items["hotspot"]["regions"]
    assert one | {"box": [100, 100, 200, 200], "found": True, "explain": MARKER, "cite": ["安全生产法 第五条"]} == one
    assert two["polygon"] == [[500, 500], [700, 500], [600, 700]] and two["found"]
    assert items["essay"]["rubric"] == [
        {"name": f"{MARKER}立意", "explain": "", "points": 40},
        {"name": "文字", "explain": ""},
    ]
    for own in items["case"]["items"]:
        assert (
            own["correct"]
            and own["marks"] == 1.42
            and own["answer"] == answers[CASE][str(own["position"])]
            and own["explain"]
        )
    assert (
        items["case"]["items"][5]["key"] == answers[CASE]["6"]
        and items["case"]["items"][6]["key"] == answers[CASE]["7"]
    )


def test_what_is_wrong_in_parts_earns_its_part_and_is_told_so(kinds: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    right = right_answers(sitting)
    answers = {
        NUMERIC: "2～5",
        ORDER: right[ORDER][:2],
        MATCH: right[MATCH] | {"2": "", "3": right[MATCH]["1"].lower()},
        HOTSPOT: [[150, 150], [160, 160], [150, 150]],
        CASE: {"1": right[CASE]["1"], "4": "不知道", "7": {"1": right[CASE]["7"]["1"]}},
    }
    assert alice.submit(sitting, answers=answers).json["score"]["points"] == 3.33 + 5 + 1.42 + 0.47
    items = alice.get(f"/sittings/{sitting['id']}/review").json["items"]
    assert not fits("Review", {"id": sitting["id"], "items": items})
    assert [view["marks"] for view in items] == [0, 0, 0, 0, 0, 0, 3.33, 5, 1.89, 0]
    assert [view["correct"] for view in items] == [False] * 9 + [None]
    assert [region["found"] for region in items[7]["regions"]] == [True, False]
    own = items[8]["items"]
    assert [part["correct"] for part in own] == [True, *[False] * 6] and [part["answer"] for part in own][1:3] == [
        None,
        None,
    ]
    assert [part["marks"] for part in own] == [1.42, 0, 0, 0, 0, 0, 0.47]


def test_the_pages_of_such_a_sitting_stand(kinds: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    alice.save(sitting, right_answers(sitting))
    for position in range(1, 11):
        assert alice.http.get(f"/s/{sitting['id']}?at={position}").status_code == 200
    alice.submit(sitting, 1)
    assert alice.http.get(f"/s/{sitting['id']}/review").status_code == 200
    assert alice.http.get("/c/june/mine").status_code == 200


@pytest.mark.parametrize("position", AT.values(), ids=AT)
def test_hostile_answers_are_refused_and_change_nothing(kinds: World, sign_in, position: str):
    alice = sign_in("alice")
    sitting = alice.start()
    for n, answer in enumerate(HOSTILE):
        for given in (answer, {"1": answer}) if not isinstance(answer, dict) else (answer,):
            body = json.dumps({"revision": 0, "key": f"k{n}", "answers": {position: given}})
            path, headers = f"/api/v1/sittings/{sitting['id']}/answers", {"X-CSRFToken": alice.token}
            reply = alice.http.patch(path, data=body, content_type="application/json", headers=headers)
            assert reply.status_code == 400, (given, reply.json)
    assert alice.get(f"/sittings/{sitting['id']}").json["revision"] == 0


@pytest.mark.parametrize(
    ("position", "answer"),
    [
        (NUMERIC, ["30"]), (NUMERIC, "1" * 201), (ORDER, ["A", "A"]), (ORDER, ["A", "D"]), (ORDER, "ABC"), (ORDER, [[1, 2]]),
        (MATCH, {"4": "A"}), (MATCH, {"1": "E"}), (MATCH, {"1": "AB"}), (MATCH, ["A"]), (MATCH, {"1": True}),
        (HOTSPOT, [[1, 2]] * 7), (HOTSPOT, ["A"]), (HOTSPOT, "A"), (HOTSPOT, {"1": "A"}),
        (CASE, {"8": ["A"]}), (CASE, {"1": ["E"]}), (CASE, {"3": "对"}), (CASE, {"6": ["A", "A"]}), (CASE, {"7": {"4": "A"}}), (CASE, ["A"]),
        (ESSAY, "长" * 101), (ESSAY, ["长"]), (ESSAY, True), (AT[Kind.SINGLE], [[1, 2]]), (AT[Kind.BLANK], "长" * 201),
        (AT[Kind.BLANK], [[1, 2]]), (AT[Kind.MULTIPLE], {"1": "A"}), (AT[Kind.JUDGE], {"1": True}),
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_refused_by_name(kinds: World, sign_in, position: str, answer: Any):
    alice = sign_in("alice")
    sitting = alice.start()
    reply = alice.save(sitting, {position: answer})
    assert reply.status_code == 400 and [error["field"] for error in reply.json["errors"]] == [f"answers.{position}"]


@pytest.mark.parametrize("cleared", [[], "", {}])
def test_every_kind_can_be_cleared(kinds: World, sign_in, cleared: Any):
    alice = sign_in("alice")
    sitting = alice.start()
    alice.save(sitting, right_answers(sitting))
    assert alice.save(sitting, dict.fromkeys(AT.values(), cleared), 1, "k2").status_code == 200
    assert alice.submit(sitting, 2).json["score"]["points"] == 0
    told = alice.get(f"/sittings/{sitting['id']}/review").json
    assert not fits("Review", told) and {view["answer"] == cleared for view in told["items"]} == {True}


def test_an_answer_with_parts_is_replaced_and_not_merged(kinds: World, sign_in):
    alice = sign_in("alice")
    sitting = alice.start()
    alice.save(sitting, {MATCH: {"1": "A", "2": "B"}, CASE: {"3": True, "7": {"1": "A"}}})
    alice.save(sitting, {MATCH: {"2": "C"}, CASE: {"7": {"2": "B"}}}, 1, "k2")
    assert alice.get(f"/sittings/{sitting['id']}").json["answers"] == {MATCH: {"2": "C"}, CASE: {"7": {"2": "B"}}}


def test_the_express_lane_takes_them_all(kinds: World, sign_in, app, monkeypatch: pytest.MonkeyPatch):
    alice: Client = sign_in("alice")
    sitting = alice.start()
    alice.save(sitting, {"1": []}, 0, "first")
    monkeypatch.setattr(app, "preprocess_request", lambda: pytest.fail("it went the usual way"))
    assert alice.save(sitting, right_answers(sitting), 1, "k").json["revision"] == 2


def test_a_paper_is_the_same_after_it_was_stored(kinds: World, sign_in):
    sign_in("alice").start()
    with kinds.database.read() as session:
        stored = session.scalars(select(Sitting)).one().paper["items"]
    paper = papers.thaw(stored)
    assert papers.freeze(paper) == stored
    assert [len(row) for row in stored] == [4] * 8 + [5, 4], "only a case has orders of its own items"
    assert len(paper[8].parts) == 7


def test_a_bank_without_the_newer_kinds_keeps_its_hash(kinds: World):
    with kinds.database.read() as session:
        versions = {bank.code: bank.items for bank in banks.list_banks(session)}
    assert all(
        set(stored) == {"id", "kind", "stem", "key", "choices", "topic", "difficulty", "explain", "cite", "image"}
        for stored in versions["tests"]
    )


def test_the_organiser_sees_such_a_bank_and_takes_it_home_as_yaml_only(kinds: World, sign_in):
    with kinds.database.read() as session:
        version = next(bank.id for bank in banks.list_banks(session) if bank.code == "kinds")
    olga = sign_in("olga").http
    assert olga.get(f"/organiser/banks/{version}").status_code == 200
    assert read_bank(olga.get(f"/organiser/banks/{version}/bank.yaml").data, "b.yaml") == every_kind()
    refused = olga.get(f"/organiser/banks/{version}/bank.xlsx")
    assert refused.status_code == 400 and "t-005、t-006" in refused.get_data(as_text=True)
