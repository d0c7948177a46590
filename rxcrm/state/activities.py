"""Activities: list and form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rxcrm.models import history, naming, records
from rxcrm.models.access import Privilege, decide
from rxcrm.models.activity import ACTIVITY_REASONS, Activity
from rxcrm.models.choices import ActivityKind, ActivityReason, ActivityStatus
from rxcrm.models.errors import BadValue
from rxcrm.models.mail import sending
from rxcrm.models.process_bar import ProcessView
from rxcrm.models.records import Act
from rxcrm.models.shaping.customs import TARGETS
from rxcrm.models.timeline import form, writing
from rxcrm.models.timeline.regarding import path_of
from rxcrm.state.gate import SIGNED_IN, AppState, action, do, look
from rxcrm.state.lists import ListMixin, Outcome, each
from rxcrm.state.naming import Candidates
from rxcrm.state.records import LinkedCard, RecordMixin, Snapshot, commands_of
from rxcrm.translation import N_, gettext, ngettext

#: Kind → target status → the reasons that a person may close it with; the others are given by what happens to a mail.
CLOSING: dict[ActivityKind, dict[ActivityStatus, tuple[ActivityReason, ...]]] = {
    kind: {
        ActivityStatus.COMPLETED: reasons[ActivityStatus.COMPLETED][: 1 if kind is ActivityKind.EMAIL else None],
        ActivityStatus.CANCELED: reasons[ActivityStatus.CANCELED],
    }
    for kind, reasons in ACTIVITY_REASONS.items()
}


@dataclass
class Undoable:
    """What was just done to some activities, said once per `seq`, and what it takes to undo it."""

    seq: int = 0
    text: str = ""
    ids: list[int] = field(default_factory=list)


class Activities(ListMixin, AppState):
    """The list of activities."""

    _entity: str = "activity"
    done: Undoable = Undoable()

    @action(SIGNED_IN)
    async def complete_picked(self):
        """Mark the ticked activities as complete; what may not be changed stays, and the message says why."""
        await self._close(writing.complete, N_("%(n)s activity completed."), N_("%(n)s activities completed."))
        return type(self).open

    @action(SIGNED_IN)
    async def cancel_picked(self):
        """Cancel the ticked activities."""
        await self._close(writing.cancel, N_("%(n)s activity canceled."), N_("%(n)s activities canceled."))
        return type(self).open

    @action(SIGNED_IN)
    async def undo(self):
        """Reopen what was just completed or canceled."""
        ids, self.done = self.done.ids, Undoable(self.done.seq)
        result = await do(each, self._entity, ids, Privilege.WRITE, writing.reopen)
        await self._tell(result, N_("%(n)s activity reopened."), N_("%(n)s activities reopened."))
        return type(self).open

    async def _close(self, verb: Callable[[Act, Activity], None], one: str, many: str) -> None:
        ids: list[int] = []
        result = await do(close_many, list(self.picked), verb, ids)
        if result.refused:
            await self._tell(result, one, many)
        if ids:
            text = ngettext(self.locale, one, many, len(ids))
            self.done = Undoable(self.done.seq + 1, text, ids)


def close_many(act: Act, ids: list[int], verb: Callable[[Act, Activity], None], done: list[int]) -> Outcome:
    """Close several activities, each by its own rights; `done` takes the ids of those that were closed."""

    def close(act: Act, row: Activity) -> None:
        verb(act, row)
        done.append(row.id or 0)

    return each(act, Activity.entity, ids, Privilege.WRITE, close)


class ActivityRecord(RecordMixin, AppState):
    """The form of one activity."""

    _entity: str = "activity"
    _parameter: str = "activity_id"
    kind: int = 0
    closing: bool = False
    looked_up: Candidates = Candidates()

    @action(SIGNED_IN)
    async def look_up(self, target: str, term: str, record_id: int, token: int):
        """Candidates for a look-up: people who take part, what the activity regards, or records of one table."""
        if target in TARGETS:
            self.looked_up = Candidates(token, await look(naming.records, term[:200], (target,), 10))
        else:
            self.looked_up = Candidates(token, await look(form.candidates, term[:200], target == "party"))

    @action(SIGNED_IN)
    async def complete(self):
        """Mark the activity as complete; a call was made or received by its direction (S 1.6)."""
        await self._carry_out(writing.complete, N_("%(name)s is completed."))

    @action(SIGNED_IN)
    async def ask_close(self):
        """Open the dialog that asks for status and reason (S 4.8)."""
        self.closing = True

    @action(SIGNED_IN)
    async def close(self, status: int, reason: int):
        """Close the activity as completed or canceled, with a reason."""
        self.closing = False
        await self._carry_out(lambda act, row: close_with(act, row, status, reason), N_("%(name)s is closed."))

    @action(SIGNED_IN)
    async def reopen(self):
        """Take the activity up again."""
        await self._carry_out(writing.reopen, N_("%(name)s is open again."))

    @action(SIGNED_IN)
    async def send(self):
        """Send the saved draft of an e-mail; a refusal leaves it as it is."""
        await self._carry_out(sending.send, N_("%(name)s will be sent."))

    @action(SIGNED_IN)
    async def dismiss(self):
        """Close any dialog."""
        self.deleting = self.closing = False

    async def _carry_out(self, verb: Callable[[Act, Activity], None], said: str) -> None:
        await do(with_one, self.record_id, self.version, verb)
        await self._open(self.record_id)
        self._say(said, name=self.title)

    async def _read(self, record_id: int) -> Snapshot:
        if record_id:
            found = await look(shown, record_id)
        else:
            found = await look(begun, dict(self.router.url.query_parameters))
        self.kind = int(found.values["kind"])
        return found

    async def _write(self, record_id: int, version: int, typed: dict[str, str], anyway: bool) -> int:
        return await do(save_form, record_id, version, typed)


def shown(act: Act, record_id: int) -> Snapshot:
    """A stored activity as its form shows it."""
    row = form.find(act, record_id)
    filled = form.filled(act, row)
    may = decide(act.session, act.who, (Privilege.WRITE, Privilege.ASSIGN, Privilege.SHARE, Privilege.DELETE), row)
    closed = closed_because(act, row)
    return Snapshot(
        id=record_id,
        version=row.version,
        values=filled.values,
        names=filled.names,
        title=row.display_name,
        owner=records.owner_name(act.session, row),
        may=_commands(act, row, commands_of(may, closed), closed),
        locked=closed or ("" if may[Privilege.WRITE] else gettext(_locale(act), may[Privilege.WRITE].because)),
        history=history.entries(act.session, Activity, record_id, act.who.conventions),
        cards=_cards(row, filled),
        process=ProcessView(),
    )


def begun(act: Act, given: dict[str, str]) -> Snapshot:
    """A new activity of the kind, and with the times and the record, that the address asks for."""
    kind = form.parse_kind(given.get("kind", "task"))
    filled = form.blank(act, kind, given)
    later = N_("Save this record first.")
    commands = ["assign", "share", "delete", "refresh", "link", "complete", "close"]
    if kind is ActivityKind.EMAIL:
        commands.append("send")
    return Snapshot(
        id=0,
        version=0,
        values=filled.values,
        names=filled.names,
        # It is saved with all that it begins with, typed or not.
        given={name: text for name, text in filled.values.items() if text not in ("", "[]")},
        title="",
        owner=act.who.name,
        may={"save": "", **dict.fromkeys(commands, later)},
        locked="",
        history=[],
        cards=[],
        process=ProcessView(),
    )


def _locale(act: Act) -> str:
    return act.who.conventions.locale


def closed_because(act: Act, row: Activity) -> str:
    """Why a closed activity cannot be changed; empty for one that can."""
    if row.is_open:
        return ""
    status = gettext(_locale(act), ActivityStatus(row.status).label)
    return gettext(_locale(act), N_("This activity is %(status)s and read-only until it is reopened."), status=status)


def _commands(act: Act, row: Activity, found: dict[str, str], closed: str) -> dict[str, str]:
    """The commands of every record, and those of an activity for who may change it (S 4.8, 13.2)."""
    if "save" in found:
        found |= {"complete": closed, "close": closed}
        found["reopen"] = "" if closed else gettext(_locale(act), N_("Only a closed activity can be reopened."))
        if row.kind == ActivityKind.EMAIL:
            found["send"] = closed
    return found


def _cards(row: Activity, filled: form.Filled) -> list[LinkedCard]:
    """What the activity regards, as a card beside the form."""
    if not filled.names.get("regarding"):
        return []
    name, place = filled.names["regarding"], (row.regarding_entity, row.regarding_id or 0)
    return [LinkedCard("regarding", N_("Regarding"), row.regarding_entity, path_of(place), name, "")]


def with_one(act: Act, record_id: int, version: int, verb: Callable[[Act, Activity], Any]) -> None:
    """Carry out a verb on one activity that the asker may change."""
    verb(act, form.find(act, record_id, Privilege.WRITE, version))


def close_with(act: Act, row: Activity, status: int, reason: int) -> None:
    """Complete or cancel an activity with a reason that fits. Raises BadValue for another one."""
    for to, reasons in CLOSING[ActivityKind(row.kind)].items():
        if status == to and reason in reasons:
            verb = writing.complete if to is ActivityStatus.COMPLETED else writing.cancel
            verb(act, row, ActivityReason(reason))
            return
    raise BadValue(N_("%(label)s does not fit this activity."), label=N_("Status Reason"))


def save_form(act: Act, record_id: int, version: int, typed: dict[str, str]) -> int:
    """The id of the activity that was created or changed."""
    if not record_id:
        return form.create(act, typed).id or 0
    row = form.find(act, record_id, Privilege.WRITE, version)
    return form.save(act, row, typed).id or 0
