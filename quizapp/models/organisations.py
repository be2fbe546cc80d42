"""The tree of organisation units, dated."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Json, Millis


class Unit(Base):
    """A node of the tree. `path` is the line of ids from the root, `/1/5/9/`; `link` is what its QR code carries."""

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint("headcount IS NULL OR headcount >= 0", name="headcount"),
        Index("ix_units_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
        Index(None, "parent_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str | None] = mapped_column(String(32))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    path: Mapped[str] = mapped_column(String(255))
    headcount: Mapped[int | None]
    headcount_confirmed_at: Mapped[int | None] = mapped_column(Millis)
    aliases: Mapped[list[str]] = mapped_column(Json, default=list)
    search: Mapped[str] = mapped_column(String(600))  # name, aliases, code and pinyin initials, folded
    telephone: Mapped[str | None] = mapped_column(String(40))
    link: Mapped[str] = mapped_column(String(24), unique=True)
    created_at: Mapped[int] = mapped_column(Millis)


class UnitState(Base):
    """What a unit was from a moment on: every change of place, name, kind or head count adds a row, nothing is overwritten."""

    __tablename__ = "unit_states"
    __table_args__ = (Index(None, "unit_id", "from_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str | None] = mapped_column(String(32))
    headcount: Mapped[int | None]
    from_at: Mapped[int] = mapped_column(Millis, index=True)


class MissingUnit(Base):
    """Somebody's unit is not in the tree: a queue for the organiser."""

    __tablename__ = "missing_units"

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    name: Mapped[str] = mapped_column(String(128))
    parent: Mapped[str] = mapped_column(String(128))
    contact: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[int] = mapped_column(Millis)
    resolved_at: Mapped[int | None] = mapped_column(Millis)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
