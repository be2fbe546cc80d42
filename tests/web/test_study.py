"""A bank that a contest publishes may be read before, with keys; any other may not."""

import pytest
from factories import MARKER, World


@pytest.fixture
def visitor(world: World, app):
    return app.test_client()


def test_a_published_bank_is_shown_page_by_page_with_what_is_right(world: World, visitor):
    world.apply(study=True)
    page = visitor.get("/c/june/study").get_data(as_text=True)
    assert "第1题（single）" in page and MARKER in page and "/c/june/study" in visitor.get("/c/june").get_data(as_text=True)
    assert visitor.get("/c/june/study?at=21").status_code == 200


def test_a_bank_that_is_not_published_is_not_there(world: World, visitor):
    reply = visitor.get("/c/june/study")
    assert reply.status_code == 404 and MARKER not in reply.get_data(as_text=True)
    assert "study" not in visitor.get("/c/june").get_data(as_text=True)
