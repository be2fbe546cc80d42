"""the first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object", sa.String(length=128), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("result", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)

    op.create_table(
        "bank_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("items", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_versions")),
        sa.UniqueConstraint("code", "content_hash", name=op.f("uq_bank_versions_code_content_hash")),
    )
    with op.batch_alter_table("bank_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_versions_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_bank_versions_content_hash"), ["content_hash"], unique=False)

    op.create_table(
        "contests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("rules", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("banks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("last_start", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("opens_at <= last_start AND last_start <= closes_at", name=op.f("ck_contests_window")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests")),
        sa.UniqueConstraint("slug", name=op.f("uq_contests_slug")),
    )
    op.create_table(
        "entry_moves",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("from_unit_id", sa.Integer(), nullable=True),
        sa.Column("to_unit_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("contest_id", "entry_id", "at", name=op.f("pk_entry_moves")),
    )
    op.create_table(
        "job_runs",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_runs")),
    )
    op.create_table(
        "laws",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("edition", sa.String(length=100), nullable=False),
        sa.Column("in_force", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=100), nullable=False),
        sa.Column("articles", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_laws")),
    )
    op.create_table(
        "options",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_options")),
    )
    op.create_table(
        "snapshots",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("contest_id", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "throttles",
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("window", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window", name=op.f("pk_throttles")),
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
    op.create_table(
        "unit_shares",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("sittings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("contest_id", "entry_id", "unit_id", name=op.f("pk_unit_shares")),
    )
    with op.batch_alter_table("unit_shares", schema=None) as batch_op:
        batch_op.create_index("ix_unit_shares_unit", ["contest_id", "unit_id"], unique=False)

    op.create_table(
        "units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("headcount_confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("aliases", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("search", sa.String(length=600), nullable=False),
        sa.Column("telephone", sa.String(length=40), nullable=True),
        sa.Column("link", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("headcount IS NULL OR headcount >= 0", name=op.f("ck_units_headcount")),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("code", name=op.f("uq_units_code")),
        sa.UniqueConstraint("link", name=op.f("uq_units_link")),
    )
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_units_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_units_path", ["path"], unique=False, postgresql_ops={"path": "text_pattern_ops"})

    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=True),
        sa.Column("password", sa.String(length=128), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("on_roster", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("consented_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("role IN ('contestant', 'organiser', 'official', 'admin')", name=op.f("ck_accounts_role")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_accounts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_accounts_login")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_phone"), ["phone"], unique=False)
        batch_op.create_index(batch_op.f("ix_accounts_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "missing_units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("parent", sa.String(length=128), nullable=False),
        sa.Column("contact", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_missing_units_contest_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_missing_units_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missing_units")),
    )
    op.create_table(
        "unit_states",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_unit_states_parent_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_states_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_states")),
    )
    with op.batch_alter_table("unit_states", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_states_from_at"), ["from_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_unit_states_unit_id_unit_states_from_at"), ["unit_id", "from_at"], unique=False
        )

    op.create_table(
        "entries",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("division", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("identity", sa.String(length=140), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("consented_at", sa.BigInteger(), nullable=True),
        sa.Column("may_publish", sa.Boolean(), nullable=False),
        sa.Column("disputed_at", sa.BigInteger(), nullable=True),
        sa.Column("unit_changes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_entries_account_id")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests.id"], name=op.f("fk_entries_contest_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_entries_unit_id")),
        sa.PrimaryKeyConstraint("contest_id", "id", name=op.f("pk_entries")),
        sa.UniqueConstraint("contest_id", "account_id", name=op.f("uq_entries_contest_id_account_id")),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_entries_contest_id_entries_unit_id"), ["contest_id", "unit_id"], unique=False
        )
        batch_op.create_index("uq_entries_contest_id_identity", ["contest_id", "identity"], unique=True)

    op.create_table(
        "one_time_codes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_one_time_codes_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
    )
    with op.batch_alter_table("one_time_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_codes_account_id"), ["account_id"], unique=False)

    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sign_ins_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_account_id"), ["account_id"], unique=False)

    op.create_table(
        "sittings",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("entry_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("track", sa.String(length=16), nullable=False),
        sa.Column("attempt_no", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("day_no", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("grace_ms", sa.Integer(), nullable=False),
        sa.Column("item_no", sa.Integer(), nullable=True),
        sa.Column("item_deadline", sa.BigInteger(), nullable=True),
        sa.Column("paper", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("last_key", sa.String(length=64), nullable=True),
        sa.Column("saved_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("handed_in", sa.Boolean(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("of", sa.Integer(), nullable=True),
        sa.Column("right", sa.Integer(), nullable=True),
        sa.Column("time_ms", sa.BigInteger(), nullable=True),
        sa.Column("marks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("receipt", sa.String(length=40), nullable=True),
        sa.Column("late", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.CheckConstraint("(state = 'handed_in') = (finished_at IS NOT NULL)", name=op.f("ck_sittings_finished")),
        sa.CheckConstraint("(state = 'handed_in') = (points IS NOT NULL)", name=op.f("ck_sittings_marked")),
        sa.CheckConstraint("state IN ('open', 'handed_in')", name=op.f("ck_sittings_state")),
        sa.CheckConstraint("attempt_no >= 1 AND day_no >= 1", name=op.f("ck_sittings_numbers")),
        sa.ForeignKeyConstraint(
            ["contest_id", "entry_id"],
            ["entries.contest_id", "entries.id"],
            name=op.f("fk_sittings_contest_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("contest_id", "id", name=op.f("pk_sittings")),
        sa.UniqueConstraint(
            "contest_id",
            "entry_id",
            "track",
            "attempt_no",
            name=op.f("uq_sittings_contest_id_entry_id_track_attempt_no"),
        ),
        sa.UniqueConstraint(
            "contest_id",
            "entry_id",
            "track",
            "day",
            "day_no",
            name=op.f("uq_sittings_contest_id_entry_id_track_day_day_no"),
        ),
    )
    with op.batch_alter_table("sittings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sittings_deadline",
            ["deadline"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(
            "uq_sittings_open",
            ["contest_id", "entry_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "standings",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("division", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("time_ms", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=False),
        sa.Column("sittings", sa.Integer(), nullable=False),
        sa.Column("merit", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id", "entry_id"],
            ["entries.contest_id", "entries.id"],
            name=op.f("fk_standings_contest_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("contest_id", "entry_id", name=op.f("pk_standings")),
    )
    with op.batch_alter_table("standings", schema=None) as batch_op:
        batch_op.create_index("ix_standings_changed", ["contest_id", "changed_at"], unique=False)
        batch_op.create_index("ix_standings_division", ["contest_id", "division", "merit", "entry_id"], unique=False)
        batch_op.create_index("ix_standings_merit", ["contest_id", "merit", "entry_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("standings", schema=None) as batch_op:
        batch_op.drop_index("ix_standings_merit")
        batch_op.drop_index("ix_standings_division")
        batch_op.drop_index("ix_standings_changed")

    op.drop_table("standings")
    with op.batch_alter_table("sittings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_sittings_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(
            "ix_sittings_deadline", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )

    op.drop_table("sittings")
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_ins_account_id"))

    op.drop_table("sign_ins")
    with op.batch_alter_table("one_time_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_codes_account_id"))

    op.drop_table("one_time_codes")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index("uq_entries_contest_id_identity")
        batch_op.drop_index(batch_op.f("ix_entries_contest_id_entries_unit_id"))

    op.drop_table("entries")
    with op.batch_alter_table("unit_states", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_states_unit_id_unit_states_from_at"))
        batch_op.drop_index(batch_op.f("ix_unit_states_from_at"))

    op.drop_table("unit_states")
    op.drop_table("missing_units")
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_unit_id"))
        batch_op.drop_index(batch_op.f("ix_accounts_phone"))

    op.drop_table("accounts")
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.drop_index("ix_units_path", postgresql_ops={"path": "text_pattern_ops"})
        batch_op.drop_index(batch_op.f("ix_units_parent_id"))

    op.drop_table("units")
    with op.batch_alter_table("unit_shares", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_shares_unit")

    op.drop_table("unit_shares")
    op.drop_table("unit_figures")
    op.drop_table("throttles")
    op.drop_table("snapshots")
    op.drop_table("options")
    op.drop_table("laws")
    op.drop_table("job_runs")
    op.drop_table("entry_moves")
    op.drop_table("contests")
    with op.batch_alter_table("bank_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_versions_content_hash"))
        batch_op.drop_index(batch_op.f("ix_bank_versions_code"))

    op.drop_table("bank_versions")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_at"))
        batch_op.drop_index(batch_op.f("ix_audit_action"))

    op.drop_table("audit")
