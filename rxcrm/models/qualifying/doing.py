"""Qualify one lead: everything in one transaction, or nothing (S 3.5 [OURS])."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from rxcrm.models import customers, history, lifecycle, process, records
from rxcrm.models.access import Privilege
from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.choices import LeadStatus, OpportunityStage, RecordStatus
from rxcrm.models.connections import upkeep
from rxcrm.models.contact import Contact
from rxcrm.models.errors import CrmError, Invalid, NotAllowed, Stale
from rxcrm.models.fields import Kind, fields_of, show
from rxcrm.models.history import Event, History
from rxcrm.models.journal import Journal
from rxcrm.models.lead import Lead
from rxcrm.models.merging.survivors import surviving
from rxcrm.models.notifying import hear
from rxcrm.models.operation import OperationKind
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.qualifying import mapping
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext

R = TypeVar("R", bound=Record)

#: Opportunities of one qualification (S 3.5.4).
MOST_OPPORTUNITIES = 5


class Way(StrEnum):
    """Where the account or the contact of a qualification comes from."""

    NEW = "new"
    EXISTING = "existing"
    SKIP = "skip"


@dataclass(frozen=True)
class Part:
    """What becomes of the account or the contact: `id` names an existing one, `typed` are fields of a new one."""

    way: Way = Way.SKIP
    id: int = 0
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """What a seller decided: `deals` are the fields typed for each opportunity, the primary one first.

    With `fill`, empty fields of existing records are filled from the lead; nothing is ever overwritten.
    """

    account: Part = Part()
    contact: Part = Part()
    deals: tuple[Mapping[str, str], ...] = ()
    fill: bool = False


@dataclass
class Result:
    """A record that a qualification made or used."""

    entity: str
    id: int
    name: str
    made: bool


@dataclass
class Outcome:
    """What came of a qualification. `notes` say in the reader's language what was left out, and why."""

    lead_id: int
    operation_id: int
    results: list[Result]
    notes: list[str]
    #: The opportunity that continues the process; 0 without one, or if the asker may not see it: it is the lead owner's.
    primary: int = 0


def qualify(act: Act, lead_id: int, version: int | None, choice: Choice) -> Outcome:
    """Turn an open lead into what was chosen, link everything (S 3.5.5), close the lead, carry the process on.

    Raises NotFound; NotAllowed for a closed lead (who closed it and when) or missing privileges (each by name); Stale;
    Invalid with problems under `account`, `contact`, `deals` or `part.field`, `deals.N.field`. Then nothing is written.
    """
    lead = act.find(Lead, lead_id, Privilege.WRITE)
    refuse_closed(act, lead)
    if version is not None and lead.version != version:
        raise Stale
    return _Qualification(act, lead, choice).carry_out()


def refuse_closed(act: Act, lead: Lead) -> None:
    """Raises NotAllowed for a lead that is not open: who closed it, when, and as what (S 3.5.8)."""
    if lead.is_open:
        return
    who, at = history.latest_of(act.session, lead, Event.QUALIFIED, Event.DISQUALIFIED)
    status = LeadStatus(lead.status).label
    if not who:
        raise NotAllowed(
            N_("This lead is %(status)s already. Reactivate it if you want to qualify it again."), status=status
        )
    raise NotAllowed(
        N_("%(who)s closed this lead on %(when)s: it is %(status)s. Reactivate it if you want to qualify it again."),
        who=who,
        when=show(fields_of(Lead)["created_on"], datetime.fromisoformat(at), act.who.conventions),
        status=status,
    )


def privileges_missing(act: Act, choice: Choice, entity_of: Mapping[str, bool]) -> list[str]:
    """The privileges that a qualification needs and the asker's roles do not give, in his language (S 3.5.8)."""
    wanted: list[tuple[str, Privilege]] = [("lead", Privilege.APPEND_TO)]
    for entity, created in entity_of.items():
        if created:
            wanted.append((entity, Privilege.CREATE))
        wanted += [(entity, Privilege.APPEND), (entity, Privilege.APPEND_TO)]
    locale = act.who.conventions.locale
    return [
        gettext(locale, N_("%(privilege)s (%(table)s)"), privilege=_PRIVILEGE[p], table=_TITLES[entity])
        for entity, p in wanted
        if not act.who.holds(p, entity)
    ]


_PRIVILEGE = {Privilege.CREATE: N_("Create"), Privilege.APPEND: N_("Append"), Privilege.APPEND_TO: N_("Append To")}
_TITLES: dict[str, str] = {table.entity: table.title for table in (Lead, Account, Contact, Opportunity)}


class _Qualification:
    """The writes of one qualification, in their order."""

    def __init__(self, act: Act, lead: Lead, choice: Choice) -> None:
        self.act, self.lead, self.choice = act, lead, choice
        self.journal = Journal(act)
        self.owner = records.owner_of(act.session, lead)
        self.made: list[Record] = []
        self.deals: list[Opportunity] = []
        self.notes: list[str] = []
        self.told: list[History] = []
        self.problems: dict[str, CrmError] = {}

    def carry_out(self) -> Outcome:
        self._check()
        account = self._part("account", Account, self.choice.account)
        contact = self._part("contact", Contact, self.choice.contact)
        rows = [self._prepared(Opportunity, typed, f"deals.{n}") for n, typed in enumerate(self.choice.deals)]
        if self.problems:
            raise Invalid(self.problems)
        if account:
            self._settle_account(account)
        if contact:
            self._settle_contact(contact, account)
        if account and contact:
            self._make_primary(account, contact)
        for row in rows:
            if row:
                self._deal(row, account, contact)
        self._close(account, contact)
        newest = history.write(self.act.session, self.told)
        operation = self.journal.close(OperationKind.QUALIFY, self.lead, newest=newest)
        found = [row for row in (account, contact, *self.deals) if row]
        results = [Result(row.entity, row.id or 0, row.display_name, row in self.made) for row in found]
        primary = self.deals[0] if self.deals else None
        opens = primary is not None and self.act.may(Privilege.READ, primary)
        return Outcome(
            self.lead.id or 0, operation.id or 0, results, self.notes, (primary.id or 0) if primary and opens else 0
        )

    # -- before anything is written ----------------------------------------------------------------------------------

    def _check(self) -> None:
        choice, act = self.choice, self.act
        used = {"account": choice.account, "contact": choice.contact}
        tables = {entity: part.way is Way.NEW for entity, part in used.items() if part.way is not Way.SKIP}
        if choice.deals:
            tables["opportunity"] = True
        if missing := privileges_missing(act, choice, tables):
            raise NotAllowed(
                N_("Your roles do not give the privileges that this qualification needs: %(list)s."),
                list=", ".join(missing),
            )
        several = len(choice.deals) > 1
        most = MOST_OPPORTUNITIES if several and act.organisation.qualify_several else 1
        if len(choice.deals) > most:
            raise Invalid(
                {"deals": NotAllowed(N_("At most %(n)s opportunities can be created with one lead."), n=most)}
            )
        if choice.deals and all(part.way is Way.SKIP for part in used.values()):
            raise Invalid({"deals": NotAllowed(customers.NEEDED)})
        if choice.account.way is Way.NEW and not self.lead.company_name and not choice.account.typed.get("name"):
            raise Invalid({"account": NotAllowed(NO_COMPANY)})

    def _part(self, name: str, table: type[R], part: Part) -> R | None:
        """The account or contact: prepared but not yet written, or found with Append To. Problems are collected."""
        if part.way is Way.SKIP:
            return None
        if part.way is Way.NEW:
            return self._prepared(table, part.typed, name)
        try:
            # What was merged away since the pane was opened lives on in another record.
            found = self.act.find(table, surviving(self.act.session, name, part.id), Privilege.APPEND_TO)
            if getattr(found, "status") != RecordStatus.ACTIVE:  # noqa: B009  (accounts and contacts have one)
                raise NotAllowed(
                    N_("%(name)s is inactive. Choose another or activate it first."), name=found.display_name
                )
        except CrmError as refusal:
            self.problems[name] = refusal
            return None
        return found

    def _prepared(self, table: type[R], typed: Mapping[str, str], name: str) -> R | None:
        """A new record with what the lead gives and what was typed over it."""
        act, lead = self.act, self.lead
        row = table(created_on=act.now, modified_on=act.now, created_by_id=act.who.id, modified_by_id=act.who.id)
        person = self.choice.contact.way is not Way.SKIP
        for field_name, value in mapping.values(lead, table.entity, with_person=person).items():
            setattr(row, field_name, value)
        if not getattr(row, "currency"):  # noqa: B009  (all three tables have one)
            row.currency = act.organisation.currency
        row.originating_lead_id = lead.id
        records.own(row, self.owner)
        typed = mapping.fillable(act.who, table.entity, typed)
        try:
            checked = records.check(act, row, typed, complete=True)
        except Invalid as refusal:
            self.problems |= {f"{name}.{key}": problem for key, problem in refusal.problems.items()}
            return None
        for field_name, value in checked.items():
            setattr(row, field_name, value)
        if lead.currency and not mapping.same_currency(lead, row):
            # An amount of the lead is another one in the currency that was chosen here.
            for amount in mapping.amounts(row) - set(typed):
                setattr(row, amount, None)
        return row

    # -- writing -----------------------------------------------------------------------------------------------------

    def _settle_account(self, account: Account) -> None:
        if account.id is None:
            self._store(account)
        else:
            self._change(account, self._blanks(account))

    def _settle_contact(self, contact: Contact, account: Account | None) -> None:
        """A contact belongs to the account unless it has one already (S 13.25)."""
        joins = account is not None and contact.account_id is None
        if contact.id is None:
            if account and joins:
                contact.account_id = account.id
            self._store(contact)
            return
        values = self._blanks(contact)
        if account and joins:
            if self.act.may(Privilege.APPEND, contact):
                values["account_id"] = account.id
            else:
                self._note(N_("%(contact)s was not linked to %(account)s, which you may not do."), contact, account)
        self._change(contact, values, *([account] if account else []))

    def _make_primary(self, account: Account, contact: Contact) -> None:
        """A created contact becomes the primary one of an account without any; so does the one of a new account (S 3.5.5)."""
        if account.primary_contact_id is not None or not (account in self.made or contact in self.made):
            return
        if account in self.made:
            account.primary_contact_id = contact.id
        elif self.act.may(Privilege.APPEND, account):
            self._change(account, {"primary_contact_id": contact.id}, contact)
        else:
            self._note(
                N_("%(contact)s was not made the primary contact of %(account)s, which you may not do."),
                contact,
                account,
            )

    def _deal(self, row: Opportunity, account: Account | None, contact: Contact | None) -> None:
        """An opportunity of the customer; the first one enters the process of the lead, the others begin their own."""
        row.account_id, row.contact_id = account.id if account else None, contact.id if contact else None
        row.sales_stage = int(OpportunityStage.DEVELOP if not self.deals else OpportunityStage.QUALIFY)
        self._store(row)
        self.deals.append(row)

    def _close(self, account: Account | None, contact: Contact | None) -> None:
        """The lead is qualified, linked to what it became, and its process goes on in the primary opportunity."""
        act, lead = self.act, self.lead
        values: dict[str, Any] = {"status": int(LeadStatus.QUALIFIED)}
        values["status_reason"] = lifecycle.default_reason("lead", LeadStatus.QUALIFIED)
        for name, row in (("existing_account_id", account), ("existing_contact_id", contact)):
            # A link that the asker may not change stays; he was not shown that there is one.
            if row and (getattr(lead, name) is None or act.who.may_fill(fields_of(Lead)[name])):
                values[name] = row.id
        changes = self._named(lead, history.difference(Lead, lead, values), account, contact)
        self.journal.set(lead, **values, closed_on=act.now)
        records.touch(act, lead)
        hear(act, lead, self._tell(lead, Event.QUALIFIED, changes))
        if self.deals:
            upkeep.carried(act, lead, self.deals)
            process.advance_to_opportunity(act, lead, self.deals[0], self.journal, fresh=True)
            for other in self.deals[1:]:
                process.begin(act.session, other, now=act.now)

    def _store(self, row: R) -> R:
        act = self.act
        customers.settle(act.session, row)
        row.refresh_keys()
        act.session.add(row)
        act.session.flush()
        self.journal.made(row)
        self.made.append(row)
        about = ["connection", f"lead:{self.lead.id}", self.lead.display_name, ""]
        self._tell(row, Event.QUALIFIED_FROM, [about])
        records.tell(act, row)
        return row

    def _blanks(self, row: Record) -> dict[str, Any]:
        """What fills empty fields of an existing record, where the seller asked for it and may write it."""
        if not self.choice.fill:
            return {}
        values = mapping.blanks(self.lead, row, with_person=self.choice.contact.way is not Way.SKIP)
        if values and not self.act.may(Privilege.WRITE, row):
            self._note(N_("Empty fields of %(contact)s were not filled, as you may not change it."), row)
            return {}
        return values

    def _change(self, row: Record, values: dict[str, Any], *linked: Record) -> None:
        """Write into an existing record, with one entry in its history; `linked` are records that it points to now."""
        if not values:
            return
        changes = self._named(row, history.difference(type(row), row, values), *linked)
        self.journal.set(row, **values)
        records.touch(self.act, row)
        upkeep.saved(self.act, row, changes)
        hear(self.act, row, self._tell(row, Event.CHANGED, changes))

    def _tell(self, row: Record, event: Event, changes: list[list[str]]) -> History:
        """An entry for the history of a record; all of them are written at the end."""
        entry = history.entry_of(row, event, by=self.act.who.id, now=self.act.now, changes=changes)
        self.told.append(entry)
        return entry

    def _named(self, row: Record, changes: list[list[str]], *linked: Record | None) -> list[list[str]]:
        """Changes with the names of linked records; only one that was there before has to be looked up."""
        names = {(other.entity, str(other.id)): other.display_name for other in linked if other}
        specs = fields_of(type(row))

        def name(entity: str, value: str) -> str:
            if not value:
                return ""
            return names.get((entity, value)) or records.name_of(self.act, entity, int(value))

        return [
            [*c, *(name(specs[c[0]].target, v) for v in c[1:3])] if specs[c[0]].kind is Kind.LOOKUP else c
            for c in changes
        ]

    def _note(self, message: str, contact: Record, account: Record | None = None) -> None:
        names = {"contact": contact.display_name, "account": account.display_name if account else ""}
        self.notes.append(gettext(self.act.who.conventions.locale, message, **names))


NO_COMPANY = N_("An account can be created only when the lead has a Company Name.")
