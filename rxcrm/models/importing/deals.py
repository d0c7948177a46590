"""Opportunities on their way in: their customer's name for ordering, and how they were closed (S 1.4, 13.19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.choices import OpportunityStage, OpportunityStatus
from rxcrm.models.contact import Contact
from rxcrm.models.fields import Conventions
from rxcrm.models.importing.checked import Checked

#: What only a closed opportunity has.
_RESULT: dict[str, Any] = {"actual_close_date": None, "actual_revenue": None, "closing_description": ""}


def customer_keys(session: Session, rows: Sequence[Checked]) -> dict[str, str]:
    """The folded names of the customers of some rows, by "account:5" or "contact:7"; two statements for all of them."""
    found: dict[str, str] = {}
    for table in (Account, Contact):
        entity = cast(type[Record], table).entity
        ids = {i for row in rows if (i := (row.values or {}).get(f"{entity}_id"))}
        columns = cast(Any, table)
        if ids:
            named = session.execute(select(columns.id, columns.name_key).where(columns.id.in_(ids)))
            found |= {f"{entity}:{record_id}": key for record_id, key in named}
    return found


def shape(values: dict[str, Any], customers: Mapping[str, str], how: Conventions, now: datetime) -> None:
    """What `rxcrm.models.customers` and `rxcrm.models.closing` would make of the values of a new opportunity.

    One that comes in closed gets what the closing dialog presets, where the file does not say it.
    """
    account, contact = values["account_id"], values["contact_id"]
    values["customer_key"] = customers.get(f"account:{account}" if account else f"contact:{contact}", "")
    values["currency"] = values["currency"] or how.currency
    if values["sales_stage"] is None:
        values["sales_stage"] = int(OpportunityStage.QUALIFY)
    if values["status"] == OpportunityStatus.OPEN:
        values |= _RESULT
        values["closed_on"] = None
        return
    today = now.astimezone(ZoneInfo(how.zone)).date()
    values["actual_close_date"] = min(values["actual_close_date"] or values["estimated_close_date"] or today, today)
    if values["status"] != OpportunityStatus.WON:
        values["actual_revenue"] = None
    elif values["actual_revenue"] is None:
        values["actual_revenue"] = values["estimated_revenue"]
