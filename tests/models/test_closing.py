"""Close as Won, Close as Lost, Reopen Opportunity (S 1.4, R3.28)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from rxcrm.models import closing, process_bar, records
from rxcrm.models.access import Privilege
from rxcrm.models.choices import OpportunityReason, OpportunityStatus
from rxcrm.models.connections import competitors
from rxcrm.models.errors import Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.history import entries
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.process_moves import next_stage
from tests.office import Office

TODAY = "2026-05-13"
WON = {"actual_revenue": "12000", "actual_close_date": TODAY, "status_reason": "3", "closing_description": "A good one"}
LOST = {"actual_close_date": TODAY, "status_reason": "5", "competitor_id": "", "closing_description": ""}


@pytest.fixture
def deal(office: Office) -> Opportunity:
    return office.opportunity(estimated_revenue=Decimal(10_000))


def banner(office: Office, deal: Opportunity) -> Any:
    return closing.closing_of(office.act(office.sara), deal)


# -- what the dialogs begin with ---------------------------------------------------------------------------------------


def test_the_revenue_is_preset_with_the_estimate_and_the_close_date_with_today(
    office: Office, deal: Opportunity
) -> None:
    won = closing.draft(office.act(office.sara), deal, OpportunityStatus.WON)
    assert won.values["actual_revenue"] == "10000"
    assert (won.values["actual_close_date"], won.values["status_reason"]) == (TODAY, "3")
    assert won.reasons == [("3", "Won")]


def test_the_dialog_of_a_lost_one_offers_its_reasons_and_its_competitors(office: Office, deal: Opportunity) -> None:
    competitors.add_new(office.act(office.sara), deal, "Rival Ltd")
    lost = closing.draft(office.act(office.sara), deal, OpportunityStatus.LOST)
    assert lost.reasons == [("4", "Canceled"), ("5", "Out-Sold")]
    assert [one.name for one in lost.competitors] == ["Rival Ltd"]
    assert "actual_revenue" not in lost.values


# -- won ---------------------------------------------------------------------------------------------------------------


def test_a_won_opportunity_holds_its_result_and_is_read_only(office: Office, deal: Opportunity) -> None:
    closing.win(office.act(office.sara), deal, WON)
    assert (deal.status, deal.status_reason) == (OpportunityStatus.WON, OpportunityReason.WON)
    assert (deal.actual_revenue, deal.actual_close_date) == (Decimal(12_000), date(2026, 5, 13))
    assert (deal.closing_description, deal.closed_on) == ("A good one", office.now)
    with pytest.raises(NotAllowed, match="This opportunity is Won and read-only until it is reopened"):
        records.save(office.act(office.sara), deal, {"topic": "Else"})


def test_the_closing_is_one_sentence_of_the_history_with_its_values(office: Office, deal: Opportunity) -> None:
    closing.win(office.act(office.sara), deal, WON)
    entry = entries(office.session, Opportunity, deal.id or 0, office.who(office.sara).conventions)[0]
    assert entry.what == "closed this opportunity as won"
    assert {change.label: change.new for change in entry.changes} == {
        "Status": "Won",
        "Status Reason": "Won",
        "Actual Revenue": "€12,000.00",
        "Actual Close Date": "May 13, 2026",
        "Closing Description": "A good one",
    }


def test_the_banner_tells_the_result_who_closed_it_and_when(office: Office, deal: Opportunity) -> None:
    assert banner(office, deal) is None
    closing.win(office.act(office.mia), deal, WON)
    told = banner(office, deal)
    assert (told.title, told.who, told.comment) == ("Closed as Won: €12,000.00", "Mia", "A good one")
    assert told.at == office.now.isoformat()


def test_a_sale_may_be_won_for_nothing_named(office: Office, deal: Opportunity) -> None:
    closing.win(office.act(office.sara), deal, {**WON, "actual_revenue": ""})
    assert banner(office, deal).title == "Closed as Won"


# -- lost --------------------------------------------------------------------------------------------------------------


def test_a_lost_opportunity_names_the_competitor_who_got_it(office: Office, deal: Opportunity) -> None:
    rival = competitors.add_new(office.act(office.sara), deal, "Rival Ltd")
    closing.lose(office.act(office.sara), deal, {**LOST, "competitor_id": str(rival.id)})
    assert (deal.status, deal.competitor_id) == (OpportunityStatus.LOST, rival.id)
    assert banner(office, deal).title == "Closed as Lost: Out-Sold, to Rival Ltd"
    entry = entries(office.session, Opportunity, deal.id or 0, office.who(office.sara).conventions)[0]
    assert [(c.label, c.new) for c in entry.changes][-1] == ("Competitor", "Rival Ltd")


def test_a_competitor_who_got_it_joins_those_of_the_opportunity(office: Office, deal: Opportunity) -> None:
    other = office.opportunity()
    rival = competitors.add_new(office.act(office.sara), other, "Rival Ltd")
    closing.lose(office.act(office.sara), deal, {**LOST, "competitor_id": str(rival.id)})
    assert [one.name for one in competitors.of(office.act(office.sara), deal)] == ["Rival Ltd"]


def test_a_lost_opportunity_needs_no_competitor(office: Office, deal: Opportunity) -> None:
    closing.lose(office.act(office.sara), deal, {**LOST, "status_reason": "4"})
    assert banner(office, deal).title == "Closed as Lost: Canceled"


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb, typed", [(closing.win, WON), (closing.lose, LOST)])
def test_a_closed_opportunity_is_not_closed_again(
    office: Office, deal: Opportunity, verb: Any, typed: dict[str, str]
) -> None:
    closing.win(office.act(office.sara), deal, WON)
    with pytest.raises(NotAllowed, match=r"Forklifts is closed already: Won\. Reopen it first"):
        verb(office.act(office.sara), deal, typed)
    with pytest.raises(NotAllowed, match="closed already"):
        closing.draft(office.act(office.sara), deal, OpportunityStatus.LOST)


@pytest.mark.parametrize(
    "wrong, field, because",
    [
        ({"actual_close_date": ""}, "actual_close_date", "Actual Close Date is required."),
        ({"actual_close_date": "2026-05-14"}, "actual_close_date", "Actual Close Date cannot lie in the future."),
        ({"actual_close_date": "soon"}, "actual_close_date", "date"),
        ({"actual_revenue": "many"}, "actual_revenue", "“many” is not a number."),
        ({"status_reason": "5"}, "status_reason", "Status Reason does not fit the status of this record."),
        ({"status_reason": ""}, "status_reason", "Status Reason does not fit the status of this record."),
        ({"closing_description": "x" * 2001}, "closing_description", "at most 2000 characters"),
        ({"topic": "Else"}, "topic", "There is no field “topic” to fill in."),
        ({"competitor_id": "1"}, "competitor_id", "There is no field"),
    ],
)
def test_bad_values_are_named_and_nothing_is_written(
    office: Office, deal: Opportunity, wrong: dict[str, str], field: str, because: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        closing.win(office.act(office.sara), deal, {**WON, **wrong})
    assert because in refusal.value.by_field()[field]
    assert (deal.status, deal.actual_revenue) == (OpportunityStatus.OPEN, None)


@pytest.mark.parametrize("text", ["999999", "-1", "x", "1.5", "9" * 30])
def test_a_competitor_that_does_not_exist_is_refused(office: Office, deal: Opportunity, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        closing.lose(office.act(office.sara), deal, {**LOST, "competitor_id": text})
    assert refusal.value.by_field() == {"competitor_id": "There is no such competitor."}


def test_somebody_who_may_not_write_it_finds_no_opportunity_to_close(office: Office) -> None:
    deal = office.opportunity(office.olaf)
    with pytest.raises(NotAllowed):
        office.act(office.sara).find(Opportunity, deal.id, Privilege.WRITE)
    office.settle(private=True)
    with pytest.raises(NotFound):
        office.act(office.sara).find(Opportunity, deal.id, Privilege.WRITE)


def test_of_two_who_close_it_at_once_one_is_told_that_the_other_was_faster(office: Office, deal: Opportunity) -> None:
    act, version = office.act(office.sara), deal.version
    closing.win(act, act.find(Opportunity, deal.id, Privilege.WRITE, version), WON)
    with pytest.raises(Stale):
        act.find(Opportunity, deal.id, Privilege.WRITE, version)


def test_commands_fit_the_state_and_the_rights(office: Office, deal: Opportunity) -> None:
    def offered(user: Any) -> dict[str, str]:
        act = office.act(user)
        return closing.offers(act, deal, {Privilege.WRITE: act.may(Privilege.WRITE, deal)})

    assert offered(office.sara) == {"close_won": "", "close_lost": ""}
    assert offered(office.olaf) == {}
    closing.win(office.act(office.sara), deal, WON)
    assert offered(office.sara) == {"reopen": ""}


# -- reopen ------------------------------------------------------------------------------------------------------------


def test_a_reopened_opportunity_is_in_progress_without_result_and_history_keeps_it(
    office: Office, deal: Opportunity
) -> None:
    closing.win(office.act(office.sara), deal, WON)
    closing.reopen(office.act(office.sara), deal)
    assert (deal.status, deal.status_reason) == (OpportunityStatus.OPEN, OpportunityReason.IN_PROGRESS)
    assert (deal.actual_revenue, deal.actual_close_date, deal.closed_on, deal.competitor_id) == (None,) * 4
    assert office.told(deal)[:2] == ["Sara reopened this opportunity", "Sara closed this opportunity as won"]
    records.save(office.act(office.sara), deal, {"topic": "Else"})


def test_an_open_opportunity_is_not_reopened(office: Office, deal: Opportunity) -> None:
    with pytest.raises(NotAllowed, match="Forklifts is open; there is nothing to reopen"):
        closing.reopen(office.act(office.sara), deal)


def test_the_time_during_which_it_was_closed_does_not_count(office: Office, deal: Opportunity) -> None:
    hour = timedelta(hours=1)
    closing.win(office.act(office.sara, office.now + hour), deal, WON)
    shown = process_bar.view(office.act(office.sara, office.now + 5 * hour), deal)
    assert (shown.status, shown.seconds, shown.stages[0].seconds) == ("ended", 3600, 3600)
    closing.reopen(office.act(office.sara, office.now + 10 * hour), deal)
    shown = process_bar.view(office.act(office.sara, office.now + 12 * hour), deal)
    assert (shown.status, shown.stages[0].seconds) == ("active", 3 * 3600)
    next_stage(office.act(office.sara, office.now + 12 * hour), deal)
