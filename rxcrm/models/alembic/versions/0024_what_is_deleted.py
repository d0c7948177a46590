"""indexes of what lies in the recycle bin hold that alone: one over all rows lures SQLite away from better ones"""

from alembic import op

revision = "0024"
down_revision = "0023"

DELETED = ("lead", "opportunity", "activity")
ADDRESSES = ("lead", "account", "contact")
STREET = "coalesce(json_extract(folded, '$.street1'), lower(street1))"


def upgrade() -> None:
    for table in DELETED:
        op.execute(f"DROP INDEX ix_{table}_deleted")
        op.execute(f"CREATE INDEX ix_{table}_deleted ON {table} (deleted_on) WHERE deleted_on IS NOT NULL")
    if op.get_bind().dialect.name == "sqlite":
        for table in ADDRESSES:
            op.execute(f"DROP INDEX ix_{table}_street_search")
            op.execute(f"CREATE INDEX ix_{table}_street_search ON {table} ({STREET}) WHERE deleted_on IS NULL")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in ADDRESSES:
            op.execute(f"DROP INDEX ix_{table}_street_search")
            op.execute(f"CREATE INDEX ix_{table}_street_search ON {table} (deleted_on, {STREET})")
    for table in DELETED:
        op.execute(f"DROP INDEX ix_{table}_deleted")
        op.execute(f"CREATE INDEX ix_{table}_deleted ON {table} (deleted_on)")
