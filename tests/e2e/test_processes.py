"""Processes: an administrator shapes one, a seller follows it and switches to another (S 2.3, R2.11)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from rxcrm.models.process import ProcessInstance
from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.office import Office


def editor(page: Page, key: str) -> None:
    page.goto(f"/settings/processes/{key}")
    expect(stage(page, "Qualify")).to_be_visible(timeout=30_000)


def stage(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=f"Stage {name}", exact=True)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="The process was saved").first).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_new_stage_and_a_gate_reach_the_open_form_and_what_is_typed_stays(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    deal = office.opportunity(office.sara, topic="Chairs")
    office.commit()
    sara, ada = sign_in("Sara", size), sign_in("Ada", size)
    sara.goto(f"/opportunities/{deal.id}")
    topic = sara.get_by_label("Topic").first
    expect(topic).to_have_value("Chairs", timeout=30_000)
    topic.fill("Chairs and tables")

    editor(ada, "opportunity_sales")
    stage(ada, "Qualify").get_by_role("button", name="Estimated Budget").or_(
        stage(ada, "Qualify").get_by_role("button", name="Budget Amount")
    ).first.click()
    ada.get_by_role("switch", name="Required").check()
    ada.get_by_role("button", name="2. Develop").click()
    ada.get_by_label("Name", exact=True).fill("Shape")
    expect(stage(ada, "Shape")).to_be_visible()
    ada.get_by_role("button", name="Add stage of the opportunity").click()
    ada.get_by_label("Name", exact=True).fill("Handover")
    ada.get_by_role("button", name="Add Need", exact=True).click()
    expect(stage(ada, "Handover").get_by_role("listitem")).to_have_text("Need")
    save(ada)

    bar = sara.get_by_role("region", name="Opportunity Sales Process")
    expect(bar.get_by_role("button", name="Handover")).to_be_visible()
    expect(bar.get_by_role("button", name="Shape")).to_be_visible()
    expect(topic).to_have_value("Chairs and tables")
    bar.get_by_role("button", name="Qualify").click()
    card = bar.get_by_role("group", name="Qualify")
    expect(card.get_by_text("Required steps that are missing:")).to_be_visible()
    card.get_by_label("Budget Amount").fill("500")
    card.get_by_role("button", name="Next Stage").click()
    expect(bar.get_by_role("listitem").filter(has_text="Shape")).to_have_attribute("aria-current", "step")


def test_a_stage_with_records_in_it_goes_with_a_word_about_where_they_go(sign_in: SignIn, office: Office) -> None:
    deal = office.opportunity(office.sara, topic="Chairs")
    office.commit()
    ada = sign_in("Ada")
    editor(ada, "opportunity_sales")
    ada.get_by_role("button", name="1. Qualify").click()
    ada.get_by_label("1 record is in it. If the stage goes, it moves to").select_option(label="Propose")
    ada.get_by_role("button", name="Remove the stage").click()
    expect(ada.get_by_role("region", name="Stage Qualify")).to_have_count(0)
    save(ada)
    office.session.expire_all()
    (instance,) = office.session.exec(select(ProcessInstance).where(ProcessInstance.opportunity_id == deal.id)).all()
    assert (instance.stage, instance.path) == ("propose", "qualify,propose")


def test_a_second_process_is_made_activated_and_switched_to(sign_in: SignIn, office: Office) -> None:
    deal = office.opportunity(office.sara, topic="Chairs")
    office.commit()
    ada, sara = sign_in("Ada"), sign_in("Sara", TABLET)
    ada.goto("/settings/processes?table=opportunity")
    ada.get_by_role("button", name="Add process").click(timeout=30_000)
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Tenders")
    dialog.get_by_role("button", name="Add process").click()
    expect(stage(ada, "Qualify")).to_be_visible(timeout=30_000)
    ada.get_by_role("button", name="1. Qualify").press("Alt+ArrowRight")
    expect(ada.get_by_role("button", name="2. Qualify")).to_be_visible()
    save(ada)
    ada.get_by_role("link", name="Back to the processes").click()
    ada.get_by_role("button", name="Commands for Tenders").click()
    ada.get_by_role("menuitem", name="Activate").click()
    expect(ada.get_by_role("row", name="Tenders")).to_contain_text("Active")

    sara.goto(f"/opportunities/{deal.id}")
    expect(sara.get_by_label("Topic").first).to_have_value("Chairs", timeout=30_000)
    sara.get_by_role("button", name="Process", exact=True).click()
    sara.get_by_role("group", name="Switch Process").get_by_role("menuitem", name="Tenders").click()
    bar = sara.get_by_role("region", name="Tenders")
    expect(bar.get_by_role("listitem").first).to_contain_text("Develop")
    expect(sara.get_by_text("switched to the process Tenders").first).to_be_visible()
    sara.get_by_role("button", name="Process", exact=True).click()
    sara.get_by_role("menuitem", name="Opportunity Sales Process").click()
    expect(sara.get_by_role("region", name="Opportunity Sales Process")).to_be_visible()
