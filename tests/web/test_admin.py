"""What an administrator does: accounts without default passwords, roles, texts, the log, a backup."""

import re
import sqlite3
import subprocess

import pytest
from conftest import SECRET
from factories import PASSWORD, Client, World
from staffing import Page, actions

from quizapp.errors import Unauthenticated
from quizapp.models.accounts import Account
from quizapp.services import accounts


@pytest.fixture
def ada(world: World, sign_in) -> Page:
    return Page(sign_in("ada"))


def account_id(world: World, login: str) -> str:
    with world.database.read() as session:
        return next(account.id for account, _ in accounts.list_accounts(session, login) if account.login == login)


def code_of(reply) -> str:
    return re.search(r'<span class="code">([^<]+)</span>', reply.get_data(as_text=True))[1]


def test_a_new_account_has_a_random_code_and_must_set_a_password(world: World, ada: Page, app):
    reply = ada.post("/admin/accounts/new", login="nina", name="尼娜", role="official", unit="990101")
    code = code_of(reply)
    with world.database.write() as session:
        found, _ = accounts.sign_in_with_code(session, SECRET, code, "", world.clock())
        account = session.get_one(Account, found.id)
        assert account.login == "nina" and account.must_change_password and account.password is None
    with world.database.write() as session, pytest.raises(Unauthenticated):
        accounts.sign_in_with_code(session, SECRET, code, "", world.clock())
    assert actions(world).count("account.create") == 9


@pytest.mark.parametrize(
    "fields",
    [
        {"login": "olga", "name": "又一个", "role": "organiser"},
        {"login": "x", "name": "没有单位", "role": "official"},
        {"login": "x", "name": "单位不对", "role": "official", "unit": "7777"},
        {"login": "", "name": "没有账号", "role": "organiser"},
        {"login": "x", "name": "角色不对", "role": "emperor"},
    ],
)
def test_an_account_that_cannot_be_is_refused_in_words(world: World, ada: Page, fields: dict[str, str]):
    reply = ada.post("/admin/accounts/new", **fields)
    assert reply.status_code == 400 and "还有几处要改" in reply.get_data(as_text=True)
    assert actions(world).count("account.create") == 8


def test_disabling_says_how_many_it_reaches_and_works_at_once(world: World, ada: Page, sign_in):
    sign_in("olga")
    olga = Page(sign_in("olga"))
    path = f"/admin/accounts/{account_id(world, 'olga')}"
    assert "登录着的2处立即失效" in ada.read(f"{path}/disable")
    assert olga.get("/organiser/").status_code == 200
    assert ada.post(f"{path}/disable").status_code == 302
    assert olga.get("/organiser/").status_code == 302
    assert ada.post(f"{path}/enable").status_code == 302
    assert olga.get("/organiser/").status_code == 200
    assert actions(world)[-2:] == ["account.disable", "account.enable"]


def test_a_reset_ends_the_old_password_and_every_sign_in(world: World, ada: Page, sign_in, app):
    olga = Page(sign_in("olga"))
    code_of(ada.post(f"/admin/accounts/{account_id(world, 'olga')}/reset"))
    assert olga.get("/organiser/").status_code == 302
    assert app.test_client().post("/api/v1/session", json={"account": "olga", "password": PASSWORD}).status_code == 401


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(world: World, ada: Page, sign_in):
    olga = Page(sign_in("olga"))
    assert olga.get("/organiser/").status_code == 200
    path = f"/admin/accounts/{account_id(world, 'olga')}/role"
    assert ada.post(path, role="official", unit="990102").status_code == 302
    assert olga.get("/organiser/").status_code == 403
    assert olga.get("/official/june/units/990101").status_code == 404
    assert actions(world)[-1] == "account.role"


def test_an_official_without_a_unit_is_refused(world: World, ada: Page):
    path = f"/admin/accounts/{account_id(world, 'olga')}/role"
    for unit in ("", "7777"):
        assert ada.post(path, role="official", unit=unit).status_code == 400
    assert ada.post(path, role="emperor").status_code == 400


def test_nobody_locks_themselves_out(world: World, ada: Page):
    path = f"/admin/accounts/{account_id(world, 'ada')}"
    ada.post(f"{path}/disable")
    assert ada.post(f"{path}/reset").status_code == 403
    assert ada.post(f"{path}/role", role="contestant").status_code == 400
    assert ada.get("/admin/").status_code == 200
    assert "account.role" not in actions(world) and "account.disable" not in actions(world)


def test_the_texts_of_the_footer_are_changed_in_the_browser(world: World, ada: Page):
    texts = {"organiser": "滨江示例局", "telephone": "0510-1234567", "icp": "", "police": "", "privacy": "第一段"}
    assert ada.post("/admin/settings", **texts).status_code == 302
    world.clock.pass_(seconds=6)
    told = ada.read("/admin/settings")
    assert "主办单位：滨江示例局" in told and "tel:0510-1234567" in told
    assert actions(world)[-1] == "settings.change"


def test_a_text_without_end_is_refused(world: World, ada: Page):
    assert ada.post("/admin/settings", organiser="长" * 101).status_code == 400


def test_the_log_shows_who_did_what_and_holds_no_secret(world: World, ada: Page):
    code = code_of(ada.post("/admin/accounts/new", login="nina", name="尼娜", role="organiser"))
    told = ada.read("/admin/audit?action=account")
    assert "Ada" in told and "新建账号" in told and "nina" in told and "127.0.0.1" in told
    assert code not in told and PASSWORD not in told
    assert "没有这类记录" in ada.read("/admin/audit?action=contest.close")


def test_the_log_speaks_in_words_not_in_json(world: World, ada: Page):
    end = {"last_start": "2026-06-10 23:30", "closes_at": "2026-06-10 24:00"}
    assert ada.post("/organiser/contests/june/end", confirmed="yes", **end).status_code == 302
    told = ada.read("/admin/audit?action=contest")
    assert "最后开始时间：2026年6月10日 23:30" in told and "截止时间：2026年6月10日24时" in told
    assert "名称：六月竞赛" in told and not re.search(r"\d{13}|&#34;|closes_at", told)
    assert "角色：管理员" in ada.read("/admin/audit?action=account")


def test_the_log_turns_pages(world: World, ada: Page):
    with world.database.write() as session:
        for number in range(230):
            accounts.record(session, accounts.Actor("x", "某人"), "unit.import", f"第{number}个文件", world.clock())
    path, seen = "/admin/audit?action=unit.import", []
    while path:
        told = ada.read(path)
        seen += re.findall(r"第(\d+)个文件", told)
        found = re.search(r'rel="next" href="([^"]+)"', told)
        path = found[1].replace("&amp;", "&") if found else ""
    assert [int(number) for number in seen] == list(range(229, -1, -1))


def test_no_page_changes_or_deletes_the_log(app):
    rules = [rule for rule in app.url_map.iter_rules() if "audit" in rule.rule]
    assert rules and all(rule.methods <= {"GET", "HEAD", "OPTIONS"} for rule in rules)


def test_a_backup_holds_what_was_saved(world: World, ada: Page, tmp_path):
    reply = ada.post("/admin/backup")
    assert reply.status_code == 200 and reply.headers["Cache-Control"] == "no-store"
    assert "20260601-120000" in reply.headers["Content-Disposition"]  # as the clock on the wall says
    (tmp_path / "copy").write_bytes(reply.get_data())
    if world.database.url.startswith("sqlite"):
        copy = sqlite3.connect(tmp_path / "copy")
        assert copy.execute("SELECT count(*) FROM accounts").fetchone() == (8,)
        copy.close()
    else:
        told = subprocess.run(["pg_restore", "--data-only", "--table=accounts", "-f", "-", str(tmp_path / "copy")], capture_output=True, text=True, check=True)
        assert told.stdout.split("FROM stdin;\n")[1].split("\\.")[0].count("\n") == 8
    assert actions(world)[-1] == "backup"
    assert "quizapp restore" in ada.read("/admin/backup")


def test_what_is_not_there_is_not_found(world: World, ada: Page):
    assert ada.get("/admin/accounts/00000000-0000-0000-0000-000000000000").status_code == 404
    assert ada.get("/admin/accounts/1").status_code == 404


@pytest.mark.parametrize("login", ["alice", "ofelia", "lena", "olga"])
def test_nobody_else_comes_in(world: World, sign_in, login: str):
    other = Page(sign_in(login))
    for path in ("/admin/", "/admin/accounts/new", "/admin/settings", "/admin/audit", "/admin/backup"):
        assert other.get(path).status_code == 403
    assert other.post("/admin/backup").status_code == 403
    assert other.post("/admin/accounts/new", login="x", name="x", role="admin").status_code == 403


def test_nothing_changes_without_the_token_of_the_form(world: World, app):
    client = Client(app).enter("ada")
    assert (
        client.http.post("/admin/accounts/new", data={"login": "x", "name": "x", "role": "organiser"}).status_code
        == 400
    )
    assert client.http.post("/admin/backup").status_code == 400
