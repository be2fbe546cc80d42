"""What people mark or key in: essays, and papers that were answered in print."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Id, Json, Millis


class EssayMark(Base):
    """What one marker gives one essay, in hundredths; two mark blind, a third decides where they differ too much."""

    __tablename__ = "essay_marks"
    __table_args__ = (
        UniqueConstraint("contest_id", "sitting_id", "position", "turn"),
        CheckConstraint("turn BETWEEN 1 AND 3", name="turn"),
        CheckConstraint("points IS NULL OR points >= 0", name="points"),
        Index(None, "contest_id", "marker_id"),
    )

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    marker_id: Mapped[str] = mapped_column(Id(), ForeignKey("accounts.id"), primary_key=True)
    turn: Mapped[int]  # 1 and 2: blind; 3: the decision
    points: Mapped[int | None]  # none while it is in the marker's hands
    note: Mapped[str] = mapped_column(String(2000))
    taken_at: Mapped[int] = mapped_column(Millis)
    marked_at: Mapped[int | None] = mapped_column(Millis)


class PrintedPaper(Base):
    """A paper printed for one person, and what two people keyed in from the answered sheet; equal, it becomes a sitting."""

    __tablename__ = "printed_papers"
    __table_args__ = (
        UniqueConstraint("contest_id", "serial"),
        CheckConstraint("first_by IS NULL OR first_by <> second_by", name="two_people"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Id(), primary_key=True)
    serial: Mapped[str] = mapped_column(String(16))
    entry_id: Mapped[str] = mapped_column(Id())
    stage: Mapped[str] = mapped_column(String(16))
    paper: Mapped[dict[str, Any]] = mapped_column(Json)
    first: Mapped[dict[str, Any] | None] = mapped_column(Json)
    first_by: Mapped[str | None] = mapped_column(Id())
    second: Mapped[dict[str, Any] | None] = mapped_column(Json)
    second_by: Mapped[str | None] = mapped_column(Id())
    time_ms: Mapped[int | None] = mapped_column(Millis)
    sitting_id: Mapped[str | None] = mapped_column(Id())
    printed_at: Mapped[int] = mapped_column(Millis)
