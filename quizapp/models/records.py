"""Records beside entries that change what they may do or what a unit gets: each with who, when and why, never overwritten."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Id, Millis


class ExtraTime(Base):
    """More time, or another window, for one person or for a unit with all below it; the newest record of each holds."""

    __tablename__ = "extra_times"
    __table_args__ = (
        CheckConstraint("(entry_id IS NULL) <> (unit_id IS NULL)", name="whom"),
        CheckConstraint("extra_ms >= 0", name="extra"),
        Index(None, "contest_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    entry_id: Mapped[str | None] = mapped_column(Id())
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    extra_ms: Mapped[int]
    opens_at: Mapped[int | None] = mapped_column(Millis)
    last_start: Mapped[int | None] = mapped_column(Millis)
    closes_at: Mapped[int | None] = mapped_column(Millis)
    reason: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[int] = mapped_column(Millis)


class UnitBonus(Base):
    """Points that an official gives a unit or, below 0, takes off, in hundredths, with the reason; the newest of a unit holds."""

    __tablename__ = "unit_bonuses"
    __table_args__ = (Index(None, "contest_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    points: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[int] = mapped_column(Millis)


class Promoted(Base):
    """Who goes on from a stage, written once when the stage is over."""

    __tablename__ = "promoted"
    __table_args__ = (ForeignKeyConstraint(["contest_id", "entry_id"], ["entries.contest_id", "entries.id"]),)

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(String(16), primary_key=True)
    entry_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    at: Mapped[int] = mapped_column(Millis)


class Chance(Base):
    """Proof of a shared link that somebody opened (share) or entered by (invite): one further chance on its day, within the caps."""

    __tablename__ = "chances"
    __table_args__ = (
        ForeignKeyConstraint(["contest_id", "entry_id"], ["entries.contest_id", "entries.id"]),
        UniqueConstraint("contest_id", "entry_id", "kind", "proof"),
        CheckConstraint("kind IN ('share', 'invite')", name="kind"),
    )

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id(), primary_key=True)
    entry_id: Mapped[str] = mapped_column(Id())
    kind: Mapped[str] = mapped_column(String(8))
    proof: Mapped[str] = mapped_column(
        String(64)
    )  # who opened it: a fingerprint of the visitor, or the entry that was made
    day: Mapped[str] = mapped_column(String(10))
    at: Mapped[int] = mapped_column(Millis)
