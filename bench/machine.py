"""The machine, the versions, and what process trees have used: CPU seconds from /proc, ended children included."""

import os
import platform
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parents[1]


def descendants(pid: int) -> list[int]:
    """Every living process below this one."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and of its ended children that were waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK


def cpu_of_tree(pid: int) -> float:
    """CPU seconds of a process and everything below it, also of those that are gone."""
    return sum(cpu_of(one) for one in (pid, *descendants(pid)))


def cpu_of_machine() -> float:
    """CPU seconds that anything on this machine has used."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK


def memory_of(pid: int, which: str = "VmRSS") -> int:
    """Resident bytes of one process, now or (VmHWM) the most so far; 0 where it has just ended. What getrusage tells of a child is
    that of its parent, where the parent is larger."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{which}:")), 0)


def is_worker(pid: int) -> bool:
    """Whether a process below the server runs the application, not only watches over others."""
    try:
        return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _line_of(path: str, start: str) -> str:
    for line in Path(path).read_text().splitlines():
        if line.startswith(start):
            return line.partition(":")[2].strip()
    return ""


def describe() -> dict[str, str]:
    """What the figures depend on, in the words of a report."""
    memory = int(_line_of("/proc/meminfo", "MemTotal").split()[0]) / 1024**2
    model = _line_of("/proc/cpuinfo", "model name") or platform.machine()
    packages = ("granian", "flask", "sqlalchemy", "psycopg")
    return {
        "machine": f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}",
        "versions": ", ".join(
            [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}", *(f"{p} {version(p)}" for p in packages)]
        ),
        "commit": commit(),
    }


def commit() -> str:
    """The commit that was measured, with a mark where files differ from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    found = git("rev-parse", "--short", "HEAD")
    return (found + ("+" if git("status", "--porcelain", "--", "quizapp", "migrations") else "")) if found else "unknown"


def program(name: str) -> str:
    """A program of the environment that runs the bench."""
    return str(Path(sys.executable).with_name(name))
