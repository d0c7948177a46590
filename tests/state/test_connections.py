"""Handlers of the connections, called without a browser: the verb runs, refusals are shown where they belong."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext
from sqlmodel import select

from rxcrm.models.choices import LeadStatus
from rxcrm.models.connection import ConnectionRole
from rxcrm.models.connections import linking
from rxcrm.models.connections.reading import Link
from rxcrm.models.lead import Lead
from rxcrm.state.connections import Connections
from rxcrm.state.gate import SIGNED_IN
from tests.office import Office
from tests.state.desk import Desk


@pytest.fixture
def desk(small_office: Office) -> Iterator[ConnectionsDesk]:
    yield ConnectionsDesk(small_office)


class ConnectionsDesk(Desk):
    """Sara at the form of one of her leads."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.user = office.sara
        self.lead = office.lead()
        self.anna = office.contact(first_name="Anna", last_name="Nowak")

    def role(self, name: str) -> int:
        return self.office.session.exec(select(ConnectionRole).where(ConnectionRole.name == name)).one().id or 0

    def ask(self, handler: str, *args: Any) -> Any:
        """An event about the lead."""
        return self.send(Connections, handler, "lead", self.lead.id, *args)

    def connected(self, role: str = "Stakeholder") -> Link:
        return self.ask("connect", "contact", self.anna.id, self.role(role), {}, 1).stakeholders[0]

    def who(self, state: Any) -> list[tuple[str, str]]:
        return [(link.name, link.role) for link in state.stakeholders]


def test_every_handler_is_for_those_who_are_signed_in() -> None:
    events = RegistrationContext.get().event_handlers
    marks = {
        n: getattr(e.handler.fn, "__rxcrm_mark__", None) for n, e in events.items() if "state___connections___" in n
    }
    ours = {mark for name, mark in marks.items() if not name.endswith(".setvar")}
    assert ours == {SIGNED_IN}


def test_a_record_is_shown_with_its_connections_and_what_may_be_done(desk: ConnectionsDesk) -> None:
    desk.connected()
    state = desk.ask("open")
    assert (state.entity, state.of_id, desk.who(state)) == ("lead", desk.lead.id, [("Anna Nowak", "Stakeholder")])
    assert state.may == {"connect": "", "change": "", "competitor": "", "contact": ""}
    assert {f.name for f in dataclasses.fields(state.links[0])} == {
        *("id", "version", "entity", "record_id", "name", "role_id", "role", "own_role", "stakeholder"),
        *("description", "starts_on", "ends_on", "active", "inactive"),
    }
    offer = next(o for o in state.offers if o.label == "Stakeholder")
    assert (offer.id, offer.category, offer.stakeholder) == (desk.role("Stakeholder"), "Stakeholder", True)
    assert offer.entities == ["lead", "account", "contact", "opportunity", "user"]


def test_a_new_record_has_none_and_a_hidden_one_tells_nothing(desk: ConnectionsDesk) -> None:
    desk.connected()
    state = desk.send(Connections, "open", "lead", 0)
    assert (state.links, state.may, state.offers) == ([], {}, [])
    desk.office.settle(private=True)
    desk.user = desk.office.olaf
    state = desk.ask("open")
    assert (state.links, state.stakeholders, state.may) == ([], [], {})
    assert "doesn't exist" in state.notice.text
    state = desk.send(Connections, "open", "activity", 1)
    assert "doesn't exist" in state.notice.text


def test_who_may_not_attach_sees_no_commands(desk: ConnectionsDesk) -> None:
    desk.user = desk.office.tom
    state = desk.ask("open")
    assert state.may == {}
    state = desk.ask("connect", "contact", desk.anna.id, 0, {}, 3)
    assert (state.told.token, state.told.ok) == (3, False)
    assert "only records that you own" in state.told.errors[""]


def test_a_closed_lead_says_why_nothing_works(desk: ConnectionsDesk) -> None:
    desk.lead.status = LeadStatus.DISQUALIFIED
    assert "Disqualified" in desk.ask("open").may["connect"]
    assert "Disqualified" in desk.ask("connect_new", {"last_name": "New"}, 0, {}, 2).told.errors[""]


def test_contacts_are_found_newest_first_or_by_name(desk: ConnectionsDesk) -> None:
    desk.office.contact(last_name="Lis")
    state = desk.send(Connections, "search", "contact", "", 5)
    assert (state.found.token, {hit.name for hit in state.found.hits}) == (5, {"Lis", "Anna Nowak"})
    assert [hit.name for hit in desk.send(Connections, "search", "contact", "now", 6).found.hits] == ["Anna Nowak"]
    assert [hit.name for hit in desk.send(Connections, "search", "user", "SAR", 7).found.hits] == ["Sara"]
    assert "doesn't exist" in desk.send(Connections, "search", "secret", "", 8).notice.text


def test_connecting_answers_the_form_and_shows_the_row(desk: ConnectionsDesk) -> None:
    state = desk.ask("connect", "contact", desk.anna.id, desk.role("Champion"), {"description": "Signs"}, 9)
    assert (state.told.token, state.told.ok, desk.who(state)) == (9, True, [("Anna Nowak", "Champion")])
    state = desk.ask("connect", "contact", desk.anna.id, desk.role("Champion"), {}, 10)
    assert state.told.errors == {"": "Anna Nowak is already connected as Champion."}
    state = desk.ask("connect", "contact", desk.anna.id, 0, {"starts_on": "soon"}, 11)
    assert set(state.told.errors) == {"starts_on"}


def test_connecting_to_me(desk: ConnectionsDesk) -> None:
    state = desk.ask("connect", "me", 0, 0, {}, 1)
    assert [(link.entity, link.name) for link in state.links] == [("user", "Sara")]


def test_a_new_contact_is_connected_in_one_go_or_not_made_at_all(desk: ConnectionsDesk) -> None:
    typed = {"first_name": "Ewa", "last_name": "Lis", "description": "not of this form"}
    state = desk.ask("connect_new", typed, desk.role("Stakeholder"), {"starts_on": "soon"}, 4)
    assert set(state.told.errors) == {"starts_on"}
    assert desk.send(Connections, "search", "contact", "Lis", 5).found.hits == []
    state = desk.ask("connect_new", typed, desk.role("Stakeholder"), {}, 6)
    assert desk.who(state) == [("Ewa Lis", "Stakeholder")]
    assert set(desk.ask("connect_new", {}, 0, {}, 7).told.errors) == {"last_name"}


def test_the_role_changes_in_place(desk: ConnectionsDesk) -> None:
    link = desk.connected()
    state = desk.ask("set_role", link.id, link.version, desk.role("Champion"))
    assert desk.who(state) == [("Anna Nowak", "Champion")]
    state = desk.ask("set_role", link.id, link.version, desk.role("Influencer"))  # by the version of before
    assert (state.notice.kind, desk.who(state)) == ("error", [("Anna Nowak", "Champion")])
    assert "Somebody else changed this connection" in state.notice.text


def test_the_form_of_a_connection_saves_role_description_and_dates(desk: ConnectionsDesk) -> None:
    link = desk.connected()
    details = {"description": "Signs", "starts_on": "2026-05-01", "ends_on": ""}
    state = desk.ask("change", link.id, link.version, desk.role("Champion"), details, 8)
    saved = state.links[0]
    assert (saved.role, saved.description, saved.starts_on, saved.ends_on) == ("Champion", "Signs", "2026-05-01", "")
    details |= {"ends_on": "2026-04-01"}
    assert set(desk.ask("change", saved.id, saved.version, 0, details, 9).told.errors) == {"ends_on"}
    assert desk.ask("change", saved.id, link.version, 0, {}, 10).told.errors != {}


def test_connections_are_deactivated_activated_and_removed(desk: ConnectionsDesk) -> None:
    link = desk.connected()
    state = desk.ask("deactivate", link.id, link.version)
    assert (state.links, state.stakeholders) == ([], [])
    sleeping = desk.ask("show", False).links[0]
    assert desk.ask("activate", sleeping.id, sleeping.version).links == []
    awake = desk.ask("show", True).links[0]
    assert desk.ask("remove", awake.id, awake.version).links == []
    assert "doesn't exist any more" in desk.ask("remove", awake.id, awake.version).notice.text


def test_more_connections_than_a_page_come_when_asked_for(desk: ConnectionsDesk) -> None:
    act = desk.office.act(desk.office.sara)
    for number in range(51):
        linking.connect(act, desk.lead, desk.office.contact(last_name=f"N{number:02}"), None)
    state = desk.ask("open")
    assert (len(state.links), state.more) == (50, True)
    state = desk.ask("show_more")
    assert (len(state.links), state.more) == (51, False)


def test_competitors_are_found_added_and_removed(desk: ConnectionsDesk) -> None:
    state = desk.ask("new_competitor", "Acme", "acme.com", 1)
    acme = state.competitors[0]
    assert (acme.name, acme.website) == ("Acme", "https://acme.com")
    assert set(desk.ask("new_competitor", "", "", 2).told.errors) == {"name"}
    assert [hit.name for hit in desk.send(Connections, "search", "competitor", "ac", 3).found.hits] == ["Acme"]
    assert desk.ask("remove_competitor", acme.id).competitors == []
    assert [c.name for c in desk.ask("add_competitor", acme.id, 4).competitors] == ["Acme"]


def test_news_of_the_record_reach_a_tab_that_shows_it(desk: ConnectionsDesk) -> None:
    state = desk.ask("open")
    act = desk.office.act(desk.office.sara)
    linking.connect(act, desk.lead, desk.anna, desk.office.session.get(ConnectionRole, desk.role("Champion")))

    async def hear() -> None:
        await state._hear(frozenset({f"lead:{desk.lead.id}"}))

    desk.afterwards = hear  # type: ignore[method-assign]
    desk.send(Connections, "search", "contact", "", 1)
    assert desk.who(state) == [("Anna Nowak", "Champion")]
    desk.office.session.get_one(Lead, desk.lead.id).deleted_on = desk.office.now
    desk.send(Connections, "search", "contact", "", 2)
    assert state.stakeholders == []
