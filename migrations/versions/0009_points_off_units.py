"""an office may take points off a unit, so that a bonus may be below 0"""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("unit_bonuses", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_unit_bonuses_points"), type_="check")


def downgrade() -> None:
    op.execute("DELETE FROM unit_bonuses WHERE points < 0")
    with op.batch_alter_table("unit_bonuses", schema=None) as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_unit_bonuses_points"), "points >= 0")
