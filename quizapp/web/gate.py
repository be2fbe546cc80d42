"""The gate of new starts, as a request passes it: beyond what the deployment takes, people wait in a line and see their place."""

import random
from typing import Any

from quizapp.errors import Queued
from quizapp.services import admissions, starts
from quizapp.services.admissions import Turn
from quizapp.services.starts import Wish
from quizapp.web.access import token_id
from quizapp.web.edge import db, edge, finish_transaction, now, settled

SPREAD_S = 1.0


def start(slug: str, wish: Wish) -> tuple[dict[str, Any], bool]:
    """Start a sitting, or give back the open one, which nobody waits for. Raises Queued beside all that a start raises."""
    gate = _Gate(edge().settings.starts_per_second)
    sitting, is_new = settled(
        lambda: starts.start_sitting(db(), slug, token_id(), now(), wish, gate.admit)
    )
    if gate.slot_taken and not is_new:
        gate.give_back()
    return sitting, is_new


class _Gate:
    """The gate for one request, which passes it once however often its start is tried."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._open = rate == 0
        self.slot_taken = False

    def admit(self, contest_id: int, account_id: str) -> None:
        if self._open:
            return
        turn = self._ask(contest_id, account_id)
        if turn is None:
            self.slot_taken = True
        elif turn.wait_ms(now()):
            finish_transaction(commit=True)  # on SQLite the turn is kept by the request's own transaction
            raise queued(turn, self._rate)
        else:
            admissions.use_turn(db(), contest_id, account_id)
        self._open = True

    def _ask(self, contest_id: int, account_id: str) -> Turn | None:
        """SQLite lets one writer in at a time, so there the gate may move with the start; elsewhere it would hold up the others."""
        if edge().settings.embedded:
            return admissions.admit(db(), contest_id, account_id, self._rate, now())
        db().commit()  # who waits for a connection must not hold another: behind a pooler a rush of starts would hold all there are
        with edge().database.at_once() as session:
            return admissions.admit(session, contest_id, account_id, self._rate, now())

    def give_back(self) -> None:
        if edge().settings.embedded:
            admissions.give_back(db(), self._rate, now())
            return
        with edge().database.at_once() as session:
            admissions.give_back(session, self._rate, now())


def queued(turn: Turn, rate: int) -> Queued:
    """What somebody who has to wait is told."""
    wait_ms = turn.wait_ms(now())
    later = -(-wait_ms // 1000) + random.uniform(0, SPREAD_S)  # noqa: S311 - nothing secret
    return Queued(turn.place(rate, now()), wait_ms, round(later))
