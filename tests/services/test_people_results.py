"""People with their places come row by row: the same as sorting everybody would give, in memory that does not grow with them."""

import os
import subprocess
import sys
from typing import Any

import pytest
from crowd import crowd
from factories import World
from sqlalchemy import select, update

from quizapp.models.base import Database
from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.standings import Standing
from quizapp.services import people_results
from quizapp.services.people_results import most_people, page_of_people, people


@pytest.fixture
def many(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Sixty people of two divisions, eight of each result, fetched three rows at a time."""
    monkeypatch.setattr(people_results, "AT_ONCE", 3)
    crowd(world.database, world.contest, 60, world.clock(), divisions=("a", "b"))
    return world


def expected(world: World, **kept: Any) -> list[tuple[Any, ...]]:
    """(place, shared, name) of everybody, by counting who is better."""
    with world.database.read() as session:
        query = select(Standing.merit, Standing.entry_id, Entry.name, Standing.division, Unit.path)
        rows = session.execute(
            query.join(Entry, Entry.id == Standing.entry_id).join(Unit, Unit.id == Standing.unit_id).where(Entry.counts)
        ).all()
    rows = [row for row in rows if row.division == kept.get("division", row.division) and row.path.startswith(kept.get("path", ""))]
    merits = [row.merit for row in rows]
    told = [(1 + sum(other > row.merit for other in merits), merits.count(row.merit) > 1, row.entry_id, row.name) for row in rows]
    return [(place, shared, name) for place, shared, _, name in sorted(told, key=lambda line: (line[0], line[2]))]


def listed(rows: Any) -> list[tuple[Any, ...]]:
    return [(row.place, row.shared, row.name) for row in rows]


@pytest.mark.parametrize("past", [False, True])
@pytest.mark.parametrize("kept", [{}, {"division": "a"}, {"under": "990101"}, {"division": "b", "under": "99010201"}])
def test_places_and_ties_run_on_over_what_is_fetched_together(many: World, past: bool, kept: dict[str, str]) -> None:
    with many.database.replica(many.clock()) as session:
        asked: dict[str, Any] = {"as_of": many.clock() if past else None, "division": kept.get("division", "")}
        top = None
        if "under" in kept:
            top = asked["under"] = session.scalars(select(Unit).where(Unit.code == kept["under"])).one()
        wanted = expected(many, **{"division": kept["division"]} if "division" in kept else {}, path=top.path if top else "")
        assert len({place for place, *_ in wanted}) < len(wanted) > 5
        assert listed(people(session, many.contest, **asked)) == wanted
        assert most_people(session, many.contest, **asked) >= len(wanted)
        for start in range(0, len(wanted) + 5, 5):
            page = page_of_people(session, many.contest, start, 5, **asked)
            assert listed(page.rows) == wanted[start : start + 5]
            assert (page.people, page.sittings) == (len(wanted), len(wanted))


def test_now_and_the_same_moment_asked_for_later_are_equal(many: World) -> None:
    with many.database.replica(many.clock()) as session:
        assert list(people(session, many.contest)) == list(people(session, many.contest, as_of=many.clock()))
        assert list(people(session, many.contest, as_of=many.clock() - 10_000)) == []


def test_a_search_keeps_the_places(many: World) -> None:
    with many.database.replica(many.clock()) as session:
        everybody = list(people(session, many.contest))
        wanted = [row for row in everybody if "000003" in row.name or "东一" in (row.unit_name or "")]
        assert 1 < len(wanted) < len(everybody)
        assert list(people(session, many.contest, search="东一"))[0] in wanted
        assert list(people(session, many.contest, search="000003")) == [row for row in wanted if "000003" in row.name]
        assert page_of_people(session, many.contest, 1, 2, search="东一").rows == list(people(session, many.contest, search="东一"))[1:3]


def test_staff_who_try_the_contest_are_on_no_list(many: World) -> None:
    with many.database.write() as session:
        session.execute(update(Entry).where(Entry.name == "人员0000003").values(counts=False))
    with many.database.replica(many.clock()) as session:
        for as_of in (None, many.clock()):
            assert "人员0000003" not in [row.name for row in people(session, many.contest, as_of=as_of)]
            assert listed(people(session, many.contest, as_of=as_of)) == expected(many)


MEASURE = """
import sys
from itertools import islice
from quizapp.formats.result_sheets import Stamp, people_sheet
from quizapp.formats.result_table import write_csv
from quizapp.formats.result_xlsx import write_xlsx
from quizapp.models.base import Database
from quizapp.services import contests, people_results

def peak():  # of this program alone: what getrusage tells is inherited from the process that started it
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) // 1024

write = {"csv": write_csv, "xlsx": write_xlsx}[sys.argv[2]]
as_of = int(sys.argv[3]) or None
with Database(sys.argv[1]).replica(0) as session, open("/dev/null", "wb") as out:
    contest = contests.find_contest(session, "june")
    found = []
    for most in (1000, None):
        rows = islice(people_results.people(session, contest, as_of=as_of), most)
        sheet = people_sheet(rows, contest.rules, Stamp("", 0, 0, ""))
        write(sheet, out)
        found.append(peak())
    print(sheet.rows.rows, found[1] - found[0])
"""


def measure(database: Database, layout: str, as_of: int = 0) -> tuple[int, int]:
    """(rows, how many MiB more the peak of memory is for all of them than for the first thousand), in a process of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("QUIZAPP_")}
    command = [sys.executable, "-c", MEASURE, database.url, layout, str(as_of)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows, grown = done.stdout.split()
    return int(rows), int(grown)


def test_memory_does_not_grow_with_the_people(world: World) -> None:
    crowd(world.database, world.contest, 30_000, world.clock())
    with world.database.write() as session:
        session.connection().exec_driver_sql("ANALYZE")
    for layout, as_of, most in (("csv", 0, 8), ("xlsx", 0, 8), ("csv", world.clock(), 12)):
        rows, grown = measure(world.database, layout, as_of)  # as a list of rows it would be 21 MiB
        assert rows == 30_000 and grown < most, (layout, as_of, grown)
