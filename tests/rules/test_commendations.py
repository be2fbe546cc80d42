"""Who is commended: quotas, lines, and why each in and each out."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.commendations import METRIC_WORDS, Candidate, Commendation, Grade, Line, Of, Per, commend
from quizapp.rules.units import Metric

TEN = Commendation("优秀", Of.UNITS, (Grade("优秀", 2),))


def candidate(key: str, merit: int, **more: object) -> Candidate:
    return Candidate(key, bytes([merit]), **more)  # type: ignore[arg-type]


def grades(candidates: list[Candidate], rule: Commendation) -> dict[str, str | None]:
    return {one.key: one.grade for one in commend(candidates, rule)}


FOUR = [candidate("a", 9), candidate("b", 8), candidate("c", 8), candidate("d", 7)]


def test_the_best_are_taken_and_each_is_told_why():
    decisions = commend([candidate("a", 9), candidate("b", 8), candidate("c", 7, barred=(("未参赛", {}),)), candidate("d", 6)], TEN)
    assert [(d.key, d.grade, d.place, d.shared) for d in decisions] == [
        ("a", "优秀", 1, False), ("b", "优秀", 2, False), ("d", None, 3, False), ("c", None, None, False),
    ]  # fmt: skip
    assert [d.reasons for d in decisions] == [
        (("第{place}名，在{count}名之内", {"place": 1, "count": 2}),),
        (("第{place}名，在{count}名之内", {"place": 2, "count": 2}),),
        (("第{place}名，超出名额", {"place": 3}),),
        (("未参赛", {}),),
    ]


def test_those_who_share_the_place_at_the_line_are_all_taken_or_none():
    assert grades(FOUR, TEN) == {"a": "优秀", "b": None, "c": None, "d": None}
    assert grades(FOUR, replace(TEN, line=Line.ALL)) == {"a": "优秀", "b": "优秀", "c": "优秀", "d": None}
    reasons = {d.key: d.reasons[0][0] for d in commend(FOUR, TEN)}
    assert "并列人数超过名额" in reasons["b"] and "并列人数超过名额" in reasons["c"] and "超出名额" in reasons["d"]
    assert all("末位并列的都取" in d.reasons[0][0] for d in commend(FOUR, replace(TEN, line=Line.ALL)) if d.key in "bc")


def test_grades_follow_one_another_and_a_share_is_rounded_down():
    rule = replace(TEN, grades=(Grade("一", 1), Grade("二", share=Fraction(1, 3), of_rest=True), Grade("三", share=Fraction(1, 4))))
    people = [candidate(f"p{n}", 20 - n) for n in range(9)]
    assert list(grades(people, rule).values()) == ["一", "二", "二", "三", "三", None, None, None, None]


def test_a_quota_holds_in_each_kind_division_or_unit_above():
    people = [candidate(f"{kind}{n}", 20 - n, kind=kind, division=kind.upper(), above=f"u{n % 2}") for kind in "xy" for n in range(4)]
    one = replace(TEN, grades=(Grade("优秀", 1),))

    def taken(rule: Commendation) -> set[str]:
        return {key for key, grade in grades(people, rule).items() if grade}

    assert taken(replace(one, per=Per.KIND)) == {"x0", "y0"} == taken(replace(one, per=Per.DIVISION))
    assert taken(replace(one, line=Line.ALL, per_unit="镇街")) == {"x0", "y0", "x1", "y1"}
    assert taken(replace(one, per=Per.KIND, per_unit="镇街")) == {"x0", "y0", "x1", "y1"}
    assert taken(replace(one, kinds=("y",))) == {"y0"} == taken(replace(one, divisions=("Y",)))


def test_the_least_is_asked_of_every_metric():
    rule = replace(TEN, least=((Metric.RATE, Fraction(60)), (Metric.MEAN, Fraction(80))))
    found = commend(
        [
            candidate("a", 9, metrics={Metric.RATE: Fraction(60), Metric.MEAN: Fraction(80)}),
            candidate("b", 8, metrics={Metric.RATE: Fraction(59), Metric.MEAN: None}),
            candidate("c", 7),
        ],
        rule,
    )
    assert [d.grade for d in found] == ["优秀", None, None] and [len(d.reasons) for d in found] == [1, 2, 2]
    assert found[1].reasons[0][1]["least"] == 60


def test_every_metric_has_a_word():
    assert METRIC_WORDS.keys() == set(Metric)


candidates = st.lists(
    st.builds(candidate, st.uuids().map(str), st.integers(0, 6), kind=st.sampled_from("xy"), barred=st.sampled_from([(), (("未参赛", {}),)])),
    max_size=15, unique_by=lambda one: one.key,
)  # fmt: skip
quotas = st.lists(
    st.builds(Grade, st.uuids().map(str), st.integers(0, 4), st.none() | st.fractions(0, 1, max_denominator=9), st.booleans()),
    min_size=1, max_size=3, unique_by=lambda grade: grade.title,
).map(tuple)  # fmt: skip


@given(candidates, quotas, st.sampled_from(Line), st.sampled_from([Per.WHOLE, Per.KIND]), st.randoms())
def test_nobody_worse_is_commended_before_somebody_better(listed, quota, line, per, chance):
    rule = Commendation("表扬", Of.PEOPLE, quota, per=per, line=line)
    found = commend(listed, rule)
    assert sorted(d.key for d in found) == sorted(c.key for c in listed) and all(d.reasons for d in found)
    shuffled = list(listed)
    chance.shuffle(shuffled)
    assert commend(shuffled, rule) == found
    order = {grade.title: n for n, grade in enumerate(quota)} | {None: len(quota)}
    by_key = {c.key: c for c in listed}
    for kind in {c.kind for c in listed} if per is Per.KIND else {None}:
        mine = [d for d in found if kind is None or by_key[d.key].kind == kind]
        assert all(d.grade is None for d in mine if by_key[d.key].barred)
        fit = [d for d in mine if not by_key[d.key].barred]
        ranks = [order[d.grade] for d in sorted(fit, key=lambda d: by_key[d.key].merit, reverse=True)]
        assert ranks == sorted(ranks) or line is Line.NONE
        for n, grade in enumerate(quota):
            taken = [by_key[d.key].merit for d in fit if d.grade == grade.title]
            room = grade.quota if grade.share is None else int(len(fit) * grade.share)
            if line is Line.NONE:
                assert len(taken) <= room
            if n == 0 and line is Line.ALL and len(taken) > room:
                assert taken.count(min(taken)) > len(taken) - room, "only those who share the line's place are more"
        equal = {by_key[d.key].merit: {e.grade for e in fit if by_key[e.key].merit == by_key[d.key].merit} for d in fit}
        assert all(len(one) == 1 for one in equal.values()), "those with the same place fare alike"
