"""what a qualification copies, how topics are composed, which records are sample data"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "field_mapping",
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("target", sa.String(60), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("entity", "target", name="pk_field_mapping"),
    )

    op.create_table(
        "sample_record",
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("history", ID, nullable=False),
        sa.PrimaryKeyConstraint("entity", "record_id", name="pk_sample_record"),
    )
    op.create_table(
        "currency",
        sa.Column("code", sa.String(3), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_currency"),
    )
    op.create_table(
        "exchange_rate",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", sa.String(3), nullable=False),
        sa.Column("base", sa.String(3), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("rate", sa.String(30), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name="fk_exchange_rate_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_exchange_rate"),
    )
    op.create_index("uq_exchange_rate_code", "exchange_rate", ["code", "base", "since"], unique=True)
    op.add_column("organisation", sa.Column("compose_topic", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("organisation", sa.Column("topic_pattern", sa.String(300), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("organisation", "topic_pattern")
    op.drop_column("organisation", "compose_topic")
    op.drop_index("uq_exchange_rate_code", table_name="exchange_rate")
    op.drop_table("exchange_rate")
    op.drop_table("currency")
    op.drop_table("sample_record")
    op.drop_table("field_mapping")
