"""quizapp contest: check, apply, show."""

import sys
from pathlib import Path

import click

from quizapp.cli.parts import Parts
from quizapp.formats import contest_yaml
from quizapp.formats.yaml_faults import locate
from quizapp.rules.contests import ContestRules
from quizapp.services import contests
from quizapp.services.audit import CLI


@click.group()
def contest() -> None:
    """竞赛：检查、应用、显示竞赛文件。"""


def _read(path: Path) -> ContestRules:
    data = path.read_bytes()
    rules = contest_yaml.read_contest(data, str(path))
    for warning in locate(contest_yaml.warnings(rules), data, str(path)):
        print(f"提醒 {warning}", file=sys.stderr)
    return rules


@contest.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """检查竞赛文件，一次列出全部错误；值得留意的写成提醒。"""
    rules = _read(file)
    print(f"{rules.slug}：{rules.title}，没有错误")


@contest.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def apply(parts: Parts, file: Path) -> None:
    """按文件新建或更新竞赛；正在答的不受影响。"""
    rules = _read(file)
    with parts.write() as session:
        contests.apply_contest(session, CLI, rules, parts.clock(), str(file))
    print(f"{rules.slug}：{rules.title}，已应用")


@contest.command()
@click.argument("slug")
@click.pass_obj
def show(parts: Parts, slug: str) -> None:
    """把竞赛现在的规则按竞赛文件的格式写到标准输出。"""
    with parts.read() as session:
        rules = contests.find_contest(session, slug).rules
    sys.stdout.write(contest_yaml.write_contest(rules).decode())
