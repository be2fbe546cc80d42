"""Large lists are made in the background by one process at a time; nobody but the asker sees the file, and only for a day."""

import csv
import io
import os
import subprocess
import sys
from typing import Any

import pytest
from crowd import crowd
from factories import SECRET, World
from sqlalchemy import func, select
from staffing import Page, actions
from waiting import until

from quizapp import cli, jobs
from quizapp.cli import exports as making
from quizapp.models import schema
from quizapp.models.accounts import Account
from quizapp.models.base import Database
from quizapp.models.exports import Export, ExportChunk
from quizapp.models.organisations import Unit
from quizapp.services import exports
from quizapp.services.exports import Run
from quizapp.settings import Settings
from quizapp.web import exports as files
from quizapp.web.official import door

LIST = "/official/june/exports"
SIGNED = "Ofelia（ofelia）"


@pytest.fixture
def crowded(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Forty people, and lists of more than ten are made in the background, in pieces of a kilobyte."""
    crowd(world.database, world.contest, 40, world.clock())
    for module in (files, door):
        monkeypatch.setattr(module, "AT_ONCE", 10)
    monkeypatch.setattr(exports, "CHUNK", 1_000)
    monkeypatch.setattr(os, "nice", lambda _: 0)
    return world


@pytest.fixture
def ofelia(sign_in) -> Page:
    return Page(sign_in("ofelia"))


@pytest.fixture
def make(crowded: World, settings: Settings):
    """Let the jobs have one look; the file is made here rather than in another process. Tells which run that was."""
    parts = cli.Parts(lambda: settings, lambda *_, **__: crowded.database, schema, crowded.clock, lambda _: None, Database.is_away)
    begun: list[Run] = []

    def begin(run: Run) -> None:
        begun.append(run)
        assert cli.run(["export", run.export_id, str(run.number)], parts) == 0

    def look() -> Run | None:
        begun.clear()
        jobs.begin_export(crowded.database, begin, crowded.clock())
        return begun[0] if begun else None

    return look


def ask(page: Page, listing: str = "people", layout: str = "csv", query: str = "") -> None:
    reply = page.post(f"{LIST}/{listing}.{layout}{query}", rows="40")
    assert reply.status_code == 302 and reply.headers["Location"].endswith(LIST), reply.get_data(as_text=True)


def link(page: Page) -> str:
    """The address of the newest file."""
    return page.read(LIST).split(f'href="{LIST}/')[1].split('"')[0]


def fetched(page: Page, export_id: str) -> bytes:
    reply = page.get(f"{LIST}/{export_id}")
    assert reply.status_code == 200 and reply.headers["Cache-Control"] == "no-store"
    content: bytes = reply.get_data()
    assert reply.content_length == len(content)
    return content


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_large_list_says_beforehand_that_its_file_takes_a_while(crowded: World, ofelia: Page) -> None:
    told = ofelia.read("/official/june/people")
    assert f'action="{LIST}/people.xlsx"' in told and "文件在后台生成" in told and LIST in told
    assert 'href="/official/june/people.xlsx"' not in told
    assert "在后台生成" in ofelia.read("/official/june/people.xlsx", 409)
    told = ofelia.read("/official/june/people?q=人员000001")
    assert "/official/june/people.xlsx?q=" in told and "文件在后台生成" not in told


@pytest.mark.parametrize("past", [False, True])
@pytest.mark.parametrize("listing", ["people", "units"])
def test_the_file_says_what_the_page_would_have_sent(
    crowded: World, ofelia: Page, make, monkeypatch: pytest.MonkeyPatch, listing: str, past: bool
) -> None:
    query = "?as_of=2026-06-01 12:00" if past else ""
    ask(ofelia, listing, query=query)
    assert "排队中" in ofelia.read(LIST) and actions(crowded)[-1] != f"export.{listing}"
    assert make() is not None
    assert actions(crowded)[-1] == f"export.{listing}"
    export_id = link(ofelia)
    for module in (files, door):
        monkeypatch.setattr(module, "AT_ONCE", 5_000)
    wanted = ofelia.get(f"/official/june/{listing}.csv{query}").get_data()
    made = fetched(ofelia, export_id)
    assert len(made) > 1_000 or listing == "units"
    assert made == wanted and SIGNED in made.decode()


def test_a_workbook_and_the_filters_come_through(crowded: World, ofelia: Page, make) -> None:
    ask(ofelia, layout="xlsx", query="?under=99010101&q=人员")
    make()
    content = fetched(ofelia, link(ofelia))
    assert content[:2] == b"PK" and len(content) > 5_000
    ask(ofelia, query="?under=99010101")
    make()
    rows = table(fetched(ofelia, link(ofelia)))
    units = {row[4] for row in rows[7:-4] if len(row) > 4}
    assert units == {"东一厂"} and rows[1] == ["范围：东一厂"]


def test_those_who_have_not_begun_come_too(crowded: World, sign_in, make) -> None:
    olga = Page(sign_in("olga"))
    ask(olga, "waiting")
    make()
    assert ["1", "Alice"] in [row[:2] for row in table(fetched(olga, link(olga)))]


def test_nobody_else_finds_the_file(crowded: World, ofelia: Page, sign_in, make) -> None:
    ask(ofelia)
    make()
    export_id = link(ofelia)
    for login in ("otto", "olga", "lena"):
        page = Page(sign_in(login))
        assert "没有这个导出文件" in page.read(f"{LIST}/{export_id}", 404)
        assert export_id not in page.read(LIST)
    with crowded.database.write() as session:
        other = session.scalars(select(Unit.id).where(Unit.code == "990102")).one()
        session.scalars(select(Account).where(Account.login == "ofelia")).one().unit_id = other
    assert ofelia.get(f"{LIST}/{export_id}").status_code == 404, "she sees another part of the tree now"


def test_a_liaison_asks_for_no_scores_and_nobody_for_another_subtree(crowded: World, ofelia: Page, sign_in) -> None:
    assert Page(sign_in("lena")).post(f"{LIST}/people.csv").status_code == 403
    assert ofelia.post(f"{LIST}/people.csv?under=990102").status_code == 404
    assert ofelia.post(f"{LIST}/people.exe").status_code == 404
    assert ofelia.post(f"{LIST}/summary.csv").status_code == 404


def test_a_file_is_gone_after_a_day(crowded: World, ofelia: Page, sign_in, make) -> None:
    ask(ofelia)
    make()
    export_id = link(ofelia)
    crowded.clock.pass_(hours=23)
    ofelia = Page(sign_in("ofelia"))
    assert fetched(ofelia, export_id)
    crowded.clock.pass_(hours=1)
    assert ofelia.get(f"{LIST}/{export_id}").status_code == 404
    assert make() is None
    with crowded.database.read() as session:
        assert [session.scalar(select(func.count()).select_from(model)) for model in (Export, ExportChunk)] == [0, 0]


def test_one_is_made_at_a_time_and_the_same_one_once(crowded: World, ofelia: Page, sign_in) -> None:
    olga = Page(sign_in("olga"))
    ask(ofelia)
    ask(ofelia)
    ask(olga)
    begun: list[Run] = []
    for _ in range(3):
        jobs.begin_export(crowded.database, begun.append, crowded.clock())
    assert len(begun) == 1
    with crowded.database.write() as session:
        assert exports.finish(session, begun[0], "表.csv", 0, 0, crowded.clock())
    for _ in range(2):
        jobs.begin_export(crowded.database, begun.append, crowded.clock())
    assert len({run.export_id for run in begun}) == len(begun) == 2


def test_somebody_who_asks_for_many_waits(crowded: World, ofelia: Page) -> None:
    for listing in ("people", "units", "waiting"):
        ask(ofelia, listing)
    reply = ofelia.post(f"{LIST}/people.xlsx")
    assert reply.status_code == 429 and "排队" in reply.get_data(as_text=True)


def test_a_file_whose_process_died_is_begun_anew_and_the_dead_one_writes_nothing(crowded: World, ofelia: Page, make) -> None:
    ask(ofelia)
    begun: list[Run] = []
    jobs.begin_export(crowded.database, begun.append, crowded.clock())
    (dead,) = begun
    with crowded.database.write() as session:
        assert exports.store_chunk(session, dead, 0, b"half", crowded.clock())
    crowded.clock.pass_(seconds=59)
    assert make() is None
    crowded.clock.pass_(seconds=2)
    again = make()
    assert again is not None and (again.export_id, again.number) == (dead.export_id, 2)
    with crowded.database.write() as session:
        assert not exports.store_chunk(session, dead, 99, b"late", crowded.clock())
        assert not exports.sign_of_life(session, dead, 1, crowded.clock())
        assert not exports.finish(session, dead, "late.csv", 0, 0, crowded.clock())
    assert "合计" in fetched(ofelia, link(ofelia)).decode("utf-8-sig")
    assert actions(crowded).count("export.people") == 1


def test_a_file_that_never_gets_done_is_given_up_in_words(crowded: World, ofelia: Page) -> None:
    ask(ofelia)
    begun: list[Run] = []
    for _ in range(6):
        jobs.begin_export(crowded.database, begun.append, crowded.clock())
        crowded.clock.pass_(seconds=61)
    assert [run.number for run in begun] == [1, 2, 3]
    told = ofelia.read(LIST)
    assert "没有生成" in told and "请缩小范围再导出" in told and "export_file" not in told


def test_a_failing_one_is_told_in_words_and_leaves_nothing(
    crowded: World, ofelia: Page, monkeypatch: pytest.MonkeyPatch, make
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("a row too short")

    monkeypatch.setattr(making, "write_csv", broken)
    ask(ofelia)
    with pytest.raises(ValueError, match="a row too short"):
        make()
    told = ofelia.read(LIST)
    assert "生成文件时出错" in told and "row too short" not in told
    assert "export.people" not in actions(crowded)
    with crowded.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ExportChunk)) == 0


def test_how_far_it_is_is_written_down_beside_the_work(
    crowded: World, ofelia: Page, monkeypatch: pytest.MonkeyPatch, make
) -> None:
    told: list[str] = []

    def slow(sheet: Any, out: Any) -> None:
        rows = iter(sheet.rows)
        for _ in range(7):
            next(rows)
        until(lambda: "已写7行" in ofelia.read(LIST), "the page shows seven rows")
        told.append(ofelia.read(LIST))
        out.write(b"x")

    monkeypatch.setattr(making, "BEAT", 0.05)
    monkeypatch.setattr(making, "write_csv", slow)
    ask(ofelia)
    make()
    assert 'max="40" value="7"' in told[0] and "http-equiv" in told[0]
    assert "http-equiv" not in ofelia.read(LIST)


def test_the_real_program_makes_it_in_a_process_of_its_own(crowded: World, ofelia: Page) -> None:
    ask(ofelia)
    begun: list[Run] = []
    jobs.begin_export(crowded.database, begun.append, crowded.clock())
    env = {name: value for name, value in os.environ.items() if not name.startswith("QUIZAPP_")}
    env |= {"QUIZAPP_DATABASE_URL": crowded.database.url, "QUIZAPP_SECRET_KEY": SECRET}
    program = [sys.executable, "-c", "from quizapp.app import main; main()", "export", begun[0].export_id, "1"]
    done = subprocess.run(program, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with crowded.database.read() as session:
        made = session.get_one(Export, begun[0].export_id)
        assert made.state == "done" and made.rows_done > 10
