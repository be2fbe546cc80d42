"""What the scenarios share: a choice of sizes, a world with a server in front of it, and those who come."""

import time
from dataclasses import dataclass

from bench.contestant import People
from bench.inside import Inside
from bench.load import Meter
from bench.places import Stage
from bench.seeding import Size, World
from bench.wire import Lines, Record


@dataclass(frozen=True, slots=True)
class Plan:
    """What the command line chose; None is the scenario's own."""

    users: int = 12
    seconds: float = 10.0
    size: int | None = None
    units: int | None = None
    rate: float | None = None
    bearer: bool = False
    sign_in: bool = False
    full: bool = False


class Cast:
    """A world, the server in front of it, and its people."""

    def __init__(self, stage: Stage, plan: Plan, size: Size) -> None:
        self.stage, self.plan, self.size = stage, plan, size
        began = time.monotonic()
        self.world = World(stage, size)
        self.filled_in = time.monotonic() - began
        self.inside = Inside(stage)
        self.server = stage.serve()

    def people(self, record: Record, lines: Lines, count: int | None = None, first: int = 1) -> People:
        number = self.size.signed_in if count is None else count
        return People(self.inside, lines, record, number, bearer=self.plan.bearer, first=first)

    def meter(self) -> Meter:
        return Meter(self.stage, self.server)

    def lines(self, most: int = 512) -> Lines:
        return Lines(self.server.port, most)
