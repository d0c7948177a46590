"""charts and dashboards that people make, and with whom dashboards are shared"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MAYBE_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "saved_chart",
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("modified_on", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_saved_chart_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_chart")),
    )
    op.create_index("ix_saved_chart_owner", "saved_chart", ["owner_id", "entity"])
    op.create_table(
        "dashboard",
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("tiles", MAYBE_JSON, nullable=True),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("modified_on", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_dashboard_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dashboard")),
    )
    op.create_index("ix_dashboard_owner_id", "dashboard", ["owner_id"])
    op.create_table(
        "dashboard_share",
        sa.Column("id", ID, nullable=False),
        sa.Column("dashboard_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("change", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dashboard_id"], ["dashboard.id"], name=op.f("fk_dashboard_share_dashboard_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_dashboard_share_user_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_dashboard_share_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dashboard_share")),
    )
    op.create_index("ix_dashboard_share_dashboard_id", "dashboard_share", ["dashboard_id"])
    op.create_index("ix_dashboard_share_user_id", "dashboard_share", ["user_id"])


def downgrade() -> None:
    op.drop_table("dashboard_share")
    op.drop_table("dashboard")
    op.drop_table("saved_chart")
