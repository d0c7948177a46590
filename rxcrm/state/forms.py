"""Descriptions of fields for the browser: labels, kinds, limits, options. No values.

As shipped they are part of the pages; what administrators have shaped since comes as state and is laid over them (`shape`).
"""

from __future__ import annotations

import functools
from typing import Any

from rxcrm.models import configuration, disqualifying
from rxcrm.models.activity import ACTIVITY_REASONS
from rxcrm.models.fields import FieldSpec, Kind, currencies, fields_of
from rxcrm.models.lifecycle import REASONS, every_reason, open_reasons
from rxcrm.models.stages import PROCESSES
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.translation import N_, SOURCE, worded

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


def describe(entity: str, locale: str = SOURCE) -> dict[str, dict[str, Any]]:
    """Every described field of a table, as the form reads it; words of administrators in the language."""
    return {name: _view(entity, spec, locale) for name, spec in fields_of(record_table(entity)).items()}


@configuration.forgets
@functools.cache
def shape(locale: str) -> dict[str, Any]:
    """What differs from what was shipped, for users of a language; empty where nobody has shaped anything.

    `fields`: table → field → its description; `disqualify`: the reasons of that menu; `open`: the reasons of open leads.
    """
    known = configuration.current()
    lists = known.part("lists")
    if not lists and not known.part("fields"):
        return {}
    fields: dict[str, dict[str, Any]] = {}
    for entity, table in RECORDS.items():
        specs = fields_of(table)
        ours = {n for n, s in specs.items() if s.custom or (s.options and s.options.key in lists)}
        if ours:
            views = describe_activity(locale) if entity == "activity" else describe(entity, locale)
            fields[entity] = {name: view for name, view in views.items() if name in ours}
    return {
        "number": known.number,
        "fields": fields,
        "disqualify": [[str(int(r)), worded(locale, r.label)] for r in disqualifying.reasons()],
        "open": [str(int(r)) for r in next(iter(every_reason("lead").values()))],
    }


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


def describe_activity(locale: str = SOURCE) -> dict[str, dict[str, Any]]:
    """Every field of an activity's form: beside the described ones what it regards, who takes part, the text of a mail."""
    found = describe("activity", locale)
    found["kind"] = {"label": found["kind"]["label"], "kind": "text"}
    found["status_reason"] |= {"always": True, "options": [], "by": {"field": "kind", "options": _open_reasons(locale)}}
    found["regarding"] = {"label": N_("Regarding"), "kind": "regarding"}
    found["body"] = {"label": N_("Message"), "kind": "html"}
    return found | {
        name: {"label": label, "kind": "parties", "addresses": bare} for name, (label, bare) in _PARTIES.items()
    }


def _open_reasons(locale: str) -> dict[str, list[list[str]]]:
    """Kind → the status reasons that an open activity of it may have; a closed one shows its own."""
    options = fields_of(record_table("activity"))["status_reason"].options
    assert options, "status reasons are a list"
    return {
        str(int(kind)): [[str(int(r)), worded(locale, options.label(r))] for group in by_status.values() for r in group]
        for kind, by_status in ACTIVITY_REASONS.items()
    }


def _view(entity: str, spec: FieldSpec, locale: str) -> dict[str, Any]:
    view: dict[str, Any] = {"label": worded(locale, spec.label), "kind": spec.kind.value}
    if spec.level:
        view["level"] = spec.level.value
    if spec.length:
        view["length"] = spec.length
    if spec.locked:
        view["locked"] = True
    if spec.always:
        view["always"] = True
    if spec.custom:
        view["custom"] = True
    if spec.help:
        view["help"] = worded(locale, spec.help)
    if (options := _options(entity, spec, locale)) or spec.kind is Kind.CHOICE:
        view["options"] = options
    if others := [o for o in spec.options or () if str(int(o)) not in {value for value, _ in options}]:
        view["others"] = [[str(int(o)), worded(locale, o.label)] for o in others]
    if colours := {str(int(o)): o.colour for o in spec.options or () if o.colour}:
        view["colours"] = colours
    if spec.target:
        view["target"] = spec.target
        if entity == "lead" and spec.name in _LEAD_LOOKUPS:
            view |= {"matching": True, "fills": True}
    return view


def _options(entity: str, spec: FieldSpec, locale: str) -> list[list[str]]:
    if spec.kind is Kind.YESNO:
        return [["0", spec.words[0]], ["1", spec.words[1]]]
    if spec.kind is Kind.CURRENCY:
        return [["", "---"], *([code, code] for code in currencies())]
    if entity in REASONS and spec.name == "status_reason":
        return [[str(int(r)), worded(locale, r.label)] for r in open_reasons(entity)]
    return [[str(int(o)), worded(locale, o.label)] for o in (spec.options.offered if spec.options else ())]


def quick_fields(entity: str) -> tuple[str, ...]:
    """What quick create of a table takes: few fields, and those that administrators made and every record has to have."""
    required = (spec.name for spec in fields_of(record_table(entity)).values() if spec.custom and spec.required)
    return (*QUICK[entity][1], *required) if entity in QUICK else ()


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
