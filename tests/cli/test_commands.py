"""The commands, from a bank in a text file to the exported ranking of units, each in a process of its own."""

import json
import os
import socket
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from factories import SECRET
from openpyxl import load_workbook

ROOT = Path(__file__).parents[2]
PROGRAM = str(Path(sys.executable).with_name("quizapp"))


class Terminal:
    def __init__(self, folder: Path) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("QUIZAPP_")}
        self.folder, self.env = folder, {**clean, "QUIZAPP_INSTANCE": str(folder / "instance")}

    def run(self, *arguments: str, fails: bool = False, **more) -> subprocess.CompletedProcess:
        done = subprocess.run([PROGRAM, *arguments], env=self.env, cwd=self.folder, capture_output=True, text=True, check=False, **more)
        assert (done.returncode != 0) is fails, (arguments, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    def write(self, name: str, text: str, encoding: str = "utf-8") -> str:
        (self.folder / name).write_bytes(text.encode(encoding))
        return name


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A terminal with the demonstration in its embedded database."""
    made = Terminal(tmp_path_factory.mktemp("cli"))
    made.run("demo")
    return made


def test_help_is_complete(terminal: Terminal) -> None:
    told = terminal.run("--help").stdout
    for command in ("serve", "demo", "db", "account", "unit", "roster", "bank", "contest", "results", "rehearse", "backup", "restore"):
        assert command in told
        assert terminal.run(command, "--help").stdout


def test_commands_that_nobody_asked_for_yet_are_absent(terminal: Terminal) -> None:
    for command in ("verify",):
        terminal.run(command, fails=True)


def test_the_demonstration_is_repeatable_and_keeps_its_passwords(terminal: Terminal) -> None:
    kept = terminal.folder / "instance" / "demo-accounts.json"
    before = kept.read_bytes()
    told = terminal.run("demo").stdout
    assert kept.read_bytes() == before
    assert all(password in told for password in json.loads(before).values())
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE((terminal.folder / "instance" / "secret_key").stat().st_mode) == 0o600


def test_units_as_offices_write_them(terminal: Terminal) -> None:
    name = terminal.write(
        "units.csv",
        "某县应急管理局参赛单位汇总表,,,,\n序号,单 位 名 称,上级单位,类别,应参人数（人）\n1,甲厂,东亭街道,企业,120人\n2,乙厂,东亭街道,企业,\n合计,,,,120\n",
        "gb18030",
    )
    assert "新增2" in terminal.run("unit", "import", name, "--dry-run").stdout
    assert "新增2" in terminal.run("unit", "import", name).stdout
    assert "不变2" in terminal.run("unit", "import", name).stdout
    units = json.loads(terminal.run("unit", "list", "--under", "320205001", "--json").stdout)["units"]
    found = {unit["name"]: unit for unit in units}
    assert found["甲厂"]["headcount"] == 120 and found["乙厂"]["headcount"] is None
    assert found["甲厂"]["parent"] == "320205001" and found["甲厂"]["code"]


def test_every_fault_of_a_unit_file_is_told_at_once(terminal: Terminal) -> None:
    name = terminal.write("bad.csv", "名称,编码,上级编码,应参人数\n甲,X1,nowhere,一百\n乙,X1,,5\n,X3,,5\n")
    told = terminal.run("unit", "import", name, fails=True).stderr
    assert f"{name}:2:" in told and f"{name}:3:" in told and f"{name}:4:" in told
    assert "X1" not in terminal.run("unit", "list", "--json").stdout


def test_a_bank_is_checked_imported_and_exported(terminal: Terminal) -> None:
    bank = terminal.write(
        "mine.yaml",
        "bank: mine\ntitle: 我的题库\nsource: 自编\nitems:\n  - id: m-1\n    kind: judge\n    topic: 总则\n    difficulty: 易\n"
        "    stem: 安全生产人人有责\n    key: 对\n    explain: 是的\n",
    )
    terminal.run("bank", "check", bank)
    assert "已发布新版本" in terminal.run("bank", "import", bank).stdout
    assert "没有变化" in terminal.run("bank", "import", bank).stdout
    terminal.run("bank", "export", "mine", "--format", "yaml", "-o", "out.yaml")
    terminal.run("bank", "check", "out.yaml")
    terminal.run("bank", "export", "mine", "--format", "table", "-o", "out.xlsx")
    assert load_workbook(terminal.folder / "out.xlsx").active.max_row == 2


def test_every_fault_of_a_bank_is_told_with_its_line(terminal: Terminal) -> None:
    bad = terminal.write(
        "bad.yaml",
        "bank: bad\ntitle: 坏\nsource: 无\nitems:\n  - id: a\n    kind: single\n    topic: t\n    difficulty: 易\n    stem: 问\n"
        "    choices: {A: 一, B: 二}\n    key: C\n    explain: x\n  - id: a\n    kind: judge\n    topic: t\n    difficulty: 易\n    stem: 答\n    key: no\n    explain: x\n",
    )
    told = terminal.run("bank", "check", bad, fails=True).stderr
    assert "bad.yaml:11:" in told and "bad.yaml:18:" in told and "bad.yaml:13:" in told
    terminal.run("bank", "import", bad, fails=True)


def test_the_shipped_banks_are_sound() -> None:
    done = subprocess.run([PROGRAM, "bank", "check", str(ROOT / "question_banks")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_contest_is_checked_applied_and_shown(terminal: Terminal) -> None:
    shown = terminal.run("contest", "show", "demo").stdout
    name = terminal.write("contest.yaml", shown.replace("contest: demo", "contest: second"))
    terminal.run("contest", "check", name)
    terminal.run("contest", "apply", name)
    assert terminal.run("contest", "show", "second").stdout == shown.replace("contest: demo", "contest: second")
    bad = terminal.write("worse.yaml", shown.replace("count: 10", "count: many").replace("counts: best", "counts: luck"))
    told = terminal.run("contest", "check", bad, fails=True).stderr
    assert told.count("worse.yaml:") == 2
    short = terminal.write("short.yaml", shown.replace("contest: demo", "contest: third").replace("count: 10", "count: 900"))
    assert "还差" in terminal.run("contest", "apply", short, fails=True).stderr


def test_accounts_are_created_one_by_one_and_many_at_once(terminal: Terminal) -> None:
    terminal.run("account", "create", "officer", "--role", "official", "--unit", "3202", "--password-stdin", input="long enough\n")
    terminal.run("account", "create", "officer", "--role", "official", "--unit", "3202", fails=True)
    terminal.run("account", "create", "nobody", "--role", "official", fails=True)
    name = terminal.write("accounts.csv", "name,role,unit,password\nzhang,contestant,320205001001,passw0rd-1\nli,organiser,,passw0rd-2\n")
    assert "2" in terminal.run("account", "import", name).stdout
    bad = terminal.write("more.csv", "name,role,unit,password\nzhang,contestant,none,short\n")
    assert terminal.run("account", "import", bad, fails=True).stderr.count("more.csv:2:") >= 2


def test_a_roster_gives_one_time_codes_in_a_private_file(terminal: Terminal) -> None:
    name = terminal.write("roster.csv", "姓名,手机号\n王示例,13800138000\n=1+1,13800138001\n")
    terminal.run("roster", "import", name, "--unit", "320205001001", "-o", "codes.csv")
    codes = terminal.folder / "codes.csv"
    assert stat.S_IMODE(codes.stat().st_mode) == 0o600
    lines = codes.read_text("utf-8-sig").splitlines()
    assert len(lines) == 3 and "'=1+1" in lines[2]


def test_results_come_as_json_csv_and_xlsx(terminal: Terminal) -> None:
    told = json.loads(terminal.run("results", "units", "demo", "--kind", "镇街", "--format", "json").stdout)
    assert told["as_of"].endswith("+08:00") and len(told["rows"]) == 104
    assert {"place", "code", "name", "kind", "people", "headcount", "rate", "mean", "value"} <= set(told["rows"][0])
    for layout in ("csv", "xlsx"):
        terminal.run("results", "people", "demo", "--format", layout, "-o", f"people.{layout}")
        terminal.run("results", "units", "demo", "--as-of", "2026-06-04T11:00", "--format", layout, "-o", f"units.{layout}")
    assert load_workbook(terminal.folder / "units.xlsx").worksheets
    terminal.run("results", "people", "none", "--format", "json", fails=True)


def test_who_looks_at_a_terminal_sees_how_far_a_listing_is(terminal: Terminal) -> None:
    screen, end = os.openpty()
    listing = subprocess.Popen(
        [PROGRAM, "results", "units", "demo", "--format", "csv", "-o", "seen.csv"], env=terminal.env, cwd=terminal.folder, stderr=end
    )
    os.close(end)
    told = b""
    with suppress(OSError):  # the other end is closed: that is how it ends
        while more := os.read(screen, 4096):
            told += more
    os.close(screen)
    assert listing.wait() == 0
    assert "写出" in told.decode() and b" 50%" in told and b"100%" in told


def test_a_backup_restores_on_an_empty_machine(terminal: Terminal, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    terminal.run("backup", str(backup))
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    terminal.run("backup", str(backup), fails=True)
    elsewhere = Terminal(tmp_path)
    elsewhere.run("restore", str(backup), "--yes")
    wanted = terminal.run("unit", "list", "--json").stdout
    assert elsewhere.run("unit", "list", "--json").stdout == wanted
    (tmp_path / "junk").write_bytes(b"no database")
    elsewhere.run("restore", str(tmp_path / "junk"), "--yes", fails=True)
    assert elsewhere.run("unit", "list", "--json").stdout == wanted


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"QUIZAPP_DATABSE_URL": "x"}, "QUIZAPP_DATABSE_URL"),
        ({"QUIZAPP_SECRET_KEY": "short"}, "QUIZAPP_SECRET_KEY"),
        ({"QUIZAPP_DATABASE_URL": "mysql://x"}, "QUIZAPP_DATABASE_URL"),
        ({"QUIZAPP_TIMEZONE": "Mars/Base"}, "QUIZAPP_TIMEZONE"),
        ({"QUIZAPP_DATABASE_URL": "sqlite:////tmp/x.db"}, "QUIZAPP_SECRET_KEY"),
        ({"QUIZAPP_DATABASE_URL": "postgresql+psycopg://x@127.0.0.1:9/x", "QUIZAPP_SECRET_KEY": SECRET}, "连不上数据库"),
        ({"QUIZAPP_INSTANCE": "/proc/none"}, "/proc/none"),
        ({"QUIZAPP_LOCALE": "xx_YY"}, "QUIZAPP_LOCALE"),
        ({"QUIZAPP_TRUSTED_PROXIES": "nonsense"}, "QUIZAPP_TRUSTED_PROXIES"),
        ({"QUIZAPP_DATABASE_URL": "sqlite:///", "QUIZAPP_SECRET_KEY": SECRET}, "QUIZAPP_DATABASE_URL"),
        ({"QUIZAPP_DATABASE_URL": "postgresql+psycopg://h:port/x", "QUIZAPP_SECRET_KEY": SECRET}, "QUIZAPP_DATABASE_URL"),
        ({"QUIZAPP_DATABASE_URL": f"sqlite:///{__file__}", "QUIZAPP_SECRET_KEY": SECRET}, "数据库"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_clear_line(tmp_path: Path, settings: dict[str, str], told: str) -> None:
    terminal = Terminal(tmp_path)
    terminal.env |= settings
    done = terminal.run("unit", "list", fails=True)
    assert told in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_an_old_schema_names_the_command_to_run(tmp_path: Path) -> None:
    assert "quizapp db upgrade" in Terminal(tmp_path).run("unit", "list", fails=True).stderr


def test_the_demonstration_can_be_taken_away(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.run("demo")
    terminal.run("demo", "--remove")
    assert json.loads(terminal.run("unit", "list", "--json").stdout)["units"] == []
    terminal.run("contest", "show", "demo", fails=True)
    terminal.run("demo")


def test_a_port_that_is_taken_is_told_in_one_line(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for kind in ("granian", "gunicorn"):
            told = terminal.run("serve", "--port", port, "--server", kind, fails=True).stderr
            assert port in told and len(told.strip().splitlines()) == 1


def test_a_broken_secret_is_never_taken_for_one(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "secret_key").write_text("")
    assert "secret_key" in terminal.run("unit", "list", fails=True).stderr


def test_a_moment_to_come_is_refused(terminal: Terminal) -> None:
    assert "将来" in terminal.run("results", "people", "demo", "--as-of", "2099-01-01T00:00", "--format", "json", fails=True).stderr


def test_words_too_long_for_the_table_are_faults(terminal: Terminal) -> None:
    name = terminal.write("long.csv", "名称,编码,类型,电话\n" + "长" * 129 + ",L1,企业,1\n短,L2," + "类" * 33 + ",1\n")
    told = terminal.run("unit", "import", name, fails=True).stderr
    assert f"{name}:2:" in told and f"{name}:3:" in told


def test_the_demonstration_keeps_what_the_liaison_confirmed(terminal: Terminal) -> None:
    name = terminal.write("one.csv", "名称,编码,类型,上级编码,应参人数\n云笠示例纺织厂,320205001002,企业,320205001,777\n")
    terminal.run("unit", "import", name)
    terminal.run("demo")
    units = json.loads(terminal.run("unit", "list", "--under", "320205001002", "--json").stdout)["units"]
    assert units[0]["headcount"] == 777
