"""the plain spelling of texts that are not ASCII, for filters"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from rxcrm.models.searching import plain

revision = "0010"
down_revision = "0009"

#: The texts of each table, as they were when this was written; what comes later is filled by its own migration.
TEXTS = {
    "lead": (
        "address2_name",
        "address2_street1",
        "address2_street2",
        "address2_street3",
        "address2_city",
        "address2_state",
        "address2_postal_code",
        "address2_country",
        "address2_county",
        "address2_post_office_box",
        "address2_phone1",
        "address2_phone2",
        "address2_phone3",
        "address2_fax",
        "street1",
        "street2",
        "street3",
        "city",
        "state",
        "postal_code",
        "country",
        "topic",
        "salutation",
        "first_name",
        "middle_name",
        "last_name",
        "job_title",
        "business_phone",
        "home_phone",
        "other_phone",
        "mobile_phone",
        "fax",
        "pager",
        "email",
        "email2",
        "email3",
        "company_name",
        "website",
        "address_name",
        "county",
        "post_office_box",
        "address_phone1",
        "address_phone2",
        "address_phone3",
        "address_fax",
        "description",
        "sic_code",
        "source_campaign",
        "qualification_comments",
    ),
    "account": (
        "street1",
        "street2",
        "street3",
        "city",
        "state",
        "postal_code",
        "country",
        "name",
        "account_number",
        "main_phone",
        "other_phone",
        "fax",
        "website",
        "email",
        "ticker_symbol",
        "sic_code",
        "description",
    ),
    "contact": (
        "street1",
        "street2",
        "street3",
        "city",
        "state",
        "postal_code",
        "country",
        "salutation",
        "first_name",
        "middle_name",
        "last_name",
        "suffix",
        "job_title",
        "department",
        "business_phone",
        "home_phone",
        "mobile_phone",
        "fax",
        "pager",
        "email",
        "email2",
        "email3",
        "website",
        "manager_name",
        "manager_phone",
        "assistant_name",
        "assistant_phone",
        "spouse_name",
        "description",
    ),
    "opportunity": (
        "topic",
        "description",
        "current_situation",
        "customer_need",
        "proposed_solution",
        "pain_points",
        "quote_comments",
        "source_campaign",
        "closing_description",
    ),
    "activity": (
        "subject",
        "description",
        "category",
        "subcategory",
        "phone_number",
        "location",
    ),
}
#: Records whose texts are looked at in one go.
BATCH = 5_000


def upgrade() -> None:
    json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    for entity, names in TEXTS.items():
        op.add_column(entity, sa.Column("folded", json, nullable=True))
        _fill(sa.table(entity, sa.column("id"), sa.column("folded", json), *map(sa.column, names)), names)


def _fill(table: sa.TableClause, names: tuple[str, ...]) -> None:
    """The records that are there, batch by batch along their ids."""
    connection, after = op.get_bind(), 0
    update = sa.update(table).where(table.c.id == sa.bindparam("which")).values(folded=sa.bindparam("texts"))
    while rows := connection.execute(
        sa.select(table.c.id, *(table.c[n] for n in names)).where(table.c.id > after).order_by(table.c.id).limit(BATCH)
    ).all():
        found = [
            {
                "which": row[0],
                "texts": {n: plain(t) for n, t in zip(names, row[1:], strict=True) if t and not t.isascii()},
            }
            for row in rows
            if not all(t is None or t.isascii() for t in row[1:])
        ]
        if found:
            connection.execute(update, found)
        after = rows[-1][0]
