"""column security: secured fields, profiles and their members"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "secured_field",
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("entity", "name", name="pk_secured_field"),
    )
    op.create_table(
        "column_profile",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("name_key", sa.String(120), nullable=False),
        sa.Column("description", sa.String(300), nullable=False),
        sa.Column("grants", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_column_profile"),
    )
    op.create_table(
        "column_profile_member",
        sa.Column("id", BIG, nullable=False),
        sa.Column("profile_id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("team_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["profile_id"], ["column_profile.id"], name="fk_column_profile_member_profile_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_column_profile_member_user_id"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_column_profile_member_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_column_profile_member"),
    )
    op.create_index("ix_column_profile_member_profile_id", "column_profile_member", ["profile_id"])


def downgrade() -> None:
    op.drop_table("column_profile_member")
    op.drop_table("column_profile")
    op.drop_table("secured_field")
