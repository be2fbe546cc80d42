"""What a scenario found: figures beside their goals, reply times, CPU by process, faults."""

from dataclasses import asdict, dataclass, field
from typing import Any

from bench.load import Spent
from bench.pace import GOALS
from bench.wire import Record


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value, and the goal that it must not exceed (`most`) or must reach (`least`), where there is one; `cpu` where it
    is nothing but work, so that a machine half as fast needs twice as much."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    cpu: bool = False

    @property
    def met(self) -> bool | None:
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def at(self, pace: float) -> float | None:
        """What it would be on the machine for which the goals were written down; `pace` as `Outcome.pace`."""
        return self.value * GOALS / pace if self.cpu and pace else None


@dataclass
class Outcome:
    """One run of one scenario on one engine."""

    scenario: str
    engine: str
    setting: str
    figures: list[Figure] = field(default_factory=list)
    requests: dict[str, dict[str, float]] = field(default_factory=dict)
    cpu: dict[str, dict[str, float]] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    pace: float = 0.0  # milliseconds of CPU of a constant reply meanwhile, or just before and after: see bench.pace

    def figure(
        self, name: str, value: float, unit: str, *, most: float | None = None, least: float | None = None, cpu: bool = False
    ) -> None:
        self.figures.append(Figure(name, value, unit, most, least, cpu))

    def add(self, phase: str, record: Record, spent: Spent | None = None) -> None:
        """The reply times and faults of one phase, and what it cost."""
        prefix = f"{phase}: " if phase else ""
        self.requests |= {prefix + kind: row for kind, row in record.table().items()}
        for fault, count in record.faults().items():
            self.faults[prefix + fault] = self.faults.get(prefix + fault, 0) + count
        if spent is not None:
            self.cpu[phase or "whole run"] = spent.table()

    def disturbance(self) -> float:
        """The share of the CPU used that was somebody else's, of 1."""
        others = sum(row["others"] for row in self.cpu.values())
        return others / max(0.01, sum(sum(row.values()) - row["seconds"] for row in self.cpu.values()))

    def plain(self) -> dict[str, Any]:
        return asdict(self)
