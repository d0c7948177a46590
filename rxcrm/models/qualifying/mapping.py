"""What a qualification copies from the lead into the records that it creates (S 3.5.7 [OURS]).

Administrators may change the pairs (rxcrm.models.qualifying.pairing). Values are copied once, when the record is
created, and never kept in step.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rxcrm.models import configuration
from rxcrm.models.access import Who
from rxcrm.models.base import Address, Preferences, Record
from rxcrm.models.fields import TEXTUAL, FieldSpec, Kind, fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.qualifying import tables as _tables  # noqa: F401  (it reads what administrators have changed)
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
        ("tags", "tags"),
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
        ("tags", "tags"),
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
        ("source_campaign_id", "source_campaign_id"),
        ("tags", "tags"),
    ),
}


#: Targets whose source is not for administrators to choose: the amounts are in this currency, and an account is made only of
#: a lead with a Company Name.
FIXED: dict[str, frozenset[str]] = {
    "account": frozenset({"name", "currency"}),
    "contact": frozenset({"currency"}),
    "opportunity": frozenset({"currency"}),
}


@configuration.forgets
@functools.cache
def pairs_of(entity: str) -> dict[str, str]:
    """Target → source of everything that a new record of a table gets from a lead."""
    return pairs_with(entity, configuration.current().part("mapping").get(entity, {}))


def pairs_with(entity: str, changed: Mapping[str, str]) -> dict[str, str]:
    """What was shipped, and custom fields that both tables have by the same name and of one kind, with what administrators
    have `changed` laid over it. Fields that are out of use have no pair.
    """
    sources, targets = fields_of(Lead), fields_of(record_table(entity))
    found = shipped_pairs(entity) | {t: source for t, source in changed.items() if t not in FIXED[entity]}
    return {target: source for target, source in found.items() if source in sources and target in targets}


def shipped_pairs(entity: str) -> dict[str, str]:
    """Target → source, as nobody has changed it."""
    return {target: source for source, target in MAPPING[entity]} | _same_customs(entity)


def _same_customs(entity: str) -> dict[str, str]:
    sources, targets = fields_of(Lead), fields_of(record_table(entity))
    return {
        name: name
        for name, spec in targets.items()
        if spec.custom and (source := sources.get(name)) and (source.kind, source.target) == (spec.kind, spec.target)
    }


def values(lead: Lead, entity: str, *, with_person: bool = True) -> dict[str, Any]:
    """The fields of a new record of a table, as stored, out of a lead. Empty ones are left out.

    An account gets the mail address of the person only where no contact goes with it (`with_person`).
    """
    sources, targets = fields_of(Lead), fields_of(record_table(entity))
    pairs = pairs_of(entity)
    found = {
        target: _carried(getattr(lead, source), sources[source], targets[target]) for target, source in pairs.items()
    }
    if entity == "account" and with_person and pairs.get("email") == "email":
        del found["email"]
    return {name: value for name, value in found.items() if value not in ("", None)}


def unread(who: Who, entity: str) -> set[str]:
    """The fields of a new record whose values somebody may not see: there, or on the lead from which they come (S 9.3).

    They are copied all the same; he is not shown them.
    """
    sources, targets = fields_of(Lead), fields_of(record_table(entity))
    pairs = pairs_of(entity).items()
    return {to for to, of in pairs if not (who.may_read(sources[of]) and who.may_read(targets[to]))}


def fillable(who: Who, entity: str, typed: Mapping[str, str]) -> dict[str, str]:
    """What somebody typed, without the blanks that stand for values which are copied without being shown to him."""
    specs, hidden = fields_of(record_table(entity)), unread(who, entity)

    def counts(name: str, text: str) -> bool:
        spec = specs.get(name)
        return bool(text.strip()) or spec is None or (name not in hidden and who.may_fill(spec, new=True))

    return {name: text for name, text in typed.items() if counts(name, text)}


def _carried(value: Any, source: FieldSpec, target: FieldSpec) -> Any:
    """A value as another field holds it: options of two lists go by their label; what has no room there stays behind."""
    if value in ("", None):
        return value
    if source.options and target.options:
        if source.options.key != target.options.key:
            label = fold(source.options.label(value))
            return next((int(option) for option in target.options.offered if fold(option.label) == label), None)
    elif target.kind in TEXTUAL:
        return value if len(value) <= target.length else ""
    elif target.kind in (Kind.MONEY, Kind.WHOLE, Kind.DECIMAL):
        return value if target.low <= Decimal(str(value)) <= target.high else None
    return value


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
