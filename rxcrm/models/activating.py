"""Activate and Deactivate accounts and contacts; an inactive one is read-only (S 1.2, 1.3)."""

from __future__ import annotations

from collections.abc import Mapping

from rxcrm.models import history, lifecycle, notifying, records
from rxcrm.models.access import Decision, Privilege
from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.choices import RecordStatus
from rxcrm.models.contact import Contact
from rxcrm.models.errors import CrmError, NotAllowed
from rxcrm.models.history import Event
from rxcrm.models.lifecycle import Closing
from rxcrm.models.merging import require_kept
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext


def deactivate(act: Act, row: Record) -> None:
    """Make an active account or contact, found with WRITE, inactive: read-only, and left out of the active views."""
    _require(row, RecordStatus.ACTIVE, N_("%(name)s is inactive already."))
    _move(act, row, RecordStatus.INACTIVE, Event.DEACTIVATED)


def activate(act: Act, row: Record) -> None:
    """Make an inactive account or contact, found with WRITE, active again."""
    _require(row, RecordStatus.INACTIVE, N_("%(name)s is active already."))
    require_kept(act.session, row)
    _move(act, row, RecordStatus.ACTIVE, Event.ACTIVATED)


def _require(row: Record, status: RecordStatus, otherwise: str) -> None:
    if not isinstance(row, Account | Contact):
        raise NotAllowed(N_("Only accounts and contacts are activated and deactivated."))
    if row.status != status:
        raise NotAllowed(otherwise, name=row.display_name)


def _move(act: Act, row: Record, status: RecordStatus, event: Event) -> None:
    values = {"status": int(status), "status_reason": lifecycle.default_reason(row.entity, status)}
    changes = history.difference(type(row), row, values)
    for name, value in values.items():
        setattr(row, name, value)
    records.touch(act, row)
    entry = history.record(act.session, row, event, by=act.who.id, now=act.now, changes=changes)
    notifying.hear(act, row, entry)


def offers(act: Act, row: Record, may: Mapping[Privilege, Decision]) -> dict[str, str]:
    """Deactivate on active accounts and contacts, Activate on inactive ones, for those who may change them."""
    if not isinstance(row, Account | Contact) or not may[Privilege.WRITE]:
        return {}
    if lifecycle.is_open(row):
        return {"deactivate": ""}
    try:
        require_kept(act.session, row)
    except CrmError as refusal:
        return {"activate": refusal.text(act.who.conventions.locale)}
    return {"activate": ""}


def closing_of(act: Act, row: Record) -> Closing | None:
    """Who made an account or contact that the asker may read inactive, and when; None for any other record."""
    if not isinstance(row, Account | Contact) or lifecycle.is_open(row):
        return None
    title = gettext(act.who.conventions.locale, N_("Inactive, and read-only until it is activated"))
    return Closing(title, *history.latest_of(act.session, row, Event.DEACTIVATED))
