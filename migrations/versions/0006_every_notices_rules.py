"""every notice's rules as data: stages, validity, extra time, records of people's work, and the rules as they are stored"""

import json
import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
COUNTS = {
    "best": {"take": "best", "each": "whole"},
    "last": {"take": "last", "each": "whole"},
    "sum_of_days": {"take": "best", "each": "day"},
}


def upgrade() -> None:
    op.create_table(
        "extra_times",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("extra_ms", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=True),
        sa.Column("last_start", sa.BigInteger(), nullable=True),
        sa.Column("closes_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(entry_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_extra_times_whom")),
        sa.CheckConstraint("extra_ms >= 0", name=op.f("ck_extra_times_extra")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_extra_times_contest_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_extra_times_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_times")),
    )
    with op.batch_alter_table("extra_times", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extra_times_contest_id"), ["contest_id"], unique=False)

    op.create_table(
        "printed_papers",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("serial", sa.String(length=16), nullable=False),
        sa.Column("entry_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("paper", JSON, nullable=False),
        sa.Column("first", JSON, nullable=True),
        sa.Column("first_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("second", JSON, nullable=True),
        sa.Column("second_by", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("time_ms", sa.BigInteger(), nullable=True),
        sa.Column("sitting_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("printed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("first_by IS NULL OR first_by <> second_by", name=op.f("ck_printed_papers_two_people")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_printed_papers_contest_id")),
        sa.PrimaryKeyConstraint("contest_id", "id", name=op.f("pk_printed_papers")),
        sa.UniqueConstraint("contest_id", "serial", name=op.f("uq_printed_papers_contest_id_serial")),
    )
    op.create_table(
        "unit_bonuses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_unit_bonuses_points")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_unit_bonuses_contest_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_bonuses_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_bonuses")),
    )
    with op.batch_alter_table("unit_bonuses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_unit_bonuses_contest_id_unit_bonuses_unit_id"), ["contest_id", "unit_id"], unique=False
        )

    op.create_table(
        "essay_marks",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("marker_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("marked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("points IS NULL OR points >= 0", name=op.f("ck_essay_marks_points")),
        sa.CheckConstraint("turn BETWEEN 1 AND 3", name=op.f("ck_essay_marks_turn")),
        sa.ForeignKeyConstraint(["marker_id"], ["accounts.id"], name=op.f("fk_essay_marks_marker_id")),
        sa.PrimaryKeyConstraint("contest_id", "sitting_id", "position", "marker_id", name=op.f("pk_essay_marks")),
        sa.UniqueConstraint(
            "contest_id",
            "sitting_id",
            "position",
            "turn",
            name=op.f("uq_essay_marks_contest_id_sitting_id_position_turn"),
        ),
    )
    with op.batch_alter_table("essay_marks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_essay_marks_contest_id_essay_marks_marker_id"), ["contest_id", "marker_id"], unique=False
        )

    op.create_table(
        "chances",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("entry_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("proof", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('share', 'invite')", name=op.f("ck_chances_kind")),
        sa.ForeignKeyConstraint(
            ["contest_id", "entry_id"],
            ["entries.contest_id", "entries.id"],
            name=op.f("fk_chances_contest_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("contest_id", "id", name=op.f("pk_chances")),
        sa.UniqueConstraint(
            "contest_id", "entry_id", "kind", "proof", name=op.f("uq_chances_contest_id_entry_id_kind_proof")
        ),
    )
    op.create_table(
        "promoted",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("entry_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id", "entry_id"],
            ["entries.contest_id", "entries.id"],
            name=op.f("fk_promoted_contest_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("contest_id", "stage", "entry_id", name=op.f("pk_promoted")),
    )
    with op.batch_alter_table("board_units", schema=None) as batch_op:
        batch_op.add_column(sa.Column("metrics", JSON, nullable=True))

    with op.batch_alter_table("contests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("halted_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("published_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("seed", sa.String(length=64), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("room_code", sa.String(length=12), nullable=True))

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("details", JSON, nullable=True))
        batch_op.add_column(sa.Column("gate_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("checked_in_at", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("sittings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra_ms", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("halted_ms", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("total", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("valid", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("sub_points", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("standings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("valid", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("stage", sa.String(length=16), server_default=sa.text("''"), nullable=False))

    with op.batch_alter_table("unit_shares", schema=None) as batch_op:
        batch_op.add_column(sa.Column("valid", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("scored", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("full", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("passed", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("stage", sa.String(length=16), server_default=sa.text("''"), nullable=False))
    _fill()


def _fill() -> None:
    """What the new columns say of what is there."""
    items = (
        "jsonb_array_length(paper -> 'items')"
        if op.get_bind().dialect.name == "postgresql"
        else "json_array_length(paper, '$.items')"
    )
    op.execute(f"UPDATE sittings SET total = {items}, valid = (CASE WHEN state = 'handed_in' THEN true END)")  # noqa: S608
    op.execute("UPDATE standings SET valid = sittings")
    # a share of somebody who moved takes a person off where lines meet, whatever its points are
    scored = "CASE WHEN people = 1 AND points <= 0 THEN 0 ELSE people END"
    op.execute(f"UPDATE unit_shares SET valid = sittings, scored = ({scored})")  # noqa: S608
    _change_rules(_new_rules)
    for (contest_id,) in op.get_bind().execute(sa.text("SELECT id FROM contests")).all():
        given = {"seed": secrets.token_hex(32), "id": contest_id}
        op.get_bind().execute(sa.text("UPDATE contests SET seed = :seed WHERE id = :id"), given)


def _change_rules(change: Any) -> None:
    contests = sa.table("contests", sa.column("id"), sa.column("rules", JSON))
    for contest_id, rules in op.get_bind().execute(sa.select(contests.c.id, contests.c.rules)).all():
        stored = json.loads(rules) if isinstance(rules, str) else rules
        if stored:
            op.get_bind().execute(sa.update(contests).where(contests.c.id == contest_id).values(rules=change(stored)))


def _new_rules(rules: dict[str, Any]) -> dict[str, Any]:
    marking, counts = rules.pop("marking", None), rules.pop("counts", None)
    if marking:
        rules["scoring"] = {"marking": marking}
    if counts:
        rules["counting"] = COUNTS[counts]
    return rules


def _old_rules(rules: dict[str, Any]) -> dict[str, Any]:
    """Only what could be said before: a step down for an installation that has not used the rest."""
    scoring, counting = rules.pop("scoring", {}), rules.pop("counting", {})
    names = {(how["take"], how["each"]): name for name, how in COUNTS.items()}
    rules["counts"] = names.get((counting.get("take"), counting.get("each")), "best")
    rules["marking"] = {"multiple": scoring.get("marking", {}).get("multiple", "exact")}
    return rules


def downgrade() -> None:
    _change_rules(_old_rules)
    with op.batch_alter_table("unit_shares", schema=None) as batch_op:
        batch_op.drop_column("stage")
        batch_op.drop_column("passed")
        batch_op.drop_column("full")
        batch_op.drop_column("scored")
        batch_op.drop_column("valid")

    with op.batch_alter_table("standings", schema=None) as batch_op:
        batch_op.drop_column("stage")
        batch_op.drop_column("valid")

    with op.batch_alter_table("sittings", schema=None) as batch_op:
        batch_op.drop_column("sub_points")
        batch_op.drop_column("valid")
        batch_op.drop_column("total")
        batch_op.drop_column("halted_ms")
        batch_op.drop_column("extra_ms")

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_column("checked_in_at")
        batch_op.drop_column("gate_at")
        batch_op.drop_column("details")

    with op.batch_alter_table("contests", schema=None) as batch_op:
        batch_op.drop_column("room_code")
        batch_op.drop_column("seed")
        batch_op.drop_column("published_at")
        batch_op.drop_column("halted_at")

    with op.batch_alter_table("board_units", schema=None) as batch_op:
        batch_op.drop_column("metrics")

    op.drop_table("promoted")
    op.drop_table("chances")
    with op.batch_alter_table("essay_marks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_essay_marks_contest_id_essay_marks_marker_id"))

    op.drop_table("essay_marks")
    with op.batch_alter_table("unit_bonuses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_bonuses_contest_id_unit_bonuses_unit_id"))

    op.drop_table("unit_bonuses")
    op.drop_table("printed_papers")
    with op.batch_alter_table("extra_times", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_extra_times_contest_id"))

    op.drop_table("extra_times")
