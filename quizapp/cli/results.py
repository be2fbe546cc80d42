"""quizapp results: people, units."""

import sys
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import click
import orjson

from quizapp.cli.parts import Parts
from quizapp.errors import Refused
from quizapp.formats import result_sheets
from quizapp.formats.contest_values import epoch_ms, moment
from quizapp.formats.result_table import Sheet, write_csv, write_xlsx
from quizapp.services import audit, contests, organisations, views
from quizapp.services import results as found_results
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


def _write(sheet: Sheet, told: dict[str, Any], layout: str, output: Path | None) -> None:
    out = BytesIO()
    if layout == "json":
        out.write(orjson.dumps(told) + b"\n")
    elif layout == "csv":
        write_csv(sheet, out)
    else:
        write_xlsx(sheet, out)
    if output is None:
        sys.stdout.buffer.write(out.getvalue())
    else:
        output.write_bytes(out.getvalue())
        print(f"已写到 {output}", file=sys.stderr)


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
    with parts.write() as session:
        contest = contests.find_contest(session, slug)
        rules = contest.rules
        cut_off = _past(as_of, rules.zone, now)
        under = organisations.find_unit(session, unit_code) if unit_code else None
        rows = found_results.people(session, contest, as_of=cut_off, division=division, under=under)
        audit.record(session, CLI, "export.people", slug, now, rows=len(rows), format=layout)
    scope = under.name if under else "全部"
    sheet = result_sheets.people_sheet(rows, rules, result_sheets.Stamp(scope, cut_off or now, now, CLI.name))
    _write(sheet, {"as_of": views.iso(cut_off or now, rules.zone), "rows": [views.person(row, rules.zone) for row in rows]}, layout, output)


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
    with parts.write() as session:
        contest = contests.find_contest(session, slug)
        rules = contest.rules
        cut_off = _past(as_of, rules.zone, now)
        top = organisations.find_unit(session, under) if under else None
        rows = found_results.units(session, contest, as_of=cut_off, kind=kind, under=top)
        audit.record(session, CLI, "export.units", slug, now, rows=len(rows), format=layout)
    scope = top.name if top else "全部"
    sheet = result_sheets.unit_sheet(rows, rules, result_sheets.Stamp(scope, cut_off or now, now, CLI.name))
    _write(sheet, {"as_of": views.iso(cut_off or now, rules.zone), "rows": [views.unit(row) for row in rows]}, layout, output)
