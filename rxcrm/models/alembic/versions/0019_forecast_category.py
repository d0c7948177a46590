"""forecast category: how far an open opportunity can be counted on"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    # Those that there are already are in the pipeline.
    op.add_column("opportunity", sa.Column("forecast_category", sa.SmallInteger(), nullable=True, server_default="1"))


def downgrade() -> None:
    op.drop_column("opportunity", "forecast_category")
