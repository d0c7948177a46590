"""By which fields records are found: the find columns of the quick find view, gathered in `search_text` (S R9.3, R7.1a).

Every list's search box, global search and look-ups look there. It imports no tables: they ask it when a record is saved.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from rxcrm.models import configuration
from rxcrm.models.fields import TEXTUAL, Conventions, FieldSpec, Kind, fields_of, host_of
from rxcrm.models.richtext import plain
from rxcrm.models.searching import search_text
from rxcrm.translation import N_

#: The key of the quick find view of every table (rxcrm.models.saved_view.Purpose).
FIND = "find"
#: Table → what its records are found by as shipped.
SHIPPED: dict[str, tuple[str, ...]] = {
    "lead": (
        *("topic", "name", "company_name", "email", "email2", "city"),
        *("business_phone", "mobile_phone", "home_phone", "other_phone"),
    ),
    "account": ("name", "account_number", "email", "city", "website", "main_phone", "other_phone"),
    "contact": (
        *("name", "email", "email2", "city", "job_title"),
        *("business_phone", "mobile_phone", "home_phone"),
    ),
    "opportunity": ("topic", "customer"),
    "activity": ("subject", "body", "description", "location", "phone_number"),
}
#: What can be found besides the fields of a table: names that are put together, and texts that are no field of a form.
_BESIDES: dict[str, dict[str, str]] = {
    "lead": {"name": N_("Name")},
    "contact": {"name": N_("Full Name")},
    "opportunity": {"customer": N_("Potential Customer")},
    "activity": {"body": N_("Text")},
}


def findable(table: Any) -> dict[str, str]:
    """What records of a table can be found by: name → label. Texts alone; nobody looks for a number in a list."""
    return _BESIDES.get(table.entity, {}) | {
        name: spec.label for name, spec in fields_of(table).items() if spec.kind in TEXTUAL
    }


def chosen(entity: str) -> tuple[str, ...]:
    """The find columns of a table as published, fields that are gone among them."""
    for row in configuration.current().part("views").get(entity, ()):
        if row["key"] == FIND and row["definition"]:
            return tuple(row["definition"].get("find") or ()) or SHIPPED[entity]
    return SHIPPED[entity]


def searched(entity: str) -> list[str]:
    """The labels of the fields by which records of a table are found, for the search box above their list."""
    from rxcrm.models.tables import record_table  # tables ask this module when their records are saved

    labels = findable(record_table(entity))
    return [labels[name] for name in chosen(entity) if name in labels]


def readable(table: Any, how: Conventions) -> tuple[str, ...] | None:
    """The find columns that somebody may read, where he may not read them all; None where he may (S 9.3)."""
    if not configuration.current().part("secured"):
        return None
    fields, names = fields_of(table), [name for name in chosen(table.entity) if name in findable(table)]
    seen = tuple(name for name in names if name not in fields or how.sees(fields[name]))
    return None if len(seen) == len(names) else seen


def text_of(record: Any, entity: str) -> str:
    """What substring search looks through for a record of a table, of the find columns of now."""
    words, phones = _ways(entity)
    return search_text([word for way in words for word in way(record)], [getattr(record, name) for name in phones])


@configuration.forgets
@cache
def _ways(entity: str) -> tuple[list[Callable[[Any], tuple[str, ...]]], list[str]]:
    """How the words of a record are read, and which of its fields are phone numbers."""
    from rxcrm.models.tables import record_table  # tables ask this module when their records are saved

    table = record_table(entity)
    fields = fields_of(table)
    known = [name for name in chosen(entity) if name in findable(table)]
    phones = [name for name in known if name in fields and not fields[name].custom and fields[name].kind is Kind.PHONE]
    return [_way(name, fields.get(name)) for name in known if name not in phones], phones


def _way(name: str, spec: FieldSpec | None) -> Callable[[Any], tuple[str, ...]]:
    """How the words of one find column are read off a record, or off one that is being imported (plain attributes)."""
    if spec is not None and spec.custom:
        return lambda record: (record.custom.get(name) or "",)
    if spec is not None and spec.kind is Kind.URL:
        return lambda record: (host_of(getattr(record, name)),)
    if spec is not None:
        return lambda record: (getattr(record, name) or "",)
    if name == "name":  # the surname again: a term of one or two letters finds beginnings alone
        return lambda record: (record.full_name, record.last_name)
    if name == "body":
        return lambda record: (plain(record.body),)
    return lambda record: (record.customer_key,)
