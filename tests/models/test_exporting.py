"""Exports of lists: which rows, which columns, and that nothing changes when a file comes back (issue 5, part 3; S 7.9, 13.22)."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import vobject
from hypothesis import HealthCheck, given
from hypothesis import settings as careful
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from rxcrm.models import lists, records
from rxcrm.models.access import GRANTS, Privilege, Who
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind, ActivityStatus, LeadSource, LeadStatus, Rating
from rxcrm.models.errors import BadValue, NotAllowed, NotFound
from rxcrm.models.exporting import making, rows, sheets
from rxcrm.models.exporting.columns import Column, Scheme, scheme, writable
from rxcrm.models.exporting.delimited import CsvWriter, delimiter_of, escape
from rxcrm.models.exporting.making import make
from rxcrm.models.exporting.rows import Batch
from rxcrm.models.exporting.spreadsheetml import XmlWriter
from rxcrm.models.exporting.wanted import AGAIN, ALL, CSV, FORMATS, VCF, XLSX, XML, Wanted, checked, restored
from rxcrm.models.exporting.workbook import XlsxWriter
from rxcrm.models.fields import Conventions, Kind, fields_of
from rxcrm.models.importing.checksum import row_checksum
from rxcrm.models.importing.escaping import unescape
from rxcrm.models.importing.mapping import propose
from rxcrm.models.importing.reading import open_table
from rxcrm.models.lead import Lead
from rxcrm.models.people import User
from rxcrm.models.views import VIEWS
from tests.office import Office, Statements

TABLES = [XLSX, CSV, XML]


class Read:
    """What our own reader finds in a file: headings and texts."""

    def __init__(self, path: Path, sheet: str = "") -> None:
        table = open_table(path, sheet)
        self.headings = table.headings
        rows = [cells for _, cells in table.rows()]
        special = [at for at, heading in enumerate(self.headings) if heading.startswith("(Do Not Modify)")]
        shown = [at for at in range(len(self.headings)) if at not in special]
        self.shown = [self.headings[at] for at in shown]
        self.rows = [[row[at] for at in shown] for row in rows]
        self.ids = [int(row[special[0]]) for row in rows]
        self.checksums = [row[special[1]] for row in rows]
        self.modified = [datetime.fromisoformat(row[special[2]]) for row in rows]

    def column(self, heading: str) -> list[str]:
        at = self.shown.index(heading)
        return [row[at] for row in self.rows]

    @property
    def unchanged(self) -> bool:
        """Whether every checksum fits."""
        return self.checksums == [row_checksum(row) for row in self.rows]


def export(office: Office, path: Path, user: User | None = None, **wanted: Any) -> Path:
    """The file of an export by Sara, or by somebody else."""
    who = office.who(user or office.sara)
    office.commit()
    asked = Wanted(**{"view": "all", **wanted})
    file = path / f"export.{asked.format}"
    make(who, asked, file, office.now)
    return file


def exported(office: Office, path: Path, user: User | None = None, **wanted: Any) -> Read:
    return Read(export(office, path, user, **wanted))


# -- which rows ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", TABLES)
def test_a_view_is_exported_as_it_stands(office: Office, tmp_path: Path, format: str) -> None:
    for n, topic in enumerate(("Racks", "Doors", "Cranes")):
        office.lead(topic=topic, last_name=f"Doe{n}", company_name="Azulejos", rating=Rating.HOT)
    office.lead(topic="Closed", status=LeadStatus.DISQUALIFIED)
    found = exported(office, tmp_path, view="open", format=format, sort=(("topic", False),))
    assert found.shown == [
        *("Name", "Topic", "Company Name", "Status Reason", "Rating", "Lead Source", "Owner", "Created On")
    ]
    assert found.column("Topic") == ["Cranes", "Doors", "Racks"]
    assert found.rows[0][2:7] == ["Azulejos", "New", "Hot", "", "Sara"]
    assert found.headings.count("(Do Not Modify) Lead") == 1
    assert found.unchanged


@pytest.mark.parametrize("format", TABLES)
def test_a_search_narrows_what_is_exported(office: Office, tmp_path: Path, format: str) -> None:
    office.lead(topic="Łódź forklifts")
    office.lead(topic="Doors")
    assert exported(office, tmp_path, format=format, search="lodz").column("Topic") == ["Łódź forklifts"]
    assert exported(office, tmp_path, format=format, search="doors").column("Topic") == ["Doors"]


@pytest.mark.parametrize("format", TABLES)
def test_an_empty_view_is_a_file_with_headings(small_office: Office, tmp_path: Path, format: str) -> None:
    file = export(small_office, tmp_path, view="closed", format=format)
    if format == XLSX:
        sheet = CalamineWorkbook.from_path(file).get_sheet_by_index(0)
        assert sheet.to_python()[0][3:5] == ["Name", "Topic"]
    else:
        assert "Status Reason" in file.read_text(encoding="utf-8-sig")
    with pytest.raises(Exception, match="headings but no rows"):
        open_table(file)


def test_picked_rows_come_in_the_order_of_the_screen(small_office: Office, tmp_path: Path) -> None:
    leads = [small_office.lead(topic=f"Lead {n}") for n in range(4)]
    ids = tuple(lead.id or 0 for lead in (leads[2], leads[0]))
    assert exported(small_office, tmp_path, ids=ids).ids == list(ids)


@pytest.mark.parametrize("format", FORMATS)
def test_nobody_exports_what_he_may_not_see(office: Office, tmp_path: Path, format: str) -> None:
    office.settle(private=True)
    mine, hidden = office.contact(office.olaf, last_name="Mine"), office.contact(office.vera, last_name="Secret")
    shared = office.contact(office.vera, last_name="Shared")
    office.share(shared, office.olaf)
    ids = tuple(row.id or 0 for row in (hidden, mine, shared))
    for chosen in ({}, {"ids": ids}, {"which": ALL}, {"search": "secret"}):
        text = _text_of(export(office, tmp_path, office.olaf, entity="contact", format=format, **chosen))
        assert "Secret" not in text
        assert ("Mine" in text, "Shared" in text) == (("search" not in chosen,) * 2)


def _text_of(file: Path) -> str:
    if file.suffix != ".xlsx":
        return file.read_text(encoding="utf-8-sig")
    return str(CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python())


@pytest.mark.parametrize("which", ["shown", ALL])
def test_the_names_of_hidden_records_stay_hidden(office: Office, tmp_path: Path, which: str) -> None:
    office.settle(private=True)
    account = office.account(office.vera, name="Secret Customer")
    office.opportunity(office.olaf, account_id=account.id)
    file = export(office, tmp_path, office.olaf, entity="opportunity", format=CSV, which=which)
    assert "Secret" not in file.read_text(encoding="utf-8-sig")
    assert "Forklifts" in file.read_text(encoding="utf-8-sig")
    office.share(account, office.olaf)
    found = exported(office, tmp_path, office.olaf, entity="opportunity", which=which)
    assert found.column("Potential Customer" if which == "shown" else "Account") == ["Secret Customer"]


def test_deleted_records_and_notes_are_in_no_export(small_office: Office, tmp_path: Path) -> None:
    office = small_office
    gone, lead = office.lead(topic="Gone"), office.lead(topic="Here")
    records.bin(office.act(office.vera), gone)
    note = office.bare(Activity, kind=ActivityKind.NOTE, subject="Note", status=ActivityStatus.NONE)
    task = office.bare(Activity, kind=ActivityKind.TASK, subject="Task", regarding_entity="lead", regarding_id=lead.id)
    office.session.flush()
    assert exported(office, tmp_path, ids=(gone.id or 0, lead.id or 0)).column("Topic") == ["Here"]
    found = exported(office, tmp_path, entity="activity", ids=(note.id or 0, task.id or 0))
    assert (found.column("Subject"), found.column("Regarding")) == (["Task"], ["Doe"])


def test_without_the_privilege_there_is_no_export(
    small_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for roles in GRANTS.values():
        for role in roles:
            monkeypatch.setitem(roles, role, {k: d for k, d in roles[role].items() if k != ("", Privilege.EXPORT)})
    with pytest.raises(NotAllowed, match="may not export"):
        export(small_office, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ({"entity": "user"}, NotFound),
        ({"format": "pdf"}, BadValue),
        ({"format": VCF}, BadValue),
        ({"which": "some"}, BadValue),
        ({"columns": ("password_hash",)}, BadValue),
        ({"columns": ("topic", "topic")}, BadValue),
        ({"delimiter": "="}, BadValue),
        ({"ids": (0,)}, NotFound),
        ({"ids": tuple(range(1, 100_002))}, BadValue),
    ],
)
def test_nonsense_is_refused(wanted: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked(Wanted(**wanted))


def test_a_request_comes_back_from_the_database_as_it_was() -> None:
    wanted = Wanted("contact", VCF, "active", "ana", (("name", True),), (3, 1), ALL, ("email",), ";")
    assert restored(json.loads(json.dumps(wanted.stored()))) == wanted


# -- meanwhile -------------------------------------------------------------------------------------------------------


def test_rows_that_move_meanwhile_come_once_and_new_ones_not_at_all(
    small_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = small_office
    for n in range(9):
        office.lead(topic=f"Lead {n}")
    monkeypatch.setattr(rows, "BATCH", 2)
    monkeypatch.setattr(making, "BATCH", 2)
    who, steps = office.who(office.sara), []
    office.commit()

    def meanwhile(done: int, total: int) -> bool:
        steps.append((done, total))
        with Office(office.engine) as other:
            if done == 2:  # the first becomes the last, the last the first; one goes, one comes
                act = other.act(other.sara)
                records.save(act, act.find(Lead, 1, Privilege.WRITE), {"topic": "Zzz"})
                records.save(act, act.find(Lead, 9, Privilege.WRITE), {"topic": "Aaa"})
                records.bin(other.act(other.vera), other.session.get_one(Lead, 5))
                other.lead(topic="Lead 3½")
                other.commit()
        return True

    file = tmp_path / "leads.xlsx"
    made = make(who, Wanted(view="all", sort=(("topic", False),)), file, office.now, meanwhile)
    found = Read(file)
    assert found.ids == [1, 2, 3, 4, 6, 7, 8, 9] and made.rows == 8
    assert found.column("Topic")[-1] == "Aaa"
    assert steps == [(2, 9), (4, 9), (6, 9), (8, 9), (9, 9)]
    assert found.unchanged


def test_a_canceled_export_stops_at_once(small_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_office.lead()
    small_office.lead()
    who = small_office.who(small_office.sara)
    small_office.commit()
    monkeypatch.setattr(rows, "BATCH", 1)
    seen: list[int] = []
    with pytest.raises(making.Stopped):
        make(
            who,
            Wanted(view="all"),
            tmp_path / "x.xlsx",
            small_office.now,
            lambda done, total: bool(seen.append(done)),
        )
    assert len(seen) == 1


def test_every_id_comes_in_the_order_of_the_list(office: Office) -> None:
    office.settle(private=True)
    for n in range(25):
        office.lead(office.sara if n % 3 else office.olaf, topic=f"Lead {n % 7}", last_name=f"Doe {n}")
    office.commit()
    for user in (office.sara, office.olaf, office.vera, office.tom):
        for ask in (
            lists.Ask(view="all", sort=(("topic", True),)),
            lists.Ask(view="my-open"),
            lists.Ask(view="open", search="lead 3"),
            lists.Ask(view="this-week", sort=(("name", False), ("topic", True))),
            lists.Ask(view="all", search="do", sort=(("created_on", True),)),
        ):
            act = office.act(user)
            shown = [int(row["id"]) for row in lists.page(act, ask).rows]
            assert list(lists.every_id(act, ask)) == shown, (user.name, ask)


# -- which columns ---------------------------------------------------------------------------------------------------


def test_columns_stand_as_the_reader_has_moved_them(small_office: Office, tmp_path: Path) -> None:
    small_office.lead()
    found = exported(small_office, tmp_path, view="open", columns=("owner", "topic"))
    assert found.shown == ["Owner", "Topic"]


@pytest.mark.parametrize("entity", VIEWS)
def test_every_field_can_be_exported_and_headings_differ(office: Office, tmp_path: Path, entity: str) -> None:
    row = _some(office, entity)
    for which in ("shown", ALL, AGAIN):
        found = exported(office, tmp_path, entity=entity, which=which)
        assert found.ids == [row.id] and found.unchanged, which
        assert len({h.lower() for h in found.headings}) == len(found.headings)
        if which == ALL:
            assert len(found.shown) >= len(fields_of(type(row)))


@pytest.mark.parametrize("entity", VIEWS)
def test_what_is_exported_to_be_imported_is_recognised_column_by_column(
    small_office: Office, tmp_path: Path, entity: str
) -> None:
    _some(small_office, entity)
    found = exported(small_office, tmp_path, entity=entity, which=AGAIN)
    proposals = propose(entity, found.shown, [[] for _ in found.shown])
    wanted = scheme(Wanted(entity, which=AGAIN), Who(0, ""), {}).columns
    missing = [
        (c.heading, p.target) for c, p in zip(wanted, proposals, strict=True) if p.target not in (c.key, "account_id")
    ]
    assert missing == []


def _some(office: Office, entity: str) -> Record:
    account = office.account(name="Fabrikam") if entity != "account" else None
    if entity == "lead":
        return office.lead(existing_account_id=account and account.id, estimated_amount=Decimal("1234.50"))
    if entity == "account":
        return office.account(annual_revenue=Decimal("99999999999999.99"))
    if entity == "contact":
        return office.contact(account_id=account and account.id, birthday=date(1899, 12, 31))
    if entity == "opportunity":
        return office.opportunity(estimated_revenue=Decimal("-5.00"), account_id=account and account.id)
    task = office.bare(
        Activity,
        kind=ActivityKind.TASK,
        subject="Call",
        due_on=office.now,
        regarding_entity="account",
        regarding_id=account and account.id,
    )
    office.session.flush()
    return task


# -- what cells hold -------------------------------------------------------------------------------------------------


def test_cells_have_types_and_amounts_their_currency(small_office: Office, tmp_path: Path) -> None:
    office = small_office
    office.settle(time_zone="Asia/Tokyo")
    office.opportunity(estimated_revenue=Decimal("1234.50"), currency="USD", estimated_close_date=date(2026, 9, 30))
    file = export(office, tmp_path, entity="opportunity", which=ALL)
    sheet = openpyxl.load_workbook(file).worksheets[0]
    cells = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (cells["Est. Revenue"].value, cells["Est. Revenue"].number_format) == (1234.5, '#,##0.00\\ "USD"')
    assert (cells["Est. Close Date"].value, cells["Est. Close Date"].is_date) == (datetime(2026, 9, 30), True)
    assert cells["Created On"].value == datetime(2026, 5, 13, 19, 0)
    assert (cells["Topic"].value, cells["Topic"].data_type) == ("Forklifts", "s")
    assert [sheet.column_dimensions[c].hidden for c in "ABCD"] == [True, True, True, False]


def test_choices_are_words_with_a_drop_down(small_office: Office, tmp_path: Path) -> None:
    small_office.lead(lead_source=LeadSource.ADVERTISEMENT, rating=Rating.COLD)
    book = openpyxl.load_workbook(export(small_office, tmp_path, which=AGAIN))
    sheet, listed = book.worksheets[0], book["Lists"]
    heads = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, heads.index("Lead Source") + 1).value == "Advertisement"
    assert listed.sheet_state == "veryHidden"
    rules = {str(r.sqref): r.formula1 for r in sheet.data_validations.dataValidation if r.type == "list"}
    letter = openpyxl.utils.get_column_letter(heads.index("Rating") + 1)
    area = rules[f"{letter}2:{letter}1048576"]
    column = area.split("$")[1]
    assert [cell.value for cell in listed[column] if cell.value] == [o.label for o in Rating]


def test_a_spreadsheet_in_german_gets_its_semicolon_and_comma(small_office: Office, tmp_path: Path) -> None:
    office = small_office
    office.settle(language="de")
    office.opportunity(estimated_revenue=Decimal("1234.50"))
    office.lead(latitude=52.123)
    file = export(office, tmp_path, entity="opportunity", format=CSV)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert ";1234,50;" in file.read_text(encoding="utf-8-sig")
    with_tabs = export(office, tmp_path, entity="opportunity", format=CSV, delimiter="\t")
    assert "\t1234,50\t" in with_tabs.read_text(encoding="utf-8-sig")
    assert "52,1230" in export(office, tmp_path, format=CSV, which=ALL).read_text(encoding="utf-8-sig")
    assert (delimiter_of("en"), delimiter_of("pl")) == (",", ";")


DANGEROUS = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''", "'", "＝1+1", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_and_every_text_comes_back(small_office: Office, tmp_path: Path, text: str) -> None:
    small_office.bare(Lead, topic=text, last_name="Doe", status_reason=1)
    for format in TABLES:
        found = exported(small_office, tmp_path, format=format)
        assert found.column("Topic") == [writable(text)], format
        assert found.unchanged
    with (tmp_path / "export.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][1] == "'" + writable(text)
    sheet = openpyxl.load_workbook(tmp_path / "export.xlsx").worksheets[0]
    assert sheet["E2"].data_type == "s"
    assert 'ss:Formula="' not in (tmp_path / "export.xml").read_text(encoding="utf-8")


def test_a_negative_amount_is_a_number_and_no_formula(small_office: Office, tmp_path: Path) -> None:
    small_office.opportunity(estimated_revenue=Decimal("-5.00"))
    raw = export(small_office, tmp_path, entity="opportunity", format=CSV).read_text(encoding="utf-8-sig")
    assert ",-5.00," in raw


NASTY = [
    "",
    " ",
    "\ufeff",
    "👩‍👩‍👧",
    "مرحبا",
    "\u202e",
    "a\u200bb",
    "a\nb",
    "a\r\nb",
    "\x00",
    "\ud800",
    "\ufffe",
    "1E5",
    "00123",
]
NASTY += [
    "TRUE",
    "2026-01-01",
    "a;b,c\td|e",
    '"',
    '""',
    "_x000D_",
    "_x005F_x0041_",
    "<b>&amp;</b>",
    "]]>",
    "#N/A",
    "12.50",
]
texts = st.one_of(st.sampled_from([*NASTY, *DANGEROUS]), st.text(max_size=40))
amounts = st.none() | st.decimals(-(10**12), 10**14, places=2)
days = st.none() | st.dates(date(1000, 1, 1), date(2199, 12, 31))
moments = st.none() | st.datetimes(datetime(1900, 3, 1), datetime(2199, 12, 31)).map(lambda m: m.replace(microsecond=0))
numbers = st.none() | st.integers(0, 10**15) | st.floats(-180, 180).map(lambda f: round(f, 5))


@careful(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(st.tuples(texts, texts, amounts, days, moments, numbers), min_size=1, max_size=6),
    locale=st.sampled_from(["en", "de"]),
)
def test_whatever_we_write_reads_back_equal(tmp_path: Path, cells: list[tuple[Any, ...]], locale: str) -> None:
    kinds = (Kind.TEXT, Kind.MEMO, Kind.MONEY, Kind.DATE, Kind.MOMENT, Kind.DECIMAL)
    columns = tuple(Column(k.value, k.value.title(), k, (), list) for k in kinds)
    plan = Scheme(
        Lead,
        columns,
        Conventions(locale),
        tuple(f"(Do Not Modify) {n}" for n in ("Lead", "Row Checksum", "Modified On")),
    )  # type: ignore[arg-type]
    written = [[writable(c) if isinstance(c, str) else c for c in row] for row in cells]
    changed = datetime(2026, 5, 13, 10, 0, 0, 123456, tzinfo=UTC)
    batch = Batch(
        list(range(1, len(written) + 1)),
        [changed] * len(written),
        [list(column) for column in zip(*written, strict=True)],
        {2: ["EUR"] * len(written)},
    )
    for writer in (
        XlsxWriter(tmp_path / "x.xlsx", plan, "Leads", len(written), ["EUR"]),
        CsvWriter(tmp_path / "x.csv", plan, ""),
        XmlWriter(tmp_path / "x.xml", plan, "Leads", len(written)),
    ):
        writer.write(batch)
        writer.close()
    for name in ("x.xlsx", "x.csv", "x.xml"):
        found = Read(tmp_path / name)
        assert found.ids == batch.ids and found.modified == batch.modified
        assert [row[:2] for row in found.rows] == [row[:2] for row in written], name
        assert found.unchanged, name


@pytest.mark.parametrize("format", [XLSX, XML])
def test_a_text_longer_than_a_cell_is_cut_visibly(small_office: Office, tmp_path: Path, format: str) -> None:
    office = small_office
    office.bare(Lead, topic="Long", last_name="Doe", description="x" * 32_767)
    office.bare(Lead, topic="Longer", last_name="Doe", description="👍" * 20_000)
    office.commit()
    wanted = Wanted(view="all", format=format, which=ALL, sort=(("topic", False),))
    made = make(office.who(office.sara), wanted, tmp_path / f"x.{format}", office.now)
    found = Read(tmp_path / f"x.{format}")
    whole, cut = found.column("Description")
    assert whole == "x" * 32_767 and made.cut == 1
    assert cut.endswith("👍…") and sheets.length(cut) <= 32_767
    assert found.unchanged


@pytest.mark.parametrize("format", [XLSX, XML])
def test_a_full_sheet_is_followed_by_another(
    small_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    for n in range(7):
        small_office.lead(topic=f"Lead {n}")
    monkeypatch.setattr(sheets, "MOST_ROWS", 4)
    file = export(small_office, tmp_path, format=format, sort=(("topic", False),))
    parts = [Read(file, sheet) for sheet in ("Leads", "Leads (2)", "Leads (3)")]
    assert [part.column("Topic") for part in parts] == [
        ["Lead 0", "Lead 1", "Lead 2"],
        ["Lead 3", "Lead 4", "Lead 5"],
        ["Lead 6"],
    ]
    assert all(part.unchanged for part in parts)


def test_sheets_have_names_that_spreadsheets_take() -> None:
    assert sheets.name_of("[Leads]: 1/2 *?") == "Leads  1 2"
    assert sheets.name_of("'quoted'") == "quoted"
    assert sheets.length(sheets.name_of("👍" * 40, 12)) <= 31 and sheets.name_of("👍" * 40, 12).endswith(" (12)")
    assert sheets.name_of("\x01\x02") == "Sheet"


def test_escaping_is_taken_back_by_the_reader() -> None:
    for text in [*DANGEROUS, *NASTY, "plain", "it's"]:
        assert unescape(escape(text)) == text


# -- vCards ----------------------------------------------------------------------------------------------------------


def test_contacts_become_cards_that_read_back_equal(small_office: Office, tmp_path: Path) -> None:
    office = small_office
    account = office.account(name="Müller; Söhne, GmbH")
    office.contact(
        salutation="Frau",
        first_name="Łucja",
        last_name="O'Brien, jr.; x\\y",
        account_id=account.id,
        department="Einkauf",
        business_phone="+49 30 1234567",
        mobile_phone="+49 170 1234567",
        fax="+49 30 1",
        email="l@example.com",
        email2="l2@example.com",
        street1="Straße 1",
        street2="Hof, 2. Stock",
        city="Łódź",
        country="Polen",
        birthday=date(1980, 2, 29),
        description="Zeile 1\nZeile 2; " + "ö" * 200 + "👍" * 50,
    )
    office.contact(last_name="Roe")
    file = export(office, tmp_path, entity="contact", format=VCF, sort=(("name", False),))
    content = file.read_bytes()
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    full, bare = vobject.readComponents(content.decode())
    assert (full.n.value.family, full.n.value.given, full.n.value.prefix) == ("O'Brien, jr.; x\\y", "Łucja", "Frau")
    assert full.org.value == ["Müller; Söhne, GmbH", "Einkauf"]
    assert [(t.value, t.params["TYPE"]) for t in full.tel_list] == [
        ("+49 30 1234567", ["WORK", "VOICE"]),
        ("+49 170 1234567", ["CELL", "VOICE"]),
        ("+49 30 1", ["WORK", "FAX"]),
    ]
    assert [m.value for m in full.email_list] == ["l@example.com", "l2@example.com"]
    assert full.adr.value.street == "Straße 1\nHof, 2. Stock" and full.adr.value.city == "Łódź"
    assert full.bday.value == "1980-02-29"
    assert full.note.value == "Zeile 1\nZeile 2; " + "ö" * 200 + "👍" * 50
    assert bare.fn.value == "Roe" and not hasattr(bare, "tel")
    assert full.uid.value != bare.uid.value


# -- memory and statements -------------------------------------------------------------------------------------------


def test_statements_grow_with_batches_and_not_with_rows(small_office: Office, tmp_path: Path) -> None:
    counts = []
    for n in (10, 20):
        for i in range(n):
            small_office.opportunity(topic=f"{n} {i}")
        small_office.commit()
        with Statements(small_office.engine) as ran:
            export(small_office, tmp_path, entity="opportunity")
        counts.append(len(ran))
    assert counts[0] == counts[1]
