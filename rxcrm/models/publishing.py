"""The views of the system: administrators draft, publish, hide, order and reset them (S R9.2-9.5).

What is drafted nobody else sees; publishing shows it to everybody at once, without a restart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from rxcrm.models import configuration, reindexing
from rxcrm.models.access import with_columns
from rxcrm.models.defining import checked, checked_name, view_from
from rxcrm.models.errors import BadValue, NotAllowed, NotFound, Stale
from rxcrm.models.people import User
from rxcrm.models.privileges import known_roles
from rxcrm.models.records import Act
from rxcrm.models.saved_view import Purpose, SavedView, ViewDefault
from rxcrm.models.saved_views import find, require_version
from rxcrm.models.searching import sort_key
from rxcrm.models.system_views import SystemView, all_of, id_of, key_of
from rxcrm.models.tables import record_table
from rxcrm.models.views import View
from rxcrm.translation import N_

ADMINISTRATORS = N_("Only administrators change the views of the system. Save it as a view of your own.")


def require_administrator(act: Act) -> None:
    """Raises NotAllowed."""
    if not act.who.administrator:
        raise NotAllowed(ADMINISTRATORS)


def listed(entity: str, key: str) -> SystemView:
    """A view of the system, drafts and hidden ones too. Raises NotFound."""
    for view in all_of(entity):
        if view.key == key:
            return view
    raise NotFound(N_("There is no such view."))


@dataclass
class Draft:
    """A view as its editor shows it: what is drafted, else what is published; who drafted it and since which version."""

    view: View
    version: int
    drafted: bool
    description: str
    who: str = ""


def draft_of(act: Act, entity: str, key: str) -> Draft:
    """What an administrator edits."""
    require_administrator(act)
    known = listed(entity, key)
    row = act.session.get(SavedView, known.id) if known.id else None
    if row is None:
        return Draft(known.view, 0, False, known.description)
    view = known.view
    if row.draft:
        view = replace(view_from(view, row.draft.get("definition")), label=row.draft.get("name") or view.label)
    about = (row.draft or {}).get("description", row.description)
    who = act.session.get(User, row.modified_by_id) if row.modified_by_id else None
    return Draft(view, row.version, row.draft is not None, about, who.name if who else "")


def draft(
    act: Act, entity: str, key: str, version: int, definition: Mapping[str, Any], name: str = "", description: str = ""
) -> SavedView:
    """Keep a change of a system view to oneself. Raises NotAllowed, NotFound, Stale, Invalid, BadFilter."""
    require_administrator(act)
    row = _row(act, entity, key, version)
    name, description = checked_name(name or row.name or _shipped_label(entity, key), description)
    require_free_name(act, row, name)
    row.draft = {"definition": checked(act, row.entity, definition), "name": name, "description": description}
    return _changed(act, row)


def publish(act: Act, entity: str, key: str, version: int) -> SavedView:
    """Show everybody what is drafted. Raises Stale, with the name of who was faster, if it is not the draft one saw."""
    require_administrator(act)
    row = _row(act, entity, key, version)
    if row.draft is None:
        raise NotAllowed(N_("There is nothing to publish: this view is as everybody sees it."))
    row.definition = checked(act, row.entity, row.draft["definition"])
    if row.purpose == Purpose.FIND and tuple(row.definition.get("find") or ()) != listed(entity, key).view.find:
        reindexing.ask(act, row.entity)
    row.name, row.description = row.draft["name"], row.draft.get("description", row.description)
    row.name_key, row.draft = sort_key(row.name), None
    return _changed(act, row)


def discard(act: Act, entity: str, key: str, version: int) -> None:
    """Throw a draft away; one that was never published goes altogether."""
    require_administrator(act)
    row = _row(act, entity, key, version)
    row.draft = None
    _changed(act, row)
    if not row.key and row.definition is None:
        act.session.delete(row)
        configuration.changed(act)


def add(act: Act, entity: str, name: str, definition: Mapping[str, Any], description: str = "") -> SavedView:
    """A new view of the system, as a draft."""
    require_administrator(act)
    entity = record_table(entity).entity
    name, description = checked_name(name, description)
    row = _new(act, entity, "", len(all_of(entity)))
    require_free_name(act, row, name)
    row.name, row.name_key, row.description = name, sort_key(name), description
    row.draft = {"definition": checked(act, entity, definition), "name": name}
    return _changed(act, row)


def publish_personal(act: Act, view_id: int) -> SavedView:
    """Make a view that an administrator sees one of the system, for everybody; the personal one stays."""
    require_administrator(act)
    mine = find(act, view_id)
    row = add(act, mine.entity, mine.name, mine.definition or {}, mine.description)
    return publish(act, mine.entity, key_of(row.id or 0), row.version)


def reset(act: Act, entity: str, key: str, version: int) -> None:
    """Let a shipped view be again as it came. Raises NotAllowed for one that did not come with the product."""
    require_administrator(act)
    if not listed(entity, key).shipped:
        raise NotAllowed(N_("This view did not come with rxcrm: there is nothing to go back to."))
    row = _row(act, entity, key, version)
    if row.purpose == Purpose.FIND and row.definition:
        reindexing.ask(act, row.entity)
    row.definition, row.draft, row.name, row.name_key, row.description = None, None, "", "", ""
    _changed(act, row)


def remove(act: Act, entity: str, key: str, version: int) -> None:
    """Delete a view of the system for good. Raises NotAllowed for shipped ones and for the last one that is offered."""
    require_administrator(act)
    known = listed(entity, key)
    if known.shipped:
        raise NotAllowed(N_("Views that came with rxcrm cannot be deleted. Hide it instead."))
    _require_another(entity, known)
    row = _row(act, entity, key, version)
    act.session.execute(delete(ViewDefault).where(col(ViewDefault.entity) == entity, col(ViewDefault.view) == key))
    act.session.delete(row)
    configuration.changed(act)


def hide(act: Act, entity: str, key: str, version: int, hidden: bool) -> SavedView:
    """Take a view of the system out of everybody's selector, or show it again."""
    require_administrator(act)
    known = listed(entity, key)
    if known.purpose is not Purpose.LIST:
        raise NotAllowed(N_("This view stands in no selector."))
    if hidden:
        _require_another(entity, known)
    row = _row(act, entity, key, version)
    row.hidden = hidden
    return _changed(act, row)


def arrange(act: Act, entity: str, keys: Sequence[str]) -> None:
    """Put the views of the system into this order; those that are not named follow in their own."""
    require_administrator(act)
    known = {view.key: view for view in all_of(entity) if view.purpose is Purpose.LIST}
    wanted = [key for key in dict.fromkeys(keys) if key in known]
    for position, key in enumerate([*wanted, *(key for key in known if key not in wanted)]):
        _row(act, entity, key, known[key].version).position = position
    act.session.flush()
    configuration.changed(act)


def begin_with(act: Act, entity: str, role: str, key: str) -> None:
    """Let everybody of a role ("" for everybody) begin with a view of the system; without key with the first one."""
    require_administrator(act)
    if role and role not in known_roles():
        raise BadValue(N_("“%(value)s” is no role."), value=role[:40])
    entity = record_table(entity).entity
    row = act.session.exec(
        select(ViewDefault).where(ViewDefault.entity == entity, ViewDefault.role == role).with_for_update()
    ).first()
    if not key:
        if row:
            act.session.delete(row)
    else:
        known = listed(entity, key)
        if known.purpose is not Purpose.LIST or known.hidden or not known.published:
            raise NotAllowed(N_("Only a view that is offered to everybody can be a default."))
        row = row or ViewDefault(entity=entity, role=role, view=key)
        row.view = key
        act.session.add(row)
    configuration.changed(act)


def as_role(act: Act, role: str) -> Act:
    """The same act as somebody of one role alone would do it, with the same unit and teams: for a preview.

    Raises NotAllowed for who is no administrator.
    """
    require_administrator(act)
    if role not in known_roles():
        raise BadValue(N_("“%(value)s” is no role."), value=role[:40])
    return Act(act.session, with_columns(replace(act.who, roles=frozenset({role}))), act.now)


# -- rows ------------------------------------------------------------------------------------------------------------


def _row(act: Act, entity: str, key: str, version: int) -> SavedView:
    """The row of a view, locked, in the version that the administrator knows; a shipped view gets one when it is changed."""
    entity = record_table(entity).entity
    known = next((v for v in all_of(entity) if v.key == key and v.shipped), None)
    act.session.refresh(act.organisation, with_for_update=True)  # of two who make the first row the second one waits
    named = SavedView.key == key if known else SavedView.id == id_of(key)
    row = act.session.exec(
        select(SavedView)
        .where(SavedView.entity == entity, col(SavedView.owner_id).is_(None), named)
        .execution_options(populate_existing=True)
    ).first()
    if row:
        require_version(act, row, version)
        return row
    if known is None or version:
        raise Stale(N_("Somebody else deleted this view while you were changing it."))
    return _new(act, entity, key, known.position, known.purpose)


def _new(act: Act, entity: str, key: str, position: int, purpose: Purpose = Purpose.LIST) -> SavedView:
    row = SavedView(
        entity=entity,
        key=key,
        purpose=purpose.value,
        position=position,
        created_on=act.now,
        modified_on=act.now,
        modified_by_id=act.who.id,
        version=0,
    )
    act.session.add(row)
    return row


def _changed(act: Act, row: SavedView) -> SavedView:
    row.version += 1
    row.modified_on, row.modified_by_id = act.now, act.who.id
    act.session.add(row)
    act.session.flush()
    configuration.changed(act)
    return row


def _shipped_label(entity: str, key: str) -> str:
    return next((v.view.label for v in all_of(entity) if v.key == key), "")


def require_free_name(act: Act, row: SavedView, name: str) -> None:
    """Raises BadValue if another view of the system has this name."""
    mine = row.key or (key_of(row.id) if row.id else "")
    if any(sort_key(v.view.label) == sort_key(name) and v.key != mine for v in all_of(row.entity)):
        raise BadValue(N_("Another view of the system is called “%(name)s”."), name=name)


def _require_another(entity: str, known: SystemView) -> None:
    others = [
        v for v in all_of(entity) if v.purpose is Purpose.LIST and v.published and not v.hidden and v.key != known.key
    ]
    if not others:
        raise NotAllowed(N_("This is the last view that is offered. Show another one first."))
