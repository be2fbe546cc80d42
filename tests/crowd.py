"""Many people at once: accounts, entries, sittings and standings written as rows, as hand-ins would leave them."""

import random
from itertools import islice
from typing import Any

import uuid_utils
from sqlalchemy import insert, select

from quizapp.models.accounts import Account
from quizapp.models.base import Database
from quizapp.models.contests import Entry
from quizapp.models.organisations import Unit
from quizapp.models.sittings import Sitting
from quizapp.models.standings import Standing
from quizapp.rules import counting
from quizapp.rules.attempts import COUNTED
from quizapp.rules.ranking import merit
from quizapp.services.contests import Running

BATCH = 2_000


def crowd(database: Database, contest: Running, count: int, now: int, ties: int = 8, divisions: tuple[str, ...] = ("",)) -> None:
    """`count` people of the leaves of the tree, one sitting each, about `ties` of them equal in everything."""
    chance = random.Random(count)
    with database.read() as session:
        parents = set(session.scalars(select(Unit.parent_id)))
        leaves = [unit for unit in session.scalars(select(Unit.id).order_by(Unit.id)) if unit not in parents]
    people = (person(contest, number, chance.choice(leaves), chance.randrange(count // ties + 1), now, divisions) for number in range(count))
    while batch := list(islice(people, BATCH)):
        with database.write() as session:
            for table, rows in zip((Account, Entry, Sitting, Standing), zip(*batch, strict=True), strict=True):
                session.execute(insert(table), list(rows))
            session.connection().exec_driver_sql("ANALYZE")  # or PostgreSQL looks keys up in whichever index begins with the contest


def person(contest: Running, number: int, unit: int, rank: int, now: int, divisions: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    """The rows of one person, equal in result with everybody of the same `rank`."""
    account, entry, sitting = (uuid_utils.uuid7().hex for _ in range(3))
    points, time_ms, finished_at = 100 * (rank % 101), 60_000 + rank // 101, now - 1_000 - rank % 7
    division = divisions[number % len(divisions)]
    found = counting.Standing(points, time_ms, finished_at, 1)
    both = {"contest_id": contest.id, "unit_id": unit}
    shared = {**both, "points": points, "time_ms": time_ms, "finished_at": finished_at}
    made = {
        "id": sitting, "entry_id": entry, "account_id": account, "track": COUNTED, "attempt_no": 1, "day_no": 1,
        "day": "2026-06-01", "state": "handed_in", "started_at": finished_at - time_ms, "deadline": finished_at + time_ms,
        "grace_ms": 0, "paper": [], "answers": {}, "revision": 0, "of": 10_000, "right": 1, "total": 1, "valid": True, "handed_in": True,
    }  # fmt: skip
    name, phone = f"人员{number:07}", f"138{number:08}"
    return (
        {"id": account, "role": "contestant", "name": name, "phone": phone, "unit_id": unit, "created_at": now},
        {**both, "id": entry, "account_id": account, "division": division, "name": name, "phone": phone, "created_at": now},
        shared | made,
        {**shared, "entry_id": entry, "division": division, "sittings": 1, "valid": 1, "changed_at": now, "merit": merit(found, contest.rules.ties)},
    )
