"""Records side by side: what they hold, where they differ, what hangs on them, which one to keep (S 7.8, R3.18)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from sqlalchemy import String, func, literal, select, union_all

from rxcrm.models import configuration, lifecycle, records
from rxcrm.models.access import Privilege, visible
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind
from rxcrm.models.connection import Connection
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.fields import MASK, FieldSpec, Kind, fields_of, show
from rxcrm.models.history import HIDDEN
from rxcrm.models.lists import detail_of
from rxcrm.models.merging.survivors import MERGEABLE, merged_away
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.models.tagging.vocabulary import BETWEEN, vocabulary
from rxcrm.models.timeline.regarding import Place, names_of
from rxcrm.translation import N_, gettext, worded

#: Records in one merge.
FEWEST, MOST = 2, 5
NOT_MERGED = N_("Only leads, accounts and contacts can be merged.")
#: Fields that belong to the status of a record, which a merge leaves alone.
_LIFE = {"status", "status_reason"}

_ADDRESS = ("street1", "street2", "street3", "city", "state", "postal_code", "country")
_METHOD = (
    "preferred_contact_method",
    "do_not_email",
    "follow_email",
    "do_not_bulk_email",
    "do_not_phone",
    "do_not_mail",
)
_PERSON = ("salutation", "first_name", "middle_name", "last_name", "suffix", "job_title", "department")
_REACH = (
    *("business_phone", "mobile_phone", "home_phone", "other_phone", "fax", "pager"),
    *("email", "email2", "email3"),
)
#: Table → sections in the order of its form, with their fields; whatever is in none of them comes last.
SECTIONS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "lead": (
        (N_("Contact"), ("topic", *_PERSON, *_REACH)),
        (N_("Company"), ("company_name", "website", *_ADDRESS)),
        (
            N_("Qualify"),
            (
                *("lead_source", "rating", "existing_contact_id", "existing_account_id", "purchase_timeframe"),
                *("budget_amount", "purchase_process", "decision_maker"),
            ),
        ),
        (
            N_("Lead Information"),
            ("description", "industry", "annual_revenue", "employees", "sic_code", "currency"),
        ),
        (N_("Marketing Information"), ("source_campaign_id", "do_not_send_marketing", "last_campaign_date")),
        (N_("Contact Method"), _METHOD),
    ),
    "account": (
        (
            N_("Account Information"),
            (
                *("name", "account_number", "main_phone", "other_phone", "fax", "email", "website"),
                *("parent_account_id", "primary_contact_id"),
            ),
        ),
        (N_("Address"), _ADDRESS),
        (
            N_("Company Profile"),
            (
                *("industry", "ownership", "annual_revenue", "employees", "sic_code", "ticker_symbol"),
                *("relationship_type", "category", "description"),
            ),
        ),
        (N_("Billing"), ("currency", "credit_limit", "credit_hold", "payment_terms")),
        (N_("Contact Method"), _METHOD),
    ),
    "contact": (
        (N_("Contact Information"), (*_PERSON, "account_id", *_REACH, "website")),
        (N_("Address"), _ADDRESS),
        (
            N_("Personal Information"),
            ("role", "gender", "marital_status", "spouse_name", "birthday", "anniversary", "description"),
        ),
        (
            N_("Professional Information"),
            (
                *("manager_name", "manager_phone", "assistant_name", "assistant_phone"),
                *("currency", "credit_limit", "credit_hold"),
            ),
        ),
        (N_("Contact Method"), _METHOD),
    ),
}
_REST = N_("Other fields")


@dataclass
class Side:
    """One of the records: what tells it apart, and how much hangs on it (`counts`, by kind)."""

    id: int
    version: int
    name: str
    detail: str
    path: str
    status: str
    open: bool
    owner: str
    created: str
    counts: dict[str, int] = field(default_factory=dict)


@dataclass
class Row:
    """One field with its value in each record, as the asker reads it; `winner` is the id of the suggested one.

    Where values are `united`, the master gets all of them, and there is nothing to choose.
    A `sealed` one he may not choose: it is secured, and is merged by itself.
    """

    name: str
    label: str
    values: list[str]
    differs: bool
    winner: int
    united: bool = False
    sealed: bool = False


@dataclass
class Section:
    """Fields that stand together on the form."""

    title: str
    rows: list[Row]


@dataclass
class Comparison:
    """Records side by side, in the order in which they were named; `master` is the id of the one to keep."""

    entity: str = ""
    sides: list[Side] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    master: int = 0


def plan(act: Act, entity: str, ids: Sequence[int], master_id: int = 0, *, fill: bool = True) -> Comparison:
    """The records side by side, with what to keep suggested. Nothing is written.

    Unless one is named by `master_id`, the master is an open record before a closed one, then the one with most fields
    filled, then the oldest. A field keeps the master's value or, with `fill`, takes the first that is not blank. Raises
    what `gather` raises.
    """
    rows = gather(act, entity, ids)
    master = next((row for row in rows if row.id == master_id), None) or suggested(rows)
    return Comparison(entity, _sides(act, rows), _sections(act, rows, master, fill=fill), master.id or 0)


def gather(act: Act, entity: str, ids: Iterable[int]) -> list[Record]:
    """The records to be merged, found with WRITE: merging changes each of them (S 7.8, R9.8).

    Raises NotFound, NotAllowed with the record's name, or a sentence for a number or a table that cannot be merged.
    """
    if entity not in MERGEABLE:
        raise NotAllowed(NOT_MERGED)
    wanted = list(ids)
    if len(set(wanted)) != len(wanted):
        raise NotAllowed(N_("A record cannot be merged with itself."))
    if not FEWEST <= len(wanted) <= MOST:
        raise NotAllowed(N_("Choose %(fewest)s to %(most)s records to merge."), fewest=FEWEST, most=MOST)
    rows = [find(act, entity, record_id) for record_id in wanted]
    if gone := merged_away(act.session, entity, rows):
        name = next(row.display_name for row in rows if row.id in gone)
        raise NotAllowed(N_("%(name)s has been merged into another record already."), name=name)
    return rows


def find(act: Act, entity: str, record_id: int) -> Record:
    """One record found with WRITE; a refusal names it. Raises NotFound or NotAllowed."""
    row = records.seen(act, record_table(entity), record_id)
    if row is None:
        raise NotFound
    if row.deleted_on is not None:
        raise NotAllowed(N_("%(name)s is in the recycle bin. Restore it first."), name=row.display_name)
    if not (decision := act.may(Privilege.WRITE, row)):
        sentence = N_("%(name)s: %(because)s")
        raise NotAllowed(sentence, name=row.display_name, because=decision.because)
    return row


def suggested(rows: Sequence[Record]) -> Record:
    """The record to keep: open before closed, then the most complete, then the oldest."""
    return min(rows, key=lambda row: (not lifecycle.is_open(row), -_filled(row), row.created_on, row.id))


def _filled(row: Record) -> int:
    return sum(not is_blank(getattr(row, name)) for name in mergeable(type(row)))


@configuration.forgets
@cache
def mergeable(table: type[Record]) -> dict[str, FieldSpec]:
    """The fields that can be taken from any of the records; tags are those of all of them."""
    return {n: s for n, s in fields_of(table).items() if not s.locked and n not in _LIFE and s.kind is not Kind.TAGS}


def is_blank(value: Any) -> bool:
    """Whether a record has no value there; no and 0 are answers."""
    return value is None or value == ""


def winner_of(name: str, master: Record, others: Sequence[Record], *, fill: bool = True) -> Record:
    """Whose value a field gets if nobody chooses: the master's or, to fill a blank, the first that is not blank.

    Amounts are not taken over from a record in another currency, nor a link to one of the records themselves.
    """
    spec, group = mergeable(type(master))[name], {master.id, *(row.id for row in others)}

    def fits(row: Record) -> bool:
        if spec.kind is Kind.MONEY:
            return getattr(row, "currency", "") == getattr(master, "currency", "")
        return spec.target != master.entity or getattr(row, name) not in group

    rows = [row for row in (master, *others) if fits(row)]
    if fill:
        rows.sort(key=lambda row: is_blank(getattr(row, name)))
    return rows[0] if rows else master


# -- how -------------------------------------------------------------------------------------------------------------


def _sides(act: Act, rows: Sequence[Record]) -> list[Side]:
    counted = _counts(act, rows[0].entity, [row.id or 0 for row in rows])
    how = act.who.conventions
    found = []
    for row in rows:
        status = lifecycle.status_of(row)
        found.append(
            Side(
                id=row.id or 0,
                version=row.version,
                name=row.display_name,
                detail=detail_of(act, row),
                path=f"{row.path}/{row.id}",
                status=gettext(how.locale, status.label) if status is not None else "",  # the first one is 0
                open=lifecycle.is_open(row),
                owner=records.owner_name(act.session, row),
                created=row.created_on.isoformat(),
                counts=counted.get(row.id or 0, {}),
            )
        )
    return found


def _counts(act: Act, entity: str, ids: list[int]) -> dict[int, dict[str, int]]:
    """What hangs on each record, by kind: activities, notes (and posts), connections, records that point to it."""
    activity, link = cast(Any, Activity), cast(Any, Connection)
    notes = activity.kind.in_([int(ActivityKind.NOTE), int(ActivityKind.POST)])
    regarding = (activity.regarding_entity == entity, activity.regarding_id.in_(ids), activity.deleted_on.is_(None))
    parts: list[Any] = [
        select(activity.regarding_id, literal(kind, String), func.count())
        .where(*regarding, condition)
        .group_by(activity.regarding_id)
        for kind, condition in (("activity", ~notes), ("note", notes))
    ]
    parts.append(
        select(link.record_id, literal("connection", String), func.count())
        .where(link.entity == entity, link.record_id.in_(ids), link.active)
        .group_by(link.record_id)
    )
    for table in RECORDS.values():
        columns: Any = table
        parts += [
            select(getattr(columns, spec.name), literal(table.entity, String), func.count())
            .where(getattr(columns, spec.name).in_(ids), columns.deleted_on.is_(None), visible(act.who, table))
            .group_by(getattr(columns, spec.name))
            for spec in records.lookups_of(table)
            if spec.target == entity and act.who.may_read(spec)
        ]
    found: dict[int, dict[str, int]] = {record_id: {} for record_id in ids}
    for record_id, kind, number in act.session.execute(union_all(*parts)):
        found[record_id][kind] = found[record_id].get(kind, 0) + number
    return found


def _sections(act: Act, rows: Sequence[Record], master: Record, *, fill: bool) -> list[Section]:
    specs = mergeable(type(rows[0]))
    names = names_of(act, _places(rows, {n: s for n, s in specs.items() if act.who.may_read(s)}))
    listed = [(title, [n for n in fields if n in specs]) for title, fields in SECTIONS[master.entity]]
    placed = {name for _, fields in listed for name in fields}
    listed.append((_REST, [name for name in specs if name not in placed]))
    others = [row for row in rows if row is not master]
    sections = []
    for title, fields in listed:
        shown = [_row(act, specs[name], rows, names, winner_of(name, master, others, fill=fill)) for name in fields]
        if filled := [row for row in shown if any(row.values)]:
            sections.append(Section(title, filled))
    told = [f"{BETWEEN} ".join(vocabulary().names(getattr(row, "tags"))) for row in rows]  # noqa: B009
    if any(told):
        label = worded(act.who.conventions.locale, fields_of(type(master))["tags"].label)
        sections.append(Section(label, [Row("tags", label, told, len(set(told)) > 1, 0, united=True)]))
    return sections


def _places(rows: Sequence[Record], specs: dict[str, FieldSpec]) -> list[Place]:
    found = [(s.target, getattr(row, n)) for row in rows for n, s in specs.items() if s.kind is Kind.LOOKUP]
    return [(entity, record_id) for entity, record_id in found if record_id]


def _row(act: Act, spec: FieldSpec, rows: Sequence[Record], names: dict[Place, str], winner: Record) -> Row:
    held = [getattr(row, spec.name) for row in rows]
    label, sealed = worded(act.who.conventions.locale, spec.label), not act.who.may_fill(spec)
    if not act.who.may_read(spec):
        return Row(spec.name, label, [MASK for _ in rows], differs=False, winner=rows[0].id or 0, sealed=True)
    return Row(
        name=spec.name,
        label=label,
        values=[_shown(act, spec, row, value, names) for row, value in zip(rows, held, strict=True)],
        differs=len(set(held)) > 1 or _mixed(spec, rows, held),
        winner=winner.id or 0,
        sealed=sealed,
    )


def _mixed(spec: FieldSpec, rows: Sequence[Record], held: list[Any]) -> bool:
    """Whether amounts are the same numbers in different currencies."""
    if spec.kind is not Kind.MONEY or is_blank(held[0]):
        return False
    return len({getattr(row, "currency", "") for row in rows}) > 1


def _shown(act: Act, spec: FieldSpec, row: Record, value: Any, names: dict[Place, str]) -> str:
    if spec.kind is Kind.LOOKUP:
        return (names.get((spec.target, value)) or gettext(act.who.conventions.locale, HIDDEN)) if value else ""
    return show(spec, value, act.conventions_of(row))
