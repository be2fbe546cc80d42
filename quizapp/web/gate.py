"""The gate of new starts, as a request passes it: beyond what the deployment takes, people wait in a line and see their place."""

import random
from typing import Any

from quizapp.errors import Queued
from quizapp.services import admissions, starts
from quizapp.services.starts import Wish
from quizapp.web.access import token_id
from quizapp.web.edge import db, db_at_once, edge, finish_transaction, now, settled

SPREAD_S = 1.0


def start(slug: str, wish: Wish) -> tuple[dict[str, Any], bool]:
    """Start a sitting, or give back the open one, which nobody waits for. Raises Queued beside all that a start raises."""
    gate = _Gate(edge().settings.starts_per_second)
    sitting, is_new = settled(
        lambda: starts.start_sitting(db_at_once(), slug, token_id(), now(), wish, gate.admit)
    )
    gate.passed(is_new=is_new)
    return sitting, is_new


class _Gate:
    """The gate for one request, which passes it once however often its start is tried."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._open = rate == 0
        self._slot_taken = False
        self._turn_of: tuple[int, str] | None = None

    def admit(self, contest_id: int, account_id: str) -> None:
        if self._open:
            return
        turn = admissions.admit(db(), contest_id, account_id, self._rate, now())
        if turn is None:
            self._slot_taken = True
        elif turn.wait_ms(now()):
            finish_transaction(commit=True)  # on SQLite the turn is kept by the request's own transaction
            raise queued(turn, self._rate)
        else:
            self._turn_of = contest_id, account_id
        self._open = True

    def passed(self, *, is_new: bool) -> None:
        """After the start: whose start failed still has the place."""
        if self._turn_of:
            admissions.use_turn(db(), *self._turn_of)
        elif self._slot_taken and not is_new:
            admissions.give_back(db(), self._rate, now())


def queued(turn: admissions.Turn, rate: int) -> Queued:
    """What somebody who has to wait is told."""
    wait_ms = turn.wait_ms(now())
    later = -(-wait_ms // 1000) + random.uniform(0, SPREAD_S)  # noqa: S311 - nothing secret
    return Queued(turn.place(rate, now()), wait_ms, round(later))
