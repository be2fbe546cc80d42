"""Steady sittings: start, twenty saves, hand-in, result, board. As fast as it goes, then at half of that."""

import asyncio
import os
import random
import time

from bench.cast import Cast, Plan
from bench.contestant import API, BOARD, People
from bench.load import One, Spent, closed, open_loop, together
from bench.outcome import Outcome
from bench.pace import Pace
from bench.places import Stage
from bench.seeding import SLUG, Size
from bench.wire import Record

SLICE = 5.0  # seconds, after which the machine's pace is measured again
PAUSE = 0.1  # seconds between two answers at half of capacity; only the rate of sittings decides about the load
MOST_CPU = {"postgresql": 25, "sqlite": 20}


def run(stage: Stage, plan: Plan) -> Outcome:
    people = plan.size or 2_000
    cast = Cast(stage, plan, Size(people, plan.units or 200, done=people // 2, signed_in=people))
    how = "a password sign-in before each sitting" if plan.sign_in else "people signed in before"
    outcome = Outcome("sittings", stage.engine, f"{plan.users} at once without a pause, {plan.seconds:g} s, {how}")
    asyncio.run(_load(cast, outcome))
    _statements(cast, outcome)
    return outcome


async def sit(people: People, record: Record, plan: Plan, due: float | None = None, pace: float | None = None) -> None:
    """One whole sitting of the next person, recorded as such."""
    began = time.perf_counter()
    person = people.next()
    chance = random.Random(people.turn)
    well = (await person.sign_in(people.turn)) if plan.sign_in else True
    pause = None if pace is None else lambda: chance.expovariate(1 / pace)
    well = well and await person.sit(pause, None if plan.sign_in else due)
    if well:
        record.note("whole sitting", time.perf_counter() - began)
    else:
        record.add("sitting that was not whole", 0, 0.0)


async def _load(cast: Cast, outcome: Outcome) -> None:
    plan, record, lines = cast.plan, Record(), cast.lines()
    people = cast.people(record, lines)
    spent, outcome.pace = await _in_slices(cast, lambda _: sit(people, record, plan), record)
    outcome.add("", record, spent)
    per_second = record.count("whole sitting") / spent.seconds
    _figures(outcome, record, spent)
    rate = plan.rate or per_second / 2
    if rate <= 0:
        return
    calm = Record()
    people = cast.people(calm, lines)
    meter = cast.meter()
    await open_loop(rate, plan.seconds, lambda _, due: sit(people, calm, plan, due, PAUSE))
    outcome.add(f"{rate:.1f} sittings/s", calm, meter.spent())
    name = "at the rate asked for" if plan.rate else "at half of capacity"
    outcome.figure(f"save p99 {name}", calm.table().get("save", {}).get("p99", float("nan")), "ms", most=50)
    lines.close()


async def _in_slices(cast: Cast, one: One, record: Record) -> tuple[Spent, float]:
    """As fast as it goes, for the seconds asked for: (what that cost, the pace of the machine meanwhile)."""
    plan, pace, parts = cast.plan, Pace(cast.stage), list[Spent]()
    slices = max(1, round(plan.seconds / SLICE))
    await pace.sample()
    for _ in range(slices):
        parts.append(await closed(plan.users, plan.seconds / slices, one, record, cast.meter))
        await pace.sample()
    return together(parts), pace.milliseconds


def _figures(outcome: Outcome, record: Record, spent: Spent) -> None:
    done = record.count("whole sitting")
    each = 1000 / max(1, done)
    goal = {} if "password" in outcome.setting else {"most": MOST_CPU[outcome.engine]}
    outcome.figure("sittings per second", done / spent.seconds, "/s", least=None if "password" in outcome.setting else 45)
    alone = (os.cpu_count() or 1) * 1000 / max(1.0, (spent.product + spent.generator) * each)
    outcome.figure("the same if nothing else used the machine: cores over CPU per sitting, generator included", alone, "/s")
    outcome.figure("requests per second", sum(record.statuses.values()) / spent.seconds, "/s")
    outcome.figure("CPU per sitting, application and database", spent.product * each, "ms", **goal, cpu=True)
    outcome.figure("CPU per sitting, application", spent.application * each, "ms", cpu=True)
    if outcome.engine == "postgresql":
        outcome.figure("CPU per sitting, PostgreSQL", spent.database * each, "ms", cpu=True)
    used = spent.product + spent.generator + spent.others
    outcome.figure("generator's share of the CPU used", 100 * spent.generator / max(used, 0.01), "%")


def _statements(cast: Cast, outcome: Outcome) -> None:
    """What each step asks of the database, the second time, when banks are in memory."""
    for _ in range(2):
        sitting, start = cast.inside.call(1, "POST", f"/contests/{SLUG}/sittings", {})
        item = sitting["items"][0]
        answer = True if item["kind"] == "judge" else ["A", "B"] if item["kind"] == "multiple" else ["A"]
        body = {"revision": 0, "key": "k1", "answers": {"1": answer}}
        _, save = cast.inside.call(1, "PATCH", f"/sittings/{sitting['id']}/answers", body)
        _, submit = cast.inside.call(1, "POST", f"/sittings/{sitting['id']}/submission", {"revision": 1, "key": "h"})
        _, look = cast.inside.call(1, "GET", f"/sittings/{sitting['id']}")
        _, board = cast.inside.call(1, "GET", BOARD.removeprefix(API))
    for name, asked, most in (("save", save, 1), ("start", start, 4), ("submit", submit, 6), ("result", look, None), ("board", board, None)):
        outcome.figure(f"statements per {name}", asked.statements, "", most=most)
