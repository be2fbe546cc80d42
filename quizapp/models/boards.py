"""What the public sees: a snapshot of standings and units, made by one job and read by everybody."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quizapp.models.base import Base, Id, Json, Merit, Millis


class BoardRow(Base):
    """The standing of an entry as the public sees it: brought up to date by one job, so that no hand-in waits for a ranking."""

    __tablename__ = "board_rows"
    __table_args__ = (
        Index("ix_board_rows_merit", "contest_id", "merit", "entry_id"),
        Index("ix_board_rows_division", "contest_id", "division", "merit", "entry_id"),
        Index("ix_board_rows_unit", "contest_id", "unit_id"),
    )

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(Id(), primary_key=True)
    division: Mapped[str] = mapped_column(String(32))
    unit_id: Mapped[int | None]
    points: Mapped[int]
    time_ms: Mapped[int] = mapped_column(Millis)
    sittings: Mapped[int]
    merit: Mapped[bytes] = mapped_column(Merit)


class BoardMark(Base):
    """How many rows of a board have a merit from `floor` up to the next mark: a place is a sum of these and a short count.

    `scope` is a division, or empty for everybody; `built` is `people` when the marks were last cut.
    """

    __tablename__ = "board_marks"

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(32), primary_key=True)
    floor: Mapped[bytes] = mapped_column(Merit, primary_key=True)
    people: Mapped[int]
    built: Mapped[int]


class BoardUnit(Base):
    """One unit with its subtree as the public sees it; `own_…` is without the subtree, `merit` empty without a place."""

    __tablename__ = "board_units"

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column()
    kind: Mapped[str | None] = mapped_column(String(32))
    code: Mapped[str] = mapped_column(String(64))
    headcount: Mapped[int | None]
    people: Mapped[int]
    sittings: Mapped[int]
    points: Mapped[int] = mapped_column(Millis)
    own_people: Mapped[int]
    own_sittings: Mapped[int]
    own_points: Mapped[int] = mapped_column(Millis)
    merit: Mapped[bytes] = mapped_column(Merit)
    metrics: Mapped[dict[str, str] | None] = mapped_column(Json)  # exact figures that its sums do not give

    __table_args__ = (  # in the order of their lists: as long as most units have no place, the code decides
        Index("ix_board_units_parent", contest_id, parent_id, merit.desc(), code),
        Index("ix_board_units_kind", contest_id, kind, merit.desc(), code),
    )


class BoardState(Base):
    """Which moment the boards of a contest show, and what they were made from."""

    __tablename__ = "board_states"

    contest_id: Mapped[int] = mapped_column(primary_key=True)
    as_of: Mapped[int] = mapped_column(Millis)
    built_at: Mapped[int] = mapped_column(Millis)
    changed_at: Mapped[int] = mapped_column(Millis)  # of the newest standing that it holds
    tree_at: Mapped[int] = mapped_column(Millis)  # when every unit was last looked at; below zero: and one was lacking since
    tree_ms: Mapped[int]  # how long that took
