"""What a contestant's browser does: sign in, start, save one answer after another, hand in, look."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.inside import Inside
from bench.seeding import PASSWORD, SLUG, token
from bench.wire import Browser, Lines, Record, Reply

API = "/api/v1"
BOARD = f"{API}/contests/{SLUG}/leaderboard"
WAITS = frozenset({429, 503})
MOST_TRIES = 200

Pause = Callable[[], float]


@dataclass
class Sitting:
    """An open sitting as its browser knows it, with what was acknowledged."""

    id: str
    items: list[dict[str, Any]]
    revision: int = 0
    acknowledged: dict[str, Any] = field(default_factory=dict)


class People:
    """Made-up people, each used once before the first comes again."""

    def __init__(self, inside: Inside, lines: Lines, record: Record, count: int, *, bearer: bool = False, first: int = 1) -> None:
        self._lines, self._record, self._chance = lines, record, random.Random(7)
        if bearer:
            self._keys = [{"bearer": token(n)} for n in range(first, first + count)]
        else:
            self._keys = [dict(zip(("cookie", "csrf"), inside.session_of(n), strict=True)) for n in range(first, first + count)]
        self._first, self.turn = first, first - 1

    def next(self) -> "Contestant":
        """The next person; `turn` is the number of that person."""
        index = (self.turn + 1 - self._first) % len(self._keys)
        self.turn = self._first + index
        return self[index]

    def __getitem__(self, index: int) -> "Contestant":
        return Contestant(Browser(self._lines, self._record, **self._keys[index]), self._chance)


class Contestant:
    """One person at one browser."""

    def __init__(self, browser: Browser, chance: random.Random) -> None:
        self.browser, self._chance = browser, chance

    async def start(self, due: float | None = None) -> Sitting | None:
        """Press start; in the line, wait for one's turn and press again, as the page does. None where it refused."""
        began = time.perf_counter() if due is None else due
        for _ in range(MOST_TRIES):
            reply = await self.browser.call("start", "POST", f"{API}/contests/{SLUG}/sittings", {}, due=due, may_wait=True)
            told = _object(reply)
            if "items" in told:
                self.browser.record.note("start until seated", time.perf_counter() - began)
                return Sitting(told["id"], told["items"], told["revision"])
            if reply.status not in WAITS:
                return None
            await asyncio.sleep(_wait(reply, told))
            due = None
        return None

    def answer(self, item: dict[str, Any]) -> Any:
        """Some answer that fits the item."""
        if item["kind"] == "judge":
            return self._chance.random() < 0.5
        count = 2 if item["kind"] == "multiple" else 1
        return sorted(choice["label"] for choice in self._chance.sample(item["choices"], count))

    async def save(self, sitting: Sitting, item: dict[str, Any]) -> bool:
        """Save the answer to one item; whether the server has it."""
        position, answer = str(item["position"]), self.answer(item)
        body = {"revision": sitting.revision, "key": f"k{sitting.revision}", "answers": {position: answer}}
        reply = await self.browser.call("save", "PATCH", f"{API}/sittings/{sitting.id}/answers", body)
        if reply.status == 200:
            sitting.revision = reply.json()["revision"]
            sitting.acknowledged[position] = answer
        return reply.status == 200

    async def hand_in(self, sitting: Sitting, due: float | None = None) -> Reply:
        body = {"revision": sitting.revision, "key": "hand-in"}
        return await self.browser.call("submit", "POST", f"{API}/sittings/{sitting.id}/submission", body, due=due)

    async def sit(self, pause: Pause | None = None, due: float | None = None) -> bool:
        """A whole sitting: start, a save for every item, hand-in, the result, the board; whether all of it went well."""
        sitting = await self.start(due)
        if sitting is None:
            return False
        for item in sitting.items:
            if pause is not None:
                await asyncio.sleep(pause())
            await self.save(sitting, item)
        handed_in = await self.hand_in(sitting)
        await self.browser.call("result", "GET", f"{API}/sittings/{sitting.id}")
        await self.browser.call("board", "GET", BOARD)
        return handed_in.status == 200 and len(sitting.acknowledged) == len(sitting.items)

    async def sign_in(self, number: int) -> bool:
        """With account and password, by the API."""
        self.browser.become()
        reply = await self.browser.call("sign in", "POST", f"{API}/session", {"account": f"p{number}", "password": PASSWORD})
        if reply.status != 200:
            return False
        self.browser.become(cookie_of(reply), reply.json()["csrf_token"])
        return True


def cookie_of(reply: Reply) -> str:
    return reply.header(b"set-cookie").partition(b";")[0].decode()


def _object(reply: Reply) -> dict[str, Any]:
    told = reply.json() if reply.body[:1] == b"{" else {}
    return told if isinstance(told, dict) else {}


def _wait(reply: Reply, told: dict[str, Any]) -> float:
    """Seconds until the next try, as the server says, with a little chance as browsers have it."""
    if "queue" in told:
        return float(told["queue"]["wait_ms"]) / 1000 + random.uniform(0, 0.5)
    given = reply.header(b"retry-after")
    return (float(given) if given.isdigit() else 1.0) * random.uniform(1, 1.5)
