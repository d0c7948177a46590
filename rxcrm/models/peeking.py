"""A look at one record beside its list: what matters of it, and what happened last (peers 6.6)."""

from __future__ import annotations

from dataclasses import dataclass, field

from rxcrm.models import lifecycle, records
from rxcrm.models.access import REGARDED, Privilege
from rxcrm.models.base import Record
from rxcrm.models.errors import CrmError
from rxcrm.models.fields import MASK, FieldSpec, Kind, control, fields_of, show
from rxcrm.models.history import entries
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.timeline import reading

#: Entries of the timeline that are shown.
LAST = 3
#: Table → the fields that matter most, in the order in which they are shown; behind them those that administrators made.
#: Empty ones are left out.
KEY_FIELDS: dict[str, tuple[str, ...]] = {
    "lead": (
        *(
            "topic",
            "tags",
            "status_reason",
            "rating",
            "lead_source",
            "job_title",
            "company_name",
            "email",
            "business_phone",
        ),
        *("mobile_phone", "website", "city", "country", "budget_amount", "estimated_close_date", "description"),
    ),
    "account": (
        "tags",
        "main_phone",
        "email",
        "website",
        "industry",
        "city",
        "country",
        "primary_contact_id",
        "description",
    ),
    "contact": ("tags", "job_title", "account_id", "email", "business_phone", "mobile_phone", "city", "description"),
    "opportunity": (
        *(
            "tags",
            "status_reason",
            "account_id",
            "contact_id",
            "estimated_revenue",
            "estimated_close_date",
            "probability",
        ),
        *("rating", "actual_revenue", "actual_close_date", "description"),
    ),
    "activity": ("kind", "status_reason", "due_on", "priority", "duration", "description"),
}


@dataclass
class Line:
    """One field: its label (a message), what a person reads, and how it is drawn ("memo", "email", "phone" …, "sealed").

    `colour` is that of its option, if administrators have given it one.
    """

    name: str
    label: str
    text: str
    kind: str
    raw: str = ""
    colour: str = ""


@dataclass
class Entry:
    """One thing that happened: who, what, when (ISO)."""

    who: str
    what: str
    at: str


@dataclass
class Glance:
    """One record at a glance; `locked` says why it cannot be edited, `may` which commands its reader may give."""

    id: int = 0
    entity: str = ""
    name: str = ""
    path: str = ""
    owner: str = ""
    locked: str = ""
    may: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def glance(act: Act, entity: str, record_id: int) -> Glance:
    """What one sees of a record without opening it. Raises NotFound."""
    row = act.find(record_table(entity), record_id)
    privileges = {"edit": Privilege.WRITE, "assign": Privilege.ASSIGN, "delete": Privilege.DELETE}
    return Glance(
        id=record_id,
        entity=entity,
        name=row.display_name,
        path=f"{row.path}/{row.id}",
        owner=records.owner_name(act.session, row),
        locked=_closed(act, row),
        may=[name for name, privilege in privileges.items() if act.may(privilege, row)],
        lines=_lines(act, row),
        entries=_entries(act, row),
    )


def _closed(act: Act, row: Record) -> str:
    try:
        lifecycle.require_open(row)
    except CrmError as refusal:
        return refusal.text(act.who.conventions.locale)
    return ""


def _lines(act: Act, row: Record) -> list[Line]:
    specs, how, names = fields_of(type(row)), act.conventions_of(row), records.names_of(act, row)
    found = []
    customs = (name for name, spec in specs.items() if spec.custom and spec.kind is not Kind.YESNO)
    for spec in (specs[name] for name in (*KEY_FIELDS[row.entity], *customs) if name in specs):
        if not act.who.may_read(spec):
            found.append(Line(spec.name, spec.label, MASK, "sealed"))
            continue
        value = getattr(row, spec.name)
        text = names.get(spec.name, "") if spec.kind is Kind.LOOKUP else show(spec, value, how)
        if text:
            found.append(_line(spec, text, control(spec, value)))
    return found


def _line(spec: FieldSpec, text: str, stored: str) -> Line:
    if spec.kind is Kind.LOOKUP:
        return Line(spec.name, spec.label, text, spec.kind.value)
    option = spec.options.find(int(stored)) if spec.kind is Kind.CHOICE and spec.options else None
    return Line(spec.name, spec.label, text, spec.kind.value, stored, option.colour if option is not None else "")


def _entries(act: Act, row: Record) -> list[Entry]:
    """The newest of its timeline; of a record without one, of its history."""
    if row.entity not in REGARDED:
        found = entries(act.session, type(row), row.id or 0, act.who.conventions, LAST)
        return [Entry(one.who, one.what, one.at) for one in found]
    page = reading.page(act, reading.Ask(row.entity, row.id or 0, size=LAST))
    return [Entry(i.who, ": ".join(filter(None, (i.what, i.title or i.excerpt))), i.at) for i in page.items]
