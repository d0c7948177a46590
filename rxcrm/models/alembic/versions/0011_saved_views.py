"""views that people save: personal, shared, and those of the system that administrators changed"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
KEY = sa.String(160).with_variant(sa.String(160, collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("definition", JSON, nullable=True),
        sa.Column("draft", JSON, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("modified_on", MOMENT, nullable=False),
        sa.Column("modified_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_saved_view_owner_id")),
        sa.ForeignKeyConstraint(["modified_by_id"], ["user.id"], name=op.f("fk_saved_view_modified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("ix_saved_view_owner", "saved_view", ["owner_id", "entity"])
    op.create_index("ix_saved_view_entity", "saved_view", ["entity", "key"])
    op.create_table(
        "view_share",
        sa.Column("id", ID, nullable=False),
        sa.Column("view_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("change", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["view_id"], ["saved_view.id"], name=op.f("fk_view_share_view_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_view_share_user_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_view_share_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_share")),
    )
    op.create_index("ix_view_share_view_id", "view_share", ["view_id"])
    op.create_index("ix_view_share_user_id", "view_share", ["user_id"])
    op.create_table(
        "view_default",
        sa.Column("id", ID, nullable=False),
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("view", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_default")),
        sa.UniqueConstraint("entity", "role", name=op.f("uq_view_default_entity_role")),
    )


def downgrade() -> None:
    op.drop_table("view_default")
    op.drop_table("view_share")
    op.drop_table("saved_view")
