"""The gate of new starts: so many a second, and beyond that a line in the order of arrival, which all processes share.

GCRA, a leaky bucket kept as one number: the slot of the next start. A slot that lies no further ahead than the burst is used at
once; one beyond is a turn, due when the burst reaches it. Nobody moves up or down afterwards, so the wait that is told is
the wait that it takes. A turn that is not used within `LAPSE_US` after it was due is void.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, delete, func, select, text, update
from sqlalchemy.orm import Session

from quizapp.models.admissions import Gate, Waiting
from quizapp.models.base import insert_into

SECOND = 1_000_000  # everything here is in microseconds but `now` and `asked_at`
BURST_US = 10 * SECOND  # a rush that is over in ten seconds is shorter than reading a waiting page
LAPSE_US = 60 * SECOND
SKEW_MS = 5_000  # of the clocks of several hosts
NAME = "starts"


@dataclass(frozen=True, slots=True)
class Turn:
    """A place in the line: when it was taken (ms), when it is due (µs)."""

    asked_at: int
    due_us: int

    def wait_ms(self, now: int) -> int:
        """Milliseconds until the start is let in; 0 when it is due."""
        return max(0, -(-(self.due_us - now * 1000) // 1000))

    def place(self, rate: int, now: int) -> int:
        """1 for the next to be let in: slots are one step apart, so the time left tells how many come before."""
        return max(1, -(-(self.due_us - now * 1000) // _step(rate)))


def _step(rate: int) -> int:
    return SECOND // rate


def _is_live(now: int) -> Any:
    """A turn that still holds; one taken by a clock that had run ahead does not."""
    return and_(Waiting.due_us >= now * 1000 - LAPSE_US, Waiting.asked_at <= now + SKEW_MS)


def _own(contest_id: int, account_id: str) -> Any:
    return and_(Waiting.contest_id == contest_id, Waiting.account_id == account_id)


def find_turn(session: Session, contest_id: int, account_id: str, now: int) -> Turn | None:
    row = session.execute(
        select(Waiting.asked_at, Waiting.due_us).where(_own(contest_id, account_id), _is_live(now))
    ).one_or_none()
    return Turn(*row) if row else None


def admit(session: Session, contest_id: int, account_id: str, rate: int, now: int) -> Turn | None:
    """Let one start in, `rate` a second: None where it may go on at once; else its place, due or not.

    One statement where nobody waits. On PostgreSQL each statement must be a transaction of its own, so that nobody holds the
    gate while another works.
    """
    slot = _take_slot(session, contest_id, account_id, rate, now)
    if slot is None:
        return find_turn(session, contest_id, account_id, now)
    due = slot - BURST_US
    if due <= now * 1000:
        return None
    return _take_turn(session, contest_id, account_id, now, _checked(session, due, rate, now))


_TAKE = """
INSERT INTO gates (name, next_us) VALUES (:name, :start + :step) ON CONFLICT (name) DO UPDATE
SET next_us = CASE WHEN gates.next_us < :start THEN :start ELSE gates.next_us END + :step
WHERE NOT EXISTS (SELECT 1 FROM waiting WHERE contest_id = :contest AND account_id = :account
                  AND due_us >= :void AND asked_at <= :latest)
RETURNING next_us{more}
"""
_BINDS = (
    *(bindparam(name, type_=BigInteger) for name in ("start", "step", "void", "latest")),
    bindparam("account", type_=Waiting.account_id.type),
)
_statements = {
    "sqlite": text(_TAKE.format(more="")).bindparams(*_BINDS),
    # nobody waits for the disk with the gate in hand
    "postgresql": text(_TAKE.format(more=", set_config('synchronous_commit', 'off', true)")).bindparams(*_BINDS),
}


def _take_slot(session: Session, contest_id: int, account_id: str, rate: int, now: int) -> int | None:
    """The slot of this start, µs; None for somebody who has a turn: it holds a slot already. As text: every start pays for it."""
    start, step = now * 1000, _step(rate)
    row = session.execute(
        _statements[session.get_bind().dialect.name],
        {
            "name": NAME, "start": start, "step": step, "contest": contest_id, "account": account_id,
            "void": start - LAPSE_US, "latest": now + SKEW_MS,
        },
    ).one_or_none()  # fmt: skip
    return None if row is None else row[0] - step


def _checked(session: Session, due: int, rate: int, now: int) -> int:
    """When a new turn is due: as the gate says, unless a clock that had run ahead has pushed it away; then it is pulled back."""
    last = session.scalar(select(func.max(Waiting.due_us)).where(_is_live(now))) or 0
    honest = max(last, now * 1000) + _step(rate)
    if due <= honest + LAPSE_US:
        return due
    session.execute(update(Gate).where(Gate.name == NAME).values(next_us=honest + _step(rate) + BURST_US))
    return honest


def _take_turn(session: Session, contest_id: int, account_id: str, now: int, due: int) -> Turn | None:
    """The turn; the one that another device of the same person has taken meanwhile; None where that is used already."""
    session.execute(delete(Waiting).where(Waiting.due_us < now * 1000 - 60 * LAPSE_US))
    new = insert_into(session, Waiting).values(contest_id=contest_id, account_id=account_id, asked_at=now, due_us=due)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["contest_id", "account_id"], set_={"asked_at": now, "due_us": due}, where=~_is_live(now)
        )
    )
    return find_turn(session, contest_id, account_id, now)


def give_back(session: Session, rate: int, now: int) -> None:
    """Return the slot of a start that made no new sitting; not once somebody waits with a slot that comes after it."""
    last = Gate.next_us - _step(rate)
    session.execute(update(Gate).where(Gate.name == NAME, last <= now * 1000 + BURST_US).values(next_us=last))


def use_turn(session: Session, contest_id: int, account_id: str) -> None:
    """Somebody who was let in has started."""
    session.execute(delete(Waiting).where(_own(contest_id, account_id)))


def asked_at(session: Session, contest_id: int, account_id: str, now: int) -> int:
    """When a start was asked for: waiting in line is nobody's fault."""
    turn = find_turn(session, contest_id, account_id, now)
    return turn.asked_at if turn else now
