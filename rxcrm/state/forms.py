"""Descriptions of fields for the browser: labels, kinds, limits, options. No values.

As shipped they are part of the pages; what administrators have shaped since comes as state and is laid over them (`shape`).
"""

from __future__ import annotations

import functools
from typing import Any

from rxcrm.models import composing, configuration, db, disqualifying
from rxcrm.models.activity import ACTIVITY_REASONS
from rxcrm.models.addresses.suggesting import CREDITS
from rxcrm.models.addresses.tables import SourceKind, source
from rxcrm.models.assignment.tables import rules_decide
from rxcrm.models.column_security.rights import NONE, Columns
from rxcrm.models.currencies import rates
from rxcrm.models.currencies.tables import offered
from rxcrm.models.fields import Conventions, FieldSpec, Kind, currencies, fields_of
from rxcrm.models.forms.layout import Layout, Place, Section, words
from rxcrm.models.forms.shipped import SHIPPED
from rxcrm.models.forms.using import form_for
from rxcrm.models.lifecycle import REASONS, every_reason, open_reasons
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.models.tagging.vocabulary import vocabulary
from rxcrm.translation import N_, SOURCE, worded

#: Look-ups of a lead that list only matching records once the lead is saved, and fill empty fields (S 3.2, 3.3).
_LEAD_LOOKUPS = {"existing_account_id", "existing_contact_id"}

#: Tables of records that have tags.
TAGGED = frozenset(entity for entity, table in RECORDS.items() if "tags" in fields_of(table))

#: Quick create (S 2.2): title and fields per table.
QUICK: dict[str, tuple[str, tuple[str, ...]]] = {
    "lead": (
        N_("Quick Create: Lead"),
        ("topic", "lead_source", "first_name", "last_name", "company_name", "email", "business_phone"),
    ),
    "account": (
        N_("Quick Create: Account"),
        ("name", "main_phone", "website", "email", "street1", "postal_code", "city", "state", "country"),
    ),
    "contact": (
        N_("Quick Create: Contact"),
        (
            *("first_name", "last_name", "job_title", "email", "business_phone", "mobile_phone"),
            *("street1", "postal_code", "city", "state", "country"),
        ),
    ),
    "opportunity": (
        N_("Quick Create: Opportunity"),
        ("topic", "account_id", "contact_id", "estimated_close_date", "estimated_revenue", "currency"),
    ),
}

#: Fields of quick create that stand there only while streets are completed: without that few type whole addresses there.
COMPLETED = {
    "account": ("street1", "postal_code", "state"),
    "contact": ("street1", "postal_code", "city", "state", "country"),
}


def describe(entity: str, locale: str = SOURCE) -> dict[str, dict[str, Any]]:
    """Every described field of a table, as the form reads it; words of administrators in the language."""
    return {name: _view(entity, spec, locale) for name, spec in fields_of(record_table(entity)).items()}


@configuration.forgets
@functools.lru_cache(500)
def shape(locale: str, roles: frozenset[str] = frozenset(), columns: Columns = NONE) -> dict[str, Any]:
    """What differs from what was shipped, for users of a language with some roles and rights on secured fields; empty where
    nobody has shaped anything.

    `fields`: table → field → its description; `disqualify`: the reasons of that menu; `open`: the reasons of open leads;
    `forms`: table → the form that somebody with these roles has; `processes`: changes whenever a process does;
    `ruled`: assignment rules decide who gets a new lead; `tags`: number, name and colour of each, by name, and whether only
    administrators make new ones; `secured`: changes whenever the user may see other fields; `addresses`: streets are completed.
    """
    known = configuration.current()
    lists = known.part("lists")
    more = ({"ruled": True} if rules_decide() else {}) | _suggested()
    shaped = ("lists", "fields", "forms", "processes", "secured", "tags", "topic")
    worth = rates.known()
    if not any(known.part(name) for name in shaped) and not more and not worth.offered:
        return {}
    fields: dict[str, dict[str, Any]] = {}
    for entity, table in RECORDS.items():
        specs = fields_of(table)
        sealed = {n: rights for n, s in specs.items() if (rights := _rights(s, columns))}
        ours = {
            name
            for name, spec in specs.items()
            if name in sealed
            or spec.custom
            or (spec.options and spec.options.key in lists)
            or (spec.kind is Kind.CURRENCY and worth.offered)
        }
        if ours:
            views = describe_activity(locale) if entity == "activity" else describe(entity, locale)
            fields[entity] = {name: view for name, view in views.items() if name in ours}
            for name, rights in sealed.items():
                fields[entity][name] = {**fields[entity][name], "secured": rights}
    if pieces := composing.parts():
        topic = _view("lead", fields_of(RECORDS["lead"])["topic"], locale)
        topic["compose"] = [[one.before, [list(part) for part in one.parts]] for one in pieces]
        fields.setdefault("lead", {})["topic"] = topic
    return {
        "number": known.number,
        "fields": fields,
        "disqualify": [[str(int(r)), worded(locale, r.label)] for r in disqualifying.reasons()],
        "open": [str(int(r)) for r in next(iter(every_reason("lead").values()))],
        "forms": {
            entity: form_view(entity, form.layout, locale)
            for entity in SHIPPED
            if (form := form_for(entity, roles)) is not None
        },
        "processes": known.part("processes").get("stamp", 0),
        "tags": {
            "known": [[str(tag.id), tag.name, tag.colour] for tag in vocabulary().tags],
            "closed": vocabulary().closed,
        },
        **({"secured": _stamp(columns)} if known.part("secured") else {}),
        **more,
    }


def _rights(spec: FieldSpec, columns: Columns) -> dict[str, bool]:
    """What a user may do with a secured field; empty if he may do everything, as with one that is not secured."""
    held = {"read": columns.reads, "update": columns.updates, "create": columns.creates}
    rights = {name: spec.secured in keys for name, keys in held.items()} if spec.secured else {}
    return {} if all(rights.values()) else rights


def _stamp(columns: Columns) -> str:
    """Differs for whoever may see other fields than before: what his open pages show is asked for anew."""
    hidden = configuration.current().part("secured")["keys"] - columns.reads
    return " ".join(sorted(hidden)) or "none"


def shape_for(how: Conventions, roles: frozenset[str], columns: Columns) -> dict[str, Any]:
    """The shape for one user, and what other currencies are worth in the organisation's own today."""
    worth = rates.of_today(how.currency, how.zone, db.now())
    return {**shape(how.locale, roles, columns), **({"rates": worth} if worth else {})}


def _suggested() -> dict[str, Any]:
    """Whether addresses are suggested, and whom the list names: text and address."""
    kind = source().kind
    return {} if kind is SourceKind.OFF else {"addresses": {"credit": list(CREDITS.get(kind, ("", "")))}}


def form_view(entity: str, layout: Layout | None = None, locale: str = SOURCE) -> dict[str, Any]:
    """A form as the browser draws it, the shipped one if there is no other; words of administrators in the language."""
    layout = SHIPPED[entity] if layout is None else layout
    specs = fields_of(record_table(entity))

    def place(one: Place) -> dict[str, Any]:
        label = worded(locale, words(one.labels, one.label))
        marks = {name: True for name in ("required", "locked") if getattr(one, name)}
        return {"field": one.field, **({"label": label} if label else {}), **marks}

    def section(one: Section) -> dict[str, Any]:
        found: dict[str, Any] = {"key": one.key, "label": worded(locale, words(one.labels, one.label))}
        if one.part:
            return found | {"part": one.part, "renamed": bool(one.labels)}
        return found | {"two": one.two, "fields": [place(each) for each in one.places if each.field in specs]}

    return {
        "header": [place(one) for one in layout.header if one.field in specs],
        "tabs": [
            {
                "key": tab.key,
                "label": worded(locale, words(tab.labels, tab.label)),
                "even": tab.even,
                "columns": [[section(one) for one in column] for column in tab.columns],
                "below": [section(one) for one in tab.below],
            }
            for tab in layout.tabs
        ],
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
    if spec.kind is Kind.CURRENCY and len(offered()) < len(currencies()):
        view["others"] = [[code, code] for code in currencies() if code not in offered()]
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
        return [["", "---"], *([code, code] for code in offered())]
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
        entity: {
            "title": title,
            "fields": _chosen(describe(entity), names),
            "completed": list(COMPLETED.get(entity, ())),
        }
        for entity, (title, names) in QUICK.items()
    }


def _chosen(specs: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: specs[name] for name in names}
