"""contact sources: mailboxes of Microsoft 365, CardDAV accounts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "exchange_app",
        sa.Column("id", big, nullable=False),
        sa.Column("tenant", sa.String(length=120), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("modified_on", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_app")),
    )
    op.create_table(
        "contact_source",
        sa.Column("id", big, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("owner_id", big, nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("account", sa.String(length=254), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("state", json, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("job_id", big, nullable=True),
        sa.Column("run_id", big, nullable=True),
        sa.Column("fetched_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_contact_source_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_source")),
    )
    op.create_index("ix_contact_source_owner", "contact_source", ["owner_id"], unique=False)
    op.create_table(
        "contact_folder",
        sa.Column("id", big, nullable=False),
        sa.Column("source_id", big, nullable=False),
        sa.Column("folder", sa.String(length=700), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("fresh", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["contact_source.id"], name=op.f("fk_contact_folder_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_folder")),
    )
    op.create_index("ix_contact_folder_source", "contact_folder", ["source_id"], unique=False)
    op.create_table(
        "contact_item",
        sa.Column("folder_id", big, nullable=False),
        sa.Column("item", sa.String(length=700), nullable=False),
        sa.Column("etag", sa.String(length=200), nullable=False),
        sa.Column("fresh", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(["folder_id"], ["contact_folder.id"], name=op.f("fk_contact_item_folder_id")),
        sa.PrimaryKeyConstraint("folder_id", "item", name=op.f("pk_contact_item")),
    )
