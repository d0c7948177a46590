"""Pictures of tags, on records, in a list and in the settings; the tags are made once."""

from __future__ import annotations

from playwright.sync_api import Page

#: Tag → the rows of the list that get it.
TAGS = {"Trade fair": (0, 1, 3, 6), "Key account": (1, 4), "Reseller": (2, 5), "Wants a demo": (0, 4, 7)}
_LIST = "/leads?view=open&sort=name&columns=name,company_name,tags,status_reason,created_on"


def listed(page: Page) -> None:
    """The list with its tags."""
    page.goto(_LIST)
    grid = page.get_by_role("grid", name="Leads")
    grid.get_by_role("link").first.wait_for()
    if grid.locator(".tag").count():
        return
    for tag, rows in TAGS.items():
        for row in rows:
            grid.get_by_role("checkbox").nth(row + 1).check(force=True)
        page.keyboard.press("t")
        dialog = page.get_by_role("dialog", name="Add tags")
        dialog.get_by_role("combobox", name="Tags to add").fill(tag)
        page.keyboard.press("Enter")
        dialog.get_by_role("button", name=f"Tag {len(rows)} records").click()
        grid.locator(".tag", has_text=tag).first.wait_for()
        page.goto(_LIST)
        grid.get_by_role("link").first.wait_for()


def on_a_record(page: Page) -> None:
    listed(page)
    page.get_by_role("grid", name="Leads").get_by_role("link").first.click()
    page.locator(".record-tags .tag").first.wait_for()


def kept(page: Page) -> None:
    listed(page)
    page.goto("/settings/tags")
    page.get_by_role("row", name="Trade fair").wait_for()


SCENES = {"tagged": listed, "record-tags": on_a_record, "tags": kept}
