"""an index by stage: the lane of a board in which few records are is found without asking every record for its process"""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_index("ix_process_instance_stage", "process_instance", ["stage", "lead_id"])


def downgrade() -> None:
    op.drop_index("ix_process_instance_stage", table_name="process_instance")
