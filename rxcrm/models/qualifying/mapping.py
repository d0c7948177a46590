"""What a qualification copies from the lead into the records that it creates (S 3.5.7 [OURS]).

Values are copied once, when the record is created, and never kept in step.
"""

from __future__ import annotations

from typing import Any

from rxcrm.models.base import Address, Preferences, Record
from rxcrm.models.fields import TEXTUAL, Kind, fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.searching import fold
from rxcrm.models.tables import record_table

_ADDRESS = tuple((name, name) for name in Address.model_fields)
_PREFERENCES = tuple((name, name) for name in Preferences.model_fields)

#: Table → pairs of a field of the lead and the field of the new record that gets its value.
MAPPING: dict[str, tuple[tuple[str, str], ...]] = {
    "account": (
        ("company_name", "name"),
        ("website", "website"),
        ("business_phone", "main_phone"),
        ("email", "email"),
        ("industry", "industry"),
        ("annual_revenue", "annual_revenue"),
        ("employees", "employees"),
        ("sic_code", "sic_code"),
        ("description", "description"),
        ("currency", "currency"),
        *_ADDRESS,
    ),
    "contact": (
        ("salutation", "salutation"),
        ("first_name", "first_name"),
        ("middle_name", "middle_name"),
        ("last_name", "last_name"),
        ("job_title", "job_title"),
        ("business_phone", "business_phone"),
        ("home_phone", "home_phone"),
        ("mobile_phone", "mobile_phone"),
        ("fax", "fax"),
        ("email", "email"),
        ("email2", "email2"),
        ("email3", "email3"),
        ("currency", "currency"),
        *_PREFERENCES,
        *_ADDRESS,
    ),
    "opportunity": (
        ("topic", "topic"),
        ("purchase_timeframe", "purchase_timeframe"),
        ("budget_amount", "budget_amount"),
        ("budget_status", "budget_status"),
        ("purchase_process", "purchase_process"),
        ("need", "need"),
        ("decision_maker", "decision_maker"),
        ("rating", "rating"),
        ("estimated_amount", "estimated_revenue"),
        ("estimated_close_date", "estimated_close_date"),
        ("description", "description"),
        ("currency", "currency"),
        ("source_campaign", "source_campaign"),
    ),
}


def values(lead: Lead, entity: str, *, with_person: bool = True) -> dict[str, Any]:
    """The fields of a new record of a table, as stored, out of a lead. Empty ones are left out.

    An account gets the mail address only where no contact goes with it (`with_person`).
    """
    found = {target: getattr(lead, source) for source, target in MAPPING[entity]} | _customs(lead, entity)
    if entity == "account" and with_person:
        del found["email"]
    return {name: value for name, value in found.items() if value not in ("", None)}


def _customs(lead: Lead, entity: str) -> dict[str, Any]:
    """The values of custom fields that both tables have by the same name and of the same kind; options go by their label."""
    sources, targets = fields_of(Lead), fields_of(record_table(entity))
    found: dict[str, Any] = {}
    for name, spec in targets.items():
        source = sources.get(name)
        if not spec.custom or source is None or source.kind is not spec.kind or source.target != spec.target:
            continue
        value = getattr(lead, name)
        if spec.options and source.options and value is not None:
            label = fold(source.options.label(value))
            value = next((int(option) for option in spec.options.offered if fold(option.label) == label), None)
        elif spec.kind in TEXTUAL and len(value) > spec.length:
            continue
        found[name] = value
    return found


def blanks(lead: Lead, row: Record, *, with_person: bool = True) -> dict[str, Any]:
    """What the lead knows and an existing record does not: only for fields of it that are empty.

    Two-option fields always say something, so they are never filled.
    """
    known = values(lead, row.entity, with_person=with_person)
    empty = {name: value for name, value in known.items() if getattr(row, name) in ("", None)}
    return empty if same_currency(lead, row) else {n: v for n, v in empty.items() if n not in amounts(row)}


def same_currency(lead: Lead, row: Record) -> bool:
    """Whether amounts of the lead mean the same on another record."""
    held: str = getattr(row, "currency")  # noqa: B009  (all tables of the mapping have one)
    return not held or held == lead.currency


def amounts(row: Record) -> set[str]:
    """The fields of a record that hold amounts in its currency."""
    return {name for name, spec in fields_of(type(row)).items() if spec.kind is Kind.MONEY}


def check() -> None:
    """Every pair is of one kind, with the same options and room enough (S 3.5.7, mapping rules); called by a test."""
    for entity, pairs in MAPPING.items():
        sources, targets = fields_of(Lead), fields_of(record_table(entity))
        assert len({target for _, target in pairs}) == len(pairs), f"{entity}: a field is filled twice"
        for source, target in pairs:
            one, other = sources[source], targets[target]
            assert one.kind is other.kind, (entity, source, target)
            assert one.length <= other.length, (entity, source, target)
            assert one.high <= other.high, (entity, source, target)
            assert not other.locked, (entity, target)
            if one.options:
                assert other.options and {int(o) for o in one.options} <= {int(o) for o in other.options}
