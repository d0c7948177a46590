"""What administrators do with forms: draft, publish, discard, restore, add, order, put out of use (S 13.11).

What is drafted nobody else sees; publishing shows it in every open form, without a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import col, select

from rxcrm.models import configuration
from rxcrm.models.cleaning import clean
from rxcrm.models.errors import BadValue, NotAllowed, NotFound, Stale
from rxcrm.models.fields import custom_spec, fields_of
from rxcrm.models.forms.layout import Layout, Place, Section, Tab, read, repeated, written
from rxcrm.models.forms.shipped import OFFERED, SHIPPED
from rxcrm.models.forms.tables import MAIN, Form
from rxcrm.models.forms.using import asks, must_stay, placed
from rxcrm.models.people import User
from rxcrm.models.privileges import known_roles
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.searching import fold
from rxcrm.models.shaping.options import require_administrator
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

#: What the form is called that everybody has for whom there is no other.
EVERYBODY = N_("Form for everybody")
#: Forms of one table, and characters of a name.
MOST_FORMS, NAME_LENGTH = 20, 100
#: Who was faster, and what to do about it.
CHANGED = N_(
    "%(who)s changed this form while you were working on it. What you did is still here: take theirs, or put yours over it."
)


@dataclass
class FormRow:
    """A form in the table of the settings page; id 0 is the shipped one that nobody has changed."""

    id: int
    entity: str
    name: str
    main: bool
    roles: list[str]
    published: bool
    drafted: bool
    active: bool
    first: bool = False
    last: bool = False


@dataclass
class Draft:
    """A form as its editor shows it: what is drafted, else what is published. `layout` and `published` are as stored."""

    id: int
    entity: str
    version: int
    name: str
    main: bool
    roles: list[str]
    layout: dict[str, Any]
    shipped: dict[str, Any]
    drafted: bool
    published: bool
    active: bool
    who: str = ""
    at: str = ""
    #: Name and roles of the forms that are tried before this one.
    before: list[dict[str, Any]] = field(default_factory=list)
    #: The same of those that are tried after it.
    after: list[dict[str, Any]] = field(default_factory=list)
    must_stay: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)


def listed(act: Act, entity: str) -> list[FormRow]:
    """The forms of a table in the order in which they are tried, everybody's last. Raises NotFound."""
    require_administrator(act)
    rows = _rows(act, entity)
    views = [
        FormRow(
            id=row.id or 0,
            entity=entity,
            name=row.name,
            main=False,
            roles=list(row.roles if row.published else (row.draft or {}).get("roles", row.roles)),
            published=row.published,
            drafted=row.draft is not None,
            active=row.active,
        )
        for row in rows
        if row.key != MAIN
    ]
    if views:
        views[0].first = views[-1].last = True
    main = next((row for row in rows if row.key == MAIN), None)
    drafted = main is not None and main.draft is not None
    views.append(
        FormRow((main.id or 0) if main else 0, entity, EVERYBODY, True, [], True, drafted, True, first=True, last=True)
    )
    return views


def opened(act: Act, entity: str, form_id: int) -> Draft:
    """A form as an administrator edits it; id 0 is everybody's. Raises NotFound."""
    require_administrator(act)
    rows = _rows(act, entity)
    row = _among(rows, form_id)
    main = row is None or row.key == MAIN
    shown: Mapping[str, Any] = (row.draft if row else None) or {}
    shipped = written(SHIPPED[entity])
    layout = shown.get("layout") or (row.layout if row else None) or shipped
    who = act.session.get(User, row.modified_by_id) if row and row.modified_by_id else None
    others = [one for one in rows if one.key != MAIN and one.published and one.active]
    at = len(others) if main or row not in others else others.index(row)
    offers = [{"id": one.id, "name": one.name, "roles": list(one.roles)} for one in others]
    return Draft(
        id=(row.id or 0) if row else 0,
        entity=entity,
        version=row.version if row else 0,
        name=EVERYBODY if main or row is None else shown.get("name") or row.name,
        main=main,
        roles=[] if main or row is None else [r for r in shown.get("roles", row.roles) if r in known_roles()],
        layout=written(_without_gone(entity, read(layout, SHIPPED[entity]))),
        shipped=shipped,
        drafted=bool(shown),
        published=row is None or row.published,
        active=row is None or row.active,
        who=who.name if who else "",
        at=row.modified_on.isoformat() if row else "",
        before=offers[:at],
        after=offers[at + 1 :] if row in others else offers[at:],
        must_stay=sorted(must_stay(entity)),
        parts=list(OFFERED[entity]),
    )


def draft(act: Act, entity: str, form_id: int, version: int, wanted: Mapping[str, Any]) -> Form:
    """Keep a change to oneself. Raises NotAllowed, NotFound, Stale with the name of who was faster, BadValue."""
    row = _locked(act, entity, form_id, version)
    row.draft = _checked(act, row, wanted)
    return _changed(act, row)


def publish(act: Act, entity: str, form_id: int, version: int, wanted: Mapping[str, Any]) -> Form:
    """Show everybody the form as the administrator sees it. Raises as `draft` does."""
    row = _locked(act, entity, form_id, version)
    found = _checked(act, row, wanted)
    row.layout, row.draft, row.published = found["layout"], None, True
    if row.key == MAIN:
        row.layout = None if row.layout == written(SHIPPED[entity]) else row.layout
    else:
        row.name, row.roles = found["name"], found["roles"]
    return _changed(act, row)


def discard(act: Act, entity: str, form_id: int, version: int) -> bool:
    """Throw a draft away; True if the form went with it, because it was never published."""
    row = _locked(act, entity, form_id, version)
    row.draft = None
    _changed(act, row)
    if row.published or row.key == MAIN:
        return False
    act.session.delete(row)
    act.session.flush()
    return True


def add(act: Act, entity: str, name: str, roles: list[str]) -> Form:
    """A form for some roles, as a draft that looks like everybody's; it is tried before those that there are."""
    require_administrator(act)
    configuration.changed(act)  # whoever else shapes something waits here
    rows = _rows(act, entity)
    if len(rows) >= MOST_FORMS:
        raise NotAllowed(N_("A table can have at most %(n)s forms."), n=MOST_FORMS)
    main = next((row for row in rows if row.key == MAIN), None)
    row = _new(act, entity, "")
    row.position = min((one.position for one in rows), default=0) - 1
    wanted = {"name": name, "roles": roles, "layout": (main.layout if main else None) or written(SHIPPED[entity])}
    found = _checked(act, row, wanted)
    row.name, row.roles, row.draft = found["name"], found["roles"], found
    return _changed(act, row)


def move(act: Act, entity: str, form_id: int, places: int) -> None:
    """Try a form earlier (negative) or later among those for roles."""
    require_administrator(act)
    configuration.changed(act)
    rows = _rows(act, entity)
    row = _among(rows, form_id)
    if row is None or row.key == MAIN:
        raise NotAllowed(N_("The form for everybody comes last."))
    rows = [each for each in rows if each.key != MAIN]
    at = rows.index(row)
    rows.insert(min(max(at + places, 0), len(rows) - 1), rows.pop(at))
    for position, each in enumerate(rows, 1):
        each.position = position
    act.session.flush()


def set_active(act: Act, entity: str, form_id: int, active: bool) -> Form:
    """Take a form for roles out of use, or back into it: meanwhile its people get the next that fits."""
    require_administrator(act)
    configuration.changed(act)
    row = _of_roles(act, entity, form_id)
    row.active = active
    return _changed(act, row)


def delete(act: Act, entity: str, form_id: int) -> str:
    """Delete a form for roles; its name. Nothing that records hold is touched."""
    require_administrator(act)
    configuration.changed(act)
    row = _of_roles(act, entity, form_id)
    name = row.name
    act.session.delete(row)
    act.session.flush()
    return name


# -- rows ------------------------------------------------------------------------------------------------------------


def _rows(act: Act, entity: str) -> list[Form]:
    if entity not in SHIPPED:
        raise NotFound(N_("There is no such form."))
    ordered = select(Form).where(col(Form.entity) == entity).order_by(col(Form.position), col(Form.id))
    return list(act.session.exec(ordered.execution_options(populate_existing=True)))


def _among(rows: list[Form], form_id: int) -> Form | None:
    """A form by its id; None for everybody's that nobody has changed yet. Raises NotFound."""
    if not form_id:
        return next((row for row in rows if row.key == MAIN), None)
    found = next((row for row in rows if row.id == form_id), None) if 0 < form_id < LARGEST_ID else None
    if found is None:
        raise NotFound(N_("There is no such form."))
    return found


def _locked(act: Act, entity: str, form_id: int, version: int) -> Form:
    """The form in the version that the administrator saw; of two at once the second one waits, and is told."""
    require_administrator(act)
    configuration.changed(act)
    rows = _rows(act, entity)
    if form_id and not any(row.id == form_id for row in rows):
        raise Stale(N_("Somebody else deleted this form while you were working on it."))
    row = _among(rows, form_id)
    if row is None:
        return _new(act, entity, MAIN)
    if row.version != version:
        who = act.session.get(User, row.modified_by_id) if row.modified_by_id else None
        raise Stale(CHANGED, who=who.name if who else N_("Somebody else"))
    return row


def _of_roles(act: Act, entity: str, form_id: int) -> Form:
    row = _among(_rows(act, entity), form_id)
    if row is None or row.key == MAIN:
        raise NotAllowed(N_("There is always a form for everybody."))
    return row


def _new(act: Act, entity: str, key: str) -> Form:
    return Form(entity=entity, key=key, version=0, created_on=act.now, modified_on=act.now, modified_by_id=act.who.id)


def _changed(act: Act, row: Form) -> Form:
    row.version += 1
    row.modified_on, row.modified_by_id = act.now, act.who.id
    act.session.add(row)
    act.session.flush()
    return row


# -- what was drawn --------------------------------------------------------------------------------------------------


def _checked(act: Act, row: Form, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of a form as the editor sends it. Raises BadValue with the first thing that is wrong."""
    layout = _sound(row.entity, read(wanted.get("layout"), SHIPPED[row.entity]))
    if row.key == MAIN:
        return {"layout": written(layout)}
    name, roles = wanted.get("name"), wanted.get("roles")
    if not isinstance(name, str) or not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise BadValue(N_("That is no form that could be shown. Reload the page and try again."))
    name = clean(name)
    if not name:
        raise BadValue(N_("Give the form a name."))
    if len(name) > NAME_LENGTH:
        raise BadValue(N_("A name can have at most %(n)s characters."), n=NAME_LENGTH)
    if any(fold(other.name) == fold(name) and other.id != row.id for other in _rows(act, row.entity)):
        raise BadValue(N_("Another form of this table has this name."))
    unknown = [role for role in roles if role not in known_roles()]
    if unknown:
        raise BadValue(N_("“%(value)s” is no role."), value=unknown[0][:40])
    if not roles:
        raise BadValue(N_("Choose at least one role: who has none of them gets another form."))
    return {"name": name, "roles": sorted(set(roles)), "layout": written(layout)}


def _sound(entity: str, layout: Layout) -> Layout:
    """A layout that can be shown and saved from. Raises BadValue."""
    if not layout.tabs:
        raise BadValue(N_("A form needs at least one tab."))
    if repeated(tab.key for tab in layout.tabs) or repeated(section.key for section in layout.sections):
        raise BadValue(N_("That is no form that could be shown. Reload the page and try again."))
    for tab in layout.tabs:
        if not (tab.labels or tab.label):
            raise BadValue(N_("Give every tab a name."))
    for section in layout.sections:
        if not (section.labels or section.label):
            raise BadValue(N_("Give every section a title."))
        if section.part and section.part not in OFFERED[entity]:
            raise BadValue(N_("That is no form that could be shown. Reload the page and try again."))
    for names in ((place.field for place in layout.body), (place.field for place in layout.header)):
        if twice := repeated(names):
            raise BadValue(N_("%(label)s stands on the form twice."), label=_label(entity, twice))
    if twice := repeated(section.part for section in layout.sections if section.part):
        raise BadValue(
            N_("%(label)s stands on the form twice."),
            label=next(section.label for section in layout.sections if section.part == twice),
        )
    return _fitting(entity, layout)


def _fitting(entity: str, layout: Layout) -> Layout:
    """A layout whose fields fit the table: what cannot be asked for is not, and what has to be there is."""
    specs, stays = fields_of(record_table(entity)), must_stay(entity)
    for place in (*layout.body, *layout.header):
        if place.field not in specs and custom_spec(entity, place.field) is None:
            raise BadValue(N_("There is no field “%(name)s”."), name=place.field)
        if place.locked and place.field in stays:
            raise BadValue(N_("%(label)s can never be read-only."), label=_label(entity, place.field))
        if place.locked and place.required:
            raise BadValue(
                N_("%(label)s cannot be required and read-only: nobody could fill it in."),
                label=_label(entity, place.field),
            )
    inside = {place.field for place in layout.body}
    for name in sorted(stays):
        if name not in inside:
            raise BadValue(
                N_("%(label)s can never leave a form: nothing can be saved without it."), label=_label(entity, name)
            )
    shown = placed(entity, layout)
    for name, spec in specs.items():
        if spec.custom and spec.required and name not in shown:
            raise BadValue(
                N_("%(label)s is required: place it on the form, or make it optional first."), label=spec.label
            )
        found = shown.get(name)
        if found and found.locked and spec.required:
            raise BadValue(N_("%(label)s cannot be required and read-only: nobody could fill it in."), label=spec.label)

    def fit(place: Place) -> Place:
        spec = specs.get(place.field)
        return replace(place, required=False) if place.required and spec and not asks(spec) else place

    return _mapped(layout, fit)


def _mapped(layout: Layout, fit: Any) -> Layout:
    """A layout with something done to each of its fields; those of which `fit` makes nothing are left out."""

    def places(found: tuple[Place, ...]) -> tuple[Place, ...]:
        return tuple(kept for place in found if (kept := fit(place)) is not None)

    def section(one: Section) -> Section:
        return replace(one, places=places(one.places))

    def tab(one: Tab) -> Tab:
        columns = tuple(tuple(map(section, column)) for column in one.columns)
        return replace(one, columns=columns, below=tuple(map(section, one.below)))

    return Layout(places(layout.header), tuple(map(tab, layout.tabs)))


def _without_gone(entity: str, layout: Layout) -> Layout:
    """A layout without the fields that were deleted for good; those that are out of use keep their place."""
    specs = fields_of(record_table(entity))

    def still(place: Place) -> Place | None:
        return place if place.field in specs or custom_spec(entity, place.field) else None

    return _mapped(layout, still)


def _label(entity: str, name: str) -> str:
    spec = fields_of(record_table(entity)).get(name) or custom_spec(entity, name)
    return spec.label if spec else name
