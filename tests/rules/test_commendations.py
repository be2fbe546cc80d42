"""Who is commended: quotas, lines, and why each in and each out."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules import candidates as candidate_rules
from quizapp.rules.commendations import (
    METRIC_WORDS,
    Candidate,
    Commendation,
    Grade,
    Line,
    Of,
    Per,
    Rounding,
    commend,
    lists,
    room,
)
from quizapp.rules.counting import Standing
from quizapp.rules.units import Facts, Figures, Metric, UnitRules

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


def test_whoever_is_in_no_division_is_not_meant_where_each_has_its_quota():
    people = [candidate("a", 9), candidate("b", 8, division="qiye"), candidate("c", 7, division="qiye")]
    one = replace(TEN, grades=(Grade("优秀", 1),))
    assert grades(people, replace(one, per=Per.DIVISION)) == {"b": "优秀", "c": None}
    assert grades(people, one) == {"a": "优秀", "b": None, "c": None}


def of(points: int, valid: int) -> Standing:
    return Standing(points, 1000, 0, 1, valid=valid)


def test_nobody_is_commended_without_a_valid_sitting_nor_enlarges_a_share():
    people = [candidate_rules.person(f"p{n}", bytes([9 - n]), of(100, int(n < 4))) for n in range(5)]
    half = replace(TEN, of=Of.PEOPLE, grades=(Grade("优秀", share=Fraction(2, 5)),))
    assert grades(people, half) == {"p0": "优秀", "p1": None, "p2": None, "p3": None, "p4": None}  # 2/5 of 4, not of 5
    assert commend(people, half)[-1].reasons == (("没有有效的答题", {}),)


def test_places_are_those_of_the_board():
    dense = commend([*FOUR, candidate("e", 6)], TEN, dense=True)
    assert [(d.key, d.place) for d in dense] == [("a", 1), ("b", 2), ("c", 2), ("d", 3), ("e", 4)]
    assert dense[3].reasons == (("第{place}名，超出名额", {"place": 3}),)


def with_points(key: str, merit: int, points: int) -> Candidate:
    return candidate(key, merit, metrics={Metric.POINTS: Fraction(points)})


def test_whoever_reaches_a_grade_has_it_where_no_number_is_said():
    """一等奖 90分以上, 二等奖 80分以上, 不限名额; with a number the best of those who reach it, the others go on to the next."""
    people = [with_points("a", 9, 95), with_points("b", 8, 92), with_points("c", 7, 85), with_points("d", 6, 70)]
    ninety, eighty = ((Metric.POINTS, Fraction(90)),), ((Metric.POINTS, Fraction(80)),)
    free = replace(TEN, grades=(Grade("一", least=ninety), Grade("二", least=eighty)))
    assert grades(people, free) == {"a": "一", "b": "一", "c": "二", "d": None}
    reasons = {d.key: d.reasons for d in commend(people, free)}
    assert reasons["a"] == (("第{place}名，达到要求", {"place": 1}),)
    assert reasons["d"] == (("第{place}名，{metric}未达到{least}", {"place": 4, "metric": ("总分", {}), "least": Fraction(80)}),)
    one = replace(TEN, grades=(Grade("一", 1, least=ninety), Grade("二", 2, least=eighty)))
    assert grades(people, one) == {"a": "一", "b": "二", "c": "二", "d": None}
    assert grades(people, replace(TEN, grades=(Grade("优秀"),), least=eighty)) == {"a": "优秀", "b": "优秀", "c": "优秀", "d": None}


def test_a_better_place_does_not_help_below_the_least_of_a_grade():
    """The second has fewer papers than the grade asks for: the third moves up, the second is looked at for the next grade."""
    people = [candidate(key, merit, metrics={Metric.PAPERS: Fraction(papers)}) for key, merit, papers in (("a", 9, 5), ("b", 8, 1), ("c", 7, 5))]
    rule = replace(TEN, grades=(Grade("一", 2, least=((Metric.PAPERS, Fraction(3)),)), Grade("二", 1)))
    assert grades(people, rule) == {"a": "一", "b": "二", "c": "一"}


def test_a_share_is_rounded_and_kept_within_its_limits():
    fifth = Grade("优秀", share=Fraction(1, 5))
    assert [room(fifth, count, 0) for count in (4, 5, 9)] == [0, 1, 1]
    assert [room(replace(fifth, rounding=Rounding.UP), count, 0) for count in (4, 5, 6)] == [1, 1, 2]
    assert [room(replace(fifth, rounding=Rounding.NEAREST), count, 0) for count in (2, 3, 7, 8)] == [0, 1, 1, 2]  # 0.4 0.6 1.4 1.6
    assert room(replace(fifth, share=Fraction(1, 2), rounding=Rounding.NEAREST), 5, 0) == 3  # a half goes up
    assert [room(replace(fifth, at_least=1, at_most=3), count, 0) for count in (4, 12, 100)] == [1, 2, 3]
    assert room(replace(fifth, share=Fraction(1, 2), of_rest=True), 9, 3) == 3
    assert room(Grade("优秀", 7), 2, 0) == 7 and room(Grade("优秀"), 2, 0) is None


def test_nobody_is_commended_twice_where_the_rule_says_so():
    people = [candidate(f"p{n}", 9 - n) for n in range(5)]
    before = {"优秀个人": {"p0"}, "之星": {"p1"}, "别的": {"p2"}}
    rule = replace(TEN, without=("优秀个人", "之星"), grades=(Grade("优秀", share=Fraction(2, 3)),))
    left = candidate_rules.not_again(people, rule, before)
    assert grades(left, rule) == {"p2": "优秀", "p3": "优秀", "p4": None, "p0": None, "p1": None}  # 2/3 of 3, not of 5
    assert commend(left, rule)[3].reasons == (("已获“{title}”，不重复表扬", {"title": "优秀个人"}),)


def test_no_more_of_one_unit_than_the_rule_says_and_the_next_move_up():
    people = [candidate(key, merit, unit=key[0]) for key, merit in (("a1", 9), ("a2", 8), ("a3", 7), ("b1", 6), ("b2", 5))]
    rule = replace(TEN, of=Of.PEOPLE, grades=(Grade("一", 1), Grade("二", 2)), most_per_unit=1)
    assert grades(people, rule) == {"a1": "一", "a2": None, "a3": None, "b1": "二", "b2": None}
    assert commend(people, rule)[1].reasons == (("第{place}名，超出本单位的{count}个名额", {"place": 2, "count": 1}),)
    two = replace(rule, most_per_unit=2)
    assert grades(people, two) == {"a1": "一", "a2": "二", "a3": None, "b1": "二", "b2": None}
    tied = [candidate("a1", 9, unit="a"), candidate("a2", 9, unit="a"), candidate("b1", 6, unit="b"), candidate("c1", 5)]
    assert grades(tied, rule) == {"a1": None, "a2": None, "b1": "一", "c1": "二"}
    assert grades(tied, replace(rule, line=Line.ALL)) == {"a1": "一", "a2": "一", "b1": "二", "c1": "二"}


def test_each_list_tells_where_its_grades_end():
    rule = replace(TEN, grades=(Grade("一", 2), Grade("二")))
    [[one, two]] = [listed.cuts for listed in lists(FOUR, rule)]
    assert (one.room, one.taken, one.tied) == (2, 1, 2)
    assert (two.room, two.taken, two.tied) == (None, 3, 0)


def facts(people: int, points: int, overall: int = 50) -> Facts:
    return Facts(Figures(people, people, points * 100, people, people), 20, overall=Fraction(overall))


def test_what_is_least_is_asked_of_the_plain_mean():
    """6 people with a mean of 80; shrunk with 4 of the overall 50 it is 68: it ranks by 68 and reaches 80."""
    rule = replace(TEN, least=((Metric.MEAN, Fraction(80)),))
    made = candidate_rules.unit("a", facts(6, 480), UnitRules(shrink=4), rule)
    assert made.metrics == {Metric.MEAN: 80} and grades([made], rule) == {"a": "优秀"}
    assert made.merit == candidate_rules.unit("b", facts(6, 408), UnitRules(), rule).merit


def test_units_are_commended_in_an_order_of_the_commendation():
    """优胜单位 by the mean, 最佳组织单位 by participants: who is first in one is last in the other."""
    rules, known = UnitRules(hide_mean_below=0), {"a": facts(9, 630), "b": facts(7, 630)}
    best = replace(TEN, grades=(Grade("优秀", 1),))
    organised = replace(best, rank_by=((Metric.PEOPLE, Fraction(1)),), then=(Metric.POINTS,))

    def taken(rule: Commendation) -> list[str]:
        made = [candidate_rules.unit(key, of, rules, rule) for key, of in known.items()]
        return [key for key, grade in grades(made, rule).items() if grade]

    assert taken(best) == ["b"] and taken(organised) == ["a"]
    small = candidate_rules.unit("c", facts(3, 210), UnitRules(), best), candidate_rules.unit("c", facts(3, 210), UnitRules(), organised)
    assert small[0].barred and not small[1].barred  # a mean that is not shown cannot rank; participants can


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
