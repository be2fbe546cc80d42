"""Contests, and who entered them."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Id, Json, Millis


class Contest(Base):
    """A contest with its rules as data (`rules`, the contest file) and the bank versions that its papers are drawn from."""

    __tablename__ = "contests"
    __table_args__ = (CheckConstraint("opens_at <= last_start AND last_start <= closes_at", name="window"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    rules: Mapped[dict[str, Any]] = mapped_column(Json)
    banks: Mapped[dict[str, str]] = mapped_column(Json)  # bank code -> bank_versions.content_hash
    opens_at: Mapped[int] = mapped_column(Millis)
    last_start: Mapped[int] = mapped_column(Millis)
    closes_at: Mapped[int] = mapped_column(Millis)
    paused_at: Mapped[int | None] = mapped_column(Millis)
    halted_at: Mapped[int | None] = mapped_column(Millis)  # since when all clocks stand still
    published_at: Mapped[int | None] = mapped_column(Millis)
    seed: Mapped[str] = mapped_column(
        String(64), server_default=text("''")
    )  # of lots; its hash is shown, itself not before the end
    room_code: Mapped[str | None] = mapped_column(String(12))
    created_at: Mapped[int] = mapped_column(Millis)
    changed_at: Mapped[int] = mapped_column(Millis)


class Entry(Base):
    """One contestant in one contest, for one unit, in one division. The primary key carries the contest, as all that grows does."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("contest_id", "account_id"),
        Index("uq_entries_contest_id_identity", "contest_id", "identity", unique=True),
        Index(None, "contest_id", "unit_id"),
    )

    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Id(), primary_key=True)
    account_id: Mapped[str] = mapped_column(Id(), ForeignKey("accounts.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    division: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(20))
    identity: Mapped[str | None] = mapped_column(
        String(140)
    )  # one person enters once: the phone, or unit and seat number
    code_hash: Mapped[str | None] = mapped_column(String(64))  # of the 取回码
    counts: Mapped[bool] = mapped_column(default=True)  # false for staff trying a contest
    consented_at: Mapped[int | None] = mapped_column(Millis)
    may_publish: Mapped[bool] = mapped_column(default=False)  # the full name on a published list
    disputed_at: Mapped[int | None] = mapped_column(Millis)  # 不是本单位人员, said by the liaison
    unit_changes: Mapped[int] = mapped_column(default=0)
    details: Mapped[dict[str, str] | None] = mapped_column(Json)  # what the contest asks besides name, phone and unit
    gate_at: Mapped[int | None] = mapped_column(Millis)  # when the gate text was read
    checked_in_at: Mapped[int | None] = mapped_column(Millis)
    created_at: Mapped[int] = mapped_column(Millis)


class EntryMove(Base):
    """A change of unit of an entry, dated."""

    __tablename__ = "entry_moves"

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    at: Mapped[int] = mapped_column(Millis, primary_key=True)
    from_unit_id: Mapped[int | None]
    to_unit_id: Mapped[int | None]
