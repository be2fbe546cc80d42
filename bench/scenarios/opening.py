"""The opening minute: many press start within a short time, on the clock, while others already save."""

import asyncio
import random

from bench.cast import Cast, Plan
from bench.contestant import Contestant, Sitting
from bench.load import at_moments
from bench.outcome import Outcome
from bench.places import Stage
from bench.seeding import Size
from bench.wire import Record

ALREADY, EVERY = 50, 1.0  # people who sit before it opens, and seconds between two of their saves
THINKS = 15.0  # seconds that somebody who has just started takes for an answer


def run(stage: Stage, plan: Plan) -> Outcome:
    people, within = (5_000, 60.0) if plan.full else (1_000, 12.0)
    people = plan.size or people
    within = plan.seconds if plan.size and not plan.full else within
    cast = Cast(stage, plan, Size(people + ALREADY, plan.units or 200, signed_in=people + ALREADY))
    setting = f"{people:,} people press start within {within:g} s, then save every {THINKS:g} s; {ALREADY} sit already and save every {EVERY:g} s"
    outcome = Outcome("opening", stage.engine, setting)
    asyncio.run(_open(cast, outcome, people, within))
    return outcome


async def _open(cast: Cast, outcome: Outcome, count: int, within: float) -> None:
    record, lines = Record(), cast.lines()
    people = cast.people(record, lines)
    early = [people[count + n] for n in range(ALREADY)]
    sittings = [await person.start() for person in early]
    newcomers = Record()
    comers = cast.people(newcomers, lines, count)
    record.times.clear()
    meter, end = cast.meter(), asyncio.get_running_loop().time() + within
    seated = 0

    async def come(number: int, due: float) -> None:
        nonlocal seated
        person = comers[number]
        sitting = await person.start(due)
        seated += sitting is not None
        if sitting is not None:
            await _save_until(end, person, sitting, THINKS)

    chance = random.Random(5)
    saving = [_save_until(end, person, sitting, EVERY) for person, sitting in zip(early, sittings, strict=True) if sitting]
    await asyncio.gather(at_moments([chance.uniform(0, within) for _ in range(count)], come), *saving)
    spent = meter.spent()
    outcome.add("sitting already", record)
    outcome.add("newcomers", newcomers, spent)
    _figures(outcome, record, newcomers, spent.seconds, seated, count)
    lines.close()


async def _save_until(end: float, person: Contestant, sitting: Sitting, every: float) -> None:
    """Save an answer every now and then until the end."""
    loop, chance = asyncio.get_running_loop(), random.Random(sitting.id)
    while (ahead := chance.expovariate(1 / every)) + loop.time() < end:
        await asyncio.sleep(ahead)
        await person.save(sitting, sitting.items[sitting.revision % len(sitting.items)])


def _figures(outcome: Outcome, record: Record, newcomers: Record, seconds: float, seated: int, count: int) -> None:
    outcome.figure("save p99 of those who sat already", record.table()["save"]["p99"], "ms", most=500)
    table = newcomers.table()
    for name in ("start", "start until seated"):
        for share in ("p50", "p99"):
            outcome.figure(f"{name} {share}", table.get(name, {}).get(share, float("nan")), "ms")
    outcome.figure("seated", seated, f"of {count:,}", least=count)
    outcome.figure("places in the line given out", newcomers.count("start: a place in the line"), "")
    outcome.figure("until the last one was answered", seconds, "s")
