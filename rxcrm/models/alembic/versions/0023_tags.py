"""tags of leads, accounts, contacts and opportunities"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.String(160).with_variant(sa.String(160, collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
TABLES = ("lead", "account", "contact", "opportunity")
CHOSEN = sa.text("deleted_on IS NULL AND merged_into_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "tag",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("colour", sa.String(20), nullable=False),
        sa.Column("merged_into_id", ID, nullable=True),
        sa.Column("deleted_on", MOMENT, nullable=True),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_tag_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
    )
    op.create_index("ix_tag_name_key", "tag", ["name_key"], unique=True, sqlite_where=CHOSEN, postgresql_where=CHOSEN)
    op.create_table(
        "tagged",
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("tag_id", ID, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("entity", "tag_id", "record_id", name=op.f("pk_tagged")),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "organisation", sa.Column("tags_by_administrators", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for table in TABLES:
        op.add_column(table, sa.Column("tags", sa.Text(), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            _follow_on_sqlite(table)
    else:
        op.execute(FOLLOW)
        for table in TABLES:
            _follow_on_postgresql(table)


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in TABLES:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_tags_{event}" + (f" ON {table}" if postgresql else ""))
        op.drop_column(table, "tags")
    if postgresql:
        op.execute("DROP FUNCTION follow_tags()")
    op.drop_column("organisation", "tags_by_administrators")
    op.drop_table("tagged")
    op.drop_table("tag")


def _follow_on_sqlite(table: str) -> None:
    """ "3,17" is the inside of a JSON array."""
    new = (
        f"INSERT OR IGNORE INTO tagged (entity, tag_id, record_id) SELECT '{table}', value, new.id"
        " FROM json_each('[' || new.tags || ']');"
    )
    old = (
        f"DELETE FROM tagged WHERE entity = '{table}' AND record_id = old.id"
        " AND tag_id IN (SELECT value FROM json_each('[' || old.tags || ']'));"
    )
    op.execute(f"CREATE TRIGGER {table}_tags_insert AFTER INSERT ON {table} WHEN new.tags <> '' BEGIN {new} END")
    op.execute(f"CREATE TRIGGER {table}_tags_delete AFTER DELETE ON {table} WHEN old.tags <> '' BEGIN {old} END")
    op.execute(
        f"CREATE TRIGGER {table}_tags_update AFTER UPDATE OF tags ON {table} WHEN old.tags <> new.tags"
        f" BEGIN {old} {new} END"
    )


FOLLOW = """
CREATE FUNCTION follow_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM tagged WHERE entity = TG_TABLE_NAME AND record_id = OLD.id
      AND tag_id = ANY (string_to_array(OLD.tags, ',')::bigint[]);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO tagged (entity, tag_id, record_id)
      SELECT TG_TABLE_NAME, unnest(string_to_array(NEW.tags, ',')::bigint[]), NEW.id ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$
"""


def _follow_on_postgresql(table: str) -> None:
    does = f"ON {table} FOR EACH ROW"
    op.execute(
        f"CREATE TRIGGER {table}_tags_insert AFTER INSERT {does} WHEN (NEW.tags <> '') EXECUTE FUNCTION follow_tags()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_tags_delete AFTER DELETE {does} WHEN (OLD.tags <> '') EXECUTE FUNCTION follow_tags()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_tags_update AFTER UPDATE OF tags {does} WHEN (OLD.tags <> NEW.tags)"
        " EXECUTE FUNCTION follow_tags()"
    )
