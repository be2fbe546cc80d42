"""Everybody refreshes the boards while others save and hand in; from a thousand people to a million."""

import asyncio
import random
import re
import time
from datetime import datetime

from sqlalchemy import func, select

from bench.cast import Cast, Plan
from bench.contestant import API, BOARD, People
from bench.load import Spent, cancelled, closed, open_loop
from bench.outcome import Outcome
from bench.places import Stage
from bench.seeding import SLUG, Size
from bench.wire import Browser, Lines, Record, Reply
from quizapp.models.boards import BoardState
from quizapp.models.contests import Contest
from quizapp.models.organisations import UnitState
from quizapp.services.boards import SETTLED_AFTER

READERS, WRITES = 16, 2.0  # connections that read; sittings a second that go on meanwhile
RATE = 1500  # requests a second that every board must bear
SIZES, LARGE = (10_000, 100_000), (1_000, 10_000, 100_000, 1_000_000)
UNITS = f"{API}/contests/{SLUG}/units"
SIGNED_IN = 500
_AS_OF = re.compile(rb'"as_of":"([^"]+)"')


def run(stage: Stage, plan: Plan) -> Outcome:
    sizes = (plan.size,) if plan.size else LARGE if plan.full else SIZES
    units = plan.units or (200_000 if plan.full else 20_000)
    seconds = plan.seconds if plan.full else plan.seconds / 3
    setting = f"{READERS} connections, {seconds:.1f} s each, {units:,} units, {WRITES:g} sittings a second meanwhile"
    outcome = Outcome("boards", stage.engine, setting)
    cast = Cast(stage, plan, Size(sizes[0], units, sizes[0] - SIGNED_IN // 2, stored=False, signed_in=min(SIGNED_IN, sizes[0])))
    outcome.notes.append(f"{sizes[0]:,} people and {units:,} units were filled in in {cast.filled_in:.0f} s.")
    for number, size in enumerate(sizes):
        if number:
            stage.stop_servers()
            cast.world.grow(Size(size, units, size, stored=False))
            cast.server = stage.serve()
        asyncio.run(_size(cast, outcome, size, seconds))
    return outcome


class Reader:
    """One address, read over and over; with `unchanged` the reader shows the tag of the reply before."""

    def __init__(self, browser: Browser, kind: str, path: str, unchanged: bool = False) -> None:
        self._browser, self.kind, self._path, self.unchanged = browser, kind, path, unchanged
        self._tag, self.ages, self._reads = b"", list[float](), 0

    @property
    def kind_at_rate(self) -> str:
        return f"{self.kind}, {RATE:,} a second"

    async def read(self, _: int, due: float | None = None) -> Reply:
        """One request, at once or at the moment when it is `due`."""
        extra = b"If-None-Match: %b\r\n" % self._tag if self._tag else b""
        kind = self.kind if due is None else self.kind_at_rate
        reply = await self._browser.call(kind, "GET", self._path, extra=extra, due=due)
        self._tag = (reply.header(b"etag") if reply.status == 200 else self._tag) if self.unchanged else b""
        self._reads += 1
        if self._reads % 20 == 1 and (age := _age(reply)) is not None:
            self.ages.append(age)
        return reply


def _age(reply: Reply) -> float | None:
    """Seconds since the moment that a board shows."""
    found = _AS_OF.search(reply.body)
    return found and time.time() - datetime.fromisoformat(found[1].decode().replace("Z", "+00:00")).timestamp()


async def _size(cast: Cast, outcome: Outcome, size: int, seconds: float) -> None:
    record, lines = Record(), cast.lines()
    label = f"{size:,}"
    writing = Record()
    writers = asyncio.ensure_future(_write(cast.people(writing, lines, cast.size.signed_in)))
    town = cast.world.companies.start - 1
    cases = [
        Reader(Browser(lines, record), f"{label}: board", BOARD),
        Reader(Browser(lines, record), f"{label}: board, unchanged", BOARD, unchanged=True),
        Reader(Browser(lines, record), f"{label}: board page", f"/c/{SLUG}/board"),
        Reader(Browser(lines, record), f"{label}: units of a town", f"{UNITS}?under=99{town:08d}"),
        Reader(Browser(lines, record), f"{label}: all companies", f"{UNITS}?kind=%E4%BC%81%E4%B8%9A"),
        Reader(Browser(lines, record), f"{label}: units page", f"/c/{SLUG}/units"),
    ]
    try:
        await _caught_up(cases[0], record)
        if cast.plan.full:
            await _looked_at(cast)
        for case in cases:
            spent = await closed(READERS, seconds, case.read, record, cast.meter, warm=0.5)
            record.on = True
            await open_loop(RATE, seconds, case.read)
            _figures(outcome, record, case, spent)
        await _my_place(cast, outcome, record, lines, label, seconds)
    finally:
        await cancelled(writers)
    _in_database(cast, outcome, label)
    outcome.add("", record)
    outcome.add(f"{label}: meanwhile", writing)
    lines.close()


async def _caught_up(board: Reader, record: Record, patience: float = 30) -> None:
    """The servers have just been started, and the board is of before: until their job has had a turn."""
    began, record.on = time.time(), False
    while (_age(await board.read(0)) or patience) > time.time() - began:
        if time.time() - began > patience:
            raise TimeoutError("the board was not brought up to date")
        await asyncio.sleep(0.1)
    board.ages.clear()
    record.on = True


async def _looked_at(cast: Cast, patience: float = 900) -> None:
    """Tree and contest have just been set up: for a minute all units are looked at again, a twentieth of the time."""
    began = time.time()
    while True:
        with cast.stage.database.read() as session:
            looked_at, *changed_at = (session.scalar(select(func.max(at))) or 0 for at in (BoardState.tree_at, UnitState.from_at, Contest.changed_at))
        if looked_at > max(changed_at) + SETTLED_AFTER:
            return
        if time.time() - began > patience:
            raise TimeoutError("the units were not looked at")
        await asyncio.sleep(0.5)


async def _write(people: People) -> None:
    """Sittings go on while others read."""
    chance = random.Random(9)
    await open_loop(WRITES, 3600, lambda _, due: people.next().sit(lambda: chance.expovariate(10), due))


def _figures(outcome: Outcome, record: Record, case: Reader, spent: Spent) -> None:
    kind = case.kind
    tables = record.table()
    if kind not in tables or case.kind_at_rate not in tables:
        outcome.notes.append(f"{kind}: no reply that was well.")
        return
    table = tables[kind]
    outcome.figure(f"{kind}: requests per second", table["count"] / spent.seconds, "/s", least=RATE)
    outcome.figure(f"{kind}: p99 as fast as they go", table["p99"], "ms")
    outcome.figure(f"{case.kind_at_rate}: p99", tables[case.kind_at_rate]["p99"], "ms", most=20)
    if case.unchanged:
        told = sum(n for (name, status), n in record.statuses.items() if (name, status) == (kind, 304))
        outcome.figure(f"{kind}: replies 304", 100 * told / table["count"], "%")
    if case.ages:
        outcome.figure(f"{kind}: oldest as_of at its arrival", max(case.ages), "s", most=5)
    outcome.cpu[kind] = spent.table()


async def _my_place(cast: Cast, outcome: Outcome, record: Record, lines: Lines, label: str, seconds: float) -> None:
    """One's own place, one request after another, by people all over the board."""
    kind = f"{label}: board with my place"
    people = cast.people(record, lines, cast.size.signed_in)
    spent = await closed(1, seconds, lambda _: people.next().browser.call(kind, "GET", BOARD), record, cast.meter, warm=0.2)
    outcome.figure(f"{kind}: p50", record.table()[kind]["p50"], "ms")
    outcome.cpu[kind] = spent.table()


def _in_database(cast: Cast, outcome: Outcome, label: str) -> None:
    """The same asked within this process: the seconds that the database takes."""
    asked = [cast.inside.call(n % 11 + 1, "GET", BOARD.removeprefix(API))[1] for n in range(44)][11:]
    asked.sort(key=lambda one: one.seconds)
    outcome.figure(f"{label}: my place, database time (median)", asked[len(asked) // 2].seconds * 1000, "ms", most=5)
    outcome.figure(f"{label}: my place, database time (least)", asked[0].seconds * 1000, "ms")
    outcome.figure(f"{label}: my place, statements", asked[0].statements, "")
