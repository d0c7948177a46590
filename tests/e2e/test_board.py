"""Boards: cards moved by mouse, by keyboard and by touch, refused and put back, seen by others, kept as a view (S 8.4 [OURS])."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from playwright.sync_api import Locator, Page, expect

from rxcrm.models import process_editing, process_moves
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.process_tables import stored as stored_stage
from rxcrm.models.stages import PROCESSES
from tests.e2e.conftest import PHONE, TABLET, SignIn
from tests.office import Office

OPEN = "/leads?view=open&as=board"


def lane(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=re.compile("^Board of")).get_by_role("region", name=name, exact=True)


def card(page: Page, name: str) -> Locator:
    return page.locator(".board").get_by_role("group", name=re.compile(f"^{name}, "))


def stored(office: Office, row: Lead | Opportunity) -> Lead | Opportunity:
    office.session.expire_all()
    found = office.session.get_one(type(row), row.id)
    office.commit()  # the server must not wait
    return found


def by_mouse(page: Page, name: str, to: str) -> None:
    """Take a card by its middle and let it go over a lane."""
    box, there = card(page, name).bounding_box(), lane(page, to).bounding_box()
    assert box and there
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 12, box["y"] + box["height"] / 2 + 4)
    expect(page.locator(".board-card.ghost")).to_be_visible()
    page.mouse.move(there["x"] + there["width"] / 2, there["y"] + 120, steps=6)
    expect(lane(page, to)).to_have_class(re.compile(r"\bover\b"))
    page.mouse.up()


class Finger:
    """A finger on a touch screen, as the browser's protocol sends it."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def touch(self, kind: str, x: float = 0, y: float = 0) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def middle(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_card_dragged_by_mouse_is_written_seen_by_others_and_taken_back(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(last_name="Doe", rating=3, estimated_amount=Decimal(1200))
    office.lead(last_name="Other", rating=1)
    office.commit()
    page, onlooker = sign_in("Sara"), sign_in("Mia")
    page.goto("/leads?view=open")
    page.get_by_role("group", name="Show as").get_by_role("button", name="Board").click()
    page.get_by_label("Lanes").select_option(label="Rating")
    expect(page).to_have_url(re.compile("as=board&lanes=rating"))
    onlooker.goto(f"{OPEN}&lanes=rating")
    expect(card(onlooker, "Doe")).to_be_visible()
    expect(lane(page, "Cold")).to_contain_text("€1.2K")
    by_mouse(page, "Doe", "Hot")
    expect(lane(page, "Hot").get_by_role("group")).to_have_count(2)
    expect(lane(page, "Hot").get_by_label("2 records")).to_be_visible()
    expect(lane(page, "Hot")).to_contain_text("€1.2K")
    message = page.get_by_role("region", name="Messages")
    expect(message).to_contain_text("Doe moved to Hot.")
    assert stored(office, lead).rating == 1
    expect(lane(onlooker, "Hot").get_by_role("group")).to_have_count(2)
    message.get_by_role("button", name="Undo").click()
    expect(lane(page, "Cold").get_by_role("group", name=re.compile("^Doe"))).to_be_visible()
    expect(lane(onlooker, "Cold").get_by_role("group")).to_have_count(1)
    assert stored(office, lead).rating == 3


def test_a_card_moved_by_keyboard_is_told_aloud_and_escape_leaves_it(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(last_name="Doe")
    office.commit()
    page = sign_in("Sara")
    page.goto(OPEN)
    card(page, "Doe").focus()
    said = page.locator(".list-body > [role=status]")
    page.keyboard.press("Space")
    expect(said).to_contain_text("Doe is picked up from New, lane 1 of 4")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text("Contacted, lane 2 of 4")
    page.keyboard.press("Escape")
    expect(said).to_have_text("Doe stays in New.")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(lane(page, "Contacted").get_by_role("group", name=re.compile("^Doe"))).to_be_focused()
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Doe moved to Contacted.")
    assert stored(office, lead).status_reason == 2
    # Where a lead is closed a dialog asks first; nothing is closed by a drop.
    page.keyboard.press("Space")
    page.keyboard.press("End")
    expect(said).to_have_text("Disqualified, lane 4 of 4")
    page.keyboard.press("Space")
    dialog = page.get_by_role("dialog", name="Disqualify Lead")
    expect(dialog).to_be_visible()
    assert stored(office, lead).status == 0
    dialog.get_by_role("button", name="Cancel").click()
    expect(lane(page, "Contacted").get_by_role("group", name=re.compile("^Doe"))).to_be_visible()
    card(page, "Doe").get_by_role("button", name="Move Doe").click()
    page.get_by_role("menuitem", name="Disqualified").click()
    dialog.get_by_role("button", name="Disqualify", exact=True).click()
    expect(card(page, "Doe")).to_have_count(0)
    assert stored(office, lead).status == 2


def test_opportunities_go_through_their_stages_by_touch_and_are_put_back_where_refused(
    sign_in: SignIn, office: Office
) -> None:
    deal = office.opportunity(topic="Forklifts", estimated_revenue=Decimal(500))
    given_up = office.opportunity(topic="Given up")
    process_moves.abandon(office.act(office.sara), given_up)
    office.commit()
    page = sign_in("Sara", TABLET)
    page.goto("/opportunities?view=open&as=board")
    finger = Finger(page)
    # From the handle at once.
    start, there = middle(card(page, "Forklifts").locator(".grip")), middle(lane(page, "Develop"))
    finger.touch("touchStart", *start)
    finger.touch("touchMove", start[0] + 10, start[1] + 6)
    expect(page.locator(".board-card.ghost")).to_be_visible()
    finger.touch("touchMove", *there)
    expect(lane(page, "Develop")).to_have_class(re.compile(r"\bover\b"))
    finger.touch("touchEnd")
    expect(lane(page, "Develop").get_by_role("group", name=re.compile("^Forklifts"))).to_be_visible()
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Forklifts moved to Develop.")
    assert stored(office, deal).sales_stage == 1
    # From anywhere on it after a long press; a refusal puts it back and says why.
    start = middle(card(page, "Given up").locator(".card-second"))
    finger.touch("touchStart", *start)
    expect(page.locator(".board-card.ghost")).to_be_visible()
    finger.touch("touchMove", *there)
    expect(lane(page, "Develop")).to_have_class(re.compile(r"\bover\b"))
    finger.touch("touchEnd")
    expect(page.get_by_role("alert").filter(has_text="This process is abandoned.")).to_be_visible()
    expect(lane(page, "Qualify").get_by_role("group", name=re.compile("^Given up"))).to_be_visible()
    assert stored(office, given_up).sales_stage == 0
    # Winning asks first.
    card(page, "Forklifts").get_by_role("button", name="Move Forklifts").tap()
    page.get_by_role("menuitem", name="Won").tap()
    dialog = page.get_by_role("dialog", name="Close as Won")
    expect(dialog.get_by_label("Actual Revenue")).to_have_value("500.00")
    dialog.get_by_role("button", name="Close as Won").tap()
    expect(card(page, "Forklifts")).to_have_count(0)
    assert stored(office, deal).status == 1


def test_a_gate_asks_for_what_is_missing_and_lets_the_card_through(sign_in: SignIn, office: Office) -> None:
    deal = office.opportunity(topic="Forklifts")
    link = f"/opportunities/{deal.id}"  # read before the commit: afterwards it would hold the database
    stages = [stored_stage(stage) for stage in PROCESSES["opportunity_sales"].stages]
    for step in stages[0]["steps"]:
        if step["field"] in ("budget_amount", "description"):
            step["required"] = True
    act = office.act(office.ada)
    wanted = {"labels": {}, "roles": [], "stages": stages}
    process_editing.save(act, "opportunity_sales", process_editing.opened(act, "opportunity_sales").version, wanted)
    office.commit()
    page = sign_in("Sara")
    page.goto("/opportunities?view=open&as=board")
    by_mouse(page, "Forklifts", "Develop")
    dialog = page.get_by_role("dialog", name="Move Forklifts to Develop")
    expect(dialog.get_by_role("alert")).to_contain_text("Capture Summary")
    expect(lane(page, "Qualify").get_by_role("group", name=re.compile("^Forklifts"))).to_be_visible()
    expect(dialog.get_by_role("link", name="Open the record")).to_have_attribute("href", link)
    dialog.get_by_label("Budget Amount").fill("a lot")
    dialog.get_by_label("Capture Summary").fill("They need three")
    dialog.get_by_role("button", name="Fill in and move").click()
    expect(dialog.get_by_label("Budget Amount")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Budget Amount").fill("5000")
    dialog.get_by_role("button", name="Fill in and move").click()
    expect(dialog).to_be_hidden()
    expect(lane(page, "Develop").get_by_role("group", name=re.compile("^Forklifts"))).to_be_visible()
    found = stored(office, deal)
    assert (found.sales_stage, found.budget_amount, found.description) == (1, Decimal(5000), "They need three")


def test_a_board_with_a_filter_is_kept_as_a_view_and_goes_on_lane_by_lane(sign_in: SignIn, office: Office) -> None:
    for n in range(23):
        office.lead(last_name=f"Nr {n:02}", rating=1, city="Rom")
    office.lead(last_name="Elsewhere", rating=1)
    office.commit()
    page = sign_in("Sara")
    page.goto(f"{OPEN}&lanes=rating&q=rom")
    expect(lane(page, "Hot").get_by_label("23 records")).to_be_visible()
    expect(lane(page, "Hot").get_by_role("group")).to_have_count(20)
    page.get_by_role("button", name="Load more of Hot").click()
    expect(lane(page, "Hot").get_by_role("group")).to_have_count(23)
    page.goto(f"{OPEN}&lanes=rating")
    page.get_by_role("button", name="View commands").click()
    page.get_by_role("menuitem", name="Save as new view…").click()
    form = page.get_by_role("dialog", name="Save as new view")
    form.get_by_label("Name").fill("By rating")
    form.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"view=v\d+$"))
    expect(lane(page, "Hot").get_by_label("24 records")).to_be_visible()
    page.reload()
    expect(lane(page, "Hot").get_by_role("group")).to_have_count(20)
    expect(page.get_by_label("Lanes")).to_have_value("rating")


def test_a_phone_swipes_from_lane_to_lane(sign_in: SignIn, office: Office) -> None:
    office.lead(last_name="Doe")
    office.commit()
    page = sign_in("Sara", PHONE)
    page.goto(OPEN)
    expect(card(page, "Doe")).to_be_in_viewport()
    snap = page.locator(".board").evaluate("(e) => getComputedStyle(e).scrollSnapType")
    assert "x" in snap
    finger = Finger(page)
    start = middle(card(page, "Doe").locator(".grip"))
    finger.touch("touchStart", *start)
    finger.touch("touchMove", start[0] - 12, start[1] + 6)
    there = middle(page.locator(".lane-dock").get_by_text("Contacted"))
    finger.touch("touchMove", *there)
    expect(page.locator(".lane-dock .over")).to_have_text("Contacted")
    finger.touch("touchEnd")
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Doe moved to Contacted.")
    expect(lane(page, "Contacted").get_by_role("group", name=re.compile("^Doe"))).to_have_count(1)


def test_a_record_in_the_calendar_moves_to_another_day_and_back(sign_in: SignIn, office: Office) -> None:
    deal = office.opportunity(topic="Forklifts", estimated_close_date=date(2026, 5, 13))
    office.commit()
    page = sign_in("Sara")
    page.goto("/opportunities?view=open&as=calendar&day=2026-05-01")
    slot = page.locator(".calendar-sheet").get_by_text("Forklifts")
    day = page.locator(".calendar-sheet [data-date='2026-05-21']")
    slot.drag_to(day)
    message = page.get_by_role("region", name="Messages")
    expect(message).to_contain_text("Forklifts was moved.")
    assert stored(office, deal).estimated_close_date == date(2026, 5, 21)
    expect(day.get_by_text("Forklifts")).to_be_visible()
    message.get_by_role("button", name="Undo").click()
    expect(page.locator(".calendar-sheet [data-date='2026-05-13']").get_by_text("Forklifts")).to_be_visible()
    # By keyboard: Alt with the arrows.
    page.locator(".calendar-sheet [data-slot]").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(message).to_contain_text("Forklifts was moved.")
    assert stored(office, deal).estimated_close_date == date(2026, 5, 14)
