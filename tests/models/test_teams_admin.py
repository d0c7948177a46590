"""What administrators do with teams and units: members, roles, what they own, and trees without circles (S 9.4, 9.5)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import Session, col, select

from rxcrm.models import administration, assigning, campaigns, configuration, db, records, sharing, teams
from rxcrm.models.access import Depth, Privilege, may
from rxcrm.models.assignment import rules
from rxcrm.models.choices import Role
from rxcrm.models.errors import Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.lead import Lead
from rxcrm.models.people import BusinessUnit, Share, Team, TeamMember, User, subtree
from rxcrm.models.records import Act
from tests.office import Office


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    configuration.reset()


def team(office: Office, name: str = "Key accounts", *members: User, **typed: str) -> Team:
    values = {"name": name, "unit_id": str(office.unit("Sales").id), "members": ids(*members), **typed}
    return teams.add(office.act(office.ada), values)


def ids(*users: User) -> str:
    return " ".join(str(user.id) for user in users)


def change(office: Office, row: Team, **typed: str) -> None:
    teams.change(office.act(office.ada), row.id or 0, row.version, typed)


# -- teams -----------------------------------------------------------------------------------------------------------


def test_a_team_is_added_with_members_roles_and_unit(office: Office) -> None:
    team(office, "Key accounts", office.tom, office.sara, roles="sales_manager", description="The big ones")
    view = next(one for one in teams.listed(office.act(office.ada)) if one.name == "Key accounts")
    assert (view.unit, view.members, view.roles, view.records) == ("Sales", ["Sara", "Tom"], ["Sales Manager"], 0)
    assert view.description == "The big ones" and not view.disabled


def test_every_problem_of_the_form_is_told_at_once(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        team(office, "", unit_id="999", members="998", roles="nobody", description="x" * 301)
    assert set(refusal.value.problems) == {"name", "unit_id", "members", "roles", "description"}
    with pytest.raises(Invalid, match="attention") as refusal:
        team(office, " FÁIR ")
    assert refusal.value.problems["name"].text() == "Another team has this name."
    with pytest.raises(Invalid):
        change(office, office.fair, owner="1")


def test_members_get_and_lose_what_the_team_may_at_once(office: Office) -> None:
    lead = office.lead(office.fair)
    assert not may(office.session, office.who(office.sara), Privilege.WRITE, lead)
    change(office, office.fair, members=ids(office.sara))
    assert may(office.session, office.who(office.sara), Privilege.WRITE, lead)
    assert not may(office.session, office.who(office.tom), Privilege.WRITE, lead)
    change(office, office.fair, roles=Role.VICE_PRESIDENT.value)
    assert office.who(office.sara).depth("lead", Privilege.DELETE) is Depth.ORG
    change(office, office.fair, roles="")
    assert office.who(office.sara).depth("lead", Privilege.DELETE) is Depth.NONE


def test_the_last_member_may_leave_a_team_that_owns_records(office: Office) -> None:
    lead = office.lead(office.fair)
    change(office, office.fair, members="")
    assert records.owner_name(office.session, lead) == "Fair"


def test_records_follow_the_name_and_the_unit_of_their_team(office: Office) -> None:
    lead, deleted = office.lead(office.fair), office.lead(office.fair, deleted_on=office.now)
    change(office, office.fair, name="Exhibition", unit_id=str(office.unit("North").id))
    for row in (lead, deleted):
        office.session.refresh(row)
        assert (row.owner_key, row.unit_id) == ("exhibition", office.unit("North").id)


def test_of_two_administrators_the_second_is_told(office: Office) -> None:
    row = team(office)
    seen = row.version
    change(office, row, description="Ours")
    with pytest.raises(Stale, match="Somebody else changed “Key accounts”"):
        teams.change(office.act(office.ada), row.id or 0, seen, {"name": "Mine"})


def test_who_is_disabled_may_stay_and_not_come(office: Office) -> None:
    office.tom.disabled = office.mia.disabled = True
    change(office, office.fair, members=ids(office.tom, office.sara))
    with pytest.raises(Invalid):
        change(office, office.fair, members=ids(office.mia))


def test_a_disabled_team_keeps_what_it_has_and_gets_nothing_more(office: Office) -> None:
    lead, other = office.lead(office.fair), office.lead()
    teams.set_disabled(office.act(office.ada), office.fair.id or 0, disabled=True)
    assert may(office.session, office.who(office.tom), Privilege.WRITE, lead)
    act = office.act(office.vera)
    assert "Fair" not in [one.name for one in assigning.candidates(act, "lead")]
    with pytest.raises(NotAllowed, match="Fair is disabled and cannot own"):
        assigning.assign(act, other, office.fair)
    with pytest.raises(NotAllowed, match="nothing can be shared with this team"):
        sharing.share(act, other, office.fair, [Privilege.READ])
    teams.set_disabled(office.act(office.ada), office.fair.id or 0, disabled=False)
    assigning.assign(act, other, office.fair)


def test_a_team_that_gets_leads_by_a_rule_is_neither_disabled_nor_deleted(office: Office) -> None:
    act, fair = office.act(office.ada), office.fair.id or 0
    made = rules.add(act, {"name": "To the fair", "how": "one", "condition": '{"all": []}', "targets": f"team:{fair}"})
    teams.set_disabled(act, fair, disabled=True)
    with pytest.raises(NotAllowed, match="rule"):
        teams.delete(act, fair)
    teams.set_disabled(act, fair, disabled=False)
    rules.activate(act, made.id or 0)
    with pytest.raises(NotAllowed, match="gets leads by the assignment rule “To the fair”"):
        teams.set_disabled(act, fair, disabled=True)
    rules.deactivate(act, made.id or 0)
    rules.choose(act, {"fallback": f"team:{fair}"})
    with pytest.raises(NotAllowed, match="no rule could give"):
        teams.delete(act, fair)


def test_an_owning_team_is_not_deleted_not_even_for_what_lies_in_the_recycle_bin(office: Office) -> None:
    office.lead(office.fair, deleted_on=office.now)
    with pytest.raises(NotAllowed, match=r"Fair owns records \(1"):
        teams.delete(office.act(office.ada), office.fair.id or 0)


def test_with_a_team_go_its_members_roles_and_shares(office: Office) -> None:
    lead, fair = office.lead(), office.fair.id or 0
    office.share(lead, office.fair)
    change(office, office.fair, roles="sales_manager")
    assert teams.delete(office.act(office.ada), fair) == "Fair"
    assert not office.session.exec(select(TeamMember).where(TeamMember.team_id == fair)).all()
    assert not office.session.exec(select(Share).where(Share.team_id == fair)).all()
    with pytest.raises(NotFound, match="no such team"):
        teams.delete(office.act(office.ada), fair)


def test_nobody_but_administrators_touches_teams(office: Office) -> None:
    fair, act = office.fair.id or 0, office.act(office.vera)
    for verb in (
        lambda: teams.listed(act),
        lambda: teams.form_of(act, fair),
        lambda: teams.add(act, {"name": "Mine"}),
        lambda: teams.change(act, fair, 1, {"name": "Mine"}),
        lambda: teams.set_disabled(act, fair, disabled=True),
        lambda: teams.delete(act, fair),
    ):
        with pytest.raises(NotAllowed):
            verb()


# -- business units --------------------------------------------------------------------------------------------------


def test_a_circle_of_units_is_refused_at_any_depth(office: Office) -> None:
    act, sales, north = office.act(office.ada), office.unit("Sales"), office.unit("North")
    deep = administration.add_unit(act, "Deep", north.id or 0)
    for below in (sales, north, deep):
        with pytest.raises(NotAllowed, match="A unit cannot stand below itself"):
            administration.move_unit(act, sales.id or 0, below.id or 0)
    assert sales.parent_id == office.unit("Contoso").id


def test_two_administrators_who_move_units_below_each_other_at_once_make_no_circle(office: Office) -> None:
    sales, service = office.unit("Sales").id or 0, office.unit("Service").id or 0
    who, start = office.who(office.ada), Barrier(2)
    office.commit()

    def move(unit: int, below: int) -> str:
        def work(session: Session) -> str:
            try:
                administration.move_unit(Act(session, who, office.now), unit, below)
            except NotAllowed as refusal:
                return refusal.text()
            return ""

        start.wait(10)
        return db.transact(work)

    with ThreadPoolExecutor(2) as pool:
        said = [job.result() for job in [pool.submit(move, sales, service), pool.submit(move, service, sales)]]
    assert sorted(said) == ["", "A unit cannot stand below itself."]
    office.session.expire_all()
    root = office.session.exec(select(BusinessUnit).where(col(BusinessUnit.parent_id).is_(None))).one()
    assert len(subtree(office.session, root.id or 0)) == 4


def test_who_sees_what_follows_a_moved_unit_at_once(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead(office.olaf)
    assert not may(office.session, office.who(office.mia), Privilege.READ, lead)
    administration.move_unit(office.act(office.ada), office.unit("Service").id or 0, office.unit("Sales").id or 0)
    assert may(office.session, office.who(office.mia), Privilege.READ, lead)
    assert office.act(office.mia).find(Lead, lead.id or 0) is lead
    administration.move_unit(office.act(office.ada), office.unit("Service").id or 0, office.unit("Contoso").id or 0)
    assert not may(office.session, office.who(office.mia), Privilege.READ, lead)


def test_a_unit_with_a_campaign_of_its_own_stays(office: Office) -> None:
    act = office.act(office.ada)
    north = administration.add_unit(act, "East", office.unit("Sales").id or 0)
    office.tom.unit_id = north.id or 0
    campaigns.add(act, {"name": "Fair", "owner_id": str(office.tom.id)})
    office.tom.unit_id = office.unit("North").id or 0
    office.session.flush()
    with pytest.raises(NotAllowed, match="East has records"):
        administration.delete_unit(act, north.id or 0)
