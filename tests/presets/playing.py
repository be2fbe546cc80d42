"""A preset played by made-up people through the services: banks, units, entries, sittings; and what came out, in every place."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from factories import SECRET
from sqlalchemy import select

from quizapp.errors import Refused
from quizapp.formats import bank_yaml, presets, result_sheets
from quizapp.formats.contest.yaml import read_contest
from quizapp.formats.result_table import Sheet, write_csv
from quizapp.formats.result_xlsx import write_xlsx
from quizapp.models.accounts import Account
from quizapp.models.base import Database
from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.rules import tickets as ticket_rules
from quizapp.rules.commendations import Candidate, Decision, Of, commend
from quizapp.rules.contests import ContestRules, Door
from quizapp.rules.items import Bank, Item, Kind
from quizapp.rules.papers import PaperItem
from quizapp.rules.roles import Role
from quizapp.rules.rows import UnitRow
from quizapp.rules.stages import stages_of
from quizapp.rules.units import Metric, measure
from quizapp.services import (
    accounts,
    banks,
    contests,
    counted,
    entry_changes,
    finishing,
    papers,
    people_results,
    results,
    saves,
)
from quizapp.services.answers import LABELS
from quizapp.services.audit import CLI
from quizapp.services.choices import Wish
from quizapp.services.organisations import find_unit
from quizapp.services.sittings import open_item
from quizapp.services.starts import enter, start_sitting
from quizapp.services.unit_imports import import_units

BANKS = Path(__file__).parents[2] / "question_banks"
DETAILS = {"id_number": "320205200001010000", "address": "示例路1号", "post": "安全员"}
Marks = int | str | Mapping[Kind, int | str]
"""How a paper is answered, item by item in its order, or kind by kind: + right, - wrong, p one right choice only, x a right and a
wrong choice, . not at all; a number is so many right and the others wrong."""


def unit_rows(*units: tuple[Any, ...]) -> list[UnitRow]:
    """(code, name, kind, code of the parent, head count)."""
    return [UnitRow(line, name, code, kind, *more) for line, (code, name, kind, *more) in enumerate(units, start=1)]


@lru_cache
def bank_of(code: str) -> Bank:
    """A shipped bank, without the items that need a picture."""
    path = BANKS / f"{code}.yaml"
    bank = bank_yaml.read_bank(path.read_bytes(), str(path))
    return replace(bank, items=tuple(item for item in bank.items if item.image is None))


def banks_of(rules: ContestRules) -> set[str]:
    blueprints = [rules.blueprint, *(stage.blueprint for stage in rules.stages if stage.blueprint)]
    return {draw.bank for blueprint in blueprints for draw in blueprint.draws}


def answer(item: Item, place: PaperItem, mark: str) -> Any:
    """What the contestant gives; None is nothing."""
    if item.kind is Kind.JUDGE:
        return {"+": item.key, "-": not item.key}.get(mark)
    keys = list(item.key)  # type: ignore[arg-type]
    wrong = [n for n in range(len(item.choices)) if n not in keys]
    if mark in "-x" and not wrong:
        return None
    chosen = {"+": keys, "-": wrong[:1], "p": keys[:1], "x": keys[:1] + wrong[:1], ".": []}[mark]
    return [LABELS[place.order.index(n)] for n in chosen] or None


def spread(marks: int | str, count: int) -> str:
    found = "+" * marks + "-" * (count - marks) if isinstance(marks, int) else marks
    assert len(found) == count
    return found


def marked(asked: Sequence[Item], marks: Marks) -> list[str]:
    """The mark of each place of the paper."""
    if not isinstance(marks, Mapping):
        return list(spread(marks, len(asked)))
    rest = {
        kind: iter(spread(marks.get(kind, 0), sum(item.kind is kind for item in asked)))
        for kind in {item.kind for item in asked}
    }
    return [next(rest[item.kind]) for item in asked]


class Game:
    """One preset with its units and people; `people`: name -> code of the unit."""

    def __init__(
        self, database: Database, clock: Any, name: str, units: Sequence[UnitRow], people: Mapping[str, str]
    ) -> None:
        self.rules = read_contest(presets.read_preset(name), name)
        self.database, self.clock, self.tokens = database, clock, dict[str, str]()
        clock.now = self.last = self.rules.opens_at
        self.room_code = ""
        with database.write() as session:
            import_units(session, CLI, units, "units.csv", clock())
            for code in sorted(banks_of(self.rules)):
                banks.import_bank(session, CLI, bank_of(code), clock())
            self.contest = contests.apply_contest(session, CLI, self.rules, clock())
            for person, unit in people.items():
                login = person if Door.ACCOUNT in self.rules.entry.doors else None
                account = accounts.create_account(
                    session, CLI, clock(), login=login, role=Role.CONTESTANT, name=person, unit_code=unit
                )
                token = accounts.open_sign_in(session, account, clock(), 400 * 86_400_000)
                self.tokens[person] = accounts.fingerprint(token)

    def at(self, moment: str) -> int:
        """06-01 09:00 in the contest's zone, UTC milliseconds; the clock goes there."""
        local = datetime.fromisoformat(f"2027-{moment}").replace(tzinfo=ZoneInfo(self.rules.zone))
        self.clock.now = int(local.timestamp() * 1000)
        return self.clock.now

    def prepare(self, *names: str) -> None:
        """Enter, read what is to be read, fill in what is asked."""
        with self.database.write() as session:
            for name in names or self.tokens:
                now = self.clock()
                entry = enter(session, self.contest, self.tokens[name], now)
                entry_changes.prepare(self.contest, entry, DETAILS, now, read=True)

    def sit(
        self, name: str, moment: str, marks: Marks, *, stage: str = "", seconds: int = 60, practice: bool = False
    ) -> None:
        """One sitting from start to hand-in."""
        self.at(moment)
        token = self.tokens[name]
        with self.database.write() as session:
            wish = Wish(practice, stage, self.room_code)
            started, is_new = start_sitting(session, self.contest.rules.slug, token, self.clock(), wish)
        assert is_new
        if started["item_no"] is None:
            self.clock.now += seconds * 1000
            with self.database.write() as session:
                given = self._answers(session, started["id"], marks)
                finishing.hand_in(
                    session, SECRET, started["id"], token, self.clock(), revision=0, key="k", answers=given
                )
        else:
            self._one_by_one(token, started, marks, seconds)
        self.last = max(self.last, self.clock())

    def _answers(self, session: Any, sitting_id: str, marks: Marks) -> dict[str, Any]:
        paper = session.scalars(select(Sitting.paper).where(Sitting.id == sitting_id.split("-")[1])).one()
        places = papers.thaw(paper["items"])
        asked = papers.asked(places, banks.items_by_bank(session, paper["banks"]))
        given = {
            str(n): answer(item, place, mark)
            for n, (item, place, mark) in enumerate(zip(asked, places, marked(asked, marks), strict=True), start=1)
        }
        return {position: one for position, one in given.items() if one is not None}

    def _one_by_one(self, token: str, started: Mapping[str, Any], marks: Marks, seconds: int) -> None:
        """Under an item clock: every item in its turn, each in the same time."""
        sitting_id, total = started["id"], started["total"]
        with self.database.read() as session:
            given = self._answers(session, sitting_id, marks)
        for number in range(1, total + 1):
            self.clock.now += seconds * 1000 // total
            with self.database.write() as session:
                saves.save_answers(
                    session.connection(),
                    sitting_id,
                    token,
                    number - 1,
                    f"k{number}",
                    {str(number): given[str(number)]},
                    self.clock(),
                )
                if number < total:
                    open_item(session, sitting_id, number + 1, token, self.clock())
        with self.database.write() as session:
            finishing.hand_in(session, SECRET, sitting_id, token, self.clock())

    def refused(self, name: str, moment: str, *, stage: str = "", practice: bool = False) -> str:
        """What somebody is told who may not start."""
        now = self.at(moment)
        with pytest.raises(Refused) as caught, self.database.write() as session:
            start_sitting(
                session, self.contest.rules.slug, self.tokens[name], now, Wish(practice, stage, self.room_code)
            )
        return str(caught.value)

    def show_small_units(self) -> None:
        """From now on no unit is too small for its mean to be shown, so that few people are enough for places."""
        self.rules = replace(self.rules, units=replace(self.rules.units, hide_mean_below=1))
        with self.database.write() as session:
            self.contest = contests.apply_contest(session, CLI, self.rules, self.clock())

    def entry_ids(self) -> dict[str, str]:
        with self.database.read() as session:
            return dict(session.execute(select(Entry.name, Entry.id)).all())  # type: ignore[arg-type]

    def expect_people(self, wanted: Iterable[tuple[int, str, float]], as_of: int | None = None) -> None:
        """(place, name, points) of everybody: now, as of this moment, in the workbook and in the csv."""
        wanted = sorted(wanted)
        places = [place for place, *_ in wanted]
        full = [(place, places.count(place) > 1, name, points) for place, name, points in wanted]
        for moment in [as_of] if as_of else [None, self.last]:
            with self.database.replica(self.clock()) as session:
                rows = list(people_results.people(session, self.contest, as_of=moment))
            found = [(row.place, row.shared, row.name, row.points / 100) for row in rows]
            assert sorted(found) == full
            sheet = lambda rows=rows: result_sheets.people_sheet(rows, self.rules, self._stamp())  # noqa: E731
            for lines in (from_xlsx(sheet), from_csv(sheet)):
                told = [
                    (int(line["名次"]), line["并列"] == "并列", line["姓名"], float(line["得分（分）"]))
                    for line in lines
                ]
                assert sorted(told) == full

    def expect_units(
        self, wanted: Sequence[tuple[int | None, str, int | Fraction | str]], kind: str = "", under: str = ""
    ) -> None:
        """(place, name, value), or (None, name, why not), in the order of the list: now, as of this moment, in both files."""
        places = [place for place, *_ in wanted]
        for moment in (None, self.last):
            rows = self.units(kind, under, moment)
            for row, (place, name, value) in zip(rows, wanted, strict=True):
                assert (row.place, row.name) == (place, name)
                assert row.shared == (place is not None and places.count(place) > 1)
                assert (row.value if place else self.why(row)) == value
            sheet = lambda rows=rows: result_sheets.unit_sheet(rows, self.rules, self._stamp())  # noqa: E731
            for lines in (from_xlsx(sheet), from_csv(sheet)):
                for line, (place, name, value) in zip(lines, wanted, strict=True):
                    assert (line["名次"] or None, line["单位"]) == (place and type(line["名次"])(place), name)
                    if place is None:
                        assert line["未排名次的原因"] == value
                    else:
                        assert float(line["排名依据值"]) == pytest.approx(float(value), abs=1e-9)

    @staticmethod
    def why(row: results.UnitResult) -> str:
        return "；".join(text.format(**places) for text, places in row.reasons)

    def units(self, kind: str = "", under: str = "", as_of: int | None = None) -> list[results.UnitResult]:
        with self.database.read() as session:
            top = find_unit(session, under) if under else None
            return results.units(session, self.contest, as_of=as_of, kind=kind, under=top)

    def _stamp(self) -> result_sheets.Stamp:
        return result_sheets.Stamp("全部", self.clock(), self.clock(), "张科长")

    def held(self) -> dict[str, dict[str, int]]:
        """Name -> stage -> tickets."""
        assert self.rules.tickets is not None
        made = defaultdict(list)
        with self.database.read() as session:
            names = dict(session.execute(select(Entry.id, Entry.name)).all())  # type: ignore[arg-type]
            for entry, *columns in session.execute(counted.finished_query(session, self.contest)):
                made[names[entry]].append(counted.made_of(columns))
        return ticket_rules.by_entry(made, self.rules.tickets)

    def decisions(self, number: int, kind: str = "", quota: int | None = None, **changes: Any) -> dict[str, Decision]:
        """What the commendation of this number decides about everybody, by name; `quota` in place of its own."""
        rule = replace(self.rules.commendations[number], **changes)
        if quota is not None:
            rule = replace(rule, grades=tuple(replace(grade, quota=quota) for grade in rule.grades))
        found = self._people() if rule.of is Of.PEOPLE else map(self._candidate, self.units(kind))
        return {decision.key: decision for decision in commend(list(found), rule)}

    def _candidate(self, row: results.UnitResult) -> Candidate:
        units = self.rules.units
        metrics = {metric: measure(metric, row.facts, units) for metric in Metric}
        return Candidate(
            row.name, results.unit_merit(row.facts, units), kind=row.kind, metrics=metrics, barred=row.reasons
        )

    def _people(self) -> list[Candidate]:
        with self.database.replica(self.clock()) as session:
            kinds = dict(session.execute(select(Unit.code, Unit.kind)).all())  # type: ignore[arg-type]
            rows = people_results.people(session, self.contest)
            return [Candidate(row.name, row.merit, kind=kinds.get(row.unit_code)) for row in rows]

    def account_id(self, name: str) -> str:
        with self.database.read() as session:
            return str(session.scalars(select(Account.id).where(Account.name == name)).one())

    def stage_codes(self) -> list[str]:
        return [stage.code for stage in stages_of(self.rules)]


def from_xlsx(sheet: Callable[[], Sheet]) -> list[dict[str, Any]]:
    out = io.BytesIO()
    write_xlsx(sheet(), out)
    return _lines(list(row) for row in openpyxl.load_workbook(out).worksheets[0].iter_rows(values_only=True))


def from_csv(sheet: Callable[[], Sheet]) -> list[dict[str, Any]]:
    out = io.BytesIO()
    write_csv(sheet(), out)
    return _lines(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"))))


def _lines(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """The lines between the headings and the empty line, by heading."""
    found: list[dict[str, Any]] = []
    headings: Sequence[Any] = ()
    for row in rows:
        if headings and not any(row):
            break
        if headings:
            found.append(dict(zip(headings, [*row, *repeat(None, len(headings) - len(row))], strict=False)))
        elif row and row[0] == "名次":
            headings = row
    return found
