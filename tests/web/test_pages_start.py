"""The page before a start: which stage, the room's code, and both carried along while one waits."""

import re
from dataclasses import replace
from html import unescape

import pytest
from factories import Client, World

from quizapp.app import create_app
from quizapp.models.admissions import Gate
from quizapp.rules.contests import EntryRules, Limits, Stage
from quizapp.services import exam_rooms
from quizapp.services.admissions import BURST_US, NAME, SECOND
from quizapp.services.audit import CLI


class Page(Client):
    def see(self, where: str) -> str:
        reply = self.http.get(where)
        assert reply.status_code == 200, reply.get_data(as_text=True)[:1500]
        self.html = unescape(reply.get_data(as_text=True))
        return self.html

    def form(self, mark: str) -> dict[str, str]:
        """The hidden fields of the form that holds a mark."""
        found = next(form for form in self.html.split("<form")[1:] if mark in form)
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found.split("</form>")[0]))


@pytest.fixture
def alice(world: World, app) -> Page:
    return Page(app).enter("alice")  # type: ignore[return-value]


def two_stages(world: World) -> None:
    limits = Limits(per_day=2, practice_per_day=1)
    world.apply(stages=(Stage("first", "第一关", limits=limits), Stage("second", "第二关", limits=limits)))


def test_the_open_stages_are_links_and_the_chosen_one_is_started(world: World, alice: Page):
    two_stages(world)
    page = alice.see("/c/june/start?stage=second")
    assert re.search(r'href="\?stage=first"[^>]*>第一关', page) and re.search(
        r'href="\?stage=second" aria-current="true">第二关', page
    )
    fields = alice.form("开始答题")
    assert fields["stage"] == "second" and alice.form("先练习")["stage"] == "second"
    path = alice.http.post("/c/june/start", data=fields).headers["Location"]
    assert alice.get(path.replace("/s/", "/sittings/")).json["stage"] == "second"


def test_a_contest_of_one_piece_says_nothing_of_stages(world: World, alice: Page):
    page = alice.see("/c/june/start")
    assert "stage" not in page and "考场口令" not in page


def test_the_rooms_code_is_asked_for_and_a_wrong_one_can_be_typed_again(world: World, alice: Page):
    world.apply(entry=EntryRules(room_code=True))
    with world.database.write() as session:
        code = exam_rooms.new_room_code(session, CLI, world.contest, world.clock())
    page = alice.see("/c/june/start")
    assert re.search(r'<label for="room_code">考场口令</label>.*<input[^>]*name="room_code" form="begin"', page)
    fields = alice.form("开始答题")
    reply = alice.http.post("/c/june/start", data={**fields, "room_code": "错"})
    assert reply.status_code == 303 and "口令不对" in alice.see(reply.headers["Location"])
    reply = alice.http.post("/c/june/start", data={**fields, "room_code": code.lower()})
    assert reply.status_code == 302 and "/s/" in reply.headers["Location"]


def test_who_has_to_wait_still_wants_the_same_stage(database, settings, world: World):
    two_stages(world)
    app = create_app(replace(settings, starts_per_second=2), world.clock, database=database)
    alice = Page(app).enter("alice")
    with world.database.write() as session:
        session.merge(Gate(name=NAME, next_us=world.clock() * 1000 + BURST_US + 10 * SECOND))
    alice.see("/c/june/start?stage=second")
    reply = alice.http.post("/c/june/start", data=alice.form("开始答题"))
    assert reply.status_code == 303
    alice.see(reply.headers["Location"])
    assert alice.form("data-waiting")["stage"] == "second"
    world.clock.pass_(seconds=10)
    reply = alice.http.post("/c/june/start", data=alice.form("data-waiting"))
    assert alice.get(reply.headers["Location"].replace("/s/", "/sittings/")).json["stage"] == "second"
