"""python -m bench: choose scenarios, an engine, a size; everything is started, measured and ended here."""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from bench import machine, report
from bench.cast import Plan
from bench.outcome import Outcome
from bench.pace import pace
from bench.places import ENGINES, Theatre, postgres_version, theatre

SCENARIOS = {
    "sittings": "steady sittings as fast as they go, then at half of that",
    "floor": "one answer save beside a minimal application on the same server",
    "opening": "many press start within a minute while others save",
    "deadline": "many hand in within the last seconds, the rest never",
    "boards": "everybody refreshes the boards while others save and hand in",
    "logins": "a storm of sign-ins, by password and by code",
    "exports": "results as xlsx and csv by the command line",
    "imports": "checking a large bank as YAML and as tables (once, no engine)",
    "growth": "cost of a save and of a hand-in as stored sittings grow",
    "startup": "how long a process takes until its first reply",
    "memory": "memory of the processes before and after sittings",
}
ONCE = frozenset({"imports"})
REPORT = machine.ROOT / "docs" / "performance.md"


def parser() -> argparse.ArgumentParser:
    about = "\n".join(f"  {name:<10} {text}" for name, text in SCENARIOS.items())
    made = argparse.ArgumentParser(
        prog="python -m bench", description=f"Measure quizapp.\n\nscenarios (all of them when none is named):\n{about}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    made.add_argument("scenarios", nargs="*", metavar="scenario", help="which; all when none is named")
    made.add_argument("--engine", choices=[*ENGINES, "both"], default="both")
    made.add_argument("--users", type=int, default=12, help="people at once in a closed loop (default: 12)")
    made.add_argument("--seconds", type=float, default=10, help="of each measured phase (default: 10)")
    made.add_argument("--size", type=int, help="people, sittings or items of the scenario, instead of its own sizes")
    made.add_argument("--units", type=int, help="organisation units, instead of the scenario's own number")
    made.add_argument("--rate", type=float, help="sittings: Poisson arrivals per second, instead of half of capacity")
    made.add_argument("--bearer", action="store_true", help="clients with bearer tokens instead of cookies and CSRF tokens")
    made.add_argument("--sign-in", action="store_true", help="sittings: sign in with a password before each")
    made.add_argument("--full", action="store_true", help="the large sizes: a million people, 5,000 at the opening; takes an hour")
    made.add_argument("--limit", type=int, default=1800, help="seconds after which a scenario is given up (default: 1800)")
    made.add_argument("--report", type=Path, default=REPORT, help="the Markdown file to bring up to date (default: docs/performance.md)")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was chosen; 0 where every scenario came to its end."""
    given = parser().parse_args(arguments)
    chosen = given.scenarios or list(SCENARIOS)
    if unknown := set(chosen) - set(SCENARIOS):
        parser().error(f"no such scenario: {', '.join(sorted(unknown))}")
    engines = ENGINES if given.engine == "both" else (given.engine,)
    plan = Plan(given.users, given.seconds, given.size, given.units, given.rate, given.bearer, given.sign_in, given.full)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGALRM, _too_long)
    failed = 0
    with theatre() as place:
        for name in chosen:
            for engine in engines[:1] if name in ONCE else engines:
                outcome = _run(place, name, engine, plan, given.limit)
                failed += outcome is None
                if outcome is not None:
                    _tell(outcome, given.report)
    return min(failed, 1)


def _run(place: Theatre, name: str, engine: str, plan: Plan, limit: int) -> Outcome | None:
    """One scenario; a failure is told and the next one has its turn."""
    began = time.monotonic()
    print(f"{name} on {engine} …", file=sys.stderr, flush=True)
    signal.alarm(limit)
    try:
        with place.stage(engine) as stage:
            before = pace(stage)
            found: Outcome = import_module(f"bench.scenarios.{name}").run(stage, plan)
            stage.stop_servers()
            found.pace = found.pace or (before + pace(stage)) / 2
    except (Exception, TooLong) as error:
        print(f"{name} on {engine} failed: {type(error).__name__}: {error}", file=sys.stderr)
        return None
    finally:
        signal.alarm(0)
    print(f"{name} on {engine}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return found


def _tell(outcome: Outcome, path: Path) -> None:
    if (share := outcome.disturbance()) > 0.1:
        outcome.notes.append(f"Other work took {share:.0%} of the CPU that was used: times and rates are worse than on a quiet machine.")
    about = machine.describe()
    about["versions"] += f", {postgres_version()}" if outcome.engine == "postgresql" else ""
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    print("\n".join(report.section({**outcome.plain(), **about, "date": date})), flush=True)
    report.write(path, [outcome], about, date)


class TooLong(KeyboardInterrupt):
    """A scenario took longer than --limit; no event loop holds this back."""


def _too_long(*_: object) -> None:
    raise TooLong("longer than --limit")


def _end(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
