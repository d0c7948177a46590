"""The books of a bulk command: how many records it reached, which it left as they were and why, how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select

from rxcrm.models.bulk.commands import COMMANDS, Result, told
from rxcrm.models.errors import CrmError, Invalid, NotFound
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.tables import RECORDS
from rxcrm.models.timeline.regarding import names_of, path_of
from rxcrm.translation import N_, gettext

#: Refusals that are kept with their reasons; beyond, they are only counted.
KEPT = 500
#: Bulk commands that the list of past ones shows.
SHOWN = 20
RUNNING, DONE, CANCELED, UNDOING, UNDONE, FAILED = "running", "done", "canceled", "undoing", "undone", "failed"
STATES = {
    RUNNING: N_("Running"),
    DONE: N_("Done"),
    CANCELED: N_("Canceled"),
    UNDOING: N_("Being taken back"),
    UNDONE: N_("Taken back"),
    FAILED: N_("Stopped"),
}


@dataclass
class Refused:
    """A record that a command left as it was: what it is called and its page (both empty for who may not see it), and why."""

    name: str
    path: str
    why: str


@dataclass
class Books:
    """One bulk command as its author sees it: `what` names the fields of an edit, `at` is ISO; counts of records."""

    id: int = 0
    command: str = ""
    label: str = ""
    what: str = ""
    entity: str = ""
    title: str = ""
    at: str = ""
    state: str = ""
    status: str = ""
    total: int = 0
    position: int = 0
    done: int = 0
    unchanged: int = 0
    refused: int = 0
    reasons: list[Refused] = field(default_factory=list)
    #: Records that an undo set back so far.
    back: int = 0

    @property
    def ended(self) -> bool:
        return self.state not in (RUNNING, UNDOING)


def opened(command: str, given: dict[str, str], total: int) -> dict[str, Any]:
    """The books of a command that begins."""
    counts = {"position": 0, "done": 0, "unchanged": 0, "refused": 0, "last": 0, "back": 0}
    return {"command": command, "given": given, "total": total, "state": RUNNING, "reasons": [], "history": 0, **counts}


def entered(books: dict[str, Any], results: Sequence[Result]) -> dict[str, Any]:
    """The books after another batch."""
    operations = [r.operation for r in results if r.operation]
    refused = [r for r in results if r.refusal]
    return {
        **books,
        "position": books["position"] + len(results),
        "done": books["done"] + len(operations),
        "unchanged": books["unchanged"] + len(results) - len(operations) - len(refused),
        "refused": books["refused"] + len(refused),
        "reasons": [*books["reasons"], *(stored(r.id, r.refusal) for r in refused if r.refusal)][:KEPT],
        "last": max([books["last"], *operations]),
    }


def stored(record_id: int, refusal: CrmError) -> list[Any]:
    """A refusal as JSON: messages of the catalogue with their values."""
    parts = list(refusal.problems.values()) if isinstance(refusal, Invalid) else [refusal]
    return [record_id, [[p.message, {k: str(v) for k, v in p.values.items()}] for p in parts]]


def is_bulk(act: Act, operation_id: int) -> bool:
    """Whether an operation is a command on many records."""
    found = act.session.get(Operation, operation_id) if _is_id(operation_id) else None
    return found is not None and found.kind == OperationKind.BULK.value


def find(act: Act, operation_id: int, *, lock: bool = False) -> Operation:
    """A bulk operation of the asker's, or any one for administrators. Raises NotFound."""
    wanted = select(Operation).where(Operation.id == operation_id, Operation.kind == OperationKind.BULK.value)
    found = act.session.exec(wanted.with_for_update() if lock else wanted).first() if _is_id(operation_id) else None
    if found is None or (found.by_id != act.who.id and not act.who.administrator):
        raise NotFound
    return found


def _is_id(number: int) -> bool:
    return 0 < number < LARGEST_ID


def view(act: Act, operation: Operation) -> Books:
    """The books, with the names of those refused records that the asker may see."""
    return views(act, [operation])[0]


def recent(act: Act, entity: str = "") -> list[Books]:
    """The asker's last bulk commands, newest first; with `entity` those on one table."""
    wanted = select(Operation).where(
        col(Operation.entity).in_([entity] if entity else list(RECORDS)),
        Operation.record_id == 0,
        Operation.kind == OperationKind.BULK.value,
        Operation.by_id == act.who.id,
    )
    return views(act, act.session.exec(wanted.order_by(col(Operation.id).desc()).limit(SHOWN)).all())


def views(act: Act, operations: Sequence[Operation]) -> list[Books]:
    places = {(one.entity, record_id) for one in operations for record_id, _ in one.details["reasons"]}
    names = names_of(act, places)
    return [_view(act, one, names) for one in operations]


def _view(act: Act, one: Operation, names: dict[tuple[str, int], str]) -> Books:
    locale, kept = act.who.conventions.locale, one.details
    return Books(
        id=one.id or 0,
        command=kept["command"],
        label=COMMANDS[kept["command"]].label,
        what=told(kept["command"], one.entity, kept["given"], locale),
        entity=one.entity,
        title=RECORDS[one.entity].title_many,
        at=one.at.isoformat(),
        state=kept["state"],
        status=STATES[kept["state"]],
        total=kept["total"],
        position=kept["position"],
        done=kept["done"],
        unchanged=kept["unchanged"],
        refused=kept["refused"],
        reasons=[_refused(one.entity, record_id, parts, names, locale) for record_id, parts in kept["reasons"]],
        back=kept["back"],
    )


def _refused(entity: str, record_id: int, parts: list[Any], names: dict[tuple[str, int], str], locale: str) -> Refused:
    place = (entity, record_id)
    why = " ".join(CrmError(message, **values).text(locale) for message, values in parts)
    name = names.get(place, "")
    return Refused(name or gettext(locale, N_("a record")), path_of(place) if name else "", why)
