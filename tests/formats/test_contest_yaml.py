"""The rules of a notice as a file: read with every fault at once, written back without loss."""

import re
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import yaml

from quizapp.errors import BadFile
from quizapp.formats.contest.warnings import calendar
from quizapp.formats.contest.yaml import read_contest, schema, warnings, write_contest
from quizapp.formats.yaml_faults import locate
from quizapp.rules.commendations import Commendation, Grade, Line, Of, Per, Rounding
from quizapp.rules.contests import (
    Ask,
    Board,
    BoardRules,
    Clock,
    ContestRules,
    Division,
    Door,
    EntryRules,
    Extra,
    Limits,
    Promotion,
    Release,
    Stage,
)
from quizapp.rules.counting import Combine, Counting, Span, Take, Tie
from quizapp.rules.items import Difficulty, Item, Kind
from quizapp.rules.marking import Marking, MultipleMarking
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.scoring import Condition, Scoring, Step, SubScore, Worth
from quizapp.rules.tickets import Prize, TicketRules
from quizapp.rules.units import Band, Metric, Steps, UnitRules

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
        study=True,
        limits=Limits(3, 50, 6, 1, 600_000),
        extra=Extra(1, 1),
        scoring=Scoring(
            Marking(MultipleMarking.PER_RIGHT, per_right=50),
            Worth((0, 0, 50), 100, (Step(9_000, Condition(right=18)), Step(8_000, Condition(right=14)), Step(6_000))),
            Condition(points=6_000, time_ms=30_000),
            SubScore(Kind.MULTIPLE),
        ),
        counting=Counting(Take.BEST, Span.STAGE, None, Combine.SUM),
        ties=(Tie.TIME, Tie.TOTAL_TIME, Tie.SUB_SCORE, Tie.SITTINGS, Tie.FINISH, Tie.LOT),
        pass_points=8_000,
        stages=(
            Stage(
                "chusai", "初赛", ms("2026-06-01T09:00+08:00"), ms("2026-06-15T23:40+08:00"), ms("2026-06-16T00:00+08:00"),
                limits=Limits(1), promote=Promotion(3, "企业"),
            ),
            Stage(
                "juesai", "决赛", ms("2026-06-20T09:00+08:00"), ms("2026-06-20T10:40+08:00"), ms("2026-06-20T11:00+08:00"),
                limits=Limits(total=1), after="chusai", least=6_000, divisions=("qiye", "xuexiao"),
            ),
        ),
        release_key=Release.PUBLISHED,
        divisions=(
            Division("qiye", "企业组", ("企业", "危化企业")),
            Division("xuexiao", "学校组", ("学校",), PaperBlueprint((Draw("xinanfa", 20, 500, Kind.JUDGE),))),
        ),
        entry=EntryRules(
            units=("320205",), change_within_ms=604_800_000, ask=(Ask.ID_NUMBER, Ask.ADDRESS, Ask.POST),
            gate="请先阅读本次活动的学习材料。",
        ),
        units=UnitRules(
            (
                (Metric.STEPS, Fraction(3, 5)), (Metric.BANDS, Fraction(2, 5)), (Metric.BONUS, Fraction(1)),
            ),
            (Metric.PEOPLE, Metric.POINTS), 10, Steps(Metric.PEOPLE, 10_000, 500, 0, weight=Fraction(2, 5)),
            1_000, 20, 10, Fraction(3, 5), 8_000, 5,
            (Steps(Metric.MEAN, least=7_500, values=(10_000, 9_000, 8_500, 8_000), weight=Fraction(3, 5)),),
            (
                Band(Metric.RATE, Fraction(90), 5_000), Band(Metric.RATE, Fraction(80), 4_000), Band(Metric.RATE, Fraction(0), 2_000),
                Band(Metric.PASS_OF_ALL, Fraction(60), 5_000),
            ),
            -500,
        ),
        board=BoardRules(freeze_at=ms("2026-06-25T09:00+08:00")),
        commendations=(
            Commendation(
                "优秀组织单位", Of.UNITS, (Grade("优秀组织单位", 10),), ("镇街", "企业"), (), Per.KIND, "", Line.ALL,
                ((Metric.PEOPLE, Fraction(10)), (Metric.RATE, Fraction(60)), (Metric.MEAN, Fraction(80))),
                ((Metric.PEOPLE, Fraction(1)),), (Metric.POINTS,), stage="chusai",
            ),
            Commendation(
                "优秀个人", Of.PEOPLE, (
                    Grade("一等奖", 1, least=((Metric.POINTS, Fraction(90)),)),
                    Grade("二等奖", None, Fraction(1, 5), True, (), 1, 20, Rounding.UP),
                ), (), ("qiye",), per_unit="镇街", most_per_unit=3,
            ),
            Commendation(
                "学习之星", Of.PEOPLE, (Grade("学习之星"),), least=((Metric.PAPERS, Fraction(10)),), without=("优秀个人",),
            ),
        ),
        tickets=TicketRules(Condition(right=4), 5, None, 3, 10, 100, ("优秀个人",)),
        prizes=(Prize("满分奖", 3, when=Condition(all_right=True)), Prize("参与奖", 50, True)),
    )  # fmt: skip


TOLD = {  # what the example says in a comment only
    "PromotePart": {"share", "per"},
    "ContestPart": {"cycle"},
    "MarkingPart": {"per_wrong", "match", "hotspot", "short"},
    "ConditionPart": {"all_right", "within"},
    "StepPart": {"all_right", "points", "time", "within"},
    "CountingPart": {"take", "each", "most", "as"},
    "SubScorePart": {"topic", "bank"},
    "StagePart": {"paper", "clock"},
    "CommendationPart": {"share", "at_least", "at_most", "round"},
    "TicketsPart": {"stages"},
}


def test_the_example_shows_every_field_there_is() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    shown = yaml.safe_load(text)
    told = " ".join(line.partition("# ")[2] for line in text.splitlines())
    parts = schema()["$defs"] | {"ContestPart": schema()}
    stages, commendations = shown["stages"], shown["commendations"]
    places = {
        "ContestPart": [shown], "PaperPart": [shown["paper"]], "DrawPart": shown["paper"]["draw"], "ShufflePart": [shown["paper"]["shuffle"]],
        "ClockPart": [shown["clock"]], "SittingsPart": [shown["sittings"]], "ExtraPart": [shown["extra"]], "MarkingPart": [shown["marking"]],
        "WorthPart": [shown["worth"]], "StepPart": shown["worth"]["steps"], "ConditionPart": [shown["valid"], shown["tickets"]["when"]],
        "CountingPart": [], "SubScorePart": [shown["sub_score"]], "StagePart": stages,
        "PromotePart": [stages[0]["promote"]], "AfterPart": [stages[1]["after"]], "ReleasePart": [shown["release"]],
        "DivisionPart": shown["divisions"], "EntryPart": [shown["entry"]], "UnitsPart": [shown["units"]],
        "StepsPart": shown["units"]["steps"], "BoardPart": [shown["board"]], "BandPart": shown["units"]["bands"], "BonusPart": [shown["units"]["bonus"]], "CommendationPart": commendations,
        "GradePart": commendations[1]["grades"], "TicketsPart": [shown["tickets"]], "PrizePart": shown["prizes"],
    }  # fmt: skip
    assert {name for name, part in parts.items() if "properties" in part} == places.keys()
    for name, values in places.items():
        there, only_told = set().union(*values), TOLD.get(name, set())
        assert not there & only_told and there | only_told == parts[name]["properties"].keys(), name
        assert all(re.search(rf"\b{field}\b", told) for field in only_told)


def test_the_demonstration_is_the_one_that_was_promised() -> None:
    rules = read(DEMO.read_text(encoding="utf-8"))
    assert (rules.slug, rules.title, rules.clock) == ("demo", "新安法知多少（演示）", Clock(paper_ms=1_200_000))
    assert [(d.kind, d.count, d.points) for d in rules.blueprint.draws] == [
        (Kind.SINGLE, 10, 500), (Kind.MULTIPLE, 5, 500), (Kind.JUDGE, 5, 500),
    ]  # fmt: skip
    assert {draw.bank for draw in rules.blueprint.draws} == {"xinanfa"} and rules.blueprint.points == 10_000
    assert (rules.limits.per_day, rules.limits.total, rules.counting) == (50, None, Counting())
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
        (small("counts: most\n"), 9, "best、last、first、sum、mean、sum_of_days"),
        (small("counts: {take: worst}\n"), 9, "best、last、first、all"),
        (small("counts: {each: stage}\n"), 9, "要有阶段"),
        (small("counts: sum_of_stages\n"), 9, "要有阶段"),
        (small("marking: {per_right: 0.5}\n"), 9, "只在 multiple: per_right_less_wrong"),
        (small("marking: {multiple: per_right, per_wrong: 0.5}\n"), 9, "只在 multiple: per_right_less_wrong"),
        (small("worth: {streak: [1, -1]}\n"), 9, "最多两位小数"),
        (small("worth: {steps: [{right: 3}]}\n"), 9, "worth 没有写"),
        (small("valid: {time: 30}\n"), 9, "数字加单位"),
        (small("ties: [sub_score]\n"), 9, "sub_score: 是哪一部分题"),
        (small("sittings: {total: 1, retakes: 1}\n"), 9, "合格分 pass"),
        (small("stages:\n  - {code: a, title: 甲, sittings: {total: 1, retakes: 1}}\n"), 10, "合格分 pass"),
        (small("stages:\n  - {code: a, title: 甲, counts: 否}\n  - {code: b, title: 乙, counts: 否}\n"), 9, "至少留一个计成绩的阶段"),
        (small("extra: {like: 1}\n"), 9, "不认识"),
        (small("stages:\n  - {code: A, title: 甲}\n"), 10, "最多15个字符"),
        (small("stages:\n  - {code: a, title: 甲}\n  - {code: a, title: 乙}\n"), 11, "重复"),
        (small("stages:\n  - {code: counted, title: 甲}\n"), 10, "不能用 counted"),
        (small("stages:\n  - {code: a, title: 甲, closes_at: 2026-05-01 09:00}\n"), 10, "晚于 opens_at"),
        (small("stages:\n  - {code: a, title: 甲, clock: {grace: 1秒}}\n"), 10, "没有限时"),
        (small("stages:\n  - {code: a, title: 甲, after: {stage: b}}\n  - {code: b, title: 乙}\n"), 10, "排在前面"),
        (small("stages:\n  - {code: a, title: 甲, promote: {best: 3}}\n"), 10, "没有阶段可以晋级"),
        (small("stages:\n  - {code: a, title: 甲, closes_at: 2026-07-09 09:00}\n"), 10, "closes_at 推迟到最晚的阶段"),
        (small("stages:\n  - {code: a, title: 甲, opens_at: 2026-05-31 09:00}\n"), 10, "opens_at 提前到最早的阶段"),
        (small("last_start: 2026-06-20 09:00\nstages:\n  - {code: a, title: 甲, opens_at: 2026-06-20 10:00}\n"), 11, "自己的 last_start"),
        (small("stages:\n  - {code: a, title: 甲, promote: {per_unit: 企业}}\n  - {code: b, title: 乙}\n"), 10, "之一"),
        (small("stages:\n  - {code: a, title: 甲, promote: {best: 1, share: 10%}}\n  - {code: b, title: 乙}\n"), 10, "之一"),
        (small("stages:\n  - {code: a, title: 甲, promote: {best: 1, per: division}}\n  - {code: b, title: 乙}\n"), 10, "divisions"),
        (small("marking: {multiple: short}\n"), 9, "short: 1"),
        (small("marking: {short: 1}\n"), 9, "只在 multiple: short"),
        (small("cycle: week\ntickets: {stages: 2, per_right: 5}\n"), 10, "per_right 不起作用"),
        (small("cycle: week\ntickets: {stages: 2, total: 5}\n"), 10, "total 不起作用"),
        (small("tickets: {wins: stage}\n"), 9, "要有阶段"),
        (small("tickets: {except: [优]}\n"), 9, "对个人的一种表扬"),
        (small("tickets: {except: 优}\ncommendations:\n  - {title: 优, of: units, quota: 1}\n"), 9, "对个人的一种表扬"),
        (small("tickets: {total: 1}\nprizes:\n  - {title: 奖, count: 1, each_stage: 是}\n"), 11, "要有阶段"),
        (small("cycle: week\ntickets: {stages: 2}\nprizes:\n  - {title: 奖, count: 1, each_stage: 是}\n"), 12, "不能每个阶段各抽"),
        (small("cycle: week\nstages:\n  - {code: a, title: 甲}\n"), 9, "只能写一个"),
        (small("cycle: year\n"), 9, "day、week、month"),
        (small("board: {each_stage: 是}\n"), 9, "要有阶段"),
        (small("prizes:\n  - {title: 奖, count: 1}\n"), 9, "tickets"),
        (small("tickets: {stages: 5}\n"), 9, "要有阶段"),
        (small("tickets: {per_stage: 5}\n"), 9, "要有阶段"),
        (small("units: {then: pass_rate}\n"), 9, "合格分 pass"),
        (small("units: {rank_by: {mean: 1, bonus: 1}}\n"), 9, "最多加几分"),
        (small("units: {rank_by: steps, steps: {of: bonus}}\n"), 9, "能直接比较"),
        (small("units: {rank_by: steps, steps: [{of: people}, {of: bands}]}\n"), 9, "能直接比较"),
        (small("units: {rank_by: steps, steps: {values: [100, 90], step: 5}}\n"), 9, "删去其中一种"),
        (small("units: {rank_by: steps, steps: {of: passed}}\n"), 9, "合格分 pass"),
        (small("units: {rank_by: bands}\n"), 9, "请写上每一档"),
        (small("units:\n  bands:\n    - {of: rate, from: 80, points: 1}\n    - {of: rate, from: 90, points: 2}\n"), 12, "从高到低"),
        (small("units: {rank_by: bonus, bonus: {least: 5, most: 10}}\n"), 9, "应是-999999999.99到0"),
        (small("units: {rank_by: score_rate}\ncounts: sum\n"), 9, "算不出来"),
        (small("commendations:\n  - {title: 优, of: units}\n"), 10, "quota"),
        (small("commendations:\n  - {title: 优, of: units, quota: 1, share: 10%}\n"), 10, "之一"),
        (small("commendations:\n  - {title: 优, of: units, quota: 1, grades: [{title: 一, quota: 1}]}\n"), 10, "每个等次"),
        (small("commendations:\n  - {title: 优, of: units, quota: 1, per: division}\n"), 10, "divisions"),
        (small("commendations:\n  - {title: 优, of: units, quota: 1, divisions: [a]}\n"), 10, "没有编码为“a”的组别"),
        (small("commendations:\n  - {title: 优, of: people, quota: 1, least: {rate: 60}}\n"), 10, "points（得分）"),
        (small("commendations:\n  - {title: 优, of: units, grades: [{title: 一, least: {mean: 90}}, {title: 二}]}\n"), 10, "写 least"),
        (small("commendations:\n  - {title: 优, of: units, quota: 1, at_most: 2}\n"), 10, "只用于 share"),
        (small("commendations:\n  - {title: 优, of: units, share: 5%, at_least: 3, at_most: 2}\n"), 10, "少于 at_least"),
        (small("commendations:\n  - {title: 优, of: units, least: {pass_rate: 60}}\n"), 10, "合格分 pass"),
        (small("commendations:\n  - {title: 优, of: units, grades: [{title: 一, least: {bonus: 1}}]}\n"), 10, "最多加几分"),
        (small("commendations:\n  - {title: 优, of: units, quota: 1, rank_by: {mean: 1, bonus: 1}}\n"), 10, "最多加几分"),
        (small("commendations:\n  - {title: 优, of: people, quota: 1, rank_by: people}\n"), 10, "只用于 of: units"),
        (small("commendations:\n  - {title: 优, of: units, quota: 1, most_per_unit: 1}\n"), 10, "只用于 of: people"),
        (small("commendations:\n  - {title: 优, of: units, quota: 1, except: [优]}\n"), 10, "排在前面"),
        (
            small("commendations:\n  - {title: 甲, of: units, quota: 1}\n  - {title: 乙, of: people, quota: 1, except: 甲}\n"),
            11, "同样表扬单位（或个人）",
        ),
        (small("commendations:\n  - {title: 优, of: units, quota: 1, stage: each}\n"), 10, "stage 要有阶段"),
        (small("cycle: week\ncommendations:\n  - {title: 优, of: units, quota: 1, stage: day-1}\n"), 11, "例如 week-1"),
        (
            small("stages:\n  - {code: a, title: 甲, counts: 否}\n  - {code: b, title: 乙}\n"
                  "commendations:\n  - {title: 优, of: units, quota: 1, stage: a}\n"),
            13, "不计成绩",
        ),
        (small("ties: [time, time]\n"), 9, "重复的 time"),
        (small("pass: 100.01\n"), 9, "超过满分100"),
        (small("pass: nan\n"), 9, "最多两位小数"),
        (small("release: at_once\n"), 9, "名称: 内容"),
        (small("divisions:\n  - {code: a, title: 甲}\n  - {code: a, title: 乙}\n"), 11, "重复"),
        (small("divisions:\n  - {code: a, title: 甲, unit_kinds: [企业]}\n  - {code: b, title: 乙, unit_kinds: [企业]}\n"), 11, "两个组别"),
        (small("entry: {doors: []}\n"), 9, "至少要有1个"),
        (small("entry: {doors: [window]}\n"), 9, "link、roster、account"),
        (small("entry: {units: [锡山区]}\n"), 9, "单位编码"),
        (small("units: {rank_by: mode}\n"), 9, "mean、per_head、score_rate、median"),
        (small("units: {rank_by: {}}\n"), 9, "至少要有1个"),
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
        ("count: 1, points: 5, kind: poem", "不认识"),
        ("count: 1, points: 5, difficulty: 很难", "易、中、难"),
        ("points: 5", "count 没有写"),
    ],
)
def test_it_refuses_marks_and_counts_out_of_range(draw: str, words: str) -> None:
    [(line, message)] = faults_of(SMALL.replace("count: 10, points: 10", draw))
    assert line == 7 and words in message


def test_it_names_all_faults_at_once() -> None:
    text = small("counts: most\nfoo: 1\nticket: 2\n", contest="A", opens_at="2026-07-02 09:00", clock="{item: 1}")
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
        (small("units: {rank_by: {mean: 0.5, rate: 0.6}}\n"), 9, "合计是1.1"),
        (small("units: {rank_by: steps}\n"), 9, "参与人数"),
        (small("units: {rank_by: top_sum, top: 5, min_people: 4}\n"), 9, "不足5人的单位"),
        (small("units: {rank_by: {mean: 0.5, pass_rate: 0.5}}\npass: 30\n").replace("points: 10", "points: 5"), 9, "同一尺度"),
        (small(clock="{paper: 20分钟, item: 119秒}"), 8, "整卷限时不起作用"),
        (small("counts: sum\n"), 9, "有时间刷题"),
        (small("sittings: {retakes: 1}\npass: 60\n"), 9, "补考不起作用"),
        (small("extra: {share: 1}\n"), 9, "转发分享"),
        (small("extra: {invite: 1}\n"), 9, "邀请好友"),
        (small("sittings: {practice_per_day: 1}\nentry: {room_code: 是}\n"), 10, "不需要口令"),
        (small("stages:\n  - {code: a, title: 甲, promote: {best: 3}}\n  - {code: b, title: 乙}\n"), 10, "晋级名单定不下来"),
        (small("valid: {right: 11}\n"), 9, "没有一次有效"),
        (small("tickets: {when: {right: 11}}\n"), 9, "没有人有抽奖机会"),
        (small("cycle: month\ntickets: {stages: 2}\n"), 10, "没有人有抽奖机会"),
        (small("board: {freeze_at: 2026-07-02 09:00}\n"), 9, "封榜"),
        (small("sittings: {per_day: 5, total: 3}\n"), 9, "多于总次数"),
        (small("entry: {minors: 是}\n"), 9, "未成年人"),
    ],
)
def test_it_warns_of_what_may_not_be_meant(text: str, line: int, words: str) -> None:
    found = locate(warnings(read(text)), text.encode(), "c.yaml")
    assert any(fault.line == line and words in fault.message for fault in found), found


def test_a_calm_contest_warns_of_nothing() -> None:
    text = small("last_start: 2026-06-30 23:40\nboard: {freeze_at: 2026-06-25 09:00}\n", clock="{paper: 20分钟, item: 2分钟}")
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
    assert not judge.is_valid(shown | {"counts": "most"})
    assert judge.is_valid(shown | {"counts": {"take": "all", "most": 3, "as": "mean"}})
    assert not judge.is_valid(shown | {"counts": {"take": "worst"}})


SHORT = {
    "best": Counting(), "last": Counting(Take.LAST), "first": Counting(Take.FIRST), "sum": Counting(Take.ALL), "mean": Counting(Take.ALL, combine=Combine.MEAN),
    "sum_of_days": Counting(each=Span.DAY), "sum_of_weeks": Counting(each=Span.WEEK), "valid": Counting(Take.ALL, combine=Combine.NUMBER),
    "days": Counting(each=Span.DAY, combine=Combine.NUMBER), "{take: all, most: 3, as: sum}": Counting(Take.ALL, most=3),
}  # fmt: skip


@pytest.mark.parametrize(("text", "counting"), SHORT.items())
def test_what_counts_has_short_names(text: str, counting: Counting) -> None:
    assert read(small(f"counts: {text}\n")).counting == counting


def test_a_stage_may_have_a_paper_a_clock_and_limits_of_its_own() -> None:
    [_, stage] = read(
        small(
            "stages:\n  - {code: b, title: 乙}\n"
            "  - code: a\n    title: 甲\n    opens_at: 2026-06-02 09:00\n    last_start: 2026-06-02 10:00\n    counts: 否\n"
            "    paper: {draw: [{bank: b, count: 1, points: 5}], shuffle: {items: 否}}\n    clock: {item: 30秒}\n    sittings: {total: 1}\n"
        )
    ).stages
    assert stage == Stage(
        "a", "甲", ms("2026-06-02T09:00+08:00"), ms("2026-06-02T10:00+08:00"), None, PaperBlueprint((Draw("b", 1, 500),), False),
        Clock(item_ms=30_000), Limits(total=1), counts=False,
    )  # fmt: skip


STAGES = (
    "  - {{code: a, title: 甲, paper: {{draw: [{{bank: b, count: 1, points: 5}}], study: 是}}, clock: {{item: 30秒}}}}\n"
    "  - {{code: b, title: 乙, clock: {{item: 40秒}}{more}}}\n"
)
BARE = "contest: small\ntitle: 小竞赛\nopens_at: 2026-06-01 09:00\ncloses_at: 2026-06-30 24:00\nstages:\n"


def test_what_every_stage_says_for_itself_need_not_be_said_above() -> None:
    text = BARE + STAGES.format(more=", paper: {draw: [{bank: c, count: 2, points: 5}]}")
    rules = read(text)
    assert rules.blueprint == rules.stages[0].blueprint and rules.clock == Clock(item_ms=30_000)
    assert not rules.study and [stage.study for stage in rules.stages] == [True, False]
    written = write_contest(rules).decode()
    assert "\npaper:" not in written and "\nclock:" not in written and read(written) == rules
    assert [(line, message[:12]) for line, message in faults_of(BARE + STAGES.format(more=""))] == [(1, "没有写 paper，请补")]
    assert [message for _, message in faults_of(BARE[: -len("stages:\n")])] == ["没有写 paper，请补上", "没有写 clock，请补上"]


def test_the_calendar_tells_every_stage_and_how_long_a_list_would_be_public() -> None:
    told = calendar(read(small("last_start: 2026-06-30 23:40\nstages:\n  - {code: a, title: 甲, closes_at: 2026-06-02 24:00}\n")))
    assert told[:4] == [
        "开始 2026-06-01 09:00", "最后开始 2026-06-30 23:40", "截止 2026-06-30 24:00", "甲 2026-06-01 09:00 至 2026-06-02 24:00",
    ]  # fmt: skip
    assert "2026-07-07" in told[4]
    own = "stages:\n  - {code: a, title: 甲, last_start: 2026-06-02 17:30, closes_at: 2026-06-02 18:00}\n"
    assert calendar(read(small(own)))[3] == "甲 2026-06-01 09:00 至 2026-06-02 18:00，最后开始 2026-06-02 17:30"
