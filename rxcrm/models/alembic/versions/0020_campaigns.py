"""campaigns and territories as tables that records refer to; teams that can be described and disabled"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from rxcrm.models.searching import search_text, sort_key

revision = "0020"
down_revision = "0019"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MAYBE_JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENT = sa.DateTime(timezone=True)
KEY = sa.String(160).with_variant(sa.String(160, collation="C"), "postgresql")
LIVE = sa.text("deleted_on IS NULL")
MONEY = sa.BigInteger()
#: Characters of the name of a campaign.
NAME = 128


def upgrade() -> None:
    _referred(
        "campaign",
        sa.Column("channel", sa.SmallInteger(), nullable=True),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("planned_start", "planned_end")),
        *(sa.Column(name, sa.Date(), nullable=True) for name in ("actual_start", "actual_end")),
        sa.Column("budget", MONEY, nullable=True),
        sa.Column("actual_cost", MONEY, nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
    )
    _referred(
        "territory",
        sa.Column("manager_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["manager_id"], ["user.id"], name=op.f("fk_territory_manager_id")),
    )
    for table, name in (
        ("lead", "source_campaign_id"),
        ("opportunity", "source_campaign_id"),
        ("account", "territory_id"),
        ("user", "territory_id"),
    ):
        op.add_column(table, sa.Column(name, ID, nullable=True))
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])
    op.add_column("team", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("team", sa.Column("description", sa.String(300), nullable=False, server_default=""))
    op.add_column("team", sa.Column("disabled", sa.Boolean(), nullable=False, server_default=sa.false()))
    _make_campaigns(op.get_bind())
    _mapped(op.get_bind())
    for table in ("lead", "opportunity"):
        op.drop_column(table, "source_campaign")


def _referred(table: str, *own: Any) -> None:
    """A table that records refer to, with the columns of every record."""
    people = ("owner_user_id", "created_by_id", "modified_by_id", "deleted_by_id")
    op.create_table(
        table,
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_user_id", ID, nullable=True),
        sa.Column("owner_team_id", ID, nullable=True),
        sa.Column("unit_id", ID, nullable=True),
        sa.Column("owner_key", KEY, nullable=False),
        sa.Column("created_on", MOMENT, nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("modified_on", MOMENT, nullable=False),
        sa.Column("modified_by_id", ID, nullable=True),
        sa.Column("recorded_on", MOMENT, nullable=True),
        sa.Column("deleted_on", MOMENT, nullable=True),
        sa.Column("deleted_by_id", ID, nullable=True),
        sa.Column("import_id", ID, nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("custom", JSON, nullable=False),
        sa.Column("folded", MAYBE_JSON, nullable=True),
        sa.Column("name", sa.String(NAME), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        *own,
        *(sa.ForeignKeyConstraint([name], ["user.id"], name=op.f(f"fk_{table}_{name}")) for name in people),
        sa.ForeignKeyConstraint(["owner_team_id"], ["team.id"], name=op.f(f"fk_{table}_owner_team_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["business_unit.id"], name=op.f(f"fk_{table}_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(
        f"ix_{table}_status_name_key", table, ["status", "name_key", "id"], sqlite_where=LIVE, postgresql_where=LIVE
    )


def _make_campaigns(connection: sa.Connection) -> None:
    """A campaign was a text: of each that leads and opportunities name, one is made; case and accents do not tell them apart."""
    texts = "SELECT source_campaign FROM lead UNION SELECT source_campaign FROM opportunity"
    named = sorted(text for (text,) in connection.execute(sa.text(texts)) if text.strip())
    if not named:
        return
    now = datetime.now(UTC)
    campaign = sa.table(
        "campaign",
        *(sa.column(n) for n in ("id", "version", "owner_key", "search_text", "name", "description", "status")),
        *(sa.column(n) for n in ("name_key", "currency")),
        *(sa.column(n, MOMENT) for n in ("created_on", "modified_on")),
        sa.column("custom", JSON),
    )
    known: set[str] = set()
    for text in named:
        name = _named(text)
        key = sort_key(name)
        if key in known:
            continue
        known.add(key)
        connection.execute(
            campaign.insert().values(
                version=1,
                owner_key="",
                search_text=search_text([name], []),
                name=name,
                description="",
                status=0,
                name_key=key,
                currency="",
                created_on=now,
                modified_on=now,
                custom={},
            )
        )
    made = {key: i for i, key in connection.execute(sa.text("SELECT id, name_key FROM campaign"))}
    spelled = op.create_table(
        "campaign_spelled",
        sa.Column("spelled", sa.String(200), primary_key=True),
        sa.Column("id", ID, nullable=False),
    )
    pairs = [{"spelled": text, "id": made[sort_key(_named(text))]} for text in named]
    connection.execute(spelled.insert(), pairs)
    for table in ("lead", "opportunity"):
        found = f"(SELECT s.id FROM campaign_spelled s WHERE s.spelled = {table}.source_campaign)"
        connection.execute(sa.text(f"UPDATE {table} SET source_campaign_id = {found} WHERE source_campaign <> ''"))
    op.drop_table("campaign_spelled")


def _named(text: str) -> str:
    return " ".join(text.split())[:NAME].strip()


def _mapped(connection: sa.Connection) -> None:
    """Saved maps of imports name the field."""
    maps = sa.table("import_map", sa.column("id"), sa.column("plan", JSON))
    for number, plan in connection.execute(sa.select(maps.c.id, maps.c.plan)).all():
        mapping = plan.get("mapping") or {}
        if "source_campaign" in mapping.values():
            renamed = {k: "source_campaign_id" if v == "source_campaign" else v for k, v in mapping.items()}
            connection.execute(maps.update().where(maps.c.id == number).values(plan=plan | {"mapping": renamed}))


def downgrade() -> None:
    for table in ("lead", "opportunity"):
        op.add_column(table, sa.Column("source_campaign", sa.String(200), nullable=False, server_default=""))
        name = f"(SELECT c.name FROM campaign c WHERE c.id = {table}.source_campaign_id)"
        op.execute(f"UPDATE {table} SET source_campaign = {name} WHERE source_campaign_id IN (SELECT id FROM campaign)")
    for name in ("disabled", "description", "version"):
        op.drop_column("team", name)
    for table, name in (
        ("user", "territory_id"),
        ("account", "territory_id"),
        ("opportunity", "source_campaign_id"),
        ("lead", "source_campaign_id"),
    ):
        op.drop_index(op.f(f"ix_{table}_{name}"), table)
        op.drop_column(table, name)
    op.drop_table("territory")
    op.drop_table("campaign")
