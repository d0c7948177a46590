"""An administrator makes rules and lets the estimate learn; a seller sees points, chance and reasons without reloading (issue 6, 6)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from rxcrm.models.choices import LeadReason, LeadStatus
from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.office import Office


def add_rule(page: Page, points: str, field: str, options: list[str] | None = None, **more: str) -> None:
    """A rule of one condition: the field contains one of these options, or nothing at all."""
    page.get_by_role("button", name="Add rule").click()
    dialog = page.get_by_role("dialog", name="Add rule")
    dialog.get_by_label("Points").fill(points)
    if reason := more.get("reason"):
        dialog.get_by_label("Reason").fill(reason)
    row = dialog.get_by_role("group", name="Row 1")
    row.get_by_label("Field").select_option(label=field)
    if options is None:
        row.get_by_label("Operator").select_option(label="Does not contain data")
    else:
        row.get_by_role("button", name=f"{field}: Choose…").click()
        for option in options:
            row.get_by_role("checkbox", name=option).check()
        page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Add rule").click()
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_seller_sees_the_points_of_a_new_rule_and_why(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska", lead_source=7)
    office.lead(office.sara, topic="Pumps", last_name="Zieliński", lead_source=8, business_phone="1")
    office.commit()
    sara, ada = sign_in("Sara", size), sign_in("Ada")
    sara.goto(f"/leads/{lead.id}")
    expect(sara.get_by_label("Topic").first).to_have_value("Lamps", timeout=30_000)
    expect(sara.get_by_role("group", name="Score")).to_have_count(0)

    ada.goto("/settings/lead-score")
    expect(ada.get_by_text("There are no rules yet.")).to_be_visible(timeout=30_000)
    add_rule(ada, "18", "Lead Source", ["Trade Show"])
    add_rule(ada, "−6", "Business Phone", reason="No phone")
    expect(ada.get_by_role("row", name=re.compile("Trade Show"))).to_contain_text("+18")
    expect(ada.get_by_role("row", name=re.compile("No phone"))).to_contain_text("−6")

    score = sara.get_by_role("group", name="Score").get_by_role("button")
    expect(score).to_have_accessible_name("12 points: show the reasons")
    score.press("Enter")
    dialog = sara.get_by_role("dialog", name="Why this score?")
    reasons = dialog.get_by_role("listitem")
    expect(reasons).to_have_count(2)
    expect(reasons.nth(0)).to_contain_text(re.compile(r"\+18.*Trade Show"))
    expect(reasons.nth(1)).to_contain_text(re.compile("−6.*No phone"))
    sara.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(score).to_be_focused()

    phone = sara.get_by_label("Business Phone").first
    phone.fill("+48 22 123 45 67")
    sara.get_by_role("button", name="Save", exact=True).click()
    expect(score).to_have_accessible_name("18 points: show the reasons")

    sara.goto("/leads?view=open&columns=name,score&sort=-score")
    cells = sara.get_by_role("grid", name="Leads").locator('td[data-column="score"]')
    expect(cells).to_have_text(["18", "0"], timeout=30_000)

    # Switched off, its points are gone.
    ada.get_by_role("button", name=re.compile("Commands for .*Trade Show")).click()
    ada.get_by_role("menuitem", name="Switch off").click()
    expect(ada.get_by_role("row", name=re.compile("Trade Show"))).to_contain_text("Off")
    sara.goto(f"/leads/{lead.id}")
    expect(score).to_have_accessible_name("0 points: show the reasons", timeout=30_000)


def test_a_rule_that_is_not_finished_is_refused_in_its_form(sign_in: SignIn, office: Office) -> None:
    ada = sign_in("Ada")
    ada.goto("/settings/lead-score")
    ada.get_by_role("button", name="Add rule").click(timeout=30_000)
    dialog = ada.get_by_role("dialog", name="Add rule")
    dialog.get_by_label("Points").fill("1000")
    dialog.get_by_role("button", name="Add rule").click()
    expect(dialog.get_by_text("A whole number from −100 to 100, but not 0.")).to_be_visible()
    expect(dialog.get_by_text("A row of the condition is not finished")).to_be_visible()
    offered = dialog.get_by_role("group", name="Row 1").get_by_label("Field").locator("option")
    assert "Owner" in offered.all_inner_texts()
    assert not {"Score", "Estimate"} & set(offered.all_inner_texts())


def closed(office: Office, status: LeadStatus, reason: LeadReason, count: int, **values: object) -> None:
    for _ in range(count):
        office.bare(Lead, topic="T", last_name="L", status=status, status_reason=reason, **values)
    office.session.flush()


def test_the_estimate_learns_and_a_seller_sees_it_with_its_reasons(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska", lead_source=7)
    won, lost = (LeadStatus.QUALIFIED, LeadReason.QUALIFIED), (LeadStatus.DISQUALIFIED, LeadReason.LOST)
    closed(office, *won, 31, lead_source=7, business_phone="1")
    closed(office, *lost, 50, lead_source=8)
    office.commit()
    sara, ada = sign_in("Sara"), sign_in("Ada")
    ada.goto("/settings/lead-score")
    few = ada.get_by_role("status").filter(has_text="Not enough data")
    expect(few).to_contain_text("31 of 40", timeout=30_000)

    for kind, source, phone, count in (
        (won, 7, "1", 9),
        (won, 7, "", 21),
        (won, 8, "1", 7),
        (won, 8, "", 3),
        (lost, 7, "1", 5),
        (lost, 7, "", 10),
        (lost, 8, "1", 20),
    ):
        closed(office, *kind, count, lead_source=source, business_phone=phone)
    office.commit()
    sara.goto(f"/leads/{lead.id}")
    expect(sara.get_by_label("Topic").first).to_have_value("Lamps", timeout=30_000)
    ada.get_by_role("button", name="Learn again").click()
    expect(ada.get_by_text(re.compile("from 156 closed leads, of which 46 % were qualified"))).to_be_visible()
    expect(ada.get_by_role("img", name="Estimates of held-out leads beside what became of them")).to_be_visible()
    sources = ada.get_by_role("table", name="Lead Source")
    expect(sources.get_by_role("row", name=re.compile("Trade Show"))).to_contain_text("80 %")

    score = sara.get_by_role("group", name="Score").get_by_role("button")
    expect(score).to_have_accessible_name(re.compile(r"^estimate \d+ %: show the reasons$"))
    score.click()
    dialog = sara.get_by_role("dialog", name="Why this score?")
    expect(dialog.get_by_role("listitem").filter(has_text="Trade Show")).to_contain_text("+")
    expect(dialog.get_by_role("listitem").filter(has_text="No phone number")).to_contain_text("−")

    ada.get_by_role("switch", name="Estimate leads").click()
    expect(ada.get_by_text(re.compile("closed leads, of which"))).to_have_count(0)
    expect(sara.get_by_role("group", name="Score")).to_have_count(0)
