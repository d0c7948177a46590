"""Disqualify: an open lead is closed with a reason, kept for analysis, and may remind its seller later (S 3.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import col

from rxcrm.models import history, journal, lifecycle, notifying, records
from rxcrm.models.access import Decision, Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind, LeadStatus, OpportunityStatus, Option
from rxcrm.models.errors import BadValue, CrmError, NotAllowed
from rxcrm.models.fields import clean, fields_of
from rxcrm.models.history import Event
from rxcrm.models.journal import Journal
from rxcrm.models.lead import Lead
from rxcrm.models.lifecycle import Closing
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.timeline import writing
from rxcrm.translation import N_, gettext

#: In how many days somebody may want to be reminded.
REMINDERS = (30, 90, 180)
#: Characters of a comment; together with the reason it becomes a post.
COMMENT_LENGTH = 900
#: The hour of the day, in the user's time zone, at which a reminder comes.
MORNING = time(9)


def reasons() -> Sequence[Option]:
    """Why a lead may be disqualified, the default first, as administrators have it (S 9.8)."""
    return lifecycle.reasons_of("lead")[LeadStatus.DISQUALIFIED]


def label_of(reason: int) -> str:
    """What a reason is called, also one that is not offered any more."""
    options = fields_of(Lead)["status_reason"].options
    return options.label(reason) if options else ""


def disqualify(act: Act, lead: Lead, reason: int, comment: str = "", remind_in: int = 0) -> Operation:
    """Close an open lead, found with WRITE, with a reason (S R3.23-R3.25). What is written can be undone as a whole.

    A comment becomes a post on the timeline; `remind_in` days (30, 90 or 180; 0 for never) a task for the asker.
    Raises NotAllowed for a closed lead and for one with an open opportunity, BadValue for another reason, or number of
    days, than those there are.
    """
    require_open(act, lead)
    comment = require_choice(reason, comment, remind_in)
    writes = Journal(act)
    values = {"status": int(LeadStatus.DISQUALIFIED), "status_reason": int(reason)}
    changes = history.difference(Lead, lead, values)
    writes.set(lead, **values, closed_on=act.now)
    records.touch(act, lead)
    details: dict[str, int] = {}
    if comment:
        details["post"] = writes.made(_post(act, lead, reason, comment)).id or 0
    if remind_in:
        details["task"] = writes.made(_remind(act, lead, remind_in)).id or 0
    entry = history.record(act.session, lead, Event.DISQUALIFIED, by=act.who.id, now=act.now, changes=changes)
    notifying.hear(act, lead, entry)
    return writes.close(OperationKind.DISQUALIFY, lead, {**details, "comment": comment})


def require_choice(reason: int, comment: str, remind_in: int) -> str:
    """The comment, cleaned. Raises BadValue for what no dialog offers."""
    if reason not in reasons():
        raise BadValue(N_("%(label)s does not fit the status of this record."), label=N_("Status Reason"))
    if remind_in and remind_in not in REMINDERS:
        raise BadValue(N_("Choose one of the list."))
    comment = clean(comment, lines=True)
    if len(comment) > COMMENT_LENGTH:
        raise BadValue(
            N_("%(label)s can have at most %(length)s characters; this has %(count)s."),
            label=N_("Comment"),
            length=COMMENT_LENGTH,
            count=len(comment),
        )
    return comment


def require_open(act: Act, lead: Lead) -> None:
    """Raises NotAllowed for a lead that cannot be disqualified now, with what to do about it (S R3.24)."""
    if not lifecycle.is_open(lead):
        status = lifecycle.status_of(lead)
        raise NotAllowed(
            N_("%(name)s is %(status)s already; reactivate it first to choose another reason."),
            name=lead.display_name,
            status=status.label if status else "",
        )
    linked = select(Opportunity).where(
        col(Opportunity.originating_lead_id) == lead.id,
        col(Opportunity.status) == int(OpportunityStatus.OPEN),
        col(Opportunity.deleted_on).is_(None),
    )
    opportunity = act.session.scalars(linked.limit(1)).first()
    if opportunity is not None:
        named = act.may(Privilege.READ, opportunity)
        raise NotAllowed(
            N_("%(name)s has an open opportunity, %(opportunity)s. Close that first, then disqualify the lead."),
            name=lead.display_name,
            opportunity=opportunity.topic if named else history.HIDDEN,
        )


def _post(act: Act, lead: Lead, reason: int, comment: str) -> Activity:
    locale = act.who.conventions.locale
    text = gettext(
        locale, N_("Disqualified as %(reason)s: %(comment)s"), reason=gettext(locale, label_of(reason)), comment=comment
    )
    return writing.post(act, "lead", lead.id or 0, text, automatic=True)


def _remind(act: Act, lead: Lead, days: int) -> Activity:
    """A task regarding the lead, due in so many days, on the morning of that day."""
    zone = ZoneInfo(act.who.conventions.zone)
    due = datetime.combine(act.now.astimezone(zone).date() + timedelta(days=days), MORNING).isoformat(
        timespec="minutes"
    )
    subject = gettext(act.who.conventions.locale, N_("Take up again: %(name)s"), name=lead.display_name)
    typed = {"subject": subject, "due_on": due, "remind_on": due}
    return writing.log(act, ActivityKind.TASK, typed, ("lead", lead.id or 0))


def undo(act: Act, operation: Operation) -> None:
    """Take a disqualification back: status and reason are as before, comment and task go unless they were used since.

    Raises NotAllowed if the lead has been reactivated, qualified or disqualified anew since.
    """
    lead = act.find(Lead, operation.record_id, Privilege.WRITE)
    latest = journal.latest(act.session, OperationKind.DISQUALIFY, "lead", operation.record_id)
    if lead.status != LeadStatus.DISQUALIFIED or latest is None or latest.id != operation.id:
        raise NotAllowed(N_("%(name)s has been changed since and stays as it is."), name=lead.display_name)
    before = {"status": lead.status, "status_reason": lead.status_reason}
    journal.undo(act, operation, keep_made=bool(journal.touched(act, operation)))
    changes = [[name, str(was), str(getattr(lead, name))] for name, was in before.items()]
    remark = N_("The disqualification was taken back.")
    entry = history.record(
        act.session, lead, Event.REACTIVATED, by=act.who.id, now=act.now, changes=changes, remark=remark
    )
    notifying.hear(act, lead, entry)


def closing_of(act: Act, lead: Record) -> Closing | None:
    """How a lead that the asker may read was disqualified; None for any other record."""
    if not isinstance(lead, Lead) or lead.status != LeadStatus.DISQUALIFIED:
        return None
    locale = act.who.conventions.locale
    reason = gettext(locale, label_of(lead.status_reason))
    title = gettext(locale, N_("Disqualified as %(reason)s"), reason=reason)
    operation = journal.latest(act.session, OperationKind.DISQUALIFY, "lead", lead.id or 0)
    if operation is None:
        return Closing(title, at=lead.closed_on.isoformat() if lead.closed_on else "")
    who = act.session.get(User, operation.by_id) if operation.by_id else None
    post = act.session.get(Activity, operation.details["post"]) if operation.details.get("post") else None
    # Whoever deleted the post has taken the comment back.
    comment = str(operation.details.get("comment", "")) if post and post.deleted_on is None else ""
    return Closing(title, who.name if who else "", operation.at.isoformat(), comment)


def offers(act: Act, row: Record, may: Mapping[Privilege, Decision]) -> dict[str, str]:
    """Disqualify on open leads, for those who may change them; the reason why not while an opportunity is open."""
    if not isinstance(row, Lead) or not may[Privilege.WRITE] or not lifecycle.is_open(row):
        return {}
    try:
        require_open(act, row)
    except CrmError as refusal:
        return {"disqualify": refusal.text(act.who.conventions.locale)}
    return {"disqualify": ""}
