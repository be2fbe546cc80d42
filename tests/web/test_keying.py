"""Printed papers at the organiser's pages: made, fetched as PDF, keyed in by two; nothing there tells what is right."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from factories import MARKER, PICTURES, World, every_kind, right_answers
from sqlalchemy import select
from staffing import Page, actions

from quizapp.formats.poster_pdf import find_cjk_font
from quizapp.models.sittings import Sitting
from quizapp.rules import serials
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.services import banks, printed
from quizapp.services.audit import CLI
from quizapp.web.sheet_forms import fields, told

LIST, KEYING = "/organiser/contests/june/printed", "/organiser/contests/june/printed/keying"
KINDS = [kind for kind in Kind if kind is not Kind.ESSAY]


@pytest.fixture
def olga(world: World, sign_in) -> Page:
    return Page(sign_in("olga"))


@pytest.fixture
def ada(world: World, sign_in) -> Page:
    return Page(sign_in("ada"))


def every_kind_of_paper(world: World) -> None:
    with world.database.write() as session:
        banks.import_bank(session, CLI, every_kind(), world.clock(), images=PICTURES)
    world.apply(blueprint=PaperBlueprint(tuple(Draw("kinds", 1, 1400, kind) for kind in KINDS), shuffle_items=False))


def made(world: World, page: Page, unit: str = "99010101") -> printed.Sheet:
    """Alice's paper."""
    assert page.post(LIST, under=unit).status_code == 302
    with world.database.read() as session:
        return printed.sheets(session, world.contest, 1)[0]


def typed(sheet: printed.Sheet, answers: dict[str, Any]) -> dict[str, str]:
    """The fields of the form, filled in."""
    found: dict[str, str] = {}
    for view in sheet.views:
        answer = answers.get(str(view["position"]))
        found |= {field.name: field.before for field in fields(view, answer)}
    return found


def right(sheet: printed.Sheet, wrong: int = 0) -> dict[str, str]:
    return typed(sheet, right_answers({"items": sheet.views}, wrong))


def key(page: Page, sheet: printed.Sheet, given: dict[str, str], **over: str) -> Any:
    return page.post(KEYING, serial=sheet.serial, **({"day": "2026-06-01", "minutes": "8"} | given | over))


def points(world: World) -> list[int | None]:
    with world.database.read() as session:
        return list(session.scalars(select(Sitting.points)))


def test_from_the_list_to_the_ranking(world: World, sign_in, olga: Page, ada: Page):
    sign_in("bob").sit(wrong=2)
    assert "还没有试卷" in olga.read(LIST)
    sheet = made(world, olga)
    assert serials.shown(sheet.serial) in olga.read(LIST) and "已出卷" in olga.read(LIST)
    assert key(olga, sheet, right(sheet, wrong=1)).headers["Location"].endswith("keying?day=2026-06-01")
    assert "录入一遍" in ada.read(LIST) and points(world) == [5000]
    assert key(ada, sheet, right(sheet, wrong=1)).status_code == 302
    assert "两遍一致，已计分" in ada.read(KEYING)
    assert sorted(filter(None, points(world))) == [5000, 6000]
    ranked = ada.csv("/official/june/people.csv")[1:]
    assert ["Alice" in line for line in ranked] == [True, False] and "Bob" in ranked[1]


def test_every_kind_is_keyed_in_as_it_is_written(world: World, olga: Page, ada: Page):
    every_kind_of_paper(world)
    sheet = made(world, olga)
    form = right(sheet)
    assert key(olga, sheet, form).status_code == 302
    assert key(ada, sheet, {name: text.lower() for name, text in form.items()}).status_code == 302
    assert points(world) == [9 * 1400]


def test_neither_form_nor_list_tells_what_is_right_or_what_the_other_keyed(world: World, olga: Page, ada: Page):
    every_kind_of_paper(world)
    sheet = made(world, olga)
    before = olga.read(f"{KEYING}?serial={sheet.serial}")
    key(olga, sheet, right(sheet))
    after = ada.read(f"{KEYING}?serial={sheet.serial}")
    for page in (before, after, olga.read(LIST)):
        assert MARKER not in page and "主要负责人" not in page and "t-0" not in page
    assert set(re.findall(r'name="a[\d.-]+" value="([^"]*)"', after)) == {""}


def test_the_pdf_holds_what_is_asked_and_nothing_of_the_key(world: World, olga: Page, tmp_path: Path):
    if find_cjk_font() is None or not shutil.which("pdftotext"):
        pytest.skip("没有中文字体或pdftotext（apt install fonts-noto-cjk poppler-utils），试卷未核对")
    every_kind_of_paper(world)
    sheet = made(world, olga)
    reply = olga.get(f"{LIST}.pdf?under=99010101")
    assert reply.status_code == 200 and reply.content_type == "application/pdf"
    (tmp_path / "papers.pdf").write_bytes(reply.get_data())
    text = subprocess.run(["pdftotext", tmp_path / "papers.pdf", "-"], check=True, capture_output=True).stdout.decode()
    flat = "".join(text.split())
    assert all("".join(view["stem"].split()) in flat for view in sheet.views)
    assert serials.shown(sheet.serial) in flat and "Alice" in flat and "东一厂" in flat and "答题卡" in flat
    for secret in (MARKER, "主要负责人", "安全生产法", "t-0", "0.375"):
        assert secret not in flat and secret.encode() not in reply.get_data()
    assert actions(world)[-1] == "export.papers"
    assert (
        "Alice"
        not in subprocess.run(
            ["pdftotext", "-", "-"], input=olga.get(f"{LIST}.pdf?blank=yes").get_data(), check=True, capture_output=True
        ).stdout.decode()
    )


def test_without_papers_there_is_no_pdf(world: World, olga: Page):
    assert olga.get(f"{LIST}.pdf").status_code == 302
    assert "没有要打印的试卷" in olga.read(LIST)


def test_what_differs_comes_back_at_once_and_only_that(world: World, olga: Page, ada: Page):
    sheet = made(world, olga)
    slip = right(sheet) | {"a3": right(sheet, wrong=7)["a3"]}
    key(olga, sheet, slip)
    reply = key(ada, sheet, right(sheet))
    assert f"serial={serials.shown(sheet.serial)}" in reply.headers["Location"]
    page = ada.read(reply.headers["Location"])
    assert re.findall(r'name="(a[\d.-]+)"', page) == ["a3"] and f"您上一遍：{right(sheet)['a3']}<" in page
    assert 'name="minutes"' not in page and points(world) == []
    assert "两遍不一致" in olga.read(f"{LIST}?state=differs")
    assert key(olga, sheet, {"a3": right(sheet)["a3"]}).status_code == 302
    assert points(world) == [7000]


def test_the_same_person_cannot_be_both(world: World, olga: Page):
    sheet = made(world, olga)
    key(olga, sheet, right(sheet))
    assert key(olga, sheet, right(sheet)).status_code == 403
    assert "第二遍要由另一个人录" in olga.read(f"{KEYING}?serial={sheet.serial}", 403)
    assert points(world) == []


def test_points_in_the_form_do_nothing(world: World, olga: Page, ada: Page):
    sheet = made(world, olga)
    forged = {"points": "99999", "score": "100", "marks": "[1]", "time_ms": "1", "sitting_id": "x"}
    key(olga, sheet, right(sheet, wrong=7), **forged)
    key(ada, sheet, right(sheet, wrong=7), **forged)
    assert points(world) == [0]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a1", "Z", "没有选项“Z”"), ("a1", "AB", "只能录一个字母"), ("a2", "AZ", "没有选项“Z”"), ("a3", "是", "判断题请录"),
        ("a6", "AA", "只能写一次"), ("a7", "ABCD", "左边只有3项"), ("a8", "Z9", "不是格子"), ("a8", "A1 B2 C3 D4 E5 F6 G7 H8 I9 J10", "最多"),
        ("a9.1", "Z", "没有选项“Z”"), ("minutes", "八", "整数分钟"), ("minutes", "99", "用时最多10分钟"), ("day", "昨天", "2026-06-01"),
    ],
)  # fmt: skip
def test_what_cannot_be_on_the_sheet_is_told_at_its_field_and_nothing_is_lost(
    world: World, olga: Page, name: str, text: str, told: str
):
    every_kind_of_paper(world)
    sheet = made(world, olga)
    reply = key(olga, sheet, right(sheet) | {name: text})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 400 and told in page and f'value="{text}"' in page
    assert re.search(rf'id="{name}"[^>]*aria-invalid="true"', page)
    assert "已出卷" in olga.read(LIST)


@pytest.mark.parametrize(
    ("serial", "status", "told"),
    [("K7M3QQ", 400, "请核对试卷"), ("AAAAAA", 404, "没有编号为"), ("<b>", 400, "&lt;b&gt;")],
)
def test_a_number_that_is_none_is_told(world: World, olga: Page, serial: str, status: int, told: str):
    page = olga.read(f"{KEYING}?serial={serial}", status)
    assert told in page and 'name="serial"' in page


def test_people_without_a_sitting_left_are_named(world: World, sign_in, olga: Page):
    sign_in("alice").sit()
    sign_in("alice").sit()
    world.apply(limits=world.contest.rules.limits.__class__(total=2))
    olga.post(LIST, under="9901")
    page = olga.read(LIST)
    assert "新出2份试卷" in page and "1人没有出卷。Alice：2次答题机会已全部用完" in page


def test_the_return_key_hands_nothing_in_half_way(world: World, olga: Page):
    sheet = made(world, olga)
    form = olga.read(f"{KEYING}?serial={sheet.serial}").split("data-keying>")[1]
    assert re.search(r"<button([^>]*)>", form)[1].split() == ["hidden", "disabled"]  # type: ignore[index]


def test_an_answer_is_told_as_it_is_typed():
    assert told({"kind": "hotspot"}, [[25, 25], [975, 475]]) == "A1 T10"
    assert told({"kind": "match", "left": [{"label": "1"}, {"label": "2"}]}, {"2": "B"}) == "-B"
    assert (told({"kind": "judge"}, False), told({"kind": "judge"}, []), told({"kind": "order"}, ["B", "A"])) == (
        "×",
        "",
        "BA",
    )
