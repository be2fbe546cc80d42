"""Made-up people, units, sittings and standings, by the million: written by the database itself, not through the services."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Table, create_engine, event, text

from bench.places import SECRET, Stage
from quizapp import jobs
from quizapp.app import now_ms
from quizapp.models.accounts import OneTimeCode, SignIn
from quizapp.models.organisations import Unit, UnitState
from quizapp.rules.contests import Clock, ContestRules
from quizapp.rules.counting import Standing, Tie
from quizapp.rules.items import Bank, Item, Kind
from quizapp.rules.papers import Draw, PaperBlueprint, draw
from quizapp.rules.ranking import merit
from quizapp.services import accounts, banks, contests, papers
from quizapp.services.audit import CLI
from quizapp.services.contests import Running

SLUG = "bench"
PASSWORD = "a password of the bench"
HOUR, DAY = 3_600_000, 86_400_000
TIES = (Tie.TIME, Tie.FINISH)
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文玉兰红春梅"

# What differs between the engines; everything else is one SQL.
WORDS = {
    "postgresql": {
        "numbers": "generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS t(n)",
        "id": "CAST(lpad(to_hex(n), 32, '0') AS uuid)",
        "merit": "decode(lpad(to_hex(points), 16, '0') || to_hex(-1 - time_ms) || to_hex(-1 - finished_at), 'hex')",
        "json": "CAST(:{} AS jsonb)",
        "padded": "lpad(CAST(n AS text), 8, '0')",
    },
    "sqlite": {
        "numbers": "(WITH RECURSIVE t(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM t WHERE n < :last) SELECT n FROM t) AS t",
        "id": "printf('%032x', n)",
        "merit": "bench_merit(points, time_ms, finished_at)",
        "json": ":{}",
        "padded": "printf('%08d', n)",
    },
}
ACCOUNTS = """
INSERT INTO accounts (id, login, password, role, name, phone, number, unit_id, on_roster, must_change_password, created_at)
SELECT {id}, 'p' || n, :password, 'contestant', substr(:family, CAST(1 + n % 20 AS int), 1) || substr(:given, CAST(1 + n / 20 % 32 AS int), 1)
  || substr(:given, CAST(1 + n / 640 % 32 AS int), 1), '100' || {padded}, {padded}, {unit}, true, false, :now
FROM {numbers}
"""
ENTRIES = """
INSERT INTO entries (contest_id, id, account_id, unit_id, division, name, phone, identity, counts, may_publish, unit_changes, created_at)
SELECT :contest, {id}, {id}, {unit}, '', substr(:family, CAST(1 + n % 20 AS int), 1) || substr(:given, CAST(1 + n / 20 % 32 AS int), 1)
  || substr(:given, CAST(1 + n / 640 % 32 AS int), 1), '100' || {padded}, '100' || {padded}, true, false, 0, :now
FROM {numbers}
"""
DONE = """
(SELECT n, n * 2654435761 % 21 * 500 AS points, 60000 + n * 40503 % 1100000 AS time_ms,
        :now - 3600000 - n * 7919 % 500000000 AS finished_at FROM {numbers}) AS done
"""
SITTINGS = """
INSERT INTO sittings (contest_id, id, entry_id, account_id, unit_id, track, attempt_no, day, day_no, state, started_at, deadline,
  grace_ms, paper, answers, revision, last_key, saved_at, finished_at, handed_in, points, "of", "right", total, valid, time_ms, marks, receipt)
SELECT :contest, {id}, {id}, {id}, {unit}, 'counted', 1, :day, 1, 'handed_in', finished_at - time_ms, finished_at - time_ms + 1200000,
  2000, {json_paper}, {json_answers}, 20, 'k20', finished_at, finished_at, true, points, 10000, points / 500, 20, true, time_ms, {json_marks},
  'AAAA-BBBB-CCCC-DDDD'
FROM {done}
"""
STANDINGS = """
INSERT INTO standings (contest_id, entry_id, division, unit_id, points, time_ms, finished_at, sittings, valid, merit, changed_at)
SELECT :contest, {id}, '', {unit}, points, time_ms, finished_at, 1, 1, {merit}, finished_at FROM {done}
"""
SHARES = """
INSERT INTO unit_shares (contest_id, entry_id, unit_id, points, sittings, valid, scored, "full")
SELECT :contest, {id}, {unit}, points, 1, 1, CASE WHEN points > 0 THEN 1 ELSE 0 END, CASE WHEN points = 10000 THEN 1 ELSE 0 END FROM {done}
"""
OPEN = """
INSERT INTO sittings (contest_id, id, entry_id, account_id, unit_id, track, attempt_no, day, day_no, state, started_at, deadline,
  grace_ms, total, paper, answers, revision)
SELECT :contest, {id}, {id}, {id}, {unit}, 'counted', 1, :day, 1, 'open', :now, :deadline, 2000, 20, {json_paper}, {json_empty}, 0
FROM {numbers}
"""


@dataclass(frozen=True, slots=True)
class Size:
    """People are numbered from 1. `done` of them have a standing, with a stored sitting where `stored`."""

    people: int
    units: int = 100
    done: int = 0
    stored: bool = True
    signed_in: int = 0
    codes: int = 0


class World:
    """A bank, a contest that is open now, units and people; can be made larger."""

    def __init__(self, stage: Stage, size: Size) -> None:
        self.stage, self.now = stage, now_ms()
        self.contest = self._contest()
        self.paper = self._paper()
        self._units = _levels(size.units)
        self._engine = _filling(stage)
        with self._engine.begin() as connection:
            self._write_units(connection)
        self.people = 0
        self.grow(size)

    def _contest(self) -> Running:
        with self.stage.database.write() as session:
            banks.import_bank(session, CLI, bank(), self.now)
            return contests.apply_contest(session, CLI, rules(self.now), self.now)

    @property
    def companies(self) -> range:
        """The ids of the units that people belong to."""
        return self._units[-1]

    def grow(self, size: Size) -> None:
        """Add people until there are `size.people`; `done` of the new ones have a standing."""
        first, self.people = self.people + 1, size.people
        done = {"first": first, "last": min(first + size.done - 1, size.people)} if size.done else {}
        with self._engine.begin() as connection:
            self._run(connection, ACCOUNTS, first=first, last=size.people, password=accounts.hash_password(PASSWORD))
            self._run(connection, ENTRIES, first=first, last=size.people)
            for statement in (SITTINGS, STANDINGS, SHARES) if size.stored else (STANDINGS, SHARES):
                if done:
                    self._run(connection, statement, **done)
            self._write_keys(connection, size)
        self._tidy()
        self._engine.dispose()
        jobs.rebuild_snapshots(self.stage.database, now_ms())

    def open_sittings(self, count: int, deadline: int) -> None:
        """The first `count` people, who have none, sit at a paper that ends at `deadline`."""
        with self._engine.begin() as connection:
            self._run(connection, OPEN, first=1, last=count, deadline=deadline)
        self._engine.dispose()

    def _run(self, connection: Connection, statement: str, **values: Any) -> None:
        words = dict(WORDS[self.stage.engine])
        company = f"{self.companies.start} + n * 7919 % {len(self.companies)}"
        words |= {f"json_{name}": words["json"].format(name) for name in ("paper", "answers", "marks", "empty")}
        words |= {"unit": f"CAST({company} AS int)", "done": DONE.format(**words)}
        sql = text(statement.format(**words))
        known = {**self._values(), **values}
        connection.execute(sql, {name: known[name] for name in sql.compile().params})

    def _values(self) -> dict[str, Any]:
        return {
            "contest": self.contest.id, "now": self.now, "day": "2026-01-01", "family": FAMILY, "given": GIVEN,
            "paper": orjson.dumps(self.paper).decode(), "empty": "{}",
            "answers": orjson.dumps({str(n): ["A"] for n in range(1, 21)}).decode(),
            "marks": orjson.dumps([500] * 10 + [0] * 10).decode(),
        }  # fmt: skip

    def _paper(self) -> dict[str, Any]:
        drawn = draw({SLUG: bank().items}, self.contest.rules.blueprint, "bench")
        return {"banks": self.contest.banks, "items": papers.freeze(drawn)}

    def _write_keys(self, connection: Connection, size: Size) -> None:
        later = self.now + 30 * DAY
        given: list[tuple[Any, list[dict[str, Any]]]] = [
            (SignIn, [
                {"id": accounts.fingerprint(token(n)), "account_id": f"{n:032x}", "created_at": self.now, "expires_at": later}
                for n in range(1, size.signed_in + 1)
            ]),
            (OneTimeCode, [
                {"id": accounts.code_fingerprint(SECRET, code(n)), "account_id": f"{n:032x}", "created_at": self.now, "expires_at": later}
                for n in range(1, size.codes + 1)
            ]),
        ]  # fmt: skip
        for model, rows in given:
            if rows:
                connection.execute(_table(model).insert(), rows)

    def _write_units(self, connection: Connection) -> None:
        rows = list(_unit_rows(self._units, self.now))
        connection.execute(_table(Unit).insert(), rows)
        states = [
            {"unit_id": r["id"], "parent_id": r["parent_id"], "name": r["name"], "kind": r["kind"], "headcount": r["headcount"],
             "from_at": self.now - 8 * DAY}
            for r in rows
        ]  # fmt: skip
        connection.execute(_table(UnitState).insert(), states)

    def _tidy(self) -> None:
        """What a database that grew slowly would have had long ago."""
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE" if self.stage.engine == "postgresql" else "ANALYZE")
            connection.exec_driver_sql("CHECKPOINT" if self.stage.engine == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")


def _table(model: Any) -> Table:
    found: Table = model.__table__
    return found


def token(number: int) -> str:
    """The bearer token of a made-up person who is signed in."""
    return f"bench-token-of-person-{number}"


def code(number: int) -> str:
    """The one-time code of a made-up person."""
    letters = accounts.LETTERS
    return "".join(letters[number >> (5 * place) & 31] for place in range(8))


def _filling(stage: Stage) -> Engine:
    """An engine that fills tables fast: no waiting for the disk, no checks of references that are right by construction."""
    engine = create_engine(stage.url)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        if stage.engine == "postgresql":
            connection.execute("SET session_replication_role = replica")
            connection.execute("SET synchronous_commit = off")
            connection.execute("SET TIME ZONE 'UTC'")
            connection.commit()
        else:
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute("PRAGMA synchronous=OFF")
            connection.create_function("bench_merit", 3, _merit, deterministic=True)

    return engine


def _merit(points: int, time_ms: int, finished_at: int) -> bytes:
    return merit(Standing(points, time_ms, finished_at, 1), TIES)


def _levels(count: int) -> Sequence[range]:
    """Ids of province, cities, counties, towns and companies: about 13 cities, 100 counties, 1,500 towns among 200,000."""
    towns = max(1, min(1_500, count // 20))
    counties, cities = max(1, towns // 15), max(1, towns // 115)
    sizes = [1, cities, counties, towns]
    sizes.append(max(1, count - sum(sizes)))
    starts = [1 + sum(sizes[:n]) for n in range(len(sizes))]
    return [range(start, start + size) for start, size in zip(starts, sizes, strict=True)]


def _unit_rows(levels: Sequence[range], now: int) -> Iterator[dict[str, Any]]:
    paths = {0: "/"}
    for kind, ids, above in zip(("省", "市", "区县", "镇街", "企业"), levels, [range(0), *levels], strict=False):
        for number, unit in enumerate(ids):
            parent = above[number % len(above)] if above else None
            paths[unit] = f"{paths[parent or 0]}{unit}/"
            name, number_text = f"示例{kind}{number + 1}", f"99{unit:08d}"
            yield {
                "id": unit, "code": number_text, "name": name, "kind": kind, "parent_id": parent, "path": paths[unit],
                "headcount": 5 + unit % 40 if kind == "企业" else None, "aliases": [], "search": f"{name} {number_text}",
                "link": f"link{unit:08d}", "created_at": now,
            }  # fmt: skip


def bank(count: int = 400) -> Bank:
    """Single, multiple and judge items in turn, as long as those of real banks."""
    items = []
    for n in range(count):
        kind = (Kind.SINGLE, Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE)[n % 4]
        choices = () if kind is Kind.JUDGE else tuple(f"第{n}题的选项{c}，一项平常的安全措施" for c in range(4))
        key: Any = n % 8 < 4 if kind is Kind.JUDGE else (0, 2) if kind is Kind.MULTIPLE else (n // 4 % 4,)
        stem = f"第{n}题：生产经营单位的主要负责人对本单位安全生产工作负有的职责，下列说法正确的是"
        items.append(Item(f"{SLUG}-{n:06d}", kind, stem, key, choices, "总则", explain=f"第{n}题的解析。", cite=("安全生产法 第五条",)))
    return Bank(SLUG, "压测题库", "压测", tuple(items))


def rules(now: int) -> ContestRules:
    """A contest open for a week before and after, without limits: ten single, five multiple, five judge items in twenty minutes."""
    draws = tuple(Draw(SLUG, count, 500, kind) for kind, count in ((Kind.SINGLE, 10), (Kind.MULTIPLE, 5), (Kind.JUDGE, 5)))
    return ContestRules(
        slug=SLUG, title="压测竞赛", opens_at=now - 7 * DAY, last_start=now + 7 * DAY, closes_at=now + 7 * DAY,
        blueprint=PaperBlueprint(draws), clock=Clock(paper_ms=20 * 60_000), ties=TIES,
    )  # fmt: skip
