"""Divisions in a contest file: papers and stages of their own, chosen or by kind of unit; what is refused, what is warned of."""

import pytest
from test_contest_yaml import faults_of, read, small

from quizapp.formats.contest.yaml import read_contest, warnings, write_contest
from quizapp.rules.contests import Division
from quizapp.rules.papers import Draw, PaperBlueprint

PAPER = "paper: {draw: [{bank: b, count: %d, points: 10}]}"
GROUPS = f"""\
divisions:
  - {{code: xx, title: 小学组, unit_kinds: 小学, {PAPER % 5}}}
  - {{code: cz, title: 初中组, unit_kinds: [初中, 九年制], {PAPER % 8}}}
"""
WITHOUT = "contest: c\ntitle: 甲\nopens_at: 2026-06-01 09:00\ncloses_at: 2026-06-30 24:00\nclock: {paper: 20分钟}\n"
STAGES = "stages:\n  - {code: a, title: 初赛, %s}\n  - {code: b, title: 决赛, %s}\n"


def blueprint(count: int) -> PaperBlueprint:
    return PaperBlueprint((Draw("b", count, 1_000),))


def said(text: str) -> str:
    return "；".join(fault.message for fault in warnings(read(text)))


def test_where_every_division_has_a_paper_the_contest_needs_none() -> None:
    rules = read(WITHOUT + GROUPS)
    assert rules.divisions == (
        Division("xx", "小学组", ("小学",), blueprint(5)), Division("cz", "初中组", ("初中", "九年制"), blueprint(8)),
    )  # fmt: skip
    assert rules.blueprint == blueprint(5)
    written = write_contest(rules)
    assert b"\npaper:" not in written and read_contest(written, "") == rules
    one = GROUPS.replace(f", {PAPER % 8}", "")
    assert any("没有写 paper" in message for _, message in faults_of(WITHOUT + one))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("divisions:\n  - {code: a, title: 甲, unit_kinds: 企业}\n  - {code: b, title: 乙, unit_kinds: 企业}\n", "“企业”同时属于两个组别"),
        ("divisions:\n  - {code: a, title: 甲, unit_kinds: 企业}\n  - {code: b, title: 乙, unit_kinds: [学校, 企业]}\n", "“企业”同时属于两个组别"),
        ("entry: {choose_division: 是}\n", "请写 divisions"),
        ("entry: {choose_division: 是}\n" + GROUPS, "请删去其中一个"),
        (GROUPS + STAGES % ("divisions: [xx, gz]", "counts: 是"), "没有编码为“gz”的组别"),
        (GROUPS + STAGES % ("divisions: xx, promote: {best: 3}", "divisions: [cz]"), "之后没有阶段可以晋级"),
        ("entry: {choose_division: 是}\ndivisions: [{code: a, title: 甲}]\n"
         "commendations: [{title: 优, of: units, quota: 1, per: division}]\n", "单位不属于哪个组别"),
    ],
)  # fmt: skip
def test_it_refuses_what_leaves_somebody_without_a_division_or_a_stage(more: str, words: str) -> None:
    told = faults_of(small(more))
    assert any(words in message for _, message in told), told


def test_people_who_choose_may_be_commended_by_division() -> None:
    more = "entry: {choose_division: 是}\ndivisions: [{code: a, title: 甲}, {code: b, title: 乙}]\n"
    rules = read(small(more + "commendations: [{title: 优, of: people, quota: 1, per: division}]\n"))
    assert rules.entry.choose_division and not any("unit_kinds" in fault.message for fault in warnings(rules))


def test_it_warns_of_kinds_that_no_division_takes() -> None:
    rule = "commendations: [{title: 优秀, of: units, quota: 1, per: division, kinds: [小学, 高中]}]\n"
    assert "“优秀”每个组别各取，但高中不在任何组别" in said(small(GROUPS + rule))
    assert "一个也取不到" not in said(small(GROUPS + rule.replace(", 高中", "")))
    assert "一个也取不到" not in said(small(GROUPS.replace("unit_kinds: 小学, ", "") + rule)), "the rest belong to 小学组"


def test_it_warns_of_divisions_without_anybody_and_papers_that_nobody_sits() -> None:
    assert "“乙”没有写 unit_kinds，其余的人都归入“甲”" in said(small("divisions: [{code: a, title: 甲}, {code: b, title: 乙}]\n"))
    assert "没有一个阶段是“初中组”能参加的" in said(small(GROUPS + STAGES % ("divisions: xx", "divisions: xx")))
    assert "组别的试卷用不上" in said(small(GROUPS + STAGES % (PAPER % 1, PAPER % 2)))
    assert "答的是“小学组”的试卷" in said(WITHOUT + GROUPS) and "答的是" not in said(small(GROUPS))


def test_a_pass_mark_is_held_against_the_paper_with_most_points() -> None:
    assert not any("没有人能合格" in fault.message for fault in warnings(read(WITHOUT + GROUPS + "pass: 80\n")))
    assert "没有人能合格" in said(WITHOUT + GROUPS + "pass: 81\n")


def test_a_line_that_a_bank_cannot_supply_is_named_at_its_division() -> None:
    found = warnings(read(WITHOUT + GROUPS), {"b": ()})
    assert {"divisions.0.paper.draw.0", "divisions.1.paper.draw.0"} <= {fault.field for fault in found}
