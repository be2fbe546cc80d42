"""quizapp rehearse: made-up people play a contest file, so that its rules are tried before they are published."""

import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import click
import orjson

from quizapp.cli.contests import read
from quizapp.rules.rehearsal import Rehearsal, figures, rehearse, remarks
from quizapp.rules.speech import fraction, say
from quizapp.services import rehearsals

_BAR = 30


@click.command("rehearse")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--people", type=click.IntRange(1, 100_000), required=True, help="多少人参加")
@click.option("--units", type=click.IntRange(1, 20_000), help="多少个单位（含上级单位），不给则按人数估计")
@click.option("--seed", default="1", help="种子：相同的文件、人数、单位数和种子，结果相同")
@click.option("--json", "as_json", is_flag=True, help="写出全部答题、名次、通报表扬和抽奖")
def command(file: Path, people: int, units: int | None, seed: str, as_json: bool) -> None:
    """让虚构的人按竞赛文件答题，看规则会得出什么。不用数据库，也不用题库。"""
    found = rehearse(read(file), people, units, seed)
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(rehearsals.shown(found), option=orjson.OPT_APPEND_NEWLINE))
        return
    for line in _report(found):
        print(line)


def _report(found: Rehearsal) -> Iterator[str]:
    placed = sum(row.place is not None for row in found.units)
    yield f"{found.rules.title}：试演"
    yield f"{len(found.cast.people)}人参加，答题{len(found.sittings)}次，{len(found.people)}人有成绩；{len(found.units)}个单位，{placed}个有名次"
    yield from _chart("成绩（人数）", [(say(remarks.of_points(one)), one.count) for one in figures.points(found)])
    yield from _chart("每次用时（次数）", [(say(remarks.of_time(one)), one.count) for one in figures.times(found)])
    shared = [(f"第{place}名", count) for place, count in figures.top(found) if count > 1]
    yield from _chart("前十个名次中并列的（人数）", shared)
    yield from _edges(found)
    yield from _units(found)
    yield from _draws(found)
    told = remarks.remarks(found)
    yield from ("", "请留意") if told else ()
    yield from (f"  {say(one)}" for one in told)


def _chart(title: str, rows: Sequence[tuple[str, int]]) -> Iterator[str]:
    if not rows:
        return
    yield from ("", title)
    most = max(count for _, count in rows) or 1
    width = max(_width(name) for name, _ in rows)
    digits = len(str(most))
    for name, count in rows:
        bar = "█" * -(-_BAR * count // most)
        yield f"  {name}{' ' * (width - _width(name))} {count:>{digits}} {bar}".rstrip()


def _width(text: str) -> int:
    """Chinese characters are twice as wide on a terminal."""
    return sum(1 if char < "⺀" else 2 for char in text)


def _edges(found: Rehearsal) -> Iterator[str]:
    edges = figures.edges(found)
    yield from ("", "通报表扬") if edges else ()
    for edge in edges:
        tied = f"，末位并列{edge.tied}处，最多{edge.most}个同名次" if edge.tied else "，末位没有并列"
        room = "名额不限" if edge.room is None else f"名额{edge.room}"
        yield f"  {remarks.name(edge)}：{room}，取{edge.taken}{tied}"


def _units(found: Rehearsal) -> Iterator[str]:
    yield from ("", "单位（按参与人数）")
    for size in figures.sizes(found):
        told = f"{size.units}个，{size.placed}个有名次，{size.ahead}个在前十分之一"
        values = [_value(value) for value in (size.lowest, size.middle, size.highest) if value is not None]
        ranges = f"；数值最低、中间、最高 {'、'.join(values)}" if values else ""
        yield f"  {say(remarks.of_size(size))}：{told}{ranges}"
    yield from (f"  没有名次：{say(reason)}，{count}个" for reason, count in figures.barred(found))


def _value(value: Fraction) -> str:
    return fraction(Fraction(round(100 * value), 100))


def _draws(found: Rehearsal) -> Iterator[str]:
    draws = figures.draws(found)
    if not found.rules.tickets:
        return
    total = sum(sum(of.values()) for of in found.held.values())
    yield from ("", "抽奖", f"  {len(found.held)}人有抽奖机会，共{total}次")
    titles = remarks.titles(found)
    for drawn in draws:
        stage = f"（{titles.get(drawn.stage, drawn.stage)}）" if drawn.stage else ""
        yield f"  {drawn.title}{stage}：设{drawn.count}名，{drawn.holders}人有{drawn.tickets}次机会，抽出{drawn.drawn}名"
