"""An administrator takes the settings of one installation out and into it again, looks before, and goes back (issue 6, part 5)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.models.test_settings_file import FIELD
from tests.office import Office


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_settings_go_out_and_come_in_after_a_look_and_can_be_taken_back(
    sign_in: SignIn, office: Office, tmp_path: Path, size: dict[str, object]
) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    ada, sara = sign_in("Ada", size), sign_in("Sara")
    sara.goto(f"/leads/{lead.id}")
    expect(sara.get_by_label("Topic").first).to_have_value("Lamps", timeout=30_000)
    expect(sara.get_by_label("Area")).to_have_count(0)

    ada.goto("/settings/file")
    with ada.expect_download() as download:
        ada.get_by_role("link", name="Download the settings").click(timeout=30_000)
    assert re.fullmatch(r"Contoso-settings-\d{4}-\d\d-\d\d\.json", download.value.suggested_filename)
    found = json.loads(download.value.path().read_text())
    assert found["settings"]["organisation"]["name"] == "Contoso"

    # A file that is none is refused where it was dropped.
    drop = ada.get_by_role("group", name="Import settings")
    drop.get_by_label("Choose a file").set_input_files(
        {"name": "odd.json", "mimeType": "application/json", "buffer": b"{"}
    )
    expect(drop.get_by_role("alert")).to_contain_text("no JSON")

    found["settings"] |= {
        "custom_fields": {"lead/x_area": FIELD},
        "organisation": {"name": "Northwind", "currency": "XXX"},
        "working_days": {"nobody@example.com": {"days": [1], "most_open": None}},
        "duplicates": {"(all)": {**found["settings"]["duplicates"]["(all)"], "detect_on_import": False}},
    }
    file = tmp_path / "theirs.json"
    file.write_text(json.dumps(found))
    drop.get_by_label("Choose a file").set_input_files(file)
    preview = ada.get_by_role("region", name="What the file would change")
    expect(preview.get_by_role("heading", name="What the file would change")).to_be_focused()
    expect(preview.get_by_role("alert")).to_contain_text("Organisation › currency")
    expect(preview).to_contain_text("nobody@example.com")
    expect(preview.get_by_role("checkbox", name="Organisation", exact=True)).to_be_disabled()
    expect(preview.get_by_role("checkbox", name="Fields", exact=True)).to_be_checked()
    preview.get_by_text("Show what changes (Duplicates)").click()
    expect(preview).to_contain_text("detect_on_import: true → false")
    preview.get_by_role("checkbox", name="Duplicates", exact=True).uncheck()
    preview.get_by_role("button", name="Import 1 part", exact=True).click()
    told = ada.get_by_role("region", name="Messages")
    expect(told).to_contain_text("The settings were imported.")
    told.get_by_role("button", name="Close").click()

    # It holds at once, also for a seller whose form is open.
    sara.get_by_role("tab", name="Details").click()
    expect(sara.get_by_label("Area")).to_be_visible()

    row = ada.get_by_role("table", name="Earlier imports").get_by_role("row").nth(1)
    expect(row).to_contain_text("Ada")
    expect(row).to_contain_text("Fields")
    row.get_by_role("button", name=re.compile("Commands for")).click()
    with ada.expect_download() as download:
        ada.get_by_role("menuitem", name="Download what was before").click()
    assert "lead/x_area" not in download.value.path().read_text()
    ada.keyboard.press("Escape")

    # The organisation is renamed by hand; going back undoes that.
    ada.goto("/settings")
    name = ada.get_by_label("Name", exact=True)
    expect(name).to_have_value("Contoso", timeout=30_000)
    name.fill("Renamed")
    ada.get_by_role("button", name="Save", exact=True).click()
    expect(ada.get_by_text("Saved")).to_be_visible()
    ada.goto("/settings/file")
    row = ada.get_by_role("table", name="Earlier imports").get_by_role("row").nth(1)
    row.get_by_role("button", name=re.compile("Commands for")).click(timeout=30_000)
    ada.get_by_role("menuitem", name="Go back to what was before …").click()
    preview = ada.get_by_role("region", name="Go back to what was before")
    preview.get_by_text("Show what changes (Organisation)").click()
    expect(preview).to_contain_text("Renamed → Contoso")
    preview.get_by_role("button", name="Import 1 part", exact=True).press("Enter")
    expect(ada.get_by_role("table", name="Earlier imports").get_by_role("row")).to_have_count(3)
    office.session.expire_all()
    assert office.organisation.name == "Contoso"
