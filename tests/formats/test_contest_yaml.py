"""The rules of a notice as a file: read with every fault at once, written back without loss."""

from datetime import datetime
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import yaml

from quizapp.errors import BadFile
from quizapp.formats.contest_yaml import read_contest, schema, warnings
from quizapp.formats.yaml_faults import locate
from quizapp.rules.contests import (
    Board,
    BoardRules,
    Clock,
    ContestRules,
    Counts,
    Division,
    Door,
    EntryRules,
    Limits,
    Metric,
    Release,
    UnitRules,
)
from quizapp.rules.items import Difficulty, Item, Kind
from quizapp.rules.papers import Draw, PaperBlueprint

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs/contest.example.yaml"
DEMO = ROOT / "quizapp/demo/contest.yaml"
SMALL = """\
contest: small
title: 小竞赛
opens_at: 2026-06-01 09:00
closes_at: 2026-06-30 24:00
paper:
  draw:
    - {bank: xinanfa, count: 10, points: 10}
clock: {paper: 20分钟}
"""


def small(more: str = "", **changes: str) -> str:
    text = SMALL
    for name, value in changes.items():
        [line] = [line for line in SMALL.splitlines() if line.startswith(f"{name}:")]
        text = text.replace(line, f"{name}: {value}")
    return text + more


def read(text: str) -> ContestRules:
    return read_contest(text.encode(), "c.yaml")


def faults_of(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(BadFile) as caught:
        read(text)
    return [(fault.line, fault.message) for fault in caught.value.faults]


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def test_it_reads_every_field_of_the_example() -> None:
    assert read(EXAMPLE.read_text(encoding="utf-8")) == ContestRules(
        slug="xinanfa-2026",
        title="新安法知多少",
        opens_at=ms("2026-06-01T09:00+08:00"),
        last_start=ms("2026-06-30T23:30+08:00"),
        closes_at=ms("2026-07-01T00:00+08:00"),
        blueprint=PaperBlueprint(
            (
                Draw("xinanfa", 10, 500, Kind.SINGLE),
                Draw("xinanfa", 5, 500, Kind.MULTIPLE),
                Draw("xinanfa", 5, 500, Kind.JUDGE, "总则", Difficulty.EASY),
            )
        ),
        clock=Clock(1_200_000, 90_000, False, 2_000),
        about="学习新修正的安全生产法。自愿参加，不收费，不作个人考核。",
        organiser="某某市应急管理局",
        telephone="0510-00000000",
        limits=Limits(3, 50, 6),
        pass_points=8_000,
        divisions=(Division("qiye", "企业组", ("企业", "危化企业")), Division("xuexiao", "学校组", ("学校",))),
        entry=EntryRules(units=("320205",)),
        units=UnitRules(((Metric.MEAN, Fraction(1, 2)), (Metric.RATE, Fraction(1, 2))), 10, Fraction(3, 5), 8_000, 5),
        board=BoardRules(freeze_at=ms("2026-06-25T09:00+08:00")),
    )


def test_the_example_shows_every_field_there_is() -> None:
    shown = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    parts = schema()["$defs"] | {"_Contest": schema()}
    places = {
        "_Contest": [shown], "_Paper": [shown["paper"]], "_Draw": shown["paper"]["draw"], "_Shuffle": [shown["paper"]["shuffle"]],
        "_Clock": [shown["clock"]], "_Sittings": [shown["sittings"]], "_Marking": [shown["marking"]], "_Release": [shown["release"]],
        "_Division": shown["divisions"], "_Entry": [shown["entry"]], "_Units": [shown["units"]], "_Board": [shown["board"]],
    }  # fmt: skip
    assert {name for name, part in parts.items() if "properties" in part} == places.keys()
    for name, values in places.items():
        assert set().union(*values) == parts[name]["properties"].keys()


def test_the_demonstration_is_the_one_that_was_promised() -> None:
    rules = read(DEMO.read_text(encoding="utf-8"))
    assert (rules.slug, rules.title, rules.clock) == ("demo", "新安法知多少（演示）", Clock(paper_ms=1_200_000))
    assert [(d.kind, d.count, d.points) for d in rules.blueprint.draws] == [
        (Kind.SINGLE, 10, 500), (Kind.MULTIPLE, 5, 500), (Kind.JUDGE, 5, 500),
    ]  # fmt: skip
    assert {draw.bank for draw in rules.blueprint.draws} == {"xinanfa"} and rules.blueprint.points == 10_000
    assert (rules.limits.per_day, rules.limits.total, rules.counts) == (50, None, Counts.BEST)
    assert (rules.release_score, rules.board.people, rules.board.units) == (Release.AT_ONCE, Board.LIVE, Board.LIVE)
    assert set(rules.entry.doors) == set(Door) and rules.entry.units == ()


def test_a_short_file_takes_the_defaults_of_the_rules() -> None:
    assert read(SMALL) == ContestRules(
        "small", "小竞赛", ms("2026-06-01T09:00+08:00"), ms("2026-07-01T00:00+08:00"), ms("2026-07-01T00:00+08:00"),
        PaperBlueprint((Draw("xinanfa", 10, 1_000),)), Clock(1_200_000),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-06-30 24:00", "2026-07-01T00:00+08:00"),
        ("2026年6月30日24时", "2026-07-01T00:00+08:00"),
        ("2026年6月30日 24:00", "2026-07-01T00:00+08:00"),
        ("2026年6月9日9时5分7秒", "2026-06-09T09:05:07+08:00"),
        ("2026-6-9 9：05", "2026-06-09T09:05+08:00"),
        ("2026-06-09 09:05:07", "2026-06-09T09:05:07+08:00"),
        ("2026-06-09T09:05:07.250Z", "2026-06-09T09:05:07.250+00:00"),
        ("2026-06-09T09:05-05:00", "2026-06-09T09:05-05:00"),
    ],
)
def test_it_reads_a_moment_as_notices_write_it(text: str, iso: str) -> None:
    assert read(small(closes_at=text)).closes_at == ms(iso)


def test_a_moment_means_the_zone_of_the_contest() -> None:
    assert read(small("zone: Asia/Urumqi\n")).opens_at == ms("2026-06-01T09:00+06:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20分钟", 1_200_000), ("1小时30分", 5_400_000), ("1.5h", 5_400_000), ("1200s", 1_200_000), ("20m", 1_200_000), ("31天", 2_678_400_000)],
)
def test_it_reads_a_duration_with_its_unit(text: str, expected: int) -> None:
    assert read(small(clock=f"{{paper: {text}}}")).clock.paper_ms == expected


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (small(contest="Xin An"), 1, "小写字母"),
        (small(contest="a" * 65), 1, "最多64个字符"),
        (small(title="''"), 2, "空的"),
        (small("zone: Mars/Base\n"), 9, "时区"),
        (small("zone: ../../etc/passwd\n"), 9, "时区"),
        (small(opens_at="2026-06-31 09:00"), 3, "不是有效的日期"),
        (small(opens_at="2026-06-01"), 3, "日期和时刻"),
        (small(opens_at="2026-06-01 25:00"), 3, "不是有效的日期"),
        (small(opens_at="2026-06-01 24:01"), 3, "不是有效的日期"),
        (small(opens_at="9" * 5_000), 3, "日期和时刻"),
        (small(opens_at="[a]"), 3, "一个值"),
        (small(closes_at="2026-06-01 09:00"), 4, "晚于 opens_at"),
        (small("last_start: 2026-05-01 09:00\n"), 9, "早于 opens_at"),
        (small("last_start: 2026-07-01 00:01\n"), 9, "晚于 closes_at"),
        (SMALL.replace("draw:\n    - {bank: xinanfa, count: 10, points: 10}", "draw: []"), 6, "至少要有1个"),
        (small(clock="{paper: 20}"), 8, "数字加单位"),
        (small(clock="{paper: 32天}"), 8, "1秒到31天"),
        (small(clock="{paper: 0.5秒}"), 8, "1秒到31天"),
        (small(clock="{grace: 1秒}"), 8, "没有限时"),
        (small(clock="{item: 30秒, grace: 1小时}"), 8, "0秒到5分钟"),
        (small(clock="{item: 30秒, full_time: no}"), 8, "是 或 否"),
        (small("sittings: {per_day: 0}\n"), 9, "1到1000"),
        (small("sittings: {per_day: 一百二十}\n"), 9, "整数"),
        (small(f"sittings: {{per_day: {'9' * 5_000}}}\n"), 9, "整数"),
        (small("marking: {multiple: most}\n"), 9, "exact、half"),
        (small("counts: mean\n"), 9, "best、last、sum_of_days"),
        (small("ties: [time, time]\n"), 9, "重复的 time"),
        (small("pass: 100.01\n"), 9, "超过满分100"),
        (small("pass: nan\n"), 9, "最多两位小数"),
        (small("release: at_once\n"), 9, "名称: 内容"),
        (small("divisions:\n  - {code: a, title: 甲}\n  - {code: a, title: 乙}\n"), 11, "重复"),
        (small("divisions:\n  - {code: a, title: 甲, unit_kinds: [企业]}\n  - {code: b, title: 乙, unit_kinds: [企业]}\n"), 11, "两个组别"),
        (small("entry: {doors: []}\n"), 9, "至少要有1个"),
        (small("entry: {doors: [window]}\n"), 9, "link、roster、account"),
        (small("entry: {units: [锡山区]}\n"), 9, "单位编码"),
        (small("units: {rank_by: {mean: 0.5, rate: 0.6}}\n"), 9, "合计是1.1"),
        (small("units: {rank_by: median}\n"), 9, "mean、rate、people、points"),
        (small("units: {min_rate: 160%}\n"), 9, "60%"),
        (small("units: {min_mean: 101}\n"), 9, "超过满分100"),
        (small("board: {freeze_at: 明天}\n"), 9, "日期和时刻"),
        (small("telephon: 1\n"), 9, "不认识"),
        ("- a\n", 1, "名称: 内容"),
    ],
)
def test_it_refuses_what_cannot_be_meant_and_names_the_line(text: str, line: int, words: str) -> None:
    found = faults_of(text)
    assert any(line == where and words in message for where, message in found), found


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        ("count: 0, points: 5", "1到1000"),
        ("count: 1001, points: 5", "1到1000"),
        ("count: 1, points: 0", "0.01到10000"),
        ("count: 1, points: 0.001", "两位小数"),
        ("count: 1, points: 10000.01", "0.01到10000"),
        ("count: 1, points: 1e9", "0.01到10000"),
        ("count: 1, points: inf", "0.01到10000"),
        ("count: 1, points: -5", "0.01到10000"),
        ("count: 1, points: 5, kind: essay", "不认识"),
        ("count: 1, points: 5, difficulty: 很难", "易、中、难"),
        ("points: 5", "count 没有写"),
    ],
)
def test_it_refuses_marks_and_counts_out_of_range(draw: str, words: str) -> None:
    [(line, message)] = faults_of(SMALL.replace("count: 10, points: 10", draw))
    assert line == 7 and words in message


def test_it_names_all_faults_at_once() -> None:
    text = small("counts: mean\nfoo: 1\nticket: 2\n", contest="A", opens_at="2026-07-02 09:00", clock="{item: 1}")
    assert [line for line, _ in faults_of(text)] == [1, 4, 8, 9, 10, 11]


def test_a_faulty_part_does_not_hide_a_disagreement_between_others() -> None:
    assert [line for line, _ in faults_of(small("counts: x\nlast_start: 2026-07-09 09:00\n"))] == [9, 10]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (small(closes_at="2026-06-01 09:10"), 4, "比一场答题的限时还短"),
        (SMALL, 4, "最后20分钟内开始"),
        (small("units: {rank_by: rate}\n"), 9, "参与率"),
        (small("units: {rank_by: {mean: 0.9, rate: 0.1}}\n"), 9, "参与率"),
        (small("units: {rank_by: people}\n"), 9, "参与人数"),
        (small("board: {freeze_at: 2026-07-02 09:00}\n"), 9, "封榜"),
        (small("sittings: {per_day: 5, total: 3}\n"), 9, "多于总次数"),
        (small("entry: {minors: 是}\n"), 9, "未成年人"),
    ],
)
def test_it_warns_of_what_may_not_be_meant(text: str, line: int, words: str) -> None:
    found = locate(warnings(read(text)), text.encode(), "c.yaml")
    assert any(fault.line == line and words in fault.message for fault in found), found


def test_a_calm_contest_warns_of_nothing() -> None:
    text = small("last_start: 2026-06-30 23:40\nboard: {freeze_at: 2026-06-25 09:00}\n", clock="{paper: 20分钟, item: 30秒}")
    items = [Item(f"a{n}", Kind.JUDGE, f"题{n}", True) for n in range(10)]
    assert warnings(read(text), {"xinanfa": items}) == []


def test_it_says_what_the_banks_cannot_supply() -> None:
    items = [Item(f"a{n}", Kind.JUDGE, f"题{n}", True) for n in range(7)]
    found = warnings(read(small("last_start: 2026-06-30 23:00\n")), {"xinanfa": items})
    assert [(fault.field, "缺3道" in fault.message) for fault in found] == [("paper.draw.0", True)]


def test_an_editor_takes_the_example_and_marks_a_slip() -> None:
    judge = jsonschema.Draft202012Validator(schema())
    shown = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    assert list(judge.iter_errors(shown)) == []
    assert not judge.is_valid(shown | {"ticket": 1})
    assert not judge.is_valid(shown | {"counts": "mean"})
