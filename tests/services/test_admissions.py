"""The gate of new starts: how many go on at once, who waits, in which order, and what is never lost."""

import pytest
from factories import World
from sqlalchemy import func, select

from quizapp.models.admissions import Gate, Waiting
from quizapp.services import admissions
from quizapp.services.admissions import BURST_US, LAPSE_US, SECOND, Turn

RATE = 3  # does not divide a second: what is rounded shows
BURST = BURST_US * RATE // SECOND
CONTEST = 1


def person(number: int) -> str:
    return f"{number:032x}"


def ask(world: World, number: int, rate: int = RATE) -> Turn | None:
    with world.database.write() as session:
        return admissions.admit(session, CONTEST, person(number), rate, world.clock())


def use(world: World, number: int) -> None:
    with world.database.write() as session:
        admissions.use_turn(session, CONTEST, person(number))


def fill(world: World, rate: int = RATE) -> int:
    """As many as go on at once; the number of the first who has to wait."""
    count = 0
    while ask(world, 1000 + count, rate) is None:
        count += 1
    return count


def test_a_burst_goes_on_at_once_and_the_next_one_waits_for_one_step(world: World):
    assert fill(world) == BURST + 1
    turn = ask(world, 1000 + BURST + 1)
    assert turn is not None and turn.place(RATE, world.clock()) == 1 and turn.wait_ms(world.clock()) == 334


@pytest.mark.parametrize("rate", [3, 7, 80, 1500])
def test_places_are_exact_in_the_order_of_arrival(world: World, rate: int):
    with world.database.write() as session:
        session.add(Gate(name=admissions.NAME, next_us=world.clock() * 1000 + BURST_US + SECOND // rate))
    turns = [ask(world, number, rate) for number in range(40)]
    assert [turn.place(rate, world.clock()) for turn in turns if turn] == list(range(1, 41))
    assert turns[-1] is not None and turns[-1].wait_ms(world.clock()) == -(-40 * (SECOND // rate) // 1000)


def test_coming_back_early_moves_nothing_and_time_brings_everybody_forward(world: World):
    fill(world)
    turns = [ask(world, number) for number in range(6)]
    assert [ask(world, number) for number in reversed(range(6))] == turns[::-1]
    assert ask(world, 99).place(RATE, world.clock()) == 8  # type: ignore[union-attr]
    world.clock.pass_(seconds=1)
    assert [turn.place(RATE, world.clock()) for turn in turns if turn] == [1, 1, 1, 2, 3, 4]


def test_nobody_overtakes_those_who_wait(world: World):
    fill(world)
    first = ask(world, 0)
    world.clock.pass_(seconds=0.2)
    late = ask(world, 1)
    assert first is not None and late is not None and first.due_us < late.due_us


def test_no_more_than_the_rate_is_let_in_however_many_wait(world: World):
    fill(world)
    for number in range(30):
        ask(world, number)
    let_in: list[int] = []
    for halves in range(1, 23):
        world.clock.pass_(seconds=0.5)
        due = [number for number in range(30) if number not in let_in and not ask(world, number).wait_ms(world.clock())]  # type: ignore[union-attr]
        let_in += due
        for number in due:
            use(world, number)
        assert len(let_in) <= RATE * halves / 2
    assert let_in == list(range(30)), "all of them, in the order of arrival"


def test_a_turn_holds_for_a_minute_after_it_was_due_and_is_void_then(world: World):
    fill(world)
    turn = ask(world, 0)
    assert turn is not None
    world.clock.pass_(seconds=LAPSE_US / SECOND)
    assert ask(world, 0) == turn, "still there"
    world.clock.pass_(seconds=1)
    assert ask(world, 0) is None, "the line is empty by now: a new slot, at once"


def test_a_void_turn_is_replaced_by_a_new_place_at_the_end(world: World):
    fill(world)
    ask(world, 0)
    world.clock.pass_(seconds=LAPSE_US / SECOND + 1)
    fill(world)
    again = ask(world, 0)
    assert again is not None and again.asked_at == world.clock() and again.wait_ms(world.clock()) > 0


def test_a_slot_given_back_is_there_for_the_next_one(world: World):
    fill(world)
    world.clock.pass_(seconds=1)
    assert [ask(world, 5000 + n) for n in range(2)] == [None, None]
    with world.database.write() as session:
        admissions.give_back(session, RATE, world.clock())
    assert ask(world, 6000) is None and ask(world, 6001) is not None


def test_while_people_wait_no_slot_is_given_back(world: World):
    fill(world)
    turn = ask(world, 0)
    with world.database.write() as session:
        admissions.give_back(session, RATE, world.clock())
    late = ask(world, 1)
    assert turn is not None and late is not None and late.due_us > turn.due_us


def test_a_clock_that_ran_ahead_shuts_nobody_out(world: World):
    world.clock.pass_(hours=1)
    for number in range(BURST + 10):
        ask(world, number)
    world.clock.pass_(hours=-1)
    turn = ask(world, 500)
    assert turn is not None and turn.wait_ms(world.clock()) < 1000, "the gate is pulled back"
    ahead = ask(world, BURST + 5)
    assert ahead is not None and ahead.wait_ms(world.clock()) < 2000, "a turn taken in the future holds no more"


def test_old_turns_are_cleared_away(world: World):
    fill(world)
    ask(world, 0)
    world.clock.pass_(hours=2)
    fill(world)
    with world.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Waiting)) == 1
