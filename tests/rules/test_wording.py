"""What a notice prints, by example: whole paragraphs of small contest files, in Chinese and in English."""

import pytest

from quizapp.formats.contest.yaml import read_contest
from quizapp.rules import wording
from quizapp.rules.contests import ContestRules
from quizapp.rules.counting import Combine, Counting, Span, Take
from quizapp.rules.speech import Points, say, say_all

HEAD = """contest: {name}
title: 竞赛
opens_at: 2026-06-01 09:00
closes_at: 2026-06-30 24:00
"""
TWENTY = """paper:
  draw:
    - {bank: b, kind: single, count: 10, points: 5}
    - {bank: b, kind: multiple, count: 5, points: 5}
    - {bank: b, kind: judge, count: 5, points: 5}
clock: {paper: 20分钟}
"""


def rules_of(rest: str, name: str = "c") -> ContestRules:
    return read_contest((HEAD.replace("{name}", name) + rest).encode(), "c.yaml")


def lines(rest: str, language: str = "zh") -> list[str]:
    return say_all(wording.activity(rules_of(rest)), language)


def paper_of(rest: str, language: str = "zh") -> list[str]:
    return say_all(wording.paper(rules_of(rest)), language)


def stages_of(rest: str, language: str = "zh") -> list[str]:
    return say_all(wording.stages(rules_of(rest)), language)


def test_a_plain_contest_is_told_whole_in_chinese() -> None:
    assert lines(TWENTY + "sittings: {total: 1}\n") == [
        "竞赛从2026年6月1日 9:00开始，到2026年6月30日24时截止",
        "参加方式：扫本单位的二维码；名册中的人凭登录码；用账号登录",
        "参加后可以更换单位1次",
        "每份试卷20题，满分100分",
        "其中单选题10题、每题5分；多选题5题、每题5分；判断题5题、每题5分",
        "题目和选项的顺序每人不同",
        "答题限时20分钟",
        "退出可接着答，计时不停",
        "到截止时间还没有交卷的，按已保存的答案交卷",
        "多选题多选、少选、错选均不得分",
        "每人最多答1次",
        "按得分从高到低排名",
        "得分相同，计入成绩的用时少的在前",
        "仍相同，先交卷的在前",
        "全部相同的并列，下一名顺延（例如并列第2名，其后为第4名）",
        "交卷后即可查看成绩",
        "交卷后即可查看答案和解析",
    ]


def test_and_in_english() -> None:
    assert lines(TWENTY + "sittings: {total: 3, practice_per_day: 1}\nentry: {doors: [link], unit_changes: 0}\n", "en") == [
        "The contest opens at 2026-06-01 9:00 and closes at 2026-06-30 24:00",
        "How to take part: scan the QR code of your unit",
        "After entering, the unit cannot be changed",
        "A paper has 20 items; full marks are 100 points",
        "Of these: 10 single choice, 5 points each; 5 multiple choice, 5 points each; 5 true or false, 5 points each",
        "Items and choices are in another order for each person",
        "The time limit is 20 min",
        "You may leave and go on; the clock does not stop",
        "What is not handed in by the end is handed in as it was saved",
        "Multiple choice: anything but exactly the right choices earns nothing",
        "At most 3 attempts a person",
        "Practice that does not count: 1 time a day",
        "Of several attempts the best result counts",
        "Ranked by points",
        "With equal points, less time used in what counts comes first",
        "If still equal, the earlier hand-in comes first",
        "Those equal in everything share the place; the next place is skipped (2, 2, 4)",
        "Scores can be seen after handing in",
        "Keys and explanations can be seen after handing in",
    ]


ROUNDS = """sittings: {total: 1, practice_per_day: 6}
stages:
  - code: a
    title: e路初赛
    opens_at: 2026-06-01 09:00
    last_start: 2026-06-10 17:30
    closes_at: 2026-06-10 18:00
    sittings: {total: 3}
    promote: {best: 6, per_unit: 学校}
  - code: b
    title: 决赛
    opens_at: 2026-06-20 09:00
    last_start: 2026-06-20 09:15
    closes_at: 2026-06-20 10:30
    clock: {paper: 20分钟, item: 30秒, full_time: 是}
    after: {stage: a, points: 90}
"""


def test_a_stage_tells_what_differs_and_what_it_does_not_have() -> None:
    told = paper_of(TWENTY + ROUNDS)
    assert "每个阶段最多答1次" in told and "每个阶段每天可练习6次，练习不计成绩" in told
    assert told[-1] == "阶段另有规定的，按阶段的规定"
    assert stages_of(TWENTY + ROUNDS) == [
        "e路初赛：2026年6月1日 9:00至6月10日 18:00；最迟6月10日 17:30开始答题；本阶段最多答3次；不设练习；"
        "每个学校前6名晋级下一阶段，末位并列的一并晋级",
        "决赛：2026年6月20日 9:00至10:30；最迟9:15开始答题；每题限时30秒，按顺序作答，不能返回；晚开始的也给足时间；"
        "“e路初赛”有一次答题得到90分才能进入",
    ]


def test_what_a_stage_says_in_english_has_small_letters_but_for_what_was_named() -> None:
    assert stages_of(TWENTY + ROUNDS, "en") == [
        "e路初赛: 2026-06-01 9:00 to 2026-06-10 18:00; the last start is at 2026-06-10 17:30; at most 3 attempts in this stage; no practice; "
        "the first 6 of each 学校 go on to the next stage, with those who share the last place",
        "决赛: 2026-06-20 9:00 to 10:30; the last start is at 9:15; 30 s for each item, in order, without going back; "
        "whoever starts late still gets the full time; open after an attempt with 90 points in “e路初赛”",
    ]


def test_nothing_is_said_of_all_stages_that_each_says_for_itself() -> None:
    each = "stages:\n" + "".join(f"  - {{code: {code}, title: {code}, sittings: {{total: {n}}}}}\n" for n, code in enumerate("ab", 1))
    assert not [line for line in paper_of(TWENTY + each) if "次" in line or "另有规定" in line]
    assert stages_of(TWENTY + each) == ["a：本阶段最多答1次", "b：本阶段最多答2次"]
    alike = "stages:\n" + "".join(f"  - {{code: {code}, title: {code}, sittings: {{per_day: 2}}}}\n" for code in "ab")
    assert "每个阶段每天最多答2次" in paper_of(TWENTY + alike) and stages_of(TWENTY + alike) == ["a：同上", "b：同上"]


def test_on_its_own_page_a_stage_is_this_stage() -> None:
    rules = rules_of(TWENTY + "sittings: {total: 2}\ncycle: week\n")
    assert "每周最多答2次" in say_all(wording.paper(rules)) and "本阶段最多答2次" in say_all(wording.paper(rules, here=True))


def test_stages_of_the_calendar_are_days_weeks_or_months() -> None:
    told = lines(TWENTY + "sittings: {per_day: 1, total: 3, retakes: 1}\npass: 60\ncycle: week\nboard: {each_stage: 是}\n")
    for line in ("每周为一个阶段，周一0时开始", "每天最多答1次", "每周最多答3次", "每周不合格的可以补考1次", "每周重新计分、分别排名"):
        assert line in told
    assert "每月最多答2次" in paper_of(TWENTY + "sittings: {total: 2}\ncycle: month\n")


STEPS = """paper: {draw: [{bank: b, kind: multiple, count: 3, points: 1}]}
clock: {item: 30秒}
worth: {all_right: 3, steps: [{right: 3, worth: 17}, {right: 1, worth: 7}, {worth: 2}]}
"""


def test_a_paper_is_worth_what_an_attempt_can_get() -> None:
    assert paper_of(STEPS)[:2] == ["每份试卷3题，一次答题最多得20分", "其中多选题3题"]
    assert "每题全部答对才算答对" in paper_of(STEPS) and not any("均不得分" in line for line in paper_of(STEPS))
    assert "一次答题按先符合的一档计分：至少答对3题的计17分；至少答对1题的计7分；其余的计2分" in paper_of(STEPS)
    assert (
        "What an attempt is worth, by the first of these that it reaches: at least 3 items right: 17 points; "
        "at least 1 item right: 7 points; any other: 2 points" in paper_of(STEPS, "en")
    )
    marks = STEPS.replace("{right: 1, worth: 7}", "{points: 2, worth: 7}").replace(", {worth: 2}", "")
    assert paper_of(marks)[0] == "每份试卷3题，卷面满分3分，一次答题最多得20分"
    assert any(line.endswith("卷面得分不低于2分的计7分；其余的计0分") for line in paper_of(marks))
    streak = TWENTY + "worth: {streak: [0, 1, 2]}\n"  # 0 + 1 + 18 × 2 = 37
    assert paper_of(streak)[0] == "每份试卷20题，卷面满分100分，连同加分最多得137分"
    assert "连续答对另加分：第2题加1分、第3题起每题加2分；答错后重新数" in paper_of(streak)


def test_lines_of_a_kind_are_told_apart() -> None:
    draw = "paper:\n  draw:\n{}clock: {{paper: 20分钟}}\n"
    values = "".join(f"    - {{bank: b, kind: single, count: 5, points: {points}}}\n" for points in (2, 3))
    assert paper_of(draw.format(values))[1] == "其中单选题10题（每题2分的5题、每题3分的5题）"
    assert paper_of(draw.format(values), "en")[1] == "Of these: 10 single choice (5 at 2 points each, 5 at 3 points each)"
    topics = "    - {bank: b, kind: single, topic: 总则, count: 5, points: 1}\n    - {bank: b, kind: single, difficulty: 难, count: 3, points: 1}\n"
    topics += "    - {bank: b, kind: single, count: 2, points: 1}\n"
    assert paper_of(draw.format(topics))[1] == "其中单选题10题、每题1分（“总则”5题、难度为难的3题、其余2题）"
    one = "    - {bank: b, kind: judge, topic: 总则, difficulty: 易, count: 5, points: 1}\n"
    assert paper_of(draw.format(one))[1] == "其中判断题5题、每题1分；均出自“总则”、难度为易"
    any_kind = "    - {bank: b, count: 5, points: 1}\n    - {bank: b, kind: judge, count: 5, points: 1}\n"
    assert paper_of(draw.format(any_kind))[1] == "其中不限题型5题、每题1分；判断题5题、每题1分"


KINDS = """paper:
  draw:
    - {bank: b, kind: blank, count: 1, points: 1}
    - {bank: b, kind: order, count: 1, points: 1}
    - {bank: b, kind: match, count: 1, points: 1}
    - {bank: b, kind: hotspot, count: 1, points: 1}
  shuffle: {items: 否}
clock: {paper: 20分钟}
"""


def test_every_kind_that_is_asked_says_how_it_is_marked() -> None:
    told = paper_of(KINDS)
    assert told[2] == "题目按类依次出，选项的顺序每人不同"
    assert [line for line in told if "才得分" in line or "比例" in line] == [
        "填空题按填对的空所占的比例得分", "排序题次序全对才得分", "配对题按配对正确的比例得分",
        "看图找隐患题按找到的隐患所占的比例得分，点错一处抵去找到的一处",
    ]  # fmt: skip
    other = paper_of(KINDS + "marking: {blank: exact, order: each, match: exact, hotspot: exact}\n")
    assert [line for line in other if "才得分" in line or "比例" in line] == [
        "填空题全部填对才得分", "排序题按相邻两步次序正确的比例得分", "配对题全部配对才得分", "看图找隐患题找全隐患、没有点错才得分",
    ]  # fmt: skip
    unsaid = paper_of("paper: {draw: [{bank: b, count: 5, points: 1}]}\nclock: {paper: 20分钟}\nmarking: {order: each}\n")
    assert "排序题按相邻两步次序正确的比例得分" in unsaid and not any("填空题" in line for line in unsaid)


@pytest.mark.parametrize(
    ("marking", "told"),
    [
        ("half", "多选题少选得一半分，错选不得分"),
        ("per_right", "多选题有错选不得分；少选的，每选对一项得该题分数除以正确项数的分"),
        ("per_right, per_right: 0.5", "多选题有错选不得分；少选的，每选对一项得0.5分"),
        (
            "per_right_less_wrong, per_wrong: 0.5",
            "多选题全部选对得满分；否则每选对一项得该题分数除以正确项数的分，每选错一项扣0.5分，扣完该题为止",
        ),
    ],
)
def test_multiple_choice_names_its_amounts(marking: str, told: str) -> None:
    assert told in paper_of(TWENTY + f"marking: {{multiple: {marking}}}\n")


def test_who_may_take_part() -> None:
    entry = 'entry: {doors: [link], units: ["3202", "3205"], minors: 是, unit_changes: 0, ask: [post]}\nboard: {people: hidden}\n'
    told = lines(TWENTY + entry)
    assert told[1:5] == [
        "参加方式：扫本单位的二维码", "只限编码为3202、3205的单位及其下级单位的人参加", "未成年人参加，只用班级和座号，不用姓名和手机号",
        "除班级座号和单位外，还要填写职务",
    ]  # fmt: skip
    assert "参加后不能更换单位" in told and told[-1] == "不公开个人榜单"


def test_the_part_that_decides_ties_is_named() -> None:
    ties = "ties: [sub_score, lot]\nsub_score: {}\n"
    assert "得分相同，多选题得分高的在前" in lines(TWENTY + ties.format("{kind: multiple}"))
    assert "With equal points, more points in multiple choice come first" in lines(TWENTY + ties.format("{kind: multiple}"), "en")
    assert "得分相同，“总则”的题得分高的在前" in lines(TWENTY + ties.format("{topic: 总则}"))


def test_whoever_has_no_valid_attempt_has_a_place_with_nothing() -> None:
    told = paper_of(TWENTY + "valid: {points: 60, time: 1分钟}\n")
    at = told.index("得分不低于60分、用时不少于1分钟的答题才有效")
    assert told[at + 1] == "无效的答题不计成绩，仍算参与；只有无效答题的人按0分排名"


COUNTED = [
    (Counting(), "多次答题的，取最好一次的成绩", "Of several attempts the best result counts"),
    (Counting(Take.LAST, combine=Combine.MEAN), "多次答题的，取最后一次的成绩", "Of several attempts the last result counts"),
    (Counting(Take.FIRST), "多次答题的，取第一次的成绩", "Of several attempts the first result counts"),
    (Counting(combine=Combine.NUMBER), "有一次有效答题即计1分", "One point for having a valid attempt"),
    (Counting(Take.ALL), "各次有效答题的成绩相加", "The results of all valid attempts are added up"),
    (Counting(Take.ALL, most=3), "最好3次有效答题的成绩相加，不足的按实有次数", "The results of the best 3 valid attempts are added up, or of as many as there are"),
    (Counting(Take.ALL, combine=Combine.MEAN), "取各次有效答题的平均分", "The mean of all valid attempts counts"),
    (
        Counting(Take.ALL, most=3, combine=Combine.MEAN),
        "取最好3次有效答题的平均分，不足的按实有次数平均", "The mean of the best 3 valid attempts counts, or of as many as there are",
    ),
    (Counting(Take.ALL, combine=Combine.NUMBER), "每次有效答题计1分", "One point for each valid attempt"),
    (Counting(Take.ALL, most=5, combine=Combine.NUMBER), "每次有效答题计1分，最多5分", "One point for each valid attempt, 5 at most"),
    (Counting(each=Span.WEEK), "每周取最好一次的成绩，各周相加", "Each week the best result counts; the results of all weeks are added up"),
    (
        Counting(each=Span.DAY, most=7), "每天取最好一次的成绩，最好7天的成绩相加，不足的按实有天数",
        "Each day the best result counts; the results of the best 7 days are added up, or of as many days as there are",
    ),
    (
        Counting(each=Span.DAY, most=7, combine=Combine.MEAN), "每天取最好一次的成绩，取最好7天成绩的平均分，不足的按实有天数平均",
        "Each day the best result counts; the mean of the best 7 days counts, or of as many days as there are",
    ),
    (
        Counting(Take.LAST, Span.STAGE, combine=Combine.MEAN), "每个阶段取最后一次的成绩，按有成绩的阶段数取平均分",
        "In each stage the last result counts; the mean over the stages with a result counts",
    ),
    (Counting(each=Span.MONTH, combine=Combine.NUMBER), "每月有一次有效答题即计1分", "One point each month for having a valid attempt"),
    (
        Counting(each=Span.DAY, most=20, combine=Combine.NUMBER), "每天有一次有效答题即计1分，最多20分",
        "One point each day for having a valid attempt, 20 at most",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("how", "chinese", "english"), COUNTED)
def test_each_way_of_counting_reads_well(how: Counting, chinese: str, english: str) -> None:
    assert (say_all(wording.counts(how)), say_all(wording.counts(how), "en")) == ([chinese], [english])


def test_where_stages_are_scored_anew_nothing_is_added_up_over_them() -> None:
    told = lines(TWENTY + "counts: sum_of_stages\ncycle: week\nboard: {each_stage: 是}\n")
    assert "每周取最好一次的成绩" in told and not any("相加" in line for line in told)


def test_a_noun_goes_with_its_number_and_no_name_is_altered() -> None:
    for count, told in ((1, "At most 1 attempt a person"), (3, "At most 3 attempts a person")):
        assert say(("{scope}最多答{count}次", {"scope": ("每人", {}), "count": count}), "en") == told
    assert say(("{points}分", {"points": Points(50)}), "en") == "0.5 points"
    assert say(("{title}：{parts}", {"title": "e路平安奖", "parts": ("不计入成绩", {})}), "en") == "e路平安奖: does not count"
