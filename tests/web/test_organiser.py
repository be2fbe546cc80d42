"""What an organiser does: contests, banks, units, rosters, posters; every file whole or not at all, every act said in numbers."""

import re

import pytest
from factories import DAY, HOUR, World, bank
from staffing import Page, actions

from quizapp.formats import bank_yaml
from quizapp.formats.contest import yaml as contest_yaml
from quizapp.formats.unit_table import write_units
from quizapp.models.accounts import Account
from quizapp.rules.rows import UnitRow
from quizapp.services import accounts, banks, contests, missing_units, organisations, unit_imports


@pytest.fixture
def olga(world: World, sign_in) -> Page:
    return Page(sign_in("olga"))


def running(world: World) -> contests.Running:
    with world.database.read() as session:
        return contests.find_contest(session, "june")


def test_the_list_shows_how_many_take_part(world: World, sign_in, olga: Page):
    sign_in("alice").sit()
    sign_in("alice").sit()
    sign_in("bob").start()
    numbers = re.findall(r'<td class="r">(\d+)</td>', olga.read("/organiser/"))
    assert numbers == ["1", "2", "1"]


def test_participation_by_day_is_a_table(world: World, sign_in):
    sign_in("alice").sit()
    world.clock.pass_(days=2)
    told = Page(sign_in("olga")).read("/organiser/contests/june")
    assert re.findall(r'<th scope="row">(6月\d+日|5月\d+日)</th><td class="r">(\d+)</td>', told) == [
        ("5月31日", "0"), ("6月1日", "1"), ("6月2日", "0"), ("6月3日", "0"),
    ]  # fmt: skip


def test_closing_says_whom_it_reaches_before_it_does_it(world: World, sign_in, olga: Page):
    sign_in("alice").start()
    sign_in("bob").start()
    assert "正在答题的2人到此为止" in olga.read("/organiser/contests/june/close")
    assert running(world).rules.closes_at > world.clock()
    assert olga.post("/organiser/contests/june/close").status_code == 302
    assert running(world).rules.closes_at == world.clock()
    assert actions(world)[-1] == "contest.end"


def test_pausing_lets_nobody_start_until_it_is_taken_back(world: World, sign_in, olga: Page):
    assert olga.post("/organiser/contests/june/pause").status_code == 302
    assert sign_in("alice").post("/contests/june/sittings").status_code == 403
    assert "已暂停" in olga.read("/organiser/contests/june")
    assert olga.post("/organiser/contests/june/resume").status_code == 302
    assert sign_in("alice").post("/contests/june/sittings").status_code == 201


def test_a_contest_that_runs_cannot_be_opened_again(world: World, olga: Page):
    before = running(world).rules.opens_at
    assert olga.post("/organiser/contests/june/open").status_code == 302
    assert "竞赛已经开始" in olga.read("/organiser/contests/june")
    assert running(world).rules.opens_at == before


def test_another_end_is_first_shown_in_numbers_then_done(world: World, sign_in, olga: Page):
    world.apply(last_start=world.clock() + HOUR, closes_at=world.clock() + HOUR)
    world.clock.pass_(minutes=55)
    sitting = sign_in("alice").start()
    times = {"last_start": "2026-06-01 13:30", "closes_at": "2026-06-01 24:00"}
    told = olga.post("/organiser/contests/june/end", **times).get_data(as_text=True)
    assert "正在答题的1人中，1人的结束时间随之改变" in told
    assert sign_in("alice").get(f"/sittings/{sitting['id']}").json["deadline"] == sitting["deadline"]
    assert olga.post("/organiser/contests/june/end", confirmed="yes", **times).status_code == 302
    assert sign_in("alice").get(f"/sittings/{sitting['id']}").json["deadline"] > sitting["deadline"]


@pytest.mark.parametrize(
    ("last_start", "closes_at"),
    [
        ("2026-06-02 00:00", "2026-06-01 23:00"),
        ("2026-05-31 13:00", "2026-05-31 14:00"),
        ("", "2026-06-02 00:00"),
        ("x", "y"),
    ],
)
def test_an_end_that_cannot_be_is_refused(world: World, olga: Page, last_start: str, closes_at: str):
    reply = olga.post("/organiser/contests/june/end", confirmed="yes", last_start=last_start, closes_at=closes_at)
    assert reply.status_code == 400
    assert running(world).rules == world.contest.rules


def test_a_contest_file_is_shown_before_it_is_applied(world: World, olga: Page):
    rules = running(world).rules
    text = contest_yaml.write_contest(rules).decode().replace("六月竞赛", "七月竞赛").replace("june", "july")
    told = olga.post("/organiser/contest-file", ("july.yaml", text)).get_data(as_text=True)
    assert "七月竞赛" in told and "新建竞赛" in told
    with world.database.read() as session:
        assert [c.rules.slug for c in contests.list_contests(session)] == ["june"]
    kept = {name: re.search(f'name="{name}" value="([^"]*)"', told)[1] for name in ("kept", "kept_name")}
    assert olga.post("/organiser/contest-file/apply", **kept).status_code == 302
    assert "七月竞赛" in olga.read("/organiser/contests/july")


def test_a_file_that_takes_back_an_extension_says_so(world: World, olga: Page):
    text = contest_yaml.write_contest(running(world).rules).decode().replace("per_day: 2", "per_day: 3")
    world.apply(last_start=world.clock() + 25 * DAY, closes_at=world.clock() + 25 * DAY + 12 * HOUR)
    told = olga.post("/organiser/contest-file", ("june.yaml", text)).get_data(as_text=True)
    assert "截止时间：2026年6月26日24时 → 2026年6月21日 12:00" in told and "时间比现在的早" in told
    assert "每天次数：2 → 3" in told and "题目乱序" not in told
    same = contest_yaml.write_contest(running(world).rules).decode()
    told = olga.post("/organiser/contest-file", ("june.yaml", same)).get_data(as_text=True)
    assert "和现在的规则相同" in told and "时间比现在的早" not in told


def test_an_end_at_midnight_is_said_as_24_hours(world: World, olga: Page):
    world.apply(last_start=world.clock() + 12 * HOUR, closes_at=world.clock() + 12 * HOUR)
    assert "2026年6月1日24时" in olga.read("/organiser/") and "2026年6月1日24时" in olga.read("/organiser/contests/june")
    assert 'value="2026-06-01 24:00"' in olga.read("/organiser/contests/june/end")


def test_the_form_of_the_end_shows_no_milliseconds(world: World, olga: Page):
    world.apply(last_start=world.clock() + HOUR + 673, closes_at=world.clock() + HOUR + 17_673)
    told = olga.read("/organiser/contests/june/end")
    assert 'value="2026-06-01 13:00"' in told and 'value="2026-06-01 13:00:17"' in told


def test_a_contest_file_is_refused_with_all_its_faults(world: World, olga: Page):
    text = contest_yaml.write_contest(running(world).rules).decode()
    text = text.replace("clock:", "clok:").replace("bank: tests", "bank: nowhere").replace("closes_at:", "closes:")
    reply = olga.post("/organiser/contest-file", ("june.yaml", text))
    assert reply.status_code == 400 and reply.get_data(as_text=True).count("<li>") - 5 >= 2


def test_a_missing_bank_is_told_before_anything_is_applied(world: World, olga: Page):
    text = contest_yaml.write_contest(running(world).rules).decode().replace("bank: tests", "bank: nowhere")
    for path in ("/organiser/contest-file", "/organiser/contest-file/apply"):
        reply = olga.post(path, ("june.yaml", text))
        assert reply.status_code == 400 and "nowhere" in reply.get_data(as_text=True)
    assert running(world).rules == world.contest.rules


def test_the_rules_can_be_downloaded_and_applied_again(world: World, olga: Page):
    text = olga.read("/organiser/contests/june/contest.yaml")
    assert contest_yaml.read_contest(text.encode(), "june.yaml") == running(world).rules


def test_a_bank_is_stored_unpublished_and_drawn_from_only_after_publishing(world: World, olga: Page):
    data = bank_yaml.write_bank(bank(count=13))
    reply = olga.post("/organiser/banks/upload", ("tests.yaml", data))
    assert reply.status_code == 302
    page = olga.read(reply.headers["Location"])
    assert "未发布" in page and "第13题（single）" in page
    with world.database.read() as session:
        assert len(banks.get_bank(session, "tests").items) == 21
    publish = reply.headers["Location"] + "/publish"
    assert "22道题" in olga.read(publish)
    assert olga.post(publish).status_code == 302
    with world.database.read() as session:
        assert len(banks.get_bank(session, "tests").items) == 22
    assert actions(world)[-2:] == ["bank.import", "bank.publish"]


def test_the_same_bank_again_is_no_new_version(world: World, olga: Page):
    data = bank_yaml.write_bank(bank())
    assert olga.post("/organiser/banks/upload", ("tests.yaml", data)).status_code == 302
    with world.database.read() as session:
        assert len(banks.list_banks(session)) == 1


def test_a_bank_with_faults_is_refused_with_all_of_them(world: World, olga: Page):
    text = (
        bank_yaml.write_bank(bank()).decode().replace("kind: judge", "kind: jugde").replace("stem: 第1题", "stm: 第1题")
    )
    reply = olga.post("/organiser/banks/upload", ("tests.yaml", text))
    assert reply.status_code == 400 and reply.get_data(as_text=True).count("第") > 3
    with world.database.read() as session:
        assert len(banks.list_banks(session)) == 1


def test_a_bank_can_be_a_table(world: World, olga: Page):
    table = "题型,题干,选项A,选项B,答案\n单选题,谁负责？,负责人,安全员,A\n判断题,安全第一。,,,对\n"
    reply = olga.post("/organiser/banks/upload", ("我的题.csv", table), code="mine", title="我的题")
    assert reply.status_code == 302, reply.get_data(as_text=True)
    assert "谁负责？" in olga.read(reply.headers["Location"])


def test_a_table_without_code_or_title_is_asked_for_both(world: World, olga: Page):
    table = "题型,题干,选项A,选项B,答案\n单选题,谁负责？,负责人,安全员,A\n"
    reply = olga.post("/organiser/banks/upload", ("table.csv", table))
    told = reply.get_data(as_text=True)
    assert reply.status_code == 400 and "请填题库代码" in told and "请填题库名称" in told
    with world.database.read() as session:
        assert len(banks.list_banks(session)) == 1


def test_publishing_is_not_shown_as_a_danger(world: World, olga: Page):
    with world.database.read() as session:
        version = banks.list_banks(session)[0].id
    assert "weui-btn_warn" not in olga.read(f"/organiser/banks/{version}/publish")
    assert "weui-btn_warn" in olga.read("/organiser/contests/june/close")


def test_what_a_bank_says_is_never_markup(world: World, olga: Page):
    table = "题型,题干,选项A,选项B,答案\n单选题,<script>alert(1)</script>,<img src=x onerror=y>,乙,A\n"
    reply = olga.post("/organiser/banks/upload", ("x.csv", table), code="x", title="x")
    told = olga.read(reply.headers["Location"])
    assert "<script>alert" not in told and "<img src=x" not in told and "&lt;script&gt;" in told


ROWS = [UnitRow(2, "东三厂", "99010103", "企业", "990101", 20), UnitRow(3, "西一厂", "99010201", "企业", "990101", 7)]


def test_a_unit_file_is_looked_at_first_and_changes_nothing_yet(world: World, olga: Page):
    told = olga.post("/organiser/units/preview", ("units.csv", write_units(ROWS))).get_data(as_text=True)
    assert "东三厂" in told and "西一厂" in told
    with world.database.read() as session:
        assert len(organisations.list_units(session)) == 7
    kept = {name: re.search(f'name="{name}" value="([^"]*)"', told)[1] for name in ("kept", "kept_name")}
    assert olga.post("/organiser/units/import", **kept).status_code == 302
    with world.database.read() as session:
        assert len(organisations.list_units(session)) == 8
        assert organisations.find_unit(session, "99010201").headcount == 7
    assert "unit.import" in actions(world)[-1]


def test_a_unit_file_with_faults_imports_nothing(world: World, olga: Page):
    table = "名称,编码,类型,上级编码,应参人数\n东三厂,99010103,企业,990101,一百二十\n,99010104,企业,990101,3\n好厂,99010105,企业,990101,3\n"
    for path in ("/organiser/units/preview", "/organiser/units/import"):
        reply = olga.post(path, ("units.csv", table))
        told = reply.get_data(as_text=True)
        assert reply.status_code == 400 and "一百二十" in told and "2处要改" in told
    table = "名称,编码,上级编码\n东三厂,99010103,4444\n东四厂,99010104,5555\n"
    told = olga.post("/organiser/units/import", ("units.csv", table)).get_data(as_text=True)
    assert "4444" in told and "5555" in told
    with world.database.read() as session:
        assert len(organisations.list_units(session)) == 7


def test_a_broken_carried_file_is_refused(world: World, olga: Page):
    for kept in ("not base64!", "AAAA", "eJwDAAAAAAE="):
        assert olga.post("/organiser/units/import", kept=kept, kept_name="x.csv").status_code == 400
    assert olga.post("/organiser/units/import").status_code == 400


def test_a_file_of_several_megabytes_is_taken(world: World, olga: Page):
    rows = [UnitRow(n, f"企业{n:06d}" + "很长的名称" * 20, f"8{n:06d}", "企业", "990101", 3) for n in range(4_000)]
    data = write_units(rows)
    assert len(data) > 1_000_000
    reply = olga.post("/organiser/units/preview", ("units.csv", data))
    assert reply.status_code == 200 and "4000" in reply.get_data(as_text=True)


def test_a_large_body_is_refused_where_no_file_is_expected(world: World, olga: Page):
    assert olga.post("/organiser/contests/june/end", ("x", b"x" * 1_500_000)).status_code == 413


ROSTER = "姓名,手机号,工号,单位\n张三,13800138000,001,东一厂\n李四,,002,99010102\n"


def codes_of(told: str) -> list[str]:
    return re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}(?=</p>)", told)


def test_a_roster_gives_each_a_code_that_lets_in_once(world: World, olga: Page, app):
    told = olga.post("/organiser/rosters", ("roster.csv", ROSTER)).get_data(as_text=True)
    codes = codes_of(told)
    assert len(set(codes)) == 2
    with world.database.write() as session:
        found, _ = accounts.sign_in_with_code(session, app.config["SECRET_KEY"], codes[0], "", world.clock())
        account = session.get_one(Account, found.id)
        assert account.name == "张三" and account.number == "001" and account.role == "contestant"
    assert codes[0] not in olga.read("/organiser/rosters")
    assert "roster.import" in actions(world)


def test_people_known_already_are_not_doubled_and_keep_their_code(world: World, olga: Page):
    first = codes_of(olga.post("/organiser/rosters", ("roster.csv", ROSTER)).get_data(as_text=True))
    again = olga.post("/organiser/rosters", ("roster.csv", ROSTER + "王五,,003,东一厂\n")).get_data(as_text=True)
    assert len(codes_of(again)) == 1 and "另有2人已在名册里" in again
    third = codes_of(olga.post("/organiser/rosters", ("roster.csv", ROSTER), reissue="y").get_data(as_text=True))
    assert len(third) == 2 and not set(third) & set(first)
    assert "名册共6人" in olga.read("/organiser/rosters")  # with Alice, Bob and Carol


def test_a_roster_with_an_unknown_unit_gives_nobody_a_code(world: World, olga: Page):
    reply = olga.post("/organiser/rosters", ("roster.csv", ROSTER + "王五,,003,没有的厂\n赵六,,004,也没有\n"))
    told = reply.get_data(as_text=True)
    assert reply.status_code == 400 and "没有的厂" in told and "也没有" in told
    assert "名册共3人" in olga.read("/organiser/rosters")


def test_a_roster_without_units_belongs_to_the_unit_given(world: World, olga: Page):
    table = "姓名,工号\n张三,001\n"
    assert olga.post("/organiser/rosters", ("roster.csv", table)).status_code == 400
    assert olga.post("/organiser/rosters", ("roster.csv", table), unit="77").status_code == 400
    assert "东一厂" in olga.post("/organiser/rosters", ("roster.csv", table), unit="99010101").get_data(as_text=True)


def test_codes_come_as_a_table_too(world: World, olga: Page):
    told = olga.post("/organiser/rosters", ("roster.csv", ROSTER)).get_data(as_text=True)
    packed = re.search('name="slips" value="([^"]*)"', told)[1].replace("&#34;", '"')
    reply = olga.post("/organiser/rosters/codes.csv", slips=packed)
    assert reply.status_code == 200 and all(code in reply.get_data(as_text=True) for code in codes_of(told))
    for broken in ("", "{}", '[["a"]]', "[[1,2,3,4]]"):
        assert olga.post("/organiser/rosters/codes.csv", slips=broken).status_code == 400


@pytest.fixture
def missing(world: World) -> int:
    with world.database.write() as session:
        for phone in ("13800138000", "13800138001"):
            unit_imports.report_missing(
                session, world.contest.id, world.clock(), name="东三机械厂", parent="东镇", contact="张三", phone=phone
            )
    with world.database.read() as session:
        return missing_units.list_missing(session)[0][0].id


def test_a_missing_unit_becomes_a_new_one_for_everybody_who_missed_it(world: World, olga: Page, missing: int):
    assert "东三机械厂" in olga.read("/organiser/missing")
    fields = {"name": "东三机械厂", "parent": "990101", "kind": "企业", "headcount": "12"}
    assert olga.post(f"/organiser/missing/{missing}/add", **fields).status_code == 302
    with world.database.read() as session:
        assert missing_units.count_missing(session) == 0
        found = organisations.search_units(session, "东三机械厂")
        assert [unit.headcount for unit in found] == [12]
    assert olga.post(f"/organiser/missing/{missing}/choose", unit="99010101").status_code == 302
    assert "已经处理过了" in olga.read("/organiser/missing")


def test_a_missing_unit_can_be_one_that_was_there_and_is_found_by_both_names(world: World, olga: Page, missing: int):
    assert olga.post(f"/organiser/missing/{missing}/choose", unit="7777").status_code == 404
    assert olga.post(f"/organiser/missing/{missing}/choose", unit="99010102").status_code == 302
    with world.database.read() as session:
        assert [unit.name for unit in organisations.search_units(session, "东三机械厂")] == ["东二厂"]
        assert [unit.name for unit in organisations.search_units(session, "东二厂")] == ["东二厂"]
    assert actions(world)[-1] == "unit.resolve"


def test_a_missing_unit_under_no_known_parent_stays_in_the_queue(world: World, olga: Page, missing: int):
    assert olga.post(f"/organiser/missing/{missing}/add", name="东三机械厂", parent="7777").status_code == 400
    with world.database.read() as session:
        assert missing_units.count_missing(session) == 2


def test_a_registration_in_jest_leaves_the_queue(world: World, olga: Page, missing: int):
    assert olga.post(f"/organiser/missing/{missing}/dismiss").status_code == 302
    with world.database.read() as session:
        assert missing_units.count_missing(session) == 1


def test_the_posters_page_carries_the_link_of_each_unit(world: World, olga: Page):
    told = olga.read("/organiser/posters/print?contest=june&under=990101")
    with world.database.read() as session:
        links = {unit.name: unit.link for unit, _ in organisations.list_units(session, "990101")}
    assert f"/j/june/{links['东一厂']}" in told and f"/j/june/{links['东二厂']}" in told
    assert links["东镇"] not in told
    assert links["东镇"] in olga.read("/organiser/posters/print?contest=june&under=990101&which=all")


def test_without_a_chinese_font_the_posters_are_a_page_that_names_the_package(world: World, olga: Page, monkeypatch):
    monkeypatch.setattr("quizapp.formats.poster_pdf.find_cjk_font", lambda: None)
    reply = olga.get("/organiser/posters.pdf?contest=june&under=990101")
    assert reply.status_code == 302 and "/organiser/posters/print" in reply.headers["Location"]
    assert "fonts-noto-cjk" in olga.read(reply.headers["Location"])


@pytest.mark.parametrize(
    "path",
    ["/organiser/contests/none", "/organiser/contests/none/close", "/organiser/banks/99", "/organiser/missing/99",
     "/organiser/posters.pdf?contest=none", "/organiser/units?under=7777", "/organiser/contests/june/explode"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(world: World, olga: Page, path: str):
    assert olga.get(path).status_code == 404


@pytest.mark.parametrize("login", ["alice", "ofelia", "lena"])
def test_nobody_else_comes_in(world: World, sign_in, login: str):
    other = Page(sign_in(login))
    for path in ("/organiser/", "/organiser/banks", "/organiser/units", "/organiser/rosters", "/organiser/posters"):
        assert other.get(path).status_code == 403
    assert other.post("/organiser/contests/june/close").status_code == 403
    assert running(world).rules == world.contest.rules


def test_nothing_changes_without_the_token_of_the_form(world: World, olga: Page):
    assert olga.http.post("/organiser/contests/june/close").status_code == 400
    assert running(world).rules.closes_at == world.clock() + 20 * DAY
