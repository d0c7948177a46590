"""What administrators do with users, units and the organisation (S 9.4, 9.5, 13.1, 13.5)."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from sqlmodel import Session, select

from rxcrm.models import administration, db, login
from rxcrm.models.administration import (
    add_unit,
    add_user,
    change_user,
    delete_unit,
    disable_user,
    enable_user,
    list_users,
    move_unit,
    rename_unit,
    reset_password,
    sign_out_user,
    tree,
)
from rxcrm.models.choices import Role
from rxcrm.models.errors import CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.people import BusinessUnit, User, set_roles
from rxcrm.models.records import Act
from tests.office import LIFE, PASSWORD, Office, Statements


def ada(office: Office) -> Act:
    return office.act(office.ada)


def typed(office: Office, **more: str) -> dict[str, str]:
    whole = {"name": "Nora", "email": "nora@contoso.com", "roles": "salesperson", "manager_id": ""}
    return {**whole, "unit_id": str(office.unit("North").id), **more}


def signed_in(office: Office, user: User) -> str:
    return login.open_session(office.session, user, address="", agent="", now=office.now, life=LIFE)


# -- who may ---------------------------------------------------------------------------------------------------------

VERBS = [
    lambda act, id: add_user(act, {}),
    lambda act, id: change_user(act, id, {}),
    lambda act, id: disable_user(act, id),
    lambda act, id: enable_user(act, id),
    lambda act, id: reset_password(act, id),
    lambda act, id: sign_out_user(act, id),
    lambda act, id: list_users(act),
    lambda act, id: tree(act),
    lambda act, id: add_unit(act, "East", 1),
    lambda act, id: rename_unit(act, 1, "East"),
    lambda act, id: move_unit(act, 2, 1),
    lambda act, id: delete_unit(act, 2),
    lambda act, id: administration.update_organisation(act, {}),
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", ["Vera", "Mia", "Sara", "Tim"])
def test_only_administrators_administer(small_office: Office, verb: object, name: str) -> None:
    with pytest.raises(NotAllowed, match="Only administrators"):
        verb(small_office.act(small_office.user(name)), small_office.sara.id)


@pytest.mark.parametrize("verb", VERBS[1:6])
@pytest.mark.parametrize("user_id", [0, -1, 999_999, 2**70])
def test_there_must_be_such_a_user(small_office: Office, verb: object, user_id: int) -> None:
    with pytest.raises(NotFound, match="no such user"):
        verb(ada(small_office), user_id)


# -- adding ----------------------------------------------------------------------------------------------------------


def test_a_new_user_chooses_a_password_by_a_link(office: Office) -> None:
    nora, token = add_user(ada(office), typed(office, roles="sales_manager salesperson", manager_id=str(office.mia.id)))
    assert (nora.name, nora.manager_id, nora.password_hash) == ("Nora", office.mia.id, "")
    assert office.who(nora).roles == {Role.SALESPERSON, Role.SALES_MANAGER}
    login.redeem_password_link(office.session, token, "a good password", office.now + timedelta(hours=23))
    assert office.sign_in("nora@contoso.com", "a good password").token


def test_everything_wrong_is_named_at_once(office: Office) -> None:
    wrong = {"name": " ", "email": "sara@contoso.com", "roles": "", "unit_id": "x", "manager_id": "999999"}
    with pytest.raises(Invalid) as refusal:
        add_user(ada(office), wrong)
    assert set(refusal.value.problems) == {"name", "email", "roles", "unit_id", "manager_id"}


@pytest.mark.parametrize("wrong", [{"roles": "salesperson king"}, {"password_hash": "x"}, {"disabled": "1"}])
def test_unknown_roles_and_fields_are_refused(small_office: Office, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refusal:
        add_user(ada(small_office), typed(small_office, **wrong))
    assert set(refusal.value.problems) == set(wrong)


def test_of_two_who_take_one_address_the_second_is_refused(office: Office) -> None:
    act, answers, outcomes = ada(office), typed(office), []
    office.commit()

    def try_it() -> None:
        try:
            db.transact(lambda session: add_user(Act(session, act.who, office.now), answers))
            outcomes.append("added")
        except CrmError as refusal:
            outcomes.append(str(sorted(getattr(refusal, "problems", {}))))

    threads = [Thread(target=try_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["['email']", "added"]


# -- changing --------------------------------------------------------------------------------------------------------


def test_only_what_was_typed_is_changed(office: Office) -> None:
    change_user(ada(office), office.sara.id, {"email": "Sara.B@contoso.com"})
    sara = office.sara
    assert (sara.name, sara.email, sara.unit_id) == ("Sara", "sara.b@contoso.com", office.unit("North").id)
    assert office.who(sara).roles == {Role.SALESPERSON}


def test_records_follow_a_new_name_and_unit(office: Office) -> None:
    lead, toms = office.lead(), office.lead(office.tom)
    service = office.unit("Service")
    for _ in range(2):
        change_user(ada(office), office.sara.id, {"name": "Ángela", "unit_id": str(service.id)})
    office.session.expire_all()
    assert (lead.owner_key, lead.unit_id) == ("angela", service.id)
    assert (toms.owner_key, toms.unit_id) == ("tom", office.unit("North").id)
    assert office.sara.name_key == "angela"


def test_a_change_that_changes_nothing_is_harmless(office: Office) -> None:
    change_user(ada(office), office.ada.id, {})
    assert office.who(office.ada).administrator


def test_the_last_administrator_keeps_the_role(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        change_user(ada(office), office.ada.id, {"roles": "salesperson", "name": ""})
    assert "only administrator" in refusal.value.by_field()["roles"]
    assert "name" in refusal.value.problems


def test_nobody_takes_the_role_from_himself(office: Office) -> None:
    set_roles(office.session, office.vera, [Role.ADMINISTRATOR])
    with pytest.raises(Invalid, match=r".*") as refusal:
        change_user(ada(office), office.ada.id, {"roles": "salesperson"})
    assert "from yourself" in refusal.value.by_field()["roles"]
    change_user(ada(office), office.vera.id, {"roles": "vice_president"})
    assert office.who(office.vera).roles == {Role.VICE_PRESIDENT}


def test_nobody_manages_himself_directly_or_over_others(office: Office) -> None:
    change_user(ada(office), office.sara.id, {"manager_id": str(office.mia.id)})
    change_user(ada(office), office.mia.id, {"manager_id": str(office.vera.id)})
    for manager in (office.vera, office.mia, office.sara):
        with pytest.raises(Invalid, match=r".*") as refusal:
            change_user(ada(office), office.vera.id, {"manager_id": str(manager.id)})
        assert "own manager" in refusal.value.by_field()["manager_id"]


def test_a_manager_who_was_disabled_may_stay_but_not_be_chosen(office: Office) -> None:
    change_user(ada(office), office.sara.id, {"manager_id": str(office.mia.id)})
    disable_user(ada(office), office.mia.id)
    change_user(ada(office), office.sara.id, {"name": "Sarah"})
    with pytest.raises(Invalid):
        change_user(ada(office), office.tom.id, {"manager_id": str(office.mia.id)})


# -- letting in and out ----------------------------------------------------------------------------------------------


def test_a_disabled_user_is_out_until_he_is_enabled(office: Office) -> None:
    token = signed_in(office, office.sara)
    for _ in range(2):
        disable_user(ada(office), office.sara.id)
    assert login.identify(office.session, token, office.now) is None
    assert not office.sign_in("sara@contoso.com", PASSWORD).token
    for _ in range(2):
        enable_user(ada(office), office.sara.id)
    assert office.sign_in("sara@contoso.com", PASSWORD).token


def test_nobody_disables_himself(office: Office) -> None:
    with pytest.raises(NotAllowed, match="yourself"):
        disable_user(ada(office), office.ada.id)


def test_a_reset_gives_a_link_and_the_old_password_works_until_then(office: Office) -> None:
    _sara, token = reset_password(ada(office), office.sara.id)
    assert office.sign_in("sara@contoso.com", PASSWORD).token
    login.redeem_password_link(office.session, token, "another password", office.now)
    assert not office.sign_in("sara@contoso.com", PASSWORD).token
    assert office.sign_in("sara@contoso.com", "another password").token


def test_a_second_link_ends_the_first(office: Office) -> None:
    _, first = reset_password(ada(office), office.sara.id)
    reset_password(ada(office), office.sara.id)
    with pytest.raises(NotFound):
        login.redeem_password_link(office.session, first, "another password", office.now)


def test_a_disabled_user_gets_no_link(office: Office) -> None:
    disable_user(ada(office), office.sara.id)
    with pytest.raises(NotAllowed, match="Sara is disabled"):
        reset_password(ada(office), office.sara.id)


def test_signing_out_everywhere_ends_his_sessions_alone(office: Office) -> None:
    saras, toms = signed_in(office, office.sara), signed_in(office, office.tom)
    for _ in range(2):
        sign_out_user(ada(office), office.sara.id)
    assert login.identify(office.session, saras, office.now) is None
    assert login.identify(office.session, toms, office.now).id == office.tom.id


# -- the list --------------------------------------------------------------------------------------------------------


def test_the_list_says_who_works_here(office: Office) -> None:
    change_user(ada(office), office.sara.id, {"manager_id": str(office.mia.id)})
    signed_in(office, office.sara)
    signed_in(office, office.sara)
    disable_user(ada(office), office.olaf.id)
    found = list_users(ada(office))
    assert [row.name for row in found] == ["Ada", "Mia", "Sara", "Tim", "Tom", "Vera", "Olaf"]
    sara = found[2]
    assert (sara.unit, sara.manager, sara.roles, sara.signed_in, sara.sessions) == (
        "North",
        "Mia",
        [Role.SALESPERSON],
        office.now,
        2,
    )
    assert {row.name: row.signed_in for row in found if row.name != "Sara"} == dict.fromkeys(
        ["Ada", "Mia", "Tim", "Tom", "Vera", "Olaf"]
    )
    assert [row.name for row in found if row.invited] == ["Mia", "Tim", "Tom", "Vera", "Olaf"]
    assert found[-1].disabled


def test_the_list_still_says_when_somebody_signed_in_who_has_signed_out(office: Office) -> None:
    signed_in(office, office.sara)
    sign_out_user(ada(office), office.sara.id)
    sara = next(row for row in list_users(ada(office)) if row.name == "Sara")
    assert (sara.signed_in, sara.sessions) == (office.now, 0)


@pytest.mark.parametrize(
    "term, names", [("SÁRA", ["Sara"]), ("tom@", ["Tom"]), ("%", []), ("", 7), (" ", 7), ("\0", 7)]
)
def test_a_term_is_looked_for_in_name_and_address(office: Office, term: str, names: list[str] | int) -> None:
    found = [row.name for row in list_users(ada(office), term)]
    assert len(found) == names if isinstance(names, int) else found == names


def test_more_users_cost_no_more_statements(office: Office) -> None:
    act = ada(office)

    def cost() -> int:
        office.session.flush()
        with Statements(office.engine) as statements:
            list_users(act)
        return len(statements)

    before = cost()
    for n in range(10):
        add_user(act, typed(office, email=f"n{n}@contoso.com"))
    assert cost() == before


# -- units -----------------------------------------------------------------------------------------------------------


def names(office: Office) -> list[tuple[str, int]]:
    return [(branch.name, branch.depth) for branch in tree(ada(office))]


def test_the_tree_is_told_from_the_top(office: Office) -> None:
    assert names(office) == [("Contoso", 0), ("Sales", 1), ("North", 2), ("Service", 1)]
    assert [branch.users for branch in tree(ada(office))] == [2, 1, 3, 1]


def test_a_unit_is_added_renamed_moved_and_deleted(office: Office) -> None:
    act, service = ada(office), office.unit("Service")
    east = add_unit(act, "  East ", office.unit("Sales").id)
    rename_unit(act, east.id, "Far East")
    for _ in range(2):
        move_unit(act, east.id, service.id)
    assert names(office)[-2:] == [("Service", 1), ("Far East", 2)]
    assert delete_unit(act, east.id) == "Far East"
    with pytest.raises(NotFound, match="no such unit"):
        delete_unit(act, east.id)


@pytest.mark.parametrize("name", ["", " \0", "x" * 101, "north", "NÓRTH"])
def test_a_bad_name_of_a_unit_is_refused(office: Office, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add_unit(ada(office), name, office.unit("Sales").id)
    assert set(refusal.value.problems) == {"name"}
    with pytest.raises(Invalid):
        rename_unit(ada(office), office.unit("Service").id, name)


def test_a_unit_may_be_written_in_other_case_and_the_root_be_renamed(office: Office) -> None:
    rename_unit(ada(office), office.unit("North").id, "NORTH")
    rename_unit(ada(office), office.unit("Contoso").id, "Contoso Group")
    assert names(office)[0] == ("Contoso Group", 0)


def test_a_new_unit_stands_below_one_that_exists(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        add_unit(ada(office), "", 999_999)
    assert set(refusal.value.problems) == {"name", "parent_id"}


def test_a_unit_moves_only_where_it_can_stand(office: Office) -> None:
    sales, north = office.unit("Sales"), office.unit("North")
    with pytest.raises(NotAllowed, match="below itself"):
        move_unit(ada(office), sales.id, north.id)
    with pytest.raises(Invalid) as refusal:
        move_unit(ada(office), north.id, 999_999)
    assert set(refusal.value.problems) == {"parent_id"}
    assert [b.name for b in administration.parents_for(ada(office), sales)] == ["Contoso", "Service"]


def test_a_unit_that_holds_anything_stays(office: Office) -> None:
    act = ada(office)
    with pytest.raises(NotAllowed, match="topmost"):
        delete_unit(act, office.unit("Contoso").id)
    with pytest.raises(NotAllowed, match="units below"):
        delete_unit(act, office.unit("Sales").id)
    with pytest.raises(NotAllowed, match="has users"):
        delete_unit(act, office.unit("Service").id)
    change_user(act, office.olaf.id, {"unit_id": str(office.unit("North").id)})
    with pytest.raises(NotAllowed, match="has teams"):
        delete_unit(act, office.unit("Service").id)
    east = add_unit(act, "East", office.unit("Sales").id)
    lead = office.lead(unit_id=east.id)
    lead.unit_id = east.id
    office.session.flush()
    with pytest.raises(NotAllowed, match="has records"):
        delete_unit(act, east.id)
    assert {u.name for u in office.session.exec(select(BusinessUnit))} >= {"Contoso", "Sales", "Service", "East"}


# -- the organisation ------------------------------------------------------------------------------------------------


def test_the_organisation_changes_what_was_typed(office: Office) -> None:
    administration.update_organisation(ada(office), {"name": " Contoso Ltd ", "private": "1", "fiscal_month": "7"})
    org = office.organisation
    assert (org.name, org.private, org.open_editing, org.fiscal_month, org.country) == (
        "Contoso Ltd",
        True,
        False,
        7,
        "PL",
    )
    assert office.who(office.sara).private


@pytest.mark.parametrize(
    "field, value",
    [
        ("name", " "),
        ("name", "x" * 161),
        ("country", "XX"),
        ("language", "tlh"),
        ("currency", "XYZ"),
        ("time_zone", "../etc/passwd"),
        ("first_weekday", "7"),
        ("fiscal_month", "0"),
        ("fiscal_day", "32"),
        ("fiscal_day", "1.5"),
        ("private", "yes"),
        ("open_editing", ""),
        ("id", "2"),
        ("created_on", "2020-01-01"),
    ],
)
def test_a_bad_value_of_the_organisation_is_named(small_office: Office, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        administration.update_organisation(ada(small_office), {"currency": "EUR", field: value})
    assert set(refusal.value.problems) == {field}


def test_two_administrators_who_leave_at_once_leave_one_behind(office: Office) -> None:
    set_roles(office.session, office.vera, [Role.ADMINISTRATOR])
    acts = {office.ada.id: office.act(office.vera).who, office.vera.id: ada(office).who}
    office.commit()
    outcomes: list[str] = []

    def disable(user_id: int) -> None:
        def unit_of_work(session: Session) -> None:
            disable_user(Act(session, acts[user_id], office.now), user_id)

        try:
            db.transact(unit_of_work)
            outcomes.append("done")
        except CrmError as refusal:
            outcomes.append(type(refusal).__name__)

    threads = [Thread(target=disable, args=(user_id,)) for user_id in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["NotAllowed", "done"]
