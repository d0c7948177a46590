"""Which contacts and accounts the look-ups of a saved lead list (S R3.11, 13.16)."""

from __future__ import annotations

import pytest

from rxcrm.models import lists
from rxcrm.models.account import Account
from rxcrm.models.contact import Contact
from rxcrm.models.lead import Lead
from rxcrm.models.matching import matching
from rxcrm.models.records import create
from tests.office import Office

PHONE = "+48 22 123 45 67"


def matches(office: Office, lead: Lead, table: type) -> list[str]:
    act = office.act(office.sara)
    found = lists.find(act, table.entity, "", limit=50, among=matching(act, lead, table.entity))
    return sorted(hit.name for hit in found)


@pytest.mark.parametrize(
    "lead, contact",
    [
        ({"email": "JANE@x.com"}, {"email": "jane@X.com"}),
        ({"business_phone": PHONE}, {"mobile_phone": "+48 221234567"}),
        (
            {"mobile_phone": PHONE, "business_phone": "+1 425-555-0100"},
            {"home_phone": PHONE, "business_phone": "12345"},
        ),
        ({"first_name": "João", "last_name": "Łoś"}, {"first_name": "JOAO", "last_name": "Los"}),
    ],
)
def test_the_same_person_matches(office: Office, lead: dict[str, str], contact: dict[str, str]) -> None:
    office.contact(**{"last_name": "Roe", **contact})
    assert len(matches(office, office.lead(**{"last_name": "Doe", **lead}), Contact)) == 1


@pytest.mark.parametrize(
    "lead, contact",
    [
        ({}, {}),
        ({"last_name": "Roe"}, {"last_name": "Roe"}),
        ({"first_name": "Jane"}, {"first_name": "Jane"}),
        ({"email": "jane@x.com"}, {"email": "joan@x.com"}),
        ({"business_phone": "1234567"}, {"business_phone": PHONE}),
        ({"business_phone": "12"}, {"business_phone": "12"}),
        ({"business_phone": "555010055501005550100" * 2, "home_phone": "9" * 50}, {"business_phone": "5550100"}),
        ({"first_name": "\u0301", "last_name": "\u0301"}, {"first_name": "", "last_name": "\u0301"}),
    ],
)
def test_different_people_do_not_match(office: Office, lead: dict[str, str], contact: dict[str, str]) -> None:
    office.contact(**{"last_name": "Roe", **contact})
    assert matches(office, office.lead(**{"last_name": "Doe", **lead}), Contact) == []


@pytest.mark.parametrize(
    "lead, account",
    [
        ({"company_name": "FABRIKAM  ag"}, {"name": "Fabrikam AG"}),
        ({"website": "https://www.fabrikam.com/shop"}, {"website": "http://fabrikam.com"}),
        ({"email": "jane@fabrikam.com"}, {"email": "info@fabrikam.com"}),
        ({"email": "jane@fabrikam.com"}, {"website": "https://www.fabrikam.com"}),
    ],
)
def test_the_same_company_matches(office: Office, lead: dict[str, str], account: dict[str, str]) -> None:
    office.account(**{"name": "Fabrikam", **account})
    assert len(matches(office, office.lead(**lead), Account)) == 1


@pytest.mark.parametrize(
    "lead, account",
    [
        ({}, {}),
        ({"company_name": "Fab"}, {"name": "Fabrikam"}),
        ({"company_name": "\u0301"}, {"name": "\u0301"}),
        ({"email": "jane@gmail.com"}, {"email": "info@gmail.com"}),
        ({"email": "jane@fabrikam.com"}, {"email": "info@notfabrikam.com"}),
        ({"email": "jane@fa_rikam.com"}, {"email": "info@fabrikam.com"}),
        ({"website": "https://a.com"}, {"website": "https://b.com"}),
    ],
)
def test_different_companies_do_not_match(office: Office, lead: dict[str, str], account: dict[str, str]) -> None:
    office.account(**{"name": "Fabrikam", **account})
    assert matches(office, office.lead(**lead), Account) == []


def test_only_visible_records_are_listed(office: Office) -> None:
    office.settle(private=True)
    office.contact(office.olaf, email="jane@x.com")
    office.contact(email="jane@x.com", last_name="Mine")
    lead = create(office.act(office.sara), Lead, {"topic": "x", "last_name": "y", "email": "Jane@x.com"})
    assert matches(office, lead, Contact) == ["Mine"]
