"""What programs ask of records: a page of a list, one record, a new one, a change, a deletion. Everything passes the same verbs as the forms."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlmodel import col, select

from rxcrm.models import lists, recycling
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.api.values import Json, told, typed
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import fields_of
from rxcrm.models.filters.conditions import both, read
from rxcrm.models.lists import Ask
from rxcrm.models.matching import saving
from rxcrm.models.matching.facts import TABLES
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act, assign, create, no_field, save
from rxcrm.models.saved_views import resolve
from rxcrm.models.tables import record_table
from rxcrm.models.timeline import writing
from rxcrm.models.views import View, column_of, sorts
from rxcrm.translation import N_

#: Records of a page, at the least, usually and at most.
FEWEST, USUAL, MOST = 1, 50, 250
#: Columns by which a list is ordered, as in views.
MOST_SORTS = 3
#: Kinds of activities that programs write; mails are sent from their form.
KINDS = {
    "task": ActivityKind.TASK,
    "phone_call": ActivityKind.PHONE_CALL,
    "appointment": ActivityKind.APPOINTMENT,
}
NO_OWNER = N_(
    "The owner is an object with `kind`, which is user or team, and the `id` of somebody who is not disabled."
)
NO_FIELDS = N_("`fields` is an object: the names of fields with their values.")
NO_KIND = N_("The kind of an activity is task, phone_call or appointment.")
NO_REGARDING = N_("`regarding` is an object with the `table` and the `id` of a record.")


@dataclass(frozen=True)
class Wanted:
    """A page of a table: which view narrows and orders it, what else does, which fields are told, how many records.

    `where` is a condition as JSON (rxcrm.models.filters.conditions), `after` the `next` of the page before.
    """

    entity: str
    view: str = ""
    where: Json = None
    search: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    only: tuple[str, ...] = ()
    size: int = USUAL
    after: str = ""
    counted: bool = False


def page(act: Act, wanted: Wanted) -> dict[str, Json]:
    """`{"records", "next"}`, and "count", at most 10,001, where that is wanted; `next` is null on the last page.

    Raises NotFound for no such view, BadValue for sizes and orders that cannot be, BadFilter for such conditions.
    """
    if not FEWEST <= wanted.size <= MOST:
        raise BadValue(N_("A page has %(low)s to %(high)s records."), low=FEWEST, high=MOST)
    table = record_table(wanted.entity)
    if table is not Activity and not act.who.holds(Privilege.READ, wanted.entity):
        raise NotAllowed
    _require_fields(wanted.entity, wanted.only)
    _require_order(act, wanted)
    ask = Ask(wanted.entity, wanted.view, wanted.search, wanted.sort, after=wanted.after)
    view = lists.changed(_view(act, wanted), ask)
    if wanted.where is not None:
        view = replace(view, where=both(view.where, read(wanted.where)))
    found = lists.page_of(act, replace(view, columns=()), ask, size=wanted.size)
    if wanted.after and not found.more_before:  # the list has begun anew, and whoever asks would never come to its end
        raise BadValue(N_("This is no `next` of a page in this order."))
    ids = [int(row["id"]) for row in found.rows]
    rows = {row.id: row for row in act.session.scalars(select(table).where(col(table.id).in_(ids)))} if ids else {}
    records = told(act, [rows[i] for i in ids if i in rows], wanted.only)
    answer: dict[str, Json] = {"records": records, "next": found.last if found.more_after else None}
    return answer | ({"count": lists.count_of(act, view, wanted.search)} if wanted.counted else {})


def _require_order(act: Act, wanted: Wanted) -> None:
    if len(wanted.sort) > MOST_SORTS:
        raise BadValue(N_("Records are ordered by at most %(n)s columns."), n=MOST_SORTS)
    for key, _ in wanted.sort:
        column = column_of(wanted.entity, key)
        if column is None or not column.sortable or not sorts(act.who, wanted.entity, key):
            raise BadValue(N_("Records cannot be ordered by “%(name)s”."), name=key)


def _view(act: Act, wanted: Wanted) -> View:
    """The view of a key; without one, all records of the table, the newest first."""
    if not wanted.view:
        return lists.everything(wanted.entity)
    found = resolve(act, wanted.entity, wanted.view)
    if found.problem:
        raise NotFound(found.problem)
    return found.view


def one(act: Act, entity: str, record_id: int, only: Collection[str] = ()) -> dict[str, Json]:
    """One record. Raises NotFound."""
    _require_fields(entity, only)
    return told(act, [act.find(record_table(entity), record_id)], only)[0]


def _require_fields(entity: str, names: Collection[str]) -> None:
    specs = fields_of(record_table(entity))
    problems: dict[str, CrmError] = {name: no_field(entity, name) for name in names if name not in specs}
    if problems:
        raise Invalid(problems)


def add(act: Act, entity: str, body: Mapping[str, Json], *, refuse: bool = False) -> int:
    """The number of a new record of `fields`, of an `owner` if one is given; an activity has a `kind` and may be `regarding` a record.

    With `refuse`, one that is there already raises Alike (S R3.15). Raises NotAllowed or Invalid with every bad field;
    then nothing is written.
    """
    table = record_table(entity)
    if table is Activity:
        _require_keys(body, {"fields", "kind", "regarding"})
        return _log(act, body)
    _require_keys(body, {"fields", "owner"})
    given = _typed(entity, body)
    owner = _owner(act, body)
    act.by_rules = owner is None
    row = create(act, table, given, owner=owner if isinstance(owner, User) else None)
    if isinstance(owner, Team):
        assign(act, act.find(table, row.id or 0, Privilege.ASSIGN), owner)
    if refuse:
        saving.require_new(act, row, asked=True)
    return row.id or 0


def _log(act: Act, body: Mapping[str, Json]) -> int:
    kind = KINDS.get(body["kind"]) if isinstance(body.get("kind"), str) else None
    if kind is None:
        raise BadValue(NO_KIND)
    about = body.get("regarding")
    place = None
    if about is not None:
        if not isinstance(about, Mapping) or not isinstance(about.get("table"), str) or not _is_id(about.get("id")):
            raise BadValue(NO_REGARDING)
        place = (about["table"], about["id"])
    return writing.log(act, kind, _typed("activity", body), place).id or 0


def change(
    act: Act, entity: str, record_id: int, body: Mapping[str, Json], version: int | None, *, refuse: bool = False
) -> None:
    """Write `fields` into a record and give it to an `owner`, all or nothing; what is not named stays as it is.

    With a `version` that has passed it raises Stale; without one it writes over whatever the fields hold now. With
    `refuse`, a change that makes it the double of another record raises Alike. Activities change in their own forms.
    """
    table = record_table(entity)
    if table is Activity:
        raise BadValue(N_("Activities are changed in their forms."))
    _require_keys(body, {"fields", "owner"})
    given, owner = _typed(entity, body), _owner(act, body)
    row: Record = act.find(table, record_id, Privilege.WRITE if given or owner is None else Privilege.ASSIGN, version)
    known = saving.known_before(act, row, given, asked=True) if refuse else None
    if given:
        save(act, row, given)
        if known is not None:
            saving.require_new(act, row, known, asked=True)
    if owner is not None:
        assign(act, act.find(table, record_id, Privilege.ASSIGN), owner)


def remove(act: Act, entity: str, record_id: int, version: int | None) -> None:
    """Move a record to the recycle bin, where it can be restored for 30 days. Raises NotFound, NotAllowed or Stale."""
    recycling.delete(act, act.find(record_table(entity), record_id, Privilege.DELETE, version))


# -- parts -----------------------------------------------------------------------------------------------------------


def _typed(entity: str, body: Mapping[str, Json]) -> dict[str, str]:
    """What would be typed for the `fields` of a request. Raises Invalid with every value of a wrong type."""
    fields = body.get("fields", {})
    if not isinstance(fields, Mapping):
        raise BadValue(NO_FIELDS)
    specs, found = fields_of(record_table(entity)), dict[str, str]()
    problems: dict[str, CrmError] = {}
    for name, value in fields.items():
        try:
            if name not in specs:
                raise no_field(entity, name)
            found[name] = typed(specs[name], value)
        except CrmError as problem:
            problems[name] = problem
    if problems:
        raise Invalid(problems)
    return found


def may_be_doubled(entity: str) -> bool:
    """Whether duplicates of a table are known at all."""
    return entity in TABLES


def _require_keys(body: Mapping[str, Json], known: set[str]) -> None:
    if unknown := sorted(set(body) - known):
        raise BadValue(N_("A request has no “%(name)s”."), name=unknown[0][:80])


def _owner(act: Act, body: Mapping[str, Json]) -> User | Team | None:
    owner = body.get("owner")
    if owner is None:
        return None
    tables = {"user": User, "team": Team}
    kind, number = (owner.get("kind"), owner.get("id")) if isinstance(owner, Mapping) else ("", 0)
    table: Any = tables.get(kind) if isinstance(kind, str) else None
    found: Any = act.session.get(table, number) if table and _is_id(number) else None
    if found is None or found.disabled:
        raise Invalid({"owner": BadValue(NO_OWNER)})
    return cast(User | Team, found)


def _is_id(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
