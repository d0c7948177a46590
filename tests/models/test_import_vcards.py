"""vCards of every version and program → rows under the headings of Outlook (issue 5, part 1)."""

from __future__ import annotations

import base64
import tracemalloc
from pathlib import Path

import pytest

from rxcrm.models.importing.reading import Unreadable, open_table
from tests.models.made_files import text_file


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def read(folder: Path, text: str, encoding: str = "utf-8") -> list[dict[str, str]]:
    """What is filled of each card."""
    table = open_table(text_file(folder, text, encoding, "contacts.vcf"))
    return [{h: c for h, c in zip(table.headings, cells, strict=True) if c} for _, cells in table.rows()]


def notes(folder: Path, text: str) -> dict[str, dict[str, int]]:
    return open_table(text_file(folder, text, name="contacts.vcf")).grid.notes


def test_a_card_of_outlook_is_read_under_the_headings_of_outlook(tmp_path: Path) -> None:
    text = card(
        "N;LANGUAGE=en-us:Sousa;Ana;Maria;Dr.;Jr.",
        "FN:Dr. Ana Maria Sousa Jr.",
        "ORG:Contoso;Sales",
        "TITLE:Head of Sales",
        "NOTE:met at the fair",
        "TEL;WORK;VOICE:+351 21 000 0000",
        "TEL;CELL;VOICE:+351 91 000 0000",
        "TEL;HOME;VOICE:+351 22 000 0000",
        "TEL;WORK;FAX:+351 21 000 0001",
        "ADR;WORK;PREF:;;Rua Augusta 1;Lisboa;Lisboa;1100-048;Portugal",
        "URL;WORK:https://contoso.example",
        "EMAIL;PREF;INTERNET:ana@contoso.example",
        "EMAIL;INTERNET:ana@home.example",
        "BDAY:19800229",
        version="2.1",
    )
    (row,) = read(tmp_path, text)
    assert row == {
        "Title": "Dr.",
        "First Name": "Ana",
        "Middle Name": "Maria",
        "Last Name": "Sousa",
        "Suffix": "Jr.",
        "Company": "Contoso",
        "Department": "Sales",
        "Job Title": "Head of Sales",
        "Business Street": "Rua Augusta 1",
        "Business City": "Lisboa",
        "Business State": "Lisboa",
        "Business Postal Code": "1100-048",
        "Business Country/Region": "Portugal",
        "Business Phone": "+351 21 000 0000",
        "Mobile Phone": "+351 91 000 0000",
        "Home Phone": "+351 22 000 0000",
        "Business Fax": "+351 21 000 0001",
        "E-mail Address": "ana@contoso.example",
        "E-mail 2 Address": "ana@home.example",
        "Web Page": "https://contoso.example",
        "Birthday": "1980-02-29",
        "Notes": "met at the fair",
    }


def test_quoted_printable_of_old_phones_is_decoded_across_soft_line_ends(tmp_path: Path) -> None:
    text = card(
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C5=81ukaszewicz;Ma=C5=82go=\r\nrzata;;;",
        "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-2:za=BF=F3=B3=E6=0D=0Ag=EA=B6l=B1",
        version="2.1",
    )
    assert read(tmp_path, text) == [{"First Name": "Małgorzata", "Last Name": "Łukaszewicz", "Notes": "zażółć\ngęślą"}]


def test_a_card_of_version_4_names_its_numbers_as_addresses(tmp_path: Path) -> None:
    text = card(
        "FN:Simon Perreault",
        "N:Perreault;Simon;;;ing. jr,M.Sc.",
        'TEL;VALUE=uri;PREF=2;TYPE="voice,home":tel:+1-418-262-6501',
        'TEL;VALUE=uri;PREF=1;TYPE="work,voice":tel:+1-418-656-9254;ext=102',
        "EMAIL;TYPE=work:mailto:simon@viagenie.example",
        'ADR;TYPE=work;LABEL="Suite; D2-630":;Suite D2-630;2875 Laurier;Quebec;QC;G1V 2M2;Canada',
        "BDAY:--0203",
        "ANNIVERSARY:20090808T1430-0500",
        version="4.0",
    )
    (row,) = read(tmp_path, text)
    assert (row["Home Phone"], row["Business Phone"]) == ("+1-418-262-6501", "+1-418-656-9254 x102")
    assert (row["Suffix"], row["E-mail Address"]) == ("ing. jr M.Sc.", "simon@viagenie.example")
    assert (row["Business Street"], row["Business City"]) == ("2875 Laurier\nSuite D2-630", "Quebec")
    assert (row["Birthday"], row["Anniversary"]) == ("--0203", "2009-08-08")


def test_apples_groups_and_folded_lines_are_understood(tmp_path: Path) -> None:
    text = card(
        "N:Doe;Jane;;;",
        "item1.EMAIL;type=INTERNET;type=pref:jane@\r\n example.com",
        "item1.X-ABLabel:_$!<Work>!$_",
        "item2.TEL;type=CELL:1",
        "NOTE:one\\, two\\; three\\nfour \\\\ five",
    )
    (row,) = read(tmp_path, text)
    assert (row["E-mail Address"], row["Mobile Phone"]) == ("jane@example.com", "1")
    assert row["Notes"] == "one, two; three\nfour \\ five"


def test_several_numbers_and_addresses_of_a_kind_are_all_kept(tmp_path: Path) -> None:
    phones = [f"TEL;TYPE=WORK:{n}" for n in range(1, 4)]
    mails = [f"EMAIL:{n}@x.example" for n in "abcd"]
    places = [f"ADR;TYPE=WORK:;;Street {n};City;;;" for n in range(1, 4)]
    (row,) = read(
        tmp_path, card("N:Doe;Jane", *phones, "TEL:4", "TEL;TYPE=WORK:1", *mails, "EMAIL:A@x.example", *places)
    )
    assert [row[f"Business Phone{n}"] for n in ("", " 2", " 3")] == ["1", "2", "3"] and row["Other Phone"] == "4"
    assert [row[f"E-mail {n}Address"] for n in ("", "2 ", "3 ", "4 ")] == [f"{n}@x.example" for n in "abcd"]
    assert (row["Business Street"], row["Other Street"], row["Notes"]) == ("Street 1", "Street 2", "Street 3, City")
    assert "Business Phone 4" not in row and "E-mail 5 Address" not in row


def test_the_preferred_address_comes_first(tmp_path: Path) -> None:
    (row,) = read(tmp_path, card("N:Doe;Jane", "EMAIL:a@x.example", "EMAIL;TYPE=PREF:b@x.example"))
    assert (row["E-mail Address"], row["E-mail 2 Address"]) == ("b@x.example", "a@x.example")


def test_without_a_name_in_parts_the_name_as_shown_counts(tmp_path: Path) -> None:
    people = card("FN:Jane Q. Doe") + card("FN:Cher") + card("FN:Contoso", "KIND:org", version="4.0")
    assert read(tmp_path, people) == [
        {"First Name": "Jane Q.", "Last Name": "Doe"},
        {"Last Name": "Cher"},
        {"Company": "Contoso"},
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250", "cp1252"])
def test_the_encoding_is_found_out(tmp_path: Path, encoding: str) -> None:
    name = "Dvořáková" if encoding == "cp1250" else "Lefèvre"
    company = "Příbor Šídla" if encoding == "cp1250" else "Hôtel Crédit Général"
    assert read(tmp_path, card(f"N:{name};Ana", f"ORG:{company}"), encoding)[0]["Last Name"] == name


@pytest.mark.parametrize("fold", ["\r\n ", "\r\n", ""])
def test_a_photo_of_20_mb_costs_no_memory(tmp_path: Path, fold: str) -> None:
    picture = base64.b64encode(bytes(range(256)) * 400).decode() * 150
    width = 76 if fold else len(picture)
    photo = fold.join(picture[n : n + width] for n in range(0, len(picture), width))
    text = card("N:Doe;Jane", f"PHOTO;ENCODING=b;TYPE=JPEG:{photo}", "", "EMAIL:jane@example.com")
    path = text_file(tmp_path, text, name="contacts.vcf")
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    try:
        table = open_table(path)
        rows = list(table.rows())
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (table.headings, rows) == (
        ["First Name", "Last Name", "E-mail Address"],
        [(1, ["Jane", "Doe", "jane@example.com"])],
    )
    assert most < 5_000_000


def test_the_card_of_an_assistant_inside_a_card_is_no_contact(tmp_path: Path) -> None:
    inner = card("N:Assistant;Ann", "EMAIL:ann@example.com", version="2.1").rstrip()
    assert read(tmp_path, card("N:Boss;Bob", "AGENT:", inner, "TEL;WORK:1", version="2.1")) == [
        {"First Name": "Bob", "Last Name": "Boss", "Business Phone": "1"}
    ]


def test_broken_lines_and_missing_ends_cost_only_themselves_and_are_told(tmp_path: Path) -> None:
    text = (
        card("N:One;A", "this is no line", ":neither")
        + "BEGIN:VCARD\nN:Two;B\n"
        + card("N:Three;C")
        + "BEGIN:VCARD\nN:Four;D"
    )
    assert [row["Last Name"] for row in read(tmp_path, text)] == ["One", "Two", "Three", "Four"]
    told = list(notes(tmp_path, text).values())
    assert told == [{"n": 2, "line": 4}, {"n": 2, "line": 7}]


def test_groups_of_contacts_are_left_out_and_told(tmp_path: Path) -> None:
    text = card("N:One;A") + card("FN:Friends", "KIND:group", "MEMBER:urn:uuid:1", version="4.0")
    assert len(read(tmp_path, text)) == 1
    assert [values["n"] for values in notes(tmp_path, text).values()] == [1]


@pytest.mark.parametrize("text", ["BEGIN:VCARD\nEND:VCARD\n", card("PRODID:x"), "BEGIN:VCARD"])
def test_cards_without_anything_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unreadable, match="None of the vCards"):
        open_table(text_file(tmp_path, text))


def test_rows_are_numbered_as_the_cards_are(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, card("N:A") + card("X-EMPTY:1") + card("N:B")))
    assert list(table.rows()) == [(1, ["A"]), (2, [""]), (3, ["B"])]
    assert (table.heading_row, table.grid.format) == (0, "vcf")
