"""Numbers as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.numerals import Range, number, written

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**12), max_value=10**12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30", "30"), (" 30 ", "30"), ("３０", "30"), ("30.0", "30"), ("1,000", "1000"), ("1，000，000.5", "1000000.5"),
        ("-2.5", "-2.5"), ("－2．5", "-2.5"), ("−2.5", "-2.5"), ("+7", "7"), (".5", "0.5"), ("3。5", "3.5"), ("30。", "30"),
        ("30米", "30"), ("30 米。", "30"), ("007", "7"),
    ],
)  # fmt: skip
def test_it_is_read_as_it_is_meant(text: str, value: str) -> None:
    assert number(text, "米") == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "三十",
        "2～5",
        "25-30",
        "1,00",
        "1,5",
        "1e3",
        "inf",
        "NaN",
        "0x1F",
        "30吨",
        "--5",
        "5 or 6",
        "٣",
        "10²",
        "①",
        "1_000",
        "½",
        "米",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert number(text, "米") is None


@pytest.mark.parametrize(
    ("text", "unit"), [("30㎡", "m2"), ("30 m²", "㎡"), ("30°C", "℃"), ("30mpa", "MPa"), ("30％", "%")]
)
def test_a_unit_may_be_written_in_its_several_ways(text: str, unit: str) -> None:
    assert number(text, unit) == 30


@given(st.text())
def test_any_text_is_a_number_or_none(text: str) -> None:
    assert number(text) is None or isinstance(number(text), Decimal)


@given(NUMBERS)
def test_what_is_written_is_read_back(value: Decimal) -> None:
    assert number(written(value)) == value and number(f"{value:,f}") == value


@given(NUMBERS, NUMBERS.map(abs), NUMBERS.map(abs))
def test_a_range_ends_exactly_where_it_ends(least: Decimal, width: Decimal, slack: Decimal) -> None:
    found = Range(least, least + width, slack)
    step = Decimal("0.00001")
    assert found.holds(least - slack) and found.holds(least + width + slack)
    assert not found.holds(least - slack - step) and not found.holds(least + width + slack + step)


def test_no_digit_is_lost_to_rounding() -> None:
    found = Range(
        Decimal("100000000000000000000000000000.1"), Decimal("100000000000000000000000000000.1"), Decimal("0.2")
    )
    assert found.holds(Decimal("100000000000000000000000000000.3"))
    assert not found.holds(Decimal("100000000000000000000000000000.31"))
    assert Range(Decimal("0.1"), Decimal("0.1"), Decimal("0.2")).holds(Decimal("0.3"))


def test_a_range_is_told_as_a_person_would_write_it() -> None:
    told = [
        str(Range(*map(Decimal, ends))) for ends in (("30", "30"), ("25", "30"), ("30", "30", "0.5"), ("2", "5", "0.5"))
    ]
    assert told == ["30", "25~30", "30±0.5", "2~5±0.5"]
