"""A paper with every kind of item in a real Chromium: by touch on a small phone, by keyboard alone, without JavaScript; then the review."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from test_journeys import CHROMIUM, PHONE, Site, chromium, saved, taken_over, unit_code

__all__ = ["chromium"]
PEOPLE = ("toucher", "typist", "plain", "clocked", "twice", "hasty", "tardy")
PASSWORD = "correct horse battery"
KINDS = Path(__file__).with_name("kinds")
ESSAY = "车间门口的灭火器，每天都有人擦。"
ORDER = ["站到上风方向", "拔下保险销", "对准火焰根部", "压下压把"]
SLOW_DEVICE = """
    const all = IDBObjectStore.prototype.getAll;
    IDBObjectStore.prototype.getAll = function () {
        const [late, real] = [{}, all.call(this)];
        const read = new Promise((done) => { real.onsuccess = () => { late.result = real.result; done(); }; });
        window.letGo = () => read.then(() => late.onsuccess());
        return late;
    };
"""  # what this device holds is read when the test says so
OWN_ORDER = ["办理动火审批", "清理周围可燃物", "开始焊接", "检查确认没有余火"]


pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(
        CHROMIUM is None, reason="Chromium is not installed (apt install chromium): browser journeys are skipped"
    ),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("kinds")
    made = Site(folder)
    people = folder / "people.csv"
    people.write_text(
        "账号,角色,单位,密码\n" + "".join(f"{name},contestant,{unit_code(made)},{PASSWORD}\n" for name in PEOPLE),
        "utf-8",
    )
    made.run("account", "import", str(people))
    made.run("bank", "import", str(KINDS / "kinds.yaml"))
    made.run("contest", "apply", str(KINDS / "contest.yaml"))
    yield made
    made.stop()


def begin(page: Page, site: Site, name: str, slug: str = "kinds") -> None:
    page.goto(f"{site.url}/sign-in?next=/c/{slug}/start")
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"**/c/{slug}/start")


def at_item(page: Page, number: int) -> None:
    expect(page.locator("#at")).to_contain_text(str(number))
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0, f"item {number} is {sideways} pixels too wide"


def sorted_by(page: Page, field: Locator, wanted: list[str], press) -> None:
    """Move every line to its place by its buttons."""
    for place, text in enumerate(wanted):
        while place_of(field, text) > place:
            press(field.get_by_role("button", name=re.compile(f"上移“{text}")))
    if field.get_by_role("button", name="就按这个顺序").is_visible():
        press(field.get_by_role("button", name="就按这个顺序"))
    expect(field.locator("[aria-live]").last).not_to_be_empty()


def place_of(field: Locator, text: str) -> int:
    lines = field.locator("ol.order li .text").all_inner_texts()
    return next(n for n, line in enumerate(lines) if line.startswith(text))


def in_the_picture(box: Locator, x: float, y: float) -> dict[str, float]:
    size = box.bounding_box()
    assert size is not None
    return {"x": size["width"] * x, "y": size["height"] * y}


def test_every_kind_by_touch_on_a_small_phone_and_looked_back_at(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(**PHONE, has_touch=True)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    begin(page, site, "toucher")
    page.get_by_role("button", name="开始答题").tap()
    item, forward = page.locator("#item"), page.get_by_role("button", name="下一题")
    at_item(page, 1)
    expect(page.get_by_alt_text("题目配图")).to_be_visible()
    page.locator("label.choice", has_text="取用方便的地方").tap()
    forward.tap()
    for text in ("戴好安全帽", "穿好工作服"):
        page.locator("label.choice", has_text=text).tap()
    forward.tap()
    page.locator("label.choice", has_text="错").tap()
    forward.tap()
    page.get_by_label("第1空").fill("预防")
    page.get_by_label("第2空").fill("综合")
    forward.tap()
    page.get_by_label("填写数字，单位：米").fill("1.55")
    forward.tap()
    at_item(page, 6)
    sorted_by(page, item, ORDER, lambda button: button.tap())
    forward.tap()
    at_item(page, 7)
    for left, right in (("红色", "禁止和停止"), ("黄色", "注意和警告"), ("绿色", "必须遵守")):
        page.get_by_label(left).select_option(
            label=next(t for t in page.get_by_label(left).locator("option").all_inner_texts() if right in t)
        )
    forward.tap()
    at_item(page, 8)
    box = page.locator(".picture")
    for x, y in ((0.2, 0.4), (0.5, 0.1), (0.75, 0.75)):
        box.tap(position=in_the_picture(box, x, y))
    expect(page.locator(".mark-list li")).to_have_count(3)
    box.tap(position=in_the_picture(box, 0.5, 0.1))
    expect(page.locator(".mark-list li")).to_have_count(2)
    box.tap(position=in_the_picture(box, 0.5, 0.1))
    forward.tap()
    at_item(page, 9)
    parts = page.locator("fieldset.own")
    parts.nth(0).locator("label.choice", has_text="焊渣引燃纸箱").tap()
    parts.nth(1).locator("label.choice", has_text="错").tap()
    parts.nth(2).get_by_label("填写数字").fill("2")
    stem = page.locator(".case-stem")
    parts.nth(4).scroll_into_view_if_needed()
    expect(stem).to_be_in_viewport()
    sorted_by(page, parts.nth(3), OWN_ORDER, lambda button: button.tap())
    page.get_by_role("button", name="答题卡").tap()
    expect(page.get_by_role("button", name="第9题 未答")).to_be_visible()
    page.get_by_role("button", name="继续答题").tap()
    for left, right in (("焊工", "持证操作"), ("监护人", "看护现场")):
        select = parts.nth(4).get_by_label(left, exact=True)
        select.select_option(label=next(t for t in select.locator("option").all_inner_texts() if right in t))
    forward.tap()
    at_item(page, 10)
    page.get_by_label("正文").fill(ESSAY)
    expect(page.get_by_text(f"已写{len(ESSAY)}字")).to_be_visible()
    saved(page)
    page.reload()
    at_item(page, 10)
    expect(page.get_by_label("正文")).to_have_value(ESSAY)
    page.get_by_role("button", name="交卷").first.tap()
    expect(page.get_by_text("10题全部答完")).to_be_visible()
    page.locator("#hand-in").tap()
    page.wait_for_url("**/result")
    page.goto(page.url.replace("/result", "/review"))
    assert looked_back(page) == [
        "答对",
        "答对",
        "答对",
        "答对",
        "答对",
        "答对",
        "部分答对",
        "部分答对",
        "部分答对",
        "等待评阅",
    ]
    expect(page.get_by_text("1.4到1.6米都对")).to_be_visible()
    expect(page.get_by_text("另有1处点错")).to_be_visible()
    expect(page.locator("li.is-missed", has_text="灭火器被锁住")).to_be_visible()
    expect(page.get_by_text(ESSAY)).to_be_visible()
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0 and not wrong, wrong
    context.close()


def looked_back(page: Page) -> list[str]:
    heads = page.locator("article h2.verdict > span:first-of-type").all_inner_texts()
    return [head.split("题", 1)[1].strip() for head in heads]


def reach(page: Page, wanted: Locator, backwards: bool = False) -> Locator:
    """Go there with the Tab key alone."""
    for _ in range(80):
        if wanted.evaluate("node => node === document.activeElement"):
            return wanted
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
    raise AssertionError(f"the Tab key does not get to {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    reach(page, wanted)
    page.keyboard.press(key)


def test_every_kind_by_keyboard_alone(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    begin(page, site, "typist")
    press(page, page.get_by_role("button", name="开始答题"))
    at_item(page, 1)
    item, forward = page.locator("#item"), page.get_by_role("button", name="下一题")

    def onward(number: int) -> None:
        press(page, forward)
        at_item(page, number)

    radio = page.get_by_role("radio")
    reach(page, radio.first)
    page.keyboard.press("Space")
    onward(2)
    press(page, page.get_by_role("checkbox").first, "Space")
    onward(3)
    reach(page, radio.first)
    page.keyboard.press("ArrowDown")
    expect(radio.nth(1)).to_be_checked()
    onward(4)
    reach(page, page.get_by_label("第1空"))
    page.keyboard.type("预防")
    onward(5)
    reach(page, page.get_by_label("填写数字"))
    page.keyboard.type("1.5")
    page.keyboard.press("Enter")
    at_item(page, 6)
    sorted_by(page, item, ORDER, lambda button: press(page, button, "Space"))
    onward(7)
    reach(page, page.get_by_label("红色"))
    page.keyboard.press("ArrowDown")
    onward(8)
    box = reach(page, page.get_by_role("application"))
    expect(box).to_have_attribute("aria-label", "图片：院子里有货堆、门和一只灭火器")
    for _ in range(6):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".mark-list li")).to_have_text(re.compile("横20%，纵49%"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".mark-list li")).to_have_count(0)
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name=re.compile("删除 ?第1处")))
    expect(page.locator(".mark-list li")).to_have_count(1)
    onward(9)
    reach(page, page.locator(".case-stem"))
    part = page.locator("fieldset.own")
    reach(page, part.nth(0).get_by_role("radio").first)
    page.keyboard.press("Space")
    sorted_by(page, part.nth(3), OWN_ORDER, lambda button: press(page, button, "Space"))
    onward(10)
    reach(page, page.get_by_label("正文"))
    page.keyboard.type(ESSAY)
    saved(page)
    press(page, page.locator("#next"))
    press(page, page.locator("#hand-in"))
    page.wait_for_url("**/result")
    page.goto(page.url.replace("/result", "/review"))
    told = looked_back(page)
    assert told[4:6] == ["答对", "答对"] and told[8:] == ["部分答对", "等待评阅"]
    context.close()


def test_a_picture_is_marked_without_javascript(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(**PHONE, java_script_enabled=False)
    page = context.new_page()
    begin(page, site, "plain")
    page.get_by_role("button", name="开始答题").click()
    page.goto(re.sub(r"\?.*", "", page.url) + "?at=8")
    box = page.locator("input[type=image]:visible")
    size = box.bounding_box()
    assert size is not None and (size["width"], size["height"]) == (288, 192)
    box.click(position={"x": 288 * 0.2, "y": 192 * 0.4})
    expect(page.locator(".mark-list li")).to_have_text(re.compile(r"横(19\.\d|20(\.\d)?)%，纵(39\.\d|40(\.\d)?)%"))
    page.get_by_text("不用点，按列和行标记").click()
    page.get_by_label("第几列").select_option("15")
    page.get_by_label("第几行").select_option("15")
    page.get_by_role("button", name="添加").click()
    expect(page.locator(".mark-list li")).to_have_count(2)
    expect(page.locator(".mark-list")).to_contain_text("横72.5%，纵72.5%")
    page.get_by_role("button", name=re.compile("删除 ?第1处")).click()
    expect(page.locator(".mark-list li")).to_have_count(1)
    at_item(page, 8)
    context.close()


def test_marks_and_orders_under_an_item_clock(site: Site, chromium: Browser, tmp_path: Path) -> None:
    """The server's page with the same widgets; what they say goes with the form."""
    rules = (KINDS / "contest.yaml").read_text("utf-8")
    draws = [
        line for line in rules.splitlines() if "kind: order" in line or "kind: hotspot" in line or "kind: case" in line
    ]
    lines = [line for line in rules.splitlines() if "- {bank" not in line or line in draws]
    text = "\n".join(lines).replace("contest: kinds", "contest: clocked").replace("{paper: 60分钟}", "{item: 10分钟}")
    (tmp_path / "clocked.yaml").write_text(text, "utf-8")
    site.run("contest", "apply", str(tmp_path / "clocked.yaml"))
    context = chromium.new_context(**PHONE, has_touch=True)
    page = context.new_page()
    begin(page, site, "clocked", "clocked")
    page.get_by_role("button", name="开始答题").tap()
    at_item(page, 1)
    sorted_by(page, page.locator("#item"), ORDER, lambda button: button.tap())
    page.get_by_role("button", name="下一题").tap()
    at_item(page, 2)
    box = page.locator(".picture-live")
    for x, y in ((0.2, 0.4), (0.75, 0.75), (0.78, 0.3)):
        box.tap(position=in_the_picture(box, x, y))
    page.get_by_role("button", name="下一题").tap()
    at_item(page, 3)
    own = page.locator("fieldset.own")
    own.nth(0).locator("label.choice", has_text="焊渣引燃纸箱").tap()
    sorted_by(page, own.nth(3), OWN_ORDER, lambda button: button.tap())
    page.get_by_role("button", name="交卷").tap()
    page.wait_for_url("**/hand-in")
    page.get_by_role("button", name="交卷").tap()
    page.wait_for_url("**/result")
    page.goto(page.url.replace("/result", "/review"))
    assert looked_back(page) == ["答对", "答对", "部分答对"]
    expect(page.locator("section.own h3", has_text="答对")).to_have_count(2)
    context.close()


def test_answers_of_parts_find_their_way_from_two_devices(site: Site, chromium: Browser) -> None:
    """What was paired without a network is sent later; what another device has answered meanwhile stands beside it."""
    first, second = chromium.new_context(**PHONE), chromium.new_context(**PHONE)
    page, other = first.new_page(), second.new_page()
    begin(page, site, "twice")
    page.get_by_role("button", name="开始答题").click()
    begin(other, site, "twice")
    other.get_by_role("link", name="接着上次答").click()
    at_item(page, 1)
    here = re.sub(r"\?.*", "", page.url)
    page.goto(f"{here}?at=7")
    first.set_offline(True)
    page.get_by_label("红色").select_option("A")
    page.get_by_label("绿色").select_option("B")
    expect(page.locator("#save-line")).to_contain_text("网络断了")
    other.goto(f"{here}?at=8")
    box = other.locator(".picture-live")
    box.click(position=in_the_picture(box, 0.2, 0.4))
    saved(other)
    first.set_offline(False)
    saved(page)
    page.goto(f"{here}?at=8")
    expect(page.locator(".mark-list li")).to_have_count(1)
    other.goto(f"{here}?at=7")
    expect(other.get_by_label("红色")).to_have_value("A")
    expect(other.get_by_label("绿色")).to_have_value("B")
    expect(other.locator("#conflict")).to_be_hidden()
    first.close()
    second.close()


def answered_offline(context: BrowserContext, site: Site, name: str) -> str:
    """Somebody's first answer is kept by a device without a network, whose page is closed; the sitting's address."""
    page = context.new_page()
    begin(page, site, name)
    page.get_by_role("button", name="开始答题").click()
    at_item(page, 1)
    taken_over(page)
    context.set_offline(True)
    page.locator("label.choice").first.click()
    expect(page.locator("#save-line")).to_contain_text("网络断了")
    here = re.sub(r"\?.*", "", page.url)
    page.close()
    context.set_offline(False)
    return here


def test_who_types_while_the_device_is_read_keeps_the_field(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(**PHONE)
    here = answered_offline(context, site, "hasty")
    page = context.new_page()
    page.add_init_script(SLOW_DEVICE)
    page.goto(f"{here}?at=4")
    taken_over(page)
    page.get_by_label("第1空").press_sequentially("预")
    page.evaluate("letGo()")
    expect(page.locator("#segments > *").first).to_have_class("on")
    page.keyboard.insert_text("防")
    expect(page.get_by_label("第1空")).to_have_value("预防")
    context.close()


def test_what_a_phone_still_held_when_it_was_handed_in_elsewhere_is_delivered_as_late(site: Site, chromium: Browser) -> None:
    first, second = chromium.new_context(**PHONE), chromium.new_context(**PHONE)
    here, other = answered_offline(first, site, "tardy"), second.new_page()
    begin(other, site, "tardy")
    other.goto(f"{here}?at=10")
    taken_over(other)
    other.get_by_role("button", name="交卷").first.click()
    other.locator("dialog[open] button", has_text="交卷").last.click()
    other.wait_for_url("**/result")
    page = first.new_page()
    page.goto(f"{here}/result")
    expect(page.locator("#late-note")).to_be_visible()
    first.close()
    second.close()
