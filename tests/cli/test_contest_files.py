"""quizapp contest: presets to start from, and all that a check tells, without a database."""

from pathlib import Path
from typing import Any

import pytest

from quizapp.cli import run

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "quizapp/presets/u-organisation.yaml"
BANK = """\
bank: xinanfa
title: 小题库
source: 自编
items:
  - {id: x-1, kind: judge, topic: 总则, difficulty: 易, stem: 安全生产人人有责, key: 对, explain: 是的}
"""


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs a command in an empty folder, without a database: (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: object) -> tuple[int, str, str]:
        code = run(["contest", *map(str, arguments)], None)  # type: ignore[arg-type]
        return code, *capsys.readouterr()

    return command


def test_presets_are_listed_and_taken(told: Any, tmp_path: Path) -> None:
    code, out, _ = told("preset")
    assert code == 0 and len(out.splitlines()) == 14 and "u-organisation" in out
    assert told("preset", "u-organisation") == (0, SHIPPED.read_text("utf-8"), "")
    code, out, _ = told("preset", "u-organisation", "-o", "mine.yaml")
    assert code == 0 and "contest check mine.yaml" in out
    assert (tmp_path / "mine.yaml").read_bytes() == SHIPPED.read_bytes()


def test_a_file_that_is_there_is_not_written_over(told: Any, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    code, _, error = told("preset", "u-organisation", "-o", "mine.yaml")
    assert code == 1 and "mine.yaml 已存在" in error
    assert (tmp_path / "mine.yaml").read_text() == "mine"


def test_a_preset_that_there_is_not(told: Any) -> None:
    code, _, error = told("preset", "../demo/contest")
    assert code == 1 and "没有名为“../demo/contest”的预设" in error


def test_a_check_tells_warnings_and_the_calendar(told: Any) -> None:
    code, out, error = told("check", SHIPPED)
    assert code == 0 and "没有错误" in out
    assert "截止 2027-06-30 24:00" in out and "公示到 2027-07-07 为止" in out
    assert f"{SHIPPED}:16: 按参与率给单位排名" in error and "题库" not in error


def test_the_nearest_banks_are_looked_at(told: Any, tmp_path: Path) -> None:
    told("preset", "u-organisation", "-o", "mine.yaml")
    code, _, error = told("check", "mine.yaml")
    assert code == 0 and "附近没有 question_banks 文件夹" in error
    (tmp_path / "question_banks").mkdir()
    bank = tmp_path / "question_banks/xinanfa.yaml"
    bank.write_text(BANK, "utf-8")
    code, _, error = told("check", "mine.yaml")
    assert code == 0 and error.count("题库“xinanfa”缺") == 3 and "缺4道" in error
    deeper = tmp_path / "2027"
    deeper.mkdir()
    told("preset", "m-registered-engineer", "-o", deeper / "mine.yaml")
    assert "没有找到题库“weihuapin”" in told("check", deeper / "mine.yaml")[2]
    bank.write_text(BANK.replace("key: 对", "key: 也许"), "utf-8")
    code, _, error = told("check", "mine.yaml")
    assert code == 0 and f"quizapp bank check {bank}" in error


def test_the_rules_are_told_in_words(told: Any) -> None:
    _, out, _ = told("check", SHIPPED, "--words", "zh")
    assert "\n活动规则\n竞赛从2027年6月1日 0:00开始，" in out and "\n通报表扬办法\n" in out and "抽奖规则" not in out
    assert "\n单位排名\n" in out and "优秀个人：个人按排名取10000名。" in out
    _, out, _ = told("check", SHIPPED, "--words", "en")
    assert "\nRules of the activity\nThe contest opens at 2027-06-01 0:00" in out and "Scores can be seen" in out
    assert "优秀个人: people by place; number taken: 10000." in out


def test_a_fault_ends_the_check(told: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(SHIPPED.read_text("utf-8").replace("quota: 1000,", "quota: many,"), "utf-8")
    code, out, error = told("check", "bad.yaml")
    assert code == 1 and out == "" and "bad.yaml:23: quota“many”" in error and "question_banks" not in error
