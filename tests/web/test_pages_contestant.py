"""What a contestant is told before, between and after sittings, on a phone of one's own or of several people."""

import re
from fractions import Fraction
from html import unescape

import pytest
from factories import SECRET, Client, World
from sqlalchemy import select

from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.rules.contests import EntryRules
from quizapp.rules.rows import PersonRow
from quizapp.rules.units import Metric, UnitRules
from quizapp.services import contests, rosters
from quizapp.services.audit import CLI

NOON = 1_780_286_400_000  # 2026-06-01 12:00 in Shanghai
HOUR = 3_600_000


class Phone(Client):
    """Reads pages as words; joins by a unit's link."""

    def page(self, path: str, status: int = 200) -> str:
        reply = self.http.get(path, follow_redirects=True)
        assert reply.status_code == status, reply.get_data(as_text=True)[:1500]
        self.html = unescape(reply.get_data(as_text=True))
        return self.html

    def press(self, path: str, **fields: str):
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.html)
        assert token
        return self.http.post(path, data={"csrf_token": token[1], **fields})

    def join(self, link: str) -> None:
        self.page(f"{link}?step=details")
        assert self.press(link, name="王示例", phone="13800138000", consent="y").status_code == 302


@pytest.fixture
def phone(app) -> Phone:
    return Phone(app)


def link_of(world: World, code: str = "99010101") -> str:
    with world.database.read() as session:
        return f"/j/june/{session.scalar(select(Unit.link).where(Unit.code == code))}"


@pytest.mark.parametrize("step", ["", "?step=details"])
def test_after_the_end_the_link_leads_to_the_boards_and_asks_nothing(world: World, phone: Phone, step: str):
    world.clock.pass_(days=21)
    page = phone.page(link_of(world) + step)
    assert "竞赛已经结束" in page and "/c/june/board" in page and "/c/june/units" in page
    assert 'name="phone"' not in page and "对，开始" not in page


def test_after_the_last_start_nobody_is_asked_for_a_phone_number(world: World, phone: Phone):
    world.apply(last_start=NOON - HOUR)
    page = phone.page(f"{link_of(world)}?step=details")
    assert "已过最后开始时间" in page and 'name="phone"' not in page


def test_before_the_opening_the_link_says_when_it_opens_and_lets_one_join(world: World, phone: Phone):
    world.apply(opens_at=NOON + 24 * HOUR)
    assert "2026年6月2日 12:00开始答题" in phone.page(link_of(world))
    phone.join(link_of(world))
    assert "竞赛还没有开始" in phone.page("/c/june/start")


def test_a_pause_is_told_before_the_form(world: World, phone: Phone):
    with world.database.write() as session:
        contests.pause_contest(session, CLI, "june", True, NOON)
    page = phone.page(f"{link_of(world)}?step=details")
    assert page.index("竞赛暂停") < page.index('name="phone"')


@pytest.mark.parametrize("step", ["", "?step=details"])
def test_somebody_who_took_part_before_finds_the_way_back(world: World, phone: Phone, step: str):
    assert 'href="/c/june/reopen"' in phone.page(link_of(world) + step)


def test_the_way_back_stands_beside_the_refusal_of_a_second_entry(world: World, app, phone: Phone):
    phone.join(link_of(world))
    other = Phone(app)
    other.page(f"{link_of(world)}?step=details")
    page = other.press(link_of(world), name="王示例", phone="13800138000", consent="y").get_data(as_text=True)
    assert page.index("已经参加了本次竞赛") < page.index('href="/c/june/reopen"') < page.index('name="phone"')


def test_signing_in_inside_a_contest_leads_back_into_it(world: World, phone: Phone):
    assert 'href="/sign-in?next=/c/june/start"' in phone.page("/c/june")
    for path in ("/sign-in", "/sign-in?next=/c/june/start"):
        page = phone.page(path)
        assert 'href="/c/june/reopen"' in page and "重新扫码即可" not in page


def test_who_shares_a_phone_sees_whose_entry_it_is_and_can_leave_it(world: World, phone: Phone):
    phone.join(link_of(world))
    page = phone.page("/c/june/start")
    assert "王示例" in page and "东一厂" in page and "不是我，换人" in page
    assert phone.press("/c/june/next").headers["Location"] == link_of(world)
    assert "王示例" not in phone.page("/c/june")


def test_scanning_another_unit_s_link_tells_of_the_present_entry(world: World, phone: Phone):
    phone.join(link_of(world))
    page = phone.page(link_of(world, "99010102"))
    assert "已代表“东一厂”参加" in page and "“东二厂”的链接" in page
    assert "的链接" not in phone.page(link_of(world))


def test_the_next_person_is_offered_before_the_wrong_items_and_after_the_result(world: World, app):
    alice = Phone(app).enter("alice")
    sitting = alice.start()
    alice.submit(sitting)
    mine = alice.page("/c/june/mine")
    assert mine.index("下一位同学") < mine.index("我的错题") and mine.count("<summary>") == 7
    result = alice.page(f"/s/{sitting['id']}/result")
    assert "下一位同学" in result and "next_person.js" in result


def test_who_has_not_entered_comes_from_their_record_to_the_start(world: World, app):
    alice = Phone(app).enter("alice")
    reply = alice.http.get("/c/june/mine")
    assert reply.status_code == 302 and reply.headers["Location"] == "/c/june/start"


def test_a_code_leads_to_the_only_contest_that_runs_and_one_can_leave_before_entering(world: World, phone: Phone):
    with world.database.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "99010101")).one()
        issued = rosters.import_people(session, CLI, SECRET, [PersonRow(2, "李示例", "13900139000")], unit, NOON, "r.csv")
    phone.page("/sign-in/code")
    assert phone.press("/sign-in/code", code=issued[0][2], consent="y").headers["Location"] == "/c/june/start"
    for path in ("/", "/c/june", "/c/june/start"):
        assert 'action="/sign-out"' in phone.page(path)
    assert phone.press("/c/june/start").status_code == 302
    assert 'action="/sign-out"' not in phone.page("/c/june/start")


def test_two_contests_that_run_leave_the_choice_to_the_reader(world: World, phone: Phone):
    world.apply(slug="second", title="第二场")
    phone.page("/sign-in")
    assert phone.press("/sign-in", account="alice", password="correct horse").headers["Location"] == "/"


def test_a_contestant_with_a_login_can_sign_out_and_one_by_link_is_not_locked_out(world: World, app, phone: Phone):
    alice = Phone(app).enter("alice")
    assert 'action="/sign-out"' in alice.page("/c/june/start") and 'action="/sign-out"' in alice.page("/")
    phone.join(link_of(world))
    for path in ("/", "/c/june", "/c/june/start"):
        assert 'action="/sign-out"' not in phone.page(path)


def test_an_open_sitting_shows_its_own_end(world: World, app):
    alice = Phone(app).enter("alice")
    alice.start()
    world.clock.pass_(minutes=4)
    page = alice.page("/c/june/start")
    assert "本次截止" in page and "2026年6月1日 12:10" in page and "现在开始" not in page
    world.clock.pass_(minutes=7)
    page = alice.page("/c/june/start")
    assert "本次截止" not in page and "接着上次答" not in page and "还可答题" in page


def test_where_one_cannot_start_no_end_and_no_number_are_promised(world: World, phone: Phone):
    phone.join(link_of(world))
    world.clock.pass_(days=21)
    for path in ("/c/june/start", "/c/june"):
        page = phone.page(path)
        assert "竞赛已经结束" in page and "现在开始" not in page and "还可答题" not in page


def test_an_end_at_midnight_is_the_24th_hour_of_the_day_before(world: World, phone: Phone):
    midnight = NOON + 12 * HOUR
    world.apply(last_start=midnight - 6 * HOUR, closes_at=midnight)
    page = phone.page("/c/june")
    assert "2026年6月1日24时" in page and "2026年6月1日 18:00" in page
    world.apply(last_start=midnight, closes_at=midnight)
    assert "2026年6月1日24时前开始答题" in phone.page("/")


def test_staff_are_told_that_their_trial_does_not_count(world: World, app):
    olga = Phone(app).enter("olga")
    assert "不计入榜单" in olga.page("/c/june/start") and "不是我，换人" not in olga.html
    sitting = olga.start()
    olga.submit(sitting)
    assert "不计入榜单" in olga.page(f"/s/{sitting['id']}/result")
    with world.database.read() as session:
        assert session.scalars(select(Entry)).one().counts is False


def test_staff_find_their_way_back_to_work(world: World, app):
    olga = Phone(app).enter("olga")
    for path, status in (("/", 200), ("/c/june", 200), ("/nowhere", 404), ("/account/password", 200)):
        page = olga.page(path, status)
        assert "回工作台" in page and 'href="/organiser/"' in page and 'action="/sign-out"' in page


def test_units_without_a_participant_are_folded_away_and_codes_kept_for_the_unplaced(world: World, app):
    world.apply(units=UnitRules(((Metric.MEAN, Fraction(1)),), hide_mean_below=1))
    alice = Phone(app).enter("alice")
    alice.submit(alice.start())
    page = alice.page("/c/june/units?kind=企业")
    placed, folded = page.split("<details>")[:2]
    assert "东一厂" in placed and "99010101" not in placed
    assert "另有2个单位未参加" in folded and "99010102" in folded


def test_pupils_find_their_way_back_too(world: World, phone: Phone):
    world.apply(entry=EntryRules(minors=True))
    assert 'href="/c/june/reopen"' in phone.page(link_of(world))


def test_every_page_of_a_contest_has_the_same_head(world: World, sign_in):
    """The board of somebody who stands on it had no way to sign out."""
    alice = sign_in("alice")
    alice.sit()
    for page in ("/c/june", "/c/june/board", "/c/june/units"):
        head = alice.http.get(page).get_data(as_text=True).partition("</header>")[0]
        assert "我的" in head and "退出" in head, page
