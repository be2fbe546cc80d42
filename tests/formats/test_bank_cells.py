"""What people write into the cells of a bank is taken apart as they mean it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.formats.bank_cells import blank_texts, difficulty_of, joined_blanks, kind_of, split_choices
from quizapp.rules.items import Difficulty, Kind


@pytest.mark.parametrize(
    ("cell", "choices"),
    [
        ("**A.16**B.18**C.20", ["16", "18", "20"]),
        ("A、重锤  B、弹簧  C、脉冲", ["重锤", "弹簧", "脉冲"]),
        ("A、减少B、电气C、防止", ["减少", "电气", "防止"]),
        ("A.甲\nB.乙 A.B.两种\nC.丙", ["甲", "乙 A.B.两种", "丙"]),
        ("Ａ．甲 Ｂ．乙", ["甲", "乙"]),
        ("A) 1.5m; B) 2.5m;", ["1.5m", "2.5m"]),
        ("甲\n乙\n丙", ["甲", "乙", "丙"]),
        ("甲|乙", ["甲", "乙"]),
    ],
)
def test_choices_glued_into_one_cell_are_taken_apart(cell: str, choices: list[str]) -> None:
    assert split_choices(cell) == choices


@given(st.lists(st.lists(st.text("甲/|；\\a", min_size=1, max_size=6), min_size=1, max_size=3), min_size=1, max_size=3))
def test_the_signs_between_blanks_may_stand_in_the_texts(key: list[list[str]]) -> None:
    assert blank_texts(joined_blanks(key)) == key


HELD = (Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE, Kind.BLANK)


@pytest.mark.parametrize("kind", HELD)
def test_every_kind_that_a_table_holds_is_known_by_its_own_word(kind: Kind) -> None:
    assert kind_of(kind.value) is kind


@pytest.mark.parametrize("word", [*(kind.value for kind in Kind if kind not in HELD), "案例题", "简答题", "排序"])
def test_a_kind_that_no_table_holds_is_refused_with_what_to_do(word: str) -> None:
    with pytest.raises(ValueError, match="表格放不下，请改用 YAML"):
        kind_of(word)


def test_unknown_words_are_refused_with_the_words_that_are_known() -> None:
    with pytest.raises(ValueError, match="单选题"):
        kind_of("选做题")
    with pytest.raises(ValueError, match="易、中或难"):
        difficulty_of("超难")


def test_an_open_kind_and_an_empty_difficulty_are_no_faults() -> None:
    assert kind_of("选择题") is None
    assert difficulty_of("") is Difficulty.MEDIUM
