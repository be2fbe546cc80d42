"""What a contest file may say and a person may not mean: each is told once, at its line, and a good file is left in peace."""

import pytest

from quizapp.errors import BadFile, Fault
from quizapp.formats.contest.yaml import read_contest, warnings
from quizapp.formats.yaml_faults import locate

# ten items of 10 points; 20 minutes, nobody is cut
SMALL = """\
contest: small
title: 小竞赛
opens_at: 2026-06-01 09:00
last_start: 2026-06-30 23:40
closes_at: 2026-06-30 24:00
paper: {draw: [{bank: xinanfa, kind: single, count: 10, points: 10}]}
clock: {paper: 20分钟}
"""
FIVE = SMALL.replace("points: 10", "points: 0.5")  # full marks 5
ITEMS = SMALL.replace("{paper: 20分钟}", "{item: 2分钟}")  # ten of them: 20 minutes
FULL_TIME = SMALL.replace("20分钟}", "20分钟, full_time: 是}")
TWO = "stages:\n  - {{code: a, title: 甲, closes_at: 2026-06-02 24:00{a}}}\n  - {{code: b, title: 乙, opens_at: 2026-06-03 09:00{b}}}\n"
EACH = "board: {each_stage: 是}\n"


def two(a: str = "", b: str = "", first_ends: str = ", last_start: 2026-06-02 23:40") -> str:
    return TWO.format(a=first_ends + a, b=b)


def told(text: str) -> list[Fault]:
    return locate(warnings(read_contest(text.encode(), "c.yaml")), text.encode(), "c.yaml")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (SMALL + two(first_ends=""), 9, "阶段“甲”：最后20分钟内开始的人用不满20分钟"),
        (SMALL + "cycle: day\n", 8, "每天最后20分钟内开始的人用不满20分钟"),
        (SMALL + "cycle: week\n", 8, "每周最后20分钟"),
        (ITEMS.replace("23:40", "23:41"), 5, "最后20分钟内开始的人可能来不及答完"),
        (ITEMS + "cycle: month\n", 8, "每月最后20分钟内开始的人可能来不及答完"),
        (SMALL + two(", promote: {best: 3}"), 9, "排在同一个榜上"),
        (SMALL + two(", promote: {best: 3, per_unit: 企业}") + EACH, 9, "每个企业只有3人晋级，单位却至少要5人"),
        (SMALL + two(", promote: {best: 3, per_unit: 企业}") + EACH + "units: {rank_by: points, min_people: 4}\n", 9, "至少要4人"),
        (SMALL + "valid: {points: 100.01}\n", 8, "一次答题最多值100分，没有一次有效"),
        (SMALL + "valid: {time: 21分钟}\n", 8, "限时只有20分钟，没有一次有效"),
        (SMALL + "valid: {time: 60秒, within: 59秒}\n", 8, "至少用时1分钟，又要求至多59秒，没有一次有效"),
        (SMALL + "valid: {right: 10}\n" + two(b=", paper: {draw: [{bank: b, count: 9, points: 10}]}"), 11, "“乙”里要求答对10题，试卷只有9题"),
        (SMALL + "tickets: {when: {points: 101}}\nprizes: [{title: 奖, count: 1}]\n", 8, "没有人有抽奖机会"),
        (SMALL + "tickets: {per_right: 11}\nprizes: [{title: 奖, count: 1}]\n", 8, "每答对11题一次机会，试卷只有10题"),
        (SMALL + two(b=", after: {stage: a, points: 101}"), 10, "没有人能进“乙”"),
        (SMALL + "pass: 100\nworth: {steps: [{all_right: 是, worth: 99}]}\n", 8, "一次答题最多值99分，没有人能合格"),
        (SMALL + "counts: {take: best, each: stage}\nunits: {min_mean: 201}\n" + two(), 9, "成绩最高200分，平均分到不了201分"),
        (SMALL + "commendations: [{title: 优, of: people, quota: 1, least: {points: 101}}]\n", 8, "要求总分101，最高只能到100"),
        (SMALL + "commendations: [{title: 优, of: units, quota: 1, least: {mean: 101}}]\n", 8, "要求平均分101，最高只能到100"),
        (SMALL + "counts: {take: all, most: 2}\ncommendations: [{title: 优, of: people, quota: 1, least: {points: 201}}]\n", 9, "最高只能到200"),
        (SMALL + "sub_score: {kind: judge}\n", 8, "试卷里一道也没有"),
        (SMALL + "ties: [lot, time]\n", 8, "后面的 time 不会再比"),
        (SMALL + "worth: {steps: [{worth: 1}, {right: 4, worth: 2}]}\n", 8, "第2档永远轮不到"),
        (SMALL + "worth: {steps: [{right: 4, worth: 1}, {right: 8, worth: 2}, {worth: 0}]}\n", 8, "第2档永远轮不到"),
        (SMALL + "marking: {unanswered: 10}\n", 8, "不答得10分，不少于答对一题的10分"),
        (SMALL + "counts: mean\n", 8, "平均只算答过的"),
        (SMALL + "counts: {take: best, each: day, as: mean}\n", 8, "平均只算答过的"),
        (SMALL + "counts: {take: best, most: 3}\n", 8, "most 不起作用"),
        (SMALL + "counts: {take: all, each: day, as: number}\n", 8, "each 不起作用"),
        (SMALL + "units: {rank_by: {people: 50%, mean: 50%}}\n", 8, "参与人数、平均分不在同一尺度上"),
        (SMALL + "units: {rank_by: {points: 50%, full_rate: 50%}}\n", 8, "总分、满分率（%）不在同一尺度上"),
        (FIVE + "units: {rank_by: {median: 50%, full_rate: 50%}}\n", 8, "不在同一尺度上：一次答题的满分是5"),
        (FIVE + "units: {rank_by: {top_mean: 50%, full_rate: 50%}, min_people: 10}\n", 8, "不在同一尺度上：一次答题的满分是5"),
        (SMALL + "counts: sum_of_days\nunits: {rank_by: {mean: 50%, full_rate: 50%}}\n", 9, "不在同一尺度上"),
        (SMALL + "units: {rank_by: people, shrink: 5}\n", 8, "shrink 不起作用"),
        (SMALL + "units: {top: 5}\n", 8, "top 不起作用"),
        (SMALL + "units: {bonus: 5}\n", 8, "bonus 不起作用"),
        (SMALL + "units: {steps: {of: mean}}\n", 8, "steps 不起作用"),
        (SMALL + "units: {rank_by: steps, steps: {of: people}}\n", 8, "按参与人数给单位排名"),
        (SMALL + "entry: {unit_changes: 0, change_within: 7天}\n", 8, "change_within 不起作用"),
        (SMALL + "release: {score: published, key: at_once}\n", 8, "答案比成绩先给看"),
        (SMALL + "release: {score: at_end}\n", 8, "答案比成绩先给看"),
        (SMALL + "commendations:\n  - {title: 优, of: units, quota: 1}\n  - {title: 优, of: people, quota: 1}\n", 9, "几种表扬都叫“优”"),
        (SMALL + "commendations: [{title: 优, of: people, grades: [{title: 一, share: 100%}, {title: 二, quota: 1}]}]\n", 8, "“二”一个也没有"),
        (SMALL + "commendations: [{title: 优, of: people, grades: [{title: 一, share: 60%}, {title: 二, share: 50%}]}]\n", 8, "合计超过100%"),
    ],
)  # fmt: skip
def test_it_warns_once_of_what_may_not_be_meant(text: str, line: int, words: str) -> None:
    found = [(fault.line, fault.message) for fault in told(text) if words in fault.message]
    assert [where for where, _ in found] == [line], told(text)


@pytest.mark.parametrize(
    "text",
    [
        SMALL.replace("last_start: 2026-06-30 23:40\n", "") + "stages: [{code: a, title: 甲, opens_at: 2026-06-02 09:00, "
        "last_start: 2026-06-02 10:00, closes_at: 2026-06-02 11:00}]\n",  # the contest's own end matters to nobody
        FULL_TIME.replace("2026-06-30 23:40", "2026-06-01 09:10").replace("2026-06-30 24:00", "2026-06-01 09:10"),
        FULL_TIME + "cycle: day\n",
        ITEMS.replace("2分钟}", "2分钟, full_time: 是}") + "cycle: day\n",
        SMALL + two(first_ends=", counts: 否"),  # training: nothing is lost
        SMALL + two(", promote: {best: 5, per_unit: 企业}") + EACH,
        SMALL + "counts: sum_of_stages\n" + two(", promote: {best: 3}"),  # 初赛30%、决赛70%
        SMALL + "valid: {right: 10, points: 100, time: 20分钟}\n",
        SMALL + "commendations: [{title: 优, of: people, quota: 1, least: {points: 100}}]\n",
        SMALL + "sub_score: {topic: 总则}\nties: [sub_score, time, lot]\n",  # the line of the paper names no topic
        SMALL + "worth: {steps: [{right: 8, worth: 2}, {right: 4, time: 1分钟, worth: 1}, {right: 4, worth: 1}, {worth: 0}]}\n",
        SMALL + "sittings: {total: 1}\ncounts: mean\n",
        SMALL + "counts: mean\ncommendations: [{title: 优, of: people, quota: 1, least: {papers: 7}}]\n",
        SMALL + "counts: {take: all, most: 3}\n",
        SMALL + "units: {rank_by: mean, then: [people, rate]}\n",
        SMALL + "units: {rank_by: {steps: 30%, mean: 70%}, steps: {of: people}}\n",
        SMALL + "units: {rank_by: {mean: 50%, full_rate: 50%}}\n",
        SMALL + "units: {rank_by: steps, steps: {of: top_mean}, top: 5}\n",
        SMALL + "units: {rank_by: people, shrink: 5}\ncommendations: [{title: 优, of: units, quota: 1, least: {mean: 80}}]\n"
        .replace("rank_by: people", "rank_by: points"),
        SMALL + "release: {score: at_end, key: published}\n",
        SMALL + "commendations: [{title: 优, of: people, grades: [{title: 一, share: 60%}, {title: 二, share: 100%, of: rest}]}]\n",
    ],
)  # fmt: skip
def test_it_leaves_a_good_file_in_peace(text: str) -> None:
    assert told(text) == []


def test_stages_that_are_cut_alike_are_named_in_one_line() -> None:
    days = "".join(f"  - {{code: d{n}, title: 第{n}天, opens_at: 2026-06-0{n} 09:00, closes_at: 2026-06-0{n} 22:00}}\n" for n in range(1, 6))
    [fault] = told(SMALL + "stages:\n" + days)
    assert fault.message.startswith("阶段“第1天”等5个：最后20分钟内") and fault.line == 9


def faults_of(text: str) -> list[str]:
    with pytest.raises(BadFile) as caught:
        read_contest(text.encode(), "c.yaml")
    return [fault.message for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SMALL.replace("single", "单选"), "kind“单选”请写 single"),
        (SMALL.replace("single", "判断题"), "kind“判断题”请写 judge"),
        (SMALL + "counts: 最好一次\n", "counts“最好一次”请写 best"),
        (SMALL + "counts: 各次相加\n", "counts“各次相加”请写 sum"),
        (SMALL + "ties: [抽签]\n", "ties第1项“抽签”请写 lot"),
        (SMALL + "units: {rank_by: 参与率}\n", "rank_by“参与率”请写 rate"),
        (SMALL + "units: {then: 合格率}\n", "then“合格率”请写 pass_rate"),
        (SMALL + "release: {score: 结束后}\n", "score“结束后”请写 at_end"),
        (SMALL + "commendations: [{title: 优, of: 单位, quota: 1}]\n", "of“单位”请写 units"),
        (SMALL + "commendations: [{title: 优, of: units, quota: 10%}]\n", "quota“10%”应是个数；取百分之几请写 share: 10%"),
        (SMALL + "ties: [颜值]\n", "ties第1项“颜值”不认识，只能是 time、total_time、finish、sub_score、sittings、lot"),
    ],
)  # fmt: skip
def test_it_says_which_word_to_write_for_a_chinese_one(text: str, message: str) -> None:
    assert message in faults_of(text)


def test_it_says_how_a_number_a_week_is_written() -> None:
    [message] = faults_of(SMALL + "sittings: {per_week: 3}\n")
    assert "cycle: week" in message and "total" in message
