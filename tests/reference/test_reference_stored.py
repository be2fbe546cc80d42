"""What is stored and exported says the same as the reference: on both engines, now and of a past moment, sorted again."""

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import takewhile
from random import Random
from typing import Any

import pytest
import python_calamine
import reference as ref
import stored
from generated import Case, case
from said_by_product import Product
from said_by_reference import Reference, cents, epoch, lists, millis
from sqlalchemy.orm import Session

from quizapp.formats.result_sheets import Stamp, people_sheet, unit_sheet
from quizapp.formats.result_table import Sheet, write_csv
from quizapp.formats.result_xlsx import write_xlsx
from quizapp.models.base import Database
from quizapp.models.organisations import Unit
from quizapp.services import people_results, results
from quizapp.services.contests import Running

CHUNKS, EACH = 400 if os.environ.get("REFERENCE") == "all" else 4, 25
STAMP = Stamp("全部", stored.EARLY, stored.EARLY, "示例")
LATE = 1_800_000_000_000


@dataclass(frozen=True)
class Stored:
    """One case in a database, beside what the reference says of it."""

    session: Session
    case: Case
    contest: Running
    ids: dict[str, int]
    reference: Reference

    def shown(self, as_of: datetime | None) -> Reference:
        """What the reference takes into account: what had ended by then; where each stage is ranked apart, of the one that is shown:
        the newest counting one in which anybody had handed in."""
        found, file = self.reference, self.reference.file
        if as_of is not None:
            found = found.where(lambda sitting: sitting.finished <= as_of)
        if file.part("board").get("each_stage") != "是":
            return found
        counting = [result.sitting for result in ref.counting(file, found.results)]
        stage = file.stage(max(counting, key=lambda sitting: sitting.started)) if counting else None
        return found.where(lambda sitting: file.stage(sitting) == stage)

    def unit(self, code: str | None) -> Unit | None:
        return None if code is None else self.session.get_one(Unit, self.ids[code])


def each(database: Database, chunk: int, count: int) -> Iterator[Stored]:
    """Case after case, put into the database and read again."""
    with database.write() as session:
        stored.stock(session)
    for number in range(count):
        made = case(f"stored-{chunk}-{number}")
        with database.write() as session:
            contest, ids = stored.store(session, Product(made))
        with database.replica(LATE) as session:
            yield Stored(session, made, contest, ids, Reference(made))


def moments(made: Case) -> list[datetime | None]:
    """Now, and a moment amid the sittings."""
    ends = sorted(sat.started + sat.time for sat in made.sat)
    return [None, ends[len(ends) // 2]]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_what_is_stored_and_exported_is_ranked_as_the_reference_ranks_it(database: Database, chunk: int) -> None:
    """Each contest as it stands on both engines; of a past moment on one of them, its files from the other."""
    for kept in each(database, chunk, EACH):
        is_exported = chunk % 2 == (kept.session.get_bind().dialect.name == "sqlite")
        try:
            for as_of in [None] if is_exported else moments(kept.case):
                compare_people(kept, as_of)
                compare_units(kept, as_of)
            if is_exported:
                compare_exports(kept)
        except AssertionError as difference:
            difference.add_note(f"case {kept.case.name}:\n{kept.case.text}")
            raise


def compare_people(kept: Stored, as_of: datetime | None) -> None:
    """Everybody, each division, and those who last sat for a unit or below it: with the places of each list."""
    reference, past = kept.shown(as_of), None if as_of is None else epoch(as_of)
    codes = {entry: made[-1].sitting.unit for entry, made in reference.by_person.items()}
    for division in {"", *kept.case.people.values()}:
        mine = [entry for entry in reference.people if division in ("", kept.case.people[entry])]
        found = people_results.people(kept.session, kept.contest, as_of=past, division=division)
        assert rows_of(found) == expected(kept, reference, codes, mine)
    for code in {office.code for office in kept.case.offices}:
        below = [entry for entry in reference.people if code in ref.line(codes[entry], reference.units)]
        found = people_results.people(kept.session, kept.contest, as_of=past, under=kept.unit(code))
        assert rows_of(found) == expected(kept, reference, codes, below)


def rows_of(found: Iterable[people_results.PersonResult]) -> list[tuple[Any, ...]]:
    return [
        (r.place, r.shared, r.entry_id, r.unit_code, r.division, r.points, r.time_ms, r.finished_at, r.sittings, r.valid) for r in found
    ]  # fmt: skip


def expected(kept: Stored, reference: Reference, codes: dict[str, str], entries: list[str]) -> list[tuple[Any, ...]]:
    """The rows of these entries: by place, those who share one by their ids."""
    places = dict(zip(entries, ref.places(reference.file, [reference.orders[entry] for entry in entries]), strict=True))
    taken, rows = Counter(places.values()), []
    for place, entry in sorted((place, entry) for entry, place in places.items()):
        s, unit = reference.people[entry], stored.code_of(kept.contest.id, codes[entry])
        told = (cents(s.points), millis(s.time), epoch(s.finish), s.sittings, s.valid)
        rows.append((place, taken[place] > 1, entry, unit, kept.case.people[entry], *told))
    return rows


def compare_units(kept: Stored, as_of: datetime | None) -> None:
    """Every list of units, with places and figures; without a place a reason."""
    reference, past = kept.shown(as_of), None if as_of is None else epoch(as_of)
    places = reference.unit_places()
    for name, codes in lists(kept.case).items():
        rows = {row.code: row for row in listed(kept, name, past)}
        mine = {code: rows[stored.code_of(kept.contest.id, code)] for code in codes}
        assert {code: row.place for code, row in mine.items() if row.place is not None} == places[name]
        assert all((row.place is None) == bool(row.reasons) for row in rows.values())
        for code, row in mine.items():
            f, figures = row.figures, reference.figures[code]
            assert (f.people, f.sittings, f.valid, f.points) == (
                figures.people,
                figures.sittings,
                figures.papers,
                cents(figures.points),
            )


def listed(kept: Stored, name: str, past: int | None) -> list[results.UnitResult]:
    """The list called `under code` or `kind name`."""
    what, value = name.split(" ")
    if what == "kind":
        return results.units(kept.session, kept.contest, as_of=past, kind=value)
    return results.units(kept.session, kept.contest, as_of=past, under=kept.unit(None if value == "None" else value))


def compare_exports(kept: Stored) -> None:
    """Rows of a file, mixed up and sorted again by what the file says, stand in the order of the reference: every list as csv,
    people and one list of units as xlsx."""
    reference = kept.shown(None)
    codes = {entry: made[-1].sitting.unit for entry, made in reference.by_person.items()}
    people = [row[2] for row in expected(kept, reference, codes, list(reference.people))]
    for layout in ("csv", "xlsx"):
        sheet = people_sheet(people_results.people(kept.session, kept.contest), kept.contest.rules, STAMP)
        assert sorted_again(sheet, layout, "参赛编号") == people, layout
    for number, (name, places) in enumerate(reference.unit_places().items()):
        ranked = sorted(places, key=lambda code: (reference.figures[code].order, code))
        wanted = [stored.code_of(kept.contest.id, code) for code in ranked]
        for layout in ("csv", "xlsx") if number == kept.contest.id % len(reference.unit_places()) else ("csv",):
            sheet = unit_sheet(listed(kept, name, None), kept.contest.rules, STAMP)
            assert sorted_again(sheet, layout, "单位编码") == wanted, (layout, name)


KEY = re.compile("“([^”]+)”(降序|升序)")


def sorted_again(sheet: Sheet, layout: str, column: str) -> list[str]:
    """One column of the rows with a place, mixed up and sorted by the columns that the last note names."""
    lines = read_back(sheet, layout)
    start = next(number for number, line in enumerate(lines) if line[0] == "名次")
    head = [str(cell) for cell in lines[start]]
    rows = [
        line
        for line in takewhile(lambda line: any(cell not in (None, "") for cell in line), lines[start + 1 :])
        if line[0] not in (None, "")
    ]
    Random(0).shuffle(rows)
    note = str(lines[start - 2][0] if lines[start - 2][0] else lines[start - 1][0])
    for heading, direction in reversed(KEY.findall(note)):
        at = head.index(heading)
        rows.sort(key=lambda row, at=at: sortable(row[at]), reverse=direction == "降序")
    return [str(row[head.index(column)]) for row in rows]


def sortable(cell: object) -> tuple[int, Fraction | str]:
    """A cell as a spreadsheet sorts it: numbers before texts."""
    if isinstance(cell, int | float):
        return 0, Fraction(cell)
    text = str(cell)
    number = re.fullmatch(r"(-?\d+(?:\.\d+)?)(%?)", text)
    return (0, Fraction(number[1])) if number and len(text) < 16 else (1, text)


def read_back(sheet: Sheet, layout: str) -> list[Sequence[Any]]:
    out = io.BytesIO()
    if layout == "csv":
        write_csv(sheet, out)
        return [line or [""] for line in csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig")))]
    write_xlsx(sheet, out)
    out.seek(0)
    return python_calamine.load_workbook(out).get_sheet_by_index(0).to_python()
