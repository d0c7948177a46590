"""What a column can fill beside the fields of its table: names to be split, owners, statuses, ids, who took part (S 6.2, 6.4)."""

from __future__ import annotations

import functools
from dataclasses import replace

from rxcrm.models import configuration
from rxcrm.models.base import Record
from rxcrm.models.fields import FieldSpec, Kind, Level, fields_of
from rxcrm.models.tables import record_table
from rxcrm.translation import N_, gettext, languages

FULL_NAME, OWNER, CREATED_ON, STATUS = "full_name", "owner", "created_on", "status"
#: From the hidden columns of our own exports (S 6.2), and the id that a row has in the program that it comes from.
RECORD_ID, ROW_CHECKSUM, MODIFIED_ON, SOURCE_ID = "record_id", "row_checksum", "modified_on", "source_id"
#: Headings that we add to the rows that did not come in; they are no field when the file comes back.
IMPORT_RESULT, IMPORT_REASON = N_("Import Result"), N_("Import Reason")
CUSTOMER, REGARDING = "customer", "regarding"
START_TIME, DUE_TIME = "start_time", "due_time"
#: Characters of a list of people; each of them is cut out of it and checked.
_PEOPLE_LENGTH = 20_000
_LINK = Kind.LOOKUP
_EVERYWHERE = "opportunity,lead,contact,account"


def _text(name: str, label: str, length: int = 300) -> FieldSpec:
    return FieldSpec(label, Kind.TEXT, name, length=length)


def _people(name: str, label: str) -> FieldSpec:
    return FieldSpec(label, Kind.MEMO, name, length=_PEOPLE_LENGTH)


_EVERY = (
    _text(OWNER, N_("Owner")),
    FieldSpec(N_("Created On"), Kind.MOMENT, CREATED_ON),
    _text(STATUS, N_("Status")),
    _text(RECORD_ID, N_("Record ID")),
    _text(ROW_CHECKSUM, N_("Row Checksum")),
    FieldSpec(N_("Modified On"), Kind.MOMENT, MODIFIED_ON),
    _text(SOURCE_ID, N_("Source Id")),
)
_NAMED = (_text(FULL_NAME, N_("Full Name")),)
#: Names of the targets that hold who took part in an activity, in the order in which they are asked.
PEOPLE = ("from", "to", "cc", "bcc", "required", "optional", "organizer")
_OF_ACTIVITIES = (
    FieldSpec(N_("Regarding"), _LINK, REGARDING, target=_EVERYWHERE),
    FieldSpec(N_("Regarding (Opportunity)"), _LINK, "regarding_opportunity", target="opportunity"),
    FieldSpec(N_("Regarding (Lead)"), _LINK, "regarding_lead", target="lead"),
    FieldSpec(N_("Regarding (Contact)"), _LINK, "regarding_contact", target="contact"),
    FieldSpec(N_("Regarding (Account)"), _LINK, "regarding_account", target="account"),
    _text(START_TIME, N_("Start Time"), 40),
    _text(DUE_TIME, N_("End Time"), 40),
    _people("from", N_("From")),
    _people("to", N_("To")),
    _people("cc", N_("Cc")),
    _people("bcc", N_("Bcc")),
    _people("required", N_("Required Attendees")),
    _people("optional", N_("Optional Attendees")),
    _people("organizer", N_("Organizer")),
)
#: What an activity can regard, the most telling first: of several columns the first one that is filled counts.
REGARDED = (REGARDING, *(f"regarding_{entity}" for entity in _EVERYWHERE.split(",")))
#: Fields that nobody types into, but that an import brings from where the record comes from.
_OPENED = {
    "opportunity": (
        *("originating_lead_id", "sales_stage", "actual_close_date", "actual_revenue"),
        "closing_description",
    ),
    "activity": ("kind", "closed_on"),
}


@configuration.forgets
@functools.cache
def specs_of(table: type[Record]) -> dict[str, FieldSpec]:
    """Every field of a table and everything else that a column can fill, by the name of the target.

    `target` of a look-up over several tables names them all, separated by commas (`tables_of`).
    """
    found = dict(fields_of(table))
    for name in _OPENED.get(table.entity, ()):
        found[name] = replace(found[name], locked=False)
    if table.entity == "activity":
        # A subject is not asked of e-mails and notes (S 1.6), which only the whole row can tell.
        found["subject"] = replace(found["subject"], level=Level.OPTIONAL)
    return found | {spec.name: spec for spec in _specials(table)}


@configuration.forgets
@functools.cache
def open_fields(table: type[Record]) -> tuple[FieldSpec, ...]:
    """The fields of a table that a column can fill, in the order of the table."""
    specs = specs_of(table)
    special = {spec.name for spec in _specials(table)}
    return tuple(s for name in fields_of(table) if name not in special and not (s := specs[name]).locked)


def special_targets(entity: str) -> tuple[FieldSpec, ...]:
    """What a column can fill beside the fields of a table."""
    return _specials(record_table(entity))


@functools.cache
def _specials(table: type[Record]) -> tuple[FieldSpec, ...]:
    found: tuple[FieldSpec, ...] = _EVERY
    if "last_name" in fields_of(table):
        found = (*_NAMED, *found)
    if table.entity == "opportunity":
        found = (FieldSpec(N_("Potential Customer"), _LINK, CUSTOMER, target="account,contact"), *found)
    if table.entity == "activity":
        found = (*_OF_ACTIVITIES, *found)
    return found


def tables_of(spec: FieldSpec) -> tuple[str, ...]:
    """The tables in which a look-up field finds its records."""
    return tuple(spec.target.split(",")) if spec.target else ()


@functools.cache
def is_added(heading: str) -> bool:
    """Whether we added this column to rows that did not come in."""
    return heading in {gettext(language, each) for language in languages() for each in (IMPORT_RESULT, IMPORT_REASON)}


#: Kinds whose required fields begin with a default.
_DEFAULTED = (Kind.CHOICE, Kind.CURRENCY)


def required_fields(table: type[Record]) -> list[FieldSpec]:
    """The fields without which a row becomes no record; options and currencies have a default, or `rules` ask for them."""
    return [s for s in specs_of(table).values() if s.required and not s.locked and s.kind not in _DEFAULTED]
