"""Handlers of the settings pages, called without a browser: the verb runs, refusals are shown where they belong."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext
from sqlmodel import select

from rxcrm.models.access import Privilege
from rxcrm.models.choices import Role
from rxcrm.models.errors import NotAllowed
from rxcrm.models.people import BusinessUnit, User
from rxcrm.state import gate
from rxcrm.state.settings import asking, organisation, roles, units, users
from rxcrm.state.settings.qualification import QualificationSettings
from tests.office import Office
from tests.state.desk import Desk


@pytest.fixture
def desk(small_office: Office) -> Iterator[SettingsDesk]:
    small_office.commit()
    yield SettingsDesk(small_office)


class SettingsDesk(Desk):
    """Ada at the settings pages."""

    def users(self, handler: str, *args: Any) -> Any:
        return self.send(users.Users, handler, *args)

    def units(self, handler: str, *args: Any) -> Any:
        return self.send(units.Units, handler, *args)

    def organisation(self, handler: str, *args: Any) -> Any:
        return self.send(organisation.OrganisationSettings, handler, *args)


def test_every_handler_is_for_administrators() -> None:
    names = [n for n in RegistrationContext.get().event_handlers if "state___settings___" in n and "." in n]
    marks = {n: getattr(RegistrationContext.get().event_handlers[n].handler.fn, "__rxcrm_mark__", None) for n in names}
    ours = {n: m for n, m in marks.items() if not n.endswith(".setvar")}
    assert len(ours) > 20
    # Contact sources are everybody's own who may import; their models ask for the administrator where one is needed.
    own = {n for n in ours if "settings___exchange" in n}
    assert {ours.pop(n) for n in own} <= {Privilege.IMPORT, Privilege.ADMINISTER}
    assert set(ours.values()) == {Privilege.ADMINISTER}


def test_others_learn_nothing_even_past_the_gate(desk: SettingsDesk) -> None:
    desk.user = desk.office.mia
    for cls in (users.Users, units.Units, organisation.OrganisationSettings, roles.Roles):
        state = desk.send(cls, "open")
        assert "Only administrators" in state.notice.text
        assert not state.ready
    assert desk.users("search", "sara").rows == []
    assert desk.users("ask_edit", desk.office.sara.id).values == {}
    with pytest.raises(NotAllowed):
        users.user_form(desk.office.act(desk.office.mia), 0)


def test_the_table_shows_everybody_and_only_declared_columns(desk: SettingsDesk) -> None:
    state = desk.users("open")
    assert [row.name for row in state.rows] == ["Ada", "Mia", "Olaf", "Sara", "Tim", "Tom", "Vera"]
    assert {f.name for f in dataclasses.fields(state.rows[0])} == {
        *("id", "name", "email", "roles", "unit", "manager", "status", "signed_in", "sessions", "me"),
    }
    assert [row.name for row in state.rows if row.me] == ["Ada"]
    assert [row.name for row in desk.users("search", "SAR").rows] == ["Sara"]
    assert desk.users("open").term == ""


def test_a_longer_list_says_that_it_is_cut(desk: SettingsDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "USERS_SHOWN", 3)
    state = desk.users("open")
    assert (len(state.rows), state.more) == (3, True)


def test_adding_shows_the_link_once(desk: SettingsDesk) -> None:
    form = desk.users("ask_add")
    assert (form.asked, form.values["roles"], form.values["unit_id"]) == ("add", "salesperson", str(desk.user.unit_id))
    state = desk.users("add", 0, {**form.values, "name": "Nora", "email": "nora@contoso.com"}, 7)
    assert (state.told.token, state.told.ok, state.asked, state.link_for) == (7, True, "", "Nora")
    assert state.link.startswith("/password?token=")
    assert "Nora" in [row.name for row in state.rows]
    assert desk.users("dismiss").link == ""


def test_what_is_wrong_is_told_at_its_field_and_the_dialog_stays(desk: SettingsDesk) -> None:
    desk.users("ask_add")
    state = desk.users("add", 0, {"name": "", "email": "sara@contoso.com", "roles": "", "unit_id": "0"}, 8)
    assert set(state.told.errors) == {"name", "email", "roles", "unit_id"}
    assert (state.told.ok, state.asked, state.link) == (False, "add", "")


def test_a_refusal_of_the_whole_form_is_told_in_it(desk: SettingsDesk) -> None:
    state = desk.users("save", 999_999, {"name": "X"}, 9)
    assert state.told == asking.Told(9, errors={"": "There is no such user."})


def test_a_saved_user_counts_at_once(desk: SettingsDesk) -> None:
    gate._believed["token"] = (0.0, None)
    sara = desk.office.sara.id
    assert desk.users("ask_edit", sara).values["name"] == "Sara"
    state = desk.users("save", sara, {"roles": "sales_manager"}, 3)
    assert (state.told.ok, state.notice.text) == (True, "Sara was saved.")
    assert desk.office.who(desk.office.sara).roles == {Role.SALES_MANAGER}
    assert gate._believed == {}


def test_somebody_is_locked_out_and_let_in(desk: SettingsDesk) -> None:
    sara = desk.office.sara.id
    assert desk.users("ask_disable", sara).subject_name == "Sara"
    state = desk.users("disable", sara)
    assert (state.asked, state.rows[-1].name, state.rows[-1].status) == ("", "Sara", "disabled")
    assert desk.users("enable", sara).notice.text == "Sara is enabled and can sign in again."
    assert not desk.office.session.get_one(User, sara).disabled


def test_nobody_locks_himself_out(desk: SettingsDesk) -> None:
    state = desk.users("disable", desk.office.ada.id)
    assert (state.notice.kind, state.notice.text) == ("error", "You cannot disable yourself.")


def test_a_reset_hands_out_a_link(desk: SettingsDesk) -> None:
    state = desk.users("reset_password", desk.office.sara.id)
    assert state.link and state.link_for == "Sara"


def test_units_are_added_renamed_moved_and_deleted(desk: SettingsDesk) -> None:
    sales, service = desk.office.unit("Sales").id, desk.office.unit("Service").id
    assert desk.units("ask_add", sales).values["parent_id"] == str(sales)
    state = desk.units("add", 0, {"name": "East", "parent_id": str(sales)}, 1)
    east = next(row.id for row in state.rows if row.name == "East")
    desk.units("rename", east, {"name": "Far East"}, 2)
    assert str(east) not in [value for value, _text in desk.units("ask_move", east).parents]
    desk.units("move", east, {"parent_id": str(service)}, 3)
    assert desk.office.session.get_one(BusinessUnit, east).parent_id == service
    assert desk.units("ask_delete", east).stays == ""
    assert desk.units("delete", east).notice.text == "Far East was deleted."


def test_a_unit_that_stays_says_why(desk: SettingsDesk) -> None:
    service = desk.office.unit("Service").id
    assert "has users" in desk.units("ask_delete", service).stays
    assert desk.units("delete", service).notice.kind == "error"


def test_a_bad_unit_is_told_at_its_field(desk: SettingsDesk) -> None:
    north = desk.office.unit("North").id
    assert set(desk.units("rename", north, {"name": "sales"}, 5).told.errors) == {"name"}
    assert set(desk.units("add", 0, {}, 6).told.errors) == {"name", "parent_id"}
    assert desk.units("rename", north, {}, 7).told.ok


def test_the_organisation_is_shown_and_saved(desk: SettingsDesk) -> None:
    state = desk.organisation("open")
    assert (state.values["name"], state.values["private"], state.values["fiscal_month"]) == ("Contoso", "0", "1")
    state = desk.organisation("save", 0, {"private": "1", "currency": "CHF"}, 4)
    assert (state.told.ok, state.values["private"], state.values["currency"]) == (True, "1", "CHF")
    assert desk.office.who(desk.office.sara).private
    assert set(desk.organisation("save", 0, {"country": "XX"}, 5).told.errors) == {"country"}


def test_a_raw_client_cannot_fill_in_other_columns(desk: SettingsDesk) -> None:
    before = desk.office.ada.password_hash
    desk.users("save", desk.office.sara.id, {"password_hash": before, "disabled": "1"}, 1)
    desk.organisation("save", 0, {"id": "5"}, 2)
    assert all(not user.disabled for user in desk.office.session.exec(select(User)))
    assert desk.organisation("open").told.errors != {}


def test_roles_are_added_saved_deactivated_and_deleted(desk: SettingsDesk) -> None:
    state = desk.send(roles.Roles, "open")
    assert (state.rows[0].label, state.rows[0].category_label, len(state.rows)) == ("Champion", "Stakeholder", 22)
    form = desk.send(roles.Roles, "ask_add")
    assert (form.values["category"], form.values["entities"]) == ("1000", "lead account contact opportunity user")
    friend, child = (next(r.id for r in form.rows if r.name == name) for name in ("Friend", "Child"))
    typed = {**form.values, "name": "Mentor", "entities": "contact", "match1": str(friend), "match2": str(child)}
    state = desk.send(roles.Roles, "add", 0, typed, 3)
    mentor = next(row for row in state.rows if row.name == "Mentor")
    assert (state.told.ok, mentor.entities, mentor.matching) == (True, ["contact"], "Friend, Child")
    form = desk.send(roles.Roles, "ask_edit", mentor.id)
    assert (form.subject_name, form.values["match2"], form.values["match3"]) == ("Mentor", str(child), "")
    assert set(desk.send(roles.Roles, "save", mentor.id, {**form.values, "name": ""}, 4).told.errors) == {"name"}
    desk.send(roles.Roles, "save", mentor.id, {**form.values, "match1": "", "name": "Guide"}, 5)
    state = desk.send(roles.Roles, "deactivate", mentor.id)
    guide = next(row for row in state.rows if row.id == mentor.id)
    assert (guide.name, guide.matching, guide.active) == ("Guide", "Child", False)
    assert desk.send(roles.Roles, "activate", mentor.id).notice.text == "Guide is offered again."
    assert desk.send(roles.Roles, "ask_delete", mentor.id).stays == ""
    assert desk.send(roles.Roles, "delete", mentor.id).notice.text == "Guide was deleted."
    stakeholder = next(row.id for row in state.rows if row.name == "Stakeholder")
    assert "uses this role itself" in desk.send(roles.Roles, "ask_delete", stakeholder).stays
    assert desk.send(roles.Roles, "ask_edit", 999_999).notice.text == "There is no such role."


def test_administrators_choose_what_a_qualification_decides_by_itself(desk: Desk) -> None:
    page = desk.send(QualificationSettings, "save", 0, {"qualify_contact": "automatic", "qualify_several": "0"}, 3)
    assert page.told.ok and page.values["qualify_contact"] == "automatic" and page.values["qualify_several"] == "0"
    page = desk.send(QualificationSettings, "without_asking")
    assert {page.values[f"qualify_{name}"] for name in ("account", "contact", "opportunity")} == {"automatic"}


def test_nothing_else_is_accepted_as_a_decision(desk: Desk) -> None:
    page = desk.send(QualificationSettings, "save", 0, {"qualify_contact": "never"}, 3)
    assert not page.told.ok and "qualify_contact" in page.told.errors
