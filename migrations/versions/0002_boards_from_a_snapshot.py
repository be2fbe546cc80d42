"""boards from a snapshot: what is dropped here is made again from standings and shares by the job"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_table("unit_figures")
    op.drop_table("snapshots")
    with op.batch_alter_table("standings", schema=None) as batch_op:
        batch_op.drop_index("ix_standings_merit")
        batch_op.drop_index("ix_standings_division")
    sqlite = op.get_bind().dialect.name == "sqlite"  # there only a table made anew reads like one made by the models
    with op.batch_alter_table("unit_shares", schema=None, recreate="always" if sqlite else "never") as batch_op:
        batch_op.add_column(sa.Column("people", sa.Integer(), server_default="1", nullable=False))
    op.create_table(
        "board_marks",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("floor", sa.LargeBinary(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("built", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("contest_id", "scope", "floor", name=op.f("pk_board_marks")),
    )
    op.create_table(
        "board_rows",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("division", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("time_ms", sa.BigInteger(), nullable=False),
        sa.Column("sittings", sa.Integer(), nullable=False),
        sa.Column("merit", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("contest_id", "entry_id", name=op.f("pk_board_rows")),
    )
    with op.batch_alter_table("board_rows", schema=None) as batch_op:
        batch_op.create_index("ix_board_rows_merit", ["contest_id", "merit", "entry_id"], unique=False)
        batch_op.create_index("ix_board_rows_division", ["contest_id", "division", "merit", "entry_id"], unique=False)
        batch_op.create_index("ix_board_rows_unit", ["contest_id", "unit_id"], unique=False)
    op.create_table(
        "board_states",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("built_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("tree_at", sa.BigInteger(), nullable=False),
        sa.Column("tree_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("contest_id", name=op.f("pk_board_states")),
    )
    op.create_table(
        "board_units",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("sittings", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("own_people", sa.Integer(), nullable=False),
        sa.Column("own_sittings", sa.Integer(), nullable=False),
        sa.Column("own_points", sa.BigInteger(), nullable=False),
        sa.Column("merit", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("contest_id", "unit_id", name=op.f("pk_board_units")),
    )
    with op.batch_alter_table("board_units", schema=None) as batch_op:
        batch_op.create_index("ix_board_units_parent", ["contest_id", "parent_id", "merit"], unique=False)
        batch_op.create_index("ix_board_units_kind", ["contest_id", "kind", "merit"], unique=False)


def downgrade() -> None:
    op.drop_table("board_units")
    op.drop_table("board_states")
    op.drop_table("board_rows")
    op.drop_table("board_marks")
    op.execute("DELETE FROM unit_shares WHERE people < 1")
    with op.batch_alter_table("unit_shares", schema=None) as batch_op:
        batch_op.drop_column("people")
    with op.batch_alter_table("standings", schema=None) as batch_op:
        batch_op.create_index("ix_standings_merit", ["contest_id", "merit", "entry_id"], unique=False)
        batch_op.create_index("ix_standings_division", ["contest_id", "division", "merit", "entry_id"], unique=False)
    op.create_table(
        "snapshots",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("contest_id", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "unit_figures",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("sittings", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("contest_id", "unit_id", name=op.f("pk_unit_figures")),
    )
