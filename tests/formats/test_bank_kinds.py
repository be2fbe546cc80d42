"""The kinds of items in a bank file beyond choices, truths and blanks: what a person may write, and what each slip is told."""

from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
import yaml
from factories import every_kind

from quizapp.errors import BadFile, Fault
from quizapp.formats.bank_yaml import check_laws, read_bank, schema, warnings, write_bank
from quizapp.rules.items import Bank, Criterion, Kind, Law
from quizapp.rules.numerals import Range
from quizapp.rules.regions import Region

HEAD = "bank: test\ntitle: 试题\nitems:\n"
EVERY = (
    HEAD
    + """
  - {id: n-1, kind: numeric, stem: 多少米, key: 2～5, tolerance: 0.5, unit: 米}
  - {id: o-1, kind: order, stem: 排序, choices: {A: 甲, B: 乙, C: 丙}, key: [C, A, B]}
  - {id: m-1, kind: match, stem: 连线, left: {1: 火, 2: 电}, right: {A: 水, B: 干粉, C: 断电}, key: {2: C, 1: B}}
  - id: h-1
    kind: hotspot
    stem: 找隐患
    image: images/yard.png
    alt: 一个院子
    regions:
      - {name: 没戴安全帽, box: [100, 110, 200, 210], explain: 要戴, cite: 安全生产法 第五条}
      - {name: 电线, polygon: [[500, 500], [600, 500], [550, 600]]}
  - id: c-1
    kind: case
    stem: 某厂……
    items:
      - {id: c-1-1, kind: single, stem: 问一, choices: {A: 甲, B: 乙}, key: B}
      - {id: c-1-2, kind: judge, stem: 问二, key: 错, explain: 因为, cite: 安全生产法 第五条}
  - {id: e-1, kind: essay, stem: 谈谈, rubric: [{name: 立意, points: 40.5, explain: 切题}, {name: 文字}], least: 500, most: 1500}
"""
)


def read(text: str) -> Bank:
    return read_bank(text.encode(), "b.yaml")


def test_it_reads_what_a_person_writes() -> None:
    numeric, order, match, hotspot, case, essay = read(EVERY).items
    assert (numeric.key, numeric.unit) == (Range(Decimal(2), Decimal(5), Decimal("0.5")), "米")
    assert (order.choices, order.key) == (("甲", "乙", "丙"), (2, 0, 1))
    assert (match.left, match.choices, match.key) == (("火", "电"), ("水", "干粉", "断电"), (1, 2))
    assert (hotspot.key, hotspot.image, hotspot.alt) == (None, "images/yard.png", "一个院子")
    assert hotspot.regions == (
        Region("没戴安全帽", ((100, 110), (200, 210)), "要戴", ("安全生产法 第五条",)),
        Region("电线", ((500, 500), (600, 500), (550, 600))),
    )
    assert case.key is None and [(part.id, part.kind, part.key) for part in case.items] == [
        ("c-1-1", Kind.SINGLE, (1,)), ("c-1-2", Kind.JUDGE, False),
    ]  # fmt: skip
    assert (essay.rubric, essay.least, essay.most) == ((Criterion("立意", 4050, "切题"), Criterion("文字")), 500, 1500)


def test_it_writes_what_it_reads_and_an_editor_takes_it() -> None:
    assert read(write_bank(read(EVERY)).decode()) == read(EVERY)
    assert read(write_bank(every_kind()).decode()) == every_kind()
    for text in (EVERY, write_bank(read(EVERY)).decode()):
        jsonschema.validate(yaml.safe_load(text), schema())


@pytest.mark.parametrize(
    ("key", "least", "most", "slack"),
    [
        ("30", "30", "30", "0"), ("-2.5", "-2.5", "-2.5", "0"), ("25~30", "25", "30", "0"), ("2～5", "2", "5", "0"),
        ("25 ~ 30", "25", "30", "0"), ("25..30", "25", "30", "0"), ("1.5..2", "1.5", "2", "0"), ("25至30", "25", "30", "0"),
        ("25到30", "25", "30", "0"), ("25-30", "25", "30", "0"), ("25—30", "25", "30", "0"), ("25——30", "25", "30", "0"),
        ("-5--3", "-5", "-3", "0"), ("-5-3", "-5", "3", "0"), ("-5~-3", "-5", "-3", "0"), ("[25, 30]", "25", "30", "0"),
        ("30±0.5", "30", "30", "0.5"), ("30 +/- 0.5", "30", "30", "0.5"), ('"1,000"', "1000", "1000", "0"),
        ("1０００", "1000", "1000", "0"), ("'1,000~2,000'", "1000", "2000", "0"), ("012", "12", "12", "0"), ("0.1", "0.1", "0.1", "0"),
    ],
)  # fmt: skip
def test_a_number_or_a_range_is_read_however_it_is_written(key: str, least: str, most: str, slack: str) -> None:
    (item,) = read(HEAD + f"  - {{id: a, kind: numeric, stem: 题, key: {key}}}\n").items
    assert item.key == Range(Decimal(least), Decimal(most), Decimal(slack))


NUMERIC = "  - {{id: a, kind: numeric, stem: 题, {}}}\n"
ORDER = "  - {{id: a, kind: order, stem: 题, choices: {{A: 甲, B: 乙, C: 丙}}, key: {}}}\n"
MATCH = "  - {{id: a, kind: match, stem: 题, left: {{1: 火, 2: 电}}, right: {{A: 水, B: 断电}}, key: {}}}\n"
SPOT = "  - {{id: a, kind: hotspot, stem: 题, image: a.png, regions: [{}]}}\n"
CASE = "  - id: a\n    kind: case\n    stem: 题\n    items:\n      - {}\n"
ESSAY = "  - {{id: a, kind: essay, stem: 题, {}}}\n"


@pytest.mark.parametrize(
    ("item", "line", "words"),
    [
        (NUMERIC.format("key: 很多"), 4, "key“很多”不是数"),
        (NUMERIC.format("key: '1,5'"), 4, "不是数"),
        (NUMERIC.format("key: 1e3"), 4, "不是数"),
        (NUMERIC.format("key: 5~2"), 4, "从小到大"),
        (NUMERIC.format("key: [25, 30, 35]"), 4, "数值题请写一个数"),
        (NUMERIC.format("key: {A: 1}"), 4, "数值题请写一个数"),
        (NUMERIC.format(f"key: {'9' * 40}"), 4, "不是数"),
        (NUMERIC.format("key: 30, tolerance: 一点"), 4, "tolerance“一点”应是不小于0的数"),
        (NUMERIC.format("key: 30, tolerance: -1"), 4, "应是不小于0的数"),
        (NUMERIC.format("key: 30±1, tolerance: 1"), 4, "误差写了两次"),
        (NUMERIC.format("unit: 米"), 4, "key 没有写"),
        (ORDER.format("[C, A]"), 4, "key 里没有B"),
        (ORDER.format("[C, A, A]"), 4, "A写了两次"),
        (ORDER.format("[C, A, D]"), 4, "不在选项"),
        (ORDER.format("CAB"), 4, "排序题请按正确的顺序"),
        (MATCH.format("{1: B}"), 4, "没有左边的2"),
        (MATCH.format("{1: B, 2: C}"), 4, "不在选项"),
        (MATCH.format("{1: B, 2: A, 3: A}"), 4, "“3”不在左边 1、2 之中"),
        (MATCH.format("[B, A]"), 4, "连线题请写每一项"),
        (MATCH.format("{1: B, 2: A}").replace("2: 电", "3: 电"), 4, "应从 1 起按顺序编号"),
        (MATCH.format("{1: B, 2: A}").replace("电", "火", 1), 4, "左边1和左边2的文字相同"),
        (MATCH.format("{1: B, 2: A}").replace("断电", "水"), 4, "选项A和选项B的文字相同"),
        (MATCH.format("{1: B, 2: A}").replace("right", "choices"), 4, "没有选项，请删去"),
        (SPOT.format("{name: 甲, box: [0, 0, 10, 10]}").replace("image: a.png, ", ""), 4, "image 没有写"),
        (SPOT.format("{name: 甲, box: [0, 0, 10, 10]}").replace("regions", "key: A, regions"), 4, "没有 key"),
        (SPOT.format(""), 4, "至少要有1个"),
        (SPOT.format("{name: 甲, box: [0, 0, 10, 1001]}"), 4, "0到1000"),
        (SPOT.format("{name: 甲, box: [0, 0, 10, 0.5]}"), 4, "整数"),
        (SPOT.format("{name: 甲, box: [0, 0, 10]}"), 4, "至少要有4个"),
        (SPOT.format("{name: 甲, box: [20, 0, 10, 10]}"), 4, "左小于右"),
        (SPOT.format("{name: 甲, polygon: [[0, 0], [9, 9]]}"), 4, "至少要有3个"),
        (SPOT.format("{name: 甲, polygon: [[0, 0], [9, 9], [5, 5]]}"), 4, "一条线上"),
        (SPOT.format("{name: 甲, polygon: [[0, 0], [9, 9], [5]]}"), 4, "至少要有2个"),
        (SPOT.format("{name: 甲}"), 4, "只写其中一种"),
        (SPOT.format("{name: 甲, box: [0, 0, 9, 9], polygon: [[0, 0], [9, 9], [5, 0]]}"), 4, "只写其中一种"),
        (SPOT.format("{name: 甲, box: [0, 0, 9, 9]}, {name: 乙, box: [0, 0, 12, 12]}"), 4, "区域“乙”和“甲”重叠太多"),
        (SPOT.format("{name: 甲, box: [0, 0, 9, 9]}, {name: 甲, box: [90, 90, 99, 99]}"), 4, "写了两次"),
        (CASE.format("{id: b, kind: single, stem: 问, choices: {A: 甲, B: 乙}, key: C}"), 8, "不在选项"),
        (CASE.format("{id: b, kind: judge, stem: 问, key: 是}"), 8, "对 或 错"),
        (CASE.format("{id: b, kind: judge, stem: 问}"), 8, "key 没有写"),
        (CASE.format("{id: a, kind: judge, stem: 问, key: 对}"), 8, "编号“a”重复：第4行和第8行"),
        (CASE.format("{id: b, kind: judge, stem: 问, key: 对}\n      - {id: c, kind: judge, stem: 问, key: 错}"), 9, "题干重复"),
        (CASE.format("{id: b, kind: essay, stem: 问, rubric: [{name: 甲}]}"), 8, "“essay”不能作案例题的小题"),
        (CASE.format("{id: b, kind: case, stem: 问, items: []}"), 8, "不能作案例题的小题"),
        (CASE.format("{id: b, kind: radio, stem: 问}"), 8, "“radio”不认识"),
        (CASE.format("{id: b, stem: 问}"), 8, "没有写题型"),
        (CASE.format("一句话"), 8, "名称: 内容"),
        (CASE.format("{id: b, kind: judge, stem: 问, key: 对}") + "    key: A\n", 9, "案例题没有 key"),
        ("  - {id: a, kind: case, stem: 题, items: []}\n", 4, "至少要有1个"),
        (ESSAY.format("rubric: []"), 4, "至少要有1个"),
        (ESSAY.format("least: 5"), 4, "rubric 没有写"),
        (ESSAY.format("rubric: [{name: 立意, points: 很多}]"), 4, "两位小数"),
        (ESSAY.format("rubric: [{name: 立意}], least: 900, most: 800"), 4, "最少900字，最多800字"),
        (ESSAY.format("rubric: [{name: 立意}], most: 5001"), 4, "1到5000的整数"),
        (ESSAY.format("rubric: [{name: 立意}], key: 对"), 4, "征文题没有 key"),
    ],
)  # fmt: skip
def test_every_slip_is_told_with_its_line(item: str, line: int, words: str) -> None:
    with pytest.raises(BadFile) as caught:
        read(HEAD + item)
    found = [(fault.line, fault.message) for fault in caught.value.faults]
    assert any(line == where and words in message for where, message in found), found


@pytest.mark.parametrize(("other", "faults"), [("c", []), ("b", [(13, "编号“b”重复：第8行和第13行，请改一个")])])
def test_stems_may_be_alike_in_two_cases_but_ids_never(other: str, faults: list[tuple[int, str]]) -> None:
    text = HEAD + CASE.format("{id: b, kind: judge, stem: 问, key: 对}")
    text += (
        CASE.replace("id: a", "id: z")
        .replace("题", "另一题")
        .format(f"{{id: {other}, kind: judge, stem: 问, key: 对}}")
    )
    try:
        assert len(read(text).items) == 2 and not faults
    except BadFile as refused:
        assert [(fault.line, fault.message) for fault in refused.faults] == faults


def test_what_a_case_and_a_picture_cite_is_looked_up_too() -> None:
    law = Law("安全生产法", "中华人民共和国安全生产法", "", "", "", {"第一条": "……"})
    assert check_laws(read(EVERY), {"安全生产法": law}) == [
        Fault("h-1 引用的《安全生产法》没有第五条，请核对条号", field="items.3.regions.0.cite"),
        Fault("c-1-2 引用的《安全生产法》没有第五条，请核对条号", field="items.4.items.1.cite"),
    ]
    assert warnings(read(EVERY)) == []


def test_the_example_shows_every_kind_and_is_sound() -> None:
    data = (Path(__file__).parents[2] / "docs/bank.example.yaml").read_bytes()
    bank = read_bank(data, "bank.example.yaml")
    assert [item.kind for item in bank.items] == list(Kind)
    assert warnings(bank) == [] and read_bank(write_bank(bank), "b") == bank
    jsonschema.validate(yaml.safe_load(data), schema())
