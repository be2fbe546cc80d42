"""room for saves: a page of sittings keeps some free, so that a row is rewritten where it is"""

from alembic import op

revision = "0005"
down_revision = "0004"

# A partitioned table has no rows and takes no such setting; its partitions do.
OF_EVERY_PART = """
DO $$ DECLARE part regclass; BEGIN
  FOR part IN SELECT relid FROM pg_partition_tree('sittings') WHERE isleaf LOOP
    EXECUTE format('ALTER TABLE %s {}', part);
  END LOOP;
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(OF_EVERY_PART.format("SET (fillfactor = 85)"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(OF_EVERY_PART.format("RESET (fillfactor)"))
