"""Draw tickets and the draw that anybody can do again."""

import hashlib
import hmac
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.counting import Finished
from quizapp.rules.scoring import Condition
from quizapp.rules.tickets import Prize, TicketRules, Wins, by_entry, draw, pools, tickets

SEED = "5eed" * 16


def drawn(held, prizes, seed=SEED, stages=("a", "b"), **more):
    return draw([(prize, held) for prize in prizes], seed, stages, **more)


def made(no: int, day: str = "2026-06-01", stage: str = "", right: int = 5, **more: bool) -> Finished:
    return Finished(100 * right, 1_000, no, day, no, stage=stage, right=right, total=10, **more)


def test_a_valid_sitting_that_reaches_enough_earns_a_ticket():
    sittings = [made(1), made(2, right=3), made(3, valid=False), made(4, right=4)]
    assert tickets(sittings, TicketRules(Condition(right=4))) == {"": 2}
    assert tickets([made(1, right=3)], TicketRules(Condition(right=4))) == {}


def test_tickets_by_right_answers_are_capped_by_day_by_stage_and_in_all():
    sittings = [made(1, stage="a", right=10), made(2, stage="a", right=9), made(3, "2026-06-02", "b", 7)]
    assert tickets(sittings, TicketRules(per_right=2)) == {"a": 9, "b": 3}
    assert tickets(sittings, TicketRules(per_right=2, per_day=6)) == {"a": 6, "b": 3}
    assert tickets(sittings, TicketRules(per_right=2, per_stage=2)) == {"a": 2, "b": 2}
    assert tickets(sittings, TicketRules(per_right=2, total=10)) == {"a": 9, "b": 1}
    assert tickets(sittings, TicketRules(total=1)) == {"a": 1}


def test_a_collection_earns_one_ticket():
    week = [made(n, stage=f"day-{n}") for n in range(1, 6)]
    assert tickets(week, TicketRules(stages=5)) == {"": 1}
    assert tickets([*week[:4], made(6, stage="day-4")], TicketRules(stages=5)) == {}


def test_only_those_who_hold_tickets_are_in_the_draw():
    rules = TicketRules(Condition(right=4))
    assert by_entry({"e1": [made(1)], "e2": [made(1, right=1)], "e3": []}, rules) == {"e1": {"": 1}}


def test_the_draw_is_what_the_published_seed_gives():
    held = {"e1": {"a": 1}, "e2": {"a": 2, "b": 1}, "e3": {"b": 1}}
    lots = sorted(
        (hmac.new(bytes.fromhex(SEED), f"参与奖/{ticket}".encode(), hashlib.sha256).digest(), ticket)
        for ticket in ("a/e1/1", "a/e2/1", "a/e2/2", "b/e2/1", "b/e3/1")
    )
    order = list(dict.fromkeys(ticket.split("/")[1] for _, ticket in lots))
    found = drawn(held, [Prize("参与奖", 2)])
    assert [(w.entry, w.order, w.stage) for w in found] == [(entry, n, "") for n, entry in enumerate(order[:2], start=1)]
    assert found[0].ticket == f"参与奖/{lots[0][1]}"


def test_a_prize_of_each_stage_is_drawn_among_its_tickets():
    held = {"e1": {"a": 1}, "e2": {"a": 1}, "e3": {"b": 1}}
    found = drawn(held, [Prize("周奖", 1, each_stage=True), Prize("大奖", 5)])
    assert [(w.prize, w.stage, w.order) for w in found] == [("周奖", "a", 1), ("周奖", "b", 1), ("大奖", "", 1)]
    assert found[1].entry == "e3" and {w.entry for w in found} == {"e1", "e2", "e3"}


def test_stages_are_drawn_in_the_order_of_the_contest_not_of_their_codes():
    """Somebody with tickets of two stages wins in the earlier one, and leaves the later one to others."""
    held = {"e1": {"month-2": 1, "month-10": 1}, "e2": {"month-10": 1}}
    found = drawn(held, [Prize("月奖", 1, each_stage=True)], stages=["month-1", "month-2", "month-3", "month-10"])
    assert [(w.stage, w.entry) for w in found] == [("month-2", "e1"), ("month-10", "e2")]


def test_who_may_win_once_a_stage_wins_in_each_and_once_among_the_prizes_of_all():
    held, prizes = {"e1": {"a": 1, "b": 1}}, [Prize("周奖", 1, each_stage=True), Prize("再来", 1, each_stage=True), Prize("大奖", 2)]
    assert [(w.prize, w.stage) for w in drawn(held, prizes)] == [("周奖", "a")]
    assert [(w.prize, w.stage) for w in drawn(held, prizes, wins=Wins.STAGE)] == [("周奖", "a"), ("周奖", "b"), ("大奖", "")]


def test_a_prize_with_a_condition_is_drawn_among_the_tickets_of_sittings_that_reach_it():
    sittings = {"e1": [made(1, right=10), made(2, right=10)], "e2": [made(3)], "e3": [made(4), made(5, right=10)]}
    rules = TicketRules(Condition(right=4), total=1)
    first, rest = pools(sittings, rules, [Prize("一等奖", 9, when=Condition(all_right=True)), Prize("参与奖", 9)])
    assert first[1] == {"e1": {"": 1}, "e3": {"": 1}}, "the cap leaves e3 a ticket of the full sitting"
    assert rest[1] == {"e1": {"": 1}, "e2": {"": 1}, "e3": {"": 1}}
    assert {(w.prize, w.entry) for w in draw([first, rest], SEED)} == {("一等奖", "e1"), ("一等奖", "e3"), ("参与奖", "e2")}


def test_a_ticket_may_ask_for_a_sitting_of_at_most_so_long():
    fast = TicketRules(Condition(within_ms=1_000))
    assert tickets([made(1)], fast) == {"": 1}  # 1,000 ms
    assert tickets([made(1)], TicketRules(Condition(within_ms=999))) == {}


def test_every_ticket_has_the_same_chance():
    held = {"one": {"": 1}, "three": {"": 3}}
    won = Counter(drawn(held, [Prize("奖", 1)], hashlib.sha256(str(n).encode()).hexdigest())[0].entry for n in range(2_000))
    assert 1_400 < won["three"] < 1_600


sittings = st.lists(
    st.builds(
        made, st.integers(1, 99), st.sampled_from(["2026-06-01", "2026-06-02"]), st.sampled_from("ab"), st.integers(0, 10),
        valid=st.booleans(),
    ),
    max_size=10, unique_by=lambda s: s.attempt_no,
)  # fmt: skip
caps = st.none() | st.integers(1, 6)


@given(sittings, st.none() | st.integers(1, 4), caps, caps, caps, st.randoms())
def test_no_cap_is_passed_and_none_is_missed_without_caps(sittings, per_right, per_day, per_stage, total, chance):
    rules = TicketRules(Condition(right=2), per_right, None, per_day, per_stage, total)
    found = tickets(sittings, rules)
    good = [s for s in sittings if s.valid and s.right >= 2]
    earned = Counter({stage: sum(s.right // per_right if per_right else 1 for s in good if s.stage == stage) for stage in "ab"})
    assert all(count > 0 for count in found.values()) and Counter(found) <= earned
    assert total is None or sum(found.values()) <= total
    assert per_stage is None or max(found.values(), default=0) <= per_stage
    assert per_day is None or sum(found.values()) <= per_day * len({s.day for s in good})
    assert (per_day, per_stage, total) != (None, None, None) or Counter(found) == +earned
    shuffled = list(sittings)
    chance.shuffle(shuffled)
    assert tickets(shuffled, rules) == found


holders = st.dictionaries(st.uuids().map(str), st.dictionaries(st.sampled_from("ab"), st.integers(1, 3), min_size=1), max_size=8)


@given(holders, st.lists(st.builds(Prize, st.sampled_from(["一", "二"]), st.integers(1, 4), st.booleans()), max_size=3))
def test_nobody_wins_twice_and_no_prize_is_left_while_somebody_has_none(held, prizes):
    found = drawn(held, prizes)
    assert len({w.entry for w in found}) == len(found) and found == drawn(dict(reversed(held.items())), prizes)
    for w in found:
        _, stage, entry, number = w.ticket.split("/")
        assert entry == w.entry and 1 <= int(number) <= held[entry][stage] and w.stage in ("", stage)
    whole = sum(prize.count for prize in prizes if not prize.each_stage)
    assert len(found) >= min(len(held), whole)
