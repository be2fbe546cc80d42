"""One row per sitting: its frozen paper and its answers."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Id, Json, Millis


class Sitting(Base):
    """One timed run at a paper.

    The unique numbers hold the limits: two starts at the same moment ask for the same number and one of them loses. A save
    touches no indexed column, so PostgreSQL rewrites the row in place (HOT) while its page has room: a part of each is left free
    for that (with 10,000,000 stored, 0.45 KB of WAL for a save instead of 8.2).
    """

    __tablename__ = "sittings"
    __table_args__ = (
        ForeignKeyConstraint(["contest_id", "entry_id"], ["entries.contest_id", "entries.id"]),
        UniqueConstraint("contest_id", "entry_id", "track", "attempt_no"),
        UniqueConstraint("contest_id", "entry_id", "track", "day", "day_no"),
        Index("uq_sittings_open", "contest_id", "entry_id", unique=True,
              sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
        Index("ix_sittings_deadline", "deadline",
              sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
        CheckConstraint("state IN ('open', 'handed_in')", name="state"),
        CheckConstraint("(state = 'handed_in') = (finished_at IS NOT NULL)", name="finished"),
        CheckConstraint("(state = 'handed_in') = (points IS NOT NULL)", name="marked"),
        CheckConstraint("attempt_no >= 1 AND day_no >= 1", name="numbers"),
        {"postgresql_with": {"fillfactor": 85}},
    )  # fmt: skip

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id(), primary_key=True)
    entry_id: Mapped[str] = mapped_column(Id())
    account_id: Mapped[str] = mapped_column(Id())
    unit_id: Mapped[int | None]
    track: Mapped[str] = mapped_column(String(16))  # see rules.attempts.track
    attempt_no: Mapped[int]
    day: Mapped[str] = mapped_column(String(10))
    day_no: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default="open")
    started_at: Mapped[int] = mapped_column(Millis)
    deadline: Mapped[int] = mapped_column(Millis)
    grace_ms: Mapped[int]
    extra_ms: Mapped[int] = mapped_column(server_default="0")  # granted on top of the clock
    halted_ms: Mapped[int] = mapped_column(server_default="0")  # how long its clock stood still
    item_no: Mapped[int | None]  # under an item clock: the item that is open now
    item_deadline: Mapped[int | None] = mapped_column(Millis)
    paper: Mapped[list[Any]] = mapped_column(Json)
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    revision: Mapped[int] = mapped_column(default=0)
    last_key: Mapped[str | None] = mapped_column(String(64))
    saved_at: Mapped[int | None] = mapped_column(Millis)
    finished_at: Mapped[int | None] = mapped_column(Millis)
    handed_in: Mapped[bool | None]  # false where the server finished it
    points: Mapped[int | None]
    of: Mapped[int | None]
    right: Mapped[int | None]
    total: Mapped[int] = mapped_column(server_default="0")  # items of the paper
    valid: Mapped[bool | None]
    sub_points: Mapped[int] = mapped_column(server_default="0")
    time_ms: Mapped[int | None] = mapped_column(Millis)
    marks: Mapped[list[int] | None] = mapped_column(Json)
    receipt: Mapped[str | None] = mapped_column(String(40))
    late: Mapped[dict[str, Any] | None] = mapped_column(
        Json
    )  # answers that arrived after the deadline: evidence, never marked
