"""Custom fields as the settings page shows them, and what stands against deleting one (S 13.10)."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlmodel import col

from rxcrm.models import configuration
from rxcrm.models.fields import Kind
from rxcrm.models.records import Act
from rxcrm.models.shaping import customs, options
from rxcrm.models.shaping.mentions import Mention, views_with_field
from rxcrm.models.shaping.tables import KINDS, CustomField
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_, gettext


@dataclass
class FieldView:
    """One custom field on the settings page: `deleted` is when (ISO), `first` and `last` those that are not."""

    id: int
    entity: str
    name: str
    label: str
    kind: str
    kind_label: str
    level: str
    filterable: bool
    active: bool
    deleted: str
    list_key: str
    help: str = ""
    first: bool = False
    last: bool = False


@dataclass
class FieldsView:
    """The custom fields of a table in their order; deleted ones last, as long as they can be brought back."""

    number: int = 0
    rows: list[FieldView] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def listed(act: Act, entity: str) -> FieldsView:
    """The fields of one table, and how many every table has."""
    options.require_administrator(act)
    of_table = select(CustomField).where(col(CustomField.entity) == entity)
    rows = act.session.scalars(of_table.order_by(col(CustomField.position), col(CustomField.id)))
    found = sorted((_view(row, act.who.conventions.locale) for row in rows), key=lambda view: view.deleted != "")
    if kept := [view for view in found if not view.deleted]:
        kept[0].first = kept[-1].last = True
    kept_ones = select(CustomField.entity, func.count()).where(col(CustomField.deleted_on).is_(None))  # type: ignore[call-overload]
    counts = {row[0]: row[1] for row in act.session.execute(kept_ones.group_by(CustomField.entity))}
    return FieldsView(configuration.current().number, found, {name: counts.get(name, 0) for name in customs.SHAPED})


def _view(row: CustomField, locale: str) -> FieldView:
    kind = gettext(locale, KINDS[Kind(row.kind)])
    if row.kind == Kind.LOOKUP:
        kind = gettext(locale, N_("%(kind)s: %(table)s"), kind=kind, table=gettext(locale, RECORDS[row.target].title))
    return FieldView(
        id=row.id or 0,
        entity=row.entity,
        name=row.name,
        label=row.labels.get(locale) or row.label,
        kind=row.kind,
        kind_label=kind,
        level=row.level,
        filterable=row.filterable,
        active=row.active and row.deleted_on is None,
        deleted=row.deleted_on.isoformat() if row.deleted_on else "",
        list_key=row.list_key if row.kind == Kind.CHOICE else "",
        help=row.help,
    )


@dataclass
class FieldDoom:
    """What stands against deleting a field: how many records hold a value in it, and which views speak of it."""

    records: int = 0
    views: list[Mention] = field(default_factory=list)


def doom_of(act: Act, field_id: int) -> FieldDoom:
    """What deleting a field would mean."""
    row = customs.find(act, field_id)
    return FieldDoom(customs.holders(act.session, row), views_with_field(act, row.entity, row.name))
