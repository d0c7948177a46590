"""Campaigns: kept by administrators, chosen by sellers, and what leads heard of them (S 1.1, 7.1)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text
from sqlmodel import Session, select

from rxcrm.models import (
    access,
    campaigns,
    configuration,
    db,
    editing,
    grouping,
    history,
    lists,
    records,
    references,
)
from rxcrm.models.access import Privilege
from rxcrm.models.bulk import books, doing
from rxcrm.models.bulk.selection import Selection
from rxcrm.models.campaign import Campaign
from rxcrm.models.charting.charts import Category, Chart
from rxcrm.models.charting.figures import condition_of
from rxcrm.models.charting.reckoning import data
from rxcrm.models.choices import LeadStatus, OpportunityStatus
from rxcrm.models.errors import BadValue, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.exporting.making import make
from rxcrm.models.exporting.wanted import CSV, Wanted
from rxcrm.models.fields import fields_of
from rxcrm.models.filters.conditions import Test, every, parsed, read
from rxcrm.models.filters.wording import sentence
from rxcrm.models.importing.lookups import Lookups
from rxcrm.models.importing.mapping import propose
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask
from rxcrm.models.merging import comparing
from rxcrm.models.merging.doing import merge
from rxcrm.models.migrating import config, migrate
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import User
from rxcrm.models.qualifying.doing import Choice, Part, Way, qualify
from rxcrm.models.records import Act
from rxcrm.models.scoring import features
from rxcrm.models.shaping import listing, options
from tests.office import Office, Statements

SOURCE = "source_campaign_id"
ALL = Ask(view="all")


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    configuration.reset()


def campaign(office: Office, name: str = "Spring Fair", **typed: str) -> Campaign:
    return campaigns.add(office.act(office.ada), {"name": name, **typed})


def change(office: Office, row: Campaign, **typed: str) -> None:
    campaigns.change(office.act(office.ada), row.id or 0, row.version, typed)


def names(office: Office, ask: Ask, user: User | None = None) -> list[str]:
    return [row["name"] for row in lists.page(office.act(user or office.sara), ask).rows]


def refused(office: Office, **typed: str) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        campaigns.add(office.act(office.ada), typed)
    return {name: problem.text() for name, problem in refusal.value.problems.items()}


# -- kept by administrators ------------------------------------------------------------------------------------------


def test_a_campaign_is_added_and_listed_with_its_dates_and_leads(office: Office) -> None:
    row = campaign(
        office, channel="3", planned_start="2026-05-01", planned_end="2026-05-03", budget="12,500.00", currency="EUR"
    )
    office.lead(source_campaign_id=row.id)
    (view,) = campaigns.listed(office.act(office.ada))
    assert (view.name, view.channel, view.owner, view.leads, view.active) == ("Spring Fair", "Event", "Ada", 1, True)
    assert view.planned.count("–") == 1 and "2026" in view.planned and view.actual == ""
    assert row.budget == Decimal(12500)


def test_it_can_belong_to_somebody_else_who_works_here(office: Office) -> None:
    row = campaign(office, owner_id=str(office.mia.id))
    assert row.owner_user_id == office.mia.id
    change(office, row, owner_id=str(office.vera.id))
    assert campaigns.listed(office.act(office.ada))[0].owner == "Vera"
    office.tom.disabled = True
    assert set(refused(office, name="Other", owner_id=str(office.tom.id))) == {"owner_id"}


def test_every_problem_of_the_form_is_told_at_once(office: Office) -> None:
    campaign(office)
    assert set(refused(office, name="", planned_start="tomorrow", budget="-1")) == {"name", "planned_start", "budget"}
    assert "exists already" in refused(office, name=" SPRING  FÁIR ")["name"]
    said = refused(office, name="Autumn", actual_start="2026-05-03", actual_end="2026-05-01")
    assert "before the start" in said["actual_end"]
    assert set(refused(office, name="x" * 129)) == {"name"}
    assert "no field" in refused(office, name="X", status="1")["status"]


def test_of_two_administrators_the_second_is_told(office: Office) -> None:
    row = campaign(office)
    seen = row.version
    change(office, row, description="Hall 4")
    with pytest.raises(Stale, match="Somebody else changed “Spring Fair”"):
        campaigns.change(office.act(office.ada), row.id or 0, seen, {"name": "Fair"})


def test_two_of_one_name_are_not_made_at_once(office: Office) -> None:
    who = office.who(office.ada)
    office.commit()

    def make_one(session: Session) -> bool:
        try:
            campaigns.add(Act(session, who, office.now), {"name": "Fair"})
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: db.transact(make_one), range(4)))
    assert sorted(made) == [False, False, False, True]


def test_an_inactive_campaign_is_offered_no_more_and_stays_where_it_is(office: Office) -> None:
    row = campaign(office)
    lead = office.lead(source_campaign_id=row.id)
    references.set_active(office.act(office.ada), row, active=False)
    act = office.act(office.sara)
    assert references.find(act, "campaign", "spr", 10) == []
    assert records.names_of(act, lead)[SOURCE] == "Spring Fair"
    references.set_active(office.act(office.ada), row, active=True)
    assert [name for _, name, _ in references.find(act, "campaign", "SPR", 10)] == ["Spring Fair"]


def test_one_in_use_is_not_deleted_one_that_is_not_goes(office: Office) -> None:
    row, other = campaign(office), campaign(office, "Unused")
    lead = office.lead(source_campaign_id=row.id)
    lead.deleted_on = office.now
    with pytest.raises(NotAllowed, match=r"in use \(Leads: 1\)"):
        references.delete(office.act(office.ada), row)
    assert references.delete(office.act(office.ada), other) == "Unused"
    with pytest.raises(NotFound):
        references.one(office.act(office.ada), Campaign, other.id or 0)


def test_nobody_but_administrators_keeps_campaigns(office: Office) -> None:
    row = campaign(office)
    for user in (office.sara, office.mia, office.vera):
        act = office.act(user)
        for verb in (
            lambda act: campaigns.listed(act),
            lambda act: campaigns.add(act, {"name": "Mine"}),
            lambda act: campaigns.change(act, row.id or 0, row.version, {"name": "Mine"}),
            lambda act: references.set_active(act, row, active=False),
            lambda act: references.delete(act, row),
        ):
            with pytest.raises(NotAllowed):
                verb(act)
        assert access.may(office.session, act.who, Privilege.READ, row)
        assert access.may(office.session, act.who, Privilege.APPEND_TO, row)
        assert not access.may(office.session, act.who, Privilege.WRITE, row)


def test_its_channels_are_an_option_list_of_the_administrator(office: Office) -> None:
    act = office.act(office.ada)
    assert "Campaigns" in next(
        link.fields for group in listing.listed(act) for link in group.lists if link.key == "CampaignChannel"
    )
    campaign(office, channel="9")
    assert options.options_of("CampaignChannel").label(9) == "Telephone"
    assert options.uses(act, "CampaignChannel", 9) == 1
    options.change(act, "CampaignChannel", 9, {"label": "Phone"})
    assert campaigns.listed(office.act(office.ada))[0].channel == "Phone"


# -- chosen by sellers -----------------------------------------------------------------------------------------------


def test_a_seller_finds_a_campaign_and_chooses_it(office: Office) -> None:
    row = campaign(office, channel="3", planned_start="2026-05-01")
    campaign(office, "Autumn Fair")
    act = office.act(office.sara)
    found = references.find(act, "campaign", "fair", 10)
    assert [name for _, name, _ in found] == ["Autumn Fair", "Spring Fair"]
    assert found[1][2].startswith("Event · ")
    lead = records.create(act, Lead, {"topic": "T", "last_name": "Doe", SOURCE: str(row.id)})
    assert records.names_of(act, lead) == {SOURCE: "Spring Fair"}
    records.save(act, lead, {SOURCE: ""})
    assert "Sara changed Source Campaign" in office.told(lead)
    entry = history.entries(office.session, Lead, lead.id or 0, act.who.conventions)[0]
    assert [(c.label, c.old, c.new) for c in entry.changes] == [("Source Campaign", "Spring Fair", "")]


@pytest.mark.parametrize("typed", ["999999", "0", "x", "-1"])
def test_what_is_no_campaign_cannot_be_chosen(small_office: Office, typed: str) -> None:
    act = small_office.act(small_office.sara)
    with pytest.raises(Invalid) as refusal:
        records.create(act, Lead, {"topic": "T", "last_name": "Doe", SOURCE: typed})
    assert set(refusal.value.problems) == {SOURCE}


def test_what_was_a_text_once_is_still_told_by_history(small_office: Office) -> None:
    lead = small_office.lead()
    act, old = small_office.act(small_office.sara), [["source_campaign", "", "Messe"]]
    history.record(small_office.session, lead, history.Event.CHANGED, by=act.who.id, now=act.now, changes=old)
    small_office.session.flush()
    entry = history.entries(small_office.session, Lead, lead.id or 0, act.who.conventions)[0]
    assert [(c.label, c.old, c.new) for c in entry.changes] == [("Source Campaign", "", "Messe")]


def test_the_views_of_campaigns_show_what_they_say(office: Office) -> None:
    row = campaign(office)
    office.lead(last_name="From", source_campaign_id=row.id)
    office.lead(last_name="Written", last_campaign_date=date(2026, 5, 1))
    office.lead(last_name="Closed", status=LeadStatus.DISQUALIFIED, source_campaign_id=row.id)
    assert sorted(names(office, Ask(view="campaign"))) == ["Closed", "From"]
    assert names(office, Ask(view="no-campaign-activities")) == ["From"]
    page = lists.page(office.act(office.sara), Ask(view="campaign"))
    assert {row[SOURCE] for row in page.rows} == {"Spring Fair"}
    assert page.rows[0][f"{SOURCE}_path"] == f"/campaigns/{row.id}"


def test_leads_are_filtered_and_sorted_by_campaign_and_by_what_it_holds(office: Office) -> None:
    fair, mailing = campaign(office, channel="3"), campaign(office, "Mailing", channel="6")
    for name, of in (("A", fair), ("B", mailing), ("C", None)):
        office.lead(last_name=name, source_campaign_id=of.id if of else None)

    def found(*tests: Test) -> list[str]:
        return sorted(names(office, Ask(view="all", where=every(*tests))))

    assert found(Test(SOURCE, "eq", (str(fair.id),))) == ["A"]
    assert found(Test(SOURCE, "ne", (str(fair.id),))) == ["B", "C"]
    assert found(Test(SOURCE, "null")) == ["C"]
    assert found(Test(f"{SOURCE}.channel", "eq", ("6",))) == ["B"]
    assert found(Test(f"{SOURCE}.name", "begins-with", ("spring",))) == ["A"]
    where = every(Test(SOURCE, "eq", (str(fair.id),)), Test(f"{SOURCE}.channel", "eq", ("3",)))
    said = sentence(office.act(office.sara), "lead", where)
    assert "Source Campaign" in said and "Spring Fair" in said and "Event" in said
    shown = lists.page(office.act(office.sara), Ask(view="all", columns=("name", f"{SOURCE}.channel")))
    assert {row["name"]: row[f"{SOURCE}.channel"] for row in shown.rows} == {"A": "3", "B": "6", "C": ""}


def test_leads_are_grouped_and_charted_by_campaign(office: Office) -> None:
    fair = campaign(office, channel="3")
    for name, of in (("A", fair.id), ("B", fair.id), ("C", None)):
        office.lead(last_name=name, source_campaign_id=of)
    act = office.act(office.sara)
    found = grouping.groups(act, Ask(view="open"), grouping.parse("lead", SOURCE), grouping.parse_totals("lead", ""))
    assert [(one.label, one.count) for one in found.groups] == [("Spring Fair", 2), ("(empty)", 1)]
    for field, label in ((SOURCE, "Spring Fair"), (f"{SOURCE}.channel", "Event")):
        chart = Chart("", "Leads", "lead", Category(field))
        figures = data(act, chart, ALL)
        assert sorted((p.label, p.values[0]) for p in figures.points) == [("(empty)", 1), (label, 2)]
        for point in figures.points:
            where = condition_of(figures.measures[0], point)
            assert where is not None and lists.count(act, Ask(view="all", where=read(where))) == point.values[0]


def test_a_list_with_campaigns_costs_as_much_for_many_rows_as_for_few(office: Office) -> None:
    rows = [campaign(office, f"No {n}") for n in range(20)]
    act = office.act(office.sara)

    def cost() -> int:
        office.session.flush()
        with Statements(office.engine) as statements:
            lists.page(act, Ask(view="campaign"))
        return len(statements)

    for n in range(10):
        office.lead(source_campaign_id=rows[n].id)
    cost()  # what a process learns once
    few = cost()
    for n in range(10, 20):
        office.lead(source_campaign_id=rows[n].id)
    assert cost() == few


# -- carried along ---------------------------------------------------------------------------------------------------


def test_qualification_carries_the_campaign_to_the_opportunity(office: Office) -> None:
    row = campaign(office)
    lead = office.lead(source_campaign_id=row.id, company_name="Fabrikam")
    qualify(office.act(office.sara), lead.id or 0, lead.version, Choice(Part(Way.NEW), Part(Way.NEW), ({},)))
    office.session.flush()
    made = office.session.exec(select(Opportunity)).one()
    assert made.source_campaign_id == row.id


def test_merging_lets_one_choose_between_campaigns_by_name(office: Office) -> None:
    fair, mailing = campaign(office), campaign(office, "Mailing")
    first = office.lead(source_campaign_id=fair.id)
    second = office.lead(source_campaign_id=mailing.id)
    act = office.act(office.sara)
    sections = comparing.plan(act, "lead", [first.id or 0, second.id or 0]).sections
    shown = next(row for section in sections for row in section.rows if row.name == SOURCE)
    assert shown.differs and sorted(shown.values) == ["Mailing", "Spring Fair"]
    versions = {row.id or 0: row.version for row in (first, second)}
    merge(act, "lead", first.id or 0, versions, {SOURCE: second.id or 0})
    office.session.flush()
    assert first.source_campaign_id == mailing.id


def test_an_import_finds_a_campaign_by_its_name_and_makes_none(office: Office) -> None:
    row = campaign(office, "Łódź Fair")
    office.commit()
    spec, found = fields_of(Lead)[SOURCE], Lookups(office.who(office.sara), {}, "lead")
    found.prime(spec, ["lodz fair", "Nowhere"])
    assert found.find(spec, " LODZ  fair") == row.id
    with pytest.raises(BadValue, match="names no record; Source Campaign stays empty"):
        found.find(spec, "Nowhere")
    assert propose("lead", ["Source Campaign", "Last Name"], [[], []])[0].target == SOURCE


def test_an_export_names_it(office: Office, tmp_path: Path) -> None:
    row = campaign(office)
    office.lead(source_campaign_id=row.id)
    who = office.who(office.sara)
    office.commit()
    wanted = Wanted(entity="lead", view="campaign", format=CSV)
    make(who, wanted, tmp_path / "leads.csv", office.now)
    head, line, *_ = (tmp_path / "leads.csv").read_text(encoding="utf-8-sig").splitlines()
    assert "Source Campaign" in head and "Spring Fair" in line


def test_the_estimate_knows_who_came_by_a_campaign(office: Office) -> None:
    row = campaign(office)
    office.lead(last_name="A", source_campaign_id=row.id)
    office.lead(last_name="B")
    feature = next(f for f in features.offered() if f.key == "has_campaign")
    found = office.session.execute(select(Lead.last_name, features.value_in(feature)))  # type: ignore[call-overload]
    assert dict(map(tuple, found)) == {"A": "1", "B": "0"}


def test_everybody_sees_what_came_of_a_campaign_as_far_as_he_may(office: Office) -> None:
    row = campaign(office, channel="3", description="Hall 4")
    office.lead(source_campaign_id=row.id)
    office.lead(office.olaf, source_campaign_id=row.id, status=LeadStatus.QUALIFIED)
    won = {"status": OpportunityStatus.WON, "actual_revenue": Decimal(900)}
    office.opportunity(source_campaign_id=row.id, **won)
    office.opportunity(source_campaign_id=row.id)
    page = campaigns.page_of(office.act(office.sara), row.id or 0)
    assert (page.name, page.description, ["Channel", "Event"] in page.facts) == ("Spring Fair", "Hall 4", True)
    assert [one.value for one in page.figures][:5] == ["2", "1", "1", "2", "1"] and "900" in page.figures[5].value
    office.settle(private=True)
    assert [one.value for one in campaigns.page_of(office.act(office.sara), row.id or 0).figures][:3] == ["1", "1", "0"]
    with pytest.raises(NotFound):
        campaigns.page_of(office.act(office.sara), 999_999)


def test_each_figure_leads_to_the_list_that_it_counts(office: Office) -> None:
    row = campaign(office)
    office.lead(source_campaign_id=row.id)
    office.lead(office.olaf, source_campaign_id=row.id, status=LeadStatus.QUALIFIED)
    office.lead()
    act = office.act(office.sara)
    for figure in campaigns.page_of(act, row.id or 0).figures:
        asked = parse_qs(urlsplit(figure.path).query)
        entity = "lead" if figure.path.startswith("/leads") else "opportunity"
        assert lists.count(act, Ask(entity, "all", where=parsed(asked["filter"][0]))) == int(figure.value), figure.label


# -- what leads heard of it ------------------------------------------------------------------------------------------


def record(office: Office, rows: list[Lead], user: User | None = None, **given: str) -> Any:
    act = office.act(user or office.sara)
    operation = doing.begin(
        act, Selection("lead", tuple(r.id or 0 for r in rows)), [r.id or 0 for r in rows], "campaign", given
    )
    office.session.flush()
    office.session.expire_all()
    return operation


def counts(operation: Any) -> tuple[int, int, int]:
    kept = operation.details
    return kept["done"], kept["unchanged"], kept["refused"]


def test_an_activity_of_a_campaign_sets_the_last_campaign_date(office: Office) -> None:
    row = campaign(office)
    leads = [office.lead(last_name="A"), office.lead(last_name="B", last_campaign_date=date(2026, 1, 5))]
    operation = record(office, leads, campaign=str(row.id), on="2026-05-12")
    assert counts(operation) == (2, 0, 0)
    assert [lead.last_campaign_date for lead in leads] == [date(2026, 5, 12)] * 2
    assert office.told(leads[0])[0] == "Sara recorded an activity of the campaign “Spring Fair”"
    entry = history.entries(office.session, Lead, leads[1].id or 0, office.who(office.sara).conventions)[0]
    assert [c.label for c in entry.changes] == ["Last Campaign Date"]


def test_a_later_date_stays_and_twice_is_harmless(office: Office) -> None:
    row = campaign(office)
    lead = office.lead(last_campaign_date=date(2026, 5, 10))
    assert counts(record(office, [lead], campaign=str(row.id), on="2026-05-01")) == (0, 1, 0)
    for expected in ((1, 0, 0), (0, 1, 0)):
        assert counts(record(office, [lead], campaign=str(row.id), on="2026-05-12")) == expected
    assert lead.last_campaign_date == date(2026, 5, 12)


def test_it_is_taken_back_as_one(office: Office) -> None:
    row = campaign(office)
    lead = office.lead(last_campaign_date=date(2026, 1, 5))
    operation = record(office, [lead], campaign=str(row.id), on="2026-05-12")
    assert doing.undo(office.act(office.sara), operation.id or 0).done == 1
    assert lead.last_campaign_date == date(2026, 1, 5)


def test_leads_that_one_may_not_change_or_that_are_closed_stay_with_a_reason(office: Office) -> None:
    row = campaign(office)
    mine, his = office.lead(), office.lead(office.olaf, last_name="His")
    closed = office.lead(last_name="Closed", status=LeadStatus.DISQUALIFIED)
    operation = record(office, [mine, his, closed], campaign=str(row.id), on="2026-05-12")
    assert counts(operation) == (1, 0, 2)
    said = {one.name: one.why for one in books.view(office.act(office.sara), operation).reasons}
    assert "own or that were shared" in said["His"] and "read-only" in said["Closed"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"campaign": "", "on": "2026-05-12"}, {"campaign"}),
        ({"campaign": "999", "on": "2026-05-14"}, {"campaign", "on"}),
        ({"campaign": "1", "on": "yesterday"}, {"on"}),
    ],
)
def test_a_bad_activity_is_refused_before_anything_is_done(
    small_office: Office, given: dict[str, str], wrong: set[str]
) -> None:
    campaign(small_office)
    lead = small_office.lead()
    with pytest.raises(Invalid) as refusal:
        record(small_office, [lead], **given)
    assert set(refusal.value.problems) == wrong
    assert lead.last_campaign_date is None


def test_accounts_have_no_campaign_activities(small_office: Office) -> None:
    row, account = campaign(small_office), small_office.account()
    selection = Selection("account", (account.id or 0,))
    with pytest.raises(NotFound):
        doing.begin(
            small_office.act(small_office.sara), selection, [account.id or 0], "campaign", {"campaign": str(row.id)}
        )


def test_many_leads_get_their_campaign_at_once(office: Office) -> None:
    row = campaign(office)
    rows = [office.lead(last_name=name) for name in "AB"]
    act = office.act(office.sara)
    editing.edit_many(act, rows, {SOURCE: str(row.id)})
    assert {lead.source_campaign_id for lead in rows} == {row.id}


# -- before there were campaigns -------------------------------------------------------------------------------------


def test_the_texts_of_before_become_campaigns_whatever_their_case(empty: Engine) -> None:
    now = "2026-05-13 08:00:00"
    with empty.execution_options(writes=True).begin() as connection:
        command.upgrade(config(connection), "0019")
        connection.execute(text("INSERT INTO business_unit (id, name) VALUES (1, 'Contoso')"))
        columns = {c["name"]: c for c in inspect(connection).get_columns("lead")}
        plain = {n for n, c in columns.items() if not c["nullable"] and n != "id"}
        for number, said in enumerate(("Messe Łódź", " messe  lodz", "Mailing", "")):
            values: dict[str, Any] = {}
            for name in plain:
                kind = str(columns[name]["type"]).upper()
                values[name] = (
                    now
                    if "TIMESTAMP" in kind or "DATETIME" in kind
                    else False
                    if "BOOL" in kind
                    else "{}"
                    if "JSON" in kind
                    else 0
                    if "INT" in kind
                    else ""
                )
            values |= {"id": number + 1, "source_campaign": said, "topic": "T", "last_name": "Doe"}
            listed_names = ", ".join(values)
            connection.execute(
                text(f"INSERT INTO lead ({listed_names}) VALUES ({', '.join(':' + n for n in values)})"), values
            )
    assert migrate(empty)[0] == "0020"
    with Session(empty) as session:
        made = {row.id: row.name for row in session.exec(select(Campaign))}
        held = [
            lead_id and made[lead_id] for lead_id in session.exec(select(Lead.source_campaign_id).order_by(Lead.id))
        ]  # type: ignore[arg-type]
    assert sorted(made.values())[0] == "Mailing" and len(made) == 2
    assert held[0] == held[1] and held[2] == "Mailing" and held[3] is None
