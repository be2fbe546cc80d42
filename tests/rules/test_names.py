"""Names in public."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.names import masked


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张**"), ("张三丰", "张**"), ("欧阳娜娜", "欧阳**"), ("阿卜杜·热合曼", "阿**"), ("Alice", "A**"), ("欧阳", "欧**"), ("𬬭某", "𬬭**"), ("", "**")],
)
def test_names_are_masked_to_the_surname(name, shown):
    assert masked(name) == shown


@given(st.text())
def test_no_digit_and_no_second_syllable_gets_out(name):
    shown = masked(name)
    assert shown.endswith("**") and len(shown) <= 4 and not any(char in "0123456789" for char in shown)
