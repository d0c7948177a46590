"""What a filter means, said in plain Python over records in memory: the measure for rxcrm.models.filters.sql.

Nothing here is clever: every operator of S 7.4 has a line that a person can check against the specification.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import select

from rxcrm.models.access import Privilege, Who, may
from rxcrm.models.base import Record
from rxcrm.models.fields import TEXTUAL, FieldSpec, Kind
from rxcrm.models.filters.calendar import Clock, bounds
from rxcrm.models.filters.conditions import Group, Part, Related, Test
from rxcrm.models.filters.operators import OWNERS, PARENTS
from rxcrm.models.filters.values import place_of, relations_of
from rxcrm.models.people import TeamMember, User
from rxcrm.models.searching import KEY_LENGTH, fold, plain
from rxcrm.models.tables import POINTED
from rxcrm.models.tagging.vocabulary import vocabulary
from tests.office import Office

#: What holds where there is nothing: an empty look-up, or one of a record that the asker may not see.
NEGATIVE = (
    "ne",
    "not-in",
    "not-contain-values",
    "not-like",
    "not-begin-with",
    "not-end-with",
    "null",
    "ne-userid",
    "not-under",
)


@dataclass
class World:
    """All records, which of them the asker may see (`seen`: those that are not deleted), and who reports to whom."""

    clock: Clock
    records: dict[str, dict[int, Record]] = field(default_factory=dict)
    readable: dict[str, set[int]] = field(default_factory=dict)
    seen: dict[str, set[int]] = field(default_factory=dict)
    managers: dict[int, int | None] = field(default_factory=dict)
    teams: dict[int, set[int]] = field(default_factory=dict)

    @property
    def who(self) -> Who:
        return self.clock.who

    def matching(self, entity: str, condition: Group) -> set[int]:
        """The ids of the live records for which a condition holds, seen or not."""
        return {i for i, row in self.records[entity].items() if not row.deleted_on and holds(self, row, condition)}


def world_of(office: Office, user: User) -> World:
    """Everything that is in the office's database, as this user may see it."""
    who = office.who(user)
    world = World(Clock(who, office.now))
    for entity, table in POINTED.items():
        rows = office.session.exec(select(table)).all()
        world.records[entity] = {row.id or 0: row for row in rows}
        readable = [row for row in rows if may(office.session, who, Privilege.READ, row)]
        world.readable[entity] = {row.id or 0 for row in readable}
        world.seen[entity] = {row.id or 0 for row in readable if not row.deleted_on}
    world.managers = {u.id or 0: u.manager_id for u in office.session.exec(select(User))}
    for member in office.session.exec(select(TeamMember)):
        world.teams.setdefault(member.team_id, set()).add(member.user_id)
    return world


def holds(world: World, row: Record, part: Part) -> bool:
    """Whether a condition holds for a record."""
    if isinstance(part, Group):
        answers = [holds(world, row, p) for p in part.parts]
        return (any if part.any and answers else all)(answers)
    if isinstance(part, Related):
        return _related(world, row, part)
    place = place_of(type(row), part.field)
    assert place
    if not place.through:
        return _tested(world, row, place.spec, part)
    there = world.records[place.table.entity].get(getattr(row, place.through) or 0)
    if there is None or there.id not in world.seen[place.table.entity]:
        return part.operator in NEGATIVE
    return _tested(world, there, place.spec, part)


def _related(world: World, row: Record, part: Related) -> bool:
    relation = relations_of(row.entity)[part.relation]
    for other in world.records[relation.entity].values():
        if other.id not in world.seen[relation.entity]:
            continue
        if relation.by:
            points = getattr(other, relation.by) == row.id
        else:
            points = (getattr(other, "regarding_entity"), getattr(other, "regarding_id")) == (row.entity, row.id)  # noqa: B009
        if points and holds(world, other, part.where):
            return not part.missing
    return part.missing


def _tested(world: World, row: Any, spec: FieldSpec, test: Test) -> bool:
    operator, values = test.operator, test.values
    if spec.target == OWNERS:
        return _owned(world, row, operator, values)
    if spec.kind in TEXTUAL or spec.kind is Kind.CURRENCY:
        return _worded(world, row, spec, operator, values)
    if spec.kind is Kind.TAGS:
        return _tagged(set(vocabulary().live(row.tags)), operator, {vocabulary().meaning(int(v)) for v in values})
    if spec.kind in (Kind.DATE, Kind.MOMENT):
        return _dated(world, _held(row, spec), operator, values)
    return _measured(world, _held(row, spec), spec, operator, values)


def _tagged(held: set[int], operator: str, wanted: set[int]) -> bool:
    return {
        "contain-values": bool(held & wanted),
        "contain-all-values": wanted <= held,
        "not-contain-values": not held & wanted,
        "null": not held,
        "not-null": bool(held),
    }[operator]


def _held(row: Any, spec: FieldSpec) -> Any:
    return getattr(row, {"created_by": "created_by_id", "modified_by": "modified_by_id"}.get(spec.name, spec.name))


def _worded(world: World, row: Any, spec: FieldSpec, operator: str, values: tuple[str, ...]) -> bool:
    if spec.name == "name" and not hasattr(row, "name"):
        text, typed = fold(row.full_name)[:KEY_LENGTH], [fold(v) for v in values]
        typed = [v[:KEY_LENGTH] for v in typed] if operator in ("eq", "ne") else typed
    else:
        held = getattr(row, spec.name) or ""
        # A mark without a letter is spelled as nothing, but something stands there.
        text, typed = held if operator in ("null", "not-null") else plain(held), [plain(v) for v in values]
        if spec.kind is Kind.CURRENCY and operator not in ("null", "not-null"):
            text = text or plain(world.who.conventions.currency)
    return {
        "eq": lambda: text == typed[0],
        "ne": lambda: text != typed[0],
        "in": lambda: text in typed,
        "not-in": lambda: text not in typed,
        "like": lambda: typed[0] in text,
        "not-like": lambda: typed[0] not in text,
        "begins-with": lambda: text.startswith(typed[0]),
        "not-begin-with": lambda: not text.startswith(typed[0]),
        "ends-with": lambda: text.endswith(typed[0]),
        "not-end-with": lambda: not text.endswith(typed[0]),
        "null": lambda: text == "",
        "not-null": lambda: text != "",
    }[operator]()


def _measured(world: World, held: Any, spec: FieldSpec, operator: str, values: tuple[str, ...]) -> bool:
    if operator in ("null", "not-null"):
        return (held is None) == (operator == "null")
    if operator in ("eq-userid", "ne-userid"):
        return (held == world.who.id) == (operator == "eq-userid")
    if operator in ("under", "not-under"):
        return _under(world, held, spec, int(values[0])) == (operator == "under")
    typed = [Decimal(v) for v in values]
    if operator in ("eq", "in", "ne", "not-in"):
        hidden = spec.target in POINTED and held not in world.readable[spec.target]
        same = held is not None and not hidden and Decimal(str(int(held) if held in (True, False) else held)) in typed
        return same == (operator in ("eq", "in"))
    if held is None:
        return False
    amount = Decimal(str(held))
    return {
        "gt": lambda: amount > typed[0],
        "ge": lambda: amount >= typed[0],
        "lt": lambda: amount < typed[0],
        "le": lambda: amount <= typed[0],
        "between": lambda: typed[0] <= amount <= typed[1],
    }[operator]()


def _under(world: World, held: int | None, spec: FieldSpec, top: int) -> bool:
    """Whether a chain of records that the asker sees leads up from the one held to the top."""
    passed: set[int] = set()
    while held and held not in passed and held in world.seen[spec.target]:
        if held == top:
            return True
        passed.add(held)
        held = getattr(world.records[spec.target][held], PARENTS[spec.target])
    return False


def _dated(world: World, held: date | None, operator: str, values: tuple[str, ...]) -> bool:
    if operator in ("null", "not-null"):
        return (held is None) == (operator == "null")
    if held is None:
        return False
    first, last = bounds(operator, values, world.clock)
    if isinstance(held, datetime):
        since = first if first is None or isinstance(first, datetime) else world.clock.start_of(first)
        until = last if last is None or isinstance(last, datetime) else world.clock.start_of(last)
    else:
        # A day counts as a whole: it belongs to what touches it.
        since = first.astimezone(world.clock.zone).date() if isinstance(first, datetime) else first
        until = last.astimezone(world.clock.zone).date() + timedelta(1) if isinstance(last, datetime) else last
    return (since is None or held >= since) and (until is None or held < until)


def _owned(world: World, row: Any, operator: str, values: tuple[str, ...]) -> bool:
    user, team, me = row.owner_user_id, row.owner_team_id, world.who.id
    if operator in ("eq", "ne", "in", "not-in"):
        owner = f"team:{team}" if team else f"user:{user}"
        return (owner in [v if ":" in v else f"user:{v}" for v in values]) == (operator in ("eq", "in"))
    if operator in ("eq-userid", "ne-userid"):
        return (user == me) == (operator == "eq-userid")
    mine = team is not None and me in world.teams.get(team, set())
    if operator == "eq-userteams":
        return mine
    if operator == "eq-useroruserteams":
        return user == me or mine
    reports = {other for other in world.managers if _reports(world, other)}
    if operator == "eq-useroruserhierarchy":
        return user in reports
    assert operator == "eq-useroruserhierarchyandteams"
    return user in reports or (team is not None and bool(world.teams.get(team, set()) & reports))


def _reports(world: World, user: int | None) -> bool:
    """Whether somebody is the asker or has him above, however far."""
    passed: set[int] = set()
    while user and user not in passed:
        if user == world.who.id:
            return True
        passed.add(user)
        user = world.managers[user]
    return False
