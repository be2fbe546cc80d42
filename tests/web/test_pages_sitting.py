"""A sitting by plain forms, without JavaScript."""

import re
from html import unescape

import pytest
from factories import MARKER, Client, World, right_answers

from quizapp.rules.contests import Clock, Limits


class Browser(Client):
    """Reads pages and presses the buttons of their forms."""

    def page(self, path: str, status: int = 200) -> str:
        reply = self.http.get(path)
        assert reply.status_code == status, reply.get_data(as_text=True)[:1500]
        self.html = unescape(reply.get_data(as_text=True))
        return self.html

    def press(self, path: str, **fields):
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.html))
        return self.http.post(path, data={**hidden, **fields})


@pytest.fixture
def alice(world: World, app) -> Browser:
    return Browser(app).enter("alice")


def begin(browser: Browser) -> str:
    browser.page("/c/june/start")
    reply = browser.press("/c/june/start")
    assert reply.status_code == 302
    return reply.headers["Location"]


def test_a_whole_sitting_by_forms(world: World, alice: Browser):
    path = begin(alice)
    for position in range(1, 8):
        page = alice.page(f"{path}?at={position}")
        assert f"第{position}" in page or str(position) in page
        sitting = alice.get(path.replace("/s/", "/sittings/")).json


        answer = right_answers(sitting)[str(position)]
        field = "blank" if sitting["items"][position - 1]["kind"] == "blank" else "choice"
        given = {True: "true", False: "false"}.get(answer, answer) if isinstance(answer, bool) else answer
        reply = alice.press(f"{path}/answer", **{field: given, "go": "next"})
        assert reply.status_code == 302
    assert reply.headers["Location"].endswith("/hand-in")
    assert "7题" in alice.page(f"{path}/hand-in")
    world.clock.pass_(seconds=372)
    assert alice.press(f"{path}/hand-in").status_code == 302
    result = alice.page(f"{path}/result")
    assert "70" in result and "6分12秒" in result and "第1名" in result
    review = alice.page(f"{path}/review")
    assert MARKER in review and "主要负责人" in review
    assert "第1次" in alice.page("/c/june/mine")


def test_missing_answers_are_told_before_handing_in(world: World, alice: Browser):
    path = begin(alice)
    assert "还有7题没答" in alice.page(f"{path}/hand-in")


def test_going_back_shows_what_was_chosen(world: World, alice: Browser):
    path = begin(alice)
    alice.page(f"{path}?at=1")
    alice.press(f"{path}/answer", choice="B", go="next")
    assert re.search(r'value="B"[^>]*checked', alice.page(f"{path}?at=1"))


def test_a_question_can_be_marked_to_come_back_to(world: World, alice: Browser):
    path = begin(alice)
    alice.page(f"{path}?at=3")
    assert alice.press(f"{path}/answer", go="mark").headers["Location"].endswith("at=3")
    sheet = alice.page(f"{path}/sheet")
    assert "标记" in sheet


def test_two_tabs_are_told_of_each_other(world: World, alice: Browser):
    path = begin(alice)
    alice.page(f"{path}?at=1")
    first = alice.html
    alice.press(f"{path}/answer", choice="A", go="next")
    alice.html = first
    alice.press(f"{path}/answer", choice="B", go="next")
    assert "别处" in alice.page(path)
    assert re.search(r'value="A"[^>]*checked', alice.page(f"{path}?at=1"))


def test_time_that_ran_out_hands_in_what_is_saved(world: World, alice: Browser):
    path = begin(alice)
    alice.page(f"{path}?at=1")
    world.clock.pass_(minutes=11)
    reply = alice.press(f"{path}/answer", choice="A", go="next")
    assert reply.status_code in (302, 409)
    assert "成绩" in alice.page(f"{path}/result")


def test_an_item_clock_works_by_forms_and_gives_nothing_early(world: World, alice: Browser):
    world.apply(clock=Clock(item_ms=20_000), limits=Limits(per_day=1))
    alice.page("/c/june/start")
    path = alice.press("/c/june/start").headers["Location"]
    page = alice.page(f"{path}?at=5")
    sitting = alice.get(path.replace("/s/", "/sittings/")).json
    assert len(sitting["items"]) == 1 and sitting["items"][0]["stem"] in page
    alice.press(f"{path}/answer", choice="A", go="next")
    second = alice.get(path.replace("/s/", "/sittings/")).json
    assert len(second["items"]) == 2 and second["items"][1]["stem"] in alice.page(path)
    assert re.search(r'name="position" value="2"', alice.page(f"{path}?at=1"))


def test_pages_of_others_are_not_found(world: World, alice: Browser, app):
    path = begin(alice)
    bob = Browser(app).enter("bob")
    for page in ("", "/sheet", "/hand-in", "/result", "/review"):
        bob.page(path + page, 404)


def test_the_start_page_says_what_one_should_know(world: World, alice: Browser):
    page = alice.page("/c/june/start")
    for words in ("自愿参加，不收费，不作个人考核", "7题", "10分钟", "退出可接着答，计时不停", "并列"):
        assert words in page, words


def test_pages_come_with_a_strict_policy_and_are_not_kept(world: World, alice: Browser):
    reply = alice.http.get(begin(alice))
    assert "unsafe-inline" not in reply.headers["Content-Security-Policy"]
    assert reply.headers["Cache-Control"] == "no-store" and "Cookie" in reply.headers["Vary"]
    html = reply.get_data(as_text=True)
    assert not re.search(r'<script(?![^>]*(src=|type="application/json"))', html) and " onclick=" not in html and " style=" not in html


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "///evil.example", "/\\evil.example", "\\\\evil", "/\t/evil", "http:evil", "https://evil", "javascript:alert(1)",
     "/@evil", "/a//b", " /x", "/x\n"],
)  # fmt: skip
def test_signing_in_leads_to_local_pages_only(world: World, app, target):
    browser = Browser(app)
    browser.html = browser.http.get("/sign-in").get_data(as_text=True)
    reply = browser.press("/sign-in", account="alice", password="correct horse", next=target)
    assert reply.status_code == 302 and reply.headers["Location"] == "/c/june/start"


def test_signing_in_goes_on_where_one_wanted_to_go(world: World, app):
    browser = Browser(app)
    reply = browser.http.get("/c/june/start")
    assert reply.status_code == 302 and "/sign-in?next=" in reply.headers["Location"]
    browser.page(reply.headers["Location"])
    reply = browser.press("/sign-in", account="alice", password="correct horse")
    assert reply.headers["Location"] == "/c/june/start"
