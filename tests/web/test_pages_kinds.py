"""Every kind of item by plain forms, without JavaScript: answered, shown again, looked back at."""

import json
import re
from html import unescape
from typing import Any

import pytest
from factories import MARKER, PICTURES, Client, World, every_kind, right_answers, wrong_answer

from quizapp.rules.contests import Clock
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.services import banks
from quizapp.services.audit import CLI

ALL = PaperBlueprint(tuple(Draw("kinds", 1, 1000, kind) for kind in Kind), shuffle_items=False)
AT = {kind: n for n, kind in enumerate(Kind, 1)}
YARD = PICTURES["images/yard.png"]


class Page(Client):
    """Reads pages and presses the buttons of their forms."""

    path = ""

    def see(self, where: str) -> str:
        reply = self.http.get(where)
        assert reply.status_code == 200, reply.get_data(as_text=True)[:1500]
        self.html = unescape(reply.get_data(as_text=True))
        return self.html

    def begin(self) -> "Page":
        self.see("/c/june/start")
        self.path = self.send("/c/june/start").headers["Location"]
        return self

    def at(self, kind: Kind) -> str:
        return self.see(f"{self.path}?at={AT[kind]}")

    def send(self, where: str, **fields: Any) -> Any:
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.html))
        return self.http.post(where, data={**hidden, **fields})

    def answer(self, **fields: Any) -> Any:
        return self.send(f"{self.path}/answer", **fields)

    @property
    def sitting(self) -> Any:
        return self.get(self.path.replace("/s/", "/sittings/")).json

    def stored(self, kind: Kind) -> Any:
        return self.sitting["answers"].get(str(AT[kind]))


@pytest.fixture
def alice(world: World, app) -> Page:
    with world.database.write() as session:
        banks.import_bank(session, CLI, every_kind(), world.clock(), images=PICTURES)
    world.apply(blueprint=ALL)
    return Page(app).enter("alice").begin()  # type: ignore[return-value]


def fields_for(view: dict[str, Any], answer: Any, prefix: str = "") -> dict[str, Any]:
    """The fields of the form that say an answer."""
    kind = view["kind"]
    if kind == "case":
        parts = [fields_for(own, answer[str(own["position"])], f"{own['position']}-") for own in view["items"]]
        return {name: value for part in parts for name, value in part.items()}
    if kind == "order":
        return {f"{prefix}order-{label}": str(n) for n, label in enumerate(answer, 1)}
    if kind == "match":
        return {f"{prefix}match-{left}": right for left, right in answer.items()}
    name = {"numeric": "number", "essay": "essay", "blank": "blank"}.get(kind, "choice")
    return {f"{prefix}{name}": {True: "true", False: "false"}[answer] if isinstance(answer, bool) else answer}


def test_a_whole_sitting_with_every_kind_by_forms(world: World, alice: Page):
    sitting = alice.sitting
    wanted = right_answers(sitting)
    for kind in Kind:
        alice.at(kind)
        view = sitting["items"][AT[kind] - 1]
        if kind is Kind.HOTSPOT:
            continue
        reply = alice.answer(**fields_for(view, wanted[str(AT[kind])]), go="next")
        assert reply.status_code == 302 and "at=" in reply.headers["Location"] or kind is Kind.ESSAY
        assert alice.stored(kind) == wanted[str(AT[kind])], kind
    for x, y in wanted[str(AT[Kind.HOTSPOT])]:
        alice.at(Kind.HOTSPOT)
        alice.answer(**{"tap288.x": round(x * 0.288), "tap288.y": round(y * 0.192)})
    assert "10题全部答完" in alice.see(f"{alice.path}/hand-in")
    alice.send(f"{alice.path}/hand-in")
    told = alice.see(f"{alice.path}/review")
    assert told.count("答对") == 9 + 7 and told.count("等待评阅") == 1, "a case's seven as well"


def test_every_kind_is_shown_again_as_it_was_answered(world: World, alice: Page):
    answers = right_answers(alice.sitting)
    alice.save(alice.sitting, answers)
    assert re.search(r'name="number"[^>]*value="5.3"', alice.at(Kind.NUMERIC))
    first = answers[str(AT[Kind.ORDER])][0]
    assert re.search(rf'name="order-{first}".*?<option value="1" selected>', alice.at(Kind.ORDER))
    right = answers[str(AT[Kind.MATCH])]["1"]
    assert re.search(rf'name="match-1".*?<option value="{right}" selected>', alice.at(Kind.MATCH))
    assert alice.at(Kind.HOTSPOT).count('class="mark"') == 2 * 2, "two marks, in two sizes of the picture"
    case = alice.at(Kind.CASE)
    assert 'name="1-choice"' in case and re.search(r'name="3-choice" value="(true|false)" checked', case)
    assert re.search(r'name="5-number"[^>]*value="\d', case) and re.search(r'name="6-order-A".*? selected>', case)
    assert "安全第一，预防为主</textarea>" in alice.at(Kind.ESSAY)


def test_an_item_that_is_left_alone_is_not_saved(world: World, alice: Page):
    for kind in Kind:
        alice.at(kind)
        alice.answer(go="next")
    assert alice.sitting["revision"] == 0 and "还有10题没答" in alice.see(f"{alice.path}/hand-in")


def test_a_mark_is_added_where_the_picture_was_tapped_and_taken_away_again(world: World, alice: Page):
    page = alice.at(Kind.HOTSPOT)
    assert f'src="/pictures/{YARD.content_hash}"' in page and 'width="288" height="192"' in page
    reply = alice.answer(**{"tap560.x": "56", "tap560.y": "187"})
    assert reply.headers["Location"].endswith("at=8#item") and alice.stored(Kind.HOTSPOT) == [[100, 500]]
    alice.at(Kind.HOTSPOT)
    alice.answer(column="20", row="1", go="add")
    assert alice.stored(Kind.HOTSPOT) == [[100, 500], [975, 25]]
    assert "横97.5%，纵2.5%" in alice.at(Kind.HOTSPOT)
    alice.answer(untap="100,500")
    assert alice.stored(Kind.HOTSPOT) == [[975, 25]]
    alice.at(Kind.HOTSPOT)
    alice.answer(go="next")
    assert alice.stored(Kind.HOTSPOT) == [[975, 25]], "going on takes nothing away"


def test_the_return_key_on_a_picture_marks_nothing(world: World, alice: Page):
    alice.at(Kind.HOTSPOT)
    alice.answer(**{"tap288.x": "0", "tap288.y": "0"})
    alice.answer(**{"tap288.x": "x", "tap288.y": "-1"})
    alice.answer(column="21", row="1", go="add")
    assert alice.stored(Kind.HOTSPOT) is None


def test_more_marks_than_allowed_are_told_and_not_kept(world: World, alice: Page):
    marks = [[n, n] for n in range(100, 106)]
    alice.save(alice.sitting, {str(AT[Kind.HOTSPOT]): marks})
    alice.at(Kind.HOTSPOT)
    alice.answer(**{"tap288.x": "200", "tap288.y": "100"})
    assert "最多点6处" in alice.at(Kind.HOTSPOT) and alice.stored(Kind.HOTSPOT) == marks


def test_two_lines_at_one_place_are_told_before_going_on(world: World, alice: Page):
    alice.at(Kind.ORDER)
    reply = alice.answer(**{"order-A": "1", "order-B": "1", "order-C": "2"}, go="next")
    assert reply.headers["Location"].endswith("at=6#item")
    assert "有2项都填了第1位" in alice.at(Kind.ORDER)
    alice.at(Kind.CASE)
    alice.answer(**{"6-order-A": "2", "6-order-B": "2"}, go="next")
    assert "有2项都填了第2位" in alice.at(Kind.CASE)


def test_a_case_is_answered_when_each_of_its_items_is(world: World, alice: Page):
    right = right_answers(alice.sitting)[str(AT[Kind.CASE])]
    alice.save(alice.sitting, {"9": {name: right[name] for name in list(right)[:-1]}})
    assert "还有10题没答" in alice.see(f"{alice.path}/hand-in")
    alice.save(alice.sitting, {"9": right}, 1, "k2")
    assert "还有9题没答" in alice.see(f"{alice.path}/hand-in")


def test_an_essay_that_is_too_long_is_told(world: World, alice: Page):
    alice.at(Kind.ESSAY)
    alice.answer(essay="长" * 101, go="next")
    assert "最多100个字" in alice.at(Kind.ESSAY) and alice.stored(Kind.ESSAY) is None
    alice.answer(essay="甲\r\n乙", go="next")
    assert alice.stored(Kind.ESSAY) == "甲\n乙"


def test_a_mark_under_an_item_clock_stays_at_its_item(world: World, alice: Page):
    world.apply(
        slug="clocked",
        blueprint=PaperBlueprint((Draw("kinds", 1, 100, Kind.HOTSPOT), Draw("kinds", 1, 100, Kind.ESSAY)), False),
        clock=Clock(item_ms=60_000),
    )
    alice.see("/c/clocked/start")
    alice.path = alice.send("/c/clocked/start").headers["Location"]
    alice.see(alice.path)
    alice.answer(**{"tap288.x": "144", "tap288.y": "96"})
    assert alice.sitting["item"] == 1 and alice.sitting["answers"] == {"1": [[500, 500]]}


@pytest.mark.parametrize("packed", ["{", "null", "5", '{"1": {"1": {"1": "A"}}}', '[["A"]]', '"\\ud800"', "[" * 5000])
def test_a_broken_answer_in_one_field_changes_nothing(world: World, alice: Page, packed: str):
    for kind in (Kind.SINGLE, Kind.ORDER, Kind.CASE, Kind.HOTSPOT):
        alice.at(kind)
        assert alice.answer(answer=packed, go="next").status_code == 302
    assert alice.sitting["revision"] == 0


def test_a_page_with_a_script_says_its_answer_in_one_field(world: World, alice: Page):
    right = right_answers(alice.sitting)[str(AT[Kind.CASE])]
    alice.at(Kind.CASE)
    alice.answer(answer=json.dumps(right), go="next")
    assert alice.stored(Kind.CASE) == right


def test_a_review_says_of_every_kind_what_one_gave_and_what_is_right(world: World, alice: Page):
    sitting = alice.sitting
    answers = {str(view["position"]): wrong_answer(view) for view in sitting["items"]}
    answers[str(AT[Kind.HOTSPOT])] = [[150, 150], [5, 5]]
    answers[str(AT[Kind.ESSAY])] = "<b>我写的</b>"
    alice.submit(sitting, answers=answers)
    told = alice.see(f"{alice.path}/review")
    for words in (
        "4.625到5.375米都对", "您的顺序", "正确顺序", "6题第0步", "7题左0", "7题右0", "您选的：", "等待评阅", "<b>我写的</b>",
        f"{MARKER}一", "✓ 找到", "漏了", "另有1处点错", "文字", f"{MARKER}立意",
    ):  # fmt: skip
        assert words in told, words
    assert "region-missed" in told and "生产经营单位" not in told
    raw = alice.http.get(f"{alice.path}/review").get_data(as_text=True)
    assert "<b>我写的" not in raw and " style=" not in raw and " onclick" not in raw
    assert "6题第0步" in alice.see("/c/june/mine"), "among the wrong ones"


@pytest.mark.parametrize("cleared", [None, [], "", {}])
def test_a_review_of_an_empty_paper_stands(world: World, alice: Page, cleared: Any):
    alice.submit(alice.sitting, answers={} if cleared is None else dict.fromkeys(map(str, AT.values()), cleared))
    told = alice.see(f"{alice.path}/review")
    assert told.count("未答") >= 10 and "7题右0" in told


def test_pages_of_items_keep_to_the_policy(world: World, alice: Page):
    for kind in Kind:
        alice.at(kind)
        raw = alice.http.get(f"{alice.path}?at={AT[kind]}").get_data(as_text=True)
        assert " style=" not in raw and not re.search(r" on[a-z]+=", raw), kind


def test_every_field_has_a_label(world: World, alice: Page):
    for kind in Kind:
        page = alice.at(kind)
        for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", page):
            if 'type="hidden"' in tag or 'type="radio"' in tag or 'type="checkbox"' in tag:
                continue
            name = re.search(r' id="([^"]+)"', tag)
            assert " aria-label=" in tag or " alt=" in tag or (name and f'for="{name[1]}"' in page), tag
