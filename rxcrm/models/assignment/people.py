"""Who works on which days, and how many open leads somebody may have: what rules look at when they choose people (R3.34)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rxcrm.models import configuration
from rxcrm.models.assignment.giving import Desk
from rxcrm.models.assignment.rules import limit_of, may_give, ordered, require_administrator
from rxcrm.models.assignment.tables import EVERY_DAY, Availability, Rule, Working, book
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.translation import N_


@dataclass
class PersonView:
    """Somebody who may own leads: his working days (0 is Monday), his own limit ("" for none) and how many leads he has open."""

    id: int
    name: str
    days: list[int]
    most_open: str
    open: int
    zone: str


def listed(act: Act) -> list[PersonView]:
    """Everybody whom a rule names, drafts included, or of whom something was said, by name; for administrators."""
    require_administrator(act)
    desk = Desk(act)
    told = [f"user:{user_id}" for user_id in desk.hours]
    named = [target for row in ordered(act) for target in row.targets]
    people = sorted(desk.people([*named, *told]), key=lambda user: user.name_key)
    held = desk.open_leads(people)
    return [_view(act, desk, user, held[user.id or 0]) for user in people]


def _view(act: Act, desk: Desk, user: User, count: int) -> PersonView:
    own = desk.hours.get(user.id or 0)
    days = [day for day in range(7) if desk.days(user) >> day & 1]
    most = "" if own is None or own.most_open is None else str(own.most_open)
    return PersonView(user.id or 0, user.name, days, most, count, user.time_zone or act.organisation.time_zone)


def change(act: Act, user_id: int, typed: Mapping[str, str]) -> User:
    """Say when somebody works (`days`: "0 1 2", 0 is Monday) and how many open leads he may have (`most_open`; 0: gets none).

    Raises Invalid, and NotAllowed where a rule that is on would have nobody left.
    """
    require_administrator(act)
    configuration.changed(act)
    user = act.session.get(User, user_id) if 0 < user_id < LARGEST_ID else None
    if user is None or user.disabled:
        raise NotFound
    problems: dict[str, CrmError] = {}
    held = act.session.get(Availability, user_id) or Availability(user_id=user_id)
    before = (held.days, held.most_open)
    days, most_open = held.days, held.most_open
    if "days" in typed:
        wanted = typed["days"].split()
        if not set(wanted) <= {str(day) for day in range(7)}:
            problems["days"] = BadValue(N_("Choose days of the week."))
        else:
            days = sum(1 << int(day) for day in set(wanted)) & EVERY_DAY
    if "most_open" in typed:
        most_open = limit_of(typed["most_open"], "most_open", problems, least=0)
    if problems:
        raise Invalid(problems)
    able = [rule for rule in book().rules if may_give(Desk(act), rule)] if (days, most_open) != before else []
    held.days, held.most_open = days, most_open
    act.session.add(held)
    act.session.flush()
    if left := next((rule for rule in able if not may_give(Desk(act), rule)), None):
        raise NotAllowed(_why(left), rule=left.name, name=user.name)
    return user


def _why(rule: Rule) -> str:
    if rule.working is Working.ANY:
        return N_("Nobody would get the leads of the rule “%(rule)s” any more. Change the rule first.")
    return N_("Nobody would work for the rule “%(rule)s” any more, or have room. Change the rule first.")
