"""What choosing an existing account or contact fills in: empty fields only, field by field (S 3.2)."""

from __future__ import annotations

import pytest

from rxcrm.models.autofill import fill
from rxcrm.models.errors import NotFound
from tests.office import Office

ADDRESS = {"street1": "Piotrkowska 1", "city": "Łódź", "postal_code": "90-001", "country": "Poland"}


def test_an_account_gives_company_website_phone_and_address(office: Office) -> None:
    account = office.account(name="Fabrikam", website="https://fabrikam.com", main_phone="+48 42 111 11 11", **ADDRESS)
    filled = fill(office.act(office.sara), "existing_account_id", account.id, {})
    assert filled == {
        "company_name": "Fabrikam",
        "website": "https://fabrikam.com",
        "business_phone": "+48 42 111 11 11",
        **ADDRESS,
    }


def test_a_contact_gives_the_person_and_brings_the_account_along(office: Office) -> None:
    account = office.account(name="Fabrikam", website="https://fabrikam.com", street1="Elsewhere 9")
    person = {
        "first_name": "Jane",
        "last_name": "Roe",
        "job_title": "Buyer",
        "business_phone": "+48 42 222 22 22",
        "mobile_phone": "+48 600 000 000",
        "email": "jane@fabrikam.com",
    }
    contact = office.contact(account_id=account.id, **person, **ADDRESS)
    assert fill(office.act(office.sara), "existing_contact_id", contact.id, {}) == {
        **person,
        **ADDRESS,
        "company_name": "Fabrikam",
        "existing_account_id": str(account.id),
        "existing_account_id:name": "Fabrikam",
    }


@pytest.mark.parametrize("taken", ["company_name", "website", "street1", "city"])
def test_a_filled_field_stays_while_the_others_are_filled(office: Office, taken: str) -> None:
    account = office.account(name="Fabrikam", website="https://fabrikam.com", **ADDRESS)
    everything = fill(office.act(office.sara), "existing_account_id", account.id, {})
    filled = fill(office.act(office.sara), "existing_account_id", account.id, {taken: "mine"})
    assert filled == {name: value for name, value in everything.items() if name != taken}


def test_blanks_count_as_empty(office: Office) -> None:
    account = office.account(name="Fabrikam")
    assert fill(office.act(office.sara), "existing_account_id", account.id, {"company_name": "  "})


def test_an_accounts_phone_stays_away_where_the_lead_has_one(office: Office) -> None:
    account = office.account(main_phone="+48 42 111 11 11")
    for phone in ("business_phone", "mobile_phone"):
        filled = fill(office.act(office.sara), "existing_account_id", account.id, {phone: "1"})
        assert "business_phone" not in filled


def test_a_contacts_company_fills_only_a_lead_that_names_no_other_account(office: Office) -> None:
    account, other = office.account(name="Fabrikam"), office.account(name="Contoso")
    contact = office.contact(account_id=account.id)
    act = office.act(office.sara)

    def filled(**current: str) -> dict[str, str]:
        return {k: v for k, v in fill(act, "existing_contact_id", contact.id, current).items() if k != "last_name"}

    assert filled(existing_account_id=str(other.id)) == {}
    assert filled(existing_account_id=str(account.id)) == {"company_name": "Fabrikam"}
    assert set(filled(company_name="Mine")) == {"existing_account_id", "existing_account_id:name"}


def test_what_does_not_fit_the_lead_is_cut_or_left_out(office: Office) -> None:
    account = office.account(name="F" * 160)
    contact = office.contact(mobile_phone="1" * 21, account_id=account.id)
    assert fill(office.act(office.sara), "existing_account_id", account.id, {})["company_name"] == "F" * 100
    filled = fill(office.act(office.sara), "existing_contact_id", contact.id, {})
    assert "mobile_phone" not in filled and filled["company_name"] == "F" * 100


def test_a_hidden_or_missing_record_fills_nothing(office: Office) -> None:
    office.settle(private=True)
    hidden = office.contact(office.olaf)
    for record_id in (hidden.id, 10**15, 2**64, 0):
        with pytest.raises(NotFound):
            fill(office.act(office.sara), "existing_contact_id", record_id, {})


def test_a_hidden_account_is_not_brought_along(office: Office) -> None:
    office.settle(private=True)
    contact = office.contact(account_id=office.account(office.olaf, name="Secret").id)
    assert fill(office.act(office.sara), "existing_contact_id", contact.id, {}) == {"last_name": "Roe"}
