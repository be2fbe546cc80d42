"""quizapp results: people, units."""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Any

import click
import orjson

from quizapp.cli.parts import Parts
from quizapp.errors import Refused
from quizapp.formats import result_sheets
from quizapp.formats.contest.values import epoch_ms, moment
from quizapp.formats.result_table import Sheet, write_csv
from quizapp.services import audit, contests, organisations, people_results, views
from quizapp.services import results as unit_results
from quizapp.services.audit import CLI

Command = Callable[..., Any]


@click.group()
def results() -> None:
    """成绩：个人与单位的名次。"""


def _moment(_: object, __: object, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return moment(text)
    except ValueError:
        raise click.BadParameter("时间应写成 2026-06-04T11:00") from None


def shared_options(command: Command) -> Command:
    """What both listings take."""
    for option in (
        click.option("-o", "--output", type=click.Path(path_type=Path), help="写到这个文件；不给则写到标准输出"),
        click.option("--format", "layout", type=click.Choice(["xlsx", "csv", "json"]), required=True),
        click.option("--as-of", callback=_moment, help="过去某一时刻的成绩，例如 2026-06-04T11:00"),
        click.argument("slug"),
    ):
        command = option(command)
    return command


def _past(at: datetime | None, zone: str, now: int) -> int | None:
    """The moment asked for. Raises Refused for one that has not come yet."""
    moment_ms = None if at is None else epoch_ms(at, zone)
    if moment_ms is not None and moment_ms > now:
        raise Refused("--as-of 是将来的时刻，请写过去的时刻")
    return moment_ms


@contextmanager
def _written(output: Path | None) -> Iterator[IO[bytes]]:
    """A file that takes its name once it is whole; only then it goes to a pipe, a device or the standard output."""
    if output is None or (output.exists() and not output.is_file()):
        with TemporaryFile() as file:
            yield file
            file.seek(0)
            with output.open("wb") if output else nullcontext(sys.stdout.buffer) as end:
                shutil.copyfileobj(file, end)
        return
    with NamedTemporaryFile(dir=output.parent, prefix=f".{output.name}.", delete=False) as file:
        try:
            yield file
            file.close()
            Path(file.name).replace(output)
        finally:
            Path(file.name).unlink(missing_ok=True)
    print(f"已写到 {output}", file=sys.stderr)


class Counted:
    """Rows on their way, and how many have passed."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.count, self._rows = 0, rows

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows:
            self.count += 1
            yield row


@dataclass(frozen=True, slots=True)
class Told:
    """What a listing is made of: rows as they come, at most how many, and how each of them becomes a sheet and JSON."""

    slug: str
    rows: Iterable[Any]
    most: Callable[[], int]
    sheet: Callable[[Iterable[Any]], Sheet]
    row: Callable[[Any], dict[str, Any]]
    as_of: str | None


def _write(parts: Parts, what: str, told: Told, layout: str, output: Path | None) -> None:
    """Write the rows one by one; in the audit log before the file is there."""
    with _written(output) as out:
        with _progress(told) as passing:
            rows = Counted(passing)
            if layout == "json":
                _write_json(told, rows, out)
            else:
                _writer(layout)(told.sheet(rows), out)
        with parts.write() as session:
            audit.record(session, CLI, f"export.{what}", told.slug, parts.clock(), rows=rows.count, format=layout)


def _progress(told: Told) -> AbstractContextManager[Iterable[Any]]:
    """The rows, with a bar where somebody sees it; only then they are counted beforehand."""
    if not sys.stderr.isatty():
        return nullcontext(told.rows)
    return click.progressbar(told.rows, told.most(), label="写出", file=sys.stderr)


def _writer(layout: str) -> Callable[[Sheet, IO[bytes]], None]:
    if layout == "csv":
        return write_csv
    from quizapp.formats.result_xlsx import write_xlsx  # noqa: PLC0415 - a csv does without

    return write_xlsx


def _write_json(told: Told, rows: Iterable[Any], out: IO[bytes]) -> None:
    out.write(b'{"as_of":' + orjson.dumps(told.as_of) + b',"rows":[')
    for number, row in enumerate(rows):
        out.write(b"," * (number > 0) + orjson.dumps(told.row(row)))
    out.write(b"]}\n")


@results.command()
@shared_options
@click.option("--division", default="", help="只列这个组别")
@click.option("--unit", "unit_code", help="只列这个单位及其下级")
@click.pass_obj
def people(
    parts: Parts, slug: str, as_of: datetime | None, layout: str, output: Path | None, division: str, unit_code: str | None
) -> None:
    """个人成绩与名次。"""
    now = parts.clock()
    with parts.ready().replica(now) as session:
        contest = contests.find_contest(session, slug)
        rules = contest.rules
        cut_off = _past(as_of, rules.zone, now)
        under = organisations.find_unit(session, unit_code) if unit_code else None
        asked: dict[str, Any] = {"as_of": cut_off, "division": division, "under": under}
        stamp = result_sheets.Stamp(under.name if under else "全部", cut_off or now, now, CLI.name)
        told = Told(
            slug,
            people_results.people(session, contest, **asked),
            lambda: people_results.most_people(session, contest, **asked),
            lambda rows: result_sheets.people_sheet(rows, rules, stamp),
            lambda row: views.person(row, rules.zone),
            views.iso(cut_off or now, rules.zone),
        )
        _write(parts, "people", told, layout, output)


@results.command()
@shared_options
@click.option("--kind", default="", help="只列这一类单位（在整个下级中）")
@click.option("--under", help="只列这个单位的下级")
@click.pass_obj
def units(
    parts: Parts, slug: str, as_of: datetime | None, layout: str, output: Path | None, kind: str, under: str | None
) -> None:
    """单位成绩与名次。"""
    now = parts.clock()
    with parts.ready().replica(now) as session:
        contest = contests.find_contest(session, slug)
        rules = contest.rules
        cut_off = _past(as_of, rules.zone, now)
        top = organisations.find_unit(session, under) if under else None
        rows = unit_results.units(session, contest, as_of=cut_off, kind=kind, under=top)
    stamp = result_sheets.Stamp(top.name if top else "全部", cut_off or now, now, CLI.name)
    told = Told(
        slug, rows, lambda: len(rows), lambda rows: result_sheets.unit_sheet(rows, rules, stamp), views.unit,
        views.iso(cut_off or now, rules.zone),
    )  # fmt: skip
    _write(parts, "units", told, layout, output)


@results.command()
@click.argument("slug")
@click.pass_obj
def publish(parts: Parts, slug: str) -> None:
    """公布结果：规则里写明公布后才给看的成绩、答案和解析，从此可以查看。"""
    with parts.write() as session:
        contests.publish_results(session, CLI, slug, parts.clock())
    print(f"{slug}：结果已公布")
