"""New records that begin with the one they belong to."""

from __future__ import annotations

import pytest

from rxcrm.state.prefilling import given
from rxcrm.state.records import snapshot
from tests.office import Office


def test_a_new_opportunity_of_a_contact_begins_with_him_and_his_account(office: Office) -> None:
    account = office.account()
    contact = office.contact(account_id=account.id)
    found = given(office.act(office.sara), "opportunity", {"contact": str(contact.id)})
    assert found.values == {"contact_id": str(contact.id), "account_id": str(account.id)}
    assert found.names == {"contact_id": "Roe", "account_id": "Fabrikam"}
    shown = snapshot(office.act(office.sara), "opportunity", 0, {"contact": str(contact.id)})
    assert (shown.given, shown.values["account_id"]) == (found.values, str(account.id))


def test_an_account_that_is_named_wins_over_the_one_of_the_contact(office: Office) -> None:
    contact, other = office.contact(account_id=office.account().id), office.account(name="Else")
    asked = {"contact": str(contact.id), "account": str(other.id)}
    assert given(office.act(office.sara), "opportunity", asked).names["account_id"] == "Else"


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "9" * 30, "999999"])
def test_an_address_that_names_nobody_fills_in_nothing(office: Office, text: str) -> None:
    assert given(office.act(office.sara), "opportunity", {"account": text, "topic": "x"}).values == {}


def test_an_address_does_not_tell_the_name_of_a_hidden_record(office: Office) -> None:
    office.settle(private=True)
    hidden = office.account(office.olaf)
    seen = office.contact(account_id=hidden.id)
    act = office.act(office.sara)
    assert given(act, "opportunity", {"account": str(hidden.id)}).values == {}
    assert given(act, "opportunity", {"contact": str(seen.id)}).values == {"contact_id": str(seen.id)}
