"""An organiser builds a contest in the browser: presets, fields, faults beside them, the rules in words, and only then a contest."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from factories import World
from staffing import Page, actions

from quizapp.formats import presets
from quizapp.formats.contest import yaml as contest_yaml
from quizapp.formats.contest.form_fields import SECTIONS
from quizapp.services import contests

STEPS = [section.code for section in SECTIONS]


class Form(HTMLParser):
    """What a browser would send of the form on a page, without the button."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.buttons: list[str] = []
        self.open, self.list, self.area = False, "", ""
        self.chosen: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        at = dict(pairs)
        if tag == "form":
            self.open = at.get("action") == "/organiser/contest-form"
        elif not self.open:
            return
        elif tag == "input" and (at.get("type") != "checkbox" or "checked" in at):
            self.fields.setdefault(str(at["name"]), []).append(at.get("value") or "")
        elif tag == "select":
            self.list, self.chosen = str(at["name"]), None
        elif tag == "option" and self.list and (self.chosen is None or "selected" in at):
            self.chosen = [at.get("value") or ""]
        elif tag == "textarea":
            self.area = str(at["name"])
            self.fields[self.area] = [""]
        elif tag == "button":
            self.buttons.append(str(at.get("value")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.list:
            self.fields.setdefault(self.list, []).extend(self.chosen or [])
            self.list = ""
        elif tag == "textarea":
            self.fields[self.area] = [self.fields[self.area][0].removeprefix("\n")]
            self.area = ""
        elif tag == "form":
            self.open = False

    def handle_data(self, text: str) -> None:
        if self.area:
            self.fields[self.area][0] += text


class Builder:
    """Somebody in front of the form."""

    def __init__(self, page: Page, path: str) -> None:
        self.page = page
        self.told = page.read(path)

    @property
    def form(self) -> Form:
        return Form(self.told)

    def press(self, do: str, status: int = 200, **typed: Any) -> Any:
        fields = self.form.fields | typed
        reply = self.page.post(
            "/organiser/contest-form", do=do, **{name: value for name, value in fields.items() if value is not None}
        )
        assert reply.status_code == status, reply.get_data(as_text=True)[:3000]
        if reply.mimetype == "text/html" and status != 302:
            self.told = reply.get_data(as_text=True)
        return reply

    def file(self) -> bytes:
        return self.press("download").get_data()


@pytest.fixture
def olga(world: World, sign_in) -> Page:
    return Page(sign_in("olga"))


def running(world: World, slug: str) -> contests.Running:
    with world.database.read() as session:
        return contests.find_contest(session, slug)


BANK = {"paper.draw.0.bank": "tests", "paper.draw.0.kind": "", "paper.draw.0.count": "4", "paper.draw.0.points": "25"}
TIMES = {"opens_at": "2026-06-01 09:00", "closes_at": "2026-06-30 24:00"}


def built(olga: Page, **name: str) -> Builder:
    """An empty contest, filled in as far as it must be."""
    builder = Builder(olga, "/organiser/contest-form")
    builder.press("next", **{"title": "七月竞赛", "contest": "july", **name})
    builder.press("next", **TIMES)
    builder.press("next", **BANK)
    builder.press("next", **{"clock.paper": "20分钟"})
    return builder


def test_a_contest_is_built_from_nothing_and_stored_only_when_it_is_confirmed(world: World, olga: Page):
    builder = built(olga)
    builder.press("go:check")
    assert (
        "没有错误" in builder.told
        and "每份试卷4题，满分100分" in builder.told
        and "公示到 2026-07-07 为止" in builder.told
    )
    with world.database.read() as session:
        assert [contest.rules.slug for contest in contests.list_contests(session)] == ["june"]
    assert builder.press("apply", 302).headers["Location"] == "/organiser/contests/july"
    rules = running(world, "july").rules
    assert (rules.title, rules.full_marks, rules.clock.paper_ms) == ("七月竞赛", 10_000, 1_200_000)
    assert actions(world)[-1] == "contest.create"


@pytest.mark.parametrize("name", [preset.name for preset in presets.list_presets()])
def test_every_preset_goes_through_all_steps_without_a_change(world: World, olga: Page, name: str):
    builder = Builder(olga, f"/organiser/contest-form?preset={name}")
    before = contest_yaml.read_contest(presets.read_preset(name), "p.yaml")
    builder.press("go:times", title=before.title, contest=before.slug)
    for step in [*STEPS[2:], STEPS[0]]:
        builder.press(f"go:{step}")
    assert contest_yaml.read_contest(builder.file(), "c.yaml") == before


def test_a_fault_is_told_beside_its_field_and_the_step_is_not_left(world: World, olga: Page):
    builder = built(olga)
    builder.press("go:units")
    builder.press("next", 400, **{"units.min_rate": "六成"})
    assert "<h1>第7步 单位排名</h1>" in builder.told
    assert re.search(
        r'id="units.min_rate"[^>]*aria-invalid="true"[^>]*>\s*<span class="field-error">“六成”应是0到1之间的数',
        builder.told,
    )
    builder.press("next", **{"units.min_rate": "60%"})
    assert "第8步" in builder.told


def test_an_empty_form_complains_only_once_something_was_sent(olga: Page):
    builder = Builder(olga, "/organiser/contest-form")
    assert "field-error" not in builder.told
    builder.press("next", 400)
    assert builder.told.count("没有填，请填上") == 2
    builder.press("go:check")
    assert "还有8处要改" in builder.told and "基本信息 竞赛名称" in builder.told and "apply" not in builder.form.buttons
    builder.press("mend:paper")
    assert "第3步" in builder.told and "field-error" in builder.told


def test_rows_are_added_moved_and_taken_away_without_javascript(olga: Page):
    builder = built(olga)
    builder.press("go:paper")
    builder.press("add:paper.draw")
    builder.press(
        "raise:paper.draw.1", **{"paper.draw.1.bank": "tests", "paper.draw.1.count": "2", "paper.draw.1.points": "1"}
    )
    assert builder.form.fields["paper.draw.0.count"] == ["2"] and builder.form.fields["paper.draw.1.count"] == ["4"]
    assert "每份试卷共6题，满分102分" in builder.told and "题库里符合的有" in builder.told
    builder.press("remove:paper.draw.0")
    assert builder.form.fields["paper.draw.0.count"] == ["4"] and "paper.draw.1.count" not in builder.form.fields
    builder.press("go:awards")
    builder.press("add:tickets")
    builder.press("add:prizes", **{"tickets.when.points": "60"})
    builder.press("next", **{"prizes.0.title": "参与奖", "prizes.0.count": "50"})
    assert "抽奖规则" in builder.told and "得分不低于60分" in builder.told


def test_ranking_by_participation_rate_is_confirmed(world: World, olga: Page):
    builder = built(olga)
    builder.press("go:units")
    builder.press("go:check", **{"units.rank_by": ["rate", ""], "units.rank_by=": ["", ""]})
    assert "按参与率给单位排名，容易变成强制答题" in builder.told
    builder.press("apply", 400)
    assert "请先逐条确认" in builder.told
    builder.press("apply", 302, pressing="yes")
    assert running(world, "july").rules.units.metrics[0] == "rate"


def test_a_warning_stands_beside_its_field(olga: Page):
    builder = built(olga)
    builder.press("go:timing")
    builder.press("go:timing", **{"extra.share": "1"})
    assert "诱导分享" in builder.told and 'b-told-warn">' in builder.told


def test_what_the_installation_does_not_have_is_told_at_its_field(olga: Page):
    builder = built(olga)
    builder.press("go:paper")
    builder.press("go:entry", **{"paper.draw.0.count": "900"})
    builder.press("go:check", **{"entry.units": "99010101、4711"})
    assert "没有编码为“4711”的单位" in builder.told and "参加 只限这些单位及其下级" in builder.told
    assert "还差" in builder.told and "试卷 组卷" in builder.told
    assert builder.press("apply").status_code == 200


def test_a_contest_that_there_is_is_changed_only_with_a_tick(world: World, olga: Page):
    world.apply(title="六月竞赛")
    builder = Builder(olga, "/organiser/contest-form?contest=june")
    assert "启用时更新它" in builder.told
    builder.press("go:check", title="六月大竞赛")
    assert "名称：六月竞赛 → 六月大竞赛" in builder.told
    builder.press("apply", 400)
    builder.press("apply", 302, replacing="yes")
    assert running(world, "june").rules.title == "六月大竞赛"


def test_a_contest_is_the_template_of_another(world: World, olga: Page):
    builder = Builder(olga, "/organiser/contest-form?contest=june&anew=yes")
    assert builder.form.fields["contest"] == [""] and builder.form.fields["title"] == [""]
    builder.press("go:check", title="八月竞赛", contest="august")
    builder.press("apply", 302)
    rules = running(world, "august").rules
    assert rules.blueprint == running(world, "june").rules.blueprint


def test_a_draft_with_faults_is_kept_as_a_file_and_opened_again(olga: Page):
    builder = Builder(olga, "/organiser/contest-form")
    draft = builder.press("download", title="半份", contest="half").get_data()
    assert "title: 半份" in draft.decode()
    reply = olga.post("/organiser/contest-form/file", ("half.yaml", draft))
    assert reply.status_code == 200 and 'value="半份"' in reply.get_data(as_text=True)


def test_what_counts_is_chosen_by_a_short_name_or_put_together(olga: Page):
    builder = Builder(olga, "/organiser/contest-form?preset=d-changzhou-2021")
    builder.press("go:marking", title="甲", contest="jia")
    builder.press("go:marking")
    assert builder.form.fields["counts.each"] == ["stage"] and builder.form.fields["counts.as"] == ["number"]
    assert b"counts: {take: best, each: stage, as: number}" in builder.file()
    builder.press("remove:counts")
    assert builder.form.fields["counts"] == ["best"]
    builder.press("add:counts", counts="last")
    made = builder.press("download", **{"counts.take": "all", "counts.most": "3", "counts.as": "mean"}).get_data()
    assert b"counts: {take: all, each: whole, most: 3, as: mean}" in made


def test_a_file_that_is_no_contest_file_is_told(olga: Page):
    for content in ("甲: [", "- 甲\n", "\0"):
        reply = olga.post("/organiser/contest-form/file", ("x.yaml", content))
        assert reply.status_code in (302, 400)
    assert olga.post("/organiser/contest-form/file").status_code == 302
    assert "请先选择文件" in olga.read("/organiser/contest-new")


def test_a_file_of_odd_shapes_is_shown_and_told_step_by_step(olga: Page):
    odd = (
        "contest: [a]\ntitle: {x: 1}\nopens_at: [1]\nstages: [{code: [x], paper: 甲, clock: []}, y]\nclock: 十分钟\ncounts: {take: }\n"
        "paper: {draw: [{bank: [a], kind: {}, count: [1], points: x}, {bank: b, kind: 单选, difficulty: 高}]}\nties: {a: b}\n"
        "units: [rate]\nentry: {doors: 门, units: 甲}\ncommendations: {title: 甲}\ntickets: []\nprizes: 甲\nnonsense: 1\n"
    )
    builder = Builder(olga, "/organiser/contest-form")
    builder.told = olga.post("/organiser/contest-form/file", ("odd.yaml", odd)).get_data(as_text=True)
    for step in [*STEPS, "check"]:
        builder.press(f"mend:{step}")
        assert "第" in builder.told
    assert "表单里没有这一项" in builder.told and "时间与阶段 阶段" in builder.told
    assert b"nonsense: 1" in builder.file()
    builder.press("mend:times")
    builder.press("remove:stages")
    builder.press("add:stages")
    assert builder.form.fields["stages.0.title"] == ["第1阶段"]


def test_a_draft_that_did_not_arrive_whole_is_refused(olga: Page):
    for kept in ("", "AAAA", "eJwrSS0uAQAEXQHB"):
        assert olga.post("/organiser/contest-form", step="basics", kept=kept, kept_name="x").status_code == 400
    builder = Builder(olga, "/organiser/contest-form")
    assert builder.press("go:nowhere", 404).status_code == 404
    builder = Builder(olga, "/organiser/contest-form")
    assert "超过200KB" in builder.press("next", 400, about="字" * 80_000).get_data(as_text=True)


def test_what_is_typed_is_never_markup(olga: Page):
    builder = Builder(olga, "/organiser/contest-form")
    builder.press("next", 400, title="<script>alert(1)</script>", about="</textarea><b>")
    assert "<script>alert" not in builder.told and "</textarea><b>" not in builder.told
    assert builder.form.fields["title"] == ["<script>alert(1)</script>"]
