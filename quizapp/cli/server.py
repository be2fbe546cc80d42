"""quizapp serve, demo, db, backup, restore."""

import os
import socket
import sys
from pathlib import Path
from typing import Any

import click
import orjson

from quizapp.cli.banks import checked, files_under
from quizapp.cli.parts import Parts
from quizapp.errors import Refused
from quizapp.formats.contest import yaml as contest_yaml
from quizapp.formats.unit_table import read_units
from quizapp.services import audit, banks, demonstration
from quizapp.services.audit import CLI

HERE = Path(__file__).parents[1]
SHIPPED_BANKS = HERE.parent / "question_banks"
SHIPPED_UNITS = HERE / "demo" / "units.csv"
SHIPPED_CONTEST = HERE / "demo" / "contest.yaml"
TARGET = "quizapp.app:serving"
SIGN_INS_WAITING = 64


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="进程数")
@click.option("--threads", type=click.IntRange(1, 64), envvar="QUIZAPP_THREADS", default=4, show_default=True, help="每个进程同时处理几个请求")
@click.option("--server", "kind", type=click.Choice(["granian", "gunicorn"]), default="granian", show_default=True)
@click.pass_obj
def serve(parts: Parts, host: str, port: int, workers: int, threads: int, kind: str) -> None:
    """启动服务（含后台任务：到时交卷、榜单汇总；多少个进程都只有一份在做）。"""
    _warn(parts.ready().weak_settings(workers * (3 * threads + 6)))  # a thread has up to three, each of three jobs two
    parts.database.dispose()
    _check_free(host, port)
    os.environ["QUIZAPP_THREADS"] = str(threads)  # the processes to come know how many requests they work on at once
    all_threads = threads + SIGN_INS_WAITING
    if kind == "gunicorn":
        program = str(Path(sys.executable).with_name("gunicorn"))
        os.execv(  # noqa: S606 - a program of this environment with arguments of our own
            program,
            ["gunicorn", f"{TARGET}()", "-b", f"{host}:{port}", "-w", str(workers), "--threads", str(all_threads), "-k", "gthread"],
        )
    from granian import Granian  # noqa: PLC0415 - only this command needs the server
    from granian.constants import Interfaces  # noqa: PLC0415

    Granian(
        TARGET,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=all_threads,
        respawn_failed_workers=True,  # without it one killed worker stops the whole server
        respawn_interval=0.5,
        workers_kill_timeout=10,
        websockets=False,
        log_access=False,
    ).serve()


def _warn(weak: dict[str, str]) -> None:
    """One line for each setting of PostgreSQL that is not fit for a contest. It is served all the same: on the morning of a
    contest that is better than nothing, and the settings can be changed while it runs."""
    for name, value in weak.items():
        told = "连接数不够这台主机上的进程用" if name == "max_connections" else "断电会丢失已经答复“已保存”的答案，请改为 on"
        print(f"警告：PostgreSQL 的 {name} = {value}，{told}", file=sys.stderr)


def _check_free(host: str, port: int) -> None:
    """Raises Refused when nobody can listen there: the servers' own words for it are long."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        raise Refused("不能在 {host}:{port} 上监听：{reason}", host=host, port=port, reason=error.strerror or error) from None


@click.command()
@click.option("--remove", is_flag=True, help="撤除演示：竞赛、账号、单位")
@click.option("--address", default="", hidden=True)
@click.pass_obj
def demo(parts: Parts, remove: bool, address: str) -> None:
    """装入自带题库、单位和一个正在进行的演示竞赛；可重复运行。"""
    units = read_units(SHIPPED_UNITS.read_bytes(), str(SHIPPED_UNITS))
    rules = contest_yaml.read_contest(SHIPPED_CONTEST.read_bytes(), str(SHIPPED_CONTEST))
    kept_at = Path(parts.settings.instance) / "demo-accounts.json"
    now = parts.clock()
    if remove:
        with parts.write() as session:
            demonstration.remove(session, CLI, units, rules.slug, now)
        kept_at.unlink(missing_ok=True)
        print("演示已撤除，题库保留")
        return
    if parts.schema.current(parts.database) is None:
        parts.schema.upgrade(parts.database)
    shipped, laws = checked(files_under((SHIPPED_BANKS,)), "auto")
    kept = orjson.loads(kept_at.read_bytes()) if kept_at.exists() else {}
    with parts.write() as session:
        for law in laws.values():
            banks.import_law(session, law)
        for bank, images in shipped:
            banks.import_bank(session, CLI, bank, now, images=images)
        _, passwords = demonstration.set_up(session, CLI, units, rules, kept, now)
    _keep(kept_at, passwords)
    _tell(passwords, address, kept_at)


def _keep(path: Path, passwords: dict[str, str]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(orjson.dumps(passwords))


def _tell(passwords: dict[str, str], address: str, kept_at: Path) -> None:
    if address:
        print(f"\n  打开 {address}   演示竞赛：{address}/c/demo\n")
    print("  演示账号（密码随机生成，保存在 " + str(kept_at) + "）：")
    for login, _, name, _ in demonstration.PEOPLE:
        print(f"    {name:　<12}  {login:<16} {passwords[login]}")
    print()


@click.group()
def db() -> None:
    """数据库结构。"""


@db.command()
@click.pass_obj
def upgrade(parts: Parts) -> None:
    """建立或升级到本程序需要的结构。"""
    parts.schema.upgrade(parts.database)
    print(f"数据库结构：{parts.schema.current(parts.database)}")


@db.command()
@click.pass_obj
def current(parts: Parts) -> None:
    """显示数据库结构的版本。"""
    found = parts.schema.current(parts.database)
    print(f"{found or '空'}（程序需要 {parts.schema.head()}）")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(parts: Parts, file: Path) -> None:
    """在运行中备份整个数据库到一个文件（SQLite 自带；PostgreSQL 需要 pg_dump）。"""
    if file.exists():
        raise Refused("{file} 已存在，换一个文件名", file=file)
    database: Any = parts.ready()
    database.backup(str(file))
    with parts.write() as session:
        audit.record(session, CLI, "backup", file.name, parts.clock(), bytes=file.stat().st_size)
    print(f"已备份到 {file}（{file.stat().st_size:,}字节）")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="不再询问")
@click.pass_obj
def restore(parts: Parts, file: Path, yes: bool) -> None:
    """用备份文件恢复整个数据库；现有数据会被替换。请先停止服务。"""
    if not yes:
        click.confirm("现有数据会被备份文件的内容替换，确定吗", abort=True)
    parts.database.restore(str(file))
    parts.schema.upgrade(parts.database)
    with parts.write() as session:
        audit.record(session, CLI, "restore", file.name, parts.clock())
    print(f"已从 {file} 恢复")
