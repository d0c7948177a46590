"""Create contact or account now: a record out of a lead that stays open (issue 4, part 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rxcrm.models import lifecycle, matching, records
from rxcrm.models.access import Decision, Privilege, may_create, may_own
from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.contact import Contact
from rxcrm.models.errors import CrmError, NotAllowed, NotFound, NotYet
from rxcrm.models.fields import fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.matching import Match
from rxcrm.models.people import User
from rxcrm.models.qualifying import mapping
from rxcrm.models.records import Act
from rxcrm.translation import N_

#: Tables of which a lead can make a record, with the look-up of the lead that names it then.
LINKS: dict[str, tuple[type[Record], str]] = {
    "contact": (Contact, "existing_contact_id"),
    "account": (Account, "existing_account_id"),
}


@dataclass
class Created:
    """What came of it: the new record, or none and the records that are certainly the same."""

    row: Record | None = None
    matches: list[Match] = field(default_factory=list)


def create_now(act: Act, lead: Lead, entity: str, *, anyway: bool = False) -> Created:
    """Make a contact or account out of an open lead, found with WRITE, and set it as the lead's existing one.

    It gets what a qualification would copy (S 3.5.7) and the lead's owner; a contact joins the existing account.
    Where a record that the asker may see is certainly the same, nothing is made unless `anyway`. Raises NotAllowed for
    a closed lead, one that has such a record already, or without the privilege; NotYet without the name of the company.
    """
    table, link = _open_link(lead, entity)
    if not (decision := may_create(act.who, entity)):
        raise NotAllowed(decision.because)
    if entity == "account" and not lead.company_name:
        raise NotYet(N_("Fill in the company name first; the account is called so."), ["company_name"])
    row = table(created_on=act.now, modified_on=act.now, created_by_id=act.who.id, modified_by_id=act.who.id)
    for name, value in mapping.values(lead, entity).items():
        setattr(row, name, value)
    if not anyway and (certain := [match for match in matching.like(act, row, entity) if match.certain]):
        return Created(matches=certain)
    if not getattr(row, "currency"):  # noqa: B009  (both tables have one)
        setattr(row, "currency", act.organisation.currency)  # noqa: B010
    setattr(row, "originating_lead_id", lead.id)  # noqa: B010
    if isinstance(row, Contact) and lead.existing_account_id:
        account = act.session.get(Account, lead.existing_account_id)
        row.account_id = account.id if account and account.deleted_on is None else None
    records.own(row, _owner(act, lead, entity))
    records.add(act, row)
    records.save(act, lead, {link: str(row.id)})
    return Created(row)


def use_existing(act: Act, lead: Lead, entity: str, record_id: int) -> Record:
    """Set a record that there is already as the lead's existing one, in place of making another."""
    table, link = _open_link(lead, entity)
    row = act.find(table, record_id)
    records.save(act, lead, {link: str(row.id)})
    return row


def _open_link(lead: Lead, entity: str) -> tuple[type[Record], str]:
    """The table and the look-up, which is empty. Raises what refuses."""
    if entity not in LINKS:
        raise NotFound
    lifecycle.require_open(lead)
    table, link = LINKS[entity]
    if getattr(lead, link) is not None:
        raise NotAllowed(N_("%(name)s has an existing %(kind)s already."), name=lead.display_name, kind=_KINDS[entity])
    return table, link


_KINDS = {"contact": N_("contact"), "account": N_("account")}


def _owner(act: Act, lead: Lead, entity: str) -> User:
    """Whoever owns the lead, where the asker may make records for him; else the asker."""
    owner = act.session.get(User, lead.owner_user_id) if lead.owner_user_id else None
    if owner is not None and not owner.disabled and may_own(act.who, entity, Privilege.CREATE, owner):
        return owner
    return act.session.get_one(User, act.who.id)


def offers(act: Act, row: Record, may: Mapping[Privilege, Decision]) -> dict[str, str]:
    """Create contact and account on open leads, for those who may change them and make such records."""
    if not isinstance(row, Lead) or not may[Privilege.WRITE] or not lifecycle.is_open(row):
        return {}
    found = {}
    for entity, (_, link) in LINKS.items():
        if may_create(act.who, entity) and act.who.may_fill(fields_of(Lead)[link]):
            try:
                _open_link(row, entity)
                found[f"create_{entity}"] = ""
            except CrmError as refusal:
                found[f"create_{entity}"] = refusal.text(act.who.conventions.locale)
    return found
