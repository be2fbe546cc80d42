"""How fast the machine is just now: hosts that are shared with others differ by half from one hour to the next."""

import asyncio
from functools import partial

from bench.load import Meter, closed
from bench.places import Stage
from bench.wire import Browser, Lines, Record

GOALS = 0.12
"""Milliseconds of CPU of the floor application's constant reply on the machine for which the goals were written down."""
USERS, SECONDS = 16, 1.5


class Pace:
    """Samples of it, taken just before, between and after what is measured: minutes differ too."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._floor = stage, stage.serve_floor()
        self._cpu, self._count = 0.0, 0

    async def sample(self) -> None:
        record, lines = Record(), Lines(self._floor.port)
        browser = Browser(lines, record)
        spent = await closed(
            USERS, SECONDS, lambda _: browser.call("constant", "GET", "/constant"), record, partial(Meter, self._stage, self._floor), warm=0.5
        )
        lines.close()
        self._cpu += spent.application
        self._count += record.count("constant")

    @property
    def milliseconds(self) -> float:
        """Of CPU, for a constant reply."""
        return self._cpu * 1000 / max(1, self._count)


def pace(stage: Stage) -> float:
    """Milliseconds of CPU of a constant reply, now."""
    made = Pace(stage)
    asyncio.run(made.sample())
    stage.stop_servers()
    return made.milliseconds
