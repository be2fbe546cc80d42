"""The deadline minute: most hand in within the last seconds with one answer more, the rest never; nobody is lost."""

import asyncio
import random
import time
from typing import Any

from sqlalchemy import text

from bench.cast import Cast, Plan
from bench.contestant import API, Contestant
from bench.load import at_moments
from bench.outcome import Outcome
from bench.places import Stage
from bench.seeding import Size
from bench.wire import Record
from quizapp.app import now_ms
from quizapp.services import banks
from quizapp.services.answers import LABELS

RUSH, BEFORE, SHARE = 60.0, 4.0, 0.8  # the last minute, those before them, and how many of all hand in themselves
FINISHED_WITHIN = 90.0
TRIES = 8
LEFT = text("SELECT count(*) FROM sittings WHERE state = 'open'")
STORED = text("SELECT CAST(account_id AS text), handed_in, answers FROM sittings WHERE state = 'handed_in'")


def run(stage: Stage, plan: Plan) -> Outcome:
    count = plan.size or 5_000
    cast = Cast(stage, plan, Size(count, plan.units or 200, signed_in=count))
    setting = f"{count:,} open sittings, {SHARE:.0%} are handed in within the last {RUSH:g} s, the rest never"
    outcome = Outcome("deadline", stage.engine, setting)
    asyncio.run(_rush(cast, outcome, count))
    return outcome


async def _rush(cast: Cast, outcome: Outcome, count: int) -> None:
    record, lines = Record(), cast.lines()
    people = cast.people(record, lines)
    answers = _an_answer(cast)
    deadline = now_ms() + int((BEFORE + RUSH) * 1000)
    cast.world.open_sittings(count, deadline)
    acknowledged: set[int] = set()
    late: set[int] = set()

    async def hand_in(number: int, due: float) -> None:
        status = await _insist(people[number], f"{cast.world.contest.id}-{number + 1:032x}", answers, due)
        (acknowledged if status == 200 else late).add(number + 1)

    chance = random.Random(3)
    ahead = (deadline - now_ms()) / 1000 - RUSH
    meter = cast.meter()
    await at_moments([ahead + chance.uniform(0, RUSH) for _ in range(int(count * SHARE))], hand_in)
    finished_after = await _until_finished(cast, deadline)
    spent = meter.spent()
    outcome.add("", record, spent)
    lost = _lost(cast, acknowledged, answers)
    outcome.figure("lost: not finished, or an acknowledged hand-in not stored", lost, f"of {count:,}", most=0)
    outcome.figure("submit p99", record.table().get("submit", {}).get("p99", float("nan")), "ms", most=500)
    outcome.figure("acknowledged", len(acknowledged), f"of {int(count * SHARE):,}")
    outcome.figure("sent in time but refused as late, the answer sent with it not counted", len(late), "", most=0)
    outcome.figure("the last sitting finished, after the deadline", finished_after, "s")
    outcome.figure("CPU per finished sitting, application and database", spent.product * 1000 / count, "ms")
    lines.close()


def _an_answer(cast: Cast) -> dict[str, Any]:
    """An answer to the first item with choices of the paper that all have."""
    position = next(n for n, item in enumerate(cast.world.paper["items"], 1) if item[3])
    bank_code, index = cast.world.paper["items"][position - 1][:2]
    with cast.stage.database.read() as session:
        item = banks.items_by_bank(session, cast.world.contest.banks)[bank_code][index]
    return {str(position): list(LABELS[:2]) if item.kind == "multiple" else [LABELS[1]]}


async def _insist(person: Contestant, sitting_id: str, answers: dict[str, Any], due: float) -> int:
    """Hand in until the server says yes or no; the last status."""
    status = 0
    for attempt in range(TRIES):
        body = {"revision": 0, "key": "hand-in", "answers": answers}
        path = f"{API}/sittings/{sitting_id}/submission"
        status = (await person.browser.call("submit", "POST", path, body, due=due if attempt == 0 else None)).status
        if status not in (0, 429, 503):
            break
        await asyncio.sleep(random.uniform(0.5, 1.5))
    return status


async def _until_finished(cast: Cast, deadline: int) -> float:
    """Seconds from the deadline until no sitting is open; not more than FINISHED_WITHIN after now."""
    last = time.monotonic() + FINISHED_WITHIN + max(0, deadline - now_ms()) / 1000
    while time.monotonic() < last:
        with cast.stage.database.read() as session:
            if session.scalar(LEFT) == 0:
                break
        await asyncio.sleep(0.1)
    return (now_ms() - deadline) / 1000


def _lost(cast: Cast, acknowledged: set[int], answers: dict[str, Any]) -> int:
    """Sittings still open, and acknowledged ones that are not stored as they were handed in."""
    with cast.stage.database.read() as session:
        left = int(session.scalar(LEFT) or 0)
        stored = {int(row[0].replace("-", ""), 16): row for row in session.execute(STORED)}
    wrong = 0
    for number in acknowledged:
        row = stored.get(number)
        wrong += row is None or not row[1] or str(next(iter(answers))) not in str(row[2])
    return left + wrong
