"""What the texts of look-up columns name (S 6.4, 8.; issue "Map": match, match or create, create)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, select

from rxcrm.models.account import Account
from rxcrm.models.contact import Contact
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import FieldSpec, Kind, fields_of
from rxcrm.models.history import Event, History
from rxcrm.models.importing import sources
from rxcrm.models.importing.books import ImportRun
from rxcrm.models.importing.checked import Checked
from rxcrm.models.importing.lookups import Link, Lookups, Pending
from rxcrm.models.importing.owners import Owners
from rxcrm.models.importing.plan import (
    CREATE_ALWAYS,
    EMAIL,
    ID,
    MATCH_OR_CREATE,
    NAME,
    LookupRule,
)
from rxcrm.models.importing.specials import specs_of
from rxcrm.models.importing.writing import Writer
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import User
from tests.office import Office, Statements

ACCOUNT = fields_of(Opportunity)["account_id"]
CONTACT = fields_of(Opportunity)["contact_id"]
CUSTOMER = specs_of(Opportunity)["customer"]
LEAD = fields_of(Contact)["originating_lead_id"]


def lookups(office: Office, user: User | None = None, entity: str = "opportunity", **rules: LookupRule) -> Lookups:
    office.commit()
    return Lookups(office.who(user or office.sara), rules, entity)


def refused(found: Lookups, spec: FieldSpec, text: str) -> str:
    with pytest.raises(BadValue) as refusal:
        found.find(spec, text)
    return refusal.value.text()


# -- matching --------------------------------------------------------------------------------------------------------


def test_an_account_is_found_by_its_name_whatever_its_case_and_accents(office: Office) -> None:
    fabrikam = office.account(name="Fabrikám GmbH")
    assert lookups(office).find(ACCOUNT, " fabrikam  GMBH ") == fabrikam.id


@pytest.mark.parametrize("text", ["Ana Sousa", "Sousa, Ana", "Dr. Ana Sousa", "ana@x.com", "ANA@X.COM"])
def test_a_contact_is_found_by_its_name_in_either_order_and_by_its_address(office: Office, text: str) -> None:
    ana = office.contact(first_name="Ana", last_name="Sousa", email="ana@x.com")
    assert lookups(office).find(CONTACT, text) == ana.id


def test_a_lead_is_found_by_name_topic_and_address(small_office: Office) -> None:
    lead = small_office.lead(topic="Forklifts", first_name="Ana", last_name="Sousa", email="ana@x.com")
    found = lookups(small_office, entity="contact")
    assert [found.find(LEAD, text) for text in ("ana sousa", "FORKLIFTS", "ana@x.com")] == [lead.id] * 3


def test_an_opportunity_is_found_by_its_topic(small_office: Office) -> None:
    deal = small_office.opportunity(topic="Forklifts")
    spec = specs_of(small_office_table("activity"))["regarding_opportunity"]
    assert lookups(small_office, entity="activity").find(spec, "forklifts") == deal.id


def small_office_table(entity: str) -> Any:
    from rxcrm.models.tables import record_table

    return record_table(entity)


def test_an_address_with_an_accent_is_another_address(small_office: Office) -> None:
    small_office.contact(last_name="José", email="josé@x.com")
    assert "names no record" in refused(lookups(small_office), CONTACT, "jose@x.com")


def test_none_and_several_have_sentences_of_their_own(small_office: Office) -> None:
    for _ in range(3):
        small_office.account(name="Twin")
    found = lookups(small_office)
    assert refused(found, ACCOUNT, "Nobody") == "“Nobody” names no record; Account stays empty."
    assert refused(found, ACCOUNT, "twin") == "“twin” names 3 records; Account stays empty."


def test_of_several_the_one_that_is_not_closed_is_meant(small_office: Office) -> None:
    small_office.account(name="Twin", status=1, status_reason=2)
    active = small_office.account(name="Twin")
    assert lookups(small_office).find(ACCOUNT, "Twin") == active.id


def test_only_what_the_importer_sees_and_may_attach_to_is_found(office: Office) -> None:
    office.settle(private=True)
    hidden = office.account(office.olaf, name="Hidden")
    found = lookups(office)
    assert "names no record" in refused(found, ACCOUNT, "Hidden")
    office.share(hidden, office.sara)
    assert lookups(office).find(ACCOUNT, "Hidden") == hidden.id


def test_what_was_deleted_is_not_found(small_office: Office) -> None:
    gone = small_office.account(name="Gone")
    gone.deleted_on = small_office.now
    small_office.session.flush()
    assert "names no record" in refused(lookups(small_office), ACCOUNT, "Gone")


def test_the_rule_says_by_what_it_is_looked_for(small_office: Office) -> None:
    ana = small_office.contact(last_name="ana@x.com", email="other@x.com")
    bob = small_office.contact(last_name="Bob", email="ana@x.com")
    assert lookups(small_office, contact_id=LookupRule(NAME)).find(CONTACT, "ana@x.com") == ana.id
    assert lookups(small_office, contact_id=LookupRule(EMAIL)).find(CONTACT, "ana@x.com") == bob.id
    by_id = lookups(small_office, contact_id=LookupRule(ID))
    assert by_id.find(CONTACT, str(bob.id)) == bob.id
    assert "names no record" in refused(by_id, CONTACT, "999999")
    assert "names no record" in refused(by_id, CONTACT, "Bob")


def test_an_id_of_the_program_that_rows_came_from_is_known_again(small_office: Office) -> None:
    fabrikam = small_office.account(name="Fabrikam")
    run = ImportRun(
        entity="account", file_name="a.csv", created_by_id=small_office.sara.id, created_on=small_office.now
    )
    small_office.session.add(run)
    small_office.session.flush()
    sources.remember(small_office.session, "account", run.id or 0, {"001A0000009xyzAAA": fabrikam.id or 0})
    found = lookups(small_office, account_id=LookupRule(ID))
    assert found.find(ACCOUNT, "001A0000009xyzAAA") == fabrikam.id


def test_a_customer_is_an_account_or_a_contact(small_office: Office) -> None:
    fabrikam, ana = small_office.account(name="Fabrikam"), small_office.contact(first_name="Ana", last_name="Sousa")
    found = lookups(small_office)
    assert found.find(CUSTOMER, "Fabrikam") == Link("account", fabrikam.id or 0)
    assert found.find(CUSTOMER, "Ana Sousa") == Link("contact", ana.id or 0)
    small_office.contact(last_name="Fabrikam")
    assert "names 2 records" in refused(lookups(small_office), CUSTOMER, "Fabrikam")


def test_a_chosen_record_is_one_that_the_importer_may_link_to(small_office: Office) -> None:
    small_office.settle(private=True)
    mine, hidden = small_office.account(name="Mine"), small_office.account(small_office.olaf, name="Hidden")
    found = lookups(small_office)
    assert found.known(ACCOUNT, str(mine.id)) == mine.id
    assert found.known(CUSTOMER, f"account:{mine.id}") == Link("account", mine.id or 0)
    for typed in (str(hidden.id), "0", "x", "lead:1", ""):
        with pytest.raises(BadValue):
            found.known(ACCOUNT, typed)


@pytest.mark.parametrize("entity, spec, most", [("opportunity", CUSTOMER, 2), ("opportunity", ACCOUNT, 1)])
def test_a_batch_costs_one_statement_for_each_table(office: Office, entity: str, spec: FieldSpec, most: int) -> None:
    for n in range(30):
        office.account(name=f"Account {n}")
    for several in (10, 20):
        found = lookups(office, entity=entity)
        with Statements(office.engine) as statements:
            found.prime(spec, [f"Account {n}" for n in range(several)])
            for n in range(several):
                found.find(spec, f"Account {n}")
        assert len([s for s in statements.ran if "SELECT" in s]) == most


def test_what_named_nothing_is_asked_again_with_the_next_batch(small_office: Office) -> None:
    found = lookups(small_office)
    found.prime(ACCOUNT, ["Later"])
    assert "names no record" in refused(found, ACCOUNT, "Later")
    later = small_office.account(name="Later")
    small_office.commit()
    found.prime(ACCOUNT, ["Later"])
    assert found.find(ACCOUNT, "Later") == later.id


# -- making ----------------------------------------------------------------------------------------------------------

OR_CREATE = LookupRule(make=MATCH_OR_CREATE)


def test_match_or_create_makes_only_what_is_not_there(small_office: Office) -> None:
    fabrikam = small_office.account(name="Fabrikam")
    found = lookups(small_office, account_id=OR_CREATE, contact_id=OR_CREATE)
    assert found.find(ACCOUNT, "Fabrikam") == fabrikam.id
    assert found.find(ACCOUNT, "Contoso") == Pending("account", (("name", "Contoso"),))
    assert found.find(CONTACT, "Sousa, Ana") == Pending("contact", (("first_name", "Ana"), ("last_name", "Sousa")))
    ana = found.find(CONTACT, "ana@x.com")
    assert ana == Pending("contact", (("last_name", "ana"), ("email", "ana@x.com")))
    assert found.find(ACCOUNT, "CONTOSO") is found.find(ACCOUNT, "contoso")


def test_create_makes_one_though_there_is_one(small_office: Office) -> None:
    small_office.account(name="Fabrikam")
    found = lookups(small_office, account_id=LookupRule(make=CREATE_ALWAYS))
    assert found.find(ACCOUNT, "Fabrikam") == Pending("account", (("name", "Fabrikam"),))


def test_several_are_several_even_where_one_could_be_made(small_office: Office) -> None:
    small_office.account(name="Twin")
    small_office.account(name="Twin")
    assert "names 2 records" in refused(lookups(small_office, account_id=OR_CREATE), ACCOUNT, "Twin")


def test_a_name_that_makes_no_record_says_why(small_office: Office) -> None:
    found = lookups(small_office, account_id=OR_CREATE, contact_id=OR_CREATE, originating_lead_id=OR_CREATE)
    assert "at most 160 characters" in refused(found, ACCOUNT, "x" * 161)
    assert "not made from a name alone" in refused(found, ACCOUNT, "info@contoso.com")
    assert "not made from a name alone" in refused(found, LEAD, "Forklifts")
    with pytest.raises(BadValue):
        found.find(CONTACT, "not@an@address")


def test_without_the_privilege_nothing_is_made(small_office: Office) -> None:
    found = lookups(small_office, small_office.tim, account_id=OR_CREATE)
    assert refused(found, ACCOUNT, "Contoso") == "“Contoso” names no record, and your role may not create one."


def imported(office: Office, *values: dict[str, Any], run: int = 7) -> list[Checked]:
    who = office.who(office.sara)
    owner = Owners(who, "opportunity").default
    return [Checked(n, [], dict(v), owner, remark=f"deals.csv · #{n}") for n, v in enumerate(values, 2)]


def test_what_is_to_be_made_is_made_once_in_a_run_and_looks_like_any_import(office: Office) -> None:
    contoso = Pending("account", (("name", "Contoso"),))
    ana = Pending("contact", (("first_name", "Ana"), ("last_name", "Sousa")))
    office.commit()
    rows = imported(
        office, {"topic": "a", "account_id": contoso, "contact_id": ana}, {"topic": "b", "account_id": contoso}
    )
    writer = Writer.of(Opportunity, 7, office.who(office.sara))
    writer.write(office.session, rows[:1], office.now)
    office.commit()
    again = Writer.of(Opportunity, 7, office.who(office.sara))
    again.write(office.session, rows[1:], office.now)
    office.commit()
    (account,) = office.session.exec(select(Account)).all()
    (contact,) = office.session.exec(select(Contact)).all()
    deals = office.session.exec(select(Opportunity).order_by(col(Opportunity.id))).all()
    assert [(d.account_id, d.contact_id) for d in deals] == [(account.id, contact.id), (account.id, None)]
    assert (account.name, account.import_id, account.owner_user_id, account.name_key) == (
        "Contoso",
        7,
        office.sara.id,
        "contoso",
    )
    assert (contact.full_name, contact.account_id, contact.import_id) == ("Ana Sousa", account.id, 7)
    assert [deal.customer_key for deal in deals] == ["contoso", "contoso"]
    told = select(History).where(History.entity == "account", History.event == Event.IMPORTED.value)
    assert [entry.remark for entry in office.session.exec(told)] == ["deals.csv · #2"]
    assert lookups(office).find(ACCOUNT, "contoso") == account.id


def test_a_batch_that_is_rolled_back_leaves_nothing_that_a_later_one_relies_on(small_office: Office) -> None:
    contoso = Pending("account", (("name", "Contoso"),))
    small_office.commit()
    rows = imported(small_office, {"topic": "a", "account_id": contoso})
    writer = Writer.of(Opportunity, 7, small_office.who(small_office.sara))
    kept = dict(rows[0].values or {})
    writer.write(small_office.session, rows, small_office.now)
    small_office.session.rollback()
    rows[0].values = kept
    writer.write(small_office.session, rows, small_office.now)
    small_office.commit()
    (deal,) = small_office.session.exec(select(Opportunity)).all()
    (account,) = small_office.session.exec(select(Account)).all()
    assert deal.account_id == account.id


def test_leads_come_with_accounts_that_were_made_for_them(small_office: Office) -> None:
    spec = fields_of(Lead)["existing_account_id"]
    found = lookups(small_office, entity="lead", existing_account_id=OR_CREATE)
    rows = imported(small_office, {"topic": "a", "last_name": "b", "existing_account_id": found.find(spec, "Contoso")})
    Writer.of(Lead, 7, small_office.who(small_office.sara)).write(small_office.session, rows, small_office.now)
    (lead,) = small_office.session.exec(select(Lead)).all()
    (account,) = small_office.session.exec(select(Account)).all()
    assert lead.existing_account_id == account.id and spec.kind is Kind.LOOKUP
