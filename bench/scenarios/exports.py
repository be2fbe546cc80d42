"""Results as files, by the command line: seconds, CPU and peak memory of the command."""

import os
import subprocess
import time
from collections.abc import Sequence

from bench.cast import Plan
from bench.load import Spent
from bench.machine import cpu_of_machine, cpu_of_tree, memory_of, program
from bench.outcome import Outcome
from bench.places import Stage
from bench.seeding import SLUG, Size, World

MIB = 1024 * 1024
GOALS = {(100_000, "xlsx"): 7, (1_000_000, "xlsx"): 70, (100_000, "csv"): 1.75, (1_000_000, "csv"): 17.5}
"""Seconds, of XlsxWriter, which is used; a writer without totals below the rows would have to take 4 and 40. csv a quarter of it."""


def run(stage: Stage, plan: Plan) -> Outcome:
    sizes = (plan.size,) if plan.size else (100_000, 1_000_000) if plan.full else (100_000,)
    units = plan.units or 20_000
    outcome = Outcome("exports", stage.engine, f"`quizapp results people`, {units:,} units")
    world = World(stage, Size(sizes[0], units, sizes[0], stored=False))
    for number, size in enumerate(sizes):
        if number:
            world.grow(Size(size, units, size, stored=False))
        for layout in ("csv", "xlsx"):
            _export(stage, outcome, size, layout)
    return outcome


def _export(stage: Stage, outcome: Outcome, size: int, layout: str) -> None:
    target = stage.folder / f"people.{layout}"
    command = [program("quizapp"), "results", "people", SLUG, "--format", layout, "-o", str(target)]
    spent, memory = measured(command, stage)
    name = f"{size:,} people as {layout}"
    outcome.cpu[name] = spent.table()
    outcome.figure(f"{name}: time", spent.seconds, "s", most=GOALS.get((size, layout)), cpu=True)
    outcome.figure(f"{name}: CPU of the command", spent.application, "s", cpu=True)
    outcome.figure(f"{name}: peak memory", memory / MIB, "MiB", most=300)
    outcome.figure(f"{name}: file", target.stat().st_size / MIB, "MiB")
    target.unlink()


def measured(command: Sequence[str], stage: Stage) -> tuple[Spent, int]:
    """(what it cost, peak resident bytes) of a command that must succeed."""
    log = stage.folder / "command.log"

    def read() -> tuple[float, float, float]:
        return time.monotonic(), cpu_of_machine(), cpu_of_tree(stage.postgres.pid) if stage.postgres else 0.0

    began = read()
    with log.open("wb") as out:
        started = subprocess.Popen(command, env=stage.environ(), cwd=stage.folder, stdout=out, stderr=out)
    try:
        peak = 0
        while not (ended := os.wait4(started.pid, os.WNOHANG))[0]:
            peak = max(peak, memory_of(started.pid, "VmHWM"))
            time.sleep(0.01)
    except BaseException:
        started.kill()
        raise
    seconds, machine, database = (b - a for a, b in zip(began, read(), strict=True))
    _, status, used = ended
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode:
        raise RuntimeError(f"{' '.join(command)}: {log.read_text(errors='replace')[-2000:]}")
    cpu = used.ru_utime + used.ru_stime
    return Spent(seconds, cpu, database, 0.0, max(0.0, machine - cpu - database)), peak
