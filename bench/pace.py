"""How fast the machine is just now: hosts that are shared with others differ by half from one hour to the next."""

import asyncio
from functools import partial

from bench.load import Meter, closed
from bench.places import Stage
from bench.wire import Browser, Lines, Record

GOALS = 0.12
"""Milliseconds of CPU of the floor application's constant reply on the machine for which the goals were written down."""
USERS, SECONDS = 16, 1.5


def pace(stage: Stage) -> float:
    """Milliseconds of CPU of a constant reply, now."""
    return asyncio.run(_pace(stage))


async def _pace(stage: Stage) -> float:
    record, floor = Record(), stage.serve_floor()
    lines = Lines(floor.port)
    browser = Browser(lines, record)
    spent = await closed(
        USERS, SECONDS, lambda _: browser.call("constant", "GET", "/constant"), record, partial(Meter, stage, floor), warm=0.5
    )
    lines.close()
    stage.stop_servers()
    return spent.application * 1000 / max(1, record.count("constant"))
