"""What the hot path costs: statements per start, save and hand-in; BEGIN and COMMIT are not counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from factories import World, right_answers
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from quizapp.models.base import Database
from quizapp.rules.contests import Division, Limits
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.services import papers
from quizapp.services.kept import Kept

FRAME = ("BEGIN", "COMMIT", "ROLLBACK")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that reach the database inside the block."""
    seen: list[str] = []

    def note(_c: Any, _u: Any, statement: str, _p: Any, _x: Any, many: bool) -> None:
        if not statement.lstrip().upper().startswith(FRAME):
            seen.append(" ".join(statement.split())[:900] + (" (many)" if many else ""))

    def run(statement: str, values: Any) -> Any:
        note(None, None, statement, None, None, False)
        return directly(statement, values)

    engines = {database.writer, database.reader}
    directly, database.direct.run = database.direct.run, run  # type: ignore[method-assign]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        database.direct.run = directly  # type: ignore[method-assign]
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def alice(world: World, sign_in):
    """Entered, and the bank is in memory."""
    world.apply(limits=Limits(per_day=9))
    client = sign_in("alice")
    client.sit()
    return client


def test_a_start_takes_four_statements_at_most(database: Database, world: World, alice):
    with counted(database) as seen:
        alice.start()
    assert 0 < len(seen) <= 4, seen


def test_a_save_takes_one_statement(database: Database, world: World, alice):
    sitting = alice.start()
    for revision, (position, answer) in enumerate(right_answers(sitting).items()):
        with counted(database) as seen:
            assert alice.save(sitting, {position: answer}, revision, f"k{revision}").status_code == 200
        assert len(seen) == 1, seen
    with counted(database) as seen:
        assert alice.save(sitting, right_answers(sitting), 7, "all").status_code == 200
    assert len(seen) == 1, seen


def test_a_save_in_a_process_that_has_not_seen_the_paper_takes_one_statement_too(
    database: Database, world: World, alice, monkeypatch: pytest.MonkeyPatch
):
    sitting = alice.start()
    monkeypatch.setattr(papers, "_asked", Kept(10))
    assert alice.save(sitting, {"1": ["A", "B"]}, 0, "k").status_code == 400
    assert alice.get(f"/sittings/{sitting['id']}").json["answers"] == {}
    monkeypatch.setattr(papers, "_asked", Kept(10))
    with counted(database) as seen:
        assert alice.save(sitting, {"1": ["A"]}, 0, "k").status_code == 200
    assert len(seen) == 1, seen
    with counted(database) as seen:
        assert alice.save(sitting, {"1": ["B"]}, 1, "l").status_code == 200
    assert len(seen) == 1 and "paper" not in seen[0].partition("RETURNING")[2], seen


@pytest.mark.parametrize("with_answers", [False, True])
def test_a_hand_in_takes_six_statements_at_most(database: Database, world: World, alice, with_answers):
    sitting = alice.start()
    body = {"answers": right_answers(sitting)} if with_answers else {}
    with counted(database) as seen:
        assert alice.submit(sitting, **body).status_code == 200
    assert 0 < len(seen) <= 6, seen


def test_a_script_s_save_takes_one_statement_too(database: Database, world: World, app):
    headers = {"Authorization": f"Bearer {world.token('bob')}"}
    http = app.test_client(use_cookies=False)
    sitting = http.post("/api/v1/contests/june/sittings", json={}, headers=headers).json
    with counted(database) as seen:
        body = {"revision": 0, "key": "k", "answers": right_answers(sitting)}
        assert http.patch(f"/api/v1/sittings/{sitting['id']}/answers", json=body, headers=headers).status_code == 200
    assert len(seen) == 1, seen


def test_the_error_of_a_statement_tells_nobody_s_answers(database: Database, world: World):
    for engine in (database.writer, database.reader):
        with engine.connect() as connection, pytest.raises(DBAPIError) as raised:
            connection.execute(text("SELECT * FROM nowhere WHERE phone = :phone"), {"phone": "13800000000"})
        assert "13800000000" not in str(raised.value), "what is logged must hold no names, phones or answers"


def test_a_start_takes_no_more_where_a_division_has_its_own_paper(database: Database, world: World, sign_in):
    own = PaperBlueprint((Draw("tests", 3, 1_000),))
    world.apply(limits=Limits(per_day=9), divisions=(Division("qy", "企业组", ("企业",), own),))
    alice = sign_in("alice")
    alice.sit()
    with counted(database) as seen:
        assert len(alice.start()["items"]) == 3
    assert 0 < len(seen) <= 4, seen
