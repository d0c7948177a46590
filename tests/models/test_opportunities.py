"""Opportunities as records: customer, contact as stakeholder, lists (S 1.4, R5.5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rxcrm.models import lists, records
from rxcrm.models.choices import OpportunityReason, OpportunityStage, OpportunityStatus
from rxcrm.models.connections import linking, reading, roles
from rxcrm.models.errors import Invalid
from rxcrm.models.lists import Ask
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.process import process_of
from tests.office import Office, Statements


def create(office: Office, **typed: str) -> Opportunity:
    return records.create(office.act(office.sara), Opportunity, {"topic": "Forklifts", **typed})


def stakeholders(office: Office, row: Any) -> list[tuple[str, str]]:
    return [(link.name, link.role) for link in reading.stakeholders(office.act(office.sara), row).rows]


# -- creating ----------------------------------------------------------------------------------------------------------


def test_a_new_opportunity_is_open_at_qualify_in_a_process_of_its_own(office: Office) -> None:
    deal = create(office, account_id=str(office.account().id))
    assert (deal.status, deal.status_reason) == (OpportunityStatus.OPEN, OpportunityReason.IN_PROGRESS)
    assert (deal.sales_stage, deal.currency) == (OpportunityStage.QUALIFY, "EUR")
    assert process_of(office.session, "opportunity", deal.id or 0).process == "opportunity_sales"


def test_an_opportunity_needs_a_customer(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        create(office)
    assert refusal.value.by_field() == {
        "account_id": "An opportunity needs a customer: choose an account or a contact."
    }


def test_it_keeps_its_customer_when_it_is_saved(office: Office) -> None:
    deal = create(office, contact_id=str(office.contact().id))
    with pytest.raises(Invalid, match="attention"):
        records.save(office.act(office.sara), deal, {"contact_id": ""})


# -- stakeholders ------------------------------------------------------------------------------------------------------


def test_the_contact_of_an_opportunity_becomes_stakeholder_by_itself(office: Office) -> None:
    anna, jan = office.contact(first_name="Anna"), office.contact(first_name="Jan")
    deal = create(office, contact_id=str(anna.id))
    assert stakeholders(office, deal) == [("Anna Roe", "Stakeholder")]
    records.save(office.act(office.sara), deal, {"contact_id": str(jan.id)})
    assert stakeholders(office, deal) == [("Anna Roe", "Stakeholder"), ("Jan Roe", "Stakeholder")]


def test_a_contact_who_is_a_stakeholder_in_any_role_does_not_become_one_twice(office: Office) -> None:
    anna = office.contact(first_name="Anna")
    deal = create(office, account_id=str(office.account().id))
    champion = next(r for r in roles.offered(office.act(office.sara), "contact") if r.name == "Champion")
    linking.connect(office.act(office.sara), deal, anna, champion)
    records.save(office.act(office.sara), deal, {"contact_id": str(anna.id)})
    assert stakeholders(office, deal) == [("Anna Roe", "Champion")]


# -- lists -------------------------------------------------------------------------------------------------------------


def page(office: Office, view: str, user: Any = None) -> list[dict[str, str]]:
    return lists.page(office.act(user or office.sara), Ask("opportunity", view)).rows


def test_the_views_divide_open_from_closed_and_mine_from_others(office: Office) -> None:
    account = office.account()
    office.opportunity(account_id=account.id, topic="Mine")
    office.opportunity(office.olaf, account_id=account.id, topic="His")
    closed = {"status": OpportunityStatus.WON, "status_reason": OpportunityReason.WON}
    office.opportunity(account_id=account.id, topic="Won", **closed)
    names = {view: {row["name"] for row in page(office, view)} for view in ("my-open", "open", "closed", "all")}
    assert names == {
        "my-open": {"Mine"},
        "open": {"Mine", "His"},
        "closed": {"Won"},
        "all": {"Mine", "His", "Won"},
    }


def test_open_opportunities_are_listed_by_close_date_those_without_one_last(office: Office) -> None:
    account = office.account()
    for topic, day in (("None", None), ("Late", date(2026, 9, 1)), ("Soon", date(2026, 6, 1))):
        office.opportunity(account_id=account.id, topic=topic, estimated_close_date=day)
    assert [row["name"] for row in page(office, "open")] == ["Soon", "Late", "None"]


def test_a_row_names_its_customer_and_leads_to_it(office: Office) -> None:
    account, contact = office.account(), office.contact()
    office.opportunity(account_id=account.id, topic="A", estimated_revenue=Decimal(5))
    office.opportunity(contact_id=contact.id, topic="B")
    rows = {row["name"]: (row["customer"], row["customer_path"]) for row in page(office, "open")}
    assert rows == {"A": ("Fabrikam", f"/accounts/{account.id}"), "B": ("Roe", f"/contacts/{contact.id}")}


def test_a_customer_that_the_reader_may_not_see_is_not_named(office: Office) -> None:
    office.settle(private=True)
    office.opportunity(account_id=office.account(office.olaf).id)
    assert "customer" not in page(office, "open")[0]


def test_a_list_costs_the_same_whatever_its_length(office: Office) -> None:
    costs = []
    for _ in range(2):
        for _ in range(5):
            office.opportunity()
        act = office.act(office.sara)
        office.session.flush()
        with Statements(office.engine) as statements:
            lists.page(act, Ask("opportunity", "open"))
        costs.append(len(statements))
    assert costs[0] == costs[1]


# -- sales team --------------------------------------------------------------------------------------------------------


def test_users_with_a_role_of_the_sales_team_are_the_sales_team(office: Office) -> None:
    deal, act = create(office, account_id=str(office.account().id)), office.act(office.sara)
    roles_of_users = {role.name: role for role in roles.offered(act, "user")}
    linking.connect(act, deal, office.tom, roles_of_users["Account Manager"])
    linking.connect(act, deal, office.mia, None)
    linking.connect(act, deal, office.contact(), next(r for r in roles.offered(act, "contact") if r.name == "Champion"))
    assert [(link.name, link.role) for link in reading.sales_team(act, deal).rows] == [("Tom", "Account Manager")]
