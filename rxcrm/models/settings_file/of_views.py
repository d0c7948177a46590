"""In a settings file: the views of the system, their order, and with which one each role begins."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from rxcrm.models import reindexing
from rxcrm.models.defining import DESCRIPTION_LENGTH, NAME_LENGTH, checked, checked_name
from rxcrm.models.errors import BadValue, NotAllowed
from rxcrm.models.records import Act
from rxcrm.models.saved_view import Purpose, SavedView, ViewDefault
from rxcrm.models.searching import fold, sort_key
from rxcrm.models.settings_file.of_organisation import unknown
from rxcrm.models.settings_file.parts import AS_SHIPPED, Desk, Items, Part, register, shipped, shipped_key
from rxcrm.models.settings_file.references import UNKNOWN, Directory
from rxcrm.models.settings_file.shapes import NAMES, Shape, anything, flag, mapping, maybe, record, shipped_or, text
from rxcrm.models.system_views import SystemView, all_of, key_of
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_

_VIEW = record(definition=maybe(anything), name=text(NAME_LENGTH), description=text(DESCRIPTION_LENGTH), hidden=flag)
_OWN = record(definition=anything, description=text(DESCRIPTION_LENGTH), hidden=flag)
_TABLE = record(order=NAMES, defaults=mapping(text(120), 200))
_SHIPPED = shipped_or(_VIEW)
#: Whose default a view is that is everybody's.
EVERYBODY = "(everybody)"


def _shape(name: str) -> Shape:
    entity, _, view = name.partition("/")
    if entity not in RECORDS:
        return unknown(name)
    return _TABLE if not view else _SHIPPED if shipped_key(view) else _OWN


def view_out(act: Act, entity: str, key: str) -> str:
    """What a file calls a view of the system; empty for any other."""
    known = next((view for view in all_of(entity) if view.key == key and view.published), None)
    return "" if known is None else shipped(key) if known.shipped else known.view.label


def view_in(entity: str, name: str) -> str:
    """The key here of a view of the system that a file names; empty if there is none."""
    key = shipped_key(name)
    for view in all_of(entity):
        if view.published and (
            (view.shipped and view.key == key) or (not view.shipped and not key and _is(view, name))
        ):
            return view.key
    return ""


def _is(view: SystemView, name: str) -> bool:
    return fold(view.view.label) == fold(name)


def _rows(act: Act) -> dict[tuple[str, str], SavedView]:
    """(table, key) → the row of every view of the system."""
    asked = select(SavedView).where(col(SavedView.owner_id).is_(None)).order_by(col(SavedView.id))
    return {(row.entity, row.key or key_of(row.id or 0)): row for row in act.session.exec(asked)}


def _export(act: Act) -> Items:
    names, rows, found = Directory(act), _rows(act), Items()
    for entity in RECORDS:
        order = []
        for view in all_of(entity):
            row = rows.get((entity, view.key))
            if not view.published:
                continue
            name = shipped(view.key) if view.shipped else view.view.label
            found[f"{entity}/{name}"] = _view_out(names, entity, view, row)
            order += [name] if view.purpose is Purpose.LIST else []
        defaults = {}
        for chosen in act.session.exec(select(ViewDefault).where(ViewDefault.entity == entity)):
            role, view_name = (
                names.role_out(chosen.role) if chosen.role else EVERYBODY,
                view_out(act, entity, chosen.view),
            )
            if role and view_name:
                defaults[role] = view_name
        found[entity] = {"order": order, "defaults": defaults}
    return found


def _view_out(names: Directory, entity: str, view: SystemView, row: SavedView | None) -> Any:
    if row is None:
        return AS_SHIPPED
    definition = row.definition
    if definition is not None:
        definition = {**definition, "where": names.condition_out(entity, definition.get("where"))}
    if not view.shipped:
        return {"definition": definition, "description": row.description, "hidden": row.hidden}
    if definition is None and not row.name and not row.description and not row.hidden:
        return AS_SHIPPED
    return {"definition": definition, "name": row.name, "description": row.description, "hidden": row.hidden}


def _apply(desk: Desk, wanted: Items) -> None:
    for name, value in wanted.items():
        entity, _, view = name.partition("/")
        if view:
            with desk.item(name):
                _view_in(desk, entity, view, value)
    desk.refresh()
    for entity in {name.partition("/")[0]: None for name in wanted}:
        with desk.item(entity):
            if entity in wanted:
                _order(desk, entity, wanted[entity])
                desk.refresh()
            if not any(v.published and not v.hidden and v.purpose is Purpose.LIST for v in all_of(entity)):
                raise NotAllowed(N_("This is the last view that is offered. Show another one first."))


def _view_in(desk: Desk, entity: str, name: str, value: Any) -> None:
    act, rows, key = desk.act, _rows(desk.act), shipped_key(name)
    known = next((view for view in all_of(entity) if view.key == key), None) if key else None
    if key and (known is None or not known.shipped):
        raise BadValue(N_("There is no such view."))
    label = name if not key else "" if value == AS_SHIPPED else value["name"]
    row = rows.get((entity, key)) if key else _named(rows, entity, name)
    if row is None:
        purpose, position = (known.purpose, known.position) if known else (Purpose.LIST, len(all_of(entity)))
        row = _new(act, entity, key, purpose, position)
    told: dict[str, Any] = {"definition": None, "description": "", "hidden": False} if value == AS_SHIPPED else value
    if label or not key:
        label, _ = checked_name(label, told["description"])
        own = row.key or (key_of(row.id) if row.id else "")
        if any(_is(view, label) and view.key != own for view in all_of(entity)):
            raise BadValue(N_("Another view of the system is called “%(name)s”."), name=label)
    definition = told["definition"]
    if definition is not None:
        where = desk.names.condition(entity, definition.get("where"))
        definition = checked(act, entity, {**definition, "where": where})
    if row.purpose == Purpose.FIND and row.definition != definition:
        reindexing.ask(act, entity)
    row.definition, row.description, row.hidden = definition, told["description"], told["hidden"]
    row.name, row.name_key = label, sort_key(label)
    row.version, row.modified_on, row.modified_by_id = row.version + 1, act.now, act.who.id
    act.session.add(row)


def _new(act: Act, entity: str, key: str, purpose: Purpose, position: int) -> SavedView:
    return SavedView(
        entity=entity,
        key=key,
        purpose=purpose.value,
        position=position,
        version=0,
        created_on=act.now,
        modified_on=act.now,
        modified_by_id=act.who.id,
    )


def _named(rows: dict[tuple[str, str], SavedView], entity: str, name: str) -> SavedView | None:
    return next(
        (row for row in rows.values() if row.entity == entity and not row.key and fold(row.name) == fold(name)), None
    )


def _order(desk: Desk, entity: str, value: dict[str, Any]) -> None:
    """Put the views of a table into an order, and choose with which each role begins."""
    act, rows = desk.act, _rows(desk.act)
    known = {view.key: view for view in all_of(entity) if view.purpose is Purpose.LIST}
    first = [key for key in dict.fromkeys(view_in(entity, name) for name in value["order"]) if key in known]
    for position, key in enumerate([*first, *(key for key in known if key not in first)]):
        row = rows.get((entity, key))
        if row is None and known[key].position == position:
            continue
        if row is None:
            row = _new(act, entity, key, Purpose.LIST, position)
            row.version = 1
        row.position = position
        act.session.add(row)
    chosen: dict[str, str] = {}
    for role, name in value["defaults"].items():
        key = view_in(entity, name)
        if not key or known[key].hidden:
            desk.warn(UNKNOWN, name=name)
        elif role == EVERYBODY or (here := desk.names.role(role)):
            chosen["" if role == EVERYBODY else here] = key
    act.session.execute(delete(ViewDefault).where(col(ViewDefault.entity) == entity))
    act.session.add_all(ViewDefault(entity=entity, role=role, view=key) for role, key in chosen.items())


register(Part("views", N_("Views"), 70, _export, _apply, _shape))
