"""quizapp account, unit, roster."""

import os
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
import orjson

from quizapp.cli.parts import Parts
from quizapp.formats.roster_table import CodeRow, read_accounts, read_people, write_codes
from quizapp.formats.unit_table import read_units
from quizapp.rules.roles import Role
from quizapp.services import account_imports, accounts, organisations, rosters, unit_imports
from quizapp.services.audit import CLI

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def account() -> None:
    """账号。"""


@account.command()
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--unit", help="单位编码；官员和联络员必填")
@click.option("--password-stdin", is_flag=True, help="从标准输入读密码；不给则随机生成并显示一次")
@click.pass_obj
def create(parts: Parts, name: str, role: str, unit: str | None, password_stdin: bool) -> None:
    """新建一个账号。"""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(9)
    with parts.write() as session:
        accounts.create_account(
            session, CLI, parts.clock(), login=name, role=Role(role), password=password, unit_code=unit
        )
    print(f"账号 {name} 已建立" if password_stdin else f"账号 {name} 已建立，密码：{password}")


@account.command("import")
@click.argument("file", type=FILE)
@click.pass_obj
def import_accounts(parts: Parts, file: Path) -> None:
    """批量新建账号：账号、角色、单位编码、密码（立即可用，不强制修改）。"""
    rows = read_accounts(file.read_bytes(), str(file))
    with parts.write() as session:
        count = account_imports.import_accounts(session, CLI, rows, parts.clock(), str(file), _bar(len(rows)))
    print(f"已建立{count}个账号")


def _bar(length: int) -> Callable[[Iterable[str]], Iterator[str]]:
    """A progress bar on a terminal, nothing elsewhere."""

    def watch(found: Iterable[str]) -> Iterator[str]:
        with click.progressbar(found, length=length, label="正在建立账号", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            yield from bar

    return watch


@account.command()
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True)
@click.pass_obj
def token(parts: Parts, name: str, days: int) -> None:
    """给脚本用的访问令牌（Authorization: Bearer …），只显示一次。"""
    with parts.write() as session:
        found = accounts.token_for(session, CLI, name, days, parts.clock())
    print(found)


@click.group()
def unit() -> None:
    """单位树。"""


@unit.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="只看会怎样，不写入数据库")
@click.pass_obj
def import_units(parts: Parts, file: Path, dry_run: bool) -> None:
    """导入单位：名称、编码、类型、上级、应参人数（按表头认列；xlsx 或 csv）。"""
    rows = read_units(file.read_bytes(), str(file))
    with parts.ready().writing() as session:
        report = unit_imports.import_units(session, CLI, rows, file.name, parts.clock())
        if dry_run:
            session.rollback()
        else:
            session.commit()
    done = "将" if dry_run else "已"
    print(f"{done}新增{len(report.new)}，更改{len(report.changed)}，移动{len(report.moved)}，不变{report.same}")


@unit.command("list")
@click.option("--under", help="只列这个单位及其下级")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_units(parts: Parts, under: str | None, as_json: bool) -> None:
    """列出单位。"""
    with parts.read() as session:
        rows = [
            {"code": u.code, "name": u.name, "kind": u.kind, "parent": parent, "headcount": u.headcount}
            for u, parent in organisations.list_units(session, under)
        ]
    if as_json:
        print(orjson.dumps({"units": rows}).decode())
        return
    for row in rows:
        print("\t".join(str(value) if value is not None else "—" for value in row.values()))


@click.group()
def roster() -> None:
    """名册。"""


@roster.command("import")
@click.argument("file", type=FILE)
@click.option("--unit", "unit_code", help="名册里没有单位一栏时，全部算这个单位")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="一次性登录码写到这个 csv；不给则写到标准输出")
@click.pass_obj
def import_roster(parts: Parts, file: Path, unit_code: str | None, output: Path | None) -> None:
    """导入名册，每人得到一个一次性登录码。"""
    rows = read_people(file.read_bytes(), str(file))
    with parts.write() as session:
        home = organisations.find_unit(session, unit_code) if unit_code else None
        issued = rosters.import_people(session, CLI, parts.settings.secret_key, rows, home, parts.clock(), str(file))
    data = write_codes([CodeRow(person.name, unit_name, code, person.number or "") for person, unit_name, code in issued])
    if output is None:
        sys.stdout.write(data.decode("utf-8-sig"))
        return
    with open(output, "xb", opener=private) as target:
        target.write(data)
    print(f"{len(issued)}人，登录码已写到 {output}")


def private(path: str, flags: int) -> int:
    """Codes are for their owners only."""


    return os.open(path, flags, 0o600)


