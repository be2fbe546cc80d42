"""The gate of new starts, and who waits before it."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Id, Millis


class Gate(Base):
    """When the next start of this deployment has its slot. One row, moved by everybody, so never inside a longer transaction."""

    __tablename__ = "gates"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_us: Mapped[int] = mapped_column(Millis)  # microseconds: a thousand starts a second are less than a millisecond apart


class Waiting(Base):
    """Somebody's turn in the line; taken away by the start that it lets in."""

    __tablename__ = "waiting"
    __table_args__ = (Index(None, "due_us"),)

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    asked_at: Mapped[int] = mapped_column(Millis)
    due_us: Mapped[int] = mapped_column(Millis)  # microseconds
