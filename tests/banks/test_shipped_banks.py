"""The banks we ship: what a machine can check of an item that is true, teaches something, and cannot be answered from its form."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import pytest

from quizapp.formats.bank_yaml import check_laws, read_bank
from quizapp.formats.law_text import read_law
from quizapp.rules.items import Bank, Item, Kind
from quizapp.rules.marking import normalise

FOLDER = Path(__file__).parents[2] / "question_banks"
LAWS = {law.name: law for law in (read_law(p.read_text(encoding="utf-8"), p.name) for p in (FOLDER / "laws").glob("*.md"))}
BANKS = {path.stem: read_bank(path.read_bytes(), path.name) for path in sorted(FOLDER.glob("*.yaml"))}
LEAST = {"xinanfa": 240, "weihuapin": 150, "xiaoyuan": 80, "jiuyuan": 60, "yinhuan": 12}
each_bank = pytest.mark.parametrize("bank", BANKS.values(), ids=list(BANKS))
ENOUGH = 20  # fewer items of a kind say nothing about a habit


def parts(bank: Bank) -> Iterator[Item]:
    """Every item that is asked by itself, those of cases too."""
    for item in bank.items:
        yield from item.items or (item,)


def of_kind(bank: Bank, kind: Kind) -> list[Item]:
    return [item for item in parts(bank) if item.kind is kind]


def banks_with(kind: Kind) -> pytest.MarkDecorator:
    """The banks with enough items of a kind."""
    found = [code for code, bank in BANKS.items() if len(of_kind(bank, kind)) >= ENOUGH]
    return pytest.mark.parametrize("bank", [BANKS[code] for code in found], ids=found)


def test_every_bank_of_the_plan_is_there_and_large_enough():
    assert set(LEAST) <= set(BANKS)
    assert {code: len(BANKS[code].items) for code in LEAST if len(BANKS[code].items) < LEAST[code]} == {}


@each_bank
def test_every_article_cited_exists(bank: Bank):
    assert check_laws(bank, LAWS) == []


def told(item: Item) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(where, explanation, citations) of an item and of each of its regions."""
    yield item.id, item.explain, item.cite
    for region in item.regions:
        yield f"{item.id} {region.name}", region.explain, region.cite


def article(cite: str) -> str:
    """The text of the cited article, without what white space a line break leaves."""
    law, number = cite.split(" ")
    found = re.match(r"第[^条]+条(?:之[一二三四五六七八九十]+)?", number)
    assert found, cite
    return "".join(LAWS[law].articles[found[0]].split())


@each_bank
def test_what_stands_in_quotation_marks_is_in_the_cited_article(bank: Bank):
    missing = [
        (where, quoted)
        for item in (*bank.items, *(part for item in bank.items for part in item.items))
        for where, explain, cites in told(item)
        for quoted in re.findall("「([^」]+)」", explain)
        if not any("".join(quoted.split()) in article(cite) for cite in cites)
    ]
    assert missing == []


@each_bank
def test_every_item_says_why(bank: Bank):
    assert [item.id for item in parts(bank) if not item.explain and not item.regions] == []


@banks_with(Kind.SINGLE)
def test_the_right_choice_is_at_no_favourite_letter(bank: Bank):
    singles = [item for item in of_kind(bank, Kind.SINGLE) if len(item.choices) == 4]
    letters = Counter(item.key[0] for item in singles)  # type: ignore[index]
    assert all(0.17 <= letters[place] / len(singles) <= 0.33 for place in range(4)), letters


@banks_with(Kind.SINGLE)
def test_the_longest_choice_is_right_no_more_often_than_chance(bank: Bank):
    singles = of_kind(bank, Kind.SINGLE)
    longest = 0
    for item in singles:
        sizes = [len(choice) for choice in item.choices]
        right = sizes[item.key[0]]  # type: ignore[index]
        longest += right == max(sizes) and sizes.count(right) == 1
    assert longest / len(singles) <= 0.27


@banks_with(Kind.JUDGE)
def test_true_and_false_are_even(bank: Bank):
    judges = of_kind(bank, Kind.JUDGE)
    assert 0.4 <= sum(item.key is True for item in judges) / len(judges) <= 0.6


@each_bank
def test_not_everything_is_right_in_multiple_choice(bank: Bank):
    multiples = of_kind(bank, Kind.MULTIPLE)
    everything = sum(len(item.key) == len(item.choices) for item in multiples)  # type: ignore[arg-type]
    assert everything <= len(multiples) * 0.15


@each_bank
def test_no_choice_speaks_of_the_others(bank: Bank):
    words = re.compile("以上(都|均|全|皆)|都(是|对|不对|不是)$|以上(选项|答案)")
    assert [item.id for item in parts(bank) if any(words.search(choice) for choice in item.choices)] == []


@each_bank
def test_a_negative_question_shows_it(bank: Bank):
    asks_not = re.compile("下列[^，。]*(不属于|不包括|不正确|错误的是)|哪(一)?项(不|不是|错误)")
    hidden = [item.id for item in parts(bank) if asks_not.search(item.stem) and "【" not in item.stem]
    assert hidden == []


def test_no_stem_stands_twice_in_any_two_banks():
    seen = Counter(normalise(item.stem) + (item.image or "") for bank in BANKS.values() for item in parts(bank))
    assert [stem for stem, count in seen.items() if count > 1] == []


@each_bank
def test_no_two_stems_are_nearly_the_same(bank: Bank):
    """Compared only where length and letters make it possible; pictures and steps are asked in set phrases."""
    items = [item for item in parts(bank) if item.kind in (Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE, Kind.BLANK) and not item.image]
    near = []
    for one, other in combinations(items, 2):
        short, long = sorted((len(one.stem), len(other.stem)))
        if short * 10 < long * 8:
            continue
        matcher = SequenceMatcher(None, one.stem, other.stem, autojunk=False)
        if matcher.real_quick_ratio() > 0.88 and matcher.quick_ratio() > 0.88 and matcher.ratio() > 0.88:
            near.append((one.id, other.id))
    assert near == []


def cited(bank: Bank, law: str) -> set[str]:
    """The articles of a law that a bank tests."""
    cites = [cite for item in parts(bank) for _, _, cites in told(item) for cite in cites]
    return {number.group() for cite in cites if (number := re.match(r"第[^条]+条", cite.partition(" ")[2])) and cite.startswith(law + " ")}


def test_every_article_of_the_work_safety_law_is_tested():
    law = LAWS["安全生产法"]
    assert len(law.articles) == 119
    assert set(law.articles) - cited(BANKS["xinanfa"], law.name) == set()


def test_every_chapter_of_the_hazardous_chemicals_law_is_tested_and_most_articles():
    law = LAWS["危险化学品安全法"]
    found = cited(BANKS["weihuapin"], law.name)
    assert len(law.articles) == 127
    assert len(found) >= 115
    text = (FOLDER / "laws/危险化学品安全法.md").read_text(encoding="utf-8")
    chapters = re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]
    assert all(any(re.search(rf"^{article} ", chapter, re.MULTILINE) for article in found) for chapter in chapters)


def test_the_work_safety_bank_has_small_cases():
    assert sum(item.id.startswith("xaf-case-") for item in BANKS["xinanfa"].items) >= 40


def test_every_picture_is_there():
    missing = [(bank.code, item.image) for bank in BANKS.values() for item in parts(bank) if item.image and not (FOLDER / item.image).is_file()]
    assert missing == []


def test_every_hazard_picture_has_four_to_eight_hazards_each_explained():
    for item in BANKS["yinhuan"].items:
        assert item.kind is Kind.HOTSPOT and 4 <= len(item.regions) <= 8, item.id
        assert all(region.explain for region in item.regions), item.id
