"""Who takes part in an activity: checked, named, given an address; and who must not be contacted (S 1.1, 1.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rxcrm.models.access import REGARDED
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import PartyRole
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import clean, fields_of, parse_email
from rxcrm.models.people import User
from rxcrm.models.records import Act, known
from rxcrm.models.tables import record_table
from rxcrm.models.timeline.placing import PartyInput, parties_of
from rxcrm.translation import N_

#: Kind → the roles that people have in it. The regarding record is not among them: it is a field of its own.
ROLES: dict[K, tuple[PartyRole, ...]] = {
    K.TASK: (),
    K.PHONE_CALL: (PartyRole.FROM, PartyRole.TO),
    K.APPOINTMENT: (PartyRole.REQUIRED, PartyRole.OPTIONAL, PartyRole.ORGANIZER),
    K.EMAIL: (PartyRole.FROM, PartyRole.TO, PartyRole.CC, PartyRole.BCC),
}
#: People in one activity.
MOST = 500
#: Names of parties in what a form posts.
FIELD_OF = {
    PartyRole.FROM: "from",
    PartyRole.TO: "to",
    PartyRole.CC: "cc",
    PartyRole.BCC: "bcc",
    PartyRole.REQUIRED: "required",
    PartyRole.OPTIONAL: "optional",
    PartyRole.ORGANIZER: "organizer",
}
#: The other way round.
ROLE_OF = {name: role for role, name in FIELD_OF.items()}


def posted(one: Mapping[str, Any]) -> PartyInput:
    """Somebody as a form posts him: role, entity, id, name, address. Raises BadValue for what no form sends."""
    role, number = ROLE_OF.get(str(one.get("role", ""))), str(one.get("id") or "0")
    entity = str(one.get("entity") or "")
    known = entity in ("", "user", *REGARDED) and number.isascii() and number.isdecimal() and len(number) < 19
    if role is None or not known:
        raise BadValue(N_("That request was not understood. Reload the page and try again."))
    return PartyInput(role, entity, int(number) or None, str(one.get("name") or ""), str(one.get("address") or ""))


def usual(act: Act, row: Activity, regarded: Record | None) -> list[PartyInput]:
    """The parties of an activity for which nobody was named: its author, and the record that it regards (S 1.6)."""
    me = PartyInput(PartyRole.FROM, "user", act.who.id)
    them = [PartyInput(PartyRole.TO, regarded.entity, regarded.id)] if regarded else []
    if row.kind == K.APPOINTMENT:
        attendees = [PartyInput(PartyRole.REQUIRED, p.entity, p.record_id) for p in them]
        return [PartyInput(PartyRole.ORGANIZER, "user", act.who.id), *attendees]
    if row.kind == K.PHONE_CALL and not row.outgoing:
        caller = [PartyInput(PartyRole.FROM, p.entity, p.record_id) for p in them]
        return [*caller, PartyInput(PartyRole.TO, "user", act.who.id)]
    return [me, *them] if row.kind in (K.PHONE_CALL, K.EMAIL) else []


def checked(act: Act, row: Activity, regarded: Record | None, parties: Sequence[PartyInput] | None) -> list[PartyInput]:
    """The parties with their names and addresses; the usual ones where none are given.

    Raises Invalid for a role that does not fit, somebody whom the writer may not see, or a bad address.
    """
    kind = K(row.kind)
    chosen = usual(act, row, regarded) if parties is None else [*parties]
    problems: dict[str, CrmError] = {}
    if len(chosen) > MOST:
        raise Invalid({"to": BadValue(N_("At most %(n)s people can take part."), n=MOST)})
    found: dict[tuple[int, str, int | None, str], PartyInput] = {}
    for party in chosen:
        if party.role not in ROLES[kind]:
            raise Invalid({"to": BadValue(N_("%(role)s does not belong here."), role=party.role.label)})
        try:
            named = _named(act, party)
        except CrmError as problem:
            problems[FIELD_OF[party.role]] = problem
            continue
        found.setdefault(
            (int(named.role), named.entity, named.record_id, named.address if not named.entity else ""), named
        )
    if kind is K.PHONE_CALL and not problems:
        for role in ROLES[kind]:
            if not any(p.role is role for p in found.values()):
                label = N_("Call From") if role is PartyRole.FROM else N_("Call To")
                problems[FIELD_OF[role]] = BadValue(N_("%(label)s is required."), label=label)
    if problems:
        raise Invalid(problems)
    return list(found.values())


def _named(act: Act, party: PartyInput) -> PartyInput:
    if not party.entity:
        address = parse_email(clean(party.address)) if party.address else ""
        name = clean(party.name)[:160]
        if not address and not name:
            raise BadValue(N_("Somebody who takes part needs a name or an address."))
        return PartyInput(party.role, "", None, name or address, address)
    if party.entity == "user":
        user = act.session.get(User, party.record_id) if party.record_id else None
        if user is None:
            raise NotFound
        return PartyInput(party.role, "user", user.id, user.name, user.email)
    table = record_table(party.entity)
    if table is Activity:
        raise NotFound
    row: Any = act.find(table, party.record_id or 0)
    return PartyInput(party.role, row.entity, row.id, row.display_name, known(act, row, "email"))


def sees_address(act: Act, entity: str) -> bool:
    """Whether somebody may see the e-mail addresses of who takes part: of records of a table, or of anybody else (S 9.3)."""
    spec = fields_of(record_table(entity)).get("email") if entity in REGARDED else None
    return spec is None or act.who.may_read(spec)


def of(act: Act, row: Activity) -> list[PartyInput]:
    """The stored parties of an activity, as they would be given again; what it regards is no party of its own."""
    stored = parties_of(act.session, [row.id or 0]).get(row.id or 0, [])
    return [
        PartyInput(PartyRole(p.role), p.entity, p.record_id, p.name, p.address)
        for p in stored
        if p.role != PartyRole.REGARDING
    ]


def check_may_be_called(act: Act, everybody: Sequence[PartyInput]) -> None:
    """Raises NotAllowed if somebody to be called does not allow phone calls (S 1.1)."""
    for party in everybody:
        if party.role is PartyRole.TO and party.entity not in ("", "user") and party.record_id:
            row = act.find(record_table(party.entity), party.record_id)
            if getattr(row, "do_not_phone", False):
                raise NotAllowed(N_("%(name)s does not allow phone calls."), name=row.display_name)
