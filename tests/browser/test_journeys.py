"""Journeys in a real Chromium against a real server: with JavaScript and a network cut, and without JavaScript."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from conftest import free_port
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from waiting import until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
PHONE = {"viewport": {"width": 360, "height": 640}, "locale": "zh-CN"}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt install chromium): browser journeys are skipped"),
]


class Site:
    """`quizapp demo` and `quizapp serve` in a folder of their own, ended by their own process id."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.program = str(Path(sys.executable).with_name("quizapp"))
        clean = {name: value for name, value in os.environ.items() if not name.startswith("QUIZAPP_")}
        self.env = {**clean, "QUIZAPP_INSTANCE": str(folder / "instance")}
        self.run("demo")
        self.passwords = json.loads((folder / "instance" / "demo-accounts.json").read_text())
        self.server = subprocess.Popen(
            [self.program, "serve", "--port", str(self.port), "--workers", "1"],
            env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(self.answers, "the server is up")

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(self.url + "/readyz", timeout=2).close()
        except OSError:
            return False
        return True

    def run(self, *arguments: str) -> str:
        done = subprocess.run([self.program, *arguments], env=self.env, capture_output=True, text=True, check=True)
        return done.stdout

    def link(self, code: str) -> str:
        """The way in of a unit, as its poster's QR code has it."""


        with sqlite3.connect(Path(self.env["QUIZAPP_INSTANCE"]) / "quizapp.db") as connection:
            return f"{self.url}/j/demo/{connection.execute('SELECT link FROM units WHERE code = ?', [code]).fetchone()[0]}"

    def stop(self) -> None:
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(20)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def unit_code(site: Site) -> str:
    units = json.loads(site.run("unit", "list", "--under", "3202", "--json"))["units"]
    return next(unit["code"] for unit in units if unit["kind"] == "企业" and unit["headcount"])


def come_in(page: Page, site: Site, name: str, phone: str) -> str:
    """By the unit's QR link, with name and phone; the 取回码."""
    page.goto(site.link(unit_code(site)))
    expect(page.get_by_text("您代表")).to_be_visible()
    page.get_by_role("link", name="对，开始").click()
    page.get_by_label("姓名").fill(name)
    page.get_by_label("手机号").fill(phone)
    page.locator("#consent").check()
    page.get_by_role("button", name="下一步").click()
    code = page.locator(".code, .recover-code, [data-code]").first.inner_text().strip()
    page.goto(f"{site.url}/c/demo/start")
    return code


def choose_first(page: Page) -> None:
    """Tap the first choice of the item on the screen."""
    page.locator("label.choice").first.click()


def taken_over(page: Page) -> None:
    """The module is here and has drawn the item."""
    expect(page.get_by_role("timer").locator("b")).not_to_be_empty()


def saved(page: Page) -> None:
    expect(page.get_by_text("已保存", exact=False).first).to_be_visible(timeout=20_000)


def exported(site: Site, chromium: Browser, name: str) -> None:
    """The official exports; the workbook opened again has the person in the place that the command line tells."""
    rows = json.loads(site.run("results", "people", "demo", "--format", "json"))["rows"]
    wanted = next(row for row in rows if row["name"] == name)
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("账号").fill("demo-official")
    page.get_by_label("密码").fill(site.passwords["demo-official"])
    page.get_by_role("button", name="登录").click()
    page.goto(f"{site.url}/official/demo/people")
    with page.expect_download() as download:
        page.get_by_role("link", name="xlsx").first.click()
    book = load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    cells = list(book.worksheets[0].iter_rows(values_only=True))
    heading = next(row for row in cells if "名次" in row)
    found = next(row for row in cells if name in row)
    told = dict(zip(heading, found, strict=True))
    assert (told["名次"], told["得分（分）"], told["用时（毫秒）"]) == (wanted["place"], wanted["points"], wanted["time_ms"])
    context.close()


def test_a_sitting_survives_a_network_cut_and_ends_on_another_device(site: Site, chromium: Browser) -> None:
    first = chromium.new_context(**PHONE)
    page = first.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if "Content Security Policy" in m.text else None)
    code = come_in(page, site, "王示例", "13800138001")
    page.get_by_role("button", name="开始答题").click()
    for position in range(1, 21):
        expect(page.locator("main")).to_contain_text(f"{position} / 20")
        if position == 8:
            taken_over(page)
            first.set_offline(True)
        choose_first(page)
        if position == 12:
            expect(page.get_by_text("联网自动上传")).to_be_visible()
            first.set_offline(False)
            saved(page)
        if position < 20:
            page.get_by_role("button", name="下一题").click()
    saved(page)
    assert not faults

    second = chromium.new_context(**PHONE)
    other = second.new_page()
    other.goto(f"{site.url}/c/demo/reopen")
    other.get_by_label("姓名").fill("王示例")
    other.get_by_label("手机号").fill("13800138001")
    other.get_by_label("取回码").fill(code)
    other.get_by_role("button", name="找回").click()
    other.get_by_role("link", name="接着答").first.click()
    expect(other.locator("main")).to_contain_text("/ 20")
    sheet = other.evaluate("JSON.parse(document.getElementById('sitting-data').textContent).answers")
    assert len(sheet) == 20
    other.goto(other.url.split("?")[0] + "?at=20")
    other.get_by_role("button", name="交卷").first.click()
    expect(other.get_by_text("现在交卷")).to_be_visible()
    other.locator("dialog[open] button", has_text="交卷").last.click()
    expect(other).to_have_url(f"{other.url.split('/s/')[0]}/s/{other.url.split('/s/')[1].split('?')[0].split('/')[0]}/result")
    expect(other.locator("main")).to_contain_text("名次")
    other.goto(f"{site.url}/c/demo/board")
    expect(other.locator("main")).to_contain_text("我：第")
    until(lambda: other.reload() and "王**" in other.locator("main").inner_text(), "the board has taken it in", 20, look_every=0.5)
    exported(site, chromium, "王示例")
    first.close()
    second.close()


def test_what_was_tapped_before_the_script_arrived_is_kept(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(**PHONE)
    page = context.new_page()
    come_in(page, site, "赵示例", "13800138003")
    held: list[Route] = []
    page.route("**/sitting.js", lambda route: held.append(route))
    page.get_by_role("button", name="开始答题").click(no_wait_after=True)
    choose_first(page)
    while not held:
        page.wait_for_timeout(50)  # until the browser has asked for the script
    held[0].continue_()
    saved(page)
    answers = page.evaluate("fetch(location.pathname.replace('/s/', '/api/v1/sittings/')).then((r) => r.json()).then((s) => s.answers)")
    assert list(answers) == ["1"]
    context.close()


def test_a_sitting_works_without_javascript(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, **PHONE)
    page = context.new_page()
    come_in(page, site, "李示例", "13800138002")
    page.get_by_role("button", name="开始答题").click()
    for position in range(1, 21):
        expect(page.locator("main")).to_contain_text(f"{position} / 20")
        choose_first(page)
        page.get_by_role("button", name="下一题" if position < 20 else "交卷").first.click()
    expect(page.locator("main")).to_contain_text("20题全部答完")
    page.get_by_role("button", name="交卷").click()
    expect(page.locator("main")).to_contain_text("满分100分")
    page.goto(f"{site.url}/c/demo/mine")
    expect(page.locator("main")).to_contain_text("第1次")
    context.close()
