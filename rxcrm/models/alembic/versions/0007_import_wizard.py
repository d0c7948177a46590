"""imports: steps, plans, skipped and updated rows, undo, saved maps"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    with op.batch_alter_table("import_run") as run:
        run.alter_column("options", new_column_name="plan")
        run.alter_column("accepted", new_column_name="created")
        run.add_column(sa.Column("step", sa.String(length=20), nullable=False, server_default="upload"))
        run.add_column(sa.Column("source", json, nullable=False, server_default="{}"))
        run.add_column(sa.Column("values", json, nullable=False, server_default="{}"))
        run.add_column(sa.Column("started_on", sa.DateTime(timezone=True), nullable=True))
        run.add_column(sa.Column("undone_on", sa.DateTime(timezone=True), nullable=True))
        run.add_column(sa.Column("undone_by_id", big, nullable=True))
        run.add_column(sa.Column("job_id", big, nullable=True))
        run.add_column(sa.Column("cancelling", sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ("total", "position", "updated", "skipped"):
            run.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        run.create_foreign_key(op.f("fk_import_run_undone_by_id"), "user", ["undone_by_id"], ["id"])
    op.execute("UPDATE import_run SET step = 'result', total = rows WHERE status <> 'uploaded'")
    with op.batch_alter_table("import_rejected_row") as row:
        row.add_column(sa.Column("skipped", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "import_change",
        sa.Column("id", big, nullable=False),
        sa.Column("run_id", big, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", big, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", json, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_change_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
    )
    op.create_index("ix_import_change_run", "import_change", ["run_id", "id"], unique=False)
    op.create_table(
        "import_link",
        sa.Column("id", big, nullable=False),
        sa.Column("run_id", big, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("record_id", big, nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_link_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_link")),
    )
    op.create_index("ix_import_link_run", "import_link", ["run_id", "field", "row"], unique=False)
    op.create_table(
        "imported_from",
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("record_id", big, nullable=False),
        sa.Column("run_id", big, nullable=False),
        sa.PrimaryKeyConstraint("entity", "source", name=op.f("pk_imported_from")),
    )
    op.create_index("ix_imported_from_record", "imported_from", ["entity", "record_id"], unique=False)
    op.create_table(
        "import_map",
        sa.Column("id", big, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("headings", json, nullable=False),
        sa.Column("plan", json, nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", big, nullable=False),
        sa.Column("created_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_on", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_import_map_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_map")),
    )
    op.create_index("ix_import_map_entity", "import_map", ["entity", "signature"], unique=False)
    op.create_index("ix_activity_import", "activity", ["import_id"], unique=False)
