"""opportunities; verbs that can be taken back; settings of qualification and duplicates"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "operation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("journal", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_operation_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["user.id"], name=op.f("fk_operation_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
    )
    op.create_index("ix_operation_record", "operation", ["entity", "record_id", "id"], unique=False)
    op.create_table(
        "opportunity",
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
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("purchase_timeframe", sa.SmallInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("budget_amount", sa.BigInteger(), nullable=True),
        sa.Column("purchase_process", sa.SmallInteger(), nullable=True),
        sa.Column("budget_status", sa.SmallInteger(), nullable=True),
        sa.Column("need", sa.SmallInteger(), nullable=True),
        sa.Column("decision_maker", sa.Boolean(), nullable=False),
        sa.Column("timeline", sa.SmallInteger(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("current_situation", sa.Text(), nullable=False),
        sa.Column("customer_need", sa.Text(), nullable=False),
        sa.Column("proposed_solution", sa.Text(), nullable=False),
        sa.Column("pain_points", sa.Text(), nullable=False),
        sa.Column("quote_comments", sa.Text(), nullable=False),
        sa.Column("estimated_close_date", sa.Date(), nullable=True),
        sa.Column("estimated_revenue", sa.BigInteger(), nullable=True),
        sa.Column("probability", sa.Integer(), nullable=True),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("sales_stage", sa.SmallInteger(), nullable=True),
        sa.Column("identify_contacts", sa.Boolean(), nullable=False),
        sa.Column("identify_competitors", sa.Boolean(), nullable=False),
        sa.Column("identify_team", sa.Boolean(), nullable=False),
        sa.Column("develop_proposal", sa.Boolean(), nullable=False),
        sa.Column("internal_review", sa.Boolean(), nullable=False),
        sa.Column("present_proposal", sa.Boolean(), nullable=False),
        sa.Column("final_proposal", sa.Boolean(), nullable=False),
        sa.Column("present_final_proposal", sa.Boolean(), nullable=False),
        sa.Column("final_decision_date", sa.Date(), nullable=True),
        sa.Column("send_thank_you", sa.Boolean(), nullable=False),
        sa.Column("file_debrief", sa.Boolean(), nullable=False),
        sa.Column("actual_close_date", sa.Date(), nullable=True),
        sa.Column("actual_revenue", sa.BigInteger(), nullable=True),
        sa.Column("source_campaign", sa.String(length=200), nullable=False),
        sa.Column("originating_lead_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("status_reason", sa.SmallInteger(), nullable=False),
        sa.Column("closed_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("competitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closing_description", sa.Text(), nullable=False),
        sa.Column(
            "topic_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "customer_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("close_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closed_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revenue_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("probability_key", sa.SmallInteger(), nullable=False),
        sa.Column("rating_key", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["competitor_id"], ["competitor.id"], name=op.f("fk_opportunity_competitor_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_opportunity_created_by_id")),
        sa.ForeignKeyConstraint(["deleted_by_id"], ["user.id"], name=op.f("fk_opportunity_deleted_by_id")),
        sa.ForeignKeyConstraint(["modified_by_id"], ["user.id"], name=op.f("fk_opportunity_modified_by_id")),
        sa.ForeignKeyConstraint(["owner_team_id"], ["team.id"], name=op.f("fk_opportunity_owner_team_id")),
        sa.ForeignKeyConstraint(["owner_user_id"], ["user.id"], name=op.f("fk_opportunity_owner_user_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["business_unit.id"], name=op.f("fk_opportunity_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
    )
    op.create_index(op.f("ix_opportunity_account_id"), "opportunity", ["account_id"], unique=False)
    op.create_index(op.f("ix_opportunity_contact_id"), "opportunity", ["contact_id"], unique=False)
    op.create_index("ix_opportunity_deleted", "opportunity", ["deleted_on"], unique=False)
    op.create_index("ix_opportunity_import", "opportunity", ["import_id"], unique=False)
    op.create_index(op.f("ix_opportunity_originating_lead_id"), "opportunity", ["originating_lead_id"], unique=False)
    op.create_index(
        "ix_opportunity_owner_user_id_status_close_key",
        "opportunity",
        ["owner_user_id", "status", "close_key", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_owner_user_id_status_created_on",
        "opportunity",
        ["owner_user_id", "status", "created_on", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_owner_user_id_status_topic_key",
        "opportunity",
        ["owner_user_id", "status", "topic_key", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_status_close_key",
        "opportunity",
        ["status", "close_key", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_status_closed_key",
        "opportunity",
        ["status", "closed_key", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_status_created_on",
        "opportunity",
        ["status", "created_on", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_status_customer_key",
        "opportunity",
        ["status", "customer_key", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_status_owner_key",
        "opportunity",
        ["status", "owner_key", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_status_probability_key",
        "opportunity",
        ["status", "probability_key", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_status_rating_key",
        "opportunity",
        ["status", "rating_key", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_status_revenue_key",
        "opportunity",
        ["status", "revenue_key", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_status_status_reason",
        "opportunity",
        ["status", "status_reason", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_status_topic_key",
        "opportunity",
        ["status", "topic_key", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_team",
        "opportunity",
        ["owner_team_id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.create_index(
        "ix_opportunity_unit",
        "opportunity",
        ["unit_id"],
        unique=False,
        sqlite_where=sa.text("deleted_on IS NULL"),
        postgresql_where=sa.text("deleted_on IS NULL"),
    )
    op.add_column(
        "organisation", sa.Column("qualify_account", sa.String(length=10), nullable=False, server_default="seller")
    )
    op.add_column(
        "organisation", sa.Column("qualify_contact", sa.String(length=10), nullable=False, server_default="seller")
    )
    op.add_column(
        "organisation", sa.Column("qualify_opportunity", sa.String(length=10), nullable=False, server_default="seller")
    )
    op.add_column("organisation", sa.Column("qualify_several", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("organisation", sa.Column("detect_on_create", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("organisation", sa.Column("detect_on_update", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("organisation", sa.Column("detect_on_import", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column(
        "organisation", sa.Column("share_reassigned", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_process_instance_opportunity", "process_instance", ["opportunity_id"], unique=False)
    _make_searchable("opportunity")


def _make_searchable(entity: str) -> None:
    """A trigram index over search_text, as in 0001."""
    if op.get_bind().dialect.name == "postgresql":
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
