"""lead score: rules that give points, what was learned from closed leads, and both on the lead"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MAYBE_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
LIVE = sa.text("deleted_on IS NULL")


def upgrade() -> None:
    op.create_table(
        "score_rule",
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("condition", JSON, nullable=False),
        sa.Column("points", sa.SmallInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("modified_on", MOMENT, nullable=False),
        sa.Column("modified_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["modified_by_id"], ["user.id"], name=op.f("fk_score_rule_modified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_rule")),
    )
    op.create_table(
        "score_model",
        sa.Column("id", ID, nullable=False),
        sa.Column("learned_on", MOMENT, nullable=False),
        sa.Column("won", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("learned", JSON, nullable=False),
        sa.Column("calibration", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_model")),
    )
    op.add_column("organisation", sa.Column("score_learns", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("organisation", sa.Column("score_fields", MAYBE_JSON, nullable=True))
    op.add_column("lead", sa.Column("score", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("lead", sa.Column("estimate", sa.SmallInteger(), nullable=True))
    op.add_column("lead", sa.Column("estimate_key", sa.SmallInteger(), nullable=False, server_default="0"))
    for key in ("score", "estimate_key"):
        op.create_index(
            f"ix_lead_status_{key}", "lead", ["status", key, "id"], sqlite_where=LIVE, postgresql_where=LIVE
        )


def downgrade() -> None:
    for key in ("estimate_key", "score"):
        op.drop_index(f"ix_lead_status_{key}", "lead")
    for name in ("estimate_key", "estimate", "score"):
        op.drop_column("lead", name)
    for name in ("score_fields", "score_learns"):
        op.drop_column("organisation", name)
    op.drop_table("score_model")
    op.drop_table("score_rule")
