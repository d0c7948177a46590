"""what administrators shape: custom fields, option lists, and the count of their changes"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("organisation", sa.Column("configuration", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "custom_field",
        sa.Column("id", ID, nullable=False),
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("help", sa.String(500), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("target", sa.String(40), nullable=False),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("filterable", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("deleted_on", MOMENT, nullable=True),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name="fk_custom_field_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_custom_field"),
        sa.UniqueConstraint("entity", "name", name="uq_custom_field_entity_name"),
    )
    op.create_table(
        "choice_list",
        sa.Column("key", sa.String(101), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("defaults", JSON, nullable=False),
        sa.Column("next_value", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_choice_list"),
    )


def downgrade() -> None:
    op.drop_table("choice_list")
    op.drop_table("custom_field")
    op.drop_column("organisation", "configuration")
