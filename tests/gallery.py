"""`make gallery`: takes the pictures of docs/gallery again, every page at three sizes, light and dark."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from sqlmodel import Session

from rxcrm.models import db, setup
from rxcrm.models.demo import load_sample
from rxcrm.models.login import who_is
from rxcrm.models.migrating import migrate
from rxcrm.models.people import organisation
from rxcrm.models.records import Act
from tests.gallery_campaigns import SCENES as CAMPAIGNS
from tests.gallery_charts import SCENES as CHARTS
from tests.gallery_imports import Imports, call_off, exporting
from tests.gallery_selling import SCENES as SELLING
from tests.gallery_settings import SCENES as SETTINGS
from tests.gallery_shaping import SCENES as SHAPING
from tests.gallery_tags import SCENES as TAGS
from tests.server import Server, build_once, chromium

FOLDER = Path(__file__).parents[1] / "docs" / "gallery"
SIZES = {"desktop": (1440, 900, False), "tablet": (1024, 768, True), "phone": (390, 844, True)}
EMAIL, PASSWORD = "ada@northwind.example", "pictures of rxcrm"


def demo_data(data: Path) -> None:
    """A set-up installation with the sample data."""
    engine = db.make_engine(f"sqlite:///{data / 'rxcrm.db'}")
    migrate(engine)
    with Session(engine.execution_options(writes=True), expire_on_commit=False) as session:
        answers = setup.Answers(
            "Northwind", "Ada Nowak", EMAIL, PASSWORD, country="PL", currency="EUR", time_zone="Europe/Warsaw"
        )
        admin = setup.set_up(session, answers, db.now())
        org = organisation(session)
        assert org
        load_sample(Act(session, who_is(session, admin, org), db.now()))
        session.commit()
    engine.dispose()


def first_lead(page: Page) -> None:
    page.goto("/leads?view=open&sort=name")
    page.get_by_role("grid", name="Leads").get_by_role("link").first.click()
    page.locator(".record-title h1").wait_for()
    page.locator(".timeline .entry").first.wait_for()


def leads(page: Page) -> None:
    page.goto("/leads?view=open")
    page.get_by_role("grid", name="Leads").get_by_role("link").first.wait_for()


def stage(page: Page) -> None:
    first_lead(page)
    page.locator(".process").get_by_role("button", name="Qualify").click()
    page.get_by_role("group", name="Qualify", exact=True).wait_for()


def details(page: Page) -> None:
    first_lead(page)
    page.get_by_role("tab", name="Details").click()


def refused(page: Page) -> None:
    page.goto("/leads/new")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Topic is required.").wait_for()


def quick(page: Page) -> None:
    leads(page)
    page.get_by_role("button", name="New record").click()
    page.get_by_role("menuitem", name="Lead").click()
    page.get_by_role("dialog").wait_for()


def views(page: Page) -> None:
    leads(page)
    page.get_by_role("button", name="Open Leads").click()


def ticked(page: Page) -> None:
    leads(page)
    page.get_by_role("grid", name="Leads").get_by_role("checkbox").nth(1).check(force=True)
    page.get_by_role("button", name="Assign").click()
    page.get_by_role("dialog").wait_for()


def nothing(page: Page) -> None:
    page.goto("/leads?view=open&q=nobody+at+all")
    page.locator(".empty").wait_for()


def accounts(page: Page) -> None:
    page.goto("/accounts")
    page.get_by_role("grid", name="Accounts").get_by_role("link").first.wait_for()


def contact(page: Page) -> None:
    page.goto("/contacts")
    page.get_by_role("grid", name="Contacts").get_by_role("link").first.click()
    page.locator(".record-title h1").wait_for()


def timeline(page: Page) -> None:
    """The newest lead, with what happened and what is planned."""
    page.goto("/leads?view=open&sort=-created_on")
    page.get_by_role("grid", name="Leads").get_by_role("link").first.click()
    page.locator(".timeline .entry").first.wait_for()
    if page.viewport_size and page.viewport_size["width"] < 600:
        page.locator(".timeline").scroll_into_view_if_needed()
        page.locator(".timeline h2").evaluate("(h) => h.scrollIntoView()")


def composing(kind: str) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        timeline(page)
        page.get_by_role("group", name="Kind of entry").get_by_role("button", name=kind).click()
        page.get_by_role("form").locator("visible=true").last.wait_for()
        if kind == "Note":
            page.locator("[contenteditable]").wait_for()

    return show


def filtering(page: Page) -> None:
    timeline(page)
    page.get_by_role("region", name="Timeline").get_by_role("button", name="Filter").click()
    page.get_by_text("Record type").wait_for()


def related(page: Page) -> None:
    timeline(page)
    page.get_by_role("tab", name="Related").click()


def activities(page: Page) -> None:
    page.goto("/activities?view=open")
    page.get_by_role("grid", name="Activities").get_by_role("link").first.wait_for()


def activity(page: Page) -> None:
    activities(page)
    page.get_by_role("grid", name="Activities").get_by_role("link").first.click()
    page.locator(".record-title h1").wait_for()


def calendar(page: Page) -> None:
    page.goto("/activities/calendar")
    page.locator(".fc-event").first.wait_for()


def bell(page: Page) -> None:
    leads(page)
    page.get_by_role("button", name="Notifications").click()
    page.get_by_role("region", name="Notifications").or_(page.get_by_role("dialog")).first.wait_for()


def commands(page: Page, name: str) -> None:
    page.get_by_role("toolbar", name="Commands").get_by_role("button", name=name, exact=True).click()


def picked(page: Page, name: str) -> None:
    """A command on the ticked rows."""
    page.get_by_role("toolbar", name="Selected records").get_by_role("button", name=name).click()


def grouped(page: Page) -> None:
    page.goto("/leads?view=open&group=rating")
    page.locator(".group-row").first.wait_for()
    page.get_by_role("grid", name="Leads").get_by_role("link").first.wait_for()


def preview(page: Page) -> None:
    leads(page)
    if page.viewport_size and page.viewport_size["width"] < 900:
        return  # the record itself opens there
    page.get_by_role("grid", name="Leads").get_by_role("link").nth(3).focus()
    page.keyboard.press("Space")
    page.get_by_role("complementary", name="Preview").get_by_text("Latest").wait_for()


def edit_many(page: Page) -> None:
    leads(page)
    for n in (1, 2, 3):
        page.get_by_role("grid", name="Leads").get_by_role("checkbox").nth(n).check(force=True)
    picked(page, "Edit")
    page.get_by_role("dialog").get_by_label("Rating", exact=True).select_option(label="Hot")


def palette(page: Page) -> None:
    leads(page)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find records and commands").fill("con")
    page.get_by_role("option", name="Lead ·").first.wait_for()


def qualify(page: Page) -> None:
    first_lead(page)
    commands(page, "Qualify")
    page.get_by_role("dialog", name="Qualify lead").wait_for()


def qualify_many(page: Page) -> None:
    page.goto("/leads?view=open&sort=name")
    rows = page.get_by_role("grid", name="Leads").get_by_role("checkbox")
    rows.nth(1).wait_for()
    for n in range(1, 6):
        rows.nth(n).check(force=True)
    picked(page, "Qualify")
    page.get_by_role("dialog").wait_for()


def qualified(page: Page) -> None:
    page.goto("/leads?view=closed")
    page.get_by_role("row").filter(has_text="Qualified").get_by_role("link").first.click()
    page.get_by_role("region", name="Closed record").wait_for()


def disqualify(page: Page) -> None:
    first_lead(page)
    commands(page, "Disqualify")
    page.get_by_role("menuitem", name="No Longer Interested").click()
    page.get_by_role("dialog").wait_for()


def opportunities(page: Page) -> None:
    page.goto("/opportunities?view=all")
    page.get_by_role("grid", name="Opportunities").get_by_role("link").first.wait_for()


def opportunity(page: Page) -> None:
    page.goto("/opportunities?view=open")
    page.get_by_role("grid", name="Opportunities").get_by_role("link").first.click()
    page.locator(".record-title h1").wait_for()
    page.locator(".timeline .entry").first.wait_for()


def won(page: Page) -> None:
    opportunity(page)
    commands(page, "Close as Won")
    page.get_by_role("dialog").wait_for()


def account(page: Page) -> None:
    accounts(page)
    page.get_by_role("grid", name="Accounts").get_by_role("link").first.click()
    page.locator(".record-title h1").wait_for()
    page.locator(".subgrid").first.wait_for()


def view_filter(page: Page) -> None:
    """A filter with a group, over related records too, in its builder."""
    group = '{"any":[{"field":"city","operator":"begins-with","values":["P"]},{"field":"created_on","operator":"last-x-months","values":["3"]}]}'
    calls = (
        '{"related":"activities","missing":true,"where":{"all":[{"field":"status","operator":"in","values":["0"]}]}}'
    )
    page.goto(
        f'/leads?view=open&filter={{"all":[{{"field":"rating","operator":"in","values":["1","2"]}},{group},{calls}]}}'
    )
    page.get_by_role("grid", name="Leads").get_by_role("link").first.wait_for()
    page.get_by_role("button", name="Edit Rating").click()
    page.get_by_role("dialog", name="Filter").get_by_label("Field").first.wait_for()


def view_editor(page: Page) -> None:
    page.goto("/leads?view=open&edit=1")
    page.get_by_role("list", name="Columns shown").wait_for()


def merge(page: Page) -> None:
    page.goto("/leads?view=open&sort=company_name")
    rows = page.get_by_role("grid", name="Leads").get_by_role("checkbox")
    rows.nth(2).wait_for()
    for n in (1, 2):
        rows.nth(n).check(force=True)
    page.get_by_role("toolbar", name="Selected records").get_by_role("link", name="Merge").click()
    page.locator("main h1, main h2").first.wait_for()


def duplicates(page: Page) -> None:
    page.goto("/duplicates")
    page.locator("main h1, main h2").first.wait_for()


def share(page: Page) -> None:
    first_lead(page)
    commands(page, "Share")
    page.get_by_role("dialog").wait_for()


def settings(path: str) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        page.goto(path)
        page.locator("main h1, main h2").first.wait_for()

    return show


SCENES: dict[str, Callable[[Page], None]] = {
    "leads": leads,
    "views": views,
    "assign": ticked,
    "empty": nothing,
    "grouped": grouped,
    "preview": preview,
    "edit-many": edit_many,
    "palette": palette,
    "lead": first_lead,
    "details": details,
    "stage": stage,
    "refused": refused,
    "quick-create": quick,
    "accounts": accounts,
    "contact": contact,
    "timeline": timeline,
    "note": composing("Note"),
    "call": composing("Phone Call"),
    "mail": composing("E-mail"),
    "filter": filtering,
    "related": related,
    "activities": activities,
    "activity": activity,
    "calendar": calendar,
    "notifications": bell,
    "qualify": qualify,
    "qualify-many": qualify_many,
    "qualified": qualified,
    "disqualify": disqualify,
    "opportunities": opportunities,
    "opportunity": opportunity,
    "won": won,
    "account": account,
    "view-filter": view_filter,
    "view-editor": view_editor,
    "system-views": settings("/settings/views"),
    "merge": merge,
    "duplicates": duplicates,
    "share": share,
    "recycle-bin": settings("/recycle-bin"),
    "qualification": settings("/settings/qualification"),
    "field-mapping": settings("/settings/qualification/mapping?table=contact"),
    "topics": settings("/settings/topics"),
    "currencies": settings("/settings/currencies"),
    "sample-data": settings("/settings/sample-data"),
    "duplicate-rules": settings("/settings/duplicates"),
    "roles": settings("/settings/roles"),
    "jobs": settings("/settings/jobs"),
    "templates": settings("/settings/templates"),
    "column-security": settings("/settings/column-security"),
    "settings": settings("/settings"),
    "users": settings("/settings/users"),
    "units": settings("/settings/units"),
    "export": exporting,
    **SHAPING,
    **CHARTS,
    **SELLING,
    **CAMPAIGNS,
    **SETTINGS,
    **TAGS,
}


@contextmanager
def page_of(
    browser: Browser, url: str, size: tuple[int, int, bool], theme: str, cookies: list[Any] | None = None
) -> Iterator[Page]:
    width, height, touch = size
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        has_touch=touch,
        is_mobile=touch,
        reduced_motion="reduce",
    )
    context.add_init_script(f"localStorage.setItem('rxcrm:theme', '{theme}')")
    context.add_cookies(cookies or [])
    yield context.new_page()
    context.close()


def signed_in(browser: Browser, server: Server) -> list[Any]:
    """The cookies of the administrator."""
    with browser.new_context(base_url=server.url) as visit:
        assert visit.request.post("/auth/login", data={"email": EMAIL, "password": PASSWORD}).ok
        return visit.cookies()


def take(browser: Browser, server: Server, busy: Server, empty: Server, wanted: list[str]) -> None:
    """Every wanted scene at every size, light and dark."""
    cookies, others = signed_in(browser, server), signed_in(browser, busy)
    imports = Imports(server, EMAIL)
    scenes = SCENES | imports.scenes()
    strangers = {"sign-in": (server, "/login"), "set-up": (empty, "/setup")}
    for size, measures in SIZES.items():
        for theme in ("light", "dark"):
            for name, scene in scenes.items():
                if not wanted or name in wanted:
                    with page_of(browser, server.url, measures, theme, cookies) as page:
                        scene(page)
                        picture(page, f"{name}-{theme}-{size}")
            if not wanted or "import-run" in wanted:
                with page_of(browser, busy.url, measures, theme, others) as page:
                    Imports(busy, EMAIL).running(page)
                    picture(page, f"import-run-{theme}-{size}")
                    call_off(page)
            for name, (where, path) in strangers.items():
                if not wanted or name in wanted:
                    with page_of(browser, where.url, measures, theme) as page:
                        page.goto(path)
                        page.locator("form").wait_for()
                        picture(page, f"{name}-{theme}-{size}")


def picture(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(250)
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    """All scenes, or those named on the command line."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    build_once()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        full, busy, bare = (Path(folder) / name for name in ("full", "busy", "bare"))
        for data in (full, busy, bare):
            data.mkdir()
        demo_data(full)
        demo_data(busy)
        server, crowded, empty = Server(full).start(), Server(busy).start(), Server(bare).start()
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        try:
            take(browser, server, crowded, empty, sys.argv[1:])
        finally:
            browser.close()
            server.stop()
            crowded.stop()
            empty.stop()


if __name__ == "__main__":
    main()
