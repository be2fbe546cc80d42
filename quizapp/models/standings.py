"""What counts now, kept apart from the rows that saves write to; and which job is due."""

from sqlalchemy import ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Id, Merit, Millis


class Standing(Base):
    """The standing of an entry, written in the transaction that marks a sitting."""

    __tablename__ = "standings"
    __table_args__ = (
        ForeignKeyConstraint(["contest_id", "entry_id"], ["entries.contest_id", "entries.id"]),
        Index("ix_standings_changed", "contest_id", "changed_at"),
    )

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    division: Mapped[str] = mapped_column(String(32))
    unit_id: Mapped[int | None]
    points: Mapped[int]
    time_ms: Mapped[int] = mapped_column(Millis)
    finished_at: Mapped[int] = mapped_column(Millis)
    sittings: Mapped[int]
    valid: Mapped[int] = mapped_column(server_default="0")
    stage: Mapped[str] = mapped_column(
        String(16), server_default=text("''")
    )  # where each stage is ranked apart: the one it is of
    merit: Mapped[bytes] = mapped_column(Merit)
    changed_at: Mapped[int] = mapped_column(Millis)


class UnitShare(Base):
    """What one entry adds to one unit, so that the sum over a subtree counts it once (`rules.aggregation.shares`)."""

    __tablename__ = "unit_shares"
    __table_args__ = (Index("ix_unit_shares_unit", "contest_id", "unit_id"),)

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[int]
    sittings: Mapped[int]
    people: Mapped[int] = mapped_column(server_default="1")
    valid: Mapped[int] = mapped_column(server_default="0")
    scored: Mapped[int] = mapped_column(server_default="0")
    full: Mapped[int] = mapped_column(server_default="0")
    passed: Mapped[int] = mapped_column(server_default="0")
    stage: Mapped[str] = mapped_column(String(16), server_default=text("''"))


class JobRun(Base):
    """When a job is due next: the process that moves the date does the work, so one is in effect however many run."""

    __tablename__ = "job_runs"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    due_at: Mapped[int] = mapped_column(Millis)
