"""Notes, posts and activities: written, changed, completed, canceled, reopened, pinned (S 1.6, 4).

Deleting and bringing back are the verbs of every record: `records.bin` and `records.restore`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from rxcrm.models import attaching, history, notifying, records
from rxcrm.models.access import Privilege, may_create, require
from rxcrm.models.activity import (
    ACTIVITY_REASONS,
    BODY_LENGTH,
    POST_LENGTH,
    SUBJECT_LENGTH,
    SUBJECT_LENGTH_OTHERWISE,
    Activity,
)
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import ActivityReason as R
from rxcrm.models.choices import ActivityStatus as S
from rxcrm.models.choices import PartyRole
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed
from rxcrm.models.fields import clean, fields_of
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.richtext import of_plain, plain, sanitise
from rxcrm.models.tables import record_table
from rxcrm.models.timeline import guests, mentions
from rxcrm.models.timeline.placing import PartyInput, place
from rxcrm.translation import N_

#: Characters of typed HTML that are looked at; markup may be several times as long as its text.
LONGEST_MARKUP = 4 * BODY_LENGTH
REGARDING_LABEL = N_("Regarding")
#: What can be typed into each kind of activity.
FIELDS: dict[K, frozenset[str]] = {
    K.TASK: frozenset(
        {"subject", "description", "due_on", "start_on", "priority", "duration", "percent_complete", "category"}
        | {"subcategory", "status_reason", "remind_on"}
    ),
    K.PHONE_CALL: frozenset(
        {"subject", "description", "due_on", "priority", "duration", "phone_number", "outgoing", "left_voice_mail"}
        | {"category", "subcategory", "remind_on"}
    ),
    K.APPOINTMENT: frozenset(
        {"subject", "description", "start_on", "due_on", "all_day", "location", "priority", "category", "subcategory"}
        | {"status_reason", "remind_on"}
    ),
    K.EMAIL: frozenset({"subject", "body", "due_on", "priority", "category", "subcategory"}),
}


def fields_for(kind: K) -> frozenset[str]:
    """What people type into an activity of a kind: its own fields, and those that administrators made for all kinds."""
    return FIELDS[kind] | {name for name, spec in fields_of(Activity).items() if spec.custom}


@dataclass
class Written:
    """What was written, and the names of mentioned users who may not read it and so were not told."""

    row: Activity
    untold: list[str] = field(default_factory=list)


# -- notes and posts -------------------------------------------------------------------------------------------------


def note(
    act: Act, entity: str, record_id: int, title: str, body: str, files: Sequence[int] = (), automatic: bool = False
) -> Written:
    """A note on a record, open or closed (S R4.5). Title, text and files are each optional, but not all of them."""
    row = _blank(act, K.NOTE, _regarded(act, entity, record_id))
    row.automatic = automatic
    _fill_note(row, title, body, files)
    _store(act, row, [], files)
    return Written(row, mentions.tell(act, row))


def edit_note(act: Act, row: Activity, title: str, body: str, files: Sequence[int] = ()) -> Written:
    """Another title and text for a note, found with WRITE and its version; `files` are all that it is to have."""
    before = row.body
    _fill_note(row, title, body, files)
    _restore(act, row, None, files)
    had = attaching.files_of(act.session, [row.id or 0]).get(row.id or 0, [])
    attaching.detach(act, row.id or 0, [f.id or 0 for f in had if f.id not in set(files)])
    return Written(row, mentions.tell(act, row, before))


def _fill_note(row: Activity, title: str, body: str, files: Sequence[object]) -> None:
    row.subject, row.body = _line(N_("Title"), title, SUBJECT_LENGTH[K.NOTE], "subject"), rich(body)
    if not row.subject and not files and not plain(row.body) and "<img" not in row.body:
        raise Invalid({"body": BadValue(N_("A note needs a text, a title or a file."))})


def post(
    act: Act, entity: str, record_id: int, text: str, parent_id: int | None = None, automatic: bool = False
) -> Activity:
    """A short public line on a record, or a reply to one (S 4.5)."""
    row = _blank(act, K.POST, _regarded(act, entity, record_id))
    said = clean(text, lines=True)
    if not said:
        raise Invalid({"body": BadValue(N_("%(label)s is required."), label=N_("Post"))})
    if len(said) > POST_LENGTH:
        raise Invalid({"body": _too_long(N_("Post"), POST_LENGTH, len(said))})
    if parent_id is not None:
        parent = act.find(Activity, parent_id)
        same = (parent.regarding_entity, parent.regarding_id) == (entity, record_id)
        if parent.kind != K.POST or parent.parent_id or not same:
            raise BadValue(N_("Only posts can be replied to."))
        row.parent_id = parent_id
    row.body, row.automatic = of_plain(said), automatic
    _store(act, row, [], ())
    if parent_id is not None:
        _tell_author(act, parent)
    return row


def _tell_author(act: Act, parent: Activity) -> None:
    """Whoever wrote a post hears of the replies of others, as long as he may read them."""
    author = act.session.get(User, parent.created_by_id) if parent.created_by_id != act.who.id else None
    if author is not None and mentions.may_know(act, author, parent):
        notifying.notify(
            act,
            author.id or 0,
            notifying.Kind.REPLY,
            N_("%(who)s replied to your post on %(record)s."),
            {"who": act.who.name},
            entity=parent.regarding_entity,
            record_id=parent.regarding_id,
            activity_id=parent.id,
        )


def like(act: Act, row: Activity) -> bool:
    """Like a post that one may read, or like it no more; says whether it is liked now."""
    if row.kind != K.POST:
        raise BadValue(N_("Only posts can be liked."))
    liked = act.who.id not in row.liked_by
    row.liked_by = [*row.liked_by, act.who.id] if liked else [i for i in row.liked_by if i != act.who.id]
    act.session.flush()
    records.tell(act, row)
    return liked


def rich(body: str) -> str:
    """Typed HTML as it may be stored. Raises Invalid where it has too many characters."""
    markup = sanitise(body[: LONGEST_MARKUP + 1])
    length = len(plain(markup))
    if length > BODY_LENGTH or len(body) > LONGEST_MARKUP:
        raise Invalid({"body": _too_long(N_("Text"), BODY_LENGTH, max(length, BODY_LENGTH + 1))})
    return markup


def _line(label: str, typed: str, length: int, name: str) -> str:
    value = clean(typed)
    if len(value) > length:
        raise Invalid({name: _too_long(label, length, len(value))})
    return value


def _too_long(label: str, length: int, count: int) -> BadValue:
    return BadValue(
        N_("%(label)s can have at most %(length)s characters; this has %(count)s."),
        label=label,
        length=length,
        count=count,
    )


# -- activities ------------------------------------------------------------------------------------------------------


def log(
    act: Act,
    kind: K,
    typed: Mapping[str, str],
    regarding: tuple[str, int] | None = None,
    parties: Sequence[PartyInput] | None = None,
    files: Sequence[int] = (),
    planned: bool = True,
) -> Activity:
    """A new task, phone call, appointment or e-mail, owned by its author.

    Without `parties` it gets the usual ones: a call goes from the author to the record, a mail too. One that is not
    `planned` has happened already. Raises Invalid with every bad field.
    """
    _require_writer(act)
    regarded = _regarded(act, *regarding) if regarding else None
    row = _blank(act, kind, regarded)
    status = next(iter(ACTIVITY_REASONS[kind]))
    row.status, row.status_reason = int(status), int(ACTIVITY_REASONS[kind][status][0])
    _fill(act, row, typed, complete=True)
    everybody = guests.checked(act, row, regarded, parties)
    if kind is K.PHONE_CALL and row.outgoing and planned:
        guests.check_may_be_called(act, everybody)
    _store(act, row, everybody, files)
    _remind(act, row)
    return row


def change(
    act: Act,
    row: Activity,
    typed: Mapping[str, str],
    parties: Sequence[PartyInput] | None = None,
    files: Sequence[int] = (),
    regarding: tuple[str, int] | None = None,
) -> Activity:
    """Save what was typed into an activity that was found with WRITE and its version (S 1.6).

    `regarding` names another record that it regards from now on, or ("", 0) for none. Raises NotAllowed for a closed
    one, Invalid for bad values.
    """
    _require_open(row)
    moved = [] if regarding is None else _regard(act, row, regarding)
    before = {name: getattr(row, name) for name in fields_of(Activity) if name in fields_for(K(row.kind))}
    _fill(act, row, typed, complete=False)
    now_holds = {name: getattr(row, name) for name in before}
    for name, value in before.items():
        setattr(row, name, value)
    changes = history.difference(Activity, row, now_holds)
    for name, value in now_holds.items():
        setattr(row, name, value)
    regarded = _record(act, row)
    if moved and parties is None:
        parties = guests.of(act, row)
    _restore(act, row, None if parties is None else guests.checked(act, row, regarded, parties), files)
    changes = [*moved, *records.with_names(act, row, changes)]
    history.record(act.session, row, history.Event.CHANGED, by=act.who.id, now=act.now, changes=changes)
    _remind(act, row)
    return row


def complete(act: Act, row: Activity, reason: R | None = None) -> None:
    """Mark an open activity, found with WRITE, as done. A call was made or received by its direction (S 1.6)."""
    _require_open(row)
    if reason is None and row.kind == K.PHONE_CALL:
        reason = R.CALL_MADE if row.outgoing else R.CALL_RECEIVED
    if row.kind == K.TASK:
        row.percent_complete = 100
    _move(act, row, S.COMPLETED, reason)


def cancel(act: Act, row: Activity, reason: R | None = None) -> None:
    """Close an open activity, found with WRITE, that will not be done."""
    _require_open(row)
    _move(act, row, S.CANCELED, reason)


def reopen(act: Act, row: Activity) -> None:
    """Take up a closed activity again, found with WRITE. What was sent or received stays so."""
    if row.kind not in ACTIVITY_REASONS or row.is_open:
        raise NotAllowed(N_("Only a closed activity can be reopened."))
    if row.status_reason in (R.EMAIL_SENT, R.EMAIL_RECEIVED, R.EMAIL_PENDING_SEND, R.EMAIL_SENDING):
        raise NotAllowed(N_("A mail that was sent or received cannot be reopened."))
    if row.kind == K.TASK and row.percent_complete == 100:
        row.percent_complete = None
    _move(act, row, next(iter(ACTIVITY_REASONS[K(row.kind)])), None)


def pin(act: Act, row: Activity, on: bool) -> None:
    """Keep an entry on top of its timeline, or let it go; whoever may write it or its record may (S R4.10)."""
    regarded = _record(act, row)
    if not act.may(Privilege.WRITE, row) and (regarded is None or not act.may(Privilege.WRITE, regarded)):
        require(act.session, act.who, Privilege.WRITE, row)
    row.pinned = on
    act.session.flush()
    place(act.session, row)
    records.tell(act, row)


def move(act: Act, row: Activity, to: S, reason: R) -> None:
    """Another status for an activity, for rules that know what they do: mail that is sent or received."""
    _move(act, row, to, reason)


def _move(act: Act, row: Activity, to: S, reason: R | None) -> None:
    """The only writer of an activity's status."""
    reasons = ACTIVITY_REASONS[K(row.kind)][to]
    if reason is not None and reason not in reasons:
        raise BadValue(N_("%(label)s has no option “%(value)s”."), label=N_("Status Reason"), value=reason.label)
    changes = history.difference(Activity, row, {"status": int(to), "status_reason": int(reason or reasons[0])})
    row.status, row.status_reason = int(to), int(reason or reasons[0])
    row.closed_on = act.now if to in (S.COMPLETED, S.CANCELED) else None
    _restore(act, row, None, ())
    history.record(act.session, row, history.Event.CHANGED, by=act.who.id, now=act.now, changes=changes)
    _remind(act, row)


def _require_open(row: Activity) -> None:
    if row.kind not in ACTIVITY_REASONS:
        raise NotAllowed(N_("Notes and posts have no status."))
    if not row.is_open:
        raise NotAllowed(
            N_("This activity is %(status)s and read-only until it is reopened."), status=S(row.status).label
        )


def _fill(act: Act, row: Activity, typed: Mapping[str, str], *, complete: bool) -> None:
    kind = K(row.kind)
    problems: dict[str, CrmError] = {}
    ours = fields_for(kind)
    for name in set(typed) - ours:
        problems[name] = records.no_field(Activity.entity, name)
    plain_fields = {name: text for name, text in typed.items() if name in ours and name != "body"}
    try:
        for name, value in records.check(act, row, plain_fields, complete=complete and kind is not K.EMAIL).items():
            setattr(row, name, value)
    except Invalid as found:
        problems |= found.problems
    if "body" in typed and kind is K.EMAIL:
        try:
            row.body = rich(typed["body"])
        except Invalid as found:
            problems |= found.problems
    if len(row.subject) > SUBJECT_LENGTH_OTHERWISE:
        problems["subject"] = _too_long(N_("Subject"), SUBJECT_LENGTH_OTHERWISE, len(row.subject))
    reasons = ACTIVITY_REASONS[kind].get(S(row.status), ())
    if row.status_reason is not None and row.status_reason not in reasons:
        row.status, row.status_reason = _status_of(kind, row, problems)
    if not problems:  # else what was typed is not in the row yet
        _check_times(kind, row, problems)
    if problems:
        raise Invalid(problems)


def _status_of(kind: K, row: Activity, problems: dict[str, CrmError]) -> tuple[int, int | None]:
    """An open reason of another open status moves it there: a Busy appointment that becomes Tentative is Open."""
    for status, reasons in ACTIVITY_REASONS[kind].items():
        if row.status_reason in reasons and status in (S.OPEN, S.SCHEDULED):
            return int(status), row.status_reason
    problems["status_reason"] = BadValue(N_("%(label)s does not fit this activity."), label=N_("Status Reason"))
    return row.status, row.status_reason


def _check_times(kind: K, row: Activity, problems: dict[str, CrmError]) -> None:
    if kind is K.APPOINTMENT:
        for name, label in (("start_on", N_("Start Time")), ("due_on", N_("End Time"))):
            if getattr(row, name) is None and name not in problems:
                problems[name] = BadValue(N_("%(label)s is required."), label=label)
        if row.start_on and row.due_on:
            if row.due_on < row.start_on:
                problems["due_on"] = BadValue(N_("An appointment cannot end before it starts."))
            row.duration = max(0, int((row.due_on - row.start_on) / timedelta(minutes=1)))
    elif row.start_on and row.due_on and row.due_on < row.start_on:
        problems["due_on"] = BadValue(N_("The due date cannot lie before the start date."))


# -- storing ---------------------------------------------------------------------------------------------------------


def _regarded(act: Act, entity: str, record_id: int) -> Record:
    """The record that something is to be written on: readable, and open to attachments of the writer's role (S R9.7)."""
    row = act.find(record_table(entity), record_id)
    if isinstance(row, Activity):
        raise BadValue(N_("An activity cannot regard another one."))
    _require_writer(act)
    require(act.session, act.who, Privilege.APPEND_TO, row)
    return row


def _regard(act: Act, row: Activity, regarding: tuple[str, int]) -> list[list[str]]:
    """Let an activity regard another record, or none with ("", 0); the change for its history."""
    before = (row.regarding_entity, row.regarding_id or 0)
    if before == regarding:
        return []
    new = _regarded(act, *regarding) if regarding[1] else None
    old = _record(act, row)
    row.regarding_entity, row.regarding_id = (new.entity, new.id) if new else ("", None)
    names = [r.display_name if r else "" for r in (old, new)]
    return [[REGARDING_LABEL, *(f"{entity}:{i}" if i else "" for entity, i in (before, regarding)), *names]]


def _require_writer(act: Act) -> None:
    if not (decision := may_create(act.who, "activity")):
        raise NotAllowed(decision.because)


def _record(act: Act, row: Activity) -> Record | None:
    """The record that an activity regards."""
    return act.session.get(record_table(row.regarding_entity), row.regarding_id) if row.regarding_id else None


def _blank(act: Act, kind: K, regarded: Record | None) -> Activity:
    row = Activity(
        kind=int(kind),
        created_on=act.now,
        modified_on=act.now,
        created_by_id=act.who.id,
        modified_by_id=act.who.id,
        status=int(S.NONE),
        regarding_entity=regarded.entity if regarded else "",
        regarding_id=regarded.id if regarded else None,
    )
    records.own(row, act.session.get_one(User, act.who.id))
    return row


def _store(act: Act, row: Activity, parties: Sequence[PartyInput], files: Sequence[int]) -> None:
    """Write a new activity with everybody in it and its files, and say so."""
    row.refresh_keys()
    act.session.add(row)
    act.session.flush()
    place(act.session, row, parties)
    _attach(act, row, files)
    if row.kind in ACTIVITY_REASONS:
        history.record(act.session, row, history.Event.CREATED, by=act.who.id, now=act.now)
    records.tell(act, row)
    regarded = _record(act, row)
    # What is written by itself goes with an event that is told already.
    if regarded is not None and not row.is_reply and not row.automatic:
        notifying.hear(act, regarded, row)


def _restore(act: Act, row: Activity, parties: Sequence[PartyInput] | None, files: Sequence[int]) -> None:
    """Write a changed activity; its timelines follow."""
    records.touch(act, row)
    place(act.session, row, parties)
    _attach(act, row, files)


def _attach(act: Act, row: Activity, files: Sequence[int]) -> None:
    if files:
        attaching.attach(act, row.id or 0, list(files))


def _remind(act: Act, row: Activity) -> None:
    from rxcrm.models import reminders

    reminders.schedule(act, row)


def party_roles(kind: K) -> tuple[PartyRole, ...]:
    """The roles that people have in activities of a kind (S 1.6)."""
    return guests.ROLES[kind]
