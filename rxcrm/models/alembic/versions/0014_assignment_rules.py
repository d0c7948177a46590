"""assignment rules, who works when, and what came of each lead"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "assignment_rule",
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("condition", JSON, nullable=False),
        sa.Column("how", sa.String(10), nullable=False),
        sa.Column("targets", JSON, nullable=False),
        sa.Column("working", sa.String(10), nullable=False),
        sa.Column("most_open", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("modified_on", MOMENT, nullable=False),
        sa.Column("modified_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["modified_by_id"], ["user.id"], name=op.f("fk_assignment_rule_modified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_rule")),
    )
    settings = op.create_table(
        "assignment_settings",
        sa.Column("id", ID, nullable=False),
        sa.Column("typed", sa.Boolean(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("fallback", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_settings")),
    )
    # It is the lock of whoever gives leads: it has to be there.
    op.bulk_insert(settings, [{"id": 1, "typed": True, "imported": True, "fallback": ""}])
    op.create_table(
        "availability",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("most_open", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_availability_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_availability")),
    )
    op.create_table(
        "lead_assignment",
        sa.Column("lead_id", ID, nullable=False),
        sa.Column("rule_id", ID, nullable=True),
        sa.Column("rule_name", sa.String(100), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("team_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_lead_assignment")),
    )
    op.create_index("ix_lead_assignment_outcome", "lead_assignment", ["outcome", "at"])


def downgrade() -> None:
    op.drop_table("lead_assignment")
    op.drop_table("availability")
    op.drop_table("assignment_settings")
    op.drop_table("assignment_rule")
