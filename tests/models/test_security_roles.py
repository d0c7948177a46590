"""Security roles that administrators shape: at once, with every consequence, and never so that nobody can go back (S 9.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlmodel import select

from rxcrm.models import administration, configuration, publishing, saved_views
from rxcrm.models import security_roles as verbs
from rxcrm.models.access import Depth, Privilege, holders, visible
from rxcrm.models.choices import Role
from rxcrm.models.errors import BadValue, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.filters.conditions import every
from rxcrm.models.filters.conditions import written as written_condition
from rxcrm.models.lead import Lead
from rxcrm.models.privileges import GRANTS, MATRIX, known_roles, place_of, role_label, written
from rxcrm.models.saved_views import Reader
from rxcrm.models.security_roles import RoleView, cells_of
from tests.office import Office


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    configuration.reset()


def view_of(office: Office, key: str) -> RoleView:
    return next(view for view in verbs.listed(office.act(office.ada)) if view.key == key)


def set_cells(office: Office, key: str, **cells: str) -> None:
    """`lead_read="1"` for the cell `lead.read`."""
    found = {name.replace("_", ".", 1) if "_" in name else name: depth for name, depth in cells.items()}
    verbs.change(office.act(office.ada), key, view_of(office, key).version, found)
    office.commit()


def a_role(office: Office, name: str = "Trainee", like: str = "") -> str:
    key = verbs.add(office.act(office.ada), {"name": name, "like": like}).key
    office.commit()
    return key


def test_a_cell_of_a_shipped_role_is_set_and_holds_at_once(office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    assert office.session.exec(select(Lead).where(visible(office.act(office.tom).who, Lead))).all() == [lead]
    set_cells(office, "salesperson", lead_read="1")
    assert office.act(office.tom).who.depth("lead", Privilege.READ) is Depth.USER
    assert office.session.exec(select(Lead).where(visible(office.act(office.tom).who, Lead))).all() == []
    office.commit()


def test_what_was_shipped_holds_where_nothing_was_set(office: Office) -> None:
    set_cells(office, "salesperson", lead_delete="1")
    who = office.act(office.sara).who
    for place, depth in GRANTS[who.private, who.open_editing][Role.SALESPERSON].items():
        expected = Depth.USER if place == ("lead", Privilege.DELETE) else depth
        assert who.depth(*place) is expected, place
    office.commit()


def test_what_was_set_wins_over_the_presets_and_the_rest_follows_them(office: Office) -> None:
    set_cells(office, "salesperson", lead_read="2")
    office.settle(private=True)
    office.commit()
    who = office.act(office.sara).who
    assert who.depth("lead", Privilege.READ) is Depth.UNIT
    assert who.depth("account", Privilege.READ) is Depth.USER
    office.commit()


def test_a_cell_set_back_to_what_was_shipped_is_not_changed_any_more(office: Office) -> None:
    before = view_of(office, "salesperson").cells["lead.delete"]
    set_cells(office, "salesperson", lead_delete="4")
    assert view_of(office, "salesperson").changed
    set_cells(office, "salesperson", lead_delete=before)
    assert not view_of(office, "salesperson").changed
    office.commit()


def test_restoring_forgets_everything_that_was_set(office: Office) -> None:
    before = view_of(office, "team_member").cells
    set_cells(office, "team_member", lead_write="4", export="0")
    assert not office.act(office.tim).who.holds(Privilege.EXPORT)
    verbs.restore(office.act(office.ada), "team_member")
    office.commit()
    assert view_of(office, "team_member").cells == before
    assert office.act(office.tim).who.holds(Privilege.EXPORT)
    office.commit()


def test_a_role_of_ones_own_begins_with_the_privileges_of_another_and_goes_its_own_way(office: Office) -> None:
    key = a_role(office, like="salesperson")
    assert view_of(office, key).cells == view_of(office, "salesperson").cells
    set_cells(office, key, lead_create="0")
    assert view_of(office, "salesperson").cells["lead.create"] == "1"
    administration.change_user(office.act(office.ada), office.sara.id or 0, {"roles": key})
    office.commit()
    act = office.act(office.sara)
    assert not act.who.holds(Privilege.CREATE, "lead")
    assert act.who.holds(Privilege.READ, "lead")
    office.commit()


def test_a_role_that_begins_with_nothing_grants_nothing(office: Office) -> None:
    key = a_role(office)
    assert set(view_of(office, key).cells.values()) == {"0"}
    administration.change_user(office.act(office.ada), office.sara.id or 0, {"roles": key})
    office.commit()
    who = office.act(office.sara).who
    assert not any(who.holds(privilege, entity) for entity in MATRIX for privilege in Privilege)
    office.commit()


def test_several_roles_are_united_at_their_highest_depths(office: Office) -> None:
    key = a_role(office)
    set_cells(office, key, lead_delete="4")
    administration.change_user(office.act(office.ada), office.sara.id or 0, {"roles": f"salesperson {key}"})
    office.commit()
    who = office.act(office.sara).who
    assert who.depth("lead", Privilege.DELETE) is Depth.ORG
    assert who.depth("lead", Privilege.CREATE) is Depth.USER
    assert office.sara.id in holders(office.session, office.act(office.ada).organisation, Privilege.DELETE, "lead")
    office.commit()


def test_system_administrator_keeps_everything_so_that_nobody_locks_everybody_out(office: Office) -> None:
    act = office.act(office.ada)
    for refused in (
        lambda: verbs.change(act, "administrator", 0, {"lead.read": "0"}),
        lambda: verbs.restore(act, "administrator"),
        lambda: verbs.remove(act, "administrator"),
        lambda: verbs.rename(act, "administrator", {"name": "Nobody"}),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert view_of(office, "administrator").fixed
    office.commit()


def test_no_other_role_can_be_given_the_settings(office: Office) -> None:
    with pytest.raises(BadValue):
        verbs.change(office.act(office.ada), "salesperson", 0, {"administer": "1"})
    assert not office.act(office.sara).who.administrator
    office.commit()


@pytest.mark.parametrize(
    "cells", [{"lead.read": "5"}, {"lead.read": ""}, {"lead.fly": "1"}, {"x.read": "1"}, {"import": "4"}]
)
def test_what_is_no_cell_or_no_depth_is_refused_and_nothing_is_set(office: Office, cells: dict[str, str]) -> None:
    before = view_of(office, "salesperson").cells
    with pytest.raises(BadValue):
        verbs.change(office.act(office.ada), "salesperson", 0, {"lead.write": "4", **cells})
    office.session.rollback()
    assert view_of(office, "salesperson").cells == before
    office.commit()


def test_of_two_administrators_at_once_the_second_one_is_told(office: Office) -> None:
    version = view_of(office, "salesperson").version
    set_cells(office, "salesperson", lead_delete="1")
    with pytest.raises(Stale):
        verbs.change(office.act(office.ada), "salesperson", version, {"lead.delete": "2"})
    office.session.rollback()


@pytest.mark.parametrize("name", ["", "  ", "Salesperson", "SALES manager", "n" * 101])
def test_a_role_needs_a_name_that_no_other_one_has(office: Office, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        verbs.add(office.act(office.ada), {"name": name})
    assert set(refusal.value.problems) == {"name"}


def test_a_role_is_renamed_and_keeps_its_users(office: Office) -> None:
    key = a_role(office, like="salesperson")
    administration.change_user(office.act(office.ada), office.sara.id or 0, {"roles": key})
    verbs.rename(office.act(office.ada), key, {"name": "Apprentice"})
    office.commit()
    assert role_label(key) == "Apprentice"
    assert view_of(office, key).users == 1
    office.commit()


def test_a_role_that_somebody_has_is_not_deleted_and_one_that_nobody_has_is(office: Office) -> None:
    key = a_role(office)
    administration.change_user(office.act(office.ada), office.sara.id or 0, {"roles": f"salesperson {key}"})
    office.commit()
    with pytest.raises(NotAllowed, match="1 users"):
        verbs.remove(office.act(office.ada), key)
    administration.change_user(office.act(office.ada), office.sara.id or 0, {"roles": "salesperson"})
    verbs.remove(office.act(office.ada), key)
    office.commit()
    assert key not in known_roles()
    with pytest.raises(NotFound):
        verbs.change(office.act(office.ada), key, 1, {})
    office.commit()


def test_shipped_roles_are_neither_renamed_nor_deleted(office: Office) -> None:
    act = office.act(office.ada)
    with pytest.raises(NotAllowed):
        verbs.rename(act, "salesperson", {"name": "Seller"})
    with pytest.raises(NotAllowed):
        verbs.remove(act, "salesperson")
    office.commit()


@pytest.mark.parametrize(
    "verb",
    [
        lambda act: verbs.listed(act),
        lambda act: verbs.add(act, {"name": "x"}),
        lambda act: verbs.change(act, "salesperson", 0, {"lead.read": "4"}),
        lambda act: verbs.restore(act, "salesperson"),
        lambda act: verbs.remove(act, "salesperson"),
    ],
)
def test_only_administrators_shape_roles(office: Office, verb: Callable[..., object]) -> None:
    with pytest.raises(NotAllowed):
        verb(office.act(office.mia))
    office.commit()


def test_views_are_shared_with_a_role_of_ones_own_and_looked_at_as_it(office: Office) -> None:
    key = a_role(office, like="salesperson")
    administration.change_user(office.act(office.ada), office.tom.id or 0, {"roles": key})
    office.commit()
    assert publishing.as_role(office.act(office.ada), key).who.roles == {key}
    shown = {"columns": ["name"], "where": written_condition(every())}
    row = saved_views.save_as(office.act(office.sara), "lead", "Fair", shown)
    assert saved_views.seen(office.act(office.tom), row.id or 0) is None
    saved_views.share(office.act(office.sara), row.id or 0, [Reader("role", key, "", False)])
    office.commit()
    assert saved_views.seen(office.act(office.tom), row.id or 0) is not None
    office.commit()


def test_privileges_that_reach_beyond_reading_are_advised_against(office: Office) -> None:
    assert not any(view.advice for view in verbs.listed(office.act(office.ada)))
    set_cells(office, "salesperson", lead_read="1", lead_write="4")
    (sentence,) = view_of(office, "salesperson").advice
    assert "Leads" in sentence
    assert "Write" in sentence
    office.commit()


def test_every_cell_is_written_and_read_back(office: Office) -> None:
    for role, grants in GRANTS[False, False].items():
        assert set(cells_of(grants)) >= {written(place) for place in grants if place[1] is not Privilege.ADMINISTER}, (
            role
        )
        for place in grants:
            assert place_of(written(place)) == place


def test_a_change_counts_as_one_of_the_configuration(office: Office) -> None:
    before = office.act(office.ada).organisation.configuration
    set_cells(office, "salesperson", lead_delete="1")
    assert office.act(office.ada).organisation.configuration > before
    assert configuration.current().number > before
    office.commit()
