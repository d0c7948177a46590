"""Territories: who answers for one, who sells there, and what can be asked of them (S 1.2, 3.10 R3.33, 8.3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from rxcrm.models import administration, configuration, lists, records, references, territories
from rxcrm.models.account import Account
from rxcrm.models.assignment import rules
from rxcrm.models.charting.charts import Category, Chart
from rxcrm.models.charting.reckoning import data
from rxcrm.models.charting.shipped import pipeline
from rxcrm.models.errors import Invalid, NotAllowed, Stale
from rxcrm.models.filters.conditions import Test, every
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask
from rxcrm.models.people import User
from rxcrm.models.territory import Territory
from tests.office import Office


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    configuration.reset()


def territory(office: Office, name: str = "North", *members: User, **typed: str) -> Territory:
    ids = " ".join(str(user.id) for user in members)
    return territories.add(office.act(office.ada), {"name": name, "members": ids, **typed})


def change(office: Office, row: Territory, **typed: str) -> None:
    territories.change(office.act(office.ada), row.id or 0, row.version, typed)


def listed(office: Office) -> dict[str, tuple[str, list[str]]]:
    return {one.name: (one.manager, one.members) for one in territories.listed(office.act(office.ada))}


# -- people ----------------------------------------------------------------------------------------------------------


def test_a_territory_has_a_manager_and_members(office: Office) -> None:
    territory(office, "North", office.sara, office.tom, manager_id=str(office.mia.id))
    assert listed(office) == {"North": ("Mia", ["Sara", "Tom"])}


def test_a_user_sells_in_one_territory(office: Office) -> None:
    north = territory(office, "North", office.sara, office.tom)
    territory(office, "South", office.tom)
    assert listed(office) == {"North": ("", ["Sara"]), "South": ("", ["Tom"])}
    change(office, north, members="")
    assert listed(office)["North"] == ("", [])
    assert office.sara.territory_id is None


def test_the_form_of_a_user_names_his_territory_too(office: Office) -> None:
    north, south = territory(office), territory(office, "South")
    administration.change_user(office.act(office.ada), office.sara.id or 0, {"territory_id": str(north.id)})
    assert listed(office)["North"] == ("", ["Sara"])
    references.set_active(office.act(office.ada), south, active=False)
    for wrong in (str(south.id), "999999", "x"):
        with pytest.raises(Invalid) as refusal:
            administration.change_user(office.act(office.ada), office.sara.id or 0, {"territory_id": wrong})
        assert set(refusal.value.problems) == {"territory_id"}
    assert territories.choices(office.act(office.ada)) == [[str(north.id), "North"]]
    administration.change_user(office.act(office.ada), office.sara.id or 0, {"territory_id": ""})
    assert office.sara.territory_id is None


@pytest.mark.parametrize(
    "typed", [{"members": "999999"}, {"members": "x"}, {"manager_id": "-1"}, {"manager_id": "1 2"}]
)
def test_nobody_is_named_who_does_not_work_here(small_office: Office, typed: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refusal:
        territory(small_office, **{"name": "North", **typed})
    assert set(refusal.value.problems) == set(typed)


def test_who_is_disabled_may_stay_and_not_come(office: Office) -> None:
    row = territory(office, "North", office.tom)
    office.tom.disabled = office.olaf.disabled = True
    change(office, row, members=f"{office.tom.id} {office.sara.id}")
    with pytest.raises(Invalid):
        change(office, row, members=f"{office.olaf.id}")


# -- kept ------------------------------------------------------------------------------------------------------------


def test_of_two_administrators_the_second_is_told(office: Office) -> None:
    row = territory(office)
    seen = row.version
    change(office, row, description="Up there")
    with pytest.raises(Stale):
        territories.change(office.act(office.ada), row.id or 0, seen, {"name": "Down"})
    with pytest.raises(Invalid):
        territory(office, "NÓRTH")


def test_one_in_use_is_not_deleted(office: Office) -> None:
    act, row = office.act(office.ada), territory(office, "North", office.tom)
    office.account(territory_id=row.id)
    with pytest.raises(NotAllowed, match=r"Accounts: 1, Users: 1"):
        territories.delete(act, row)
    other = territory(office, "South")
    rules.add(
        act, {"name": "To the south", "how": "turns", "condition": '{"all": []}', "targets": f"territory:{other.id}"}
    )
    with pytest.raises(NotAllowed, match="the assignment rule “To the south”"):
        territories.delete(act, other)
    assert territories.delete(act, territory(office, "East")) == "East"


def test_nobody_but_administrators_keeps_territories(office: Office) -> None:
    row = territory(office)
    act = office.act(office.vera)
    for verb in (
        lambda: territories.listed(act),
        lambda: territories.add(act, {"name": "Mine"}),
        lambda: territories.change(act, row.id or 0, row.version, {"name": "Mine"}),
        lambda: territories.delete(act, row),
    ):
        with pytest.raises(NotAllowed):
            verb()


# -- asked for -------------------------------------------------------------------------------------------------------


def test_accounts_are_found_by_their_territory(office: Office) -> None:
    north = territory(office)
    act = office.act(office.sara)
    fabrikam = records.create(act, Account, {"name": "Fabrikam", "territory_id": str(north.id)})
    office.account(name="Contoso")
    where = every(Test("territory_id", "eq", (str(north.id),)))
    page = lists.page(act, Ask("account", "all", where=where, columns=("name", "territory_id")))
    assert [(row["name"], row["territory_id"]) for row in page.rows] == [("Fabrikam", "North")]
    assert not page.rows[0]["territory_id_path"]
    assert records.names_of(act, fabrikam) == {"territory_id": "North"}


def test_leads_are_found_by_the_territory_of_their_account(office: Office) -> None:
    north = territory(office)
    account = office.account(territory_id=north.id)
    office.lead(last_name="Up", existing_account_id=account.id)
    office.lead(last_name="Down")
    where = every(Test("existing_account_id.territory_id", "eq", (str(north.id),)))
    page = lists.page(office.act(office.sara), Ask(view="all", where=where))
    assert [row["name"] for row in page.rows] == ["Up"]


def test_the_pipeline_is_grouped_by_the_customers_territory(office: Office) -> None:
    north = territory(office)
    account = office.account(territory_id=north.id)
    office.opportunity(account_id=account.id, estimated_revenue=Decimal(500))
    office.opportunity(estimated_revenue=Decimal(300))
    found = data(office.act(office.sara), pipeline("territory"), Ask("opportunity", "all"))
    assert {p.label: p.values[0] for p in found.points} == {"North": 500.0, "(empty)": 300.0}
    chart = Chart("", "Accounts", "account", Category("territory_id"))
    accounts = data(office.act(office.sara), chart, Ask("account", "all"))
    assert {p.label: p.values[0] for p in accounts.points} == {"North": 1, "(empty)": 1}


def test_sales_are_asked_for_by_the_territory_of_whoever_owns_them(office: Office) -> None:
    north = territory(office, "North", office.sara)
    office.opportunity(office.sara, topic="Lamps", estimated_revenue=Decimal(500))
    office.opportunity(office.tom, topic="Pumps", estimated_revenue=Decimal(300))
    office.opportunity(office.fair, topic="Valves", estimated_revenue=Decimal(200))
    act = office.act(office.mia)
    found = data(act, pipeline("sales_territory"), Ask("opportunity", "all"))
    assert {p.label: p.values[0] for p in found.points} == {"North": 500.0, "(empty)": 500.0}
    where = every(Test("sales_territory", "eq", (str(north.id),)))
    columns = ("name", "sales_territory", "sales_territory.name")
    page = lists.page(act, Ask("opportunity", "all", where=where, columns=columns, sort=(("sales_territory", True),)))
    assert [[row[key] for key in columns] for row in page.rows] == [["Lamps", "North", "North"]]
    change(office, north, members=f"{office.tom.id}")
    page = lists.page(act, Ask("opportunity", "all", where=where, columns=columns))
    assert [row["name"] for row in page.rows] == ["Pumps"]


# -- assignment rules ------------------------------------------------------------------------------------------------


def rule(office: Office, row: Territory, how: str = "turns", **typed: Any) -> Any:
    condition = json.dumps(typed.pop("condition", {"all": []}))
    made = rules.add(
        office.act(office.ada),
        {"name": "North", "how": how, "condition": condition, "targets": f"territory:{row.id}", **typed},
    )
    return rules.activate(office.act(office.ada), made.id or 0)


def lead(office: Office, **typed: str) -> str:
    row = records.create(office.act(office.sara), Lead, {"topic": "Lamps", "last_name": "Kowalska", **typed})
    return records.owner_name(office.session, row)


def test_a_rule_shares_leads_out_among_who_works_in_a_territory(office: Office) -> None:
    row = territory(office, "North", office.tom, office.olaf)
    rule(office, row)
    assert [lead(office) for _ in range(3)] == ["Tom", "Olaf", "Tom"]
    change(office, row, members=f"{office.mia.id}")
    assert lead(office) == "Mia"


def test_a_rule_can_ask_for_the_territory_of_the_account(office: Office) -> None:
    row = territory(office, "North", office.tom)
    account = office.account(territory_id=row.id)
    condition = {"all": [{"field": "existing_account_id.territory_id", "operator": "eq", "values": [str(row.id)]}]}
    rule(office, row, condition=condition)
    assert lead(office) == "Sara"
    assert lead(office, existing_account_id=str(account.id)) == "Tom"


def test_a_territory_owns_nothing_itself(office: Office) -> None:
    row = territory(office, "North", office.tom)
    with pytest.raises(Invalid, match="attention") as refusal:
        rule(office, row, how="one")
    assert set(refusal.value.problems) == {"targets"}
