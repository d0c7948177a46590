"""Sending an e-mail: from draft to pending, by a job through the mail server, to sent or failed (S 1.6).

No message goes out twice. It is marked as being sent before the server gets it, and what stands so when a job begins was
cut off in between: whether the server took it, nobody knows, so a person decides.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from typing import Any

import aiosmtplib
from aiosmtplib import SMTPDataError, SMTPException, SMTPResponseException
from sqlmodel import Session, select

from rxcrm.models import attaching, filestore, jobs, notifying, records
from rxcrm.models.acting import act_as, do_as
from rxcrm.models.activity import Activity, Attachment, Party
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind, PartyRole
from rxcrm.models.choices import ActivityReason as R
from rxcrm.models.choices import ActivityStatus as S
from rxcrm.models.errors import CrmError, NotAllowed, NotYet
from rxcrm.models.fields import clean
from rxcrm.models.job import Job
from rxcrm.models.mail import servers
from rxcrm.models.mail.composing import Letter, address, compose, new_id
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS
from rxcrm.models.timeline import writing
from rxcrm.models.timeline.placing import parties_of, place
from rxcrm.translation import N_

log = logging.getLogger("rxcrm")

KIND = "send"
#: Seconds that a server may take for an answer, and for taking a whole message.
PATIENCE, LONG_PATIENCE = 30.0, 180.0
#: People in one e-mail; more is a mailing.
MOST_RECIPIENTS = 100
#: Bytes of all attachments of one e-mail: beyond that, most servers refuse.
MOST_BYTES = 25_000_000
#: Characters of a server's answer that are shown.
QUOTED = 200

DRAFTS = (R.EMAIL_DRAFT, R.EMAIL_FAILED)
RECIPIENTS = (PartyRole.TO, PartyRole.CC, PartyRole.BCC)
CUT_OFF = N_(
    "The connection broke while this e-mail was being handed over, so it may have been sent. Look whether it arrived"
    " before you send it again."
)
NOT_SET_UP = N_(
    "E-mail cannot be sent yet, because no mail server is set up. The draft is kept. Administrators find out how under"
    " RXCRM_SMTP_URL in the documentation of the settings."
)


# -- asking for it ---------------------------------------------------------------------------------------------------


def send(act: Act, row: Activity) -> None:
    """Let a draft, found with WRITE, be sent as soon as possible. It must be committed already: a refusal leaves it.

    Raises NotAllowed for what is no draft or goes to somebody who does not allow e-mails, NotYet where something is
    missing: a recipient, an address, the mail server.
    """
    if row.kind != ActivityKind.EMAIL or not row.is_open:
        raise NotAllowed(N_("Only the draft of an e-mail can be sent."))
    everybody = parties_of(act.session, [row.id or 0]).get(row.id or 0, [])
    check_allowed(act.session, row, everybody)
    _addresses(act.session, everybody)
    _check_size(act.session, row)
    if servers.smtp() is None:
        raise NotYet(NOT_SET_UP)
    row.message_id = new_id(_sender_of(act.session.get_one(User, act.who.id)))
    row.problem = {}
    writing.move(act, row, S.COMPLETED, R.EMAIL_PENDING_SEND)
    jobs.enqueue(act.session, KIND, {"activity_id": row.id}, now=act.now, key=str(row.id), by=act.who.id)


def check_allowed(session: Session, row: Activity, everybody: Sequence[Party]) -> None:
    """Raises NotAllowed naming everybody in an e-mail who does not allow any (S 1.1, "Do not allow Emails")."""
    concerned = [(p.entity, p.record_id) for p in everybody] + [(row.regarding_entity, row.regarding_id)]
    found = [_record(session, *one) for one in dict.fromkeys(concerned)]
    names = [one.display_name for one in found if getattr(one, "do_not_email", False) and one]
    if names:
        raise NotAllowed(N_("Nothing was sent, because these do not allow e-mails: %(names)s."), names=", ".join(names))


def _record(session: Session, entity: str, record_id: int | None) -> Record | None:
    return session.get(RECORDS[entity], record_id) if entity in RECORDS and record_id else None


def _addresses(session: Session, everybody: Sequence[Party]) -> dict[PartyRole, list[Address]]:
    """To, Cc and Bcc. Raises NotYet where nobody is named, or somebody without an address."""
    found: dict[PartyRole, list[Address]] = {role: [] for role in RECIPIENTS}
    missing = []
    for party in everybody:
        if (role := PartyRole(party.role)) not in RECIPIENTS:
            continue
        known: Any = _record(session, party.entity, party.record_id)
        if party.entity == "user" and party.record_id:
            known = session.get(User, party.record_id)
        spec = party.address or getattr(known, "email", "")
        name = party.name or getattr(known, "display_name", "")
        if spec:
            found[role].append(address("" if name == spec else name, spec))
        else:
            missing.append(name)
    count = sum(map(len, found.values()))
    if missing:
        raise NotYet(N_("No e-mail address is known of: %(names)s."), ["to"], names=", ".join(missing))
    if not count:
        raise NotYet(N_("Name at least one recipient."), ["to"])
    if count > MOST_RECIPIENTS:
        raise NotAllowed(N_("An e-mail can have at most %(n)s recipients."), n=MOST_RECIPIENTS)
    return found


def _check_size(session: Session, row: Activity) -> None:
    sizes = session.exec(select(Attachment.size).where(Attachment.activity_id == row.id)).all()
    if sum(sizes) > MOST_BYTES:
        raise NotAllowed(N_("The attachments of one e-mail can have at most 25 MB together."))


def _sender_of(user: User) -> Address:
    """The address of the settings under the user's name, else his own."""
    ours = servers.sender()
    return address(user.name, ours.addr_spec) if ours else address(user.name, user.email)


# -- doing it --------------------------------------------------------------------------------------------------------


def _not_sent(session: Session, job: Job, now: datetime) -> set[str]:
    """The last try failed, or an administrator canceled it: the e-mail is a draft again, and its sender hears why."""
    row = _locked(session, int(job.payload["activity_id"]))
    if row is None or row.status_reason not in (R.EMAIL_PENDING_SEND, R.EMAIL_SENDING):
        return set()
    problem = jobs.problem_of(job)
    if row.status_reason == R.EMAIL_SENDING:
        problem = CrmError(CUT_OFF)
    act = act_as(session, job.by_id, now)
    row.problem = {"message": problem.message, "values": problem.values} if problem else {}
    writing.move(act, row, S.OPEN, R.EMAIL_FAILED if problem else R.EMAIL_DRAFT)
    job.payload = {**job.payload, "version": row.version}
    if problem:
        notifying.notify(
            act,
            act.who.id,
            notifying.Kind.MAIL,
            N_("An e-mail of yours could not be sent."),
            {},
            entity=row.regarding_entity,
            record_id=row.regarding_id,
            activity_id=row.id,
        )
    return act.topics


@jobs.handler(KIND, N_("Send an e-mail"), _not_sent)
async def _send(job: Job) -> None:
    number = int(job.payload["activity_id"])
    letter = await do_as(job.by_id, lambda act: _begin(act, number, job.payload.get("version")))
    if letter is None:
        return
    on_its_way = asyncio.Event()
    try:
        message = await asyncio.to_thread(compose, letter, _bytes_of)
        await _hand_over(letter, message, on_its_way)
    except (Exception, asyncio.CancelledError) as error:
        if on_its_way.is_set():
            raise jobs.GiveUp(CUT_OFF) from error
        # Nothing was handed over: it waits for the next try, as it did before.
        await do_as(job.by_id, lambda act: _set_back(act, number))
        raise _reason_of(error) from error
    await do_as(job.by_id, lambda act: _sent(act, number))


def _locked(session: Session, activity_id: int) -> Activity | None:
    row = session.exec(select(Activity).where(Activity.id == activity_id).with_for_update()).first()
    return row if row and row.deleted_on is None else None


def _begin(act: Act, activity_id: int, version: int | None) -> Letter | None:
    """The letter, marked as being sent; None if there is nothing to send any more. Raises GiveUp.

    `version` is the one that failed, when an administrator lets it be tried again: what its author has changed since
    is his to send.
    """
    row = _locked(act.session, activity_id)
    if row is None or row.status_reason not in (*DRAFTS, R.EMAIL_PENDING_SEND, R.EMAIL_SENDING):
        return None
    if row.status_reason == R.EMAIL_SENDING:
        raise jobs.GiveUp(CUT_OFF)
    if row.status_reason in DRAFTS and row.version != version:
        raise jobs.GiveUp(N_("This e-mail was changed since. Its author can send it."))
    try:
        everybody = parties_of(act.session, [activity_id]).get(activity_id, [])
        check_allowed(act.session, row, everybody)
        letter = _letter(act, row, _addresses(act.session, everybody))
    except CrmError as refusal:
        raise jobs.GiveUp(refusal.message, **refusal.values) from None
    _mark(act, row, R.EMAIL_SENDING)
    return letter


def _letter(act: Act, row: Activity, to: dict[PartyRole, list[Address]]) -> Letter:
    user = act.session.get_one(User, act.who.id)
    sender = _sender_of(user)
    parent = act.session.get(Activity, row.parent_id) if row.parent_id else None
    # What comes in through our own mailbox joins the timeline; otherwise answers go to the person who wrote.
    answers_come_in = servers.mailbox() is not None or sender.addr_spec == user.email
    return Letter(
        message_id=row.message_id or new_id(sender),
        sender=sender,
        to=to[PartyRole.TO],
        cc=to[PartyRole.CC],
        bcc=to[PartyRole.BCC],
        reply_to=None if answers_come_in else address(user.name, user.email),
        subject=row.subject,
        body=row.body,
        date=act.now,
        answers=parent.message_id if parent else "",
        files=attaching.files_of(act.session, [row.id or 0]).get(row.id or 0, []),
    )


def _bytes_of(file: Attachment) -> bytes:
    try:
        with filestore.open(file.digest) as stored:
            return stored.read()
    except FileNotFoundError:
        raise jobs.GiveUp(N_("The attached file “%(name)s” is lost. Attach it again."), name=file.name) from None


def _mark(act: Act, row: Activity, reason: R) -> None:
    """A step on the way that is nobody's doing and no news: no history."""
    row.status, row.status_reason = int(S.COMPLETED), int(reason)
    records.touch(act, row)
    place(act.session, row)
    records.tell(act, row)


def _set_back(act: Act, activity_id: int) -> None:
    row = _locked(act.session, activity_id)
    if row and row.status_reason == R.EMAIL_SENDING:
        _mark(act, row, R.EMAIL_PENDING_SEND)


def _sent(act: Act, activity_id: int) -> None:
    row = _locked(act.session, activity_id)
    if row:
        row.problem = {}
        writing.move(act, row, S.COMPLETED, R.EMAIL_SENT)


async def _hand_over(letter: Letter, message: bytes, on_its_way: asyncio.Event) -> None:
    """Give a message to the mail server for all its recipients, or for none.

    `on_its_way` is set as long as nobody knows whether the server has it.
    """
    server = servers.smtp()
    if server is None:
        raise jobs.GiveUp(NOT_SET_UP)
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user or None,
        password=server.password or None,
        use_tls=server.encrypted,
        start_tls=True if server.must_encrypt else None if not server.encrypted else False,
        local_hostname=letter.sender.domain if letter.sender.domain.isascii() else "localhost",
        timeout=PATIENCE,
    )
    await client.connect()
    try:
        options = ["SMTPUTF8"] if letter.needs_utf8 else []
        if options and not client.supports_extension("smtputf8"):
            raise jobs.GiveUp(N_("The mail server cannot write to addresses with these letters."))
        encoding = "utf-8" if options else "ascii"
        await client.mail(letter.sender.addr_spec, options=options, encoding=encoding)
        for recipient in letter.recipients:
            await client.rcpt(recipient, encoding=encoding)
        on_its_way.set()
        try:
            await client.data(message, timeout=LONG_PATIENCE)
        except SMTPDataError:
            on_its_way.clear()  # the server says that it did not take it
            raise
    finally:
        # The message is in or it is not; how the server says goodbye changes nothing.
        with contextlib.suppress(SMTPException, OSError):
            await client.quit(timeout=5)
        client.close()


def _reason_of(error: BaseException) -> BaseException:
    """What went wrong as a sentence, as Retry or as GiveUp; a defect stays what it is."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return jobs.Retry(N_("The mail server does not accept the user name or password of the settings."))
    if isinstance(error, SMTPResponseException):
        kind = jobs.GiveUp if 500 <= error.code < 600 else jobs.Retry
        answer = clean(error.message)[:QUOTED]
        whom = getattr(error, "recipient", "")
        if whom:
            return kind(
                N_("The mail server refuses %(recipient)s: %(code)s %(answer)s"),
                recipient=whom,
                code=error.code,
                answer=answer,
            )
        return kind(N_("The mail server refuses: %(code)s %(answer)s"), code=error.code, answer=answer)
    if isinstance(error, TimeoutError):
        return jobs.Retry(N_("The mail server takes too long to answer."))
    if isinstance(error, SMTPException | OSError):
        return jobs.Retry(N_("The mail server cannot be reached."))
    if isinstance(error, CrmError):
        return jobs.GiveUp(error.message, **error.values)
    return error
