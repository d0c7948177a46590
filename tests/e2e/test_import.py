"""Imports in a browser: every problem seen before anything is written, and a way back from everything (issue 5, section 1)."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect
from sqlmodel import func, select

from rxcrm.models.choices import Rating
from rxcrm.models.contact import Contact
from rxcrm.models.importing.books import ImportRun
from rxcrm.models.importing.plan import Plan
from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, PHONE, TABLET, SignIn, until
from tests.models.import_files import HEAD, csv_file, text_file, xlsx_file
from tests.office import Office

FAIR = [
    ["Topic", "First Name", "Last Name", "E-mail", "Rating", "Phone"],
    ["Forklifts", "Ana", "Sousa", "ana@fabrikam.com", "On Fire!", "+48 22 123 45 67"],
    ["Ramps", "Luis", "Novak", "luis@fabrikam.com", "on fire!", "+48 22 123 45 68"],
    ["Racks", "Eva", "Berg", "eva at adatum", "Hot", "+48 22 123 45 69"],
    ["Lifts", "Jan", "Haas", "jan@adatum.com", "lukewarm", "+48 22 123 45 70"],
    ["Trucks", "Ines", "", "ines@adatum.com", "cold", "+48 22 123 45 71"],
]


def upload(page: Page, *files: Path) -> None:
    """Come to the step Upload of one file."""
    page.goto("/import")
    page.get_by_label("Choose files").set_input_files(list(files))
    expect(page.get_by_role("region", name="First rows of the file")).to_be_visible()


def proceed(page: Page, step: str) -> None:
    """On to a step."""
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile(rf"/import/\d+/{step}$"))
    expect(
        page.get_by_role("navigation", name="Steps of this import").get_by_role("link", name=step)
    ).to_have_attribute("aria-current", "step")


def goes_to(page: Page, heading: str) -> Locator:
    return page.get_by_role("combobox", name=f"Field for {heading}", exact=True)


def card(page: Page, tag: str) -> Locator:
    return page.get_by_role("group", name="Rows by what becomes of them").get_by_role("button", name=tag)


def books(page: Page) -> dict[str, str]:
    """The figures of the result, by their names."""
    figures = page.locator(".balance-figures > div")
    expect(figures).to_have_count(6)
    return dict(reversed(text.split("\n")) for text in figures.all_inner_texts())


def named(office: Office, first_name: str) -> Lead | None:
    office.session.expire_all()
    found = office.session.exec(select(Lead).where(Lead.first_name == first_name)).first()
    office.commit()  # what only reads holds the server's writes up, too
    return found


def count(office: Office, table: type[Lead] | type[Contact] = Lead) -> int:
    office.session.expire_all()
    found = office.session.exec(select(func.count()).select_from(table)).one()
    office.commit()
    return int(found)


def plan_of(office: Office, run: int) -> Plan:
    """What was chosen for an import, as the server has kept it."""
    found = office.session.exec(select(ImportRun.plan).where(ImportRun.id == run)).one()
    office.commit()
    return Plan.of(found)


def tag_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name).locator(".tag-pill")


@pytest.mark.parametrize("shape", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_values_are_put_right_before_anything_is_written(
    sign_in: SignIn, office: Office, tmp_path: Path, shape: dict[str, object]
) -> None:
    page = sign_in("Mia", shape)
    upload(page, csv_file(tmp_path, FAIR, delimiter=";"))
    expect(page.get_by_label("Delimiter")).to_have_value(";")
    expect(page.get_by_label("Table", exact=True)).to_have_value("lead")
    proceed(page, "map")
    expect(goes_to(page, "E-mail")).to_have_value("Email")
    proceed(page, "review")

    # One value for all its rows: the spelling differs only in case, so it is one to whoever reads the file.
    page.get_by_role("button", name=re.compile("^Rating")).click()
    for value in ("On Fire!", "on fire!"):
        chosen = page.get_by_label(f"Instead of “{value}”", exact=True)
        finding = page.get_by_role("listitem").filter(has=chosen)
        chosen.select_option(label="Hot")
        finding.get_by_role("button", name=re.compile("^Use for")).click()
    expect(page.get_by_text("Becomes “Hot”.")).to_have_count(2)
    page.get_by_role("listitem").filter(has_text="lukewarm").get_by_role("button", name="Leave empty").click()
    expect(page.get_by_text("It is left empty.")).to_be_visible()

    # A value that is wrong again is refused where it was typed.
    page.get_by_role("button", name=re.compile("^E-mail")).click()
    typed = page.get_by_label("Instead of “eva at adatum”")
    typed.fill("eva(at)adatum")
    typed.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="eva(at)adatum")).to_be_visible()
    typed.fill("eva@adatum.com")
    typed.press("Enter")
    expect(page.get_by_text("Becomes “eva@adatum.com”.")).to_be_visible()

    # What is missing is filled in cell by cell.
    page.get_by_role("tab", name="Rows").click()
    cell = page.get_by_role("gridcell", selected=True)
    page.get_by_label("Column", exact=True).select_option(label="Last Name")
    expect(page.get_by_role("grid", name="Rows with problems").get_by_role("row")).to_have_count(2)
    expect(cell).to_have_attribute("aria-invalid", "true")
    expect(cell).to_be_in_viewport(ratio=0.95)
    cell.click()
    page.get_by_label("Last Name in row 6").fill("Silva")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Changed by hand; it fits.")).to_be_visible()

    proceed(page, "preview")
    expect(card(page, "Create")).to_contain_text("5")
    assert count(office) == 0
    page.get_by_role("button", name="Import 5 rows").click()
    expect(page).to_have_url(re.compile(r"/import/\d+/result$"))
    expect(page.get_by_role("heading", name="All 5 rows came in")).to_be_visible()
    assert books(page) == {"Created": "5", "Updated": "0", "Skipped": "0", "Rejected": "0", "Blank": "0", "Rows": "5"}
    ana, eva, jan, ines = (named(office, name) for name in ("Ana", "Eva", "Jan", "Ines"))
    assert ana and eva and jan and ines
    assert (ana.rating, eva.email, jan.rating, ines.last_name) == (
        Rating.HOT,
        "eva@adatum.com",
        None,
        "Silva",
    )


def test_a_late_answer_leaves_the_cell_that_is_being_edited(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("Mia")
    late: list[tuple[WebSocketRoute, str | bytes]] = []
    slow = False

    def relay(tab: WebSocketRoute) -> None:
        def hear(message: str | bytes) -> None:
            late.append((tab, message)) if slow else tab.send(message)

        tab.connect_to_server().on_message(hear)

    page.route_web_socket(re.compile("/_event"), relay)
    upload(page, csv_file(tmp_path, FAIR))
    proceed(page, "map")
    proceed(page, "review")
    page.get_by_role("tab", name="Rows").click()
    rows = page.get_by_role("grid", name="Rows with problems").get_by_role("row")
    expect(rows).to_have_count(6)
    slow = True
    page.get_by_label("Column", exact=True).select_option(label="Last Name")
    rows.filter(has_text="Ines").get_by_role("gridcell").nth(2).click()
    page.keyboard.press("F2")
    cell = page.get_by_label("Last Name in row 6")
    cell.fill("Sil")
    until(page, lambda: any('"grid' in str(message) for _, message in late))  # the answer is there, and held
    slow = False
    for tab, message in late:
        tab.send(message)
    expect(rows).to_have_count(2)
    expect(cell).to_have_value("Sil")
    expect(cell).to_be_focused()
    page.keyboard.type("va")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Changed by hand; it fits.")).to_be_visible()
    expect(page.get_by_role("gridcell", name="Silva")).to_be_visible()


def test_empty_cells_of_a_required_field_are_filled_at_once(sign_in: SignIn, tmp_path: Path) -> None:
    rows = [HEAD, ["Forklifts", "Ana", ""], ["Ramps", "Luis", ""], ["Racks", "Eva", "Berg"]]
    page = sign_in("Mia")
    upload(page, csv_file(tmp_path, rows))
    proceed(page, "map")
    proceed(page, "review")
    value = page.get_by_role("textbox", name="Fill the 2 empty cells with…")
    value.fill("Unknown")
    page.get_by_role("button", name="Fill the 2 cells").click()
    expect(page.get_by_text("Becomes “Unknown”.")).to_be_visible()
    proceed(page, "preview")
    expect(card(page, "Create")).to_contain_text("3")


@pytest.mark.parametrize("shape", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_the_first_cell_that_does_not_fit_is_in_sight(
    sign_in: SignIn, tmp_path: Path, shape: dict[str, object]
) -> None:
    page = sign_in("Mia", shape)
    upload(page, csv_file(tmp_path, FAIR))
    proceed(page, "map")
    proceed(page, "review")
    page.get_by_role("tab", name="Rows").click()
    cell = page.get_by_role("gridcell", selected=True)
    expect(cell).to_have_text("On Fire!")
    expect(cell).to_be_in_viewport(ratio=0.95)


def test_who_looks_at_rows_sees_them_checked_again(sign_in: SignIn, tmp_path: Path) -> None:
    rows = [
        [*HEAD, "No. of Employees", "Rating"],
        ["Forklifts", "Ana", "Sousa", "1.250", "On Fire!"],
        ["Ramps", "Luis", "Novak", "2.500", "Hot"],
    ]
    page, other = sign_in("Mia"), sign_in("Mia")
    upload(page, csv_file(tmp_path, rows))
    proceed(page, "map")
    proceed(page, "review")
    page.get_by_role("tab", name="Rows").click()
    grid = page.get_by_role("grid", name="Rows with problems")
    expect(grid.get_by_role("row")).to_have_count(3)
    other.goto(page.url)
    other.get_by_role("button", name=re.compile("^No. of Employees")).click()
    other.get_by_role("radio", name="1.234,5").check()  # so these are whole numbers after all
    expect(grid.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("tab", name="Rows")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_whole_pattern_of_topics_is_seen(sign_in: SignIn, tmp_path: Path, shape: dict[str, object]) -> None:
    page = sign_in("Mia", shape)
    upload(page, csv_file(tmp_path, [["First Name", "Last Name", "Company"], ["Ana", "Sousa", "Fabrikam"]]))
    proceed(page, "map")
    pattern = page.get_by_role("textbox", name="Topic")
    for text in ("", "{Company Name} wants an offer, says {First Name} {Last Name}; found at the fair in Lyon"):
        if text:
            pattern.fill(text)
        assert pattern.evaluate("(f) => [f.scrollWidth - f.clientWidth, f.scrollHeight - f.clientHeight]") == [0, 0]
    pattern.press("End")
    pattern.press("Enter")
    expect(pattern).to_have_value(re.compile("Lyon$"))


def test_rows_that_do_not_fit_come_back_in_a_file(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("Mia")
    upload(page, csv_file(tmp_path, FAIR))
    proceed(page, "map")
    proceed(page, "review")
    proceed(page, "preview")
    page.get_by_label("Row 2: what to do").select_option(label="Skip")
    expect(tag_of(page, "Ana Sousa")).to_have_text("Skip")
    expect(card(page, "Skip")).to_contain_text("1")
    card(page, "Reject").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_role("heading", name="3 of 5 rows came in")).to_be_visible()
    assert books(page) == {"Created": "3", "Updated": "0", "Skipped": "1", "Rejected": "1", "Blank": "0", "Rows": "5"}
    page.get_by_role("radio", name="Rejected").check()
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("row").nth(1)).to_contain_text("Last Name is required.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download 2 rows that did not come in").click()
    text = download.value.path().read_text("utf-8-sig")
    assert "Ines" in text and "Ana" in text and "Luis" not in text


def test_duplicates_are_decided_row_by_row(sign_in: SignIn, office: Office, tmp_path: Path) -> None:
    known = office.lead(first_name="Ana", last_name="Sousa", email="ana@fabrikam.com", owner=office.mia)
    twin = office.lead(first_name="Luis", last_name="Novak", email="luis@fabrikam.com", owner=office.mia)
    office.commit()
    page = sign_in("Mia")
    upload(page, csv_file(tmp_path, [FAIR[0], *FAIR[1:3], FAIR[4]]))
    proceed(page, "map")
    proceed(page, "review")
    proceed(page, "preview")
    expect(page.get_by_text("2 rows seem to be here already")).to_be_visible()
    expect(tag_of(page, "Ana Sousa")).to_have_text("Skip")
    expect(page.locator(f'a[href="/leads/{known.id}"]')).to_have_attribute("target", "_blank")
    page.get_by_label("Row 2: what to do").select_option(label="Create anyway")
    expect(tag_of(page, "Ana Sousa")).to_have_text("Create")
    page.get_by_label("Row 3: what to do").select_option(label="Update")
    expect(tag_of(page, "Luis Novak")).to_have_text("Update")
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_role("heading", name="All 3 rows came in")).to_be_visible()
    assert books(page) == {"Created": "2", "Updated": "1", "Skipped": "0", "Rejected": "0", "Blank": "0", "Rows": "3"}
    assert count(office) == 4
    office.session.refresh(twin)
    assert twin.topic == "Ramps"
    office.commit()


def test_updates_by_email_are_taken_back(sign_in: SignIn, office: Office, tmp_path: Path) -> None:
    ana = office.contact(first_name="Ana", last_name="Sousa", email="ana@x.com", job_title="Buyer", owner=office.mia)
    luis = office.contact(first_name="Luis", last_name="Novak", email="luis@x.com", job_title="CEO", owner=office.mia)
    office.commit()
    rows = [
        ["Email", "Job Title", "Last Name"],
        ["ana@x.com", "Head of Buying", "Sousa"],
        ["luis@x.com", "Chair", "Novak"],
    ]
    page = sign_in("Mia")
    upload(page, xlsx_file(tmp_path, [*rows, ["new@x.com", "Clerk", "Neu"]], "contacts.xlsx"))
    expect(page.get_by_label("Table", exact=True)).to_have_value("contact")
    proceed(page, "map")
    page.get_by_label("Found by").select_option(label="Email")
    proceed(page, "review")
    expect(page.get_by_role("heading", name="Everything fits")).to_be_visible()
    proceed(page, "preview")
    expect(card(page, "Update")).to_contain_text("2")
    expect(card(page, "Create")).to_contain_text("1")
    page.get_by_role("button", name="Import 3 rows").click()
    expect(page.get_by_role("heading", name="All 3 rows came in")).to_be_visible()
    office.session.refresh(ana)
    assert (ana.job_title, count(office, Contact)) == ("Head of Buying", 3)

    # Somebody goes on working with one of them.
    office.session.refresh(luis)
    luis.job_title, luis.version = "Adviser", luis.version + 1
    office.commit()
    page.get_by_role("button", name="Undo import").click()
    dialog = page.get_by_role("dialog", name="Undo this import?")
    expect(dialog.get_by_text("1 record that it created goes.")).to_be_visible()
    expect(dialog.get_by_text("2 records that it updated get their former values back.")).to_be_visible()
    expect(dialog.get_by_role("link", name="Luis Novak")).to_be_visible()
    dialog.get_by_role("button", name="Undo import").click()
    expect(page.get_by_role("heading", name="This import was undone")).to_be_visible()
    for row in (ana, luis):
        office.session.refresh(row)
    assert (ana.job_title, luis.job_title, count(office, Contact)) == ("Buyer", "Adviser", 2)
    page.get_by_role("link", name="All imports").click()
    expect(page.get_by_role("row").filter(has_text="contacts.xlsx")).to_contain_text("Undone")


def test_an_archive_becomes_an_import_for_each_of_its_files(sign_in: SignIn, tmp_path: Path) -> None:
    leads = csv_file(tmp_path, [HEAD, ["Forklifts", "Ana", "Sousa"]])
    people = text_file(tmp_path, "First Name,Last Name,Email\nEva,Berg,eva@x.com\n", name="contacts.csv")
    with zipfile.ZipFile(tmp_path / "fair.zip", "w") as archive:
        for file in (leads, people):
            archive.write(file, file.name)
    page = sign_in("Mia")
    page.goto("/import")
    page.get_by_label("Choose files").set_input_files(tmp_path / "fair.zip")
    expect(page.get_by_text("2 imports were made of them: go on with each below.")).to_be_visible()
    rows = page.get_by_role("table", name="Imports").get_by_role("row")
    expect(rows.filter(has_text="fair.zip/contacts.csv")).to_contain_text("Contacts")
    page.get_by_role("link", name="fair.zip/leads.csv").click()
    expect(page).to_have_url(re.compile(r"/import/\d+/upload$"))
    proceed(page, "map")


def test_each_step_is_there_again_after_a_reload(sign_in: SignIn, office: Office, tmp_path: Path) -> None:
    page = sign_in("Mia")
    upload(page, csv_file(tmp_path, FAIR))
    page.reload()
    expect(page.get_by_role("region", name="First rows of the file")).to_contain_text("ana@fabrikam.com")
    proceed(page, "map")
    field = goes_to(page, "Phone")
    field.fill("mobile")
    field.press("Enter")
    expect(field).to_have_value("Mobile Phone")
    page.get_by_role("button", name="Add a value").click()
    constant = page.get_by_role("combobox", name="Field for all rows")
    constant.fill("lead source")
    constant.press("Enter")
    page.get_by_label("Lead Source for all rows").select_option(label="Trade Show")
    run = int(page.url.split("/")[4])
    until(page, lambda: plan_of(office, run).constants.get("lead_source"))  # kept a moment later
    page.reload()
    expect(goes_to(page, "Phone")).to_have_value("Mobile Phone")
    expect(page.get_by_label("Lead Source for all rows")).to_have_value(re.compile(r"\d+"))
    proceed(page, "review")
    page.get_by_role("button", name=re.compile("^E-mail")).click()
    page.get_by_role("listitem").filter(has_text="eva at adatum").get_by_role("button", name="Leave empty").click()
    expect(page.get_by_text("It is left empty.")).to_be_visible()
    page.reload()
    page.get_by_role("button", name=re.compile("^E-mail")).click()
    expect(page.get_by_text("It is left empty.")).to_be_visible()
    proceed(page, "preview")
    page.get_by_label("Row 2: what to do").select_option(label="Skip")
    expect(card(page, "Skip")).to_contain_text("1")
    page.reload()
    expect(page.get_by_label("Row 2: what to do")).to_have_value("skip")

    # Back and forth keep everything; the address without a step goes to the farthest one.
    page.get_by_role("navigation", name="Steps of this import").get_by_role("link", name="Map").click()
    expect(goes_to(page, "Phone")).to_have_value("Mobile Phone")
    page.goto(f"/import/{run}")
    expect(page).to_have_url(re.compile(r"/preview$"))
    expect(card(page, "Skip")).to_contain_text("1")
    page.goto(f"/import/{run}/result")
    expect(page).to_have_url(re.compile(r"/preview$"))
    page.get_by_role("button", name=re.compile("^Import ")).click()
    expect(page).to_have_url(re.compile(r"/result$"))
    page.goto(f"/import/{run}/map")
    expect(page).to_have_url(re.compile(r"/result$"))
    luis = named(office, "Luis")
    assert luis and (luis.mobile_phone, luis.lead_source) != ("", None)


@pytest.mark.parametrize("shape", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_another_row_can_hold_the_headings(sign_in: SignIn, tmp_path: Path, shape: dict[str, object]) -> None:
    text = "Our fair\nTopic|First Name|Last Name\nForklifts|Ana|Sousa\nRamps|Luis|Novak\n"
    page = sign_in("Mia", shape)
    upload(page, text_file(tmp_path, text, name="leads.txt"))
    if page.get_by_text("This file has one column only.").is_visible():
        page.get_by_role("radio", name="Vertical bar (|)").check()
    page.get_by_role("radio", name="Row 2 holds the headings").check()
    expect(page.get_by_text("3 columns")).to_be_visible()
    page.get_by_label("The file has no headings").check()
    expect(page.get_by_role("columnheader", name="Column 1")).to_be_visible()
    page.get_by_role("radio", name="Row 2 holds the headings").check()
    proceed(page, "map")
    expect(goes_to(page, "Last Name")).to_have_value("Last Name")


def test_a_file_that_cannot_be_read_says_what_to_do(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("Mia")
    page.goto("/import")
    page.get_by_label("Choose files").set_input_files(text_file(tmp_path, "%PDF-1.7 list of leads", name="leads.csv"))
    expect(page.get_by_role("alert")).to_contain_text("This is a PDF document. Export the list as .csv or .xlsx")
    page.get_by_role("button", name="Continue").press("Enter")
    expect(page.get_by_role("status").filter(has_text="This file cannot be read as it is.")).to_be_visible()
    page.get_by_role("button", name="Remove this one").click()
    expect(page).to_have_url(re.compile(r"/import$"))
    expect(page.get_by_text("None yet.")).to_be_visible()


def test_a_saved_map_is_offered_for_files_with_the_same_headings(sign_in: SignIn, tmp_path: Path) -> None:
    rows = [["What", "Given", "Family"], ["Forklifts", "Ana", "Sousa"]]
    page = sign_in("Mia")
    upload(page, csv_file(tmp_path, rows))
    proceed(page, "map")
    for heading, field in (("What", "Topic"), ("Given", "First Name"), ("Family", "Last Name")):
        goes_to(page, heading).fill(field)
        goes_to(page, heading).press("Enter")
    page.get_by_role("button", name="Saved maps").click()
    page.get_by_role("menuitem", name="Save this map…").click()
    page.get_by_role("dialog").get_by_label("Name").fill("The fair")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("The map “The fair” was saved.")).to_be_visible()
    upload(page, csv_file(tmp_path, [rows[0], ["Ramps", "Luis", "Novak"]]))
    proceed(page, "map")
    page.get_by_role("button", name="Use the map").click()
    expect(goes_to(page, "Family")).to_have_value("Last Name")


def test_a_file_is_imported_with_the_settings_of_an_earlier_one(sign_in: SignIn, tmp_path: Path) -> None:
    file = csv_file(tmp_path, [["What", "Given", "Family"], ["Forklifts", "Ana", "Sousa"]])
    page = sign_in("Mia")
    upload(page, file)
    proceed(page, "map")
    for heading, field in (("What", "Topic"), ("Given", "First Name"), ("Family", "Last Name")):
        goes_to(page, heading).fill(field)
        goes_to(page, heading).press("Enter")
    proceed(page, "review")
    proceed(page, "preview")
    page.get_by_role("button", name="Import 1 row").click()
    page.get_by_role("link", name="Import again with the same settings").click()
    expect(page.get_by_text("It is imported like “leads.csv”: same columns, same corrections.")).to_be_visible()
    page.get_by_label("Choose a file").set_input_files(file)
    expect(page.get_by_role("region", name="First rows of the file")).to_be_visible()
    proceed(page, "map")
    expect(goes_to(page, "Family")).to_have_value("Last Name")


def test_whoever_watches_sees_the_import_end(sign_in: SignIn, tmp_path: Path) -> None:
    rows = [HEAD, *([f"Forklift {n}", "Ana", f"Sousa{n}"] for n in range(2500))]
    page, boss = sign_in("Mia"), sign_in("Vera")
    upload(page, csv_file(tmp_path, rows))
    proceed(page, "map")
    proceed(page, "review")
    # Work on so many rows has a process of its own, which takes a while to start on a busy machine.
    expect(page.get_by_role("heading", name="Everything fits")).to_be_visible(timeout=60_000)
    proceed(page, "preview")
    boss.goto(page.url)
    expect(boss.get_by_text("Mia is preparing this import.")).to_be_visible()
    expect(card(page, "Create")).to_contain_text("2,500", timeout=60_000)
    page.get_by_role("button", name="Import 2,500 rows").click()
    for each in (page, boss):
        expect(each.get_by_role("heading", name="All 2,500 rows came in")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name=re.compile("^Notifications"))).to_contain_text("1")


def test_rows_without_an_owner_go_to_whom_the_importer_chose(sign_in: SignIn, office: Office, tmp_path: Path) -> None:
    sara = office.sara.id
    office.commit()  # an open transaction here would keep the import waiting
    page = sign_in("Mia")
    upload(page, csv_file(tmp_path, [HEAD, ["Forklifts", "Ana", "Sousa"]]))
    proceed(page, "map")
    owner = page.get_by_role("combobox", name="Owner of rows without one")
    expect(owner).to_have_accessible_description("No column goes to Owner: takes every row.")
    expect(owner.locator("option")).to_have_text(
        ["Me (Mia)", "Sara (sara@contoso.com)", "Tim (tim@contoso.com)", "Tom (tom@contoso.com)"]
    )
    owner.select_option(label="Sara (sara@contoso.com)")
    proceed(page, "review")
    proceed(page, "preview")
    page.get_by_role("button", name="Import 1 row").click()
    expect(page.get_by_role("heading", name="1 row came in")).to_be_visible()
    ana = named(office, "Ana")
    assert ana and ana.owner_user_id == sara


def test_whoever_may_not_choose_sees_why(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("Sara")
    upload(page, csv_file(tmp_path, [HEAD, ["Forklifts", "Ana", "Sousa"]]))
    proceed(page, "map")
    owner = page.get_by_role("combobox", name="Owner of rows without one")
    expect(owner).to_be_disabled()
    expect(owner).to_have_accessible_description("There is nobody else whom you may choose.")
