"""A rehearsal: the same with the same seed, within the limits, and every place can be recomputed from its sittings."""

import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from factories import DAY, HOUR, rules

from quizapp.formats.contest.yaml import read_contest
from quizapp.rules.commendations import Commendation, Grade, Line, Of, Per
from quizapp.rules.contests import BoardRules, Clock, ContestRules, Division, EntryRules, Limits, Promotion, Stage
from quizapp.rules.counting import Combine, Counting, Span, Take, Tie
from quizapp.rules.items import Kind
from quizapp.rules.marking import Marking, MultipleMarking
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.rules.rehearsal import TooMany, figures, rehearse, remarks
from quizapp.rules.scoring import Condition, Scoring
from quizapp.rules.speech import say
from quizapp.rules.tickets import Prize, TicketRules
from quizapp.rules.units import Metric, UnitRules
from quizapp.services.rehearsals import shown

NOON = 1_780_286_400_000
PRESETS = sorted((Path(__file__).parents[2] / "quizapp" / "presets").glob("*.yaml"))
SINGLES = PaperBlueprint((Draw("any", 10, 1000, Kind.SINGLE),))


def contest(**over: Any) -> ContestRules:
    return rules(NOON, **({"blueprint": SINGLES, "limits": Limits(per_day=2)} | over))


def told(found: ContestRules, people: int = 150, units: int = 12, seed: str = "a") -> dict[str, Any]:
    """A rehearsal as a script reads it."""
    return json.loads(orjson.dumps(shown(rehearse(found, people, units, seed))))


def at(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def by_track(sittings: list[dict[str, Any]]) -> dict[Any, list[dict[str, Any]]]:
    found = defaultdict(list)
    for sitting in sittings:
        found[sitting["person"], sitting.get("stage"), sitting["practice"]].append(sitting)
    return found


def test_the_same_seed_gives_the_same_and_another_does_not():
    assert told(contest()) == told(contest())
    assert told(contest())["sittings"] != told(contest(), seed="b")["sittings"]


def test_everybody_who_is_asked_for_is_there():
    found = told(contest(), people=80, units=9)
    assert len({sitting["person"] for sitting in found["sittings"]}) == len(found["people"]) == 80
    assert len(found["units"]) == 9 and sum(unit["people"] for unit in found["units"]) == 80
    assert all(unit["people"] <= unit["headcount"] for unit in found["units"])
    assert told(contest(), people=1, units=1)["people"][0]["place"] == 1


def test_limits_hold_for_everybody():
    limits = Limits(per_day=2, total=5, practice_per_day=1, cooldown_ms=600_000)
    found = told(contest(limits=limits), people=300)
    days: Counter[Any] = Counter()
    for (person, _, practice), made in by_track(found["sittings"]).items():
        assert [sitting["attempt_no"] for sitting in made] == list(range(1, len(made) + 1))
        assert practice or len(made) <= 5
        days.update((person, practice, sitting["started_at"][:10]) for sitting in made)
        for before, after in pairwise(made):
            assert practice or at(after["started_at"]) >= at(before["submitted_at"]) + 600_000
    assert all(count <= (1 if practice else 2) for (_, practice, _), count in days.items())
    assert max(days.values()) == 2 and any(practice for _, practice, _ in days)
    assert all(sitting["counts"] is not sitting["practice"] for sitting in found["sittings"])


def test_nobody_sits_two_at_a_time_nor_outside_the_window_nor_beyond_the_clock():
    stages = (Stage("one", "一"), Stage("two", "二"))
    short = contest(
        stages=stages, clock=Clock(paper_ms=90_000), closes_at=NOON + 20 * DAY, last_start=NOON + 20 * DAY - HOUR
    )
    people = defaultdict(list)
    for sitting in told(short)["sittings"]:
        people[sitting["person"]].append((at(sitting["started_at"]), at(sitting["submitted_at"]), sitting["time_ms"]))
    for made in people.values():
        assert all(first[1] <= second[0] for first, second in pairwise(sorted(made)))
        assert all(
            NOON - DAY <= start <= short.last_start and end <= start + 90_000 and end - start == ms
            for start, end, ms in made
        )


def test_a_sitting_cut_at_the_end_leaves_items_unanswered():
    crowded = contest(clock=Clock(paper_ms=40_000), limits=Limits(total=1))
    usual = contest(limits=Limits(total=1))
    assert sum(p["points"] for p in told(crowded)["people"]) < sum(p["points"] for p in told(usual)["people"])
    said = [say(remark) for remark in remarks.remarks(rehearse(crowded, 150, 12, "a"))]
    assert any("限时可能太短" in line for line in said)


def test_every_place_follows_from_the_sittings():
    """A few lines that share nothing with the product: best sitting, less time, earlier end; units by mean, five people at least."""
    found = told(contest(ties=(Tie.TIME, Tie.FINISH), clock=Clock(paper_ms=100_000)), people=400, units=30)
    best: dict[str, tuple[Any, str]] = {}
    for sitting in found["sittings"]:
        key = (-sitting["points"], sitting["time_ms"], at(sitting["submitted_at"]))
        if (
            sitting["counts"]
            and sitting["valid"]
            and (sitting["person"] not in best or key < best[sitting["person"]][0])
        ):
            best[sitting["person"]] = key, sitting["unit"]
    keys = sorted(key for key, _ in best.values())
    for row in found["people"]:
        key, unit = best[row["person"]]
        assert row["place"] == 1 + sum(other < key for other in keys)
        assert (row["points"], row["time_ms"], row["unit"]) == (-key[0], key[1], unit)
    of_unit: dict[str, list[Fraction]] = defaultdict(list)
    for (points, *_), unit in best.values():
        of_unit[unit].append(Fraction(str(-points)))
    means = {unit: sum(points) / len(points) for unit, points in of_unit.items()}
    fit = [means[unit] for unit, points in of_unit.items() if len(points) >= 5]
    for row in found["units"]:
        people = len(of_unit[row["code"]])
        assert row["people"] == people and row["rate"] == people / row["headcount"]
        assert row["place"] == (1 + sum(mean > means[row["code"]] for mean in fit) if people >= 5 else None)


def test_sums_count_as_the_file_says():
    each_day = contest(counting=Counting(Take.BEST, Span.DAY), scoring=Scoring(valid=Condition(right=6)), ties=())
    found = told(each_day)
    days: dict[Any, float] = defaultdict(float)
    for sitting in found["sittings"]:
        if sitting["counts"] and sitting["right"] >= 6:
            key = sitting["person"], sitting["started_at"][:10]
            days[key] = max(days[key], sitting["points"])
        assert sitting["valid"] is (sitting["right"] >= 6)
    sums: Counter[str] = Counter()
    for (person, _), points in days.items():
        sums[person] += points  # type: ignore[assignment]
    assert {row["person"]: row["points"] for row in found["people"]} == {
        row["person"]: sums[row["person"]] for row in found["people"]
    }
    ranked = sorted(sums.values(), reverse=True)
    assert all(row["place"] == 1 + ranked.index(sums[row["person"]]) for row in found["people"] if sums[row["person"]])


def test_a_level_is_entered_only_by_who_reached_the_points():
    stages = (
        Stage("one", "第一关"),
        Stage("two", "第二关", after="one", least=8000),
        Stage("open", "训练", counts=False),
    )
    found = told(contest(stages=stages, counting=Counting(Take.BEST, Span.STAGE)), people=200)
    levels = defaultdict(list)
    for sitting in found["sittings"]:
        levels[sitting["person"], sitting["stage"]].append(sitting)
        assert sitting["counts"] is (sitting["stage"] != "open")
    entered = [(person, made) for (person, stage), made in levels.items() if stage == "two"]
    assert 0 < len(entered) < 200
    for person, made in entered:
        opened = min(at(s["submitted_at"]) for s in levels[person, "one"] if s["points"] >= 80)
        assert all(at(sitting["started_at"]) >= opened for sitting in made)


def test_only_the_best_of_each_unit_go_on():
    final = Stage(
        "final",
        "决赛",
        opens_at=NOON + 15 * DAY,
        last_start=NOON + 15 * DAY + HOUR,
        closes_at=NOON + 15 * DAY + 2 * HOUR,
    )
    heats = Stage("heats", "初赛", closes_at=NOON + 10 * DAY, last_start=NOON + 10 * DAY, promote=Promotion(2, "企业"))
    found = told(contest(stages=(heats, final), limits=Limits(total=1)), people=300, units=20)
    kinds = {unit["code"]: (unit["kind"], unit["parent"]) for unit in found["units"]}
    above = {code: parent for code, (kind, parent) in kinds.items() if kind != "企业"}
    finalists = defaultdict(set)
    best: dict[str, list[Any]] = defaultdict(list)
    for sitting in found["sittings"]:
        company = above.get(sitting["unit"], sitting["unit"])
        if sitting["stage"] == "final":
            finalists[company].add(sitting["person"])
        else:
            best[company].append(
                (-sitting["points"], sitting["time_ms"], at(sitting["submitted_at"]), sitting["person"])
            )
    assert finalists
    for company, people in finalists.items():
        assert people <= {person for *_, person in sorted(best[company])[:2]}


def test_the_newest_stage_alone_is_ranked_where_scores_start_anew():
    weeks = contest(cycle=Span.WEEK, board=BoardRules(each_stage=True), counting=Counting(Take.BEST, Span.WEEK))
    found = told(weeks, people=100)
    last = max(sitting["stage"] for sitting in found["sittings"])
    assert {row["person"] for row in found["people"]} == {s["person"] for s in found["sittings"] if s["stage"] == last}


def test_guests_play_and_do_not_count():
    found = told(contest(entry=EntryRules(guests=True)), people=300)
    guests = {sitting["person"] for sitting in found["sittings"] if sitting["unit"] is None}
    assert guests and not guests & {row["person"] for row in found["people"]}
    assert not any(sitting["counts"] for sitting in found["sittings"] if sitting["person"] in guests)


def test_tickets_and_winners_follow_from_the_sittings():
    prizes = (Prize("参与奖", 5), Prize("纪念奖", 1000))
    found = told(contest(tickets=TicketRules(Condition(right=8), per_day=1, total=3), prizes=prizes))
    days = defaultdict(set)
    for sitting in found["sittings"]:
        if sitting["counts"] and sitting["right"] >= 8:
            days[sitting["person"]].add(sitting["started_at"][:10])
    assert {row["person"]: row["tickets"] for row in found["tickets"]} == {
        person: min(3, len(made)) for person, made in days.items()
    }
    won = Counter(winner["prize"] for winner in found["winners"])
    assert won == {"参与奖": 5, "纪念奖": len(days) - 5}
    assert len({winner["person"] for winner in found["winners"]}) == len(days)


def test_who_is_commended_may_be_left_out_of_the_draw():
    rule = Commendation("优秀个人", Of.PEOPLE, (Grade("优秀个人", 3),))
    rules = contest(commendations=(rule,), tickets=TicketRules(excepted=("优秀个人",)), prizes=(Prize("参与奖", 1000),))
    found, plain = told(rules), told(replace(rules, tickets=TicketRules()))
    best = {one["person"] for one in found["commendations"][0]["decisions"] if one["grade"]}
    assert len(best) == 3 and {one["person"] for one in found["excepted"]} == best
    assert found["excepted"][0]["reason"] == "获得“优秀个人”，不参加抽奖"
    assert {one["person"] for one in plain["winners"]} - {one["person"] for one in found["winners"]} == best


def test_commendations_take_the_best_of_each_kind():
    rule = Commendation(
        "优秀组织单位",
        Of.UNITS,
        (Grade("优秀组织单位", 2),),
        per=Per.KIND,
        kinds=("学校", "企业"),
        least=((Metric.PEOPLE, Fraction(6)),),
    )
    found = told(contest(commendations=(rule,)), people=400, units=40)
    units = {unit["code"]: unit for unit in found["units"]}
    [one] = found["commendations"]
    for kind in ("学校", "企业"):
        fit = sorted(
            (u["place"], code) for code, u in units.items() if u["kind"] == kind and u["place"] and u["people"] >= 6
        )
        assert {code for _, code in fit[:2]} == {
            d["code"] for d in one["decisions"] if d["grade"] and units[d["code"]]["kind"] == kind
        }
    assert all(d["reasons"] for d in one["decisions"])


def test_a_stage_alone_decides_and_each_has_its_own_list():
    """Best of a stage by points, time and hand-in of its own sittings; nobody of the first list is in one that excepts it."""
    one = Commendation("初赛之星", Of.PEOPLE, (Grade("初赛之星", 2),), stage="one")
    each = Commendation("之星", Of.PEOPLE, (Grade("之星", 2),), stage="each", without=("初赛之星",))
    spread = Commendation("团体", Of.UNITS, (Grade("团体", 1),), stage="two", least=((Metric.MEDIAN, Fraction(0)), (Metric.STEPS, Fraction(1))))
    stages = (Stage("one", "初赛"), Stage("two", "决赛"), Stage("try", "训练", counts=False))
    found = told(contest(stages=stages, commendations=(one, each, spread), counting=Counting(Take.BEST, Span.STAGE)))
    assert [(c["title"], c["stage"]) for c in found["commendations"]] == [("初赛之星", "one"), ("之星", "one"), ("之星", "two"), ("团体", "two")]

    def best(stage: str, without: set[str]) -> set[str]:
        made = sorted(
            (-s["points"], s["time_ms"], at(s["submitted_at"]), s["person"])
            for s in found["sittings"] if s["stage"] == stage and s["counts"] and s["person"] not in without
        )  # fmt: skip
        return set(list(dict.fromkeys(person for *_, person in made))[:2])

    taken = [{d.get("person", d.get("code")) for d in c["decisions"] if d["grade"]} for c in found["commendations"]]
    assert taken[:3] == [best("one", set()), best("one", taken[0]), best("two", taken[0])]
    assert len(taken[3]) == 1, "medians and 名次分 are found for what only a commendation asks"


def test_ties_at_the_line_are_counted_and_told():
    best = Commendation("优秀个人", Of.PEOPLE, (Grade("优秀个人", 3),), line=Line.NONE)
    found = rehearse(contest(ties=(), commendations=(best, replace(best, title="全取", line=Line.ALL))), 400, 20, "a")
    full = sum(row.place == 1 for row in found.people)
    assert full > 3 and figures.top(found)[0] == (1, full)
    none, every = figures.edges(found)
    assert (none.room, none.taken, none.tied, none.most) == (3, 0, 1, full)
    assert (every.room, every.taken) == (3, full)
    said = " ".join(say(remark) for remark in remarks.remarks(found))
    assert (
        f"第1名有{full}人并列" in said
        and "按规则都不取：名额3个，取了0个" in said
        and f"按规则都取：名额3个，取了{full}个" in said
    )


def test_a_commendation_that_no_unit_reaches_is_told():
    far = Commendation("优秀单位", Of.UNITS, (Grade("优秀单位", 3),), least=((Metric.PEOPLE, Fraction(1_000_000)),))
    said = [say(remark) for remark in remarks.remarks(rehearse(contest(commendations=(far,)), 60, 5, "a"))]
    assert "“优秀单位”没有单位够条件，或名额太少一个也取不到" in said


def test_small_units_are_seen_ahead_and_told():
    any_size = rehearse(contest(units=UnitRules(hide_mean_below=0)), 600, 60, "a")
    sizes = figures.sizes(any_size)
    assert sum(size.units for size in sizes) == 60 and sum(size.placed for size in sizes) == sum(
        r.place is not None for r in any_size.units
    )
    assert any("容易排到最前" in say(remark) for remark in remarks.remarks(any_size))
    strict = rehearse(contest(units=UnitRules(min_people=30)), 600, 60, "a")
    reasons = {say(reason): count for reason, count in figures.barred(strict)}
    assert reasons["参与人数不到30人"] == sum(0 < row.facts.figures.people < 30 for row in strict.units)


def test_what_nobody_can_reach_is_told():
    rule = Commendation("优秀个人", Of.PEOPLE, (Grade("优秀个人", 3),), least=((Metric.POINTS, Fraction(101)),))
    never = contest(
        scoring=Scoring(valid=Condition(points=10_100)), commendations=(rule,), tickets=TicketRules(), prizes=(Prize("奖", 1),),
        stages=(Stage("one", "初赛"), Stage("two", "决赛", after="one", least=100)), units=UnitRules(min_people=1000),
    )  # fmt: skip
    said = " ".join(say(remark) for remark in remarks.remarks(rehearse(never, 60, 5, "a")))
    for words in (
        "没有一次答题有效",
        "“优秀个人”没有人够条件",
        "没有人得到抽奖机会",
        "“决赛”没有人参加",
        "没有一个单位有名次",
    ):
        assert words in said


def test_distributions_hold_everybody():
    found = rehearse(contest(counting=Counting(Take.ALL, combine=Combine.MEAN)), 250, 10, "a")
    assert sum(one.count for one in figures.points(found)) == 250
    assert sum(one.count for one in figures.times(found)) == sum(sat.counts for sat in found.sittings)
    assert all(first.below == second.least for first, second in pairwise(figures.points(found)))


def test_answers_that_are_right_in_parts_earn_what_the_marking_gives():
    paper = PaperBlueprint((Draw("any", 1, 300, Kind.MULTIPLE),))

    def earned(marking: Marking) -> set[float]:
        found = contest(blueprint=paper, scoring=Scoring(marking))
        return {sitting["points"] for sitting in told(found)["sittings"]}

    assert earned(Marking()) == {0, 3}
    assert earned(Marking(MultipleMarking.HALF)) == {0, 1.5, 3}
    assert earned(Marking(MultipleMarking.PER_RIGHT)) == {0, 1, 2, 3}


def test_items_of_every_kind_are_answered():
    paper = PaperBlueprint((*(Draw("any", 2, 300, kind) for kind in Kind), Draw("any", 3, 500)))
    found = told(contest(blueprint=paper, clock=Clock(paper_ms=3 * HOUR)))
    assert {(sitting["items"], sitting["of"]) for sitting in found["sittings"]} == {(23, 75)}
    assert len({sitting["points"] for sitting in found["sittings"]}) > 20
    assert any("论述题" in say(line) for line in remarks.remarks(rehearse(contest(blueprint=paper), 20)))


def test_the_clock_of_an_item_ends_it():
    slow, quick = contest(clock=Clock(item_ms=20_000)), contest(clock=Clock(item_ms=4_000))
    assert all(sitting["time_ms"] <= 40_000 for sitting in told(quick)["sittings"])
    assert sum(row["points"] for row in told(quick)["people"]) < sum(row["points"] for row in told(slow)["people"])


def test_divisions_and_areas_are_those_that_the_file_names():
    divisions = (Division("q", "企业组", ("危化企业",)), Division("x", "学校组", ("中学",)))
    rule = Commendation("优秀个人", Of.PEOPLE, (Grade("优秀个人", 1),), per_unit="区县")
    found = told(contest(divisions=divisions, commendations=(rule,)), people=300, units=30)
    assert {unit["kind"] for unit in found["units"]} == {"危化企业", "中学", "区县"}
    areas = {unit["code"]: unit for unit in found["units"] if unit["kind"] == "区县"}
    below = {unit["code"]: unit for unit in found["units"] if unit["parent"]}
    assert {unit["parent"] for unit in below.values()} == set(areas)
    for code, area in areas.items():
        assert area["people"] == sum(unit["people"] for unit in below.values() if unit["parent"] == code)
    assert {row["division"] for row in found["people"]} == {"q", "x"}
    chosen = [d for d in found["commendations"][0]["decisions"] if d["grade"]]
    assert len(chosen) == len({d["above"] for d in chosen}) == len(areas)


def test_more_sittings_than_allowed_for_are_refused():
    with pytest.raises(TooMany):
        rehearse(contest(), 200, 5, most=100)


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_every_rule_set_can_be_rehearsed(path: Path):
    found = told(read_contest(path.read_bytes(), path.name), people=60)
    assert found["people"] and all(row["place"] >= 1 for row in found["people"])
    assert all(
        0 <= sitting["points"] <= sitting["of"] and sitting["right"] <= sitting["items"]
        for sitting in found["sittings"]
    )
