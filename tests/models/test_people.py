"""Users, units, roles (S 9.4, 9.5)."""

from __future__ import annotations

import pytest

from rxcrm.models.choices import Role
from rxcrm.models.errors import Invalid, NotAllowed, NotFound
from rxcrm.models.people import BusinessUnit, add_user, check_person, members_of, move_unit, set_roles, subtree
from tests.office import Office


def add(office: Office, email: str = "nora@contoso.com", name: str = "Nora", **more: object) -> object:
    chosen = {"unit_id": office.unit("North").id, "roles": [Role.SALESPERSON], "now": office.now, **more}
    return add_user(office.session, email=email, name=name, **chosen)


def test_a_new_user_has_a_clean_address_and_his_roles(office: Office) -> None:
    nora = add(office, "  Nora@Contoso.COM ", " No\u202era\0 ")
    assert (nora.email, nora.name, nora.name_key, nora.password_hash) == ("nora@contoso.com", "Nora", "nora", "")
    assert office.who(nora).roles == {Role.SALESPERSON}


@pytest.mark.parametrize(
    "change, field",
    [
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "a@b@c.com"}, "email"),
        ({"email": "x" * 300 + "@contoso.com"}, "email"),
        ({"email": "SARA@contoso.com"}, "email"),
        ({"name": " \0 "}, "name"),
        ({"name": "x" * 161}, "name"),
        ({"roles": []}, "roles"),
        ({"unit_id": 999_999}, "unit_id"),
    ],
)
def test_a_bad_answer_is_named(office: Office, change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add(office, **change)
    assert field in refusal.value.problems


def test_every_bad_answer_is_named_at_once(small_office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        check_person(small_office.session, "nobody", "")
    assert set(refusal.value.by_field()) == {"email", "name"}


def test_somebody_may_keep_his_own_address(small_office: Office) -> None:
    sara = small_office.sara
    assert check_person(small_office.session, sara.email, "Sara B.", known=sara) == (sara.email, "Sara B.")


def test_roles_are_replaced_and_twice_is_harmless(office: Office) -> None:
    for _ in range(2):
        set_roles(office.session, office.sara, [Role.SALES_MANAGER, Role.SALES_MANAGER])
    assert office.who(office.sara).roles == {Role.SALES_MANAGER}


def test_the_last_administrator_keeps_his_role(office: Office) -> None:
    with pytest.raises(NotAllowed, match="Ada is the only administrator"):
        set_roles(office.session, office.ada, [Role.SALESPERSON])
    set_roles(office.session, office.vera, [Role.ADMINISTRATOR])
    set_roles(office.session, office.ada, [Role.SALESPERSON])
    assert not office.who(office.ada).administrator


def test_a_disabled_administrator_does_not_count(office: Office) -> None:
    set_roles(office.session, office.vera, [Role.ADMINISTRATOR])
    office.vera.disabled = True
    office.session.flush()
    with pytest.raises(NotAllowed):
        set_roles(office.session, office.ada, [Role.SALESPERSON])


def test_a_unit_reaches_what_is_below_it(office: Office) -> None:
    ids = {name: office.unit(name).id for name in ("Contoso", "Sales", "North", "Service")}
    assert subtree(office.session, ids["Contoso"]) == set(ids.values())
    assert subtree(office.session, ids["Sales"]) == {ids["Sales"], ids["North"]}
    assert subtree(office.session, ids["North"]) == {ids["North"]}


def test_a_circle_of_units_ends(office: Office) -> None:
    sales, north = office.unit("Sales"), office.unit("North")
    sales.parent_id = north.id
    office.session.flush()
    assert subtree(office.session, sales.id) == {sales.id, north.id}


def test_a_moved_unit_moves_its_people(office: Office) -> None:
    north, service = office.unit("North"), office.unit("Service")
    for _ in range(2):
        move_unit(office.session, north, service.id)
    assert office.who(office.mia).units_below == {office.mia.unit_id}
    assert office.who(office.olaf).units_below == {service.id, north.id}


def test_the_root_stays_and_no_unit_stands_below_itself(office: Office) -> None:
    root, sales, north = (office.unit(n) for n in ("Contoso", "Sales", "North"))
    for unit, below in [(root, sales), (sales, sales), (sales, north)]:
        with pytest.raises(NotAllowed):
            move_unit(office.session, unit, below.id)
    with pytest.raises(NotFound):
        move_unit(office.session, north, 999_999)
    assert office.session.get(BusinessUnit, sales.id).parent_id == root.id


def test_members_who_left_do_not_count(office: Office) -> None:
    office.tom.disabled = True
    office.session.flush()
    assert members_of(office.session, office.fair) == [office.olaf]
