"""first schema"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "business_unit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["business_unit.id"], name=op.f("fk_business_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_unit")),
    )
    with op.batch_alter_table("business_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_business_unit_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("first_weekday", sa.Integer(), nullable=False),
        sa.Column("fiscal_month", sa.Integer(), nullable=False),
        sa.Column("fiscal_day", sa.Integer(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("open_editing", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=254), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_sign_in_failure")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["business_unit.id"], name=op.f("fk_team_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
    )
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "user",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("manager_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("preferences", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["manager_id"], ["user.id"], name=op.f("fk_user_manager_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["business_unit.id"], name=op.f("fk_user_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "account",
        sa.Column("preferred_contact_method", sa.SmallInteger(), nullable=True),
        sa.Column("do_not_email", sa.Boolean(), nullable=False),
        sa.Column("do_not_bulk_email", sa.Boolean(), nullable=False),
        sa.Column("do_not_phone", sa.Boolean(), nullable=False),
        sa.Column("do_not_fax", sa.Boolean(), nullable=False),
        sa.Column("do_not_mail", sa.Boolean(), nullable=False),
        sa.Column("follow_email", sa.Boolean(), nullable=False),
        sa.Column("street1", sa.String(length=250), nullable=False),
        sa.Column("street2", sa.String(length=250), nullable=False),
        sa.Column("street3", sa.String(length=250), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=50), nullable=False),
        sa.Column("postal_code", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=80), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "owner_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("modified_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("account_number", sa.String(length=20), nullable=False),
        sa.Column("main_phone", sa.String(length=50), nullable=False),
        sa.Column("other_phone", sa.String(length=50), nullable=False),
        sa.Column("fax", sa.String(length=50), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=100), nullable=False),
        sa.Column("parent_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("primary_contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ticker_symbol", sa.String(length=10), nullable=False),
        sa.Column("relationship_type", sa.SmallInteger(), nullable=True),
        sa.Column("category", sa.SmallInteger(), nullable=True),
        sa.Column("industry", sa.SmallInteger(), nullable=True),
        sa.Column("ownership", sa.SmallInteger(), nullable=True),
        sa.Column("annual_revenue", sa.BigInteger(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("sic_code", sa.String(length=20), nullable=False),
        sa.Column("credit_limit", sa.BigInteger(), nullable=True),
        sa.Column("credit_hold", sa.Boolean(), nullable=False),
        sa.Column("payment_terms", sa.SmallInteger(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("status_reason", sa.SmallInteger(), nullable=False),
        sa.Column("originating_lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "name_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "email_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "city_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "host_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "phone_digits",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_account_created_by_id")),
        sa.ForeignKeyConstraint(["deleted_by_id"], ["user.id"], name=op.f("fk_account_deleted_by_id")),
        sa.ForeignKeyConstraint(["modified_by_id"], ["user.id"], name=op.f("fk_account_modified_by_id")),
        sa.ForeignKeyConstraint(["owner_team_id"], ["team.id"], name=op.f("fk_account_owner_team_id")),
        sa.ForeignKeyConstraint(["owner_user_id"], ["user.id"], name=op.f("fk_account_owner_user_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["business_unit.id"], name=op.f("fk_account_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index("ix_account_email_key", ["email_key"], unique=False)
        batch_op.create_index("ix_account_host_key", ["host_key"], unique=False)
        batch_op.create_index("ix_account_import", ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_originating_lead_id"), ["originating_lead_id"], unique=False)
        batch_op.create_index(
            "ix_account_owner",
            ["owner_user_id", "status", "name_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_account_parent_account_id"), ["parent_account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_account_primary_contact_id"), ["primary_contact_id"], unique=False)
        batch_op.create_index(
            "ix_account_status_city_key",
            ["status", "city_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_account_status_created_on",
            ["status", "created_on", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_account_status_email_key",
            ["status", "email_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_account_status_name_key",
            ["status", "name_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_account_status_owner_key",
            ["status", "owner_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_account_status_phone_digits",
            ["status", "phone_digits", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )

    op.create_table(
        "contact",
        sa.Column("preferred_contact_method", sa.SmallInteger(), nullable=True),
        sa.Column("do_not_email", sa.Boolean(), nullable=False),
        sa.Column("do_not_bulk_email", sa.Boolean(), nullable=False),
        sa.Column("do_not_phone", sa.Boolean(), nullable=False),
        sa.Column("do_not_fax", sa.Boolean(), nullable=False),
        sa.Column("do_not_mail", sa.Boolean(), nullable=False),
        sa.Column("follow_email", sa.Boolean(), nullable=False),
        sa.Column("street1", sa.String(length=250), nullable=False),
        sa.Column("street2", sa.String(length=250), nullable=False),
        sa.Column("street3", sa.String(length=250), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=50), nullable=False),
        sa.Column("postal_code", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=80), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "owner_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("modified_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("salutation", sa.String(length=100), nullable=False),
        sa.Column("first_name", sa.String(length=50), nullable=False),
        sa.Column("middle_name", sa.String(length=50), nullable=False),
        sa.Column("last_name", sa.String(length=50), nullable=False),
        sa.Column("suffix", sa.String(length=10), nullable=False),
        sa.Column("job_title", sa.String(length=100), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("business_phone", sa.String(length=50), nullable=False),
        sa.Column("home_phone", sa.String(length=50), nullable=False),
        sa.Column("mobile_phone", sa.String(length=50), nullable=False),
        sa.Column("fax", sa.String(length=50), nullable=False),
        sa.Column("pager", sa.String(length=50), nullable=False),
        sa.Column("email", sa.String(length=100), nullable=False),
        sa.Column("email2", sa.String(length=100), nullable=False),
        sa.Column("email3", sa.String(length=100), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("manager_name", sa.String(length=100), nullable=False),
        sa.Column("manager_phone", sa.String(length=50), nullable=False),
        sa.Column("assistant_name", sa.String(length=100), nullable=False),
        sa.Column("assistant_phone", sa.String(length=50), nullable=False),
        sa.Column("role", sa.SmallInteger(), nullable=True),
        sa.Column("gender", sa.SmallInteger(), nullable=True),
        sa.Column("marital_status", sa.SmallInteger(), nullable=True),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("anniversary", sa.Date(), nullable=True),
        sa.Column("spouse_name", sa.String(length=100), nullable=False),
        sa.Column("credit_limit", sa.BigInteger(), nullable=True),
        sa.Column("credit_hold", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("status_reason", sa.SmallInteger(), nullable=False),
        sa.Column("originating_lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "name_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "email_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "job_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "phone_digits",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_contact_created_by_id")),
        sa.ForeignKeyConstraint(["deleted_by_id"], ["user.id"], name=op.f("fk_contact_deleted_by_id")),
        sa.ForeignKeyConstraint(["modified_by_id"], ["user.id"], name=op.f("fk_contact_modified_by_id")),
        sa.ForeignKeyConstraint(["owner_team_id"], ["team.id"], name=op.f("fk_contact_owner_team_id")),
        sa.ForeignKeyConstraint(["owner_user_id"], ["user.id"], name=op.f("fk_contact_owner_user_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["business_unit.id"], name=op.f("fk_contact_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_account_id"), ["account_id"], unique=False)
        batch_op.create_index("ix_contact_email_key", ["email_key"], unique=False)
        batch_op.create_index("ix_contact_import", ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_originating_lead_id"), ["originating_lead_id"], unique=False)
        batch_op.create_index(
            "ix_contact_owner",
            ["owner_user_id", "status", "name_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_contact_status_created_on",
            ["status", "created_on", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_contact_status_email_key",
            ["status", "email_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_contact_status_job_key",
            ["status", "job_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_contact_status_name_key",
            ["status", "name_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_contact_status_owner_key",
            ["status", "owner_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_contact_status_phone_digits",
            ["status", "phone_digits", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )

    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_history_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index("ix_history_record", ["entity", "record_id", "id"], unique=False)

    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("stored_as", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("options", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("runner", sa.String(length=120), nullable=False),
        sa.Column("beat_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("blank", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_import_run_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    with op.batch_alter_table("import_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_run_created_by_id"), ["created_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_run_status"), ["status"], unique=False)

    op.create_table(
        "lead",
        sa.Column("preferred_contact_method", sa.SmallInteger(), nullable=True),
        sa.Column("do_not_email", sa.Boolean(), nullable=False),
        sa.Column("do_not_bulk_email", sa.Boolean(), nullable=False),
        sa.Column("do_not_phone", sa.Boolean(), nullable=False),
        sa.Column("do_not_fax", sa.Boolean(), nullable=False),
        sa.Column("do_not_mail", sa.Boolean(), nullable=False),
        sa.Column("follow_email", sa.Boolean(), nullable=False),
        sa.Column("address2_name", sa.String(length=100), nullable=False),
        sa.Column("address2_street1", sa.String(length=250), nullable=False),
        sa.Column("address2_street2", sa.String(length=250), nullable=False),
        sa.Column("address2_street3", sa.String(length=250), nullable=False),
        sa.Column("address2_city", sa.String(length=80), nullable=False),
        sa.Column("address2_state", sa.String(length=50), nullable=False),
        sa.Column("address2_postal_code", sa.String(length=20), nullable=False),
        sa.Column("address2_country", sa.String(length=80), nullable=False),
        sa.Column("address2_county", sa.String(length=50), nullable=False),
        sa.Column("address2_post_office_box", sa.String(length=20), nullable=False),
        sa.Column("address2_phone1", sa.String(length=50), nullable=False),
        sa.Column("address2_phone2", sa.String(length=50), nullable=False),
        sa.Column("address2_phone3", sa.String(length=50), nullable=False),
        sa.Column("address2_fax", sa.String(length=50), nullable=False),
        sa.Column("street1", sa.String(length=250), nullable=False),
        sa.Column("street2", sa.String(length=250), nullable=False),
        sa.Column("street3", sa.String(length=250), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=50), nullable=False),
        sa.Column("postal_code", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=80), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "owner_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("modified_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("topic", sa.String(length=300), nullable=False),
        sa.Column("salutation", sa.String(length=100), nullable=False),
        sa.Column("first_name", sa.String(length=50), nullable=False),
        sa.Column("middle_name", sa.String(length=50), nullable=False),
        sa.Column("last_name", sa.String(length=50), nullable=False),
        sa.Column("job_title", sa.String(length=100), nullable=False),
        sa.Column("business_phone", sa.String(length=50), nullable=False),
        sa.Column("home_phone", sa.String(length=50), nullable=False),
        sa.Column("other_phone", sa.String(length=50), nullable=False),
        sa.Column("mobile_phone", sa.String(length=20), nullable=False),
        sa.Column("fax", sa.String(length=50), nullable=False),
        sa.Column("pager", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=100), nullable=False),
        sa.Column("email2", sa.String(length=100), nullable=False),
        sa.Column("email3", sa.String(length=100), nullable=False),
        sa.Column("company_name", sa.String(length=100), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("address_name", sa.String(length=100), nullable=False),
        sa.Column("county", sa.String(length=50), nullable=False),
        sa.Column("post_office_box", sa.String(length=20), nullable=False),
        sa.Column("address_phone1", sa.String(length=50), nullable=False),
        sa.Column("address_phone2", sa.String(length=50), nullable=False),
        sa.Column("address_phone3", sa.String(length=50), nullable=False),
        sa.Column("address_fax", sa.String(length=50), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("industry", sa.SmallInteger(), nullable=True),
        sa.Column("annual_revenue", sa.BigInteger(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("sic_code", sa.String(length=20), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("source_campaign", sa.String(length=200), nullable=False),
        sa.Column("do_not_send_marketing", sa.Boolean(), nullable=False),
        sa.Column("last_campaign_date", sa.Date(), nullable=True),
        sa.Column("lead_source", sa.SmallInteger(), nullable=True),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("status_reason", sa.SmallInteger(), nullable=False),
        sa.Column("existing_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("existing_contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("purchase_timeframe", sa.SmallInteger(), nullable=True),
        sa.Column("budget_amount", sa.BigInteger(), nullable=True),
        sa.Column("purchase_process", sa.SmallInteger(), nullable=True),
        sa.Column("decision_maker", sa.Boolean(), nullable=False),
        sa.Column("budget_status", sa.SmallInteger(), nullable=True),
        sa.Column("need", sa.SmallInteger(), nullable=True),
        sa.Column("initial_communication", sa.SmallInteger(), nullable=True),
        sa.Column("estimated_amount", sa.BigInteger(), nullable=True),
        sa.Column("estimated_close_date", sa.Date(), nullable=True),
        sa.Column("qualification_comments", sa.Text(), nullable=False),
        sa.Column("confirm_interest", sa.Boolean(), nullable=False),
        sa.Column("evaluate_fit", sa.Boolean(), nullable=False),
        sa.Column("follow_up_prospect", sa.Date(), nullable=True),
        sa.Column("follow_up_qualify", sa.Date(), nullable=True),
        sa.Column("sales_stage", sa.SmallInteger(), nullable=True),
        sa.Column("merged", sa.Boolean(), nullable=False),
        sa.Column("master_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "name_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "topic_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "company_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "email_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("rating_key", sa.SmallInteger(), nullable=False),
        sa.Column("source_key", sa.SmallInteger(), nullable=False),
        sa.Column(
            "phone_digits",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_lead_created_by_id")),
        sa.ForeignKeyConstraint(["deleted_by_id"], ["user.id"], name=op.f("fk_lead_deleted_by_id")),
        sa.ForeignKeyConstraint(["modified_by_id"], ["user.id"], name=op.f("fk_lead_modified_by_id")),
        sa.ForeignKeyConstraint(["owner_team_id"], ["team.id"], name=op.f("fk_lead_owner_team_id")),
        sa.ForeignKeyConstraint(["owner_user_id"], ["user.id"], name=op.f("fk_lead_owner_user_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["business_unit.id"], name=op.f("fk_lead_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.create_index("ix_lead_deleted", ["deleted_on"], unique=False)
        batch_op.create_index("ix_lead_email_key", ["email_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_existing_account_id"), ["existing_account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lead_existing_contact_id"), ["existing_contact_id"], unique=False)
        batch_op.create_index("ix_lead_import", ["import_id"], unique=False)
        batch_op.create_index(
            "ix_lead_owner_user_id_status_created_on",
            ["owner_user_id", "status", "created_on", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_owner_user_id_status_name_key",
            ["owner_user_id", "status", "name_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_owner_user_id_status_status_reason",
            ["owner_user_id", "status", "status_reason", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_owner_user_id_status_topic_key",
            ["owner_user_id", "status", "topic_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_status_company_key",
            ["status", "company_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_status_created_on",
            ["status", "created_on", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_status_name_key",
            ["status", "name_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_status_owner_key",
            ["status", "owner_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_status_rating_key",
            ["status", "rating_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_status_source_key",
            ["status", "source_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_status_status_reason",
            ["status", "status_reason", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_status_topic_key",
            ["status", "topic_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_team",
            ["owner_team_id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_lead_unit",
            ["unit_id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )

    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_login_session_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "one_time_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("expires_on", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_one_time_code_user_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_one_time_code")),
    )
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.create_index("ix_one_time_code_user", ["user_id"], unique=False)

    op.create_table(
        "share",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("privilege", sa.String(length=20), nullable=False),
        sa.Column("shared_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("shared_on", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shared_by_id"], ["user.id"], name=op.f("fk_share_shared_by_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_share_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_share_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
    )
    with op.batch_alter_table("share", schema=None) as batch_op:
        batch_op.create_index("ix_share_record", ["entity", "record_id"], unique=False)
        batch_op.create_index("ix_share_team", ["team_id", "entity", "privilege", "record_id"], unique=False)
        batch_op.create_index("ix_share_user", ["user_id", "entity", "privilege", "record_id"], unique=False)

    op.create_table(
        "team_member",
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_team_member_user_id")),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_team_member")),
    )
    with op.batch_alter_table("team_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_member_user_id"), ["user_id"], unique=False)

    op.create_table(
        "team_role",
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_role_team_id")),
        sa.PrimaryKeyConstraint("team_id", "role", name=op.f("pk_team_role")),
    )
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_role_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_user_role")),
    )
    op.create_table(
        "import_problem",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_problem_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_problem")),
    )
    with op.batch_alter_table("import_problem", schema=None) as batch_op:
        batch_op.create_index("ix_import_problem_run", ["run_id", "severity", "row"], unique=False)

    op.create_table(
        "import_rejected_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_rejected_row_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rejected_row")),
    )
    with op.batch_alter_table("import_rejected_row", schema=None) as batch_op:
        batch_op.create_index("ix_import_rejected_row_run", ["run_id", "row"], unique=False)

    op.create_table(
        "process_instance",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opportunity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("stage_entered_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("path", sa.String(length=1250), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("started_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_on", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["lead.id"], name=op.f("fk_process_instance_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_instance")),
    )
    with op.batch_alter_table("process_instance", schema=None) as batch_op:
        batch_op.create_index("ix_process_instance_lead", ["lead_id"], unique=False)

    op.create_table(
        "stage_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("entered_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_on", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_stage_log_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_log")),
    )
    with op.batch_alter_table("stage_log", schema=None) as batch_op:
        batch_op.create_index("ix_stage_log_instance", ["instance_id"], unique=False)
    for entity in ("lead", "account", "contact"):
        _make_searchable(entity)


def _make_searchable(entity: str) -> None:
    """A trigram index over search_text: FTS5 kept by triggers on SQLite, pg_trgm on PostgreSQL."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute(f"CREATE INDEX ix_{entity}_search ON {entity} USING gin (search_text gin_trgm_ops)")
        return
    index = f"{entity}_search"
    old = f"INSERT INTO {index}({index}, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
    new = f"INSERT INTO {index}(rowid, search_text) VALUES (new.id, new.search_text);"
    op.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5("
        f"search_text, content='{entity}', content_rowid='id', tokenize='trigram case_sensitive 1', detail='none')"
    )
    op.execute(f"CREATE TRIGGER {index}_insert AFTER INSERT ON {entity} BEGIN {new} END")
    op.execute(f"CREATE TRIGGER {index}_delete AFTER DELETE ON {entity} BEGIN {old} END")
    op.execute(
        f"CREATE TRIGGER {index}_update AFTER UPDATE OF search_text ON {entity}"
        f" WHEN old.search_text <> new.search_text BEGIN {old} {new} END"
    )


def downgrade() -> None:
    """There is nothing before the first schema."""
    raise NotImplementedError
