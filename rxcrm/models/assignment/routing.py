"""Asking the rules about leads: new ones that name no owner, and those that somebody sends through them again (S 3.10).

The first rule that is on and whose condition holds decides. It may find nobody: then the lead goes to the fall-back
owner, or stays with whoever brought it in, and an administrator sees it among the failures. Conditions are asked with
the rights of an administrator, in one statement per rule however many leads there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from rxcrm.models import assigning, lifecycle, notifying
from rxcrm.models.access import Who, with_columns
from rxcrm.models.assignment.giving import Desk, Given, lock
from rxcrm.models.assignment.tables import Book, LeadAssignment, Outcome, Rule, book, rules_decide
from rxcrm.models.choices import LeadStatus, Role
from rxcrm.models.errors import NotAllowed
from rxcrm.models.filters.calendar import Clock
from rxcrm.models.filters.conditions import BadFilter
from rxcrm.models.filters.sql import compiled
from rxcrm.models.history import Event, History
from rxcrm.models.importing import bulk
from rxcrm.models.lead import Lead
from rxcrm.models.operation import Operation
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act
from rxcrm.translation import N_

#: Ids per statement: databases bound the number of values in one.
AT_ONCE = 1_000
NO_RULES = N_("No assignment rule is on.")
NO_RULE = N_("No assignment rule is for this lead.")


# -- new leads -------------------------------------------------------------------------------------------------------


def typed(act: Act, lead: Lead) -> None:
    """Ask the rules about a lead that was just created without an owner; it belongs to its creator so far."""
    if rules_decide():
        _settle(act, book(), [lead.id or 0])
        act.session.refresh(lead)


def imported(act: Act, ids: Sequence[int]) -> None:
    """Ask the rules about leads that an import has just made of rows without owner; they belong to the importer so far."""
    if ids and rules_imports(Lead.entity):
        _settle(act, book(), ids)


def rules_imports(entity: str) -> bool:
    """Whether rules are asked about rows of this table that name no owner."""
    rules = book()
    return entity == Lead.entity and rules.imported and bool(rules.rules)


def receivers(session: Session, run_id: int) -> set[int]:
    """The ids of users who got leads of an import by rules."""
    held, lead = cast(Any, LeadAssignment), cast(Any, Lead)
    asked = select(held.user_id).join(Lead, lead.id == held.lead_id).where(lead.import_id == run_id)
    return {user_id for user_id in session.scalars(asked.distinct()) if user_id}


def _settle(act: Act, rules: Book, ids: Sequence[int]) -> None:
    matched = match(act, rules.rules, ids)
    if not matched:
        return
    lock(act)
    desk = Desk(act, matched)
    given = [desk.give(rule, lead_id, act.now) for lead_id, rule in sorted(matched.items())]
    desk.keep_turns()
    _write(act, given, desk.owner(rules.fallback))


def match(act: Act, rules: Sequence[Rule], ids: Sequence[int], *, closed: bool = False) -> dict[int, Rule]:
    """For which of some leads which rule is: the first whose condition holds. Closed leads are left alone, unless wanted.

    A rule that cannot be asked, because a field of its condition is gone, is passed over; the settings say so.
    """
    clock = Clock(_all_seeing(act.who), act.now)
    lead, left, found = cast(Any, Lead), list(ids), dict[int, Rule]()
    for rule in rules:
        if not left:
            break
        try:
            if rule.condition is None:
                continue
            how = compiled(Lead, rule.condition, clock.who)
        except BadFilter:
            continue
        asked = select(lead.id).where(lead.deleted_on.is_(None), how.where)
        asked = asked if closed else asked.where(lead.status == LeadStatus.OPEN)
        for at in range(0, len(left), AT_ONCE):
            some = asked.where(lead.id.in_(left[at : at + AT_ONCE]))
            found |= dict.fromkeys(act.session.scalars(some, how.params(clock)), rule)
        left = [i for i in left if i not in found]
    return found


def _all_seeing(who: Who) -> Who:
    """Rules are the organisation's: they look at everything, whoever brings a lead in."""
    return with_columns(replace(who, roles=frozenset({Role.ADMINISTRATOR})))


def _write(act: Act, given: Sequence[Given], fallback: User | Team | None) -> None:
    """Give away leads that have just been created: nobody has seen them yet, so they stay in their first version."""
    me = act.session.get_one(User, act.who.id)
    entries, results = list[dict[str, Any]](), list[dict[str, Any]]()
    owners: dict[tuple[type, int], tuple[User | Team, list[Given]]] = {}
    for one in given:
        owner = one.owner or fallback or me
        owners.setdefault((type(owner), owner.id or 0), (owner, []))[1].append(one)
        entries += _told(act, one, me, owner)
        results.append(_result(act, one, owner))
    for owner, theirs in owners.values():
        if owner is not me:
            _own(act, owner, [one.lead_id for one in theirs])
    for at in range(0, len(results), AT_ONCE):
        bulk.write(act.session, LeadAssignment, results[at : at + AT_ONCE])
    bulk.write(act.session, History, entries)
    for owner, theirs in owners.values():
        if isinstance(owner, User) and owner.id != act.who.id:
            notifying.give(act, Lead.entity, owner.id or 0, [one.lead_id for one in theirs])
    for one in given:
        act.changed(Lead.entity, one.lead_id)


def _own(act: Act, owner: User | Team, ids: Sequence[int]) -> None:
    values = {
        "owner_user_id": owner.id if isinstance(owner, User) else None,
        "owner_team_id": owner.id if isinstance(owner, Team) else None,
        "unit_id": owner.unit_id,
        "owner_key": owner.name_key,
    }
    table = cast(Any, Lead).__table__
    for at in range(0, len(ids), AT_ONCE):
        act.session.execute(update(table).where(table.c.id.in_(ids[at : at + AT_ONCE])).values(**values))


def _told(act: Act, one: Given, before: User, owner: User | Team) -> list[dict[str, Any]]:
    """What the history of a lead says: that nobody could get it, and to whom it went."""
    entry = {"entity": Lead.entity, "record_id": one.lead_id, "version": 1, "by_id": None, "at": act.now}
    found = []
    if one.reason:
        failed = [["rule", f"rule:{one.rule.id}", one.rule.name, one.reason]]
        found.append({**entry, "event": Event.NOT_ASSIGNED.value, "changes": failed, "remark": ""})
    if not one.reason or owner is not before:
        change = ["owner", str(before.id), str(owner.id), before.name, owner.name]
        remark = "" if one.reason else one.rule.name
        found.append({**entry, "event": Event.ASSIGNED.value, "changes": [change], "remark": remark})
    return found


def _result(act: Act, one: Given, owner: User | Team) -> dict[str, Any]:
    return {
        "lead_id": one.lead_id,
        "rule_id": one.rule.id,
        "rule_name": one.rule.name,
        "at": act.now,
        "outcome": (Outcome.FAILED if one.reason else Outcome.GIVEN).value,
        "reason": one.reason,
        "user_id": owner.id if isinstance(owner, User) else None,
        "team_id": owner.id if isinstance(owner, Team) else None,
    }


# -- leads that there are --------------------------------------------------------------------------------------------


def route(act: Act, lead: Lead) -> Operation | None:
    """Ask the rules about an open lead, found with ASSIGN, and assign it as they say; None if it belongs to that owner already.

    It can be taken back as any assignment. Raises NotAllowed with the reason if no rule is for it or a rule finds nobody.
    """
    lifecycle.require_open(lead)
    rules = book().rules
    if not rules:
        raise NotAllowed(NO_RULES)
    act.session.flush()
    matched = match(act, rules, [lead.id or 0])
    if not matched:
        raise NotAllowed(NO_RULE)
    lock(act)
    desk = Desk(act, matched)
    one = desk.give(matched[lead.id or 0], lead.id or 0, act.now)
    if one.owner is None:
        raise NotAllowed(one.reason)
    desk.keep_turns()
    operation = assigning.assign_undoably(act, lead, one.owner, one.rule.name)
    forget(act.session, [lead.id or 0])
    act.session.add(LeadAssignment(**_result(act, one, one.owner)))
    act.session.flush()
    return operation


def told(act: Act, lead_id: int) -> tuple[str, str]:
    """By which rule a lead was given to whom: the names; both empty if no rule gave it to anybody."""
    row = act.session.get(LeadAssignment, lead_id)
    if row is None or row.outcome != Outcome.GIVEN.value:
        return "", ""
    owner: User | Team | None = None
    if row.team_id:
        owner = act.session.get(Team, row.team_id)
    elif row.user_id:
        owner = act.session.get(User, row.user_id)
    return row.rule_name, owner.name if owner else ""


def forget(session: Session, ids: Sequence[int]) -> None:
    """Remove what the rules came to for some leads: they are gone for good, or asked about anew."""
    session.execute(
        delete(LeadAssignment).where(col(LeadAssignment.lead_id).in_(ids)),
        execution_options={"synchronize_session": "fetch"},
    )
