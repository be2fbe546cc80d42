"""One answer save beside the least that the same stack can do, in turns, so that both meet the same machine."""

import asyncio
from functools import partial

from bench.cast import Cast, Plan
from bench.contestant import Contestant, Sitting
from bench.load import Meter, Spent, closed
from bench.outcome import Outcome
from bench.places import Server, Stage
from bench.seeding import Size
from bench.wire import Browser, Lines, Record

USERS, ROUNDS = 16, 3
NOTHING = Spent(0, 0, 0, 0, 0)


def run(stage: Stage, plan: Plan) -> Outcome:
    cast = Cast(stage, plan, Size(200, 50, done=100, signed_in=USERS))
    floor = stage.serve_floor()
    seconds = plan.seconds / ROUNDS
    outcome = Outcome("floor", stage.engine, f"{USERS} connections, {ROUNDS} turns of {seconds:.1f} s each")
    asyncio.run(_turns(cast, floor, seconds, outcome))
    return outcome


async def _turns(cast: Cast, floor: Server, seconds: float, outcome: Outcome) -> None:
    record, lines = Record(), cast.lines()
    least = Browser(Lines(floor.port), record)
    people = cast.people(record, lines)
    persons = [people[n] for n in range(USERS)]
    sittings = [await person.start() for person in persons]
    assert all(sittings)
    told = {"revision": 3, "key": "k3", "answers": {"7": ["A"]}}

    async def save(user: int) -> None:
        await save_again(persons[user], sittings[user])

    work = {
        "constant": (floor, lambda _: least.call("constant", "GET", "/constant")),
        "upsert": (floor, lambda user: least.call("upsert", "PATCH", f"/upsert/{user}", told)),
        "save": (cast.server, save),
    }
    record.times.clear()
    spent = dict.fromkeys(work, NOTHING)
    for _ in range(ROUNDS):
        for name, (server, one) in work.items():
            turn = await closed(USERS, seconds, one, record, partial(Meter, cast.stage, server), warm=0.3)
            spent[name] = plus(spent[name], turn)
    outcome.requests = record.table()
    outcome.faults = record.faults()
    outcome.cpu = {name: one.table() for name, one in spent.items()}
    _figures(outcome, record, spent)


def plus(one: Spent, other: Spent) -> Spent:
    return Spent(*(getattr(one, name) + getattr(other, name) for name in Spent.__slots__))


async def save_again(person: Contestant, sitting: Sitting | None) -> None:
    """The next item of the paper, from the beginning after the last."""
    assert sitting is not None
    await person.save(sitting, sitting.items[sitting.revision % len(sitting.items)])


def _figures(outcome: Outcome, record: Record, spent: dict[str, Spent]) -> None:
    application = {name: one.application * 1000 / max(1, record.count(name)) for name, one in spent.items()}
    for name, one in spent.items():
        outcome.figure(f"{name}: requests per second", record.count(name) / one.seconds, "/s")
        outcome.figure(f"{name}: application CPU", application[name], "ms")
        if outcome.engine == "postgresql" and name != "constant":
            outcome.figure(f"{name}: PostgreSQL CPU", one.database * 1000 / max(1, record.count(name)), "ms")
    outcome.figure("one answer save over the floor's upsert, application CPU", application["save"] / application["upsert"], "×", most=1.5)
