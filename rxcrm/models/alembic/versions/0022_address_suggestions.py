"""address suggestions, and the files of settings that were taken in and kept"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "settings_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("parts", JSON, nullable=False),
        sa.Column("made_on", MOMENT, nullable=False),
        sa.Column("made_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["user.id"], name=op.f("fk_settings_file_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings_file")),
    )
    op.create_table(
        "address_source",
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("modified_on", MOMENT, nullable=False),
        sa.Column("modified_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["modified_by_id"], ["user.id"], name=op.f("fk_address_source_modified_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_source")),
    )
    # The streets of records as they are looked for (rxcrm.models.addresses.own): without case and accents.
    if op.get_bind().dialect.name == "postgresql":
        street = '(coalesce((folded ->> \'street1\'), lower(street1 COLLATE "C")) COLLATE "C")'
        columns, where = street, " WHERE deleted_on IS NULL"
    else:
        # With the condition as its first column, or SQLite prefers an index over that alone.
        columns, where = "deleted_on, coalesce(json_extract(folded, '$.street1'), lower(street1))", ""
    for table in ("lead", "account", "contact"):
        op.execute(f"CREATE INDEX ix_{table}_street_search ON {table} ({columns}){where}")


def downgrade() -> None:
    for table in ("lead", "account", "contact"):
        op.execute(f"DROP INDEX ix_{table}_street_search")
    op.drop_table("address_source")
    op.drop_table("settings_file")
