"""Races between saves, hand-ins and the server's own finishing (AI-02 to AI-06)."""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import SECRET
from devices import Device, stored, together
from factories import World, right_answers
from servers import at_once
from sqlalchemy import select

from quizapp.models.base import Database
from quizapp.models.standings import Standing
from quizapp.rules.contests import Limits
from quizapp.services import finishing
from quizapp.services.papers import Answers

TIME, GRACE = 600_000, 2_000


@pytest.fixture
def alice(world: World) -> str:
    world.apply(limits=Limits(per_day=100))
    return world.token("alice")


@pytest.fixture
def device(app, alice: str) -> Callable[[], Device]:
    return lambda: Device(app, alice)


def check_nothing_is_missing(world: World, sitting: dict[str, Any], saved: Answers, revision: int) -> None:
    """What was acknowledged is what was marked: nothing less, nothing more."""
    row = stored(world, sitting)
    assert row.state == "handed_in" and row.answers == saved and row.revision == revision
    right = right_answers(sitting)
    assert row.points == 1000 * sum(saved.get(position) == answer for position, answer in right.items())
    assert row.receipt == finishing.receipt(SECRET, row.contest_id, row.id, saved, row.finished_at)


def keep_saving(device: Device, sitting: dict[str, Any], began: threading.Event) -> tuple[Answers, int, int]:
    """Save answer after answer until refused: (what was acknowledged, its revision, the last status)."""
    right = right_answers(sitting)
    saved: Answers = {}
    for revision in range(200):
        position = str(revision % len(right) + 1)
        answers = {position: right[position] if revision < len(right) else ([] if isinstance(right[position], list) else right[position])}
        status, reply = device.save(sitting, answers, revision, f"k{revision}")
        if status != 200:
            assert status == 409 and reply["state"] == "handed_in", (status, reply)
            return saved, revision, status
        saved |= answers
        if revision == 2:
            began.set()
    return saved, 200, 200


def test_a_save_racing_with_the_hand_in_is_counted_or_refused(world: World, device):
    refused = 0
    for _ in range(8):
        sitting = device().start()
        began = threading.Event()

        def hand_in(sitting: dict[str, Any] = sitting, began: threading.Event = began) -> tuple[int, dict[str, Any]]:
            began.wait(30)
            threading.Event().wait(random.uniform(0, 0.03))
            return device().hand_in(sitting)

        kept, handed = at_once([lambda s=sitting, b=began: keep_saving(device(), s, b), hand_in])
        saved, revision, status = kept
        assert handed[0] == 200, handed
        refused += status == 409
        check_nothing_is_missing(world, sitting, saved, revision)
    assert refused, "the hand-in never came between two saves"


def test_a_save_racing_with_the_server_s_finishing_is_counted_or_refused(database: Database, world: World, device):
    for _ in range(8):
        sitting = device().start()
        world.clock.now += TIME + GRACE  # the last moment at which a save still counts; the job's clock is one further
        job_time = world.clock() + 1
        began = threading.Event()

        def finish(sitting: dict[str, Any] = sitting, began: threading.Event = began, job_time: int = job_time) -> None:
            began.wait(30)
            with database.write() as session:
                finishing.finish_overdue(session, SECRET, sitting["id"], job_time)

        kept, _ = at_once([lambda s=sitting, b=began: keep_saving(device(), s, b), finish])
        saved, revision, status = kept
        assert status == 409
        check_nothing_is_missing(world, sitting, saved, revision)


def test_of_tabs_that_save_at_once_one_wins_each_revision(world: World, device):
    sitting = device().start()
    right = right_answers(sitting)
    tabs = [device() for _ in range(4)]
    for revision in range(20):
        texts = [{"7": f"第{revision}次第{number}页"} for number in range(4)]
        replies = together(
            *(lambda n=n, r=revision, t=texts: tabs[n].save(sitting, t[n], r, f"{r}-{n}") for n in range(4))
        )
        winners = [number for number, (status, _) in enumerate(replies) if status == 200]
        assert len(winners) == 1, replies
        now = device().look(sitting)
        assert now["revision"] == revision + 1 and now["answers"] == texts[winners[0]]
        for number, (status, reply) in enumerate(replies):
            assert number in winners or (status == 409 and reply["answers"] == now["answers"]), reply
    assert right["7"]


def test_the_same_save_sent_by_several_connections_at_once_is_made_once(world: World, device):
    sitting = device().start()
    for revision in range(10):
        answers = {"7": f"第{revision}次"}
        replies = together(*[lambda a=answers, r=revision: device().save(sitting, a, r, f"same{r}")] * 4)
        assert {status for status, _ in replies} == {200}, replies
        assert {reply["revision"] for _, reply in replies} == {revision + 1}
        assert len({reply["saved_at"] for _, reply in replies}) == 1


def test_hands_that_press_at_once_hand_in_once(world: World, device):
    for number in range(5):
        sitting = device().start()
        device().save(sitting, right_answers(sitting), 0, "k")
        replies = together(*[lambda s=sitting: device().hand_in(s)] * 6)
        assert {status for status, _ in replies} == {200}, replies
        assert len({str(reply) for _, reply in replies}) == 1
        with world.database.read() as session:
            assert session.scalars(select(Standing.sittings)).all() == [number + 1]
