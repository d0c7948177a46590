"""Column security in the browser: what open pages are sent, and the page where administrators shape it (S 9.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import reflex as rx

from rxcrm.models import configuration
from rxcrm.models.column_security import profiles
from rxcrm.models.fields import MASK
from rxcrm.models.people import Team
from rxcrm.state import gate
from rxcrm.state.leads import LeadRecord, Leads
from rxcrm.state.list_tools import ListTools
from rxcrm.state.settings.column_security import PAGE, ColumnSecurity
from rxcrm.state.shell import Shell
from tests.office import Office
from tests.state.desk import Desk

MAIL = "zanzibar@hidden.example"
#: Puts the tab on a page: path and query.
At = Callable[..., None]


@pytest.fixture
def desk(small_office: Office) -> Iterator[Desk]:
    small_office.commit()
    yield Desk(small_office)
    configuration.reset()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    def visit(path: str, **query: str) -> None:
        url = SimpleNamespace(path=path, query="&".join(query.values()), query_parameters=query)
        monkeypatch.setattr(rx.State, "router", SimpleNamespace(url=url), raising=False)

    return visit


def secured(state: Any) -> list[str]:
    return [field.key for field in state.secured]


def secure(desk: Desk, at: At, *keys: str) -> Any:
    desk.user = desk.office.ada
    at(PAGE)
    desk.send(ColumnSecurity, "open")
    return desk.send(ColumnSecurity, "save_fields", 0, dict.fromkeys(keys, "1"), 7)


def grant(desk: Desk, at: At, typed: dict[str, str], name: str = "Finance") -> int:
    """A profile, made and filled in as on its page."""
    desk.send(ColumnSecurity, "add", 0, {"name": name, "description": ""}, 8)
    made = next(row for row in profiles.listed(desk.office.act(desk.office.ada)) if row.name == name)
    desk.office.commit()
    at(f"{PAGE}/{made.id}")
    desk.send(ColumnSecurity, "open")
    assert desk.send(ColumnSecurity, "save", 0, typed, 9).told.ok
    return made.id


def heard(desk: Desk, cls: type[Any], method: str) -> Any:
    """What a tab shows after it has heard that the configuration changed."""
    state, who = desk.state(cls), desk.office.who(desk.user)
    desk.office.commit()

    async def hear() -> None:
        gate._asker.set(gate.Asker(who, "", "Contoso", 0))
        await getattr(state, method)(frozenset({configuration.TOPIC}))

    asyncio.run(hear())
    return state


def test_fields_are_secured_and_released_on_one_page(desk: Desk, at: At) -> None:
    state = secure(desk, at, "lead.email", "account.credit_limit")
    assert state.told.ok and secured(state) == ["lead.email", "account.credit_limit"]
    assert state.held["lead.email"] == "1" and state.held["lead.fax"] == "0"
    state = desk.send(ColumnSecurity, "save_fields", 0, {"lead.email": "0", "lead.fax": "1"}, 8)
    assert secured(state) == ["lead.fax", "account.credit_limit"]
    state = desk.send(ColumnSecurity, "save_fields", 0, {"lead.topic": "1"}, 9)
    assert not state.told.ok and "cannot be secured" in state.told.errors[""]


def test_a_profile_is_made_filled_in_and_deleted(desk: Desk, at: At) -> None:
    secure(desk, at, "lead.email")
    sara = desk.office.sara.id
    made = grant(desk, at, {"lead.email": "read update", "members": f"user:{sara}", "description": "Invoices"})
    state = desk.send(ColumnSecurity, "open")
    assert (state.shown.name, state.shown.description) == ("Finance", "Invoices")
    assert state.held["lead.email"] == "read update" and [m.name for m in state.shown.members] == ["Sara"]
    assert next(field for field in state.fields if field.key == "lead.email").profiles == 1
    state = desk.send(ColumnSecurity, "save", 0, {"name": ""}, 10)
    assert set(state.told.errors) == {"name"}
    row = desk.office.session.get(profiles.ColumnProfile, made)
    assert row is not None
    profiles.change(desk.office.act(desk.office.ada), made, row.version, {"name": "Billing"}, {}, [])
    desk.office.commit()
    state = desk.send(ColumnSecurity, "save", 0, {"name": "Mine"}, 11)
    assert "Somebody else changed this profile" in state.told.errors[""]
    desk.send(ColumnSecurity, "open")
    assert desk.send(ColumnSecurity, "ask_delete").asked == "delete"
    desk.send(ColumnSecurity, "delete", made)
    at(PAGE)
    assert desk.send(ColumnSecurity, "open").rows == []


def test_the_page_offers_users_and_teams_and_follows_another_administrator(desk: Desk, at: At) -> None:
    state = secure(desk, at, "lead.email")
    team = desk.office.session.exec(profiles.select(Team)).first()
    assert team is not None and ("team", team.id) in {(one.kind, one.id) for one in state.people}
    assert "Sara" in {one.name for one in state.people if one.kind == "user"}
    profiles.secure(desk.office.act(desk.office.ada), ["lead.fax"])
    desk.office.commit()
    assert secured(heard(desk, ColumnSecurity, "_hear")) == ["lead.email", "lead.fax"]


def test_others_learn_and_change_nothing_even_past_the_gate(desk: Desk, at: At) -> None:
    at(PAGE)
    desk.user = desk.office.mia
    state = desk.send(ColumnSecurity, "open")
    assert not state.ready and state.notice.kind == "error"
    desk.send(ColumnSecurity, "save_fields", 0, {"lead.email": "1"}, 7)
    assert not any(view.secured for view in profiles.securable(desk.office.act(desk.office.ada)))


def test_a_list_is_sent_locks_and_a_column_with_which_nothing_can_be_done(desk: Desk, at: At) -> None:
    desk.office.lead(desk.office.sara, email=MAIL)
    desk.office.commit()
    secure(desk, at, "lead.email")
    desk.user = desk.office.sara
    at("/leads", view="all", columns="name,email", sort="email")
    state = desk.send(Leads, "open")
    column = next(column for column in state.columns if column.key == "email")
    assert (column.kind, column.sortable, column.filters, column.groups, column.adds) == (
        "sealed",
        False,
        "",
        False,
        False,
    )
    assert [row["email"] for row in state.rows] == [MASK] and state.sort == [("created_on", True)]
    where = '{"all":[{"field":"email","operator":"like","values":["zanz"]}]}'
    at("/leads", view="all", filter=where)
    state = desk.send(Leads, "open")
    assert state.rows == [] and state.total == 0 and "secured" in str(state.head)


def test_an_open_form_loses_the_value_when_its_field_is_secured(desk: Desk, at: At) -> None:
    lead = desk.office.lead(desk.office.sara, email=MAIL)
    desk.office.commit()
    desk.user = desk.office.sara
    at(f"/leads/{lead.id}")
    record = desk.state(LeadRecord)
    object.__setattr__(record, "_wanted", lambda: lead.id)
    assert desk.send(LeadRecord, "open").values["email"] == MAIL
    secure(desk, at, "lead.email")
    desk.user = desk.office.sara
    shape = heard(desk, Shell, "_reshape").shape
    assert shape["fields"]["lead"]["email"]["secured"] == {"read": False, "update": False, "create": False}
    assert shape["secured"] == "lead.email"
    record = desk.send(LeadRecord, "refresh")
    assert record.values["email"] == "" and MAIL not in str(record.dict())


def test_a_cell_that_one_may_not_change_says_why(desk: Desk, at: At) -> None:
    lead = desk.office.lead(desk.office.sara, email=MAIL)
    desk.office.commit()
    secure(desk, at, "lead.email")
    desk.user = desk.office.sara
    state = desk.send(ListTools, "begin_cell", "lead", lead.id, "email", 1)
    assert "Email is secured" in state.begun.locked and not state.begun.value
    state = desk.send(ListTools, "store_cell", "lead", lead.id, lead.version, "email", "x@contoso.com", "", 2)
    assert "Email is secured" in state.stored.problem
    state = desk.send(ListTools, "peek", "lead", lead.id, 3)
    (line,) = (line for line in state.peeked.glance.lines if line.name == "email")
    assert (line.text, line.kind, line.raw) == (MASK, "sealed", "")
