"""The line before the start in a real Chromium on a phone's screen: it counts down and goes in by itself, and works without JavaScript."""

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from test_journeys import CHROMIUM, PHONE, Site, chromium, come_in

from quizapp.services.admissions import BURST_US, NAME, SECOND

__all__ = ["chromium"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (apt install chromium): browser journeys are skipped"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.stop()


def busy(site: Site, seconds: float) -> None:
    """So many seconds of starts lie before the next one."""
    behind = time.time_ns() // 1000 + BURST_US + int(seconds * SECOND)
    with sqlite3.connect(Path(site.env["QUIZAPP_INSTANCE"]) / "quizapp.db") as connection:
        connection.execute("INSERT OR REPLACE INTO gates (name, next_us) VALUES (?, ?)", [NAME, behind])


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_the_page_counts_down_and_goes_in_by_itself(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(**PHONE)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if "Content Security Policy" in m.text else None)
    come_in(page, site, "周示例", "13800138011")
    busy(site, 8)
    page.get_by_role("button", name="开始答题").click()
    expect(page).to_have_url(f"{site.url}/c/demo/waiting")
    expect(page.get_by_role("heading", level=1)).to_contain_text("正在排队，第")
    expect(page.locator("main")).to_contain_text("排队不计入答题时间")
    expect(page.get_by_text("轮到您时会自动进入")).to_be_visible()
    assert fits(page)
    ahead = page.locator("#waiting-ahead")
    before = ahead.inner_text()
    expect(ahead).not_to_have_text(before)
    assert int(ahead.inner_text()) < int(before)
    expect(page.locator("main")).to_contain_text("1 / 20", timeout=20_000)
    assert not faults
    context.close()


def test_a_cut_network_costs_no_place(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(**PHONE)
    page = context.new_page()
    come_in(page, site, "吴示例", "13800138012")
    busy(site, 4)
    page.get_by_role("button", name="开始答题").click()
    expect(page.get_by_text("轮到您时会自动进入")).to_be_visible()
    context.set_offline(True)
    expect(page.get_by_text("您的位置还留着")).to_be_visible(timeout=15_000)
    context.set_offline(False)
    expect(page.locator("main")).to_contain_text("1 / 20", timeout=30_000)
    context.close()


def test_the_line_works_without_javascript(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, **PHONE)
    page = context.new_page()
    come_in(page, site, "郑示例", "13800138013")
    busy(site, 5)
    page.get_by_role("button", name="开始答题").click()
    expect(page.locator("main")).to_contain_text("正在排队，第")
    assert fits(page)
    page.get_by_role("button", name="看看轮到没有").click()
    expect(page.locator("main")).to_contain_text("正在排队，第")
    expect(page.get_by_role("heading", level=1)).to_contain_text("轮到您了", timeout=20_000)
    page.get_by_role("button", name="开始答题").click()
    expect(page.locator("main")).to_contain_text("1 / 20")
    context.close()
