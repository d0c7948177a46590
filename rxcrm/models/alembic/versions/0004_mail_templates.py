"""templates of e-mails that ship with the product"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_GREETING = "<p>Hello {{lead.first_name|there}},</p>"
_REGARDS = "<p>Kind regards<br>{{user.name}}<br>{{organisation.name}}</p>"
_TEMPLATES = (
    (
        "First contact",
        "{{lead.topic}}",
        "<p>thank you for your interest in {{organisation.name}}. I would like to understand what you need and how we"
        " can help you with it.</p><p>When would be a good time for a short call? You can also simply answer this"
        " e-mail.</p>",
    ),
    (
        "Follow-up",
        "Following up: {{lead.topic}}",
        "<p>I wanted to ask how things stand with {{lead.topic}}. Is there anything that I can clear up for you?</p>"
        "<p>If your plans have changed, a short answer is enough, and I will come back to you when it suits you"
        " better.</p>",
    ),
    (
        "Meeting request",
        "Meeting about {{lead.topic}}",
        "<p>I suggest that we meet and go through {{lead.topic}} together. Half an hour is enough.</p>"
        "<p>Which of your next days suits you best? If somebody else should be there, please bring them along.</p>",
    ),
)


def upgrade() -> None:
    now = datetime.now(UTC)
    if op.get_bind().dialect.name == "sqlite":
        now = now.replace(tzinfo=None)
    template = sa.table(
        "mail_template",
        sa.column("name", sa.String()),
        sa.column("name_key", sa.String()),
        sa.column("entity", sa.String()),
        sa.column("subject", sa.String()),
        sa.column("body", sa.Text()),
        sa.column("active", sa.Boolean()),
        sa.column("created_on", sa.DateTime(timezone=True)),
        sa.column("modified_on", sa.DateTime(timezone=True)),
    )
    op.bulk_insert(
        template,
        [
            {
                "name": name,
                "name_key": name.lower(),
                "entity": "lead",
                "subject": subject,
                "body": _GREETING + body + _REGARDS,
                "active": True,
                "created_on": now,
                "modified_on": now,
            }
            for name, subject, body in _TEMPLATES
        ],
    )


def downgrade() -> None:
    """Templates may have been changed by now, and are nobody's to delete."""
    raise NotImplementedError
