"""What a liaison does for the own unit: head count, poster, codes, disputes; and never sees what anybody answered or scored."""

import re

import pytest
from conftest import SECRET
from factories import HOUR, MARKER, PASSWORD, Client, World
from staffing import Page, actions, join

from quizapp.app import create_app
from quizapp.errors import Unauthenticated
from quizapp.rules.rows import PersonRow
from quizapp.services import accounts, entries, organisations, rosters
from quizapp.services.audit import CLI
from quizapp.settings import Settings


@pytest.fixture
def lena(world: World, sign_in) -> Page:
    return Page(sign_in("lena"))


def rostered(world: World, unit: str, name: str = "李四") -> str:
    """Somebody of a unit's roster: the id of the account."""
    with world.database.write() as session:
        home = organisations.find_unit(session, unit)
        rosters.import_people(session, CLI, SECRET, [PersonRow(2, name, None, "007")], home, world.clock())
    with world.database.read() as session:
        return next(account.id for account, _ in accounts.list_accounts(session, name))


def test_the_page_shows_neither_scores_nor_answers_of_single_people(world: World, sign_in, lena: Page):
    sign_in("alice").sit(wrong=1)
    told = lena.read("/liaison/")
    assert "Alice" in told and "已参加" in told
    assert "60" not in re.findall(r"<t[dh][^>]*>([^<]*)", told) and "60分" not in told
    assert MARKER not in told and "得分" not in told


@pytest.mark.parametrize("path", ["/official/june/people", "/official/june/people.csv", "/official/june/people.xlsx"])
def test_lists_of_scores_are_shut(world: World, lena: Page, path: str):
    assert lena.get(path).status_code == 403


def test_the_check_sheet_of_the_own_unit_names_nobody(world: World, sign_in, lena: Page):
    sign_in("alice").sit()
    told = lena.read("/official/june/units/99010101")
    assert "参与人数1人" in told and "Alice" not in told and "70" not in re.findall(r"<dd[^>]*>([^<]*)", told)


def test_confirming_the_head_count_moves_the_rate(world: World, sign_in, lena: Page):
    assert lena.post("/liaison/headcount", headcount="14").status_code == 302
    with world.database.read() as session:
        unit = organisations.find_unit(session, "99010101")
        assert unit.headcount == 14 and unit.headcount_confirmed_at == world.clock()
    assert actions(world)[-1] == "unit.headcount"


def test_a_head_count_far_from_the_one_before_is_asked_once_more(world: World, lena: Page):
    told = lena.post("/liaison/headcount", headcount="40").get_data(as_text=True)
    assert "应参人数从10人改为40人" in told
    with world.database.read() as session:
        assert organisations.find_unit(session, "99010101").headcount == 10
    assert lena.post("/liaison/headcount", headcount="40", confirmed="yes").status_code == 302
    with world.database.read() as session:
        assert organisations.find_unit(session, "99010101").headcount == 40


def test_a_head_count_below_the_participants_says_what_follows(world: World, sign_in, lena: Page):
    sign_in("alice").sit()
    told = lena.post("/liaison/headcount", headcount="0").get_data(as_text=True)
    assert "少于参与人数1人" in told and "暂不排名次" in told
    assert actions(world)[-1] != "unit.headcount"


@pytest.mark.parametrize("typed", ["", "-1", "一百二十", "99999999999", "1.5"])
def test_a_head_count_that_is_none_is_refused(world: World, lena: Page, typed: str):
    assert lena.post("/liaison/headcount", headcount=typed).status_code == 400
    with world.database.read() as session:
        assert organisations.find_unit(session, "99010101").headcount == 10


def test_a_new_code_opens_the_entry_and_the_old_one_no_longer(world: World, lena: Page):
    entry_id, old = join(world, SECRET)
    page = lena.read(f"/liaison/june/people/{entry_id}/code")
    assert "旧码立即作废" in page and "entry.code" not in actions(world)
    reply = lena.post(f"/liaison/june/people/{entry_id}/code")
    code = re.search(r'<span class="code">([^<]+)</span>', reply.get_data(as_text=True))[1]
    who = {"name": "张三", "phone": "13800138000"}
    with world.database.write() as session:
        assert entries.reopen(session, SECRET, world.contest, "", world.clock(), code=code, **who)
        with pytest.raises(Unauthenticated):
            entries.reopen(session, SECRET, world.contest, "", world.clock(), code=old, **who)
    assert code not in lena.read("/liaison/")
    assert "entry.code" in actions(world)


def test_people_of_another_unit_are_not_found(world: World, lena: Page):
    entry_id, old = join(world, SECRET, "99010102")
    account_id = rostered(world, "99010102")
    for path in (f"people/{entry_id}/code", f"people/{entry_id}/dispute", f"roster/{account_id}/code"):
        assert lena.post(f"/liaison/june/{path}", disputed="yes").status_code == 404
    for path in (f"people/{entry_id}/code", f"roster/{account_id}/code"):
        assert lena.get(f"/liaison/june/{path}").status_code == 404
    with world.database.write() as session:
        who = {"name": "张三", "phone": "13800138000"}
        assert entries.reopen(session, SECRET, world.contest, "", world.clock(), code=old, **who)
    assert "张三" not in lena.read("/liaison/")


def test_somebody_of_the_roster_gets_a_new_sign_in_code(world: World, lena: Page):
    account_id = rostered(world, "99010101")
    assert "旧码立即作废" in lena.read(f"/liaison/june/roster/{account_id}/code")
    reply = lena.post(f"/liaison/june/roster/{account_id}/code")
    code = re.search(r'<span class="code">([^<]+)</span>', reply.get_data(as_text=True))[1]
    with world.database.write() as session:
        account, _ = accounts.sign_in_with_code(session, SECRET, code, "", world.clock())
        assert account.name == "李四"


def test_nobody_with_a_password_can_be_entered_by_a_code_of_the_liaison(world: World, lena: Page):
    with world.database.read() as session:
        alice = next(account for account, _ in accounts.list_accounts(session, "alice"))
    assert lena.post(f"/liaison/june/roster/{alice.id}/code").status_code == 404


def test_a_dispute_reaches_the_organiser_and_can_be_taken_back(world: World, sign_in, lena: Page):
    entry_id, _ = join(world, SECRET)
    olga = Page(sign_in("olga"))
    assert lena.post(f"/liaison/june/people/{entry_id}/dispute", disputed="yes").status_code == 302
    assert "有异议" in lena.read("/liaison/")
    assert "张三" in olga.read("/organiser/disputes")
    assert lena.post(f"/liaison/june/people/{entry_id}/dispute", disputed="no").status_code == 302
    assert "张三" not in olga.read("/organiser/disputes")
    assert lena.post(f"/liaison/june/people/{entry_id}/dispute", disputed="yes").status_code == 302
    assert olga.post(f"/organiser/disputes/june/{entry_id}/settle").status_code == 302
    assert olga.post(f"/organiser/disputes/june/{entry_id}/settle").status_code == 404
    assert actions(world)[-1] == "entry.undispute"


def reminder_of(lena: Page) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", lena.read("/liaison/"), re.DOTALL)
    return found[1] if found else ""


def test_the_reminder_says_what_the_rules_say_of_time(world: World, lena: Page):
    assert "正在进行，2026年6月21日 12:00截止" in reminder_of(lena)
    assert "每份试卷7题，限时10分钟，开始后计时不停" in reminder_of(lena)
    world.apply(opens_at=world.clock() + HOUR)
    assert "2026年6月1日 13:00开始" in reminder_of(lena)


def test_there_is_no_reminder_where_nobody_can_start(world: World, lena: Page):
    world.apply(last_start=world.clock() - HOUR)
    assert reminder_of(lena) == "" and "不用提醒" in lena.read("/liaison/")


def test_the_reminder_names_and_blames_nobody(world: World, lena: Page):
    reminder = reminder_of(lena)
    assert "六月竞赛" in reminder and "自愿参加" in reminder and "/j/june/" in reminder
    assert not any(word in reminder for word in ("Alice", "未参加", "尚未", "必须", "通报"))


def test_the_poster_carries_the_link_of_the_own_unit(world: World, lena: Page):
    with world.database.read() as session:
        link = organisations.find_unit(session, "99010101").link
    assert f"/j/june/{link}" in lena.read("/liaison/june/poster")
    assert lena.get("/liaison/june/poster.pdf").status_code in (200, 302)


def test_a_forged_host_gets_into_no_link_once_the_address_is_set(world: World, database, clock):
    settings = Settings(database_url=database.url, secret_key=SECRET, base_url="http://quiz.example")
    app = create_app(settings, clock, database=database)
    client = Client(app)
    headers = {"Host": "quiz.example"}
    reply = client.http.post("/api/v1/session", json={"account": "lena", "password": PASSWORD}, headers=headers)
    assert reply.status_code == 200
    told = client.http.get("/liaison/june/poster", headers=headers).get_data(as_text=True)
    assert "quiz.example/j/june/" in told
    assert client.http.get("/liaison/june/poster", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("login", ["alice", "ofelia", "olga", "ada"])
def test_nobody_else_comes_in(world: World, sign_in, login: str):
    other = Page(sign_in(login))
    assert other.get("/liaison/").status_code == 403
    assert other.post("/liaison/headcount", headcount="1").status_code == 403


def test_an_unknown_contest_is_not_found(world: World, lena: Page):
    assert lena.get("/liaison/?contest=none").status_code == 404
