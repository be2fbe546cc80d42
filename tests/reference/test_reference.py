"""The product's rules and an independent reference of scoring and ranking say the same of ten thousand made-up contests.

Every run compares a part of them, `make reference` all.
"""

import os
from decimal import Decimal
from fractions import Fraction

import pytest
from generated import Case, case
from said_by_product import Product
from said_by_reference import Reference, cents

from quizapp.rules.units import Metric

CHUNKS, EACH = 40 if os.environ.get("REFERENCE") == "all" else 10, 250


def compare(product: Product, reference: Reference) -> None:
    """Everything that both say of one contest."""
    assert product.standings() == reference.standings()
    assert product.places() == reference.places()
    figures = {
        code: (f.people, f.sittings, f.papers, cents(f.points)) for code, f in reference.figures.items() if f.people
    }
    assert product.figures() == figures
    for code in figures:
        compare_metrics(product, reference, code)
    assert product.unit_places() == reference.unit_places()
    assert product.commended() == reference.commended()
    assert product.tickets() == reference.tickets()
    assert product.pools() == reference.pools()


def compare_metrics(product: Product, reference: Reference, code: str) -> None:
    """Fractions of the product, decimals of fifty figures of the reference; rank steps exist where they rank."""
    for metric in Metric:
        if metric is not Metric.STEPS or metric in product.rules.units.metrics:
            exact, found = product.metric(code, metric), reference.figures[code].metrics[metric]
            assert exact == found or near(exact, found), (code, metric)


def near(exact: Fraction | None, found: Decimal | None) -> bool:
    return exact is not None and found is not None and abs(exact - Fraction(found)) < Fraction(1, 10**25)


def check(made: Case) -> None:
    """One contest; where each stage is ranked apart, each of its stages."""
    product, reference = Product(made), Reference(made)
    assert product.sittings() == reference.sittings()
    if not product.rules.board.each_stage:
        compare(product, reference)
        return
    stages = {
        product.stage(sat): reference.file.stage(r.sitting) for sat, r in zip(made.sat, reference.results, strict=True)
    }
    for code, stage in stages.items():
        compare(
            Product(made, only=code),
            reference.where(lambda sitting, stage=stage: reference.file.stage(sitting) == stage),
        )


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_rules_and_the_reference_agree(chunk: int) -> None:
    for number in range(EACH):
        made = case(f"{chunk}-{number}")
        try:
            check(made)
        except AssertionError as difference:
            difference.add_note(f"case {made.name}:\n{made.text}")
            raise
