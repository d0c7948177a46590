"""A condition as SQL: built once, asked again and again with the dates and people of the moment (S 7.4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Float,
    Select,
    String,
    Text,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.types import TypeEngine

from rxcrm.models import configuration
from rxcrm.models.access import Reach, Who, permitted, reach_of
from rxcrm.models.base import Record
from rxcrm.models.db import BigInt
from rxcrm.models.db import Moment as When
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import TEXTUAL, FieldSpec, Kind, custom_spec, parse_number
from rxcrm.models.filters.calendar import Clock, bounds
from rxcrm.models.filters.conditions import BadFilter, Group, Part, Related, Test
from rxcrm.models.filters.operators import OWNERS, PARENTS, USERS, Operator, Takes, operators_of, options_of
from rxcrm.models.filters.values import held_in, place_of, plain_of, relations_of, value_of
from rxcrm.models.people import TeamMember, User
from rxcrm.models.searching import KEY_LENGTH, fold, plain
from rxcrm.models.tables import POINTED, pointed_table, record_table
from rxcrm.models.tagging.tables import Tagged
from rxcrm.models.tagging.vocabulary import vocabulary
from rxcrm.models.views import COLUMNS
from rxcrm.translation import N_

GONE = N_("This filter speaks of the field “%(field)s”, which does not exist any more.")
SECURED = N_("This filter asks for “%(label)s”, which is secured: no column security profile lets you see it.")
UNUSED = N_("This filter speaks of the field “%(label)s”, which is out of use.")
NO_OPERATOR = N_("%(label)s cannot be compared by “%(operator)s”.")
NO_VALUE = N_("Enter a value for %(label)s.")
_DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Compiled:
    """A condition on the rows of a table, its values left open as parameters.

    `walked` says the same part by part for rows that are looked at one after the other along an index, where `where` lets
    the database begin with what it asks for. Each part has the column of the row that it is about, if it is a single one:
    there an index begins and ends.
    """

    where: ColumnElement[bool]
    walked: Sequence[tuple[str, ColumnElement[bool]]]
    constants: Mapping[str, Any] = field(default_factory=dict)
    moments: Mapping[str, Callable[[Clock], Any]] = field(default_factory=dict)
    reaches: tuple[Reach, ...] = ()

    def within(self, columns: Collection[str]) -> list[ColumnElement[bool]]:
        """What is asked of each of some columns alone."""
        return [part for name, part in self.walked if name in columns]

    def besides(self, columns: Collection[str]) -> list[ColumnElement[bool]]:
        """What is asked besides."""
        return [part for name, part in self.walked if name not in columns]

    def params(self, clock: Clock) -> dict[str, Any]:
        """The values: of now, and of who asks."""
        found = {**self.constants, **{name: value(clock) for name, value in self.moments.items()}}
        for reach in self.reaches:
            found |= reach.ids(clock.who)
        return found


def compiled(table: type[Record], condition: Group, who: Who) -> Compiled:
    """The condition as SQL, for what this user may see of related records.

    Raises BadFilter for fields that are gone or that he may not see, operators that do not fit and values that are none.
    """
    reaches = {entity: reach_of(who, pointed_table(entity)) for entity in sorted(_touched(table, condition, who))}
    return _compiled(table, condition, tuple(reaches.items()))


def compiled_together(table: type[Record], conditions: Sequence[Group], who: Who) -> list[Compiled]:
    """Several conditions for one statement: their parameters have different names, and each knows those of all.

    Raises BadFilter as `compiled` does.
    """
    touched = set[str]().union(*(_touched(table, condition, who) for condition in conditions))
    reaches = {entity: reach_of(who, pointed_table(entity)) for entity in sorted(touched)}
    return _compiled_together(table, tuple(conditions), tuple(reaches.items()))


@configuration.forgets
@lru_cache(128)
def _compiled_together(
    table: type[Record], conditions: tuple[Group, ...], reaches: tuple[tuple[str, Reach], ...]
) -> list[Compiled]:
    compiler = _Compiler(dict(reaches))
    return [compiler.whole(table, condition) for condition in conditions]


@configuration.forgets
@lru_cache(512)
def _compiled(table: type[Record], condition: Group, reaches: tuple[tuple[str, Reach], ...]) -> Compiled:
    return _Compiler(dict(reaches)).whole(table, condition)


def _required(condition: Group) -> Iterator[Part]:
    """The parts of a condition that must hold, each of them."""
    if condition.any and len(condition.parts) > 1:
        yield condition
        return
    for part in condition.parts:
        yield from _required(part) if isinstance(part, Group) else [part]


def _own_column(table: type[Record], row: Any, part: Part) -> str:
    """The column of the row that a test of numbers, options, dates or one owner looks at; empty for everything else."""
    place = place_of(table, part.field) if isinstance(part, Test) else None
    if place and not place.through and place.spec.target == OWNERS and isinstance(part, Test):
        one = part.operator == "eq-userid" or (part.operator in ("eq", "in") and len(part.values) == 1)
        return "owner_user_id" if one and _owner((*part.values, "user:0")[0])[0] == "user" else ""
    if place is None or place.through or place.spec.kind in {*TEXTUAL, Kind.CURRENCY, Kind.TAGS, Kind.LOOKUP}:
        return ""
    held = value_of(row, place.spec)
    return held.name if isinstance(held, Column) else ""


def _touched(table: type[Record], part: Part, who: Who) -> set[str]:
    """The tables of related records that a condition looks at.

    Raises BadFilter for a field that `who` may not see: whoever may ask for what is hidden can find it out by asking.
    """
    if isinstance(part, Group):
        return set().union(*(_touched(table, p, who) for p in part.parts))
    if isinstance(part, Test):
        place = place_of(table, part.field)
        if place is None:
            unused = custom_spec(table.entity, part.field)
            raise BadFilter(UNUSED, label=unused.label) if unused else BadFilter(GONE, field=part.field)
        if not who.may_read(place):
            raise BadFilter(SECURED, label=place.spec.label)
        pointed = {place.spec.target} if place.spec.target in POINTED else set()
        return pointed | ({place.table.entity} if place.through else set())
    relation = relations_of(table.entity).get(part.relation)
    if relation is None:
        raise BadFilter(GONE, field=part.relation)
    if not who.may_read(relation):
        raise BadFilter(SECURED, label=relation.label)
    other = record_table(relation.entity)
    return {relation.entity, *_touched(other, part.where, who)}


def there_is(found: Select[Any]) -> ColumnElement[bool]:
    """That a statement finds something, asked of a few rows one after the other.

    An `exists` PostgreSQL may answer by reading all that there is first, however few rows ask.
    """
    return found.limit(1).scalar_subquery().is_not(None)


class _Compiler:
    """Builds one condition; gathers its parameters on the way."""

    def __init__(self, reaches: Mapping[str, Reach]) -> None:
        self.reaches = reaches
        self.constants: dict[str, Any] = {}
        self.moments: dict[str, Callable[[Clock], Any]] = {}
        #: Whether the condition is said differently for rows one by one, and whether it is being said for those.
        self.has_two_ways = self.one_by_one = False

    def whole(self, table: type[Record], condition: Group) -> Compiled:
        row = cast(Any, table).__table__.c
        required = list(_required(condition))
        parts = [self.part(table, row, part) for part in required]
        where = and_(true(), *parts)
        if self.has_two_ways:
            self.one_by_one = True
            parts = [self.part(table, row, part) for part in required]
            self.one_by_one = False
        columns = [_own_column(table, row, part) for part in required]
        walked = tuple(zip(columns, parts, strict=True))
        return Compiled(where, walked, self.constants, self.moments, tuple(self.reaches.values()))

    def part(self, table: type[Record], row: Any, part: Part) -> ColumnElement[bool]:
        if isinstance(part, Related):
            return self.related(table, row, part)
        if isinstance(part, Test):
            return self.test(table, row, part)
        if not part.parts:
            return true()
        return (or_ if part.any else and_)(*(self.part(table, row, p) for p in part.parts))

    def related(self, table: type[Record], row: Any, part: Related) -> ColumnElement[bool]:
        """Whether the user sees a record that points to the row and for which the condition holds."""
        relation = relations_of(table.entity)[part.relation]
        other = record_table(relation.entity)
        there = cast(Any, other).__table__.alias()
        if relation.by:
            joined = held_in(other, there.c, relation.by) == row.id
        else:
            joined = and_(there.c.regarding_entity == table.entity, there.c.regarding_id == row.id)
        found = self._exists(other, there, joined, self.part(other, there.c, part.where))
        return not_(found) if part.missing else found

    def _exists(self, other: type[Record], there: Any, *where: ColumnElement[bool]) -> ColumnElement[bool]:
        """A live record that the user may see. What he may see is asked by id: its conditions speak of the table itself."""
        reach = self.reaches[other.entity]
        seen = [] if reach.everywhere else [there.c.id.in_(select(cast(Any, other).id).where(permitted(reach)))]
        self.has_two_ways = True
        found = select(there.c.id).where(*where, there.c.deleted_on.is_(None), *seen)
        return there_is(found) if self.one_by_one else found.exists()

    def test(self, table: type[Record], row: Any, test: Test) -> ColumnElement[bool]:
        place = place_of(table, test.field)
        assert place, "_touched has looked at every field"
        operator = operators_of(place.spec).get(test.operator)
        if operator is None:
            raise BadFilter(NO_OPERATOR, label=place.spec.label, operator=test.operator)
        _require_values(place.spec, operator, test.values)
        if not place.through:
            held = self.compared(table, row, place.spec, test)
            key = self.sorted_key(table, row, place.spec, test)
            return held if key is None else and_(key, held)
        there = cast(Any, place.table).__table__.alias()
        joined = there.c.id == held_in(table, row, place.through)
        positive = _POSITIVE.get(test.operator)
        asked = Test(test.field, positive, test.values) if positive else test
        found = self._exists(place.table, there, joined, self.compared(place.table, there.c, place.spec, asked))
        return not_(found) if positive else found

    def sorted_key(self, table: type[Record], row: Any, spec: FieldSpec, test: Test) -> ColumnElement[bool] | None:
        """What follows for the number by which lists are sorted by an option, 0 for none: that stands in an index.

        None if there is no such number, or nothing follows, or rows are looked at in another order anyway.
        """
        column = COLUMNS[table.entity].get(spec.name) if table.entity in COLUMNS else None
        if spec.kind is not Kind.CHOICE or column is None or column.order in ("", spec.name):
            return None
        if test.operator not in ("eq", "in", "null"):
            return None
        self.has_two_ways = True
        if self.one_by_one:
            return None
        numbers = [_stored(spec, value) for value in test.values] if test.values else [0]
        return cast(ColumnElement[bool], row[column.order].in_([self.bind(n, BigInt) for n in numbers]))

    def compared(self, table: type[Record], row: Any, spec: FieldSpec, test: Test) -> ColumnElement[bool]:
        """One test of a field that `row` holds. What is empty equals nothing and so "does not equal" everything."""
        positive = _POSITIVE.get(test.operator)
        if positive:
            held = self.compared(table, row, spec, Test(test.field, positive, test.values))
            return not_(func.coalesce(held, false()))
        if spec.target == OWNERS:
            return self.owned(row, test)
        if spec.kind is Kind.TAGS:
            return self.tagged(table, row, spec, test)
        if test.operator == "not-null":
            return self.filled(row, spec)
        if spec.kind in TEXTUAL or spec.kind is Kind.CURRENCY:
            return self.worded(row, spec, test)
        if spec.kind in (Kind.DATE, Kind.MOMENT):
            return self.dated(row, spec, test)
        if spec.target == USERS and test.operator == "eq-userid":
            me = self.bind(lambda clock: clock.who.id, BigInt)
            return cast(ColumnElement[bool], value_of(row, spec) == me)
        if test.operator == "under":
            return self.under(row, spec, test)
        return self.measured(row, spec, test)

    def filled(self, row: Any, spec: FieldSpec) -> ColumnElement[bool]:
        """Whether there is anything in a field. No text is so plain that it vanishes: it is looked at as it was typed."""
        if spec.kind not in TEXTUAL and spec.kind is not Kind.CURRENCY:
            return value_of(row, spec).is_not(None)
        if _is_composed(spec):
            return plain_of(row, spec) != ""
        held = value_of(row, spec)
        return (func.coalesce(held, literal_column("''")) if spec.custom else held) != ""

    def worded(self, row: Any, spec: FieldSpec, test: Test) -> ColumnElement[bool]:
        text: ColumnElement[Any] = plain_of(row, spec)
        if spec.kind is Kind.CURRENCY:
            # Empty stands for the organisation's own.
            own = self.bind(lambda clock: plain(clock.who.conventions.currency), String())
            text = func.coalesce(func.nullif(text, ""), own)
        typed = [_spelled(spec, value) for value in test.values]
        if test.operator in ("eq", "in"):
            typed = [value[:KEY_LENGTH] for value in typed] if _is_composed(spec) else typed
            return text.in_([self.bind(value, Text()) for value in typed])
        escaped = typed[0].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = {"like": f"%{escaped}%", "begins-with": f"{escaped}%", "ends-with": f"%{escaped}"}[test.operator]
        return text.like(self.bind(pattern, Text()), escape="\\")

    def measured(self, row: Any, spec: FieldSpec, test: Test) -> ColumnElement[bool]:
        """Numbers, amounts, options, yes and no, ids."""
        held = value_of(row, spec)
        sent = [self.bind(value, _type_of(value)) for value in (_stored(spec, value) for value in test.values)]
        if test.operator in ("eq", "in"):
            same = held == sent[0] if len(sent) == 1 else held.in_(sent)
            return same if spec.target not in POINTED else and_(same, *self.readable(held, spec.target))
        if test.operator == "between":
            return and_(held >= sent[0], held <= sent[1])
        compare = {"gt": held.__gt__, "ge": held.__ge__, "lt": held.__lt__, "le": held.__le__}[test.operator]
        return compare(sent[0])

    def dated(self, row: Any, spec: FieldSpec, test: Test) -> ColumnElement[bool]:
        """Between two days or moments that follow from the operator; they are reckoned anew each time."""
        held = value_of(row, spec)
        ends = _days if spec.kind is Kind.DATE else _moments
        bound: TypeEngine[Any] = Date() if spec.kind is Kind.DATE else When()
        if spec.custom:
            ends, bound = _as_text(ends), String()

        def end(clock: Clock, which: int) -> Any:
            return ends(bounds(test.operator, test.values, clock), clock)[which]

        opened = {"on-or-before": (False, True), "on-or-after": (True, False)}
        older = test.operator.startswith("olderthan")
        since, until = (False, True) if older else opened.get(test.operator, (True, True))
        conditions = [held.is_not(None)] if not since else []
        if since:
            conditions.append(held >= self.bind(lambda clock: end(clock, 0), bound))
        if until:
            conditions.append(held < self.bind(lambda clock: end(clock, 1), bound))
        return and_(*conditions)

    def owned(self, row: Any, test: Test) -> ColumnElement[bool]:
        user, team = row.owner_user_id, row.owner_team_id
        if test.operator in ("eq", "in"):
            users = [int(v) for kind, v in map(_owner, test.values) if kind == "user"]
            teams = [int(v) for kind, v in map(_owner, test.values) if kind == "team"]
            if len(users) == 1 and not teams:
                return cast(ColumnElement[bool], user == self.bind(users[0], BigInt))
            held = [column.in_(ids) for column, ids in ((user, users), (team, teams)) if ids]
            return or_(*held)
        me = self.bind(lambda clock: clock.who.id, BigInt)
        my_teams = self.bind(lambda clock: sorted(clock.who.team_ids), BigInt, several=True)
        if test.operator == "eq-userid":
            return cast(ColumnElement[bool], user == me)
        if test.operator == "eq-userteams":
            return cast(ColumnElement[bool], team.in_(my_teams))
        if test.operator == "eq-useroruserteams":
            return or_(user == me, team.in_(my_teams))
        people = _reports(me)
        held = [user.in_(select(people.c.id))]
        if test.operator == "eq-useroruserhierarchyandteams":
            member = cast(Any, TeamMember)
            held.append(team.in_(select(member.team_id).where(member.user_id.in_(select(people.c.id)))))
        return or_(*held)

    def readable(self, held: Any, entity: str) -> list[ColumnElement[bool]]:
        """That the user may see what a look-up points to: nobody learns by trying ids what he is not shown."""
        reach = self.reaches[entity]
        other = cast(Any, pointed_table(entity))
        return [] if reach.everywhere else [held.in_(select(other.id).where(permitted(reach)))]

    def under(self, row: Any, spec: FieldSpec, test: Test) -> ColumnElement[bool]:
        """Whether the look-up points to a record or to one below it, over however many that the user sees."""
        other = cast(Any, record_table(spec.target)).__table__
        reach = self.reaches[spec.target]
        seen = select(other.c.id).where(other.c.deleted_on.is_(None))
        seen = seen if reach.everywhere else seen.where(permitted(reach))
        tree = seen.where(other.c.id == self.bind(_stored(spec, test.values[0]), BigInt)).cte(recursive=True)
        tree = tree.union(seen.where(other.c[PARENTS[spec.target]] == tree.c.id))
        return value_of(row, spec).in_(select(tree.c.id))

    def tagged(self, table: type[Record], row: Any, spec: FieldSpec, test: Test) -> ColumnElement[bool]:
        """Whether a record has one of some tags, each of them, or any at all (rxcrm.models.tagging)."""
        known = vocabulary()
        if test.operator == "not-null":
            held = value_of(row, spec)
            if not known.retired:
                return held != literal_column("''")
            # What was deleted is still in the text, and counts as nothing.
            comma = literal_column("','", Text())
            rest: Any = comma.concat(held).concat(comma)
            for tag_id in known.retired:
                rest = func.replace(rest, literal_column(f"',{tag_id},'"), comma)
            return and_(held != literal_column("''"), rest != comma)
        groups = [known.all_of(tag_id) for tag_id in dict.fromkeys(_tag(value) for value in test.values)]
        if test.operator == "contain-values":
            groups = [sorted({tag_id for group in groups for tag_id in group})]
        return and_(*(self.holds_one(table, row, group) for group in groups))

    def holds_one(self, table: type[Record], row: Any, tag_ids: list[int]) -> ColumnElement[bool]:
        """Whether a record holds one of some numbers. SQLite gathers all that have a tag before it looks at the first row,
        unless it is asked row by row."""
        self.has_two_ways = True
        link = cast(Any, Tagged).__table__.alias().c
        ids = [self.bind(tag_id, BigInt) for tag_id in tag_ids]
        held = select(link.record_id).where(link.entity == literal_column(f"'{table.entity}'"), link.tag_id.in_(ids))
        found: ColumnElement[bool] = (
            held.where(link.record_id == row.id).exists() if self.one_by_one else row.id.in_(held)
        )
        return found

    def bind(self, value: Any, kind: TypeEngine[Any] | type[TypeEngine[Any]] | None, *, several: bool = False) -> Any:
        """A parameter of its own; a function is asked for the value at each moment."""
        name = f"f{len(self.constants) + len(self.moments)}"
        if callable(value):
            self.moments[name] = value
        else:
            self.constants[name] = value
        return bindparam(name, type_=cast(Any, kind), expanding=several)


#: The operators that hold where another does not.
_POSITIVE = {
    "ne": "eq",
    "not-in": "in",
    "not-contain-values": "contain-values",
    "not-like": "like",
    "not-begin-with": "begins-with",
    "not-end-with": "ends-with",
    "null": "not-null",
    "ne-userid": "eq-userid",
    "not-under": "under",
}


def _reports(me: Any) -> Any:
    """A user and everybody who reports to him, through however many managers."""
    user = cast(Any, User).__table__
    people = select(user.c.id).where(user.c.id == me).cte(recursive=True)
    return people.union(select(user.c.id).where(user.c.manager_id == people.c.id))


def _require_values(spec: FieldSpec, operator: Operator, values: tuple[str, ...]) -> None:
    """Raises BadFilter where values are missing or none of the field's."""
    wanted = {Takes.NOTHING: 0, Takes.TWO: 2}.get(operator.takes, 1)
    enough = len(values) >= wanted if operator.takes is Takes.SEVERAL else len(values) == wanted
    worded = spec.kind in TEXTUAL
    if not enough or any((_spelled(spec, value) if worded else value) == "" for value in values):
        raise BadFilter(NO_VALUE, label=spec.label)
    try:
        if spec.kind in (Kind.DATE, Kind.MOMENT):
            if values:
                bounds(operator.key, values, _ANY_TIME)
        elif spec.target == OWNERS:
            for value in values:
                _owner(value)
        elif spec.kind is Kind.TAGS:
            for value in values:
                _tag(value)
        elif spec.kind not in TEXTUAL and spec.kind is not Kind.CURRENCY:
            for value in values:
                _stored(spec, value)
    except BadValue as problem:
        raise BadFilter(problem.message, **problem.values) from None


_ANY_TIME = Clock(Who(0, ""), datetime(2026, 1, 1, tzinfo=UTC))


def _spelled(spec: FieldSpec, value: str) -> str:
    """What is typed, as the texts of a field are spelled for comparing."""
    return fold(value) if _is_composed(spec) else plain(value)


def _is_composed(spec: FieldSpec) -> bool:
    """Whether this is the name of a person, of which the sort key is all that is stored."""
    return spec.column == "fullname"


def _owner(value: str) -> tuple[str, str]:
    """("user", "5") for "5" or "user:5". Raises BadValue."""
    kind, _, number = value.rpartition(":")
    if kind not in ("", "user", "team") or not _is_id(number):
        raise BadValue(N_("“%(value)s” is no user or team."), value=value[:80])
    return kind or "user", number


def _tag(value: str) -> int:
    """The number of a tag that there is. Raises BadValue for one that is gone: to leave it out would change the question."""
    meant = vocabulary().meaning(int(value)) if _is_id(value) else 0
    if not meant or not vocabulary().all_of(meant):
        raise BadValue(N_("This filter asks for a tag that does not exist any more."))
    return meant


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdecimal() and 0 < len(value) <= 18


def _stored(spec: FieldSpec, value: str) -> int | float | bool:
    """The stored value for a raw one: amounts in hundredths. Raises BadValue."""
    if spec.kind in (Kind.CHOICE, Kind.LOOKUP):
        if spec.kind is Kind.CHOICE and _is_id(value) and int(value) not in options_of(spec):
            sentence = N_("This filter asks for an option of %(label)s that does not exist any more.")
            raise BadValue(sentence, label=spec.label)
        if not _is_id(value):
            raise BadValue(N_("%(label)s has no option “%(value)s”."), label=spec.label, value=value[:80])
        return int(value)
    if spec.kind is Kind.YESNO:
        if value not in ("0", "1"):
            raise BadValue(N_("%(label)s has no option “%(value)s”."), label=spec.label, value=value[:80])
        return value == "1"
    amount = parse_number(value)
    if abs(amount) >= Decimal(10) ** 16:
        raise BadValue(N_("“%(value)s” is too long."), value=value[:80])
    if spec.kind is Kind.MONEY:
        if amount * 100 != (amount * 100).to_integral_value():
            raise BadValue(N_("%(label)s can have at most two decimals."), label=spec.label)
        return int(amount * 100)
    return int(amount) if spec.kind is Kind.WHOLE and amount == amount.to_integral_value() else float(amount)


def _type_of(value: float | bool) -> TypeEngine[Any]:
    """How a value is sent: wide enough for any, so that what no row can hold is compared rather than refused."""
    if isinstance(value, bool):
        return Boolean()
    return BigInteger() if isinstance(value, int) else Float()


def _days(ends: tuple[Any, Any], clock: Clock) -> tuple[Any, Any]:
    """Bounds for a column of days: from the day of the first moment to that of the last, both included."""
    first, last = ends
    if isinstance(first, datetime):
        first = first.astimezone(clock.zone).date()
    if isinstance(last, datetime):
        last = last.astimezone(clock.zone).date() + _DAY
    return first, last


def _moments(ends: tuple[Any, Any], clock: Clock) -> tuple[Any, Any]:
    """Bounds for a column of moments: days begin at midnight in the user's time zone."""
    first, last = (
        clock.start_of(end) if isinstance(end, date) and not isinstance(end, datetime) else end for end in ends
    )
    return first, last


def _as_text(ends: Callable[..., tuple[Any, Any]]) -> Callable[..., tuple[Any, Any]]:
    """The same bounds for ISO dates in JSON, which compare as text."""
    return lambda found, clock: tuple(end and end.isoformat() for end in ends(found, clock))


__all__ = ["Compiled", "compiled", "compiled_together"]
