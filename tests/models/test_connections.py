"""Connections, stakeholders, roles and competitors: verbs with their refusals, on both databases (S 1.5, 5)."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from rxcrm.models import db, records
from rxcrm.models.access import Privilege
from rxcrm.models.administration import change_user
from rxcrm.models.base import Record
from rxcrm.models.choices import LeadStatus, RoleCategory
from rxcrm.models.connection import CompetitorLink, Connection, ConnectionRole, RoleMatch
from rxcrm.models.connections import competitors, linking, reading, roles, upkeep
from rxcrm.models.errors import CrmError, Duplicate, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.people import User
from rxcrm.models.records import Act
from tests.office import Office, Statements


def role(office: Office, name: str) -> ConnectionRole:
    return office.session.exec(select(ConnectionRole).where(ConnectionRole.name == name)).one()


def connect(
    office: Office,
    row: Record,
    other: Any,
    name: str = "",
    typed: Mapping[str, str] | None = None,
    by: User | None = None,
) -> Connection:
    act = office.act(by or office.sara)
    return linking.connect(act, row, other, role(office, name) if name else None, typed)


def twin_of(office: Office, link: Connection) -> Connection:
    return office.session.get_one(Connection, link.twin_id)


def names(office: Office, row: Record, **how: Any) -> list[tuple[str, str]]:
    found = reading.page(office.act(office.sara), row, **how)
    return [(link.name, link.role) for link in found.rows]


def stakeholders(office: Office, row: Record, by: User | None = None) -> list[tuple[str, str]]:
    return [(link.name, link.role) for link in reading.stakeholders(office.act(by or office.sara), row).rows]


def all_links(office: Office) -> list[Connection]:
    return list(office.session.exec(select(Connection)))


# -- connecting ------------------------------------------------------------------------------------------------------


def test_a_connection_is_seen_from_both_records(office: Office) -> None:
    lead, anna = office.lead(), office.contact(first_name="Anna", last_name="Nowak")
    link = connect(office, lead, anna, "Stakeholder", {"description": "Signs"})
    twin = twin_of(office, link)
    assert (twin.entity, twin.record_id, twin.other_entity, twin.other_id) == ("contact", anna.id, "lead", lead.id)
    assert (twin.twin_id, twin.description, twin.owner_user_id) == (link.id, "Signs", office.sara.id)
    assert names(office, lead) == [("Anna Nowak", "Stakeholder")]
    assert names(office, anna) == [("Doe", "")]  # no matching role: shown only where it was set
    assert reading.page(office.act(office.sara), anna).rows[0].own_role == "Stakeholder"


def test_the_other_side_gets_the_matching_role(office: Office) -> None:
    anna, jan = office.contact(last_name="Nowak"), office.contact(last_name="Lis")
    connect(office, anna, jan, "Parent")
    assert names(office, anna) == [("Lis", "Parent")]
    assert names(office, jan) == [("Nowak", "Child")]


def test_of_several_matching_roles_the_first_active_one_that_fits_is_taken(office: Office) -> None:
    ada = office.act(office.ada)
    parent, friend, colleague = (role(office, name) for name in ("Parent", "Friend", "Colleague"))
    roles.change(ada, parent.id or 0, {"matches": f"{friend.id},{colleague.id}"})
    anna, jan, fabrikam = office.contact(last_name="Nowak"), office.contact(last_name="Lis"), office.account()
    connect(office, anna, jan, "Parent")
    assert names(office, jan) == [("Nowak", "Friend")]
    roles.change(ada, friend.id or 0, {"entities": "contact"})
    connect(office, fabrikam, jan, "Parent")
    assert ("Fabrikam", "Colleague") in names(office, jan)
    roles.deactivate(ada, colleague.id or 0)
    connect(office, office.lead(last_name="Zet"), jan, "Parent")
    assert ("Zet", "") in names(office, jan)


def test_connecting_is_told_in_both_histories_and_to_open_tabs(office: Office) -> None:
    lead, anna = office.lead(), office.contact(first_name="Anna", last_name="Kowalska")
    act = office.act(office.sara)
    link = linking.connect(act, lead, anna, role(office, "Stakeholder"))
    assert office.told(lead)[0] == "Sara connected Anna Kowalska as Stakeholder"
    assert office.told(anna)[0] == "Sara connected Doe"
    assert act.topics == {f"lead:{lead.id}", f"contact:{anna.id}"}
    linking.remove(act, link)
    assert office.told(lead)[0] == "Sara removed the connection to Anna Kowalska"
    assert office.told(anna)[0] == "Sara removed the connection to Doe"


def test_a_record_connects_to_a_user(office: Office) -> None:
    lead, act = office.lead(), office.act(office.sara)
    me = linking.side(act, "user", office.sara.id or 0)
    linking.connect(act, lead, me, role(office, "Industry Expert"))
    assert names(office, lead) == [("Sara", "Industry Expert")]
    assert office.told(lead)[0] == "Sara connected Sara as Industry Expert"
    assert stakeholders(office, lead) == []
    office.olaf.disabled = True
    with pytest.raises(NotFound, match="no such user"):
        linking.side(act, "user", office.olaf.id or 0)


def test_the_same_connection_is_not_made_twice(office: Office) -> None:
    lead, anna = office.lead(), office.contact(last_name="Nowak")
    link = connect(office, lead, anna, "Champion")
    with pytest.raises(Duplicate, match="Nowak is already connected as Champion"):
        connect(office, lead, anna, "Champion")
    connect(office, lead, anna, "Influencer")  # another role is another connection
    connect(office, lead, anna)
    with pytest.raises(Duplicate, match="Nowak is already connected"):
        connect(office, lead, anna)
    linking.deactivate(office.act(office.sara), link)
    with pytest.raises(Duplicate, match="Activate it instead"):
        connect(office, lead, anna, "Champion")
    assert len(all_links(office)) == 6


def test_two_who_connect_the_same_at_once_make_one_connection(office: Office) -> None:
    lead, anna = office.lead(), office.contact()
    champion, who, now = role(office, "Champion"), office.who(office.sara), office.now
    office.commit()
    together = threading.Barrier(2)
    refused: list[CrmError] = []

    def again(session: Session) -> None:
        act = Act(session, who, now)
        row = act.find(type(lead), lead.id or 0, Privilege.APPEND)
        linking.connect(act, row, linking.side(act, "contact", anna.id or 0), session.get(ConnectionRole, champion.id))

    def attempt() -> None:
        together.wait()
        try:
            db.transact(again)
        except Duplicate as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert len(all_links(office)) == 2


def test_nothing_is_connected_to_itself_or_to_what_has_no_connections(office: Office) -> None:
    lead, act = office.lead(), office.act(office.sara)
    with pytest.raises(NotAllowed, match="itself"):
        connect(office, lead, lead)
    for entity in ("activity", "nothing"):
        with pytest.raises(NotFound):
            linking.side(act, entity, 1)
    with pytest.raises(NotFound):
        linking.side(act, "contact", 0)


def test_append_on_the_one_and_append_to_on_the_other_are_needed(office: Office) -> None:
    toms, anna = office.lead(office.tom), office.contact(office.olaf)
    with pytest.raises(NotAllowed, match="only records that you own"):
        office.act(office.sara).find(type(toms), toms.id or 0, Privilege.APPEND)
    assert linking.side(office.act(office.sara), "contact", anna.id or 0) is anna
    office.settle(private=True)
    with pytest.raises(NotFound):
        linking.side(office.act(office.sara), "contact", anna.id or 0)


def test_a_closed_lead_keeps_its_connections_as_they_are(office: Office) -> None:
    lead, anna, act = office.lead(), office.contact(), office.act(office.sara)
    link = connect(office, lead, anna, "Champion")
    lead.status = LeadStatus.DISQUALIFIED
    with pytest.raises(NotAllowed, match="Disqualified and read-only"):
        connect(office, lead, anna)
    with pytest.raises(NotAllowed, match="read-only"):
        linking.find(act, lead, link.id or 0)
    with pytest.raises(NotAllowed, match="read-only"):
        competitors.add_new(act, lead, "Acme")
    assert names(office, lead) == [(" Roe".strip(), "Champion")]


def test_a_role_that_is_not_offered_for_the_other_side_is_refused(office: Office) -> None:
    lead, act = office.lead(), office.act(office.ada)
    champion = role(office, "Champion")
    roles.change(act, champion.id or 0, {"entities": "contact"})
    with pytest.raises(Invalid) as refusal:
        connect(office, lead, office.account(), "Champion")
    assert refusal.value.by_field() == {"role": "The role “Champion” is not offered here."}
    roles.deactivate(act, champion.id or 0)
    with pytest.raises(Invalid):
        connect(office, lead, office.contact(), "Champion")
    assert all_links(office) == []


def test_description_and_dates_are_checked(office: Office) -> None:
    lead, anna = office.lead(), office.contact()
    with pytest.raises(Invalid) as refusal:
        connect(office, lead, anna, typed={"starts_on": "2026-05-02", "ends_on": "2026-05-01", "owner": "x"})
    assert set(refusal.value.by_field()) == {"ends_on", "owner"}
    with pytest.raises(Invalid):
        connect(office, lead, anna, typed={"description": "x" * 2001, "starts_on": "some day"})
    link = connect(office, lead, anna, typed={"starts_on": "2026-05-01", "ends_on": "2026-05-01"})
    assert (link.starts_on, link.ends_on) == (date(2026, 5, 1), date(2026, 5, 1))


# -- changing --------------------------------------------------------------------------------------------------------


def test_a_role_changes_in_place_and_the_twin_follows(office: Office) -> None:
    lead, anna, act = office.lead(), office.contact(last_name="Nowak"), office.act(office.sara)
    link = connect(office, lead, anna, "Stakeholder")
    linking.set_role(act, link, role(office, "Champion"))
    assert twin_of(office, link).role_id == role(office, "Champion").id
    assert stakeholders(office, lead) == [("Nowak", "Champion")]
    assert office.told(lead)[0] == "Sara changed the role of Nowak to Champion"
    assert office.told(anna)[0] == "Sara changed the connection to Doe"
    told = len(office.told(lead))
    linking.set_role(act, link, role(office, "Champion"))
    assert len(office.told(lead)) == told
    linking.set_role(act, link, None)
    assert office.told(lead)[0] == "Sara removed the role of Nowak"
    assert stakeholders(office, lead) == []
    assert len(all_links(office)) == 2


def test_a_changed_role_brings_its_matching_one_and_takes_the_old_one_along(office: Office) -> None:
    anna, jan, act = office.contact(last_name="Nowak"), office.contact(last_name="Lis"), office.act(office.sara)
    link = connect(office, anna, jan, "Parent")
    linking.set_role(act, link, role(office, "Former Employee"))
    assert names(office, jan) == [("Nowak", "Former Employer")]
    assert office.told(jan)[0] == "Sara changed the role of Nowak to Former Employer"
    linking.set_role(act, link, role(office, "Champion"))
    assert names(office, jan) == [("Nowak", "")]


def test_a_role_given_from_the_other_side_leaves_the_first_one(office: Office) -> None:
    lead, anna, act = office.lead(), office.contact(last_name="Nowak"), office.act(office.sara)
    link = connect(office, lead, anna, "Champion")
    linking.set_role(act, twin_of(office, link), role(office, "End User"))
    assert stakeholders(office, lead) == [("Nowak", "Champion")]
    assert names(office, anna) == [("Doe", "End User")]


def test_changing_the_role_into_an_existing_connection_is_refused(office: Office) -> None:
    lead, anna = office.lead(), office.contact(last_name="Nowak")
    connect(office, lead, anna, "Champion")
    other = connect(office, lead, anna, "Influencer")
    with pytest.raises(Duplicate, match="already connected as Champion"):
        linking.set_role(office.act(office.sara), other, role(office, "Champion"))


def test_description_and_dates_change_on_both_sides(office: Office) -> None:
    lead, anna, act = office.lead(), office.contact(last_name="Nowak"), office.act(office.sara)
    link = connect(office, lead, anna, "Champion", {"starts_on": "2026-05-01"})
    with pytest.raises(Invalid):
        linking.describe(act, link, {"ends_on": "2026-04-01"})
    linking.describe(act, link, {"description": "Met at the fair", "starts_on": "2026-05-01"})
    assert twin_of(office, link).description == "Met at the fair"
    assert office.told(lead)[0] == "Sara changed the connection to Nowak"
    told = len(office.told(anna))
    linking.describe(act, link, {"description": "Met at the fair"})
    assert len(office.told(anna)) == told


def test_deactivated_connections_leave_the_list_until_they_are_activated(office: Office) -> None:
    lead, anna, act = office.lead(), office.contact(last_name="Nowak"), office.act(office.sara)
    link = connect(office, lead, anna, "Champion")
    linking.deactivate(act, link)
    linking.deactivate(act, link)
    assert (stakeholders(office, lead), names(office, lead), names(office, anna)) == ([], [], [])
    assert names(office, lead, active=False) == [("Nowak", "Champion")]
    assert office.told(lead)[0] == "Sara changed the connection to Nowak"
    linking.activate(act, link)
    assert stakeholders(office, lead) == [("Nowak", "Champion")]
    assert len(office.told(lead)) == 4


def test_removing_takes_both_halves(office: Office) -> None:
    lead, anna, act = office.lead(), office.contact(), office.act(office.sara)
    link = connect(office, lead, anna, "Champion")
    linking.remove(act, twin_of(office, link))
    assert all_links(office) == []
    with pytest.raises(NotFound, match="doesn't exist any more"):
        linking.find(act, lead, link.id or 0)


def test_a_connection_is_found_only_through_its_own_record_and_version(office: Office) -> None:
    lead, other, anna, act = office.lead(), office.lead(), office.contact(), office.act(office.sara)
    link = connect(office, lead, anna, "Champion")
    assert linking.find(act, lead, link.id or 0, link.version) is link
    with pytest.raises(Stale, match="this connection"):
        linking.find(act, lead, link.id or 0, link.version - 1)
    for row, wanted in ((other, link.id or 0), (lead, link.twin_id or 0), (lead, 0), (lead, 2**63)):
        with pytest.raises(NotFound):
            linking.find(act, row, wanted)


def test_who_was_overtaken_changes_nothing(office: Office) -> None:
    lead, anna = office.lead(), office.contact()
    link = connect(office, lead, anna, "Champion")
    linking.find(office.act(office.sara), lead, link.id or 0)
    office.commit()

    def meanwhile(session: Session) -> None:
        half = session.get_one(Connection, link.id)
        half.description = "First"

    db.transact(meanwhile)
    with pytest.raises(Stale):
        linking.describe(office.act(office.sara), link, {"description": "Second"})
    office.session.rollback()


# -- reading ---------------------------------------------------------------------------------------------------------


def test_stakeholders_are_active_contacts_with_a_stakeholders_role_by_name(office: Office) -> None:
    lead = office.lead()
    for name, given in (("Zet", "Champion"), ("Łak", "Decision Maker"), ("Arp", "Stakeholder")):
        connect(office, lead, office.contact(last_name=name), given)
    connect(office, lead, office.contact(last_name="Bo"), "Friend")
    connect(office, lead, office.contact(last_name="Co"))
    connect(office, lead, office.account(), "Champion")
    connect(office, lead, office.sara, "Champion")
    assert stakeholders(office, lead) == [("Arp", "Stakeholder"), ("Łak", "Decision Maker"), ("Zet", "Champion")]
    assert [name for name, _ in names(office, lead)] == ["Arp", "Bo", "Co", "Fabrikam", "Łak", "Sara", "Zet"]


def test_pages_go_on_after_the_last_one_shown(office: Office) -> None:
    lead, act = office.lead(), office.act(office.sara)
    for name in ("Ex", "Ba", "Ex", "Ad", "Ce"):
        connect(office, lead, office.contact(last_name=name))
    shown: list[str] = []
    after, more = 0, True
    while more:
        found = reading.page(act, lead, after=after, size=2)
        shown += [link.name for link in found.rows]
        after, more = found.rows[-1].id, found.more
    assert shown == ["Ad", "Ba", "Ce", "Ex", "Ex"]


def test_others_whom_the_reader_may_not_see_are_counted_but_not_named(office: Office) -> None:
    lead, hers, his = office.lead(), office.contact(last_name="Hers"), office.contact(office.olaf, last_name="His")
    connect(office, lead, hers, "Champion")
    connect(office, lead, his, "Champion")
    office.settle(private=True)
    found = reading.page(office.act(office.sara), lead)
    assert ([link.name for link in found.rows], found.hidden) == (["Hers"], 1)
    assert stakeholders(office, lead) == [("Hers", "Champion")]
    assert stakeholders(office, lead, office.vera) == [("Hers", "Champion"), ("His", "Champion")]
    office.share(his, office.sara)
    assert len(stakeholders(office, lead)) == 2


def test_many_connections_cost_as_many_statements_as_few(office: Office) -> None:
    lead = office.lead()

    def cost(number: int) -> int:
        for _ in range(number):
            connect(office, lead, office.contact(), "Champion")
            connect(office, lead, office.account(), "Friend")
        office.session.expunge_all()
        act = office.act(office.sara)
        with Statements(office.engine) as ran:
            reading.page(act, lead)
        return len(ran)

    assert cost(2) == cost(8)


def test_a_new_name_moves_a_connection_to_its_place(office: Office) -> None:
    lead, act = office.lead(), office.act(office.sara)
    anna, fabrikam = office.contact(last_name="Aaa"), office.account(name="Bbb")
    for other in (anna, fabrikam, office.tom):
        connect(office, lead, other)
    records.save(act, anna, {"last_name": "Zzz"})
    records.save(act, fabrikam, {"name": "Yyy"})
    change_user(office.act(office.ada), office.tom.id or 0, {"name": "Abe"})
    assert [name for name, _ in names(office, lead)] == ["Abe", "Yyy", "Zzz"]


def test_a_record_in_the_recycle_bin_leaves_and_comes_back_with_its_connections(office: Office) -> None:
    lead, anna = office.lead(), office.contact(last_name="Nowak")
    connect(office, lead, anna, "Champion")
    competitors.add_new(office.act(office.sara), lead, "Acme")
    vera = office.act(office.vera)
    records.bin(vera, anna)
    found = reading.page(vera, lead)
    assert (found.rows, found.hidden) == ([], 0)
    records.restore(vera, type(anna), anna.id or 0)
    assert stakeholders(office, lead) == [("Nowak", "Champion")]
    records.bin(vera, lead)
    records.purge(office.session, office.now + timedelta(days=31))
    assert all_links(office) == []
    assert office.session.exec(select(CompetitorLink)).all() == []


# -- the decision maker ----------------------------------------------------------------------------------------------

SOLD = {"topic": "Forklifts", "last_name": "Doe"}


@pytest.mark.parametrize("first", ["decision_maker", "existing_contact_id"])
def test_an_identified_decision_maker_becomes_stakeholder(office: Office, first: str) -> None:
    lead, anna, act = office.lead(), office.contact(first_name="Anna", last_name="Nowak"), office.act(office.sara)
    both = {"decision_maker": "1", "existing_contact_id": str(anna.id)}
    records.save(act, lead, {first: both.pop(first)})
    assert stakeholders(office, lead) == []
    records.save(act, lead, both)
    assert stakeholders(office, lead) == [("Anna Nowak", "Stakeholder")]
    assert office.told(lead)[0] == "Sara connected Anna Nowak as Stakeholder"
    assert {f"lead:{lead.id}", f"contact:{anna.id}"} <= act.topics
    records.save(act, lead, {"topic": "Cranes"})
    assert len(all_links(office)) == 2


def test_a_lead_may_come_with_its_decision_maker(office: Office) -> None:
    anna = office.contact(last_name="Nowak")
    typed = {**SOLD, "decision_maker": "1", "existing_contact_id": str(anna.id)}
    lead = records.create(office.act(office.sara), type(office.lead()), typed)
    assert stakeholders(office, lead) == [("Nowak", "Stakeholder")]


def test_unticking_takes_nobody_away_and_removing_is_not_undone_by_the_next_save(office: Office) -> None:
    anna, act = office.contact(last_name="Nowak"), office.act(office.sara)
    lead = office.lead(existing_contact_id=anna.id)
    records.save(act, lead, {"decision_maker": "1"})
    records.save(act, lead, {"decision_maker": ""})
    assert len(all_links(office)) == 2
    records.save(act, lead, {"decision_maker": "1"})
    link = office.session.exec(select(Connection).where(Connection.entity == "lead")).one()
    linking.remove(act, link)
    records.save(act, lead, {"topic": "Cranes"})
    assert all_links(office) == []


@pytest.mark.parametrize("given", ["Stakeholder", "Champion"])
def test_who_is_a_stakeholder_already_is_not_connected_again(office: Office, given: str) -> None:
    anna, act = office.contact(last_name="Nowak"), office.act(office.sara)
    lead = office.lead(existing_contact_id=anna.id)
    link = connect(office, lead, anna, given)
    linking.deactivate(act, link)
    records.save(act, lead, {"decision_maker": "1"})
    assert len(all_links(office)) == 2
    assert not link.active


def test_another_contact_becomes_stakeholder_beside_the_first(office: Office) -> None:
    anna, jan, act = office.contact(last_name="Nowak"), office.contact(last_name="Lis"), office.act(office.sara)
    lead = office.lead(existing_contact_id=anna.id)
    connect(office, lead, jan, "Friend")
    records.save(act, lead, {"decision_maker": "1"})
    records.save(act, lead, {"existing_contact_id": str(jan.id)})
    assert stakeholders(office, lead) == [("Lis", "Stakeholder"), ("Nowak", "Stakeholder")]


def test_a_contact_that_the_seller_may_not_see_is_not_named_in_history(office: Office) -> None:
    his = office.contact(office.olaf, last_name="Secret")
    lead = office.lead(existing_contact_id=his.id)
    office.settle(private=True)
    records.save(office.act(office.sara), lead, {"decision_maker": "1"})
    assert office.told(lead)[0] == "Sara connected a record as Stakeholder"
    assert stakeholders(office, lead, office.vera) == [("Secret", "Stakeholder")]


def test_without_the_stakeholders_role_nobody_is_connected(office: Office) -> None:
    roles.deactivate(office.act(office.ada), role(office, "Stakeholder").id or 0)
    lead = office.lead(existing_contact_id=office.contact().id)
    records.save(office.act(office.sara), lead, {"decision_maker": "1"})
    assert all_links(office) == []


def test_imported_leads_bring_their_decision_makers(office: Office) -> None:
    anna = office.contact(last_name="Nowak")
    leads = [office.lead(existing_contact_id=anna.id, decision_maker=True) for _ in range(2)]
    office.lead(existing_contact_id=anna.id)
    upkeep.imported(office.session, "lead", [lead.id or 0 for lead in leads], by=office.sara.id or 0, now=office.now)
    for lead in leads:
        assert stakeholders(office, lead) == [("Nowak", "Stakeholder")]
        assert office.told(lead)[0] == "Sara connected Nowak as Stakeholder"
    assert len(all_links(office)) == 4


# -- roles -----------------------------------------------------------------------------------------------------------


def test_every_shipped_role_is_in_the_catalogue(office: Office) -> None:
    found = office.session.exec(select(ConnectionRole)).all()
    assert {one.name for one in found} == set(roles.SHIPPED)
    assert all(one.shipped and one.active for one in found)


def test_roles_are_offered_by_kind_with_stakeholder_first(office: Office) -> None:
    act = office.act(office.sara)
    offered = roles.offered(act, "contact", RoleCategory.STAKEHOLDER)
    assert [one.name for one in offered][:3] == ["Stakeholder", "Champion", "Decision Maker"]
    assert next(one.name for one in roles.offered(act, "lead")) == "Stakeholder"
    ada = office.act(office.ada)
    roles.change(ada, role(office, "Champion").id or 0, {"entities": "contact,user"})
    roles.deactivate(ada, role(office, "Influencer").id or 0)
    assert {"Champion", "Influencer"}.isdisjoint(one.name for one in roles.offered(act, "lead"))


def test_an_administrator_adds_a_role_with_its_matches_both_ways(office: Office) -> None:
    ada = office.act(office.ada)
    friend, child = role(office, "Friend"), role(office, "Child")
    mentor = roles.add(
        ada,
        {
            "name": " Mentor ",
            "category": "3",
            "description": "Helps",
            "entities": "contact",
            "matches": f"{child.id},{friend.id}",
        },
    )
    view = next(v for v in roles.listed(ada) if v.id == mentor.id)
    assert (view.name, view.category_label, view.description, view.entities) == (
        "Mentor",
        "Social",
        "Helps",
        ["contact"],
    )
    assert (view.matching, view.stays) == ("Child, Friend", "")
    assert roles.match_of(office.session, child, "contact") is role(office, "Parent")  # its old match stays first
    roles.change(ada, mentor.id or 0, {"matches": str(friend.id)})
    assert office.session.get(RoleMatch, (child.id, mentor.id)) is None
    assert office.session.get(RoleMatch, (friend.id, mentor.id)) is not None


def test_bad_roles_are_refused_field_by_field(office: Office) -> None:
    ada = office.act(office.ada)
    with pytest.raises(Invalid) as refusal:
        roles.add(ada, {"matches": "999999", "color": "red", "description": "x" * 1001})
    assert set(refusal.value.by_field()) == {"name", "category", "matches", "color", "description"}
    with pytest.raises(Invalid, match="attention") as taken:
        roles.add(ada, {"name": "CHAMPION", "category": str(RoleCategory.STAKEHOLDER.value)})
    assert "already a role" in taken.value.by_field()["name"]
    roles.add(ada, {"name": "Champion", "category": "5"})


def test_a_role_in_use_is_only_deactivated(office: Office) -> None:
    ada, champion = office.act(office.ada), role(office, "Champion")
    lead = office.lead()
    connect(office, lead, office.contact(last_name="Nowak"), "Champion")
    with pytest.raises(NotAllowed, match="in use"):
        roles.remove(ada, champion.id or 0)
    roles.deactivate(ada, champion.id or 0)
    assert stakeholders(office, lead) == [("Nowak", "Champion")]
    assert roles.activate(ada, champion.id or 0).active
    roles.remove(ada, role(office, "Parent").id or 0)
    assert "Parent" not in [view.name for view in roles.listed(ada)]
    with pytest.raises(NotAllowed, match="itself"):
        roles.remove(ada, role(office, "Stakeholder").id or 0)


def test_roles_are_for_administrators(office: Office) -> None:
    mia = office.act(office.mia)
    some = role(office, "Friend").id or 0
    for attempt in (
        lambda: roles.listed(mia),
        lambda: roles.add(mia, {"name": "X", "category": "1"}),
        lambda: roles.change(mia, some, {"name": "X"}),
        lambda: roles.deactivate(mia, some),
        lambda: roles.activate(mia, some),
        lambda: roles.remove(mia, some),
    ):
        with pytest.raises(NotAllowed, match="Only administrators"):
            attempt()


# -- competitors -----------------------------------------------------------------------------------------------------


def test_competitors_are_added_new_or_known_and_removed(office: Office) -> None:
    act, one, two = office.act(office.sara), office.lead(), office.lead()
    acme = competitors.add_new(act, one, "Acme", "acme.com")
    competitors.add_new(act, one, "Aardvark")
    assert [(c.name, c.website) for c in competitors.of(act, one)] == [("Aardvark", ""), ("Acme", "https://acme.com")]
    assert office.told(one)[1] == "Sara added Acme as a competitor"
    assert f"lead:{one.id}" in act.topics
    competitors.add(act, two, acme.id or 0)
    assert competitors.add_new(act, office.lead(), "ACME") is acme
    with pytest.raises(Duplicate, match="Acme is already a competitor"):
        competitors.add(act, one, acme.id or 0)
    competitors.remove(act, one, acme.id or 0)
    competitors.remove(act, one, acme.id or 0)
    assert [c.name for c in competitors.of(act, one)] == ["Aardvark"]
    assert office.told(one)[0] == "Sara removed Acme as a competitor"
    assert [c.name for c in competitors.search(act, "cm")] == ["Acme"]
    assert [c.name for c in competitors.search(act, "")] == ["Aardvark", "Acme"]


def test_bad_competitors_are_refused(office: Office) -> None:
    act, lead = office.act(office.sara), office.lead()
    with pytest.raises(Invalid) as refusal:
        competitors.add_new(act, lead, " ", "not a site")
    assert set(refusal.value.by_field()) == {"name", "website"}
    for wanted in (0, 77, 2**63):
        with pytest.raises(NotFound):
            competitors.add(act, lead, wanted)
    with pytest.raises(NotFound):
        competitors.add_new(act, office.account(), "Acme")
