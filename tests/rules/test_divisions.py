"""Divisions with papers and stages of their own, chosen or by kind of unit: what holds for whom, and what is said of it."""

from dataclasses import replace

from factories import DAY, rules

from quizapp.rules.contests import (
    ContestRules,
    Division,
    EntryRules,
    Limits,
    Promotion,
    Stage,
    division_named,
    division_of,
)
from quizapp.rules.items import Kind
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.rehearsal import rehearse
from quizapp.rules.speech import say_all
from quizapp.rules.stages import at_stage, before, blueprints, open_stages, stages_for, studied
from quizapp.rules.wording import activity, entering, paper

NOON = 1_780_286_400_000
PRIMARY = PaperBlueprint((Draw("tests", 2, 5_000, Kind.JUDGE),))
MIDDLE = PaperBlueprint((Draw("tests", 5, 2_000, Kind.SINGLE),))
FINAL = PaperBlueprint((Draw("tests", 1, 10_000),))
XIAOXUE = Division("xx", "小学组", ("小学",), PRIMARY, study=True)
CHUZHONG = Division("cz", "初中组", ("初中",), MIDDLE)
GAOZHONG = Division("gz", "高中组", ("高中",))


def school(**over: object) -> ContestRules:
    return rules(NOON, **({"divisions": (XIAOXUE, CHUZHONG, GAOZHONG)} | over))


def test_a_division_with_a_paper_sits_it_and_others_the_contests():
    contest = school()
    found = [at_stage(contest, None, code).blueprint for code in ("xx", "cz", "gz", "", None)]
    assert found == [PRIMARY, MIDDLE, contest.blueprint, contest.blueprint, contest.blueprint]
    assert at_stage(contest, None, "gz") is contest


def test_a_paper_of_a_stage_is_for_everybody():
    first, last = Stage("a", "初赛"), Stage("b", "决赛", blueprint=FINAL)
    contest = school(stages=(first, last))
    assert at_stage(contest, first, "xx").blueprint == PRIMARY and at_stage(contest, last, "xx").blueprint == FINAL


def test_every_blueprint_is_listed_with_whose_it_is():
    contest = school()
    assert blueprints(contest) == [(None, contest.blueprint), (XIAOXUE, PRIMARY), (CHUZHONG, MIDDLE)]
    whole = school(divisions=(XIAOXUE, CHUZHONG), blueprint=PRIMARY)
    assert blueprints(whole) == [(XIAOXUE, PRIMARY), (CHUZHONG, MIDDLE)], "the contest's is only the first of theirs"
    final = Stage("b", "决赛", blueprint=FINAL)
    assert blueprints(school(stages=(final,))) == [(final, FINAL)], "nobody sits another than the stage's"


def test_a_divisions_own_paper_may_be_studied_from_the_start():
    assert studied(school(), 0) == [("小学组", PRIMARY)]


def test_a_stage_is_for_its_divisions_and_the_one_before_is_theirs():
    small, large = Stage("s1", "小学初赛", divisions=("xx",)), Stage("m1", "中学初赛", divisions=("cz", "gz"))
    final = Stage("s2", "小学决赛", divisions=("xx",))
    grand = Stage("all", "总决赛")
    contest = school(stages=(small, large, final, grand))
    assert stages_for(contest, "xx") == (small, final, grand) and stages_for(contest, "") == (grand,)
    assert open_stages(contest, NOON, "cz") == [large, grand]
    assert before(contest, final, "xx") == small == before(contest, final)
    assert before(contest, grand, "cz") == large and before(contest, grand, "xx") == final and before(contest, small) is None


def test_where_people_choose_no_unit_decides():
    contest = school(entry=EntryRules(choose_division=True))
    assert division_of(contest, "小学") == "" and division_of(school(), "小学") == "xx" and division_of(school(), "机关") == ""
    assert [division_named(contest, words) for words in ("cz", "高中组", "教师组", "")] == ["cz", "gz", "", ""]


def test_a_notice_says_who_belongs_where_and_what_each_sits():
    by_kind = say_all(entering(school()))
    assert "分组排名，按单位类型归组：小学组（小学）、初中组（初中）、高中组（高中）" in by_kind
    assert "其他类型单位的人不属于任何组别，只排总名次" in by_kind
    rest = school(divisions=(XIAOXUE, replace(GAOZHONG, unit_kinds=())))
    assert "分组排名，按单位类型归组：小学组（小学）、高中组（其他单位）" in say_all(entering(rest))
    chosen = school(entry=EntryRules(choose_division=True))
    assert "分组排名，参加时自选一个组别：小学组、初中组、高中组" in say_all(entering(chosen))
    told = "；".join(say_all(paper(school())))
    assert "小学组：2题" in told and "初中组：5题" in told and "高中组：" not in told and "这些题目连同答案公布" in told
    staged = school(stages=(Stage("a", "小学初赛", divisions=("xx",)),))
    assert any(line.startswith("小学初赛：") and "只限小学组" in line for line in say_all(activity(staged)))


def test_every_sentence_of_divisions_has_english():
    contests = (
        school(), school(entry=EntryRules(choose_division=True)), school(divisions=(XIAOXUE, replace(GAOZHONG, unit_kinds=()))),
        school(stages=(Stage("a", "A", divisions=("xx",)),)),
    )  # fmt: skip
    named = {"小学组": "P", "初中组": "M", "高中组": "H", "小学": "p", "初中": "m", "高中": "h", "六月竞赛": "June"}
    for contest in contests:
        for line in say_all([*entering(contest), *paper(contest), *activity(contest)], "en"):
            for chinese, english in sorted(named.items(), key=lambda pair: -len(pair[0])):
                line = line.replace(chinese, english)
            assert line.isascii() or not any("\u4e00" <= sign <= "\u9fff" for sign in line), line


def test_a_rehearsal_plays_each_divisions_paper_and_stages():
    stages = (
        Stage("s1", "小学初赛", closes_at=NOON + DAY, divisions=("xx",), promote=Promotion(3)),
        Stage("m1", "中学初赛", closes_at=NOON + DAY, divisions=("cz", "gz"), promote=Promotion(2)),
        Stage("all", "总决赛", opens_at=NOON + 2 * DAY, blueprint=FINAL),
    )
    contest = school(stages=stages, limits=Limits(total=1), entry=EntryRules(choose_division=True), clock=rules(NOON).clock)
    found = rehearse(replace(contest, divisions=tuple(replace(one, unit_kinds=()) for one in contest.divisions)), 300, 10)
    members = {sat.person.division for sat in found.sittings}
    assert members == {"xx", "cz", "gz"}, "made-up people are spread over the divisions"
    items = {(sat.person.division, sat.made.stage): sat.made.total for sat in found.sittings}
    assert items == {
        ("xx", "s1"): 2, ("cz", "m1"): 5, ("gz", "m1"): 7, **{(code, "all"): 1 for code, stage in items if stage == "all"},
    }  # fmt: skip
    final = [sat.person.division for sat in found.sittings if sat.made.stage == "all"]
    assert final.count("xx") >= 3 and len(final) - final.count("xx") >= 2, "the best of each first stage went on"
