"""What a qualification could do with a lead: matched records, presets, what a rule of the organisation decides (S 3.5.3-6).

Nothing here writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rxcrm.models import matching, records
from rxcrm.models.access import Privilege, may_create
from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.choices import RecordStatus
from rxcrm.models.contact import Contact
from rxcrm.models.errors import NotFound
from rxcrm.models.fields import MASK, Kind, fields_of, raw, show
from rxcrm.models.lead import Lead
from rxcrm.models.lists import detail_of
from rxcrm.models.matching import Match
from rxcrm.models.merging.survivors import surviving
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.qualifying import mapping
from rxcrm.models.qualifying.doing import MOST_OPPORTUNITIES, NO_COMPANY, Choice, Part, Way, refuse_closed
from rxcrm.models.records import Act, known
from rxcrm.models.tables import record_table
from rxcrm.translation import N_, gettext

#: Who decides about a table: the seller, in the pane, or the rule of S 3.5.5 by itself.
SELLER, AUTOMATIC = "seller", "automatic"
#: Fields that the pane offers for a new record of each table.
OFFERED: dict[str, tuple[str, ...]] = {
    "account": ("name", "main_phone", "website"),
    "contact": ("first_name", "last_name", "job_title", "email", "business_phone"),
    "opportunity": ("topic", "estimated_close_date", "estimated_revenue", "currency", "description"),
}


@dataclass
class Found:
    """An existing record that a qualification may use: how it is recognised, why it is offered, how sure that is.

    `score` is 0 to 100; `certain` ones are chosen beforehand. `link` says that the lead points to it already.
    """

    entity: str
    id: int
    name: str
    detail: str
    reasons: list[str]
    score: int
    certain: bool
    link: bool = False


@dataclass
class Block:
    """The account or the contact in the pane: the preset `way` and record, the reason why `new` cannot be chosen.

    `fixed` says that the organisation decides; `values` are what a new record would hold, raw.
    """

    entity: str
    way: str
    id: int
    fixed: bool
    no_new: str
    found: list[Found]
    values: dict[str, str]
    #: Secured fields that are copied without being shown.
    sealed: list[str] = field(default_factory=list)
    #: What else a new record would get from the lead: label and text of each field.
    copied: list[list[str]] = field(default_factory=list)


@dataclass
class Proposal:
    """Everything that the pane shows of a lead. `deals` are the raw values of the opportunities that are preset."""

    lead_id: int
    version: int
    name: str
    topic: str
    company: str
    account: Block
    contact: Block
    deals: list[dict[str, str]]
    deals_fixed: bool
    no_deals: str
    most: int
    blank: dict[str, str] = field(default_factory=dict)
    #: Fields of the opportunities that are secured and copied without being shown.
    sealed: list[str] = field(default_factory=list)
    #: What else the opportunities would get from the lead.
    copied: list[list[str]] = field(default_factory=list)
    #: Why the pane shows another lead than the one that it was opened for.
    notice: str = ""

    @property
    def questions(self) -> bool:
        """Whether somebody has to look: the seller decides something, or a certain match is not linked yet."""
        open_blocks = any(not block.fixed or _conflict(block) for block in (self.account, self.contact))
        return open_blocks or not self.deals_fixed


def _conflict(block: Block) -> bool:
    return block.way == Way.NEW and any(found.certain for found in block.found)


def proposal(act: Act, lead_id: int) -> Proposal:
    """What the pane opens with: the lead, or the one into which it was merged.

    Raises NotFound, or NotAllowed for a closed lead: who closed it and when.
    """
    wanted = act.find(Lead, lead_id)
    lead = act.find(Lead, surviving(act.session, "lead", lead_id), Privilege.WRITE)
    refuse_closed(act, lead)
    found = _of_one(act, lead)
    if wanted is not lead:
        merged = N_("%(name)s was merged into %(other)s, which is shown here.")
        names = {"name": wanted.display_name, "other": lead.display_name}
        found.notice = gettext(act.who.conventions.locale, merged, **names)
    return found


def _of_one(act: Act, lead: Lead) -> Proposal:
    near = {table: matching.like(act, lead, table.entity) for table in (Account, Contact)}
    found = _proposal(act, lead, near[Account], near[Contact])
    found.account.copied, found.contact.copied = _copied(act, lead, Account), _copied(act, lead, Contact)
    found.copied = _copied(act, lead, Opportunity)
    return found


def _copied(act: Act, lead: Lead, table: type[Record]) -> list[list[str]]:
    """What a new record would get from the lead in fields that the pane does not offer, in words as far as he may know them."""
    specs, how = fields_of(table), act.conventions_of(lead)
    known, unread = mapping.values(lead, table.entity), mapping.unread(act.who, table.entity)
    told = []
    for name in specs:
        spec, value = specs[name], known.get(name)
        if name in OFFERED[table.entity] or value is None or (spec.kind is Kind.YESNO and value is False):
            continue
        if name in unread:
            text = MASK
        else:
            text = records.name_of(act, spec.target, value) if spec.kind is Kind.LOOKUP else show(spec, value, how)
        told.append([gettext(how.locale, spec.label), gettext(how.locale, text)])
    return told


def proposals(act: Act, leads: list[Lead]) -> list[Proposal]:
    """The same for several open leads that were found with WRITE; matched in few statements (S R3.21 [OURS])."""
    accounts = matching.like_many(act, leads, "account")
    contacts = matching.like_many(act, leads, "contact")
    return [_proposal(act, lead, accounts.get(lead.id or 0, []), contacts.get(lead.id or 0, [])) for lead in leads]


def _proposal(act: Act, lead: Lead, accounts: list[Match], contacts: list[Match]) -> Proposal:
    organisation = act.organisation
    linked_contact, linked_account = (known(act, lead, f"existing_{table.entity}_id") for table in (Contact, Account))
    contact = _block(act, lead, Contact, contacts, linked_contact or None, organisation.qualify_contact)
    account = _block(act, lead, Account, accounts, linked_account or None, organisation.qualify_account)
    if account.way != Way.EXISTING and contact.way == Way.EXISTING:
        _follow_contact(act, contact, account)
    creates = may_create(act.who, "opportunity")
    deal = _raw(act, lead, Opportunity, with_person=True)
    deal["currency"] = deal["currency"] or organisation.currency
    return Proposal(
        lead_id=lead.id or 0,
        version=lead.version,
        name=lead.display_name,
        topic=lead.topic,
        company=known(act, lead, "company_name"),
        account=account,
        contact=contact,
        deals=[deal] if creates else [],
        deals_fixed=organisation.qualify_opportunity == AUTOMATIC,
        no_deals="" if creates else gettext(act.who.conventions.locale, creates.because),
        most=MOST_OPPORTUNITIES if organisation.qualify_several else 1,
        blank={"currency": deal["currency"]},
        sealed=_sealed(act, Opportunity),
    )


def _block(act: Act, lead: Lead, table: type[Record], near: list[Match], linked: int | None, decides: str) -> Block:
    """One block with its preset: what the lead points to, else a certain match, else a new record where one can be made."""
    entity, locale = table.entity, act.who.conventions.locale
    found = [Found(m.entity, m.id, m.name, m.detail, list(m.reasons), m.score, m.certain) for m in near]
    if linked and (row := _usable(act, table, linked)):
        found = [one for one in found if one.id != linked]
        found.insert(0, Found(entity, linked, row.display_name, detail_of(act, row), [], 100, True, link=True))
    because = gettext(locale, may_create(act.who, entity).because)
    if table is Account and not lead.company_name:
        because = gettext(locale, NO_COMPANY)
    certain = next((one for one in found if one.link), None) or next((one for one in found if one.certain), None)
    if certain and (certain.link or decides == SELLER):
        way, chosen = Way.EXISTING, certain.id
    else:
        way, chosen = (Way.SKIP if because else Way.NEW), 0
    values = _raw(act, lead, table, with_person=True)
    return Block(entity, way.value, chosen, decides == AUTOMATIC, because, found, values, _sealed(act, table))


def _follow_contact(act: Act, contact: Block, account: Block) -> None:
    """A chosen contact brings his account; an account is not created beside him unless somebody asks for it (S 3.5.5)."""
    person = act.find(Contact, contact.id)
    own = _usable(act, Account, person.account_id) if person.account_id else None
    if own is None:
        account.way = Way.SKIP.value
        return
    account.found = [one for one in account.found if one.id != own.id]
    account.found.insert(0, Found("account", own.id or 0, own.display_name, detail_of(act, own), [], 100, True))
    account.way, account.id = Way.EXISTING.value, own.id or 0


def _usable(act: Act, table: type[Record], record_id: int) -> Any:
    """An active record that the asker may see, or None."""
    try:
        row: Any = act.find(table, record_id)
    except NotFound:
        return None
    return row if row.status == RecordStatus.ACTIVE else None


def _raw(act: Act, lead: Lead, table: type[Record], *, with_person: bool) -> dict[str, str]:
    """What the pane shows of a new record: nothing of the fields that the asker may not fill in or see (sealed)."""
    known = mapping.values(lead, table.entity, with_person=with_person)
    sealed = _sealed(act, table)
    return {name: raw(known[name]) if name in known and name not in sealed else "" for name in OFFERED[table.entity]}


def _sealed(act: Act, table: type[Record]) -> list[str]:
    """The fields that the pane does not let the asker fill in: their values are copied without being shown."""
    specs, unread = fields_of(table), mapping.unread(act.who, table.entity)
    return [n for n in OFFERED[table.entity] if n in unread or not act.who.may_fill(specs[n], new=True)]


def decided(found: Proposal) -> Choice:
    """The choice that a proposal is preset with: what happens when nobody changes anything."""
    account, contact = (Part(Way(block.way), block.id) for block in (found.account, found.contact))
    customer = account.way is not Way.SKIP or contact.way is not Way.SKIP
    return Choice(account, contact, ({},) * len(found.deals) if customer else ())


def offered(entity: str) -> dict[str, Any]:
    """The fields that the pane offers for a new record."""
    specs = fields_of(record_table(entity))
    return {name: specs[name] for name in OFFERED[entity]}
