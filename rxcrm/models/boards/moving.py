"""Moving a card to another lane: the verb of the record itself, with its own rights and refusals (S 2.3, 3.9, 7.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rxcrm.models import assigning, editing, process, process_moves, records
from rxcrm.models.access import Privilege
from rxcrm.models.base import Record
from rxcrm.models.boards.ways import OWNER, STAGE, Way, number, way_of
from rxcrm.models.charting.figures import NOTHING
from rxcrm.models.errors import NotAllowed
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.process_moves import QUALIFY_FIRST
from rxcrm.models.records import Act
from rxcrm.models.stages import Stage, first_for, flow_named, sales_stage
from rxcrm.models.tables import record_table
from rxcrm.translation import N_, gettext

NO_STAGE = N_("%(name)s is in the process %(process)s, which has no such stage.")


@dataclass
class Moved:
    """What was moved: the record, and the operation that takes it back (0 where there is none, or nothing was to do)."""

    id: int
    name: str
    operation: int = 0


def move(
    act: Act, entity: str, record_id: int, version: int, lanes: str, to: str, typed: Mapping[str, str] | None = None
) -> Moved:
    """Move a record to the lane `to` of a board with lanes by `lanes`: assign it, write the field, or move its process.

    `typed` fills in steps that its stage requires, in the same unit of work. Raises what those verbs raise: NotYet with the
    steps that are missing, NotAllowed, Stale. Nothing here closes a record: its dialogs do.
    """
    way = way_of(entity, lanes, act.who)
    if way.key == OWNER:
        row: Record = act.find(record_table(entity), record_id, Privilege.ASSIGN, version)
        operation = assigning.assign_undoably(act, row, assigning.owner(act, *_owner(number(to))))
        return Moved(record_id, row.display_name, operation.id or 0 if operation else 0)
    if way.key == STAGE:
        row = act.find(record_table(entity), record_id, Privilege.WRITE, version)
        if typed:
            records.save(act, row, typed)
        _to_stage(act, row, to)
        return Moved(record_id, row.display_name)
    return _write(act, entity, record_id, version, way, to)


def _owner(key: int) -> tuple[str, int]:
    return ("user", key) if key > 0 else ("team", -key)


def _write(act: Act, entity: str, record_id: int, version: int, way: Way, to: str) -> Moved:
    """Write the field of the lanes, as an edit in the list does: what somebody faster wrote into it stays."""
    row = act.find(record_table(entity), record_id)
    typed = {way.key: "" if number(to) == NOTHING else str(number(to))}
    editing.require(act, entity, typed)
    (edited,) = editing.edit_many(act, [row], typed, {record_id: version})
    if edited.refusal:
        raise edited.refusal
    return Moved(record_id, row.display_name, edited.operation)


# -- the stage of the process ----------------------------------------------------------------------------------------


def _to_stage(act: Act, row: Record, to: str) -> None:
    """Move the process of a record stage by stage: forward through every gate on the way, or back to where it has been."""
    instance = process.process_of(act.session, row.entity, row.id or 0)
    flow = flow_named(instance.process) if instance else first_for(row.entity, act.who.roles)
    here = flow.stage(instance.stage) if instance else flow.stages[0]
    if _lane(row, here) == to:
        return
    whole = flow.every or flow.stages
    at = whole.index(here)
    ahead = next((stage for stage in whole[at + 1 :] if _lane(row, stage) == to and not stage.gone), None)
    behind = next((stage for stage in reversed(whole[:at]) if _lane(row, stage) == to and not stage.gone), None)
    if ahead is None and behind is None:
        raise NotAllowed(NO_STAGE, name=row.display_name, process=flow.label)
    if ahead is None and behind:
        process_moves.set_active(act, row, behind.key)
    elif ahead and ahead.entity != row.entity:
        raise NotAllowed(QUALIFY_FIRST)
    elif ahead:
        while here is not ahead:
            process_moves.next_stage(act, row)
            here = flow.after(here.key) or ahead


def _lane(row: Record, stage: Stage) -> str:
    """In which lane a record stands while its process is in a stage."""
    return str(int(sales_stage(stage))) if isinstance(row, Opportunity) else stage.key


def steps_named(act: Act, entity: str, record_id: int, names: Sequence[str]) -> dict[str, str]:
    """What the steps are called that the process of a record misses, where that is not the name of their field."""
    instance = process.process_of(act.session, entity, record_id)
    flow = flow_named(instance.process) if instance else first_for(entity, act.who.roles)
    locale = act.who.conventions.locale
    return {
        name: gettext(locale, label) for stage in flow.stages for name, label in stage.steps if label and name in names
    }
