"""Which form somebody gets, and what that form asks of a save (S 2.2, 13.11).

Required and read-only fields of a form hold for what is saved from a form. Imports, cells of lists, bulk edits and the
verbs of processes know no form: what nobody may see or change is a matter of column security, not of forms.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rxcrm.models import configuration
from rxcrm.models.base import Record
from rxcrm.models.errors import BadValue, CrmError, Invalid
from rxcrm.models.fields import Kind, control, fields_of
from rxcrm.models.forms.layout import Layout, Place, words
from rxcrm.models.forms.shipped import SHIPPED
from rxcrm.models.forms.tables import Published
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.translation import N_


def form_for(entity: str, roles: Collection[str]) -> Published | None:
    """The first form of a table that fits somebody's roles; None for the one that was shipped."""
    forms: tuple[Published, ...] = configuration.current().part("forms").get(entity, ())
    return next((form for form in forms if not form.roles or form.roles & set(roles)), None)


def layout_for(entity: str, roles: Collection[str]) -> Layout:
    """What the form of a table looks like for somebody with these roles."""
    form = form_for(entity, roles)
    return form.layout if form else SHIPPED[entity]


def must_stay(entity: str) -> frozenset[str]:
    """The fields that can never leave a form, be optional or read-only: without them nothing could be saved (S 13.11)."""
    return frozenset(
        name for name, spec in fields_of(record_table(entity)).items() if spec.required and not spec.custom
    )


def placed(entity: str, layout: Layout) -> dict[str, Place]:
    """Every field that a form shows, with what the form says of it; custom ones also where "More" shows them all."""
    specs = fields_of(record_table(entity))
    found = {name: place for name in layout.names if name in specs and (place := layout.place(name))}
    if "more" in layout.parts:
        found |= {name: Place(name) for name, spec in specs.items() if spec.custom and name not in found}
    return found


def asks(spec: Any) -> bool:
    """Whether a field can be made required by a form: one that people fill in and that can be empty."""
    return not (spec.locked or spec.always or spec.kind is Kind.YESNO)


def hidden_customs(act: Act, entity: str) -> frozenset[str]:
    """The custom fields that the asker's form does not show: they cannot be asked for."""
    if entity not in SHIPPED:
        return frozenset()
    shown = placed(entity, layout_for(entity, act.who.roles))
    return frozenset(
        name for name, spec in fields_of(record_table(entity)).items() if spec.custom and name not in shown
    )


def shown_only(act: Act, entity: str) -> frozenset[str]:
    """The fields that the asker's form shows and does not let him change."""
    if entity not in SHIPPED:
        return frozenset()
    shown = placed(entity, layout_for(entity, act.who.roles))
    return frozenset(name for name, place in shown.items() if place.locked)


def require_unchanged(act: Act, row: Record, typed: Mapping[str, str], begun: Mapping[str, str]) -> None:
    """Raises Invalid for fields that the asker's form only shows; what a new record has `begun` with may stay so."""
    layout, specs = layout_for(row.entity, act.who.roles), fields_of(type(row))
    problems: dict[str, CrmError] = {
        name: BadValue(
            N_("%(label)s is read-only on this form."), label=label_of(row.entity, placed(row.entity, layout)[name])
        )
        for name in sorted(shown_only(act, row.entity) & typed.keys())
        if typed[name] != begun.get(name, control(specs[name], getattr(row, name))) or not act.who.may_read(specs[name])
    }
    if problems:
        raise Invalid(problems)


def require_filled(act: Act, row: Record) -> None:
    """Raises Invalid for every field that the asker's form requires and that the record, as it is to be saved, leaves empty."""
    if row.entity not in SHIPPED:
        return
    specs = fields_of(type(row))
    problems: dict[str, CrmError] = {
        name: BadValue(N_("%(label)s is required."), label=label_of(row.entity, place))
        for name, place in placed(row.entity, layout_for(row.entity, act.who.roles)).items()
        if place.required and asks(specs[name]) and getattr(row, name) in ("", None) and act.who.may_fill(specs[name])
    }
    if problems:
        raise Invalid(problems)


def label_of(entity: str, place: Place) -> str:
    """What a form calls a field."""
    return words(place.labels, place.label or fields_of(record_table(entity))[place.field].label)
