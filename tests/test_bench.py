"""The bench measures end to end: a tiny run on each engine ends well and its report has its rows; no time is judged."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BINARIES

ROOT = Path(__file__).parents[1]
TINY = ["--seconds", "2", "--users", "2", "--size", "40", "--units", "12", "--rate", "20", "--limit", "60"]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_tiny_run_fills_the_report(engine: str, tmp_path: Path) -> None:
    if engine == "postgresql" and BINARIES is None:
        pytest.skip("PostgreSQL is not installed")
    report = tmp_path / "performance.md"
    command = [sys.executable, "-m", "bench", "sittings", "boards", "--engine", engine, *TINY, "--report", str(report)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    text = report.read_text("utf-8")
    for row in (f"## sittings · {engine}", "| save |", "| submit |", "| sittings per second |", f"## boards · {engine}", "40: board page"):
        assert row in text
    kept = json.loads(report.with_suffix(".json").read_text("utf-8"))
    sittings, boards = kept[f"sittings {engine}"], kept[f"boards {engine}"]
    whole = sittings["requests"]["20.0 sittings/s: whole sitting"]["count"]
    assert sittings["requests"]["20.0 sittings/s: save"]["count"] == 20 * whole > 0
    assert sittings["cpu"]["whole run"]["application"] > 0
    assert (sittings["cpu"]["whole run"]["postgresql"] > 0) == (engine == "postgresql")
    assert sittings["pace"] > 0 and boards["pace"] > 0
    assert not sittings["faults"] and not boards["faults"], (sittings["faults"], boards["faults"])
