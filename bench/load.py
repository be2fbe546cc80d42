"""Closed and open loops, bounded in time, and the CPU that every process spends while they run."""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass

from bench.machine import cpu_of_machine, cpu_of_tree
from bench.places import Server, Stage
from bench.wire import Record

One = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds and the time in which they were spent; `others` is everybody else on the machine."""

    seconds: float
    application: float
    database: float
    generator: float
    others: float

    @property
    def product(self) -> float:
        """What the product cost: application and database, not the generator."""
        return self.application + self.database

    def table(self) -> dict[str, float]:
        parts = {"application": self.application, "postgresql": self.database, "generator": self.generator}
        return {"seconds": self.seconds, **parts, "others": self.others}


def together(parts: Sequence[Spent]) -> Spent:
    """What several spent one after the other."""
    return Spent(*(sum(figures) for figures in zip(*map(astuple, parts), strict=True)))


class Meter:
    """CPU seconds since it was made, of one server, its database and this process."""

    def __init__(self, stage: Stage, server: Server) -> None:
        self._roots = (server.pid, stage.postgres.pid if stage.postgres else None)
        self._began = self._read()

    def _read(self) -> tuple[float, ...]:
        ours = [cpu_of_tree(pid) if pid else 0.0 for pid in self._roots]
        mine = os.times()
        return (time.monotonic(), *ours, mine.user + mine.system, cpu_of_machine())

    def spent(self) -> Spent:
        seconds, application, database, generator, machine = (b - a for a, b in zip(self._began, self._read(), strict=True))
        return Spent(seconds, application, database, generator, max(0.0, machine - application - database - generator))


async def closed(users: int, seconds: float, one: One, record: Record, begin: Callable[[], Meter], warm: float = 1.0) -> Spent:
    """`users` at once do `one(user)` over and over without a pause; recorded for `seconds`, after `warm` seconds at most as long."""
    warm = min(warm, seconds)
    record.on = False
    stop = False

    async def user(number: int) -> None:
        while not stop:
            await one(number)

    running = [asyncio.ensure_future(user(number)) for number in range(users)]
    await _sleep_or_fail(warm, running)
    record.on = True
    meter = begin()
    await _sleep_or_fail(seconds, running)
    spent = meter.spent()
    record.on, stop = False, True
    await asyncio.gather(*running)
    return spent


async def open_loop(rate: float, seconds: float, one: Callable[[int, float], Awaitable[object]]) -> None:
    """Poisson arrivals, `rate` a second: `one(number, due)` begins at `due` (perf_counter) whether others are done or not."""
    chance = random.Random(11)
    due = began = time.perf_counter()
    running = set[asyncio.Future[object]]()
    number = 0
    while (due := due + chance.expovariate(rate)) < began + seconds:
        await _until(due)
        task = asyncio.ensure_future(one(number, due))
        running.add(task)
        number += 1
    if running:
        await asyncio.gather(*running)


async def at_moments(moments: list[float], one: Callable[[int, float], Awaitable[object]]) -> None:
    """`one(number, due)` begins at each of these moments (seconds from now)."""
    began = time.perf_counter()
    running = []
    for number, moment in enumerate(sorted(moments)):
        await _until(began + moment)
        running.append(asyncio.ensure_future(one(number, began + moment)))
    await asyncio.gather(*running)


async def _until(due: float) -> None:
    ahead = due - time.perf_counter()
    if ahead > 0.001:
        await asyncio.sleep(ahead)


async def _sleep_or_fail(seconds: float, running: Sequence[asyncio.Future[None]]) -> None:
    """Wait, but not for users that have failed already."""
    done, _ = await asyncio.wait(running, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()


async def cancelled(task: asyncio.Task[None]) -> None:
    """End what goes on in the background; its own failure is a failure."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
