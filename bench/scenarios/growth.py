"""What a save and a whole hand-in cost as stored sittings grow by powers of ten."""

import asyncio

from bench.cast import Cast, Plan
from bench.contestant import People
from bench.load import closed
from bench.outcome import Outcome
from bench.places import Stage
from bench.scenarios.floor import save_again
from bench.seeding import Size
from bench.wire import Record

USERS, SIGNED_IN = 8, 500
SIZES, LARGE = (1_000, 10_000, 100_000), (1_000, 10_000, 100_000, 1_000_000)


def run(stage: Stage, plan: Plan) -> Outcome:
    sizes = [size for size in (LARGE if plan.full else SIZES) if size < (plan.size or LARGE[-1] * 2)] + ([plan.size] if plan.size else [])
    seconds = plan.seconds / 2
    outcome = Outcome("growth", stage.engine, f"{USERS} at once, {seconds:g} s each, a stored sitting for everybody")
    cast = Cast(stage, plan, Size(sizes[0], plan.units or 2_000, sizes[0], signed_in=SIGNED_IN))
    found: dict[str, list[float]] = {"save": [], "start and hand-in": []}
    for number, size in enumerate(sizes):
        if number:
            stage.stop_servers()
            cast.world.grow(Size(size, done=size))
            cast.server = stage.serve()
        asyncio.run(_size(cast, outcome, f"{size:,}", seconds, found))
    for name, costs in found.items():
        most = 1.2 if name == "save" else None
        outcome.figure(f"{name}: CPU at {sizes[-1]:,} over that at {sizes[0]:,}", costs[-1] / costs[0], "×", most=most)
    return outcome


async def _size(cast: Cast, outcome: Outcome, label: str, seconds: float, found: dict[str, list[float]]) -> None:
    record, lines = Record(), cast.lines()
    people = cast.people(record, lines)
    persons = [people.next() for _ in range(USERS)]
    sittings = [await person.start() for person in persons]
    record = Record()

    async def save(user: int) -> None:
        await save_again(persons[user], sittings[user])

    for person in persons:
        person.browser.record = record
    spent = await closed(USERS, seconds, save, record, cast.meter)
    found["save"].append(spent.product * 1000 / max(1, record.count("save")))
    outcome.figure(f"{label}: CPU per save", found["save"][-1], "ms")
    outcome.add(f"{label}, saves", record, spent)
    record = Record()
    rest = cast.people(record, lines, SIGNED_IN - USERS, first=USERS + 1)
    spent = await closed(USERS, seconds, lambda _: _hand_in(rest), record, cast.meter)
    found["start and hand-in"].append(spent.product * 1000 / max(1, record.count("submit")))
    outcome.figure(f"{label}: CPU per start and hand-in, with the boards' job", found["start and hand-in"][-1], "ms")
    outcome.add(f"{label}, hand-ins", record, spent)
    lines.close()


async def _hand_in(people: People) -> None:
    person = people.next()
    sitting = await person.start()
    if sitting is not None:
        await person.hand_in(sitting)
