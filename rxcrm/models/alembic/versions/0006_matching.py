"""duplicates: rules, keys of every record, pairs"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from rxcrm.models.matching.shipped import RULES
from rxcrm.models.matching.upkeep import COLUMNS, rows_written

revision = "0006"
down_revision = "0005"

#: Records whose keys are written at once.
BATCH = 5_000


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    rules = op.create_table(
        "duplicate_rule",
        sa.Column("id", big, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("base", sa.String(length=40), nullable=False),
        sa.Column("matching", sa.String(length=40), nullable=False),
        sa.Column("criteria", json, nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("exclude_inactive", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("shipped", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_rule")),
    )
    op.create_table(
        "match_key",
        sa.Column("key", big, nullable=False),
        sa.Column("record_id", big, nullable=False),
        sa.PrimaryKeyConstraint("key", "record_id", name=op.f("pk_match_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "not_duplicate",
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", big, nullable=False),
        sa.Column("other_entity", sa.String(length=40), nullable=False),
        sa.Column("other_id", big, nullable=False),
        sa.Column("by_id", big, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_not_duplicate_by_id")),
        sa.PrimaryKeyConstraint("entity", "record_id", "other_entity", "other_id", name=op.f("pk_not_duplicate")),
    )
    op.create_index("ix_not_duplicate_other", "not_duplicate", ["other_entity", "other_id"], unique=False)
    op.create_table(
        "duplicate_pair",
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", big, nullable=False),
        sa.Column("other_id", big, nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("reasons", json, nullable=False),
        sa.Column("found_on", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entity", "record_id", "other_id", name=op.f("pk_duplicate_pair")),
    )
    op.create_index(
        "ix_duplicate_pair_score", "duplicate_pair", ["entity", "score", "record_id", "other_id"], unique=False
    )
    op.create_index("ix_duplicate_pair_other", "duplicate_pair", ["entity", "other_id"], unique=False)
    op.bulk_insert(
        rules,
        [
            {
                "version": 1,
                "name": rule.name,
                "description": "",
                "base": rule.base,
                "matching": rule.matching,
                "criteria": [criterion.stored() for criterion in rule.criteria],
                "score": rule.score,
                "certain": rule.certain,
                "exclude_inactive": False,
                "active": True,
                "position": position,
                "shipped": rule.key,
            }
            for position, rule in enumerate(RULES, start=1)
        ],
    )
    for entity in COLUMNS:
        _write_keys(entity)


def _write_keys(entity: str) -> None:
    """The keys of the records that are there, batch by batch along their ids."""
    connection = op.get_bind()
    columns = ", ".join(("id", *COLUMNS[entity]))
    after = 0
    while True:
        rows = connection.execute(
            sa.text(f"SELECT {columns} FROM {entity} WHERE id > :after ORDER BY id LIMIT :batch"),
            {"after": after, "batch": BATCH},
        ).all()
        if not rows:
            return
        rows_written(connection, entity, [(row.id, dict(row._mapping)) for row in rows])
        after = rows[-1].id
