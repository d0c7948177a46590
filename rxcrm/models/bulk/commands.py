"""What can be done to many records at once, as data: command → who may, and what it does to some of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import select

from rxcrm.models import assigning, campaigns, disqualifying, editing, reactivating, recycling
from rxcrm.models.access import Privilege, visible
from rxcrm.models.assignment import routing
from rxcrm.models.base import Record
from rxcrm.models.errors import BadValue, CrmError, NotFound
from rxcrm.models.fields import fields_of
from rxcrm.models.history import Event
from rxcrm.models.lead import Lead
from rxcrm.models.operation import Operation
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.tagging import using
from rxcrm.models.tagging.vocabulary import new_names, vocabulary
from rxcrm.translation import N_, gettext

#: The date that activities of campaigns set.
LAST = "last_campaign_date"
#: What the page says besides the command: values by field, the new owner, the reason …
Given = Mapping[str, str]


@dataclass
class Result:
    """What became of one record: its operation (0: there was nothing to do), or a refusal."""

    id: int
    operation: int = 0
    refusal: CrmError | None = None


@dataclass(frozen=True)
class Batch:
    """Some records of a bulk operation, in the versions in which the user saw them, as far as he saw them."""

    bulk_id: int
    entity: str
    ids: Sequence[int]
    given: Given
    versions: Mapping[int, int]


@dataclass(frozen=True)
class Command:
    """A command: how its books call it, the check of what was given before anything is done, and the doing of a batch.

    `sentences` say for one and for many records that it was done.
    """

    label: str
    sentences: tuple[str, str]
    require: Callable[[Act, str, Given], None]
    carry_out: Callable[[Act, Batch], list[Result]]


def one_by_one(privilege: Privilege, verb: Callable[[Act, Any, Given], Operation | None]) -> Any:
    """A batch of a verb on one record: on each as a whole or not at all."""

    def carry_out(act: Act, batch: Batch) -> list[Result]:
        table, found = record_table(batch.entity), list[Result]()
        for record_id in batch.ids:
            result = Result(record_id)
            found.append(result)
            try:
                with act.session.begin_nested():
                    operation = verb(act, act.find(table, record_id, privilege), batch.given)
            except CrmError as refusal:
                result.refusal = refusal
                continue
            if operation:
                operation.details = {**operation.details, "bulk": batch.bulk_id}
                result.operation = operation.id or 0
        return found

    return carry_out


def _edit(act: Act, batch: Batch) -> list[Result]:
    rows = _visible(act, batch.entity, batch.ids)
    edited = editing.edit_many(act, list(rows.values()), batch.given, batch.versions, {"bulk": batch.bulk_id})
    found = {one.row.id: one for one in edited}
    return [
        Result(i, found[i].operation, found[i].refusal) if i in found else Result(i, refusal=NotFound())
        for i in batch.ids
    ]


def _campaign(act: Act, batch: Batch) -> list[Result]:
    """Last Campaign Date becomes the day of the activity, unless a later one is known (S 1.1 "written by campaigns")."""
    told = campaigns.heard(act, batch.given)
    rows = _visible(act, batch.entity, batch.ids)
    due = [row for row in rows.values() if (last := getattr(row, LAST)) is None or last < told.on]
    about = ("connection", f"campaign:{told.campaign.id}", told.campaign.name, "")
    edited = editing.edit_many(
        act, due, {LAST: told.on.isoformat()}, None, {"bulk": batch.bulk_id}, editing.Story(Event.CAMPAIGN, about)
    )
    found = {one.row.id: Result(one.row.id or 0, one.operation, one.refusal) for one in edited}
    return [found.get(i) or Result(i, refusal=None if i in rows else NotFound()) for i in batch.ids]


def _require_campaign(act: Act, entity: str, given: Given) -> None:
    _require_leads(act, entity, given)
    campaigns.heard(act, given)


def _tag(how: str) -> Callable[[Act, Batch], list[Result]]:
    """Tags are hung on or taken off whatever others do meanwhile: nothing of theirs is overwritten."""
    return lambda act, batch: _edit(act, replace(batch, given={"tags": how + batch.given.get("tags", "")}, versions={}))


def _require_tags(act: Act, entity: str, given: Given) -> None:
    if "tags" not in fields_of(record_table(entity)):
        raise NotFound
    wanted = vocabulary().parse(given.get("tags", ""))
    if not wanted:
        raise BadValue(N_("Choose at least one tag."))
    if new_names(wanted) and not using.may_create(act.who):
        raise BadValue(using.CLOSED, name=new_names(wanted)[0])


def _visible(act: Act, entity: str, ids: Sequence[int]) -> dict[int, Record]:
    """The records that the asker may see, locked until they are written, in the order of their ids."""
    table = cast(Any, record_table(entity))
    wanted = select(table).where(table.id.in_(list(ids)), table.deleted_on.is_(None), visible(act.who, table))
    rows = act.session.scalars(wanted.order_by(table.id).with_for_update(of=table))
    return {row.id: row for row in rows}


def _new_owner(act: Act, row: Record, given: Given) -> Operation | None:
    return assigning.assign_undoably(act, row, assigning.owner(act, given.get("kind", ""), number(given.get("id", ""))))


def _require_owner(act: Act, _entity: str, given: Given) -> None:
    assigning.owner(act, given.get("kind", ""), number(given.get("id", "")))


def _disqualify(act: Act, lead: Lead, given: Given) -> Operation:
    reason, days = number(given.get("reason", "")), number(given.get("remind_in", ""))
    return disqualifying.disqualify(act, lead, reason, given.get("comment", ""), days)


def _require_reason(_act: Act, entity: str, given: Given) -> None:
    _require_leads(_act, entity, given)
    disqualifying.require_choice(
        number(given.get("reason", "")), given.get("comment", ""), number(given.get("remind_in", ""))
    )


def _require_leads(_act: Act, entity: str, _given: Given) -> None:
    if entity != "lead":
        raise NotFound


def number(text: str) -> int:
    """A number from the browser; 0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


COMMANDS: dict[str, Command] = {
    "edit": Command(
        N_("Edit"),
        (N_("%(n)s record changed."), N_("%(n)s records changed.")),
        editing.require,
        _edit,
    ),
    "assign": Command(
        N_("Assign"),
        (N_("%(n)s record assigned."), N_("%(n)s records assigned.")),
        _require_owner,
        one_by_one(Privilege.ASSIGN, _new_owner),
    ),
    "delete": Command(
        N_("Delete"),
        (N_("%(n)s record moved to the recycle bin."), N_("%(n)s records moved to the recycle bin.")),
        lambda _act, _entity, _given: None,
        one_by_one(Privilege.DELETE, lambda act, row, _given: recycling.delete(act, row)),
    ),
    "tag": Command(
        N_("Add tags"),
        (N_("%(n)s record tagged."), N_("%(n)s records tagged.")),
        _require_tags,
        _tag(using.ADD),
    ),
    "untag": Command(
        N_("Remove tags"),
        (N_("Tags removed from %(n)s record."), N_("Tags removed from %(n)s records.")),
        _require_tags,
        _tag(using.REMOVE),
    ),
    "rules": Command(
        N_("Run assignment rules"),
        (N_("%(n)s lead assigned by a rule."), N_("%(n)s leads assigned by rules.")),
        _require_leads,
        one_by_one(Privilege.ASSIGN, lambda act, lead, _given: routing.route(act, lead)),
    ),
    "campaign": Command(
        N_("Record campaign activity"),
        (N_("Campaign activity recorded on %(n)s lead."), N_("Campaign activity recorded on %(n)s leads.")),
        _require_campaign,
        _campaign,
    ),
    "disqualify": Command(
        N_("Disqualify"),
        (N_("%(n)s lead disqualified."), N_("%(n)s leads disqualified.")),
        _require_reason,
        one_by_one(Privilege.WRITE, _disqualify),
    ),
    "reactivate": Command(
        N_("Reactivate Lead"),
        (N_("%(n)s lead reactivated."), N_("%(n)s leads reactivated.")),
        _require_leads,
        one_by_one(Privilege.WRITE, lambda act, lead, _given: reactivating.reactivate_undoably(act, lead)),
    ),
}


def command(key: str) -> Command:
    """A command by its key. Raises NotFound for one that there is not."""
    found = COMMANDS.get(key)
    if found is None:
        raise NotFound
    return found


def told(command_key: str, entity: str, given: Given, locale: str) -> str:
    """What was given, in words: the labels of the fields that an edit filled in."""
    if command_key in ("tag", "untag"):
        return ", ".join(vocabulary().names(given.get("tags", "")))
    if command_key != "edit":
        return ""
    specs = fields_of(record_table(entity))
    return ", ".join(gettext(locale, specs[name].label) for name in given if name in specs)
