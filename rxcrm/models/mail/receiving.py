"""Incoming mail: what somebody known wrote joins the timeline of his record; everything else is left in the mailbox.

Nothing is ever answered by itself, so that no two machines can keep writing to each other.
"""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import case
from sqlmodel import Session, col, select

from rxcrm.models import attaching, db, filestore, jobs, notifying, records
from rxcrm.models.account import Account
from rxcrm.models.acting import act_as
from rxcrm.models.activity import Activity, Attachment
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind, LeadStatus, PartyRole
from rxcrm.models.choices import ActivityReason as R
from rxcrm.models.choices import ActivityStatus as S
from rxcrm.models.contact import Contact
from rxcrm.models.errors import BadValue
from rxcrm.models.job import Job
from rxcrm.models.lead import Lead
from rxcrm.models.mail import imap, servers
from rxcrm.models.mail.reading import Incoming, read, safe_body
from rxcrm.models.mail.servers import Server
from rxcrm.models.mail.tables import MailboxState
from rxcrm.models.merging import surviving
from rxcrm.models.people import Team, User, members_of, organisation
from rxcrm.models.records import Act
from rxcrm.models.reminders import owners_of
from rxcrm.models.searching import sort_key
from rxcrm.models.tables import RECORDS
from rxcrm.models.timeline.placing import PartyInput, place
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")

KIND = "fetch_mail"
#: How far back the first look into a mailbox goes, and that after the mailbox numbered its messages anew.
FIRST_LOOK = timedelta(days=7)


@dataclass(frozen=True)
class Match:
    """The record that a message belongs to: of the mail that it answers, or of its sender's address."""

    entity: str
    record_id: int
    #: Whether it is the record whose address wrote.
    is_sender: bool = False
    parent_id: int | None = None


@dataclass
class Files:
    """The attachments of one message: those in the store, by Content-ID where the text shows them; and what was not kept."""

    taken: list[tuple[attaching.Taken, str]] = field(default_factory=list)
    left_out: list[tuple[str, BadValue]] = field(default_factory=list)


# -- fetching --------------------------------------------------------------------------------------------------------


@jobs.handler(KIND, N_("Fetch e-mail"))
async def _fetch(job: Job) -> None:
    server = servers.mailbox()
    if server is None:
        return
    counts = {"joined": 0, "unknown": 0, "known": 0}
    more = True
    while more:
        validity, last_uid = await db.look(_position, server)
        since = (db.now() - FIRST_LOOK).date()
        batch = await asyncio.to_thread(imap.fetch, server, validity, last_uid, since)
        for found in batch.messages:
            counts[await _take_in(server, batch.validity, found)] += 1
            await jobs.report(job, sum(counts.values()), sum(counts.values()))
        more = batch.more and bool(batch.messages)
        if not batch.messages:
            await db.run(_advance, server, batch.validity, 0, db.now())
    log.info(
        "mail fetched: %(joined)s joined a timeline, %(unknown)s from nobody known, %(known)s known already", counts
    )
    await db.run(_note, job.id or 0, counts)


def _position(session: Session, server: Server) -> tuple[int, int]:
    state = session.get(MailboxState, (server.address, server.folder))
    return (state.validity, state.last_uid) if state else (0, 0)


def _advance(session: Session, server: Server, validity: int, uid: int, now: datetime) -> None:
    """Remember how far the mailbox was read."""
    state = session.get(MailboxState, (server.address, server.folder))
    if state is None:
        state = MailboxState(address=server.address, folder=server.folder)
        session.add(state)
    if state.validity != validity:
        state.validity, state.last_uid = validity, 0
    state.last_uid, state.fetched_on = max(state.last_uid, uid), now
    session.flush()


def _note(session: Session, job_id: int, counts: dict[str, int]) -> None:
    job = session.get_one(Job, job_id)
    job.payload = {**counts}


async def _take_in(server: Server, validity: int, found: imap.Found) -> str:
    """One message from the mailbox: "joined" a timeline, from somebody "unknown", or "known" already."""
    incoming = await asyncio.to_thread(read, found.raw) if found.raw else None
    known = incoming is not None and await db.look(is_known, incoming.message_id)
    match = await db.look(match_of, incoming) if incoming and not known else None
    files = await asyncio.to_thread(_take_files, incoming, found.cut) if incoming and match else Files()

    def unit(session: Session) -> set[str]:
        _advance(session, server, validity, found.uid, db.now())
        if incoming is None or match is None or is_known(session, incoming.message_id):
            return set()
        return receive(session, incoming, match, files, db.now(), cut=found.cut)

    await jobs.tell(await db.run(unit))
    return "known" if known else "joined" if match else "unknown"


def _take_files(incoming: Incoming, cut: bool) -> Files:
    """Check the attachments and put them into the store, outside of any transaction. Of a cut message none is whole."""
    files = Files()
    for one in () if cut else incoming.files:
        path = filestore.incoming()
        path.write_bytes(one.data)
        try:
            files.taken.append((attaching.take_in(one.name, path), one.cid))
        except BadValue as refusal:
            files.left_out.append((one.name, refusal))
        finally:
            path.unlink(missing_ok=True)
    return files


# -- whose it is -----------------------------------------------------------------------------------------------------


def is_known(session: Session, message_id: str) -> bool:
    """Whether a message is on a timeline already: fetched before, or our own that came back."""
    return session.exec(select(Activity.id).where(Activity.message_id == message_id[:255]).limit(1)).first() is not None


def match_of(session: Session, incoming: Incoming) -> Match | None:
    """The record that a message belongs to: that of the mail which it answers, else the one with its sender's address.

    Of several the newest open lead comes first, then the newest lead, contact, account. None: nobody known.
    """
    sender = _by_address(session, incoming.sender) if incoming.sender else None
    parents = {row.message_id: row for row in _answered(session, incoming.answers)}
    for message_id in incoming.answers:
        row = parents.get(message_id)
        record = row and _live(session, row.regarding_entity, row.regarding_id)
        if row and record:
            same = sender is not None and (sender.entity, sender.id) == (record.entity, record.id)
            return Match(record.entity, record.id or 0, same, row.id)
    return Match(sender.entity, sender.id or 0, True) if sender else None


def _answered(session: Session, ids: Sequence[str]) -> list[Activity]:
    if not ids:
        return []
    mails = (col(Activity.message_id).in_([i[:255] for i in ids]), col(Activity.deleted_on).is_(None))
    return list(session.exec(select(Activity).where(*mails)))


def _live(session: Session, entity: str, record_id: int | None) -> Record | None:
    row = session.get(RECORDS[entity], record_id) if entity in RECORDS and record_id else None
    return row if row and row.deleted_on is None else None


def _by_address(session: Session, sender: str) -> Record | None:
    is_open = case((col(Lead.status) == LeadStatus.OPEN, 0), else_=1)
    for table in (Lead, Contact, Account):
        columns = cast(Any, table)
        wanted = select(table).where(columns.email_key == sort_key(sender), columns.deleted_on.is_(None))
        order = (is_open, columns.id.desc()) if table is Lead else (columns.id.desc(),)
        for found in session.exec(wanted.order_by(*order).limit(5)):
            # The key is folded: "josé@" has that of "jose@".
            row = cast(Any, found)
            if row.email.lower() == sender:
                return _live(session, row.entity, surviving(session, row.entity, row.id)) or cast(Record, row)
    return None


# -- writing it down -------------------------------------------------------------------------------------------------


def receive(
    session: Session, incoming: Incoming, match: Match, files: Files, now: datetime, *, cut: bool = False
) -> set[str]:
    """An e-mail on the timeline of the record, the record's owner's; he is told unless a machine wrote it.

    Returns the topics to be told.
    """
    record = session.get_one(RECORDS[match.entity], match.record_id)
    act = act_as(session, _keeper(session, record), now)
    row = Activity(
        kind=int(ActivityKind.EMAIL),
        subject=incoming.subject,
        status=int(S.COMPLETED),
        status_reason=int(R.EMAIL_RECEIVED),
        outgoing=False,
        regarding_entity=record.entity,
        regarding_id=record.id,
        parent_id=match.parent_id,
        message_id=incoming.message_id[:255],
        created_on=now,
        modified_on=now,
        closed_on=_believable(incoming.sent_on, now),
    )
    records.own(row, records.owner_of(session, record))
    row.refresh_keys()
    session.add(row)
    session.flush()
    place(session, row, _parties(session, incoming, match, record))
    shown = {cid: attaching.url_of(file) for file, cid in _attach(act, row, files) if cid}
    row.body = safe_body(incoming.body, shown) + _remarks(session, files, cut)
    row.refresh_keys()
    session.flush()
    records.tell(act, row)
    _announce(act, record, row, incoming)
    return act.topics


def _keeper(session: Session, record: Record) -> int | None:
    """In whose name a message is written down: the owner's, for a team's record a member's."""
    if record.owner_team_id:
        members = members_of(session, session.get_one(Team, record.owner_team_id))
        return members[0].id if members else record.created_by_id
    return record.owner_user_id


def _believable(sent_on: datetime | None, now: datetime) -> datetime:
    """When it was sent, as it says itself, unless that lies in the future or long before there was mail here."""
    return sent_on if sent_on and now - timedelta(days=3650) < sent_on <= now else now


def _parties(session: Session, incoming: Incoming, match: Match, record: Record) -> list[PartyInput]:
    entity, number = (record.entity, record.id) if match.is_sender else ("", None)
    name = record.display_name if match.is_sender else incoming.name or incoming.sender
    found = [PartyInput(PartyRole.FROM, entity, number, name, incoming.sender)]
    addresses = {spec for _name, spec in (*incoming.to, *incoming.cc)}
    ours = {u.email: u for u in session.exec(select(User).where(col(User.email).in_(addresses)))}
    for role, people in ((PartyRole.TO, incoming.to), (PartyRole.CC, incoming.cc)):
        for shown, spec in people:
            user = ours.get(spec)
            found.append(
                PartyInput(role, "user", user.id, user.name, spec)
                if user
                else PartyInput(role, "", None, shown or spec, spec)
            )
    return found


def _attach(act: Act, row: Activity, files: Files) -> list[tuple[Attachment, str]]:
    found = []
    for taken, cid in files.taken:
        file = attaching.register(act, taken, inline=bool(cid) and attaching.is_picture(taken.mime))
        # At once: what is loose counts against the user's own uploads.
        file.activity_id = row.id
        act.session.flush()
        found.append((file, cid if file.inline else ""))
    return found


def _remarks(session: Session, files: Files, cut: bool) -> str:
    """What is missing, at the end of the text, in the language of the organisation."""
    org = organisation(session)
    locale = org.language if org else "en"
    lines = [
        gettext(locale, N_("The attachment “%(name)s” was left out: %(reason)s"), name=name, reason=why.text(locale))
        for name, why in files.left_out
    ]
    if cut:
        lines.append(
            gettext(
                locale, N_("This message is very large: only its beginning is shown here. All of it is in the mailbox.")
            )
        )
    return "".join(f"<p><em>{html.escape(line)}</em></p>" for line in lines)


def _announce(act: Act, record: Record, row: Activity, incoming: Incoming) -> None:
    """Tell the owner, and whoever follows the record; nobody of what a machine wrote."""
    if incoming.automatic:
        return
    who = incoming.name or incoming.sender
    told = owners_of(act.session, row)
    for user in told:
        notifying.notify(
            act,
            user.id or 0,
            notifying.Kind.MAIL,
            N_("%(who)s wrote an e-mail about %(record)s."),
            {"who": who},
            entity=record.entity,
            record_id=record.id,
            activity_id=row.id,
        )
    stranger = Act(act.session, replace(act.who, name=who), act.now, act.topics)
    notifying.hear(stranger, record, row)
