"""The scenes of docs/gallery in which something is imported, exported or fetched."""

from __future__ import annotations

import csv
import re
import secrets
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from playwright.sync_api import Page
from sqlmodel import Session, col, select

from rxcrm.models import db
from rxcrm.models.exchange import registering
from rxcrm.models.exchange.tables import ContactFolder, ContactSource
from rxcrm.models.lead import Lead
from rxcrm.models.login import who_is
from rxcrm.models.people import User, organisation
from rxcrm.models.records import Act
from tests.server import Server

EXAMPLE = Path(__file__).parents[1] / "examples" / "leads-windows-1252.csv"
HEAD = ["Full name", "Company", "Job Title", "E-mail", "Phone", "Rating", "Budget Amount", "Est. Close Date"]
HEAD += ["Lead Status", "Shoe size", "Remarks"]
FIRST = ("Ines", "Marek", "Sofia", "Jonas", "Aiko", "Pedro", "Lena", "Omar", "Klara", "Hugo", "Nadia", "Erik")
LAST = ("Almeida", "Wrona", "Lindqvist", "Becker", "Tanaka", "Serrano", "Hoffmann", "Haddad", "Novotná", "Marchand")
COMPANY = (
    "Adatum",
    "Fabrikam",
    "Tailspin Toys",
    "Litware",
    "Proseware",
    "Lucerne Publishing",
    "Wingtip",
    "Trey Research",
)
ROLE = ("Head of Logistics", "Buyer", "Managing Director", "Warehouse Manager", "Plant Manager")
INTEREST = ("hot", "Warm", "On Fire!", "warm", "Cold", "hot", "Hot", "Warm", "lukewarm", "cold")


def visitors(fair: int, known: Sequence[Lead]) -> list[list[str]]:
    """What a stand at a fair brings home: some of it here already, some of it not quite right."""
    rows = [HEAD]
    for n in range(58):
        first, last = FIRST[(n + fair) % len(FIRST)], LAST[(n * 7 + n // 12 + fair * 3) % len(LAST)]
        company = COMPANY[(n * 5 + fair) % len(COMPANY)]
        mail = f"{first}.{last}{fair}{n}@{company.split()[0]}.example".lower().replace("á", "a")
        day = f"{1 + n % 12:02}/{1 + (n * 3) % 12:02}/2026"
        status = "Not interested" if n in (17, 40) else "New"
        who = [f"{first} {last}", company, ROLE[n % len(ROLE)], mail, f"+48 22 5{fair}5 {1000 + n * 37}"]
        wish = [INTEREST[n % len(INTEREST)], f"{(n % 9 + 1) * 12500}", day, status]
        rows.append([*who, *wish, "", "Wants an offer" if n % 4 == 0 else ""])
    rows[6][3], rows[13][3], rows[22][4] = "marek at adatum", "sofia.lindqvist(at)litware", "ask at the desk"
    rows[31][0], rows[45][6] = "", "about 20k"
    for n, lead in enumerate(known):
        rows[9 + 4 * n][:2] = [f"{lead.first_name} {lead.last_name}", lead.company_name or ""]
        rows[9 + 4 * n][3] = lead.email or ""
    return rows


def workbook(rows: Sequence[Sequence[str]], path: Path) -> Path:
    book = Workbook()
    assert book.active
    book.active.title = "Visitors"
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


class Imports:
    """The imports of the pictures, each left at another step; made when the first scene asks for them."""

    def __init__(self, server: Server, email: str) -> None:
        self.server, self.email = server, email
        self.folder = Path(tempfile.mkdtemp(dir=server.data))
        self.run: dict[str, str] = {}

    def prepare(self, page: Page) -> None:
        """Take files in and leave them at their steps."""
        if self.run:
            return
        engine = self.server.engine()
        with Session(engine) as session:
            known = session.exec(select(Lead).where(col(Lead.email) != "").order_by(col(Lead.id)).limit(3)).all()
            files = {step: visitors(n, known) for n, step in enumerate(("map", "review", "preview", "result"))}
        engine.dispose()
        self._bring(page, "result", workbook(files["result"], self.folder / "Fair in Berlin.xlsx"))
        self._bring(page, "preview", workbook(files["preview"], self.folder / "Fair in Poznań.xlsx"))
        self._bring(page, "review", workbook(files["review"], self.folder / "Fair in Madrid.xlsx"))
        self._bring(page, "map", workbook(files["map"], self.folder / "Fair in Lyon.xlsx"))
        self._bring(page, "upload", EXAMPLE)
        self._connect()
        for choice in (
            {"entity": "lead", "view": "open", "format": "xlsx"},
            {"entity": "contact", "view": "active", "format": "vcf"},
        ):
            assert page.request.post("/files/export", data={"which": "shown", **choice}).ok

    def _bring(self, page: Page, step: str, file: Path) -> None:
        page.goto("/import")
        page.get_by_label("Choose files").set_input_files(file)
        page.get_by_role("region", name="First rows of the file").wait_for()
        self.run[step] = page.url.split("/")[4]
        steps = ("upload", "map", "review", "preview", "run" if step == "run" else "result")
        for before, reached in pairwise(steps):
            if before == step:
                return
            page.get_by_role("button", name="Continue" if reached in steps[:4] else re.compile("^Import [0-9]")).click()
            page.wait_for_url(re.compile(f"/import/[0-9]+/{reached}$"), timeout=120_000)
            SEEN[reached](page)

    def _connect(self) -> None:
        """A mailbox and an address book, as they look after a fetch; no server is asked."""
        engine = self.server.engine()
        with Session(engine.execution_options(writes=True)) as session:
            user, org = session.exec(select(User).where(User.email == self.email)).one(), organisation(session)
            assert org
            act = Act(session, who_is(session, user, org), db.now())
            registering.save(
                act,
                {"tenant": "5f1c9a3e-6b1d-4b7e-9c55-2f0f4d1f7a10", "client_id": "0b3a7d52-91c4-4b0e-8f57-6d0f3c2b9e88"},
            )
            for kind, name, address, account, folders in (
                ("graph", "Ada's mailbox", "", self.email, (("Contacts", 412), ("Trade fair", 57))),
                ("carddav", "Address books in Poznań", "https://cloud.example.com", "ada", (("Customers", 1280),)),
            ):
                source = ContactSource(
                    kind=kind,
                    name=name,
                    owner_id=user.id or 0,
                    address=address,
                    account=account,
                    secret="nothing that opens",
                    fetched_on=act.now - timedelta(days=3),
                    created_on=act.now,
                )
                session.add(source)
                session.flush()
                session.add_all(
                    ContactFolder(source_id=source.id or 0, folder=title, name=title, contacts=n, chosen=True)
                    for title, n in folders
                )
            session.commit()
        engine.dispose()

    def scenes(self) -> dict[str, Callable[[Page], None]]:
        """By the names of their pictures."""
        return {
            "import": self.listed,
            "import-upload": self.scene("upload"),
            "import-map": self.scene("map"),
            "import-review": self.values,
            "import-rows": self.cells,
            "import-preview": self.scene("preview"),
            "import-result": self.scene("result"),
            "import-undo": self.undo,
            "exports": self.exports,
            "exchange": self.exchange,
        }

    def scene(self, step: str) -> Callable[[Page], None]:
        def show(page: Page) -> None:
            self.prepare(page)
            page.goto(f"/import/{self.run[step]}/{step}")
            SEEN[step](page)

        return show

    def listed(self, page: Page) -> None:
        self.prepare(page)
        page.goto("/import")
        page.get_by_role("table", name="Imports").wait_for()

    def exports(self, page: Page) -> None:
        self.prepare(page)
        page.goto("/exports")
        page.get_by_role("table").first.wait_for()

    def exchange(self, page: Page) -> None:
        self.prepare(page)
        page.goto("/settings/exchange")
        page.get_by_text("Ada's mailbox").first.wait_for()

    def values(self, page: Page) -> None:
        """The step Review at a column with something to choose."""
        self.scene("review")(page)
        page.get_by_role("button", name=re.compile("^Rating")).click()
        page.get_by_label("Instead of “On Fire!”").wait_for()

    def cells(self, page: Page) -> None:
        """The step Review with its rows instead of its values."""
        self.scene("review")(page)
        page.get_by_role("tab", name="Rows").click()
        page.get_by_role("grid", name="Rows with problems").wait_for()

    def undo(self, page: Page) -> None:
        self.scene("result")(page)
        page.get_by_role("button", name="Undo import").click()
        page.get_by_role("dialog", name="Undo this import?").wait_for()

    def running(self, page: Page) -> None:
        """An import under way."""
        mark = secrets.token_hex(3)
        rows = [["First Name", "Last Name", "Topic", "E-mail"]]
        rows += [
            [f"Ana{n}", f"Sousa {mark}{n}", f"Forklift {n}", f"a{n}.{mark}@fabrikam.example"] for n in range(30_000)
        ]
        file = self.folder / "Leads of ten years.csv"
        with file.open("w", newline="", encoding="utf-8") as text:
            csv.writer(text).writerows(rows)
        self._bring(page, "run", file)


#: What is there when a step is ready.
SEEN: dict[str, Callable[[Page], Any]] = {
    "upload": lambda page: page.get_by_role("region", name="First rows of the file").wait_for(),
    "map": lambda page: page.locator(".map-table").wait_for(),
    "review": lambda page: page.locator(".review-columns, .fits").first.wait_for(timeout=120_000),
    "preview": lambda page: page.locator(".tag-cards").wait_for(timeout=120_000),
    "run": lambda page: page.get_by_text(re.compile("^(1[0-9]|[5-9]),.* of 30,000 rows")).wait_for(timeout=180_000),
    "result": lambda page: page.locator(".balance").wait_for(timeout=120_000),
}


def exporting(page: Page) -> None:
    page.goto("/leads?view=open")
    page.get_by_role("grid", name="Leads").get_by_role("link").first.wait_for()
    page.get_by_role("toolbar", name="Commands").get_by_role("button", name="Export").click()
    page.get_by_role("menuitem", name="Export this view…").click()
    page.get_by_role("dialog", name="Export").wait_for()


def call_off(page: Page) -> None:
    """Cancel the import of the page, so that the next one does not wait for it."""
    page.get_by_role("button", name="Cancel the import").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the import").click()
    page.wait_for_url(re.compile("/result$"), timeout=120_000)
