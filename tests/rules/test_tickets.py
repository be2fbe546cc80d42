"""Draw tickets and the draw that anybody can do again."""

import hashlib
import hmac
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from quizapp.rules.counting import Finished
from quizapp.rules.scoring import Condition
from quizapp.rules.tickets import Prize, TicketRules, by_entry, draw, tickets

SEED = "5eed" * 16


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
    found = draw(held, [Prize("参与奖", 2)], SEED)
    assert [(w.entry, w.order, w.stage) for w in found] == [(entry, n, "") for n, entry in enumerate(order[:2], start=1)]
    assert found[0].ticket == f"参与奖/{lots[0][1]}"


def test_a_prize_of_each_stage_is_drawn_among_its_tickets():
    held = {"e1": {"a": 1}, "e2": {"a": 1}, "e3": {"b": 1}}
    found = draw(held, [Prize("周奖", 1, each_stage=True), Prize("大奖", 5)], SEED)
    assert [(w.prize, w.stage, w.order) for w in found] == [("周奖", "a", 1), ("周奖", "b", 1), ("大奖", "", 1)]
    assert found[1].entry == "e3" and {w.entry for w in found} == {"e1", "e2", "e3"}


def test_every_ticket_has_the_same_chance():
    held = {"one": {"": 1}, "three": {"": 3}}
    won = Counter(draw(held, [Prize("奖", 1)], hashlib.sha256(str(n).encode()).hexdigest())[0].entry for n in range(2_000))
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
    found = draw(held, prizes, SEED)
    assert len({w.entry for w in found}) == len(found) and found == draw(dict(reversed(held.items())), prizes, SEED)
    for w in found:
        _, stage, entry, number = w.ticket.split("/")
        assert entry == w.entry and 1 <= int(number) <= held[entry][stage] and w.stage in ("", stage)
    whole = sum(prize.count for prize in prizes if not prize.each_stage)
    assert len(found) >= min(len(held), whole)
