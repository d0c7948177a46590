"""Why somebody sees a command, a field or a view, or why not: the role, a setting or the form decides (S 9.2, 9.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from rxcrm.models import configuration
from rxcrm.models.access import Depth, Privilege, who_is
from rxcrm.models.administration import find_user
from rxcrm.models.column_security.rights import profiles
from rxcrm.models.column_security.tables import CREATE, READ, UPDATE
from rxcrm.models.fields import FieldSpec, Kind, fields_of
from rxcrm.models.forms.shipped import SHIPPED
from rxcrm.models.forms.using import form_for, label_of, layout_for, placed
from rxcrm.models.people import User
from rxcrm.models.privileges import granted, role_label
from rxcrm.models.records import Act
from rxcrm.models.saved_view import Purpose
from rxcrm.models.security_roles import LABELS
from rxcrm.models.system_views import all_of
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.models.view_offers import offers
from rxcrm.translation import N_, gettext

#: Tables that can be asked about.
ENTITIES = tuple(RECORDS)
#: What decides.
ROLE, SETTING, FORM, STATE, COLUMNS = "role", "setting", "form", "state", "columns"

#: Commands of a table with the privileges that they need, all of them; (entity, privilege), "" for the table itself.
_EVERYWHERE: list[tuple[str, list[tuple[str, Privilege]]]] = [
    (N_("New"), [("", Privilege.CREATE)]),
    (N_("Open"), [("", Privilege.READ)]),
    (N_("Save"), [("", Privilege.WRITE)]),
    (N_("Delete"), [("", Privilege.DELETE)]),
    (N_("Assign"), [("", Privilege.ASSIGN)]),
    (N_("Share"), [("", Privilege.SHARE)]),
    (N_("Merge"), [("", Privilege.WRITE)]),
    (N_("Add to the timeline"), [("", Privilege.APPEND_TO), ("activity", Privilege.CREATE)]),
    (N_("Import"), [("*", Privilege.IMPORT), ("", Privilege.CREATE)]),
    (N_("Export"), [("*", Privilege.EXPORT)]),
]
_MORE: dict[str, list[tuple[str, list[tuple[str, Privilege]]]]] = {
    "lead": [
        (N_("Qualify"), [("", Privilege.WRITE), ("", Privilege.APPEND_TO)]),
        (N_("Disqualify"), [("", Privilege.WRITE)]),
        (N_("Reactivate Lead"), [("", Privilege.WRITE)]),
    ],
    "opportunity": [
        (N_("Close as Won"), [("", Privilege.WRITE)]),
        (N_("Close as Lost"), [("", Privilege.WRITE)]),
        (N_("Reopen"), [("", Privilege.WRITE)]),
    ],
}
#: Commands that a table lacks.
_LACKS = {"activity": {N_("Share"), N_("Merge"), N_("Add to the timeline")}, "opportunity": {N_("Merge")}}
_REACHES = {
    Depth.USER: N_("On records that the user or a team owns, and on those that were shared."),
    Depth.UNIT: N_("On records of the user's business unit."),
    Depth.DEEP: N_("On records of the user's business unit and the units below it."),
    Depth.ORG: N_("On every record."),
}


@dataclass
class Answer:
    """One command, field or view: whether it is there, why, and what decides (role, setting, form, state or columns)."""

    name: str
    there: bool
    why: str
    decides: str


@dataclass
class Explained:
    """Everything about one table for one user; `form` is the form that he gets, empty for the shipped one."""

    entity: str = ""
    user_id: int = 0
    user: str = ""
    roles: list[str] = field(default_factory=list)
    form: str = ""
    commands: list[Answer] = field(default_factory=list)
    fields: list[Answer] = field(default_factory=list)
    views: list[Answer] = field(default_factory=list)


def explain(act: Act, entity: str, user_id: int = 0) -> Explained:
    """What a user sees of a table and why. Only administrators may ask about others: raises NotAllowed, NotFound."""
    table = record_table(entity)
    user = find_user(act, user_id) if user_id and user_id != act.who.id else act.session.get_one(User, act.who.id)
    theirs = Act(act.session, who_is(act.session, user, act.organisation), act.now)
    locale = act.who.conventions.locale
    form = form_for(entity, theirs.who.roles) if entity in SHIPPED else None
    return Explained(
        entity=entity,
        user_id=user.id or 0,
        user=user.name,
        roles=[gettext(locale, role_label(role)) for role in sorted(theirs.who.roles)],
        form=form.name if form else "",
        commands=_commands(theirs, table.entity, locale),
        fields=_fields(theirs, table.entity, locale) if entity in SHIPPED else [],
        views=_views(theirs, table.entity, locale),
    )


# -- commands --------------------------------------------------------------------------------------------------------


def _commands(act: Act, entity: str, locale: str) -> list[Answer]:
    wanted = [*_EVERYWHERE, *_MORE.get(entity, [])]
    return [_command(act, entity, name, needs, locale) for name, needs in wanted if name not in _LACKS.get(entity, ())]


def _command(act: Act, entity: str, name: str, needs: list[tuple[str, Privilege]], locale: str) -> Answer:
    places = [("" if on == "*" else on or entity, privilege) for on, privilege in needs]
    lacking = [place for place in places if not act.who.holds(place[1], place[0])]
    label = gettext(locale, name)
    if lacking:
        return Answer(label, False, " ".join(_lacks(act, *place, locale) for place in lacking), ROLE)
    depth = min(act.who.depth(*place) for place in places)
    return Answer(label, True, gettext(locale, _REACHES[depth]), ROLE)


def _lacks(act: Act, entity: str, privilege: Privilege, locale: str) -> str:
    """That no role of the user grants a privilege, and which roles would."""
    table = granted(act.who.private, act.who.open_editing)
    others = [key for key, grants in table.items() if grants.get((entity, privilege), Depth.NONE) > Depth.NONE]
    names = ", ".join(gettext(locale, role_label(key)) for key in others)
    what = gettext(locale, LABELS[privilege])
    if entity:
        what = gettext(
            locale,
            N_("%(privilege)s on %(table)s"),
            privilege=what,
            table=gettext(locale, record_table(entity).title_many),
        )
    return gettext(locale, N_("None of the user's roles grants %(what)s. These do: %(roles)s."), what=what, roles=names)


# -- fields ----------------------------------------------------------------------------------------------------------


def _fields(act: Act, entity: str, locale: str) -> list[Answer]:
    layout = layout_for(entity, act.who.roles)
    shown = placed(entity, layout)
    where = {p.field: tab for tab in layout.tabs for section in tab.sections for p in section.places}
    writes = act.who.holds(Privilege.WRITE, entity)
    found = []
    for name, spec in fields_of(record_table(entity)).items():
        if spec.secured and (sealed := _sealed(act, spec, locale)):
            found.append(sealed)
            continue
        place = shown.get(name)
        if place is None and spec.kind is Kind.TAGS:
            rest = N_("In the header of every record.")
            if not writes:
                rest = N_("Read-only: no role of the user may change these records.")
            found.append(Answer(gettext(locale, spec.label), True, gettext(locale, rest), FORM if writes else ROLE))
            continue
        if place is None:
            why = N_("The form of this user does not show it. Lists and filters do.")
            found.append(Answer(gettext(locale, spec.label), False, gettext(locale, why), FORM))
            continue
        label = gettext(locale, label_of(entity, place))
        tab = where.get(name)
        standing = (
            gettext(locale, N_("On the tab %(tab)s."), tab=gettext(locale, tab.label)) if tab and tab.label else ""
        )
        if spec.locked:
            rest, decides = N_("Read-only: the program fills it in."), STATE
        elif place.locked:
            rest, decides = N_("Read-only on this form."), FORM
        elif not writes:
            rest, decides = N_("Read-only: no role of the user may change these records."), ROLE
        else:
            rest, decides = N_("Can be filled in."), FORM
        found.append(Answer(label, True, f"{standing} {gettext(locale, rest)}".strip(), decides))
    for spec, used in configuration.current().part("fields").get(entity, {}).values():
        if not used:
            why = N_("Deactivated in Settings, Fields.")
            found.append(Answer(gettext(locale, spec.label), False, gettext(locale, why), SETTING))
    return sorted(found, key=lambda answer: answer.there)


def _sealed(act: Act, spec: FieldSpec, locale: str) -> Answer | None:
    """What column security keeps from the user, and which profiles would let him; None if it lets him do all."""
    lacking = [
        (told, grant)
        for told, grant, held in (
            (N_("see it"), READ, act.who.may_read(spec)),
            (N_("change it"), UPDATE, act.who.may_fill(spec)),
            (N_("fill it in on new records"), CREATE, act.who.may_fill(spec, new=True)),
        )
        if not held
    ]
    if not lacking:
        return None
    told, grant = lacking[0]
    those = [profile.name for profile in profiles() if spec.secured in profile.grants[grant]]
    if those:
        why = N_("Column security: none of the user's profiles lets him %(what)s. These do: %(profiles)s.")
    else:
        why = N_("Column security: no profile lets anybody but administrators %(what)s.")
    text = gettext(locale, why, what=gettext(locale, told), profiles=", ".join(those))
    return Answer(gettext(locale, spec.label), act.who.may_read(spec), text, COLUMNS)


# -- views -----------------------------------------------------------------------------------------------------------


def _views(act: Act, entity: str, locale: str) -> list[Answer]:
    offered = {offer.key: offer for offer in offers(act, entity).views}
    found = []
    for view in all_of(entity):
        if view.purpose is not Purpose.LIST:
            continue
        offer = offered.pop(view.key, None)
        if view.hidden:
            there, why, decides = False, N_("Hidden in Settings, Views."), SETTING
        elif not view.published:
            there, why, decides = False, N_("A draft that no administrator has published."), SETTING
        elif offer and offer.hidden:
            there, why, decides = False, N_("Hidden by the user. “Manage views” brings it back."), STATE
        else:
            there, why, decides = True, N_("Offered to everybody."), SETTING
        found.append(Answer(gettext(locale, view.view.label), there, gettext(locale, why), decides))
    for offer in offered.values():
        why = N_("Saved by the user.") if offer.group == "mine" else N_("Shared with the user.")
        if there := not offer.hidden:
            found.append(Answer(gettext(locale, offer.label), there, gettext(locale, why), STATE))
        else:
            hidden = N_("Hidden by the user. “Manage views” brings it back.")
            found.append(Answer(gettext(locale, offer.label), there, gettext(locale, hidden), STATE))
    return sorted(found, key=lambda answer: answer.there)
