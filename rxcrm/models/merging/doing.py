"""Merge two to five leads, accounts or contacts into one of them: everything in one transaction, or nothing (S 7.8 [OURS])."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import func, or_, select

from rxcrm.models import records
from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.choices import LeadReason, LeadStatus, RecordReason, RecordStatus
from rxcrm.models.connection import Connection
from rxcrm.models.connections import upkeep
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, Stale
from rxcrm.models.fields import Kind, raw
from rxcrm.models.history import Event, difference, record
from rxcrm.models.journal import Journal
from rxcrm.models.lead import Lead
from rxcrm.models.merging import moving
from rxcrm.models.merging.comparing import gather, is_blank, mergeable, winner_of
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.records import Act
from rxcrm.models.tagging import using
from rxcrm.translation import N_

#: Accounts above an account that are looked at for a circle.
_HIGHEST = 100
#: Changes after which the existing contact of a lead may become its stakeholder.
_DECIDING = {"existing_contact_id", "decision_maker"}


def merge(
    act: Act,
    entity: str,
    master_id: int,
    versions: Mapping[int, int],
    choices: Mapping[str, int],
    *,
    fill_blanks: bool = True,
) -> Operation:
    """Merge the records that `versions` names, with the versions that the user saw, into the one of `master_id`.

    `choices` maps a field to the id of the record whose value it gets; other fields keep the master's value or, with
    `fill_blanks`, take the first that is not blank: so do secured fields that the user may not change, or not even see. The master keeps its status and its owner. Everything that belongs
    to the others moves to it; they are closed (open leads as Canceled), say where they went, and keep their history.

    Asks for Write on each of the records, nothing more: none is deleted, and what moves follows its record as it does
    when that is assigned. Raises NotFound, NotAllowed, Stale or Invalid; then nothing is written.
    """
    if master_id not in versions:
        raise NotAllowed(N_("Choose which of the records to keep."))
    master, *losers = gather(act, entity, [master_id, *(i for i in versions if i != master_id)])
    for row in (master, *losers):
        if row.version != versions[row.id or 0]:
            raise Stale(
                N_("Somebody else changed %(name)s meanwhile. Compare the records again."), name=row.display_name
            )
    values = _values(act, master, losers, choices, fill_blanks)
    changes = difference(type(master), master, values)
    told = records.with_names(act, master, changes)
    written = Journal(act)
    written.set(master, **{change[0]: values[change[0]] for change in changes})
    records.touch(act, master)
    for row in losers:
        written.set(row, **_ended(act, row, master))
        records.touch(act, row)
    _renamed(written, master, changes)
    moving.move(written, master, losers)
    for number, row in enumerate(losers):
        _tell(act, master, Event.MERGED, row, told if number == 0 else [])
        _tell(act, row, Event.MERGED_INTO, master)
    details = {"losers": [row.id for row in losers]}
    operation = written.close(OperationKind.MERGE, master, details)
    _mark(act, operation, losers)
    return operation


def _values(
    act: Act, master: Record, losers: Sequence[Record], choices: Mapping[str, int], fill_blanks: bool
) -> dict[str, Any]:
    """What each field of the master gets. Raises Invalid with every choice that cannot be."""
    specs, rows = mergeable(type(master)), {row.id: row for row in (master, *losers)}
    problems: dict[str, CrmError] = {}
    taken: dict[str, Record] = {}
    for name, spec in specs.items():
        if name in choices and (refusal := act.who.refusal(spec)):
            problems[name] = refusal
            continue
        chosen = rows.get(choices[name]) if name in choices else winner_of(name, master, losers, fill=fill_blanks)
        if chosen is None:
            problems[name] = BadValue(
                N_("%(label)s is to come from a record that is not merged here."), label=spec.label
            )
        else:
            taken[name] = chosen
    for name in choices.keys() - specs.keys():
        problems[name] = BadValue(N_("There is no field “%(name)s” to fill in."), name=name[:80])
    values = {name: getattr(row, name) for name, row in taken.items()}
    for name, row in taken.items():
        try:
            _check(act, master, row, name, values)
            if specs[name].target == master.entity and values[name]:
                _refuse_circle(act, specs[name].label, values[name], rows.keys())
        except CrmError as problem:
            problems[name] = problem
    if problems:
        raise Invalid(problems)
    return values | {"tags": using.united([getattr(row, "tags") for row in (master, *losers)])}  # noqa: B009


def _check(act: Act, master: Record, source: Record, name: str, values: Mapping[str, Any]) -> None:
    """Raises for a value that the master cannot have: none where one is needed, an amount in another currency, a link."""
    spec, value = mergeable(type(master))[name], values[name]
    if (spec.required or spec.always) and is_blank(value):
        raise BadValue(N_("%(label)s is required."), label=spec.label)
    if spec.kind is Kind.MONEY and source is not master and not is_blank(value):
        currency = getattr(source, "currency", "")
        if currency != values.get("currency", currency):
            sentence = N_("%(label)s is an amount in %(currency)s: choose the same currency, or another amount.")
            raise BadValue(sentence, label=spec.label, currency=currency)
    if spec.kind is Kind.LOOKUP and source is not master and value is not None and act.who.may_fill(spec):
        try:
            records.check(act, master, {name: raw(value)}, complete=False)
        except Invalid as refusal:
            raise refusal.problems[name] from None


def _refuse_circle(act: Act, label: str, parent_id: int, group: Collection[int | None]) -> None:
    """Nothing may come to stand above itself: what is merged away counts as the master."""
    above: int | None = parent_id
    for _ in range(_HIGHEST):
        if above in group:
            raise BadValue(
                N_("%(label)s: the record would come to stand above itself. Choose another one, or none."), label=label
            )
        found = act.session.get(Account, above) if above else None
        above = found.parent_account_id if found else None


def _ended(act: Act, row: Record, master: Record) -> dict[str, Any]:
    """What a record becomes that is merged away: closed, if it was not; a closed lead keeps how it ended."""
    if not isinstance(row, Lead):
        return {"status": int(RecordStatus.INACTIVE), "status_reason": int(RecordReason.INACTIVE)}
    merged: dict[str, Any] = {"merged": True, "master_id": master.id}
    if not row.is_open:
        return merged
    ended = {"status": int(LeadStatus.DISQUALIFIED), "status_reason": int(LeadReason.CANCELED)}
    return {**merged, **ended, "closed_on": act.now}


def _renamed(written: Journal, master: Record, changes: Sequence[Sequence[str]]) -> None:
    """What other tables know of the master's values follows; a decision maker becomes its stakeholder (R5.4)."""
    act, link = written.act, cast(Any, Connection)
    changed = {change[0] for change in changes}
    if not changed & _DECIDING:
        upkeep.saved(act, master, changes)
        return
    newest = act.session.scalar(select(func.max(link.id))) or 0
    upkeep.saved(act, master, changes)
    here = or_(
        (link.entity == master.entity) & (link.record_id == master.id),
        (link.other_entity == master.entity) & (link.other_id == master.id),
    )
    for half in act.session.scalars(select(Connection).where(link.id > newest, here)):
        written.made(half)


def _tell(act: Act, row: Record, event: Event, other: Record, changes: list[list[str]] | None = None) -> None:
    about = ["record", f"{other.entity}:{other.id}", other.display_name, ""]
    record(act.session, row, event, by=act.who.id, now=act.now, changes=[about, *(changes or [])])


def _mark(act: Act, operation: Operation, losers: Sequence[Record]) -> None:
    """Let each record that was merged away say where it went (rxcrm.models.merging.survivors)."""
    act.session.add_all(
        Operation(
            kind=OperationKind.MERGED_AWAY.value,
            entity=row.entity,
            record_id=row.id or 0,
            by_id=act.who.id,
            at=act.now,
            details={"master": operation.record_id, "operation": operation.id},
        )
        for row in losers
    )
    act.session.flush()
