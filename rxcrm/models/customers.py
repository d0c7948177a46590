"""The customer of an opportunity: its account, else its contact (S 1.4); an opportunity without one is refused (S 13.23)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import and_
from sqlmodel import Session, col, select

from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.contact import Contact
from rxcrm.models.errors import BadValue, Invalid
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.searching import sort_key
from rxcrm.translation import N_

NEEDED = N_("An opportunity needs a customer: choose an account or a contact.")


def require(row: Record) -> None:
    """Raises Invalid for an opportunity without any customer; asked where somebody decides about its fields."""
    if isinstance(row, Opportunity) and not row.account_id and not row.contact_id:
        raise Invalid({"account_id": BadValue(NEEDED)})


def settle(session: Session, row: Record) -> None:
    """Bring the order by customer up to date before a record is written; one whose customer was purged has none."""
    if not isinstance(row, Opportunity):
        return
    account = session.get(Account, row.account_id) if row.account_id else None
    contact = session.get(Contact, row.contact_id) if row.contact_id and account is None else None
    found = account or contact
    row.customer_key = sort_key(found.display_name) if found else ""


def renamed(session: Session, entity: str, record_id: int, name: str) -> None:
    """Carry a customer's new name into the order and the search of its opportunities."""
    table: Any = Opportunity
    ways: dict[str, Any] = {
        "account": table.account_id == record_id,
        "contact": and_(table.contact_id == record_id, table.account_id.is_(None)),
    }
    if entity not in ways:
        return
    for row in session.exec(select(Opportunity).where(ways[entity], col(Opportunity.deleted_on).is_(None))):
        row.customer_key = sort_key(name)
        row.refresh_keys()


def renamed_many(session: Session, entity: str, names: Mapping[int, str]) -> None:
    """The same for many customers."""
    table: Any = Opportunity
    ids = sorted(names)
    for at in range(0, len(ids), 500):
        some = ids[at : at + 500]
        ways: dict[str, Any] = {
            "account": table.account_id.in_(some),
            "contact": and_(table.contact_id.in_(some), table.account_id.is_(None)),
        }
        if entity not in ways:
            return
        for row in session.exec(select(Opportunity).where(ways[entity], col(Opportunity.deleted_on).is_(None))):
            customer = row.account_id if entity == "account" else row.contact_id
            row.customer_key = sort_key(names[customer or 0])
            row.refresh_keys()


def fetch(session: Session, rows: Iterable[Record]) -> list[Record]:
    """The customers of many opportunities, so that `settle` asks nothing as long as somebody holds them."""
    found: list[Record] = []
    deals = [row for row in rows if isinstance(row, Opportunity)]
    for table, ids in (
        (Account, {row.account_id for row in deals}),
        (Contact, {row.contact_id for row in deals if not row.account_id}),
    ):
        wanted = sorted(i for i in ids if i)
        for at in range(0, len(wanted), 500):
            found += session.scalars(select(table).where(cast(Any, table).id.in_(wanted[at : at + 500])))
    return found
