"""Assign: to a user or team, with the activities of the former owner (S 1.1.4, 3.9)."""

from __future__ import annotations

import pytest
from sqlmodel import select

from rxcrm.models import notifying, records
from rxcrm.models.access import ON_RECORDS, Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.assigning import assign, candidates, owner
from rxcrm.models.choices import ActivityKind
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.people import Share, TeamMember
from rxcrm.models.timeline import writing
from tests.office import Office


def task(office: Office, user: object, lead_id: int, subject: str = "Call back") -> Activity:
    return writing.log(office.act(user), ActivityKind.TASK, {"subject": subject}, ("lead", lead_id))


def rights(office: Office, row: object) -> set[tuple[str, int | None, int | None]]:
    shares = office.session.exec(select(Share).where(Share.entity == row.entity, Share.record_id == row.id))
    return {(share.privilege, share.user_id, share.team_id) for share in shares}


# -- whom ------------------------------------------------------------------------------------------------------------


def test_whoever_may_read_such_records_can_own_them_oneself_first(office: Office) -> None:
    found = candidates(office.act(office.sara), "lead")
    assert [(c.kind, c.name) for c in found] == [
        ("user", "Sara"),
        *(("user", name) for name in ("Ada", "Mia", "Olaf", "Tim", "Tom", "Vera")),
        ("team", "Fair"),
    ]


def test_team_members_without_read_are_not_offered_in_the_private_preset(office: Office) -> None:
    from rxcrm.models.choices import Role
    from rxcrm.models.people import UserRole, set_roles

    tim = office.user("Tim")
    office.session.delete(office.session.exec(select(UserRole).where(UserRole.user_id == tim.id)).one())
    office.session.flush()
    assert "Tim" not in [c.name for c in candidates(office.act(office.sara), "lead")]
    set_roles(office.session, tim, [Role.SALESPERSON])
    assert "Tim" in [c.name for c in candidates(office.act(office.sara), "lead")]


def test_the_search_finds_names_and_addresses_without_regard_to_case(office: Office) -> None:
    for term, names in (("TOM", ["Tom"]), ("olaf@", ["Olaf"]), ("fai", ["Fair"]), ("nobody", [])):
        assert [c.name for c in candidates(office.act(office.sara), "lead", term)] == names


def test_disabled_users_and_teams_without_members_are_not_offered(office: Office) -> None:
    office.tom.disabled = True
    office.olaf.disabled = True
    office.session.flush()
    assert not {"Tom", "Olaf", "Fair"} & {c.name for c in candidates(office.act(office.sara), "lead")}


@pytest.mark.parametrize(("kind", "number"), [("user", 0), ("user", 10**6), ("team", -1), ("unit", 1), ("user", 2**70)])
def test_ids_that_are_none_are_refused(office: Office, kind: str, number: int) -> None:
    with pytest.raises(NotFound):
        owner(office.act(office.sara), kind, number)


# -- what follows ----------------------------------------------------------------------------------------------------


def test_activities_of_the_former_owner_follow_and_those_of_others_stay(office: Office) -> None:
    lead = office.lead()
    hers, his = task(office, office.sara, lead.id), task(office, office.tom, lead.id)
    elsewhere = task(office, office.sara, office.lead().id)
    assert assign(office.act(office.sara), lead, office.olaf) == 1
    assert (lead.owner_user_id, lead.unit_id) == (office.olaf.id, office.olaf.unit_id)
    assert (hers.owner_user_id, hers.unit_id, hers.owner_key) == (office.olaf.id, office.olaf.unit_id, "olaf")
    assert (his.owner_user_id, elsewhere.owner_user_id) == (office.tom.id, office.sara.id)
    assert office.told(lead)[0] == "Sara assigned this record to Olaf"
    assert office.told(hers)[0] == "Sara assigned this record to Olaf"


def test_what_a_team_owned_follows_to_a_user_and_back(office: Office) -> None:
    lead = office.lead(office.fair)
    one = task(office, office.tom, lead.id)
    records.assign(office.act(office.tom), one, office.fair)
    assert assign(office.act(office.vera), lead, office.sara) == 1
    assert (one.owner_user_id, one.owner_team_id) == (office.sara.id, None)
    assert assign(office.act(office.sara), lead, office.fair) == 1
    assert (one.owner_user_id, one.owner_team_id, lead.owner_team_id) == (None, office.fair.id, office.fair.id)


def test_the_new_owner_hears_of_the_record_once_and_not_of_each_activity(office: Office) -> None:
    lead = office.lead()
    for n in range(3):
        task(office, office.sara, lead.id, f"Nr {n}")
    assign(office.act(office.sara), lead, office.tom)
    assert [line.text for line in notifying.page(office.act(office.tom)).lines] == ["Sara assigned Doe to you."]


def test_assigning_to_the_owner_changes_nothing(office: Office) -> None:
    lead = office.lead()
    version = lead.version
    assert assign(office.act(office.sara), lead, office.sara) == 0
    assert lead.version == version and len(office.told(lead)) == 1


def test_an_owner_who_may_not_read_is_refused_and_nothing_follows(office: Office) -> None:
    lead = office.lead()
    one = task(office, office.sara, lead.id)
    for member in office.session.exec(select(TeamMember)):
        office.session.delete(member)
    office.session.flush()
    with pytest.raises(NotAllowed, match="Fair may not read these records"):
        assign(office.act(office.sara), lead, office.fair)
    assert (lead.owner_user_id, one.owner_user_id) == (office.sara.id, office.sara.id)


# -- the former owner's access (R3.29) -------------------------------------------------------------------------------


def test_the_former_owner_loses_access_unless_the_organisation_shares_with_him(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead()
    assign(office.act(office.sara), lead, office.olaf)
    assert not office.act(office.sara).may(Privilege.READ, lead) and rights(office, lead) == set()


def test_where_the_organisation_wants_it_the_former_owner_keeps_his_access(office: Office) -> None:
    office.settle(private=True, share_reassigned=True)
    lead = office.lead()
    assign(office.act(office.sara), lead, office.olaf)
    act = office.act(office.sara)
    held = [right for right in ON_RECORDS if act.may(right, lead)]
    assert held == [r for r in ON_RECORDS if r is not Privilege.DELETE]
    assert "Olaf" not in office.told(lead)[0] and "shared this record with Sara" in office.told(lead)[0]


def test_who_gets_a_record_back_needs_no_share_of_it(office: Office) -> None:
    office.settle(share_reassigned=True)
    lead = office.lead()
    assign(office.act(office.sara), lead, office.olaf)
    assign(office.act(office.olaf), lead, office.sara)
    assert {user for _, user, _ in rights(office, lead)} == {office.olaf.id}


def test_a_disabled_former_owner_keeps_nothing(office: Office) -> None:
    office.settle(share_reassigned=True)
    lead = office.lead(office.tom)
    office.tom.disabled = True
    assign(office.act(office.vera), lead, office.sara)
    assert rights(office, lead) == set()
