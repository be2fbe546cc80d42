"""The reference itself against small examples worked out by hand: so that it is not merely what the product does."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import reference as ref

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


def sat(
    number: int, marks: str, entry: str = "甲", unit: str = "一厂", *, day: int = 0, seconds: int = 60, stage: str = ""
) -> ref.Sitting:
    """A sitting of questions of one point each: 1 is right, 0 is wrong."""
    items = tuple(ref.Item("b", "single", "", Decimal(1), Decimal(mark), mark == "1") for mark in marks)
    started = NOON + timedelta(days=day, minutes=number)
    time = timedelta(seconds=seconds)
    return ref.Sitting(number, entry, unit, stage, started, started + time, time, items)


def file(text: str) -> ref.File:
    return ref.read("paper: {draw: [{bank: b, count: 5, points: 1}]}\n" + text)


def worth(text: str, marks: str) -> Decimal:
    return ref.result(file(text), sat(0, marks)).worth


def value(text: str, *sittings: ref.Sitting) -> Decimal:
    rules = file(text)
    return ref.standing(rules, [ref.result(rules, each) for each in sittings]).exact


@pytest.mark.parametrize(
    ("how", "chosen", "points"),
    [
        ("{multiple: exact}", {1, 2}, "0"),
        ("{multiple: half}", {1}, "1"),
        ("{multiple: half}", {1, 4}, "0"),
        ("{multiple: per_right, per_right: 0.5}", {1, 2}, "1"),  # rule set M: two of three right
        ("{multiple: per_right, per_right: 0.5}", {1, 2, 3}, "2"),
        ("{multiple: per_right, per_right: 0.5}", {1, 2, 4}, "0"),
        ("{multiple: per_right}", {1}, "0.66"),
        ("{multiple: per_right, per_right: 1}", {1, 2}, "1.99"),  # not all of them: not the full points
        ("{multiple: short, short: 1}", {1, 2}, "1"),
        ("{multiple: short, short: 1}", {1, 4}, "0"),
        ("{multiple: short, short: 2}", {1}, "1.99"),
        ("{multiple: per_right_less_wrong, per_right: 1, per_wrong: 0.5}", {1, 2, 4}, "1.5"),
        ("{multiple: per_right_less_wrong}", {1, 4, 5}, "0"),
    ],
)
def test_multiple_choice(how: str, chosen: set[int], points: str) -> None:
    assert ref.mark(file(f"marking: {how}"), "multiple", Decimal(2), {1, 2, 3}, chosen) == Decimal(points)


def test_what_a_sitting_is_worth() -> None:
    assert worth("worth: {steps: [{right: 4, worth: 2}, {worth: 1}]}", "11110") == 2  # rule set A
    assert worth("worth: {steps: [{right: 4, worth: 2}, {worth: 1}]}", "11100") == 1
    assert worth("worth: {all_right: 10}", "11111") == 15  # rule set B
    assert worth("worth: {streak: [1, 2, 3]}", "11111") == 5 + 1 + 2 + 3 + 3 + 3  # rule set K, capped at 3
    assert worth("worth: {streak: [1, 2, 3]}", "11011") == 4 + 1 + 2 + 1 + 2
    assert worth("worth: {streak: [1, 2, 3], steps: [{right: 4, worth: 2}]}", "11011") == 2 + 1 + 2 + 1 + 2


def test_what_counts() -> None:
    made = [sat(0, "111"), sat(1, "11"), sat(2, "1", day=1), sat(3, "1111", day=7)]
    wanted = {
        "best": 4,
        "last": 4,
        "first": 3,
        "sum": 10,
        "mean": Decimal("2.5"),
        "sum_of_days": 8,
        "sum_of_weeks": 7,
        "valid": 4,
        "days": 3,
    }
    assert {short: value(f"counts: {short}", *made) for short in wanted} == wanted
    assert value("counts: {take: all, most: 2, as: sum}", *made) == 7
    assert value("counts: sum\nvalid: {right: 3}", *made) == 7  # rule set C: only the valid ones


def test_who_passes_is_decided_by_what_counts() -> None:
    made = [sat(0, "111"), sat(1, "1111"), sat(2, "11", day=1)]  # the best 4, the last 2, the first 3, the mean 3

    def passed(text: str) -> bool:
        rules = file(text)
        return ref.standing(rules, [ref.result(rules, each) for each in made]).passed

    for short, most in {"best": 4, "last": 2, "first": 3, "mean": 3, "sum": 4, "days": 4, "sum_of_days": 4}.items():
        assert passed(f"counts: {short}\npass: {most}") and not passed(f"counts: {short}\npass: {most}.01"), short


def test_a_sitting_may_have_to_be_quick() -> None:
    slow, quick = sat(0, "1", seconds=61), sat(1, "1", seconds=60)
    rules = file("valid: {within: 60秒}")
    assert [ref.result(rules, each).valid for each in (slow, quick)] == [False, True]


def test_places() -> None:
    dense, standard = file("board: {places: dense}"), file("")
    assert ref.places(standard, [(1,), (2,), (2,), (3,)]) == [1, 2, 2, 4]
    assert ref.places(dense, [(1,), (2,), (2,), (3,)]) == [1, 2, 2, 3]


TREE = [ref.Unit("镇", "镇街", None, None), ref.Unit("一厂", "企业", "镇", 4), ref.Unit("二厂", "企业", "镇", 2)]


def figures(text: str, *sittings: ref.Sitting) -> dict[str, ref.Figures]:
    rules = file(text)
    return ref.figures(rules, TREE, [ref.result(rules, each) for each in sittings])


def test_somebody_who_moved_counts_in_both_and_once_above() -> None:
    found = figures("counts: best", sat(0, "1"), sat(1, "111", unit="二厂", day=1), sat(2, "11", entry="乙"))
    assert {code: (f.people, f.points) for code, f in found.items()} == {"一厂": (2, 3), "二厂": (1, 3), "镇": (2, 5)}
    assert [round(found[code].metrics["rate"] or 0, 2) for code in found] == [Decimal("33.33"), 50, 50]  # of 6, 4 and 2


def test_the_organising_units_of_rule_set_u() -> None:
    text = "units: {rank_by: {rate: 0.5, mean: 0.5}, min_people: 1, min_rate: 60%, min_mean: 2, hide_mean_below: 0}"
    one = [sat(n, "111", entry=str(n)) for n in range(3)]  # three of four, mean 3
    two = [sat(9, "1111", entry="9", unit="二厂")]  # one of two: 50 %, too few
    found = figures(text, *one, *two)
    assert found["一厂"].order == (-(Decimal(75) + 3) / 2,)
    assert found["二厂"].order is None


def test_rank_steps_and_bonus_of_rule_set_n() -> None:
    text = "units: {rank_by: {steps: 0.3, mean: 0.6, bonus: 1}, bonus: 10, steps: {of: people, first: 100, step: 5}, hide_mean_below: 0}"
    found = figures(text, sat(0, "11", entry="a"), sat(1, "11", entry="b"), sat(2, "1111", entry="c", unit="二厂"))
    assert found["一厂"].order == (-(Decimal("0.3") * 100 + Decimal("0.6") * 2),)
    assert found["二厂"].order == (-(Decimal("0.3") * 95 + Decimal("0.6") * 4),)


def test_rank_steps_are_among_those_who_have_a_place() -> None:
    text = "units: {rank_by: steps, min_people: 2, steps: [{of: mean, weight: 50%}, {values: [9, 8], weight: 50%}], hide_mean_below: 0}"
    tree = [*TREE, ref.Unit("三厂", "企业", "镇", 2)]
    rules = file(text)
    made = [sat(n, "11", entry=str(n)) for n in range(3)]  # three people, mean 2
    made += [sat(9, "1111", entry="9", unit="二厂")]  # one: too few, and it would be the first by its mean
    made += [sat(n, "1", entry=str(n), unit="三厂") for n in (10, 11)]  # two, mean 1
    found = ref.figures(rules, tree, [ref.result(rules, each) for each in made])
    assert [found[code].metrics["steps"] for code in ("一厂", "二厂", "三厂")] == [Decimal("54.5"), None, Decimal("51.5")]


def test_bands_and_figures_by_head() -> None:
    text = "units: {rank_by: bands, bands: [{of: rate, from: 75, points: 30}, {of: rate, from: 50, points: 20}, {of: mean, from: 4, points: 5}]}"
    found = figures(text, *[sat(n, "111", entry=str(n)) for n in range(3)], sat(9, "1111", entry="9", unit="二厂"))
    assert [found[code].metrics["bands"] for code in ("一厂", "二厂")] == [30, 25]  # 75 % and 3; 50 % and 4
    assert [found[code].metrics["per_head"] for code in ("一厂", "二厂")] == [Decimal("2.25"), 2]  # 9 / 4, 4 / 2


def test_shrinkage() -> None:
    found = figures("units: {shrink: 2}", sat(0, "1111", entry="a"), sat(1, "0", entry="b", unit="二厂"))
    assert round(found["一厂"].metrics["mean"] or 0, 6) == Decimal("2.666667")  # (4 + 2 × 2) / 3


def candidates(*orders: int) -> list[ref.Candidate]:
    return [ref.Candidate(f"{order}{n}", (order,), "企业", "", {}, {}) for n, order in enumerate(orders)]


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ({"quota": "2"}, ["10"]),  # the second and third are equal: none
        ({"quota": "2", "line": "all"}, ["10", "21", "22"]),
        ({"share": "60%"}, ["10", "21", "22"]),
        ({"share": "39%"}, ["10"]),
        ({"share": "19%"}, []),
    ],
)
def test_the_line_of_a_commendation(said: dict[str, str], taken: list[str]) -> None:
    assert list(ref.commended({"title": "优秀", **said}, candidates(1, 2, 2, 3, 4))) == taken


def test_grades_take_one_after_the_other() -> None:
    said = {
        "grades": [
            {"title": "一", "quota": "1"},
            {"title": "二", "share": "50%", "of": "rest"},
            {"title": "三", "share": "20%"},
        ]
    }
    assert ref.commended(said, candidates(1, 2, 3, 4, 5)) == {"10": "一", "21": "二", "32": "二", "43": "三"}


def tickets(text: str, *sittings: ref.Sitting) -> int:
    rules = file(text)
    return ref.tickets(rules, [ref.result(rules, each) for each in sittings]).total()


def test_tickets() -> None:
    made = [sat(0, "1" * 15), sat(1, "1" * 9), sat(2, "111", day=1)]
    assert tickets("tickets: {per_right: 5}", *made) == 4
    assert tickets("tickets: {per_right: 5, per_day: 3}", *made) == 3  # rule set B
    assert tickets("tickets: {when: {points: 9}, total: 10}", *made) == 2  # rule set E
    cards = [sat(n, "1", day=n, stage=f"theme-{n}") for n in range(5)]
    assert tickets("tickets: {when: {all_right: 是}, stages: 5}", *cards) == 1  # rule set D
    assert tickets("tickets: {when: {all_right: 是}, stages: 5}", *cards[:4], sat(9, "1", day=9, stage="theme-0")) == 0
