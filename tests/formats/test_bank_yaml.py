"""A bank is read whole or not at all, with every fault by line (IM-02, IM-03, IM-06, IM-08, IM-09)."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.errors import BadFile, Fault
from quizapp.formats.bank_yaml import check_laws, read_bank, schema, warnings, write_bank
from quizapp.formats.law_text import read_law
from quizapp.formats.yaml_faults import locate
from quizapp.rules.items import Bank, Criterion, Difficulty, Item, Kind, Law
from quizapp.rules.marking import normalise
from quizapp.rules.numerals import Range
from quizapp.rules.regions import Region

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "question_banks").glob("*.yaml"))
HEAD = "bank: test\ntitle: 试题\nitems:\n"
SINGLE = "  - id: {id}\n    kind: single\n    stem: {stem}\n    choices: {{A: 甲, B: 乙, C: 丙}}\n    key: {key}\n"


def single(id: str = "a-1", stem: str = "题干", key: str = "A", more: str = "") -> str:
    return SINGLE.format(id=id, stem=stem, key=key) + "".join(f"    {line}\n" for line in more.splitlines())


def bank_of(*items: str) -> Bank:
    return read_bank((HEAD + "".join(items)).encode(), "b.yaml")


def faults_of(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(BadFile) as caught:
        read_bank(text.encode(), "b.yaml")
    return [(fault.line, fault.message) for fault in caught.value.faults]


def assert_fault(text: str, line: int, words: str) -> None:
    found = faults_of(text)
    assert any(line == where and words in message for where, message in found), found


def test_it_reads_every_kind() -> None:
    bank = read_bank(
        """
bank: xinanfa
title: 新安法知多少
source: 安全生产法
items:
  - id: x-1
    kind: single
    topic: 总则
    difficulty: 易
    stem: 第一责任人是____。
    choices: {A: 主要负责人, B: 安全总监}
    key: A
    explain: 见法条。
    cite: 《安全生产法》第五条
  - id: x-2
    kind: multiple
    stem: 二
    choices: {A: no, B: 012, C: 1:30}
    key: [C, A]
    cite: [安全生产法 第五条, 刑法 第一百三十四条之一]
    image: images/x-2.png
  - {id: x-3, kind: judge, stem: 三, key: 错}
  - {id: x-4, kind: blank, stem: 不少于____小时, key: [24, 二十四]}
  - {id: x-5, kind: blank, stem: ____和____, key: [[甲], [乙, 2]]}
""".encode(),
        "b.yaml",
    )
    one, two, three, four, five = bank.items
    assert (bank.code, bank.title, bank.source) == ("xinanfa", "新安法知多少", "安全生产法")
    assert one == Item(
        "x-1", Kind.SINGLE, "第一责任人是____。", (0,), ("主要负责人", "安全总监"),
        "总则", Difficulty.EASY, "见法条。", ("安全生产法 第五条",),
    )  # fmt: skip
    assert (two.key, two.choices, two.image) == ((0, 2), ("no", "012", "1:30"), "images/x-2.png")
    assert two.cite == ("安全生产法 第五条", "刑法 第一百三十四条之一")
    assert (three.key, four.key, five.key) == (False, (("24", "二十四"),), (("甲",), ("乙", "2")))


@pytest.mark.parametrize(
    ("item", "line", "words"),
    [
        (single(more="alt: 院子"), 9, "alt 这个字段不认识"),
        (single(key="E"), 8, "不在选项 A、B、C 之中"),
        (single(key="a"), 8, "不在选项"),
        (single(key="[A, B]"), 8, "单选题只有一个答案"),
        (single(stem='"  "'), 6, "空的"),
        (single(more="answer: A"), 9, "answer 这个字段不认识"),
        (single(more="difficulty: 很难"), 9, "易、中、难"),
        (single(more="cite: 安全生产法第5条"), 9, "安全生产法 第五条"),
        (single(more="image: http://127.0.0.1/a.png"), 9, "不能是网址"),
        (single(more="image: a/../../b.png"), 9, "图片"),
        (single(more="image: /etc/passwd.png"), 9, "图片"),
        (single(id="a 1"), 4, "没有空格"),
        (single(stem="长" * 5_001), 6, "最多5000个字"),
        (single().replace("C: 丙", "D: 丙"), 7, "字母顺序"),
        (single().replace("B: 乙, C: 丙", ""), 7, "至少要有2个"),
        (single().replace("丙", "甲"), 7, "选项A和选项C的文字相同"),
        (single().replace("{A: 甲, B: 乙, C: 丙}", "甲乙丙"), 7, "名称: 内容"),
        (single().replace("single", "multiple"), 8, "[A, C]"),
        (single(key="[A, A]").replace("single", "multiple"), 8, "写了两次"),
        (single(key="[A, D]").replace("single", "multiple"), 8, "不在选项"),
        (single(key="[]").replace("single", "multiple"), 8, "多选题"),
        (single(key="对").replace("single", "judge"), 7, "没有选项"),
        ("  - {id: a, kind: judge, stem: 题, key: 正确}\n", 4, "对 或 错"),
        ("  - {id: a, kind: judge, stem: 题}\n", 4, "key 没有写"),
        ("  - {id: a, kind: blank, stem: 题, key: [甲]}\n", 4, "0处 ____"),
        ("  - {id: a, kind: blank, stem: ____题____, key: [甲, 乙]}\n", 4, "2处 ____"),
        ("  - {id: a, kind: blank, stem: ____, key: 甲}\n", 4, "填空题"),
        ("  - {id: a, kind: blank, stem: ____, key: [[甲]]}\n", 4, "其中一种"),
        ("  - {id: a, kind: blank, stem: ____和____, key: [[甲], 乙]}\n", 4, "其中一种"),
        ("  - {id: a, kind: blank, stem: ____和____, key: [[甲], []]}\n", 4, "第2空没有答案"),
        ("  - {id: a, kind: blank, stem: ____, key: [。]}\n", 4, "只有标点"),
        ("  - {id: a, kind: blank, stem: ____, key: ['']}\n", 4, "空的答案"),
        ("  - {id: a, kind: radio, stem: 题, key: A}\n", 4, "题型“radio”不认识"),
        ("  - {id: a, stem: 题, key: A}\n", 4, "没有写题型"),
        ("  - 只有一句话\n", 4, "名称: 内容"),
        ("  - {}\n", 4, "没有写题型"),
    ],
)
def test_it_refuses_a_faulty_item_and_names_the_line(item: str, line: int, words: str) -> None:
    assert_fault(HEAD + item, line, words)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("bank: Test\ntitle: t\nitems: []\n", 1, "小写字母"),
        ("bank: t\nitems: []\n", 1, "title 没有写"),
        ("bank: t\ntitle: t\nitems: []\n", 3, "至少要有1个"),
        ("bank: t\ntitle: t\nitems: x\n", 3, "列表"),
        ("just text", 1, "名称: 内容"),
        ("- a\n- b\n", 1, "名称: 内容"),
    ],
)
def test_it_refuses_a_faulty_head(text: str, line: int, words: str) -> None:
    assert_fault(text, line, words)


def test_it_names_both_lines_of_a_repeated_id_and_stem() -> None:
    text = HEAD + single("a", "题一") + single("b", "题二") + single("a", "题 一")
    assert_fault(text, 14, "编号“a”重复：第4行和第14行")
    assert_fault(text, 16, "题干重复：第6行和第16行")


def test_the_same_stem_under_another_picture_is_another_item() -> None:
    assert len(bank_of(single("a", "标志", more="image: a.png"), single("b", "标志", more="image: b.png")).items) == 2


def test_it_names_all_faults_at_once_in_order_and_takes_nothing() -> None:
    items = [single(f"i-{n}", f"题{n}", key="A" if n % 10 else "Z") for n in range(1, 901)]
    found = faults_of(HEAD.replace("test", "Test") + "".join(items))
    assert [line for line, _ in found] == [1, *(8 + 5 * (n - 1) for n in range(10, 901, 10))]


def test_a_wrong_kind_hides_no_other_fault() -> None:
    found = faults_of(HEAD + single(key="Z").replace("single", "radio") + single("a-2", "另一题", "Z"))
    assert [line for line, _ in found] == [4, 13]


texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="_\ufffe\uffff"), min_size=1, max_size=30),
    st.sampled_from(
        ["no", "012", "~", "- x", "# x", "x #y", "a: b", "key：A", "甲\nA：乙", "*a", "&a", "!a", "%", "@", "`", "'", '"', "---", "..."]
        + ["<<", "|", ">", "x\n\n y", " x ", "x\t", "x\n", "\nx", "𬬭", "😀\n二", "{}", "[a, b]", "{{7*7}}", "=1+1", "a\r\nb", "\x85x", "?"]
        + ["null", "2026-06-01", "是", "\ufeffx", "\u2028x"]
    ),
).filter(str.strip)  # fmt: skip
cites = st.sampled_from(["安全生产法 第五条", "刑法 第一百三十四条之一", "消防法 第六条第二款"])


numbers = st.decimals(-1_000_000, 1_000_000, places=4).map(lambda value: value + 0)
sides = st.integers(0, 32)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    least, most = sorted(draw(st.tuples(numbers, numbers)))
    return Range(least, draw(st.sampled_from([least, most])), draw(st.just(Decimal(0)) | numbers.map(abs)))


@st.composite
def regions(draw: st.DrawFn) -> tuple[Region, ...]:
    found = []
    for place, name in enumerate(draw(st.lists(texts.filter(lambda text: len(text) < 100), min_size=1, max_size=4, unique_by=str.strip))):
        left, top = 100 * place, draw(st.integers(0, 900))
        corners = [(left, top), (left + 99, top + draw(st.integers(1, 99)))]
        if draw(st.booleans()):
            corners = [(left, top), (left + 50, top), (left + draw(sides), top + 1 + draw(sides))]
        cited = tuple(draw(st.lists(cites, max_size=2)))
        found.append(Region(name, tuple(corners), draw(st.just("") | texts), cited))
    return tuple(found)


@st.composite
def essays(draw: st.DrawFn) -> dict[str, Any]:
    points = st.none() | st.integers(0, 100_000)
    one = st.builds(Criterion, texts.filter(lambda text: len(text) < 100), points, st.just("") | texts)
    least, most = sorted(draw(st.tuples(st.integers(1, 5_000), st.integers(1, 5_000))))
    return {
        "rubric": tuple(draw(st.lists(one, min_size=1, max_size=3))),
        "least": draw(st.sampled_from([None, least])), "most": draw(st.sampled_from([None, most])),
    }  # fmt: skip


@st.composite
def of_kind(draw: st.DrawFn, kind: Kind) -> dict[str, Any]:
    """What the kinds have that are more than choices, truths and blanks."""
    several = st.lists(texts, min_size=2, max_size=6, unique_by=str.strip).map(tuple)
    if kind is Kind.NUMERIC:
        return {"key": draw(ranges()), "unit": draw(st.sampled_from(["", "米", "no", "%"]))}
    if kind is Kind.ORDER:
        choices = draw(several)
        return {"choices": choices, "key": tuple(draw(st.permutations(range(len(choices)))))}
    if kind is Kind.MATCH:
        left, right = draw(several), draw(several)
        return {"left": left, "choices": right, "key": tuple(draw(st.sampled_from(range(len(right)))) for _ in left)}
    if kind is Kind.HOTSPOT:
        return {"key": None, "image": "图/现场.png", "alt": draw(st.just("") | texts), "regions": draw(regions())}
    if kind is Kind.CASE:
        own = draw(st.lists(items(own=True), min_size=1, max_size=4, unique_by=lambda item: ("".join(item.stem.split()), item.image)))
        return {"key": None, "items": tuple(own)}
    return {"key": None, **draw(essays())}


@st.composite
def items(draw: st.DrawFn, own: bool = False) -> Item:
    barred = (Kind.HOTSPOT, Kind.CASE, Kind.ESSAY) if own else ()
    kind = draw(st.sampled_from([kind for kind in Kind if kind not in barred]))
    stem, choices, key = draw(texts), (), draw(st.booleans())
    more = {} if kind in (Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE, Kind.BLANK) else draw(of_kind(kind))
    if kind in (Kind.SINGLE, Kind.MULTIPLE):
        choices = tuple(draw(st.lists(texts, min_size=2, max_size=6, unique_by=str.strip)))
        places = st.lists(st.sampled_from(range(len(choices))), min_size=1, unique=True)
        key = tuple(sorted(draw(places)))[: 1 if kind is Kind.SINGLE else None]
    elif kind is Kind.BLANK:
        accepted = st.lists(texts.filter(normalise), min_size=1, max_size=3).map(tuple)
        key = tuple(draw(st.lists(accepted, min_size=1, max_size=3)))
        stem += "、____" * len(key)
    given: dict[str, Any] = {
        "id": "",
        "kind": kind,
        "stem": stem,
        "key": key,
        "choices": choices,
        "topic": draw(st.just("") | texts),
        "difficulty": draw(st.sampled_from(Difficulty)),
        "explain": draw(st.just("") | texts),
        "cite": tuple(draw(st.lists(cites, max_size=2))),
        "image": draw(st.sampled_from([None, "images/a.png", "图/标志.svg"])),
    }
    return Item(**given | more)


@st.composite
def banks(draw: st.DrawFn) -> Bank:
    found = draw(st.lists(items(), min_size=1, max_size=4, unique_by=lambda item: ("".join(item.stem.split()), item.image)))
    named = tuple(
        replace(
            item,
            id=f"{draw(st.sampled_from(['a-', '012', 'no', '题：', '#']))}{n}",
            items=tuple(replace(own, id=f"own-{n}-{m}") for m, own in enumerate(item.items)),
        )
        for n, item in enumerate(found)
    )
    return Bank(draw(st.sampled_from(["xinanfa", "no", "012"])), draw(texts), draw(st.just("") | texts), named)


@settings(max_examples=300, deadline=None)
@given(banks())
def test_what_is_written_reads_back_the_same(bank: Bank) -> None:
    assert read_bank(write_bank(bank), "b.yaml") == bank


def test_it_writes_what_a_person_would_write() -> None:
    bank = bank_of(single(more="cite: 安全生产法 第五条"), single("a-2", "多\u3000题", "[A, C]").replace("single", "multiple"))
    assert write_bank(bank).decode() == (
        "bank: test\ntitle: 试题\nitems:\n\n"
        "- id: a-1\n  kind: single\n  difficulty: 中\n  stem: 题干\n"
        "  choices:\n    A: 甲\n    B: 乙\n    C: 丙\n  key: A\n  cite: 安全生产法 第五条\n\n"
        "- id: a-2\n  kind: multiple\n  difficulty: 中\n  stem: 多\u3000题\n"
        "  choices:\n    A: 甲\n    B: 乙\n    C: 丙\n  key: [A, C]\n"
    )


def test_it_writes_rare_characters_as_themselves() -> None:
    assert "𬬭😀" in write_bank(bank_of(single(stem="𬬭😀"))).decode()


def test_it_warns_of_keys_that_are_all_the_same() -> None:
    judges = [f"  - {{id: j{n}, kind: judge, stem: 判{n}, key: 对}}\n" for n in range(5)]
    found = [fault.message for fault in warnings(bank_of(*(single(f"s{n}", f"题{n}", "B") for n in range(5)), *judges))]
    assert found == ["5道单选题的答案全是“B”，请核对", "5道判断题的答案全是“对”，请核对"]
    assert warnings(bank_of(*(single(f"s{n}", f"题{n}", "AB"[n % 2]) for n in range(6)))) == []


def test_it_warns_of_near_duplicates_and_lonely_keys_and_can_say_where() -> None:
    text = HEAD + single("a", "题干，一") + single("b", "题干,一？", "[B]").replace("single", "multiple")
    found = locate(warnings(read_bank(text.encode(), "b")), text.encode(), "b.yaml")
    assert [(fault.line, fault.file) for fault in found] == [(13, "b.yaml"), (11, "b.yaml")]
    assert locate([], b"", "b.yaml") == []


def test_it_finds_cited_articles_that_the_law_does_not_have() -> None:
    law = Law("安全生产法", "中华人民共和国安全生产法", "", "", "", {"第五条": "……"})
    bank = bank_of(
        single("a", "一", more="cite: [安全生产法 第五条, 安全生产法 第二百条]"),
        single("b", "二", more="cite: 中华人民共和国安全生产法 第六条第一款"),
        single("c", "三", more="cite: 消防法 第九百条"),
    )
    assert check_laws(bank, {"安全生产法": law}) == [
        Fault("a 引用的《安全生产法》没有第二百条，请核对条号", field="items.0.cite"),
        Fault("b 引用的《安全生产法》没有第六条，请核对条号", field="items.1.cite"),
    ]


def test_the_schema_beside_the_banks_is_the_one_we_read_by() -> None:
    assert json.loads((ROOT / "question_banks/bank.schema.json").read_text(encoding="utf-8")) == schema()


def test_an_editor_takes_a_good_bank_and_marks_a_bad_one() -> None:
    judge = jsonschema.Draft202012Validator(schema())
    good = HEAD + single(key="B") + "  - {id: 012, kind: blank, stem: ____, key: [12, no]}\n"
    read_bank(good.encode(), "b")
    assert judge.is_valid(yaml.safe_load(good))
    assert not judge.is_valid(yaml.safe_load(HEAD + single(key="[A, B]")))
    assert not judge.is_valid(yaml.safe_load(HEAD + single(more="answer: A")))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_bank_reads_cites_what_exists_and_fits_the_schema(path: Path) -> None:
    laws = [read_law(file.read_text(encoding="utf-8"), file.name) for file in (ROOT / "question_banks/laws").glob("*.md")]
    bank = read_bank(path.read_bytes(), path.name)
    assert bank.items and warnings(bank) == []
    assert check_laws(bank, {law.name: law for law in laws}) == []
    assert re.fullmatch(r"[a-z0-9-]+", bank.code) and read_bank(write_bank(bank), "b") == bank
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), schema())
