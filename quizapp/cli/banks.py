"""quizapp bank: check, import, export."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from quizapp.cli.parts import Parts
from quizapp.errors import BadFile, Fault
from quizapp.formats import bank_table, bank_yaml
from quizapp.formats.law_text import read_law
from quizapp.formats.picture_file import read_picture
from quizapp.formats.yaml_faults import locate
from quizapp.rules.items import Bank, Law
from quizapp.rules.pictures import Picture, named
from quizapp.services import banks, pictures
from quizapp.services.audit import CLI

YAML_ENDINGS = (".yaml", ".yml")
TABLE_ENDINGS = (".xlsx", ".csv", ".tsv")


@click.group()
def bank() -> None:
    """题库：检查、导入、导出。"""


def files_under(paths: tuple[Path, ...]) -> list[Path]:
    """Bank files; a folder stands for those directly in it."""
    found: list[Path] = []
    for path in paths:
        found.extend(sorted(p for p in path.iterdir() if p.suffix in YAML_ENDINGS) if path.is_dir() else [path])
    return found


def laws_beside(paths: list[Path]) -> dict[str, Law]:
    """The laws kept in `laws/` beside the banks, by name."""
    folders = sorted({path.parent / "laws" for path in paths})
    laws = [read_law(p.read_text("utf-8"), str(p)) for folder in folders if folder.is_dir() for p in sorted(folder.glob("*.md"))]
    return {law.name: law for law in laws}


def read_bank(path: Path, layout: str = "auto") -> Bank:
    """A bank in any layout that can be read. Raises BadFile."""
    if layout == "table" or (layout == "auto" and path.suffix in TABLE_ENDINGS):
        return bank_table.read_bank(path.read_bytes(), str(path), path.stem, path.stem, "")
    return bank_yaml.read_bank(path.read_bytes(), str(path))


def pictures_beside(bank: Bank, folder: Path) -> tuple[dict[str, Picture], list[Fault]]:
    """The pictures that a bank names, looked up from where it lies, and what is wrong with them."""
    found: dict[str, Picture] = {}
    faults = []
    for field, path in named(bank.items):
        try:
            found[path] = found.get(path) or read_picture((folder / path).read_bytes())
        except OSError:
            faults.append(Fault(f"题库旁边没有图片 {path}", field=field))
        except ValueError as error:
            faults.append(Fault(f"{path}：{error}", field=field))
    return found, faults


Pictured = tuple[Bank, dict[str, Picture]]


def checked(paths: list[Path], layout: str) -> tuple[list[Pictured], dict[str, Law]]:
    """Every bank with its pictures, or BadFile with the faults of all of them; warnings go to standard error."""
    laws = laws_beside(paths)
    faults: list[Fault] = []
    found: list[Pictured] = []
    for path in paths:
        try:
            read = read_bank(path, layout)
        except BadFile as bad:
            faults.extend(bad.faults)
            continue
        images, unfit = pictures_beside(read, path.parent)
        faults.extend(_placed([*bank_yaml.check_laws(read, laws), *unfit], path))
        for warning in _placed(bank_yaml.warnings(read), path):
            print(f"提醒 {warning}", file=sys.stderr)
        found.append((read, images))
    if faults:
        raise BadFile(faults)
    return found, laws


def _placed(faults: list[Fault], path: Path) -> list[Fault]:
    """Faults with the file, and with the line where the file is YAML."""
    if path.suffix in YAML_ENDINGS:
        return locate(faults, path.read_bytes(), str(path))
    return [replace(fault, file=str(path)) for fault in faults]


@bank.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """检查题库文件（不用数据库），一次列出全部错误：文件:行: 说明。"""
    found, laws = checked(files_under(paths), "auto")
    print(f"{len(found)}个题库，{sum(len(b.items) for b, _ in found)}题，{len(laws)}部法律，没有错误")


@bank.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--format", "layout", type=click.Choice(["auto", "yaml", "table"]), default="auto", show_default=True)
@click.option("--dry-run", is_flag=True, help="只检查和比较，不写入数据库")
@click.pass_obj
def import_(parts: Parts, path: Path, layout: str, dry_run: bool) -> None:
    """导入并发布题库（文件，或整个文件夹及其 laws/）。同样的内容再导入一次不会重复。"""
    found, laws = checked(files_under((path,)), layout)
    now = parts.clock()
    if dry_run:
        for read, _ in found:
            print(f"{read.code}：{len(read.items)}题，可以导入")
        return
    with parts.write() as session:
        for law in laws.values():
            banks.import_law(session, law)
        for read, images in found:
            _, is_new = banks.import_bank(session, CLI, read, now, images=images)
            print(f"{read.code}：{len(read.items)}题，{'已发布新版本' if is_new else '内容没有变化'}")


@bank.command()
@click.argument("code")
@click.option("--format", "layout", type=click.Choice(["yaml", "table"]), required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
@click.pass_obj
def export(parts: Parts, code: str, layout: str, output: Path) -> None:
    """把已发布的题库写成文件：yaml 或 table（xlsx）；图片写在它旁边。"""
    with parts.read() as session:
        found = banks.get_bank(session, code)
        images = pictures.of_version(session, banks.newest(session, [code])[code])
    for path, data in images.items():
        (output.parent / path).parent.mkdir(parents=True, exist_ok=True)
        (output.parent / path).write_bytes(data)
    output.write_bytes(bank_table.write_bank(found) if layout == "table" else bank_yaml.write_bank(found))
    print(f"{code}：{len(found.items)}题 → {output}")
