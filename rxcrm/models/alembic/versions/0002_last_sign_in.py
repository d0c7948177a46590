"""last sign-in of a user"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("user", sa.Column("signed_in_on", sa.DateTime(timezone=True), nullable=True))
    # What is still known: sessions that have not been swept.
    op.execute(
        'UPDATE "user" SET signed_in_on ='
        ' (SELECT max(created_on) FROM login_session WHERE login_session.user_id = "user".id)'
    )


def downgrade() -> None:
    op.drop_column("user", "signed_in_on")
