"""Close as Won, Close as Lost, and Reopen Opportunity (S 1.4, R3.28)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from rxcrm.models import history, lifecycle, notifying, process, records
from rxcrm.models.access import Decision, Privilege
from rxcrm.models.base import Record
from rxcrm.models.choices import OpportunityStatus
from rxcrm.models.connection import Competitor, CompetitorLink
from rxcrm.models.connections import competitors
from rxcrm.models.connections.competitors import CompetitorView
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed
from rxcrm.models.fields import fields_of, parse, raw, show
from rxcrm.models.history import Event
from rxcrm.models.lifecycle import Closing
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.process import ProcessStatus, Unwritten
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext

#: What each dialog asks for; the competitor is no described field.
_ASKED = {
    OpportunityStatus.WON: ("actual_revenue", "actual_close_date", "status_reason", "closing_description"),
    OpportunityStatus.LOST: ("actual_close_date", "status_reason", "competitor_id", "closing_description"),
}
_EVENTS = {OpportunityStatus.WON: Event.WON, OpportunityStatus.LOST: Event.LOST}
#: What reopening empties again.
_RESULT: dict[str, Any] = {"actual_revenue": None, "actual_close_date": None, "closing_description": ""}


@dataclass
class Draft:
    """What a closing dialog begins with: values as form controls hold them, the reasons and the known competitors."""

    status: int
    values: dict[str, str]
    reasons: list[tuple[str, str]]
    competitors: list[CompetitorView]


def draft(act: Act, opportunity: Opportunity, status: OpportunityStatus) -> Draft:
    """The preset values: Actual Revenue is Est. Revenue, Close Date is today in the user's zone (S 1.4)."""
    require_open(opportunity)
    reasons = lifecycle.reasons_of("opportunity")[status]
    known = act.who.may_read(fields_of(Opportunity)["estimated_revenue"])
    values = {
        "actual_revenue": raw(opportunity.estimated_revenue) if known else "",
        "actual_close_date": raw(_today(act)),
        "status_reason": str(lifecycle.chosen_default("opportunity", status) or int(reasons[-1])),
        "competitor_id": "",
        "closing_description": "",
    }
    return Draft(
        int(status),
        {name: values[name] for name in _asked(act, status)},
        [(str(int(reason)), gettext(act.who.conventions.locale, reason.label)) for reason in reasons],
        competitors.of(act, opportunity),
    )


def _asked(act: Act, status: OpportunityStatus) -> list[str]:
    """What a dialog asks the user for: not for secured fields that he may not fill in."""
    specs = fields_of(Opportunity)
    return [name for name in _ASKED[status] if name not in specs or act.who.may_fill(specs[name])]


def _unasked(act: Act, row: Opportunity) -> dict[str, Any]:
    """What stands in those: the preset values."""
    return {"actual_revenue": row.estimated_revenue, "actual_close_date": _today(act), "closing_description": ""}


def win(act: Act, opportunity: Opportunity, typed: Mapping[str, str]) -> None:
    """Close as Won: actual revenue, close date, status reason and description (S 1.4). Found with WRITE."""
    _close(act, opportunity, OpportunityStatus.WON, typed)


def lose(act: Act, opportunity: Opportunity, typed: Mapping[str, str]) -> None:
    """Close as Lost: close date, status reason, description, and the competitor who got it (S 1.4). Found with WRITE."""
    _close(act, opportunity, OpportunityStatus.LOST, typed)


def _close(act: Act, row: Opportunity, status: OpportunityStatus, typed: Mapping[str, str]) -> None:
    """Raises NotAllowed for a closed opportunity, Invalid with every bad value; then nothing is written."""
    require_open(row)
    values = _checked(act, row, status, typed)
    rival: Competitor | None = values.pop("competitor_id", None)
    values["status"] = int(status)
    changes = history.difference(Opportunity, row, values)
    if rival is not None:
        changes.append(["competitor", "", str(rival.id), "", rival.name])
        if act.session.get(CompetitorLink, (row.entity, row.id, rival.id)) is None:
            competitors.add(act, row, rival.id or 0)
    for name, value in values.items():
        setattr(row, name, value)
    row.closed_on, row.competitor_id = act.now, rival.id if rival else None
    records.touch(act, row)
    if instance := process.process_of(act.session, row.entity, row.id or 0):
        process.end_stay(act, instance, Unwritten(act.session))
    entry = history.record(act.session, row, _EVENTS[status], by=act.who.id, now=act.now, changes=changes)
    notifying.hear(act, row, entry)


def reopen(act: Act, opportunity: Opportunity) -> None:
    """Reopen Opportunity (S R3.28): it is in progress again, without result; history keeps what the result was."""
    require_closed(opportunity)
    reason = lifecycle.open_reasons("opportunity")[0]
    values = {"status": int(OpportunityStatus.OPEN), "status_reason": int(reason), **_RESULT}
    changes = history.difference(Opportunity, opportunity, values)
    for name, value in values.items():
        setattr(opportunity, name, value)
    opportunity.closed_on = opportunity.competitor_id = None
    records.touch(act, opportunity)
    instance = process.process_of(act.session, "opportunity", opportunity.id or 0)
    if instance and instance.status == ProcessStatus.ACTIVE:
        # The time during which it was closed does not count.
        process.enter(act, instance, instance.stage, Unwritten(act.session))
    entry = history.record(act.session, opportunity, Event.REOPENED, by=act.who.id, now=act.now, changes=changes)
    notifying.hear(act, opportunity, entry)


def require_open(opportunity: Opportunity) -> None:
    """Raises NotAllowed for an opportunity that is closed already, with what to do."""
    if not lifecycle.is_open(opportunity):
        raise NotAllowed(
            N_("%(name)s is closed already: %(status)s. Reopen it first to close it otherwise."),
            name=opportunity.display_name,
            status=OpportunityStatus(opportunity.status).label,
        )


def require_closed(opportunity: Opportunity) -> None:
    """Raises NotAllowed for an open opportunity."""
    if lifecycle.is_open(opportunity):
        raise NotAllowed(N_("%(name)s is open; there is nothing to reopen."), name=opportunity.display_name)


def _checked(act: Act, row: Opportunity, status: OpportunityStatus, typed: Mapping[str, str]) -> dict[str, Any]:
    """Stored values for what the dialog holds; raises Invalid with every bad one."""
    specs, values = fields_of(Opportunity), dict[str, Any]()
    problems: dict[str, CrmError] = {}
    asked = _asked(act, status)
    for name in typed.keys() - set(asked):
        refusal = act.who.refusal(specs[name]) if name in specs else None
        problems[name] = refusal or BadValue(N_("There is no field “%(name)s” to fill in."), name=name[:80])
    values |= {name: value for name, value in _unasked(act, row).items() if name in _ASKED[status]}
    for name in asked:
        text = typed.get(name, "")
        try:
            if name == "competitor_id":
                values[name] = _competitor(act, text)
            else:
                values[name] = parse(specs[name], text, act.conventions_of(row))
        except CrmError as problem:
            problems[name] = problem
    if "actual_close_date" not in problems:
        closed_on: date | None = values["actual_close_date"]
        label = specs["actual_close_date"].label
        if closed_on is None:
            problems["actual_close_date"] = BadValue(N_("%(label)s is required."), label=label)
        elif closed_on > _today(act):
            problems["actual_close_date"] = BadValue(N_("%(label)s cannot lie in the future."), label=label)
    if "status_reason" not in problems and not lifecycle.fits("opportunity", int(status), values["status_reason"]):
        problems["status_reason"] = BadValue(
            N_("%(label)s does not fit the status of this record."), label=specs["status_reason"].label
        )
    if problems:
        raise Invalid(problems)
    return values


def _competitor(act: Act, text: str) -> Competitor | None:
    """The competitor who got it; none if nothing is chosen. Raises BadValue."""
    if not text.strip():
        return None
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    found = act.session.get(Competitor, number) if number else None
    if found is None:
        raise BadValue(N_("There is no such competitor."))
    return found


def _today(act: Act) -> date:
    return act.now.astimezone(ZoneInfo(act.who.conventions.zone)).date()


def offers(act: Act, row: Record, may: Mapping[Privilege, Decision]) -> dict[str, str]:
    """Close as Won and Close as Lost on open opportunities, Reopen on closed ones, for those who may change them."""
    if not isinstance(row, Opportunity) or not may[Privilege.WRITE]:
        return {}
    return {"close_won": "", "close_lost": ""} if lifecycle.is_open(row) else {"reopen": ""}


def closing_of(act: Act, row: Record) -> Closing | None:
    """How an opportunity that the asker may read was closed; None for any other record."""
    if not isinstance(row, Opportunity) or lifecycle.is_open(row):
        return None
    who, at = history.latest_of(act.session, row, *_EVENTS.values())
    told = act.who.may_read(fields_of(Opportunity)["closing_description"])
    return Closing(_title(act, row), who, at or raw(row.closed_on), comment=row.closing_description if told else "")


def _title(act: Act, row: Opportunity) -> str:
    """What was won, or why and to whom it was lost."""
    how = act.conventions_of(row)
    if row.status == OpportunityStatus.WON:
        spec = fields_of(Opportunity)["actual_revenue"]
        if row.actual_revenue is None or not act.who.may_read(spec):
            return gettext(how.locale, N_("Closed as Won"))
        amount = show(spec, row.actual_revenue, how)
        return gettext(how.locale, N_("Closed as Won: %(amount)s"), amount=amount)
    reason = show(fields_of(Opportunity)["status_reason"], row.status_reason, how)
    rival = act.session.get(Competitor, row.competitor_id) if row.competitor_id else None
    if rival is None:
        return gettext(how.locale, N_("Closed as Lost: %(reason)s"), reason=reason)
    return gettext(
        how.locale, N_("Closed as Lost: %(reason)s, to %(competitor)s"), reason=reason, competitor=rival.name
    )
