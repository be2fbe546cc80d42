"""What an official sees: the own subtree and nothing of anybody else's, on the page and in every file."""

from fractions import Fraction

import pytest
from factories import Client, World, right_answers
from staffing import Page, actions

from quizapp.models.accounts import Account
from quizapp.rules.units import Metric, UnitRules


@pytest.fixture
def played(world: World, sign_in) -> World:
    """Alice all right in 60 s, Bob with two wrong in 60 s, Carol of the other town all right in 90 s."""
    for login, wrong, seconds in (("alice", 0, 60), ("bob", 2, 60), ("carol", 0, 90)):
        client = sign_in(login)
        sitting = client.start()
        world.clock.pass_(seconds=seconds)
        from_all_right(client, sitting, wrong)
    return world


def from_all_right(client: Client, sitting: dict, wrong: int) -> None:
    assert client.submit(sitting, answers=right_answers(sitting, wrong)).status_code == 200


@pytest.fixture
def ofelia(sign_in) -> Page:
    return Page(sign_in("ofelia"))


@pytest.fixture
def olga(sign_in) -> Page:
    return Page(sign_in("olga"))


EVERY_LIST = ["people", "units", "waiting", "summary"]


@pytest.mark.parametrize("name", EVERY_LIST)
def test_nothing_of_another_subtree_is_on_any_list(played: World, ofelia: Page, name: str):
    for path in (f"/official/june/{name}", f"/official/june/{name}.csv"):
        told = ofelia.read(path)
        assert "Carol" not in told and "西镇" not in told and "西一厂" not in told


@pytest.mark.parametrize("name", [*EVERY_LIST, "people.xlsx", "units.csv", "waiting.csv", "summary.csv"])
def test_another_unit_is_not_found_in_the_same_words_as_none(played: World, ofelia: Page, name: str):
    for code in ("990102", "99010201", "9901", "99"):
        assert f"没有编码为“{code}”的单位" in ofelia.read(f"/official/june/{name}?under={code}", 404)
    assert "没有编码为“7777”的单位" in ofelia.read(f"/official/june/{name}?under=7777", 404)


def test_the_check_sheet_of_another_unit_is_not_found(played: World, ofelia: Page):
    for code in ("990102", "99010201", "9901", "7777"):
        assert f"没有编码为“{code}”的单位" in ofelia.read(f"/official/june/units/{code}", 404)
    assert "Alice" in ofelia.read("/official/june/units/99010101")


def test_places_are_those_within_the_subtree(played: World, sign_in):
    otto = Page(sign_in("otto"))
    rows = otto.csv("/official/june/people.csv")
    assert [row[rows[0].index("姓名")] for row in rows[1:]] == ["Carol"]
    assert rows[1][0] == "1"


def test_a_search_keeps_the_places_and_stays_inside(played: World, ofelia: Page):
    rows = ofelia.csv("/official/june/people.csv?q=bob")
    assert len(rows) == 2 and rows[1][0] == "2"
    assert len(ofelia.csv("/official/june/people.csv?q=carol")) == 1


def test_sorting_an_export_by_its_keys_gives_the_same_order(played: World, olga: Page):
    rows = olga.csv("/official/june/people.csv")
    at = {heading: n for n, heading in enumerate(rows[0])}
    resorted = sorted(
        rows[1:],
        key=lambda row: (
            -float(row[at["得分（分）"]]), int(row[at["用时（毫秒）"]]), row[at["完成时间"]], row[at["参赛编号"]],
        ),
    )  # fmt: skip
    assert resorted == rows[1:]
    assert [row[at["姓名"]] for row in resorted] == ["Alice", "Carol", "Bob"]
    assert [row[at["用时（毫秒）"]] for row in resorted] == ["60000", "90000", "60000"]


def test_the_same_figures_give_the_same_checksum(played: World, olga: Page):
    def checksum(path: str) -> str:
        told = olga.read(path)
        return told[told.index("SHA-256") :][8:72]

    first = checksum("/official/june/people.csv")
    played.clock.pass_(minutes=5)
    assert checksum("/official/june/people.csv") == first
    assert checksum("/official/june/people.csv?under=990102") != first


def test_an_export_says_who_when_and_how_many(played: World, olga: Page):
    told = olga.read("/official/june/people.csv")
    for part in ("Olga（olga）", "截至2026年6月1日", "共3行", "合计3人", "全部单位"):
        assert part in told
    assert actions(played)[-1] == "export.people"


@pytest.mark.parametrize("name", EVERY_LIST)
@pytest.mark.parametrize("layout", ["xlsx", "csv"])
def test_every_list_comes_as_a_file_that_nobody_keeps(played: World, olga: Page, name: str, layout: str):
    reply = olga.get(f"/official/june/{name}.{layout}")
    assert reply.status_code == 200 and reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''%E5%85%AD%E6%9C%88" in reply.headers["Content-Disposition"]
    assert reply.get_data()[:2] == (b"PK" if layout == "xlsx" else b"\xef\xbb")


def test_another_layout_is_not_found(played: World, olga: Page):
    assert olga.get("/official/june/people.exe").status_code == 404


def test_sum_of_rows_is_the_total_line_and_what_stands_above(played: World, olga: Page):
    for query in ("", "?under=9901", "?under=990101", "?kind=企业"):
        rows = olga.csv(f"/official/june/units.csv{query}")
        people = rows[0].index("参与人数（人）")
        told = olga.read(f"/official/june/units.csv{query}")
        total = sum(int(row[people]) for row in rows[1:])
        assert total == (2 if "990101" in query else 3)
        assert f"参与人数{total}人" in told and "与各行相加相同" in told


def test_a_past_moment_is_asked_for_in_the_contests_zone(world: World, sign_in, olga: Page):
    sign_in("alice").sit()
    world.clock.pass_(minutes=30)
    sign_in("carol").sit()
    for typed in ("2026-06-01T12:10", "2026-06-01 12:10"):
        rows = olga.csv(f"/official/june/people.csv?as_of={typed}")
        assert [row[2] for row in rows[1:]] == ["Alice"]
        assert "2026年6月1日 12:10:00" in olga.read(f"/official/june/people.csv?as_of={typed}")
    assert len(olga.csv("/official/june/people.csv")) == 3


@pytest.mark.parametrize("typed", ["昨天", "2026-13-01 11:00", "2030-01-01 00:00", "'; drop table"])
def test_a_moment_that_is_none_is_refused_in_words(world: World, olga: Page, typed: str):
    for name in ("people", "units", "summary"):
        told = olga.read(f"/official/june/{name}?as_of={typed}", 400)
        assert 'id="as_of-error"' in told and "截止时刻" in told and "导出xlsx" in told
    assert "截止时刻" in olga.read(f"/official/june/people.csv?as_of={typed}", 400)


def test_a_bare_date_is_its_end_and_today_is_now(world: World, sign_in):
    sign_in("alice").sit()
    world.clock.pass_(days=1)
    sign_in("carol").sit()
    olga = Page(sign_in("olga"))
    assert [row[2] for row in olga.csv("/official/june/people.csv?as_of=2026-06-01")[1:]] == ["Alice"]
    assert "截至2026年6月1日24时" in olga.read("/official/june/people?as_of=2026-06-01")
    assert len(olga.csv("/official/june/people.csv?as_of=2026-06-02")) == 3
    assert olga.get("/official/june/people?as_of=2026-06-03").status_code == 400


def test_what_decides_between_equal_seconds_is_shown(world: World, sign_in, olga: Page):
    sitting = sign_in("alice").start()
    world.clock.pass_(seconds=65)
    from_all_right(sign_in("alice"), sitting, 0)
    for path in ("/official/june/people", "/official/june/units/99010101"):
        told = olga.read(path)
        assert "1分5.000秒" in told and "2026年6月1日 12:01:05" in told


def test_a_place_is_the_same_in_the_list_and_on_the_sheet(played: World, olga: Page):
    played.apply(units=UnitRules(((Metric.MEAN, Fraction(1)),), hide_mean_below=1))
    told = olga.read("/official/june/units?under=9901&kind=企业")
    sheet = olga.read("/official/june/units/99010201?under=9901&kind=企业")
    assert "under=9901&amp;kind=" in told and "并列第1名" in told
    assert "并列第1名" in sheet and "在示例县的3个企业中排名" in sheet
    assert "第1名" in olga.read("/official/june/units/99010201?kind=没有") and "同一上级的1个" in olga.read(
        "/official/june/units/99010201?kind=没有"
    )


@pytest.mark.parametrize("name", EVERY_LIST)
def test_paper_says_what_it_is_of_and_of_when(played: World, olga: Page, name: str):
    told = olga.read(f"/official/june/{name}?under=990101")
    line = told.split('<p class="print-only">')[1].split("</p>")[0]
    assert "六月竞赛" in line and "东镇" in line and ("截至" in line or name == "waiting")


def test_those_who_have_not_begun_are_listed_and_those_who_have_are_not(world: World, sign_in, olga: Page):
    sign_in("alice").start()
    sign_in("carol").sit()
    rows = olga.csv("/official/june/waiting.csv")
    assert [row[1] for row in rows[1:]] == ["Bob"]


def test_a_practice_is_no_participation(world: World, sign_in, olga: Page):
    sign_in("bob").start(practice=True)
    assert {row[1] for row in olga.csv("/official/june/waiting.csv")[1:]} == {"Alice", "Bob", "Carol"}


def test_the_check_sheet_shows_how_the_numbers_come_about(played: World, ofelia: Page):
    played.apply(units=UnitRules(((Metric.MEAN, Fraction(1)),), hide_mean_below=1))
    told = ofelia.read("/official/june/units/99010101")
    for part in ("1 ÷ 应参人数10 = 10.0%", "70分 ÷ 1人 = 70.00分", "在同一上级的2个单位中排名", "Alice"):
        assert part in told
    assert "比前一名少20.00" in ofelia.read("/official/june/units/99010102")


def test_a_check_sheet_says_what_is_missing_for_a_place(played: World, ofelia: Page):
    told = ofelia.read("/official/june/units/99010101")
    assert "参与人数1人，要求至少5人" in told
    assert "平均分不列出" in told and "70.00" not in told


def test_the_means_of_very_small_units_are_in_no_file(played: World, olga: Page):
    rows = olga.csv("/official/june/units.csv?kind=企业")
    mean, value = rows[0].index("平均分（分）"), rows[0].index("排名依据值")
    assert all(row[mean] == row[value] == "" for row in rows[1:])


def test_the_cross_table_adds_up_on_both_sides(played: World, olga: Page):
    rows = olga.csv("/official/june/summary.csv?under=9901")
    assert rows == [["单位", "企业", "镇街", "合计"], ["东镇", "2", "0", "2"], ["西镇", "1", "0", "1"]]


def test_the_cross_table_also_names_units_where_nobody_took_part(world: World, sign_in, olga: Page):
    sign_in("alice").sit()
    rows = olga.csv("/official/june/summary.csv?under=990101")
    assert rows[0][1] == "企业" and [row[0] for row in rows[1:]] == ["东一厂", "东二厂"]
    assert rows[2][1] == "0" and "东二厂" in olga.read("/official/june/summary?under=990101")


def test_a_name_that_looks_like_a_formula_stays_text(world: World, sign_in, olga: Page):
    account = world.add_account("eve")
    with world.database.write() as session:
        session.get_one(Account, account).name = "=1+1"
    sign_in("eve").sit()
    assert olga.csv("/official/june/people.csv")[1][2] == "'=1+1"
    assert any("=1+1" in row for row in olga.sheet("/official/june/people.xlsx"))


def test_a_contestant_has_no_business_here(played: World, sign_in):
    alice = Page(sign_in("alice"))
    for path in ("/official/", "/official/june/people", "/official/june/people.csv", "/official/june/units/99010101"):
        assert alice.get(path).status_code == 403


def test_somebody_unknown_is_sent_to_sign_in(world: World, app):
    reply = app.test_client().get("/official/june/people?under=990101")
    assert reply.status_code == 302 and "/sign-in?next=" in reply.headers["Location"]
