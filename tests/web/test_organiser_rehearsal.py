"""试演: an organiser sees what a contest's rules do to made-up people; nothing of it is kept."""

import re

import pytest
from factories import World
from sqlalchemy import func, select
from staffing import Page, actions

from quizapp.models.contests import Entry
from quizapp.models.sittings import Sitting
from quizapp.web.organiser import rehearsal


@pytest.fixture
def olga(world: World, sign_in) -> Page:
    return Page(sign_in("olga"))


def test_the_contest_s_page_leads_to_the_form(world: World, olga: Page):
    assert "/organiser/contests/june/rehearsal" in olga.read("/organiser/contests/june")
    page = olga.read("/organiser/contests/june/rehearsal")
    assert 'name="people"' in page and "成绩分布" not in page


def test_charts_are_tables_that_add_up(world: World, olga: Page):
    page = olga.read("/organiser/contests/june/rehearsal?people=300&units=20&seed=a")
    points = page.split("成绩分布</caption>")[1].split("</table>")[0]
    assert sum(map(int, re.findall(r'<td class="r">(\d+)</td>', points))) == 300
    sizes = page.split("单位按参与人数分档</caption>")[1].split("</table>")[0]
    assert (
        sum(
            int(cells[0]) for cells in (re.findall(r'<td class="r">(\d+)</td>', row) for row in sizes.split("<tr>")[2:])
        )
        == 20
    )
    assert "<script" not in page.split("<main")[1].split("</main>")[0] and 'style="' not in page


def test_the_same_address_gives_the_same_page(world: World, olga: Page):
    def main(path: str) -> str:
        return olga.read(path).split("<main")[1].split("</main>")[0]

    same = "/organiser/contests/june/rehearsal?people=200&units=10&seed=a"
    assert main(same) == main(same)
    assert main(same).split("<h2>")[1:] != main(same.replace("seed=a", "seed=b")).split("<h2>")[1:]


def test_nothing_is_kept(world: World, olga: Page):
    before = actions(world)
    olga.read("/organiser/contests/june/rehearsal?people=100")
    with world.database.read() as session:
        assert (
            session.scalar(select(func.count()).select_from(Entry))
            == session.scalar(select(func.count()).select_from(Sitting))
            == 0
        )
    assert actions(world) == before


@pytest.mark.parametrize(("query", "told"), [
    ("people=20001", "请填1到20000的整数"), ("people=0", "请填1到20000的整数"), ("people=&units=3", "请填人数"),
    ("people=100&units=0", "请填1到2000的整数"), ("people=viele", "人数"),
])  # fmt: skip
def test_what_cannot_be_played_is_told(world: World, olga: Page, query: str, told: str):
    assert told in olga.read(f"/organiser/contests/june/rehearsal?{query}", 400)


def test_more_than_a_request_may_do_is_refused_kindly(world: World, olga: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rehearsal, "MOST_SITTINGS", 50)
    assert "答题50次以上" in olga.read("/organiser/contests/june/rehearsal?people=200", 400)


def test_one_plays_at_a_time(world: World, olga: Page):
    with rehearsal._turn:
        assert "另一场试演正在进行" in olga.read("/organiser/contests/june/rehearsal?people=50", 503)
    olga.read("/organiser/contests/june/rehearsal?people=50")


def test_an_unknown_contest_is_not_found(world: World, olga: Page):
    assert olga.get("/organiser/contests/nope/rehearsal?people=5").status_code == 404
