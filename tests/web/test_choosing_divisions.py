"""Choosing a division: on the joining page, before the first start, through the API; plain forms."""

import re

import pytest
from factories import World
from sqlalchemy import select

from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.rules.contests import Division, EntryRules
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint

JUDGES = PaperBlueprint((Draw("tests", 2, 5_000, Kind.JUDGE),))
CHOOSING = {
    "divisions": (Division("zg", "职工组"), Division("ld", "领导干部组", blueprint=JUDGES)), "entry": EntryRules(choose_division=True),
}  # fmt: skip
PERSON = {"name": "王示例", "phone": "13800138000", "consent": "y"}


@pytest.fixture
def link(world: World) -> str:
    with world.database.read() as session:
        return f"/j/june/{session.scalar(select(Unit.link).where(Unit.code == '99010101'))}"


def page(http, path: str) -> str:
    return http.get(path, follow_redirects=True).get_data(as_text=True)


def post(http, path: str, at: str, **fields: str):
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(http, at))
    assert token
    return http.post(path, data={"csrf_token": token[1], **fields})


def divisions(world: World) -> list[str]:
    with world.database.read() as session:
        return list(session.scalars(select(Entry.division)))


def test_who_joins_by_link_chooses_a_division(world: World, app, link: str):
    world.apply(**CHOOSING)
    http = app.test_client()
    shown = page(http, f"{link}?step=details")
    assert re.findall(r'type="radio" name="division" value="(\w+)" required><span>([^<]+)', shown) == [
        ("zg", "职工组"), ("ld", "领导干部组"),
    ]  # fmt: skip
    for wrong in ({}, {"division": "nobody"}):
        refused = post(http, link, f"{link}?step=details", **PERSON, **wrong)
        assert refused.status_code == 400 and 'id="division-error"' in refused.get_data(as_text=True)
    assert divisions(world) == []
    assert post(http, link, f"{link}?step=details", **PERSON, division="ld").status_code == 302
    assert divisions(world) == ["ld"]
    start = page(http, "/c/june/start")
    assert "2题" in start and "prepare" not in start, "the paper of the division, and nothing left to ask"


def test_nothing_is_asked_where_the_unit_decides(world: World, app, link: str):
    world.apply(divisions=(Division("qy", "企业组", ("企业",)),))
    http = app.test_client()
    assert 'name="division"' not in page(http, f"{link}?step=details")
    assert post(http, link, f"{link}?step=details", **PERSON).status_code == 302
    assert divisions(world) == ["qy"]


def test_who_came_by_account_is_asked_before_the_first_start(world: World, sign_in):
    world.apply(**CHOOSING)
    http = sign_in("alice").http
    assert "/c/june/prepare" in page(http, "/c/june/start")
    assert 'value="ld" required' in page(http, "/c/june/prepare")
    refused = post(http, "/c/june/prepare", "/c/june/prepare")
    assert refused.status_code == 400 and 'id="division-error"' in refused.get_data(as_text=True)
    assert post(http, "/c/june/prepare", "/c/june/prepare", division="ld").status_code == 302
    assert divisions(world) == ["ld"]
    assert "/c/june/prepare" not in page(http, "/c/june/start") and "2题" in page(http, "/c/june/start")
    assert 'name="division"' not in page(http, "/c/june/prepare"), "chosen once"


def test_a_program_chooses_once(world: World, sign_in):
    world.apply(**CHOOSING)
    alice = sign_in("alice")
    told = alice.get("/contests/june").json
    assert told["choose_division"] is True and told["to_prepare"] is True
    missing = alice.call("PUT", "/contests/june/entry", {})
    assert (missing.status_code, [error["field"] for error in missing.json["errors"]]) == (400, ["division"])
    assert alice.call("PUT", "/contests/june/entry", {"division": "xx"}).status_code == 400
    assert alice.call("PUT", "/contests/june/entry", {"division": 1}).status_code == 400
    assert alice.call("PUT", "/contests/june/entry", {"division": "ld"}).json == {"unit": "99010101", "division": "ld"}
    assert alice.call("PUT", "/contests/june/entry", {"division": "ld"}).status_code == 200
    assert alice.call("PUT", "/contests/june/entry", {"division": "zg"}).status_code == 403
    assert alice.start()["items"][0]["kind"] == "judge" and divisions(world) == ["ld"]
