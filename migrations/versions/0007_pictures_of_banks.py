"""pictures of question banks, kept by the hash of their bytes; a version says which picture is at which path"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "bank_images",
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("pk_bank_images")),
    )
    with op.batch_alter_table("bank_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("images", JSON, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("bank_versions", schema=None) as batch_op:
        batch_op.drop_column("images")

    op.drop_table("bank_images")
