"""a list of units is read in its order, though most of them have no place yet"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

LISTS = {"ix_board_units_parent": "parent_id", "ix_board_units_kind": "kind"}


def upgrade() -> None:
    for name, of in LISTS.items():
        op.drop_index(name, "board_units")
        op.create_index(name, "board_units", ["contest_id", of, sa.text("merit DESC"), "code"])


def downgrade() -> None:
    for name, of in LISTS.items():
        op.drop_index(name, "board_units")
        op.create_index(name, "board_units", ["contest_id", of, "merit"])
