"""docs/performance.md: every scenario's newest outcome, kept as data beside it so that one can be measured again alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.outcome import Figure, Outcome
from bench.pace import GOALS

HEAD = """# Performance, measured

Written by `bench/`; do not edit. `make bench` measures the usual set again, `python -m bench --help` shows how to choose scenarios, engines and sizes.
Application, database and load generator share the cores of one machine, over the loopback and PostgreSQL's socket; the generator sends as fast as it gets replies unless a rate is given.
Percentiles are of every reply that was what was asked for (nearest rank; others are counted below each table), CPU is of whole process trees from /proc, "others" is whatever else the machine was doing.
PostgreSQL runs with fsync and synchronous_commit on, SQLite with WAL and synchronous=FULL. Goals are this project's own, written down before measuring.
"At the goals' pace" is a figure that is nothing but work, on the machine for which the goals were written down: there a minimal application's constant reply costs {goals} ms
of CPU, here what each section says, measured just before and after, of steady sittings also every five seconds in between. Whether a goal is met is said of the figure as measured.
"""
COLUMNS, LINES = "figure | measured | at the goals' pace | goal | met", "---|---:|---:|---:|---|"


def write(path: Path, outcomes: list[Outcome], about: dict[str, str], date: str) -> None:
    """Put these outcomes in the place of earlier ones of the same scenario and engine."""
    kept_at = path.with_suffix(".json")
    kept: dict[str, Any] = json.loads(kept_at.read_text()) if kept_at.exists() else {}
    for outcome in outcomes:
        kept[f"{outcome.scenario} {outcome.engine}"] = {**outcome.plain(), **about, "date": date}
    path.parent.mkdir(parents=True, exist_ok=True)
    kept_at.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    path.write_text("\n".join([HEAD.format(goals=GOALS), *_goals(kept), *(line for one in kept.values() for line in section(one))]) + "\n")


def _goals(kept: dict[str, Any]) -> Iterator[str]:
    """Every figure that has a goal."""
    yield "## Goals\n"
    yield f"| scenario | engine | {COLUMNS} |\n|---|---|{LINES}"
    for one in kept.values():
        for figure in _figures(one):
            if figure.met is not None:
                yield f"| {one['scenario']} | {one['engine']} | {_row(figure, one['pace'])} |"
    yield ""


def _figures(one: dict[str, Any]) -> list[Figure]:
    return [Figure(**figure) for figure in one["figures"]]


def _row(figure: Figure, pace: float) -> str:
    goal = "" if figure.met is None else f"≤ {number(figure.most)}" if figure.most is not None else f"≥ {number(figure.least or 0)}"
    met = {None: "", True: "yes", False: "**no**"}[figure.met]
    there = figure.at(pace)
    return f"{figure.name} | {number(figure.value)} {figure.unit} | {'' if there is None else number(there)} | {goal} | {met}"


def number(value: float) -> str:
    """Three figures that count."""
    if value != value:
        return "–"
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def section(one: dict[str, Any]) -> Iterator[str]:
    """One outcome as Markdown."""
    yield f"## {one['scenario']} · {one['engine']}\n"
    about = f"{one['date']}, commit {one['commit']}; {one['machine']}; {one['versions']}; a constant reply cost {one['pace']:.3f} ms"
    yield f"{one['setting']}. {about}.\n"
    yield f"| {COLUMNS} |\n|{LINES}"
    yield from (f"| {_row(figure, one['pace'])} |" for figure in _figures(one))
    if one["requests"]:
        yield "\n| requests | count | p50 ms | p95 ms | p99 ms | max ms |\n|---|---:|---:|---:|---:|---:|"
        for kind, row in one["requests"].items():
            yield f"| {kind} | {row['count']:,.0f} | " + " | ".join(number(row[p]) for p in ("p50", "p95", "p99", "max")) + " |"
    if one["cpu"]:
        names = ("application", "postgresql", "generator", "others")
        yield "\n| CPU seconds | in | " + " | ".join(names) + " |\n|---|---:|" + "---:|" * len(names)
        for phase, row in one["cpu"].items():
            yield f"| {phase} | {number(row['seconds'])} s | " + " | ".join(number(row[name]) for name in names) + " |"
    faults = ", ".join(f"{fault}: {count:,}" for fault, count in one["faults"].items()) or "none"
    yield f"\nReplies other than asked for: {faults}."
    yield from (f"\n{note}" for note in one["notes"])
    yield ""
