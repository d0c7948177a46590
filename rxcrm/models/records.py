"""The unit of work and the verbs that every record has: find, create, save, assign, delete, restore, purge."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, cached_property, lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import bindparam, delete, update
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col, select

from rxcrm.models import composing, configuration, customers, lifecycle, matching, process
from rxcrm.models.access import (
    Decision,
    Privilege,
    Reach,
    Who,
    may,
    may_create,
    may_own,
    permitted,
    reach_of,
    require,
    visible,
    who_is,
)
from rxcrm.models.activity import Activity
from rxcrm.models.assignment.tables import LeadAssignment
from rxcrm.models.base import Record
from rxcrm.models.connections import upkeep
from rxcrm.models.currencies.tables import offered
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import (
    Conventions,
    FieldSpec,
    Kind,
    control,
    custom_spec,
    defaults_of,
    fields_of,
    parse,
    raw,
    region_of,
)
from rxcrm.models.history import OWNER_LABEL, Event, History, changes_since, difference, record, shown
from rxcrm.models.importing.books import ImportedFrom
from rxcrm.models.lead import Lead
from rxcrm.models.notifying import hear
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import Organisation, Share, Team, User, members_of, organisation
from rxcrm.models.scoring import keeping
from rxcrm.models.tables import POINTED, RECORDS, pointed_table
from rxcrm.models.tagging import using
from rxcrm.models.timeline import placing
from rxcrm.translation import N_, worded

R = TypeVar("R", bound=Record)

#: What an id column holds; a larger number in an address is no id.
LARGEST_ID = 2**63
#: Records purged per statement: databases bound the number of values in one.
PURGED_AT_ONCE = 5_000
#: How long a deleted record can be restored (S 3.8).
BIN_LIFE = timedelta(days=30)


@dataclass
class Act:
    """One unit of work: who acts, when, in which transaction."""

    session: Session
    who: Who
    now: datetime
    #: What changed, for open tabs to be told once it is committed: "lead:5", "user:2" (rxcrm.state.live).
    topics: set[str] = field(default_factory=set)
    #: Whether assignment rules are asked about leads that are created without an owner (S 3.10).
    by_rules: bool = True

    def changed(self, entity: str, record_id: int | None) -> None:
        """Remember that this record changed."""
        self.topics.add(f"{entity}:{record_id}")

    @cached_property
    def organisation(self) -> Organisation:
        found = organisation(self.session)
        assert found is not None, "nobody acts before the set-up"
        return found

    def find(
        self, table: type[R], record_id: int, privilege: Privilege = Privilege.READ, version: int | None = None
    ) -> R:
        """The record, if the user may see it and use `privilege` on it.

        Raises NotFound outside the read depth, NotAllowed with the reason inside it, Stale if `version` has passed.
        """
        found = seen(self, table, record_id)
        if found is None or found.deleted_on is not None:
            raise NotFound
        if privilege is not Privilege.READ:
            require(self.session, self.who, privilege, found)
        if version is not None and found.version != version:
            raise Stale
        return found

    def may(self, privilege: Privilege, row: Record) -> Decision:
        return may(self.session, self.who, privilege, row)

    def conventions_of(self, row: Record) -> Conventions:
        """The user's conventions, amounts in the record's currency."""
        how = self.who.conventions
        return replace(how, currency=getattr(row, "currency", "") or how.currency)

    def conventions(self, country: str = "") -> Conventions:
        """The user's conventions, phone numbers read in a country where one is given."""
        how = self.who.conventions
        return replace(how, region=region_of(country, how.region)) if country else how


def seen(act: Act, table: type[R], record_id: int) -> R | None:
    """The record if the user may see it, also one in the recycle bin; None otherwise."""
    if not 0 < record_id < LARGEST_ID:
        return None
    reach = reach_of(act.who, table)
    return act.session.scalars(_one(reach), {"record_id": record_id, **reach.ids(act.who)}).first()


@lru_cache(100)
def _one(reach: Reach) -> Any:
    return select(reach.table).where(cast(Any, reach.table).id == bindparam("record_id"), permitted(reach))


def create(
    act: Act,
    table: type[R],
    typed: Mapping[str, str],
    *,
    owner: User | None = None,
    whole: bool = False,
    hidden: Collection[str] = (),
) -> R:
    """A new record from what was typed, owned by its creator unless `owner` is given (S R3.2).

    Where assignment rules are on, a lead for which no owner is given may go to somebody else at once (S 3.10).
    Custom fields that are required are asked for by the `whole` form alone, without those that it keeps `hidden`.
    Raises NotAllowed or Invalid (every bad field at once); then nothing is written.
    """
    decision = may_own(act.who, table.entity, Privilege.CREATE, owner) if owner else may_create(act.who, table.entity)
    if not decision:
        raise NotAllowed(decision.because)
    if owner and owner.id != act.who.id:
        require_owner(act, table.entity, owner)
    row = table(created_on=act.now, modified_on=act.now, created_by_id=act.who.id, modified_by_id=act.who.id)
    own(row, owner or act.session.get_one(User, act.who.id))
    if "currency" in fields_of(table):
        setattr(row, "currency", act.who.conventions.currency)  # noqa: B010  (not every record has one)
    for name, value in defaults_of(table).items():
        setattr(row, name, value)
    if isinstance(row, Lead):
        how = act.conventions_of(row)
        typed = composing.with_topic(row, typed, how, lambda entity, record_id: name_of(act, entity, record_id))
    values = check(act, row, typed, complete=True, customs=whole, hidden=hidden)
    for name, value in values.items():
        setattr(row, name, value)
    add(act, row)
    if owner is None and act.by_rules and isinstance(row, Lead):
        from rxcrm.models.assignment import routing  # that package needs this module first

        routing.typed(act, row)
    return row


def add(act: Act, row: R, *, begins: bool = True) -> R:
    """Write a new record whose values are checked and whose owner is set, with what every record begins with.

    Without `begins` it starts no process: another one is about to come to it (process.advance_to_opportunity).
    """
    customers.require(row)
    customers.settle(act.session, row)
    row.refresh_keys()
    act.session.add(row)
    act.session.flush()
    record(act.session, row, Event.CREATED, by=act.who.id, now=act.now)
    tell(act, row)
    if begins:
        process.begin(act.session, row, now=act.now, roles=act.who.roles)
    upkeep.created(act, row)
    return row


def save(act: Act, row: R, typed: Mapping[str, str]) -> R:
    """Write what was typed into a record that was found with WRITE and its version; one history entry tells it all.

    Raises NotAllowed for a closed record, Invalid for bad values, Stale if somebody else was faster.
    """
    lifecycle.require_open(row)
    values = check(act, row, typed, complete=False)
    changes = difference(type(row), row, values)
    if not changes:
        return row
    for name, value in values.items():
        setattr(row, name, value)
    customers.require(row)
    touch(act, row)
    entry = record(act.session, row, Event.CHANGED, by=act.who.id, now=act.now, changes=with_names(act, row, changes))
    hear(act, row, entry)
    upkeep.saved(act, row, changes)
    return row


def assign(act: Act, row: Record, owner: User | Team, rule: str = "") -> None:
    """Give a record, found with ASSIGN, to a user or team who may read such records (S R3.29); `rule` names what chose them."""
    before = owner_of(act.session, row)
    if before.id == owner.id and isinstance(before, type(owner)):
        return
    require_owner(act, row.entity, owner)
    own(row, owner)
    touch(act, row)
    change = ["owner", str(before.id), str(owner.id), before.name, owner.name]
    entry = record(act.session, row, Event.ASSIGNED, by=act.who.id, now=act.now, changes=[change], remark=rule)
    hear(act, row, entry)


def require_owner(act: Act, entity: str, owner: User | Team) -> None:
    """Raises NotAllowed for who cannot own records of a table: an owner reads what he owns, a team has a member who does."""
    if owner.disabled:
        raise NotAllowed(N_("%(name)s is disabled and cannot own records."), name=owner.name)
    readers = [owner] if isinstance(owner, User) else members_of(act.session, owner)
    if not any(who_is(act.session, user, act.organisation).holds(Privilege.READ, entity) for user in readers):
        raise NotAllowed(N_("%(name)s may not read these records and so cannot own them."), name=owner.name)


def bin(act: Act, row: Record) -> None:
    """Move a record, found with DELETE, to the recycle bin; it can be restored for 30 days (S 13.6)."""
    if row.deleted_on is not None:
        return
    row.deleted_on, row.deleted_by_id = act.now, act.who.id
    touch(act, row)
    placing.bin_regarding(act.session, row)
    hear(act, row, record(act.session, row, Event.DELETED, by=act.who.id, now=act.now))


@dataclass
class Deletion:
    """Who moved a record to the recycle bin, and when (ISO)."""

    who: str
    at: str


def deletion_of(act: Act, table: type[Record], record_id: int) -> Deletion | None:
    """Who deleted a record, for a user who could read it until then; None if it is not in the recycle bin."""
    row = seen(act, table, record_id)
    if row is None or row.deleted_on is None:
        return None
    who = act.session.get(User, row.deleted_by_id) if row.deleted_by_id else None
    return Deletion(who.name if who else "", row.deleted_on.isoformat())


def restore(act: Act, table: type[R], record_id: int) -> R:
    """Bring a record back from the recycle bin. Raises NotFound if it is not there or not the user's to delete."""
    columns = cast(Any, table)
    if not 0 < record_id < LARGEST_ID:
        raise NotFound
    row = act.session.exec(
        select(table).where(
            columns.id == record_id, columns.deleted_on.is_not(None), visible(act.who, table, Privilege.DELETE)
        )
    ).first()
    if row is None:
        raise NotFound
    placing.restore_regarding(act.session, row)
    row.deleted_on = row.deleted_by_id = None
    touch(act, row)
    hear(act, row, record(act.session, row, Event.RESTORED, by=act.who.id, now=act.now))
    return row


def purge(session: Session, now: datetime) -> int:
    """Remove for good what has lain in the recycle bin for 30 days; returns how many records went."""
    gone = 0
    for entity, table in RECORDS.items():
        columns = cast(Any, table)
        over = select(columns.id).where(columns.deleted_on < now - BIN_LIFE).limit(PURGED_AT_ONCE)
        while ids := list(session.exec(over)):
            remove(session, table, entity, ids)
            gone += len(ids)
    return gone


def remove(session: Session, table: type[Record], entity: str, ids: list[int]) -> None:
    """Delete records for good, with everything that speaks of them alone."""
    process.forget(session, entity, ids)
    if table is Activity:
        placing.forget_activities(session, ids)
    elif regarding := placing.regarding(session, entity, ids):
        remove(session, Activity, "activity", regarding)
    placing.forget(session, entity, ids)
    _unlink(session, entity, ids)
    upkeep.forget(session, entity, ids)
    matching.forget(session, entity, ids)
    if entity == Lead.entity:
        session.execute(delete(LeadAssignment).where(col(LeadAssignment.lead_id).in_(ids)))
    session.execute(delete(History).where(cast(Any, History.entity) == entity, cast(Any, History.record_id).in_(ids)))
    for table_of in (Share, Operation, ImportedFrom):
        named = cast(Any, table_of)
        session.execute(delete(table_of).where(named.entity == entity, named.record_id.in_(ids)))
    session.execute(delete(table).where(cast(Any, table).id.in_(ids)))


def _unlink(session: Session, entity: str, ids: list[int]) -> None:
    """Clear look-ups that point to rows about to go: the records stay, the link goes (S 1.1.4)."""
    for table in RECORDS.values():
        for spec in fields_of(table).values():
            if spec.target == entity:
                column = getattr(table, spec.name)
                if spec.custom:
                    for row in session.exec(select(table).where(column.in_(ids))):
                        setattr(row, spec.name, None)
                    continue
                left = session.exec(select(table).where(column.in_(ids))).all() if table is Opportunity else ()
                scored = keeping.among(session, table, column.in_(ids))
                session.execute(
                    update(table).where(column.in_(ids)).values({spec.name: None}),
                    execution_options={"synchronize_session": "fetch"},
                )
                keeping.written(session, table.entity, scored)
                for row in left:
                    customers.settle(session, row)
                    row.refresh_keys()
    if entity == "lead":
        master = cast(Any, Lead.master_id)
        session.execute(update(Lead).where(master.in_(ids)).values(master_id=None, merged=False))
    # What was merged into them lives on by itself again.
    away = (col(Operation.kind) == OperationKind.MERGED_AWAY.value, col(Operation.entity) == entity)
    for operation in session.exec(select(Operation).where(*away, col(Operation.undone_on).is_(None))):
        if operation.details.get("master") in ids:
            session.delete(operation)


def owner_of(session: Session, row: Record) -> User | Team:
    """The user or team who owns a record."""
    if row.owner_team_id:
        return session.get_one(Team, row.owner_team_id)
    return session.get_one(User, row.owner_user_id)


def owner_name(session: Session, row: Record) -> str:
    """The name of the user or team who owns a record."""
    owner_id, table = (row.owner_team_id, Team) if row.owner_team_id else (row.owner_user_id, User)
    return str(session.scalar(_name_in(table), {"owner_id": owner_id}) or "")


@cache
def _name_in(table: type[User] | type[Team]) -> Any:
    return select(table.name).where(cast(Any, table.id) == bindparam("owner_id"))


def rename_owner(session: Session, owner: User | Team) -> None:
    """Carry the new name of a user or team into the sort keys of everything that is theirs."""
    for table in POINTED.values():
        session.execute(update(table).where(_theirs(table, owner)).values(owner_key=owner.name_key))
    if isinstance(owner, User):
        upkeep.renamed(session, "user", owner.id or 0, owner.name)


def move_owner(session: Session, owner: User | Team) -> None:
    """Carry the new business unit of a user or team into the records that they own (S 9.4: the owner's unit decides)."""
    for table in POINTED.values():
        session.execute(update(table).where(_theirs(table, owner)).values(unit_id=owner.unit_id))


def _theirs(table: type[Record], owner: User | Team) -> Any:
    row = cast(Any, table)
    return (row.owner_user_id if isinstance(owner, User) else row.owner_team_id) == owner.id


def known(act: Act, row: Record, name: str) -> Any:
    """What a record holds in a field, as far as the user may see it; empty for a field that its table lacks."""
    spec = fields_of(type(row)).get(name)
    return getattr(row, name) if spec and act.who.may_read(spec) else ""


def links_of(act: Act, row: Record) -> dict[str, Record | None]:
    """Field → the record that each filled look-up points to, None if the user may not see it.

    Look-ups that are secured and hidden from him are left out.
    """
    return {
        spec.name: seen(act, pointed_table(spec.target), target_id)
        for spec in lookups_of(type(row))
        if act.who.may_read(spec) and (target_id := getattr(row, spec.name))
    }


@configuration.forgets
@cache
def lookups_of(table: type[Record]) -> list[FieldSpec]:
    """The look-up fields of a table."""
    return [spec for spec in fields_of(table).values() if spec.kind is Kind.LOOKUP]


def names_of(act: Act, row: Record) -> dict[str, str]:
    """Field → name of the record that each filled look-up points to; hidden ones have no name."""
    return {name: other.display_name if other else "" for name, other in links_of(act, row).items()}


def name_of(act: Act, entity: str, record_id: int) -> str:
    """What a record is called, or empty if the user may not see it."""
    row = seen(act, pointed_table(entity), record_id)
    return row.display_name if row else ""


def names_among(act: Act, entity: str, ids: Iterable[int]) -> dict[int, str]:
    """What the records of a table with some ids are called, those that the user may see; one statement for every 500."""
    table, wanted = pointed_table(entity), sorted(ids)
    found: dict[int, str] = {}
    for at in range(0, len(wanted), 500):
        some = cast(Any, table).id.in_(wanted[at : at + 500])
        rows = act.session.scalars(select(table).where(some, visible(act.who, table)))
        found |= {row.id or 0: row.display_name for row in rows}
    return found


@dataclass
class Conflict:
    """A field that somebody else changed since the user read the record: who, when (ISO), what it holds now."""

    field: str
    label: str
    theirs: str
    raw: str
    who: str
    at: str


def conflicts(act: Act, row: Record, version: int) -> list[Conflict]:
    """Every field changed after `version`, the last change of each, for the user whose save was refused."""
    found: dict[str, Conflict] = {}
    specs = fields_of(type(row))
    names = names_of(act, row)
    for entry, who in changes_since(act.session, row, version):
        for change in entry.changes:
            if change[0] == "owner":
                owner = owner_of(act.session, row)
                found["owner"] = Conflict("owner", OWNER_LABEL, owner.name, str(owner.id), who, entry.at.isoformat())
            if (spec := specs.get(change[0])) is None:
                continue
            value = getattr(row, spec.name)
            found[spec.name] = Conflict(
                field=spec.name,
                label=worded(act.who.conventions.locale, spec.label),
                theirs=names.get(spec.name, "") or shown(spec, raw(value), act.conventions_of(row)),
                raw=control(spec, value) if act.who.may_read(spec) else "",
                who=who,
                at=entry.at.isoformat(),
            )
    return list(found.values())


def holds(act: Act, row: Record, typed: Mapping[str, str]) -> bool:
    """Whether a record holds already what was typed; what cannot be stored, none does. Nothing is written."""
    specs = fields_of(type(row))
    if any(name in specs and specs[name].kind is Kind.TAGS and using.has_new(text) for name, text in typed.items()):
        return False
    try:
        return not difference(type(row), row, check(act, row, typed, complete=False))
    except Invalid:
        return False


# -- checking --------------------------------------------------------------------------------------------------------


def check(
    act: Act,
    row: Record,
    typed: Mapping[str, str],
    *,
    complete: bool,
    customs: bool = False,
    hidden: Collection[str] = (),
) -> dict[str, Any]:
    """Stored values for what was typed; with `complete`, required fields that were not typed count as empty.

    Of custom fields that holds only with `customs` too, and for none that is `hidden`. Secured fields are typed into, and
    asked for, only where the asker may fill them in (S 9.3).
    """
    specs, new = fields_of(type(row)), row.id is None
    values: dict[str, Any] = {}
    problems: dict[str, CrmError] = {}
    how = act.conventions(typed.get("country", getattr(row, "country", "")))
    for name, text in typed.items():
        spec = specs.get(name)
        if spec is None or spec.locked:
            problems[name] = no_field(row.entity, name)
            continue
        try:
            values[name] = _value(act, row, spec, text, how)
        except CrmError as problem:
            problems[name] = problem
        else:
            if refusal := act.who.refusal(spec, new=new):
                value = values.pop(name)
                # Forms send what they hold: what is as it was, or left empty on a new record, is no attempt.
                same = act.who.may_read(spec) and value == getattr(row, name)
                if not same and not (new and value in ("", None, False)):
                    problems[name] = refusal
    for name, spec in specs.items():
        due = name in values or (complete and name not in hidden and (customs or not spec.custom))
        due = due and act.who.may_fill(spec, new=new)
        asked = (spec.required or spec.always) and not spec.locked and name not in problems and due
        if asked and values.get(name, getattr(row, name)) in ("", None):
            problems[name] = BadValue(N_("%(label)s is required."), label=spec.label)
    if problems:
        raise Invalid(problems)
    return values


def no_field(entity: str, name: str) -> BadValue:
    """What is said where a field is typed into that there is not, or not any more."""
    if gone := custom_spec(entity, name):
        return BadValue(N_("%(label)s is out of use now. What you typed there is not saved."), label=gone.label)
    return BadValue(N_("There is no field “%(name)s” to fill in."), name=name[:80])


def _value(act: Act, row: Record, spec: FieldSpec, text: str, how: Conventions) -> Any:
    if spec.kind is Kind.TAGS:
        return using.settled(act, getattr(row, spec.name), text)
    value = parse(spec, text, how)
    if spec.name == "status_reason" and value is not None and not _fits(row, value):
        raise BadValue(N_("%(label)s does not fit the status of this record."), label=spec.label)
    if spec.options and value is not None and value != getattr(row, spec.name):
        option = spec.options.find(value)
        if option is not None and not option.active:
            raise BadValue(N_("%(label)s does not offer “%(value)s” any more."), label=spec.label, value=option.label)
    if spec.kind is Kind.CURRENCY and value and value != getattr(row, spec.name) and value not in offered():
        raise BadValue(N_("%(label)s does not offer “%(value)s”."), label=spec.label, value=value)
    if spec.kind is Kind.LOOKUP and value is not None and value != getattr(row, spec.name):
        return _linked(act, row, spec, value)
    return value


def _fits(row: Record, reason: int) -> bool:
    status = lifecycle.status_of(row)
    return status is None or lifecycle.fits(row.entity, int(status), reason)


def _linked(act: Act, row: Record, spec: FieldSpec, target_id: int) -> int:
    """The id that a look-up gets: a record that was merged into another since it was found stands for that one (S 7.8)."""
    from rxcrm.models.merging import surviving  # that package needs this module first

    if lifecycle.is_open(_check_link(act, row, spec, target_id)):
        return target_id
    survivor = surviving(act.session, spec.target, target_id)
    return survivor if survivor == target_id else _check_link(act, row, spec, survivor).id or 0


def _check_link(act: Act, row: Record, spec: FieldSpec, target_id: int) -> Record:
    """The record that a look-up is to point to: one that the user sees and may attach to, not the row itself (S R9.7)."""
    target = pointed_table(spec.target)
    try:
        other = act.find(target, target_id)
    except NotFound:
        raise BadValue(N_("%(label)s names no record that you may see."), label=spec.label) from None
    if isinstance(other, type(row)) and other.id == row.id:
        raise BadValue(N_("%(label)s cannot be the record itself."), label=spec.label)
    if not act.who.holds(Privilege.APPEND, row.entity):
        raise BadValue(N_("Your role may not attach these records to others."))
    if not (decision := act.may(Privilege.APPEND_TO, other)):
        raise BadValue(decision.because)
    return other


def own(row: Record, owner: User | Team) -> None:
    """Make somebody the owner of a record, without asking."""
    row.owner_user_id = owner.id if isinstance(owner, User) else None
    row.owner_team_id = owner.id if isinstance(owner, Team) else None
    row.unit_id, row.owner_key = owner.unit_id, owner.name_key


def touch(act: Act, row: Record) -> None:
    """Stamp and write a changed record; the version check happens in the UPDATE itself."""
    row.modified_on, row.modified_by_id = act.now, act.who.id
    customers.settle(act.session, row)
    row.refresh_keys()
    try:
        act.session.flush()
    except StaleDataError:
        raise Stale from None
    tell(act, row)


def tell(act: Act, row: Record) -> None:
    """Remember for open tabs that a record changed: an activity shows on the timelines of all who take part."""
    act.changed(row.entity, row.id)
    if isinstance(row, Activity):
        for entity, record_id in placing.touched_by(act.session, row):
            act.changed(entity, record_id)


def with_names(act: Act, row: Record, changes: list[list[str]]) -> list[list[str]]:
    """Look-up changes with the names of both records, so that history can be read later."""
    specs = fields_of(type(row))
    return [
        [*c, *(name_of(act, specs[c[0]].target, int(v)) if v else "" for v in c[1:3])]
        if specs[c[0]].kind is Kind.LOOKUP
        else c
        for c in changes
    ]
