"""By what rows are grouped: the key of each group as SQL, its name, its order, and the filter that shows its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    Text,
    and_,
    case,
    func,
    literal_column,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy import Column as SqlColumn

from rxcrm.models.access import Reach, permitted, reach_of, require_readable
from rxcrm.models.charting import periods
from rxcrm.models.charting.charts import DATED, Category
from rxcrm.models.charting.figures import EMPTY, HIDDEN, UNSEEN, narrowed, owned_by
from rxcrm.models.charting.figures import NOTHING as NOTHING
from rxcrm.models.choices import LeadStatus, OpportunityStatus, Rating
from rxcrm.models.fields import FieldSpec, Kind, show
from rxcrm.models.filters.conditions import Part, Test
from rxcrm.models.filters.operators import OWNERS, USERS
from rxcrm.models.filters.values import Place, held_in, place_of, plain_of, value_of
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act
from rxcrm.models.tables import pointed_table, record_table
from rxcrm.models.views import name_fields
from rxcrm.translation import gettext

#: Kinds whose groups are texts that differ in more than case and accents.
TEXTS = (Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)
_KEPT = literal_column(str(NOTHING), BigInteger())
_UNSEEN = literal_column(str(HIDDEN), BigInteger())
Key = Any


@dataclass
class Grouping:
    """A category as SQL over one table: `joins` bring in related records, `says` names a group where that needs them.

    `people` says that keys are ids of owners or users, named apart from the rows. `halves` has keys and conditions of rows
    that are grouped apart, because each half finds its key in an index and both together do not.
    """

    category: Category
    place: Place
    key: ColumnElement[Any]
    says: ColumnElement[Any] | None = None
    joins: list[tuple[Any, ColumnElement[bool]]] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)
    people: bool = False
    halves: tuple[tuple[ColumnElement[Any], ColumnElement[bool]], ...] = ()

    def grouped(self, select_by: Callable[[ColumnElement[Any], Sequence[ColumnElement[bool]]], Any]) -> Any:
        """A statement by groups, made of a key and what the rows fulfil besides."""
        if not self.halves:
            return select_by(self.key, ())
        return union_all(*(select_by(key, (fulfilled,)) for key, fulfilled in self.halves))

    @property
    def spec(self) -> FieldSpec:
        return self.place.spec

    @property
    def dated(self) -> bool:
        return self.spec.kind in DATED

    @property
    def listed(self) -> bool:
        """Whether its groups have an order of their own: options, yes and no."""
        return self.spec.kind in (Kind.CHOICE, Kind.YESNO)


def grouping(act: Act, entity: str, category: Category) -> Grouping:
    """How the rows of a table are grouped by a category that `charts.check` has passed.

    Raises NotAllowed for a field that the asker may not see.
    """
    table = record_table(entity)
    place = place_of(table, category.field)
    assert place, "checked"
    require_readable(act.who, place, place.spec.label)
    row = cast(Any, table).__table__.c
    joins: list[tuple[Any, ColumnElement[bool]]] = []
    params: dict[str, Any] = {}
    if place.through:
        there = cast(Any, place.table).__table__.alias()
        seen, params = _readable(act, there.c, place.table.entity)
        joins = [(there, and_(there.c.id == held_in(table, row, place.through), *seen))]
        row = there.c
    found = _keyed(act, row, place.spec, category)
    halves = _owners_apart(row) if place.spec.target == OWNERS and not place.through else ()
    return Grouping(
        category, place, found.key, found.says, [*joins, *found.joins], {**params, **found.params}, found.people, halves
    )


@dataclass
class _Keyed:
    key: ColumnElement[Any]
    says: ColumnElement[Any] | None = None
    joins: list[tuple[Any, ColumnElement[bool]]] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)
    people: bool = False


def _keyed(act: Act, row: Any, spec: FieldSpec, category: Category) -> _Keyed:
    if spec.target == OWNERS:
        return _Keyed(owner_key(row), people=True)
    if spec.kind in DATED:
        zone = act.who.conventions.zone if spec.kind is Kind.MOMENT else ""
        start = periods.starts(value_of(row, spec), category.by, zone, act.organisation)
        return _Keyed(func.coalesce(start, literal_column("''")))
    if spec.kind in TEXTS:
        return _Keyed(_by_code(act, plain_of(row, spec)), says=func.max(value_of(row, spec)))
    if spec.kind is Kind.CURRENCY:
        own = literal_column(f"'{act.organisation.currency}'", String())
        return _Keyed(func.coalesce(func.nullif(value_of(row, spec), ""), own))
    value = value_of(row, spec)
    if spec.kind is Kind.YESNO:
        return _Keyed(
            case(
                (value.is_(None), _KEPT),
                (value, literal_column("1", BigInteger())),
                else_=literal_column("0", BigInteger()),
            )
        )
    if spec.kind is Kind.LOOKUP and spec.target != USERS:
        return _related(act, value, spec.target)
    number = type_coerce(value, BigInteger())
    # A column that is never empty groups along its index.
    never_empty = isinstance(value, SqlColumn) and not value.nullable
    return _Keyed(number if never_empty else func.coalesce(number, _KEPT), people=spec.target == USERS)


def owner_key(row: Any) -> ColumnElement[int]:
    """The owner of a row as one number: the id of a user, or that of a team below zero."""
    return func.coalesce(row.owner_user_id, -row.owner_team_id, _KEPT)


def _owners_apart(row: Any) -> tuple[tuple[ColumnElement[int], ColumnElement[bool]], ...]:
    """`owner_key` of what users own, and of all else."""
    return (
        (row.owner_user_id, row.owner_user_id.is_not(None)),
        (func.coalesce(-row.owner_team_id, _KEPT), row.owner_user_id.is_(None)),
    )


def _by_code(act: Act, text: ColumnElement[str]) -> ColumnElement[str]:
    """Compared by code point on every database, so that ties fall alike."""
    sqlite = act.session.get_bind().dialect.name == "sqlite"
    return text if sqlite else type_coerce(text, Text()).collate("C")


def _readable(act: Act, there: Any, entity: str) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """That a related record is there and that the asker may read it; its parameters beside."""
    table = pointed_table(entity)
    reach: Reach = reach_of(act.who, table)
    live = there.deleted_on.is_(None)
    if reach.everywhere:
        return [live], {}
    return [live, there.id.in_(select(cast(Any, table).id).where(permitted(reach)))], reach.ids(act.who)


def _related(act: Act, value: ColumnElement[Any], target: str) -> _Keyed:
    """Related records by id and name; those that the asker may not read are one group without names."""
    there = cast(Any, pointed_table(target)).__table__.alias()
    seen, params = _readable(act, there.c, target)
    first, *rest = (func.coalesce(there.c[n.key], "") for n in name_fields(pointed_table(target)))
    name: Any = first
    for part in rest:
        name = name + " " + part
    key = case((value.is_(None), _KEPT), (there.c.id.is_(None), _UNSEEN), else_=there.c.id)
    return _Keyed(key, func.max(name), [(there, and_(there.c.id == value, *seen))], params)


# -- what comes of it ------------------------------------------------------------------------------------------------


def labels(act: Act, by: Grouping, keys: Iterable[Key], said: dict[Key, str]) -> dict[Key, str]:
    """What the groups are called, in the reader's language; `said` are the names that came with the rows."""
    keys, locale, spec = list(keys), act.who.conventions.locale, by.spec
    if by.people:
        found = people_named(act, keys)
    elif by.dated:
        how, organisation = act.who.conventions, act.organisation
        found = {key: periods.named(key, by.category.by, how, organisation) for key in keys if key}
    elif spec.kind is Kind.CHOICE:
        options = {int(option): option.label for option in spec.options or ()}
        found = {key: gettext(locale, options.get(key, str(key))) for key in keys}
    elif spec.kind is Kind.YESNO:
        found = {key: gettext(locale, spec.words[key]) for key in keys if key in (0, 1)}
    elif spec.kind is Kind.CURRENCY:
        found = {key: key for key in keys}
    elif spec.kind is Kind.WHOLE:
        found = {key: show(spec, key, act.who.conventions) for key in keys}
    else:
        found = {key: (said.get(key) or "").strip() for key in keys}
    empty = {NOTHING: gettext(locale, EMPTY), "": gettext(locale, EMPTY), HIDDEN: gettext(locale, UNSEEN)}
    return {key: empty.get(key) or found.get(key) or empty[NOTHING] for key in keys}


#: The colours of options that mean good or bad, hot or cold, where administrators have not chosen others.
_TONES: dict[str, dict[int, str]] = {
    Rating.__name__: {int(Rating.HOT): "red", int(Rating.WARM): "orange", int(Rating.COLD): "blue"},
    LeadStatus.__name__: {
        int(LeadStatus.OPEN): "blue",
        int(LeadStatus.QUALIFIED): "green",
        int(LeadStatus.DISQUALIFIED): "grey",
    },
    OpportunityStatus.__name__: {
        int(OpportunityStatus.OPEN): "blue",
        int(OpportunityStatus.WON): "green",
        int(OpportunityStatus.LOST): "grey",
    },
}


def colours(by: Grouping, keys: Iterable[Key]) -> dict[Key, str]:
    """The colours of options, one of choices.COLOURS each; empty where the drawing chooses."""
    options = by.spec.options if by.spec.kind is Kind.CHOICE else None
    if options is None:
        return dict.fromkeys(keys, "")
    tones = _TONES.get(options.key, {})
    found = {key: options.find(key) for key in keys}
    return {key: ("" if option is None else option.colour) or tones.get(key, "") for key, option in found.items()}


def people_named(act: Act, keys: Sequence[int]) -> dict[Key, str]:
    """The names of users, and of teams (their ids below zero), in one statement."""
    user, team = cast(Any, User).__table__.c, cast(Any, Team).__table__.c
    users, teams = [k for k in keys if k > 0], [-k for k in keys if HIDDEN < k < 0]
    found = (
        select(user.id, user.name)
        .where(user.id.in_(users))
        .union_all(select(-team.id, team.name).where(team.id.in_(teams)))
    )
    return dict(map(tuple, act.session.execute(found))) if users or teams else {}


def ordered(by: Grouping, keys: list[Key]) -> list[Key]:
    """Options in the order of their list, dates by time; others as they come. Empty ones last."""
    if by.dated:
        return sorted(keys, key=lambda key: (key == "", key))
    if by.spec.kind is Kind.CHOICE:
        places = {int(option): at for at, option in enumerate(by.spec.options or ())}
        return sorted(keys, key=lambda key: (key == NOTHING, places.get(key, len(places)), key))
    if by.spec.kind is Kind.YESNO:
        return sorted(keys, reverse=True)
    return keys


def condition(by: Grouping, key: Key) -> dict[str, Any] | None:
    """The filter that, beside that of the chart, shows the rows of a group; None if there is none."""
    parts = _parts(by, key)
    return narrowed(*parts) if parts else None


def _parts(by: Grouping, key: Key) -> tuple[Part, ...]:
    name, spec = by.category.field, by.spec
    if spec.target == OWNERS:
        owner = owned_by(key)
        return (Test(name, owner.operator, owner.values),) if owner else ()
    if by.dated:
        return (periods.within(name, key, by.category.by),)
    if spec.kind is Kind.YESNO and key == NOTHING:
        return Test(name, "ne", ("0",)), Test(name, "ne", ("1",))
    if key == HIDDEN:
        return Test(name, "not-null"), Test(f"{name}.created_on", "null")
    if key in (NOTHING, ""):
        return (Test(name, "null"),)
    return (Test(name, "eq", (str(key),)),)
