"""An organiser builds a contest from a preset in a real Chromium, and fills in a step on a phone without JavaScript."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from test_journeys import CHROMIUM, PHONE, Site, chromium

__all__ = ["chromium"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed (apt install chromium): browser journeys are skipped"
    ),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.stop()


def entered(page: Page, site: Site) -> Page:
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("账号").fill("demo-organiser")
    page.get_by_label("密码").fill(site.passwords["demo-organiser"])
    page.get_by_role("button", name="登录").click()
    page.goto(f"{site.url}/organiser/contest-new")
    return page


def fits(page: Page) -> bool:
    """Nothing reaches beyond the screen's edge."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_contest_is_built_from_a_preset(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN", accept_downloads=True)
    page = entered(context.new_page(), site)
    page.get_by_role("link", name="表扬优秀组织单位的竞赛").click()
    page.get_by_label("竞赛名称").fill("安全生产月知识竞赛")
    page.get_by_label("竞赛代码").fill("yue-2027")
    page.get_by_role("button", name="下一步").last.click()
    expect(page.get_by_role("heading", name="第2步 时间与阶段")).to_be_visible()
    page.get_by_role("button", name="下一步").last.click()
    page.get_by_role("button", name="组卷：加一行").click()
    fourth = page.get_by_role("group", name="组卷第4行")
    fourth.get_by_label("题库").select_option("xinanfa")
    fourth.get_by_label("题数").fill("4")
    fourth.get_by_label("每题分数").fill("2.5")
    page.get_by_role("button", name="把第4行上移").click()
    expect(page.get_by_role("group", name="组卷第3行").get_by_label("题数")).to_have_value("4")
    expect(page.get_by_text("每份试卷共24题，满分110分。")).to_be_visible()
    for title in ("限时与次数", "评分", "参加", "单位排名", "公布与榜单", "表扬与抽奖", "核对与启用"):
        page.get_by_role("button", name="下一步").last.click()
        expect(page.locator("h1", has_text=title)).to_be_visible()
        assert fits(page), title
    expect(page.get_by_text("每份试卷24题，满分110分")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载竞赛文件").click()
    assert "title: 安全生产月知识竞赛" in Path(download.value.path()).read_text()
    page.get_by_role("button", name="启用", exact=True).click()
    expect(page.get_by_text("请先逐条确认，再启用")).to_be_visible()
    page.get_by_label("单位按参与率排名").check()
    page.get_by_role("button", name="启用", exact=True).click()
    expect(page.get_by_text("“安全生产月知识竞赛”已启用")).to_be_visible()
    context.close()


def test_a_step_is_filled_in_on_a_phone_without_javascript(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(**PHONE, java_script_enabled=False)
    page = entered(context.new_page(), site)
    page.get_by_role("link", name="从空白开始").click()
    page.get_by_role("button", name="下一步").last.click()
    expect(page.get_by_text("没有填，请填上")).to_have_count(2)
    page.get_by_role("button", name="时间与阶段").click()
    page.get_by_label("截止时间").fill("六月底")
    page.get_by_role("button", name="阶段：加一行").click()
    expect(page.get_by_label("截止时间").first).to_have_value("六月底")
    expect(page.get_by_label("名称")).to_have_value("第1阶段")
    page.get_by_role("button", name="设自己的试卷").click()
    page.get_by_role("button", name="组卷：加一行").click()
    page.get_by_label("题数").fill("5")
    page.get_by_role("button", name="下一步").last.click()
    expect(page.get_by_text("“六月底”请写成 2026-06-30 23:30 这样的日期和时刻")).to_be_visible()
    expect(page.get_by_label("题数")).to_have_value("5")
    context.close()
