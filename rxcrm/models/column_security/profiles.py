"""What administrators do: secure fields, and make profiles that open them to users and teams again (S 9.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlmodel import col, select

from rxcrm.models import configuration
from rxcrm.models.administration import require_administrator
from rxcrm.models.base import Record
from rxcrm.models.column_security.tables import (
    GRANTS,
    READ,
    UPDATE,
    ColumnProfile,
    ColumnProfileMember,
    SecuredField,
)
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import FieldSpec, Kind, clean, custom_spec, fields_of
from rxcrm.models.people import Team, User
from rxcrm.models.qualifying.mapping import MAPPING, pairs_of
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.searching import sort_key
from rxcrm.models.tables import record_table
from rxcrm.models.views import name_fields
from rxcrm.translation import N_, gettext

#: Tables whose fields can be secured.
SECURABLE = ("lead", "account", "contact", "opportunity")
NAME_LENGTH, DESCRIPTION_LENGTH = 100, 300
#: Profiles in all, and users and teams of one.
MOST_PROFILES, MOST_MEMBERS = 100, 500
#: Fields by which everything is arranged: statuses, and the stage that follows the process.
_KEPT = ("status", "status_reason", "sales_stage")
#: Fields without which nothing can be saved although their descriptions do not say so: an opportunity has a customer.
_NEEDED = {"opportunity": ("account_id", "contact_id")}
CHANGED = N_("Somebody else changed this profile meanwhile. Reload the page to see it as it is now.")


@dataclass
class FieldView:
    """A field that can be secured: its key ("lead.budget_amount"), its table, what it is called, whether it is secured.

    `advice` says in words where its values can still be seen, empty if nowhere; `profiles` counts those that grant anything.
    """

    key: str
    entity: str
    label: str
    custom: bool = False
    secured: bool = False
    profiles: int = 0
    advice: str = ""


@dataclass
class Member:
    """A user or team for whom a profile holds; `kind` is "user" or "team"."""

    kind: str
    id: int
    name: str


@dataclass
class ProfileView:
    """A profile as its page shows it: `grants` maps the key of a secured field to what is granted ("read update create")."""

    id: int = 0
    version: int = 0
    name: str = ""
    description: str = ""
    grants: dict[str, str] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)


# -- which fields ----------------------------------------------------------------------------------------------------


def can_be_secured(table: type[Record], spec: FieldSpec) -> bool:
    """Whether a field can be secured: not what a record is called or arranged by, nor what it cannot be saved without (S 9.3)."""
    named = {column.key for column in name_fields(table)}
    kept = spec.name in _KEPT or spec.kind is Kind.CURRENCY or (spec.locked and spec.kind is Kind.MOMENT)
    needed = spec.always or (spec.required and not spec.custom) or spec.name in _NEEDED.get(table.entity, ())
    return table.entity in SECURABLE and not (kept or needed or spec.name in named)


def securable(act: Act) -> list[FieldView]:
    """Every field that can be secured, table by table in the order of their labels."""
    require_administrator(act)
    locale = act.who.conventions.locale
    used = [key for profile in act.session.exec(select(ColumnProfile)) for key, held in profile.grants.items() if held]
    found = []
    for entity in SECURABLE:
        table = record_table(entity)
        views = [
            FieldView(
                key=f"{entity}.{name}",
                entity=entity,
                label=gettext(locale, spec.label),
                custom=spec.custom,
                secured=bool(spec.secured),
                profiles=used.count(f"{entity}.{name}"),
                advice=_advice(spec, entity, locale) if spec.secured else "",
            )
            for name, spec in fields_of(table).items()
            if can_be_secured(table, spec)
        ]
        found += sorted(views, key=lambda view: view.label.casefold())
    return found


def _advice(spec: FieldSpec, entity: str, locale: str) -> str:
    """Where qualifying a lead copies a secured value into a field that everybody sees."""
    if entity != "lead":
        return ""
    open_ones = []
    for target in MAPPING:
        table = record_table(target)
        copies = (fields_of(table)[to] for to, source in pairs_of(target).items() if source == spec.name)
        open_ones += [
            f"{gettext(locale, table.title)} · {gettext(locale, copy.label)}"
            for copy in copies
            if not copy.secured and can_be_secured(table, copy)
        ]
    if not open_ones:
        return ""
    text = N_("Qualifying a lead copies it to %(fields)s. Secure these too if nobody is to see it there.")
    return gettext(locale, text, fields=", ".join(open_ones))


def secure(act: Act, keys: Iterable[str]) -> None:
    """Let nobody but administrators see these fields until a profile lets them. Raises BadValue for one that cannot be."""
    for entity, name in _fields(act, keys):
        if act.session.get(SecuredField, (entity, name)) is None:
            act.session.add(SecuredField(entity=entity, name=name))
    act.session.flush()
    configuration.changed(act)


def release(act: Act, keys: Iterable[str]) -> None:
    """Let everybody who may read a record see these fields again. What profiles grant on them is forgotten."""
    released = _fields(act, keys)
    for entity, name in released:
        if row := act.session.get(SecuredField, (entity, name)):
            act.session.delete(row)
    gone = {f"{entity}.{name}" for entity, name in released}
    for profile in act.session.exec(select(ColumnProfile)):
        if gone & profile.grants.keys():
            profile.grants = {key: held for key, held in profile.grants.items() if key not in gone}
            profile.version += 1
    act.session.flush()
    configuration.changed(act)


def _fields(act: Act, keys: Iterable[str]) -> list[tuple[str, str]]:
    """Table and name of each field; of two administrators at once the second one waits."""
    require_administrator(act)
    configuration.lock(act)
    found = []
    for key in dict.fromkeys(keys):
        entity, _, name = key.partition(".")
        known = entity in SECURABLE
        spec = (fields_of(record_table(entity)).get(name) or custom_spec(entity, name)) if known else None
        if spec is None:
            raise BadValue(N_("There is no field “%(name)s” that could be secured."), name=key[:80])
        if not can_be_secured(record_table(entity), spec):
            text = N_("%(label)s cannot be secured: records are called by it, or cannot be saved without it.")
            raise BadValue(text, label=spec.label)
        found.append((entity, name))
    return found


# -- profiles --------------------------------------------------------------------------------------------------------


def listed(act: Act) -> list[ProfileView]:
    """Every profile by name, with its members."""
    require_administrator(act)
    rows = act.session.exec(select(ColumnProfile).order_by(col(ColumnProfile.name_key), col(ColumnProfile.id))).all()
    members = act.session.exec(select(ColumnProfileMember)).all()
    users = _names(act, User, {m.user_id for m in members if m.user_id})
    teams = _names(act, Team, {m.team_id for m in members if m.team_id})
    found = []
    for row in rows:
        mine = [m for m in members if m.profile_id == row.id]
        shown = [Member("user", m.user_id, users.get(m.user_id, "")) for m in mine if m.user_id]
        shown += [Member("team", m.team_id, teams.get(m.team_id, "")) for m in mine if m.team_id]
        found.append(
            ProfileView(
                id=row.id or 0,
                version=row.version,
                name=row.name,
                description=row.description,
                grants={key: " ".join(grant for grant in GRANTS if grant in held) for key, held in row.grants.items()},
                members=sorted(shown, key=lambda member: (member.kind != "team", member.name.casefold())),
            )
        )
    return found


def _names(act: Act, table: type[User] | type[Team], ids: set[int]) -> dict[int, str]:
    wanted = select(table.id, table.name).where(col(table.id).in_(sorted(ids)))
    return {number or 0: name for number, name in act.session.exec(wanted)} if ids else {}


def add(act: Act, typed: Mapping[str, str]) -> ColumnProfile:
    """A new profile with a `name` and a `description`, which grants nothing yet. Raises Invalid."""
    require_administrator(act)
    configuration.lock(act)
    if len(act.session.exec(select(ColumnProfile.id)).all()) >= MOST_PROFILES:
        raise NotAllowed(N_("There can be at most %(most)s column security profiles."), most=MOST_PROFILES)
    name, description = _described(act, typed)
    row = ColumnProfile(name=name, name_key=sort_key(name), description=description)
    act.session.add(row)
    act.session.flush()
    configuration.changed(act)
    return row


def _described(act: Act, typed: Mapping[str, str], known: int = 0) -> tuple[str, str]:
    problems: dict[str, CrmError] = {}
    name, description = clean(typed.get("name", "")), clean(typed.get("description", ""))
    taken = select(ColumnProfile.id).where(ColumnProfile.name_key == sort_key(name), ColumnProfile.id != known)
    if not name:
        problems["name"] = BadValue(N_("%(label)s is required."), label=N_("Name"))
    elif len(name) > NAME_LENGTH:
        problems["name"] = BadValue(N_("A name can have at most %(most)s characters."), most=NAME_LENGTH)
    elif act.session.exec(taken).first():
        problems["name"] = BadValue(N_("Another profile has this name."))
    if len(description) > DESCRIPTION_LENGTH:
        problems["description"] = BadValue(
            N_("A description can have at most %(most)s characters."), most=DESCRIPTION_LENGTH
        )
    if problems:
        raise Invalid(problems)
    return name, description


def change(
    act: Act,
    profile_id: int,
    version: int,
    typed: Mapping[str, str],
    grants: Mapping[str, str],
    members: Iterable[tuple[str, int]],
) -> ColumnProfile:
    """Change a profile as a whole: what it is called, what it grants (key → "read update create"), for whom it holds.

    Whoever may change a field may see it. Raises NotFound, Stale if somebody else was faster, Invalid, BadValue.
    """
    row = _find(act, profile_id, version)
    row.name, row.description = _described(act, typed, row.id or 0)
    row.name_key = sort_key(row.name)
    row.grants = {key: granted for key, text in grants.items() if (granted := _granted(act, key, text))}
    _settle_members(act, row, members)
    row.version += 1
    act.session.flush()
    configuration.changed(act)
    return row


def remove(act: Act, profile_id: int, version: int) -> str:
    """Delete a profile; who saw fields by it alone sees them no more. Returns its name."""
    row = _find(act, profile_id, version)
    _settle_members(act, row, ())
    act.session.delete(row)
    act.session.flush()
    configuration.changed(act)
    return row.name


def _find(act: Act, profile_id: int, version: int) -> ColumnProfile:
    require_administrator(act)
    configuration.lock(act)
    known = 0 < profile_id < LARGEST_ID
    row = act.session.get(ColumnProfile, profile_id, populate_existing=True) if known else None
    if row is None:
        raise NotFound(N_("There is no such profile any more."))
    if row.version != version:
        raise Stale(CHANGED)
    return row


def _granted(act: Act, key: str, text: str) -> list[str]:
    """What is granted on one field, in the usual order. Raises BadValue for a field that is not secured."""
    wanted = set(text.split())
    if wanted - set(GRANTS):
        raise BadValue(N_("Choose one of the list."))
    entity, _, name = key.partition(".")
    if act.session.get(SecuredField, (entity, name)) is None:
        raise BadValue(N_("There is no secured field “%(name)s”. Reload the page."), name=key[:80])
    if UPDATE in wanted:
        wanted.add(READ)
    return [grant for grant in GRANTS if grant in wanted]


def _settle_members(act: Act, row: ColumnProfile, members: Iterable[tuple[str, int]]) -> None:
    wanted = dict.fromkeys(members)
    if len(wanted) > MOST_MEMBERS:
        raise BadValue(N_("A profile can hold for at most %(most)s users and teams."), most=MOST_MEMBERS)
    for kind, number in wanted:
        if not 0 < number < LARGEST_ID or _member(act, kind, number) is None:
            raise BadValue(N_("“%(value)s” is no user or team."), value=f"{kind}:{number}"[:80])
    for member in act.session.exec(select(ColumnProfileMember).where(ColumnProfileMember.profile_id == row.id)):
        known = ("user", member.user_id) if member.user_id else ("team", member.team_id or 0)
        if known in wanted:
            del wanted[known]
        else:
            act.session.delete(member)
    for kind, number in wanted:
        made = ColumnProfileMember(profile_id=row.id or 0)
        made.user_id, made.team_id = (number, None) if kind == "user" else (None, number)
        act.session.add(made)
    act.session.flush()


def _member(act: Act, kind: str, number: int) -> User | Team | None:
    if kind == "user":
        return act.session.get(User, number)
    return act.session.get(Team, number) if kind == "team" else None
