"""Who gets a lead of a rule: by turns or by load, only who has room and works, as the rule says (R3.33, R3.34)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlmodel import col

from rxcrm.models.access import Privilege, holders
from rxcrm.models.assignment.tables import (
    EVERYBODY_IS_FULL,
    NOBODY,
    NOBODY_WORKS,
    NOBODY_WORKS_SOON,
    USUAL_DAYS,
    AssignmentRule,
    AssignmentSettings,
    Availability,
    How,
    Rule,
    Working,
)
from rxcrm.models.choices import LeadStatus
from rxcrm.models.lead import Lead
from rxcrm.models.people import Team, TeamMember, User
from rxcrm.models.records import Act

#: How many days ahead somebody is looked for who works (R3.34: 120 hours).
AHEAD = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Given:
    """To whom a lead goes by a rule; to nobody where there is a `reason`, a message."""

    lead_id: int
    rule: Rule
    owner: User | Team | None
    reason: str = ""


def lock(act: Act) -> None:
    """Let nobody else give leads until this unit of work ends: turns are taken once, limits are not exceeded."""
    act.session.execute(select(col(AssignmentSettings.id)).with_for_update())


class Desk:
    """Everybody who may get leads, as of now, and how many open leads each has; `given` counts along.

    `leaving` are leads about to be given away: they count for nobody. Whoever writes what the desk says locks first.
    """

    def __init__(self, act: Act, leaving: Collection[int] = ()) -> None:
        self.act, self.leaving = act, sorted(leaving)
        readers = holders(act.session, act.organisation, Privilege.READ, Lead.entity)
        users = act.session.scalars(select(User).where(col(User.disabled).is_(False)).order_by(col(User.id)))
        self.users = {user.id or 0: user for user in users if user.id in readers}
        self.teams = {
            team.id or 0: team for team in act.session.scalars(select(Team).where(col(Team.disabled).is_(False)))
        }
        self.members: dict[int, list[int]] = {}
        places = select(col(TeamMember.team_id), col(TeamMember.user_id)).order_by(col(TeamMember.user_id))
        for team_id, user_id in act.session.execute(places):
            if user_id in self.users and team_id in self.teams:
                self.members.setdefault(team_id, []).append(user_id)
        #: Territory → who works in it.
        self.areas: dict[int, list[int]] = {}
        for user in self.users.values():
            if user.territory_id:
                self.areas.setdefault(user.territory_id, []).append(user.id or 0)
        self.hours = {row.user_id: row for row in act.session.scalars(select(Availability))}
        self.turns: dict[int, int] = {}
        self._open: dict[int, int] = {}
        self._known: dict[tuple[str, ...], list[User]] = {}

    # -- people ------------------------------------------------------------------------------------------------------

    def people(self, targets: Iterable[str]) -> list[User]:
        """Everybody who may own leads of some users, teams and territories, each once, in the order of the targets."""
        found: dict[int, User] = {}
        groups = {"team": self.members, "territory": self.areas}
        for kind, number in map(spelled, targets):
            ids = groups[kind].get(number, []) if kind in groups else [number]
            found |= {i: self.users[i] for i in ids if i in self.users}
        return list(found.values())

    def owner(self, target: str) -> User | Team | None:
        """The user or team itself, if it may own leads: of a team somebody must be able to read them."""
        kind, number = spelled(target)
        if kind == "user":
            return self.users.get(number)
        return self.teams.get(number) if kind == "team" and self.members.get(number) else None

    def works(self, user: User, at: datetime) -> bool:
        """Whether a user works on the day that it is then where he is."""
        zone = ZoneInfo(user.time_zone or self.act.organisation.time_zone)
        return bool(self.days(user) >> at.astimezone(zone).weekday() & 1)

    def days(self, user: User) -> int:
        held = self.hours.get(user.id or 0)
        return held.days if held else USUAL_DAYS

    def limit(self, user: User, rule: Rule) -> int | None:
        """How many open leads a user may have and still get another by this rule: the smaller of its limit and his own."""
        held = self.hours.get(user.id or 0)
        limits = [most for most in (rule.most_open, held.most_open if held else None) if most is not None]
        return min(limits, default=None)

    # -- choosing ----------------------------------------------------------------------------------------------------

    def give(self, rule: Rule, lead_id: int, at: datetime, *, open: bool = True) -> Given:
        """Who gets a lead of this rule that came in then; one that is not `open` any more burdens nobody."""
        if rule.how is How.ONE and rule.targets[0].startswith("team:"):
            team = self.owner(rule.targets[0])
            return Given(lead_id, rule, team, "" if team else NOBODY)
        # Asked anew for each lead, it would be half of what giving thousands of them costs.
        people = self._known.get(rule.targets) or self._known.setdefault(rule.targets, self.people(rule.targets))
        if not people:
            return Given(lead_id, rule, None, NOBODY)
        anyone_works = False
        for ahead in range({Working.SOON: AHEAD}.get(rule.working, 0) + 1):
            working = [u for u in people if rule.working is Working.ANY or self.works(u, at + ahead * _DAY)]
            anyone_works = anyone_works or bool(working)
            if chosen := self._choose(rule, people, [u for u in working if self._has_room(u, rule, people)]):
                self.open_leads([chosen])
                self._open[chosen.id or 0] += open
                return Given(lead_id, rule, chosen)
        if anyone_works:
            return Given(lead_id, rule, None, EVERYBODY_IS_FULL)
        return Given(lead_id, rule, None, NOBODY_WORKS if rule.working is Working.TODAY else NOBODY_WORKS_SOON)

    def _choose(self, rule: Rule, people: Sequence[User], free: Sequence[User]) -> User | None:
        """Of those who are free the one whose turn is next; by load, of those with the fewest open leads."""
        if not free:
            return None
        if rule.how is How.LOAD:
            held = self.open_leads(people)
            fewest = min(held[u.id or 0] for u in free)
            free = [u for u in free if held[u.id or 0] == fewest]
        turn, ids = self.turn(rule), {u.id for u in free}
        step = next(n for n in range(len(people)) if people[(turn + n) % len(people)].id in ids)
        self.turns[rule.id] = turn + step + 1
        return people[(turn + step) % len(people)]

    def _has_room(self, user: User, rule: Rule, people: Sequence[User]) -> bool:
        most = self.limit(user, rule)
        return most is None or self.open_leads(people)[user.id or 0] < most

    def turn(self, rule: Rule) -> int:
        """Where the turns of a rule are; a rule that is not stored begins."""
        if rule.id not in self.turns:
            held = select(col(AssignmentRule.turn)).where(col(AssignmentRule.id) == rule.id)
            self.turns[rule.id] = self.act.session.scalar(held) or 0
        return self.turns[rule.id]

    def keep_turns(self) -> None:
        """Write whose turn it is now."""
        for rule_id in sorted(self.turns):
            mine = update(AssignmentRule).where(col(AssignmentRule.id) == rule_id)
            self.act.session.execute(
                mine.values(turn=self.turns[rule_id]), execution_options={"synchronize_session": False}
            )

    def open_leads(self, people: Sequence[User]) -> Mapping[int, int]:
        """How many open leads each of some people has (and others whom one has asked for), what was given here included."""
        unknown = [user.id or 0 for user in people if user.id not in self._open]
        if unknown:
            row = cast(Any, Lead)
            theirs = (row.owner_user_id.in_(unknown), row.status == LeadStatus.OPEN, row.deleted_on.is_(None))
            asked = select(row.owner_user_id, func.count()).where(*theirs).group_by(row.owner_user_id)
            self._open |= dict.fromkeys(unknown, 0) | dict(tuple(found) for found in self.act.session.execute(asked))
            for at in range(0, len(self.leaving), 500):
                leaving = asked.where(row.id.in_(self.leaving[at : at + 500]))
                for user_id, count in self.act.session.execute(leaving):
                    self._open[user_id] -= count
        return self._open


def spelled(target: str) -> tuple[str, int]:
    """("user", 3) for "user:3"; ("", 0) for what is no target. A territory stands for who works in it (R3.33)."""
    kind, _, number = target.partition(":")
    if kind in ("user", "team", "territory") and number.isascii() and number.isdecimal() and len(number) <= 18:
        return kind, int(number)
    return "", 0
