"""A made-up contest put into a database: its units, people and sittings as rows, its standings by the product."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from generated import Case, Sat
from said_by_product import ITEMS, Product
from said_by_reference import epoch
from sqlalchemy import insert
from sqlalchemy.orm import Session

from quizapp.models.accounts import Account
from quizapp.models.contests import Contest, Entry
from quizapp.models.organisations import Unit, UnitState
from quizapp.models.records import UnitBonus
from quizapp.models.sittings import Sitting
from quizapp.rules.attempts import track
from quizapp.rules.items import Bank
from quizapp.services import banks, contests, finishing
from quizapp.services.audit import CLI
from quizapp.services.contests import Running

EARLY = 1_700_000_000_000
NAMES = UUID(int=0)


def stock(session: Session) -> None:
    """The banks that all papers are drawn from."""
    for code, items in ITEMS.items():
        banks.import_bank(session, CLI, Bank(code, "题库", "示例", items), EARLY)


def store(session: Session, product: Product) -> tuple[Running, dict[str, int]]:
    """Everything of a case; the contest, and the ids of the units by code. Sittings are counted one after the other, as they end."""
    case = product.case
    rules = replace(product.rules, slug=f"case-{case.name}")
    contest = contests.apply_contest(session, CLI, rules, EARLY)
    session.get_one(Contest, contest.id).seed = case.seed
    contest = replace(contest, seed=case.seed)
    ids = _units(session, case, contest.id)
    _people(session, case, contest.id, ids)
    numbers: Counter[Any] = Counter()
    for number in sorted(range(len(case.sat)), key=lambda n: case.sat[n].started + case.sat[n].time):
        row = _sitting(product, number, contest.id, ids, numbers)
        session.execute(insert(Sitting), [row])
        if row["track"] in finishing.counting_tracks(rules):
            finishing.count(session, contest, row["entry_id"], case.people[row["entry_id"]], row["finished_at"])
    return contest, ids


def _units(session: Session, case: Case, contest_id: int) -> dict[str, int]:
    ids: dict[str, int] = {}
    paths = {"": "/"}
    for office in case.offices:
        same = {
            "name": f"单位{office.code}",
            "kind": office.kind,
            "parent_id": ids.get(office.parent or ""),
            "headcount": office.head_count,
        }
        unit = Unit(
            code=code_of(contest_id, office.code),
            path="",
            aliases=[],
            search=office.code,
            link=f"{contest_id}-{office.code}",
            created_at=EARLY,
            **same,
        )
        session.add(unit)
        session.flush()
        ids[office.code] = unit.id
        unit.path = paths[office.code] = f"{paths[office.parent or '']}{unit.id}/"
        session.add(UnitState(unit_id=unit.id, from_at=EARLY, **same))
        if office.bonus:
            points = round(Decimal(office.bonus) * 100)
            session.add(
                UnitBonus(contest_id=contest_id, unit_id=unit.id, points=points, reason="组织有力", by="示例", at=EARLY)
            )
    session.flush()
    return ids


def _people(session: Session, case: Case, contest_id: int, ids: dict[str, int]) -> None:
    first: dict[str, Sat] = {}
    for sat in case.sat:
        first.setdefault(sat.entry, sat)
    people = [(account_of(entry), entry, division, ids[first[entry].unit]) for entry, division in case.people.items()]
    shared = {"created_at": EARLY, "phone": None}
    session.execute(
        insert(Account),
        [
            {"id": account, "role": "contestant", "name": f"人员{n}", "unit_id": unit, **shared}
            for n, (account, _, _, unit) in enumerate(people)
        ],
    )
    session.execute(
        insert(Entry),
        [
            {
                "contest_id": contest_id,
                "id": entry,
                "account_id": account,
                "unit_id": unit,
                "division": division,
                "name": f"人员{n}",
                **shared,
            }
            for n, (account, entry, division, unit) in enumerate(people)
        ],
    )


def code_of(contest_id: int, code: str) -> str:
    """Many cases share a database: each has units of its own."""
    return f"{contest_id}-{code}"


def account_of(entry: str) -> str:
    return str(uuid5(NAMES, entry))


def _sitting(
    product: Product, number: int, contest_id: int, ids: dict[str, int], numbers: Counter[Any]
) -> dict[str, Any]:
    sat, score, made = product.sat[number], product.scores[number], product.finished(number)
    line = track(product.stage(sat), practice=False)
    numbers.update([(sat.entry, line), (sat.entry, line, made.day)])
    return {
        "contest_id": contest_id, "id": str(uuid5(NAMES, f"{sat.entry}{number}")), "entry_id": sat.entry, "account_id": account_of(sat.entry),
        "unit_id": ids[sat.unit], "track": line, "attempt_no": numbers[sat.entry, line], "day": made.day,
        "day_no": numbers[sat.entry, line, made.day], "state": "handed_in", "started_at": epoch(sat.started), "deadline": made.finished_at,
        "grace_ms": 0, "paper": [], "answers": {}, "revision": 0, "finished_at": made.finished_at, "handed_in": True,
        "points": score.points, "of": score.of, "right": score.right, "total": len(score.marks), "valid": score.valid,
        "sub_points": score.sub_points, "time_ms": made.time_ms, "marks": list(score.marks),
    }  # fmt: skip
