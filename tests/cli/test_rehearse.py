"""`quizapp rehearse`: a contest file is tried without a database; the same seed tells the same; faults as `contest check` tells them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).with_name("quizapp"))
PRESETS = Path(__file__).parents[2] / "quizapp" / "presets"
FILE = """\
contest: probe
title: 试演用的竞赛
opens_at: 2026-06-01 09:00
closes_at: 2026-06-05 24:00
paper:
  draw:
    - {bank: nowhere, kind: single, count: 10, points: 10}
clock: {paper: 20分钟, full_time: 是}
sittings: {per_day: 1, practice_per_day: 1}
commendations:
  - {title: 优秀个人, of: people, quota: 3}
tickets: {when: {right: 8}}
prizes:
  - {title: 参与奖, count: 2}
"""


@pytest.fixture
def run(tmp_path: Path):
    """The program where there is no database and none can be had."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QUIZAPP_")}
    env = {**clean, "QUIZAPP_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none"}

    def run(text: str, *arguments: str, fails: bool = False) -> subprocess.CompletedProcess:
        (tmp_path / "contest.yaml").write_text(text)
        done = subprocess.run(
            [PROGRAM, "rehearse", "contest.yaml", *arguments],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, (done.stdout, done.stderr)
        assert "Traceback" not in done.stderr and os.listdir(tmp_path) == ["contest.yaml"]
        return done

    return run


def test_json_has_what_places_are_recomputed_from(run) -> None:
    found = json.loads(run(FILE, "--people", "120", "--units", "8", "--seed", "x", "--json").stdout)
    assert {"sittings", "people", "units", "commendations", "tickets"} <= set(found)
    one = found["sittings"][0]
    assert {
        "person", "unit", "division", "attempt_no", "practice", "started_at", "submitted_at", "time_ms", "points", "of",
        "right", "items", "valid", "counts",
    } <= set(one)  # fmt: skip
    assert one["started_at"].endswith("+08:00") and one["of"] == 100 and one["items"] == 10
    assert {"place", "person", "unit", "points", "time_ms"} <= set(found["people"][0])
    assert {"place", "code", "people", "headcount", "rate", "mean", "value"} <= set(found["units"][0])
    assert len(found["people"]) == 120 and len(found["units"]) == 8
    grades = [d["grade"] for d in found["commendations"][0]["decisions"]]
    assert grades.count("优秀个人") == 3 and len(found["winners"]) == 2


def test_the_same_seed_tells_the_same(run) -> None:
    same = [run(FILE, "--people", "50", "--seed", "x", "--json").stdout for _ in range(2)]
    assert same[0] == same[1] != run(FILE, "--people", "50", "--seed", "y", "--json").stdout


def test_the_report_says_what_came_of_it(run) -> None:
    told = run(FILE, "--people", "200").stdout
    for words in (
        "试演用的竞赛：试演",
        "200人参加",
        "成绩（人数）",
        "█",
        "优秀个人：名额3，取3",
        "单位（按参与人数）",
        "参与奖：设2名",
    ):
        assert words in told


def test_faults_are_told_as_a_check_tells_them(run) -> None:
    done = run(
        FILE.replace("per_day: 1,", "per_day: viele,").replace("count: 10", "count: 0"), "--people", "5", fails=True
    )
    assert "contest.yaml:7:" in done.stderr and "contest.yaml:9:" in done.stderr and done.stdout == ""


def test_warnings_do_not_stop_it(run) -> None:
    done = run(FILE + "extra: {invite: 1}\n", "--people", "5", "--json")
    assert "提醒 contest.yaml:" in done.stderr and json.loads(done.stdout)


@pytest.mark.parametrize("arguments", [(), ("--people", "0"), ("--people", "x"), ("--people", "5", "--units", "0")])
def test_numbers_that_make_no_sense_are_refused(run, arguments: tuple[str, ...]) -> None:
    assert "--people" in (said := run(FILE, *arguments, fails=True).stderr) or "--units" in said


def test_ten_thousand_people_take_seconds(run) -> None:
    text = (PRESETS / "f-beijing-fire-2021.yaml").read_text()
    found = json.loads(run(text, "--people", "10000", "--json").stdout)
    assert len(found["people"]) == len(found["sittings"]) == 10_000
