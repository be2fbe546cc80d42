"""A bank that a contest publishes may be read before, with keys; any other may not."""

import pytest
from factories import DAY, MARKER, World

from quizapp.rules.contests import Stage
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint


@pytest.fixture
def visitor(world: World, app):
    return app.test_client()


def test_a_published_bank_is_shown_page_by_page_with_what_is_right(world: World, visitor):
    world.apply(study=True)
    page = visitor.get("/c/june/study").get_data(as_text=True)
    assert "第1题（single）" in page and MARKER in page and "/c/june/study" in visitor.get("/c/june").get_data(as_text=True)
    assert visitor.get("/c/june/study?at=21").status_code == 200


def test_what_a_stage_may_ask_is_published_when_it_opens(world: World, visitor):
    opens, kinds = [world.clock() + DAY, world.clock() + 2 * DAY, world.clock() + DAY], [Kind.SINGLE, Kind.JUDGE, Kind.MULTIPLE]
    stages = [
        Stage(f"day-{n}", f"第{n}天", at, closes_at=at + DAY, blueprint=PaperBlueprint((Draw("tests", 1, 1000, kind),)), study=n < 3)
        for n, (at, kind) in enumerate(zip(opens, kinds, strict=True), 1)
    ]
    world.apply(stages=tuple(stages))
    assert visitor.get("/c/june/study").status_code == 404
    assert "第3天：" in visitor.get("/c/june").get_data(as_text=True)
    world.clock.pass_(days=1)
    page = visitor.get("/c/june/study").get_data(as_text=True)
    assert "<h2>第1天</h2>" in page and "（single）" in page and "（judge）" not in page
    world.clock.pass_(days=1)
    page = visitor.get("/c/june/study").get_data(as_text=True)
    assert "<h2>第2天</h2>" in page and "（single）" in page and "（judge）" in page and "（multiple）" not in page


def test_a_bank_that_is_not_published_is_not_there(world: World, visitor):
    reply = visitor.get("/c/june/study")
    assert reply.status_code == 404 and MARKER not in reply.get_data(as_text=True)
    assert "study" not in visitor.get("/c/june").get_data(as_text=True)
