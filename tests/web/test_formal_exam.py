"""A formal exam and its exceptions, as people do them in the browser: room, code, extra time, what is read before, a bonus, a shared link."""

from fractions import Fraction

import pytest
from factories import World
from staffing import Page, actions

from quizapp.rules.contests import Ask, EntryRules, Extra, Limits
from quizapp.rules.units import Metric, UnitRules
from quizapp.services import contests, results
from quizapp.services.organisations import find_unit, tree


@pytest.fixture
def olga(world: World, sign_in) -> Page:
    return Page(sign_in("olga"))


def account_of(world: World, page: str, name: str) -> str:
    """The id behind the button of a row."""
    row = page.split(f'<th scope="row">{name}</th>')[1].split("</tr>")[0]
    return row.split("/room/people/")[1][:36]


def test_who_is_checked_in_and_knows_the_code_may_start_and_the_list_says_what_became_of_everybody(
    world: World, sign_in, olga: Page
):
    world.apply(entry=EntryRules(check_in=True, room_code=True), limits=Limits(total=1, retakes=1), pass_points=6000)
    alice = sign_in("alice")
    assert "签到" in alice.post("/contests/june/sittings", {"room_code": "X"}).json["detail"]
    assert olga.post("/organiser/contests/june/room/code").status_code == 302
    page = olga.read("/organiser/contests/june/room")
    path = f"/organiser/contests/june/room/people/{account_of(world, page, 'Alice')}"
    assert olga.post(path, here="yes").status_code == 302
    assert "口令" in alice.post("/contests/june/sittings", {"room_code": "WRONG"}).json["detail"]
    with world.database.read() as session:
        code = contests.room_code(session, world.contest)
    assert code is not None and code in olga.read("/organiser/contests/june/room")
    for _ in ("once", "and once more after failing"):
        alice.submit(alice.start(room_code=code.lower()))
    assert alice.post("/contests/june/sittings", {"room_code": code}).status_code == 403
    told = olga.read("/organiser/contests/june/room")
    row = told.split('<th scope="row">Alice</th>')[1].split("</tr>")[0]
    assert "补考仍不合格" in row
    assert "缺考" in told.split('<th scope="row">Bob</th>')[1].split("</tr>")[0]
    table = olga.get("/organiser/contests/june/room.csv").get_data(as_text=True)
    assert "补考仍不合格" in table and "缺考" in table
    assert "entry.check_in" in actions(world)


def test_extra_time_is_given_with_a_reason_and_holds_in_the_sitting_that_runs(world: World, sign_in, olga: Page):
    alice = sign_in("alice")
    before = alice.start()["deadline"]
    given = {"kind": "unit", "who": "990101", "minutes": "15", "opens_at": "", "closes_at": ""}
    assert olga.post("/organiser/contests/june/time", **given, reason="").status_code == 400
    assert olga.post("/organiser/contests/june/time", **given, reason="停电").status_code == 302
    after = alice.start()["deadline"]
    assert after[:10] == before[:10] and after != before
    assert "加时15分0秒" in olga.read("/organiser/contests/june/time")


def test_all_clocks_stop_and_go_on_from_the_contest_s_page(world: World, sign_in, olga: Page):
    alice = sign_in("alice")
    alice.start()
    assert olga.post("/organiser/contests/june/halt").status_code == 302
    world.clock.pass_(minutes=30)  # longer than the paper
    assert alice.post("/contests/june/sittings").status_code == 200
    assert "所有计时已停止" in olga.read("/organiser/contests/june")
    assert olga.post("/organiser/contests/june/go_on").status_code == 302
    world.clock.pass_(minutes=9)
    assert alice.submit(alice.start()).json["score"]["time_ms"] == 9 * 60_000


def test_what_is_asked_before_the_start_is_kept_and_opens_it(world: World, sign_in):
    world.apply(entry=EntryRules(gate="先读学习材料。", ask=(Ask.POST,)))
    client = sign_in("alice")
    alice = Page(client)
    assert client.post("/contests/june/sittings").status_code == 403
    assert "先读学习材料。" in alice.read("/c/june/prepare")
    assert alice.post("/c/june/prepare", post="").status_code == 400
    assert alice.post("/c/june/prepare", post="班组长").status_code == 302
    assert client.post("/contests/june/sittings").status_code == 201


def test_an_office_gives_a_bonus_with_a_reason_within_the_limit(world: World, sign_in):
    world.apply(units=UnitRules(((Metric.PEOPLE, Fraction(1)), (Metric.BONUS, Fraction(1))), most_bonus=1000, hide_mean_below=1))
    sign_in("alice").sit()
    ofelia = Page(sign_in("ofelia"))
    path = "/official/june/units/99010101"
    assert "加几分" in ofelia.read(path)
    ofelia.post(f"{path}/bonus", points="11", reason="组织得力")
    ofelia.post(f"{path}/bonus", points="2.5", reason="组织得力")
    with world.database.read() as session:
        contest = contests.find_contest(session, "june")
        facts = results.unit_facts(session, contest, tree(session))
        assert facts[find_unit(session, "99010101").id].bonus == Fraction(5, 2)
    assert "组织得力" in ofelia.read(path) and actions(world)[-1] == "unit.bonus"


def test_an_office_takes_points_off_where_the_rules_say_so(world: World, sign_in):
    weights = ((Metric.PEOPLE, Fraction(1)), (Metric.BONUS, Fraction(1)))
    world.apply(units=UnitRules(weights, most_bonus=1000, least_bonus=-500, hide_mean_below=1))
    sign_in("alice").sit()
    ofelia = Page(sign_in("ofelia"))
    path = "/official/june/units/99010101"
    assert "加几分（-5到10）" in ofelia.read(path)
    ofelia.post(f"{path}/bonus", points="-2.5", reason="组织不力")
    ofelia.post(f"{path}/bonus", points="-5.01", reason="组织不力")
    with world.database.read() as session:
        contest = contests.find_contest(session, "june")
        found = {row.code: row for row in results.units(session, contest, kind="企业")}["99010101"]
        assert found.facts.bonus == Fraction(-5, 2) and found.value == Fraction(-3, 2), "one participant less 2.5"
    assert "-2.5分，组织不力" in ofelia.read(path)


def test_a_shared_link_that_another_opens_is_one_more_chance_and_one_s_own_visit_is_none(world: World, app, sign_in):
    world.apply(extra=Extra(share=1), limits=Limits(per_day=1))
    alice = sign_in("alice")
    alice.sit()
    link = alice.http.get("/c/june/mine").get_data(as_text=True).split('aria-label="我的链接" value="')[1].split('"')[0]
    query = link.split("?")[1].replace("&amp;", "&")
    alice.http.get(f"/c/june?{query}")
    assert alice.post("/contests/june/sittings").status_code == 403
    for _ in range(3):
        app.test_client().get(f"/c/june?{query}", headers={"User-Agent": "another phone"})
    alice.sit()
    assert alice.post("/contests/june/sittings").status_code == 403


def test_results_are_published_once_and_only_after_the_end(world: World, sign_in, olga: Page):
    olga.post("/organiser/contests/june/publish")
    assert contests_published(world) is None
    world.clock.now = world.contest.rules.closes_at + 1
    later = Page(sign_in("olga"))
    for _ in range(2):
        later.post("/organiser/contests/june/publish")
        assert contests_published(world) == world.contest.rules.closes_at + 1
        world.clock.pass_(minutes=1)


def contests_published(world: World) -> int | None:
    with world.database.read() as session:
        return contests.find_contest(session, "june").published_at
