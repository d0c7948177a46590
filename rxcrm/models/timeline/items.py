"""One entry of a timeline as its reader sees it, in his language and within his rights (S R4.4, 4.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from rxcrm.models.activity import ACTIVE, ACTIVITY_REASONS, Activity, Attachment, Party
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import ActivityReason as R
from rxcrm.models.choices import PartyRole
from rxcrm.models.fields import fields_of, show
from rxcrm.models.history import Change
from rxcrm.models.records import Act
from rxcrm.models.richtext import plain
from rxcrm.models.timeline import guests
from rxcrm.translation import N_, gettext

#: Characters of the text that an entry shows before it is expanded, and of markup that is sent without being asked for.
EXCERPT, SENT_AT_ONCE = 300, 4_000
#: How the page names the kinds.
KINDS = {
    K.TASK: "task",
    K.PHONE_CALL: "phone_call",
    K.APPOINTMENT: "appointment",
    K.EMAIL: "email",
    K.NOTE: "note",
    K.POST: "post",
}
#: The same names, of what has a status, as addresses and forms use them.
ACTIVITIES = {name: kind for kind, name in KINDS.items() if kind in ACTIVITY_REASONS}
#: Fields told below the text of an expanded activity.
_DETAILS: dict[K, tuple[str, ...]] = {
    K.TASK: ("start_on", "duration", "percent_complete", "priority", "category", "subcategory"),
    K.PHONE_CALL: ("phone_number", "outgoing", "left_voice_mail", "duration", "priority", "category", "subcategory"),
    K.APPOINTMENT: ("location", "duration", "priority", "category", "subcategory"),
    K.EMAIL: ("priority",),
}
#: What an activity has unless somebody chose otherwise; not worth a line.
_USUAL: dict[str, Any] = {"priority": 1, "left_voice_mail": False}
#: Mail that has left or arrived, or is about to.
_UNDER_WAY = {R.EMAIL_SENT, R.EMAIL_RECEIVED, R.EMAIL_PENDING_SEND, R.EMAIL_SENDING}


@dataclass
class FileView:
    """An attachment as a chip or picture; `url` leads through the gate."""

    id: int
    name: str
    size: int
    mime: str
    url: str
    width: int = 0
    height: int = 0


@dataclass
class PartyView:
    """Somebody who takes part; `entity` and `id` lead to a record if it is one."""

    role: str
    label: str
    entity: str
    id: int
    name: str
    address: str


@dataclass
class Item:
    """One entry; times are ISO texts, `body` is sanitised HTML for notes, posts and e-mails and plain text otherwise."""

    key: str
    id: int
    kind: str
    title: str
    who: str
    who_id: int
    at: str
    created: str
    body: str = ""
    excerpt: str = ""
    long: bool = False
    what: str = ""
    tag: str = ""
    status: str = ""
    due: str = ""
    start: str = ""
    all_day: bool = False
    details: list[list[str]] = field(default_factory=list)
    pinned: bool = False
    fresh: bool = False
    files: list[FileView] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    parties: list[PartyView] = field(default_factory=list)
    may: dict[str, str] = field(default_factory=dict)
    replies: list[dict[str, Any]] = field(default_factory=list)
    likes: int = 0
    liked: bool = False
    version: int = 0
    problem: str = ""
    automatic: bool = False
    regarding: dict[str, Any] = field(default_factory=dict)
    #: The other record on whose timeline it stands, if that is not the one looked at: entity, id and name.
    origin: dict[str, Any] = field(default_factory=dict)


@dataclass
class Reader:
    """Shows activities to one asker, from what was read for all of them together."""

    act: Act
    entity: str
    record_id: int
    since: datetime | None
    files: Mapping[int, list[Attachment]]
    parties: Mapping[int, list[Party]]
    answers: Mapping[int, Sequence[Any]]
    writable: set[int]
    deletable: set[int]
    names: Mapping[tuple[str, int], str]

    def activity(self, row: Any) -> Item:
        """An activity, note or post."""
        kind = K(row.kind)
        text = plain(row.body) if row.body else row.description
        long = len(row.body) > SENT_AT_ONCE or len(row.description) > SENT_AT_ONCE
        return Item(
            key=f"a{row.id}",
            id=row.id,
            kind=KINDS[kind],
            title=row.subject,
            body="" if long else row.body or row.description,
            excerpt=text[:EXCERPT],
            long=long,
            who=row.who or self._sender(row),
            who_id=row.created_by_id or 0,
            at=row.modified_on.isoformat(),
            created=row.created_on.isoformat(),
            what=self._what(kind, row),
            tag=self._tag(row),
            status=self._say(R(row.status_reason).label) if row.status_reason else "",
            due=_iso(row.due_on),
            start=_iso(row.start_on),
            all_day=row.all_day,
            details=self._details(kind, row),
            pinned=row.pinned,
            fresh=bool(self.since and row.modified_on > self.since and row.modified_by_id != self.act.who.id),
            files=[file_view(f) for f in self.files.get(row.id, ())],
            parties=[self._party(p) for p in self.parties.get(row.id, ()) if p.role != PartyRole.REGARDING],
            may=self._may(kind, row),
            replies=[self._reply(reply) for reply in self.answers.get(row.id, ())],
            likes=len(row.liked_by),
            liked=self.act.who.id in row.liked_by,
            version=row.version,
            problem=self._problem(row),
            automatic=row.automatic,
            regarding=self._named(row.regarding_entity, row.regarding_id or 0),
            origin=self._named(row.place_entity, row.place_id),
        )

    def _say(self, message: str, **values: Any) -> str:
        return gettext(self.act.who.conventions.locale, message, **values)

    def _what(self, kind: K, row: Any) -> str:
        """The line under the title: what kind of thing it is, with its counterpart where it has one (S R4.4)."""
        if kind is K.PHONE_CALL:
            return self._say(N_("Outgoing phone call") if row.outgoing else N_("Incoming phone call"))
        if kind is K.EMAIL and row.status_reason == R.EMAIL_RECEIVED:
            return self._say(N_("Email from %(who)s"), who=self._sender(row))
        return self._say(kind.label)

    def _sender(self, row: Any) -> str:
        """Who wrote what no user did: mail that came in."""
        senders = [p for p in self.parties.get(row.id, ()) if p.role == PartyRole.FROM]
        return (senders[0].name or senders[0].address) if senders else self._say(N_("The system"))

    def _tag(self, row: Any) -> str:
        if row.kind not in ACTIVITY_REASONS:
            return ""
        if row.status not in ACTIVE:
            return "closed"
        return "overdue" if row.due_on and row.due_on < self.act.now else "active"

    def _details(self, kind: K, row: Any) -> list[list[str]]:
        specs, how = fields_of(Activity), self.act.who.conventions
        told = []
        for name in _DETAILS.get(kind, ()):
            value = getattr(row, name)
            if value not in (None, "") and value != _USUAL.get(name):
                text = show(specs[name], value, how)
                if name == "duration":
                    text = self._say(N_("%(n)s min"), n=text)
                told.append([self._say(specs[name].label), text])
        return told

    def _party(self, party: Party) -> PartyView:
        role = PartyRole(party.role)
        address = party.address if guests.sees_address(self.act, party.entity) else ""
        return PartyView(
            role.name.lower(),
            self._say(role.label),
            party.entity,
            party.record_id or 0,
            party.name or address,
            address,
        )

    def _may(self, kind: K, row: Any) -> dict[str, str]:
        """Command → "" if it can be given, else why not; commands that the reader has no right to are missing (S 13.2)."""
        may: dict[str, str] = {}
        if self.entity == "opportunity" and row.place_entity == "lead":
            return may  # the timeline of the lead goes on there (S 4.9)
        if row.id in self.writable:
            may["pin"] = ""
            if kind is K.NOTE:
                may["edit"] = ""
            elif kind in ACTIVITY_REASONS:
                may |= self._may_work_on(kind, row)
        if row.id in self.deletable:
            may["delete"] = ""
        if kind is K.POST and row.parent_id is None:
            may |= {"like": "", "reply": ""}
        if kind is K.EMAIL and row.status_reason in (R.EMAIL_SENT, R.EMAIL_RECEIVED):
            may["reply"] = ""
        return may

    def _may_work_on(self, kind: K, row: Any) -> dict[str, str]:
        if row.status in ACTIVE:
            return {"edit": "", "complete": "", "cancel": "", **({"send": ""} if kind is K.EMAIL else {})}
        return {} if row.status_reason in _UNDER_WAY else {"reopen": ""}

    def _reply(self, row: Any) -> dict[str, Any]:
        return {
            "key": f"a{row.id}",
            "id": row.id,
            "body": row.body,
            "who": row.who or "",
            "at": row.modified_on.isoformat(),
            "version": row.version,
            "may": {"delete": ""} if row.id in self.deletable else {},
        }

    def _problem(self, row: Any) -> str:
        if not row.problem:
            return ""
        return self._say(str(row.problem.get("message", "")), **dict(row.problem.get("values", {})))

    def _named(self, entity: str, record_id: int) -> dict[str, Any]:
        """Another record than the one looked at, if the reader may see it."""
        pair = (entity, record_id)
        return {"entity": entity, "id": record_id, "name": self.names[pair]} if pair in self.names else {}


def file_view(file: Attachment) -> FileView:
    """An attachment as the page shows it."""
    url = f"/files/attachments/{file.id}/{quote(file.name, safe='')}"
    return FileView(file.id or 0, file.name, file.size, file.mime, url, file.width, file.height)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
