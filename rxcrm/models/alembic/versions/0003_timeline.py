"""timeline, connections, notifications, jobs, mail"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "connection_role",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("category", sa.SmallInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("entities", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("shipped", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_role")),
    )
    op.create_table(
        "mailbox_state",
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("folder", sa.String(length=120), nullable=False),
        sa.Column("validity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_uid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fetched_on", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("address", "folder", name=op.f("pk_mailbox_state")),
    )
    op.create_table(
        "role_match",
        sa.Column("role_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["other_id"], ["connection_role.id"], name=op.f("fk_role_match_other_id")),
        sa.ForeignKeyConstraint(["role_id"], ["connection_role.id"], name=op.f("fk_role_match_role_id")),
        sa.PrimaryKeyConstraint("role_id", "other_id", name=op.f("pk_role_match")),
    )
    op.create_table(
        "activity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "owner_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("modified_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("regarding_entity", sa.String(length=40), nullable=False),
        sa.Column("regarding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("start_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=True),
        sa.Column("percent_complete", sa.Integer(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("category", sa.String(length=250), nullable=False),
        sa.Column("subcategory", sa.String(length=250), nullable=False),
        sa.Column("phone_number", sa.String(length=200), nullable=False),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("left_voice_mail", sa.Boolean(), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.Column("remind_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("status_reason", sa.SmallInteger(), nullable=True),
        sa.Column("closed_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("liked_by", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("problem", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("due_key", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "subject_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_activity_created_by_id")),
        sa.ForeignKeyConstraint(["deleted_by_id"], ["user.id"], name=op.f("fk_activity_deleted_by_id")),
        sa.ForeignKeyConstraint(["modified_by_id"], ["user.id"], name=op.f("fk_activity_modified_by_id")),
        sa.ForeignKeyConstraint(["owner_team_id"], ["team.id"], name=op.f("fk_activity_owner_team_id")),
        sa.ForeignKeyConstraint(["owner_user_id"], ["user.id"], name=op.f("fk_activity_owner_user_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["business_unit.id"], name=op.f("fk_activity_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index("ix_activity_deleted", ["deleted_on"], unique=False)
        batch_op.create_index("ix_activity_message_id", ["message_id"], unique=False)
        batch_op.create_index(
            "ix_activity_owner_user_id_status_due_key",
            ["owner_user_id", "status", "due_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_activity_owner_user_id_status_modified_on",
            ["owner_user_id", "status", "modified_on", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index("ix_activity_parent_id", ["parent_id"], unique=False)
        batch_op.create_index("ix_activity_regarding", ["regarding_entity", "regarding_id"], unique=False)
        batch_op.create_index("ix_activity_start", ["start_on", "id"], unique=False)
        batch_op.create_index(
            "ix_activity_status_due_key",
            ["status", "due_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_activity_status_kind",
            ["status", "kind", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_activity_status_modified_on",
            ["status", "modified_on", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_activity_status_owner_key",
            ["status", "owner_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_activity_status_priority",
            ["status", "priority", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_activity_status_subject_key",
            ["status", "subject_key", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_activity_team",
            ["owner_team_id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )
        batch_op.create_index(
            "ix_activity_unit",
            ["unit_id"],
            unique=False,
            sqlite_where=sa.text("deleted_on IS NULL"),
            postgresql_where=sa.text("deleted_on IS NULL"),
        )

    op.create_table(
        "competitor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_competitor_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competitor")),
    )
    op.create_table(
        "connection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("other_entity", sa.String(length=40), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_role_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "other_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("twin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("modified_on", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_connection_created_by_id")),
        sa.ForeignKeyConstraint(["other_role_id"], ["connection_role.id"], name=op.f("fk_connection_other_role_id")),
        sa.ForeignKeyConstraint(["owner_user_id"], ["user.id"], name=op.f("fk_connection_owner_user_id")),
        sa.ForeignKeyConstraint(["role_id"], ["connection_role.id"], name=op.f("fk_connection_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
    )
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.create_index("ix_connection_other", ["other_entity", "other_id"], unique=False)
        batch_op.create_index(
            "ix_connection_record", ["entity", "record_id", "active", "other_key", "id"], unique=False
        )
        batch_op.create_index("ix_connection_twin_id", ["twin_id"], unique=False)

    op.create_table(
        "follow",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_follow_user_id")),
        sa.PrimaryKeyConstraint("user_id", "entity", "record_id", name=op.f("pk_follow")),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index("ix_follow_record", ["entity", "record_id"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.String(length=60), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_on", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_job_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due", ["state", "due_on", "id"], unique=False)
        batch_op.create_index("ix_job_kind", ["kind", "state", "key"], unique=False)

    op.create_table(
        "mail_template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "name_key",
            sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("modified_on", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_mail_template_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("message", sa.String(length=200), nullable=False),
        sa.Column("values", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("read_on", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notification_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index("ix_notification_unread", ["user_id", "read_on"], unique=False)
        batch_op.create_index("ix_notification_user", ["user_id", "id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_visit_user_id")),
        sa.PrimaryKeyConstraint("user_id", "entity", "record_id", name=op.f("pk_visit")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("mime", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_attachment_activity_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_attachment_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index("ix_attachment_activity_id", ["activity_id"], unique=False)
        batch_op.create_index("ix_attachment_digest", ["digest"], unique=False)

    op.create_table(
        "competitor_link",
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("competitor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_competitor_link_added_by_id")),
        sa.ForeignKeyConstraint(["competitor_id"], ["competitor.id"], name=op.f("fk_competitor_link_competitor_id")),
        sa.PrimaryKeyConstraint("entity", "record_id", "competitor_id", name=op.f("pk_competitor_link")),
    )
    with op.batch_alter_table("competitor_link", schema=None) as batch_op:
        batch_op.create_index("ix_competitor_link_competitor_id", ["competitor_id"], unique=False)

    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("activity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_party_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.create_index("ix_party_activity_id", ["activity_id"], unique=False)
        batch_op.create_index("ix_party_timeline", ["entity", "record_id", "bucket", "at", "activity_id"], unique=False)

    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_record"))
        batch_op.create_index("ix_history_timeline", ["entity", "record_id", "at", "id"], unique=False)
    _make_searchable("activity")
    _ship_roles()


def _make_searchable(entity: str) -> None:
    """A trigram index over search_text, as in 0001."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE INDEX ix_{entity}_search ON {entity} USING gin (search_text gin_trgm_ops)")
        return
    index = f"{entity}_search"
    old = f"INSERT INTO {index}({index}, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
    new = f"INSERT INTO {index}(rowid, search_text) VALUES (new.id, new.search_text);"
    op.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5("
        f"search_text, content='{entity}', content_rowid='id', tokenize='trigram case_sensitive 1', detail='none')"
    )
    op.execute(f"CREATE TRIGGER {index}_insert AFTER INSERT ON {entity} BEGIN {new} END")
    op.execute(f"CREATE TRIGGER {index}_delete AFTER DELETE ON {entity} BEGIN {old} END")
    op.execute(
        f"CREATE TRIGGER {index}_update AFTER UPDATE OF search_text ON {entity}"
        f" WHEN old.search_text <> new.search_text BEGIN {old} {new} END"
    )


#: Category and name of the roles that ship with the product (S 1.5), and which of them match which.
_STAKEHOLDER, _SALES_TEAM, _BUSINESS, _FAMILY, _SOCIAL = 1000, 1001, 1, 2, 3
_ROLES = (
    *((_STAKEHOLDER, name) for name in ("Stakeholder", "Champion", "Decision Maker", "Economic Buyer", "End User")),
    *((_STAKEHOLDER, name) for name in ("Influencer", "Technical Buyer")),
    *((_SALES_TEAM, name) for name in ("Account Manager", "Delivery Professional", "Industry Expert")),
    *((_SALES_TEAM, name) for name in ("Service Professional", "Technical Sales Professional", "Territory Manager")),
    *((_BUSINESS, name) for name in ("Colleague", "Former Employee", "Former Employer", "Referral", "Referred by")),
    *((_FAMILY, name) for name in ("Parent", "Child", "Spouse/Partner")),
    (_SOCIAL, "Friend"),
)
_MATCHES = (
    ("Colleague", "Colleague"),
    ("Friend", "Friend"),
    ("Former Employee", "Former Employer"),
    ("Parent", "Child"),
    ("Spouse/Partner", "Spouse/Partner"),
    ("Referral", "Referred by"),
)


def _ship_roles() -> None:
    ids = {name: number for number, (_category, name) in enumerate(_ROLES, 1)}
    role = sa.table(
        "connection_role",
        sa.column("id", sa.BigInteger()),
        sa.column("name", sa.String()),
        sa.column("name_key", sa.String()),
        sa.column("category", sa.SmallInteger()),
        sa.column("description", sa.Text()),
        sa.column("entities", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
        sa.column("active", sa.Boolean()),
        sa.column("shipped", sa.String()),
    )
    op.bulk_insert(
        role,
        [
            {
                "id": ids[name],
                "name": name,
                "name_key": name.lower(),
                "category": category,
                "description": "",
                "entities": [],
                "active": True,
                "shipped": name.lower().replace(" ", "_").replace("/", "_"),
            }
            for category, name in _ROLES
        ],
    )
    match = sa.table("role_match", sa.column("role_id"), sa.column("other_id"), sa.column("rank"))
    pairs = {pair for a, b in _MATCHES for pair in ((a, b), (b, a))}
    op.bulk_insert(match, [{"role_id": ids[a], "other_id": ids[b], "rank": 0} for a, b in sorted(pairs)])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT setval(pg_get_serial_sequence('connection_role', 'id'), {len(_ROLES)})")


def downgrade() -> None:
    """What these tables hold cannot be kept without them."""
    raise NotImplementedError
