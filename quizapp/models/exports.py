"""Large lists on their way into a file, and the files for the day that they are kept."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Id, Json, Millis


class Export(Base):
    """A file that somebody asked for. `asked` is what it holds: filters, scope in words, who signs for it.

    Two processes that both want to begin lose at the unique index: one export runs at a time, in one process.
    """

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
        Index("uq_exports_running", "state", unique=True,
              sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'")),
        Index("ix_exports_asker", "asked_by", "contest_id"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Id(), primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))  # people, units, waiting
    layout: Mapped[str] = mapped_column(String(8))
    asked: Mapped[dict[str, Any]] = mapped_column(Json)
    asked_by: Mapped[str] = mapped_column(Id(), ForeignKey("accounts.id", ondelete="CASCADE"))
    top_id: Mapped[int | None]  # all that the asker saw then; one who sees another part of the tree does not get the file
    asked_at: Mapped[int] = mapped_column(Millis)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    runs: Mapped[int] = mapped_column(default=0)  # how often a process began; it numbers the run that may write
    heard_at: Mapped[int | None] = mapped_column(Millis)  # the last sign of life of the process that writes
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_most: Mapped[int]
    name: Mapped[str | None] = mapped_column(String(300))
    bytes: Mapped[int] = mapped_column(Millis, default=0)
    reason: Mapped[str | None] = mapped_column(String(200))  # why there is no file, in words
    finished_at: Mapped[int | None] = mapped_column(Millis)
    expires_at: Mapped[int] = mapped_column(Millis, index=True)


class ExportChunk(Base):
    """A piece of a file; any host can serve it."""

    __tablename__ = "export_chunks"

    export_id: Mapped[str] = mapped_column(Id(), ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
