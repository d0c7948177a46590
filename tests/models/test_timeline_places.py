"""What a timeline shows besides its own record: the lead of an opportunity, what belongs to an account or contact (S 4.9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rxcrm.models import records
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind, PartyRole
from rxcrm.models.timeline import places, placing, reading, writing
from rxcrm.models.timeline.items import Item
from rxcrm.models.timeline.placing import PartyInput
from rxcrm.models.timeline.reading import Ask
from tests.office import Office, Statements

TASK = ActivityKind.TASK


class Family:
    """An account of Sara's with a contact, a lead and an opportunity that came from it, and what is written on them."""

    def __init__(self, office: Office) -> None:
        self.office, self.now = office, office.now
        self.account = office.account()
        self.contact = office.contact(account_id=self.account.id, first_name="Anna")
        self.lead = office.lead(existing_account_id=self.account.id, existing_contact_id=self.contact.id)
        self.deal = office.opportunity(
            account_id=self.account.id, contact_id=self.contact.id, originating_lead_id=self.lead.id
        )

    def act(self, user: Any = None) -> records.Act:
        self.now += timedelta(minutes=1)
        return self.office.act(user or self.office.sara, self.now)

    def note(self, row: Any, title: str) -> Activity:
        return writing.note(self.act(), row.entity, row.id, title, "<p>x</p>").row

    def task(self, row: Any, subject: str, parties: list[PartyInput] | None = None) -> Activity:
        made = writing.log(self.act(), TASK, {"subject": subject}, (row.entity, row.id))
        if parties:
            placing.place(self.office.session, made, parties)
        return made

    def stream(self, row: Any, by: Any = None, **more: Any) -> list[Item]:
        found = reading.page(self.act(by), Ask(row.entity, row.id, **more)).items
        return [item for item in found if item.kind != "change"]

    def titles(self, row: Any, by: Any = None, **more: Any) -> list[str]:
        return [item.title for item in self.stream(row, by, **more)]

    def planned(self, row: Any) -> list[Item]:
        return reading.top(self.act(), Ask(row.entity, row.id)).planned


@pytest.fixture
def family(office: Office) -> Family:
    return Family(office)


# -- the lead of an opportunity ----------------------------------------------------------------------------------------


def test_an_opportunity_shows_what_was_written_on_its_lead_marked_and_read_only(family: Family) -> None:
    family.note(family.lead, "Before")
    family.task(family.lead, "Call back")
    family.note(family.deal, "After")
    own, before = family.stream(family.deal)
    assert (own.title, own.origin, "edit" in own.may) == ("After", {}, True)
    assert (before.title, before.may) == ("Before", {})
    assert before.origin == {"entity": "lead", "id": family.lead.id, "name": "Doe"}
    assert [(item.title, item.may) for item in family.planned(family.deal)] == [("Call back", {})]


def test_nothing_of_the_lead_is_copied_or_moved(family: Family) -> None:
    written = family.note(family.lead, "Before")
    assert (written.regarding_entity, written.regarding_id) == ("lead", family.lead.id)
    assert "edit" in family.stream(family.lead)[0].may


def test_posts_of_the_lead_can_be_read_but_not_answered_from_the_opportunity(family: Family) -> None:
    writing.post(family.act(), "lead", family.lead.id or 0, "Hello")
    [post] = family.stream(family.deal)
    assert (post.kind, post.may) == ("post", {})


def test_changes_of_the_lead_are_told_on_the_lead_alone(family: Family) -> None:
    records.save(family.act(), family.lead, {"topic": "Trucks"})
    found = reading.page(family.act(), Ask("opportunity", family.deal.id or 0)).items
    assert [item.what for item in found if item.kind == "change"] == ["created this record"]


def test_a_lead_does_not_show_what_is_written_on_its_opportunity(family: Family) -> None:
    family.note(family.deal, "After")
    assert family.titles(family.lead) == []


def test_what_the_opportunity_itself_takes_part_in_is_its_own(family: Family) -> None:
    parties = [PartyInput(PartyRole.TO, "opportunity", family.deal.id)]
    writing.complete(family.act(), family.task(family.lead, "Both", parties))
    [item] = family.stream(family.deal)
    assert (item.origin, item.regarding["entity"], "reopen" in item.may) == ({}, "lead", True)


def test_the_lead_of_an_opportunity_stays_hidden_from_who_may_not_see_it(family: Family) -> None:
    office = family.office
    family.note(family.lead, "Secret")
    deal = office.opportunity(office.olaf, account_id=family.account.id, originating_lead_id=family.lead.id)
    office.settle(private=True)
    assert family.titles(deal, office.olaf) == []
    assert family.titles(deal, office.vera) == ["Secret"]
    found = reading.facets(family.act(office.olaf), Ask("opportunity", deal.id or 0))
    assert {o.key: o.count for g in found for o in g.options if g.key == "place"} == {"opportunity": 0, "lead": 0}


# -- accounts and contacts ---------------------------------------------------------------------------------------------


def test_an_account_rolls_up_what_belongs_to_it_with_the_record_it_belongs_to(family: Family) -> None:
    for row in (family.contact, family.lead, family.deal, family.account):
        family.note(row, row.entity)
    assert [(item.title, item.origin.get("name", "")) for item in family.stream(family.account)] == [
        ("account", ""),
        ("opportunity", "Forklifts"),
        ("lead", "Doe"),
        ("contact", "Anna Roe"),
    ]


def test_a_contact_rolls_up_its_leads_and_opportunities(family: Family) -> None:
    for row in (family.account, family.lead, family.deal):
        family.note(row, row.entity)
    assert family.titles(family.contact) == ["opportunity", "lead"]


def test_an_activity_with_several_of_them_shows_once(family: Family) -> None:
    parties = [
        PartyInput(PartyRole.REQUIRED, "contact", family.contact.id),
        PartyInput(PartyRole.OPTIONAL, "lead", family.lead.id),
    ]
    family.task(family.deal, "Meet", parties)
    assert [(item.title, item.origin["name"]) for item in family.planned(family.account)] == [("Meet", "Forklifts")]
    family.task(family.account, "Plan", parties)
    assert [(item.title, item.origin) for item in family.planned(family.account)][-1] == ("Plan", {})


def test_what_belongs_to_others_or_was_deleted_is_not_rolled_up(family: Family) -> None:
    family.note(family.office.contact(), "Else")
    gone = family.office.contact(account_id=family.account.id)
    family.note(gone, "Gone")
    records.bin(family.office.act(family.office.ada), gone)
    assert family.titles(family.account) == []


def test_what_regards_hidden_records_is_not_rolled_up(family: Family) -> None:
    office = family.office
    hidden = office.lead(office.olaf, existing_account_id=family.account.id)
    family.note(family.lead, "Mine")
    family.note(hidden, "His")
    office.settle(private=True)
    assert family.titles(family.account) == ["Mine"]
    assert family.titles(family.account, office.vera) == ["His", "Mine"]


# -- filter, pages, cost -----------------------------------------------------------------------------------------------


def test_the_pane_counts_and_filters_by_the_record_they_belong_to(family: Family) -> None:
    family.note(family.lead, "Before")
    family.note(family.deal, "After")
    ask = Ask("opportunity", family.deal.id or 0)
    found = {g.key: [(o.key, o.count) for o in g.options] for g in reading.facets(family.act(), ask)}
    assert found["place"] == [("opportunity", 1), ("lead", 1)]
    assert family.titles(family.deal, filters={"place": ["lead"]}) == ["Before"]
    assert family.titles(family.deal, filters={"place": ["opportunity"]}) == ["After"]
    only = reading.page(family.act(), Ask("opportunity", family.deal.id or 0, filters={"place": ["lead"]})).items
    assert [item.kind for item in only] == ["note"]


def test_a_filter_by_place_holds_nothing_back_where_the_pane_does_not_offer_it(family: Family) -> None:
    family.note(family.lead, "Before")
    assert family.titles(family.lead, filters={"place": ["account", "lead"]}) == ["Before"]
    assert "place" not in {g.key for g in reading.facets(family.act(), Ask("lead", family.lead.id or 0))}


def test_pages_by_key_show_everything_once_and_in_order(family: Family) -> None:
    rows = (family.account, family.contact, family.lead, family.deal)
    titles = [f"{number:02}" for number in range(30)]
    for number, title in enumerate(titles):
        family.note(rows[number % 4], title)
    seen: list[str] = []
    after = ""
    while True:
        found = reading.page(family.act(), Ask("account", family.account.id or 0, after=after, size=7))
        seen += [item.title for item in found.items if item.kind != "change"]
        if not found.more:
            break
        after = found.cursor
    assert seen == titles[::-1]


@pytest.mark.parametrize("entity", ["account", "contact", "opportunity"])
def test_a_wide_timeline_costs_the_same_whatever_belongs_to_it(family: Family, entity: str) -> None:
    office = family.office
    row = {"account": family.account, "contact": family.contact, "opportunity": family.deal}[entity]
    costs = []
    for _ in range(2):
        for _ in range(5):
            lead = office.lead(existing_account_id=family.account.id, existing_contact_id=family.contact.id)
            for one in (lead, family.lead, family.deal):
                family.note(one, "x")
            family.task(family.lead, "y")
        act = family.act(office.mia)
        office.session.flush()
        office.session.expunge_all()
        with Statements(office.engine) as statements:
            reading.newest(act, Ask(row.entity, row.id))
        costs.append(len(statements))
        family.account, family.contact = (office.session.merge(one) for one in (family.account, family.contact))
        family.lead, family.deal = (office.session.merge(one) for one in (family.lead, family.deal))
    assert costs[0] == costs[1] <= 16


def test_an_open_timeline_hears_of_all_that_it_shows(family: Family) -> None:
    account, contact, lead, deal = (
        f"{row.entity}:{row.id}" for row in (family.account, family.contact, family.lead, family.deal)
    )

    def watched(row: Any) -> set[str]:
        return set(places.watched(family.act(), row.entity, row.id))

    assert watched(family.account) == {account, contact, lead, deal}
    assert watched(family.contact) == {contact, lead, deal}
    assert watched(family.deal) == {deal, lead}
    assert watched(family.lead) == {lead}
