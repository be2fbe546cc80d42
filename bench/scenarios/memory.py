"""How large a process is before and after many sittings."""

import asyncio

from bench.cast import Cast, Plan
from bench.machine import descendants, is_worker, memory_of
from bench.outcome import Outcome
from bench.places import Stage
from bench.scenarios.exports import MIB
from bench.scenarios.sittings import sit
from bench.seeding import Size
from bench.wire import Record

WARM = 300  # sittings after which everything has been loaded


def run(stage: Stage, plan: Plan) -> Outcome:
    count = plan.size or (20_000 if plan.full else 1_500)
    people = min(count, 5_000)
    cast = Cast(stage, plan, Size(people, plan.units or 200, signed_in=people))
    outcome = Outcome("memory", stage.engine, f"{count:,} sittings after the first {WARM}")
    asyncio.run(_grow(cast, outcome, count))
    return outcome


def workers(pid: int) -> dict[int, int]:
    """Resident bytes of every process of the server."""
    return {one: memory_of(one) for one in [pid, *descendants(pid)] if is_worker(one)}


async def _grow(cast: Cast, outcome: Outcome, count: int) -> None:
    record, lines = Record(), cast.lines()
    people = cast.people(record, lines)

    async def many(number: int) -> None:
        left = iter(range(number))

        async def user() -> None:
            for _ in left:
                await sit(people, record, cast.plan)

        await asyncio.gather(*(user() for _ in range(cast.plan.users)))

    await many(WARM)
    before = workers(cast.server.pid)
    meter = cast.meter()
    await many(count)
    spent, after = meter.spent(), workers(cast.server.pid)
    outcome.add("", record, spent)
    largest = max(after, key=lambda pid: after[pid])
    outcome.figure("largest process after the sittings", after[largest] / MIB, "MiB", most=150)
    outcome.figure("its growth", (after[largest] - before.get(largest, 0)) / MIB, "MiB")
    outcome.figure("all processes after the sittings", sum(after.values()) / MIB, "MiB")
    lines.close()
