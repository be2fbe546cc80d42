"""quizapp contest: check, apply, show, preset."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from quizapp.cli.banks import files_under, read_bank
from quizapp.cli.parts import Parts
from quizapp.errors import BadFile, Refused
from quizapp.formats import presets
from quizapp.formats.contest import yaml as contest_yaml
from quizapp.formats.contest.warnings import calendar
from quizapp.formats.yaml_faults import locate
from quizapp.rules import wording
from quizapp.rules.contests import ContestRules
from quizapp.rules.items import Item
from quizapp.rules.speech import say_all
from quizapp.services import contests
from quizapp.services.audit import CLI

Banks = Mapping[str, Sequence[Item]]

PARTS = (
    ({"zh": "活动规则", "en": "Rules of the activity"}, wording.activity),
    ({"zh": "单位排名", "en": "How units are ranked"}, wording.unit_places),
    ({"zh": "通报表扬办法", "en": "Commendations"}, wording.commendations),
    ({"zh": "抽奖规则", "en": "Prize draw"}, wording.prizes),
)


@click.group()
def contest() -> None:
    """竞赛：预设、检查、应用、显示竞赛文件。"""


def read(path: Path, *, with_banks: bool = False) -> ContestRules:
    """The rules in a file; what deserves a second look is printed beside."""
    data = path.read_bytes()
    try:
        rules = contest_yaml.read_contest(data, str(path))
    except BadFile as error:
        raise BadFile(error.faults, "文件有{count}处错误，请改好再试") from None
    banks = _banks_near(path) if with_banks else None
    for warning in locate(contest_yaml.warnings(rules, banks), data, str(path)):
        print(f"提醒 {warning}", file=sys.stderr)
    return rules


def _banks_near(path: Path) -> Banks | None:
    """The items of the banks in the nearest `question_banks/`: beside the file, above it, in the working directory."""
    folders = (above / "question_banks" for above in (*path.resolve().parents, Path.cwd()))
    folder = next((folder for folder in folders if folder.is_dir()), None)
    if folder is None:
        print("附近没有 question_banks 文件夹，没有核对题库里的题够不够", file=sys.stderr)
        return None
    found = {}
    for file in files_under((folder,)):
        try:
            bank = read_bank(file)
        except BadFile:
            print(f"{file} 有错误，没有用它核对；详见 quizapp bank check {file}", file=sys.stderr)
        else:
            found[bank.code] = bank.items
    return found


def _in_words(rules: ContestRules, language: str) -> str:
    """The paragraphs that a notice prints; those without a sentence are left out."""
    told = ((titles[language], say_all(sentences(rules), language)) for titles, sentences in PARTS)
    end = {"zh": "。", "en": "."}[language]
    return "\n".join(
        f"\n{title}\n" + "\n".join(f"{line}{end}" for line in lines)
        for title, lines in told
        if lines
    )


@contest.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--words", type=click.Choice(["zh", "en"]), help="再用句子写出规则，中文或英文，可以放进通知")
def check(file: Path, words: str | None) -> None:
    """检查竞赛文件（不用数据库），一次列出全部错误；值得留意的写成提醒；列出由此而来的日程。"""
    rules = read(file, with_banks=True)
    print(f"{rules.slug}：{rules.title}，没有错误")
    print(*calendar(rules), sep="\n")
    if words:
        print(_in_words(rules, words))


@contest.command()
@click.argument("name", required=False)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="写到这个文件；不给则写到标准输出"
)
def preset(name: str | None, output: Path | None) -> None:
    """列出自带的竞赛文件；给出名称，则取来作为自己的起点。"""
    if name is None:
        for one in presets.list_presets():
            print(f"{one.name:<26}{one.title}")
        return
    data = presets.read_preset(name)
    if output is None:
        sys.stdout.write(data.decode())
        return
    if output.exists():
        raise Refused("{file} 已存在，没有覆盖；请换一个文件名", file=output)
    output.write_bytes(data)
    print(f"{name} → {output}；改好代码、名称和时间，再运行 quizapp contest check {output}")


@contest.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def apply(parts: Parts, file: Path) -> None:
    """按文件新建或更新竞赛；正在答的不受影响。"""
    rules = read(file)
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
