"""Descriptions of fields for the browser: labels, kinds, limits, options. No values; they are part of the pages."""

from __future__ import annotations

from typing import Any

from rxcrm.models.activity import ACTIVITY_REASONS
from rxcrm.models.fields import FieldSpec, Kind, currencies, fields_of
from rxcrm.models.lifecycle import REASONS, open_reasons
from rxcrm.models.stages import PROCESSES
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

#: Look-ups of a lead that list only matching records once the lead is saved, and fill empty fields (S 3.2, 3.3).
_LEAD_LOOKUPS = {"existing_account_id", "existing_contact_id"}

#: Quick create (S 2.2): title and fields per table.
QUICK: dict[str, tuple[str, tuple[str, ...]]] = {
    "lead": (
        N_("Quick Create: Lead"),
        ("topic", "lead_source", "first_name", "last_name", "company_name", "email", "business_phone"),
    ),
    "account": (N_("Quick Create: Account"), ("name", "main_phone", "website", "email", "city", "country")),
    "contact": (
        N_("Quick Create: Contact"),
        ("first_name", "last_name", "job_title", "email", "business_phone", "mobile_phone"),
    ),
    "opportunity": (
        N_("Quick Create: Opportunity"),
        ("topic", "account_id", "contact_id", "estimated_close_date", "estimated_revenue", "currency"),
    ),
}


def describe(entity: str) -> dict[str, dict[str, Any]]:
    """Every described field of a table, as the form reads it."""
    return {name: _view(entity, spec) for name, spec in fields_of(record_table(entity)).items()}


#: Fields of people in activities: label, and whether a bare mail address may stand in it (S 1.6).
_PARTIES: dict[str, tuple[str, bool]] = {
    "from": (N_("From"), False),
    "to": (N_("To"), True),
    "cc": (N_("Cc"), True),
    "bcc": (N_("Bcc"), True),
    "required": (N_("Required Attendees"), True),
    "optional": (N_("Optional Attendees"), True),
    "organizer": (N_("Organizer"), False),
}


def describe_activity() -> dict[str, dict[str, Any]]:
    """Every field of an activity's form: beside the described ones what it regards, who takes part, the text of a mail."""
    found = describe("activity")
    found["kind"] = {"label": found["kind"]["label"], "kind": "text"}
    found["status_reason"] |= {"always": True, "options": [], "by": {"field": "kind", "options": _open_reasons()}}
    found["regarding"] = {"label": N_("Regarding"), "kind": "regarding"}
    found["body"] = {"label": N_("Message"), "kind": "html"}
    return found | {
        name: {"label": label, "kind": "parties", "addresses": bare} for name, (label, bare) in _PARTIES.items()
    }


def _open_reasons() -> dict[str, list[list[str]]]:
    """Kind → the status reasons that an open activity of it may have; a closed one shows its own."""
    return {
        str(int(kind)): [[str(int(r)), r.label] for group in by_status.values() for r in group]
        for kind, by_status in ACTIVITY_REASONS.items()
    }


def _view(entity: str, spec: FieldSpec) -> dict[str, Any]:
    view: dict[str, Any] = {"label": spec.label, "kind": spec.kind.value}
    if spec.level:
        view["level"] = spec.level.value
    if spec.length:
        view["length"] = spec.length
    if spec.locked:
        view["locked"] = True
    if spec.always:
        view["always"] = True
    if options := _options(entity, spec):
        view["options"] = options
    if entity in REASONS and spec.name == "status_reason":
        view["others"] = [[str(int(r)), r.label] for group in REASONS[entity].values() for r in group]
    if spec.target:
        view["target"] = spec.target
        if entity == "lead" and spec.name in _LEAD_LOOKUPS:
            view |= {"matching": True, "fills": True}
    return view


def _options(entity: str, spec: FieldSpec) -> list[list[str]]:
    if spec.kind is Kind.YESNO:
        return [["0", spec.words[0]], ["1", spec.words[1]]]
    if spec.kind is Kind.CURRENCY:
        return [["", "---"], *([code, code] for code in currencies())]
    if entity in REASONS and spec.name == "status_reason":
        return [[str(int(r)), r.label] for r in open_reasons(entity)]
    return [[str(int(o)), o.label] for o in spec.options or ()]


def quick_forms() -> dict[str, dict[str, Any]]:
    """Quick create of every table: title, and its fields described, in their order."""
    return {
        entity: {"title": title, "fields": _chosen(describe(entity), names)} for entity, (title, names) in QUICK.items()
    }


def _chosen(specs: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: specs[name] for name in names}


def steps(entity: str) -> dict[str, list[list[str]]]:
    """Stage → its steps as `[field, label]`, of all stages whose steps are on records of a table."""
    return {
        stage.key: [list(step) for step in stage.steps]
        for process in PROCESSES.values()
        for stage in process.stages
        if stage.entity == entity
    }
